"""Files that hold no personal data, each stored once under the hash of its bytes."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path

from django.conf import settings

from commonweal.core.errors import Missing


def _path(digest: str) -> Path:
    return Path(settings.FILES_DIR) / digest[:2] / digest[2:]


def put(data: bytes) -> str:
    """Store the bytes and return their SHA-256 as 64 hex digits. Storing twice costs nothing."""
    digest = hashlib.sha256(data).hexdigest()
    path = _path(digest)
    if path.exists():
        return digest
    path.parent.mkdir(parents=True, exist_ok=True)
    # A reader sees the whole file or none: it gets its name only when it is on the disk.
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
        draft.write(data)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(path)
    return digest


def get(digest: str) -> bytes:
    """The bytes. Raises Missing when they are not there or are no longer what they were."""
    if not re.fullmatch(r"[0-9a-f]{64}", digest):
        raise Missing("There is no such file.")
    try:
        data = _path(digest).read_bytes()
    except FileNotFoundError:
        raise Missing("There is no such file.") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise Missing(
            "A stored file was damaged and is not shown.", mend="Restore it from a backup."
        )
    return data
