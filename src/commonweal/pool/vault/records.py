"""Findings and quarantined rows as bytes for the vault, and back. Only callers with a place."""

from __future__ import annotations

import io
import json
from typing import Any

import polars as pl

from commonweal.compute.check.findings import Findings, Kind, Rule
from commonweal.compute.check.run import Checked
from commonweal.compute.contract.model import Contract
from commonweal.pool.vault import store
from commonweal.pool.vault.store import Place

_LENGTH_BYTES = 4


def _frame_bytes(frame: pl.DataFrame) -> bytes:
    sink = io.BytesIO()
    frame.write_ipc(sink, compression="zstd")
    return sink.getvalue()


def _kind_json(kind: Kind) -> dict[str, Any]:
    return {
        "rule": kind.rule.value,
        "table": kind.table,
        "columns": list(kind.columns),
        "message": kind.message,
        "place": kind.place,
    }


def _kind(value: dict[str, Any]) -> Kind:
    return Kind(
        rule=Rule(value["rule"]),
        table=value["table"],
        columns=tuple(value["columns"]),
        message=value["message"],
        place=value["place"],
    )


def keep_findings(place: Place, found: Findings) -> str:
    """Store findings; a million take some ten megabytes. Returns the address."""
    head = json.dumps([_kind_json(kind) for kind in found.kinds]).encode()
    length = len(head).to_bytes(_LENGTH_BYTES, "big")
    return store.seal(place, "findings", length + head + _frame_bytes(found.frame))


def read_findings(place: Place, address: str) -> Findings:
    data = store.unseal(place, "findings", address)
    length = int.from_bytes(data[:_LENGTH_BYTES], "big")
    body = _LENGTH_BYTES + length
    kinds = [_kind(each) for each in json.loads(data[_LENGTH_BYTES:body])]
    return Findings(kinds, pl.read_ipc(io.BytesIO(data[body:])))


def keep_rows(place: Place, rows: pl.DataFrame) -> str:
    """Store rows that were not taken in, as text. Returns the address."""
    return store.seal(place, "quarantine", _frame_bytes(rows))


def read_rows(place: Place, address: str) -> pl.DataFrame:
    return pl.read_ipc(io.BytesIO(store.unseal(place, "quarantine", address)))


def as_checked(contract: Contract, found: Findings, bad: pl.DataFrame) -> Checked:
    """What the workbook of bad rows is made from."""
    return Checked(
        findings=found, clean={}, bad={contract.tables[0].name: bad}, blocked=(), counts={}
    )
