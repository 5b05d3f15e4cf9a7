"""One column at a time: text to typed values, and the first rule each cell breaks.

The common case costs a few array passes. Only cells that fail are looked at more closely, to say
why. Numbers are judged by their letters before they are converted, so nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import polars as pl

from commonweal.compute.check import messages
from commonweal.compute.check.findings import Rule
from commonweal.compute.contract.columns import whole_ascii
from commonweal.compute.contract.model import Column

DTYPES: dict[str, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "date": pl.Date(),
    "boolean": pl.Boolean(),
}
_NUMBER = r"^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$"
_WHOLE = r"^-?(?:0|[1-9][0-9]*)(?:\.0+)?$"
_FORMULA = (
    r"^(?:=[0-9A-Za-z_$('\x22{+\-@]|[@+\-]\s*[A-Za-z_][\w.$]*\s*[(|!]"
    r"|[+\-]\s*\$?[A-Za-z]{1,3}\$?[0-9]+\s*[-+*/^&:<>=(])"
)
_ERRORS = ("#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!")

Fault = tuple[Rule, str, pl.Series]
"""A rule, its message, and a mask of the rows that break it."""


@dataclass
class Cells:
    """A column read: `values` typed (null: blank, marker or not valid), `markers` the
    missing-value markers (None: the column declares none), `faults` disjoint masks by rule.
    """

    values: pl.Series
    markers: pl.Series | None
    trimmed: int
    faults: list[Fault] = field(default_factory=list)

    def broken(self) -> pl.Series:
        """Rows whose cell breaks a rule."""
        mask = pl.repeat(False, len(self.values), eager=True)
        for _, _, rows in self.faults:
            mask = mask | rows
        return mask


def read_cells(text: pl.Series, column: Column) -> Cells:
    """Types the text of one column and applies the column's own rules."""
    trimmed = text.str.strip_chars()
    trimmed = trimmed.set(trimmed == "", None)
    loose = int((trimmed != text).sum())
    answered, markers = trimmed, None
    if column.missing:
        is_marker = trimmed.is_in(list(column.missing))
        markers = trimmed.set(~is_marker, None)
        answered = trimmed.set(is_marker, None)
    values = _typed(answered, column)
    cells = Cells(values, markers, loose)
    _explain(cells, answered, column)
    _limits(cells, answered, column)
    if column.required:
        cells.faults.append((Rule.REQUIRED, messages.MESSAGES[Rule.REQUIRED], trimmed.is_null()))
    cells.faults = [fault for fault in cells.faults if fault[2].any()]
    return cells


def _typed(text: pl.Series, column: Column) -> pl.Series:
    """Valid cells as values; all others null."""
    value: pl.Expr = pl.col("text")
    typed = value
    if column.type == "integer":
        return _integers(text)
    if column.type == "number":
        number = pl.when(value.str.contains(_NUMBER)).then(value).cast(pl.Float64, strict=False)
        # Adding zero turns -0.0 into 0.0, which is the same number and must be the same key.
        typed = pl.when(number.is_finite()).then(number + 0.0)
    elif column.type == "date":
        forms = dict.fromkeys((column.date_format, "yyyy-MM-dd"))
        typed = pl.coalesce([_date(value, form) for form in forms])
    elif column.type == "boolean":
        lower = value.str.to_lowercase()
        typed = pl.when(lower.is_in(["true", "false"])).then(lower == "true")
    return text.to_frame("text").select(typed.alias(column.name)).to_series()


def _integers(text: pl.Series) -> pl.Series:
    """Most cells are plain digits, which survive the way to a number and back unchanged."""
    plain = text.cast(pl.Int64, strict=False)
    same = (plain.cast(pl.String) == text).fill_null(value=False)
    rest = text.is_not_null() & ~same
    if not rest.any():
        return plain
    value = pl.col("text")
    whole = pl.when(value.str.contains(_WHOLE)).then(value.str.replace(r"\.0+$", ""))
    other = text.filter(rest).to_frame("text").select(whole.cast(pl.Int64, strict=False))
    return plain.scatter(rest.arg_true(), other.to_series())


def _date(value: pl.Expr, form: str) -> pl.Expr:
    shape = _date_shape(form)
    chrono = form.replace("yyyy", "%Y").replace("MM", "%m").replace("dd", "%d")
    return pl.when(value.str.contains(shape)).then(value).str.to_date(chrono, strict=False)


def _date_shape(form: str) -> str:
    digits = form.replace(".", r"\.")
    for letters in ("yyyy", "MM", "dd"):
        digits = digits.replace(letters, f"[0-9]{{{len(letters)}}}")
    return f"^{digits}$"


def _explain(cells: Cells, text: pl.Series, column: Column) -> None:
    """Says why cells could not be typed; in text columns, which cells are no data."""
    if column.type == "string":
        suspect = text.str.contains("^[=@+#-]").fill_null(value=False)
    else:
        suspect = text.is_not_null() & cells.values.is_null()
    if not suspect.any():
        return
    rest = text.filter(suspect)
    at = suspect.arg_true()
    left = pl.repeat(True, len(rest), eager=True)
    for rule, message, fits in _reasons(rest, column):
        hit = left & fits.fill_null(value=False)
        left = left & ~hit
        if hit.any():
            mask = pl.repeat(False, len(text), eager=True).scatter(at.filter(hit), True)
            cells.faults.append((rule, message, mask))
            if column.type == "string":
                cells.values = cells.values.set(mask, None)


def _reasons(text: pl.Series, column: Column) -> list[Fault]:
    """In the order of trying; for typed columns the last fits whatever is left."""
    reasons: list[Fault] = [
        (Rule.FORMULA, messages.MESSAGES[Rule.FORMULA], text.str.contains(_FORMULA)),
        (Rule.CELL_ERROR, messages.MESSAGES[Rule.CELL_ERROR], text.is_in(_ERRORS)),
    ]
    if column.type == "string":
        return reasons
    anything = pl.repeat(True, len(text), eager=True)
    if column.type in ("integer", "number"):
        number = text.str.contains(_NUMBER)
        whole = text.str.contains(_WHOLE)
        fraction = number & ~whole if column.type == "integer" else number & False
        reasons += [
            (Rule.INTEGER, messages.MESSAGES[Rule.INTEGER], fraction),
            (Rule.RANGE, messages.TOO_LARGE, number),
        ]
        reasons += [
            (Rule.TYPE, hint, text.str.contains(shape)) for shape, hint in messages.NUMBER_HINTS
        ]
    if column.type == "date":
        shapes = "|".join(_date_shape(form) for form in (column.date_format, "yyyy-MM-dd"))
        example = messages.example_date(column)
        reasons += [
            (Rule.DATE, messages.MESSAGES[Rule.DATE], text.str.contains(shapes)),
            (
                Rule.TYPE,
                f"A time of day stands with the date. Write the date alone, as {example}.",
                text.str.contains(messages.DATE_TIME),
            ),
            (
                Rule.TYPE,
                "This looks like a spreadsheet's day number. Format the column as a date, for "
                f"example {example}.",
                text.str.contains(messages.SERIAL),
            ),
        ]
    return [*reasons, (Rule.TYPE, messages.type_message(column), anything)]


def _limits(cells: Cells, text: pl.Series, column: Column) -> None:
    """Codes, length, pattern and range of valid cells: each cell's first failure only."""
    value = pl.col("value")
    checks: list[tuple[Rule, str, pl.Expr]] = []
    if column.codes:
        codes = [int(each) for each in column.codes] if column.type == "integer" else column.codes
        checks.append((Rule.CODE, messages.code_message(column), ~value.is_in(list(codes))))
    if column.min_length is not None or column.max_length is not None:
        length = value.str.len_chars()
        wrong = length < (column.min_length or 0)
        if column.max_length is not None:
            wrong = wrong | (length > column.max_length)
        checks.append((Rule.LENGTH, messages.length_message(column), wrong))
    if column.pattern is not None:
        form = value.str.contains(whole_ascii(column.pattern))
        checks.append((Rule.PATTERN, messages.pattern_message(column), ~form))
    outside = _outside(value, column)
    if outside is not None:
        checks.append((Rule.RANGE, messages.range_message(column), outside))
    if not checks:
        return
    first: Any = pl.when(value.is_null()).then(0)
    for place, (_, _, wrong) in enumerate(checks, start=1):
        first = first.when(wrong).then(place)
    failed = (
        cells.values.to_frame("value")
        .select(first.otherwise(0).cast(pl.UInt8).alias("first"))
        .to_series()
    )
    for place, (rule, message, _) in enumerate(checks, start=1):
        cells.faults.append((rule, message, failed == place))


def _outside(value: pl.Expr, column: Column) -> pl.Expr | None:
    tests = []
    if column.minimum is not None:
        tests.append(value < column.minimum)
    if column.maximum is not None:
        tests.append(value > column.maximum)
    if column.above is not None:
        tests.append(value <= column.above)
    if column.below is not None:
        tests.append(value >= column.below)
    return pl.any_horizontal(tests) if tests else None
