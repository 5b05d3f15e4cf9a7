"""CSV and its relatives, through Polars where the file is regular, field by field where not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import polars as pl

from commonweal.compute.errors import Unusable
from commonweal.compute.reading.records import Records, Unclosed, scan, tokens
from commonweal.compute.reading.table import Body, Caps, Fault, RawTable, fault_frame, finish
from commonweal.compute.reading.text import to_utf8

_SEPARATORS = (",", ";", "\t", "|")
_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_SAMPLE_BYTES = 1 << 17
_SAMPLE_RECORDS = 200
_HINT = re.compile(rb"sep=([,;\t|])\r?\n", re.IGNORECASE)


def read_delimited(name: str, data: bytes, caps: Caps) -> RawTable:
    """A delimited text file as a table. Raises `Unusable`."""
    text = to_utf8(data)
    content, separator = _hinted(text.data)
    if not content.strip():
        raise Unusable("The file is empty.", mend="Send a file with column headings and rows.")
    separator = separator or _separator(content)
    records = scan(content, separator)
    body = _fast(content, separator, records, caps) if records is not None else None
    quick = body is not None
    if body is None:
        body = _slow(content, separator, caps)
    if text.guessed:
        guess = fault_frame([("encoding", None, None, None)])
        body = replace(body, faults=pl.concat([guess, body.faults]))
    trace: Mapping[str, Any] = {
        "format": "csv",
        "encoding": text.encoding,
        "separator": _NAMES[separator],
        "regular": quick,
    }
    return finish(name, body, caps, trace)


def _hinted(data: bytes) -> tuple[bytes, str | None]:
    """A first line `sep=;` is Excel's own hint and no record."""
    found = _HINT.match(data)
    if found is None:
        return data, None
    return data[found.end() :], found[1].decode()


def _separator(data: bytes) -> str:
    """The separator with which the most records have as many fields as the heading."""
    whole = len(data) <= _SAMPLE_BYTES
    sample = data[:_SAMPLE_BYTES].decode("utf-8", "ignore")
    best, best_score = ",", (0.0, 1)
    for separator in _SEPARATORS:
        counts = _counts(sample, separator, whole)
        if not counts or counts[0] < 2:
            continue
        score = (sum(each == counts[0] for each in counts) / len(counts), counts[0])
        if score > best_score:
            best, best_score = separator, score
    return best


def _counts(sample: str, separator: str, whole: bool) -> list[int]:
    counts: list[int] = []
    try:
        for cells, _ in islice(tokens(sample, separator), _SAMPLE_RECORDS + 1):
            counts.append(len(cells))
    except Unclosed:
        whole = True
    if not whole or len(counts) > _SAMPLE_RECORDS:
        counts = counts[:-1] or counts
    return [each for each in counts if each]


def _fast(data: bytes, separator: str, records: Records, caps: Caps) -> Body | None:
    """Through Polars; None where its count of records is not ours."""
    first = int(np.argmin(records.blank))
    end = records.starts[first + 1] if first + 1 < len(records.starts) else len(data)
    heading = data[int(records.starts[first]) : int(end)].decode("utf-8")
    headings = _headings(next(iter(tokens(heading, separator)))[0], caps)
    blank = records.blank[first + 1 :]
    frame = pl.DataFrame(schema=_schema(headings))
    if len(blank):
        try:
            frame = pl.read_csv(
                data[int(end) :],
                has_header=False,
                separator=separator,
                schema=_schema(headings),
                extra_columns="ignore",
                missing_columns="insert",
                raise_if_empty=False,
            )
        except pl.exceptions.PolarsError:
            return None
    if frame.height != len(blank):
        return None
    numbers = np.arange(first + 2, first + 2 + len(blank), dtype=np.uint32)
    fields = records.fields[first + 1 :]
    if blank.any():
        frame = frame.filter(pl.Series(~blank))
        numbers, fields = numbers[~blank], fields[~blank]
    ragged = np.flatnonzero(fields != len(headings))
    faults: list[Fault] = [
        ("ragged_row", int(numbers[at]), None, f"{fields[at]} {len(headings)}") for at in ragged
    ]
    if b'"' in data and b"\r\n" in data:
        frame = frame.with_columns(pl.all().str.replace_all("\r\n", "\n", literal=True))
    return Body(headings, frame, pl.Series("_row", numbers), fault_frame(faults))


def _slow(data: bytes, separator: str, caps: Caps) -> Body:
    """Field by field, for files with irregular quotes or line ends."""
    headings: list[str] = []
    columns: list[list[str | None]] = []
    numbers: list[int] = []
    faults: list[Fault] = []
    try:
        for number, (cells, misplaced) in enumerate(
            tokens(data.decode("utf-8"), separator), start=1
        ):
            if not cells:
                continue
            if not headings:
                headings = _headings(cells, caps)
                columns = [[] for _ in headings]
                continue
            numbers.append(number)
            if misplaced:
                faults.append(("quote", number, None, None))
            elif len(cells) != len(headings):
                faults.append(("ragged_row", number, None, f"{len(cells)} {len(headings)}"))
            for place, column in enumerate(columns):
                column.append(_lines(cells[place]) if place < len(cells) else None)
    except Unclosed as error:
        raise Unusable(
            f"A quotation mark opened in row {error.record} is never closed.",
            mend="Close it, or save the file again from the spreadsheet.",
        ) from error
    frame = pl.DataFrame(
        dict(zip(_schema(headings), columns, strict=True)),
        schema=_schema(headings),
    )
    return Body(headings, frame, pl.Series("_row", numbers, pl.UInt32), fault_frame(faults))


def _lines(cell: str) -> str:
    return cell.replace("\r\n", "\n") if "\r" in cell else cell


def _headings(cells: list[str], caps: Caps) -> list[str]:
    if caps.columns is not None and len(cells) > caps.columns:
        raise Unusable(
            f"The file has {len(cells):,} columns; {caps.columns:,} is the most here.",
            mend="Send only the columns that the contract asks for.",
        )
    return [" ".join(cell.split()) for cell in cells]


def _schema(headings: list[str]) -> dict[str, Any]:
    return {f"c{place}": pl.String for place in range(len(headings))}
