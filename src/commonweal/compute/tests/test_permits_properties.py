"""What must hold for every set of agreements, tried on generated ones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import Ask, Permit, Refusal
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.governing import Breach, Grain, Place
from commonweal.compute.permits.narrowing import widenings
from commonweal.compute.permits.register import Register
from commonweal.compute.permits.terms import Terms, ends, terms_from
from commonweal.compute.tests import permits_reference as slow
from commonweal.compute.tests.permits_scene import (
    COUNCIL,
    ELSEWHERE,
    HOSPITAL,
    HUB,
    NAMES,
    PARTNERSHIP,
    PURPOSE,
    STRANGER,
    UNIVERSITY,
    party,
)

ORGANISATIONS = [COUNCIL, HOSPITAL, HUB, UNIVERSITY, STRANGER]
FIELDS = ["area", "month", "slept_safely"]
PURPOSES = [PURPOSE, "cw:MonitorEquity", "dpv:AcademicResearch"]
ZONES = ["Europe/London", "America/Havana", "Pacific/Kiritimati", "UTC"]
DAYS = [date(2026, 3, 28) + timedelta(days=each) for each in range(4)]
# Instants that lie on, just before and just after everything that the days and zones can mean.
MOMENTS = [
    datetime(2026, 3, 27, 10, tzinfo=UTC) + timedelta(hours=each) for each in range(0, 120, 3)
]

moments = st.one_of(st.just(MOMENTS[13]), st.sampled_from(MOMENTS))

GROUPS = [(COUNCIL,), (HOSPITAL,), (COUNCIL, HOSPITAL), (HUB, COUNCIL), (STRANGER, UNIVERSITY)]
SHARED: list[c.Clause] = [
    *(party("recipient", *group) for group in [*GROUPS, (HUB,)]),
    *(party("provider", *group) for group in GROUPS),
    *(c.Data("beds", each) for each in [("area",), ("month", "area"), ("slept_safely",)]),
    *(c.Purpose(each) for each in [(PURPOSES[0],), (PURPOSES[1],), (PURPOSES[2], PURPOSES[0])]),
    *(c.MinimumCell(each) for each in (1, 2, 5, 11, 20)),
    *(c.Linkage(each) for each in (True, False)),
    *(c.Publication(each) for each in c.LEVELS),
    *(c.Retention(each) for each in (1, 6, 24)),
    *(c.Start(each) for each in DAYS[:3]),
    *(c.Expiry(each) for each in DAYS[2:]),
    *(c.Withdrawal(each) for each in (0, 30)),
]
WHERE: list[c.Clause] = [
    Place(("GB",)),
    Place(("FR", "GB")),
    Place(("FR",)),
    Breach(24),
    Breach(72),
]
GRAINY: list[c.Clause] = [Grain("records"), Grain("totals")]
MASKED: list[c.Clause] = [
    c.Data("beds", tuple(FIELDS), ("area",)),
    c.Data("beds", ("area", "month"), ("month",)),
]
MOU_ALSO: list[c.Clause] = [
    *(each for each in SHARED if each.kind not in {"provider", "recipient", "data"}),
    *(party("member", *group) for group in [*GROUPS, (COUNCIL, HUB, UNIVERSITY)]),
]
SHARED += [*WHERE[:2], *MASKED, party("intermediary", HUB)]
CHANGES = {
    "mou": [*MOU_ALSO, *WHERE, *GRAINY],
    "dsa": SHARED,
    "dul": [
        *(each for each in SHARED if each.kind != "intermediary"),
        *(party("user", *group) for group in [*GROUPS, (UNIVERSITY,)]),
    ],
}


def usual(kind: str) -> list[c.Clause]:
    """Clauses under which the usual request is granted; generated ones differ in a few."""
    if kind == "mou":
        return [
            party("member", COUNCIL, HOSPITAL, HUB, UNIVERSITY),
            c.Purpose(tuple(PURPOSES)),
            c.Signature(),
            c.Start(DAYS[0]),
            c.Expiry(DAYS[-1]),
            c.Suspension(),
            c.Withdrawal(30),
        ]
    return [
        party("recipient", HUB),
        party("provider", COUNCIL, HOSPITAL) if kind == "dsa" else party("user", UNIVERSITY, HUB),
        c.Data("beds", tuple(FIELDS)),
        c.Purpose(tuple(PURPOSES)),
        c.MinimumCell(5 if kind == "dsa" else 10),
        c.Linkage(True),
        c.Publication("public"),
        c.Retention(12),
        Grain("records"),
        c.Signature(),
        c.Start(DAYS[0]),
        c.Expiry(DAYS[-1]),
        c.Suspension(),
        c.Withdrawal(30),
    ]


def changed(kind: str, changes: list[c.Clause]) -> tuple[c.Clause, ...]:
    by_kind = {clause.kind: clause for clause in [*usual(kind), *changes]}
    start, end = by_kind["start"], by_kind["expiry"]
    if isinstance(start, c.Start) and isinstance(end, c.Expiry) and end.day < start.day:
        by_kind["start"] = c.Start(end.day)
    keepers, between = by_kind.get("recipient"), by_kind.get("intermediary")
    if isinstance(between, c.Party) and not (
        isinstance(keepers, c.Party) and between.ids <= keepers.ids
    ):
        del by_kind["intermediary"]
    return tuple(by_kind.values())


def clauses(kind: str) -> st.SearchStrategy[tuple[c.Clause, ...]]:
    changes = st.lists(st.sampled_from(CHANGES[kind]), max_size=3)
    return changes.map(lambda held: changed(kind, held))


FATES: list[dict[str, Any]] = [
    *({} for _ in range(12)),
    {"active_at": None},
    {"active_at": MOMENTS[12]},
    {"signed": {HUB}},
    {"signed": set()},
    {"partnership": ELSEWHERE},
    *({"zone": zone} for zone in ZONES),
    *({"replaced_at": MOMENTS[each]} for each in (5, 13, 20)),
    *({"suspensions": ((MOMENTS[each], None),)} for each in (8, 13, 20)),
    *({"suspensions": ((MOMENTS[8], MOMENTS[each]),)} for each in (13, 20)),
    *({"withdrawals": {each: MOMENTS[when]}} for each in ORGANISATIONS for when in (10, 13, 18)),
    {"withdrawals": {COUNCIL: MOMENTS[4], HOSPITAL: MOMENTS[16]}},
]


@st.composite
def agreements(draw: st.DrawFn, kind: str, reference: str, version: int = 1) -> Terms:
    held = draw(clauses(kind))
    parents = {
        "mou": [""],
        "dsa": ["", "", "", "MOU-1", "MOU-1", "MOU-2"],
        "dul": ["DSA-1", "DSA-1", "DSA-1", "DSA-2", "DSA-9"],
    }[kind]
    parties = [clause for clause in held if isinstance(clause, c.Party)]
    facts: dict[str, Any] = {
        "partnership": PARTNERSHIP,
        "zone": ZONES[0],
        "signed": {each for clause in parties for each in clause.ids},
        "active_at": MOMENTS[0],
        **draw(st.sampled_from(FATES)),
    }
    return terms_from(
        reference=reference,
        version=version,
        kind=kind,
        clauses=held,
        text_hash="0" * 64,
        parent=draw(st.sampled_from(parents)),
        **facts,
    )


@st.composite
def _worlds(draw: st.DrawFn) -> tuple[Terms, ...]:
    """One agreement and one licence at least, further ones and further versions at times."""
    more: list[st.SearchStrategy[Terms]] = [
        agreements("dsa", "DSA-1", version=2),
        agreements("dsa", "DSA-2"),
        agreements("dul", "DUL-2"),
        agreements("dul", "DUL-1", version=2),
        agreements("mou", "MOU-1"),
        agreements("mou", "MOU-1", version=2),
    ]
    held = [draw(agreements("dsa", "DSA-1")), draw(agreements("dul", "DUL-1"))]
    return (*held, *(draw(each) for each in more if draw(st.booleans())))


worlds = _worlds()
pairs = st.tuples(agreements("dsa", "DSA-1"), agreements("dul", "DUL-1")).map(
    lambda pair: (
        replace(pair[0], parent=""),
        replace(pair[1], parent="DSA-1", partnership=pair[0].partnership),
    )
)
WISHES: list[dict[str, Any]] = [
    *({} for _ in range(6)),
    {"action": "submit", "organisation": COUNCIL, "providers": (COUNCIL,), "purpose": ""},
    {"action": "submit", "organisation": COUNCIL},
    {"action": "submit", "organisation": HOSPITAL, "providers": (COUNCIL,)},
    {"action": "read_submission", "organisation": COUNCIL, "providers": (COUNCIL,)},
    {"action": "read_submission"},
    {"organisation": HUB},
    {"organisation": STRANGER},
    {"providers": ()},
    {"providers": (HOSPITAL, HOSPITAL)},
    {"providers": (HUB, STRANGER, COUNCIL)},
    {"fields": tuple(FIELDS)},
    {"fields": ("month",)},
    {"fields": ()},
    *({"purpose": each} for each in PURPOSES),
    *({"output": each} for each in c.LEVELS),
    {"linkage": True},
    {"contract": "cots"},
    {"shown": ("area",)},
    {"place": "FR"},
    {"place": ""},
    {"under": "DSA-2"},
    {"under": "DSA-1"},
]


def _ask(wishes: list[dict[str, Any]]) -> Ask:
    wanted: dict[str, Any] = {
        "action": "measure",
        "actor": "person:test",
        "organisation": UNIVERSITY,
        "partnership": PARTNERSHIP,
        "contract": "beds",
        "providers": (COUNCIL, HOSPITAL),
        "fields": ("area",),
        "purpose": PURPOSE,
        "output": "none",
        "place": "GB",
    }
    for wish in wishes:
        wanted |= wish
    return Ask(**wanted)


asks = st.lists(st.sampled_from(WISHES), max_size=2).map(_ask)


@settings(max_examples=300, deadline=None)
@given(worlds, asks, moments)
def test_it_agrees_with_the_slow_obvious_decision(
    world: tuple[Terms, ...], ask: Ask, at: datetime
) -> None:
    answer = decide(ask, world, at)
    expected = slow.grants(ask, world, at)
    if isinstance(answer, Refusal):
        assert not expected
        assert answer.words and answer.mend and "%" not in answer.words + answer.mend
        return
    assert set(answer.providers) == {each.provider for each in expected}
    assert {(each.reference, each.version) for each in answer.agreements} == {
        each for grant in expected for each in grant.chain
    }
    assert slow.held_to(answer) == slow.together(expected)
    assert answer.minimum_cell == -slow.held_to(answer)["minimum_cell"]
    assert answer.granted_at == at < answer.expires_at
    assert answer.expires_at == min(each.until for each in expected)
    if ask.providers:
        assert set(answer.providers) | set(answer.refused_providers) == set(ask.providers)


@settings(max_examples=300, deadline=None)
@given(worlds, asks, moments)
def test_a_permit_keeps_its_promise_until_it_expires(
    world: tuple[Terms, ...], ask: Ask, at: datetime
) -> None:
    """What is known at the time ends it exactly at `expires_at`: not before, and not later."""
    register = Register(world)
    answer = decide(ask, register, at)
    if isinstance(answer, Refusal):
        return
    for later in MOMENTS:
        if at <= later < answer.expires_at:
            again = decide(ask, register, later)
            assert isinstance(again, Permit)
            assert set(answer.providers) <= set(again.providers)
    last = answer.expires_at - timedelta(microseconds=1)
    assert isinstance(decide(ask, register, max(at, last)), Permit)
    ways, then = (slow.grants(ask, world, each) for each in (at, answer.expires_at))
    assert {(e.provider, e.chain) for e in ways} - {(e.provider, e.chain) for e in then}


def limits(terms: Terms) -> dict[str, Any]:
    return {clause.kind: clause for clause in terms.clauses}


@settings(max_examples=150, deadline=None)
@given(pairs, asks, moments)
def test_a_child_never_opens_more_than_its_parent_however_it_is_written(
    pair: tuple[Terms, Terms], ask: Ask, at: datetime
) -> None:
    """Adding a licence, even one far wider than the agreement, never widens access."""
    parent = pair[0]
    answer = decide(ask, pair, at)
    if ask.concerns_own_data:
        alone = decide(ask, (parent,), at)
        assert answer == alone
        return
    if isinstance(answer, Refusal):
        return
    above = limits(parent)
    assert answer.minimum_cell >= above["minimum_cell"].minimum
    assert set(answer.fields) <= set(above["data"].fields)
    assert set(answer.providers) <= above["provider"].ids
    assert ask.purpose in above["purpose"].purposes
    assert c.LEVELS.index(ask.output) <= c.LEVELS.index(above["publication"].level)
    assert above["linkage"].allowed or not ask.linkage
    assert answer.expires_at <= parent.expires_at
    obliged = {each.kind: each.value for each in answer.obligations}
    assert obliged["minimum_cell"] == answer.minimum_cell
    assert int(obliged["retention"]) <= above["retention"].months


def narrower(before: Permit | Refusal, after: Permit | Refusal) -> bool:
    if isinstance(after, Refusal):
        return True
    return (
        isinstance(before, Permit)
        and set(after.providers) <= set(before.providers)
        and after.minimum_cell >= before.minimum_cell
        and after.expires_at <= before.expires_at
        and set(after.fields) <= set(before.fields)
    )


additions = st.one_of(
    clauses("dsa").flatmap(st.sampled_from),
    clauses("dul").flatmap(st.sampled_from),
    st.just(c.Prose("More", "The university may use everything for ever.")),
)


def with_clauses(pair: tuple[Terms, Terms], which: int, held: Iterable[c.Clause]) -> list[Terms]:
    """The pair with other clauses in one of the two. Raises Unusable when they cannot stand."""
    fresh = terms_from(**{**vars_of(pair[which]), "clauses": held})
    return [fresh if place == which else each for place, each in enumerate(pair)]


@settings(max_examples=150, deadline=None)
@given(pairs, st.integers(0, 1), additions, asks, moments)
def test_adding_a_clause_never_widens_access(
    pair: tuple[Terms, Terms], which: int, clause: c.Clause, ask: Ask, at: datetime
) -> None:
    """A further clause is contradictory, and then nothing stands, or it narrows."""
    before = decide(ask, pair, at)
    try:
        after = with_clauses(pair, which, (*pair[which].clauses, clause))
    except Unusable:
        return
    assert narrower(before, decide(ask, after, at))


def vars_of(terms: Terms) -> dict[str, Any]:
    return {name: getattr(terms, name) for name in terms.__dataclass_fields__}


@settings(max_examples=150, deadline=None)
@given(pairs, st.integers(0, 1), st.integers(1, 30), asks, moments)
def test_the_smallest_group_only_grows(
    pair: tuple[Terms, Terms], which: int, cell: int, ask: Ask, at: datetime
) -> None:
    """Raising a smallest group anywhere never lowers the permit's, nor changes who is in it."""
    before = decide(ask, pair, at)
    raised = (
        c.MinimumCell(max(cell, each.minimum)) if isinstance(each, c.MinimumCell) else each
        for each in pair[which].clauses
    )
    after = decide(ask, with_clauses(pair, which, raised), at)
    assert isinstance(before, Permit) == isinstance(after, Permit)
    if isinstance(before, Permit) and isinstance(after, Permit):
        assert after.minimum_cell >= before.minimum_cell
        assert after.providers == before.providers


@st.composite
def happenings(draw: st.DrawFn) -> tuple[str, UUID, datetime]:
    event = draw(st.sampled_from(["suspend", "withdraw", "replace", "unsign"]))
    return event, draw(st.sampled_from([COUNCIL, *ORGANISATIONS])), draw(moments)


def after_it(terms: Terms, happening: tuple[str, UUID, datetime]) -> Terms:
    event, who, when = happening
    if event == "suspend":
        return replace(terms, suspensions=(*terms.suspensions, (when, None)))
    if event == "withdraw":
        sooner = min(when, terms.withdrawals.get(who, when))
        return replace(terms, withdrawals={**terms.withdrawals, who: sooner})
    if event == "replace":
        return replace(terms, replaced_at=min(when, terms.replaced_at or when))
    return replace(terms, signed=terms.signed - {who})


@settings(max_examples=150, deadline=None)
@given(worlds, st.integers(0, 1), happenings(), asks, moments)
def test_what_happens_to_an_agreement_only_takes_away(
    world: tuple[Terms, ...],
    which: int,
    happening: tuple[str, UUID, datetime],
    ask: Ask,
    at: datetime,
) -> None:
    """Suspension, withdrawal, replacement: unchanged before the instant, narrower from it on."""
    event, who, when = happening
    target = world[which]
    others = [each for each in world if each is not target]
    before, after = decide(ask, world, at), decide(ask, [*others, after_it(target, happening)], at)
    if isinstance(after, Permit):
        assert isinstance(before, Permit)
        assert set(after.providers) <= set(before.providers)
        used = {(basis.reference, basis.version) for basis in after.agreements}
        rests = (target.reference, target.version) in used
        if event in {"suspend", "replace"} and at >= when:
            assert not rests
        if event == "withdraw" and at >= when and len(world) == 2:
            assert who not in after.providers or target.party("provider") is None
    if at < when and event != "unsign":
        assert isinstance(before, Permit) == isinstance(after, Permit)


@settings(max_examples=150, deadline=None)
@given(agreements("dsa", "DSA-1"), st.sampled_from(ZONES), st.sampled_from(DAYS))
def test_the_last_day_is_whole_and_no_longer(terms: Terms, zone: str, day: date) -> None:
    """In every time zone, also where the clocks change that night."""
    changed = tuple(
        c.Expiry(day)
        if isinstance(each, c.Expiry)
        else c.Start(DAYS[0])
        if isinstance(each, c.Start)
        else each
        for each in terms.clauses
    )
    whole = replace(
        terms,
        clauses=changed,
        zone=zone,
        partnership=PARTNERSHIP,
        parent="",
        signed=frozenset(NAMES),
        active_at=datetime(2026, 1, 1, tzinfo=UTC),
        replaced_at=None,
        suspensions=(),
        withdrawals={},
    )
    over = ends(day, zone)
    provider = next(iter(limits(whole)["provider"].ids))
    fields = limits(whole)["data"].fields
    ask = Ask("submit", "x", provider, PARTNERSHIP, "beds", fields=fields, place="GB")
    before = decide(ask, (whole,), over - timedelta(microseconds=1))
    assert isinstance(before, Permit)
    assert before.expires_at == over
    assert whole.day_of(over - timedelta(microseconds=1)) == day
    assert whole.day_of(over) == day + timedelta(days=1)
    refusal = decide(ask, (whole,), over)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.kind) == ("expired", "expiry")


@settings(max_examples=150, deadline=None)
@given(agreements("dsa", "DSA-1"), agreements("dul", "DUL-1"))
def test_a_child_without_widenings_loses_nothing_to_its_parent(parent: Terms, child: Terms) -> None:
    """`widenings` is empty exactly when the child's own limits are the effective ones."""
    found = {fault.kind for fault in widenings(child, parent)}
    own, above = limits(child), limits(parent)
    assert ("minimum_cell" in found) == (
        own["minimum_cell"].minimum < above["minimum_cell"].minimum
    )
    bare = set(above["data"].masked) & set(own["data"].fields) - set(own["data"].masked)
    more = set(own["data"].fields) - set(above["data"].fields)
    assert ("data" in found) == bool(bare or more)
    assert ("expiry" in found) == (own["expiry"].day > above["expiry"].day)
    assert ("start" in found) == (own["start"].day < above["start"].day)
    assert ("purpose" in found) == (
        not set(own["purpose"].purposes) <= set(above["purpose"].purposes)
    )
    assert ("linkage" in found) == (own["linkage"].allowed and not above["linkage"].allowed)
    assert ("retention" in found) == (own["retention"].months > above["retention"].months)
    assert ("publication" in found) == (
        c.LEVELS.index(own["publication"].level) > c.LEVELS.index(above["publication"].level)
    )
    if "provider" in own:
        assert ("provider" in found) == (not own["provider"].ids <= above["provider"].ids)
    for fault in widenings(child, parent):
        assert child.clauses[fault.number - 1].kind == fault.kind
        assert "DSA-1" in fault.words and "%" not in fault.words + fault.mend


@settings(max_examples=150, deadline=None)
@given(worlds, asks, moments)
def test_answers_survive_their_json(world: tuple[Terms, ...], ask: Ask, at: datetime) -> None:
    answer = decide(ask, world, at)
    again = type(answer).from_json(answer.as_json())
    assert again == answer
    if isinstance(answer, Permit) and isinstance(again, Permit):
        assert again.id == answer.id


@settings(max_examples=150, deadline=None)
@given(st.one_of(clauses("dsa"), clauses("dul")))
def test_clauses_survive_their_json(held: tuple[c.Clause, ...]) -> None:
    for clause in (*held, c.Prose("Heading", "Words\nand more")):
        assert c.from_json(c.to_json(clause)) == clause
