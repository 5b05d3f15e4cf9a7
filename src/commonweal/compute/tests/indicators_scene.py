"""A small table and definitions over it that together use the whole language, and how to run them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from hypothesis import strategies as st

from commonweal.compute.indicators.database import Limits
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.compute.indicators.tables import FrameTable
from commonweal.compute.measuring import Row, measure

READS = """
reads:
  child: text
  area: {type: text, missing: ["n/a"]}
  group: text
  age: integer
  score: {type: number, decimals: 2, missing: ["999"]}
  weight: {type: number, decimals: 1}
  born: date
  seen: date
  safe: boolean
  visits: integer
  days: integer
"""

FORMULAS = (
    READS
    + """
period: {column: seen, grain: quarter}
slices: [area, [area, group], age]
indicators:
  - {id: rows, version: 1, title: Visits, kind: count}
  - {id: safe-rows, version: 1, title: Safe, kind: count, numerator: safe, denominator: age < 5}
  - id: children
    version: 1
    title: Children seen
    kind: count
    unit: {distinct: child}
  - id: children-safe
    version: 1
    title: Children who slept safely at least once
    kind: proportion
    unit: {distinct: child}
    denominator: age between 0 and 4
    numerator: safe
  - id: safe
    version: 1
    title: Visits with a safe night
    kind: proportion
    denominator: area in ('north', 'south') and not (group = 'x' or group is missing)
    numerator: safe = true and days(born, seen) <= 400
  - {id: total, version: 1, title: Total, kind: sum, value: score - 2 * weight}
  - {id: mean, version: 1, title: Mean, kind: mean, value: score, denominator: weight != 0.5}
  - {id: ratio, version: 1, title: Score by weight, kind: mean, value: score / weight}
  - id: visit-rate
    version: 1
    title: Visits per thousand days
    kind: rate
    value: visits
    person_time: days
    multiplier: 1000
  - id: safe-rate
    version: 1
    title: Safe nights per ten years
    kind: rate
    numerator: safe
    denominator: days >= 1
    person_time: days / 365.25
    multiplier: 10
    period: {label: all}
"""
)


def blank_or(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    """Mostly a text, at times a blank of some sort."""
    return st.one_of(texts, texts, texts, st.sampled_from([None, "", "  "]))


def _hundredths(number: int) -> str:
    sign = "-" if number < 0 else ""
    return f"{sign}{abs(number) // 100}.{abs(number) % 100:02d}"


DATES = st.dates(
    min_value=__import__("datetime").date(2024, 11, 1),
    max_value=__import__("datetime").date(2025, 6, 30),
).map(str)

ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "child": blank_or(st.sampled_from(["a", "b", "c", "d'", '"e', "f "])),
            "area": blank_or(st.sampled_from(["north", "south", " south", "n/a", "Δ'\"; --"])),
            "group": blank_or(st.sampled_from(["x", "y"])),
            "age": blank_or(st.integers(-1, 6).map(str)),
            "score": blank_or(
                st.one_of(st.integers(-(10**4), 10**4).map(_hundredths), st.just("999"))
            ),
            "weight": blank_or(st.sampled_from(["0", "0.0", "0.5", "1", "3", "-3.5", "7.1"])),
            "born": blank_or(DATES),
            "seen": blank_or(DATES),
            "safe": blank_or(st.sampled_from(["true", "false", "Yes", "NO", "1", "0"])),
            "visits": blank_or(st.integers(0, 30).map(str)),
            "days": blank_or(st.integers(0, 40).map(str)),
        }
    ),
    max_size=30,
)

COLUMNS = (
    "child",
    "area",
    "group",
    "age",
    "score",
    "weight",
    "born",
    "seen",
    "safe",
    "visits",
    "days",
)


def table(rows: Sequence[Mapping[str, str | None]], columns: Sequence[str] = COLUMNS) -> FrameTable:
    """Rows of texts as a table."""
    frame = pl.DataFrame(
        {name: [row.get(name) for row in rows] for name in columns},
        schema=dict.fromkeys(columns, pl.String),
    )
    return FrameTable(frame, "content", "rows.csv")


def run(
    text: str,
    rows: Sequence[Mapping[str, str | None]],
    columns: Sequence[str] = COLUMNS,
    **how: Any,
) -> tuple[Row, ...]:
    """The rows that the definitions in `text` give over `rows`."""
    how.setdefault("limits", Limits(memory_mb=400, threads=1))
    return measure(parse_definitions(text), table(rows, columns), **how).answer
