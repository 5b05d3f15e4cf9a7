"""`decide` against Cedar: the same agreements as Cedar policies, the same requests, equal answers."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.permits.asking import Ask, Permit
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.register import Register
from commonweal.compute.permits.terms import Terms
from commonweal.compute.tests import permits_cedar as cedar
from commonweal.compute.tests.permits_scene import NAMES
from commonweal.compute.tests.test_permits_properties import (
    DAYS,
    MOMENTS,
    ORGANISATIONS,
    WISHES,
    ZONES,
    _ask,
    worlds,
)
from commonweal.compute.tests.test_permits_table import HANDING_IN, SEVERAL, USE, Row

EVERYBODY = list(NAMES)


Answered = tuple[set[UUID], set[str]]


def ours(ask: Ask, terms: tuple[Terms, ...] | Register, at: datetime) -> Answered:
    """Whose data may be used, and the agreements on which that rests."""
    answer = decide(ask, terms, at)
    if not isinstance(answer, Permit):
        return set(), set()
    return set(answer.providers), {
        f"{each.reference} v{each.version}" for each in answer.agreements
    }


def theirs(found: dict[UUID, set[str]]) -> Answered:
    return set(found), set().union(*found.values())


@pytest.mark.parametrize("row", [*HANDING_IN, *USE, *SEVERAL], ids=lambda row: row.case)
def test_cedar_gives_every_answer_of_the_decision_table(row: Row) -> None:
    (found,) = cedar.allowed(row.terms, [(row.ask, row.at)], EVERYBODY)
    assert bool(found) == (row.answer == "yes")
    assert theirs(found) == ours(row.ask, row.terms, row.at)


MORE_WISHES: list[dict[str, Any]] = [
    {"under": "DSA-1"},
    {"under": "DSA-2"},
    {"output": "everybody"},
    {"action": "export"},
    {"action": "submit", "organisation": ORGANISATIONS[0], "providers": (), "fields": ("month",)},
    {
        "action": "read_submission",
        "organisation": ORGANISATIONS[1],
        "providers": (ORGANISATIONS[1],),
    },
]
MIDNIGHTS = [
    datetime.combine(day + timedelta(days=more), time(), tzinfo=ZoneInfo(zone))
    for day in DAYS
    for more in (0, 1)
    for zone in ZONES
]
INSTANTS = [
    moment.astimezone(UTC) + step
    for moment in [*MOMENTS, *MIDNIGHTS]
    for step in (timedelta(0), timedelta(microseconds=-1), timedelta(microseconds=1))
]
asks = st.lists(st.sampled_from([*WISHES, *MORE_WISHES]), max_size=2).map(_ask)
cases = st.lists(
    st.tuples(asks, st.one_of(st.just(MOMENTS[13]), st.sampled_from(INSTANTS))),
    min_size=6,
    max_size=12,
)


@settings(max_examples=200, deadline=None)
@given(worlds, cases)
def test_cedar_gives_the_same_answer_for_every_provider(
    world: tuple[Terms, ...], held: list[cedar.Case]
) -> None:
    """The same providers, through the same agreements: every licence that covers, and no other."""
    register = Register(world)
    for (ask, at), found in zip(held, cedar.allowed(world, held, ORGANISATIONS), strict=True):
        assert theirs(found) == ours(ask, register, at), (ask, at)
