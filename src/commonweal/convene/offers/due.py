"""What is owed here: letters at the door wait for an answer, and what was asked for for a yes or no."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.convene.offers import queries
from commonweal.core import due
from commonweal.core.scope import Actor

PATIENCE = timedelta(days=14)


@due.register
def letters(actor: Actor, at: datetime) -> Iterator[due.Item]:
    """One for each letter; whoever knocks is told that two weeks are the longest."""
    for letter in queries.waiting_letters(actor, at):
        yield due.Item(
            title=_("Answer the letter of %(name)s") % {"name": letter.name},
            url=reverse("answer_letter", args=[letter.partnership.slug, letter.pk]),
            partnership_id=letter.partnership_id,
            organisation_id=None,
            due_at=letter.written_at + PATIENCE,
            late=letter.written_at + PATIENCE < at,
            kind="convene.letter",
        )


@due.register
def asks(actor: Actor, at: datetime) -> Iterator[due.Item]:
    """One for each offer that somebody has asked for: its organisation promises it or says no."""
    for match in queries.waiting_asks(actor, at):
        seat = match.offer.seat
        wait_until = (match.asked_at or at) + PATIENCE
        yield due.Item(
            title=_("Say yes or no to %(asker)s, who asks for: %(offer)s")
            % {"asker": match.need.seat.holder, "offer": match.offer.title},
            url=reverse("offers", args=[seat.partnership.slug]),
            partnership_id=seat.partnership_id,
            organisation_id=seat.organisation_id,
            due_at=wait_until,
            late=wait_until < at,
            kind="convene.offer_asked",
        )
