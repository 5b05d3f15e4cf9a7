"""Meetings: called, filled by what is due, minuted, closed; and what is left to do."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from icalendar import Calendar

from commonweal.convene.models import Partnership, Seat
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    PersonFactory,
    affiliated,
    convener_of,
    convener_organisation,
    member_of,
    seated,
)
from commonweal.core.errors import Conflict, Denied, Invalid, Missing
from commonweal.core.models import OutgoingMail, Person
from commonweal.core.scope import Actor
from commonweal.core.tests.ways_in import signed_in
from commonweal.desk.meetings import actions, calendar, queries
from commonweal.desk.meetings.models import Meeting, Point, Todo
from commonweal.plan import actions as plans

pytestmark = pytest.mark.django_db
SOON = AT + timedelta(days=7)


@pytest.fixture
def partnership() -> Partnership:
    return PartnershipFactory(sponsor=False)


@pytest.fixture
def charity(partnership: Partnership) -> Seat:
    return seated(partnership, OrganisationFactory(name="A Bed Each"))


def people(seat: Seat) -> Actor:
    assert seat.organisation is not None
    return member_of(seat.organisation)


def call(partnership: Partnership, **more: Any) -> Meeting:
    given: dict[str, Any] = {
        "title": "Table",
        "place": "Town hall",
        "starts_at": SOON,
        "minutes": 60,
        "repeats": "never",
        **more,
    }
    return actions.call(partnership=partnership, by=convener_of(partnership), at=AT, **given)


def begun(partnership: Partnership, **more: Any) -> Meeting:
    meeting = call(partnership, **more)
    actions.begin(meeting=meeting, by=convener_of(partnership), at=AT)
    meeting.refresh_from_db()
    return meeting


def titles(meeting: Meeting, reader: Actor) -> list[str]:
    drawn = queries.drawn(meeting, reader, AT)
    return [drawn.points[slot.key].title for slot in drawn.found.answer]


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": " "}, "title"),
        ({"place": "x" * 201}, "place"),
        ({"starts_at": AT}, "starts_at"),
        ({"minutes": 5}, "minutes"),
        ({"repeats": "daily"}, "repeats"),
    ],
)
def test_what_is_no_meeting(partnership: Partnership, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        call(partnership, **more)
    assert field in refused.value.fields


def test_the_agenda_is_what_is_due_and_what_the_table_puts_there(
    partnership: Partnership, charity: Seat
) -> None:
    convener = convener_of(partnership)
    for name, day in (("Ward one", date(2026, 2, 1)), ("Far ahead", date(2027, 2, 1))):
        plans.add_stage(
            partnership=partnership,
            name=name,
            condition="It works.",
            review_date=day,
            by=convener,
            at=AT,
        )
    meeting = call(partnership)
    actions.add_point(
        meeting=meeting, seat=charity, title="The van", minutes=20, by=people(charity), at=AT
    )
    shown = ["Decide whether to go on after “Ward one”", "The van"]
    assert titles(meeting, convener) == titles(meeting, people(charity)) == shown
    with pytest.raises(Invalid):
        actions.add_point(
            meeting=meeting, seat=charity, title="The van", minutes=5, by=people(charity), at=AT
        )
    actions.begin(meeting=meeting, by=convener, at=AT)
    with pytest.raises(Conflict):
        actions.begin(meeting=meeting, by=convener, at=AT)
    meeting.refresh_from_db()
    assert titles(meeting, convener) == shown
    assert Point.objects.count() == 2


def test_minutes_are_taken_until_they_are_closed(partnership: Partnership, charity: Seat) -> None:
    convener, meeting = convener_of(partnership), call(partnership)
    point = actions.add_point(
        meeting=meeting, seat=charity, title="Van", minutes=5, by=people(charity), at=AT
    )

    def write(words: str, by: Actor = convener) -> None:
        actions.take_minutes(
            meeting=meeting, words={point.pk: words}, present=[charity], by=by, at=AT
        )

    with pytest.raises(Conflict):
        write("Too early")
    actions.begin(meeting=meeting, by=convener, at=AT)
    meeting.refresh_from_db()
    with pytest.raises(Denied):
        write("Not mine", people(charity))
    write("We lend it.")
    assert Point.objects.get().words == "We lend it."
    assert list(meeting.present.all()) == [charity]
    actions.close(meeting=meeting, by=convener, at=AT)
    meeting.refresh_from_db()
    for late in (
        lambda: write("Later"),
        lambda: actions.close(meeting=meeting, by=convener, at=AT),
        lambda: actions.add_point(
            meeting=meeting, seat=charity, title="x", minutes=5, by=people(charity), at=AT
        ),
    ):
        with pytest.raises(Conflict):
            late()


def test_closing_tells_everybody_once_and_calls_the_next(
    partnership: Partnership, charity: Seat
) -> None:
    resident = PersonFactory()
    seated(partnership, voice="Young parents", person=resident)
    member = PersonFactory()
    affiliated(member, charity.organisation)  # type: ignore[arg-type]
    meeting = begun(partnership, repeats="weekly")
    following = actions.close(meeting=meeting, by=convener_of(partnership), at=SOON)
    assert following is not None
    assert following.starts_at == SOON + timedelta(days=7)
    told = list(OutgoingMail.objects.values_list("purpose", flat=True))
    assert set(told) == {"meeting-minutes"}
    assert len(told) == Person.objects.count()


def test_what_was_not_done_comes_back_until_it_is_done(
    partnership: Partnership, charity: Seat
) -> None:
    convener, meeting = convener_of(partnership), begun(partnership)
    given = {"meeting": meeting, "seat": charity, "by": convener, "at": AT}
    with pytest.raises(Invalid):
        actions.add_todo(words="Ask", due_on=date(2026, 1, 1), **given)
    todo = actions.add_todo(words="Ask the harbour", due_on=date(2026, 3, 9), **given)
    following = call(partnership, starts_at=SOON + timedelta(days=7))
    assert titles(following, convener) == ["Ask the harbour (A Bed Each)"]
    with pytest.raises(Denied):
        actions.call_done(todo=todo, by=people(seated(partnership)), at=AT)
    actions.call_done(todo=todo, by=people(charity), at=AT)
    assert titles(following, convener) == []


def test_nothing_of_another_table(partnership: Partnership, charity: Seat) -> None:
    meeting, stranger = begun(partnership), member_of(OrganisationFactory())
    with pytest.raises(Missing):
        queries.meeting_for(stranger, partnership.slug, meeting.pk, AT)
    foreign = seated(PartnershipFactory())
    with pytest.raises(Denied):
        actions.take_minutes(
            meeting=meeting, words={}, present=[foreign], by=convener_of(partnership), at=AT
        )


def test_for_a_calendar(partnership: Partnership) -> None:
    meeting = call(partnership, title="Table; with, signs", place="Hall\nnorth")
    found = Calendar.from_ical(calendar.of([meeting], AT))
    (event,) = found.walk("VEVENT")
    assert event["SUMMARY"] == f"Table; with, signs ({partnership.name})"
    assert event["UID"] == f"{meeting.pk}@commonweal"
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=60)


def test_on_the_pages(partnership: Partnership, charity: Seat) -> None:
    person = PersonFactory()
    affiliated(person, convener_organisation(partnership))
    client, slug = signed_in(person), partnership.slug
    new = reverse("call_meeting", args=[slug])
    form = {
        "title": "Table",
        "place": "Hall",
        "starts_at": "2090-01-05T18:00",
        "minutes": "60",
        "repeats": "never",
    }
    for wrong in ({"starts_at": "2001-01-05T18:00"}, {"minutes": "3"}, {"place": ""}):
        assert client.post(new, {**form, **wrong}).status_code == 422
    assert client.post(new, form).status_code == 302
    meeting = Meeting.objects.get()

    def at(name: str) -> str:
        return reverse(name, args=[slug, meeting.pk])

    point = {"seat": charity.pk, "title": "The van", "minutes": "10"}
    assert client.post(at("add_point"), {**point, "minutes": "900"}).status_code == 422
    assert client.post(at("add_point"), point).status_code == 302
    assert client.post(at("begin_meeting")).status_code == 302
    field = f"point-{Point.objects.get().pk}"
    assert client.post(at("take_minutes"), {field: "x" * 4001}).status_code == 422
    written = {field: "We lend it.", "present": [charity.pk]}
    assert client.post(at("take_minutes"), written).status_code == 302
    todo = {"seat": charity.pk, "words": "Clean it", "due_on": "2090-02-01"}
    assert client.post(at("add_todo"), {**todo, "due_on": "soon"}).status_code == 422
    assert client.post(at("add_todo"), todo).status_code == 302
    done = reverse("todo_done", args=[slug, Todo.objects.get().pk])
    assert client.post(done).status_code == client.post(done).status_code == 302
    assert client.post(at("close_meeting")).status_code == 302
    shown = client.get(at("meeting")).content.decode()
    assert "We lend it." in shown
    assert "Clean it" in shown
    assert "<textarea" not in shown
    assert "Table" in client.get(reverse("meetings", args=[slug])).content.decode()
