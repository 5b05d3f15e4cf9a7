"""`commonweal submit`: the way in from the console."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import pytest

from commonweal.agree import actions as agree
from commonweal.convene.tests.factories import PersonFactory
from commonweal.core.models import Event, OrganisationIdentifier, Person
from commonweal.core.scope import system
from commonweal.pool import commands
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import AT, BAD_ROW, GOOD, Agreed, agreed, csv
from commonweal.pool.tests.ways import by_command

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_the_words_of_the_command() -> None:
    parser = argparse.ArgumentParser()
    commands.add_parsers(parser.add_subparsers())
    given = "submit safe-space beds a.csv --for Council --period 2026-02 --as a@example.org"
    arguments = parser.parse_args(given.split())
    assert arguments.run is commands.run_submit
    assert arguments.path == Path("a.csv")
    assert (arguments.organisation, arguments.email) == ("Council", "a@example.org")


def test_accepted_is_0_and_the_result_is_json(tmp_path: Path) -> None:
    here = agreed()
    answer = by_command(here, csv(), "a.csv", folder=tmp_path)
    assert answer.code == 0
    printed = json.loads(answer.text[answer.text.index("{") :])
    assert printed["state"] == "accepted"
    assert printed["rows"] == 6
    assert printed["findings"] == {}
    assert not printed["is_repeat"]
    event = Event.objects.get(kind="pool.received")
    assert event.actor == here.steward.label


def test_findings_are_1_unusable_is_2(tmp_path: Path) -> None:
    here = agreed()
    assert by_command(here, csv([*GOOD, BAD_ROW]), "a.csv", folder=tmp_path).code == 1
    assert by_command(here, b"", "a.csv", folder=tmp_path).code == 2
    again = by_command(here, b"", "a.csv", folder=tmp_path)
    assert again.code == 2
    assert '"is_repeat": true' in again.text
    assert by_command(here, csv(), "a.csv", "2031-01", folder=tmp_path).code == 2


def suspended(here: Agreed) -> None:
    agree.suspend(agreement=here.contract.agreement, reason="Why.", by=system("test"), at=AT)


def test_a_refusal_is_3_and_names_the_clause(tmp_path: Path) -> None:
    here = agreed()
    suspended(here)
    answer = by_command(here, csv(), "a.csv", folder=tmp_path)
    assert answer.code == 3
    assert "suspended the agreement" in answer.text
    assert "Refused by DSA-1 clause" in answer.text
    assert answer.submission is None


def test_whoever_acts_must_be_allowed_to(tmp_path: Path) -> None:
    here = agreed()
    stranger = Person.objects.get(pk=here.stranger.person_id).email
    assert by_command(here, csv(), "a.csv", folder=tmp_path, email=stranger).code == 3
    nobody = by_command(here, csv(), "a.csv", folder=tmp_path, email="nobody@example.org")
    assert nobody.code == 2
    assert "Nobody is known here under that e-mail address" in nobody.text
    operator = PersonFactory(is_operator=True).email
    assert by_command(here, csv(), "a.csv", folder=tmp_path, email=operator).code == 2
    Person.objects.filter(pk=here.steward.person_id).update(is_active=False)
    assert by_command(here, csv(), "a.csv", folder=tmp_path).code == 2
    assert Submission.objects.count() == 0


def test_an_organisation_by_its_number(tmp_path: Path) -> None:
    here = agreed()
    OrganisationIdentifier.objects.create(
        organisation=here.provider, register="GB-CHC", number="1089464"
    )
    found = by_command(here, csv(), "a.csv", folder=tmp_path, organisation="gb-chc-1089464")
    assert found.code == 0
    unknown = by_command(here, csv(), "a.csv", folder=tmp_path, organisation="Nobody")
    assert unknown.code == 2
    assert "No partner at this table is called that" in unknown.text


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    here = agreed()
    arguments = argparse.Namespace(path=tmp_path / "none.csv", partnership=here.partnership.slug)
    assert commands.run_submit(arguments) == 2


def test_an_unknown_contract_or_partnership(tmp_path: Path) -> None:
    here = agreed()
    assert by_command(here, csv(), "a.csv", folder=tmp_path, contract="none").code == 2
    assert by_command(here, csv(), "a.csv", folder=tmp_path, partnership="none").code == 2
