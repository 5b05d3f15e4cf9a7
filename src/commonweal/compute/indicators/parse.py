"""Definition text -> `Definition` values; every complaint names the place in the text."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NoReturn, TypeVar

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators import expression
from commonweal.compute.indicators.definition import (
    Column,
    Definition,
    Grain,
    IndicatorKind,
    Period,
    Polarity,
)
from commonweal.compute.indicators.nodes import Kind, Node, Type
from commonweal.compute.indicators.yamltext import read_tree

MAX_INDICATORS = 200
MAX_COLUMNS = 500
MAX_SLICES = 100
MAX_CROSSING = 6
MAX_TEXT = 4_000
MAX_SCALE = 9
DEFAULT_DECIMALS = 6
MAX_WHOLE = 10**9

DATE_FORMS = ("YYYY-MM-DD", "DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY", "YYYYMMDD")

_SHARED = ("reads", "unit", "denominator", "period", "slices", "polarity", "minimum")
_OWN = ("id", "version", "title", "description", "kind", "value", "numerator", "person_time")
_FIELDS = (*_OWN, "multiplier", *_SHARED)
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_TYPES = ("text", "integer", "number", "date", "boolean")

_KIND_FIELDS: Mapping[IndicatorKind, tuple[frozenset[str], frozenset[str]]] = {
    IndicatorKind.COUNT: (frozenset(), frozenset({"numerator"})),
    IndicatorKind.SUM: (frozenset({"value"}), frozenset()),
    IndicatorKind.PROPORTION: (frozenset({"numerator"}), frozenset()),
    IndicatorKind.MEAN: (frozenset({"value"}), frozenset()),
    IndicatorKind.RATE: (
        frozenset({"person_time"}),
        frozenset({"numerator", "value", "multiplier"}),
    ),
}
"""Required and optional fields of each kind, of those that not every kind has."""

T = TypeVar("T")


def parse_definitions(text: str) -> tuple[Definition, ...]:
    """The definitions in a YAML (or JSON) text: one at its top, or a list under `indicators`.

    Raises Unusable, with the path of the field (`indicators[2].value`), for anything that is not
    part of the format, is missing, contradicts itself or exceeds a cap.
    """
    tree = read_tree(text)
    if not isinstance(tree, dict) or not tree:
        raise Unusable(
            "The text holds no definition.",
            mend="A definition starts with id:, version:, title: and kind:.",
        )
    if "indicators" not in tree:
        return (parse_definition(tree),)
    shared = {name: value for name, value in tree.items() if name != "indicators"}
    _check_names(shared, _SHARED, "")
    items = _list(tree["indicators"], "indicators", MAX_INDICATORS)
    if not items:
        _fail("The list of indicators is empty.", "indicators")
    definitions = tuple(
        parse_definition(_with_shared(shared, item, f"indicators[{i}]"), f"indicators[{i}]")
        for i, item in enumerate(items)
    )
    _check_unique(definitions)
    return definitions


def parse_definition(tree: Any, where: str = "") -> Definition:
    """The definition written as the plain tree `tree`, found at the path `where`.

    Raises Unusable as `parse_definitions` does.
    """
    fields = _mapping(tree, where)
    _check_names(fields, _FIELDS, where)
    for name in ("id", "version", "title", "kind"):
        if fields.get(name) is None:
            _fail(f'The field "{name}" is missing.', where, f"Add {name}: …")
    kind = _choice(IndicatorKind, fields["kind"], _path(where, "kind"))
    _check_kind(kind, fields, where)
    reads = _reads(fields.get("reads"), _path(where, "reads"))
    formulas = _Formulas(fields, reads, where)
    definition = Definition(
        id=_id(fields["id"], _path(where, "id")),
        version=_whole(fields["version"], _path(where, "version"), low=1),
        title=_text(fields["title"], _path(where, "title")),
        description=_text(fields.get("description") or "", _path(where, "description")),
        kind=kind,
        reads=MappingProxyType(reads),
        distinct=_unit(fields.get("unit"), reads, _path(where, "unit")),
        value=formulas.read("value", Kind.NUMBER),
        numerator=formulas.read("numerator", Kind.BOOLEAN),
        denominator=formulas.read("denominator", Kind.BOOLEAN),
        person_time=formulas.read("person_time", Kind.NUMBER),
        multiplier=_whole(fields.get("multiplier", 1), _path(where, "multiplier"), low=1),
        period=_period(fields.get("period"), reads, _path(where, "period")),
        slices=_slices(fields.get("slices"), reads, _path(where, "slices")),
        polarity=_choice(Polarity, fields.get("polarity") or "neither", _path(where, "polarity")),
        minimum=_whole(fields.get("minimum") or 0, _path(where, "minimum"), low=0),
    )
    _check_whole(definition, where)
    return definition


def _with_shared(shared: Mapping[str, Any], item: Any, where: str) -> dict[str, Any]:
    own = _mapping(item, where)
    reads = shared.get("reads")
    if isinstance(reads, dict) and isinstance(own.get("reads"), dict):
        own = {**own, "reads": {**reads, **own["reads"]}}
    return {**shared, **own}


def _check_unique(definitions: Sequence[Definition]) -> None:
    seen: set[tuple[str, int]] = set()
    for i, definition in enumerate(definitions):
        if definition.key in seen:
            _fail(
                f'"{definition.id}" version {definition.version} is defined twice.',
                f"indicators[{i}].id",
                "Give each indicator its own id, or a new version number.",
            )
        seen.add(definition.key)


def _check_kind(kind: IndicatorKind, fields: Mapping[str, Any], where: str) -> None:
    required, optional = _KIND_FIELDS[kind]
    special = frozenset().union(*(a | b for a, b in _KIND_FIELDS.values()))
    for name in sorted(required):
        if fields.get(name) is None:
            _fail(f'A {kind} needs the field "{name}".', where, f"Add {name}: …")
    for name in sorted(special - required - optional):
        if fields.get(name) is not None:
            _fail(
                f'A {kind} has no field "{name}".', _path(where, name), "Remove it, or change kind."
            )
    if kind is IndicatorKind.RATE:
        given = [name for name in ("numerator", "value") if fields.get(name) is not None]
        if len(given) != 1:
            _fail(
                "A rate counts its events either by numerator: (rows that are one) or by value:"
                " (how many a row holds).",
                where,
                "Give exactly one of them.",
            )


def _check_whole(definition: Definition, where: str) -> None:
    if definition.distinct and definition.kind not in (
        IndicatorKind.COUNT,
        IndicatorKind.PROPORTION,
    ):
        _fail(
            f"A {definition.kind} is taken over rows; distinct values can be counted only.",
            _path(where, "unit"),
            "Use unit: rows, or prepare a file with one row for each unit.",
        )
    if (
        definition.kind is IndicatorKind.RATE
        and definition.value is not None
        and definition.value.type.decimals
    ):
        _fail(
            "The events of a rate must be whole numbers.",
            _path(where, "value"),
            "Read the column as integer.",
        )


class _Formulas:
    """Reads the formula fields of one definition against its columns."""

    def __init__(self, fields: Mapping[str, Any], reads: Mapping[str, Column], where: str) -> None:
        self.fields = fields
        self.types = {name: column.type for name, column in reads.items()}
        self.where = where

    def read(self, name: str, kind: Kind) -> Node | None:
        text = self.fields.get(name)
        where = _path(self.where, name)
        if text is None:
            return None
        if isinstance(text, bool):
            text = str(text).lower()
        node = expression.parse(
            str(text) if isinstance(text, int) else _text(text, where), self.types, where
        )
        if node.type.kind is not kind:
            _fail(
                f"The formula gives {node.type.kind.with_article};"
                f" {kind.with_article} is needed here.",
                where,
            )
        return node


def _reads(tree: Any, where: str) -> dict[str, Column]:
    if tree is None:
        return {}
    fields = _mapping(tree, where)
    if len(fields) > MAX_COLUMNS:
        _fail(f"More than {MAX_COLUMNS} columns are declared.", where)
    return {name: _column(name, item, _path(where, name)) for name, item in fields.items()}


def _column(name: str, tree: Any, where: str) -> Column:
    if not name.strip() or len(name) > 200 or not name.isprintable():
        _fail("A column name is 1 to 200 printable characters.", where)
    fields = {"type": tree} if isinstance(tree, str) else _mapping(tree, where)
    _check_names(fields, ("type", "decimals", "format", "missing"), where)
    type_name = fields.get("type")
    if type_name not in _TYPES:
        _fail(f"The type must be one of {', '.join(_TYPES)}.", _path(where, "type"))
    form = _form(fields, type_name, where)
    missing = [
        _text(_as_text(item), _path(where, f"missing[{i}]"))
        for i, item in enumerate(_list(fields.get("missing") or [], _path(where, "missing"), 100))
    ]
    return Column(name, _type(fields, type_name, where), tuple(missing), form)


def _form(fields: Mapping[str, Any], type_name: str, where: str) -> str:
    form = fields.get("format")
    if form is None:
        return DATE_FORMS[0] if type_name == "date" else ""
    if type_name != "date" or form not in DATE_FORMS:
        _fail(f"Only a date has a format, one of {', '.join(DATE_FORMS)}.", _path(where, "format"))
    return str(form)


def _type(fields: Mapping[str, Any], type_name: str, where: str) -> Type:
    decimals = fields.get("decimals")
    path = _path(where, "decimals")
    if type_name == "number":
        given = DEFAULT_DECIMALS if decimals is None else decimals
        return Type(Kind.NUMBER, _whole(given, path, low=0, high=MAX_SCALE))
    if decimals is not None:
        _fail("Only a number has decimals.", path, "Remove it, or make the type number.")
    return Type(Kind.NUMBER) if type_name == "integer" else Type(Kind(type_name))


def _unit(tree: Any, reads: Mapping[str, Column], where: str) -> str | None:
    if tree is None or tree == "rows":
        return None
    fields = tree if isinstance(tree, dict) else {}
    if set(fields) != {"distinct"}:
        _fail("The unit is rows, or {distinct: column}.", where)
    return _declared(fields["distinct"], reads, _path(where, "distinct"))


def _period(tree: Any, reads: Mapping[str, Column], where: str) -> Period:
    if tree is None or tree == "none":
        return Period()
    fields = _mapping(tree, where)
    _check_names(fields, ("column", "grain", "label"), where)
    label = None
    if fields.get("label") is not None:
        label = _text(_as_text(fields["label"]), _path(where, "label"), longest=80)
    if fields.get("column") is None:
        if label is None or fields.get("grain") is not None:
            _fail("A period has a date column and a grain, or a label.", where)
        return Period(label=label)
    column = _declared(fields["column"], reads, _path(where, "column"))
    if reads[column].type.kind is not Kind.DATE:
        _fail(f'The column "{column}" is not a date.', _path(where, "column"))
    grain = _choice(Grain, fields.get("grain"), _path(where, "grain"))
    if label is not None and grain is not Grain.WHOLE:
        _fail("A label names the whole time only.", _path(where, "label"), "Use grain: whole.")
    return Period(column, grain, label)


def _slices(tree: Any, reads: Mapping[str, Column], where: str) -> tuple[tuple[str, ...], ...]:
    slices = []
    for i, item in enumerate(_list(tree or [], where, MAX_SLICES)):
        path = f"{where}[{i}]"
        names = [item] if isinstance(item, str) else _list(item, path, MAX_CROSSING)
        columns = tuple(_declared(name, reads, path) for name in names)
        if not columns or len(set(columns)) != len(columns):
            _fail("A slice names one or several different columns.", path)
        if columns in slices:
            _fail("The slice is given twice.", path)
        slices.append(columns)
    return tuple(slices)


def _declared(name: Any, reads: Mapping[str, Column], where: str) -> str:
    if not isinstance(name, str) or name not in reads:
        _fail(f"The column {str(name)[:60]!r} is not declared.", where, "Add it under reads:.")
    return name


def _check_names(fields: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    for name in fields:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            mend = f'Did you mean "{near[0]}"?' if near else f"Known are: {', '.join(known)}."
            _fail(f'The field "{name[:60]}" is not known here.', _path(where, name[:60]), mend)


def _mapping(tree: Any, where: str) -> dict[str, Any]:
    if not isinstance(tree, dict):
        _fail("Fields with names were expected here.", where, "Write name: value.")
    return tree


def _list(tree: Any, where: str, most: int) -> list[Any]:
    if not isinstance(tree, list):
        _fail("A list was expected here.", where, "Write [a, b], or one item on each line after -.")
    if len(tree) > most:
        _fail(f"At most {most} items are allowed here.", where)
    return tree


def _as_text(value: Any) -> Any:
    """Whole numbers may stand where a text is meant: `missing: [999]`."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _text(value: Any, where: str, longest: int = MAX_TEXT) -> str:
    if not isinstance(value, str):
        _fail("A text was expected here.", where, "Put it in quotes.")
    if len(value) > longest:
        _fail(f"The text is longer than {longest} characters.", where)
    return value.strip()


def _id(value: Any, where: str) -> str:
    text = _text(value, where)
    if not _ID.fullmatch(text):
        _fail("An id is up to 80 lower-case letters, digits, dots, hyphens and underscores.", where)
    return text


def _whole(value: Any, where: str, *, low: int, high: int = MAX_WHOLE) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        _fail(f"A whole number from {low} to {high} was expected here.", where)
    return value


def _choice(options: type[T], value: Any, where: str) -> T:
    try:
        return options(value)  # type: ignore[call-arg]
    except ValueError:
        known = ", ".join(option.value for option in options)  # type: ignore[attr-defined]
        _fail(f"This must be one of {known}.", where)


def _path(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _fail(text: str, where: str, mend: str = "") -> NoReturn:
    raise Unusable(text, mend=mend, where=where)
