"""Offers and needs: gates and points by example, the assignment against all there are."""

from __future__ import annotations

import json
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.convening.matching import (
    PLACE,
    PLACE_UNKNOWN,
    SKILLS,
    TIME,
    Gate,
    Side,
    match,
    points_of,
)
from commonweal.compute.errors import Unusable
from commonweal.compute.tests.matching_reference import best

DAYS = st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 10))


def sides(prefix: str) -> st.SearchStrategy[list[Side]]:
    one = st.builds(
        Side,
        key=st.integers(0, 99).map(lambda number: f"{prefix}{number:02}"),
        owner=st.sampled_from(["A", "B", "C"]),
        kind=st.sampled_from(["space", "people"]),
        amount=st.none() | st.integers(0, 3),
        from_=DAYS,
        until=DAYS,
        place=st.sampled_from(["", "Hollin Bank", "Brackwater"]),
        skills=st.frozensets(st.sampled_from(["driving", "nursing"]), max_size=2),
        unit=st.sampled_from(["beds", "rooms"]),
        currency=st.sampled_from(["", "GBP", "EUR"]),
    ).filter(lambda each: not (each.from_ and each.until and each.until < each.from_))
    return st.lists(one, max_size=4, unique_by=lambda each: each.key)


def objective(offers: list[Side], needs: list[Side]) -> tuple[int, int, int]:
    found = [pair.points.all for pair in match(offers, needs).answer.pairs]
    return len(found), min(found, default=0), sum(found)


def test_gates() -> None:
    need = Side(
        "n", "A", "people", 2, date(2026, 3, 1), date(2026, 3, 31), "", frozenset({"driving"})
    )
    able = {"skills": frozenset({"driving"}), "amount": 2}
    cases = {
        Gate.SAME: Side("o", "A", "people", **able),  # type: ignore[arg-type]
        Gate.TIME: Side("o", "B", "people", until=date(2026, 2, 28), **able),  # type: ignore[arg-type]
        Gate.AMOUNT: Side("o", "B", "people", 1, skills=frozenset({"driving"})),
        Gate.SKILLS: Side("o", "B", "people", 2, skills=frozenset({"nursing"})),
    }
    for gate, offer in cases.items():
        answer = match([offer], [need]).answer
        assert (answer.pairs, answer.unmet[0].closest) == ((), gate)
    other = match([Side("o", "B", "space")], [need]).answer.unmet[0]
    assert (other.closest, other.alternatives) == (None, 0)
    pounds = Side("n", "A", "money", 100, unit="GBP", currency="GBP")
    euros = Side("o", "B", "money", 900, unit="EUR", currency="EUR")
    assert match([euros], [pounds]).answer.unmet[0].closest == Gate.CURRENCY
    assert len(match([Side("o", "B", "money")], [pounds]).answer.pairs) == 1
    fine = Side("o", "B", "people", **able)  # type: ignore[arg-type]
    assert len(match([fine], [need]).answer.pairs) == 1
    assert match([fine], [need], [("o", "n")]).answer.unmet[0].closest == Gate.DECLINED


def test_amounts_are_compared_only_in_one_unit() -> None:
    need = Side("n", "A", "space", 40, unit="beds")
    for unit, amount, meets in (("Beds ", 39, 0), ("Beds ", 40, 1), ("rooms", 2, 1)):
        offer = Side("o", "B", "space", amount, unit=unit)
        assert len(match([offer], [need]).answer.pairs) == meets


def test_points_say_what_they_are_for() -> None:
    need = Side(
        "n", "A", "people", None, date(2026, 3, 1), date(2026, 3, 10), "Leeds", frozenset("ab")
    )
    offer = Side("o", "B", "people", None, date(2026, 3, 6), None, "leeds ", frozenset("a"))
    points = points_of(offer, need)
    assert (points.skills, points.time, points.place) == (SKILLS // 2, TIME // 2, PLACE)
    anywhere = points_of(Side("o", "B", "people"), Side("n", "A", "people"))
    assert (anywhere.skills, anywhere.time, anywhere.place) == (SKILLS, TIME, PLACE_UNKNOWN)


def test_the_worst_served_need_counts_before_the_sum() -> None:
    """Served 100 and 15+70 beats served 100+70 and … only where it leaves nobody behind."""
    needs = [
        Side("n1", "A", "space", place="Leeds", skills=frozenset("ab")),
        Side("n2", "A", "space", place="York", skills=frozenset("ab")),
    ]
    offers = [
        Side("o1", "B", "space", place="Leeds", skills=frozenset("ab")),
        Side("o2", "B", "space", place="Leeds", skills=frozenset("a")),
    ]
    # o1-n1 100, o2-n2 50 (150, worst 50); o1-n2 70, o2-n1 80 (150, worst 70): the second is fairer.
    found = match(offers, needs).answer.pairs
    assert {(pair.offer, pair.need) for pair in found} == {("o2", "n1"), ("o1", "n2")}


def test_a_key_that_stands_twice_and_days_that_turn_back() -> None:
    with pytest.raises(Unusable):
        match([Side("o", "A", "space"), Side("o", "B", "space")], [])
    with pytest.raises(Unusable):
        match([], [Side("n", "A", "space", None, date(2026, 2, 1), date(2026, 1, 1))])


@given(sides("o"), sides("n"))
def test_it_is_the_best_of_all_assignments(offers: list[Side], needs: list[Side]) -> None:
    assert objective(offers, needs) == best(offers, needs)


@given(sides("o"), sides("n"))
def test_everybody_is_used_once_and_every_need_is_accounted_for(
    offers: list[Side], needs: list[Side]
) -> None:
    result = match(offers, needs)
    used = [pair.offer for pair in result.answer.pairs]
    told = [pair.need for pair in result.answer.pairs] + [each.need for each in result.answer.unmet]
    assert len(used) == len(set(used))
    assert sorted(told) == sorted(each.key for each in needs)
    json.dumps(result.trace)


@given(sides("o"), sides("n"), st.randoms())
def test_the_order_of_the_input_changes_nothing(
    offers: list[Side], needs: list[Side], chance: Random
) -> None:
    before = match(offers, needs)
    chance.shuffle(offers)
    chance.shuffle(needs)
    assert match(offers, needs) == before


@given(sides("o"), sides("n"), sides("p"))
def test_another_offer_never_leaves_more_needs_unmet(
    offers: list[Side], needs: list[Side], more: list[Side]
) -> None:
    assert objective(offers + more[:1], needs)[0] >= objective(offers, needs)[0]
