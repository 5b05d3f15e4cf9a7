"""What the room keeps in the vault for one submission: the bytes, the rows, what was wrong.

Everything but the clean table may hold any field as it was typed, so it is under the identifiers
key: whoever holds only the payload key can read nothing but clean payload columns.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

import pyarrow as pa
from django.utils.translation import gettext as _

from commonweal.core.errors import Invalid
from commonweal.pool.vault import files, keys, sealed, tables
from commonweal.pool.vault.keys import KINDS, Kind, Owner

Purpose = Literal["landed", "quarantine", "findings", "clean"]


@dataclass(frozen=True)
class Place:
    """Whose data it is and which submission it belongs to; bound into every ciphertext."""

    agreement: UUID
    provider: UUID
    submission: UUID
    era: int = 0

    @property
    def owner(self) -> Owner:
        return Owner(self.agreement, self.provider, self.era)

    def context(self, purpose: Purpose) -> bytes:
        where = f"{self.agreement}|{self.provider}|{self.era}|{self.submission}"
        return f"{purpose}|{where}".encode()


@dataclass(frozen=True)
class Landed:
    """`drop_id`: SHA-256 of the bytes as they came. `address`: where their ciphertext is."""

    address: str
    drop_id: str
    size: int


@dataclass
class _Counted:
    """A stream that is hashed and counted as it passes, and stopped at a cap."""

    source: sealed.Source
    cap: int | None
    size: int = 0
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def read(self, size: int, /) -> bytes:
        data = self.source.read(size)
        self.size += len(data)
        if self.cap is not None and self.size > self.cap:
            raise too_large(self.cap)
        self._hash.update(data)
        return data

    def digest(self) -> str:
        return self._hash.hexdigest()


def too_large(cap: int) -> Invalid:
    words = _("The file is larger than %(cap)s MB, the most this way in takes. Nothing was kept.")
    return Invalid(
        words % {"cap": cap // (1024 * 1024)},
        mend=_("Send fewer columns or one month at a time, or ask for it to be loaded by command."),
        fields={"file": _("Choose a smaller file.")},
    )


def land(place: Place, source: sealed.Source, *, cap: int | None) -> Landed:
    """Keep the bytes as they come, encrypted. Never holds more than 2 MiB of them in memory.

    `cap` in bytes, None for none. Raises Invalid beyond it and keeps nothing.
    """
    counted = _Counted(source, cap)
    key = keys.obtain(place.owner, "identifiers")
    with files.writing() as sink:
        sealed.seal(counted, sink, key=key, context=place.context("landed"))
    return Landed(address=sink.address, drop_id=counted.digest(), size=counted.size)


def seal(place: Place, purpose: Purpose, data: bytes) -> str:
    """Keep bytes encrypted. Returns the address."""
    key = keys.obtain(place.owner, "identifiers")
    with files.writing() as sink:
        sealed.seal(io.BytesIO(data), sink, key=key, context=place.context(purpose))
    return sink.address


def unseal(place: Place, purpose: Purpose, address: str) -> bytes:
    """The bytes kept by `land` or `seal`. Denied after the keys' destruction, Conflict if changed."""
    key = keys.fetch(place.owner, "identifiers")
    with files.reading(address) as source:
        chunks = sealed.unseal(source, key=key, context=place.context(purpose))
        return b"".join(chunks)


def write_clean(place: Place, table: pa.Table, *, identifiers: frozenset[str]) -> str:
    """Keep a submission's clean rows; never changed afterwards. Returns the address."""
    held: dict[Kind, bytes] = {kind: keys.obtain(place.owner, kind) for kind in KINDS}
    context = place.context("clean")
    with files.writing() as sink:
        tables.write(table, sink, identifiers=identifiers, keys=held, context=context)
    return sink.address


def read_clean(
    place: Place,
    address: str,
    *,
    columns: Sequence[str],
    kinds: frozenset[Kind],
    optional: Sequence[str] = (),
) -> pa.Table:
    """The named columns of a submission's clean rows, with the keys of these classes only.

    `optional` columns follow where the file has them.
    """
    held: dict[Kind, bytes] = {
        kind: keys.fetch(place.owner, kind) for kind in KINDS if kind in kinds
    }
    context = place.context("clean")
    with files.reading(address) as source:
        return tables.read(source, columns=columns, optional=optional, keys=held, context=context)
