"""The premortem: asked, answered, closed without a trace of who said what, taken up."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from commonweal.agree import presets
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.premortem import actions, queries
from commonweal.convene.premortem.models import Premortem, Reason
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
from commonweal.core.queries import events_of
from commonweal.core.tests.ways_in import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory(sponsor=False)


@pytest.fixture
def asked(partnership: Partnership) -> Premortem:
    return actions.begin(partnership=partnership, by=convener_of(partnership), at=AT)


def says(found: Premortem, seat: Seat, *words: str) -> None:
    assert seat.organisation is not None
    by = member_of(seat.organisation)
    actions.answer(found=found, seat=seat, reasons={"process": words}, by=by, at=AT)


def three_answer(found: Premortem, words: str = "No time") -> list[Seat]:
    seats = [seated(found.partnership) for _number in range(3)]
    for number, seat in enumerate(seats):
        says(found, seat, words, f"Reason {number}")
    return seats


def closed(found: Premortem) -> Premortem:
    actions.close(found=found, by=convener_of(found.partnership), at=AT)
    found.refresh_from_db()
    return found


def test_from_two_seats_nothing_is_closed_or_counted(asked: Premortem) -> None:
    for _number in range(2):
        says(asked, seated(asked.partnership), "No time")
    assert queries.seats_answered(asked) is None
    with pytest.raises(Conflict):
        closed(asked)
    says(asked, seated(asked.partnership), "No time")
    assert queries.seats_answered(asked) == 3


def test_closing_erases_who_said_what(asked: Premortem) -> None:
    three_answer(asked)
    closed(asked)
    assert not Reason.objects.filter(seat__isnull=False).exists()
    told, gathered = queries.told(asked)
    assert (told[0].reason.words, told[0].reason.seats) == ("No time", 3)
    assert (len(told), gathered.trace["seats"]) == (4, 3)
    assert set(events_of(asked.partnership_id).values_list("kind", flat=True)) == {
        "convene.premortem_begun",
        "convene.premortem_closed",
    }


def test_a_seat_answers_anew_and_only_for_itself(asked: Premortem) -> None:
    seat = seated(asked.partnership)
    says(asked, seat, "First")
    says(asked, seat, "Second", " ", "Third")
    assert [row.words for row in queries.own(asked, seat)] == ["Second", "Third"]
    with pytest.raises(Denied):
        actions.answer(
            found=asked,
            seat=seat,
            reasons={"process": ["x"]},
            by=convener_of(asked.partnership),
            at=AT,
        )
    person = PersonFactory()
    residents = seated(asked.partnership, voice="Parents", person=person)
    actions.answer(found=asked, seat=residents, reasons={"process": ["x"]}, by=actor(person), at=AT)


@pytest.mark.parametrize("words", [(), (" ",), ("x" * 301,), tuple("abcdef")])
def test_what_is_no_answer(asked: Premortem, words: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        says(asked, seated(asked.partnership), *words)
    assert not Reason.objects.exists()


def test_one_is_under_way_at_a_time_and_a_closed_one_is_closed(asked: Premortem) -> None:
    with pytest.raises(Conflict):
        actions.begin(partnership=asked.partnership, by=convener_of(asked.partnership), at=AT)
    seats = three_answer(asked)
    closed(asked)
    for late in (lambda: closed(asked), lambda: says(asked, seats[0], "Late")):
        with pytest.raises(Conflict):
            late()
    assert actions.begin(partnership=asked.partnership, by=convener_of(asked.partnership), at=AT).pk


def test_what_is_taken_up_begins_the_constitution(asked: Premortem) -> None:
    three_answer(asked)
    row = asked.reasons.first()
    assert row is not None
    with pytest.raises(IntegrityError), transaction.atomic():
        Reason.objects.filter(pk=row.pk).update(answer="clause", answer_words="x", answered_at=AT)
    closed(asked)
    reason = Reason.objects.get(words="Reason 1")
    by = convener_of(asked.partnership)
    with pytest.raises(Denied):
        actions.take_up(
            reason=reason,
            what="clause",
            words="x",
            by=member_of(seated(asked.partnership).organisation),  # type: ignore[arg-type]
            at=AT,
        )
    assert "further" not in presets.initial(asked.partnership, "constitution")
    actions.take_up(reason=reason, what="clause", words="Two people know it.", by=by, at=AT)
    begins = presets.initial(asked.partnership, "constitution")["further"]
    assert begins == "# What we agree against failure\nTwo people know it."
    assert presets.initial(asked.partnership, "mou") == {}


def test_on_the_pages_nothing_is_told_before_it_is_closed(partnership: Partnership) -> None:
    person = PersonFactory()
    affiliated(person, convener_organisation(partnership))
    client, slug = signed_in(person), partnership.slug
    page = reverse("premortem", args=[slug])
    assert client.get(reverse("answer_premortem", args=[slug])).status_code == 404
    assert client.post(reverse("begin_premortem", args=[slug])).status_code == 302
    seat = partnership.seats.get(kind="convener")
    form = {"seat": seat.pk, "process": "No time\nNo trust", "substantive": ""}
    answer = reverse("answer_premortem", args=[slug])
    assert client.post(answer, {**form, "process": ""}).status_code == 422
    assert client.post(answer, form).status_code == 302
    found = queries.open_one(partnership)
    assert found is not None

    def shown() -> str:
        html = client.get(page).content.decode()
        return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"[^"]*"', "", html)

    client.get(page)  # Messages are shown once.
    before = shown()
    says(found, seated(partnership), "Secret")
    assert shown() == before
    assert "Secret" not in before
    says(found, seated(partnership), "No time")
    assert client.post(reverse("close_premortem", args=[slug])).status_code == 302
    assert "Secret" in shown()
    reason = Reason.objects.get(words="Secret")
    take_up = reverse("take_up_reason", args=[slug, reason.pk])
    assert client.post(take_up, {"answer": "live", "words": ""}).status_code == 422
    assert client.post(take_up, {"answer": "live", "words": "So be it."}).status_code == 302
    assert "So be it." in shown()
    stranger = member_of(OrganisationFactory())
    with pytest.raises(Missing):
        queries.reason_for(stranger, slug, reason.pk, AT)
