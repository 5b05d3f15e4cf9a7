"""Backup and restore: everything comes back, or nothing does and the reader learns why."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection, models, transaction
from pytest_django import Settings

from commonweal.core import actions, backup, events, files, jobs, links, mail, portable, ratelimit
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.models import Event, LogHead, Organisation, Person
from commonweal.core.scope import system
from commonweal.core.tests.conftest import Installation, sqlite_installation

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
BY = system("test")
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CIPHERTEXT = b"\x00vault ciphertext\xff" * 1000


@pytest.fixture(autouse=True)
def _folders(settings: Settings, tmp_path: Path) -> None:
    for name in ("FILES_DIR", "VAULT_DIR", "KEYS_DIR"):
        setattr(settings, name, tmp_path / "home" / name.lower())


def populate() -> None:
    shelter = actions.create_organisation(
        name="Årsta Shelter “North”",
        sector="nonprofit",
        identifiers=[("GB-CHC", "1089464")],
        by=BY,
        at=AT,
    )
    ana = actions.create_person(email="ana@example.org", name="Ana", by=BY, at=AT)
    actions.affiliate(person=ana, organisation=shelter, role="signatory", by=BY, at=AT)
    links.issue(
        purpose="upload",
        subject="pool.contract:1",
        by=BY,
        at=AT,
        expires_at=AT + timedelta(days=1),
        organisation=shelter,
        uses=None,
        data={"big": 2**60, "none": None, "list": [1, "ü", {"a": []}]},
    )
    mail.queue(to=ana.email, subject="Hello", body="See http://x/l/up/TOKEN/", purpose="t", at=AT)
    jobs.run_due(AT)
    mail.queue(to=ana.email, subject="Waiting", body="later", purpose="t", at=AT)
    EmailAddress.objects.create(user=ana, email=ana.email, primary=True, verified=True)
    TOTP.activate(ana, SECRET)
    session = SessionStore()
    session["of"] = "SESSION-SECRET"
    session.save()
    ratelimit.count(links.WRONG_TOKENS, "192.0.2.1", at=AT)
    files.put(b"a published file")
    put_vault(CIPHERTEXT)


def put_vault(data: bytes) -> Path:
    from django.conf import settings

    digest = hashlib.sha256(data).hexdigest()
    path = Path(settings.VAULT_DIR) / digest[:2] / digest[2:]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def stored_files() -> dict[str, bytes]:
    from django.conf import settings

    return {
        f"{folder}/{path.relative_to(folder)}": path.read_bytes()
        for folder in (Path(settings.FILES_DIR), Path(settings.VAULT_DIR))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def dump() -> dict[str, list[bytes]]:
    return {model._meta.label_lower: list(portable.lines(model)) for model in portable.tables()}


def wipe() -> None:
    import shutil

    from django.conf import settings

    with connection.constraint_checks_disabled():
        for model in portable.tables():
            model._base_manager.all().delete()
    for folder in (settings.FILES_DIR, settings.VAULT_DIR):
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Path]:
    populate()
    path = tmp_path / "copy.zip"
    backup.backup(path, at=AT)
    yield path


@pytest.mark.django_db
def test_a_file_that_is_swept_away_meanwhile_does_not_stop_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    populate()
    kept, rows = stored_files(), dump()
    swept, opened = put_vault(b"listed, not yet opened"), put_vault(b"opened, not yet read")
    is_symlink, add = Path.is_symlink, backup._add

    def sweep(path: Path) -> bool:
        if path == swept:
            swept.unlink()
        return path != swept and is_symlink(path)

    def sweep_late(archive: zipfile.ZipFile, name: str, *rest: Any) -> dict[str, Any]:
        if name.endswith(opened.name):
            opened.unlink()
        return add(archive, name, *rest)

    monkeypatch.setattr(Path, "is_symlink", sweep)
    monkeypatch.setattr(backup, "_add", sweep_late)
    made = backup.backup(tmp_path / "copy.zip", at=AT)
    monkeypatch.undo()
    assert not swept.exists() and not opened.exists()
    assert made.files == len(kept) + 1
    wipe()
    backup.restore(tmp_path / "copy.zip")
    assert dump() == rows
    assert stored_files() == kept | {str(opened): b"opened, not yet read"}


@pytest.mark.django_db
def test_everything_comes_back(archive: Path) -> None:
    rows, kept = dump(), stored_files()
    assert sum(map(len, rows.values())) > 15
    assert len(kept) == 2
    head = LogHead.objects.get()
    wipe()
    assert backup.restore(archive).log_hash == head.hash
    assert dump() == rows
    assert stored_files() == kept
    # What follows goes on from there.
    with transaction.atomic():
        following = events.append(kind="t.t", subject="t:1", by=BY, at=AT)
    assert following.previous == head.hash
    ana = Person.objects.get()
    EmailAddress.objects.create(user=ana, email="two@example.org")
    assert TOTP(ana.authenticator_set.get(type="totp")).validate_code("000000") is False


@pytest.mark.django_db
def test_times_keep_their_microseconds_and_the_log_its_hashes(archive: Path) -> None:
    wipe()
    backup.restore(archive)
    assert Organisation.objects.get().created_at == AT
    head = LogHead.objects.get()
    found = events.verify(Event.objects.order_by("number"), number=head.number, head=head.hash)
    assert found.broken_at is None


@pytest.mark.django_db
def test_no_key_no_session_no_secret_is_in_the_archive(archive: Path, settings: Settings) -> None:
    settings.KEYS_DIR.mkdir(parents=True)
    (settings.KEYS_DIR / "vault.key").write_bytes(b"KEY-MATERIAL")
    inside = b""
    with zipfile.ZipFile(archive) as opened:
        for name in opened.namelist():
            inside += name.encode() + opened.read(name)
    for secret in (b"KEY-MATERIAL", b"SESSION-SECRET", b"TOKEN", SECRET.encode()):
        assert secret not in inside
    assert settings.SECRET_KEY.encode() not in inside
    assert b"192.0.2.1" not in inside


@pytest.mark.django_db
def test_an_archive_is_readable_to_its_owner_only_and_never_overwritten(archive: Path) -> None:
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600
    before = archive.read_bytes()
    with pytest.raises(Conflict):
        backup.backup(archive, at=AT)
    assert archive.read_bytes() == before
    assert sorted(path.name for path in archive.parent.iterdir()) == ["copy.zip", "home"]


@pytest.mark.django_db
def test_only_an_empty_installation_takes_an_archive(archive: Path) -> None:
    rows = dump()
    with pytest.raises(Conflict) as refused:
        backup.restore(archive)
    assert "not empty" in str(refused.value)
    assert dump() == rows


@pytest.mark.django_db
def test_files_alone_count_as_not_empty(archive: Path) -> None:
    wipe()
    path = put_vault(b"somebody's data")
    with pytest.raises(Conflict):
        backup.restore(archive)
    assert path.exists()


Entry = tuple[zipfile.ZipInfo, bytes]


def rewrite(
    archive: Path,
    change: Callable[[dict[str, Any], dict[str, bytes]], None],
    extra: tuple[str, ...] = (),
) -> None:
    """Open the archive, change manifest and parts, and pack it again."""
    with zipfile.ZipFile(archive) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    manifest = json.loads(parts.pop("manifest.json"))
    change(manifest, parts)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
        packed.writestr("manifest.json", json.dumps(manifest))


def describe(manifest: dict[str, Any], name: str, data: bytes) -> None:
    entry = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    if name.startswith("db/"):
        entry["rows"] = data.count(b"\n")
    manifest["parts"][name] = entry


PERSON = "db/core.person.jsonl"
EVENT = "db/core.event.jsonl"


def set_part(name: str, edit: Callable[[bytes], bytes], honest: bool = True) -> Any:
    """Change a part; `honest`: with its hash in the manifest, as a forger would."""

    def change(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
        parts[name] = edit(parts.get(name, b""))
        if honest:
            describe(manifest, name, parts[name])

    return change


def drop(name: str, everywhere: bool) -> Any:
    def change(manifest: dict[str, Any], parts: dict[str, bytes]) -> None:
        del parts[name]
        if everywhere:
            del manifest["parts"][name]

    return change


def set_manifest(**values: Any) -> Any:
    return lambda manifest, parts: manifest.update(values)


def cut_last_line(data: bytes) -> bytes:
    return b"".join(data.splitlines(keepends=True)[:-1])


def flip(data: bytes) -> bytes:
    return data[:-3] + bytes([data[-3] ^ 1]) + data[-2:]


HOSTILE = {
    "a changed row": set_part(PERSON, lambda d: d.replace(b"Ana", b"Eve"), honest=False),
    "a line that is no JSON": set_part(PERSON, lambda d: d + b"{\n"),
    "a row with another column": set_part(PERSON, lambda d: d.replace(b'"name"', b'"nome"')),
    "a value of another type": set_part(
        PERSON, lambda d: d.replace(b'"is_active":true', b'"is_active":"x"')
    ),
    "a row twice": set_part(PERSON, lambda d: d + d),
    "a missing row that others need": set_part(PERSON, lambda d: b""),
    "a forged event": set_part(EVENT, lambda d: d.replace(b"core.affiliated", b"core.invited__")),
    "a cut log": set_part(EVENT, cut_last_line),
    "a log that ends elsewhere": set_manifest(log={"number": 1, "hash": "0" * 64}),
    "another format": set_manifest(format="commonweal-backup-9"),
    "no format": set_manifest(format=None),
    "parts of another kind": set_manifest(parts=[1, 2]),
    "other migrations": set_manifest(migrations=["core.0001_initial"]),
    "a missing table": drop(PERSON, everywhere=True),
    "a missing part": drop(PERSON, everywhere=False),
    "a path that climbs": set_part("vault/../../evil", lambda d: b"x"),
    "an absolute path": set_part("/tmp/evil", lambda d: b"x"),
    "a path with a backslash": set_part("vault\\..\\evil", lambda d: b"x"),
    "an unknown table": set_part("db/core.evil.jsonl; DROP", lambda d: b"x"),
    "a part outside the manifest": set_part("vault/aa/" + "b" * 62, lambda d: b"x", honest=False),
    "a file that is not what its name says": set_part("vault/aa/" + "b" * 62, lambda d: b"x"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("attack", HOSTILE)
def test_a_bad_archive_changes_nothing(archive: Path, attack: str) -> None:
    rewrite(archive, HOSTILE[attack])
    wipe()
    before, around = dump(), sorted(archive.parent.iterdir())
    with pytest.raises(Invalid) as refused:
        backup.restore(archive)
    assert "nothing was changed" in str(refused.value) or "release" in str(refused.value)
    assert "Ana" not in str(refused.value)
    assert dump() == before
    assert stored_files() == {}
    assert sorted(archive.parent.iterdir()) == around


@pytest.mark.django_db
def test_a_restore_that_fails_at_its_last_step_changes_nothing(
    archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wipe()
    before, place = dump(), backup._move
    count = iter([False, True])

    def fail() -> None:
        raise OSError("no space left")

    monkeypatch.setattr(backup, "_move", lambda *a: fail if next(count) else place(*a))
    with pytest.raises(Invalid):
        backup.restore(archive)
    assert dump() == before
    assert stored_files() == {}


@pytest.mark.django_db
@pytest.mark.parametrize("keep", [0, 1, 10, 0.5, 0.99])
def test_a_cut_archive_changes_nothing(archive: Path, keep: float) -> None:
    whole = archive.read_bytes()
    archive.write_bytes(whole[: int(keep if keep >= 1 else keep * len(whole))])
    wipe()
    before = dump()
    with pytest.raises(Invalid):
        backup.restore(archive)
    assert dump() == before


@pytest.mark.django_db
def test_every_flipped_byte_of_the_vault_is_found(archive: Path) -> None:
    with zipfile.ZipFile(archive) as opened:
        name = next(n for n in opened.namelist() if n.startswith("vault/"))
    rewrite(archive, set_part(name, flip, honest=False))
    wipe()
    with pytest.raises(Invalid):
        backup.restore(archive)
    assert stored_files() == {}


@pytest.mark.django_db
def test_something_else_is_no_archive(tmp_path: Path) -> None:
    other = tmp_path / "photo.jpg"
    other.write_bytes(b"\xff\xd8\xff" + b"0" * 5000)
    for path in (other, tmp_path / "nothing", tmp_path):
        with pytest.raises(Invalid):
            backup.restore(path)


@pytest.mark.django_db
def test_the_tables_left_out_are_not_pointed_at() -> None:
    for model in portable.tables():
        for field in model._meta.concrete_fields:
            target = field.remote_field.model if field.remote_field else None
            assert target is None or target in portable.tables(), field


def test_bytes_travel_too() -> None:
    field: Any = models.BinaryField()
    field.set_attributes_from_name("data")

    class Row:
        data = memoryview(b"\x00\xff")

    row: Any = Row()
    text = portable._out(field, row)
    assert json.loads(json.dumps(text)) == text
    assert portable._in(field, text) == b"\x00\xff"
    assert portable._in(field, None) is None


POPULATE = (
    "from datetime import *; from commonweal.core import actions, files, links;"
    " from commonweal.core.scope import system; by = system('test');"
    " at = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC);"
    " o = actions.create_organisation(name='Shelter', sector='public', by=by, at=at,"
    " identifiers=[('A', '1')]);"
    " p = actions.create_person(email='ana@example.org', name='Ana', by=by, at=at);"
    " actions.affiliate(person=p, organisation=o, role='member', by=by, at=at);"
    " files.put(b'a file');"
    " links.issue(purpose='up', subject='x:1', by=by, at=at, expires_at=at + timedelta(days=1),"
    " data={'long name': 1, 'b': {'z': None, 'y': [1.5, 'é']}, 'a': 2**60})"
)


def tables_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist() if name != "manifest.json"}


def test_an_archive_goes_from_one_kind_of_database_to_the_other_and_back(
    installation: Installation, tmp_path: Path
) -> None:
    """Here → SQLite → a second backup: the same rows, byte by byte, by real commands."""
    assert installation.python(POPULATE).returncode == 0
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    made = installation.command("backup", str(first))
    assert made.returncode == 0, made.stderr
    assert "Keys are not in the archive" in made.stderr
    other = sqlite_installation(tmp_path / "other")
    brought = other.command("restore", str(first))
    assert brought.returncode == 0, brought.stderr
    assert brought.stdout == made.stdout
    assert other.command("verify-log", "--expect", made.stdout.strip()).returncode == 0
    assert other.command("backup", str(second)).returncode == 0
    assert tables_of(first) == tables_of(second)
    again = other.command("restore", str(first))
    assert again.returncode == 2
    assert "not empty" in again.stderr
