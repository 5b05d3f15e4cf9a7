"""The plan: critical path and clashes by example and against the slow ways."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.errors import Unusable
from commonweal.compute.planning.critical import critical_path
from commonweal.compute.planning.model import Item, Kind
from commonweal.compute.planning.overlaps import Plan, Rule, find
from commonweal.compute.tests.planning_reference import chains, end_of, slow_findings, slow_last

D = date(2026, 1, 1)


def item(key: str, starts: int, days: int, *after: str, **more: object) -> Item:
    begin = D + timedelta(days=starts)
    given_: dict[str, object] = {"owner": "Council", "kind": Kind.ACTIVITY, **more}
    return Item(
        key=key,
        starts=begin,
        ends=begin + timedelta(days=days - 1),
        after=after,
        **given_,  # type: ignore[arg-type]
    )


@st.composite
def plans(draw: st.DrawFn) -> list[Item]:
    """Up to six items; each waits for earlier ones only, so there is no circle."""
    made: list[Item] = []
    for number in range(draw(st.integers(1, 6))):
        keys = [each.key for each in made]
        decisions = [each.key for each in made if each.kind == Kind.DECISION]
        made.append(
            item(
                f"i{number}",
                draw(st.integers(0, 20)),
                draw(st.integers(1, 6)),
                *draw(
                    st.lists(st.sampled_from(keys), unique=True, max_size=2)
                    if keys
                    else st.just([])
                ),
                owner=draw(st.sampled_from(["A", "B", "C"])),
                kind=draw(st.sampled_from(Kind)),
                place=draw(st.sampled_from(["", "north", "south"])),
                informs=draw(st.sampled_from(["", *decisions])),
                covered=draw(st.booleans()),
            )
        )
    return made


def test_the_longest_chain_has_no_slack() -> None:
    plan = [item("a", 0, 3), item("b", 0, 2, "a"), item("c", 0, 10, "a"), item("d", 0, 1, "b", "c")]
    result = critical_path(plan)
    assert [(each.key, (each.starts - D).days, each.slack) for each in result.answer] == [
        ("a", 0, 0),
        ("b", 3, 8),
        ("c", 3, 0),
        ("d", 13, 0),
    ]
    assert result.trace == {"last": "2026-01-14", "critical": ["a", "c", "d"]}


def test_money_is_there_from_its_first_day() -> None:
    plan = [item("money", 5, 365, kind=Kind.BUDGET), item("buy", 0, 2, "money")]
    assert [(each.starts - D).days for each in critical_path(plan).answer] == [5, 5]


def test_a_circle_is_named() -> None:
    with pytest.raises(Unusable) as refused:
        critical_path([item("a", 0, 1, "b"), item("b", 0, 1, "a")])
    assert "→" in str(refused.value)


def test_an_empty_plan_and_one_that_names_what_is_not_there() -> None:
    assert critical_path([]).answer == ()
    for wrong in ([item("a", 0, 1, "x")], [item("a", 0, 1), item("a", 0, 1)], [item("a", 0, 0)]):
        with pytest.raises(Unusable):
            critical_path(wrong)


def rules(*items: Item, **more: object) -> list[tuple[Rule, tuple[str, ...], tuple[str, ...]]]:
    found = find(Plan(items, D, **more)).answer  # type: ignore[arg-type]
    return [(each.rule, each.items, each.names) for each in found]


def test_each_rule() -> None:
    money = item("money", 5, 300, kind=Kind.BUDGET)
    assert rules(money, item("start", 4, 1, "money", kind=Kind.MILESTONE)) == [
        (Rule.MONEY, ("start", "money"), ())
    ]
    assert rules(money, item("start", 5, 1, "money")) == []
    buying = item("buying", 0, 10, kind=Kind.PROCUREMENT)
    assert rules(buying, item("use", 9, 1, "buying")) == [(Rule.PROCUREMENT, ("use", "buying"), ())]
    assert rules(item("a", 0, 5), item("b", 4, 1, "a")) == [(Rule.ORDER, ("b", "a"), ())]
    decision = item("vote", 10, 1, kind=Kind.DECISION)
    assert rules(decision, item("study", 0, 12, kind=Kind.EVALUATION, informs="vote")) == [
        (Rule.EVALUATION, ("study", "vote"), ())
    ]
    assert rules(item("leave", 0, 5, kind=Kind.STAFFING)) == [(Rule.UNCOVERED, ("leave",), ())]


def test_two_in_one_street_and_none_in_the_next() -> None:
    here = item("a", 0, 5, place="North street")
    there = item("b", 3, 5, place="north  street", owner="Charity")
    later = item("c", 20, 5, place="North street", owner="Hospital")
    assert rules(here, there, later, places=["North Street", "South street"]) == [
        (Rule.SAME_PLACE, ("a", "b"), ("north  street",)),
        (Rule.EMPTY_PLACE, (), ("South street",)),
    ]
    assert rules(here, owners=["Council", "Mayor"]) == [(Rule.NOTHING, (), ("Mayor",))]


def test_what_is_over_clashes_with_nothing() -> None:
    over = [item("a", -9, 5, place="x"), item("b", -9, 5, place="x", owner="B")]
    assert rules(*over) == []


@given(plans())
def test_the_last_day_is_that_of_the_longest_chain(plan: list[Item]) -> None:
    result = critical_path(plan)
    assert result.trace["last"] == max(end_of(chain) for chain in chains(plan)).isoformat()
    assert any(each.critical for each in result.answer)


@given(plans())
def test_slack_is_how_far_one_can_slip(plan: list[Item]) -> None:
    last = slow_last(plan)
    for each in critical_path(plan).answer:
        assert slow_last(plan, each.key, each.slack) <= last
        assert slow_last(plan, each.key, each.slack + 1) > last


@given(plans(), st.integers(0, 20))
def test_findings_are_those_of_every_pair(plan: list[Item], today: int) -> None:
    at = D + timedelta(days=today)
    result = find(Plan(plan, at))
    by_key = {each.key: each for each in plan}
    told = set()
    for each in result.answer:
        if each.rule == Rule.SAME_PLACE:
            owners = sorted(by_key[key].owner for key in each.items)
            told.add((each.rule.value, (*each.names, *owners)))
        else:
            told.add((each.rule.value, each.items))
    assert told == slow_findings(plan, at)
    json.dumps(result.trace)


@given(plans())
def test_a_day_later_start_never_ends_the_plan_earlier(plan: list[Item]) -> None:
    before = critical_path(plan).trace["last"]
    one = plan[0]
    later = replace(one, starts=one.starts + timedelta(days=1), ends=one.ends + timedelta(days=1))
    assert critical_path([later, *plan[1:]]).trace["last"] >= before
