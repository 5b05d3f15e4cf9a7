"""From ODCS YAML to a `Contract`: what we do not understand is refused, never skipped."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from commonweal.compute.contract.columns import read_column
from commonweal.compute.contract.model import Column, Contract, Table
from commonweal.compute.contract.part import Part
from commonweal.compute.contract.relations import link, read_table_rules
from commonweal.compute.contract.yaml import load
from commonweal.compute.errors import Unusable

_SEMVER = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?"
)
_API = re.compile(r"v3\.\d+\.\d+")
_UNDERSTOOD = {
    "kind", "apiVersion", "id", "name", "version", "status", "description", "schema",
}  # fmt: skip
_DESCRIBED = {
    "tenant", "tags", "servers", "dataProduct", "domain", "support", "price", "team", "roles",
    "slaDefaultElement", "slaProperties", "authoritativeDefinitions", "customProperties",
    "contractCreatedTs",
}  # fmt: skip
_TABLE_UNDERSTOOD = {
    "name", "id", "description", "logicalType", "properties", "relationships", "quality",
}  # fmt: skip
_TABLE_DESCRIBED = {
    "physicalType", "physicalName", "dataGranularityDescription", "businessName",
    "authoritativeDefinitions", "tags", "customProperties",
}  # fmt: skip


def parse(text: str) -> Contract:
    """Reads an ODCS 3.x data contract.

    Raises `Unusable`, naming the path in the YAML, for what is missing, wrong or not understood.
    `docs/reference/contract.md` lists what is understood. Standard: Open Data Contract Standard
    3.1 (Bitol, Linux Foundation AI & Data).
    """
    document = load(text)
    top = Part(document, "") if isinstance(document, dict) else _not_a_contract()
    top.only(_UNDERSTOOD, _DESCRIBED)
    if top.text("kind", must=True) != "DataContract":
        raise top.refuse("kind", "must be DataContract", "Write `kind: DataContract`.")
    if not _API.fullmatch(top.text("apiVersion", must=True)):
        raise top.refuse("apiVersion", "must be version 3 of ODCS", "Write `apiVersion: v3.1.0`.")
    version = top.text("version", must=True)
    if not _SEMVER.fullmatch(version):
        raise top.refuse(
            "version", "must be a semantic version", "Write three numbers, for example 1.0.0."
        )
    identity = top.text("id", must=True)
    return Contract(
        id=identity,
        name=top.text("name") or identity,
        version=version,
        status=top.text("status", must=True),
        purpose=_purpose(top),
        tables=_tables(top),
        hash=_hash(document),
    )


def _not_a_contract() -> Part:
    raise Unusable("The contract must be a YAML mapping.", mend="Start with `kind: DataContract`.")


def _purpose(top: Part) -> str:
    """ODCS describes at length; only the purpose is shown again."""
    if isinstance(top.values.get("description"), str):
        return top.text("description") or ""
    described = top.part("description")
    described.only(
        {"purpose"}, {"usage", "limitations", "authoritativeDefinitions", "customProperties"}
    )
    return described.text("purpose") or ""


def _tables(top: Part) -> tuple[Table, ...]:
    parts = list(top.parts("schema"))
    if not parts:
        raise top.refuse("schema", "names no table", "List at least one table with properties.")
    pairs = [(part, _table(part)) for part in parts]
    _distinct([table.name.casefold() for _, table in pairs], top, "schema", "tables")
    return tuple(link(pairs))


def _table(part: Part) -> Table:
    part.only(_TABLE_UNDERSTOOD, _TABLE_DESCRIBED)
    if part.has("logicalType") and part.text("logicalType") != "object":
        raise part.refuse("logicalType", "must be object", "A table is an object in ODCS.")
    properties = list(part.parts("properties"))
    if not properties:
        raise part.refuse("properties", "names no column", "List at least one column.")
    columns = tuple(read_column(each) for each in properties)
    _distinct([column.name for column in columns], part, "properties", "columns")
    rules = read_table_rules(part, columns)
    return Table(
        name=part.text("name", must=True),
        description=part.text("description") or "",
        columns=tuple(_in_key(column, rules.primary_key) for column in columns),
        primary_key=rules.primary_key,
        unique_together=rules.unique_together,
        orders=rules.orders,
    )


def _in_key(column: Column, key: tuple[str, ...]) -> Column:
    """A primary-key column must be filled; alone in the key, the key already makes it unique."""
    if column.name not in key:
        return column
    changes: dict[str, Any] = {"required": True}
    if key == (column.name,):
        changes["unique"] = False
    return type(column)(**{**vars(column), **changes})


def _distinct(names: list[str], part: Part, key: str, kind: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise part.refuse(key, f"has two {kind} called {name}", "Give each its own name.")


def _hash(document: Any) -> str:
    """Comments and layout may change without making another contract; nothing else may."""
    canonical = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
