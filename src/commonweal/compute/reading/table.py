"""A table as it was read: text cells, record numbers, and what was odd about the file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from commonweal.compute.errors import Unusable

FAULT_SCHEMA = {"rule": pl.String, "row": pl.UInt32, "column": pl.UInt32, "detail": pl.String}


@dataclass(frozen=True)
class Caps:
    """What a route lets in. None means no cap.

    `bytes` of the file; `rows` of data; `columns`; `cell_length` in UTF-8 bytes; `unpacked` bytes
    of a spreadsheet's parts once inflated. Bombs are refused whatever the caps say.
    """

    bytes: int | None = None
    rows: int | None = None
    columns: int | None = None
    cell_length: int | None = None
    unpacked: int | None = 2**30


@dataclass(frozen=True)
class RawTable:
    """The cells of one file as text, nothing inferred.

    `frame` holds one String column per heading (null: blank cell), with names made unique;
    `headings` are the names as they stand in the file, in the same order, and `rows` the record
    number of each row of `frame`. Records are counted as a spreadsheet shows them: the heading is
    row 1, a line break inside quotes starts no new record. `faults` (`FAULT_SCHEMA`; `column` is
    an index into `headings`) is what the reader saw and the checker reports: ragged rows,
    misplaced quotes, formulas, merged cells, error values, a fallen-back encoding; `detail` of a
    ragged row is its number of cells and that of the headings. `trace` says
    how the file was read; it holds no cell.
    """

    name: str
    headings: tuple[str, ...]
    frame: pl.DataFrame
    rows: pl.Series
    faults: pl.DataFrame
    trace: Mapping[str, Any] = field(default_factory=dict)


Fault = tuple[str, int | None, int | None, str | None]


def fault_frame(faults: Iterable[Fault]) -> pl.DataFrame:
    """(rule, row, column index, detail) tuples as a frame."""
    return pl.DataFrame(list(faults), schema=FAULT_SCHEMA, orient="row")


def unique_names(headings: Sequence[str]) -> list[str]:
    """Column names for a frame: the headings, with a number where one repeats or is blank."""
    names: list[str] = []
    taken = set(headings)
    seen: set[str] = set()
    for place, heading in enumerate(headings, start=1):
        name = heading
        if not name or name in seen:
            name = f"{heading} (column {place})".strip()
            while name in taken:
                name += "'"
            taken.add(name)
        seen.add(name)
        names.append(name)
    return names


@dataclass(frozen=True)
class Body:
    """What a reader found: headings, String columns in the same order (a blank cell is null or
    ""), the record number of each row, and faults (`FAULT_SCHEMA`).
    """

    headings: Sequence[str]
    frame: pl.DataFrame
    rows: pl.Series
    faults: pl.DataFrame


def finish(name: str, body: Body, caps: Caps, trace: Mapping[str, Any]) -> RawTable:
    """Drops empty tails, names columns, and applies the caps that look at cells."""
    frame = body.frame.select(
        pl.when(pl.col(each) != "").then(pl.col(each)) for each in body.frame.columns
    )
    kept = _without_empty_tail(frame, body)
    frame, rows = frame.head(kept), body.rows.head(kept)
    if caps.rows is not None and kept > caps.rows:
        raise Unusable(
            f"The file has {kept:,} rows of data; {caps.rows:,} is the most here.",
            mend="Split the file and send it in parts.",
        )
    full = [
        place
        for place, heading in enumerate(body.headings)
        if heading or frame.to_series(place).null_count() < frame.height
    ]
    if not full:
        raise Unusable("The file holds no table.", mend="Put column headings into row 1.")
    _check_lengths(frame, caps)
    frame = frame.select(pl.nth(full))
    headings = tuple(body.headings[place] for place in full)
    places = {old: new for new, old in enumerate(full)}
    faults = body.faults.with_columns(
        pl.col("column").replace_strict(places, default=None, return_dtype=pl.UInt32)
    )
    return RawTable(
        name=name,
        headings=headings,
        frame=frame.rename(dict(zip(frame.columns, unique_names(headings), strict=True))),
        rows=rows.cast(pl.UInt32).alias("_row"),
        faults=faults,
        trace={**trace, "rows": kept, "columns": len(headings)},
    )


def _without_empty_tail(frame: pl.DataFrame, body: Body) -> int:
    """Rows up to the last one with a cell or a fault: spreadsheets love to export empty tails."""
    if not frame.height:
        return 0
    filled = frame.select(pl.max_horizontal(pl.all().is_not_null().arg_true().max())).item()
    kept = 0 if filled is None else int(filled) + 1
    last: Any = body.faults.get_column("row").max()
    if last is not None:
        kept = max(kept, int((body.rows <= last).sum()))
    return kept


def _check_lengths(frame: pl.DataFrame, caps: Caps) -> None:
    if caps.cell_length is None or not frame.height:
        return
    longest = frame.select(pl.max_horizontal(pl.all().str.len_bytes().max())).item() or 0
    if longest > caps.cell_length:
        raise Unusable(
            f"A cell holds {longest:,} bytes of text; {caps.cell_length:,} is the most here.",
            mend="Look for a missing quotation mark, or shorten the text.",
        )
