"""The agenda: its order, its time, and that nothing is dropped."""

from __future__ import annotations

from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.convening.agenda import Point, Sort, agenda
from commonweal.compute.errors import Unusable

points = st.lists(
    st.builds(
        Point,
        key=st.uuids().map(str),
        sort=st.sampled_from(Sort),
        due=st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 5)),
        minutes=st.integers(0, 40),
    ),
    max_size=8,
    unique_by=lambda each: each.key,
)


def test_late_first_then_decisions_own_points_reviews_news() -> None:
    given_ = [Point(sort.value, sort) for sort in reversed(Sort)]
    found = agenda(given_, 40)
    assert [(slot.key, slot.begins) for slot in found.answer] == [
        ("late", 0),
        ("decision", 10),
        ("own", 25),
        ("review", None),
        ("news", 35),
    ]
    assert found.trace == {"taken": 40, "needed": 50, "minutes": 40}


def test_no_time_is_no_meeting() -> None:
    with pytest.raises(Unusable):
        agenda([], 0)


@given(points, st.integers(1, 120))
def test_each_point_has_one_slot_and_slots_do_not_overlap(
    given_: list[Point], minutes: int
) -> None:
    slots = agenda(given_, minutes).answer
    assert sorted(slot.key for slot in slots) == sorted(point.key for point in given_)
    end = 0
    for slot in slots:
        if slot.begins is not None:
            assert slot.begins == end
            end = slot.begins + slot.minutes
    assert end <= minutes
    if any(slot.begins is None for slot in slots):
        assert sum(slot.minutes for slot in slots) > minutes


@given(points, st.integers(1, 120), st.randoms())
def test_the_order_of_the_input_changes_nothing(
    given_: list[Point], minutes: int, chance: Random
) -> None:
    before = agenda(given_, minutes)
    chance.shuffle(given_)
    assert agenda(given_, minutes) == before
