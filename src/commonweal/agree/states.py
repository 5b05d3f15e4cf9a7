"""The way of a version, as a table. Withdrawal, suspension and expiry are instants, not states.

“Agreed” is no state either: a text open for comment is agreed when every party has said that it is
content with it and no comment waits for an answer (`talk.waits_for`). It may be put to signature
then; before, only when its preparer says so. A draft may be put to signature at once: whoever reads
it is told that nobody was asked for comments.
"""

from __future__ import annotations

from commonweal.agree.models import AgreementVersion, State
from commonweal.core.states import StateTable, Transition

ASK, OPEN, COMPLETE, REPLACE, DROP = (
    "open_for_comment",
    "open_for_signature",
    "last_party_signs",
    "newer_version",
    "drop",
)

VERSION: StateTable[AgreementVersion] = StateTable(
    "version of an agreement",
    [
        Transition(State.DRAFT, ASK, State.COMMENT),
        Transition(State.DRAFT, OPEN, State.SIGNING),
        Transition(State.COMMENT, OPEN, State.SIGNING),
        Transition(State.SIGNING, COMPLETE, State.ACTIVE),
        Transition(State.DRAFT, REPLACE, State.REPLACED),
        Transition(State.COMMENT, REPLACE, State.REPLACED),
        Transition(State.SIGNING, REPLACE, State.REPLACED),
        Transition(State.ACTIVE, REPLACE, State.REPLACED),
        Transition(State.DRAFT, DROP, State.DROPPED),
        Transition(State.COMMENT, DROP, State.DROPPED),
        Transition(State.SIGNING, DROP, State.DROPPED),
    ],
)
PREPARING = (State.DRAFT, State.COMMENT, State.SIGNING)
