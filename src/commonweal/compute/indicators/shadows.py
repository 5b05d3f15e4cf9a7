"""Slices that nobody asked for, counted only to protect those that were asked for.

A reader knows more than the slices say, and adds up what the slices leave apart:

* If every district lies in one area, districts add up to areas, whether or not their crossing is given.
  So a slice by district is also counted by the area of each.
* If the units of one indicator lie within another's, a slice of the one can be subtracted from a finer
  slice of the other. So both are counted by the slices of either.
* Months add up to quarters, and visits are as good as babies where every baby has one. So an indicator
  that nests with one of other periods or units has a *companion* that is given by what both come to.

What is safe to publish with these slices is safe without them. They are counted, never shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import cast

import polars as pl

from commonweal.compute.indicators.database import Limits
from commonweal.compute.indicators.definition import Period
from commonweal.compute.indicators.engine import evaluate
from commonweal.compute.indicators.families import LEVELS, Population, within
from commonweal.compute.indicators.nesting import Nesting
from commonweal.compute.indicators.plan import Request
from commonweal.compute.indicators.tables import Table

_LENGTH = {grain: length for length, grain in enumerate([None, *reversed(LEVELS)])}

MOST_VALUES = 50_000
"""A column with more values divides people into no groups that are ever shown."""

Parents = Mapping[str, frozenset[str]]
"""Column -> the columns that it determines: its districts' areas."""


def parents(requests: Sequence[Request], table: Table) -> Parents:
    """Which slice columns determine which others in these rows, blanks aside.

    Left out: a column that names every row (all its groups are small), and one that holds a single
    value (to know it tells nothing).
    """
    names = sorted({name for each in requests for slice_ in each.slices for name in slice_})
    seen: dict[tuple[str, str], pl.DataFrame] = {}
    alive = list(permutations(names, 2))
    rows = 0
    for batch in table.batches(names, ()) if alive else ():
        frame = cast(pl.DataFrame, pl.from_arrow(batch.rows))
        frame = frame.with_columns(pl.col(pl.String).replace("", None))
        rows += frame.height
        for pair in alive:
            found = frame.select(*pair).drop_nulls().unique()
            seen[pair] = pl.concat([seen[pair], found]).unique() if pair in seen else found
        alive = [pair for pair in alive if _decides(seen[pair], pair[0])]
    held: dict[str, set[str]] = {}
    for child, parent in alive if rows else ():
        pairs = seen[child, parent]
        if pairs.height < rows and pairs[parent].n_unique() > 1:
            held.setdefault(child, set()).add(parent)
    return {child: frozenset(found) for child, found in held.items()}


def _decides(pairs: pl.DataFrame, child: str) -> bool:
    return pairs.height <= MOST_VALUES and pairs.height == pairs[child].n_unique()


def widened(
    requests: Sequence[Request], minima: Sequence[int], nesting: Nesting, above: Parents
) -> list[Request]:
    """The requests with the slices by which they must be counted besides their own."""
    groups = _related(requests, minima, nesting)
    return [_wider(request, groups[number], above) for number, request in enumerate(requests)]


def _related(
    requests: Sequence[Request], minima: Sequence[int], nesting: Nesting
) -> list[list[Request]]:
    """For each request all whose units lie within each other's, directly or by way of others."""
    populations = [
        Population(number, request, minima[number]) for number, request in enumerate(requests)
    ]
    group = list(range(len(requests)))
    for one, other in permutations(populations, 2):
        if group[one.number] != group[other.number] and one.nests_in(other, nesting):
            old, new = group[one.number], group[other.number]
            group = [new if each == old else each for each in group]
    return [
        [requests[other] for other, theirs in enumerate(group) if theirs == own] for own in group
    ]


@dataclass(frozen=True)
class Companion:
    """Request `of` as a reader can add it up: by longer periods, or by rows."""

    of: int
    request: Request

    def covers(self, original: Request, coarse: int | None, fine: int | None) -> bool:
        """Whether a period of the original is part of one of the companion's."""
        if fine is None or coarse is None:
            return fine == coarse
        grain, own = self.request.definition.period.grain, original.definition.period.grain
        return grain is None or own is None or within(fine, own, grain) == coarse


def companions(
    requests: Sequence[Request], minima: Sequence[int], table: Table, limits: Limits
) -> list[Companion]:
    """For indicators that nest across periods or units: each as it compares with the other."""
    kinds = {(each.definition.distinct, each.definition.period) for each in requests}
    if max(minima) <= 1 or len(kinds) < 2:
        return []
    flat = [_by(each, Period()) for each in requests]
    _, nesting = evaluate([replace(each, slices=()) for each in flat], table, limits, nested=True)
    populations = [Population(number, each, minima[number]) for number, each in enumerate(flat)]
    rows_are_units = _unrepeated(requests, table)
    found: list[Companion] = []
    for one, other in permutations(populations, 2):
        pair = (one.number, other.number)
        if one.nests_in(other, nesting) and all(rows_are_units[number] for number in pair):
            period = _common(*(requests[number].definition.period for number in pair))
            for number in pair:
                companion = Companion(number, _by(requests[number], period))
                if companion.request != requests[number] and companion not in found:
                    found.append(companion)
    return found


def _by(request: Request, period: Period) -> Request:
    return replace(request, definition=replace(request.definition, distinct=None, period=period))


def _common(one: Period, other: Period) -> Period:
    """The longer of two periods over the same dates; else all time."""
    if one.column != other.column or one.grain is None or other.grain is None:
        return Period()
    return max(one, other, key=lambda period: _LENGTH[period.grain])


def _unrepeated(requests: Sequence[Request], table: Table) -> list[bool]:
    """Whether the units of each request are rows: no distinct unit stands in two of them."""
    names = sorted({name for each in requests if (name := each.definition.distinct)})
    values: dict[str, list[pl.Series]] = {name: [] for name in names}
    for batch in table.batches(names, ()) if names else ():
        frame = cast(pl.DataFrame, pl.from_arrow(batch.rows))
        for name in names:
            values[name].append(frame[name].drop_nulls())
    whole = {name: pl.concat(parts) for name, parts in values.items() if parts}
    repeated = {name for name, each in whole.items() if each.n_unique() < each.len()}
    return [each.definition.distinct not in repeated for each in requests]


def _wider(request: Request, related: Sequence[Request], above: Parents) -> Request:
    reads = dict(request.definition.reads)
    slices = dict.fromkeys(request.slices)
    for other in related:
        for slice_ in other.slices:
            columns = [other.column(name) for name in slice_]
            if all(reads.get(each.name, each) == each for each in columns):
                reads.update((each.name, each) for each in columns)
                slices[slice_] = None
    known = {name for slice_ in slices for name in slice_}
    for slice_ in list(slices):
        upper = {up for name in slice_ for up in above.get(name, ())} & known
        slices[(*slice_, *sorted(upper - set(slice_)))] = None
    own = {frozenset(slice_) for slice_ in request.slices}
    more = {frozenset(slice_): slice_ for slice_ in slices if frozenset(slice_) not in own}
    if not more:
        return request
    return Request(replace(request.definition, reads=reads), (*request.slices, *more.values()))
