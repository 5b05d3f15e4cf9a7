"""Ciphertext on disk: written whole or not at all, named by the SHA-256 of what is stored.

`settings.VAULT_DIR/ab/cdef…` for what is complete, `settings.VAULT_DIR/part/` for what is being
written. Nothing here can be read without `vault.keys`.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from commonweal.core.errors import Conflict
from commonweal.pool.vault.keys import private_folder, sync_folder
from commonweal.pool.vault.sealed import tampered

_ADDRESS = re.compile(r"[0-9a-f]{64}")
_BLOCK = 1024 * 1024


def _root() -> Path:
    return private_folder(Path(settings.VAULT_DIR))


def _path(address: str) -> Path:
    if not _ADDRESS.fullmatch(address):
        raise ValueError("an address in the vault is 64 hex digits")
    return _root() / address[:2] / address[2:]


@dataclass
class Pending:
    """A file being written: hashes what passes through. `address` is set once it is complete."""

    file: BinaryIO
    address: str = ""
    _hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        return self.file.write(data)

    @property
    def closed(self) -> bool:
        return self.file.closed

    def flush(self) -> None:
        self.file.flush()

    def digest(self) -> str:
        return self._hash.hexdigest()


@contextmanager
def writing() -> Iterator[Pending]:
    """Write a file into the vault: complete under its address when the block ends, else gone."""
    part = private_folder(_root() / "part") / secrets.token_hex(16)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            pending = Pending(file)
            yield pending
            file.flush()
            os.fsync(file.fileno())
        path = _path(pending.digest())
        private_folder(path.parent)
        part.replace(path)
        sync_folder(path.parent)
        pending.address = pending.digest()
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def reading(address: str) -> Iterator[BinaryIO]:
    """A stored file, checked against its address before a byte of it is used.

    The check reads the file once more (about 1 s per GB); it also keeps changed bytes away from the
    Parquet reader, which can end the process on a broken footer. Conflict when it does not fit.
    """
    try:
        handle = os.open(_path(address), os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise Conflict(
            _("A stored file is not in the vault."),
            mend=_("Whoever runs the installation must put back their copy of the vault."),
        ) from None
    with os.fdopen(handle, "rb") as file:
        digest = hashlib.sha256()
        while block := file.read(_BLOCK):
            digest.update(block)
        if digest.hexdigest() != address:
            raise tampered()
        file.seek(0)
        yield file


def remove(address: str) -> None:
    path = _path(address)
    path.unlink(missing_ok=True)
    if path.parent.is_dir():
        sync_folder(path.parent)


def sweep(*, older_than: float, is_kept: Callable[[str], bool]) -> int:
    """Remove unfinished files and those that no record knows, last changed before `older_than`.

    `older_than` in seconds since 1970; it must leave time for a record that is about to be written.
    Returns how many were removed.
    """
    removed = 0
    for path in sorted(_root().glob("*/*")):
        if not path.is_file() or path.stat().st_mtime >= older_than:
            continue
        if path.parent.name != "part" and is_kept(path.parent.name + path.name):
            continue
        path.unlink(missing_ok=True)
        removed += 1
    return removed
