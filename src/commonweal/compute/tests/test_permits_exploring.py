"""Who may use what, and what a draft would change: checked against asking about everything."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import exploring as e
from commonweal.compute.permits.asking import MEASURE, SUBMIT, Ask, Permit, Refusal
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.register import Register
from commonweal.compute.permits.terms import Terms, terms_from
from commonweal.compute.tests import permits_scene as scene
from commonweal.compute.tests.permits_scene import (
    AT,
    COUNCIL,
    ELSEWHERE,
    HOSPITAL,
    HUB,
    PARTNERSHIP,
    PURPOSE,
    STRANGER,
    UNIVERSITY,
    party,
)
from commonweal.compute.tests.test_permits_properties import (
    FIELDS,
    ORGANISATIONS,
    PURPOSES,
    asks,
    clauses,
    moments,
    pairs,
    worlds,
)


def rows(*terms: Terms, at: datetime = AT, **wanted: Any) -> list[e.Row]:
    return e.access(Register(terms), PARTNERSHIP, at, e.Wanted(**wanted))


# --- who may use what ---------------------------------------------------------------------------


def everything(output: str, linkage: bool) -> Iterable[Ask]:
    """Every request that anybody could make for one field of one provider: the slow way."""
    for who, purpose, field, provider in product(ORGANISATIONS, PURPOSES, FIELDS, ORGANISATIONS):
        yield Ask(
            MEASURE, "", who, PARTNERSHIP, "beds", (provider,), (field,), purpose, output, linkage
        )
    for who, field in product(ORGANISATIONS, FIELDS):
        yield Ask(SUBMIT, "", who, PARTNERSHIP, "beds", (who,), (field,))


@settings(max_examples=60, deadline=None)
@given(worlds, moments, st.sampled_from(c.LEVELS), st.booleans())
def test_it_lists_exactly_what_asking_about_everything_grants(
    world: tuple[Terms, ...], at: datetime, output: str, linkage: bool
) -> None:
    found = rows(*world, at=at, output=output, linkage=linkage)
    granted = {
        (ask.action, ask.organisation, ask.fields[0], ask.purpose, ask.providers[0])
        for ask in everything(output, linkage)
        if isinstance(decide(ask, world, at), Permit)
    }
    listed = {
        (row.action, row.organisation, row.field, row.purpose, row.provider)
        for row in found
        if row.is_allowed and row.action in {MEASURE, SUBMIT}
    }
    assert listed == granted
    assert len({(*vars(row).values(),)[:6] for row in found}) == len(found)


@settings(max_examples=60, deadline=None)
@given(worlds, moments)
def test_every_answer_is_that_of_the_one_function(world: tuple[Terms, ...], at: datetime) -> None:
    for row in rows(*world, at=at):
        ask = Ask(
            row.action,
            "",
            row.organisation,
            PARTNERSHIP,
            row.contract,
            (row.provider,),
            (row.field,),
            row.purpose,
        )
        assert row.answer == decide(ask, world, at)
        wide = [
            level
            for level in c.LEVELS
            if row.action == MEASURE
            and isinstance(decide(replace(ask, output=level), world, at), Permit)
        ]
        if row.action == MEASURE:
            assert row.reach == (wide[-1] if wide else "")


@settings(max_examples=80, deadline=None)
@given(pairs, moments)
def test_a_licence_lists_nothing_wider_than_its_agreement(
    pair: tuple[Terms, Terms], at: datetime
) -> None:
    """However the licence is written: its rows lie within the agreement in every respect."""
    parent = pair[0]
    above = {clause.kind: clause for clause in parent.clauses}
    own = [row for row in rows(parent, at=at) if row.is_allowed]
    assert own == [row for row in rows(*pair, at=at) if row.is_allowed and row.action != MEASURE]
    for row in rows(*pair, at=at):
        if row.action != MEASURE or isinstance(row.answer, Refusal):
            continue
        assert row.field in above["data"].fields  # type: ignore[union-attr]
        assert row.provider in above["provider"].ids  # type: ignore[union-attr]
        assert row.purpose in above["purpose"].purposes  # type: ignore[union-attr]
        assert row.answer.minimum_cell >= above["minimum_cell"].minimum  # type: ignore[union-attr]
        assert c.LEVELS.index(row.reach) <= c.LEVELS.index(above["publication"].level)  # type: ignore[union-attr]
        assert row.answer.expires_at <= parent.expires_at


def test_each_filter_keeps_what_it_names_and_nothing_else() -> None:
    world = (scene.dsa(), scene.dul())
    whole = rows(*world)
    assert {row.organisation for row in whole} == {COUNCIL, HOSPITAL, UNIVERSITY}
    for wanted, keeps in (
        ({"organisations": frozenset({UNIVERSITY})}, lambda r: r.organisation == UNIVERSITY),
        ({"organisations": frozenset()}, lambda r: False),
        ({"field": "area"}, lambda r: r.field == "area"),
        ({"purpose": PURPOSE}, lambda r: r.purpose == PURPOSE),
        ({"provider": HOSPITAL}, lambda r: r.provider == HOSPITAL),
        ({"contract": "cots"}, lambda r: False),
    ):
        assert rows(*world, **wanted) == [row for row in whole if keeps(row)]
    assert e.access(Register(world), ELSEWHERE, AT) == []


def test_data_that_lies_under_another_agreement_is_not_opened() -> None:
    world = (scene.dsa(), scene.dul())
    (row, *_rest) = rows(*world, purpose=PURPOSE, under={"beds": "DSA-9"})
    assert isinstance(row.answer, Refusal) and row.answer.code == "no_agreement"


def test_a_version_that_was_replaced_is_not_listed_beside_the_new_one() -> None:
    old = scene.dul(replaced_at=AT - timedelta(days=1))
    new = scene.dul(scene.dul_clauses(data=c.Data("beds", ("area",))), version=2)
    found = rows(scene.dsa(), old, new, purpose=PURPOSE)
    assert {(row.field, row.is_allowed) for row in found} == {("area", True)}
    assert rows(scene.dsa(), old, purpose=PURPOSE) == []


def test_rows_with_one_answer_are_gathered() -> None:
    found = [row for row in rows(scene.dsa(), scene.dul()) if row.action == MEASURE]
    (group,) = e.gathered(found)
    assert group.fields == ("area", "month", "slept_safely")
    assert group.providers == (COUNCIL, HOSPITAL)
    assert group.reach == "partners" and group.is_allowed
    gone = scene.dsa(withdrawals={HOSPITAL: AT})
    groups = e.gathered(r for r in rows(gone, scene.dul()) if r.action == MEASURE)
    assert {(g.providers, g.is_allowed) for g in groups} == {
        ((COUNCIL,), True),
        ((HOSPITAL,), False),
    }


def test_a_gathered_refusal_names_every_field() -> None:
    wide = scene.dul(scene.dul_clauses(data=c.Data("beds", ("area", "income", "tenure"))))
    groups = [g for g in e.gathered(rows(scene.dsa(), wide, purpose=PURPOSE)) if not g.is_allowed]
    (group,) = groups
    assert isinstance(group.answer, Refusal)
    assert group.fields == ("income", "tenure")
    assert "income, tenure" in group.answer.words


@settings(max_examples=40, deadline=None)
@given(worlds, moments)
def test_gathering_loses_and_invents_nothing(world: tuple[Terms, ...], at: datetime) -> None:
    found = rows(*world, at=at)
    spread = [
        (g.action, g.organisation, g.contract, field, g.purpose, provider, g.is_allowed, g.reach)
        for g in e.gathered(found)
        for field, provider in product(g.fields, g.providers)
    ]
    assert sorted(map(str, spread)) == sorted(
        str(
            (
                r.action,
                r.organisation,
                r.contract,
                r.field,
                r.purpose,
                r.provider,
                r.is_allowed,
                r.reach,
            )
        )
        for r in found
    )


def test_two_hundred_agreements_take_no_time() -> None:
    fields = tuple(f"field_{n}" for n in range(10))
    providers = [UUID(int=100 + n) for n in range(4)]
    given_by = c.Party("provider", tuple(c.Organisation(p, f"P{p.int}") for p in providers))
    world = []
    for n in range(100):
        data = c.Data(f"contract-{n}", fields)
        dsa = scene.dsa_clauses(data=data, provider=given_by)
        world.append(scene.dsa(dsa, reference=f"DSA-{n}"))
        dul = scene.dul_clauses(data=data)
        world.append(scene.dul(dul, reference=f"DUL-{n}", parent=f"DSA-{n}"))
    begun = time.perf_counter()
    found = rows(*world)
    took = time.perf_counter() - begun
    assert len(found) == 100 * 10 * 4 * 3
    assert all(row.is_allowed for row in found)
    assert took < 10, took


# --- what a draft would change ------------------------------------------------------------------


def kinds(changes: Iterable[e.Change]) -> dict[tuple[str, UUID | None], int]:
    return {(each.kind, each.provider): each.times for each in changes}


def changes(before: Iterable[Terms], after: Iterable[Terms], *asked: Ask) -> tuple[e.Change, ...]:
    return e.compare(Register(before), Register(after), asked, AT)


def test_a_request_is_compared_for_each_provider_and_counted() -> None:
    without = scene.dsa(scene.dsa_clauses(provider=party("provider", COUNCIL)), version=2)
    ask = scene.measure(providers=())
    other = replace(ask, actor="person:somebody-else")
    found = changes([scene.dsa(), scene.dul()], [without, scene.dul()], ask, other)
    assert kinds(found) == {("same", COUNCIL): 2, ("refused", HOSPITAL): 2}
    refused = next(each for each in found if each.kind == e.REFUSED)
    assert isinstance(refused.after, Refusal)
    assert refused.after.clause == "DSA-1 clause 1 (providers)"


def test_newly_allowed_names_the_providers_that_it_opens() -> None:
    found = changes([scene.dsa()], [scene.dsa(), scene.dul()], scene.measure(providers=()))
    assert kinds(found) == {("allowed", COUNCIL): 1, ("allowed", HOSPITAL): 1}
    nothing = changes([scene.dsa()], [scene.dsa()], scene.measure(providers=()))
    assert kinds(nothing) == {("same", None): 1}


@pytest.mark.parametrize(
    ("changed", "kind", "limit"),
    [
        ({"minimum_cell": c.MinimumCell(20)}, e.STRICTER, "minimum_cell"),
        ({"minimum_cell": c.MinimumCell(6)}, e.LOOSER, "minimum_cell"),
        ({"publication": c.Publication("public")}, e.LOOSER, "publication"),
        ({"retention": c.Retention(3)}, e.STRICTER, "retention"),
        ({"expiry": c.Expiry(date(2026, 7, 1))}, e.STRICTER, "expiry"),
        ({"expiry": c.Expiry(date(2027, 7, 1))}, e.LOOSER, "expiry"),
        ({"linkage": c.Linkage(True)}, e.LOOSER, "linkage"),
    ],
)
def test_limits_that_change_are_told_with_their_direction(
    changed: dict[str, Any], kind: str, limit: str
) -> None:
    draft = scene.dul(scene.dul_clauses(**changed), version=2, signed=(), active_at=None)
    world = [scene.dsa(), scene.dul()]
    found = e.compare(
        Register([*world, draft]), e.tried([*world, draft], draft, AT), [scene.measure()], AT
    )
    assert {each.kind for each in found} == {kind}
    assert {each.kind for change in found for each in change.limits} == {limit}
    assert all(each.direction == kind for change in found for each in change.limits)


def test_limits_that_change_both_ways_are_neither() -> None:
    draft = scene.dul(scene.dul_clauses(minimum_cell=c.MinimumCell(20), retention=c.Retention(30)))
    found = changes([scene.dsa(), scene.dul()], [scene.dsa(), draft], scene.measure())
    assert {each.kind for each in found} == {e.OTHER}


def test_a_draft_is_tried_as_if_signed_and_takes_its_licences_along() -> None:
    narrower = scene.dsa_clauses(
        data=c.Data("beds", ("area", "month")), start=c.Start(date(2026, 9, 1))
    )
    draft = scene.dsa(narrower, version=2, signed=(), active_at=None)
    world = [scene.dsa(), scene.dul(), draft]
    register = e.tried(world, draft, AT)
    kept = decide(scene.measure(fields=("area",)), register, AT)
    assert isinstance(kept, Permit)
    assert {(each.reference, each.version) for each in kept.agreements} == {
        ("DUL-1", 1),
        ("DSA-1", 2),
    }
    lost = decide(scene.measure(), register, AT)
    assert isinstance(lost, Refusal) and lost.code == "field_not_named"
    # The world itself is as it was: nothing of the trial is left behind.
    assert isinstance(decide(scene.measure(), world, AT), Permit)


def test_a_draft_under_an_agreement_that_is_not_signed_opens_nothing() -> None:
    waits = scene.dsa(signed=(), active_at=None)
    draft = scene.dul(signed=(), active_at=None)
    answer = decide(scene.measure(), e.tried([waits, draft], draft, AT), AT)
    assert isinstance(answer, Refusal) and answer.code == "not_signed"


@settings(max_examples=150, deadline=None)
@given(worlds, worlds, asks, moments)
def test_comparing_agrees_with_asking_twice(
    one: tuple[Terms, ...], two: tuple[Terms, ...], ask: Ask, at: datetime
) -> None:
    """Whose data was allowed before and is after, read off the two answers to the whole request."""

    def opened(world: tuple[Terms, ...]) -> set[UUID]:
        answer = decide(ask, world, at)
        return set(answer.providers) if isinstance(answer, Permit) else set()

    found = e.compare(Register(one), Register(two), [ask], at)
    was, will = opened(one), opened(two)
    if ask.action == MEASURE:
        assert {each.provider for each in found if each.kind == e.ALLOWED} == will - was
        assert {each.provider for each in found if each.kind == e.REFUSED} == was - will
    else:
        (change,) = found
        assert (change.kind == e.ALLOWED) == (bool(will) and not was)
        assert (change.kind == e.REFUSED) == (bool(was) and not will)


@settings(max_examples=60, deadline=None)
@given(worlds, st.lists(asks, min_size=1, max_size=3), moments)
def test_nothing_changes_when_nothing_is_changed(
    world: tuple[Terms, ...], asked: list[Ask], at: datetime
) -> None:
    found = e.compare(Register(world), Register(world), asked, at)
    assert {each.kind for each in found} == {e.SAME}


@settings(max_examples=60, deadline=None)
@given(worlds, clauses("dul"), st.lists(asks, min_size=1, max_size=3), moments)
def test_trying_a_licence_never_touches_what_rests_on_another_one(
    world: tuple[Terms, ...], held: tuple[c.Clause, ...], asked: list[Ask], at: datetime
) -> None:
    """A new licence adds; what was allowed before stays allowed, though perhaps within more limits."""
    draft = terms_from(
        partnership=PARTNERSHIP,
        reference="DUL-7",
        version=1,
        kind="dul",
        clauses=held,
        zone="UTC",
        text_hash="0" * 64,
        parent="DSA-1",
    )
    found = e.compare(Register(world), e.tried(world, draft, at), asked, at)
    assert e.REFUSED not in {each.kind for each in found}


def test_an_instant_without_a_time_zone_is_refused() -> None:
    naive = datetime(2026, 6, 15)
    with pytest.raises(Unusable):
        e.access(Register([]), PARTNERSHIP, naive)
    with pytest.raises(Unusable):
        e.compare(Register([]), Register([]), [], naive)
    with pytest.raises(Unusable):
        e.tried([], scene.dul(), naive)


def test_nobody_is_listed_who_is_not_named() -> None:
    world = (scene.dsa(), scene.dul())
    assert STRANGER not in {row.organisation for row in rows(*world)}
    assert HUB not in {row.organisation for row in rows(*world)}
