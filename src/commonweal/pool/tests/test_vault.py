"""The vault: what an attacker, an accident and a power cut find in it."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from commonweal.core.errors import Conflict, Denied, Failure, Invalid
from commonweal.pool.vault import files, keys, sealed, store, tables
from commonweal.pool.vault.keys import Owner
from commonweal.pool.vault.store import Place

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = b"Jane Example, 4 Nowhere Lane"
BOTH = frozenset(keys.KINDS)


def place() -> Place:
    return Place(uuid.uuid4(), uuid.uuid4(), uuid.uuid4())


def people() -> pa.Table:
    return pa.table({"full name, as typed; here:": ["Jane Example", "Joe"], "slept": [1, None]})


IDENTIFIERS = frozenset({"full name, as typed; here:"})


def every_byte(folder: Path) -> bytes:
    return b"".join(
        str(path.relative_to(folder)).encode() + (path.read_bytes() if path.is_file() else b"")
        for path in sorted(folder.rglob("*"))
    )


def stored(address: str) -> Path:
    return Path(django_settings.VAULT_DIR) / address[:2] / address[2:]


# What comes back is what went in ----------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, sealed.CHUNK - 1, sealed.CHUNK, sealed.CHUNK + 1])
def test_bytes_come_back(size: int) -> None:
    data = random.Random(size).randbytes(size)
    here = place()
    landed = store.land(here, io.BytesIO(data), cap=None)
    assert store.unseal(here, "landed", landed.address) == data
    assert landed.size == size


def test_a_table_comes_back_with_its_unknown_values() -> None:
    here = place()
    address = store.write_clean(here, people(), identifiers=IDENTIFIERS)
    back = store.read_clean(here, address, columns=people().column_names, kinds=BOTH)
    assert back.equals(people())
    empty = people().slice(0, 0)
    address = store.write_clean(here, empty, identifiers=IDENTIFIERS)
    back = store.read_clean(here, address, columns=empty.column_names, kinds=BOTH)
    assert back.equals(empty)


def test_columns_come_back_in_the_order_asked_for() -> None:
    here = place()
    table = pa.table({"a": [1], "b": [2], "c": [3]})
    address = store.write_clean(here, table, identifiers=frozenset())
    back = store.read_clean(here, address, columns=["c", "a"], kinds=frozenset({"payload"}))
    assert back.to_pydict() == {"c": [3], "a": [1]}


# What lies on the disk ---------------------------------------------------------------------------


def test_names_and_contents_on_disk_say_nothing(folders: Path) -> None:
    here = place()
    store.land(here, io.BytesIO(SECRET), cap=None)
    store.write_clean(here, people(), identifiers=IDENTIFIERS)
    store.seal(here, "findings", SECRET)
    everything = every_byte(folders)
    for word in (SECRET, b"Jane", b"full name", b"slept", b"ARROW", str(here.agreement).encode()):
        assert word not in everything
    assert here.provider.hex.encode() not in everything


def test_only_the_owner_of_the_process_may_look(folders: Path) -> None:
    before = os.umask(0)
    try:
        here = place()
        store.write_clean(here, people(), identifiers=IDENTIFIERS)
        keys.destroy(place().owner, AT)
    finally:
        os.umask(before)
    for root in (folders / "keys", folders / "vault"):
        modes = {(path.is_dir(), path.stat().st_mode & 0o777) for path in [root, *root.rglob("*")]}
        assert modes == {(True, 0o700), (False, 0o600)}


def test_a_key_open_to_others_is_not_used(folders: Path) -> None:
    here = place()
    address = store.seal(here, "findings", SECRET)
    (key,) = [path for path in (folders / "keys").rglob("*") if path.is_file()]
    key.chmod(0o640)
    with pytest.raises(Conflict, match="open to other users"):
        store.unseal(here, "findings", address)


def test_a_link_in_place_of_a_file_is_not_followed(folders: Path) -> None:
    here = place()
    address = store.seal(here, "findings", SECRET)
    elsewhere = folders / "elsewhere"
    stored(address).rename(elsewhere)
    stored(address).symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic links"):
        store.unseal(here, "findings", address)


# Attacks ------------------------------------------------------------------------------------------


def test_without_the_key_nothing_opens(folders: Path) -> None:
    here = place()
    address = store.write_clean(here, people(), identifiers=IDENTIFIERS)
    sealed_at = store.seal(here, "findings", SECRET)
    for path in (folders / "keys").rglob("*"):
        if path.is_file():
            path.unlink()
    with pytest.raises(Conflict, match="key to this data is not here"):
        store.read_clean(here, address, columns=["slept"], kinds=BOTH)
    with pytest.raises(Conflict, match="key to this data is not here"):
        store.unseal(here, "findings", sealed_at)


def test_the_payload_key_does_not_open_identifiers() -> None:
    here = place()
    name = next(iter(IDENTIFIERS))
    address = store.write_clean(here, people(), identifiers=IDENTIFIERS)
    payload = frozenset[keys.Kind]({"payload"})
    assert store.read_clean(here, address, columns=["slept"], kinds=payload).num_rows == 2
    for asked in ([name], ["slept", name]):
        with pytest.raises(Denied, match="not handed over"):
            store.read_clean(here, address, columns=asked, kinds=payload)
    only = frozenset[keys.Kind]({"identifiers"})
    assert store.read_clean(here, address, columns=[name], kinds=only).num_rows == 2
    with pytest.raises(Denied, match="not handed over"):
        store.read_clean(here, address, columns=["slept"], kinds=only)
    with pytest.raises(Denied, match="not handed over"):
        store.read_clean(here, address, columns=["slept"], kinds=frozenset())


def test_another_agreements_key_opens_nothing() -> None:
    here = place()
    address = store.write_clean(here, people(), identifiers=IDENTIFIERS)
    sealed_at = store.seal(here, "landed", SECRET)
    for other in (
        Place(uuid.uuid4(), here.provider, here.submission),
        Place(here.agreement, uuid.uuid4(), here.submission),
    ):
        for kind in keys.KINDS:
            keys.obtain(other.owner, kind)
        with pytest.raises(Conflict, match="not what was written"):
            store.read_clean(other, address, columns=["slept"], kinds=BOTH)
        with pytest.raises(Conflict, match="not what was written"):
            store.unseal(other, "landed", sealed_at)


def test_a_file_of_another_submission_or_purpose_does_not_pass() -> None:
    """Same key, other place: the record in the database was pointed at another ciphertext."""
    here = place()
    other = Place(here.agreement, here.provider, uuid.uuid4())
    address = store.write_clean(here, people(), identifiers=IDENTIFIERS)
    sealed_at = store.seal(here, "findings", SECRET)
    with pytest.raises(Conflict, match="not what was written"):
        store.read_clean(other, address, columns=["slept"], kinds=BOTH)
    with pytest.raises(Conflict, match="not what was written"):
        store.unseal(other, "findings", sealed_at)
    with pytest.raises(Conflict, match="not what was written"):
        store.unseal(here, "quarantine", sealed_at)


def test_a_file_moved_to_another_address_is_found_out() -> None:
    here = place()
    first, second = (store.seal(here, "findings", data) for data in (b"first", b"second"))
    stored(first).replace(stored(second))
    with pytest.raises(Conflict, match="not what was written"):
        store.unseal(here, "findings", second)
    with pytest.raises(Conflict, match="not in the vault"):
        store.unseal(here, "findings", first)


def damage(data: bytes, how: str, chance: random.Random) -> bytes:
    if how == "flip":
        at = chance.randrange(len(data))
        return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]
    if how == "cut":
        return data[: chance.randrange(len(data))]
    return data + chance.randbytes(1 + chance.randrange(64))


@pytest.mark.parametrize("how", ["flip", "cut", "grow"])
def test_changed_ciphertext_is_found_out(how: str) -> None:
    here = place()
    table_at = store.write_clean(here, people(), identifiers=IDENTIFIERS)
    bytes_at = store.seal(here, "landed", SECRET)
    chance = random.Random(how)
    for address in (table_at, bytes_at):
        whole = stored(address).read_bytes()
        for _ in range(20):
            stored(address).write_bytes(damage(whole, how, chance))
            with pytest.raises(Conflict, match="not what was written"):
                if address == table_at:
                    store.read_clean(here, address, columns=["slept"], kinds=BOTH)
                else:
                    store.unseal(here, "landed", address)


class Stream:
    """One sealed stream of four chunks, taken apart: what the address check does not see."""

    key = b"k" * 32
    size = sealed.CHUNK + sealed.TAG_BYTES

    def __init__(self) -> None:
        self.plain = b"".join(bytes([number]) * sealed.CHUNK for number in range(3)) + b"end"
        whole = self.sealed(self.plain)
        self.header, body = whole[:36], whole[36:]
        self.chunks = [body[at : at + self.size] for at in range(0, len(body), self.size)]

    def sealed(self, data: bytes, context: bytes = b"here") -> bytes:
        sink = io.BytesIO()
        sealed.seal(io.BytesIO(data), sink, key=self.key, context=context)
        return sink.getvalue()

    def unsealed(self, *chunks: bytes, header: bytes | None = None) -> bytes:
        source = io.BytesIO((self.header if header is None else header) + b"".join(chunks))
        return b"".join(sealed.unseal(source, key=self.key, context=b"here"))


def test_chunks_hold_their_place() -> None:
    stream = Stream()
    a, b, c, end = stream.chunks
    assert stream.unsealed(a, b, c, end) == stream.plain
    other = stream.sealed(stream.plain)
    for attack in (
        lambda: stream.unsealed(b, a, c, end),
        lambda: stream.unsealed(a, b, c),
        lambda: stream.unsealed(a, b, end),
        lambda: stream.unsealed(a, b, c, end, end),
        lambda: stream.unsealed(a, a, c, end),
        lambda: stream.unsealed(a, b, c, end[:-1]),
        stream.unsealed,
        lambda: stream.unsealed(header=b""),
        lambda: stream.unsealed(a, b, c, end, header=other[:36]),
        lambda: stream.unsealed(a, other[36 + stream.size : 36 + 2 * stream.size], c, end),
    ):
        with pytest.raises(Conflict):
            attack()


@hypothesis_settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=300), at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_flipped_bit_in_a_stream_passes(data: bytes, at: int, bit: int) -> None:
    sink = io.BytesIO()
    sealed.seal(io.BytesIO(data), sink, key=b"k" * 32, context=b"c")
    raw = bytearray(sink.getvalue())
    raw[at % len(raw)] ^= 1 << bit
    with pytest.raises(Conflict):
        b"".join(sealed.unseal(io.BytesIO(bytes(raw)), key=b"k" * 32, context=b"c"))


def test_an_address_is_only_an_address() -> None:
    for address in ("../../etc/passwd", "", "A" * 64, "a" * 63 + "/"):
        with pytest.raises(ValueError, match="64 hex"), files.reading(address):
            pass


# Destruction --------------------------------------------------------------------------------------


def kept(here: Place) -> list[Callable[[], object]]:
    """Every way to read what this place holds."""
    table_at = store.write_clean(here, people(), identifiers=IDENTIFIERS)
    bytes_at = store.seal(here, "landed", SECRET)
    return [
        lambda: store.read_clean(here, table_at, columns=["slept"], kinds=BOTH),
        lambda: store.unseal(here, "landed", bytes_at),
    ]


def test_after_destruction_nothing_is_read_or_written() -> None:
    here, neighbour = place(), place()
    reads, others = kept(here), kept(neighbour)
    assert len(keys.destroy(here.owner, AT)) == 2
    for read in reads:
        with pytest.raises(Denied, match="destroyed"):
            read()
    with pytest.raises(Denied, match="destroyed"):
        store.seal(here, "landed", SECRET)
    with pytest.raises(Denied, match="destroyed"):
        store.land(here, io.BytesIO(SECRET), cap=None)
    for read in others:
        read()
    assert keys.destroy(here.owner, AT) == keys.destroy(here.owner, AT)


def test_a_restored_key_is_not_used_and_is_destroyed_again(folders: Path) -> None:
    here = place()
    reads = kept(here)
    backup = {path: path.read_bytes() for path in (folders / "keys").rglob("*") if path.is_file()}
    keys.destroy(here.owner, AT)
    for path, content in backup.items():
        path.write_bytes(content)
        path.chmod(0o600)
    for read in reads:
        with pytest.raises(Denied, match="destroyed"):
            read()
    assert keys.destroy_again([here.owner, place().owner], AT) == 1
    assert not any(path.exists() for path in backup)


def test_the_key_is_overwritten_before_it_is_unlinked(folders: Path) -> None:
    here = place()
    keys.obtain(here.owner, "payload")
    (path,) = [path for path in (folders / "keys").rglob("*") if path.is_file()]
    key = path.read_bytes()
    with path.open("rb") as still_open:
        keys.destroy(here.owner, AT)
        assert still_open.read() not in (key, b"")


def test_destruction_takes_what_a_crash_left_beside_the_key(folders: Path) -> None:
    owner = place().owner
    keys.obtain(owner, "payload")
    (path,) = [path for path in (folders / "keys").rglob("*") if path.is_file()]
    left = path.with_name(path.name + ".0123.part")
    os.link(path, left)
    keys.destroy(owner, AT)
    assert not left.exists()
    assert not path.exists()


def test_two_that_make_a_key_get_the_same() -> None:
    for _ in range(20):
        owner = place().owner
        with ThreadPoolExecutor(8) as pool:
            made = set(pool.map(lambda _, o=owner: keys.obtain(o, "payload"), range(8)))
        assert len(made) == 1


def test_a_key_made_while_keys_are_destroyed_does_not_outlive_them() -> None:
    def make(owner: Owner) -> None:
        with suppress(Failure):
            keys.obtain(owner, "payload")

    for _ in range(30):
        owner = place().owner
        with ThreadPoolExecutor(6) as pool:
            for number in range(6):
                pool.submit(keys.destroy, owner, AT) if number == 3 else pool.submit(make, owner)
        with pytest.raises(Denied):
            keys.fetch(owner, "payload")
        assert keys.destroy_again([owner], AT) == 0


# Whole or not at all ------------------------------------------------------------------------------


def whole_files() -> list[Path]:
    root = Path(django_settings.VAULT_DIR)
    return [p for p in root.glob("*/*") if p.is_file() and p.parent.name != "part"]


def test_beyond_the_cap_nothing_is_kept() -> None:
    class Endless:
        """A stream that goes on for ever and tells how much of it was taken."""

        taken = 0

        def read(self, size: int, /) -> bytes:
            self.taken += size
            return b"x" * size

    endless = Endless()
    with pytest.raises(Invalid, match="larger than 3 MB"):
        store.land(place(), endless, cap=3 * 1024 * 1024)  # type: ignore[arg-type]
    assert endless.taken <= 6 * 1024 * 1024
    assert whole_files() == []
    assert list(Path(django_settings.VAULT_DIR).glob("part/*")) == []


def test_a_failure_while_writing_leaves_nothing() -> None:
    with pytest.raises(RuntimeError), files.writing() as sink:
        sink.write(b"half")
        raise RuntimeError
    assert whole_files() == []
    assert list(Path(django_settings.VAULT_DIR).glob("part/*")) == []


def test_the_sweep_takes_what_is_unfinished_or_unknown_and_old() -> None:
    here = place()
    known, unknown = (store.seal(here, "landed", data) for data in (b"known", b"unknown"))
    part = Path(django_settings.VAULT_DIR) / "part" / "left"
    part.write_bytes(b"half")
    young = time.time() - 3600
    assert files.sweep(older_than=young, is_kept=lambda address: address == known) == 0
    later = time.time() + 1
    assert files.sweep(older_than=later, is_kept=lambda address: address == known) == 2
    assert not part.exists()
    assert store.unseal(here, "landed", known) == b"known"
    with pytest.raises(Conflict, match="not in the vault"):
        store.unseal(here, "landed", unknown)


WRITER = """
import os, sys, uuid
from django.conf import settings
settings.configure(KEYS_DIR=sys.argv[1], VAULT_DIR=sys.argv[2], USE_I18N=False)
import pyarrow as pa
from commonweal.pool.vault import store
place = store.Place(*(uuid.UUID(text) for text in sys.argv[3:6]))
data = os.urandom(8_000_000)
table = pa.table({"n": [os.urandom(300) for _ in range(20_000)]})
print("ready", flush=True)
while True:
    store.seal(place, "landed", data)
    print("T", store.write_clean(place, table, identifiers=frozenset({"n"})), flush=True)
"""


def test_a_writer_killed_at_any_point_leaves_whole_files_only(folders: Path) -> None:
    here = place()
    chance = random.Random(7)
    arguments = [folders / "keys", folders / "vault", here.agreement, here.provider]
    whole, unfinished, takes, told = 0, 0, 0.0, []
    for attempt in range(60):
        if attempt >= 8 and whole and unfinished:
            break
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, *map(str, [*arguments, here.submission])],
            stdout=subprocess.PIPE,
            text=True,
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            if not takes:
                # The first is let finish once: how long that takes differs from machine to machine.
                begun = time.monotonic()
                told = [child.stdout.readline().split()[1]]
                takes = time.monotonic() - begun
            time.sleep(chance.uniform(0.02, 1.2) * takes)
            child.send_signal(signal.SIGKILL)
            told += [line.split()[1] for line in child.stdout if line.endswith("\n")]
        for address in told:
            table = store.read_clean(here, address, columns=["n"], kinds=BOTH)
            assert table.num_rows == 20_000
        told.clear()
        for path in whole_files():
            with files.reading(path.parent.name + path.name):
                whole += 1
        unfinished += len(list((folders / "vault").glob("part/*")))
        files.sweep(older_than=time.time() + 1, is_kept=lambda _address: False)
        assert list((folders / "vault").glob("*/*")) == []
    assert whole > 0
    assert unfinished > 0


def test_tables_refuses_a_key_name_it_does_not_know() -> None:
    ring = tables._Keyring({"payload": b"k" * 32}, b"")
    with pytest.raises(PermissionError):
        ring.unwrap_key("", "somebody else's")
