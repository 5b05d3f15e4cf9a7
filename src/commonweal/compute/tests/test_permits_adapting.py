"""Which words on a rule count: against a slow calendar, and under one text after another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.permits import adapting
from commonweal.compute.permits.clauses import Start
from commonweal.compute.permits.governing import Rule

FIRST = date(2026, 1, 1)
DAYS = 12
RULE = Rule("Come back", "Somebody asks after six weeks.", fixed=False, binding=False)
OTHER = Rule("Show safe sleep", "Every family is shown.", fixed=False, binding=True)
START = Start(FIRST)


def days(number: int) -> date:
    return FIRST + timedelta(days=number)


@given(st.lists(st.integers(0, DAYS - 1), max_size=8), st.integers(0, DAYS - 1))
def test_as_a_calendar_written_day_by_day(begins: list[int], today: int) -> None:
    """The reference: each wording, as it is written, fills its own day and every later one."""
    said = list(enumerate(begins))
    calendar: list[tuple[int, int] | None] = [None] * DAYS
    for each in said:
        for day in range(each[1], DAYS):
            calendar[day] = each
    found = adapting.course(said, lambda each: days(each[1]), days(today))
    assert found.now == calendar[today]
    later = [each for each in dict.fromkeys(calendar[today + 1 :]) if each and each != found.now]
    assert list(found.coming) == later
    assert found.last == (calendar[-1] if said else None)
    shown = [*found.earlier, *found.coming, *([found.now] if found.now else [])]
    assert sorted(shown) == said


def test_the_same_rule_at_another_place_stands() -> None:
    assert adapting.stands(RULE, 1, {1: (START, RULE), 2: (RULE, OTHER, START)})


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"heading": "Return"}, adapting.GONE),
        ({"text": "Somebody asks after a month."}, adapting.CHANGED),
        ({"small": "Send a letter."}, adapting.CHANGED),
        ({"binding": True}, adapting.CHANGED),
        ({"fixed": True}, adapting.FIXED),
    ],
)
def test_a_rule_that_says_something_else_stands_no_more(
    change: dict[str, object], why: str
) -> None:
    changed = replace(RULE, **change)  # type: ignore[arg-type]
    assert not adapting.stands(RULE, 1, {1: (RULE,), 2: (changed,)})
    assert adapting.why_not(RULE, (START, changed)) == why
    # The old words taken up again do not bring it back; what is said of them then does stand.
    texts = {1: (RULE,), 2: (changed,), 3: (RULE,)}
    assert not adapting.stands(RULE, 1, texts)
    assert adapting.stands(RULE, 3, texts)


def test_what_is_fixed_or_never_was_in_force_does_not_stand() -> None:
    fixed = replace(RULE, fixed=True)
    assert not adapting.stands(fixed, 1, {1: (fixed,)})
    assert not adapting.stands(RULE, 2, {1: (RULE,)})


def test_two_rules_of_one_heading_are_told_apart() -> None:
    twin = replace(RULE, text="Somebody writes after six weeks.")
    assert adapting.stands(RULE, 1, {1: (RULE, twin), 2: (twin, RULE)})
    assert not adapting.stands(RULE, 1, {1: (RULE, twin), 2: (twin,)})
    assert adapting.why_not(RULE, (twin, replace(RULE, fixed=True))) == adapting.CHANGED
