"""The ZIP around a spreadsheet: opened under a bound, and packed anew for the parser.

The parser gets an archive made here: index files of our own and the three parts that hold the
table, copied from bytes that were counted. What a crafted archive says about itself (sizes,
overlapping or doubled entries, a second index) never reaches it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from commonweal.compute.errors import Unusable
from commonweal.compute.reading.table import Caps

MOST_ENTRIES = 5_000
MOST_RATIO = 200
"""Spreadsheets pack 5 to 30 to 1; a bomb packs about 1,000 to 1."""
FREE_OF_RATIO = 1 << 24
"""Below 16 MB unpacked no ratio can hurt."""

DAMAGED = "The spreadsheet is damaged, or is another kind of archive."
RESAVE = "Open it in your spreadsheet program and save it again as XLSX."

_CHUNK = 1 << 20
_BOMB = "The spreadsheet unpacks to more than is safe to read"
_TABLES = re.compile(r"xl/(_rels/)?[^/]+\.(xml|rels)|xl/worksheets/[^/]+\.xml")
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_INDEX = {
    "[Content_Types].xml": (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/></Types>'
    ),
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId3" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>"
    ),
}
_WORKBOOK = (
    '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    f'xmlns:r="{_OFFICE}"><workbookPr date1904="{{epoch}}"/>'
    '<sheets><sheet name="table" sheetId="1" r:id="rId1"/></sheets></workbook>'
)


@dataclass(frozen=True)
class Package:
    """A workbook's parts by lower-case name, and the bytes they unpack to."""

    archive: zipfile.ZipFile
    parts: Mapping[str, zipfile.ZipInfo]
    unpacked: int

    def has(self, part: str) -> bool:
        """Whether there is such a part."""
        return part.lower() in self.parts

    def pieces(self, part: str) -> Iterator[bytes]:
        """The bytes of one part, a megabyte at a time, never more than it declared.

        The first piece must be UTF-8 XML without a document type: then there are no entities to
        expand and no other encoding to hide in.
        """
        with damaged(), self.archive.open(self.parts[part.lower()]) as source:
            first = True
            while piece := source.read(_CHUNK):
                if first:
                    _check_xml(piece)
                first = False
                yield piece


@contextmanager
def damaged() -> Iterator[None]:
    """Whatever a broken archive raises becomes `Unusable`."""
    try:
        yield
    except Unusable:
        raise
    except (
        zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError,
    ) as error:  # fmt: skip
        raise Unusable(DAMAGED, mend=RESAVE) from error


def open_package(data: bytes, caps: Caps) -> Package:
    """Judges an archive by its central directory, before anything is inflated.

    Raises `Unusable`. The sizes counted here bind: `pieces` never yields more.
    """
    with damaged():
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Unusable(f"{_BOMB}: it has {len(entries):,} parts.", mend=RESAVE)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise Unusable("The spreadsheet is encrypted.", mend="Save it without a password.")
    parts = {entry.filename.lower(): entry for entry in entries}
    if "xl/workbook.xml" not in parts:
        if "xl/workbook.bin" in parts:
            raise Unusable("The file is an XLSB spreadsheet.", mend="Save it as XLSX.")
        raise Unusable("The file is an archive but no XLSX spreadsheet.", mend="Save it as XLSX.")
    if len(parts) != len(entries):
        raise Unusable(DAMAGED, mend=RESAVE)
    kept = {name: entry for name, entry in parts.items() if _TABLES.fullmatch(name)}
    unpacked = sum(entry.file_size for entry in kept.values())
    if unpacked > _allowed(len(data), caps):
        raise Unusable(f"{_BOMB} ({unpacked:,} bytes).", mend=RESAVE)
    return Package(archive, kept, unpacked)


def _allowed(packed: int, caps: Caps) -> int:
    by_ratio = max(FREE_OF_RATIO, packed * MOST_RATIO)
    return by_ratio if caps.unpacked is None else min(by_ratio, caps.unpacked)


def _check_xml(piece: bytes) -> None:
    head = piece.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not head.startswith(b"<") or b"\0" in head[:4096] or b"<!DOCTYPE" in head.upper():
        raise Unusable(DAMAGED, mend=RESAVE)
    declared = re.match(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)", head)
    if declared and declared[1].lower() not in (b"utf-8", b"us-ascii", b"ascii"):
        raise Unusable(DAMAGED, mend=RESAVE)


def repack(package: Package, parts: Mapping[str, str], since_1904: bool) -> io.BytesIO:
    """A workbook with one sheet called `table`.

    `parts` names the parts of `package` to copy as sheet1.xml, styles.xml and sharedStrings.xml.
    Not compressed: costs as much memory as the parts unpacked.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as copy:
        for name, text in _INDEX.items():
            copy.writestr(name, text)
        copy.writestr("xl/workbook.xml", _WORKBOOK.format(epoch=int(since_1904)))
        for name, part in parts.items():
            with copy.open(name, "w", force_zip64=True) as target:
                for piece in package.pieces(part):
                    target.write(piece)
    buffer.seek(0)
    return buffer
