"""What a reader owes: positions, reviews within thirty days, and steps in disputes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.agree.decisions import policies, queries
from commonweal.agree.decisions.models import Proposal, State
from commonweal.agree.decisions.queries import Here
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.core.due import Item
from commonweal.core.scope import Actor

AHEAD = timedelta(days=30)
ADVISE_WITHIN = timedelta(days=14)
"""When advice that is asked for counts as late, as long as no day is set."""


def owed(actor: Actor, at: datetime) -> Iterator[Item]:
    """At all tables of this reader. Nothing to holders of links and to the system."""
    if actor.person_id is None:
        return
    for partnership in convene.partnerships_for(actor, at):
        table = queries.here(partnership, at)
        mine = [seat for seat in table.seats if policies.holds(actor, seat)]
        if mine:
            yield from _answers(partnership, mine, table)
            yield from _disputes(partnership, mine, at)
        if any(seat.kind == Seat.Kind.CONVENER for seat in mine):
            yield from _reviews(partnership, at)


def _answers(partnership: Partnership, mine: list[Seat], table: Here) -> Iterator[Item]:
    for proposal in queries.open_proposals(partnership):
        if proposal.state == State.POSITIONS and proposal.answer_by is not None:
            waiting = queries.owed(proposal, table)
            for seat in mine:
                if seat in waiting:
                    yield _item(proposal, seat, "position", proposal.answer_by, table.at)
        elif proposal.state == State.CLARIFY:
            day = (proposal.proposed_at + ADVISE_WITHIN).date()
            asked = queries.roll(proposal.decision_type, table.seats).consulted
            for seat in mine:
                if seat in asked and seat.pk not in queries.advised(proposal):
                    yield _item(proposal, seat, "advice", day, table.at)


def _item(proposal: Proposal, seat: Seat, kind: str, day: date, at: datetime) -> Item:
    names = {"title": proposal.title, "seat": seat.holder}
    if kind == "position":
        name, title = "take_position", _("Answer the proposal “%(title)s” (%(seat)s)") % names
    else:
        name, title = "proposal", _("Give advice on “%(title)s” (%(seat)s)") % names
    return Item(
        title=title,
        url=reverse(name, args=[proposal.partnership.slug, proposal.number]),
        partnership_id=proposal.partnership_id,
        organisation_id=seat.organisation_id,
        due_at=_end_of(day),
        late=day < at.date(),
        kind=f"decisions.{kind}",
    )


def _reviews(partnership: Partnership, at: datetime) -> Iterator[Item]:
    for proposal in queries.reviews_coming(partnership, (at + AHEAD).date()):
        if proposal.review_on is None:
            continue
        yield Item(
            title=_("Review the decision “%(title)s”") % {"title": proposal.title},
            url=reverse("proposal", args=[partnership.slug, proposal.number]),
            partnership_id=partnership.pk,
            organisation_id=None,
            due_at=_end_of(proposal.review_on),
            late=proposal.review_on < at.date(),
            kind="decisions.review",
        )


def _disputes(partnership: Partnership, mine: list[Seat], at: datetime) -> Iterator[Item]:
    for dispute in queries.open_disputes(partnership):
        parties = [seat for seat in mine if seat in dispute.parties.all()]
        if not parties or dispute.next_on is None:
            continue
        yield Item(
            title=_("Take the dispute on: %(about)s") % {"about": dispute.about},
            url=reverse("dispute", args=[partnership.slug, dispute.number]),
            partnership_id=partnership.pk,
            organisation_id=parties[0].organisation_id,
            due_at=_end_of(dispute.next_on),
            late=dispute.next_on < at.date(),
            kind="decisions.dispute",
        )


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time(23, 59), UTC)
