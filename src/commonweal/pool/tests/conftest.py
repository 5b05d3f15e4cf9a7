"""What the room's tests share: a vault of their own and a clock that stands still for pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from commonweal.pool.tests.factories import AT


@pytest.fixture(autouse=True)
def folders(settings: object, tmp_path: Path) -> Path:
    """Keys and vault in a folder of this test's own."""
    settings.KEYS_DIR = tmp_path / "keys"  # type: ignore[attr-defined]
    settings.VAULT_DIR = tmp_path / "vault"  # type: ignore[attr-defined]
    return tmp_path


@pytest.fixture
def clock() -> Iterator[None]:
    """Requests and jobs happen at `AT`: an hour later for each day that a test moves it."""
    with mock.patch("django.utils.timezone.now", return_value=AT):
        yield
