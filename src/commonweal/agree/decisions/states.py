"""The ways of a proposal and of a dispute, as tables."""

from __future__ import annotations

from commonweal.agree.decisions.models import Dispute, DisputeState, Proposal, State
from commonweal.core.states import StateTable, Transition

CLARIFY, ASK, INTEGRATE = "open_for_questions", "ask_for_positions", "take_objections_in"
ADOPT, CLOSE, WITHDRAW = "adopt", "close_without_adopting", "withdraw"

PROPOSAL: StateTable[Proposal] = StateTable(
    "proposal",
    [
        Transition(State.DRAFT, CLARIFY, State.CLARIFY),
        Transition(State.CLARIFY, ASK, State.POSITIONS),
        Transition(State.POSITIONS, INTEGRATE, State.INTEGRATE),
        Transition(State.INTEGRATE, ASK, State.POSITIONS),
        Transition(State.POSITIONS, ADOPT, State.ADOPTED),
        Transition(State.POSITIONS, CLOSE, State.NOT_ADOPTED),
        Transition(State.INTEGRATE, CLOSE, State.NOT_ADOPTED),
        Transition(State.DRAFT, WITHDRAW, State.WITHDRAWN),
        Transition(State.CLARIFY, WITHDRAW, State.WITHDRAWN),
        Transition(State.POSITIONS, WITHDRAW, State.WITHDRAWN),
        Transition(State.INTEGRATE, WITHDRAW, State.WITHDRAWN),
    ],
)

TALK, MEDIATE, FACILITATE = "talk", "mediate", "facilitate"
SETTLE, RECORD = "settle", "record"

DISPUTE: StateTable[Dispute] = StateTable(
    "dispute",
    [
        Transition(DisputeState.RAISED, TALK, DisputeState.TALK),
        Transition(DisputeState.TALK, MEDIATE, DisputeState.MEDIATE),
        Transition(DisputeState.MEDIATE, FACILITATE, DisputeState.FACILITATE),
        Transition(DisputeState.FACILITATE, RECORD, DisputeState.RECORDED),
        *(
            Transition(state, SETTLE, DisputeState.SETTLED)
            for state in (
                DisputeState.RAISED,
                DisputeState.TALK,
                DisputeState.MEDIATE,
                DisputeState.FACILITATE,
            )
        ),
    ],
)
