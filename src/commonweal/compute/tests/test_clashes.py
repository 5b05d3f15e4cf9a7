"""Clashes of incentives: each rule by an example, all against every pair of entries."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.convening.clashes import Clash, Entry, Kind, Pull, Rule, clashes
from commonweal.compute.errors import Unusable
from commonweal.compute.tests.clashes_reference import matter, slow_clashes

entries = st.lists(
    st.builds(
        Entry,
        key=st.uuids().map(str),
        owner=st.sampled_from(["Council", "Hospital", "Parents"]),
        kind=st.sampled_from(Kind),
        about=st.sampled_from(["home visits", "Home  visits ", "figures"]),
        pull=st.sampled_from(Pull),
        year_begins=st.none() | st.integers(1, 12),
        until=st.none() | st.dates(date(2026, 1, 1), date(2026, 1, 3)),
    ),
    max_size=6,
)


def found(*given_: Entry) -> list[Clash]:
    return list(clashes(given_).answer)


def test_some_want_more_and_some_less() -> None:
    more = Entry("1", "Hospital", Kind.INSTITUTIONAL, "Home visits", Pull.MORE)
    less = Entry("2", "Council", Kind.PRESSURE, "home  visits", Pull.LESS)
    assert [(each.rule, each.sides) for each in found(more, less)] == [
        (Rule.OPPOSED, (("Hospital",), ("Council",)))
    ]
    measured = Entry("3", "Council", Kind.MEASURE, "home visits", Pull.LESS)
    assert [each.rule for each in found(more, measured)] == [Rule.MEASURES]


def test_one_partner_torn_by_itself_is_no_clash_of_partners() -> None:
    more = Entry("1", "Council", Kind.INSTITUTIONAL, "Home visits", Pull.MORE)
    less = Entry("2", "Council", Kind.PRESSURE, "Home visits", Pull.LESS)
    assert found(more, less) == []


def test_what_one_wants_and_another_cannot_disclose() -> None:
    wanted = Entry("1", "Council", Kind.INSTITUTIONAL, "figures by ward", Pull.MORE)
    closed = Entry("2", "Hospital", Kind.DISCLOSURE, "Figures by ward")
    assert [(each.rule, each.sides) for each in found(wanted, closed)] == [
        (Rule.SILENCE, (("Council",), ("Hospital",)))
    ]


def test_budgets_that_do_not_meet() -> None:
    one = Entry("1", "Council", Kind.BUDGET, "Beds", Pull.NONE, 4, date(2027, 3, 31))
    other = Entry("2", "Fund", Kind.BUDGET, "Beds", Pull.NONE, 1, date(2026, 12, 31))
    years, ends = found(one, other)
    assert (years.labels, years.sides) == (("01", "04"), (("Fund",), ("Council",)))
    assert (ends.labels, ends.sides) == (
        ("2026-12-31", "2027-03-31"),
        (("Fund",), ("Council",)),
    )


def test_wanting_the_same_is_something_to_begin_with() -> None:
    rows = [
        Entry(str(number), name, Kind.INSTITUTIONAL, "home visits", Pull.MORE)
        for number, name in enumerate(("Hospital", "Council"))
    ]
    assert [(each.rule, each.sides) for each in found(*rows)] == [
        (Rule.TOGETHER, (("Council", "Hospital"),))
    ]


def test_a_month_that_is_none() -> None:
    with pytest.raises(Unusable):
        clashes([Entry("1", "Council", Kind.BUDGET, "Beds", Pull.NONE, 13)])


@given(entries)
def test_all_as_pair_by_pair(given_: list[Entry]) -> None:
    result = clashes(given_)
    against = {
        (each.rule.value, " ".join(each.about.split()).casefold())
        for each in result.answer
        if each.rule != Rule.TOGETHER
    }
    assert against == slow_clashes(given_)
    json.dumps(result.trace)


@given(entries, st.randoms())
def test_the_order_of_the_entries_tells_nothing(given_: list[Entry], chance: object) -> None:
    mixed = list(given_)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    first = [(each.rule, matter_of(each), each.sides, each.labels) for each in found(*given_)]
    assert first == [
        (each.rule, matter_of(each), each.sides, each.labels) for each in found(*mixed)
    ]


@given(entries)
def test_what_is_found_names_only_owners_and_entries_given(given_: list[Entry]) -> None:
    owners, keys = {each.owner for each in given_}, {each.key for each in given_}
    for each in found(*given_):
        assert {name for side in each.sides for name in side} <= owners
        assert set(each.entries) <= keys
        assert matter_of(each) in {matter(entry) for entry in given_}


def matter_of(clash: Clash) -> str:
    return " ".join(clash.about.split()).casefold()
