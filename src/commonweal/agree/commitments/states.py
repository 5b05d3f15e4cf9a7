"""The way of a commitment, as a table. Its organisation alone moves it; late is no state."""

from __future__ import annotations

from commonweal.agree.commitments.models import Commitment, State
from commonweal.core.states import StateTable, Transition

TELL, KEEP, KEEP_PARTLY = "tell", "keep", "keep_partly"
NOT_KEEP, WITHDRAW = "not_keep", "withdraw"

COMMITMENT: StateTable[Commitment] = StateTable(
    "commitment",
    [
        Transition(State.OPEN, TELL, State.PROGRESSING),
        Transition(State.OPEN, KEEP, State.KEPT),
        Transition(State.OPEN, KEEP_PARTLY, State.PARTLY_KEPT),
        Transition(State.OPEN, NOT_KEEP, State.NOT_KEPT),
        Transition(State.OPEN, WITHDRAW, State.WITHDRAWN),
        Transition(State.PROGRESSING, TELL, State.PROGRESSING),
        Transition(State.PROGRESSING, KEEP, State.KEPT),
        Transition(State.PROGRESSING, KEEP_PARTLY, State.PARTLY_KEPT),
        Transition(State.PROGRESSING, NOT_KEEP, State.NOT_KEPT),
        Transition(State.PROGRESSING, WITHDRAW, State.WITHDRAWN),
        # Nobody is held to how it ended: a promise can be taken up again, and kept after all.
        Transition(State.KEPT, TELL, State.PROGRESSING),
        Transition(State.PARTLY_KEPT, TELL, State.PROGRESSING),
        Transition(State.PARTLY_KEPT, KEEP, State.KEPT),
        Transition(State.NOT_KEPT, TELL, State.PROGRESSING),
        Transition(State.NOT_KEPT, KEEP, State.KEPT),
        Transition(State.NOT_KEPT, KEEP_PARTLY, State.PARTLY_KEPT),
        Transition(State.WITHDRAWN, TELL, State.PROGRESSING),
    ],
)


def ways(state: str) -> list[str]:
    """The events that are open to a commitment in this state, in the order of the table."""
    return [row.event for row in COMMITMENT.transitions if row.source == state]
