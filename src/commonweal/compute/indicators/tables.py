"""Where rows come from: anything that can be read more than once, in Arrow batches."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from commonweal.compute.errors import Unusable

BATCH_ROWS = 1 << 17


@dataclass(frozen=True)
class Batch:
    """Some rows of a source, and where they stand in it, for messages.

    `first_row` is the number of the first of them as a person sees it, the header being row 1;
    `numbers` gives every row's where they do not follow one another.
    """

    source: str
    first_row: int
    rows: pa.RecordBatch
    numbers: pl.Series | None = None

    def number(self, position: int) -> int:
        """The number of the row at `position` of this batch."""
        return self.first_row + position if self.numbers is None else int(self.numbers[position])


class Table(Protocol):
    """Rows to measure. Reading them again gives the same rows in the same order."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""

    @property
    def content_ids(self) -> tuple[str, ...]:
        """What identifies the rows, in order: a hash of each file or submission."""

    def batches(self, columns: Sequence[str], coded: Collection[str]) -> Iterator[Batch]:
        """The rows, with `columns` only; those in `coded` may come dictionary-encoded."""


@dataclass(frozen=True)
class FrameTable:
    """A Polars frame as a table; texts are read as definitions say, typed columns as they are.

    `numbers` holds the row number of each row where rows of the source were left out.
    """

    frame: pl.DataFrame
    content_id: str
    source: str = ""
    numbers: pl.Series | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.frame.columns)

    @property
    def content_ids(self) -> tuple[str, ...]:
        """The one identifier given."""
        return (self.content_id,)

    def batches(self, columns: Sequence[str], coded: Collection[str]) -> Iterator[Batch]:
        """The rows in batches of BATCH_ROWS."""
        for start in range(0, self.frame.height, BATCH_ROWS):
            part = self.frame.slice(start, BATCH_ROWS)
            numbers = None if self.numbers is None else self.numbers.slice(start, BATCH_ROWS)
            yield Batch(self.source, start + 2, record_batch(part, columns), numbers)


def record_batch(frame: pl.DataFrame, columns: Sequence[str]) -> pa.RecordBatch:
    """The columns of a frame as one Arrow batch."""
    if not columns:
        return pa.RecordBatch.from_arrays([pa.nulls(frame.height)], names=["rows"])
    arrow = frame.select(columns).rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    return arrow.combine_chunks().to_batches()[0]


@dataclass(frozen=True)
class ParquetTable:
    """A Parquet file as a table, read in batches; its typed columns pass through."""

    file: pq.ParquetFile
    content_id: str
    source: str = ""

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(self.file.schema_arrow.names)

    @property
    def content_ids(self) -> tuple[str, ...]:
        """The one identifier given."""
        return (self.content_id,)

    def batches(self, columns: Sequence[str], coded: Collection[str]) -> Iterator[Batch]:
        """The rows in batches of at most BATCH_ROWS."""
        row = 2
        try:
            for rows in self.file.iter_batches(
                BATCH_ROWS, columns=list(columns), use_threads=False
            ):
                yield Batch(self.source, row, rows)
                row += rows.num_rows
        except (pa.ArrowException, OSError):
            raise Unusable(
                "The Parquet file is damaged.", mend="Write it again.", where=self.source
            ) from None


@dataclass(frozen=True)
class Several:
    """Several tables one after the other, all with the same columns."""

    tables: tuple[Table, ...]

    def __post_init__(self) -> None:
        first = set(self.tables[0].columns)
        for place, table in enumerate(self.tables[1:], start=2):
            if set(table.columns) != first:
                raise Unusable(
                    f"File {place} has other columns than file 1.",
                    mend="Give files of one table: the same column names, in any order.",
                )

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in the first table's order."""
        return self.tables[0].columns

    @property
    def content_ids(self) -> tuple[str, ...]:
        """The identifiers of all tables, in order."""
        return tuple(content_id for table in self.tables for content_id in table.content_ids)

    def batches(self, columns: Sequence[str], coded: Collection[str]) -> Iterator[Batch]:
        """The rows of each table in turn."""
        for table in self.tables:
            yield from table.batches(columns, coded)
