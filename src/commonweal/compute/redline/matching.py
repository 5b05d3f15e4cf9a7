"""Which piece of a new sequence is which of an old one: by value, by name, then by likeness."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")
# Of new place: the old one that it continues.
Pairs = dict[int, int]


@dataclass(frozen=True)
class Place:
    """Where a piece stood and stands; None: nowhere. `moved`: its neighbours overtook it."""

    was: int | None
    now: int | None
    moved: bool = False


def pair_equal(old: Sequence[Hashable], new: Sequence[Hashable], pairs: Pairs) -> None:
    """Add the pairs of equal values, in order; what is paired already is left alone."""
    free: dict[Hashable, list[int]] = defaultdict(list)
    taken = set(pairs.values())
    for place, value in enumerate(old):
        if place not in taken:
            free[value].append(place)
    for place, value in enumerate(new):
        if place not in pairs and free.get(value):
            pairs[place] = free[value].pop(0)


def pair_alike(
    old: Iterable[int],
    new: Iterable[int],
    alike: Callable[[int, int], float],
    least: float,
    pairs: Pairs,
) -> None:
    """Add the pairs of what is most alike first, down to `least`."""
    candidates = [(alike(was, now), -now, -was) for was in old for now in new]
    taken = set(pairs.values())
    for score, minus_now, minus_was in sorted(candidates, reverse=True):
        now, was = -minus_now, -minus_was
        if score >= least and now not in pairs and was not in taken:
            pairs[now] = was
            taken.add(was)


def places(old: int, new: int, pairs: Pairs) -> list[Place]:
    """Every piece once, in the new order; what is gone stands where it stood among the others."""
    order = [pairs[now] for now in sorted(pairs)]
    in_order = set(_longest_rising(order))
    now_of = {was: now for now, was in pairs.items()}
    gone: dict[int, list[Place]] = defaultdict(list)
    after = -1
    for was in range(old):
        if was in now_of:
            after = now_of[was]
        else:
            gone[after].append(Place(was, None))
    found = list(gone[-1])
    for now in range(new):
        held = pairs.get(now)
        found.append(Place(held, now, moved=held is not None and held not in in_order))
        found += gone[now]
    return found


def _longest_rising(values: Sequence[int]) -> list[int]:
    """A longest rising part of different numbers: the pieces that did not move."""
    tails: list[int] = []
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for value in values:
        at = bisect_left(tails, value)
        before[value] = ends[at - 1] if at else None
        tails[at : at + 1] = [value]
        ends[at : at + 1] = [value]
    rising: list[int] = []
    value_ = ends[-1] if ends else None
    while value_ is not None:
        rising.append(value_)
        value_ = before[value_]
    return rising[::-1]
