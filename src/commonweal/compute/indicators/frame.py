"""The SQL statements of one frame: indicators that share unit and period.

Two steps. First one scan of the rows makes small tables of exact counts and sums. Each is grouped
by period, by a crossing of slice columns, and by a *profile*: one whole number that holds the states
of several indicators, so that one count serves all of them. For distinct units, their rows are first
folded into one row for each unit and period. Then every slice of every indicator is added up from
such a table. Sums of whole numbers are exact, so how the work was split changes no figure.
"""

# ruff: noqa: S608 - the SQL is made of names given here and of whole numbers, see compile.py.

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from commonweal.compute.indicators import compile as sql
from commonweal.compute.indicators.compile import Compiler, Measure
from commonweal.compute.indicators.definition import Column, Definition, Grain, IndicatorKind
from commonweal.compute.indicators.plan import FrameKey

STREAM = "stream"
UNITS = "units"
JOINT = "joint"
GROUPS = "groups"

SAMPLE_ROWS = 10_000

MAX_PROFILES = 256
MAX_STATES = 24
MAX_GROUPS = 5_000
"""Groups of one table in one period: measured on 10 million rows, crossing three slices up to this
size costs half of scanning for each; ten times more groups cost more than they save."""

MAX_COLUMNS = 48
"""Columns that one statement groups by: their marks must fit 63 bits."""

_STATES = 5

Columns = tuple[str, ...]
"""Encoded columns that a table is grouped by."""


@dataclass(frozen=True)
class Part:
    """One scan of the first step: the states of its profile, and the tables each crossing holds."""

    states: tuple[str, ...]
    crossings: Mapping[Columns, Sequence[Columns]]

    @property
    def columns(self) -> Columns:
        """The columns of all crossings."""
        return tuple(dict.fromkeys(name for crossing in self.crossings for name in crossing))


def plan(
    tables: Sequence[Columns],
    states: Sequence[str],
    sample: pl.DataFrame,
) -> list[Part]:
    """Packs states into profiles and slices into crossings, judged by a sample of the rows."""
    profiles: list[tuple[str, ...]] = []
    for state in states:
        grown = (*profiles[-1], state) if profiles else ()
        if grown and len(grown) <= MAX_STATES and _different(sample, grown) <= MAX_PROFILES:
            profiles[-1] = grown
        else:
            profiles.append((state,))
    sizes = {name: _different(sample, (name,)) for table in tables for name in table}
    return [
        Part(profile, _crossings(some, sizes, _different(sample, profile)))
        for some in _few_columns(tables)
        for profile in profiles
    ]


def _few_columns(tables: Sequence[Columns]) -> list[list[Columns]]:
    """The tables in order, in lists of at most MAX_COLUMNS columns."""
    lists: list[list[Columns]] = [[]]
    for table in tables:
        if len({name for each in (*lists[-1], table) for name in each}) > MAX_COLUMNS:
            lists.append([])
        lists[-1].append(table)
    return lists


def _different(sample: pl.DataFrame, names: Sequence[str]) -> int:
    """The number of different combinations of the sample's columns `names`."""
    return max(1, sample.n_unique(subset=list(names)))


def _crossings(
    tables: Sequence[Columns], sizes: Mapping[str, int], profiles: int
) -> dict[Columns, list[Columns]]:
    crossings: dict[Columns, list[Columns]] = {}
    for table in sorted(tables, key=len, reverse=True):
        for columns in crossings:
            union = tuple(dict.fromkeys((*columns, *table)))
            if union == columns or _product(union, sizes) * profiles <= MAX_GROUPS:
                crossings[union] = [*crossings.pop(columns), table]
                break
        else:
            crossings[table] = [table]
    return crossings


def _product(columns: Columns, sizes: Mapping[str, int]) -> int:
    size = 1
    for column in columns:
        size *= sizes[column]
    return size


@dataclass(frozen=True)
class Member:
    """The columns of one indicator: its state, and what it adds up for each summed field."""

    state: str
    states: tuple[int, ...]
    sums: Mapping[str, str]

    @property
    def fields(self) -> tuple[str, ...]:
        """What is counted and added up for each cell, in the order of a slice's columns."""
        return tuple(_sums(self))


class Statements:
    """Writes the statements of a frame whose members are (definition, compiler) pairs.

    `attributes` are the encoded columns of all slices.
    """

    def __init__(
        self,
        key: FrameKey,
        members: Sequence[tuple[Definition, Compiler]],
        encoded: Mapping[Column, str],
        attributes: Sequence[str],
    ) -> None:
        self.key = key
        self.encoded = encoded
        self.attributes = tuple(attributes)
        self.states: dict[str, str] = {}
        self.values: dict[str, str] = {}
        self.sums: dict[str, str] = {}
        self.members = [
            self._member(definition, sql.measure_sql(definition, compiler))
            for definition, compiler in members
        ]
        compiler = members[0][1]
        self.selection = compiler.sql(key.selection) if key.selection else "TRUE"

    def _member(self, definition: Definition, measure: Measure) -> Member:
        sums = {}
        if measure.value:
            read = self.values.setdefault(measure.value, f"v{len(self.values)}")
            sums["total"] = self._sum(read)
            if definition.kind is IndicatorKind.MEAN:
                sums["squares"] = self._sum(f"{read} * {read}")
        if measure.time:
            read = self.values.setdefault(measure.time, f"v{len(self.values)}")
            sums["time"] = self._sum(read)
        state = self.states.setdefault(measure.state, f"s{len(self.states)}")
        return Member(state, measure.states, sums)

    def _sum(self, expression: str) -> str:
        return self.sums.setdefault(expression, f"a{len(self.sums)}")

    @property
    def _period(self) -> str:
        grain = Grain(self.key.grain) if self.key.grain else None
        return sql.period_sql(grain, self.encoded[self.key.period] if self.key.period else None)

    def rows(self) -> str:
        """A query of the rows: period `p`, attributes, states `s…` and values `v…`."""
        computed = [f"{text} AS {name}" for text, name in (self.states | self.values).items()]
        columns = (f"{self._period} AS p", *self.attributes, *computed)
        return f"SELECT {', '.join(columns)} FROM {STREAM}"

    def units(self) -> str:
        """Makes the table of distinct units, one row for each unit and period.

        A unit's state is the greatest of its rows'; an attribute on which its rows disagree is
        unknown.
        """
        key = self.encoded[_given(self.key.distinct)]
        one = [
            f"CASE WHEN min({name}) = max({name}) THEN min({name}) END AS {name}"
            for name in self.attributes
        ]
        states = [f"max({expression}) AS {name}" for expression, name in self.states.items()]
        return (
            f"CREATE TEMP TABLE {UNITS} AS SELECT {', '.join(('p', *one, *states))} FROM"
            f" (SELECT *, {self._period} AS p FROM {STREAM}"
            f" WHERE {key} IS NOT NULL AND {self.selection} IS NOT FALSE) GROUP BY {key}, p"
        )

    def keyless(self) -> str:
        """A query of the number of selected rows that name no unit."""
        key = self.encoded[_given(self.key.distinct)]
        return (
            f"SELECT count(*) AS rows FROM {STREAM}"
            f" WHERE {key} IS NULL AND {self.selection} IS NOT FALSE"
        )

    def joint(self, source: str) -> str:
        """Makes the table of the combinations of states that some row or unit has."""
        names = list(self.states.values())
        packed = [
            _packed(names[start : start + MAX_STATES]) for start in range(0, len(names), MAX_STATES)
        ]
        columns = ", ".join(f"{text} AS j{number}" for number, text in enumerate(packed))
        return f"CREATE TEMP TABLE {JOINT} AS SELECT DISTINCT {columns} FROM {source}"

    def unpacked(self, columns: Sequence[NDArray[np.int64]]) -> NDArray[np.int8]:
        """The columns of `joint` as one column for each state, in order."""
        found = [
            columns[place // MAX_STATES] // _STATES ** (place % MAX_STATES) % _STATES
            for place in range(len(self.states))
        ]
        return np.column_stack(found).astype(np.int8)

    def sample(self, source: str) -> str:
        """A query of some rows' attributes and states, to plan by."""
        names = (*self.states.values(), *self.attributes)
        return f"SELECT {', '.join(names)} FROM {source} LIMIT {SAMPLE_ROWS}"

    def groups(self, source: str, part: Part) -> str:
        """Makes the table of groups of one part: crossings side by side, told apart by `mark`."""
        profile = _packed(part.states)
        columns = ("p", *part.columns, "profile")
        sums = [f"sum({value}) AS {name}" for value, name in self._sums_of(part).items()]
        sets = ", ".join(f"({', '.join(('p', *each, 'profile'))})" for each in part.crossings)
        inner = ("p", *part.columns, *self.values.values(), f"{profile} AS profile")
        marked = f"{_grouping(part.columns)} AS mark"
        return (
            f"CREATE TEMP TABLE {GROUPS} AS"
            f" SELECT {', '.join((*columns, marked, 'count(*) AS n', *sums))}"
            f" FROM (SELECT {', '.join(inner)} FROM {source}) GROUP BY GROUPING SETS ({sets})"
        )

    def _sums_of(self, part: Part) -> dict[str, str]:
        """What is added up for the members in `part`: expression -> column."""
        used = {name for _, member in self.members_of(part) for name in member.sums.values()}
        return {text: name for text, name in self.sums.items() if name in used}

    def members_of(self, part: Part) -> list[tuple[int, Member]]:
        """The members whose state is in `part`, with their numbers."""
        return [
            (number, member)
            for number, member in enumerate(self.members)
            if member.state in part.states
        ]

    def slices(self, crossing: Columns, tables: Sequence[Columns], part: Part) -> str:
        """A query of the cells of `tables`, which a crossing holds.

        Its columns are `mark`, `p`, the crossing's, then `fields` of each member in `part`; a row
        belongs to the table whose `mark` within the crossing it has.
        """
        # Added up by profile first: the many sums below then see few rows.
        sums = [f"sum({name}) AS {name}" for name in ("n", *self._sums_of(part).values())]
        sets = ", ".join(f"({', '.join(('p', *each, 'profile'))})" for each in tables)
        columns = (f"{_grouping(crossing)} AS mark", "p", *crossing, "profile", *sums)
        finest = (
            f"SELECT {', '.join(columns)}"
            f" FROM (SELECT * EXCLUDE (mark) FROM {GROUPS}"
            f" WHERE mark = {mark(crossing, part.columns)})"
            f" GROUP BY GROUPING SETS ({sets})"
        )
        states = [
            f"(profile // {_STATES**place} % {_STATES})::TINYINT AS {name}"
            for place, name in enumerate(part.states)
        ]
        fields = [text for _, member in self.members_of(part) for text in _sums(member).values()]
        groups = ("mark", "p", *crossing)
        return (
            f"SELECT {', '.join((*groups, *fields))}"
            f" FROM (SELECT *, {', '.join(states)} FROM ({finest})) GROUP BY {', '.join(groups)}"
        )


def _packed(states: Sequence[str]) -> str:
    """One whole number that holds several states."""
    return " + ".join(f"{name}::BIGINT * {_STATES**place}" for place, name in enumerate(states))


def mark(columns: Columns, within: Columns) -> int:
    """What SQL's grouping() of `within` gives: a bit for each column, set when not grouped by."""
    bits = 0
    for name in within:
        bits = bits * 2 + (name not in columns)
    return bits


def _sums(member: Member) -> dict[str, str]:
    """What is counted and added up for a member, from groups with their states: field -> SQL."""
    counted = (
        ("doubtful", sql.DOUBTFUL),
        ("no", sql.NO),
        ("missing", sql.MISSING),
        ("yes", sql.YES),
    )
    summed = {
        name: f"sum(n) FILTER ({member.state} = {number})"
        for name, number in counted
        if number in member.states
    }
    for name, column in member.sums.items():
        wanted = f"IN ({sql.NO}, {sql.YES})" if name == "time" else f"= {sql.YES}"
        summed[name] = f"sum({column}) FILTER ({member.state} {wanted})"
    return summed


def _grouping(columns: Columns) -> str:
    return f"grouping({', '.join(columns)})" if columns else "0"


def _given(column: Column | None) -> Column:
    if column is None:
        raise AssertionError("only a frame of distinct units has a table of units")
    return column
