"""From bytes to UTF-8: which encoding a text file is in."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from commonweal.compute.errors import Unusable

_CHUNK = 1 << 22
_BINARY = "The file is not text."
_RESAVE = "Save it again as CSV (UTF-8) or as XLSX."


@dataclass(frozen=True)
class Text:
    """UTF-8 bytes without byte-order mark, and the encoding they came in."""

    data: bytes
    encoding: str

    @property
    def guessed(self) -> bool:
        """Whether the encoding was a guess: accented letters may be wrong."""
        return self.encoding == "cp1252"


def to_utf8(data: bytes) -> Text:
    """UTF-8 with or without mark, UTF-16 with mark, else Windows-1252.

    Raises `Unusable` for bytes that are no text in any of these. Windows-1252 can decode nearly
    anything, so the caller must report the guess.
    """
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise Unusable("The file is in UTF-32, which is not read here.", mend=_RESAVE)
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return _no_nul(Text(data.decode("utf-16").encode("utf-8"), "utf-16"))
        except UnicodeError as error:
            raise Unusable("The file is broken UTF-16 text.", mend=_RESAVE) from error
    bare = data.removeprefix(codecs.BOM_UTF8)
    if _is_utf8(bare):
        return _no_nul(Text(bare, "utf-8" if len(bare) == len(data) else "utf-8 with mark"))
    if b"\0" in data:
        raise Unusable(_BINARY, mend=_RESAVE)
    try:
        return Text(bare.decode("cp1252").encode("utf-8"), "cp1252")
    except UnicodeError as error:
        raise Unusable(_BINARY, mend=_RESAVE) from error


def _no_nul(text: Text) -> Text:
    if b"\0" in text.data:
        raise Unusable(_BINARY, mend=_RESAVE)
    return text


def _is_utf8(data: bytes) -> bool:
    """Checks piece by piece, so that a large file is not held twice."""
    if data.isascii():
        return True
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True
