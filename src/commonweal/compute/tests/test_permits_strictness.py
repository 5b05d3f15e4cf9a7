"""Refusals begin at their instant, and what is made stricter anywhere is never looser in the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import Ask, Permit, Refusal
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.register import Register
from commonweal.compute.permits.terms import Terms, terms_from
from commonweal.compute.tests import permits_reference as slow
from commonweal.compute.tests.permits_scene import (
    COUNCIL,
    HOSPITAL,
    HUB,
    UNIVERSITY,
    dsa,
    dul,
    mou,
)
from commonweal.compute.tests.test_permits_properties import (
    MOMENTS,
    asks,
    moments,
    pairs,
    vars_of,
    worlds,
)

STEP = timedelta(microseconds=1)
MEASURE = Ask(
    "measure",
    "person:test",
    UNIVERSITY,
    dsa().partnership,
    "beds",
    providers=(COUNCIL, HOSPITAL),
    fields=("area",),
    purpose="cw:MeasureSharedOutcomes",
)
SUBMIT = replace(MEASURE, action="submit", organisation=COUNCIL, providers=(COUNCIL,))
REACH = {"none": 0, "partners": 1, "public": 2}


def suspended(terms: Terms, at: datetime) -> Terms:
    return replace(terms, suspensions=((at, None),))


def replaced(terms: Terms, at: datetime) -> Terms:
    return replace(terms, replaced_at=at)


def left(who: Any) -> Any:
    return lambda terms, at: replace(terms, withdrawals={who: at})


# What happens, to which of the two, and whose data a permit to measure, or to submit, still covers.
HAPPENINGS: list[tuple[Any, int, set[Any], set[Any]]] = [
    (suspended, 0, set(), set()),
    (suspended, 1, set(), {COUNCIL}),
    (replaced, 0, set(), set()),
    (replaced, 1, set(), {COUNCIL}),
    (left(COUNCIL), 0, {HOSPITAL}, set()),
    (left(HOSPITAL), 0, {COUNCIL}, {COUNCIL}),
    (left(HUB), 0, set(), set()),
    (left(HUB), 1, set(), {COUNCIL}),
    (left(UNIVERSITY), 1, set(), {COUNCIL}),
]


def covered(ask: Ask, terms: tuple[Terms, ...], at: datetime) -> set[Any]:
    answer = decide(ask, terms, at)
    return set(answer.providers) if isinstance(answer, Permit) else set()


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(HAPPENINGS),
    st.datetimes(datetime(2026, 3, 2), datetime(2026, 12, 30)),
    st.integers(0, 10**13),
)
def test_suspension_replacement_and_withdrawal_refuse_from_that_instant_on(
    happening: tuple[Any, int, set[Any], set[Any]], day: datetime, later: int
) -> None:
    """A microsecond before, nothing has changed; at the instant and ever after, the answer has."""
    happen, which, measured, submitted = happening
    when = day.replace(tzinfo=MOMENTS[0].tzinfo)
    before = (dsa(), dul())
    after = tuple(happen(each, when) if at == which else each for at, each in enumerate(before))
    for ask, remains in ((MEASURE, measured), (SUBMIT, submitted)):
        assert covered(ask, after, when - STEP) == covered(ask, before, when - STEP) != set()
        assert covered(ask, after, when) == remains
        then = when + later * STEP
        assert covered(ask, after, then) == remains & covered(ask, before, then)


@settings(max_examples=100, deadline=None)
@given(pairs, asks, moments)
def test_after_the_last_day_of_either_nothing_is_allowed(
    pair: tuple[Terms, Terms], ask: Ask, at: datetime
) -> None:
    agreement, licence = pair
    over = agreement.expires_at
    if not ask.concerns_own_data:
        over = min(over, licence.expires_at)
    for instant in (over, over + STEP, max(at, over)):
        assert isinstance(decide(ask, pair, instant), Refusal)


def stricter(draw: st.DrawFn, clause: c.Clause) -> c.Clause:
    """The same limit, as strict or stricter."""
    match clause:
        case c.MinimumCell():
            return c.MinimumCell(clause.minimum + draw(st.integers(0, 30)))
        case c.Linkage():
            return c.Linkage(clause.allowed and draw(st.booleans()))
        case c.Publication():
            return c.Publication(draw(st.sampled_from(c.LEVELS[: REACH[clause.level] + 1])))
        case c.Retention():
            return c.Retention(draw(st.integers(1, clause.months)))
        case _:
            return clause


@st.composite
def tightened(draw: st.DrawFn, terms: Terms) -> Terms:
    held = [stricter(draw, each) for each in terms.clauses]
    return terms_from(**{**vars_of(terms), "clauses": held})


def weights(permit: Permit) -> dict[str, int]:
    """How loose each obligation is."""
    value = {each.kind: each.value for each in permit.obligations}
    return {
        "minimum_cell": -int(value["minimum_cell"]),
        "linkage": int(value["linkage"]),
        "publication": REACH[str(value["publication"])],
        "retention": int(value["retention"]),
    }


@settings(max_examples=300, deadline=None)
@given(st.data(), pairs, asks, moments)
def test_a_stricter_clause_anywhere_in_the_chain_never_loosens_an_obligation(
    data: st.DataObject, pair: tuple[Terms, Terms], ask: Ask, at: datetime
) -> None:
    before = decide(ask, pair, at)
    which = data.draw(st.sampled_from([0, 1]))
    fresh = [data.draw(tightened(each)) if n == which else each for n, each in enumerate(pair)]
    after = decide(ask, fresh, at)
    if isinstance(after, Refusal):
        return
    assert isinstance(before, Permit)
    loose, strict = weights(before), weights(after)
    assert all(strict[kind] <= loose[kind] for kind in loose), (loose, strict)
    assert strict["minimum_cell"] == -after.minimum_cell


def each_alone(ask: Ask, world: tuple[Terms, ...], at: datetime) -> list[Permit]:
    """What each version that can open the request would permit if no other of its kind were there."""
    kind = "dsa" if ask.concerns_own_data else "dul"
    answers = [
        decide(ask, [each for each in world if each is leaf or each.kind != kind], at)
        for leaf in world
        if leaf.kind == kind
    ]
    return [each for each in answers if isinstance(each, Permit)]


@settings(max_examples=400, deadline=None)
@given(worlds, asks, moments)
def test_several_licences_permit_what_each_does_within_the_strictest_limits_of_all(
    world: tuple[Terms, ...], ask: Ask, at: datetime
) -> None:
    """Never looser than under any of them alone, and no stricter than the strictest of them."""
    alone, answer = each_alone(ask, world, at), decide(ask, world, at)
    if isinstance(answer, Refusal):
        assert not alone
        return
    assert set(answer.providers) == {who for each in alone for who in each.providers}
    assert set(answer.agreements) == {basis for each in alone for basis in each.agreements}
    assert answer.minimum_cell == max(each.minimum_cell for each in alone)
    assert answer.expires_at == min(each.expires_at for each in alone)
    said = [slow.held_to(each) for each in alone]
    strictest = {
        kind: min(each[kind] for each in said if kind in each)
        for kind in {k for e in said for k in e}
    }
    assert slow.held_to(answer) == strictest
    for limit in answer.obligations:
        assert any(limit in each.obligations for each in alone)
        assert limit.reference in {basis.reference for basis in answer.agreements}


def test_versions_that_were_never_in_force_together_make_no_path() -> None:
    """Three versions in each of three tiers, renewed together: three ways to read them, not 27."""
    days = [MOMENTS[0] + timedelta(days=each) for each in range(4)]
    lives = [
        {"version": n + 1, "active_at": days[n], "replaced_at": days[n + 1] if n < 2 else None}
        for n in range(3)
    ]
    tiers = [
        *(mou(**life) for life in lives),
        *(dsa(parent="MOU-1", **life) for life in lives),
        *(dul(**life) for life in lives),
    ]
    register = Register(tiers)
    (paths,) = register.licensing.values()
    assert sorted([each.version for each in path.chain] for path in paths) == [
        [1, 1, 1],
        [2, 2, 2],
        [3, 3, 3],
    ]
    for at in days:
        assert isinstance(decide(MEASURE, register, at + STEP), Permit)
