"""A commitment that comes from a decision leads to it, and back; nobody else learns its title."""

from __future__ import annotations

import json
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from commonweal.agree.commitments import exports, queries
from commonweal.agree.commitments.actions import Origin
from commonweal.agree.commitments.models import Commitment
from commonweal.agree.commitments.tests.factories import committed
from commonweal.agree.decisions.models import Proposal
from commonweal.agree.decisions.tests.factories import Scene
from commonweal.agree.decisions.tests.test_pages import Browser
from commonweal.agree.tests.factories import shared
from commonweal.convene import actions as convening
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import AT
from commonweal.core.errors import Invalid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("day_of_agreements")]
SECRET = "A quiet settlement with the firm"
FORM = {
    "action": "Lend the van on Fridays",
    "due_on": "2026-06-01",
    "source_kind": "decision",
    "is_public": "yes",
}


@pytest.fixture
def scene() -> Scene:
    return Scene()


def adopted(scene: Scene, title: str = SECRET) -> Proposal:
    proposal = scene.asked(title=title)
    scene.all_answer(proposal)
    scene.adopt(proposal)
    return proposal


def promised(scene: Scene, decision: Proposal, **more: Any) -> Commitment:
    """What the first partner promises because of a decision."""
    return committed(
        scene.partnership,
        scene.one.organisation,
        by=scene.by(scene.one),
        origin=Origin("decision", decision=decision),
        **more,
    )


def test_only_an_adopted_decision_of_this_table_is_named(scene: Scene) -> None:
    decision, waiting = adopted(scene), scene.asked()
    assert promised(scene, decision).decision == decision
    for wrong in (
        Origin("decision", decision=waiting),
        Origin("decision", decision=adopted(Scene())),
        Origin("meeting", "3 May", decision=decision),
        Origin("none", decision=decision),
        Origin("decision", "In words too", decision=decision),
    ):
        with pytest.raises(Invalid):
            committed(scene.partnership, origin=wrong)
    assert Commitment.objects.count() == 1


def test_the_database_holds_one_source_and_keeps_it(scene: Scene) -> None:
    one = promised(scene, adopted(scene))
    later = adopted(scene)
    for change in ({"decision": later}, {"decision": None}, {"source_ref": "D-2"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Commitment.objects.filter(pk=one.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Commitment.objects.create(
            partnership=scene.partnership,
            number=9,
            organisation=one.organisation,
            source_kind="meeting",
            source_ref="3 May",
            decision=later,
            made_at=AT,
            made_by="test",
        )


def test_it_is_chosen_from_the_list_and_leads_there_and_back(scene: Scene) -> None:
    decision, waiting = adopted(scene), scene.asked(title="Still open")
    partner = Browser(scene, scene.one)
    assert "No organisation has made a commitment because of it yet." in partner.get("proposal", 1)
    data = {**FORM, "organisation": str(scene.one.organisation_id)}
    page = partner.get("make_commitment")
    assert SECRET in page and "Still open" not in page
    for wrong in (waiting, adopted(Scene())):
        page = partner.send("make_commitment", status=422, **data, decision=str(wrong.pk))
        assert "Choose one of the decisions in the list." in page
    partner.send("make_commitment", **data, decision=str(decision.pk), source_ref="left over")
    one = Commitment.objects.get()
    assert (one.decision, one.source_ref) == (decision, "")
    page = partner.get("commitment", 1)
    assert f"Decision 1. {SECRET}" in page and f'href="{partner.path("proposal", 1)}"' in page
    resident = Browser(scene, scene.residents)
    page = resident.get("proposal", 1)
    assert "What was promised because of it" in page and "Lend the van on Fridays" in page
    assert f'href="{resident.path("commitment", 1)}"' in page
    assert "What was promised" not in resident.get("proposal", waiting.number)


def test_a_decision_that_is_not_in_the_list_is_named_in_words(scene: Scene) -> None:
    partner = Browser(scene, scene.one)
    data = {**FORM, "organisation": str(scene.one.organisation_id)}
    partner.send("make_commitment", **data, source_ref="The mayor’s decision of 2019")
    assert "A decision of the table: The mayor’s decision of 2019" in partner.get("commitment", 1)


def test_the_public_learns_no_title_of_a_decision(scene: Scene) -> None:
    promised(scene, adopted(scene))
    Partnership.objects.filter(pk=scene.partnership.pk).update(public_at=AT)
    scene.partnership.refresh_from_db()
    slug = scene.partnership.slug
    page = Client().get(f"/p/{slug}/").content.decode()
    assert "Give a bed for every ten sold" in page and SECRET not in page
    for form in ("json", "csv"):
        file = Client().get(reverse("public_commitments_file", args=[slug, form]))
        assert file.status_code == 200 and SECRET not in file.content.decode()
    file = Client().get(reverse("public_commitments_file", args=[slug, "json"]))
    (row,) = json.loads(file.content)
    assert (row["source"], row["source_ref"]) == ("decision", "D-1")
    # For the table the same: a file is passed on.
    assert exports.rows(queries.entries(scene.partnership, AT)) == [row]


def test_an_agreement_lists_what_was_promised_under_it(scene: Scene) -> None:
    assert scene.one.organisation is not None and scene.two.organisation is not None
    agreement = shared(scene.partnership, [scene.one.organisation, scene.two.organisation])
    partner = Browser(scene, scene.one)
    assert "What was promised" not in partner.get("agreement", agreement.reference)
    committed(
        scene.partnership,
        scene.two.organisation,
        by=scene.by(scene.two),
        origin=Origin("agreement", agreement=agreement),
        is_public=False,
    )
    page = partner.get("agreement", agreement.reference)
    assert "What was promised because of it" in page and "Give a bed for every ten sold" in page
    # Who has left the table still reads the agreement that it signed, and not the table's promises.
    convening.end_seat(seat=scene.one, reason="Left.", by=scene.by(scene.convener), at=AT)
    page = partner.get("agreement", agreement.reference)
    assert agreement.title in page and "Give a bed for every ten sold" not in page


@pytest.mark.django_db(transaction=True)
def test_references_that_were_written_become_links() -> None:
    scene, other = Scene(), Scene()
    decision = adopted(scene)
    scene.asked()
    references = (" D-1", "D-2", "D-9", "D-1 and D-2", "The first", f"D-{'9' * 30}")
    written = [
        committed(
            scene.partnership,
            scene.one.organisation,
            by=scene.by(scene.one),
            origin=Origin("decision", ref),
        )
        for ref in references
    ]
    elsewhere = committed(other.partnership, origin=Origin("decision", "D-1"))
    meeting = committed(scene.partnership, origin=Origin("meeting", "D-1"))
    step = import_module("commonweal.agree.commitments.migrations.0004_which_decision")
    trigger = import_module("commonweal.agree.commitments.migrations.0005_source_named")
    guard = trigger.Migration.operations[-1]
    with connection.schema_editor() as editor:
        guard.reverse_code(apps, editor)
        step.link(apps, editor)
    found = [Commitment.objects.get(pk=each.pk) for each in written]
    assert [each.decision for each in found] == [decision, None, None, None, None, None]
    assert [each.source for each in found] == [ref.strip() for ref in references]
    for one in (elsewhere, meeting):
        one.refresh_from_db()
        assert (one.decision, one.source_ref) == (None, "D-1")
    with connection.schema_editor() as editor:
        step.name(apps, editor)
        guard.code(apps, editor)
    assert not Commitment.objects.filter(decision__isnull=False).exists()
    assert Commitment.objects.get(pk=written[0].pk).source_ref == "D-1"
