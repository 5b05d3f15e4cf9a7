"""What the constitution says about deciding is where forms begin, and departing is said in the open."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from commonweal.agree import actions as agreeing
from commonweal.agree import queries as agree
from commonweal.agree.decisions import setting_up
from commonweal.agree.decisions.models import DecisionType, Rule
from commonweal.agree.decisions.tests.factories import Scene
from commonweal.agree.decisions.tests.test_pages import Browser
from commonweal.agree.tests.factories import constituted, signatory_of
from commonweal.compute.permits.governing import RULES, Conflict, DecisionRule
from commonweal.convene.tests.factories import AT, EARLIER, PartnershipFactory, sponsor_organisation
from commonweal.core.errors import Invalid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_of_agreements")]

NOTHING = "No constitution is in force, so only what stands here holds."
BECAUSE = "Who pays wanted a vote."


@pytest.fixture
def scene() -> Scene:
    return Scene(quorum=60)


def setting(**changes: Any) -> setting_up.Setting:
    given = {"name": "Money", "rule": "consent", "decider": "table", "quorum": 60} | changes
    return setting_up.Setting(**given)


def set_up(scene: Scene, **changes: Any) -> DecisionType:
    return setting_up.set_up(
        partnership=scene.partnership,
        setting=setting(**changes),
        by=scene.by(scene.convener),
        at=AT,
    )


def test_every_rule_of_a_constitution_can_be_chosen_for_a_type() -> None:
    assert set(RULES) <= set(Rule.values)


def test_a_constitution_is_in_force_only_while_it_stands(scene: Scene) -> None:
    table = scene.partnership
    assert agree.constitution(table, AT) is None
    constituted(PartnershipFactory())
    assert agree.constitution(table, AT) is None
    one = constituted(table, at=EARLIER)
    found = agree.constitution(table, AT)
    assert found is not None and found.reference == one.reference
    expired = found.expires_at
    assert agree.constitution(table, expired - timedelta(seconds=1)) is not None
    assert agree.constitution(table, expired) is None
    # Of several the one that was signed last.
    two = constituted(table, DecisionRule("majority", 50, 6), at=AT)
    found = agree.constitution(table, AT)
    assert found is not None and found.reference == two.reference
    # One of two members has left: there is nothing between them any more.
    sponsor = sponsor_organisation(table)
    agreeing.withdraw(
        agreement=two, organisation=sponsor, reason="", by=signatory_of(sponsor), at=AT
    )
    found = agree.constitution(table, AT)
    assert found is not None and found.reference == one.reference


def test_a_departure_needs_its_reason_and_keeping_to_it_none(scene: Scene) -> None:
    constituted(scene.partnership)
    assert set_up(scene, name="As it says").departs_because == ""
    page = Browser(scene, scene.one).get("decision_types")
    assert "Every type of decision keeps to it." in page
    # The clause asks for at least its quorum.
    assert set_up(scene, name="Stricter", quorum=90).departs_because == ""
    for name, changes in {
        "Votes": {"rule": "majority"},
        "Two thirds": {"rule": "two_thirds"},
        "Few": {"quorum": 59},
    }.items():
        with pytest.raises(Invalid) as refused:
            set_up(scene, name=name, **changes, departs_because="  ")
        assert set(refused.value.fields) == {"departs_because"}
        assert not DecisionType.objects.filter(name=name).exists()
        made = set_up(scene, name=name, **changes, departs_because=f" {BECAUSE}\n")
        assert made.departs_because == BECAUSE
    with pytest.raises(Invalid):
        set_up(scene, name="Long", rule="majority", departs_because="x" * 501)
    # What is not departed from any more has no reason left.
    setting_up.change(
        decision_type=made,
        setting=setting(name="Few", departs_because=BECAUSE),
        by=scene.by(scene.convener),
        at=AT,
    )
    assert made.departs_because == ""


def test_without_a_constitution_everything_is_as_it_was(scene: Scene) -> None:
    assert set_up(scene, rule="majority", quorum=1).departs_because == ""
    convener, partner = Browser(scene, scene.convener), Browser(scene, scene.one)
    scene.asked()
    for browser, name, more in (
        (partner, "decision_types", ()),
        (partner, "decisions", ()),
        (partner, "decision_type", (2,)),
        (partner, "disputes", ()),
        (partner, "raise_dispute", ()),
        (convener, "set_up_decision_type", ()),
        (convener, "decision_type", (2,)),
        (convener, "adopt_proposal", (1,)),
    ):
        page = browser.get(name, *more)
        assert NOTHING in page, name
        assert "Departs" not in page and "departs_because" not in page, name
    form = convener.client.get(convener.path("set_up_decision_type")).context["form"]
    assert form["quorum"].value() == 50 and form["rule"].value() is None


def test_the_pages_say_what_the_constitution_says_and_who_departs(scene: Scene) -> None:
    agreement = constituted(scene.partnership)
    convener, partner = Browser(scene, scene.convener), Browser(scene, scene.one)
    link = reverse("agreement", args=[scene.partnership.slug, agreement.reference]) + "#clause-5"
    says = "CON-1 clause 5</a>): consent, quorum 60%, comes back after 12 months."
    form = convener.client.get(convener.path("set_up_decision_type")).context["form"]
    assert (form["rule"].value(), form["quorum"].value()) == ("consent", 60)
    data = {"name": "Money", "rule": "majority", "quorum": "40", "decider": "table"}
    page = convener.send("set_up_decision_type", status=422, **data)
    how = "majority instead of consent, a quorum of 40% instead of at least 60%."
    assert f"Say why it departs from the constitution: {how}" in page
    convener.send("set_up_decision_type", **data, departs_because=BECAUSE)
    departs = f"Departs from the constitution: {how} The reason: {BECAUSE}"
    for browser, name, more, is_marked in (
        (partner, "decision_types", (), True),
        (partner, "decision_type", (2,), True),
        (convener, "decision_type", (2,), True),
        (partner, "decision_type", (1,), False),
        (partner, "decisions", (), False),
    ):
        page = browser.get(name, *more)
        assert says in page and f'href="{link}"' in page, name
        assert (departs in page) == is_marked, name
    assert 'id="clause-5"' in partner.client.get(link).content.decode()
    # Changing it begins with the reason that is there.
    form = convener.client.get(convener.path("decision_type", 2)).context["form"]
    assert form["departs_because"].value() == BECAUSE


def test_a_type_that_was_there_first_is_marked_without_a_reason(scene: Scene) -> None:
    set_up(scene, rule="two_thirds")
    constituted(scene.partnership)
    page = Browser(scene, scene.one).get("decision_type", 2)
    assert "two thirds instead of consent. No reason is on record yet." in page


def test_a_reason_outlives_a_constitution_that_has_ended(scene: Scene) -> None:
    constituted(scene.partnership, expiry=AT.date())
    made = set_up(scene, rule="majority", departs_because=BECAUSE)
    later = AT + timedelta(days=2)
    assert agree.constitution(scene.partnership, later) is None
    setting_up.change(
        decision_type=made,
        setting=setting(rule="majority", quorum=70, departs_because=BECAUSE),
        by=scene.by(scene.convener),
        at=later,
    )
    assert made.departs_because == BECAUSE


def test_a_decision_comes_back_by_the_constitution_unless_somebody_says_otherwise(
    scene: Scene,
) -> None:
    constituted(scene.partnership, DecisionRule("consent", 60, 6))
    proposal = scene.asked()
    scene.all_answer(proposal)
    convener = Browser(scene, scene.convener)
    answer = convener.client.get(convener.path("adopt_proposal", 1))
    assert answer.context["form"]["review_on"].value() == date(2026, 9, 1)
    assert b"comes back after 6 months" in answer.content
    convener.send("adopt_proposal", 1, review_on="2026-05-05", minutes="")
    proposal.refresh_from_db()
    assert proposal.review_on == date(2026, 5, 5)


def test_the_days_of_a_dispute_begin_with_the_constitution(scene: Scene) -> None:
    constituted(scene.partnership, conflict=Conflict(("talk", "mediate", "facilitate"), 10))
    one = Browser(scene, scene.one)
    says = "CON-1 clause 6</a>): those concerned talk with each other, somebody at the table"
    assert says in one.get("disputes")
    answer = one.client.get(one.path("raise_dispute"))
    due = AT.date() + timedelta(days=10)
    assert says in answer.content.decode() and "at most 10 days." in answer.content.decode()
    assert answer.context["form"]["next_on"].value() == due
    one.send(
        "raise_dispute",
        about="The van",
        words="We paid twice.",
        seat=str(scene.one.pk),
        others=[str(scene.two.pk)],
        next_on="2026-03-20",
    )
    for event in ("talk", "mediate", "facilitate"):
        form = one.client.get(one.path("dispute", 1)).context["form"]
        assert form["next_on"].value() == due
        one.send("dispute", 1, event=event, words="Tried.", next_on="2026-03-20")
    # What remains is to settle it or to put it on record: there is no further step to wait for.
    assert one.client.get(one.path("dispute", 1)).context["form"]["next_on"].value() is None
