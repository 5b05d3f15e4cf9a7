"""Clauses and terms: what cannot stand is refused, with the clause named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits import governing as g
from commonweal.compute.permits.asking import Permit, Refusal
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.narrowing import check_within, widenings
from commonweal.compute.permits.purposes import PURPOSES
from commonweal.compute.permits.reasons import why_it_allows_nothing, why_not_in_force
from commonweal.compute.permits.register import Register
from commonweal.compute.permits.terms import Faulty, begins, ends
from commonweal.compute.permits.words import FAULTS
from commonweal.compute.tests.permits_scene import (
    AT,
    COUNCIL,
    HOSPITAL,
    HUB,
    PURPOSE,
    STRANGER,
    UNIVERSITY,
    dsa,
    dsa_clauses,
    dul,
    dul_clauses,
    measure,
    mou,
    mou_clauses,
    party,
    submit,
)


@pytest.mark.parametrize(
    "make",
    [
        lambda: c.Data("beds", ()),
        lambda: c.Data("beds", ("area", "area")),
        lambda: c.Data("beds", ("area\n9. Expiry",)),
        lambda: c.Data("beds", (" area",)),
        lambda: c.Data("Beds of babies", ("area",)),
        lambda: c.Purpose(()),
        lambda: c.Purpose(("everything",)),
        lambda: c.MinimumCell(0),
        lambda: c.MinimumCell(1001),
        lambda: c.MinimumCell(True),
        lambda: c.Linkage("no"),  # type: ignore[arg-type]
        lambda: c.Publication("everybody"),
        lambda: c.Retention(0),
        lambda: c.Withdrawal(-1),
        lambda: c.Party("owner", (c.Organisation(HUB, "Hub"),)),
        lambda: c.Party("provider", ()),
        lambda: c.Party("provider", (c.Organisation(HUB, "Hub"), c.Organisation(HUB, "Hub 2"))),
        lambda: c.Party("provider", (c.Organisation(HUB, "Hub\u202eevil"),)),
        lambda: c.Party("provider", (c.Organisation(HUB, "A\nB"),)),
        lambda: c.Prose("Heading", " "),
        lambda: c.Prose("", "Words"),
        lambda: c.Prose("Heading", "W\u0000rds"),
        lambda: c.Prose("Heading", "x" * 20_001),
        lambda: c.Data("beds", ("area",), ("month",)),
        lambda: c.Data("beds", ("area",), ("area", "area")),
        lambda: c.Purpose(("own:",)),
        lambda: c.Purpose(("own: spaced ",)),
        lambda: c.Purpose(("own:two\nlines",)),
        lambda: g.Principles(()),
        lambda: g.Principles(("One", "One")),
        lambda: g.Cadence(0, "Every week"),
        lambda: g.DecisionRule("acclamation", 50, 12),
        lambda: g.DecisionRule("consent", 0, 12),
        lambda: g.Conflict(("facilitate", "talk"), 14),
        lambda: g.Rule("Heading", " ", fixed=True, binding=True),
        lambda: g.Rule("Heading", "Words", fixed="yes", binding=True),  # type: ignore[arg-type]
        lambda: g.StandingLimit("Buy beds", 5000, "pounds"),
        lambda: g.StandingLimit("Buy beds", 0, "GBP"),
        lambda: g.StandingLimit("Buy beds", period="week"),
        lambda: g.Contribution(c.Organisation(HUB, "Hub"), 0, "GBP", date(2026, 1, 1)),
        lambda: g.Contribution(c.Organisation(HUB, "Hub"), 1.5, "GBP", date(2026, 1, 1)),  # type: ignore[arg-type]
        lambda: g.RiskShare(((c.Organisation(HUB, "Hub"), 60),)),
        lambda: g.RiskShare(((c.Organisation(HUB, "A"), 50), (c.Organisation(HUB, "B"), 50))),
        lambda: g.Breach(0),
        lambda: g.Place(("uk",)),
        lambda: g.Grain("rows"),
        lambda: g.Fixed(()),
        lambda: g.FourQuestions("Yes", "Yes", " ", "Yes"),
        lambda: g.FiveSafes("a", "b", "c", "d", "x" * 4001),
        lambda: c.from_json({"kind": "loophole"}),
        lambda: c.from_json({"kind": "rule", "heading": "No text"}),
        lambda: c.from_json({"kind": "risk_share", "shares": [{"percent": 100}]}),
        lambda: c.from_json({"kind": "data", "contract": "beds"}),
        lambda: c.from_json({"kind": "expiry", "day": "31 February"}),
        lambda: c.from_json({"kind": "minimum_cell", "minimum": "5"}),
    ],
)
def test_a_clause_that_means_nothing_cannot_be_made(make: Any) -> None:
    with pytest.raises(Unusable) as caught:
        make()
    assert caught.value.text and caught.value.mend


def faults(make: Any) -> list[tuple[str, int]]:
    with pytest.raises(Faulty) as caught:
        make()
    for fault in caught.value.faults:
        assert fault.code in FAULTS
        assert "%" not in fault.words + fault.mend
    return [(fault.kind, fault.number) for fault in caught.value.faults]


@pytest.mark.parametrize(
    "kind",
    [clause.kind for clause in dsa_clauses()],
)
def test_a_missing_clause_is_named(kind: str) -> None:
    assert faults(lambda: dsa(dsa_clauses(**{kind: None}))) == [(kind, 0)]


def test_a_second_clause_of_a_kind_contradicts_the_first() -> None:
    for clause in dsa_clauses():
        held = (*dsa_clauses(), clause)
        assert faults(lambda held=held: dsa(held)) == [(clause.kind, 14)]
    twice = (*dsa_clauses(), c.MinimumCell(50))
    with pytest.raises(Faulty, match="Clauses 5 and 14 both settle this: smallest group shown"):
        dsa(twice)


def test_data_of_another_contract_and_more_words_are_welcome() -> None:
    held = (*dsa_clauses(), c.Data("cots", ("area",)), c.Prose("A", "B"), c.Prose("A", "B"))
    assert dsa(held).contracts == ("beds", "cots")


def test_an_end_before_the_start_is_named() -> None:
    held = dsa_clauses(expiry=c.Expiry(date(2026, 2, 28)))
    assert faults(lambda: dsa(held)) == [("expiry", 11)]
    dsa(dsa_clauses(expiry=c.Expiry(date(2026, 3, 1))))


def test_clauses_of_another_kind_of_agreement_are_refused() -> None:
    held = (*dsa_clauses(), party("user", STRANGER))
    assert faults(lambda: dsa(held)) == [("user", 14)]


def test_a_licence_needs_something_to_rest_on() -> None:
    assert ("signature", 0) in faults(lambda: dul(parent=""))


def test_unknown_kind_zone_and_naive_instants_are_refused() -> None:
    naive = datetime(2026, 3, 1)
    for more in (
        {"kind": "treaty"},
        {"zone": "Mars/Olympus"},
        {"zone": "../../etc/passwd"},
        {"active_at": naive},
        {"replaced_at": naive},
        {"withdrawals": {COUNCIL: naive}},
        {"suspensions": ((naive, None),)},
    ):
        with pytest.raises(Unusable):
            dsa(**more)
    with pytest.raises(Unusable):
        decide(submit(), (dsa(),), naive)


WIDER = {
    "provider": party("provider", COUNCIL, STRANGER),
    "recipient": party("recipient", HUB, STRANGER),
    "data": c.Data("beds", ("area", "salary")),
    "purpose": c.Purpose((PURPOSE, "dpv:AcademicResearch")),
    "minimum_cell": c.MinimumCell(4),
    "publication": c.Publication("public"),
    "retention": c.Retention(37),
    "start": c.Start(date(2026, 2, 28)),
    "expiry": c.Expiry(date(2028, 1, 1)),
    "withdrawal": c.Withdrawal(31),
}


@pytest.mark.parametrize("kind", WIDER)
def test_a_wider_child_is_refused_at_the_clause(kind: str) -> None:
    parent = dsa(dsa_clauses(publication=c.Publication("partners"), linkage=c.Linkage(False)))
    check_within(dul(), parent)
    child = dul(dul_clauses(**{kind: WIDER[kind]}))
    with pytest.raises(Faulty) as caught:
        check_within(child, parent)
    (fault,) = caught.value.faults
    assert child.clauses[fault.number - 1].kind == kind
    assert f"DSA-1 clause {parent.number(kind)}" in fault.words


def test_wider_linkage_and_foreign_data_are_refused() -> None:
    parent = dsa(dsa_clauses(linkage=c.Linkage(False)))
    assert [each.kind for each in widenings(dul(dul_clauses(linkage=c.Linkage(True))), parent)] == [
        "linkage"
    ]
    foreign = dul(dul_clauses(data=c.Data("cots", ("area",))))
    assert [each.code for each in widenings(foreign, parent)] == ["wider_contract"]


def test_every_widening_is_told_at_once() -> None:
    child = dul(dul_clauses(**WIDER))
    assert {each.kind for each in widenings(child, dsa())} == {*WIDER} - {"publication"}


def test_days_in_zones_with_summer_time() -> None:
    assert begins(date(2026, 7, 1), "Europe/London") == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert ends(date(2026, 7, 1), "Europe/London") == datetime(2026, 7, 1, 23, tzinfo=UTC)
    # In Havana the clock skips the first hour of 8 March 2026, and repeats midnight on 1 November.
    assert begins(date(2026, 3, 8), "America/Havana") == datetime(2026, 3, 8, 5, tzinfo=UTC)
    assert ends(date(2026, 10, 31), "America/Havana") == datetime(2026, 11, 1, 4, tzinfo=UTC)
    assert ends(date.max, "UTC") > ends(date(9999, 12, 30), "UTC")


def test_a_permit_that_was_tampered_with_is_not_read() -> None:
    permit = decide(measure(), (dsa(), dul()), AT)
    assert isinstance(permit, Permit)
    stored = permit.as_json()
    assert Permit.from_json(stored) == permit
    with pytest.raises(Unusable):
        Permit.from_json({**stored, "minimum_cell": 1})


def test_a_permit_names_what_it_rests_on_and_what_it_demands() -> None:
    permit = decide(measure(), (dsa(), dul()), AT)
    assert isinstance(permit, Permit)
    assert [(each.reference, each.version) for each in permit.agreements] == [
        ("DUL-1", 1),
        ("DSA-1", 1),
    ]
    demands = {each.kind: (each.value, each.reference, each.number) for each in permit.obligations}
    assert demands == {
        "minimum_cell": (10, "DUL-1", 5),
        "publication": ("partners", "DUL-1", 7),
        "linkage": (False, "DUL-1", 6),
        "retention": (12, "DUL-1", 8),
    }
    assert permit.expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert permit.holds_at(AT)
    assert not permit.holds_at(permit.expires_at)
    assert not permit.holds_at(AT - timedelta(microseconds=1))
    assert permit.id != decide(measure(), (dsa(), dul()), AT + timedelta(seconds=1)).id  # type: ignore[union-attr]


def test_separate_agreements_with_each_provider_make_one_permit() -> None:
    """The usual case of bilateral agreements: the limits of all of them hold for the result."""
    north = dsa(dsa_clauses(provider=party("provider", COUNCIL), minimum_cell=c.MinimumCell(7)))
    south = dsa(
        dsa_clauses(provider=party("provider", HOSPITAL), expiry=c.Expiry(date(2026, 9, 30))),
        reference="DSA-2",
    )
    first = dul(dul_clauses(minimum_cell=c.MinimumCell(7)))
    second = dul(
        dul_clauses(minimum_cell=c.MinimumCell(12), expiry=c.Expiry(date(2026, 9, 30))),
        reference="DUL-2",
        parent="DSA-2",
    )
    permit = decide(measure(), (north, south, first, second), AT)
    assert isinstance(permit, Permit)
    assert set(permit.providers) == {COUNCIL, HOSPITAL}
    assert permit.minimum_cell == 12
    assert permit.expires_at == datetime(2026, 9, 30, 23, tzinfo=UTC)
    assert {each.reference for each in permit.agreements} == {"DSA-1", "DSA-2", "DUL-1", "DUL-2"}
    later = decide(measure(), (north, south, first, second), datetime(2026, 10, 1, tzinfo=UTC))
    assert isinstance(later, Permit)
    assert later.providers == (COUNCIL,)
    assert later.refused_providers[HOSPITAL].clause == "DSA-2 clause 11 (expiry)"


def test_a_licence_without_a_provider_of_its_agreement_grants_nothing() -> None:
    answer = decide(
        measure(providers=()),
        (dsa(), dul(dul_clauses(provider=party("provider", STRANGER)))),
        AT,
    )
    assert isinstance(answer, Refusal)
    assert answer.clause == "DUL-1 clause 14 (providers)"


def test_a_licence_falls_with_the_recipient_that_granted_it() -> None:
    """The agreement has another recipient left, but that one did not grant this licence."""
    parent = dsa(dsa_clauses(recipient=party("recipient", HUB, COUNCIL)), withdrawals={HUB: AT})
    answer = decide(measure(), (parent, dul()), AT)
    assert isinstance(answer, Refusal)
    assert (answer.code, answer.params["organisation"]) == ("recipient_withdrawn", "Mayor’s Office")
    assert isinstance(decide(measure(), (parent, dul()), AT - timedelta(microseconds=1)), Permit)
    assert isinstance(decide(submit(), (parent,), AT), Permit)


def test_agreements_that_rest_on_each_other_in_a_circle_grant_nothing() -> None:
    first = dul(reference="DUL-1", parent="DUL-2")
    second = dul(reference="DUL-2", parent="DUL-1")
    answer = decide(measure(), (first, second), AT)
    assert isinstance(answer, Refusal)
    assert answer.code == "no_parent"


def test_a_licence_under_a_licence_is_no_ground() -> None:
    answer = decide(
        measure(organisation=STRANGER),
        (
            dsa(),
            dul(),
            dul(dul_clauses(user=party("user", STRANGER)), reference="DUL-2", parent="DUL-1"),
        ),
        AT,
    )
    assert isinstance(answer, Refusal)


def test_a_register_answers_for_its_own_partnership_only() -> None:
    foreign = UUID(int=99)
    register = Register((dsa(), dul(), dsa(partnership=foreign)))
    assert isinstance(decide(measure(), register, AT), Permit)
    assert isinstance(decide(measure(partnership=foreign), register, AT), Refusal)
    assert isinstance(decide(submit(partnership=foreign), register, AT), Permit)


def test_standing_of_one_agreement() -> None:
    assert why_not_in_force((dul(), dsa()), "", AT) is None
    refusal = why_not_in_force((dul(), dsa(suspensions=((AT, None),))), "", AT)
    assert refusal is not None
    assert refusal.clause == "DSA-1 clause 12 (suspension)"


def test_purposes_are_told_apart_by_prefix_and_explained() -> None:
    for key, entry in PURPOSES.items():
        assert key.split(":")[0] in {"dpv", "cw"}
        assert entry.near.startswith("dpv:") and entry.label and entry.meaning.endswith(".")


def test_an_agreement_that_nobody_is_left_in_allows_nothing() -> None:
    one, both = {COUNCIL: AT}, {COUNCIL: AT, HOSPITAL: AT}
    before = AT - timedelta(seconds=1)
    for chain in ((dsa(withdrawals=both),), (dul(), dsa(withdrawals=both))):
        refusal = why_it_allows_nothing(chain, AT)
        assert refusal is not None
        assert (refusal.code, refusal.reference) == ("provider_withdrawn", "DSA-1")
        assert why_it_allows_nothing(chain, before) is None
    assert why_it_allows_nothing((dul(), dsa(withdrawals=one)), AT) is None
    nobody = why_it_allows_nothing((dul(withdrawals={UNIVERSITY: AT}), dsa()), AT)
    assert nobody is not None and nobody.code == "user_withdrawn"


GOVERNING = [
    g.Principles(("We share what we learn", "Nobody commands")),
    g.Cadence(2, "Town hall, and by telephone"),
    g.Channels(("A weekly letter",)),
    g.DecisionRule("consent", 60, 12),
    g.Conflict(("talk", "facilitate"), 14),
    g.Rule("Buy together", "Beds are bought jointly.", fixed=False, binding=True, small="Tell us."),
    g.Small(10),
    g.StandingLimit("Buy bedding", 50_000, "GBP", "month"),
    g.StandingLimit("Move a bed"),
    g.Contribution(c.Organisation(COUNCIL, "Council"), 10**9, "GBP", date(2026, 4, 1), "Beds only"),
    g.RiskShare(((c.Organisation(COUNCIL, "Council"), 70), (c.Organisation(HUB, "Hub"), 30))),
    g.Breach(24),
    g.Place(("GB", "IE")),
    g.Grain("totals"),
    g.Fixed(("minimum_cell",)),
    g.FourQuestions("By law", "Asked parents", "Cheap", "The table decides"),
    g.FiveSafes("a", "b", "c", "d", "e"),
]


@pytest.mark.parametrize("clause", GOVERNING, ids=lambda each: each.kind)
def test_a_governing_clause_survives_its_json(clause: c.Clause) -> None:
    assert c.from_json(c.to_json(clause)) == clause
    assert clause.kind in c.NAMES


def test_every_governing_clause_is_tried() -> None:
    assert {each.kind for each in GOVERNING} == set(g.READERS) == set(g.NAMES)


def test_own_words_are_a_purpose_that_covers_exactly_itself() -> None:
    own = "own:Prevent evictions in winter"
    agreement = dsa(dsa_clauses(purpose=c.Purpose((PURPOSE, own))))
    licence = dul(dul_clauses(purpose=c.Purpose((own,))))
    assert isinstance(decide(measure(purpose=own), (agreement, licence), AT), Permit)
    refused = decide(measure(purpose="own:Prevent evictions"), (agreement, licence), AT)
    assert isinstance(refused, Refusal)
    assert "“Prevent evictions”" in refused.words


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (
            {"risk_share": g.RiskShare(((c.Organisation(STRANGER, "Stranger"), 100),))},
            "not_a_party",
        ),
        ({"intermediary": party("intermediary", UNIVERSITY)}, "intermediary_keeps"),
        ({"fixed": g.Fixed(("place",))}, "fixed_absent"),
        ({"principles": g.Principles(("Be kind",))}, "clause_not_allowed"),
        ({"member": party("member", HUB)}, "clause_not_allowed"),
    ],
)
def test_clauses_that_hang_in_the_air_are_refused(changes: dict[str, c.Clause], code: str) -> None:
    with pytest.raises(Faulty) as caught:
        dsa(dsa_clauses(**changes))
    assert [each.code for each in caught.value.faults] == [code]
    assert "%" not in caught.value.faults[0].words + caught.value.faults[0].mend


@pytest.mark.parametrize(
    ("above", "below", "code"),
    [
        ({"place": g.Place(("GB",))}, {"place": g.Place(("GB", "FR"))}, "wider_places"),
        ({"breach": g.Breach(24)}, {"breach": g.Breach(48)}, "wider_value"),
        ({"grain": g.Grain("totals")}, {"grain": g.Grain("records")}, "wider_value"),
        ({}, {"grain": g.Grain("records")}, "wider_value"),
        (
            {"data": c.Data("beds", ("area", "month", "slept_safely"), ("month",))},
            {"data": c.Data("beds", ("area", "month"))},
            "unmasked",
        ),
        ({"fixed": g.Fixed(("minimum_cell",))}, {"minimum_cell": c.MinimumCell(10)}, "fixed_above"),
        (
            {"intermediary": party("intermediary", HUB)},
            {"user": party("user", HUB)},
            "intermediary_uses",
        ),
    ],
)
def test_a_child_takes_over_what_stands_above(
    above: dict[str, c.Clause], below: dict[str, c.Clause], code: str
) -> None:
    faults_ = widenings(dul(dul_clauses(**below)), dsa(dsa_clauses(**above)))
    assert [each.code for each in faults_] == [code]
    assert faults_[0].words and "%" not in faults_[0].words + faults_[0].mend


def test_what_is_fixed_above_may_be_taken_over_or_left_unsaid() -> None:
    fixed = dsa(dsa_clauses(fixed=g.Fixed(("minimum_cell", "breach")), breach=g.Breach(24)))
    assert not widenings(dul(dul_clauses(minimum_cell=c.MinimumCell(5))), fixed)


def test_who_is_no_member_takes_no_part_below() -> None:
    small = mou(mou_clauses(member=party("member", COUNCIL, HUB)))
    assert [each.code for each in widenings(dsa(), small)] == ["wider_parties"]
    assert not widenings(dsa(), mou())


def test_a_memorandum_lasts_while_two_members_are_left() -> None:
    early = AT - timedelta(days=1)
    three_left = mou(withdrawals=dict.fromkeys((COUNCIL, HOSPITAL), early))
    assert why_it_allows_nothing((three_left,), AT) is None
    alone = mou(withdrawals=dict.fromkeys((COUNCIL, HOSPITAL, HUB), early))
    found = why_it_allows_nothing((alone,), AT)
    assert found is not None
    assert found.code == "member_withdrawn"
    assert found.words and "%" not in found.words
