"""The gate: is every hidden cell of a family as uncertain to an attacker as was promised?"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from commonweal.compute.disclosure.attack import Range, ranges
from commonweal.compute.disclosure.family import Family, Key, Layout, Table, table_of
from commonweal.compute.disclosure.program import MET, Doubtful, TooLarge
from commonweal.compute.disclosure.system import System, system
from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result

Interval = tuple[float, float]

TOO_LARGE = (
    "The tables are linked in a way that cannot be checked at this size. Declare fewer crossings of"
    " the same dimensions, or fewer categories."
)
DOUBTFUL = "The check of the hidden cells ended without a certain answer, so nothing is published."
SHOWN = "A cell below the minimum, or a part of a row that must be hidden whole, is not hidden."
EXPOSED = "What is published would pin down a hidden cell more closely than the minimum allows."


@dataclass(frozen=True)
class Audit:
    """Whether a release keeps its promise. Restricted: `intervals` and `exposed` are not published.

    `safe` is True only if every cell below the minimum is hidden, bundles are hidden whole, and the
    interval of every hidden cell of a published table holds 0 and the minimum, each shown by a
    population that was checked against everything published. `exposed` names the cells that fail.
    """

    safe: bool
    reason: str = ""
    intervals: Mapping[Key, Interval] = field(default_factory=dict)
    exposed: frozenset[Key] = frozenset()


def audit(
    family: Family, hidden: Collection[Key], minimum: int, withheld: tuple[Table, ...] = ()
) -> Result[Audit]:
    """Check a release that shows every cell of `family` but those `hidden`.

    `hidden` are the cells shown as hidden; the attacker sees that they are, not why. Tables in
    `withheld` are not published at all: nothing is asked of their cells, and the attacker is still
    taken to know which of their combinations do not occur. Intervals are in counts, exact for the
    linear relaxation within 1e-6; infinity means that nothing published bounds the cell.

    Raises Unusable if the family cannot be used, a hidden cell or withheld table is not declared,
    or the minimum is not a whole number.
    """
    needed = whole_minimum(minimum)
    parts = tuple(frozenset({key}) for key in hidden)
    layout = replace(family, bundles=(*family.bundles, *parts)).layout
    outside = known_tables(layout, withheld)
    trace = {"rule": "audit", "minimum": needed, "cells": len(layout.counts), "hidden": len(hidden)}
    try:
        verdict, asked = judge(system(layout), layout, frozenset(hidden), needed, outside)
    except TooLarge:
        return Result(Audit(False, TOO_LARGE), trace)
    except Doubtful:
        return Result(Audit(False, DOUBTFUL), trace)
    return Result(verdict, trace | {"programs": asked, "safe": verdict.safe})


def whole_minimum(minimum: int) -> int:
    """The minimum as a whole number that is not negative, or Unusable."""
    if isinstance(minimum, bool) or not isinstance(minimum, int) or minimum < 0:
        raise Unusable(
            "The minimum is not a whole number from 0 up.", mend="Give 0 to hide nothing."
        )
    return minimum


def known_tables(layout: Layout, tables: tuple[Table, ...]) -> frozenset[Table]:
    """The tables in the layout's order of dims, or Unusable if one is not declared."""
    named = {frozenset(table): table for table in layout.tables}
    for table in tables:
        if frozenset(table) not in named:
            raise Unusable(
                f"The withheld table ({', '.join(table)}) is not declared.", mend="Declare it."
            )
    return frozenset(named[frozenset(table)] for table in tables)


def judge(
    equations: System,
    layout: Layout,
    hidden: frozenset[Key],
    minimum: int,
    withheld: frozenset[Table],
) -> tuple[Audit, int]:
    """The verdict, and how many programs it took. Raises Doubtful if the solver fails."""
    asked_of = [key for key in layout.counts if key in hidden and table_of(key) not in withheld]
    if _shown(layout, hidden, minimum, withheld):
        return Audit(False, SHOWN), 0
    place = equations.place
    wanted = np.zeros(len(equations.cells), dtype=bool)
    wanted[[place[key] for key in asked_of]] = True
    found = ranges(equations, wanted | equations.unpublished(withheld), wanted)
    intervals = {key: _interval(found, place[key]) for key in asked_of}
    exposed = frozenset(key for key in asked_of if not _holds(found, place[key], minimum))
    reason = EXPOSED if exposed else ""
    return Audit(not exposed, reason, intervals, exposed), found.asked


def _shown(
    layout: Layout, hidden: frozenset[Key], minimum: int, withheld: frozenset[Table]
) -> bool:
    """Whether a small cell, or part of a hidden group, of a published table is on show."""
    for group in layout.groups:
        cells = [key for key in group if table_of(key) not in withheld]
        small = any(0 < layout.counts[key] < minimum for key in cells)
        shown = [key not in hidden for key in cells]
        if any(shown) and (small or not all(shown)):
            return True
    return False


def _interval(found: Range, place: int) -> Interval:
    low, high = (float(round(bounds[place], 6)) for bounds in (found.low, found.high))
    return low + 0.0, high


def _holds(found: Range, place: int, minimum: int) -> bool:
    return bool(found.seen_low[place] <= MET and found.seen_high[place] >= minimum - MET)
