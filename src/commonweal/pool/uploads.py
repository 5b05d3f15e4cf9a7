"""Taking an uploaded file without leaving it readable anywhere, and never more than the cap of it.

While a file arrives it is encrypted under a key that exists in this process's memory only, into a
file without a name: a crash leaves nothing that can be read.
"""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from commonweal.pool.vault.sealed import KEY_BYTES, Sealer, unseal

if TYPE_CHECKING:
    _Uploaded = UploadedFile[bytes]
else:
    _Uploaded = UploadedFile

_CONTEXT = b"upload"
# What a form's other fields and the multipart borders may add to the file itself.
FORM_BYTES = 64 * 1024


class SealedUpload(_Uploaded):
    """A file that was uploaded; readable once, from its beginning."""

    def __init__(self, file: IO[bytes], key: bytes, *, name: str | None, size: int) -> None:
        super().__init__(file=file, name=name, size=size)
        self._sealed = file
        self._chunks = self._opened(key)
        self._rest = b""

    def _opened(self, key: bytes) -> Iterator[bytes]:
        self._sealed.seek(0)
        yield from unseal(self._sealed, key=key, context=_CONTEXT)

    def read(self, size: int = -1) -> bytes:
        parts: list[bytes] = []
        missing = size
        while missing != 0:
            if not self._rest:
                self._rest = next(self._chunks, b"")
            if not self._rest:
                break
            part = self._rest if size < 0 else self._rest[:missing]
            self._rest = self._rest[len(part) :]
            missing -= len(part) if size >= 0 else 0
            parts.append(part)
        return b"".join(parts)


class SealingUploadHandler(FileUploadHandler):
    """Encrypts a file as it arrives and cuts the connection beyond `cap` bytes.

    Without `cap`, settings.UPLOAD_CAP counts, so that it can stand in settings too.
    """

    chunk_size = 1024 * 1024

    def __init__(self, request: Any = None, *, cap: int | None = None) -> None:
        super().__init__(request)
        self._cap: int = settings.UPLOAD_CAP if cap is None else cap
        self._size = 0
        self.is_too_large = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self._key = secrets.token_bytes(KEY_BYTES)
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (the upload closes it)
        self._sealer = Sealer(self._file, key=self._key, context=_CONTEXT)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._size += len(raw_data)
        if self._size > self._cap:
            self.is_too_large = True
            self._file.close()
            raise StopUpload(connection_reset=True)
        self._sealer.write(raw_data)

    def file_complete(self, file_size: int) -> SealedUpload:
        self._sealer.finish()
        return SealedUpload(self._file, self._key, name=self.file_name, size=file_size)

    def upload_interrupted(self) -> None:
        if hasattr(self, "_file"):
            self._file.close()
