"""Runs compiled definitions on DuckDB: rows in, exact counts and sums for each cell out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators.compile import Compiler
from commonweal.compute.indicators.database import Limits, database
from commonweal.compute.indicators.definition import Column
from commonweal.compute.indicators.encode import Codes, Encoder, Labels
from commonweal.compute.indicators.frame import (
    GROUPS,
    JOINT,
    SAMPLE_ROWS,
    STREAM,
    UNITS,
    Columns,
    Statements,
    mark,
    plan,
)
from commonweal.compute.indicators.nesting import Nesting, observed
from commonweal.compute.indicators.nodes import Kind
from commonweal.compute.indicators.plan import (
    FrameKey,
    Request,
    Slice,
    check_columns,
    frames,
    layout,
)
from commonweal.compute.indicators.tables import Table

ENGINE = "2"
"""Changes when the same definition and rows may give other figures than before."""

MAX_CELLS = 250_000


def engine_version() -> str:
    """This engine and its database, as they enter a run id."""
    return f"commonweal-indicators {ENGINE}, duckdb {duckdb.__version__}"


@dataclass(frozen=True)
class Cell:
    """The units of one period and category, counted by state, and their exact sums.

    `period` is None for units without a date, `category` holds None where the attribute is unknown.
    Sums are whole numbers of the last decimal place of their formula. `doubtful` units may or may
    not be selected: a value is missing.
    """

    period: int | None
    category: tuple[str | None, ...]
    doubtful: int = 0
    no: int = 0
    missing: int = 0
    yes: int = 0
    total: int = 0
    squares: int = 0
    time: int = 0

    @property
    def selected(self) -> int:
        """Units in question, measured or not."""
        return self.no + self.missing + self.yes


@dataclass(frozen=True)
class Counted:
    """The cells of one request by slice, the total under `()`.

    Within a slice, cells are ordered by category, the unknown one last, then by period. Only cells
    with a unit selected, or doubtful, are there. `keyless` counts selected rows that name no unit.
    """

    cells: Mapping[Slice, tuple[Cell, ...]]
    keyless: int = 0


def evaluate(
    requests: Sequence[Request], table: Table, limits: Limits, *, nested: bool = False
) -> tuple[list[Counted], Nesting]:
    """The cells of each request, and, if `nested`, which of their sets of units lie in which.

    The same rows in any order, any number of threads and any batching give the same cells. Raises
    Unusable for a column that is absent, a value that is not as declared, sums too large to be
    exact, too many cells, or too little memory.
    """
    check_columns(requests, table.columns)
    for wide in (False, True):
        try:
            with database(limits) as connection:
                return _counted(requests, table, connection, wide=wide, nested=nested)
        except duckdb.OutOfRangeException:
            continue
    raise Unusable(
        "A sum is too large to be computed exactly.",
        mend="Declare fewer decimals for the columns that are added up or multiplied.",
    )


def _counted(
    requests: Sequence[Request],
    table: Table,
    connection: duckdb.DuckDBPyConnection,
    *,
    wide: bool,
    nested: bool,
) -> tuple[list[Counted], Nesting]:
    found: dict[int, Counted] = {}
    nesting = Nesting()
    for frame in frames(requests):
        members = [requests[position] for position in frame.members]
        run = _Run(frame.key, members, table, connection, wide=wide)
        found.update(zip(frame.members, run.counted(nested=nested), strict=True))
        nesting |= run.nesting.renumbered(frame.members)
    return [found[position] for position in range(len(requests))], nesting


class _Run:
    """One frame in one database."""

    def __init__(
        self,
        key: FrameKey,
        requests: Sequence[Request],
        table: Table,
        connection: duckdb.DuckDBPyConnection,
        *,
        wide: bool,
    ) -> None:
        self.key = key
        self.requests = requests
        self.table = table
        self.connection = connection
        self.layout = layout(requests)
        self.codes = Codes()
        self.encoder = Encoder(self.layout.columns, self.codes, self.layout.raw)
        self.failure: Unusable | None = None
        self.nesting = Nesting()
        self.wanted = list(
            dict.fromkeys(
                self._columns(each, slice_) for each in requests for slice_ in each.tables
            )
        )
        self.statements = Statements(
            key,
            [
                (each.definition, Compiler(self.layout.names(each), self.codes.code, wide))
                for each in requests
            ],
            self.layout.columns,
            tuple(dict.fromkeys(name for columns in self.wanted for name in columns)),
        )

    def _columns(self, request: Request, slice_: Slice) -> Columns:
        return tuple(self.layout.columns[request.column(name)] for name in slice_)

    def counted(self, *, nested: bool) -> list[Counted]:
        source = f"({self.statements.rows()})"
        keyless = 0
        if self.key.distinct:
            self.stream(self.statements.units())
            keyless = self._keyless(self.key.distinct)
            source = UNITS
        tables = self._tables(source)
        if nested:
            self.nesting = self._nesting(source)
        if self.key.distinct:
            self.connection.execute(f"DROP TABLE {UNITS}")
        return [
            Counted(
                {
                    slice_: self._cells(request, slice_, member.fields, tables[number, columns])
                    for slice_ in request.tables
                    for columns in (self._columns(request, slice_),)
                },
                keyless,
            )
            for number, (request, member) in enumerate(
                zip(self.requests, self.statements.members, strict=True)
            )
        ]

    def _nesting(self, source: str) -> Nesting:
        self.stream(self.statements.joint(source))
        found = self.connection.sql(f"FROM {JOINT}").to_arrow_table()
        self.connection.execute(f"DROP TABLE {JOINT}")
        columns = [column.to_numpy() for column in found.columns]
        places = {name: place for place, name in enumerate(self.statements.states.values())}
        members = [places[member.state] for member in self.statements.members]
        return observed(self.statements.unpacked(columns), members)

    def _keyless(self, key: Column) -> int:
        if not self.encoder.nulls.get(key):
            return 0
        self.stream(f"CREATE OR REPLACE TEMP TABLE keyless AS {self.statements.keyless()}")
        (row,) = self.connection.execute("FROM keyless").fetchall()
        return int(row[0])

    def _tables(self, source: str) -> dict[tuple[int, Columns], list[_Row]]:
        """The rows of every wanted slice of every member."""
        statements = self.statements
        sample = self._sample(source)
        found = {}
        for part in plan(self.wanted, list(statements.states.values()), sample):
            self.stream(statements.groups(source, part))
            for crossing, tables in part.crossings.items():
                rows = self._fetch(statements.slices(crossing, tables, part))
                for columns in tables:
                    own = rows.get(mark(columns, crossing), [])
                    places = [2 + crossing.index(name) for name in columns]
                    first = 2 + len(crossing)
                    for number, member in statements.members_of(part):
                        last = first + len(member.fields)
                        found[number, columns] = [
                            (row[1], [row[at] for at in places], row[first:last]) for row in own
                        ]
                        first = last
            self.connection.execute(f"DROP TABLE {GROUPS}")
        return found

    def _fetch(self, query: str) -> dict[int, list[tuple[Any, ...]]]:
        """The answer by mark."""
        rows: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        for row in self.connection.execute(f"{query} LIMIT {MAX_CELLS + 1}").fetchall():
            rows[row[0]].append(row)
        if sum(map(len, rows.values())) > MAX_CELLS:
            raise Unusable(
                f"The slices have more than {MAX_CELLS:,} cells.",
                mend="Slice by columns with fewer categories, or by longer periods.",
            )
        return rows

    def _cells(
        self, request: Request, slice_: Slice, fields: Sequence[str], rows: list[_Row]
    ) -> tuple[Cell, ...]:
        labels = [Labels(request.column(name), self.codes) for name in slice_]
        cells: list[tuple[Any, Cell]] = []
        for period, values, numbers in rows:
            # A sum of nothing is NULL, which here is none.
            found = {name: number or 0 for name, number in zip(fields, numbers, strict=True)}
            cell = Cell(
                period,
                tuple(label.text(value) for label, value in zip(labels, values, strict=True)),
                **found,
            )
            if cell.selected or cell.doubtful:
                order = [label.order(value) for label, value in zip(labels, values, strict=True)]
                cells.append(((order, period is None, period or 0), cell))
        return tuple(cell for _, cell in sorted(cells, key=itemgetter(0)))

    def _sample(self, source: str) -> pl.DataFrame:
        """A few rows' states and attributes, to plan by."""
        batches = self._encoded()
        first = next(batches, None) if source != UNITS else None
        batches.close()
        rows = [] if first is None else [first.slice(0, SAMPLE_ROWS)]
        # `register` and `pa.table` would load pandas, where there is one.
        few = pa.Table.from_batches(rows, schema=self._schema)
        self.connection.from_arrow(few).create_view(STREAM)
        try:
            sample = self.connection.sql(self.statements.sample(source)).to_arrow_table()
            return pl.DataFrame(pl.from_arrow(sample))
        finally:
            self.connection.execute(f"DROP VIEW {STREAM}")

    def stream(self, statement: str) -> None:
        """Runs a statement that reads the rows, once, from the table's beginning."""
        reader = pa.RecordBatchReader.from_batches(self._schema, self._encoded())
        self.connection.from_arrow(reader).create_view(STREAM)
        try:
            self.connection.execute(statement)
        except duckdb.InvalidInputException:
            if self.failure is not None:
                raise self.failure from None
            raise
        finally:
            self.connection.execute(f"DROP VIEW {STREAM}")

    @property
    def _schema(self) -> pa.Schema:
        # A stream of no columns cannot be scanned; the number of rows is needed even so.
        return self.encoder.schema.append(pa.field("row", pa.bool_()))

    def _encoded(self) -> Generator[pa.RecordBatch, None, None]:
        names = list(dict.fromkeys(column.name for column in self.layout.columns))
        coded = {
            column.name
            for column in self.layout.columns
            if column.type.kind is Kind.TEXT and column not in self.layout.raw
        }
        self.encoder.nulls.clear()
        try:
            for batch in self.table.batches(names, coded):
                rows = self.encoder.encode(batch)
                last = pa.nulls(batch.rows.num_rows, pa.bool_())
                yield pa.RecordBatch.from_arrays([*rows.columns, last], schema=self._schema)
        except Unusable as failure:
            # The database would wrap it; kept to be raised as it is.
            self.failure = failure
            raise


_Row = tuple[int | None, list[Any], tuple[int | None, ...]]
"""Period, encoded categories and a member's fields of one cell."""
