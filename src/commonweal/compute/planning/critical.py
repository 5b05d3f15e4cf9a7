"""What holds the whole plan up when it slips: the critical path.

Source: Kelley and Walker, "Critical-path planning and scheduling", Proceedings of the Eastern Joint
IRE-AIEE-ACM Computer Conference, 1959: a pass forward for the earliest days, one backward for the
latest, and the difference as float. Here nothing begins before the day on which its owner planned it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter

from commonweal.compute.errors import Unusable
from commonweal.compute.planning.model import Item, Kind, checked
from commonweal.compute.result import Result

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Timing:
    """`starts`, `ends`: the earliest days. `slack`: by how many days it can slip without moving the
    last day of the plan."""

    key: str
    starts: date
    ends: date
    slack: int

    @property
    def critical(self) -> bool:
        return self.slack == 0


def critical_path(items: Sequence[Item]) -> Result[tuple[Timing, ...]]:
    """The timing of every item in the order given; linear in items and what they wait for.

    An item that waits for a budget can begin on the budget's first day, else on the day after what it
    waits for has ended. The trace holds the last day and the keys without slack in order of their
    days. Raises Unusable for items that wait for each other in a circle, naming them.
    """
    by_key = checked(items)
    order = _order(items)
    starts: dict[str, date] = {}
    for key in order:
        item = by_key[key]
        ready = [_ready(by_key[each], starts[each]) for each in item.after]
        starts[key] = max([item.starts, *ready])
    last = max((_end(by_key[key], starts[key]) for key in order), default=None)
    latest = _latest(by_key, order, last)
    found = tuple(
        Timing(
            item.key,
            starts[item.key],
            _end(item, starts[item.key]),
            (latest[item.key] - starts[item.key]).days,
        )
        for item in items
    )
    path = sorted(
        (each for each in found if each.critical), key=lambda each: (each.starts, each.key)
    )
    return Result(
        found,
        {"last": last.isoformat() if last else None, "critical": [each.key for each in path]},
    )


def _order(items: Sequence[Item]) -> list[str]:
    try:
        return [*TopologicalSorter({item.key: item.after for item in items}).static_order()]
    except CycleError as error:
        around = " → ".join(reversed(error.args[1]))
        raise Unusable(
            f"These wait for each other: {around}.",
            mend="Let one of them wait for none of the others.",
        ) from error


def _latest(by_key: dict[str, Item], order: Sequence[str], last: date | None) -> dict[str, date]:
    """The latest day on which each can start."""
    latest: dict[str, date] = {}
    for key in reversed(order):
        item = by_key[key]
        if last is not None and key not in latest:
            latest[key] = last - (item.days - 1) * DAY
        for before in item.after:
            other = by_key[before]
            by = latest[key] if other.kind == Kind.BUDGET else latest[key] - other.days * DAY
            own = latest.get(before, (last or by) - (other.days - 1) * DAY)
            latest[before] = min(own, by)
    return latest


def _end(item: Item, starts: date) -> date:
    return starts + (item.days - 1) * DAY


def _ready(before: Item, starts: date) -> date:
    """The first day on which what waits for it can begin."""
    return starts if before.kind == Kind.BUDGET else _end(before, starts) + DAY
