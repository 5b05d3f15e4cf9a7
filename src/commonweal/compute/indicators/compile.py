"""Definitions -> SQL over encoded columns, for DuckDB.

The SQL holds whole numbers, column names made here (`c0`, `g1`, …) and nothing that a person wrote:
texts are codes, dates are days. Each row gets one *state* for each indicator; every figure is then
a count of states or an exact sum, whatever it is sliced by.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from commonweal.compute.indicators.definition import (
    Definition,
    Grain,
)
from commonweal.compute.indicators.nodes import (
    QUOTIENT_DECIMALS,
    And,
    Arithmetic,
    Between,
    Compare,
    Days,
    Divide,
    Kind,
    Literal,
    Missing,
    Negate,
    Node,
    Not,
    OneOf,
    Or,
    Read,
)

OUT, DOUBTFUL, NO, MISSING, YES = range(5)
"""States of a unit: not selected; selection unknown; selected and not counted; selected, but a
value it needs is missing; selected and counted. The greatest of a unit's rows is the unit's."""


@dataclass(frozen=True)
class Compiler:
    """Writes formulas as SQL.

    `names` gives the encoded column of each column name; `code` the code of a text. `wide` computes
    in 128 bits throughout, for data that overflow 64.
    """

    names: Mapping[str, str]
    code: Callable[[str], int]
    wide: bool = False

    def sql(self, node: Node) -> str:
        """The SQL of a formula; a number comes as a whole number of its last decimal place."""
        match node:
            case Read(column):
                return self._read(column, node)
            case Literal():
                return self._literal(node)
            case Compare() | OneOf() | Between():
                return self._comparison(node)
            case Negate() | Arithmetic() | Divide() | Days():
                return self._number(node)
            case And() | Or() | Not() | Missing():
                return self._condition(node)

    def _condition(self, node: And | Or | Not | Missing) -> str:
        match node:
            case And(parts):
                return f"({' AND '.join(self.sql(part) for part in parts)})"
            case Or(parts):
                return f"({' OR '.join(self.sql(part) for part in parts)})"
            case Not(part):
                return f"(NOT {self.sql(part)})"
            case Missing(part):
                return f"({self.sql(part)} IS NULL)"

    def _read(self, column: str, node: Read) -> str:
        name = self.names[column]
        return f"{name}::HUGEINT" if self.wide and node.type.kind is Kind.NUMBER else name

    def _literal(self, node: Literal) -> str:
        value = node.value
        if isinstance(value, str):
            return str(self.code(value))
        if isinstance(value, bool):
            return str(value).upper()
        return f"DATE '{value.isoformat()}'" if isinstance(value, date) else f"({value})"

    def _comparison(self, node: Compare | OneOf | Between) -> str:
        match node:
            case Compare(sign, left, right):
                one, other = self._aligned(left, right)
                return f"({one} {'<>' if sign == '!=' else sign} {other})"
            case OneOf(part, values):
                one, *others = self._aligned(part, *values)
                return f"({one} IN ({', '.join(others)}))"
            case Between(part, low, high):
                one, least, most = self._aligned(part, low, high)
                return f"({one} BETWEEN {least} AND {most})"

    def _number(self, node: Negate | Arithmetic | Divide | Days) -> str:
        match node:
            case Negate(part):
                return f"(-{self.sql(part)})"
            case Arithmetic("*", left, right):
                return f"({self.sql(left)} * {self.sql(right)})"
            case Arithmetic(sign, left, right):
                one, other = self._aligned(left, right)
                return f"({one} {sign} {other})"
            case Divide(left, right):
                return self._quotient(left, right)
            case Days(first, last):
                return f"({self.sql(last)} - {self.sql(first)})"

    def _aligned(self, *parts: Node) -> list[str]:
        """The parts as whole numbers of one common last place."""
        most = max(part.type.decimals for part in parts)
        return [self._scaled(part, most - part.type.decimals) for part in parts]

    def _scaled(self, node: Node, places: int) -> str:
        sql = self.sql(node)
        return f"({sql} * {10**places})" if places else sql

    def _quotient(self, left: Node, right: Node) -> str:
        """Rounded half away from zero; missing where the divisor is zero. Always in 128 bits."""
        shift = QUOTIENT_DECIMALS + right.type.decimals - left.type.decimals
        above = f"({self.sql(left)}::HUGEINT * {10 ** max(shift, 0)})"
        below = f"({self.sql(right)}::HUGEINT * {10 ** max(-shift, 0)})"
        size = f"((2 * abs({above}) + abs({below})) // (2 * abs({below})))"
        sign = f"(sign({above}) * sign({below}))::HUGEINT"
        return f"(CASE WHEN {below} <> 0 THEN {sign} * {size} END)"


@dataclass(frozen=True)
class Measure:
    """One indicator in SQL, over the encoded columns of a row.

    `state` gives one of `states`, `value` and `time` are what is added up over the rows in state YES (for a
    rate with a numerator formula also NO), None where the kind adds up nothing.
    """

    state: str
    states: tuple[int, ...]
    value: str | None = None
    time: str | None = None


def measure_sql(definition: Definition, compiler: Compiler) -> Measure:
    """The SQL of one indicator."""
    selected = compiler.sql(definition.denominator) if definition.denominator else None
    value = compiler.sql(definition.value) if definition.value else None
    time = compiler.sql(definition.person_time) if definition.person_time else None
    counted = compiler.sql(definition.numerator) if definition.numerator else None
    needed = " AND ".join(f"{part} IS NOT NULL" for part in (value, time) if part)
    state = _counted_sql(counted, needed)
    states = [YES]
    if counted or needed:
        states.append(MISSING)
    if counted:
        states.append(NO)
    if selected:
        state = (
            f"CASE WHEN {selected} THEN {state} WHEN NOT {selected} THEN {OUT} ELSE {DOUBTFUL} END"
        )
        states += [OUT, DOUBTFUL]
    return Measure(f"({state})::TINYINT", tuple(states), value, time)


def _counted_sql(counted: str | None, needed: str) -> str:
    if counted is None:
        return f"CASE WHEN {needed} THEN {YES} ELSE {MISSING} END" if needed else str(YES)
    known = f"{needed} AND " if needed else ""
    return (
        f"CASE WHEN {known}{counted} THEN {YES}"
        f" WHEN {known}NOT {counted} THEN {NO} ELSE {MISSING} END"
    )


def period_sql(grain: Grain | None, column: str | None) -> str:
    """The number of the period of a row: months, quarters or years since year 0; missing or 0."""
    match grain:
        case None:
            return "0"
        case Grain.MONTH:
            return f"(year({column}) * 12 + month({column}) - 1)::INTEGER"
        case Grain.QUARTER:
            return f"(year({column}) * 4 + quarter({column}) - 1)::INTEGER"
        case Grain.YEAR:
            return f"year({column})::INTEGER"
        case Grain.WHOLE:
            return f"(CASE WHEN {column} IS NOT NULL THEN 0 END)"


def period_label(definition: Definition, number: int) -> str | None:
    """The period of that number as text: 2025-03, 2025-Q1, 2025, the label, or None."""
    match definition.period.grain:
        case Grain.MONTH:
            return f"{number // 12:04d}-{number % 12 + 1:02d}"
        case Grain.QUARTER:
            return f"{number // 4:04d}-Q{number % 4 + 1}"
        case Grain.YEAR:
            return f"{number:04d}"
        case Grain.WHOLE:
            return definition.period.label or "whole"
        case None:
            return definition.period.label


def period_end(definition: Definition, number: int) -> date | None:
    """The last day of a month, quarter or year; None for periods without one."""
    months = {Grain.MONTH: 1, Grain.QUARTER: 3, Grain.YEAR: 12}
    grain = definition.period.grain
    if grain not in months:
        return None
    following = (number + 1) * months[grain]
    return date(following // 12, following % 12 + 1, 1) - timedelta(days=1)
