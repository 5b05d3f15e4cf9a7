"""Protect a family of tables: hide what is small and what would give it away, and prove it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

import numpy as np

from commonweal.compute.disclosure.audit import (
    DOUBTFUL,
    TOO_LARGE,
    Interval,
    judge,
    whole_minimum,
)
from commonweal.compute.disclosure.cover import Cover, Uncoverable
from commonweal.compute.disclosure.family import Family, Key, Layout, Table, table_of
from commonweal.compute.disclosure.program import Doubtful, TooLarge
from commonweal.compute.disclosure.prune import Prune
from commonweal.compute.disclosure.sparse import Floats, Ints
from commonweal.compute.disclosure.system import System, system
from commonweal.compute.result import Result

WITHHELD = (
    "Some tables are withheld, because the cells of the family could not be protected with them."
)
PINNED = (
    "However many cells are hidden, one that must not be known is pinned down by combinations that"
    " do not occur."
)

# The grand total is hidden only where nothing else helps.
LAST = 1_000.0


@dataclass(frozen=True)
class Protection:
    """What may be published of a family.

    `hidden` are the cells to show as hidden: the small ones, what covers them, and every live cell
    of `withheld_tables`, which are not to be published at all. If `safe` is False, nothing of the
    family may be published and `reason` says why in plain words; with tables withheld it says why
    they are. `intervals` is what an attacker can say about each hidden cell of a published table,
    in counts; it is restricted and never published.
    """

    hidden: frozenset[Key]
    safe: bool
    reason: str = ""
    intervals: Mapping[Key, Interval] = field(default_factory=dict)
    withheld_tables: tuple[Table, ...] = ()


def protect(family: Family, minimum: int) -> Result[Protection]:
    """Hide every cell with 0 < count < minimum, and enough more that the audit passes.

    Every hidden cell, small or covering, could then be 0 and could be the minimum for all that the
    published cells of all tables together say; the audit has the final word. The same family gives
    the same answer whatever the order of its counts. With a minimum of 0 or 1 nothing is hidden.

    Raises Unusable if the family or the minimum cannot be used.
    """
    needed = whole_minimum(minimum)
    layout = family.layout
    trace: dict[str, Any] = {"rule": "small_cells", "minimum": needed, "cells": len(layout.counts)}
    if not any(0 < count < needed for count in layout.counts.values()):
        return Result(Protection(frozenset(), True), trace | {"hidden": 0, "safe": True})
    try:
        answer = _protected(layout, needed)
    except TooLarge:
        answer = Protection(frozenset(layout.counts), False, TOO_LARGE, {}, layout.tables)
    except Doubtful:
        answer = Protection(frozenset(layout.counts), False, DOUBTFUL, {}, layout.tables)
    found = {"hidden": len(answer.hidden), "safe": answer.safe}
    return Result(answer, trace | found | {"withheld": [list(t) for t in answer.withheld_tables]})


def _protected(layout: Layout, minimum: int) -> Protection:
    """Protect all tables; where that fails, all but those that stand in the way.

    A table is withheld if a cell of it stays pinned down whatever is hidden, or if it is the one
    with the most cells and the work is too much with it.
    """
    left, equations = _fitting(layout)
    withheld: frozenset[Table] = frozenset()
    while len(withheld) < len(left.tables):
        try:
            hidden = covered(equations, left, minimum, withheld)
            verdict, _ = judge(equations, left, hidden, minimum, withheld)
        except Uncoverable as stuck:
            withheld |= {table_of(equations.cells[stuck.cell])}
            continue
        except TooLarge:
            withheld |= {_largest(left, withheld)}
            continue
        if not verdict.safe:
            raise Doubtful
        tables = tuple(t for t in layout.tables if t in withheld or t not in left.tables)
        out = frozenset(key for key in layout.counts if table_of(key) in tables)
        return Protection(hidden | out, True, WITHHELD if tables else "", verdict.intervals, tables)
    return Protection(frozenset(layout.counts), False, PINNED, {}, layout.tables)


def _largest(layout: Layout, withheld: frozenset[Table]) -> Table:
    sizes = Counter(table_of(key) for key in layout.counts)
    return max((t for t in layout.tables if t not in withheld), key=lambda table: sizes[table])


def _fitting(layout: Layout) -> tuple[Layout, System]:
    """The family, less the smallest tables that make its blocks too large to check.

    Only a table in which every combination of its categories occurs may be left out of the
    equations: its cells tell an attacker nothing if they are not published. A table with empty
    combinations would take knowledge from the attacker that it may well have.
    """
    while True:
        try:
            return layout, system(layout)
        except TooLarge:
            layout = _without(layout, _smallest_complete(layout))


def _smallest_complete(layout: Layout) -> Table:
    sizes = Counter(table_of(key) for key in layout.counts)
    categories: dict[str, set[str | None]] = {}
    for key in layout.counts:
        for dim, category in key:
            categories.setdefault(dim, set()).add(category)
    complete = [
        table
        for table in layout.tables
        if len(table) > 1 and sizes[table] == prod(len(categories[dim]) for dim in table)
    ]
    if not complete:
        raise TooLarge
    return min(complete, key=lambda table: (sizes[table], table))


def _without(layout: Layout, table: Table) -> Layout:
    counts = {key: count for key, count in layout.counts.items() if table_of(key) != table}
    groups = (tuple(key for key in group if key in counts) for group in layout.groups)
    return replace(
        layout,
        tables=tuple(one for one in layout.tables if one != table),
        counts=counts,
        groups=tuple(group for group in groups if group),
    )


def covered(
    equations: System, layout: Layout, minimum: int, withheld: frozenset[Table]
) -> frozenset[Key]:
    """A set of cells to hide that should pass the audit, and every cell of withheld tables.

    Raises Uncoverable, Doubtful or TooLarge.
    """
    free = equations.unpublished(withheld)
    weights = _weights(equations, minimum)
    cover = Cover(equations, _groups(equations, layout, withheld), free, weights, minimum)
    cover.grow()
    shut = free[: equations.declared].copy()
    shut[Prune(cover).run()] = True
    return frozenset(equations.cells[cell] for cell in np.flatnonzero(shut))


def _groups(equations: System, layout: Layout, withheld: frozenset[Table]) -> Ints:
    numbers = np.arange(len(equations.cells))
    for group in layout.groups:
        shown = [equations.place[key] for key in group if table_of(key) not in withheld]
        numbers[shown] = min(shown, default=0)
    return numbers


def _weights(equations: System, minimum: int) -> Floats:
    """The price of changing a cell by one: a large cell that hides must itself be covered."""
    weights: Floats = 1.0 + equations.counts / (2.0 * minimum)
    for place, key in enumerate(equations.cells[: equations.declared]):
        if not key:
            weights[place] *= LAST
    return weights
