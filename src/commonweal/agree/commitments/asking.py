"""Asking an organisation that rarely signs in for a word, by a personal link to its own people."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.agree.commitments import policies
from commonweal.agree.commitments.models import Commitment
from commonweal.core import events, formats, links, mail
from commonweal.core import queries as core
from commonweal.core.errors import Conflict
from commonweal.core.models import Link, Person, Role
from commonweal.core.scope import Actor

VALID: Final = timedelta(days=45)
PAUSE: Final = timedelta(days=7)
"""Between two requests about one commitment: asking is no way to wear anybody down."""


def ask(*, commitment: Commitment, by: Actor, at: datetime) -> int:
    """Mail every person who takes part in the organisation a link to say how it goes; how many.

    The address is never the asker's choice: a link speaks for the organisation. Raises Conflict
    when nobody is there to be asked, and when they were asked within the last seven days.
    """
    policies.check_can_ask(by, commitment, at)
    subject = policies.link_subject(commitment)
    with transaction.atomic():
        Commitment.objects.select_for_update().get(pk=commitment.pk)
        recent = Link.objects.filter(
            purpose=policies.WORD_LINK, subject=subject, issued_at__gt=at - PAUSE
        )
        if recent.exists():
            raise Conflict(
                _("They were asked within the last seven days."),
                mend=_("Give them time, or speak to them."),
            )
        people = [
            each
            for each in core.people_of(commitment.organisation, Role.MEMBER, at)
            if each.is_active
        ]
        if not people:
            raise Conflict(
                _("Nobody takes part for %(name)s yet.") % {"name": commitment.organisation.name},
                mend=_("Invite somebody from the page of the table."),
            )
        for person in people:
            _mail(commitment, person, by, at)
        events.append(
            kind="agree.commitment_asked",
            subject=subject,
            by=by,
            at=at,
            scope=commitment.partnership_id,
            organisation=commitment.organisation_id,
            data={"number": commitment.number},
        )
    return len(people)


def _mail(commitment: Commitment, person: Person, by: Actor, at: datetime) -> None:
    link, token = links.issue(
        purpose=policies.WORD_LINK,
        subject=policies.link_subject(commitment),
        by=by,
        at=at,
        expires_at=at + VALID,
        organisation=commitment.organisation,
        person=person,
        scope=commitment.partnership_id,
        uses=None,
    )
    version = commitment.versions.latest("number")
    with translation.override(person.language):
        names = {
            "name": person.name,
            "organisation": commitment.organisation.name,
            "partnership": commitment.partnership.name,
            "action": version.action,
            "due": formats.day(version.due_on),
            "address": links.address(policies.WORD_LINK, token),
            "day": formats.day(link.expires_at),
        }
        paragraphs = [
            _("Hello %(name)s,") % names,
            _("%(organisation)s volunteered this to %(partnership)s, by %(due)s: “%(action)s”.")
            % names,
            _("Say in a sentence or two how it goes. You need no account:"),
            names["address"],
            _("Nobody is compelled: you may also say that it takes longer, or that it ends.")
            + " "
            + _("The link works until %(day)s. Do not pass it on: it is yours.") % names,
        ]
        mail.queue(
            to=person.email,
            subject=_("How does it go? “%(action)s”") % names,
            body="\n\n".join(paragraphs),
            purpose="commitment-word",
            at=at,
            scope=commitment.partnership_id,
        )
