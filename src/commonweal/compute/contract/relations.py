"""Rules beyond one cell: keys, unique groups, date order, and references between tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from commonweal.compute.contract.columns import QUALITY_DESCRIBED, library_metric, must_be_error
from commonweal.compute.contract.model import Column, ForeignKey, Order, Table
from commonweal.compute.contract.part import Part

ENGINE = "commonweal"
"""Value of `engine` in an ODCS custom quality rule that is ours."""


@dataclass(frozen=True)
class TableRules:
    """The rules of one table that need no other table."""

    primary_key: tuple[str, ...]
    unique_together: tuple[tuple[str, ...], ...]
    orders: tuple[Order, ...]


def read_table_rules(part: Part, columns: Sequence[Column]) -> TableRules:
    """Primary key, unique groups and orders of one ODCS schema object."""
    known = {column.name: column for column in columns}
    together: list[tuple[str, ...]] = []
    orders: list[Order] = []
    for rule in part.parts("quality"):
        kind = rule.text("type")
        if kind == "text":
            rule.only({"type"}, QUALITY_DESCRIBED)
        elif kind == "custom":
            orders.append(_order(rule, known))
        else:
            together.append(_together(rule, known))
    return TableRules(_primary_key(part), tuple(together), tuple(orders))


def _primary_key(part: Part) -> tuple[str, ...]:
    placed: list[tuple[int, str]] = []
    for each in part.parts("properties"):
        name = each.text("name", must=True)
        position = each.values.get("primaryKeyPosition")
        if not each.flag("primaryKey"):
            if position not in (None, -1):
                raise each.refuse(
                    "primaryKeyPosition",
                    "stands without primaryKey",
                    "Write `primaryKey: true` as well.",
                )
            continue
        if position in (None, -1):
            position = len(placed) + 1
        if isinstance(position, bool) or not isinstance(position, int):
            raise each.refuse("primaryKeyPosition", "must be a whole number", "Count from 1.")
        placed.append((position, name))
    if len({position for position, _ in placed}) != len(placed):
        raise part.refuse(
            "properties",
            "gives two columns the same primaryKeyPosition",
            "Number the columns of the key 1, 2, 3.",
        )
    return tuple(name for _, name in sorted(placed))


def _together(rule: Part, known: dict[str, Column]) -> tuple[str, ...]:
    metric = library_metric(rule)
    if metric != "duplicateValues":
        raise rule.refuse("metric", f"is {metric}", "A table's rule can be duplicateValues.")
    arguments = rule.part("arguments")
    arguments.only({"properties"})
    names = arguments.list_of("properties")
    for name in names:
        _known(arguments, "properties", name, known)
    if len(names) < 2 or len(set(names)) != len(names):
        raise arguments.refuse(
            "properties",
            "must name two or more different columns",
            "For one column write `unique: true` there.",
        )
    return tuple(names)


def _order(rule: Part, known: dict[str, Column]) -> Order:
    rule.only({"type", "engine", "implementation"}, QUALITY_DESCRIBED)
    if rule.text("engine", must=True) != ENGINE:
        raise rule.refuse(
            "engine",
            f"is {rule.text('engine')}",
            f"Only {ENGINE} runs here; describe other checks with `type: text`.",
        )
    must_be_error(rule)
    body = rule.part("implementation")
    body.only({"rule", "earlier", "later"})
    if body.text("rule", must=True) != "order":
        raise body.refuse("rule", f"is {body.text('rule')}", "The rule that exists is `order`.")
    names = [body.text(key, must=True) for key in ("earlier", "later")]
    for key, name in zip(("earlier", "later"), names, strict=True):
        _known(body, key, name, known)
    kinds = {known[name].type for name in names}
    if len(kinds) > 1 or kinds & {"string", "boolean"} or names[0] == names[1]:
        raise body.refuse(
            "earlier",
            "cannot be compared with `later`",
            "Name two different columns, both dates or both numbers.",
        )
    return Order(*names)


def _known(part: Part, key: str, name: Any, known: dict[str, Column]) -> None:
    if not isinstance(name, str) or name not in known:
        raise part.refuse(
            key,
            f"names {_short(name)}, which is not a column of this table",
            "Use a name from `properties`.",
        )


def link(pairs: Sequence[tuple[Part, Table]]) -> Iterator[Table]:
    """The tables with their references to one another resolved. Raises `Unusable`."""
    for part, table in pairs:
        keys: list[ForeignKey] = []
        for column in part.parts("properties"):
            name = column.text("name", must=True)
            for relation in column.parts("relationships"):
                _foreign(relation, {"to"})
                keys.append(_key(relation, (table.name, (name,)), pairs, table))
        for relation in part.parts("relationships"):
            _foreign(relation, {"from", "to"})
            keys.append(_key(relation, _ends(relation, "from", pairs), pairs, table))
        yield replace(table, foreign_keys=tuple(keys))


def _foreign(relation: Part, ends: set[str]) -> None:
    relation.only({"type", *ends}, {"customProperties"})
    if relation.text("type") not in (None, "foreignKey"):
        raise relation.refuse("type", f"is {relation.text('type')}", "Use foreignKey.")


def _key(
    relation: Part,
    start: tuple[str, tuple[str, ...]],
    pairs: Sequence[tuple[Part, Table]],
    table: Table,
) -> ForeignKey:
    if start[0] != table.name:
        raise relation.refuse("from", f"starts in {start[0]}", f"Write it under {start[0]}.")
    to_table, to_columns = _ends(relation, "to", pairs)
    target = next(each for _, each in pairs if each.name == to_table)
    kinds = [
        [owner.column(name).type for name in names]
        for owner, names in ((table, start[1]), (target, to_columns))
    ]
    if kinds[0] != kinds[1]:
        raise relation.refuse(
            "to",
            "has other types, or another number of columns, than `from`",
            "Both ends need the same types.",
        )
    return ForeignKey(start[1], to_table, to_columns)


def _ends(
    relation: Part, key: str, pairs: Sequence[tuple[Part, Table]]
) -> tuple[str, tuple[str, ...]]:
    """The table and columns that `from` or `to` names; a list is a composite key."""
    value = relation.values.get(key)
    given = value if isinstance(value, list) else [value]
    ends = [_end(relation, key, each, pairs) for each in given]
    tables = {table for table, _ in ends}
    if len(tables) != 1 or len(set(ends)) != len(ends):
        raise relation.refuse(key, "must name different columns of one table", "Correct the list.")
    return tables.pop(), tuple(column for _, column in ends)


def _end(
    relation: Part, key: str, reference: Any, pairs: Sequence[tuple[Part, Table]]
) -> tuple[str, str]:
    """`table.column` by name, or `schema/ID/properties/ID` by id."""
    text = reference if isinstance(reference, str) else ""
    by_id = text.removeprefix("/").split("/")
    for part, table in pairs:
        for column in part.parts("properties"):
            name = column.text("name", must=True)
            path = ["schema", part.values.get("id"), "properties", column.values.get("id")]
            if text == f"{table.name}.{name}" or by_id == path:
                return table.name, name
    raise relation.refuse(
        key, f"is {_short(reference)}, which is no column of this contract", "Write table.column."
    )


def _short(value: Any) -> str:
    """Something that should have been a name, in an error."""
    return str(value)[:80]
