"""The ways of a submission, from arrival to what became of it."""

from __future__ import annotations

from commonweal.core.states import StateTable, Transition
from commonweal.pool.models import Submission

SUBMISSION: StateTable[Submission] = StateTable(
    "submission",
    (
        Transition("received", "check", "checking"),
        Transition("received", "fail", "failed"),
        # A worker that died in the middle left it here; another begins again.
        Transition("checking", "check", "checking"),
        Transition("checking", "accept", "accepted"),
        Transition("checking", "accept_partly", "partly_accepted"),
        Transition("checking", "refuse", "refused"),
        Transition("checking", "fail", "failed"),
        # A later number was accepted before this one was checked.
        Transition("checking", "overtake", "superseded"),
        Transition("accepted", "supersede", "superseded"),
        Transition("partly_accepted", "supersede", "superseded"),
    ),
)
