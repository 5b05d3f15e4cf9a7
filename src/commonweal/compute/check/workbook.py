"""The bad rows as a spreadsheet to mend and send again."""

from __future__ import annotations

import io
import re
from collections import defaultdict
from typing import Any

import polars as pl
import xlsxwriter

from commonweal.compute.check.findings import Findings
from commonweal.compute.check.run import Checked
from commonweal.compute.contract.model import ROW, Contract, Table

MOST_ROWS = 100_000
"""Nobody mends more by hand; the memory of a larger workbook would be gigabytes."""

MOST_COMMENTS = 20_000
MOST_CHARACTERS = 32_767
"""A cell of a spreadsheet holds no more."""

_OPTIONS = {
    "in_memory": True,  # person-level rows must not touch the disk
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_COMMENT = {"x_scale": 2.0, "y_scale": 1.4, "author": "Commonweal"}
_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_TOO_LONG = f"This text is longer than a cell can hold; the first {MOST_CHARACTERS:,} characters."


def bad_rows_workbook(contract: Contract, checked: Checked) -> bytes:
    """XLSX bytes: one sheet for each table that has bad rows, only those rows, as they came.

    The first column, `_row`, is the record number in the file that was sent; `read` and `check`
    pass over it when the workbook comes back. Offending cells are coloured and carry the message
    as a comment; a message about the row stands at its number, one about the table at the
    heading. Every cell is text: nothing is a formula or a link. Holds the first 100,000 bad rows
    of a table and says so at A1 when there are more.
    """
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, _OPTIONS)
    tables = [
        table
        for table in contract.tables
        if table.name in checked.bad and checked.bad[table.name].height
    ]
    known = [table for table in contract.tables if table.name in checked.bad]
    taken: set[str] = set()
    for table in tables or known[:1]:
        _sheet(workbook, _sheet_name(table.name, taken), table, checked)
    workbook.close()
    return buffer.getvalue()


def _sheet_name(name: str, taken: set[str]) -> str:
    """At most 31 letters, none that a sheet may not have, no two alike."""
    plain = _SHEET_NAME.sub(" ", name).strip("' ")[:28] or "table"
    chosen, number = plain, 1
    while chosen.casefold() in taken or chosen.casefold() == "history":
        number += 1
        chosen = f"{plain}{number}"
    taken.add(chosen.casefold())
    return chosen


def _sheet(workbook: Any, name: str, table: Table, checked: Checked) -> None:
    sheet = workbook.add_worksheet(name)
    heading = workbook.add_format({"bold": True, "bottom": 1})
    marked = workbook.add_format({"bg_color": "#fbe3d6", "border": 1, "border_color": "#b5471b"})
    rows = checked.bad[table.name].head(MOST_ROWS)
    notes = _notes(checked.findings, table, rows)
    left = checked.bad[table.name].height - rows.height
    if left:
        more = f"Only the first {rows.height:,} bad rows stand here; {left:,} more do not."
        notes[0, 0].append(more)
    for place, column in enumerate(rows.columns):
        sheet.write_string(0, place, column, heading)
        _write_column(sheet, place, rows.get_column(column), notes, marked)
    for (row, cell), texts in list(notes.items())[:MOST_COMMENTS]:
        sheet.write_comment(row, cell, "\n".join(texts), _COMMENT)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, len(rows.columns) - 1, 18)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{rows.height + 1}"})


def _write_column(
    sheet: Any,
    place: int,
    values: pl.Series,
    notes: dict[tuple[int, int], list[str]],
    marked: Any,
) -> None:
    for row, value in enumerate(values.to_list(), start=1):
        form = marked if (row, place) in notes else None
        if value is None:
            if form is not None:
                sheet.write_blank(row, place, None, form)
        elif isinstance(value, int):
            sheet.write_number(row, place, value, form)
        else:
            if len(value) > MOST_CHARACTERS:
                notes[row, place].append(_TOO_LONG)
            sheet.write_string(row, place, value[:MOST_CHARACTERS], form)


def _notes(
    findings: Findings, table: Table, rows: pl.DataFrame
) -> dict[tuple[int, int], list[str]]:
    """Messages by (row, column) of the sheet."""
    notes: dict[tuple[int, int], list[str]] = defaultdict(list)
    kinds = [at for at, kind in enumerate(findings.kinds) if kind.table == table.name]
    sheet_row = rows.select(ROW).with_row_index("at", offset=1)
    placed = (
        findings.frame.filter(pl.col("kind").is_in(kinds))
        .join(sheet_row, left_on="row", right_on=ROW, how="left", maintain_order="left")
        .filter(pl.col("row").is_null() | pl.col("at").is_not_null())
    )
    names = {name: place for place, name in enumerate(rows.columns)}
    for kind_at, row, other, at in placed.select("kind", "row", "other", "at").iter_rows():
        kind = findings.kinds[kind_at]
        message = kind.finding(row, None, other).message
        for place in [names[each] for each in kind.columns if each in names] or [0]:
            notes[at or 0, place].append(message)
    return notes
