"""A slow, obvious reading of definitions: one row at a time, exact fractions, no database."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from scipy import stats

from commonweal.compute.indicators import nodes
from commonweal.compute.indicators.definition import Definition

Value = Any
"""None, a Fraction, a text, a date or a truth value."""

Rows = Sequence[Mapping[str, str | None]]


def value_of(definition: Definition, name: str, text: str | None) -> Value:
    """The value that a text stands for in a column (undeclared: text)."""
    column = definition.reads.get(name)
    text = (text or "").strip()
    if not text or (column is not None and text in column.missing):
        return None
    kind = nodes.Kind.TEXT if column is None else column.type.kind
    if kind is nodes.Kind.NUMBER:
        return Fraction(text)
    if kind is nodes.Kind.DATE:
        return date.fromisoformat(text)
    if kind is nodes.Kind.BOOLEAN:
        return text.lower() in ("true", "yes", "1")
    return text


def evaluate(node: nodes.Node | None, row: Mapping[str, Value]) -> Value:
    """A formula over one row; None is missing, with Kleene's logic."""
    match node:
        case nodes.Read(column):
            return row[column]
        case nodes.Literal(value, type_):
            return Fraction(value, 10**type_.decimals) if type_.kind.value == "number" else value
        case nodes.Missing(part):
            return evaluate(part, row) is None
        case nodes.Not(part):
            truth = evaluate(part, row)
            return None if truth is None else not truth
        case nodes.And(parts):
            truths = [evaluate(part, row) for part in parts]
            return False if False in truths else None if None in truths else True
        case nodes.Or(parts):
            truths = [evaluate(part, row) for part in parts]
            return True if True in truths else None if None in truths else False
        case nodes.Between(part, low, high):
            both = nodes.And((nodes.Compare(">=", part, low), nodes.Compare("<=", part, high)))
            return evaluate(both, row)
    return _of_known(node, [evaluate(part, row) for part in nodes.children(node)])


def _of_known(node: nodes.Node, values: list[Value]) -> Value:
    if None in values:
        return None
    match node:
        case nodes.OneOf():
            return values[0] in values[1:]
        case nodes.Negate():
            return -values[0]
        case nodes.Days():
            return Fraction((values[1] - values[0]).days)
        case nodes.Divide():
            return _rounded(values[0], values[1])
        case nodes.Compare(sign) | nodes.Arithmetic(sign):
            one, other = values
            return {
                "=": lambda: one == other,
                "!=": lambda: one != other,
                "<": lambda: one < other,
                "<=": lambda: one <= other,
                ">": lambda: one > other,
                ">=": lambda: one >= other,
                "+": lambda: one + other,
                "-": lambda: one - other,
                "*": lambda: one * other,
            }[sign]()
    raise AssertionError(node)


def _rounded(one: Fraction, other: Fraction) -> Fraction | None:
    """To six places, half away from zero."""
    if other == 0:
        return None
    exact = one / other
    size = math.floor(abs(exact) * 10**6 + Fraction(1, 2))
    return Fraction(size if exact > 0 else -size, 10**6)


def rows_of(definition: Definition, slices: Iterable[Sequence[str]], rows: Rows) -> list[tuple]:
    """(period, slice, value, lower, upper, numerator, denominator, n, status), unordered."""
    found = []
    for names in ((), *slices):
        cells = defaultdict(list)
        for unit in _units(definition, names, rows):
            cells[unit["period"], unit["category"]].append(unit)
        for (period, category), units in cells.items():
            slice_ = tuple(zip(names, category, strict=True))
            found.append((period, slice_, *_figure(definition, units)))
        if not names and not cells:
            period = None if definition.period.column else definition.period.label
            found.append((period, (), None, None, None, None, None, None, "unknown"))
    return found


def _units(definition: Definition, names: Sequence[str], rows: Rows) -> list[dict[str, Any]]:
    units = []
    for texts in rows:
        row = {name: value_of(definition, name, text) for name, text in texts.items()}
        selected = definition.denominator is None or evaluate(definition.denominator, row)
        period = _period(definition, row)
        if selected is False or (definition.period.column and period is None):
            continue
        unit = {
            "key": row[definition.distinct] if definition.distinct else object(),
            "period": period,
            "category": tuple(_text(row[name]) for name in names),
            "state": "doubtful" if selected is None else _state(definition, row),
            "value": evaluate(definition.value, row) if definition.value else None,
            "time": evaluate(definition.person_time, row) if definition.person_time else None,
        }
        if unit["key"] is not None:
            units.append(unit)
    if definition.distinct:
        units = _folded(units)
    return [unit for unit in units if unit["state"] != "doubtful"]


def _folded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    order = ["doubtful", "no", "missing", "yes"]
    by_unit = defaultdict(list)
    for row in rows:
        by_unit[row["key"], row["period"]].append(row)
    folded = []
    for (key, period), same in by_unit.items():
        categories = [
            {value for value in values if value is not None}
            for values in zip(*(row["category"] for row in same), strict=True)
        ]
        folded.append(
            {
                "key": key,
                "period": period,
                "category": tuple(v.pop() if len(v) == 1 else None for v in categories),
                "state": max((row["state"] for row in same), key=order.index),
            }
        )
    return folded


def _state(definition: Definition, row: Mapping[str, Value]) -> str:
    for formula in (definition.value, definition.person_time):
        if formula is not None and evaluate(formula, row) is None:
            return "missing"
    if definition.numerator is None:
        return "yes"
    return {None: "missing", True: "yes", False: "no"}[evaluate(definition.numerator, row)]


def _period(definition: Definition, row: Mapping[str, Value]) -> str | None:
    period = definition.period
    if period.column is None:
        return period.label
    day = row[period.column]
    if day is None:
        return None
    return {
        "month": f"{day.year:04d}-{day.month:02d}",
        "quarter": f"{day.year:04d}-Q{(day.month + 2) // 3}",
        "year": f"{day.year:04d}",
        "whole": period.label or "whole",
    }[period.grain]


def _text(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Fraction):
        number = f"{float(value):.6f}".rstrip("0").rstrip(".")
        return "0" if number == "-0" else number
    return value.isoformat()


def _figure(definition: Definition, units: list[dict[str, Any]]) -> tuple:
    yes = [unit for unit in units if unit["state"] == "yes"]
    no = [unit for unit in units if unit["state"] == "no"]
    unknown = (None, None, None, None, None, None, "unknown")
    if not yes and not no:
        return unknown
    kind = definition.kind.value
    if kind == "count":
        return len(yes), None, None, len(yes), None, len(yes), "ok"
    if kind == "proportion":
        n = len(yes) + len(no)
        return len(yes) / n, *wilson(len(yes), n), len(yes), n, n, "ok"
    if kind == "rate":
        return _rate(definition, yes, no) or unknown
    total = sum(unit["value"] for unit in yes)
    if kind == "sum":
        return float(total), None, None, float(total), None, len(yes), "ok"
    limits = student([unit["value"] for unit in yes])
    return float(total / len(yes)), *limits, float(total), len(yes), len(yes), "ok"


def _rate(definition: Definition, yes: list, no: list) -> tuple | None:
    time = sum(unit["time"] for unit in yes + no)
    if time == 0:
        return None
    events = sum(unit["value"] for unit in yes) if definition.value else len(yes)
    per = definition.multiplier / time
    lower, upper = (limit * float(per) for limit in poisson(int(events)))
    n = len(yes) + len(no)
    return float(events * per), lower, upper, int(events), float(time), n, "ok"


def wilson(x: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """The proportions whose score test is just not rejected, by bisection."""
    z = stats.norm.isf((1 - confidence) / 2)

    def score(p: float) -> float:
        return abs(x / n - p) - z * math.sqrt(p * (1 - p) / n)

    p = x / n
    lower = 0.0 if x == 0 else _bisect(score, 0.0, p)
    upper = 1.0 if x == n else _bisect(score, 1.0, p)
    return lower, upper


def _bisect(function: Any, outside: float, inside: float) -> float:
    for _ in range(200):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if function(middle) > 0 else (outside, middle)
    return inside


def student(values: Sequence[Fraction], confidence: float = 0.95) -> tuple[float | None, ...]:
    """mean ± t s / sqrt(n), the variance as an exact fraction."""
    n = len(values)
    if n < 2:
        return None, None
    mean = sum(values) / n
    variance = sum((value - mean) ** 2 for value in values) / (n - 1)
    half = stats.t.isf((1 - confidence) / 2, n - 1) * math.sqrt(variance / n)
    return float(mean) - half, float(mean) + half


def poisson(events: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact below ten events by the chi-squared link, else Byar's formula."""
    tail = (1 - confidence) / 2
    if events < 10:
        lower = stats.chi2.ppf(tail, 2 * events) / 2 if events else 0.0
        return lower, stats.chi2.ppf(1 - tail, 2 * events + 2) / 2
    z = stats.norm.isf(tail)
    more = events + 1
    return (
        events * (1 - 1 / (9 * events) - z / (3 * math.sqrt(events))) ** 3,
        more * (1 - 1 / (9 * more) + z / (3 * math.sqrt(more))) ** 3,
    )
