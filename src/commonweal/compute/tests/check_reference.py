"""A slow, obvious checker: one row and one cell at a time, no arrays. Used to judge the fast one."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from commonweal.compute.contract.model import Column, Contract, Table
from commonweal.compute.reading.table import RawTable

Found = tuple[str, str, int | None, str | None]
"""Rule, table, row, column."""

BLANK = object()
MARKER = object()
FAULTY = object()
SPACES = " \t\n\r\x0b\x0c\x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)


def reference(contract: Contract, tables: Mapping[str, RawTable]) -> set[Found]:
    """All findings about rows, for tables whose headings are right."""
    found: set[Found] = set()
    values: dict[str, dict[int, dict[str, Any]]] = {}
    offered: dict[str, dict[str, set[Any]]] = {}
    for table in contract.tables:
        raw = tables[table.name]
        values[table.name] = {}
        offered[table.name] = defaultdict(set)
        shapeless = {
            row: rule
            for rule, row in raw.faults.select("rule", "row").rows()
            if rule in ("ragged_row", "quote")
        }
        for row, cells in zip(raw.rows.to_list(), raw.frame.rows(named=True), strict=True):
            if row in shapeless:
                found.add((shapeless[row], table.name, row, None))
            judged: dict[str, Any] = {}
            for column in table.columns:
                value, rule = judge(cells[column.name], column)
                if value not in (BLANK, MARKER, FAULTY):
                    offered[table.name][column.name].add(value)
                judged[column.name] = FAULTY if rule else value
                if rule and row not in shapeless:
                    found.add((rule, table.name, row, column.name))
            if row not in shapeless:
                values[table.name][row] = judged
    for table in contract.tables:
        found |= within(table, values[table.name])
        found |= between(table, values[table.name], offered)
    return found


def judge(text: str | None, column: Column) -> tuple[Any, str | None]:
    """The value of a cell (typed even where only a limit is broken) and the rule it breaks."""
    text = (text or "").strip(SPACES)
    if not text:
        return BLANK, "required" if column.required else None
    if text in column.missing:
        return MARKER, None
    value = typed(text, column)
    if value is None:
        return FAULTY, why(text, column)
    return value, limit(value, column)


def typed(text: str, column: Column) -> Any:
    if column.type == "string":
        return None if formula(text) or error(text) else text
    if column.type == "boolean":
        return {"true": True, "false": False}.get(text.lower())
    if column.type == "date":
        return day(text, column.date_format) or day(text, "yyyy-MM-dd")
    whole = re.fullmatch(r"(-?(?:0|[1-9][0-9]*))(\.0+)?", text, re.ASCII)
    if column.type == "integer":
        value = int(whole[1]) if whole else None
        return value if value is not None and -(2**63) <= value < 2**63 else None
    number = re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", text, re.ASCII)
    value_ = float(text) if number else None
    return None if value_ is None or value_ in (float("inf"), float("-inf")) else value_


def day(text: str, form: str) -> date | None:
    parts = date_parts(text, form)
    try:
        return date(**parts) if parts else None
    except ValueError:
        return None


def date_parts(text: str, form: str) -> dict[str, int] | None:
    names = {"yyyy": "year", "MM": "month", "dd": "day"}
    pattern = re.escape(form)
    for letters, name in names.items():
        pattern = pattern.replace(letters, f"(?P<{name}>[0-9]{{{len(letters)}}})")
    match = re.fullmatch(pattern, text)
    return {name: int(digits) for name, digits in match.groupdict().items()} if match else None


def formula(text: str) -> bool:
    return bool(
        re.match(r"=[0-9A-Za-z_$('\"{+\-@]", text)
        or re.match(r"[@+-]\s*[A-Za-z_][\w.$]*\s*[(|!]", text)
        or re.match(r"[+-]\s*\$?[A-Za-z]{1,3}\$?[0-9]+\s*[-+*/^&:<>=(]", text)
    )


def error(text: str) -> bool:
    return text in ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!",
                    "#SPILL!", "#CALC!")  # fmt: skip


def why(text: str, column: Column) -> str:
    if formula(text):
        return "formula"
    if error(text):
        return "cell_error"
    number = re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", text)
    if column.type == "integer" and number:
        return "integer" if number[2] and set(number[2]) - set(".0") else "range"
    if column.type == "number" and number:
        return "range"
    if column.type == "date" and (
        date_parts(text, column.date_format) or date_parts(text, "yyyy-MM-dd")
    ):
        return "date"
    return "type"


def limit(value: Any, column: Column) -> str | None:
    if column.codes and str(value) not in column.codes:
        return "code"
    if column.type == "string":
        if len(value) < (column.min_length or 0):
            return "length"
        if column.max_length is not None and len(value) > column.max_length:
            return "length"
        if column.pattern and not re.fullmatch(column.pattern, value, re.ASCII):
            return "pattern"
    bounds: list[tuple[Any, Any]] = [
        (column.minimum, lambda bound: value >= bound),
        (column.maximum, lambda bound: value <= bound),
        (column.above, lambda bound: value > bound),
        (column.below, lambda bound: value < bound),
    ]
    if any(bound is not None and not holds(bound) for bound, holds in bounds):
        return "range"
    return None


def key_of(row: dict[str, Any], names: tuple[str, ...]) -> tuple[Any, ...] | None:
    key = tuple(row[name] for name in names)
    return None if any(value in (BLANK, MARKER, FAULTY) for value in key) else key


def within(table: Table, rows: dict[int, dict[str, Any]]) -> set[Found]:
    found: set[Found] = set()
    for order in table.orders:
        names = (order.earlier, order.later)
        for row, values in rows.items():
            key = key_of(values, names)
            if key is not None and key[0] > key[1]:
                found.add(("order", table.name, row, ", ".join(names)))
    unique = [("unique", (column.name,)) for column in table.columns if column.unique]
    unique += [("unique", names) for names in table.unique_together]
    if table.primary_key:
        unique.append(("primary_key", table.primary_key))
    for rule, names in unique:
        seen: dict[Any, list[int]] = defaultdict(list)
        for row, values in rows.items():
            key = key_of(values, names)
            if key is not None:
                seen[key].append(row)
        for members in seen.values():
            if len(members) > 1:
                found |= {(rule, table.name, row, ", ".join(names)) for row in members}
    return found


def between(
    table: Table, rows: dict[int, dict[str, Any]], offered: dict[str, dict[str, set[Any]]]
) -> set[Found]:
    """Single-column references only: that is what the tests' contracts have."""
    found: set[Found] = set()
    for reference_ in table.foreign_keys:
        (name,), (target,) = reference_.columns, reference_.to_columns
        for row, values in rows.items():
            key = key_of(values, (name,))
            if key is not None and key[0] not in offered[reference_.to_table][target]:
                found.add(("foreign_key", table.name, row, name))
    return found
