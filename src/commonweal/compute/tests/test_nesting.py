"""What lies within what, and what is left when a reader subtracts."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.indicators import compile as sql
from commonweal.compute.indicators.nesting import NO, SELECTED, YES, observed, partitions
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.compute.indicators.tables import FrameTable
from commonweal.compute.measuring import Row, measure

STATES = [sql.OUT, sql.DOUBTFUL, sql.NO, sql.MISSING, sql.YES]
units = st.lists(st.tuples(*[st.sampled_from(STATES)] * 3), min_size=1, max_size=12)


@given(units)
def test_nesting_is_what_the_units_say(rows: list[tuple[int, ...]]) -> None:
    found = observed(np.array(rows, dtype=np.int8), [2, 0, 1])
    held = {
        (number, which): {place for place, row in enumerate(rows) if row[column] in states}
        for number, column in enumerate([2, 0, 1])
        for which, states in {
            SELECTED: {sql.YES, sql.NO, sql.MISSING},
            YES: {sql.YES},
            NO: {sql.NO},
        }.items()
    }
    pairs = [(a, b) for a in held for b in held if a != b and held[a] and held[b]]
    assert found.inside == {(a, b) for a, b in pairs if held[a] <= held[b]}
    assert found.apart == {(a, b) for a, b in pairs if not held[a] & held[b]}


sets_of_units = st.lists(st.frozensets(st.integers(0, 11), min_size=1), min_size=1, max_size=5)


@settings(deadline=None, max_examples=400)
@given(sets_of_units, st.integers(2, 4))
def test_whatever_is_small_after_subtracting_shows_in_a_partition(
    sets: list[frozenset[int]], minimum: int
) -> None:
    whole = frozenset(range(12))
    sizes: set[int] = set()
    for outer, inner in partitions(
        list(dict.fromkeys(sets)), frozenset.issubset, frozenset.isdisjoint
    ):
        all_of_it = whole if outer is None else outer
        assert all(each <= all_of_it for each in inner)
        assert all(a.isdisjoint(b) for a, b in combinations(inner, 2))
        sizes |= {len(each) for each in inner} | {len(all_of_it) - sum(map(len, inner))}
    for outer in (whole, *sets):
        within = [each for each in sets if each < outer]
        taken = [(each,) for each in within]
        taken += [pair for pair in combinations(within, 2) if pair[0].isdisjoint(pair[1])]
        for some in taken:
            left = len(outer) - sum(map(len, some))
            if 0 < left < minimum:
                assert any(0 < size < minimum for size in sizes), (outer, some)


def rows_of(text: str, frame: pl.DataFrame) -> list[Row]:
    head = "reads: {m: text, days: integer, area: text}\nminimum: 5\nindicators:\n"
    return list(measure(parse_definitions(head + text), FrameTable(frame, "x")).answer)


def frame(**sizes: int) -> pl.DataFrame:
    """So many rows with each value of `m`, by turns in two areas; `days` counts them up."""
    values = [value for value, size in sizes.items() for _ in range(size)]
    areas = ["north" if place % 2 else "south" for place in range(len(values))]
    return pl.DataFrame({"m": values, "days": range(len(values)), "area": areas})


def count(name: str, condition: str = "") -> str:
    chosen = f', denominator: "{condition}"' if condition else ""
    return f"  - {{id: {name}, version: 1, title: {name}, kind: count{chosen}}}\n"


def share(name: str, condition: str, of: str = "") -> str:
    chosen = f', denominator: "{of}"' if of else ""
    return (
        f"  - {{id: {name}, version: 1, title: {name}, kind: proportion,"
        f' numerator: "{condition}"{chosen}}}\n'
    )


LEAKS = {
    "one count within another, said otherwise": count("a", "m = 'a'")
    + count("ac", "m in ('a', 'c')"),
    "what two counts leave of the whole": count("all")
    + count("a", "m = 'a'")
    + count("b", "m = 'b'"),
    "what two shares leave": share("a", "m = 'a'") + share("b", "m = 'b'"),
    "a threshold moved a little": share("before", "days <= 49") + share("after", "days <= 52"),
    "a share and a count": share("a", "m = 'a'") + count("ac", "m in ('a', 'c')"),
    "all but one": share("all", "days > 20") + share("but-one", "days > 20", "days != 30"),
    "counted within and without": share("all", "days <= 49")
    + share("south", "days <= 49", "m != 'b'"),
}


@pytest.mark.parametrize("name", LEAKS)
def test_a_small_rest_is_not_left_by_subtraction(name: str) -> None:
    rows = rows_of(LEAKS[name], frame(a=50, b=47, c=3))
    assert {row.status.value for row in rows} == {"hidden"}


def test_what_leaves_no_small_rest_is_shown() -> None:
    text = count("all") + count("a", "m = 'a'") + share("b", "m = 'b'") + share("late", "days > 60")
    rows = rows_of(text, frame(a=50, b=40, c=10))
    assert {row.status.value for row in rows} == {"ok"}


def test_conditions_that_overlap_give_nothing_away_and_are_shown() -> None:
    text = share("a", "m in ('a', 'c')") + share("early", "days between 3 and 50")
    assert {row.status.value for row in rows_of(text, frame(a=50, b=45, c=5))} == {"ok"}
