"""Outgoing mail: queued in the action's transaction, sent by a job, failures kept and shown."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.core import jobs
from commonweal.core.errors import Conflict, Invalid, Missing
from commonweal.core.models import OutgoingMail
from commonweal.core.scope import system
from commonweal.core.sealing import seal, unseal

BACKOFF: Final = (60, 300, 1800, 7200, 21600)
KEEP: Final = timedelta(days=30)


def queue(
    *, to: str, subject: str, body: str, purpose: str, at: datetime, scope: UUID | None = None
) -> OutgoingMail:
    """Queue one plain-text message; it is sent if and only if the caller's transaction commits.

    `purpose` is a slug that says what the message is for. Raises Invalid for a bad address.
    """
    try:
        validate_email(to)
    except ValidationError:
        raise Invalid(
            _("This is not an e-mail address."), mend=_("It looks like name@example.org.")
        ) from None
    with transaction.atomic():
        mail = OutgoingMail.objects.create(
            to=to,
            subject=" ".join(subject.split())[:200],
            body=seal(body),
            purpose=purpose,
            scope=scope,
            queued_at=at,
            next_attempt_at=at,
        )
        jobs.enqueue("core.send_mail", by=system("mail"), at=at, scope=scope, mail=str(mail.pk))
    return mail


def keeps_sent_bodies() -> bool:
    """Only where nothing is really sent: there the outbox is the way to read a message."""
    return bool(settings.DEMO) or not settings.EMAIL_HOST


def stays_here() -> bool:
    """Whether messages reach nobody although this is in earnest: no mail server is named."""
    return not (settings.DEMO or settings.EMAIL_HOST)


@jobs.job("core.send_mail", attempts=len(BACKOFF) + 1, backoff=BACKOFF, priority=50)
def send(progress: jobs.Progress, mail: str) -> None:
    """Send one message. A second run after it was sent does nothing."""
    row = OutgoingMail.objects.get(pk=mail)
    if row.state == OutgoingMail.State.SENT:
        return
    row.attempts += 1
    message = EmailMessage(
        row.subject,
        unseal(row.body),
        settings.DEFAULT_FROM_EMAIL,
        [row.to],
        headers={"Auto-Submitted": "auto-generated", "Message-ID": f"<{row.pk}@commonweal>"},
    )
    try:
        message.send()
    except Exception as error:
        row.last_error = type(error).__name__
        row.next_attempt_at = progress.retry_at
        states = OutgoingMail.State
        row.state = states.GIVEN_UP if progress.is_last_attempt else states.FAILED
        row.save()
        raise
    row.state, row.sent_at = OutgoingMail.State.SENT, progress.at
    row.next_attempt_at, row.last_error = None, ""
    if not keeps_sent_bodies():
        row.body = ""
    row.save()


def send_again(*, mail: OutgoingMail, at: datetime) -> None:
    """Start over with a message that failed. Raises Conflict for any other."""
    states = OutgoingMail.State
    with transaction.atomic():
        failed = OutgoingMail.objects.filter(pk=mail.pk, state=states.GIVEN_UP)
        if not failed.update(state=states.QUEUED, next_attempt_at=at):
            raise Conflict(_("This message is not waiting for you: it was sent or will be."))
        jobs.enqueue(
            "core.send_mail", by=system("mail"), at=at, scope=mail.scope, mail=str(mail.pk)
        )
    mail.refresh_from_db()


def body_of(mail: OutgoingMail) -> str:
    """The message's words; empty once it was sent for good."""
    return unseal(mail.body) if mail.body else ""


def readable(mail: OutgoingMail) -> str:
    """The message's words. Raises Missing once they are forgotten."""
    if not mail.body:
        raise Missing(_("Its words were forgotten when it was sent."))
    return body_of(mail)


def prune(at: datetime) -> int:
    """Forget messages older than thirty days."""
    return OutgoingMail.objects.filter(queued_at__lt=at - KEEP).delete()[0]
