"""Key files: one AES key per agreement, provider and class of field, and their destruction.

A key lives in `settings.KEYS_DIR`, outside database, backups and exports, under a name that is a
hash and says nothing. What is left of a destroyed key is a tombstone: the same key is never made
again, and a copy that somebody puts back is not used.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from commonweal.core.errors import Conflict, Denied
from commonweal.pool.vault.sealed import KEY_BYTES

Kind = Literal["identifiers", "payload"]
KINDS: tuple[Kind, ...] = ("identifiers", "payload")
_OTHERS_MAY = 0o077


@dataclass(frozen=True)
class Owner:
    """Whose keys: one provider's data under one agreement.

    `era` counts how often the provider has withdrawn: one that comes back gets new keys, and what
    it provided before can be destroyed without touching what it provides now.
    """

    agreement: UUID
    provider: UUID
    era: int = 0

    def key_id(self, kind: Kind) -> str:
        """The name of the key, as files and the event log know it: 64 hex digits, not the key."""
        name = f"key|{self.agreement}|{self.provider}|{self.era}|{kind}"
        return hashlib.sha256(name.encode()).hexdigest()


def sync_folder(folder: Path) -> None:
    """Make a rename, link or unlink in this folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def private_folder(folder: Path) -> Path:
    """The folder, made (with its parents) for its owner only where it is not there."""
    if not folder.is_dir():
        private_folder(folder.parent)
        with suppress(FileExistsError):
            folder.mkdir(mode=0o700)
        sync_folder(folder.parent)
    return folder


def _path(owner: Owner, kind: Kind) -> Path:
    name = owner.key_id(kind)
    return Path(settings.KEYS_DIR) / name[:2] / name


def _tombstone(path: Path) -> Path:
    return path.with_suffix(".destroyed")


def is_destroyed(owner: Owner) -> bool:
    """Whether a tombstone stands for any of the owner's keys."""
    return any(_tombstone(_path(owner, kind)).exists() for kind in KINDS)


def has_trace(owner: Owner) -> bool:
    """Whether the owner has, or had, a key."""
    return is_destroyed(owner) or any(_path(owner, kind).exists() for kind in KINDS)


def refuse_destroyed() -> Denied:
    return Denied(
        _("The key to this data has been destroyed: nobody can read it any more."),
        mend=_("The counts and the log remain. Data sent after signing again has new keys."),
    )


def write_new(path: Path, content: bytes) -> bool:
    """Create a file for its owner only, whole or not at all. False when it was there already."""
    private_folder(path.parent)
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(part, path)
    except FileExistsError:
        return False
    finally:
        part.unlink(missing_ok=True)
        sync_folder(path.parent)
    return True


def _read(path: Path) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    with os.fdopen(handle, "rb") as file:
        if os.fstat(handle).st_mode & _OTHERS_MAY:
            raise Conflict(
                _("A key file is open to other users of this machine, so it is not used."),
                mend=_("Whoever runs the installation must close it: chmod -R go= on the keys."),
            )
        key = file.read()
    if len(key) != KEY_BYTES:
        raise Conflict(
            _("A key file is damaged."),
            mend=_("Whoever runs the installation must put back their copy of the keys."),
        )
    return key


def fetch(owner: Owner, kind: Kind) -> bytes:
    """The key as it is. Denied after its destruction, Conflict when it is lost or open to others."""
    path = _path(owner, kind)
    if is_destroyed(owner):
        raise refuse_destroyed()
    try:
        return _read(path)
    except FileNotFoundError:
        raise Conflict(
            _("The key to this data is not here."),
            mend=_("Whoever runs the installation must put back their copy of the keys."),
        ) from None


def obtain(owner: Owner, kind: Kind) -> bytes:
    """The key, made when there is none yet. Two that make it at once get the same. Denied as above.

    The tombstone is written before a key is removed and looked for after a key was made, so a key
    made while the others are being destroyed does not outlive them.
    """
    path = _path(owner, kind)
    if is_destroyed(owner):
        raise refuse_destroyed()
    if not path.exists():
        write_new(path, secrets.token_bytes(KEY_BYTES))
        if is_destroyed(owner):
            _shred(path)
    return fetch(owner, kind)


def _shred_all(path: Path) -> None:
    """The key and what a crash between making and naming it may have left beside it."""
    for leftover in path.parent.glob(f"{path.name}.*.part"):
        _shred(leftover)
    _shred(path)


def _shred(path: Path) -> None:
    """Overwrite and remove. On flash and copy-on-write disks the old blocks may linger: see README."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def destroy(owner: Owner, at: datetime) -> tuple[str, ...]:
    """Destroy the owner's keys and leave tombstones. Returns the ids; doing it twice is harmless."""
    for kind in KINDS:
        write_new(_tombstone(_path(owner, kind)), at.isoformat().encode())
    for kind in KINDS:
        _shred_all(_path(owner, kind))
    return tuple(owner.key_id(kind) for kind in KINDS)


def destroy_again(owners: Iterable[Owner], at: datetime) -> int:
    """Destroy what a restored copy brought back. Returns how many owners had a key again."""
    back = [owner for owner in owners if any(_path(owner, kind).exists() for kind in KINDS)]
    for owner in back:
        destroy(owner, at)
    return len(back)
