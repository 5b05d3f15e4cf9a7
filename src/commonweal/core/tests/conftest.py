"""Installations of their own for tests that start real processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

PATIENCE = 180  # seconds for what another process does, also on a busy machine


def until(true: Callable[[], bool]) -> None:
    """Ask again until it is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"it did not happen within {PATIENCE} s"
        time.sleep(0.1)


CLI = (
    "import argparse, sys; from commonweal.core import commands;"
    " from commonweal.core.errors import Failure;"
    " top = argparse.ArgumentParser(); commands.add_parsers(top.add_subparsers());"
    " arguments = top.parse_args()\n"
    "try: sys.exit(arguments.run(arguments))\n"
    "except Failure as failure: print(failure, file=sys.stderr); sys.exit(failure.exit_code)"
)


@dataclass(frozen=True)
class Installation:
    """A home and a database that only child processes use."""

    home: Path
    env: dict[str, str]

    def python(self, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run code after `django.setup()`."""
        begin = "import django; django.setup()\n"
        return self._run("-c", begin + code, *arguments)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one of the room's commands."""
        return self._run("-c", CLI, *arguments)

    def start(self, code: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a process and leave it running."""
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )


def environment(home: Path, url: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("COMMONWEAL_")}
    return kept | {
        "DATABASE_URL": url,
        "COMMONWEAL_HOME": str(home),
        "COMMONWEAL_SECRET_KEY": "one",
        "COMMONWEAL_DEBUG": "1",
        "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
    }


def sqlite_installation(home: Path) -> Installation:
    home.mkdir(parents=True)
    return Installation(home, environment(home, f"sqlite:///{home}/db.sqlite3"))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Migrated once, for the others to copy: the same kind of database as the suite's."""
    home = tmp_path_factory.mktemp("migrated") / "home"
    if connection.vendor == "sqlite":
        made = sqlite_installation(home)
    else:
        home.mkdir()
        made = Installation(home, environment(home, new_database("template0")))
    ready = made.command("setup")
    assert ready.returncode == 0, ready.stderr
    yield made
    drop_database(made)


@pytest.fixture
def installation(migrated: Installation, tmp_path: Path) -> Iterator[Installation]:
    """A fresh, migrated installation."""
    home = tmp_path / "home"
    shutil.copytree(migrated.home, home)
    if connection.vendor == "sqlite":
        yield Installation(home, environment(home, f"sqlite:///{home}/db.sqlite3"))
        return
    pattern = urlsplit(migrated.env["DATABASE_URL"]).path[1:]
    made = Installation(home, environment(home, new_database(pattern)))
    yield made
    drop_database(made)


def new_database(pattern: str) -> str:
    """The address of a new PostgreSQL database beside the suite's own."""
    import psycopg

    url = os.environ["DATABASE_URL"]
    name = f"cw_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {pattern}")
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def drop_database(installation: Installation) -> None:
    parts = urlsplit(installation.env["DATABASE_URL"])
    if parts.scheme == "postgresql":
        import psycopg

        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
            server.execute(f"DROP DATABASE {parts.path[1:]} WITH (FORCE)")
