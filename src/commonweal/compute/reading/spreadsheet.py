"""XLSX as text: the one sheet with data, dates as ISO text, whole numbers without `.0`.

A formula is never evaluated and its stored value never trusted: the cell is reported. So are
error values (#N/A) and merged cells, whose covered cells look filled on screen but are blank.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import polars as pl
from python_calamine import CalamineError, CalamineWorkbook

from commonweal.compute.errors import Unusable
from commonweal.compute.reading.package import DAMAGED, RESAVE, Package, open_package, repack
from commonweal.compute.reading.sheetscan import SheetScan, check_texts, scan_sheet
from commonweal.compute.reading.table import Body, Caps, Fault, RawTable, fault_frame, finish

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_MOST_INDEX = 1 << 22
_MOST_MERGED = 1_000_000

_Range = tuple[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True)
class _Sheet:
    name: str
    part: str
    hidden: bool
    scan: SheetScan


@dataclass(frozen=True)
class _Index:
    """What the workbook's index says: its sheets, other parts by kind, and its day 0."""

    sheets: list[_Sheet]
    parts: dict[str, str]
    since_1904: bool


def read_spreadsheet(name: str, data: bytes, caps: Caps, sheet: str | None) -> RawTable:
    """The table on the workbook's only sheet with data, or on `sheet`. Raises `Unusable`."""
    package = open_package(data, caps)
    index = _index(package)
    chosen = _choose(index.sheets, sheet)
    copied = {"xl/worksheets/sheet1.xml": chosen.part}
    if "styles" in index.parts:
        copied["xl/styles.xml"] = index.parts["styles"]
    if "sharedStrings" in index.parts:
        copied["xl/sharedStrings.xml"] = index.parts["sharedStrings"]
        strings = package.pieces(index.parts["sharedStrings"])
        check_texts(chosen.scan, package.pieces(chosen.part), strings)
    cells, merged = _parsed(repack(package, copied, index.since_1904))
    trace = {
        "format": "xlsx",
        "sheet": index.sheets.index(chosen) + 1,
        "sheets_with_data": sum(1 for each in index.sheets if each.scan.filled),
        "unpacked_bytes": package.unpacked,
    }
    return finish(name, _body(cells, merged, chosen.scan, caps), caps, trace)


def _parsed(archive: BytesIO) -> tuple[list[list[Any]], list[_Range]]:
    """Every cell of the first sheet from A1 on, and its merged ranges."""
    try:
        with CalamineWorkbook.from_filelike(archive) as book:
            table = book.get_sheet_by_index(0)
            return table.to_python(skip_empty_area=False), table.merged_cell_ranges or []
    except CalamineError as error:
        raise Unusable(DAMAGED, mend=RESAVE) from error
    except BaseException as error:
        # A panic inside the parser is no Exception, yet says no more than "damaged".
        if type(error).__name__ != "PanicException":
            raise
        raise Unusable(DAMAGED, mend=RESAVE) from error


def _choose(sheets: Sequence[_Sheet], wanted: str | None) -> _Sheet:
    """Hidden sheets hold lists for drop-downs; they are only read when asked for by name."""
    filled = [each for each in sheets if each.scan.filled]
    if wanted is not None:
        for each in filled:
            if each.name == wanted:
                return each
        raise Unusable("The spreadsheet has no such sheet with data.", mend="Check its name.")
    shown = [each for each in filled if not each.hidden]
    if not shown:
        raise Unusable("The spreadsheet is empty.", mend="Send a sheet with headings and rows.")
    if len(shown) > 1:
        places = ", ".join(str(sheets.index(each) + 1) for each in shown)
        raise Unusable(
            f"The spreadsheet has {len(shown)} sheets with data (sheets {places}).",
            mend="Keep one table to a file, or say which sheet to read.",
        )
    return shown[0]


def _index(package: Package) -> _Index:
    targets: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for element in _xml(package, "xl/_rels/workbook.xml.rels"):
        target = element.get("Target", "")
        path = target[1:] if target.startswith("/") else posixpath.join("xl", target)
        path = posixpath.normpath(path)
        if package.has(path):
            targets[element.get("Id", "")] = path
            kinds[element.get("Type", "").rpartition("/")[2]] = path
    book = _xml(package, "xl/workbook.xml")
    sheets: list[_Sheet] = []
    for element in [*book.iter(f"{_MAIN}sheet"), *book.iter(f"{_STRICT}sheet")]:
        part = targets.get(element.get(_RELATION) or element.get(_STRICT_RELATION) or "")
        if part is not None and "worksheets/" in part.lower():
            hidden = element.get("state", "visible") != "visible"
            scan = scan_sheet(package.pieces(part))
            sheets.append(_Sheet(element.get("name", ""), part, hidden, scan))
    epochs = [*book.iter(f"{_MAIN}workbookPr"), *book.iter(f"{_STRICT}workbookPr")]
    since_1904 = any(each.get("date1904", "0").lower() in ("1", "true") for each in epochs)
    return _Index(sheets, kinds, since_1904)


def _xml(package: Package, part: str) -> ElementTree.Element:
    if not package.has(part) or package.parts[part.lower()].file_size > _MOST_INDEX:
        raise Unusable(DAMAGED, mend=RESAVE)
    try:
        # `pieces` refuses document types, so there is no entity to expand.
        return ElementTree.fromstring(b"".join(package.pieces(part)))  # noqa: S314
    except ElementTree.ParseError as error:
        raise Unusable(DAMAGED, mend=RESAVE) from error


def _body(cells: list[list[Any]], merged: list[_Range], scan: SheetScan, caps: Caps) -> Body:
    first = next((at for at, row in enumerate(cells) if any(each != "" for each in row)), None)
    cells = _padded(cells, [*scan.formulas, *scan.errors])
    if first is None:
        raise Unusable("The spreadsheet is empty.", mend="Send a sheet with headings and rows.")
    width = len(cells[0])
    headings = [" ".join((_text(each) or "").split()) for each in cells[first]]
    if caps.columns is not None and sum(map(bool, headings)) > caps.columns:
        raise Unusable(
            f"The sheet has {sum(map(bool, headings)):,} columns; {caps.columns:,} is the most "
            "here.",
            mend="Send only the columns that the contract asks for.",
        )
    body = cells[first + 1 :]
    frame = pl.DataFrame(
        [pl.Series(f"c{at}", [_text(row[at]) for row in body], pl.String) for at in range(width)]
    )
    rows = pl.Series("_row", range(first + 2, first + 2 + len(body)), pl.UInt32)
    faults = _faults(first, len(cells), width, merged, scan)
    return Body(headings, frame, rows, fault_frame(faults))


def _padded(cells: list[list[Any]], places: list[tuple[int, int]]) -> list[list[Any]]:
    """Rows and columns that hold nothing but formulas or errors, which the parser leaves out."""
    width = len(cells[0]) if cells else 0
    more = max((column + 1 for _, column in places), default=0) - width
    if more > 0:
        cells = [[*row, *[""] * more] for row in cells]
    blank = [""] * (width + max(more, 0))
    missing = max((row for row, _ in places), default=0) - len(cells)
    return cells + [blank] * max(missing, 0)


def _faults(
    first: int,
    height: int,
    width: int,
    merged: list[_Range],
    scan: SheetScan,
) -> list[Fault]:
    faults: list[Fault] = []
    covered = 0
    for (top, left), (end_row, end_column) in merged:
        bottom, right = min(end_row, height - 1), min(end_column, width - 1)
        if top <= first <= bottom:
            faults.append(("merged_header", None, left if left < width else None, None))
        covered += max(0, bottom - top + 1) * max(0, right - left + 1)
        if covered > _MOST_MERGED:
            raise Unusable("The sheet has too many merged cells.", mend="Unmerge its cells.")
        faults += [
            ("merged_cell", row + 1, column, None)
            for row in range(max(top, first + 1), bottom + 1)
            for column in range(left, right + 1)
            if (row, column) != (top, left)
        ]
    for rule, places in (("formula", scan.formulas), ("cell_error", scan.errors)):
        faults += [
            (rule, None if row == first + 1 else row, column, None)
            for row, column in places
            if row > first and row <= height and column < width
        ]
    return faults


def _text(value: Any) -> str | None:
    """A cell as text; None if blank. Whole floats lose `.0`, no number gets an exponent."""
    kind = type(value)
    if kind is str:
        return value.replace("\r\n", "\n") if "\r" in value else value or None
    if kind is float:
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else _decimal(value)
    if kind is bool:
        return "true" if value else "false"
    return _moment(value)


def _moment(value: date | time | timedelta | int) -> str:
    """Midnight belongs to a plain date; a duration is hours:minutes:seconds."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return str(value)


def _decimal(value: float) -> str:
    return format(Decimal(repr(value)), "f")
