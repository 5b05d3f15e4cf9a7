"""Tests that run side by side share neither vault nor keys, and leave nothing behind."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

import conftest


@pytest.mark.parametrize("_again", range(4))
def test_settings_point_to_this_process_folder(_again: int) -> None:
    folders = (settings.HOME, settings.KEYS_DIR, settings.VAULT_DIR)
    home = Path(conftest.HOME)
    assert all(folder == home or home in folder.parents for folder in folders)


@pytest.mark.repo
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_a_run_leaves_no_folder_behind(tmp_path: Path, workers: tuple[str, ...]) -> None:
    ours = ("COMMONWEAL_", "DJANGO_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            *workers,
            "src/commonweal/core/tests/test_formats.py",
        ],
        cwd=Path(conftest.__file__).parent,
        env={**kept, "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert not list(tmp_path.glob("commonweal-test-*"))
