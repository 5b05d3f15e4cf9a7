"""What every test of this part needs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import override

from commonweal.agree.models import Agreement
from commonweal.agree.tests.factories import shared
from commonweal.convene.tests.factories import AT, PartnershipFactory


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The pages' clock, within the days of the agreements of the factories; and English after."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where papers are kept."""
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def agreement(db: None) -> Agreement:
    return shared(PartnershipFactory(name="Safe Space to Sleep"))
