"""How promises and owed answers stand, against rules written out the slow way."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute import following

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
STATES = st.sampled_from(["open", "progressing", "kept", "partly_kept", "not_kept", "withdrawn"])


def slow_standing(state: str, due_on: date, done_on: date | None, today: date) -> str:
    days_late = (today - due_on).days
    if state == "open":
        return "late" if days_late >= 1 else "open"
    if state == "progressing":
        return "late" if days_late >= 1 else "progressing"
    if state == "kept":
        late = done_on is not None and (done_on - due_on).days >= 1
        return "kept_late" if late else "kept"
    return state


@given(STATES, DAYS, st.none() | DAYS, DAYS)
def test_a_standing_is_what_the_rules_say(
    state: str, due_on: date, done_on: date | None, today: date
) -> None:
    found = following.standing(state, due_on, done_on, today)
    assert found == slow_standing(state, due_on, done_on, today)
    assert found in following.STANDINGS


def test_the_due_day_itself_is_not_late_and_the_next_is() -> None:
    due = date(2026, 5, 3)
    assert following.standing("open", due, None, due) == "open"
    assert following.standing("progressing", due, None, due + timedelta(days=1)) == "late"


def test_time_alone_never_settles_a_promise() -> None:
    for state in ("kept", "partly_kept", "not_kept", "withdrawn"):
        due = date(2020, 1, 1)
        assert following.standing(state, due, None, date(2030, 1, 1)) == state


@given(STATES, DAYS, DAYS, DAYS)
def test_reminders(state: str, due_on: date, heard: date, today: date) -> None:
    found = following.reminder(state, due_on, heard, today)
    left, silent = (due_on - today).days, (today - heard).days
    if state not in {"open", "progressing"}:
        assert found == ""
    elif left < 0:
        assert found == "late"
    elif left <= 30:
        assert found == "due"
    else:
        assert found == ("quiet" if silent >= 60 else "")


def test_the_sixtieth_day_without_a_word_is_the_first_that_counts() -> None:
    due, heard = date(2027, 1, 1), date(2026, 1, 1)
    said = [following.reminder("open", due, heard, heard + timedelta(days=n)) for n in (59, 60)]
    assert said == ["", "quiet"]


@given(st.lists(st.sampled_from(following.STANDINGS)))
def test_a_tally_counts_all_and_names_no_empty_one(standings: list[str]) -> None:
    found = following.tally(standings)
    assert sum(found.values()) == len(standings)
    assert all(count == standings.count(each) > 0 for each, count in found.items())
    assert list(found) == [each for each in following.STANDINGS if each in found]


@given(st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), min_size=3))
def test_changes_are_exactly_the_fields_that_differ(after: dict[str, int]) -> None:
    before = {"a": 0, "b": 1, "c": 2}
    found = following.changes(before, after, "abc")
    assert {each.field for each in found} == {k for k in "abc" if before[k] != after[k]}
    assert {**before, **{each.field: each.after for each in found}} == after


@given(DAYS, st.none() | DAYS, DAYS)
def test_an_answer_is_late_only_after_its_day(
    answer_by: date, answered_on: date | None, today: date
) -> None:
    found = following.answer_standing(answer_by, answered_on, today)
    counted_to = today if answered_on is None else answered_on
    is_late = (counted_to - answer_by).days >= 1
    names = ("late", "waiting") if answered_on is None else ("answered_late", "answered")
    assert found == names[0 if is_late else 1]
