"""Exact counts and sums -> the figures of a row: value, limits, numerator, denominator, n.

All division happens here, once for each figure, of whole numbers of any size: Python rounds the true
quotient to the nearest double, so a figure depends on nothing but the counts and sums.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from commonweal.compute import intervals
from commonweal.compute.errors import Unusable
from commonweal.compute.indicators.definition import Definition, IndicatorKind
from commonweal.compute.indicators.engine import Cell

Number = int | float


@dataclass(frozen=True)
class Figure:
    """The numbers of one row; all None but `n` where nothing was measured.

    `n` is the number of units measured. `yes` and `no` are the people or events behind it that
    disclosure control must look at: those counted and not counted, or None.
    """

    value: Number | None
    lower: float | None
    upper: float | None
    numerator: Number | None
    denominator: Number | None
    n: int
    yes: int | None = None
    no: int | None = None
    events: int | None = None


def figures(definition: Definition, cells: Sequence[Cell]) -> list[Figure]:
    """The figure of every cell of one indicator.

    Raises Unusable where events or person-time add up to less than zero.
    """
    return _BY_KIND[definition.kind](definition, cells)


def _nothing(n: int = 0) -> Figure:
    return Figure(None, None, None, None, None, n)


def _counts(_: Definition, cells: Sequence[Cell]) -> list[Figure]:
    return [
        Figure(cell.yes, None, None, cell.yes, None, cell.yes) if cell.yes + cell.no else _nothing()
        for cell in cells
    ]


def _sums(definition: Definition, cells: Sequence[Cell]) -> list[Figure]:
    decimals = _decimals(definition)
    found = []
    for cell in cells:
        total = _scaled(cell.total, decimals)
        found.append(Figure(total, None, None, total, None, cell.yes) if cell.yes else _nothing())
    return found


def _proportions(_: Definition, cells: Sequence[Cell]) -> list[Figure]:
    n = [cell.yes + cell.no for cell in cells]
    lower, upper = intervals.wilson([cell.yes for cell in cells], n)
    return [
        Figure(
            cell.yes / size,
            float(lower[i]),
            float(upper[i]),
            cell.yes,
            size,
            size,
            cell.yes,
            cell.no,
        )
        if size
        else _nothing()
        for i, (cell, size) in enumerate(zip(cells, n, strict=True))
    ]


def _means(definition: Definition, cells: Sequence[Cell]) -> list[Figure]:
    decimals = _decimals(definition)
    means = [cell.total / (cell.yes * 10**decimals) if cell.yes else 0.0 for cell in cells]
    n = [cell.yes for cell in cells]
    lower, upper = intervals.student(means, [_sd(cell, decimals) for cell in cells], n)
    return [
        Figure(
            mean,
            _or_none(lower[i]),
            _or_none(upper[i]),
            _scaled(cell.total, decimals),
            cell.yes,
            cell.yes,
        )
        if cell.yes
        else _nothing()
        for i, (cell, mean) in enumerate(zip(cells, means, strict=True))
    ]


def _sd(cell: Cell, decimals: int) -> float:
    """The sample's standard deviation, from the exact sum of squared deviations."""
    if cell.yes < 2:
        return math.nan
    deviations = cell.yes * cell.squares - cell.total**2
    return math.sqrt(deviations / (cell.yes * (cell.yes - 1) * 10 ** (2 * decimals)))


def _rates(definition: Definition, cells: Sequence[Cell]) -> list[Figure]:
    decimals = definition.person_time.type.decimals if definition.person_time else 0
    by_value = definition.value is not None
    events = [cell.total if by_value else cell.yes for cell in cells]
    if any(number < 0 for number in events) or any(cell.time < 0 for cell in cells):
        raise Unusable(
            f'The events or the person-time of "{definition.id}" add up to less than zero.',
            mend="Leave out rows with negative values by the denominator, or correct them.",
        )
    lower, upper = intervals.events(np.array(events, dtype=np.float64))
    found = []
    for i, (cell, number) in enumerate(zip(cells, events, strict=True)):
        if cell.time == 0:
            found.append(_nothing(cell.yes + cell.no))
            continue
        time = cell.time / 10**decimals if decimals else cell.time
        per = definition.multiplier / time
        found.append(
            Figure(
                number * definition.multiplier * 10**decimals / cell.time,
                float(lower[i]) * per,
                float(upper[i]) * per,
                number,
                time,
                cell.yes + cell.no,
                None if by_value else cell.yes,
                None if by_value else cell.no,
                number if by_value else None,
            )
        )
    return found


def _decimals(definition: Definition) -> int:
    return definition.value.type.decimals if definition.value else 0


def _scaled(number: int, decimals: int) -> Number:
    return number / 10**decimals if decimals else number


def _or_none(number: float) -> float | None:
    return None if math.isnan(number) else float(number)


_BY_KIND = {
    IndicatorKind.COUNT: _counts,
    IndicatorKind.SUM: _sums,
    IndicatorKind.PROPORTION: _proportions,
    IndicatorKind.MEAN: _means,
    IndicatorKind.RATE: _rates,
}
