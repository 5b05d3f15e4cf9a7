"""What is wrong with a file as a whole: its headings, its encoding, rows that are out of shape."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from commonweal.compute.check.findings import Kind, Piece, Rule, shown
from commonweal.compute.check.messages import MESSAGES, ragged_message, renamed_message
from commonweal.compute.contract.model import ROW, Table
from commonweal.compute.reading.table import RawTable

_CELL_RULES = (Rule.MERGED_CELL, Rule.FORMULA, Rule.CELL_ERROR)


@dataclass(frozen=True)
class Structure:
    """`source` maps each column of the contract that was found to its column in the frame;
    `blocked` says that no row can be taken in; `skipped` masks rows whose cells cannot be trusted;
    `excluded` masks, by column of the contract, cells that the reader already found faulty.
    """

    source: dict[str, str]
    blocked: bool
    skipped: pl.Series
    excluded: dict[str, pl.Series]
    pieces: list[Piece]


def read_structure(table: Table, raw: RawTable) -> Structure:
    """Compares headings with the contract and turns the reader's faults into findings."""
    pieces: list[Piece] = []
    source = _headings(table, raw, pieces)
    for rule in (Rule.ENCODING, Rule.MERGED_HEADER):
        if raw.faults.filter(pl.col("rule") == rule.value).height:
            pieces.append(Piece.whole(Kind(rule, table.name, (), MESSAGES[rule])))
    if not raw.frame.height:
        pieces.append(Piece.whole(Kind(Rule.NO_ROWS, table.name, (), MESSAGES[Rule.NO_ROWS])))
    blocked = any(piece.kind.rule.severity == "error" for piece in pieces)
    skipped = _rows(table, raw, pieces)
    excluded = _cells(table, raw, source, skipped, pieces)
    return Structure(source, blocked, skipped, excluded, pieces)


def _headings(table: Table, raw: RawTable, pieces: list[Piece]) -> dict[str, str]:
    names = raw.frame.columns
    found = {heading: name for heading, name in zip(raw.headings, names, strict=True) if heading}
    wanted = [column.name for column in table.columns]
    source = {name: names[raw.headings.index(name)] for name in wanted if name in found}
    if not source:
        # Row 1 may be somebody's record, so none of it is shown.
        kind = Kind(Rule.MISSING_HEADER, table.name, (), MESSAGES[Rule.MISSING_HEADER])
        pieces.append(Piece.whole(kind))
        return source
    unknown = [heading for heading in dict.fromkeys(raw.headings) if heading not in (*wanted, ROW)]
    for place, name in enumerate(wanted):
        if name not in source:
            message = _missing(name, unknown)
            kind = Kind(Rule.MISSING_COLUMN, table.name, (name,), message, place)
            pieces.append(Piece.whole(kind))
        elif raw.headings.count(name) > 1:
            message = MESSAGES[Rule.DUPLICATE_COLUMN]
            kind = Kind(Rule.DUPLICATE_COLUMN, table.name, (name,), message, place)
            pieces.append(Piece.whole(kind))
    for place, (heading, name) in enumerate(zip(raw.headings, names, strict=True)):
        if heading not in wanted and heading != ROW:  # ROW: our own bad-rows workbook, come back
            message = MESSAGES[Rule.UNKNOWN_COLUMN]
            shown = heading or name
            kind = Kind(Rule.UNKNOWN_COLUMN, table.name, (shown,), message, len(wanted) + place)
            pieces.append(Piece.whole(kind))
    return source


def _missing(name: str, unknown: Sequence[str]) -> str:
    """Names the heading that this column probably has now."""
    folded = {heading.casefold(): heading for heading in unknown if heading}
    close = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)
    return renamed_message(folded[close[0]]) if close else MESSAGES[Rule.MISSING_COLUMN]


def _rows(table: Table, raw: RawTable, pieces: list[Piece]) -> pl.Series:
    """Rows out of shape: reported once, and their cells not judged."""
    skipped = pl.repeat(False, raw.frame.height, eager=True)
    shapes = raw.faults.filter(pl.col("rule").is_in([Rule.RAGGED_ROW.value, Rule.QUOTE.value]))
    for (name, cells), part in shapes.group_by("rule", "detail", maintain_order=True):
        rule = Rule(name)
        message = MESSAGES[rule] if cells is None else ragged_message(*map(int, cells.split()))
        at = part.get_column("row")
        skipped = skipped | raw.rows.is_in(at.implode())
        pieces.append(Piece.of(Kind(rule, table.name, (), message, 0), at))
    return skipped


def _cells(
    table: Table,
    raw: RawTable,
    source: dict[str, str],
    skipped: pl.Series,
    pieces: list[Piece],
) -> dict[str, pl.Series]:
    """Cells that the reader of a spreadsheet found to be no data, in columns we know."""
    excluded: dict[str, pl.Series] = {}
    if not raw.faults.height:
        return excluded
    for place, column in enumerate(table.columns):
        if column.name not in source:
            continue
        index = raw.frame.columns.index(source[column.name])
        taken = skipped
        for rule in _CELL_RULES:
            wanted = (pl.col("rule") == rule.value) & (pl.col("column") == index)
            at = raw.faults.filter(wanted).get_column("row").unique()
            mask = raw.rows.is_in(at.implode()) & ~taken
            if not mask.any():
                continue
            taken = taken | mask
            cells = shown(raw.frame.get_column(source[column.name]).filter(mask), column.personal)
            kind = Kind(rule, table.name, (column.name,), MESSAGES[rule], place)
            pieces.append(Piece.of(kind, raw.rows.filter(mask), cells))
        excluded[column.name] = taken & ~skipped
    return excluded
