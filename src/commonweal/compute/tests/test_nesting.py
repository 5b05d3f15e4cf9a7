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


def of(groups: dict[tuple[str, ...], int], names: str) -> pl.DataFrame:
    """A frame with so many rows of each combination of the columns `names`."""
    rows = [values for values, size in groups.items() for _ in range(size)]
    return pl.DataFrame(rows, schema=names.split(), orient="row")


def shown(text: str, frame: pl.DataFrame) -> dict[tuple[str, ...], Row]:
    head = "minimum: 5\nreads: {b: text, c: text, y: text}\nindicators:\n"
    rows = measure(parse_definitions(head + text), FrameTable(frame, "x")).answer
    keys = [(row.indicator, *(str(value) for value in row.slice.values())) for row in rows]
    assert len(set(keys)) == len(keys)
    return dict(zip(keys, rows, strict=True))


def test_the_same_units_sliced_in_two_ways_are_protected_together() -> None:
    sizes = {("b0", "c0", "yes"): 20, ("b0", "c0", "no"): 20, ("b1", "c0", "yes"): 1}
    sizes |= {("b1", "c0", "no"): 20, ("b0", "c1", "yes"): 20, ("b0", "c1", "no"): 20}
    sizes |= {("b1", "c1", "yes"): 8, ("b1", "c1", "no"): 8}
    found = shown(
        "  - {id: babies, version: 1, title: t, kind: count, numerator: y = 'yes', slices: [c]}\n"
        "  - {id: share, version: 1, title: t, kind: proportion, numerator: y = 'yes',"
        " slices: [[b, c]]}\n",
        of(sizes, "b c y"),
    )
    # babies in c0 less the share's numerator in b0 and c0 would be the one in b1 and c0.
    assert found["share", "b1", "c0"].status.value == "hidden"
    both = {found["babies", "c0"].status.value, found["share", "b0", "c0"].status.value}
    assert "hidden" in both
    # Slices that are counted for protection only are not shown.
    assert {len(key) for key in found if key[0] == "babies"} == {1, 2}


def test_districts_add_up_to_their_areas_though_nobody_crossed_them() -> None:
    sizes = {("A1", "D1", ""): 2, ("A1", "D2", ""): 28, ("A2", "D3", ""): 10, ("A2", "D4", ""): 30}
    found = shown(
        "  - {id: n, version: 1, title: t, kind: count, slices: [b, c]}\n", of(sizes, "b c y")
    )
    assert found["n", "D1"].status.value == "hidden"
    assert "hidden" in {found["n", "A1"].status.value, found["n", "D2"].status.value}
    assert {len(key) for key in found} == {1, 2}


def test_columns_that_do_not_nest_are_left_as_they_are() -> None:
    sizes = {(b, c, ""): 10 for b in ("A1", "A2") for c in ("x", "y", "z")}
    sizes["A1", "x", ""] = 2
    found = shown(
        "  - {id: n, version: 1, title: t, kind: count, slices: [b, c]}\n", of(sizes, "b c y")
    )
    # The crossing is not published, so its small cell endangers nobody.
    assert {row.status.value for row in found.values()} == {"ok"}


def test_months_add_up_to_the_quarter_of_another_indicator() -> None:
    days = {"North": 51, "South": 49, "East": 3}
    rows = [
        (area, f"2026-0{1 + place % 3}-15", f"k{area}{place}")
        for area, size in days.items()
        for place in range(size)
    ]
    frame = pl.DataFrame(rows, schema=["area", "seen", "key"], orient="row")
    head = "minimum: 5\nreads: {area: text, seen: date, key: text}\nindicators:\n"
    everybody = (
        "  - {id: everybody, version: 1, title: t, kind: count,"
        " period: {column: seen, grain: quarter}}\n"
    )
    almost = (
        "  - {id: almost, version: 1, title: t, kind: count, denominator: \"area != 'East'\","
        " period: {column: seen, grain: month}}\n"
    )
    people = (
        "  - {id: people, version: 1, title: t, kind: count, unit: {distinct: key},"
        " denominator: \"area != 'East'\", period: {column: seen, grain: quarter}}\n"
    )
    for other in (almost, people):
        text = head + everybody + other
        rows_ = measure(parse_definitions(text), FrameTable(frame, "x")).answer
        by = {
            name: {row.status.value for row in rows_ if row.indicator == name}
            for name in ("everybody", "almost" if other == almost else "people")
        }
        assert {"hidden"} in by.values(), by
    shown_alone = measure(parse_definitions(head + almost), FrameTable(frame, "x")).answer
    assert {row.status.value for row in shown_alone} == {"ok"}
