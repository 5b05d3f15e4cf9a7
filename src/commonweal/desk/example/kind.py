"""What kind of partnership the example is: the convener’s answers, and the choice."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from commonweal.compute.convening.kinds import NETWORK, NO, YES
from commonweal.convene.kinds import actions
from commonweal.convene.models import Partnership
from commonweal.core.scope import Actor

ANSWERS = {
    "long_contract": NO,
    "firm_and_nonprofit": NO,
    "rules_for_many": NO,
    "several_sectors": YES,
    "outcome_shared": YES,
    "nobody_commands": YES,
    "data_needed": YES,
    "both_gain": YES,
    "affected_at_table": YES,
}
BECAUSE = "The councils, the hospital and the charity each hold a piece; none can tell another."


class Scene(Protocol):
    """What of the example this part needs."""

    partnership: Partnership

    def convener(self, at: datetime) -> Actor: ...


def choose(scene: Scene, at: datetime) -> None:
    actions.choose(
        partnership=scene.partnership,
        answers=ANSWERS,
        kind=NETWORK,
        because=BECAUSE,
        by=scene.convener(at),
        at=at,
    )
