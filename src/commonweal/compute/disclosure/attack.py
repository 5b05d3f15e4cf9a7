"""What an attacker can say about each hidden cell: the exact range of the linear relaxation.

The attacker knows every published cell, which cells add up to which, which combinations do not
occur, and that no count is negative. Cells are let to be any real number: bounds over whole numbers
lie within these and may be narrower where tables are linked three ways (they are equal in a two-way
table, whose equations are a network's).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from commonweal.compute.disclosure.program import INFINITE, MET, Doubtful, Program
from commonweal.compute.disclosure.sparse import Floats, Ints, Mask, Rows
from commonweal.compute.disclosure.system import System

# A direction rises in a cell if it does so by more than this, the steepest cell rising by one.
STEEP = 1e-4
# How far a point moves along such a direction to bear witness: beyond any minimum count.
FAR = 1e6


@dataclass(frozen=True)
class Part:
    """Unknown cells that depend on each other: rows @ cells = right; `columns` of the system."""

    columns: Ints
    rows: Rows
    right: Floats


@dataclass
class Range:
    """Bounds by cell, and the extremes met in points that were checked (`seen`)."""

    low: Floats
    high: Floats
    seen_low: Floats
    seen_high: Floats
    asked: int = 0


def ranges(system: System, unknown: Mask, wanted: Mask) -> Range:
    """The attacker's range of each wanted cell, when the cells of `unknown` are not published.

    Raises Doubtful or TooLarge if the solver fails on one of them.
    """
    value, open_cells = _substituted(system, unknown)
    result = Range(value.copy(), value.copy(), value.copy(), value.copy())
    for part in _parts(system, value, open_cells):
        local = wanted[part.columns]
        if local.any():
            _explore(part, system.counts[part.columns], local, result)
    return result


def _substituted(system: System, unknown: Mask) -> tuple[Floats, Mask]:
    """Counts with every cell put in that one equation gives away, and what stays open."""
    rows = system.rows
    still = unknown.copy()
    value = np.where(still, 0.0, system.counts)
    while True:
        entries = still[rows.columns]
        single = (rows.sums(entries.astype(np.float64)) == 1)[rows.owners] & entries
        if not single.any():
            return value, still
        found = np.flatnonzero(single)
        value[rows.columns[found]] = -rows.dot(value)[rows.owners[found]] * rows.values[found]
        still[rows.columns[found]] = False


def _parts(system: System, value: Floats, still: Mask) -> Iterator[Part]:
    """The open cells, split into sets between which no equation runs."""
    right = -system.rows.dot(value)
    leader = _leaders(system.rows, still)
    for head in np.unique(leader[still]):
        columns = np.flatnonzero(still & (leader == head))
        rows, numbers = system.rows.only(columns)
        yield Part(columns, rows, right[numbers])


def _leaders(rows: Rows, still: Mask) -> Ints:
    """For each open column the smallest column that it is connected to through rows."""
    leader = np.arange(len(still))
    entries = np.flatnonzero(still[rows.columns])
    columns, owners = rows.columns[entries], rows.owners[entries]
    while True:
        least = np.full(rows.count, len(still))
        np.minimum.at(least, owners, leader[columns])
        pulled = leader.copy()
        np.minimum.at(pulled, columns, least[owners])
        pulled = pulled[pulled]
        if (pulled == leader).all():
            return leader
        leader = pulled


class _Seen:
    """The extremes of each cell over the points met so far."""

    def __init__(self, start: Floats) -> None:
        self.least, self.most = start.copy(), start.copy()

    def note(self, point: Floats) -> Floats:
        np.minimum(self.least, point, out=self.least)
        np.maximum(self.most, point, out=self.most)
        return point


def _explore(part: Part, start: Floats, wanted: Mask, result: Range) -> None:
    """Bounds of one part: a program per cell and side, unless a known point reaches a cheap bound."""
    size = len(part.columns)
    ceiling = _ceilings(part)
    program = Program(part.rows, part.right, np.zeros(size), np.full(size, INFINITE))
    seen = _Seen(start)
    endless = _endless(part, ceiling, start, seen)
    low, high = np.zeros(size), np.where(endless, INFINITE, ceiling)
    for cell in np.flatnonzero(wanted).tolist():
        if seen.least[cell] > MET:
            low[cell] = _extreme(program, cell, 1.0, seen)
        if not endless[cell] and seen.most[cell] < ceiling[cell] - MET:
            high[cell] = _extreme(program, cell, -1.0, seen)
    result.low[part.columns], result.high[part.columns] = low, high
    result.seen_low[part.columns], result.seen_high[part.columns] = seen.least, seen.most
    result.asked += program.asked


def _extreme(program: Program, cell: int, sign: float, seen: _Seen) -> float:
    column = np.array([cell])
    program.cost(column, np.array([sign]))
    point = program.solve()
    program.cost(column, np.zeros(1))
    if point is None:
        raise Doubtful
    return float(seen.note(point)[cell])


def _ceilings(part: Part) -> Floats:
    """An upper bound of each cell from single equations: parts are at most their sum."""
    rows, right = part.rows, part.right
    ceiling = np.full(len(part.columns), INFINITE)
    positive = rows.values > 0
    for _ in range(20):
        # parts - whole = right, where a row without an open whole bounds its parts at once.
        whole = rows.sums(np.where(positive, 0.0, ceiling[rows.columns])) + right
        total = rows.sums(np.where(positive, ceiling[rows.columns], 0.0)) - right
        bound = np.where(positive, whole[rows.owners], total[rows.owners])
        lower = ceiling.copy()
        np.minimum.at(lower, rows.columns, bound)
        if (lower >= ceiling).all():
            break
        ceiling = lower
    floored: Floats = np.maximum(ceiling, 0.0)
    return floored


def _endless(part: Part, ceiling: Floats, start: Floats, seen: _Seen) -> Mask:
    """The cells without an upper bound: those that rise along a direction that meets the equations.

    Directions add up to directions, so each program asks for all cells not yet covered at once.
    """
    size = len(part.columns)
    endless = np.zeros(size, dtype=bool)
    left = np.isinf(ceiling)
    if not left.any():
        return endless
    program = Program(part.rows, np.zeros(part.rows.count), np.zeros(size), np.ones(size))
    while left.any():
        program.cost(np.arange(size), np.where(left, -1.0, 0.0))
        ray = program.solve()
        if ray is None or not (ray[left] > STEEP).any():
            break
        rising = ray > STEEP
        endless |= rising
        left &= ~rising
        far = start + ray * (FAR / ray[rising].min())
        if np.abs(part.rows.dot(far) - part.right).max(initial=0.0) <= MET:
            seen.note(far)
    return endless
