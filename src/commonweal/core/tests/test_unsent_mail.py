"""Without a mail server: nothing printed, everything readable for the operator."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from commonweal.core import actions, commands, jobs, mail
from commonweal.core.errors import Missing
from commonweal.core.models import OutgoingMail
from commonweal.core.scope import system
from commonweal.core.tests.conftest import Installation

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
QUEUE = (
    "from datetime import *; from commonweal.core import mail;"
    " mail.queue(to='ana@example.org', subject='Hello', body='See http://x/l/sign-in/TOKEN/',"
    " purpose='t', at=datetime.now(UTC))"
)


def run(*words: str) -> int:
    top = argparse.ArgumentParser()
    commands.add_parsers(top.add_subparsers())
    arguments = top.parse_args(["outbox", *words])
    return int(arguments.run(arguments))


def queue() -> OutgoingMail:
    return mail.queue(
        to="ana@example.org", subject="Hello", body="See TOKEN.\n", purpose="t", at=AT
    )


def test_a_worker_prints_no_link(installation: Installation) -> None:
    assert installation.python(QUEUE).returncode == 0
    worked = installation.command("work", "--once")
    assert worked.returncode == 0
    assert "TOKEN" not in worked.stdout + worked.stderr
    listed = installation.command("outbox", "--all")
    assert "no mail server" in listed.stderr
    read = installation.command("outbox", "--read", listed.stdout.split("\t")[0])
    assert read.stdout == "See http://x/l/sign-in/TOKEN/\n"


@pytest.mark.django_db
def test_a_message_is_read_on_the_command_line(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_HOST = ""
    row = queue()
    jobs.run_due(AT)
    assert run("--read", str(row.pk)) == 0
    assert capsys.readouterr().out == "See TOKEN.\n"
    with pytest.raises(Missing):
        run("--read", "nonsense")


@pytest.mark.django_db
def test_words_that_are_forgotten_are_not_read(settings: Settings) -> None:
    settings.EMAIL_HOST, settings.DEMO = "smtp.example.org", False
    row = queue()
    jobs.run_due(AT)
    with pytest.raises(Missing, match="forgotten"):
        run("--read", str(row.pk))


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["", "smtp.example.org"])
def test_the_outbox_does_not_call_sent_what_is_kept(
    client: Client, settings: Settings, host: str
) -> None:
    settings.EMAIL_HOST, settings.DEMO = host, False
    at = timezone.now()
    person = actions.create_person(email="op@example.org", name="Op", by=system("test"), at=at)
    actions.make_operator(person=person, by=system("test"), at=at)
    client.force_login(person)
    queue()
    jobs.run_due(AT)
    shown = client.get("/outbox/").content.decode()
    assert ("No mail server is set up" in shown) is (host == "")
    assert ("Kept here, not sent" in shown) is (host == "")
