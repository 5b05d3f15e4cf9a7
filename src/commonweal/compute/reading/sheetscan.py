"""What a sheet's XML tells that the parser does not: formulas, error values, and its true size.

The parser lays a sheet out as a full rectangle and copies shared texts into every cell; a small
crafted file can make both enormous. So the rectangle and the copies are counted first. It also
turns error values into blanks and formulas into their last value, which would hide both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from commonweal.compute.errors import Unusable

MOST_CELLS = 30_000_000
MOST_TEXT = 1 << 29
_MOST_PENDING = 1 << 26

# The way every spreadsheet program writes cells, then any way at all.
_PLAIN_CELL = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"([^<>]*+)>')
_CELL = re.compile(rb"<(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"']([^<>]*)>")
_ANY_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_FORMULA = re.compile(
    rb"<(?:\w+:)?c\s[^<>]*?\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"'][^<>]*>\s*"
    rb"<(?:\w+:)?f[\s/>]"
)
_ANY_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_ERROR = re.compile(
    rb"<(?:\w+:)?c(?=\s[^<>]*?\bt\s*=\s*[\"']e[\"'])\s[^<>]*?"
    rb"\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"']"
)
_ERROR_TYPES = (b'"e"', b"'e'")
_SHARED = re.compile(
    rb"\bt\s*=\s*[\"']s[\"'][^<>]*>\s*<(?:\w+:)?v(?:\s[^<>]*)?>\s*([0-9]{1,9})\s*<"
)
_ITEM_END = re.compile(rb"</(?:\w+:)?si\s*>|<(?:\w+:)?si\s*/>")
_RESAVE = "Open it in your spreadsheet program and save it again as XLSX."


@dataclass
class SheetScan:
    """Cells with a value, the rectangle they span, and positions (row from 1, column from 0)."""

    filled: int = 0
    last_row: int = 0
    last_column: int = -1
    formulas: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int]] = field(default_factory=list)


def scan_sheet(pieces: Iterable[bytes]) -> SheetScan:
    """Reads one sheet part. Raises `Unusable` where it cannot be counted or is too large."""
    scan = SheetScan()
    for block in _rows(pieces):
        _span(scan, _cells(block))
        if b"<f" in block or b":f" in block:
            scan.formulas += _formulas(block)
        if any(kind in block for kind in _ERROR_TYPES):
            scan.errors += [_place(*found) for found in _ERROR.findall(block)]
    if scan.last_row * (scan.last_column + 1) > MOST_CELLS:
        raise Unusable(
            "The spreadsheet spans too many rows and columns, most of them empty.",
            mend="Delete stray cells far below or to the right of the table, or send CSV.",
        )
    return scan


def _rows(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Whole rows, several at a time."""
    pending = b""
    for piece in pieces:
        pending += piece
        cut = pending.rfind(b"row>") + 4
        if cut > 3:
            yield pending[:cut]
            pending = pending[cut:]
        elif len(pending) > _MOST_PENDING:
            raise Unusable("The spreadsheet has a row that is too large.", mend=_RESAVE)
    yield pending


def _cells(block: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Letters, digits and other attributes of every cell."""
    number = len(_ANY_CELL.findall(block))
    cells = _PLAIN_CELL.findall(block)
    if len(cells) != number:
        cells = _CELL.findall(block)
    if len(cells) != number:
        raise Unusable("The spreadsheet leaves out where its cells stand.", mend=_RESAVE)
    return cells


def _formulas(block: bytes) -> list[tuple[int, int]]:
    found = _FORMULA.findall(block)
    if len(found) != len(_ANY_FORMULA.findall(block)):
        raise Unusable("The spreadsheet hides formulas in an unusual way.", mend=_RESAVE)
    return [_place(letters, digits) for letters, digits in found]


def _span(scan: SheetScan, cells: list[tuple[bytes, bytes, bytes]]) -> None:
    """Widens the rectangle to these cells; `<c …/>` is a format without a value."""
    filled = cells
    if any(rest.endswith(b"/") for rest in {cell[2] for cell in cells}):
        filled = [cell for cell in cells if not cell[2].endswith(b"/")]
    if not filled:
        return
    scan.filled += len(filled)
    scan.last_column = max(
        scan.last_column, *(_column(each) for each in {cell[0] for cell in filled})
    )
    scan.last_row = max(scan.last_row, *(int(each) for each in {cell[1] for cell in filled}))


def _place(letters: bytes, digits: bytes) -> tuple[int, int]:
    return int(digits), _column(letters)


def _column(letters: bytes) -> int:
    """A is 0, Z is 25, AA is 26."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number - 1


def check_texts(scan: SheetScan, sheet: Iterable[bytes], strings: Iterable[bytes]) -> None:
    """Refuses a sheet whose shared texts, copied to every cell that shows them, grow too large.

    Which cell shows which text is only looked at when the longest text in every cell would be too
    much.
    """
    lengths = np.array(list(_lengths(strings)) or [0], dtype=np.int64)
    if int(lengths.max()) * scan.filled <= MOST_TEXT:
        return
    total = 0
    for block in _rows(sheet):
        used = np.array(_SHARED.findall(block), dtype="S9").astype(np.int64)
        total += int(lengths[used[used < len(lengths)]].sum())
        if total > MOST_TEXT:
            raise Unusable("The spreadsheet repeats very long texts too often.", mend=_RESAVE)


def _lengths(strings: Iterable[bytes]) -> Iterator[int]:
    pending, carried = b"", 0
    for piece in strings:
        pending += piece
        last = 0
        for found in _ITEM_END.finditer(pending):
            yield carried + found.end() - last
            carried, last = 0, found.end()
        # Keep a few bytes back: a closing tag may be cut in two.
        keep = max(last, len(pending) - 32)
        carried += keep - last
        pending = pending[keep:]
