"""The receipt by e-mail: what became of a file, in counts, for whoever sent it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.core import formats, mail
from commonweal.core.models import Link, Person
from commonweal.pool import months, words
from commonweal.pool.models import Submission

_GONE_WRONG = (Submission.State.REFUSED, Submission.State.FAILED)


def queue(submission: Submission, at: datetime) -> None:
    """Queue the receipt. Link holders always get one; people with an account only when nothing
    of their file was taken in, for they see the rest on their pages.
    """
    kind, _colon, key = submission.by.partition(":")
    if kind == "link":
        link = Link.objects.filter(pk=key).first()
        if link is not None and link.email:
            _send(submission, link.email, "", at)
    elif kind == "person" and submission.state in _GONE_WRONG:
        person = Person.objects.filter(pk=key, is_active=True).first()
        if person is not None:
            with translation.override(person.language):
                _send(submission, person.email, _address(submission), at)


def _address(submission: Submission) -> str:
    slug = submission.contract.partnership.slug
    return settings.BASE_URL + reverse("submission", args=[slug, submission.pk])


def _send(submission: Submission, to: str, address: str, at: datetime) -> None:
    subject = _("%(contract)s for %(month)s: %(state)s") % {
        "contract": submission.contract.title,
        "month": months.label(submission.period),
        "state": submission.get_state_display(),
    }
    mail.queue(
        to=to,
        subject=subject,
        body="\n\n".join(_paragraphs(submission, address)),
        purpose="receipt",
        at=at,
        scope=submission.contract.partnership_id,
    )


def _paragraphs(submission: Submission, address: str) -> list[str]:
    text = [
        _("We received the file of %(provider)s for “%(contract)s”, %(month)s (number %(number)s).")
        % {
            "provider": submission.provider.name,
            "contract": submission.contract.title,
            "month": months.label(submission.period),
            "number": submission.number,
        },
        _outcome(submission),
    ]
    reason, mend = words.verdict(submission)
    text += [" ".join(part for part in (reason, mend) if part)] if reason else []
    if submission.rows_bad:
        text.append(
            _("To see what is wrong, row by row, open the page of your file: %(address)s")
            % {"address": address}
            if address
            else _("To see what is wrong, row by row, open the link you sent the file by.")
        )
    text.append(
        _("The file is kept encrypted and is used only for what %(agreement)s allows.")
        % {"agreement": submission.agreement.reference}
    )
    return text


def _outcome(submission: Submission) -> str:
    states = Submission.State
    if submission.state == states.ACCEPTED:
        return ngettext(
            "It was accepted: %(count)s row.",
            "It was accepted: all %(count)s rows.",
            submission.rows_clean or 0,
        ) % {"count": formats.number(submission.rows_clean or 0)}
    if submission.state == states.PARTLY_ACCEPTED:
        return _("%(clean)s of %(rows)s rows were accepted; %(bad)s have errors and wait.") % {
            "clean": formats.number(submission.rows_clean or 0),
            "rows": formats.number(submission.rows_total or 0),
            "bad": formats.number(submission.rows_bad or 0),
        }
    if submission.state == states.SUPERSEDED:
        return _("A newer file for the same month was accepted before this one was checked.")
    return _("It was not accepted.")
