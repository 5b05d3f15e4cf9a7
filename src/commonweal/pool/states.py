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
        # The keys are gone, and with them whatever became of the file: it counts no more.
        Transition("accepted", "destroy", "destroyed"),
        Transition("partly_accepted", "destroy", "destroyed"),
        Transition("superseded", "destroy", "destroyed"),
        Transition("refused", "destroy", "destroyed"),
        Transition("failed", "destroy", "destroyed"),
    ),
)
