"""The way of a version, as a table. Withdrawal, suspension and expiry are instants, not states."""

from __future__ import annotations

from commonweal.agree.models import AgreementVersion, State
from commonweal.core.states import StateTable, Transition

OPEN, COMPLETE, REPLACE = "open_for_signature", "last_party_signs", "newer_version"

VERSION: StateTable[AgreementVersion] = StateTable(
    "version of an agreement",
    [
        Transition(State.DRAFT, OPEN, State.SIGNING),
        Transition(State.SIGNING, COMPLETE, State.ACTIVE),
        Transition(State.DRAFT, REPLACE, State.REPLACED),
        Transition(State.SIGNING, REPLACE, State.REPLACED),
        Transition(State.ACTIVE, REPLACE, State.REPLACED),
    ],
)
