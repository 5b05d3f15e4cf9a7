"""Answers: for which seat, to which words, once, with a reason, without a conflict of interest."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commonweal.agree.decisions import actions, answering, disputing, queries, setting_up
from commonweal.agree.decisions.models import Attendance, DisputeState, Position, State
from commonweal.agree.decisions.tests.factories import TEXT, TODAY, Scene
from commonweal.convene.models import Seat
from commonweal.convene.tests.factories import AT, seated
from commonweal.core.errors import Conflict, Denied, Invalid, Missing

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_an_objection_has_a_reason_and_words(scene: Scene) -> None:
    proposal = scene.asked()
    for changes, field in (
        ({"reason": ""}, "reason"),
        ({"reason": "taste"}, "reason"),
        ({"said": " "}, "words"),
    ):
        with pytest.raises(Invalid) as refused:
            scene.answer(proposal, scene.one, "object", **changes)
        assert field in refused.value.fields
    assert not Position.objects.exists()


def test_a_seat_answers_once_and_changes_the_answer_that_is_there(scene: Scene) -> None:
    proposal = scene.asked()
    first = scene.answer(proposal, scene.one, "consent")
    with pytest.raises(Conflict, match="one seat has one vote"):
        scene.answer(proposal, scene.one, "abstain")
    second = scene.answer(proposal, scene.one, "object", replaces=str(first.pk))
    assert second.supersedes == first
    with pytest.raises(Conflict):
        scene.answer(proposal, scene.one, "abstain", replaces=str(first.pk))
    assert queries.position_of(queries.latest_text(proposal), scene.one) == second
    with pytest.raises(Conflict, match="not there"):
        scene.answer(proposal, scene.two, "abstain", replaces=str(first.pk))


def test_an_organisation_with_two_seats_has_one_vote(scene: Scene) -> None:
    seated(scene.partnership, scene.one.organisation, Seat.Kind.FUNDER)
    assert len(queries.open_seats(scene.partnership, AT)) == 5


def test_an_answer_to_words_that_have_changed_is_refused(scene: Scene) -> None:
    proposal = scene.asked()
    read = queries.latest_text(proposal).text_hash
    actions.take_objections_in(proposal=proposal, by=scene.by(scene.convener), at=AT)
    actions.rewrite(
        proposal=proposal, text="Other words.", because="x", by=scene.by(scene.one), at=AT
    )
    scene.ask(proposal)
    with pytest.raises(Conflict, match="words have changed"):
        scene.answer(proposal, scene.two, "consent", text_hash=read)


def test_nobody_answers_for_a_seat_that_is_not_theirs_not_even_the_convener(scene: Scene) -> None:
    proposal = scene.asked()
    with pytest.raises(Denied, match="do not speak for"):
        scene.answer(proposal, scene.one, "consent", by=scene.by(scene.convener))
    other = Scene()
    with pytest.raises(Missing):
        scene.answer(proposal, scene.one, "consent", by=other.by(other.one))


@pytest.mark.parametrize("stance", ["for", "nonsense", ""])
def test_an_answer_that_the_rule_does_not_know_is_refused(scene: Scene, stance: str) -> None:
    with pytest.raises(Invalid):
        scene.answer(scene.asked(), scene.one, stance)


def test_nobody_answers_before_they_are_asked_or_after_it_closed(scene: Scene) -> None:
    for proposal in (scene.draft(), scene.adopted()):
        with pytest.raises(Conflict, match="Nobody is being asked"):
            scene.answer(proposal, scene.one, "consent")


def test_a_seat_that_ended_does_not_answer_and_does_not_count(scene: Scene) -> None:
    proposal = scene.asked()
    scene.answer(proposal, scene.one, "object")
    Seat.objects.filter(pk=scene.one.pk).update(
        until_at=AT - timedelta(hours=1), ended_because="Left."
    )
    assert len(queries.outcome_now(proposal, scene.here()).answer.standings) == 4
    scene.one.refresh_from_db()
    with pytest.raises((Denied, Missing)):
        scene.answer(proposal, scene.one, "consent")


def test_a_vacant_seat_is_named_and_does_not_count(scene: Scene) -> None:
    vacant = seated(scene.partnership, voice="Grandparents")
    roll = queries.roll(scene.type, scene.here().seats)
    assert roll.vacant == (vacant,) and vacant not in roll.deciding


# Conflicts of interest --------------------------------------------------------------------------


def declare(scene: Scene, proposal: object, seat: Seat) -> None:
    answering.declare_conflict(
        proposal=proposal,
        seat=seat,
        said="We sell the beds.",
        by=scene.by(seat),
        at=AT,  # type: ignore[arg-type]
    )


def test_with_a_conflict_of_interest_a_seat_neither_answers_nor_counts(scene: Scene) -> None:
    proposal = scene.asked()
    scene.answer(proposal, scene.two, "object")
    declare(scene, proposal, scene.one)
    with pytest.raises(Denied, match="conflict of interest"):
        scene.answer(proposal, scene.one, "consent")
    with pytest.raises(Conflict, match="already"):
        declare(scene, proposal, scene.one)
    # What was taken before stays on record and does not count.
    declare(scene, proposal, scene.two)
    found = queries.outcome_now(proposal, scene.here())
    assert found.trace["seats"] == 3 and "objection_open" not in found.answer.codes
    with pytest.raises(Denied):
        answering.declare_conflict(
            proposal=proposal, seat=scene.sponsor, said="x", by=scene.by(scene.convener), at=AT
        )


# Delegation -------------------------------------------------------------------------------------


def delegate(scene: Scene, giver: Seat, holder: Seat, **changes: object) -> object:
    given = {"decision_type": None, "until_on": None, "by": scene.by(giver), "at": AT} | changes
    return setting_up.delegate(giver=giver, holder=holder, **given)  # type: ignore[arg-type]


def test_a_delegate_answers_until_the_day_and_only_for_the_type(scene: Scene) -> None:
    other = scene.decide_by("majority")
    delegate(scene, scene.one, scene.two, decision_type=scene.type, until_on=TODAY)
    proposal = scene.asked()
    scene.answer(proposal, scene.two, "object")
    found = queries.outcome_now(proposal, scene.here()).answer
    assert [each.how for each in found.standings].count("delegated") == 1
    assert scene.one not in queries.owed(proposal, scene.here())
    later = queries.outcome_now(proposal, scene.here(days=1)).answer
    assert [each.how for each in later.standings].count("delegated") == 0
    assert queries.answers_for(list(queries.delegations(scene.partnership, AT)), other) == {}


def test_a_circle_is_refused_with_its_way_in_every_type(scene: Scene) -> None:
    delegate(scene, scene.one, scene.two)
    delegate(scene, scene.two, scene.residents, decision_type=scene.type)
    with pytest.raises(Invalid, match=r"circle.*→.*→.*→"):
        delegate(scene, scene.residents, scene.one)
    assert len(queries.delegations(scene.partnership, AT)) == 2
    with pytest.raises(Invalid, match="another seat"):
        delegate(scene, scene.one, scene.one)


def test_a_circle_that_an_end_leaves_behind_counts_for_nobody(scene: Scene) -> None:
    """General: one → two. In this type: one → sponsor until today, two → one. Tomorrow a circle."""
    delegate(scene, scene.one, scene.two)
    delegate(scene, scene.one, scene.sponsor, decision_type=scene.type, until_on=TODAY)
    delegate(scene, scene.two, scene.one, decision_type=scene.type)
    proposal = scene.asked()
    scene.answer(proposal, scene.sponsor, "consent")
    now = queries.outcome_now(proposal, scene.here()).answer
    assert [each.how for each in now.standings].count("delegated") == 2
    tomorrow = queries.outcome_now(proposal, scene.here(days=1)).answer
    assert [each.how for each in tomorrow.standings].count("delegated") == 0


def test_a_new_delegation_takes_the_place_of_the_former(scene: Scene) -> None:
    delegate(scene, scene.one, scene.two)
    second = delegate(scene, scene.one, scene.sponsor)
    rows = list(queries.delegations(scene.partnership, AT))
    assert rows == [second]
    with pytest.raises(Denied):
        setting_up.end_delegation(delegation=rows[0], by=scene.by(scene.convener), at=AT)
    setting_up.end_delegation(delegation=rows[0], by=scene.by(scene.one), at=AT)
    assert not queries.delegations(scene.partnership, AT)
    with pytest.raises(Conflict):
        setting_up.end_delegation(delegation=rows[0], by=scene.by(scene.one), at=AT)


@pytest.mark.parametrize("wrong", ["foreign", "vacant", "past"])
def test_a_delegation_to_nobody_is_refused(scene: Scene, wrong: str) -> None:
    holder, until = scene.two, None
    if wrong == "foreign":
        holder = Scene().one
    elif wrong == "vacant":
        holder = seated(scene.partnership, voice="Grandparents")
    else:
        until = TODAY - timedelta(days=1)
    with pytest.raises(Invalid):
        delegate(scene, scene.one, holder, until_on=until)


# Types ------------------------------------------------------------------------------------------


def test_exactly_one_decides_and_the_rule_fits(scene: Scene) -> None:
    for rule, decider, seats in (
        ("consent", "body", []),
        ("consent", "table", [scene.one]),
        ("lead", "table", []),
        ("lead", "seat", [scene.one, scene.two]),
        ("majority", "seat", [scene.one]),
    ):
        with pytest.raises(Invalid) as refused:
            scene.decide_by(rule, decider=decider, seats={"decide": seats})
        assert "decider" in refused.value.fields


def test_a_name_is_taken_once_and_a_foreign_seat_has_no_right(scene: Scene) -> None:
    with pytest.raises(Conflict, match="has this name"):
        scene.decide_by("majority", name=scene.type.name)
    with pytest.raises(Invalid, match="not at this table"):
        scene.decide_by("majority", seats={"consult": [Scene().one]})


def test_the_rule_of_a_decision_under_way_does_not_change(scene: Scene) -> None:
    proposal = scene.asked()
    setting = setting_up.Setting(name="Quick", rule="majority", decider="table")
    by = scene.by(scene.convener)
    with pytest.raises(Conflict, match="being decided by this rule"):
        setting_up.change(decision_type=scene.type, setting=setting, by=by, at=AT)
    actions.withdraw(proposal=proposal, because="Later.", by=by, at=AT)
    setting_up.change(decision_type=scene.type, setting=setting, by=by, at=AT)
    assert scene.type.rule == "majority"
    with pytest.raises(Denied):
        setting_up.change(decision_type=scene.type, setting=setting, by=scene.by(scene.one), at=AT)


# Contributions, attendance ----------------------------------------------------------------------


def test_contributions_say_for_whom_and_end_with_the_proposal(scene: Scene) -> None:
    def say(proposal: object, **changes: str) -> object:
        given = {"kind": "question", "hat": "organisation", "said": "Who drives?"} | changes
        return answering.contribute(
            proposal=proposal,
            seat=scene.two,
            **given,
            by=scene.by(scene.two),
            at=AT,  # type: ignore[arg-type]
        )

    proposal = scene.asked()
    say(proposal)
    for wrong in ({"hat": ""}, {"kind": "shout"}, {"said": " "}):
        with pytest.raises(Invalid):
            say(proposal, **wrong)
    for closed in (scene.draft(), scene.adopted()):
        with pytest.raises(Conflict):
            say(closed)
    assert [each.hat for each in queries.contributions(proposal)] == ["organisation"]


def test_being_there_is_not_agreeing(scene: Scene) -> None:
    proposal = scene.asked()
    states = Attendance.State
    answering.note_attendance(
        proposal=proposal,
        seats={scene.one: states.PRESENT, scene.two: states.EXCUSED, scene.sponsor: states.ABSENT},
        by=scene.by(scene.convener),
        at=AT,
    )
    assert queries.outcome_now(proposal, scene.here()).trace["present"] == 0
    with pytest.raises(Denied):
        scene.adopt(proposal)


# Disputes ---------------------------------------------------------------------------------------


def raised(scene: Scene, **changes: object) -> object:
    given = {
        "seat": scene.one,
        "others": [scene.two],
        "about": "Who pays the van",
        "words": "We paid twice.",
        "next_on": TODAY + timedelta(days=7),
        "by": scene.by(scene.one),
        "at": AT,
    } | changes
    return disputing.raise_dispute(**given)  # type: ignore[arg-type]


def test_a_dispute_goes_from_talk_to_an_outcome_on_record(scene: Scene) -> None:
    dispute = raised(scene, proposal=scene.draft())
    week = TODAY + timedelta(days=7)
    for event, state in (
        ("talk", DisputeState.TALK),
        ("mediate", DisputeState.MEDIATE),
        ("facilitate", DisputeState.FACILITATE),
        ("record", DisputeState.RECORDED),
    ):
        disputing.step(
            dispute=dispute,
            event=event,
            words="Tried.",
            next_on=week,
            by=scene.by(scene.two),
            at=AT,  # type: ignore[arg-type]
        )
        assert dispute.state == state  # type: ignore[attr-defined]
    assert dispute.next_on is None and dispute.steps.count() == 5  # type: ignore[attr-defined]
    assert not queries.open_disputes(scene.partnership)


def test_a_dispute_refuses_what_does_not_follow(scene: Scene) -> None:
    dispute = raised(scene)

    def step(event: str, **changes: object) -> None:
        given = {"words": "x", "next_on": TODAY, "by": scene.by(scene.one), "at": AT} | changes
        disputing.step(dispute=dispute, event=event, **given)  # type: ignore[arg-type]

    for event in ("facilitate", "record", "nonsense"):
        with pytest.raises(Conflict):
            step(event)
    with pytest.raises(Invalid):
        step("talk", next_on=None)
    with pytest.raises(Invalid):
        step("talk", words="")
    with pytest.raises(Denied, match="parties"):
        step("talk", by=scene.by(scene.residents))
    step("settle", next_on=None, by=scene.by(scene.convener))
    with pytest.raises(Conflict):
        step("talk")


@pytest.mark.parametrize("wrong", ["nobody", "oneself", "foreign", "past", "blank"])
def test_a_dispute_has_another_party_words_and_a_day(scene: Scene, wrong: str) -> None:
    changes: dict[str, object] = {
        "nobody": {"others": []},
        "oneself": {"others": [scene.one]},
        "foreign": {"others": [Scene().one]},
        "past": {"next_on": TODAY - timedelta(days=1)},
        "blank": {"about": " "},
    }[wrong]
    with pytest.raises(Invalid):
        raised(scene, **changes)


def test_the_text_is_what_was_proposed(scene: Scene) -> None:
    proposal = scene.draft(text=f"  {TEXT}\r\nAnd so on. ")
    assert queries.latest_text(proposal).text == f"{TEXT}\nAnd so on."
    assert proposal.state == State.DRAFT
