"""What a meeting takes up, in which order, and what does not fit into its time.

Source: ours. The order puts first what others already wait for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result


class Sort(StrEnum):
    """What a point is, in the order in which points are taken up."""

    LATE = "late"
    DECISION = "decision"
    OWN = "own"
    REVIEW = "review"
    NEWS = "news"


MINUTES = {Sort.LATE: 10, Sort.DECISION: 15, Sort.OWN: 10, Sort.REVIEW: 10, Sort.NEWS: 5}


@dataclass(frozen=True)
class Point:
    """`due`: by when it is owed, None for what is not. `minutes`: 0 for what its sort usually takes."""

    key: str
    sort: Sort
    due: date | None = None
    minutes: int = 0

    @property
    def takes(self) -> int:
        return self.minutes or MINUTES[self.sort]


@dataclass(frozen=True)
class Slot:
    """`begins`: minutes after the start; None where it does not fit."""

    key: str
    begins: int | None
    minutes: int


def agenda(points: Sequence[Point], minutes: int) -> Result[tuple[Slot, ...]]:
    """Points by sort, then by day, then by key, each with its time; the input's order changes nothing.

    A point that does not fit is passed over for later ones that do; none is dropped. The trace says how
    many minutes are taken and how many would be needed. Raises Unusable for a length below one minute.
    """
    if minutes < 1 or any(point.minutes < 0 for point in points):
        raise Unusable(
            "A meeting and its points last at least a minute.", mend="Write more minutes."
        )
    order = list(Sort)
    slots, taken = [], 0
    for point in sorted(points, key=lambda p: (order.index(p.sort), p.due or date.max, p.key)):
        fits = taken + point.takes <= minutes
        slots.append(Slot(point.key, taken if fits else None, point.takes))
        taken += point.takes if fits else 0
    needed = sum(point.takes for point in points)
    return Result(tuple(slots), {"taken": taken, "needed": needed, "minutes": minutes})
