"""The database of the release before this one becomes today's."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

import pytest

from commonweal.core.tests.conftest import Installation, sqlite_installation

ROOT = Path(__file__).resolve().parents[4]
POPULATE = (
    "import django; django.setup();"
    " from django.core.management import call_command;"
    " call_command('migrate', interactive=False, verbosity=0);"
    " from datetime import *; from commonweal.core import actions;"
    " from commonweal.core.scope import system; by = system('test'); at = datetime.now(UTC);"
    " o = actions.create_organisation(name='Shelter', sector='public', by=by, at=at);"
    " p = actions.create_person(email='ana@example.org', name='Ana', by=by, at=at);"
    " actions.affiliate(person=p, organisation=o, role='member', by=by, at=at)"
)
NAMES = (
    "from commonweal.core.models import *; print(Organisation.objects.get().name,"
    " Person.objects.get().name, Affiliation.objects.get().role)"
)


def git(*arguments: str) -> bytes:
    return subprocess.run(
        ["git", "-C", str(ROOT), *arguments], capture_output=True, check=True
    ).stdout


def newest_tag() -> str:
    try:
        return git("describe", "--tags", "--abbrev=0", "--match", "v*").decode().strip()
    except (subprocess.CalledProcessError, FileNotFoundError):
        return ""


@pytest.mark.skipif(not newest_tag(), reason="no release is tagged yet: nothing to upgrade from")
def test_the_last_release_is_upgraded_with_its_rows(tmp_path: Path) -> None:
    old = tmp_path / "old"
    with tarfile.open(fileobj=BytesIO(git("archive", newest_tag(), "src"))) as source:
        source.extractall(old, filter="data")
    installation: Installation = sqlite_installation(tmp_path / "home")
    env = installation.env | {"PYTHONPATH": str(old / "src")}
    before = subprocess.run(
        [sys.executable, "-c", POPULATE], env=env, capture_output=True, text=True, check=False
    )
    assert before.returncode == 0, before.stderr
    upgraded = installation.command("setup")
    assert upgraded.returncode == 0, upgraded.stderr
    assert installation.python(NAMES).stdout.strip() == "Shelter Ana member"
    assert installation.command("verify-log").returncode == 0
