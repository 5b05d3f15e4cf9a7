"""Limits that agreements set, and how loose a value of each is.

One table for everything that compares two of them: a child with its parent, the agreements of a chain,
two permits, two versions of a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from commonweal.compute.permits.asking import Obligation
from commonweal.compute.permits.clauses import (
    LEVELS,
    Clause,
    Expiry,
    Linkage,
    MinimumCell,
    Publication,
    Retention,
    Start,
    Withdrawal,
)
from commonweal.compute.permits.governing import GRAINS, Breach, Grain


@dataclass(frozen=True)
class Measure:
    """The attribute of a clause that is its value, and a number that grows with what it allows."""

    attribute: str
    looseness: Callable[[Any], int]


LIMITS: Mapping[type[Any], Measure] = {
    MinimumCell: Measure("minimum", lambda minimum: -int(minimum)),
    Linkage: Measure("allowed", int),
    Publication: Measure("level", LEVELS.index),
    Retention: Measure("months", int),
    Start: Measure("day", lambda day: -day.toordinal()),
    Expiry: Measure("day", lambda day: day.toordinal()),
    Withdrawal: Measure("notice_days", int),
    Breach: Measure("hours", int),
    Grain: Measure("level", GRAINS.index),
}
LOOSENESS: Mapping[str, Callable[[Any], int]] = {
    of.kind: measure.looseness for of, measure in LIMITS.items()
}
"""By kind of clause, for values without their clause."""


def value_of(clause: Clause) -> Any:
    """What a limit says, e.g. 10 of the smallest group shown."""
    return getattr(clause, LIMITS[type(clause)].attribute)


def looseness(clause: Clause) -> int:
    """How much a limit allows; of two of one kind the smaller is the stricter."""
    return LIMITS[type(clause)].looseness(value_of(clause))


def strictest(limits: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """Of each kind the one that allows least; of two that allow the same, the first."""
    held: dict[str, Obligation] = {}
    for each in limits:
        other = held.get(each.kind)
        loose = LOOSENESS[each.kind]
        if other is None or loose(each.value) < loose(other.value):
            held[each.kind] = each
    return tuple(held.values())


def keep_to(held: Iterable[Obligation], demanded: Iterable[Obligation]) -> bool:
    """Whether whoever keeps to the limits held keeps to those that are demanded too."""
    kept = strictest(held)
    return strictest([*kept, *demanded]) == kept
