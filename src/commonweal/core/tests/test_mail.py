"""Mail: sent if the action happened, tried again if it fails, never silent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail as django_mail
from django.db import transaction
from pytest_django import Settings

from commonweal.core import jobs, mail
from commonweal.core.errors import Conflict, Invalid, Missing
from commonweal.core.models import Job, OutgoingMail

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
BROKEN = "commonweal.core.tests.broken_mail.Backend"


def queue(**changes: str) -> OutgoingMail:
    facts = {"to": "ana@example.org", "subject": "Hello", "body": "See http://x/l/up/TOKEN/"}
    return mail.queue(**(facts | changes), purpose="test", at=AT)


@pytest.mark.django_db
def test_queued_mail_is_sent_once() -> None:
    row = queue()
    assert django_mail.outbox == []
    jobs.run_due(AT)
    row.refresh_from_db()
    assert (row.state, row.sent_at, row.attempts) == ("sent", AT, 1)
    (sent,) = django_mail.outbox
    assert (sent.to, sent.subject) == (["ana@example.org"], "Hello")
    assert "TOKEN" in sent.body
    mail.send(jobs.Progress(row.pk, "core.send_mail", 1, 1, AT, None), str(row.pk))
    assert len(django_mail.outbox) == 1


@pytest.mark.django_db
def test_mail_of_a_rolled_back_action_is_not_sent() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        queue()
        raise RuntimeError
    jobs.run_due(AT)
    assert (django_mail.outbox, OutgoingMail.objects.count()) == ([], 0)


@pytest.mark.django_db
def test_a_link_in_a_message_is_not_readable_in_the_database() -> None:
    queue()
    stored = str(list(OutgoingMail.objects.values())) + str(list(Job.objects.values()))
    assert "TOKEN" not in stored
    assert "ana@example.org" not in str(list(Job.objects.values()))


@pytest.mark.django_db
def test_where_mail_is_really_sent_its_words_are_forgotten(settings: Settings) -> None:
    settings.EMAIL_HOST, settings.DEMO = "smtp.example.org", False
    row = queue()
    assert "TOKEN" in mail.body_of(row)
    jobs.run_due(AT)
    row.refresh_from_db()
    assert (row.body, mail.body_of(row)) == ("", "")


@pytest.mark.django_db
def test_the_outbox_keeps_the_words_where_nothing_is_really_sent(
    settings: Settings,
) -> None:
    settings.EMAIL_HOST = ""
    row = queue()
    jobs.run_due(AT)
    row.refresh_from_db()
    assert "TOKEN" in mail.body_of(row)


@pytest.mark.django_db
def test_failed_mail_is_tried_again_and_arrives(settings: Settings) -> None:
    good, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, BROKEN
    row = queue()
    jobs.run_due(AT)
    row.refresh_from_db()
    assert (row.state, row.last_error) == ("failed", "ConnectionRefusedError")
    assert row.next_attempt_at == AT + timedelta(seconds=mail.BACKOFF[0])
    settings.EMAIL_BACKEND = good
    assert jobs.run_due(AT) == 0
    jobs.run_due(row.next_attempt_at)
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == ("sent", 2, "")
    assert len(django_mail.outbox) == 1


def fail_for_good() -> OutgoingMail:
    row, at = queue(), AT
    for _ in range(len(mail.BACKOFF) + 1):
        assert jobs.run_due(at) == 1
        at += timedelta(days=1)
    row.refresh_from_db()
    return row


@pytest.mark.django_db
def test_mail_that_keeps_failing_is_given_up_and_shown(settings: Settings) -> None:
    good, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, BROKEN
    row = fail_for_good()
    assert (row.state, row.next_attempt_at) == ("given_up", None)
    assert jobs.run_due(AT + timedelta(days=30)) == 0
    assert "ana@example.org" not in row.last_error
    settings.EMAIL_BACKEND = good
    mail.send_again(mail=row, at=AT)
    jobs.run_due(AT)
    row.refresh_from_db()
    assert row.state == "sent"
    with pytest.raises(Conflict):
        mail.send_again(mail=row, at=AT)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["", "ana", "a@b", "ana@example.org\nBcc: all@example.org"])
def test_a_bad_address_is_refused(address: str) -> None:
    with pytest.raises(Invalid):
        queue(to=address)


@pytest.mark.django_db
def test_a_line_break_in_a_subject_is_no_header() -> None:
    queue(subject="Hello\r\nBcc: all@example.org")
    jobs.run_due(AT)
    assert django_mail.outbox[0].subject == "Hello Bcc: all@example.org"
    assert django_mail.outbox[0].recipients() == ["ana@example.org"]


@pytest.mark.django_db
def test_another_secret_key_opens_no_message(settings: Settings) -> None:
    row = queue()
    settings.SECRET_KEY = "another"
    with pytest.raises(Missing):
        mail.body_of(row)


@pytest.mark.django_db
def test_old_messages_are_forgotten() -> None:
    queue()
    assert mail.prune(AT + timedelta(days=29)) == 0
    assert mail.prune(AT + timedelta(days=31)) == 1
