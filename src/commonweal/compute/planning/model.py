"""What the computations on a plan are given. Keys are the caller's, as text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from commonweal.compute.errors import Unusable


class Kind(StrEnum):
    ACTIVITY = "activity"
    MILESTONE = "milestone"
    BUDGET = "budget"
    PROCUREMENT = "procurement"
    EVALUATION = "evaluation"
    STAFFING = "staffing"
    DECISION = "decision"
    TRAINING = "training"


@dataclass(frozen=True)
class Item:
    """One thing planned, from the first day to the last, both counted.

    `after`: keys of what must be there first: of a budget its first day, of anything else its last.
    `informs`: the key of the decision that an evaluation should inform, or "". `covered`: whether
    somebody covers a gap in staffing.
    """

    key: str
    owner: str
    kind: Kind
    starts: date
    ends: date
    place: str = ""
    after: tuple[str, ...] = ()
    informs: str = ""
    covered: bool = False

    @property
    def days(self) -> int:
        return (self.ends - self.starts).days + 1


def checked(items: Sequence[Item]) -> dict[str, Item]:
    """By key. Raises Unusable for a key that stands twice, is not there, or days that turn back."""
    counts = Counter(item.key for item in items)
    if twice := sorted(key for key, count in counts.items() if count > 1):
        raise Unusable(f"The key {twice[0]} stands twice.", mend="Give each item its own key.")
    for item in items:
        if item.ends < item.starts:
            raise Unusable(f"{item.key} ends before it starts.", mend="Change one of the days.")
        named = (*item.after, *((item.informs,) if item.informs else ()))
        if unknown := [key for key in named if key not in counts]:
            raise Unusable(f"{item.key} names {unknown[0]}, which is not in the plan.")
    return {item.key: item for item in items}
