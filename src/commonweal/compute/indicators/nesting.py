"""Which units one indicator counts are all among those that another counts, or none of them.

That, and not how conditions are worded, decides what a reader can subtract: days <= 28 lies within
days <= 30, and a = 'x' apart from a = 'y', whatever the text. It is read off the units themselves, so
two sets that happen to nest in this data count as nested: a reader may know that they do.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from commonweal.compute.indicators import compile as sql

SELECTED, YES, NO = "selected", "yes", "no"
UnitSet = tuple[int, str]
"""The number of a request, and which of its units: those in question, counted, or not counted."""

_STATES = {SELECTED: (sql.YES, sql.NO, sql.MISSING), YES: (sql.YES,), NO: (sql.NO,)}
_CHUNK = 50_000

MOST_PAIRED = 30
"""Sets within one set of which every two are tried together; with more, each is tried alone."""

Pair = tuple[UnitSet, UnitSet]
S = TypeVar("S", bound=Hashable)


@dataclass(frozen=True)
class Nesting:
    """`inside`: (one, other) where other holds all of one. `apart`: pairs with no unit in common.

    Neither names a set without units. Nothing is known of requests over different units or periods.
    """

    inside: frozenset[Pair] = frozenset()
    apart: frozenset[Pair] = frozenset()

    def renumbered(self, numbers: Sequence[int]) -> Nesting:
        """The same with request `numbers[i]` for i."""

        def moved(pairs: Iterable[Pair]) -> frozenset[Pair]:
            return frozenset(((numbers[i], a), (numbers[j], b)) for (i, a), (j, b) in pairs)

        return Nesting(moved(self.inside), moved(self.apart))

    def __or__(self, other: Nesting) -> Nesting:
        return Nesting(self.inside | other.inside, self.apart | other.apart)


def observed(states: NDArray[np.int8], members: Sequence[int]) -> Nesting:
    """The nesting of the sets of `members`, each given as its column of `states`.

    `states` has a row for every combination that some unit has.
    """
    names = [(number, which) for number in range(len(members)) for which in _STATES]
    size = len(names)
    leaves, meets = np.zeros((size, size), dtype=bool), np.zeros((size, size), dtype=bool)
    for start in range(0, len(states), _CHUNK):
        rows = states[start : start + _CHUNK]
        held = np.column_stack([np.isin(rows[:, members[i]], _STATES[w]) for i, w in names])
        numbers = held.astype(np.float32)
        meets |= numbers.T @ numbers > 0
        leaves |= numbers.T @ (1 - numbers) > 0
    some = meets.diagonal()
    both = some[:, None] & some[None, :] & ~np.eye(size, dtype=bool)

    def pairs(where: NDArray[np.bool_]) -> frozenset[Pair]:
        return frozenset((names[i], names[j]) for i, j in np.argwhere(where & both).tolist())

    return Nesting(pairs(~leaves), pairs(~meets))


def partitions(
    sets: Sequence[S], inside: Callable[[S, S], bool], apart: Callable[[S, S], bool]
) -> Iterator[tuple[S | None, tuple[S, ...]]]:
    """Ways to fill a set (None: the whole) by sets that lie apart within it, as far as they go.

    Whatever is left of a set after one set within it, or two that lie apart, are taken away is made
    of parts of the answers: if it is small, so is one of them.
    """
    for outer in (None, *sets):
        within = [
            each
            for each in sets
            if outer is None or (inside(each, outer) and not inside(outer, each))
        ]
        pairs = combinations(within, 2) if len(within) <= MOST_PAIRED else ()
        seeds = [*((each,) for each in within), *(pair for pair in pairs if apart(*pair))]
        found: dict[frozenset[S], tuple[S, ...]] = {}
        for seed in seeds:
            picked = list(seed)
            for each in within:
                if each not in picked and all(apart(each, other) for other in picked):
                    picked.append(each)
            found.setdefault(frozenset(picked), tuple(picked))
        for filled in found.values():
            yield outer, filled
