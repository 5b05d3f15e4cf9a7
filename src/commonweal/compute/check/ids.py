"""Names for content: one for the bytes that came, one for what they say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import numpy as np
import polars as pl

from commonweal.compute.contract.model import MISSING, ROW, Contract, Table

_BINARY = {"integer": "<i8", "number": "<f8", "date": "<i4", "boolean": "|u1"}


def drop_id(data: bytes) -> str:
    """SHA-256 of the bytes as they came, in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def content_id(contract: Contract, clean: Mapping[str, pl.DataFrame]) -> str:
    """SHA-256 of what the clean tables (`Checked.clean`) say, in hexadecimal.

    The same rows from CSV in any dialect or encoding and from XLSX give the same id. So do the
    same rows in another order: a table is a set of records, and no figure may depend on how a
    partner sorted the sheet. Record numbers do not count. Hashed are, table by table in the
    contract's order, names, types, and each column as fixed bytes (64-bit numbers, days since
    1970, UTF-8 with lengths) with the rows sorted by primary key, or by all columns without one.
    """
    digest = hashlib.sha256(b"commonweal content 1\n")
    for table in contract.tables:
        if table.name in clean:
            _add_table(digest, table, clean[table.name])
    return digest.hexdigest()


def _add_table(digest: hashlib._Hash, table: Table, frame: pl.DataFrame) -> None:
    names = [name for name in frame.columns if name != ROW]
    keys = list(table.primary_key) or names
    ordered = frame.select(names).sort(keys, nulls_last=False)
    _add_text(digest, [table.name, ordered.height])
    for column in table.columns:
        _add_text(digest, [column.name, column.type])
        _add_column(digest, ordered.get_column(column.name), column.type)
        if column.missing:
            _add_column(digest, ordered.get_column(column.name + MISSING), "string")


def _add_text(digest: hashlib._Hash, values: list[str | int]) -> None:
    digest.update(json.dumps(values, ensure_ascii=True).encode() + b"\n")


def _add_column(digest: hashlib._Hash, values: pl.Series, kind: str) -> None:
    digest.update(np.packbits(values.is_null().to_numpy()).tobytes())
    if kind == "string":
        text = values.fill_null("")
        digest.update(text.str.len_bytes().to_numpy().astype("<u4").tobytes())
        digest.update("".join(text.to_list()).encode())
        return
    filled = values.to_physical()
    zero = filled.cast(pl.Int64) if kind == "boolean" else filled
    digest.update(zero.fill_null(0).to_numpy().astype(_BINARY[kind]).tobytes())
