"""One archive of the whole installation, and back into an empty one.

In it: every row of the database, files, and the vault's ciphertext, each part with its hash. Never
in it: keys (the vault's keys and the secret key), sessions, counted clients. Keys travel another
way, so that a lost archive opens nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django_tasks_db.models import DBTaskResult

from commonweal.core import events, portable
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import Event, Job, LogHead, Schedule

FORMAT: Final = "commonweal-backup-1"
MANIFEST: Final = "manifest.json"
MANIFEST_CAP: Final = 64 * 1024 * 1024
BLOCK: Final = 1024 * 1024
KEYS_NOTE: Final = (
    "Keys are not in the archive: bring the secret key and the folder of vault keys separately."
)
_NAME: Final = re.compile(r"db/[a-z_]+\.[a-z_]+\.jsonl|(files|vault)/[0-9a-f]{2}/[0-9a-f]{62}")
# What an installation writes by itself before anybody uses it; replaced by a restore.
_OWN_ROWS: Final = (LogHead, Schedule, Job, DBTaskResult)


@dataclass(frozen=True)
class Summary:
    """What an archive holds: rows, stored files, bytes before compression, the log's head."""

    rows: int
    files: int
    bytes: int
    log_number: int
    log_hash: str


def _folders() -> dict[str, Path]:
    return {"files": Path(settings.FILES_DIR), "vault": Path(settings.VAULT_DIR)}


def _migrations() -> list[str]:
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


# --- writing ----------------------------------------------------------------------------------


def backup(path: Path, *, at: datetime) -> Summary:
    """Write the archive to `path` (readable to the owner only). Raises Conflict if it exists.

    The installation may go on working: the rows are one snapshot, stored files never change.
    """
    if path.exists():
        raise Conflict(f"{path} exists.", mend="Name another file, or move that one away.")
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".part")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as raw:
            with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                summary = _write(archive, at)
            raw.flush()
            os.fsync(raw.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return summary


def _write(archive: zipfile.ZipFile, at: datetime) -> Summary:
    parts: dict[str, dict[str, Any]] = {}
    with _snapshot():
        head = LogHead.objects.filter(pk=1).first() or LogHead()
        migrations = _migrations()
        for model in portable.tables():
            name = f"db/{model._meta.label_lower}.jsonl"
            parts[name] = _add(archive, name, portable.lines(model), zipfile.ZIP_DEFLATED)
    # Rows first, then files. A file is complete before a row names it, so whatever these rows name
    # was there; what arrives later is one file too many, which the daily sweep of a restored
    # installation removes. Files first, a row could name one that came after they were listed. What
    # vanishes in between was given up after the snapshot (its keys are destroyed, or it was never
    # recorded): nobody may read it any more, so it is not missed.
    for kind, folder in _folders().items():
        for name, source in _stored(kind, folder):
            # Ciphertext does not compress.
            parts[name] = _add(archive, name, source, zipfile.ZIP_STORED)
    manifest = {
        "format": FORMAT,
        "release": version("commonweal"),
        "made_at": at.isoformat(),
        "migrations": migrations,
        "log": {"number": head.number, "hash": head.hash},
        "parts": parts,
    }
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return _summary(manifest)


@contextlib.contextmanager
def _snapshot() -> Iterator[None]:
    """All tables as of one moment: SQLite's write lock, PostgreSQL's repeatable read."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def _add(
    archive: zipfile.ZipFile, name: str, source: Iterable[bytes], compression: int
) -> dict[str, Any]:
    digest, size, count = hashlib.sha256(), 0, 0
    info = zipfile.ZipInfo(name)
    info.compress_type = compression
    with archive.open(info, "w", force_zip64=True) as part:
        for piece in source:
            digest.update(piece)
            size, count = size + len(piece), count + 1
            part.write(piece)
    entry: dict[str, Any] = {"sha256": digest.hexdigest(), "bytes": size}
    return entry | {"rows": count} if name.startswith("db/") else entry


def _stored(kind: str, folder: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Complete files under their hash; what is just being written has another kind of name.

    One that is gone when its turn comes is left out; one that was opened is read to its end, even
    when it is removed meanwhile.
    """
    for path in sorted(folder.glob("??/*")):
        name = f"{kind}/{path.parent.name}/{path.name}"
        if not _NAME.fullmatch(name) or not path.is_file() or path.is_symlink():
            continue
        try:
            file = path.open("rb")
        except FileNotFoundError:
            continue
        with file:
            yield name, _blocks(file)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(BLOCK):
        yield piece


def _summary(manifest: dict[str, Any]) -> Summary:
    parts = manifest["parts"]
    return Summary(
        rows=sum(part.get("rows", 0) for part in parts.values()),
        files=sum(not name.startswith("db/") for name in parts),
        bytes=sum(part["bytes"] for part in parts.values()),
        log_number=manifest["log"]["number"],
        log_hash=manifest["log"]["hash"],
    )


# --- reading ----------------------------------------------------------------------------------


def restore(path: Path) -> Summary:
    """Bring an archive into this installation, which must be empty: all of it or nothing.

    Raises Invalid for what is no whole archive of this release, Conflict when something is here.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = _manifest(archive)
            _check_empty()
            with contextlib.ExitStack() as undo:
                moves = _unpack(archive, manifest, undo)
                with transaction.atomic():
                    _load(archive, manifest)
                    for move in moves:
                        move()
                undo.pop_all()
            return _summary(manifest)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError) as error:
        raise _unreadable(type(error).__name__) from None
    except FileNotFoundError:
        raise Invalid(f"There is no file {path}.", mend="Check the path.") from None
    except (OSError, DatabaseError) as error:
        raise Invalid(
            f"The archive could not be brought in ({type(error).__name__}); nothing was changed.",
            mend="Check the free space and that its folders can be written.",
        ) from error


def _unreadable(why: str) -> Invalid:
    return Invalid(
        f"This is not a whole archive of Commonweal ({why}); nothing was changed.",
        mend="Copy it again, or take another one.",
    )


def _manifest(archive: zipfile.ZipFile) -> dict[str, Any]:
    """The archive's own description, checked against what is in it."""
    names = [info.filename for info in archive.infolist()]
    if MANIFEST not in names or archive.getinfo(MANIFEST).file_size > MANIFEST_CAP:
        raise _unreadable("no manifest")
    try:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        form, release = manifest["format"], str(manifest["release"])
        parts, migrations = manifest["parts"], manifest["migrations"]
        sizes = {name: int(part["bytes"]) for name, part in parts.items()}
        _summary(manifest)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _unreadable("its manifest cannot be read") from None
    if form != FORMAT:
        raise _unreadable("another format")
    if sorted(names) != sorted([*parts, MANIFEST]):
        raise _unreadable("parts are missing, double or not in its manifest")
    if bad := [name for name in parts if not _NAME.fullmatch(name)]:
        raise _unreadable(f"a part may not be called {bad[0]!r}")
    if any(archive.getinfo(name).file_size != size for name, size in sizes.items()):
        raise _unreadable("a part has another size than its manifest says")
    if migrations != _migrations():
        raise Invalid(
            f"The archive was written by release {release}, this is {version('commonweal')};"
            " their databases differ.",
            mend=f"Install release {release}, restore there, then upgrade.",
        )
    if {f"db/{m._meta.label_lower}.jsonl" for m in portable.tables()} - set(parts):
        raise _unreadable("a table is missing")
    return manifest


def _check_empty() -> None:
    for model in portable.tables():
        if model not in _OWN_ROWS and model._base_manager.exists():
            raise Conflict(
                f"This installation is not empty: {model._meta.label_lower} has rows.",
                mend="Restore into a fresh one (another COMMONWEAL_HOME or database).",
            )
    for folder in _folders().values():
        if folder.is_dir() and any(path.is_file() for path in folder.rglob("*")):
            raise Conflict(
                f"This installation is not empty: {folder} holds files.",
                mend="Restore into a fresh one (another COMMONWEAL_HOME).",
            )


def _pieces(archive: zipfile.ZipFile, name: str, part: dict[str, Any]) -> Iterator[bytes]:
    """The part's bytes; raises Invalid at their end unless they hash as the manifest says."""
    digest = hashlib.sha256()
    with archive.open(name) as source:
        while piece := source.read(BLOCK):
            digest.update(piece)
            yield piece
    if digest.hexdigest() != part["sha256"]:
        raise _unreadable(f"{name} was changed")


def _unpack(
    archive: zipfile.ZipFile, manifest: dict[str, Any], undo: contextlib.ExitStack
) -> list[Callable[[], None]]:
    """Write the stored files beside their folder; answers how to put them in place."""
    moves = []
    for kind, folder in _folders().items():
        staging = folder.with_name(folder.name + ".restoring")
        shutil.rmtree(staging, ignore_errors=True)
        undo.callback(shutil.rmtree, staging, ignore_errors=True)
        staging.mkdir(mode=0o700, parents=True)
        for name, part in manifest["parts"].items():
            if name.startswith(kind + "/"):
                _unpack_one(staging, archive, name, part)
        moves.append(_move(staging, folder, undo))
    return moves


def _unpack_one(staging: Path, archive: zipfile.ZipFile, name: str, part: dict[str, Any]) -> None:
    _kind, head, tail = name.split("/")
    if part["sha256"] != head + tail:
        raise _unreadable(f"{name} is not what its name says")
    target = staging / head / tail
    target.parent.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        for piece in _pieces(archive, name, part):
            file.write(piece)


def _move(staging: Path, folder: Path, undo: contextlib.ExitStack) -> Callable[[], None]:
    def move() -> None:
        if folder.exists():
            shutil.rmtree(folder)
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        staging.replace(folder)

    return move


def _load(archive: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    for own in _OWN_ROWS:
        own._base_manager.all().delete()
    for model in portable.tables():
        name = f"db/{model._meta.label_lower}.jsonl"
        part = manifest["parts"][name]
        # Closed at once: a part left open would keep the archive open.
        with contextlib.closing(_lines(archive, name, part)) as source:
            count = portable.load(model, source)
        if count != part["rows"]:
            raise _unreadable(f"{name} has another number of rows")
    connection.check_constraints()
    portable.reset_sequences(portable.tables())
    _check_log(manifest)


def _lines(
    archive: zipfile.ZipFile, name: str, part: dict[str, Any]
) -> Generator[bytes, None, None]:
    # Hashed first, so that nothing of a changed part is ever looked at.
    for _piece in _pieces(archive, name, part):
        pass
    source: IO[bytes]
    with archive.open(name) as source:
        yield from source


def _check_log(manifest: dict[str, Any]) -> None:
    log = manifest["log"]
    head = LogHead.objects.filter(pk=1).first() or LogHead()
    found = events.verify(
        Event.objects.order_by("number").iterator(), number=head.number, head=head.hash
    )
    if found.broken_at is not None:
        raise _unreadable(f"its event log is broken at {found.broken_at}: {found.reason}")
    if (log["number"], log["hash"]) != (head.number, head.hash):
        raise _unreadable("its event log does not end where the manifest says")
