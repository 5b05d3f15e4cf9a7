"""Growth of a table: each month counted day by day, and what joins and leaves adds up."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.convening.growth import Stay, growth
from commonweal.compute.errors import Unusable

LAST = date(2026, 6, 10)
days = st.dates(date(2025, 11, 1), date(2026, 8, 31))


@st.composite
def stays(draw: st.DrawFn) -> list[Stay]:
    found = []
    for _number in range(draw(st.integers(0, 8))):
        one, other = sorted((draw(days), draw(days)))
        sector = draw(st.sampled_from(["public", "private"]))
        found.append(Stay(sector, one, draw(st.sampled_from([None, other]))))
    return found


def test_a_table_grows_and_somebody_leaves() -> None:
    found = growth(
        [
            Stay("public", date(2026, 4, 3)),
            Stay("private", date(2026, 4, 30), date(2026, 5, 1)),
            Stay("public", date(2026, 7, 1)),
        ],
        LAST,
    )
    assert [(each.first, each.seats, each.joined, each.left) for each in found.answer] == [
        (date(2026, 4, 1), (("private", 1), ("public", 1)), 2, 0),
        (date(2026, 5, 1), (("public", 1),), 0, 1),
        (date(2026, 6, 1), (("public", 1),), 0, 0),
    ]
    assert found.trace == {"stays": 2}


def test_nobody_yet_and_days_that_turn_back() -> None:
    assert growth([], LAST).answer == ()
    with pytest.raises(Unusable):
        growth([Stay("public", LAST, date(2026, 1, 1))], LAST)


@given(stays())
def test_each_month_is_the_one_before_and_who_joined_and_left(given_: list[Stay]) -> None:
    before = 0
    for month in growth(given_, LAST).answer:
        assert month.all == before + month.joined - month.left
        before = month.all


@given(stays())
def test_each_count_is_of_the_seats_open_on_the_next_first_day(given_: list[Stay]) -> None:
    for month in growth(given_, LAST).answer:
        year, index = divmod(month.first.year * 12 + month.first.month, 12)
        first = date(year, index + 1, 1)
        for sector in ("public", "private"):
            open_ones = 0
            for stay in given_:
                here = stay.since <= LAST and stay.sector == sector and stay.since < first
                open_ones += here and not (stay.until is not None and stay.until < first)
            assert dict(month.seats).get(sector, 0) == open_ones
