"""Everything that the page of one proposal shows, for one reader at one moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commonweal.agree.decisions import policies, presentation, queries
from commonweal.agree.decisions.models import Contribution, Proposal, State, Verb
from commonweal.convene.models import Seat
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Rights:
    """What this reader may do with the proposal now. `answers`: own seats that are asked."""

    edits: bool
    runs: bool
    links: bool
    answers: tuple[Seat, ...]
    speaks: bool


def sheet(actor: Actor, proposal: Proposal, at: datetime) -> dict[str, Any]:
    """The context of the page."""
    texts = list(queries.texts(proposal))
    found = queries.positions(proposal)
    trace = trace_of(proposal, at)
    current = {str(each.seat_id): each for each in found if each.text_id == texts[0].pk}
    noted = {str(each.seat_id): each.get_state_display() for each in proposal.attendance.all()}
    asked = queries.roll(proposal.decision_type, at)
    is_asked = proposal.state not in {State.DRAFT, State.CLARIFY, State.WITHDRAWN}
    return {
        "proposal": proposal,
        "present": texts[0],
        "look": presentation.LOOKS[State(proposal.state)],
        "lead": presentation.standing(proposal, at),
        "path": presentation.path(proposal),
        "reasons": presentation.reasons_of(trace),
        "is_carried": trace["adopted"],
        "positions": presentation.positions_table(
            trace, current, asked.vacant if proposal.is_open else (), noted
        )
        if is_asked
        else None,
        "objections": presentation.former_objections(found, texts),
        "contributions": presentation.said_rows(queries.contributions(proposal)),
        "conflicts": proposal.conflicts.select_related("seat__organisation"),
        "history": presentation.history(texts),
        "former": texts[1:],
        "type_rows": presentation.decided_rows(trace)
        if proposal.outcome
        else presentation.type_rows(proposal.decision_type),
        "unheard": unheard(proposal, at),
        "performs": presentation.holders(proposal.decision_type, Verb.PERFORM),
        "informs": presentation.holders(proposal.decision_type, Verb.INFORM),
        "rights": rights(actor, proposal, at),
        "is_review_due": proposal.review_on is not None and proposal.reviewed_at is None,
    }


def trace_of(proposal: Proposal, at: datetime) -> dict[str, Any]:
    """The outcome as it was decided, or what would follow now."""
    return proposal.outcome or dict(queries.outcome_now(proposal, at).trace)


def result_words(proposal: Proposal, at: datetime) -> dict[str, Any]:
    """What follows from the positions, for who is about to close the proposal."""
    trace = trace_of(proposal, at)
    return {"adopted": trace["adopted"], "reasons": presentation.reasons_of(trace)}


def rights(actor: Actor, proposal: Proposal, at: datetime) -> Rights:
    mine = queries.own_seats(actor, proposal.partnership, at)
    return Rights(
        edits=policies.can_edit(actor, proposal, at),
        runs=policies.can_run(actor, proposal, at),
        links=policies.can_keep_links(actor, proposal, at),
        answers=tuple(answering_seats(mine, proposal, at)),
        speaks=bool(mine) and proposal.is_open and proposal.state != State.DRAFT,
    )


def answering_seats(mine: list[Seat], proposal: Proposal, at: datetime) -> list[Seat]:
    """Those of the seats that may take a position now."""
    if proposal.state != State.POSITIONS:
        return []
    out = {each.seat_id for each in proposal.conflicts.all()}
    asked = queries.roll(proposal.decision_type, at).asked
    return [seat for seat in mine if seat in asked and seat.pk not in out]


def unheard(proposal: Proposal, at: datetime) -> list[str]:
    """Who is asked for advice and has given none yet, by name."""
    if not proposal.is_open:
        return []
    given = proposal.contributions.filter(kind=Contribution.Kind.ADVICE)
    heard = set(given.values_list("seat_id", flat=True))
    consulted = queries.roll(proposal.decision_type, at).consulted
    return [seat.holder for seat in consulted if seat.pk not in heard]
