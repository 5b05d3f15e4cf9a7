"""The way of a proposal: what moves it on, what refuses, what stays on record."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from commonweal.agree.decisions import actions, answering, queries, states
from commonweal.agree.decisions.models import Position, Proposal, ProposalText, State
from commonweal.agree.decisions.tests.factories import REVIEW, TEXT, TODAY, Scene
from commonweal.convene.tests.factories import AT, partner_of
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Event
from commonweal.core.scope import NOBODY
from commonweal.core.states import names

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_a_proposal_is_adopted_by_consent_and_keeps_why(scene: Scene) -> None:
    proposal = scene.asked()
    scene.answer(proposal, scene.one, "consent")
    scene.answer(proposal, scene.residents, "consent")
    scene.answer(proposal, scene.two, "abstain")
    scene.adopt(proposal, minutes="Weighed against Sundays.")
    proposal.refresh_from_db()
    assert proposal.state == State.ADOPTED and proposal.review_on == REVIEW
    assert proposal.outcome["present"] == 3 and proposal.outcome["seats"] == 5
    assert [each["code"] for each in proposal.outcome["reasons"]] == ["no_objection"]
    assert sorted(each["how"] for each in proposal.outcome["standings"]) == [
        "own",
        "own",
        "own",
        "silent",
        "silent",
    ]


def test_an_open_objection_stops_it_and_taking_it_in_asks_everybody_anew(scene: Scene) -> None:
    proposal = scene.asked()
    for seat in scene.seats[1:]:
        scene.answer(proposal, seat, "consent")
    objection = scene.answer(proposal, scene.residents, "object")
    with pytest.raises(Denied, match=r"Young parents objects.*harm elsewhere"):
        scene.adopt(proposal)
    actions.take_objections_in(proposal=proposal, by=scene.by(scene.convener), at=AT)
    written = actions.rewrite(
        proposal=proposal,
        text=f"{TEXT} Not before nine.",
        because="So that nobody wakes.",
        integrates=objection,
        by=scene.by(scene.one),
        at=AT,
    )
    assert written.number == 2 and written.integrates == objection
    scene.ask(proposal)
    with pytest.raises(Denied, match="0 of 5 seats have answered"):
        scene.adopt(proposal)
    scene.all_answer(proposal)
    scene.adopt(proposal)
    assert queries.positions(proposal)[-1].text.number == 1


def test_a_text_that_says_the_same_again_still_asks_anew(scene: Scene) -> None:
    proposal = scene.draft()
    for text in ("Other words.", TEXT):
        actions.rewrite(
            proposal=proposal, text=text, because="Back.", by=scene.by(scene.one), at=AT
        )
    hashes = [each.text_hash for each in queries.texts(proposal)]
    assert len(set(hashes)) == 3


def test_words_do_not_change_while_positions_are_taken(scene: Scene) -> None:
    proposal = scene.asked()
    with pytest.raises(Conflict, match="Positions are being taken"):
        actions.rewrite(
            proposal=proposal, text="Other.", because="x", by=scene.by(scene.one), at=AT
        )
    assert queries.latest_text(proposal).text == TEXT


@pytest.mark.parametrize(
    ("text", "because", "field"), [("", "x", "text"), ("New.", " ", "because"), (TEXT, "x", "text")]
)
def test_a_change_needs_new_words_and_a_reason(
    scene: Scene, text: str, because: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        actions.rewrite(
            proposal=scene.draft(), text=text, because=because, by=scene.by(scene.one), at=AT
        )
    assert field in refused.value.fields


def test_without_quorum_nothing_is_adopted(scene: Scene) -> None:
    proposal = scene.asked()
    scene.answer(proposal, scene.one, "consent")
    with pytest.raises(Denied) as refused:
        scene.adopt(proposal)
    assert "1 of 5 seats have answered; 3 are needed." in refused.value.text
    assert "Silence is not an answer" in refused.value.mend
    proposal.refresh_from_db()
    assert proposal.state == State.POSITIONS and proposal.outcome is None


def test_nobody_who_may_still_answer_is_passed_over(scene: Scene) -> None:
    proposal = scene.asked(days=7)
    for seat in scene.seats[:4]:
        scene.answer(proposal, seat, "consent")
    with pytest.raises(Denied, match="still time to answer"):
        scene.adopt(proposal)
    with pytest.raises(Denied, match="still time to answer"):
        close(scene, proposal)
    scene.answer(proposal, scene.seats[4], "abstain")
    scene.adopt(proposal)


@pytest.mark.parametrize("day", [None, TODAY, TODAY - timedelta(days=1)])
def test_every_decision_comes_back_on_a_later_day(scene: Scene, day: object) -> None:
    proposal = scene.asked()
    scene.all_answer(proposal)
    with pytest.raises(Invalid, match="comes back") as refused:
        scene.adopt(proposal, review_on=day)
    assert "review_on" in refused.value.fields
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.filter(pk=proposal.pk).update(
            state="adopted", closed_at=AT, outcome={}, review_on=None
        )


def close(scene: Scene, proposal: Proposal) -> None:
    actions.close_without_adopting(
        proposal=proposal,
        because="No way was found.",
        minutes="",
        is_public=False,
        by=scene.by(scene.convener),
        at=AT,
    )


def test_what_the_positions_carry_is_not_closed_as_not_adopted(scene: Scene) -> None:
    proposal = scene.asked()
    scene.all_answer(proposal)
    with pytest.raises(Denied, match="carry this proposal"):
        close(scene, proposal)


def test_what_they_do_not_carry_is_closed_with_its_reasons(scene: Scene) -> None:
    proposal = scene.asked()
    scene.answer(proposal, scene.two, "object")
    close(scene, proposal)
    proposal.refresh_from_db()
    assert proposal.state == State.NOT_ADOPTED
    codes = {each["code"] for each in proposal.outcome["reasons"]}
    assert codes == {"objection_open", "quorum_missing", "nobody_agrees"}


@pytest.mark.parametrize("rule", ["majority", "two_thirds", "unanimity"])
def test_votes_are_counted_by_the_rule_of_the_type(rule: str) -> None:
    scene = Scene(rule, quorum=100)
    proposal = scene.asked()
    for seat in scene.seats[:3]:
        scene.answer(proposal, seat, "for")
    for seat in scene.seats[3:]:
        scene.answer(proposal, seat, "against")
    if rule == "majority":
        scene.adopt(proposal)
    else:
        with pytest.raises(Denied):
            scene.adopt(proposal)


def test_one_seat_decides_after_the_advice_of_others(scene: Scene) -> None:
    lead = scene.decide_by(
        "lead", seats={"decide": [scene.two], "consult": [scene.residents]}, decider="seat"
    )
    proposal = scene.asked(days=5, decision_type=lead)
    scene.answer(proposal, scene.two, "for")
    decider = scene.by(scene.two)
    with pytest.raises(Denied, match="Young parents"):
        scene.adopt(proposal, by=decider)
    answering.contribute(
        proposal=proposal,
        seat=scene.residents,
        kind="advice",
        hat="organisation",
        said="Ask the hub first.",
        by=scene.by(scene.residents),
        at=AT,
    )
    scene.adopt(proposal, by=decider)
    assert proposal.outcome["advised"] == [str(scene.residents.pk)]
    with pytest.raises(Denied, match="has no say"):
        other = scene.asked(decision_type=lead)
        scene.answer(other, scene.one, "for")


def test_a_body_of_chosen_seats_decides_alone_with_residents_in_it(scene: Scene) -> None:
    seats = {"decide": [scene.one, scene.residents], "agree": [scene.two]}
    body = scene.decide_by("majority", quorum=100, seats=seats, decider="body")
    proposal = scene.asked(decision_type=body)
    scene.answer(proposal, scene.one, "for")
    scene.answer(proposal, scene.residents, "for")
    with pytest.raises(Denied, match="needs the agreement"):
        scene.adopt(proposal)
    scene.answer(proposal, scene.two, "for")
    scene.adopt(proposal)
    assert proposal.outcome["seats"] == 2


def test_steps_that_do_not_follow_are_refused(scene: Scene) -> None:
    draft = scene.draft()
    with pytest.raises(Conflict):
        scene.ask(draft)
    with pytest.raises(Conflict):
        scene.adopt(draft)
    adopted = scene.adopted()
    by = scene.by(scene.convener)
    with pytest.raises(Conflict):
        actions.withdraw(proposal=adopted, because="x", by=by, at=AT)
    with pytest.raises(Conflict):
        actions.open_for_questions(proposal=adopted, by=by, at=AT)
    with pytest.raises(Conflict):
        actions.rewrite(proposal=adopted, text="Other.", because="x", by=by, at=AT)
    assert names(states.PROPOSAL) == set(State.values)


def test_the_last_day_to_answer_is_not_past(scene: Scene) -> None:
    proposal = scene.draft()
    actions.open_for_questions(proposal=proposal, by=scene.by(scene.one), at=AT)
    with pytest.raises(Invalid, match="over already"):
        scene.ask(proposal, days=-1)


def test_who_may_propose_edit_and_run(scene: Scene) -> None:
    stranger = partner_of(Scene().partnership)
    with pytest.raises(Missing):
        scene.draft(by=stranger)
    with pytest.raises(Missing):
        scene.draft(by=NOBODY)
    with pytest.raises(Denied, match="do not speak for"):
        scene.draft(by=scene.by(scene.two))
    resident = scene.draft(seat=scene.residents)
    proposal = scene.draft()
    for act in (
        lambda by: actions.withdraw(proposal=proposal, because="x", by=by, at=AT),
        lambda by: actions.open_for_questions(proposal=proposal, by=by, at=AT),
        lambda by: actions.rewrite(proposal=proposal, text="n", because="x", by=by, at=AT),
        lambda by: scene.adopt(proposal, by=by),
    ):
        with pytest.raises(Denied):
            act(scene.by(scene.two))
        with pytest.raises(Missing):
            act(stranger)
    actions.withdraw(proposal=resident, because="Solved.", by=scene.by(scene.residents), at=AT)
    assert resident.state == State.WITHDRAWN


def test_a_review_is_held_and_can_come_back_once_more(scene: Scene) -> None:
    proposal = scene.adopted()
    later = REVIEW + timedelta(days=100)
    by = scene.by(scene.convener)
    actions.hold_review(proposal=proposal, said="Still good.", review_on=later, by=by, at=AT)
    assert proposal.review_on == later and "Still good." in proposal.minutes
    with pytest.raises(Invalid):
        actions.hold_review(proposal=proposal, said="x", review_on=TODAY, by=by, at=AT)
    actions.hold_review(proposal=proposal, said="Done.", review_on=None, by=by, at=AT)
    assert proposal.reviewed_at == AT
    assert not queries.reviews_coming(scene.partnership, later).exists()
    with pytest.raises(Conflict):
        actions.hold_review(proposal=proposal, said="x", review_on=None, by=by, at=AT)


def test_what_was_written_is_not_rewritten(scene: Scene) -> None:
    proposal = scene.adopted()
    for change in (
        lambda: ProposalText.objects.update(text="x"),
        lambda: Position.objects.update(stance="abstain"),
        lambda: Proposal.objects.update(title="x"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert queries.latest_text(proposal).text == TEXT


def test_the_log_tells_what_happened_and_nothing_that_was_said(scene: Scene) -> None:
    proposal = scene.asked()
    scene.answer(proposal, scene.residents, "object", said="My neighbour Xanthe sleeps badly.")
    found = Event.objects.filter(scope=scene.partnership.pk, kind__startswith="decisions.")
    kinds = [each.kind for each in found.order_by("number")]
    assert kinds == [
        "decisions.type_set_up",
        "decisions.proposed",
        "decisions.opened_for_questions",
        "decisions.positions_asked",
        "decisions.position_taken",
    ]
    assert "Xanthe" not in str([each.data for each in found])
    assert found.get(kind="decisions.position_taken").data["stance"] == "object"
