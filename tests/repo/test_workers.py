"""Tests that run side by side share neither vault nor keys."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings

import conftest


@pytest.mark.parametrize("_again", range(4))
def test_settings_point_to_this_process_folder(_again: int) -> None:
    folders = (settings.HOME, settings.KEYS_DIR, settings.VAULT_DIR)
    home = Path(conftest.HOME)
    assert all(folder == home or home in folder.parents for folder in folders)
