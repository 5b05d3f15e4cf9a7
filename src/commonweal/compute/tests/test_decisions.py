"""Outcomes of decisions: each rule's edge, and what must hold whatever is asked."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.decisions import words
from commonweal.compute.decisions.asking import (
    ANSWERS,
    OBJECTION_REASONS,
    Position,
    Question,
    Rule,
    Stance,
    Voter,
)
from commonweal.compute.decisions.delegating import circle
from commonweal.compute.decisions.departing import Departure, departures
from commonweal.compute.decisions.outcome import Outcome, outcome
from commonweal.compute.decisions.rights import Decider, fault
from commonweal.compute.errors import Unusable
from commonweal.compute.permits.governing import DecisionRule
from commonweal.compute.tests.decisions_reference import is_adopted

TEXT, OLD = "a" * 64, "b" * 64
COUNCIL, CHARITY, FIRM, PARENTS = (
    Voter(key, name)
    for key, name in zip("ABCD", ("Council", "Charity", "Firm", "Young parents"), strict=True)
)
ALL = (COUNCIL, CHARITY, FIRM, PARENTS)


def ask(rule: Rule = Rule.CONSENT, **changes: Any) -> Question:
    return replace(Question(rule, TEXT, ALL), **changes)


def say(text: str = TEXT, **stances: str) -> list[Position]:
    """Positions by seat: `say(A="consent", B="object")`."""
    return [
        Position(seat, Stance(stance), text, "effect" if stance == "object" else "")
        for seat, stance in stances.items()
    ]


def found(question: Question, positions: list[Position]) -> Outcome:
    return outcome(question, positions).answer


# Each rule --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "stances", "codes"),
    [
        ("consent", {"A": "consent", "B": "consent"}, {"no_objection"}),
        ("consent", {"A": "consent", "B": "abstain"}, {"no_objection"}),
        ("consent", {"A": "consent", "B": "object"}, {"objection_open"}),
        ("consent", {"A": "abstain", "B": "abstain"}, {"nobody_agrees"}),
        ("consent", {"A": "consent"}, {"quorum_missing"}),
        ("consent", {}, {"quorum_missing", "nobody_agrees"}),
        ("majority", {"A": "for", "B": "abstain"}, {"most_votes"}),
        ("majority", {"A": "for", "B": "against"}, {"too_few_votes"}),
        ("majority", {"A": "abstain", "B": "abstain"}, {"too_few_votes"}),
        ("majority", {"A": "for", "B": "for", "C": "against"}, {"most_votes"}),
        ("two_thirds", {"A": "for", "B": "for", "C": "against"}, {"two_thirds_for"}),
        ("two_thirds", {"A": "for", "B": "against"}, {"no_two_thirds"}),
        ("unanimity", {"A": "for", "B": "for", "C": "for", "D": "for"}, {"everyone_for"}),
        ("unanimity", {"A": "for", "B": "for", "C": "for"}, {"not_unanimous"}),
        ("unanimity", {"A": "for", "B": "for", "C": "for", "D": "abstain"}, {"not_unanimous"}),
    ],
)
def test_each_rule_at_its_edge(rule: str, stances: dict[str, str], codes: set[str]) -> None:
    assert found(ask(Rule(rule)), say(**stances)).codes == codes


def test_one_seat_decides_after_advice_or_after_the_time_for_it() -> None:
    lead = ask(Rule.LEAD, roll=(COUNCIL,), consulted=(CHARITY, PARENTS))
    early = replace(lead, is_over=False)
    yes = say(A="for")
    assert found(lead, yes).codes == {"lead_decided"}
    assert found(early, yes).codes == {"advice_awaited"}
    assert found(replace(early, advised=frozenset("BD")), yes).codes == {"lead_decided"}
    assert found(lead, []).codes == {"quorum_missing", "lead_silent"}
    assert found(lead, say(A="against")).codes == {"lead_against"}


def test_nothing_is_adopted_while_somebody_may_still_answer() -> None:
    early = ask(is_over=False)
    answered = say(A="consent", B="consent", C="consent")
    waiting = found(early, answered)
    assert waiting.codes == {"time_left"}
    assert waiting.reasons[0].params == {"names": ["Young parents"]}
    assert found(early, [*answered, *say(D="abstain")]).adopted


def test_without_the_agreement_that_a_right_demands_nothing_is_adopted() -> None:
    question = ask(roll=(COUNCIL, CHARITY), agreeing=(PARENTS,))
    both = say(A="consent", B="consent")
    assert found(question, both).codes == {"agreement_missing"}
    assert found(question, [*both, *say(D="abstain")]).codes == {"agreement_missing"}
    assert found(question, [*both, *say(D="consent")]).adopted


# Whose answer counts ----------------------------------------------------------------------------


def test_an_answer_to_a_former_text_is_none() -> None:
    result = outcome(ask(), [*say(A="consent", B="consent"), *say(OLD, C="object")])
    assert result.answer.adopted
    assert [each["how"] for each in result.trace["standings"]] == [
        "own",
        "own",
        "other_text",
        "silent",
    ]
    assert not found(ask(), say(OLD, A="consent", B="consent", C="consent")).adopted


def test_a_conflict_of_interest_counts_neither_way_and_not_towards_the_quorum() -> None:
    question = ask(Rule.MAJORITY, conflicts=frozenset("CD"), quorum=100)
    assert found(question, say(A="for", B="abstain", C="against", D="against")).adopted
    nobody = ask(conflicts=frozenset("ABCD"))
    assert found(nobody, say(A="consent")).codes == {"nobody_may_decide"}


def test_a_delegate_with_a_conflict_answers_for_nobody() -> None:
    question = ask(Rule.MAJORITY, delegations={"A": "B"}, conflicts=frozenset("B"), quorum=1)
    result = outcome(question, say(B="for", C="for"))
    assert [each.how for each in result.answer.standings] == [
        "delegate_conflict",
        "conflict",
        "own",
        "silent",
    ]


def test_a_delegation_is_followed_and_ones_own_answer_goes_before_it() -> None:
    question = ask(delegations={"A": "B", "B": "C"})
    result = found(question, say(C="object", D="consent"))
    assert [(each.how, each.via) for each in result.standings] == [
        ("delegated", "Firm"),
        ("delegated", "Firm"),
        ("own", ""),
        ("own", ""),
    ]
    assert len(result.reasons) == 3
    own = found(question, say(A="consent", C="object", D="consent"))
    assert [each.how for each in own.standings][:2] == ["own", "delegated"]


def test_who_is_not_asked_answers_for_nobody() -> None:
    question = ask(roll=(COUNCIL, CHARITY), delegations={"A": "D"}, quorum=1)
    assert found(question, say(D="consent")).standings[0].how == "silent"


def test_a_circle_of_delegations_is_refused_with_its_names() -> None:
    with pytest.raises(Unusable, match="Council → Charity → Council"):
        outcome(ask(delegations={"A": "B", "B": "A"}), [])


def test_two_answers_of_a_seat_and_an_answer_of_another_rule_are_refused() -> None:
    with pytest.raises(Unusable, match="twice"):
        outcome(ask(), [*say(A="consent"), *say(A="object")])
    with pytest.raises(Unusable, match="nobody answers “for”"):
        outcome(ask(), say(A="for"))


# Rights -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "decider", "seats", "code"),
    [
        ("consent", "table", "", ""),
        ("consent", "table", "A", "two_deciders"),
        ("consent", "body", "AB", ""),
        ("consent", "body", "A", "body_of_one"),
        ("consent", "body", "", "no_decider"),
        ("lead", "seat", "A", ""),
        ("lead", "seat", "AB", "two_deciders"),
        ("lead", "seat", "", "no_decider"),
        ("lead", "table", "", "lead_is_one_seat"),
        ("majority", "seat", "A", "lead_is_one_seat"),
    ],
)
def test_exactly_one_decides(rule: str, decider: str, seats: str, code: str) -> None:
    assert fault(rule=Rule(rule), decider=Decider(decider), seats=seats) == code
    assert not code or code in words.FAULTS


# What holds whatever is asked -------------------------------------------------------------------

KEYS = "ABCDEF"
MORE = tuple(Voter(key, f"Seat {key}") for key in KEYS)
subsets = st.frozensets(st.sampled_from(KEYS))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Question, list[Position]]:
    rule = draw(st.sampled_from(list(Rule)))
    size = 1 if rule == Rule.LEAD else draw(st.integers(1, 6))
    pairs = draw(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(KEYS), max_size=4))
    # Only towards the end of the alphabet: no circles.
    delegations = {giver: holder for giver, holder in pairs.items() if giver < holder}
    question = Question(
        rule,
        TEXT,
        MORE[:size],
        quorum=draw(st.integers(1, 100)),
        agreeing=tuple(v for v in MORE if v.key in draw(subsets)) if draw(st.booleans()) else (),
        consulted=MORE[3:5] if draw(st.booleans()) else (),
        advised=draw(subsets),
        delegations=delegations,
        conflicts=draw(subsets) if draw(st.booleans()) else frozenset(),
        is_over=draw(st.booleans()),
    )
    positions = []
    for key in KEYS:
        stance = draw(st.sampled_from([None, *ANSWERS[rule]]))
        if stance is not None:
            text = draw(st.sampled_from([TEXT, TEXT, TEXT, OLD]))
            reason = draw(st.sampled_from(OBJECTION_REASONS)) if stance == Stance.OBJECT else ""
            positions.append(Position(key, stance, text, reason))
    return question, positions


@given(cases())
def test_it_agrees_with_the_slow_rule(case: tuple[Question, list[Position]]) -> None:
    question, positions = case
    assert found(question, positions).adopted == is_adopted(question, positions)


@given(cases())
def test_every_outcome_has_a_reason_in_words_and_a_trace_in_json(
    case: tuple[Question, list[Position]],
) -> None:
    result = outcome(*case)
    assert result.answer.reasons
    for reason in result.answer.reasons:
        sentence = words.REASONS[reason.code]
        assert sentence.text % reason.params
        assert sentence.mend % reason.params or result.answer.adopted or not sentence.mend
    assert json.loads(json.dumps(result.trace)) == result.trace


@given(cases(), st.sampled_from(KEYS))
def test_falling_silent_never_carries_a_proposal_that_was_not_carried(
    case: tuple[Question, list[Position]], seat: str
) -> None:
    """Silence is not agreement: whoever agreed and falls silent cannot make it a yes."""
    question, positions = case
    agreeing = {Stance.CONSENT, Stance.FOR}
    fewer = [p for p in positions if p.seat != seat or p.stance not in agreeing]
    if not question.delegations and not found(question, positions).adopted:
        assert not found(question, fewer).adopted


@given(cases())
def test_nothing_is_adopted_in_silence(case: tuple[Question, list[Position]]) -> None:
    assert not found(case[0], []).adopted


@given(cases(), st.sampled_from(KEYS), st.sampled_from(OBJECTION_REASONS))
def test_an_objection_never_makes_a_yes_of_a_no(
    case: tuple[Question, list[Position]], seat: str, reason: str
) -> None:
    question, positions = case
    question = replace(question, rule=Rule.CONSENT)
    turned = {Stance.FOR: Stance.CONSENT, Stance.AGAINST: Stance.OBJECT}
    said = [replace(p, stance=turned.get(p.stance, p.stance)) for p in positions]
    others = [p for p in said if p.seat != seat]
    if not found(question, said).adopted:
        more = [*others, Position(seat, Stance.OBJECT, TEXT, reason)]
        # A seat that answered for others takes them along, also when it consented before.
        assert not found(question, more).adopted


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_answers_does_not_matter(
    case: tuple[Question, list[Position]], chance: Any
) -> None:
    question, positions = case
    shuffled = list(positions)
    chance.shuffle(shuffled)
    assert outcome(question, shuffled) == outcome(question, positions)


@given(cases(), st.sampled_from(KEYS), st.sampled_from(KEYS))
def test_to_delegate_is_to_answer_the_same(
    case: tuple[Question, list[Position]], giver: str, holder: str
) -> None:
    question, positions = case
    asked = {voter.key for voter in question.asked}
    if giver >= holder or not {giver, holder} <= asked or holder in question.conflicts:
        return
    answers = [p for p in positions if p.seat == holder and p.text == TEXT]
    others = [p for p in positions if p.seat != giver]
    if not answers:
        return
    delegated = replace(question, delegations={**question.delegations, giver: holder})
    itself = [*others, replace(answers[0], seat=giver)]
    one, two = found(delegated, others), found(question, itself)
    assert (one.adopted, one.codes) == (two.adopted, two.codes)
    assert [each.stance for each in one.standings] == [each.stance for each in two.standings]


@given(st.dictionaries(st.sampled_from("ABCD"), st.sampled_from("ABCD")))
def test_circles_are_found_and_only_circles(delegations: dict[str, str]) -> None:
    def slow() -> bool:
        return any(
            all(
                delegations.get(one) == two
                for one, two in zip(path, (*path[1:], path[0]), strict=True)
            )
            for size in range(1, 5)
            for path in permutations("ABCD", size)
        )

    round_ = circle(delegations)
    assert bool(round_) == slow()
    for one, two in zip(round_, (*round_[1:], *round_[:1]), strict=True):
        assert delegations[one] == two


@pytest.mark.parametrize(
    ("rule", "quorum", "expected"),
    [
        ("consent", 60, []),
        ("consent", 61, []),
        ("consent", 59, [Departure("quorum", 59, 60)]),
        ("two_thirds", 60, [Departure("rule", "two_thirds", "consent")]),
        (
            "majority",
            1,
            [Departure("rule", "majority", "consent"), Departure("quorum", 1, 60)],
        ),
        # One seat decides: nobody else has to answer.
        ("lead", 1, [Departure("rule", "lead", "consent")]),
    ],
)
def test_what_departs_from_the_constitution(
    rule: str, quorum: int, expected: list[Departure]
) -> None:
    said = DecisionRule("consent", 60, 12)
    assert list(departures(said, rule=rule, quorum=quorum)) == expected
