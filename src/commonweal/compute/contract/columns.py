"""Reading one column of the contract."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

import polars as pl

from commonweal.compute.contract.model import (
    MISSING,
    ROW,
    Classification,
    Column,
    ColumnType,
    Limit,
)
from commonweal.compute.contract.part import Part

_UNDERSTOOD = {
    "name", "physicalName", "logicalType", "logicalTypeOptions", "required", "unique",
    "primaryKey", "primaryKeyPosition", "classification", "quality", "relationships",
    "customProperties", "description", "id",
}  # fmt: skip
_DESCRIBED = {
    "physicalType", "businessName", "authoritativeDefinitions", "tags", "partitioned",
    "partitionKeyPosition", "transformSourceObjects", "transformLogic", "transformDescription",
    "examples", "criticalDataElement",
}  # fmt: skip
QUALITY_DESCRIBED = {
    "id", "name", "description", "type", "authoritativeDefinitions", "businessImpact",
    "customProperties", "dimension", "method", "schedule", "scheduler", "severity", "tags", "unit",
}  # fmt: skip
_CUSTOM = {"missingValues", "personal"}
_LIMITS = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"}
_OPTIONS: dict[str, set[str]] = {
    "string": {"minLength", "maxLength", "pattern"},
    "integer": _LIMITS | {"format"},
    "number": _LIMITS | {"format"},
    "date": _LIMITS | {"format"},
    "boolean": set(),
}
_CLASSES: dict[str, tuple[Classification, bool]] = {
    "identifier": ("identifier", True),
    "payload": ("payload", False),
    "public": ("payload", False),
    "restricted": ("payload", True),
    "confidential": ("payload", True),
}
_WIDTHS = {
    **{f"i{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64)},
    **{f"u{bits}": (0, 2**bits - 1) for bits in (8, 16, 32)},
}
_SMALLEST, _LARGEST = _WIDTHS["i64"]
_DATE_FORMAT = re.compile(r"(yyyy|MM|dd)([-/. ]?)(?!\1)(yyyy|MM|dd)\2(?!\1|\3)(yyyy|MM|dd)")
_ASCII = {
    r"\d": "[0-9]", r"\D": "[^0-9]", r"\w": "[0-9A-Za-z_]", r"\W": "[^0-9A-Za-z_]",
    r"\b": r"(?-u:\b)", r"\B": r"(?-u:\B)",
}  # fmt: skip


@dataclass
class _Quality:
    """What the quality rules of one column add up to."""

    required: bool = False
    unique: bool = False
    codes: list[str] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)


def read_column(part: Part) -> Column:
    """The column that one ODCS property describes. Raises `Unusable`, naming the path."""
    part.only(_UNDERSTOOD, _DESCRIBED)
    name = _name(part)
    kind = _type(part)
    options = part.part("logicalTypeOptions")
    options.only(_OPTIONS[kind])
    quality = _quality(part, kind)
    classification, personal = _classification(part)
    custom = part.custom(_CUSTOM)
    if isinstance(custom.get("personal"), bool):
        personal = custom["personal"] or classification == "identifier"
    elif custom.get("personal") is not None:
        raise part.refuse("customProperties[personal]", "must be true or false", "Unquote it.")
    limits = _limits(options, kind)
    return Column(
        name=name,
        type=kind,
        description=part.text("description") or "",
        required=part.flag("required") or quality.required,
        unique=part.flag("unique") or quality.unique,
        codes=tuple(quality.codes),
        min_length=options.whole("minLength") if kind == "string" else None,
        max_length=options.whole("maxLength") if kind == "string" else None,
        pattern=_pattern(options, quality, part),
        date_format=_date_format(options) if kind == "date" else "yyyy-MM-dd",
        classification=classification,
        personal=personal,
        missing=_missing(part, custom.get("missingValues"), quality.codes),
        **limits,
    )


def _name(part: Part) -> str:
    name = part.text("name", must=True)
    if name == ROW or name.endswith(MISSING) or any(mark in name for mark in "\r\n\t"):
        raise part.refuse(
            "name",
            f"may not be {ROW}, end in {MISSING} or hold a line break",
            "Choose another name, in the file too.",
        )
    physical = part.text("physicalName")
    if physical is not None and physical != name:
        raise part.refuse(
            "physicalName", "differs from the name", "Use the file's own heading as the name."
        )
    return name


def _type(part: Part) -> ColumnType:
    kind = part.text("logicalType", must=True)
    for known in get_args(ColumnType):
        if kind == known:
            return known  # type: ignore[no-any-return]
    raise part.refuse("logicalType", f"is {kind}", "Use string, integer, number, date or boolean.")


def _classification(part: Part) -> tuple[Classification, bool]:
    """Class of the vault key, and whether values are masked. Undeclared: the most protected."""
    given = part.text("classification")
    if given is None:
        return ("identifier", True)
    if given not in _CLASSES:
        raise part.refuse(
            "classification",
            f"is {given}",
            "Use identifier (names, dates of birth, numbers that identify), payload, public, "
            "restricted or confidential.",
        )
    return _CLASSES[given]


def _quality(part: Part, kind: ColumnType) -> _Quality:
    found = _Quality()
    for rule in part.parts("quality"):
        if rule.text("type") == "text":
            rule.only({"type"}, QUALITY_DESCRIBED)
            continue
        metric = library_metric(rule)
        if metric == "invalidValues":
            _valid(rule.part("arguments"), kind, found)
        elif metric == "nullValues":
            found.required = True
        elif metric == "duplicateValues":
            found.unique = True
        else:
            raise rule.refuse(
                "metric",
                f"is {metric}",
                "Use invalidValues, nullValues or "
                "duplicateValues; list missing-value markers in customProperties.",
            )
    return found


def library_metric(rule: Part) -> str:
    """The metric of a library rule that allows no exception. Raises `Unusable` for other rules."""
    if rule.text("type") not in (None, "library"):
        raise rule.refuse(
            "type", f"is {rule.text('type')}", "Use a library metric, or type text to describe."
        )
    rule.only({"type", "metric", "mustBe", "arguments"}, QUALITY_DESCRIBED)
    metric = rule.text("metric", must=True)
    must_be_error(rule)
    if rule.values.get("mustBe") != 0 or isinstance(rule.values.get("mustBe"), bool):
        raise rule.refuse("mustBe", "must be 0", "A rule holds for every row or is not a rule.")
    return metric


def must_be_error(rule: Part) -> None:
    """A rule that only warns would let rows in that were promised not to be there."""
    if rule.text("severity") not in (None, "error"):
        raise rule.refuse("severity", "is not error", "Every rule holds back the row here.")


def _valid(arguments: Part, kind: ColumnType, found: _Quality) -> None:
    arguments.only({"validValues", "pattern"})
    codes = [_code(arguments, value, kind) for value in arguments.list_of("validValues")]
    pattern = arguments.text("pattern")
    if not codes and pattern is None:
        raise arguments.refuse("validValues", "is empty", "List the values that are allowed.")
    if codes and found.codes:
        raise arguments.refuse("validValues", "stands in two rules", "Put all codes in one list.")
    if len(set(codes)) != len(codes):
        raise arguments.refuse("validValues", "names a value twice", "Name each value once.")
    found.codes.extend(codes)
    if pattern is not None:
        if kind != "string":
            raise arguments.refuse(
                "pattern", f"stands on a {kind} column", "Patterns belong to string columns."
            )
        found.patterns.append(pattern)


def _code(arguments: Part, value: Any, kind: ColumnType) -> str:
    """Codes are kept as text. What YAML has already changed (1.10, true) cannot be got back."""
    if kind not in ("string", "integer"):
        raise arguments.refuse(
            "validValues",
            f"stands on a {kind} column",
            "Codes belong to string and integer columns.",
        )
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, str) and value.strip() and kind == "string":
        return value.strip()
    wanted = "text in quotes" if kind == "string" else "whole numbers without quotes"
    raise arguments.refuse(
        "validValues", f"holds a value that is not {wanted}", f"Write the codes as {wanted}."
    )


def _limits(options: Part, kind: ColumnType) -> dict[str, Limit | None]:
    names = {
        "minimum": "minimum",
        "maximum": "maximum",
        "above": "exclusiveMinimum",
        "below": "exclusiveMaximum",
    }
    if kind not in ("integer", "number", "date"):
        return {}
    limits = {ours: _limit(options, theirs, kind) for ours, theirs in names.items()}
    if kind == "integer":
        _narrow(limits, options)
    if kind == "number" and options.text("format") not in (None, "f64"):
        raise options.refuse("format", "must be f64", "Numbers are kept in 64 bits.")
    low = [limits[key] for key in ("minimum", "above") if limits[key] is not None]
    high = [limits[key] for key in ("maximum", "below") if limits[key] is not None]
    if any(a > b for a in low for b in high):  # type: ignore[operator]
        raise options.refuse("minimum", "is above the maximum", "Swap the two.")
    return limits


def _limit(options: Part, key: str, kind: ColumnType) -> Limit | None:
    value = options.values.get(key)
    if value is None:
        return None
    if kind == "date":
        try:
            if isinstance(value, str) and len(value) == 10:
                return date.fromisoformat(value)
        except ValueError:
            pass
        raise options.refuse(key, "must be a date", "Write it as 2024-01-31.")
    allowed = (int,) if kind == "integer" else (int, float)
    if isinstance(value, bool) or not isinstance(value, allowed):
        what = "a whole number" if kind == "integer" else "a number"
        raise options.refuse(key, f"must be {what}", "Write plain digits, unquoted.")
    return float(value) if kind == "number" else value


def _narrow(limits: dict[str, Limit | None], options: Part) -> None:
    """An integer format says how many bits a value may need."""
    width = options.text("format")
    if width is None:
        return
    if width not in _WIDTHS:
        raise options.refuse("format", f"is {width}", f"Use one of {', '.join(sorted(_WIDTHS))}.")
    smallest, largest = _WIDTHS[width]
    low, high = limits["minimum"], limits["maximum"]
    limits["minimum"] = smallest if not isinstance(low, int) else max(low, smallest)
    limits["maximum"] = largest if not isinstance(high, int) else min(high, largest)


def _date_format(options: Part) -> str:
    form = options.text("format") or "yyyy-MM-dd"
    if not _DATE_FORMAT.fullmatch(form) or (form.startswith("yyyy") and "dd" in form[4:7]):
        raise options.refuse(
            "format", f"is {form}", "Use yyyy, MM and dd, for example dd/MM/yyyy or yyyy-MM-dd."
        )
    return form


def _pattern(options: Part, quality: _Quality, part: Part) -> str | None:
    own = options.text("pattern")
    given = quality.patterns if own is None else [*quality.patterns, own]
    if not given:
        return None
    if len(set(given)) > 1:
        raise part.refuse("quality", "gives two patterns", "Join them into one.")
    compiled = whole_ascii(given[0])
    try:
        pl.Series([""]).str.contains(compiled, strict=True)
    except pl.exceptions.PolarsError as error:
        raise part.refuse(
            "logicalTypeOptions.pattern",
            "cannot be used",
            "Write a regular expression without look-around and back-references.",
        ) from error
    return given[0]


def whole_ascii(pattern: str) -> str:
    r"""The pattern for the engine: it must match the whole value, and `\d`, `\w`, `\b` mean ASCII.

    The engine's own `\d` would let digits of other scripts through; ECMA-262, which ODCS names,
    does not.
    """
    ascii_only = re.sub(
        r"\\.", lambda found: _ASCII.get(found.group(), found.group()), pattern, flags=re.DOTALL
    )
    return rf"\A(?:{ascii_only})\z"


def _missing(part: Part, value: Any, codes: list[str]) -> tuple[str, ...]:
    if value is None:
        return ()
    where = "customProperties[missingValues]"
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise part.refuse(where, "must be a list of texts", 'For example ["N/A", "not known"].')
    markers = tuple(each.strip() for each in value)
    if not all(markers) or len(set(markers)) != len(markers):
        raise part.refuse(where, "holds a blank or repeated marker", "A blank cell needs none.")
    if set(markers) & set(codes):
        raise part.refuse(where, "holds a value that is also a code", "Let it be one of the two.")
    if part.flag("primaryKey"):
        raise part.refuse(where, "stands on a primary key", "A key is always known.")
    return markers
