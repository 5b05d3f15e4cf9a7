"""The commands answer as the pages do, for the person who is named, and for nobody else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils.translation import override

from commonweal import cli
from commonweal.agree.access.tests.scene import Scene, scene
from commonweal.agree.tests import factories as f
from commonweal.compute.permits import clauses as c
from commonweal.convene.tests.factories import AT, PartnershipFactory, convener_of, member_of
from commonweal.core.errors import Denied
from commonweal.core.models import Person
from commonweal.core.scope import Actor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def set_up() -> Iterator[None]:
    """Django is there already, and the clock stands still."""
    with (
        mock.patch("django.setup"),
        mock.patch("commonweal.agree.access.commands.now", return_value=AT),
        override("en"),
    ):
        yield


@pytest.fixture
def here() -> Scene:
    return scene()


def email(actor: Actor) -> str:
    return Person.objects.get(pk=actor.person_id).email


def run(here: Scene, command: str, *words: str, by: Actor | None = None) -> int:
    first, *rest = (here.partnership.slug, *words)
    return cli.main([command, first, *rest, "--as", email(by or here.convener)])


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)
    return found


def test_access_answers_for_an_organisation_a_field_and_a_purpose(
    here: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--organisation", here.hub.name.upper(), "--field", "area", "--purpose", f.PURPOSE)
    assert run(here, "access", *asked, "--format", "json") == 0
    rows = told(capsys)
    assert sorted((row["provider"], row["allowed"]) for row in rows) == [
        ("Northside Council", "yes"),
        ("St Agnes Hospital", "yes"),
    ]
    assert all("DUL-1 clause 4 (purposes)" in row["clauses"] for row in rows)


def test_the_three_formats_hold_the_same_rows(
    here: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    run(here, "access", "--format", "json")
    as_json = told(capsys)
    run(here, "access", "--format", "csv")
    as_csv = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in as_json] == as_csv
    run(here, "access")
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == len(as_json) + 1
    assert said.err == "24 of 24 are allowed. What no agreement names is refused.\n"


def test_what_no_agreement_names_is_refused_with_the_nearest_clause(
    here: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--organisation", here.hub.name, "--contract", "beds", "--purpose", "cw:MonitorEquity")
    assert run(here, "access", *asked) == 0
    assert "DUL-1 clause 4 (purposes)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--organisation", "Nobody Ltd"), "no organisation called that"),
        (("--contract", "cots"), "No agreement names the contract “cots”."),
        (("--field", "income"), "No agreement names the field “income”."),
        (("--purpose", "cw:Anything"), "No agreement names the purpose"),
        (("--provider", "Nobody Ltd"), "no provider called that"),
    ],
)
def test_a_question_that_is_none_is_told_what_there_is(
    here: Scene, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    assert run(here, "access", *words) == 2
    answer = capsys.readouterr()
    assert answer.out == "" and said in answer.err and "Choose one of: " in answer.err


def test_uses_tells_a_provider_its_own(here: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    here.permit(providers=(here.first.pk,))
    here.permit(providers=(here.second.pk,), at=AT - timedelta(days=40))
    with pytest.raises(Denied):
        here.permit(purpose="cw:MonitorEquity")
    assert run(here, "uses", "--format", "json", by=member_of(here.first)) == 0
    rows = told(capsys)
    assert [(row["allowed"], row["times"], row["providers"]) for row in rows] == [
        ("yes", 1, "Northside Council"),
        ("no", 1, "Northside Council"),
    ]
    assert rows[1]["clause"] == "DUL-1 clause 4 (purposes)"
    asked = ("--provider", "St Agnes Hospital", "--from", "2026-01-01", "--to", "2026-01-31")
    assert run(here, "uses", *asked, "--format", "json") == 0
    (row,) = told(capsys)
    assert (row["month"], row["providers"]) == ("2026-01", "St Agnes Hospital")


def test_try_agreement_lists_what_would_change(
    here: Scene, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(here, "try-agreement", "DUL-1") == 2
    assert "in preparation" in capsys.readouterr().err
    here.permit()
    here.revised(here.licence, data=c.Data("beds", ("month",)))
    assert run(here, "try-agreement", "DUL-1", "--format", "json") == 0
    rows = told(capsys)
    assert {(row["change"], row["provider"]) for row in rows} == {
        ("refused", "Northside Council"),
        ("refused", "St Agnes Hospital"),
    }
    assert {row["clauses"] for row in rows} == {"DUL-1 clause 3 (data)"}


@pytest.mark.parametrize("command", ["access", "uses"])
def test_who_is_not_at_the_table_finds_nothing(
    here: Scene, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert run(here, command, by=convener_of(PartnershipFactory())) == 2
    assert cli.main([command, here.partnership.slug, "--as", "nobody@vexnir.example"]) == 2
    assert capsys.readouterr().out == ""
