"""Person-level rows: Parquet with modular encryption, one data key per column.

Each column's data key is wrapped by the key of its class (identifiers or payload). The footer,
which knows the columns' names, is encrypted too; its data key is wrapped once under either class,
so a reader of one class opens the file and sees nothing of the other. On disk columns are called
c0, c1, …: Parquet's list of column keys has no quoting, and a heading may hold any character.
"""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.parquet.encryption as pe
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext as _

from commonweal.core.errors import Denied
from commonweal.pool.vault.files import Pending
from commonweal.pool.vault.keys import KINDS, Kind
from commonweal.pool.vault.sealed import tampered

EITHER = "either"
_NAMES = b"commonweal.columns"
_NONCE_BYTES = 12


class _Keyring(pe.KmsClient):  # type: ignore[misc]
    """Wraps data keys under the keys it was handed, bound to the file's context, and no others."""

    def __init__(self, keys: Mapping[Kind, bytes], context: bytes) -> None:
        super().__init__()
        self._keys = keys
        self._context = context

    def _bound(self, kind: str) -> bytes:
        return b"commonweal column key\0" + kind.encode() + b"\0" + self._context

    def _wrap(self, data_key: bytes, kind: Kind) -> str:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = AESGCM(self._keys[kind]).encrypt(nonce, data_key, self._bound(kind))
        return base64.b64encode(nonce + sealed).decode()

    def _unwrap(self, wrapped: str, kind: Kind) -> bytes:
        raw = base64.b64decode(wrapped)
        nonce, sealed = raw[:_NONCE_BYTES], raw[_NONCE_BYTES:]
        return AESGCM(self._keys[kind]).decrypt(nonce, sealed, self._bound(kind))

    def wrap_key(self, key_bytes: bytes, master_key_identifier: str) -> str:
        if master_key_identifier == EITHER:
            return " ".join(self._wrap(key_bytes, kind) for kind in KINDS)
        return self._wrap(key_bytes, _kind(master_key_identifier))

    def unwrap_key(self, wrapped_key: str, master_key_identifier: str) -> bytes:
        if master_key_identifier != EITHER:
            kind = _kind(master_key_identifier)
            if kind not in self._keys:
                raise PermissionError("this key was not handed over")
            return self._unwrap(wrapped_key, kind)
        for kind, wrapped in zip(KINDS, wrapped_key.split(" "), strict=True):
            if kind in self._keys:
                return self._unwrap(wrapped, kind)
        raise PermissionError("no key was handed over")


def _kind(name: str) -> Kind:
    for kind in KINDS:
        if kind == name:
            return kind
    raise PermissionError("no key of this name")


def _factory(keys: Mapping[Kind, bytes], context: bytes) -> pe.CryptoFactory:
    return pe.CryptoFactory(lambda _connection: _Keyring(keys, context))


def write(
    table: pa.Table,
    sink: Pending,
    *,
    identifiers: frozenset[str],
    keys: Mapping[Kind, bytes],
    context: bytes,
) -> None:
    """Write a table; columns named in `identifiers` under that key, all others under payload.

    `keys` holds both. 10 million rows of four columns take about 1.2 s.
    """
    names = [f"c{index}" for index in range(table.num_columns)]
    of_kind: dict[str, list[str]] = {}
    for stored, name in zip(names, table.column_names, strict=True):
        of_kind.setdefault("identifiers" if name in identifiers else "payload", []).append(stored)
    configuration = pe.EncryptionConfiguration(
        footer_key=EITHER,
        column_keys=of_kind,
        encryption_algorithm="AES_GCM_V1",
        plaintext_footer=False,
        double_wrapping=False,
        internal_key_material=True,
        data_key_length_bits=256,
    )
    # The factory must outlive the properties: they hold no reference of their own to it.
    factory = _factory(keys, context)
    properties = factory.file_encryption_properties(pe.KmsConnectionConfig(), configuration)
    metadata = {_NAMES: json.dumps(table.column_names).encode()}
    pq.write_table(
        table.rename_columns(names).replace_schema_metadata(metadata),
        sink,
        compression="zstd",
        encryption_properties=properties,
    )


def read(
    source: BinaryIO,
    *,
    columns: Sequence[str],
    optional: Sequence[str] = (),
    keys: Mapping[Kind, bytes],
    context: bytes,
) -> pa.Table:
    """The named columns, in this order, then those of `optional` that the file has.

    Denied when their key is not among `keys`, Conflict when the file does not open with the keys
    that are; ValueError for a column that is not there.
    """
    factory = _factory(keys, context)
    properties = factory.file_decryption_properties(
        pe.KmsConnectionConfig(), pe.DecryptionConfiguration()
    )
    try:
        with pq.ParquetFile(source, decryption_properties=properties) as file:
            names: list[str] = json.loads((file.schema_arrow.metadata or {})[_NAMES])
            if absent := [name for name in columns if name not in names]:
                raise ValueError(f"the file has no column {', '.join(absent)}")
            wanted = [*columns, *(name for name in optional if name in names)]
            stored = [f"c{names.index(name)}" for name in wanted]
            table = file.read(columns=stored).select(stored)
    except PermissionError:
        raise Denied(
            _("The permit does not cover these fields: their key is not handed over."),
            mend=_("Ask for a data-use licence that names them."),
        ) from None
    except (OSError, InvalidTag):
        raise tampered() from None
    return table.rename_columns(wanted).replace_schema_metadata(None)
