"""Lint, types, import contracts, migrations and documentation: each a test, so one run says all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.repo, pytest.mark.xdist_group("checks")]


def run(*command: str, by: str = "-m", **environment: str) -> str:
    """Run a tool and return what it prints; on a failure that is the failure's text."""
    done = subprocess.run(
        [sys.executable, by, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-6000:]
    return done.stdout


def test_ruff_finds_nothing() -> None:
    run("ruff", "check", ".")


def test_code_is_formatted() -> None:
    run("ruff", "format", "--check", ".")


def test_types_hold() -> None:
    run("mypy", "src/commonweal")


def test_rooms_import_downwards_only() -> None:
    # The package has no `__main__`: run as a module it would check nothing and succeed.
    said = run("from importlinter.cli import lint_imports_command as lint; lint()", by="-c")
    assert ", 0 broken." in said


def test_migrations_are_complete() -> None:
    run("django", "makemigrations", "--check", "--dry-run")


def test_deployment_settings_are_sound() -> None:
    run(
        "django",
        "check",
        "--deploy",
        "--fail-level=WARNING",
        COMMONWEAL_DEBUG="",
        COMMONWEAL_BASE_URL="https://commonweal.example",
        COMMONWEAL_SECRET_KEY="a-long-and-random-word-" * 4,
    )


def test_documentation_builds_without_a_warning(tmp_path: Path) -> None:
    run("sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", str(tmp_path))


def test_catalogues_are_in_step_and_complete() -> None:
    done = subprocess.run(
        [sys.executable, "tools/messages.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
