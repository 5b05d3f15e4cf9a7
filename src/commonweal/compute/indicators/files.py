"""Plain files as tables to measure: CSV and its relatives, XLSX, Parquet."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators.tables import (
    Batch,
    FrameTable,
    ParquetTable,
    Several,
    Table,
)
from commonweal.compute.indicators.values import is_text
from commonweal.compute.reading.read import read
from commonweal.compute.reading.table import Caps, RawTable

BLOCK_BYTES = 1 << 25
"""Delimited text beyond this size is read in blocks of it, so that memory does not grow with it."""

_PARQUET = b"PAR1"
_ZIP = b"PK\x03\x04"
_NOTHING = b"\xef\xbb\xbf \t\r\n"
_HINT = re.compile(rb"(\xef\xbb\xbf)?sep=[,;\t|]\r?\n", re.IGNORECASE)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def load(paths: Sequence[Path]) -> Table:
    """The files as one table, rows of each after the other; all need the same columns.

    The bytes decide what a file is, not its name. Nothing is capped. Raises Unusable, with the
    file's name, for a file that is absent, empty, damaged, of another kind, or whose rows do not
    line up with its headings.
    """
    if not paths:
        raise Unusable("No file was given.", mend="Name at least one CSV, XLSX or Parquet file.")
    tables = [_open(path) for path in paths]
    return tables[0] if len(tables) == 1 else Several(tuple(tables))


def _open(path: Path) -> Table:
    try:
        with path.open("rb") as file:
            content_id = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            start = file.read(4)
        if start == _PARQUET:
            return _parquet(path, content_id)
        if path.stat().st_size > BLOCK_BYTES and start[:2] not in _UTF16 and start != _ZIP:
            return DelimitedTable(path, content_id)
        raw = _read(path.name, path.read_bytes())
    except OSError as error:
        raise Unusable(
            f"The file cannot be opened: {error.strerror}.",
            mend="Check its name and that you may read it.",
            where=path.name,
        ) from None
    return FrameTable(raw.frame, content_id, path.name, raw.rows)


def _parquet(path: Path, content_id: str) -> Table:
    try:
        schema = pq.read_schema(path)
        texts = [field.name for field in schema if is_text(field.type)]
        file = pq.ParquetFile(path, read_dictionary=texts)
    except (pa.ArrowException, OSError):
        raise Unusable(
            "The Parquet file is damaged or encrypted.", mend="Write it again.", where=path.name
        ) from None
    _check_names(path.name, schema.names)
    return ParquetTable(file, content_id, path.name)


def _read(name: str, data: bytes, before: int = 0) -> RawTable:
    """The text as a table; `before`: how many records stand before it in the file."""
    try:
        raw = read(name, data, Caps())
    except Unusable as error:
        raise Unusable(error.text, mend=error.mend, where=error.where or name) from None
    _check_names(name, raw.headings)
    for rule, row, *_ in raw.faults.iter_rows():
        if rule != "encoding":
            _refuse_fault(name, rule, None if row is None else row + before)
    return raw


def _check_names(name: str, headings: Sequence[str]) -> None:
    for heading, times in Counter(headings).items():
        if heading and times > 1:
            raise Unusable(
                f'{times} columns are named "{heading}".',
                mend="Give each column its own name.",
                where=name,
            )


_FAULTS = {
    "ragged_row": ("has more or fewer fields than there are headings", "Check its separators."),
    "quote": ("has a quotation mark in the wrong place", 'Write quotation marks twice: "".'),
    "formula": ("holds a formula", "Paste its values instead."),
    "cell_error": ("holds an error value", "Correct it, or leave the cell blank."),
    "merged_cell": ("holds merged cells", "Unmerge them."),
    "merged_header": ("holds merged cells", "Unmerge them."),
}


def _refuse_fault(name: str, rule: str, row: int | None) -> NoReturn:
    problem, mend = _FAULTS.get(rule, ("cannot be read with certainty", "Save the file again."))
    place = f"Row {row}" if row is not None else "The heading"
    raise Unusable(f"{place} {problem}.", mend=mend, where=name)


@dataclass(frozen=True)
class DelimitedTable:
    """A delimited text file read in blocks of whole records, each with the heading in front."""

    path: Path
    content_id: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings, in order."""
        with self.path.open("rb") as file:
            return self._table(_heading(file)).columns

    @property
    def content_ids(self) -> tuple[str, ...]:
        """The one identifier given."""
        return (self.content_id,)

    def batches(self, columns: Sequence[str], coded: Collection[str]) -> Iterator[Batch]:
        """The rows, block by block."""
        for table, before in self._tables():
            for batch in table.batches(columns, coded):
                numbers = None if batch.numbers is None else batch.numbers + before
                yield Batch(batch.source, batch.first_row + before, batch.rows, numbers)

    def _tables(self) -> Iterator[tuple[FrameTable, int]]:
        """Each block as a table, and the number of records in the blocks before it."""
        before = 0
        with self.path.open("rb") as file:
            heading = _heading(file)
            rest = b""
            while block := file.read(BLOCK_BYTES):
                rest += block
                whole = _whole_records(rest)
                if whole:
                    yield self._table(heading + rest[:whole], before), before
                    before += _records(rest[:whole])
                    rest = rest[whole:]
            if rest or not before:
                yield self._table(heading + rest, before), before

    def _table(self, data: bytes, before: int = 0) -> FrameTable:
        raw = _read(self.path.name, data, before)
        return FrameTable(raw.frame, self.content_id, self.path.name, raw.rows)


def _record(line: bytes, lines: Iterator[bytes]) -> bytes:
    """The record that `line` begins: quoted fields may hold line breaks."""
    while line.count(b'"') % 2 and (more := next(lines, b"")):
        line += more
    return line


def _heading(file: BinaryIO) -> bytes:
    """All up to the end of the headings: empty lines and a hint of the separator may stand first."""
    lines = b""
    while line := file.readline():
        lines += _record(line, file)
        if line.strip(_NOTHING) and not _HINT.match(line):
            break
    return lines


def _whole_records(data: bytes) -> int:
    """The length of the whole records in `data`: up to the last line break outside quotes."""
    quotes, last = data.count(b'"'), len(data)
    while (end := data.rfind(b"\n", 0, last) + 1) and last:
        quotes -= data.count(b'"', end, last)
        if quotes % 2 == 0:
            return end
        # The line break itself holds no quotation mark, so nothing is counted twice or left out.
        last = end - 1
    return 0


def _records(data: bytes) -> int:
    """How many records `data` holds: its line breaks outside quotes."""
    if b'"' not in data:
        return data.count(b"\n")
    letters = np.frombuffer(data, dtype=np.uint8)
    inside = np.bitwise_xor.accumulate((letters == ord('"')).view(np.uint8))
    return int(np.count_nonzero((letters == ord("\n")) & (inside == 0)))
