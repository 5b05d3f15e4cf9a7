"""Files against a contract, as plain JSON values: what `commonweal check` prints."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from commonweal.compute.check.findings import Findings
from commonweal.compute.check.run import check
from commonweal.compute.contract.model import Contract, Table
from commonweal.compute.contract.parse import parse
from commonweal.compute.errors import Unusable
from commonweal.compute.reading.read import read
from commonweal.compute.reading.table import Caps, RawTable


def check_files(
    contract_text: str, files: Sequence[tuple[str, bytes]], caps: Caps | None = None
) -> list[dict[str, Any]]:
    """The findings on `files` (name, bytes): `{rule, severity, table, row, column, value,
    message}`, in stable order.

    Where the contract has one table, every file is a delivery of it and judged by itself;
    with several files each message starts with the file's name. Otherwise each file is the table
    that its name (without folder and ending) says. Raises `Unusable`, naming the file.
    """
    contract = parse(contract_text)
    if not files:
        raise Unusable("No file was given.", mend="Name at least one CSV or XLSX file.")
    limits = caps or Caps()
    if len(contract.tables) == 1:
        return _one_table(contract, files, limits)
    tables: dict[str, RawTable] = {}
    for name, data in files:
        table = _table_of(contract, name)
        if table.name in tables:
            raise Unusable(
                f"Two files are named like table {table.name}.", mend="Give one file per table."
            )
        tables[table.name] = _read(name, data, limits)
    return _listed(check(contract, tables).answer.findings)


def _one_table(
    contract: Contract, files: Sequence[tuple[str, bytes]], caps: Caps
) -> list[dict[str, Any]]:
    table = contract.tables[0]
    listed: list[dict[str, Any]] = []
    for name, data in files:
        found = check(contract, {table.name: _read(name, data, caps)}).answer.findings
        listed += _listed(found, f"{PurePath(name).name}: " if len(files) > 1 else "")
    return listed


def _listed(findings: Findings, prefix: str = "") -> list[dict[str, Any]]:
    return [
        {**each, "message": prefix + each["message"]}
        for each in (finding.as_dict() for finding in findings)
    ]


def _table_of(contract: Contract, name: str) -> Table:
    stem = PurePath(name).stem.casefold()
    for table in contract.tables:
        if table.name.casefold() == stem:
            return table
    raise Unusable(
        f"{PurePath(name).name} is named like no table of the contract.",
        mend=f"Name the file after its table: {', '.join(t.name for t in contract.tables)}.",
    )


def _read(name: str, data: bytes, caps: Caps) -> RawTable:
    try:
        return read(name, data, caps)
    except Unusable as error:
        where = PurePath(name).name
        raise Unusable(error.text, mend=error.mend, where=where) from error
