"""Disputes: raised, talked over, mediated, facilitated from outside, and put on record.

Each step writes one event, with the state and the parties' seats, never what was said.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from commonweal.agree.decisions import policies, queries, states
from commonweal.agree.decisions.models import (
    Dispute,
    DisputeState,
    DisputeStep,
    Proposal,
)
from commonweal.agree.decisions.recording import said
from commonweal.convene.models import Partnership, Seat
from commonweal.core import events
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.scope import Actor

CLOSING = frozenset({states.SETTLE, states.RECORD})


def raise_dispute(
    *,
    seat: Seat,
    others: Sequence[Seat],
    about: str,
    words: str,
    next_on: date,
    by: Actor,
    at: datetime,
    proposal: Proposal | None = None,
) -> Dispute:
    """Say that one's seat and others do not agree, and until when the parties talk.

    Raises Denied for who does not take part for the seat, Invalid without another party.
    """
    policies.check_can_speak_for(by, seat, at)
    about = " ".join(said(about, "about", _("Say in one line what it is about.")).split())
    words = said(words, "words", _("Say what you do not agree on, without blame."))
    _check_next(next_on, at)
    table = queries.open_seats(seat.partnership, at)
    if not others or seat in others or any(other not in table for other in others):
        ask = _("Choose at least one other seat at this table.")
        raise Invalid.at("others", ask)
    if proposal is not None and proposal.partnership_id != seat.partnership_id:
        raise Invalid(_("This proposal belongs to another table."))
    with transaction.atomic():
        Partnership.objects.select_for_update().get(pk=seat.partnership_id)
        last = Dispute.objects.filter(partnership=seat.partnership).aggregate(Max("number"))
        dispute = Dispute.objects.create(
            partnership=seat.partnership,
            number=(last["number__max"] or 0) + 1,
            about=about,
            proposal=proposal,
            raised_by=seat,
            next_on=next_on,
            raised_at=at,
        )
        dispute.parties.set([seat, *others])
        _note(dispute, words, at)
        _log("dispute_raised", dispute, by, at)
    return dispute


def step(
    *, dispute: Dispute, event: str, words: str, next_on: date | None, by: Actor, at: datetime
) -> None:
    """Take a dispute on by one step of `states.DISPUTE`, with what came of it so far.

    `next_on`: until when the next step is tried; not for the last one. Raises Conflict for a step
    that does not follow.
    """
    policies.check_can_step(by, dispute, at)
    words = said(words, "words", _("Write down what came of it."))
    if dispute.state not in states.DISPUTE.sources(event):
        raise Conflict(
            _("This step does not follow where the dispute stands."),
            mend=_("Reload the page and look where it stands."),
        )
    if event in CLOSING:
        next_on = None
    elif next_on is None:
        ask = _("Say until when you try this.")
        raise Invalid.at("next_on", ask)
    else:
        _check_next(next_on, at)
    with transaction.atomic():
        source = dispute.state
        target = states.DISPUTE.target(dispute, source, event)
        here = Dispute.objects.filter(pk=dispute.pk, state=source)
        if not here.update(state=target, next_on=next_on):
            raise Conflict(
                _("Somebody else has just taken this dispute on."), mend=_("Reload the page.")
            )
        dispute.state, dispute.next_on = target, next_on
        _note(dispute, words, at)
        _log("dispute_moved", dispute, by, at)


def _check_next(next_on: date, at: datetime) -> None:
    if next_on < at.date():
        ask = _("Choose today or a later day.")
        raise Invalid.at("next_on", ask)


def _note(dispute: Dispute, words: str, at: datetime) -> None:
    DisputeStep.objects.create(
        dispute=dispute, state=DisputeState(dispute.state), words=words, taken_at=at
    )


def _log(what: str, dispute: Dispute, by: Actor, at: datetime) -> None:
    parties = sorted(str(pk) for pk in dispute.parties.values_list("pk", flat=True))
    events.append(
        kind=f"decisions.{what}",
        subject=f"decisions.dispute:{dispute.pk}",
        by=by,
        at=at,
        scope=dispute.partnership_id,
        organisation=dispute.raised_by.organisation_id,
        data={"number": dispute.number, "state": str(dispute.state), "parties": parties},
    )
