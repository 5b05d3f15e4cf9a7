"""The one door for files: what kind it is, then the reader for it."""

from __future__ import annotations

from commonweal.compute.errors import Unusable
from commonweal.compute.reading.delimited import read_delimited
from commonweal.compute.reading.spreadsheet import read_spreadsheet
from commonweal.compute.reading.table import Caps, RawTable

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_BINARY = {
    b"%PDF": "a PDF document",
    b"\x1f\x8b": "a compressed file",
    b"BZh": "a compressed file",
    b"\xfd7zXZ": "a compressed file",
    b"\x28\xb5\x2f\xfd": "a compressed file",
    b"7z\xbc\xaf": "a compressed archive",
    b"Rar!": "a compressed archive",
    b"PAR1": "a Parquet file",
}
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"{\\rtf")


def read(name: str, data: bytes, caps: Caps, *, sheet: str | None = None) -> RawTable:
    """The table in a CSV (or semicolon, tab, bar) or XLSX file, every cell as text.

    `name` is carried along, `sheet` names the sheet where a workbook has several with data. The
    bytes decide what the file is, not its name. Raises `Unusable` for empty, encrypted, damaged,
    foreign and oversized files; no text of an error holds a cell.
    """
    if caps.bytes is not None and len(data) > caps.bytes:
        raise Unusable(
            f"The file has {len(data):,} bytes; {caps.bytes:,} is the most here.",
            mend="Send only the columns and rows that the contract asks for, or split the file.",
        )
    if not data:
        raise Unusable("The file has 0 bytes.", mend="Save it again and check that it opens.")
    if data.startswith(_ZIP):
        return read_spreadsheet(name, data, caps, sheet)
    _refuse_others(name, data)
    return read_delimited(name, data, caps)


def _refuse_others(name: str, data: bytes) -> None:
    resave = "Save it as XLSX or CSV."
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise Unusable("The spreadsheet is encrypted.", mend="Save it without a password.")
        raise Unusable("The file is an old XLS spreadsheet or other old document.", mend=resave)
    for magic, kind in _BINARY.items():
        if data.startswith(magic) and not data[:1024].isascii():
            raise Unusable(f"The file is {kind}, not a table.", mend=resave)
    if data[:64].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_MARKUP):
        raise Unusable("The file is a web page or text document, not a table.", mend=resave)
    if name.lower().endswith((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")):
        raise Unusable("The file is named like a spreadsheet but is none.", mend=resave)
