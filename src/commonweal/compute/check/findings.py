"""The closed list of rules, and findings held compactly: a million cost a few dozen megabytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Literal, overload

import polars as pl

Severity = Literal["error", "warning"]

MASK = "•••"
"""Stands for every value of a personal column: it tells neither length nor letters."""

LONGEST = 200
"""Characters of a value that a finding shows."""

_SLICE = 50_000


class Rule(StrEnum):
    """Every rule a finding can carry, in the order in which one row's findings are listed."""

    MISSING_TABLE = "missing_table"
    ENCODING = "encoding"
    MISSING_HEADER = "missing_header"
    MERGED_HEADER = "merged_header"
    DUPLICATE_COLUMN = "duplicate_column"
    MISSING_COLUMN = "missing_column"
    UNKNOWN_COLUMN = "unknown_column"
    NO_ROWS = "no_rows"
    RAGGED_ROW = "ragged_row"
    QUOTE = "quote"
    MERGED_CELL = "merged_cell"
    FORMULA = "formula"
    CELL_ERROR = "cell_error"
    REQUIRED = "required"
    TYPE = "type"
    INTEGER = "integer"
    DATE = "date"
    CODE = "code"
    LENGTH = "length"
    PATTERN = "pattern"
    RANGE = "range"
    ORDER = "order"
    PRIMARY_KEY = "primary_key"
    UNIQUE = "unique"
    FOREIGN_KEY = "foreign_key"

    @property
    def severity(self) -> Severity:
        """Warnings leave the row clean; errors hold it back."""
        return "warning" if self in _WARNINGS else "error"

    @property
    def position(self) -> int:
        """Place in the closed list."""
        return _POSITION[self]


_WARNINGS = frozenset({Rule.ENCODING, Rule.UNKNOWN_COLUMN})
_POSITION = {rule: place for place, rule in enumerate(Rule)}


@dataclass(frozen=True)
class Finding:
    """One fault: `row` counts from the heading as row 1 (None: the whole table); `column` names
    the column, or several joined by a comma; `value` is the cell as it stands in the file, masked
    if personal, None if blank; `message` says what is wrong and how to mend it.
    """

    rule: str
    severity: Severity
    table: str
    row: int | None
    column: str | None
    value: str | None
    message: str

    def as_dict(self) -> dict[str, Any]:
        """The documented JSON object of one finding."""
        return asdict(self)


@dataclass(frozen=True)
class Kind:
    """What the findings of one rule on one column share. `{other}` in `message` is a row number.

    `place` is the column's position in the contract, for order; -1 for the table itself.
    """

    rule: Rule
    table: str
    columns: tuple[str, ...]
    message: str
    place: int = -1

    @property
    def column(self) -> str | None:
        """How a finding names its column."""
        return ", ".join(self.columns) or None

    def finding(self, row: int | None, value: str | None, other: int | None) -> Finding:
        """One finding of this kind."""
        message = self.message if other is None else self.message.replace("{other}", str(other))
        return Finding(
            rule=self.rule.value,
            severity=self.rule.severity,
            table=self.table,
            row=row,
            column=self.column,
            value=value,
            message=message,
        )


def shown(values: pl.Series, personal: bool) -> pl.Series:
    """Cells as findings show them: masked if personal, cut after `LONGEST` characters."""
    if personal:
        return values.set(values.is_not_null(), MASK)
    long = values.str.len_chars() > LONGEST
    if not long.any():
        return values
    return values.zip_with(~long, values.str.slice(0, LONGEST) + "…")


PIECE = {"row": pl.UInt32, "value": pl.String, "other": pl.UInt32}
_SCHEMA = {"kind": pl.UInt32, **PIECE}


@dataclass(frozen=True)
class Piece:
    """All findings of one kind: a frame of `PIECE`."""

    kind: Kind
    frame: pl.DataFrame

    @classmethod
    def of(
        cls,
        kind: Kind,
        rows: pl.Series,
        values: pl.Series | None = None,
        others: pl.Series | None = None,
    ) -> Piece:
        """One finding for each of `rows` (record numbers), with the cells as shown."""
        columns = {
            "row": rows,
            "value": pl.repeat(None, len(rows), eager=True) if values is None else values,
            "other": pl.repeat(None, len(rows), eager=True) if others is None else others,
        }
        return cls(kind, pl.DataFrame(columns).cast(PIECE))  # type: ignore[arg-type]

    @classmethod
    def whole(cls, kind: Kind) -> Piece:
        """One finding about the table itself."""
        return cls(kind, pl.DataFrame([(None, None, None)], schema=PIECE, orient="row"))


class Findings(Sequence[Finding]):
    """Findings in stable order: table, row (the table itself first), column, rule."""

    def __init__(self, kinds: Sequence[Kind] = (), frame: pl.DataFrame | None = None) -> None:
        self.kinds = tuple(kinds)
        self.frame = pl.DataFrame(schema=_SCHEMA) if frame is None else frame

    @classmethod
    def of_table(cls, pieces: Sequence[Piece]) -> Findings:
        """The findings of one table, put in order."""
        ordered = sorted(
            (piece for piece in pieces if piece.frame.height),
            key=lambda piece: (piece.kind.place, piece.kind.rule.position, piece.kind.columns),
        )
        if not ordered:
            return cls()
        frames = [
            piece.frame.select(pl.lit(place, pl.UInt32).alias("kind"), *PIECE)
            for place, piece in enumerate(ordered)
        ]
        frame = pl.concat(frames).sort("row", "kind", nulls_last=False, maintain_order=True)
        return cls([piece.kind for piece in ordered], frame)

    @classmethod
    def joined(cls, parts: Sequence[Findings]) -> Findings:
        """Several tables' findings, one after another."""
        kinds: list[Kind] = []
        frames = [pl.DataFrame(schema=_SCHEMA)]
        for part in parts:
            frames.append(part.frame.with_columns(pl.col("kind") + len(kinds)))
            kinds += part.kinds
        return cls(kinds, pl.concat(frames))

    def __len__(self) -> int:
        return self.frame.height

    @overload
    def __getitem__(self, index: int) -> Finding: ...
    @overload
    def __getitem__(self, index: slice) -> Findings: ...
    def __getitem__(self, index: int | slice) -> Finding | Findings:
        if isinstance(index, slice):
            return Findings(self.kinds, self.frame[index])
        kind, row, value, other = self.frame.row(index)
        found: Finding = self.kinds[kind].finding(row, value, other)
        return found

    def __iter__(self) -> Iterator[Finding]:
        for part in self.frame.iter_slices(_SLICE):
            for kind, row, value, other in part.iter_rows():
                yield self.kinds[kind].finding(row, value, other)

    def counts(self) -> Mapping[str, int]:
        """Findings by rule, rules without any left out."""
        counts: dict[str, int] = {}
        sizes = self.frame.group_by("kind").len().sort("kind")
        for kind, size in sizes.iter_rows():
            rule = self.kinds[kind].rule.value
            counts[rule] = counts.get(rule, 0) + size
        return counts
