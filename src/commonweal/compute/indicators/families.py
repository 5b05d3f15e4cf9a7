"""Rows to publish -> families of count tables for disclosure control, and back.

What a reader could subtract belongs together:

* Indicators over the same *population* (unit, selection, units measured) are one family: their
  slices share margins, and each tells how the population splits into counted and not counted.
* A set of units inside another (what one indicator counts, or is about, among what another counts) is
  a split of that other: publishing both publishes the rest. Sets that lie apart split it together.
* Periods that no published figure adds up are families of their own; periods of different length
  over the same dates are dimensions of one family, the shorter within the longer.

n and all parts of a split are shown or hidden together: with n known, a small part would name itself
beside a large one. As n is shared, a row hidden for one indicator of a population is hidden for all.
A row is hidden when any of its cells is, in any family. Splits of one population are audited together
up to MAX_JOINT cells, beyond that in several parts, each against all slices and n; a row hidden in one
part is hidden altogether, which only widens what the others proved. Not treated as a split: units left
out for a missing value, see docs/reference/definition.md.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from commonweal.compute.disclosure.family import Family, Key, table_of
from commonweal.compute.indicators import nodes
from commonweal.compute.indicators.definition import Column, Grain, IndicatorKind
from commonweal.compute.indicators.figures import Figure
from commonweal.compute.indicators.nesting import NO, SELECTED, YES, Nesting, UnitSet, partitions
from commonweal.compute.indicators.nodes import Node
from commonweal.compute.indicators.plan import Request, Slice

MAX_JOINT = 400
"""Cells of all slices, times the parts of each split, that are audited in one family. Measured: 400 such
cells cost half a second, and every further split costs four times as much."""

LEVELS = (Grain.WHOLE, Grain.YEAR, Grain.QUARTER, Grain.MONTH)
_MONTHS = {Grain.YEAR: 12, Grain.QUARTER: 3, Grain.MONTH: 1}


@dataclass(frozen=True)
class Line:
    """A figure in its place: which request, slice, period number and category.

    Units without a date have no period; their figures are not published, but can be subtracted.
    """

    request: int
    slice: Slice
    period: int | None
    category: tuple[str | None, ...]
    figure: Figure
    published: bool = True


@dataclass(frozen=True)
class Protected:
    """The positions of the lines to hide, and why whole slices of a request are withheld."""

    hidden: frozenset[int]
    withheld: Mapping[tuple[int, Slice], str] = field(default_factory=dict)


def protected(
    requests: Sequence[Request], lines: Sequence[Line], minima: Sequence[int], nesting: Nesting
) -> Protected:
    """What of `lines` may not be published; `minima` are the requests' smallest cells."""
    hidden: set[int] = set()
    withheld: dict[tuple[int, Slice], str] = {}
    if max(minima, default=0) <= 1:
        return Protected(frozenset())
    # Loads a solver, which plain counting need not wait for.
    from commonweal.compute.disclosure.protect import protect

    for part in _parts(requests, lines, minima, nesting):
        verdict = protect(part.family, part.minimum).answer
        for position, keys in part.keys.items():
            if not verdict.safe or any(key in verdict.hidden for key in keys):
                hidden.add(position)
            tables = {table_of(key) for key in keys}
            if not verdict.safe or tables & set(verdict.withheld_tables):
                hidden.add(position)
                line = lines[position]
                withheld[line.request, line.slice] = verdict.reason
    return Protected(frozenset(hidden), withheld)


@dataclass(frozen=True)
class _Part:
    """One family, the smallest cell it may show, and the cells of each line in it."""

    family: Family
    minimum: int
    keys: Mapping[int, tuple[Key, ...]]


Spot = tuple[Slice, int | None, tuple[str | None, ...]]
"""Slice, period number and category."""


class Population:
    """The units that a request measures: what selects them, and how many there are in each spot."""

    def __init__(self, number: int, request: Request, minimum: int) -> None:
        self.number = number
        self.request = request
        self.minimum = minimum
        self.positions: dict[Spot, int] = {}
        self.figures: dict[Spot, Figure] = {}
        definition = request.definition
        self.conditions = set(_conditions(definition.denominator))
        if definition.kind is IndicatorKind.COUNT:
            self.conditions.update(_conditions(definition.numerator))
        self.unit = request.column(definition.distinct) if definition.distinct else None
        self.grain = definition.period.grain
        self.date = request.column(definition.period.column) if definition.period.column else None
        # A count is about what it counts; everything else about all that is in question.
        counts = definition.kind is IndicatorKind.COUNT
        self.units: UnitSet = (number, YES if counts else SELECTED)

    @property
    def clock(self) -> tuple[Column | None, Grain | None]:
        return self.date, self.grain

    @property
    def sets(self) -> tuple[UnitSet, ...]:
        """The sets of units whose size its rows tell."""
        kind = self.request.definition.kind
        splits = kind is IndicatorKind.PROPORTION or (
            kind is IndicatorKind.RATE and self.request.definition.value is None
        )
        return (self.units, (self.number, YES), (self.number, NO)) if splits else (self.units,)

    def nests_in(self, other: Population, nesting: Nesting) -> bool:
        """Whether something its rows tell can be subtracted from something the other's tell.

        That their populations are the same, or hold their own parts, is no such thing.
        """
        if self.unit != other.unit or self.clock != other.clock:
            return False
        same = (
            self.conditions == other.conditions
            or {
                (self.units, other.units),
                (other.units, self.units),
            }
            <= nesting.inside
        )
        own = {self.units, other.units} if same else set()
        return self.conditions > other.conditions or any(
            (one, outer) in nesting.inside and not own & {one, outer}
            for one in self.sets
            for outer in other.sets
        )

    def add(self, position: int, line: Line) -> None:
        spot = (line.slice, line.period, line.category)
        if spot in self.figures:
            # A total of nothing is shown where all units are without a date: these are counted here.
            return
        self.positions[spot] = position
        self.figures[spot] = line.figure

    def totals(self, slice_: Slice) -> dict[tuple[str | None, ...], int]:
        """Units by category, over all periods."""
        totals: Counter[tuple[str | None, ...]] = Counter()
        for spot, figure in self.figures.items():
            if spot[0] == slice_:
                totals[spot[2]] += figure.n
        return {category: n for category, n in totals.items() if n}

    def same_units(self, other: Population) -> bool:
        """Whether both select alike and no published n tells them apart."""
        return (
            self.unit == other.unit
            and self.conditions == other.conditions
            and all(self.totals(s) == other.totals(s) for s in self.shared(other))
        )

    def shared(self, other: Population) -> list[Slice]:
        """The slices by the same columns that both have, the total among them."""
        return [
            slice_
            for slice_ in self.request.tables
            if slice_ in other.request.tables
            and all(self.request.column(n) == other.request.column(n) for n in slice_)
        ]


def _conditions(node: Node | None) -> Iterator[str]:
    """The conditions that must all hold for a unit to be selected, each as text."""
    if isinstance(node, nodes.And):
        for part in node.parts:
            yield from _conditions(part)
    elif node is not None:
        yield json.dumps(nodes.tree(node), sort_keys=True)


@dataclass(frozen=True)
class _Split:
    """How the units of each spot fall apart; `at` has their sum, the rows of `owners` show parts."""

    at: Population
    owners: tuple[Population, ...]
    sides: Mapping[Spot, tuple[int, ...]]


def _parts(
    requests: Sequence[Request], lines: Sequence[Line], minima: Sequence[int], nesting: Nesting
) -> Iterator[_Part]:
    populations = [
        Population(number, request, minimum)
        for number, (request, minimum) in enumerate(zip(requests, minima, strict=True))
    ]
    for position, line in enumerate(lines):
        populations[line.request].add(position, line)
    classes: list[list[Population]] = []
    for population in populations:
        for members in classes:
            if members[0].same_units(population):
                members.append(population)
                break
        else:
            classes.append([population])
    for members in classes:
        splits = _Splitter(members, populations, nesting).splits()
        for some in _packed(members, splits):
            yield from _Composer(members, some).parts()
        for each in members:
            if any(figure.events is not None for figure in each.figures.values()):
                yield from _Composer([each], [], events=True).parts()


class _Splitter:
    """All splits of a class: into counted and not, and by whatever else is published within it."""

    def __init__(
        self, members: Sequence[Population], populations: Sequence[Population], nesting: Nesting
    ) -> None:
        self.members = members
        self.populations = populations
        self.nesting = nesting

    def splits(self) -> list[_Split]:
        found = [split for each in self.members if (split := _own(each))]
        seen = {_signature(split.sides) for split in found}
        for at in {each.clock: each for each in reversed(self.members)}.values():
            for outer, inner in partitions(self._sets(at), self._inside, self._apart):
                split = self._split(at, outer, inner)
                if split and (signature := _signature(split.sides)) not in seen:
                    seen.add(signature)
                    found.append(split)
        return found

    def _sets(self, at: Population) -> list[UnitSet]:
        """What is published of the class's units, by periods like those of `at`."""
        sets: list[UnitSet] = []
        for each in self.populations:
            if each.clock != at.clock or each.unit != at.unit:
                continue
            if each not in self.members and not self._within(each, at):
                continue
            if each not in self.members:
                sets.append(each.units)
            if _own(each):
                sets += [(each.number, YES), (each.number, NO)]
        return sets

    def _within(self, inner: Population, outer: Population) -> bool:
        """Whether a population lies within another: by its wording, or by its units."""
        worded = inner.conditions > outer.conditions
        return worded or self._inside(inner.units, outer.units)

    def _inside(self, one: UnitSet, other: UnitSet) -> bool:
        return (one, other) in self.nesting.inside

    def _apart(self, one: UnitSet, other: UnitSet) -> bool:
        return (one, other) in self.nesting.apart

    def _split(
        self, at: Population, outer: UnitSet | None, inner: Sequence[UnitSet]
    ) -> _Split | None:
        owners = [self.populations[number] for number, _ in (*inner, *((outer,) if outer else ()))]
        shared = set(at.request.tables).intersection(*(at.shared(each) for each in owners))
        sides = {}
        for spot, figure in at.figures.items():
            if spot[0] in shared:
                parts = [self._size(each, spot) for each in inner]
                whole = self._size(outer, spot) if outer else figure.n
                sides[spot] = (*parts, whole - sum(parts), *((figure.n - whole,) if outer else ()))
        # Units whose value is missing can make a part larger; then nothing is subtracted.
        if not sides or any(part < 0 for parts in sides.values() for part in parts):
            return None
        used = [
            place for place, parts in enumerate(zip(*sides.values(), strict=True)) if any(parts)
        ]
        if len(used) < 2:
            return None
        kept = {spot: tuple(parts[place] for place in used) for spot, parts in sides.items()}
        return _Split(at, tuple(owners), kept)

    def _size(self, one: UnitSet, spot: Spot) -> int:
        number, which = one
        population = self.populations[number]
        figure = population.figures.get(spot)
        if figure is None:
            return 0
        if one == population.units:
            return figure.n
        return (figure.yes if which == YES else figure.no) or 0


def _own(population: Population) -> _Split | None:
    """The split of a population into counted and not counted, if its figures tell it."""
    sides = {
        spot: (figure.yes, figure.no)
        for spot, figure in population.figures.items()
        if figure.yes is not None and figure.no is not None
    }
    return _Split(population, (population,), sides) if sides else None


def _signature(sides: Mapping[Spot, tuple[int, ...]]) -> frozenset[tuple[tuple[Spot, int], ...]]:
    """The same for splits into the same parts, in whatever order; parts without units aside."""
    spots = list(sides)
    columns = zip(*(sides[spot] for spot in spots), strict=True)
    return frozenset(tuple(zip(spots, column, strict=True)) for column in columns if any(column))


def _packed(members: Sequence[Population], splits: Sequence[_Split]) -> Iterator[list[_Split]]:
    """Splits in groups that can be audited together; one empty group where there are none."""
    cells = max(len({spot[::2] for spot in each.figures}) for each in members)
    group: list[_Split] = []
    size = cells
    for split in splits:
        parts = len(next(iter(split.sides.values())))
        if group and size * parts > MAX_JOINT:
            yield group
            group, size = [], cells
        group.append(split)
        size *= parts
    yield group


class _Composer:
    """Writes a class and some of its splits as families: one for each period where that is safe."""

    def __init__(
        self, members: Sequence[Population], splits: Sequence[_Split], *, events: bool = False
    ) -> None:
        self.members = members
        self.splits = splits
        self.events = events
        owners = [owner for split in splits for owner in split.owners]
        self.minimum = max(each.minimum for each in (*members, *owners))
        self.names: dict[Column, str] = {}
        grains = {(each.date, each.grain) for each in members}
        self.by_period = len(grains) == 1
        self.levels: dict[Column, list[Grain]] = {}
        if not self.by_period:
            for date, grain in grains:
                if date is not None and grain is not None:
                    self.levels.setdefault(date, [Grain.WHOLE]).append(grain)

    def parts(self) -> Iterator[_Part]:
        if not self.by_period:
            yield self._part(lambda _: True)
            return
        periods = {spot[1] for each in self.members for spot in each.figures}
        for period in sorted(period for period in periods if period is not None):
            yield self._part(partial(_in_period, period))

    def _part(self, wanted: Callable[[Spot], bool]) -> _Part:
        counts: dict[Key, int] = {}
        keys: dict[int, list[Key]] = {}
        for each in self.members:
            for spot, figure in each.figures.items():
                if wanted(spot):
                    key = self._key(each, spot)
                    counts[key] = (figure.events or 0) if self.events else figure.n
                    keys.setdefault(each.positions[spot], []).append(key)
        bundles = []
        for number, split in enumerate(self.splits):
            for spot, sides in split.sides.items():
                if wanted(spot):
                    key = self._key(split.at, spot)
                    parts = [(*key, (f"z{number:04d}", str(n))) for n in range(len(sides))]
                    counts.update(zip(parts, sides, strict=True))
                    bundles.append(frozenset((key, *parts)))
                    for owner in split.owners:
                        if spot in owner.positions:
                            keys.setdefault(owner.positions[spot], []).extend(parts)
        tables = tuple(dict.fromkeys(table_of(key) for key in counts))
        if () not in counts and tables:
            # Nobody publishes the sum of all periods, but a family has one, and it can be hidden.
            counts[()] = sum(n for key, n in counts.items() if table_of(key) == tables[0])
        dims = tuple(sorted({dim for table in tables for dim in table}))
        family = Family(dims, tables, counts, tuple(bundles))
        return _Part(family, self.minimum, {at: tuple(found) for at, found in keys.items()})

    def _key(self, population: Population, spot: Spot) -> Key:
        slice_, period, category = spot
        parts = list(self._time(population, period))
        for name, text in zip(slice_, category, strict=True):
            parts.append((self._name("s", population.request.column(name)), text))
        return tuple(sorted(parts, key=lambda part: part[0]))

    def _name(self, prefix: str, column: Column) -> str:
        return prefix + self.names.setdefault(column, f"{len(self.names):04d}")

    def _time(self, population: Population, period: int | None) -> Iterator[tuple[str, str | None]]:
        date, grain = population.date, population.grain
        if date is None or grain is None or self.by_period:
            return
        for place, level in enumerate(LEVELS[: LEVELS.index(grain) + 1]):
            if level in self.levels[date]:
                name = f"{self._name('p', date)}{place}"
                yield name, None if period is None else str(within(period, grain, level))


def _in_period(period: int, spot: Spot) -> bool:
    return spot[1] == period


def within(period: int, grain: Grain, level: Grain) -> int:
    """The number of the longer period that a period lies in."""
    if level is Grain.WHOLE:
        return 0
    return period * _MONTHS[grain] // _MONTHS[level]
