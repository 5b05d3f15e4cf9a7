"""Everything that the page of one proposal shows, for one reader at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from commonweal.agree.decisions import policies, presentation, queries, registry
from commonweal.agree.decisions.models import Proposal, State, Verb
from commonweal.agree.decisions.queries import Here, Roll
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
    declares: bool


def sheet(actor: Actor, proposal: Proposal, at: datetime) -> dict[str, Any]:
    """The context of the page."""
    texts = list(queries.texts(proposal))
    found = queries.positions(proposal)
    table = queries.here(proposal.partnership, at)
    trace = trace_of(proposal, table)
    current = {str(each.seat_id): each for each in found if each.text_id == texts[0].pk}
    noted = {str(each.seat_id): each.get_state_display() for each in proposal.attendance.all()}
    asked = queries.roll(proposal.decision_type, table.seats)
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
        "unheard": unheard(proposal, asked),
        "performs": presentation.holders(proposal.decision_type, Verb.PERFORM),
        "informs": presentation.holders(proposal.decision_type, Verb.INFORM),
        "promised": registry.promised(proposal, at) if proposal.state == State.ADOPTED else (),
        "rights": rights(actor, proposal, table),
        "is_review_due": proposal.review_on is not None and proposal.reviewed_at is None,
    }


def trace_of(proposal: Proposal, table: Here) -> dict[str, Any]:
    """The outcome as it was decided, or what would follow now."""
    return proposal.outcome or dict(queries.outcome_now(proposal, table).trace)


def result_words(proposal: Proposal, at: datetime) -> dict[str, Any]:
    """What follows from the positions, for who is about to close the proposal."""
    trace = trace_of(proposal, queries.here(proposal.partnership, at))
    return {"adopted": trace["adopted"], "reasons": presentation.reasons_of(trace)}


def rights(actor: Actor, proposal: Proposal, table: Here) -> Rights:
    mine = [seat for seat in table.seats if policies.holds(actor, seat)]
    return Rights(
        edits=policies.can_edit(actor, proposal, table.at),
        runs=policies.can_run(actor, proposal, table.at),
        links=policies.can_keep_links(actor, proposal, table.at),
        answers=tuple(answering_seats(mine, proposal, table.seats)),
        speaks=bool(mine) and proposal.is_open and proposal.state != State.DRAFT,
        declares=bool(mine) and proposal.is_open,
    )


def answering_seats(mine: Iterable[Seat], proposal: Proposal, table: Sequence[Seat]) -> list[Seat]:
    """Those of the seats that may take a position now. `table`: the open seats."""
    if proposal.state != State.POSITIONS:
        return []
    out = {each.seat_id for each in proposal.conflicts.all()}
    asked = queries.roll(proposal.decision_type, table).asked
    return [seat for seat in mine if seat in asked and seat.pk not in out]


def unheard(proposal: Proposal, asked: Roll) -> list[str]:
    """Who is asked for advice and has given none yet, by name."""
    if not (proposal.is_open and asked.consulted):
        return []
    heard = queries.advised(proposal)
    return [seat.holder for seat in asked.consulted if seat.pk not in heard]
