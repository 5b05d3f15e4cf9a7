"""Rules over several cells: order within a row, uniqueness in a table, references between tables.

A cell that already broke a rule of its own takes no part: one fault, one finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from commonweal.compute.check.cells import Cells
from commonweal.compute.check.findings import Kind, Piece, Rule, shown
from commonweal.compute.check.messages import foreign_message, order_message, repeated_message
from commonweal.compute.contract.model import ForeignKey, Order, Table


@dataclass(frozen=True)
class Columns:
    """One table's columns, read: `raw` text as it stands, `cells` by name, `usable` masks."""

    table: Table
    rows: pl.Series
    raw: dict[str, pl.Series]
    cells: dict[str, Cells]
    usable: dict[str, pl.Series]

    def has(self, names: Sequence[str]) -> bool:
        """Whether the file has all these columns."""
        return all(name in self.cells for name in names)

    def frame(self, names: Sequence[str]) -> pl.DataFrame:
        """Typed values of some columns, as k0, k1, …"""
        return pl.DataFrame(
            [self.cells[name].values.alias(f"k{at}") for at, name in enumerate(names)]
        )

    def complete(self, names: Sequence[str]) -> pl.Series:
        """Rows where all these cells have a usable value."""
        mask = pl.repeat(True, len(self.rows), eager=True)
        for name in names:
            mask = mask & self.usable[name]
        return mask

    def kind(self, rule: Rule, names: Sequence[str], message: str) -> Kind:
        """A kind of finding on these columns."""
        places = [column.name for column in self.table.columns]
        return Kind(rule, self.table.name, tuple(names), message, places.index(names[0]))

    def piece(self, kind: Kind, mask: pl.Series, others: pl.Series | None = None) -> Piece:
        """Findings of that kind on the masked rows, with the cells as they stand in the file."""
        values = [
            shown(self.raw[name].filter(mask), self.table.column(name).personal)
            for name in kind.columns
        ]
        joined = values[0]
        if len(values) > 1:
            parts = pl.DataFrame([each.alias(f"v{at}") for at, each in enumerate(values)])
            joined = parts.select(
                pl.concat_str(pl.all().fill_null(""), separator=", ").alias("value")
            ).to_series()
        return Piece.of(kind, self.rows.filter(mask), joined, others)


def check_order(columns: Columns, order: Order) -> tuple[Piece, pl.Series] | None:
    """Rows where the earlier value comes after the later one."""
    names = (order.earlier, order.later)
    if not columns.has(names):
        return None
    first, second = (columns.cells[name].values for name in names)
    wrong = ((first > second) & columns.complete(names)).fill_null(value=False)
    kind = columns.kind(Rule.ORDER, names, order_message(order))
    return columns.piece(kind, wrong), wrong


def check_unique(
    columns: Columns, names: Sequence[str], rule: Rule
) -> tuple[Piece, pl.Series] | None:
    """All rows whose values in `names` stand in another row too, each with one such row."""
    if not columns.has(names):
        return None
    complete = columns.complete(names)
    keys = columns.frame(names)
    # Duplicates are sought among complete rows only; the index leads back to all of them.
    at = complete.arg_true()
    repeated = keys[at].is_duplicated() if len(at) else pl.Series([], dtype=pl.Boolean)
    mask = pl.repeat(False, len(complete), eager=True).scatter(at.filter(repeated), True)
    kind = columns.kind(rule, names, repeated_message(names, rule is Rule.PRIMARY_KEY))
    others = _others(keys.filter(mask), columns.rows.filter(mask))
    return columns.piece(kind, mask, others), mask


def _others(keys: pl.DataFrame, rows: pl.Series) -> pl.Series:
    """For each repeated key the first row that has it; for that first row the second."""
    numbered = keys.with_columns(rows.alias("row"))
    first = pl.col("row").min().over(keys.columns)
    second = pl.col("row").sort().gather(1).first().over(keys.columns)
    return numbered.select(
        pl.when(pl.col("row") == first).then(second).otherwise(first).alias("other")
    ).to_series()


def check_foreign(
    columns: Columns, key: ForeignKey, parent: Columns
) -> tuple[Piece, pl.Series] | None:
    """Rows whose value is not among the parent's, faulty parent rows counted as present."""
    if not columns.has(key.columns) or not parent.has(key.to_columns):
        return None
    complete = columns.complete(key.columns)
    keys = columns.frame(key.columns)
    there = parent.frame(key.to_columns).unique()
    at = complete.arg_true()
    found = keys[at].with_columns(at.alias("at")).join(there, on=keys.columns, how="anti")
    mask = pl.repeat(False, len(complete), eager=True).scatter(found.get_column("at"), True)
    kind = columns.kind(Rule.FOREIGN_KEY, key.columns, foreign_message(key))
    return columns.piece(kind, mask), mask
