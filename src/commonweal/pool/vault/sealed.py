"""Authenticated streaming encryption for what is not a table: landed bytes, quarantine, findings.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): a fresh key per file from HKDF,
AES-256-GCM per chunk, the chunk's number and a last-chunk flag in the nonce. Cut, swapped, repeated
or moved chunks do not open; neither does a file put in another's place, as its context differs.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext as _

from commonweal.core.errors import Conflict

MAGIC = b"CWS1"
SALT_BYTES = 32
KEY_BYTES = 32
CHUNK = 1024 * 1024
TAG_BYTES = 16


class Source(Protocol):
    def read(self, size: int, /) -> bytes: ...


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


def tampered() -> Conflict:
    return Conflict(
        _("A stored file is not what was written: it was changed, cut short or moved."),
        mend=_("Whoever runs the installation must put back their copy of the vault."),
    )


def _cipher(key: bytes, salt: bytes, context: bytes) -> AESGCM:
    info = b"commonweal sealed stream\0" + context
    return AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=salt, info=info).derive(key))


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")


class Sealer:
    """Encrypts what is written to it into a sink; `finish` writes the last chunk.

    Holds at most one chunk and one write in memory. Without `finish` the stream does not open.
    """

    def __init__(self, sink: Sink, *, key: bytes, context: bytes) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        self._cipher = _cipher(key, salt, context)
        self._sink = sink
        self._number = 0
        self._waiting = bytearray()
        sink.write(MAGIC + salt)

    def _emit(self, chunk: bytes, *, last: bool) -> None:
        self._sink.write(self._cipher.encrypt(_nonce(self._number, last=last), chunk, None))
        self._number += 1

    def write(self, data: bytes) -> None:
        self._waiting += data
        # A full chunk waits for a byte after it: only then is it known not to be the last.
        while len(self._waiting) > CHUNK:
            self._emit(bytes(self._waiting[:CHUNK]), last=False)
            del self._waiting[:CHUNK]

    def finish(self) -> None:
        self._emit(bytes(self._waiting), last=True)
        self._waiting.clear()


def seal(source: Source, sink: Sink, *, key: bytes, context: bytes) -> None:
    """Encrypt a stream into another. Holds about 2 MiB in memory."""
    sealer = Sealer(sink, key=key, context=context)
    while data := source.read(CHUNK):
        sealer.write(data)
    sealer.finish()


def _chunks(source: Source, size: int) -> Iterator[tuple[int, bytes, bool]]:
    """(number, chunk, is it the last) over a stream; an empty stream is one empty last chunk."""
    number, chunk = 0, _exactly(source, size)
    while True:
        following = _exactly(source, size) if len(chunk) == size else b""
        yield number, chunk, not following
        if not following:
            return
        number, chunk = number + 1, following


def _exactly(source: Source, size: int) -> bytes:
    parts: list[bytes] = []
    missing = size
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def unseal(source: Source, *, key: bytes, context: bytes) -> Iterator[bytes]:
    """The chunks that were sealed. Conflict as soon as one of them is not what was written."""
    header = _exactly(source, len(MAGIC) + SALT_BYTES)
    if len(header) != len(MAGIC) + SALT_BYTES or not header.startswith(MAGIC):
        raise tampered()
    cipher = _cipher(key, header[len(MAGIC) :], context)
    for number, chunk, last in _chunks(source, CHUNK + TAG_BYTES):
        try:
            yield cipher.decrypt(_nonce(number, last=last), chunk, None)
        except (InvalidTag, ValueError):
            raise tampered() from None
