"""`commonweal agreement-pdf` and `agreement-changes`: the same as the pages, from the console."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from commonweal.agree.documents import commands
from commonweal.agree.documents.tests.scene import person_of, providers, revised
from commonweal.agree.models import Agreement
from commonweal.convene.tests.factories import AT
from commonweal.core.errors import Failure
from commonweal.core.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(agreement: Agreement, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.setattr(commands, "now", lambda: AT)
    return person_of(providers(agreement)[0])


def run(command: str, agreement: Agreement, *more: Any) -> int:
    """The exit code, as `commonweal` gives it."""
    parser = argparse.ArgumentParser()
    commands.add_parsers(parser.add_subparsers())
    words = [command, agreement.partnership.slug, agreement.reference, *map(str, more)]
    arguments = parser.parse_args(words)
    try:
        return int(arguments.run(arguments))
    except Failure as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.exit_code


def test_writes_the_pdf(agreement: Agreement, reader: Person, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    assert run("agreement-pdf", agreement, "--as", reader.email, "-o", path) == 0
    assert path.read_bytes().startswith(b"%PDF-1.7")


def test_says_what_cannot_be_done(
    agreement: Agreement, reader: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = ("--as", reader.email, "-o", tmp_path / "none" / "a.pdf")
    assert run("agreement-pdf", agreement, *there) == 2
    assert "cannot be written" in capsys.readouterr().err
    path = tmp_path / "a.pdf"
    assert run("agreement-pdf", agreement, "--version", 7, "--as", reader.email, "-o", path) == 2
    assert run("agreement-pdf", agreement, "--as", "nobody@example.org", "-o", path) == 2
    stranger = person_of(None)
    assert run("agreement-pdf", agreement, "--as", stranger.email, "-o", path) == 2
    assert not path.exists()


def test_prints_what_changed(
    agreement: Agreement, reader: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    revised(agreement)
    assert run("agreement-changes", agreement, "--version", 2, "--as", reader.email) == 0
    told = capsys.readouterr().out
    assert told.startswith("2 clauses changed.")
    assert "a group of fewer than [-5 -]{+3 +}people" in told


def test_prints_it_as_json(
    agreement: Agreement, reader: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    revised(agreement)
    more = ("--version", 2, "--since", 1, "--as", reader.email, "--format", "json")
    assert run("agreement-changes", agreement, *more) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["version"], told["since"], told["lead"][:9]) == (2, 1, "2 clauses")
    assert ["deleted", "5 "] in [run for each in told["passages"] for run in each["runs"]]


def test_says_that_a_first_version_has_no_changes(
    agreement: Agreement, reader: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("agreement-changes", agreement, "--as", reader.email) == 0
    said = capsys.readouterr()
    assert (said.out, "first version" in said.err) == ("", True)
    assert run("agreement-changes", agreement, "--since", 9, "--as", reader.email) == 2
