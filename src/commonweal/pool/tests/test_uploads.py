"""A file on its way in: encrypted, capped, read once."""

from __future__ import annotations

import random

import pytest
from django.core.files.uploadhandler import StopUpload

from commonweal.pool.uploads import SealedUpload, SealingUploadHandler

SIZES = (0, 1, 1000, 1024 * 1024, 3 * 1024 * 1024 + 17)


def arrived(data: bytes, *, cap: int = 10**9, chunk: int = 65_536) -> SealedUpload:
    handler = SealingUploadHandler(cap=cap)
    handler.new_file("file", "a.csv", "text/csv", None, None, None)
    for start in range(0, len(data), chunk):
        assert handler.receive_data_chunk(data[start : start + chunk], start) is None
    return handler.file_complete(len(data))


@pytest.mark.parametrize("size", SIZES)
def test_what_is_read_is_what_came(size: int) -> None:
    data = random.Random(size).randbytes(size)
    with arrived(data) as upload:
        assert upload.read() == data
    with arrived(data) as upload:
        parts = []
        while part := upload.read(70_001):
            assert len(part) <= 70_001
            parts.append(part)
        assert b"".join(parts) == data
        assert upload.read(5) == b""


def test_nothing_readable_lies_on_the_disk_and_nothing_has_a_name() -> None:
    data = b"Jane Example " * 100_000
    with arrived(data) as upload:
        upload._sealed.seek(0)
        stored = upload._sealed.read()
        assert b"Jane" not in stored
        assert len(stored) > len(data)
        assert not isinstance(upload._sealed.name, str)


def test_beyond_the_cap_the_connection_is_cut() -> None:
    handler = SealingUploadHandler(cap=100)
    handler.new_file("file", "a.csv", "text/csv", None, None, None)
    handler.receive_data_chunk(b"x" * 100, 0)
    with pytest.raises(StopUpload) as stop:
        handler.receive_data_chunk(b"x", 100)
    assert stop.value.connection_reset
    assert handler.is_too_large
    assert handler._file.closed


def test_an_upload_that_breaks_off_leaves_nothing_open() -> None:
    handler = SealingUploadHandler(cap=100)
    handler.new_file("file", "a.csv", "text/csv", None, None, None)
    handler.upload_interrupted()
    assert handler._file.closed
