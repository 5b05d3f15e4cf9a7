"""Incentives and restrictions: who may say, change, show and read them, and that nothing leaks."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from commonweal.cli import main
from commonweal.convene.incentives import actions, queries
from commonweal.convene.incentives.actions import Said
from commonweal.convene.incentives.models import Entry
from commonweal.convene.incentives.steps import checks
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    actor,
    affiliated,
    convener_of,
    convener_organisation,
    member_of,
    seated,
)
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import Event, Organisation, Person
from commonweal.core.queries import events_of
from commonweal.core.scope import NOBODY, Actor
from commonweal.core.tests.ways_in import signed_in

pytestmark = pytest.mark.django_db
SECRET = "Zanzibar"


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory(sponsor=False)


@pytest.fixture
def hospital(partnership: Partnership) -> Seat:
    return seated(partnership, OrganisationFactory(name="Hospital"))


def people(seat: Seat) -> Actor:
    assert seat.organisation is not None
    return member_of(seat.organisation)


def said(**more: Any) -> Said:
    given = {
        "kind": "institutional",
        "about": "home visits",
        "words": "We want visits.",
        "reach": "partners",
    }
    given.update(more)
    if given["reach"] == "convener":
        given.setdefault("reach_because", "Our board has not decided yet.")
    return Said(**given)


def say(seat: Seat, by: Actor | None = None, **more: Any) -> Entry:
    return actions.say(seat=seat, said=said(**more), by=by or people(seat), at=AT)


def read_by(reader: Actor, partnership: Partnership) -> int:
    partnership.refresh_from_db()
    return len(queries.readable(reader, partnership, AT))


def test_who_reads_what_step_by_step(partnership: Partnership, hospital: Seat) -> None:
    partner, convener = people(seated(partnership)), convener_of(partnership)
    for reach in ("partners", "convener", "public"):
        say(hospital, reach=reach)
    assert read_by(people(hospital), partnership) == 3
    assert read_by(convener, partnership) == 3
    assert read_by(partner, partnership) == 0
    Partnership.objects.update(step="agree")
    assert read_by(partner, partnership) == 2
    assert read_by(NOBODY, partnership) == 0
    Partnership.objects.update(public_at=AT)
    assert read_by(NOBODY, partnership) == 1


def test_its_owner_shows_it_before_the_step_does(partnership: Partnership, hospital: Seat) -> None:
    partner = people(seated(partnership))
    entry = say(hospital)
    with pytest.raises(Denied):
        actions.show_now(entry=entry, by=convener_of(partnership), at=AT)
    actions.show_now(entry=entry, by=people(hospital), at=AT)
    assert read_by(partner, partnership) == 1
    actions.withdraw(entry=entry, by=people(hospital), at=AT)
    assert read_by(partner, partnership) == read_by(convener_of(partnership), partnership) == 0
    assert read_by(people(hospital), partnership) == 1
    with pytest.raises(Conflict):
        actions.change(entry=entry, said=said(), by=people(hospital), at=AT)


def test_whoever_has_left_is_read_by_itself_only(partnership: Partnership, hospital: Seat) -> None:
    Partnership.objects.update(step="agree", public_at=AT)
    own = people(hospital)
    say(hospital, by=own, reach="public")
    hospital.until_at, hospital.ended_because = AT, "It left."
    hospital.save(update_fields=["until_at", "ended_because"])
    assert read_by(convener_of(partnership), partnership) == read_by(NOBODY, partnership) == 0
    assert read_by(own, partnership) == 1


def test_the_convener_writes_down_for_others_and_only_they_open_it(
    partnership: Partnership, hospital: Seat
) -> None:
    convener = convener_of(partnership)
    with pytest.raises(Invalid) as refused:
        say(hospital, by=convener)
    assert "reach" in refused.value.fields
    entry = say(hospital, by=convener, reach="convener")
    with pytest.raises(Denied):
        actions.change(entry=entry, said=said(), by=convener, at=AT)
    actions.change(entry=entry, said=said(), by=people(hospital), at=AT)
    entry.refresh_from_db()
    assert (entry.reach, entry.reach_because) == ("partners", "")


def test_residents_say_it_for_their_own_seat(partnership: Partnership) -> None:
    person = PersonFactory()
    seat = seated(partnership, voice="Young parents", person=person)
    say(seat, by=actor(person), kind="personal")
    with pytest.raises(Denied):
        say(seat, by=people(seated(partnership)))


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"kind": "rumour"}, "kind"),
        ({"about": " "}, "about"),
        ({"about": "x" * 81}, "about"),
        ({"words": "x" * 2001}, "words"),
        ({"pull": "sideways"}, "pull"),
        ({"reach": "press"}, "reach"),
        ({"reach": "convener", "reach_because": " "}, "reach_because"),
        ({"kind": "personal", "reach": "public"}, "reach"),
        ({"kind": "budget", "year_begins": 13}, "year_begins"),
    ],
)
def test_what_cannot_be_said(hospital: Seat, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        say(hospital, **more)
    assert field in refused.value.fields
    assert not Entry.objects.exists()


def test_the_database_keeps_a_personal_interest_from_everybody(hospital: Seat) -> None:
    entry = say(hospital, kind="personal")
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.filter(pk=entry.pk).update(reach="public")


def test_a_seat_declares_itself_whatever_it_said(partnership: Partnership, hospital: Seat) -> None:
    assert not next(checks(partnership, AT)).done
    seated(partnership, voice="Nobody yet")
    convener = partnership.seats.get(kind="convener")
    for seat in (hospital, hospital, convener):
        actions.declare(seat=seat, by=people(seat), at=AT)
    assert next(checks(partnership, AT)).done
    assert events_of(partnership.pk).count() == 2


def test_entries_leave_no_trace_in_the_log_of_the_partnership(
    partnership: Partnership, hospital: Seat
) -> None:
    entry = say(hospital, reach="convener")
    actions.change(entry=entry, said=said(about=SECRET), by=people(hospital), at=AT)
    assert not events_of(partnership.pk).exists()
    assert SECRET not in str(list(Event.objects.values_list("data", "subject")))


# The pages ----------------------------------------------------------------------------------------


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return re.sub(
        r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', "", answer.content.decode()
    )


@pytest.mark.parametrize("step", ["pause", "agree"])
def test_pages_of_two_worlds_that_differ_in_hidden_entries_are_equal(
    partnership: Partnership, hospital: Seat, step: str
) -> None:
    """Counts, orders, clashes, empty states and the journey give nothing away."""
    Partnership.objects.update(step=step, public_at=AT)
    partner = seated(partnership, OrganisationFactory(name="Aldmoor"))
    say(partner, kind="budget", about="beds", year_begins=4)
    say(partner, pull="less")
    assert partner.organisation is not None
    person = PersonFactory()
    affiliated(person, partner.organisation)
    client, visitor = signed_in(person), Client()
    inside = [reverse(name, args=[partnership.slug]) for name in ("incentives", "journey", "table")]
    inside += [f"/partnerships/{partnership.slug}/", f"/partnerships/{partnership.slug}/log/"]
    outside = [f"/p/{partnership.slug}/"]

    def world() -> list[str]:
        return [text_of(client, path) for path in inside] + [
            text_of(visitor, path) for path in outside
        ]

    before = world()
    say(hospital, reach="convener", about=SECRET, pull="more")
    say(hospital, reach="convener", pull="more", kind="measure")
    say(hospital, reach="convener", kind="budget", about="beds", year_begins=1)
    taken_back = say(hospital, about=SECRET)
    actions.withdraw(entry=taken_back, by=people(hospital), at=AT)
    if step == "pause":
        say(hospital, pull="more")
    assert world() == before
    convener = PersonFactory()
    affiliated(convener, convener_organisation(partnership))
    assert SECRET in text_of(signed_in(convener), inside[0])


def test_another_partner_finds_nothing_at_the_address_of_an_entry(
    partnership: Partnership, hospital: Seat
) -> None:
    Partnership.objects.update(step="agree")
    entry = say(hospital)
    for reader in (people(seated(partnership)), convener_of(partnership)):
        with pytest.raises(Missing):
            queries.own_entry_for(reader, partnership.slug, entry.pk, AT)
    assert queries.own_entry_for(people(hospital), partnership.slug, entry.pk, AT) == entry


def someone_of(organisation: Organisation | None) -> Person:
    assert organisation is not None
    person = PersonFactory()
    affiliated(person, organisation)
    return person


def test_saying_changing_showing_withdrawing_on_the_pages(
    partnership: Partnership, hospital: Seat
) -> None:
    client = signed_in(someone_of(hospital.organisation))
    path = reverse("incentives", args=[partnership.slug])
    new = reverse("say_incentive", args=[partnership.slug])
    form = {
        "seat": hospital.pk,
        "kind": "budget",
        "about": "beds",
        "words": "Our year is the council’s.",
        "reach": "partners",
        "year_begins": "4",
    }
    assert client.post(new, {**form, "seat": ""}).status_code == 422
    other = seated(partnership)
    assert client.post(new, {**form, "seat": other.pk}).status_code == 422
    assert client.post(new, form).status_code == 302
    page = text_of(client, path)
    assert "Budget year from April" in page
    entry = Entry.objects.get()
    address = reverse("change_incentive", args=[partnership.slug, entry.pk])
    assert "Our year is the council’s." in text_of(client, address)
    assert client.post(address, {**form, "about": "cots"}).status_code == 302
    assert (
        client.post(reverse("show_incentive", args=[partnership.slug, entry.pk])).status_code == 302
    )
    assert "Shown since" in text_of(client, path)
    gone = reverse("withdraw_incentive", args=[partnership.slug, entry.pk])
    assert client.post(gone).status_code == 302
    assert client.post(gone).status_code == 409
    assert "Withdrawn: only you read it" in text_of(client, path)


def test_the_command_tells_its_reader_what_the_page_tells(
    partnership: Partnership, hospital: Seat, capsys: pytest.CaptureFixture[str]
) -> None:
    say(hospital, pull="more")
    convener = someone_of(convener_organisation(partnership))
    seat = partnership.seats.get(kind="convener")
    say(seat, pull="less", by=actor(convener, AT + timedelta(days=1)))
    assert main(["incentives", partnership.slug, "--as", convener.email]) == 1
    assert "some want more, some want less" in capsys.readouterr().out
    partner = someone_of(seated(partnership).organisation)
    assert main(["incentives", partnership.slug, "--as", partner.email]) == 0
    assert "some want" not in capsys.readouterr().out


def test_the_page_asks_the_same_number_of_queries_however_much_was_said(
    partnership: Partnership, hospital: Seat, django_assert_max_num_queries: Any
) -> None:
    client = signed_in(someone_of(hospital.organisation))
    path = reverse("incentives", args=[partnership.slug])
    for number in range(20):
        say(hospital, about=f"matter {number}")
        say(seated(partnership), about="matter 1", pull="more")
    with django_assert_max_num_queries(22):
        client.get(path)
