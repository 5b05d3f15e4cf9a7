"""Which kind of partnership fits: against a slow reading, and what answers may and may not change."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.compute.convening import kinds as k
from commonweal.compute.errors import Unusable
from commonweal.compute.permits.governing import RULES
from commonweal.compute.permits.kinds import KINDS as AGREEMENTS

said = st.dictionaries(st.sampled_from(k.QUESTIONS), st.sampled_from(k.ANSWERS))


def slowly(answers: dict[str, str]) -> set[str]:
    """The gates as one would read them aloud."""

    def all_yes(*gates: str) -> bool:
        return all(answers.get(each) == "yes" for each in gates)

    def one_no(*gates: str) -> bool:
        return any(answers.get(each) == "no" for each in gates)

    gated = {
        "ppp": ("long_contract", "risk_carried"),
        "alliance": ("firm_and_nonprofit",),
        "initiative": ("rules_for_many",),
    }
    opened = {kind for kind, gates in gated.items() if all_yes(*gates)}
    if opened:
        return opened
    return {"network"} if all(one_no(*gates) for gates in gated.values()) else set()


@given(said)
def test_it_suggests_what_a_slow_reading_suggests(answers: dict[str, str]) -> None:
    assert set(k.suggest(answers).answer.kinds) == slowly(answers)


@given(said)
def test_nothing_suggested_names_the_gates_that_would_decide(answers: dict[str, str]) -> None:
    found = k.suggest(answers).answer
    assert bool(found.kinds) != bool(found.undecided_by)
    if found.undecided_by:
        settled = {**answers, **dict.fromkeys(found.undecided_by, "no")}
        assert k.suggest(settled).answer.kinds == ("network",)


@given(said, st.sampled_from(k.QUESTIONS))
def test_criteria_never_open_or_close_a_kind(answers: dict[str, str], question: str) -> None:
    kept = {each: answer for each, answer in answers.items() if each in k.GATES}
    assert k.suggest(kept).answer.kinds == k.suggest(answers).answer.kinds


@given(said)
def test_every_question_of_a_kind_is_told_once(answers: dict[str, str]) -> None:
    for fit in k.suggest(answers).answer.fits:
        kind = k.KINDS[fit.kind]
        told = [*fit.closed_by, *fit.speaks_for, *fit.speaks_against, *fit.open_questions]
        opened = [each for each in kind.gates if answers.get(each) == "yes"]
        assert sorted([*told, *opened]) == sorted([*kind.gates, *kind.criteria])


@pytest.mark.parametrize(
    ("answers", "kinds"),
    [
        # A hospital built and run by a firm for thirty years.
        ({"long_contract": "yes", "risk_carried": "yes"}, ("ppp",)),
        # A furniture firm and a charity that gives beds to families.
        (
            {"long_contract": "no", "firm_and_nonprofit": "yes", "rules_for_many": "no"},
            ("alliance",),
        ),
        # A label for timber from well-kept forests.
        ({"long_contract": "no", "rules_for_many": "yes"}, ("initiative",)),
        # Councils, a hospital, a charity and parents who want every baby to sleep safely.
        (
            {"long_contract": "no", "firm_and_nonprofit": "no", "rules_for_many": "no"},
            ("network",),
        ),
        # Two gates open: both are told, in the order of the gates.
        (
            {"long_contract": "yes", "risk_carried": "yes", "rules_for_many": "yes"},
            ("ppp", "initiative"),
        ),
        ({}, ()),
    ],
)
def test_cases_that_people_would_name(answers: dict[str, str], kinds: tuple[str, ...]) -> None:
    assert k.suggest(answers).answer.kinds == kinds


@pytest.mark.parametrize("answers", [{"colour": "yes"}, {"lawful": "perhaps"}])
def test_what_is_no_question_is_refused(answers: Any) -> None:
    with pytest.raises(Unusable):
        k.suggest(answers)


def test_what_a_kind_begins_with_exists() -> None:
    for kind in k.KINDS.values():
        assert set(kind.agreements) <= set(AGREEMENTS)
        assert kind.rule in RULES
    assert len(set(k.QUESTIONS)) == len(k.QUESTIONS)
