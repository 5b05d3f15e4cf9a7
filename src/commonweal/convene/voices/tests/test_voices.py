"""The map of the problem, and who is missing by it: the record, the comparison, the pages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from commonweal.cli import main
from commonweal.compute.convening.missing import Rule
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    AT,
    EARLIER,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_of,
    convener_organisation,
    member_of,
    seated,
)
from commonweal.convene.voices import actions, queries
from commonweal.convene.voices.actions import Said
from commonweal.convene.voices.models import Line
from commonweal.convene.voices.steps import checks
from commonweal.core.errors import Denied, Invalid, Missing
from commonweal.core.models import Event, Role, Sector
from commonweal.core.tests.ways_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory()


def add(partnership: Partnership, kind: str, name: str, **more: Any) -> Line:
    return actions.add(
        partnership=partnership,
        kind=kind,
        said=Said(name, **more),
        by=convener_of(partnership),
        at=AT,
    )


def rules(partnership: Partnership) -> list[tuple[Rule, bool]]:
    """Without those that follow from the sectors of the small table."""
    found = queries.who_is_missing(partnership, AT).answer.findings
    return [
        (each.rule, each.strong) for each in found if each.rule not in {Rule.SECTOR, Rule.ONE_SIDED}
    ]


def test_an_actor_is_missing_until_it_sits_here(partnership: Partnership) -> None:
    landlords = OrganisationFactory(name="Landlords", sector=Sector.PRIVATE)
    actor = add(partnership, "actor", "Landlords", sector=Sector.PRIVATE)
    add(partnership, "lever", "Dry flats", grip="influences", actors=[actor])
    assert rules(partnership) == [(Rule.ACTOR, True), (Rule.LEVER, False)]
    seated(partnership, landlords)
    actions.change(
        line=actor,
        said=Said("Landlords", organisation=landlords),
        by=convener_of(partnership),
        at=AT,
    )
    assert rules(partnership) == []


def test_a_group_is_missing_while_nobody_holds_its_seat(partnership: Partnership) -> None:
    seat = Seat.objects.create(
        partnership=partnership, kind="resident", voice="Young parents", since_at=EARLIER
    )
    add(partnership, "group", "Families with a newborn", seat=seat)
    assert rules(partnership) == [(Rule.VACANT, False)]
    seat.person = PersonFactory()
    seat.save(update_fields=["person"])
    assert rules(partnership) == []
    seat.until_at, seat.ended_because = AT, "They moved away."
    seat.save(update_fields=["until_at", "ended_because"])
    assert rules(partnership) == [(Rule.GROUP, False)]


def test_a_place_needs_somebody_who_works_there(partnership: Partnership) -> None:
    place = add(partnership, "place", "Hollin Bank")
    assert rules(partnership) == [(Rule.PLACE, False)]
    said = Said("Hollin Bank", organisations=[convener_organisation(partnership)])
    actions.change(line=place, said=said, by=convener_of(partnership), at=AT)
    assert rules(partnership) == []


def test_a_line_keeps_only_what_its_kind_says(partnership: Partnership) -> None:
    here = convener_organisation(partnership)
    line = add(
        partnership, "group", "Families", grip="controls", sector="public", organisations=[here]
    )
    assert (line.grip, line.sector, list(line.organisations.all())) == ("", "", [])
    with pytest.raises(IntegrityError), transaction.atomic():
        Line.objects.filter(pk=line.pk).update(grip="controls")


@pytest.mark.parametrize(
    ("kind", "name", "more", "field"),
    [
        ("actor", "  ", {}, "name"),
        ("actor", "x" * 121, {}, "name"),
        ("lever", "Rent", {}, "grip"),
        ("lever", "Rent", {"grip": "owns"}, "grip"),
        ("city", "Leeds", {}, "kind"),
        ("place", "Here", {"words": "x" * 2001}, "words"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    partnership: Partnership, kind: str, name: str, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        add(partnership, kind, name, **more)
    assert list(refused.value.fields) == [field]
    assert not Line.objects.exists()


def test_a_name_stands_once_for_each_kind(partnership: Partnership) -> None:
    add(partnership, "place", "Hollin Bank")
    with pytest.raises(Invalid, match="already"):
        add(partnership, "place", " Hollin  Bank ")
    add(partnership, "group", "Hollin Bank")
    add(PartnershipFactory(), "place", "Hollin Bank")


def test_a_map_names_nothing_of_another_partnership(partnership: Partnership) -> None:
    foreign = add(PartnershipFactory(), "actor", "Landlords")
    with pytest.raises(Denied):
        add(partnership, "lever", "Flats", grip="controls", actors=[foreign])
    assert not Line.objects.filter(partnership=partnership).exists()


def test_only_the_convener_draws_and_only_the_table_reads(partnership: Partnership) -> None:
    line = add(partnership, "place", "Hollin Bank")
    partner = seated(partnership).organisation
    assert partner is not None
    by = member_of(partner)
    with pytest.raises(Denied):
        actions.change(line=line, said=Said("x"), by=by, at=AT)
    with pytest.raises(Denied):
        actions.remove(line=line, by=by, at=AT)
    assert queries.line_for(by, partnership.slug, line.pk, AT) == line
    with pytest.raises(Missing):
        queries.line_for(convener_of(PartnershipFactory()), partnership.slug, line.pk, AT)
    actions.remove(line=line, by=convener_of(partnership), at=AT)
    assert [each.kind for each in Event.objects.filter(kind__startswith="convene.line")] == [
        "convene.line_added",
        "convene.line_removed",
    ]


def test_the_journey_asks_for_the_map(partnership: Partnership) -> None:
    (check,) = checks(partnership, AT)
    assert not check.done and not check.needed
    add(partnership, "place", "Hollin Bank")
    (check,) = checks(partnership, AT)
    assert check.done


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch, partnership: Partnership) -> Client:
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    person = PersonFactory(email="convener@example.org")
    affiliated(person, convener_organisation(partnership), Role.MEMBER)
    return signed_in(person)


def test_from_an_empty_map_to_who_is_missing(client: Client, partnership: Partnership) -> None:
    page = reverse("who_is_missing", args=[partnership.slug])
    assert "Nothing is on the map yet" in client.get(page).content.decode()
    assert client.get(reverse("add_line", args=[partnership.slug, "city"])).status_code == 404
    add_lever = reverse("add_line", args=[partnership.slug, "lever"])
    refused = client.post(add_lever, {"name": "Who gets a dry flat"})
    assert refused.status_code == 422
    assert "Say what you can do with it" in refused.content.decode()
    sent = {"name": "Who gets a <dry> flat", "grip": "suffers"}
    assert client.post(add_lever, sent).status_code == 302
    shown = client.get(page).content.decode()
    assert "Nobody at the table holds “Who gets a &lt;dry&gt; flat”" in shown
    assert "What would change it:" in shown
    line = Line.objects.get()
    change = reverse("change_line", args=[partnership.slug, line.pk])
    assert "Take it off the map" in client.get(change).content.decode()
    remove = reverse("remove_line", args=[partnership.slug, line.pk])
    assert client.post(remove).status_code == 302
    assert not Line.objects.exists()


def test_the_command_tells_findings_and_trace(
    client: Client, partnership: Partnership, capsys: pytest.CaptureFixture[str]
) -> None:
    add(partnership, "place", "Hollin Bank")
    assert main(["missing", partnership.slug, "--as", "convener@example.org"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert "Nobody at the table works in Hollin Bank" in {
        each["title"] for each in told["findings"]
    }
    assert {each["rule"] for each in told["trace"]["checks"]} >= {"place-nobody-works-in"}


def test_a_seat_that_opens_later_counts_later(partnership: Partnership) -> None:
    landlords = OrganisationFactory(name="Landlords")
    add(partnership, "actor", "Landlords", organisation=landlords)
    Seat.objects.create(
        partnership=partnership,
        kind="partner",
        organisation=landlords,
        since_at=AT + timedelta(days=1),
    )
    assert rules(partnership) == [(Rule.ACTOR, False)]
