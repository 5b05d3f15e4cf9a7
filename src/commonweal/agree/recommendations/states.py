"""The way of a recommendation or finding, as a table. Late is no state: it is derived."""

from __future__ import annotations

from commonweal.agree.recommendations.models import Recommendation, State
from commonweal.core.states import StateTable, Transition

ACCEPT, ACCEPT_IN_PART, DECLINE = "accept", "accept_in_part", "decline"
LAUNCH, WITHDRAW = "launch", "withdraw"

RECOMMENDATION: StateTable[Recommendation] = StateTable(
    "recommendation or finding",
    [
        Transition(State.WAITING, ACCEPT, State.ACCEPTED),
        Transition(State.WAITING, ACCEPT_IN_PART, State.IN_PART),
        Transition(State.WAITING, DECLINE, State.DECLINED),
        Transition(State.WAITING, WITHDRAW, State.WITHDRAWN),
        # An answer may be given anew; the former stays beside it.
        Transition(State.ACCEPTED, ACCEPT_IN_PART, State.IN_PART),
        Transition(State.ACCEPTED, DECLINE, State.DECLINED),
        Transition(State.IN_PART, ACCEPT, State.ACCEPTED),
        Transition(State.IN_PART, DECLINE, State.DECLINED),
        Transition(State.DECLINED, ACCEPT, State.ACCEPTED),
        Transition(State.DECLINED, ACCEPT_IN_PART, State.IN_PART),
        Transition(State.ACCEPTED, LAUNCH, State.LAUNCHED),
        Transition(State.IN_PART, LAUNCH, State.LAUNCHED),
        Transition(State.LAUNCHED, LAUNCH, State.LAUNCHED),
    ],
)
ANSWERS = (ACCEPT, ACCEPT_IN_PART, DECLINE)


def answers(state: str) -> list[str]:
    """The answers that are open in this state, in the order of the table."""
    rows = RECOMMENDATION.transitions
    return [row.event for row in rows if row.source == state and row.event in ANSWERS]
