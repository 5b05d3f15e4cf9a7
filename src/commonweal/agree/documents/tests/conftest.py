"""What every test of this part needs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from commonweal.agree.models import Agreement
from commonweal.agree.tests.factories import shared
from commonweal.convene.tests.factories import PartnershipFactory


@pytest.fixture(autouse=True)
def clock(day_of_agreements: None) -> None:
    """Every test of this part reads pages."""


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where papers are kept."""
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def agreement(db: None) -> Agreement:
    return shared(PartnershipFactory(name="Safe Space to Sleep"))
