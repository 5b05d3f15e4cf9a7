"""The pages: what they say, what they refuse, and that nothing half-sent is lost."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from commonweal.agree.decisions import actions, answering, position_links, queries
from commonweal.agree.decisions.models import (
    Attendance,
    ConflictOfInterest,
    Contribution,
    DecisionType,
    Delegation,
    Dispute,
    Position,
    Proposal,
    State,
)
from commonweal.agree.decisions.tests.factories import REVIEW, TEXT, TODAY, Scene
from commonweal.convene import actions as convening
from commonweal.convene.models import Seat
from commonweal.convene.tests.factories import AT
from commonweal.core import due, links, mail
from commonweal.core.errors import Missing
from commonweal.core.models import Link, OutgoingMail

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_of_agreements")]


@pytest.fixture
def scene() -> Scene:
    return Scene()


class Browser:
    """A signed-in person of a seat, at the pages of one table."""

    def __init__(self, scene: Scene, seat: Seat) -> None:
        self.slug = scene.partnership.slug
        self.client = Client()
        self.client.force_login(scene.people[seat], "django.contrib.auth.backends.ModelBackend")

    def path(self, name: str, *more: Any) -> str:
        return reverse(name, args=[self.slug, *more])

    def get(self, name: str, /, *more: Any, status: int = 200) -> str:
        answer = self.client.get(self.path(name, *more))
        assert answer.status_code == status, answer.content.decode()
        return answer.content.decode()

    def send(self, name: str, /, *more: Any, status: int = 302, **data: Any) -> str:
        answer = self.client.post(self.path(name, *more), data)
        assert answer.status_code == status, answer.content.decode()
        return answer.content.decode()


def test_an_empty_table_is_told_how_to_begin(scene: Scene) -> None:
    DecisionType.objects.all().delete()
    assert "Say how you decide" in Browser(scene, scene.convener).get("decisions")
    partner = Browser(scene, scene.one)
    assert "Say how you decide" not in partner.get("decisions")
    assert "convener sets up" in partner.get("propose", status=409)


def test_a_whole_decision_by_its_pages(scene: Scene) -> None:
    convener, partner = Browser(scene, scene.convener), Browser(scene, scene.one)
    assert "No proposal yet" in partner.get("decisions")
    partner.get("propose")
    partner.send(
        "propose",
        decision_type=str(scene.type.pk),
        title="Saturdays",
        text=TEXT,
        seat=str(scene.one.pk),
        hat="us",
    )
    partner.send("move_proposal", 1, event="open_for_questions")
    resident = Browser(scene, scene.residents)
    resident.get("say_on_proposal", 1)
    resident.send(
        "say_on_proposal",
        1,
        kind="question",
        words="Before nine?",
        seat=str(scene.residents.pk),
        hat="organisation",
    )
    assert "Before nine?" in partner.get("proposal", 1)
    convener.get("ask_for_positions", 1)
    convener.send("ask_for_positions", 1, answer_by=TODAY.isoformat())
    text = queries.latest_text(Proposal.objects.get())
    for seat in scene.seats:
        browser = Browser(scene, seat)
        assert TEXT in browser.get("take_position", 1)
        data = {"hat": "us", "text_hash": text.text_hash, "words": "", "replaces": ""}
        browser.send("take_position", 1, stance="consent", **data)
    page = convener.get("proposal", 1)
    assert "It can be adopted." in page and "Adopt" in page
    assert "Nobody objects: 5 consent" in convener.get("adopt_proposal", 1)
    convener.send(
        "adopt_proposal", 1, review_on=REVIEW.isoformat(), minutes="Short.", is_public="on"
    )
    page = partner.get("proposal", 1)
    assert "Nobody objects: 5 consent, 0 did not answer." in page
    assert "1 September 2026" in page and "Short." in page
    assert "Coming back for review" not in partner.get("decisions")


def test_an_objection_is_taken_in_by_the_pages(scene: Scene) -> None:
    proposal = scene.asked()
    browser = Browser(scene, scene.residents)
    text = queries.latest_text(proposal)
    data = {"stance": "object", "hat": "us", "text_hash": text.text_hash, "words": "It wakes us."}
    page = browser.send("take_position", 1, status=422, **data)
    assert "An objection has a reason" in page or "effect, the cost, or harm" in page
    assert "It wakes us." in page
    browser.send("take_position", 1, reason="side_effect", **data)
    convener = Browser(scene, scene.convener)
    assert "It would do harm elsewhere" in convener.get("proposal", 1)
    page = convener.send("adopt_proposal", 1, status=403, review_on=REVIEW.isoformat())
    assert "cannot be adopted yet" in page
    convener.send("move_proposal", 1, event="take_objections_in")
    objection = Position.objects.get()
    page = convener.get("rewrite_proposal", 1)
    assert "It wakes us." in page and "None of them" in page
    convener.send(
        "rewrite_proposal", 1, text="Later.", because="Quiet.", integrates=str(objection.pk)
    )
    page = convener.get("proposal", 1)
    assert "Taken in by text 2: Quiet." in page and "Read text 1" in page


def test_an_answer_is_changed_and_a_second_one_beside_it_refused(scene: Scene) -> None:
    proposal = scene.asked()
    first = scene.answer(proposal, scene.one, "consent")
    browser = Browser(scene, scene.one)
    page = browser.get("take_position", 1)
    assert str(first.pk) in page and "takes its place" in page
    data = {"stance": "abstain", "hat": "us", "text_hash": first.text.text_hash}
    assert "one seat has one vote" in browser.send("take_position", 1, status=422, **data)
    browser.send("take_position", 1, replaces=str(first.pk), **data)
    assert queries.position_of(first.text, scene.one).stance == "abstain"  # type: ignore[union-attr]


def test_the_table_says_who_is_silent_absent_delegated_or_out(scene: Scene) -> None:
    proposal = scene.asked()
    scene.answer(proposal, scene.one, "abstain")
    answering.declare_conflict(
        proposal=proposal, seat=scene.two, said="We sell beds.", by=scene.by(scene.two), at=AT
    )
    browser = Browser(scene, scene.sponsor)
    assert "In all of them" in browser.get("delegations")
    browser.send(
        "delegations",
        seat=str(scene.sponsor.pk),
        holder=str(scene.one.pk),
        decision_type="",
        until_on="",
    )
    convener = Browser(scene, scene.convener)
    convener.get("note_attendance", 1)
    convener.send("note_attendance", 1, present=[str(scene.one.pk)], excused=[str(scene.two.pk)])
    page = browser.get("proposal", 1)
    for words in (
        "Abstention",
        f"Abstention, by {scene.one.holder}",
        "Conflict of interest",
        "No answer",
        "Present",
        "Excused",
        "Absent",
        "Silence is not agreement",
    ):
        assert words in page
    assert Attendance.objects.count() == 5
    row = Delegation.objects.get()
    assert "answers for" in browser.get("delegations")
    Browser(scene, scene.one).send("end_delegation", row.pk, status=403)
    browser.send("end_delegation", row.pk)
    browser.send("end_delegation", row.pk, status=404)


def test_closing_withdrawing_and_reviewing_by_the_pages(scene: Scene) -> None:
    convener = Browser(scene, scene.convener)
    first, second = scene.asked(), scene.asked()
    convener.get("close_proposal", first.number)
    convener.send("close_proposal", first.number, status=422, because="")
    convener.send("close_proposal", first.number, because="No way was found.")
    assert "No way was found." in convener.get("proposal", first.number)
    convener.get("withdraw_proposal", second.number)
    convener.send("withdraw_proposal", second.number, because="Solved itself.")
    assert "Solved itself." in convener.get("decisions")
    third = scene.adopted()
    convener.get("review_decision", third.number)
    convener.send("review_decision", third.number, words="Still good.", review_on="")
    assert "Reviewed on 1 March 2026: Still good." in convener.get("proposal", third.number)


def test_types_are_set_up_changed_and_read(scene: Scene) -> None:
    convener, partner = Browser(scene, scene.convener), Browser(scene, scene.one)
    convener.get("set_up_decision_type")
    data: dict[str, Any] = {"name": "Spending", "rule": "lead", "quorum": "50", "decider": "seat"}
    page = convener.send("set_up_decision_type", status=422, **data)
    assert "Nobody decides." in page
    convener.send(
        "set_up_decision_type",
        **data,
        decide=[str(scene.one.pk)],
        consult=[str(scene.residents.pk)],
    )
    page = partner.get("decision_types")
    assert "Lead with advice" in page and "Young parents" in page
    assert "Is asked for advice" in partner.get("decision_type", 2)
    partner.send("decision_type", 2, status=403, **data)
    assert "Spending" in convener.get("decision_type", 2)
    convener.send(
        "decision_type", 2, **{**data, "rule": "consent", "decider": "table", "quorum": "60"}
    )
    found = DecisionType.objects.get(number=2)
    assert (found.rule, found.quorum, found.rights.count()) == ("consent", 60, 0)


def test_what_was_withdrawn_is_read_after_its_rule_changed(scene: Scene) -> None:
    proposal = scene.asked()
    scene.answer(proposal, scene.one, "consent")
    convener = Browser(scene, scene.convener)
    convener.send("withdraw_proposal", 1, because="Solved itself.")
    data = {"name": "Votes", "rule": "majority", "quorum": "50", "decider": "table"}
    convener.send("decision_type", 1, **data)
    assert "Solved itself." in convener.get("proposal", 1)
    assert json.loads(convener.get("decisions_json"))["motions"][0]["requirement"] == "consent"


def test_disputes_by_the_pages(scene: Scene) -> None:
    one, other = Browser(scene, scene.one), Browser(scene, scene.residents)
    assert "No dispute is on record" in one.get("disputes")
    one.get("raise_dispute")
    data = {
        "about": "Who pays the van",
        "words": "We paid twice.",
        "seat": str(scene.one.pk),
        "next_on": (TODAY + timedelta(days=5)).isoformat(),
        "proposal": "",
    }
    assert "at least one other seat" in one.send("raise_dispute", status=422, **data)
    one.send("raise_dispute", **data, others=[str(scene.two.pk)])
    assert "We paid twice." in other.get("dispute", 1)
    other.send("dispute", 1, status=403, event="talk", words="x", next_on=TODAY.isoformat())
    one.send("dispute", 1, status=422, event="talk", words="x", next_on="")
    one.send("dispute", 1, event="talk", words="Coffee on Monday.", next_on=TODAY.isoformat())
    page = one.get("dispute", 1)
    assert "Coffee on Monday." in page and "mediates" in page
    one.send("dispute", 1, event="settle", words="We share it.", next_on="")
    assert "The next step" not in one.get("dispute", 1)
    assert Dispute.objects.get().state == "settled"


def test_a_conflict_is_declared_by_its_page_and_ends_the_answers(scene: Scene) -> None:
    scene.asked()
    browser = Browser(scene, scene.one)
    browser.get("declare_conflict", 1)
    browser.send("declare_conflict", 1, words="We sell beds.", seat=str(scene.one.pk))
    assert ConflictOfInterest.objects.get().seat == scene.one
    browser.get("take_position", 1, status=403)
    assert "We sell beds." in browser.get("proposal", 1)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"decision_type": "x", "title": "x" * 300, "text": "", "seat": "1", "hat": "crown"},
        {"decision_type": "00000000-0000-0000-0000-000000000000", "title": "\x00", "text": "\x00"},
    ],
)
def test_nonsense_is_told_at_its_field(scene: Scene, data: dict[str, str]) -> None:
    browser = Browser(scene, scene.one)
    browser.send("propose", status=422, **data)
    assert not Proposal.objects.exists()
    scene.asked()
    browser.send("take_position", 1, status=422, **data)
    browser.send("say_on_proposal", 1, status=422, **data)
    browser.send("declare_conflict", 1, status=422, **data)
    browser.send("raise_dispute", status=422, **data)
    convener = Browser(scene, scene.convener)
    for name in ("adopt_proposal", "close_proposal", "withdraw_proposal", "review_decision"):
        convener.send(name, 1, status=422, **data)
    convener.send("set_up_decision_type", status=422, **data)
    convener.send("position_links", 1, status=422, **data)
    convener.send("move_proposal", 1, status=409, event="nonsense")


# Personal links ---------------------------------------------------------------------------------


def mailed() -> str:
    """The address in the last message."""
    body = mail.body_of(OutgoingMail.objects.get())
    line = next(line for line in body.splitlines() if "/l/position/" in line)
    return "/l/position/" + line.split("/l/position/")[1]


def issued(scene: Scene, proposal: Proposal, seat: Seat) -> tuple[Link, str]:
    OutgoingMail.objects.all().delete()
    link = position_links.issue(
        proposal=proposal, seat=seat, email="kay@example.org", by=scene.by(scene.convener), at=AT
    )
    return link, mailed()


def test_a_resident_answers_by_a_mailed_link_without_an_account(scene: Scene) -> None:
    proposal = scene.asked()
    _link, path = issued(scene, proposal, scene.residents)
    client = Client()
    for _look in range(2):
        page = client.get(path).content.decode()
        assert TEXT in page and not Position.objects.exists()
    text = queries.latest_text(proposal)
    data = {"stance": "object", "hat": "organisation", "text_hash": text.text_hash}
    assert client.post(path, data).status_code == 422
    sent = client.post(path, {**data, "reason": "effect", "words": "It will not reach us."})
    assert sent.status_code == 302
    taken = Position.objects.get()
    assert (taken.seat, taken.by_link) == (scene.residents, True)
    page = client.get(sent["Location"]).content.decode()
    assert "It is on record" in page and "Objection" in page
    page = Browser(scene, scene.one).get("proposal", 1)
    assert "By personal link" in page and "kay@example.org" not in page
    changed = {"stance": "consent", "replaces": str(taken.pk), "hat": "us"}
    assert client.post(path, {**data, **changed}).status_code == 302


def test_before_positions_a_link_lets_its_holder_ask(scene: Scene) -> None:
    proposal = scene.draft()
    actions.open_for_questions(proposal=proposal, by=scene.by(scene.one), at=AT)
    _link, path = issued(scene, proposal, scene.residents)
    data = {
        "kind": "advice",
        "words": "Ask the hub.",
        "hat": "us",
        "seat": str(scene.residents.pk),
    }
    assert Client().post(path, data).status_code == 302
    assert Contribution.objects.get().by_link
    other = {**data, "seat": str(scene.one.pk)}
    assert Client().post(path, other).status_code == 422


def test_a_link_dies_when_it_is_withdrawn_sent_again_expired_or_closed(scene: Scene) -> None:
    proposal = scene.asked()
    link, first = issued(scene, proposal, scene.residents)
    convener = Browser(scene, scene.convener)
    assert "kay@example.org" in convener.get("position_links", 1)
    OutgoingMail.objects.all().delete()
    convener.send("position_link_resend", 1, link.pk)
    second = mailed()
    client = Client()
    assert client.get(first).status_code == 404 and client.get(second).status_code == 200
    convener.send("position_link_revoke", 1, link.pk)
    assert client.get(second).status_code == 404
    _link, third = issued(scene, proposal, scene.residents)
    convener.send("withdraw_proposal", 1, because="Later.")
    assert client.get(third).status_code == 404


def test_one_link_for_a_seat_only_for_who_is_asked_and_only_from_the_convener(
    scene: Scene,
) -> None:
    proposal = scene.asked()
    issued(scene, proposal, scene.residents)
    convener = Browser(scene, scene.convener)
    data = {"seat": str(scene.residents.pk), "email": "kay@example.org"}
    assert "has a link" in convener.send("position_links", 1, status=422, **data)
    convener.send("position_links", 1, seat=str(scene.one.pk), email="a@example.org")
    Browser(scene, scene.one).get("position_links", 1, status=403)
    lead = scene.decide_by("lead", seats={"decide": [scene.two]}, decider="seat")
    other = scene.asked(decision_type=lead)
    page = convener.send("position_links", other.number, status=422, **data)
    assert "Choose" in page
    draft = scene.draft()
    convener.send("position_links", draft.number, status=422, **data)


def test_a_link_answers_for_no_other_seat_or_proposal_and_not_after_its_seat_ended(
    scene: Scene,
) -> None:
    first, second = scene.asked(), scene.asked()
    link, path = issued(scene, first, scene.residents)
    by = links.actor(link)
    for proposal, seat in ((second, scene.residents), (first, scene.one)):
        with pytest.raises(Missing):
            scene.answer(proposal, seat, "consent", by=by)
    convening.end_seat(
        seat=scene.residents, reason="Moved away.", by=scene.by(scene.convener), at=AT
    )
    assert Client().get(path).status_code == 404


# For other software, and what is due ------------------------------------------------------------


def test_motions_and_votes_as_json_for_the_table_and_the_public(scene: Scene) -> None:
    proposal = scene.adopted(is_public=True, minutes="Weighed.")
    hidden = scene.asked()
    scene.answer(hidden, scene.one, "object")
    found = json.loads(Browser(scene, scene.one).get("decisions_json"))
    assert [each["extras"]["state"] for each in found["motions"]] == ["adopted", "positions"]
    event = found["vote_events"][0]
    assert event["motion_id"] == str(proposal.pk) and event["result"] == "pass"
    assert event["counts"] == [{"option": "yes", "value": 5}]
    options = [each["option"] for each in found["vote_events"][1]["votes"]]
    assert sorted(options) == ["absent", "absent", "absent", "absent", "no"]
    public = reverse("public_decisions_json", args=[scene.partnership.slug])
    assert Client().get(public).status_code == 404
    convening.open_to_public(partnership=scene.partnership, by=scene.by(scene.convener), at=AT)
    shown = Client().get(public).json()
    assert [each["identifier"] for each in shown["motions"]] == ["1"]
    assert len(shown["vote_events"]) == 1 and '"no"' not in json.dumps(shown)


def test_the_public_page_tells_public_decisions_and_no_others(scene: Scene) -> None:
    scene.adopted(is_public=True)
    scene.adopted()
    convening.open_to_public(partnership=scene.partnership, by=scene.by(scene.convener), at=AT)
    scene.partnership.refresh_from_db()
    assert [each.number for each in queries.public_decisions(scene.partnership, AT)] == [1]
    page = Client().get(reverse("public_partnership", args=[scene.partnership.slug]))
    text = page.content.decode()
    assert TEXT in text and "1 September 2026" in text and text.count(TEXT) == 1


def test_reviews_are_a_calendar(scene: Scene) -> None:
    scene.adopted()
    calendar = Calendar.from_ical(Browser(scene, scene.one).get("decision_reviews"))
    events = list(calendar.walk("VEVENT"))
    assert [event["dtstart"].dt for event in events] == [REVIEW]
    assert str(events[0]["url"]).endswith("/decisions/1/")


def kinds(scene: Scene, seat: Seat, days: int = 0) -> list[tuple[str, bool]]:
    found = due.items(scene.by(seat), AT + timedelta(days=days))
    return [(each.kind, each.late) for each in found if each.kind.startswith("decisions.")]


def test_what_is_owed_by_whom_and_when_it_is_late(scene: Scene) -> None:
    proposal = scene.asked(days=3)
    scene.answer(proposal, scene.one, "consent")
    assert kinds(scene, scene.one) == []
    assert kinds(scene, scene.residents) == [("decisions.position", False)]
    assert kinds(scene, scene.residents, days=4) == [("decisions.position", True)]
    actions.withdraw(proposal=proposal, because="x", by=scene.by(scene.one), at=AT)
    scene.adopted()
    days = (REVIEW - TODAY).days
    assert kinds(scene, scene.convener, days=days - 31) == []
    assert kinds(scene, scene.convener, days=days - 30) == [("decisions.review", False)]
    assert kinds(scene, scene.convener, days=days + 1) == [("decisions.review", True)]
    assert kinds(scene, scene.one, days=days) == []


def test_every_item_that_is_due_leads_somewhere(scene: Scene) -> None:
    advice = scene.decide_by(
        "lead", seats={"decide": [scene.two], "consult": [scene.residents]}, decider="seat"
    )
    waiting = scene.draft(decision_type=advice)
    actions.open_for_questions(proposal=waiting, by=scene.by(scene.one), at=AT)
    scene.asked()
    browser = Browser(scene, scene.residents)
    items = due.items(scene.by(scene.residents), AT)
    assert {each.kind for each in items} == {"decisions.advice", "decisions.position"}
    for each in items:
        assert browser.client.get(each.url).status_code == 200


def test_nobody_outside_reads_anything(scene: Scene) -> None:
    scene.adopted()
    other = Scene()
    stranger = Client()
    stranger.force_login(other.people[other.one], "django.contrib.auth.backends.ModelBackend")
    slug = scene.partnership.slug
    for name, more in (("decisions", []), ("proposal", [1]), ("decisions_json", [])):
        path = reverse(name, args=[slug, *more])
        assert stranger.get(path).status_code == 404
        assert Client().get(path).status_code == 302
    assert Proposal.objects.get().state == State.ADOPTED
