"""What a data contract says, once read: tables, columns and the rules between them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

ColumnType = Literal["string", "integer", "number", "date", "boolean"]
Classification = Literal["identifier", "payload"]
Limit = int | float | date

ROW = "_row"
"""Name of the column that carries the record number in every frame of a checked table."""

MISSING = "__missing"
"""Suffix of the companion column that holds the missing-value marker a cell carried."""


@dataclass(frozen=True)
class Column:
    """One column of a table.

    `minimum` and `maximum` are inclusive, `above` and `below` exclusive; they hold int for integer
    columns, float for number columns and date for date columns. `codes` are the only values
    allowed (empty: any). `missing` are the markers that mean "no value, and here is why"; a cell
    with such a marker counts as answered, so it satisfies `required`. Values of a `personal`
    column are never shown in findings. `classification` decides which key of the vault encrypts
    the column: an `identifier` never leaves for analysis, a `payload` may.
    """

    name: str
    type: ColumnType
    description: str = ""
    required: bool = False
    unique: bool = False
    codes: tuple[str, ...] = ()
    minimum: Limit | None = None
    maximum: Limit | None = None
    above: Limit | None = None
    below: Limit | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None
    date_format: str = "yyyy-MM-dd"
    classification: Classification = "identifier"
    personal: bool = True
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class ForeignKey:
    """The values of `columns` must stand in `to_columns` of table `to_table`."""

    columns: tuple[str, ...]
    to_table: str
    to_columns: tuple[str, ...]


@dataclass(frozen=True)
class Order:
    """The date (or number) in `earlier` must not come after the one in `later`."""

    earlier: str
    later: str


@dataclass(frozen=True)
class Table:
    """One table. `unique_together` are groups of columns whose values may not repeat jointly."""

    name: str
    columns: tuple[Column, ...]
    description: str = ""
    primary_key: tuple[str, ...] = ()
    unique_together: tuple[tuple[str, ...], ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    orders: tuple[Order, ...] = ()

    def column(self, name: str) -> Column:
        """The column called `name`; KeyError where there is none."""
        return self.by_name[name]

    @property
    def by_name(self) -> Mapping[str, Column]:
        """Columns by name."""
        return {column.name: column for column in self.columns}


@dataclass(frozen=True)
class Contract:
    """A data contract: `hash` is the SHA-256 of everything the YAML says, comments left out."""

    id: str
    name: str
    version: str
    status: str
    purpose: str
    tables: tuple[Table, ...]
    hash: str

    def table(self, name: str) -> Table:
        """The table called `name`; KeyError where there is none."""
        return {table.name: table for table in self.tables}[name]
