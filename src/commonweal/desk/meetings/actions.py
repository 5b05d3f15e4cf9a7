"""Calling a meeting, putting points on its agenda, taking minutes, closing it. Each writes one event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from commonweal.compute.convening.agenda import Sort
from commonweal.convene import policies
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.core import events, mail
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Affiliation, Person
from commonweal.core.scope import Actor
from commonweal.desk.meetings import queries
from commonweal.desk.meetings.models import Meeting, Point, Todo

MOST = 4000  # characters of the minutes of one point
GAPS = {"weekly": 7, "fortnightly": 14, "monthly": 28}


def call(
    *,
    partnership: Partnership,
    title: str,
    place: str,
    starts_at: datetime,
    minutes: int,
    repeats: str,
    by: Actor,
    at: datetime,
) -> Meeting:
    """Call a meeting. Convener only."""
    policies.check_can_convene(by, partnership, at)
    title, place = " ".join(title.split()), " ".join(place.split())
    if not 0 < len(title) <= 120:
        raise Invalid.at("title", _("Give it a title of at most 120 characters."))
    if not 0 < len(place) <= 200:
        raise Invalid.at("place", _("Say where, in at most 200 characters."))
    if starts_at <= at:
        raise Invalid.at("starts_at", _("A meeting is called for a day to come."))
    if not 10 <= minutes <= 600:
        raise Invalid.at("minutes", _("A meeting lasts from 10 minutes to 10 hours."))
    if repeats not in Meeting.Repeats.values:
        raise Invalid.at("repeats", _("Choose how often you meet."))
    with transaction.atomic():
        meeting = Meeting.objects.create(
            partnership=partnership,
            title=title,
            place=place,
            starts_at=starts_at,
            minutes=minutes,
            repeats=repeats,
        )
        _log("meeting_called", meeting, by, at)
    return meeting


def add_point(
    *, meeting: Meeting, seat: Seat, title: str, minutes: int, by: Actor, at: datetime
) -> Point:
    """Put something on the agenda, for a seat at the table."""
    policies.check_can_speak_for(by, seat, at)
    if seat.partnership_id != meeting.partnership_id:
        raise Denied(_("The agenda belongs to another table."))
    _check_open(meeting)
    title = " ".join(title.split())
    if not 0 < len(title) <= 300:
        raise Invalid.at("title", _("Say in at most 300 characters what it is about."))
    if not 0 <= minutes <= 120:
        raise Invalid.at("minutes", _("A point takes at most 120 minutes."))
    with transaction.atomic():
        point = Point(meeting=meeting, seat=seat, title=title, minutes=minutes, sort=Sort.OWN.value)
        _save(point)
        _log("point_added", meeting, by, at)
    return point


def begin(*, meeting: Meeting, by: Actor, at: datetime) -> None:
    """Take up the agenda: what is due becomes points that minutes are written to. Convener only."""
    policies.check_can_convene(by, meeting.partnership, at)
    with transaction.atomic():
        waiting = Meeting.objects.filter(pk=meeting.pk, begun_at__isnull=True)
        fresh = [row for key, row in queries.drawn(meeting, by, at).points.items() if key[0] == "~"]
        if not waiting.update(begun_at=at):
            raise Conflict(_("The meeting has begun already."))
        Point.objects.bulk_create(fresh)
        _log("meeting_begun", meeting, by, at)


def take_minutes(
    *,
    meeting: Meeting,
    words: Mapping[UUID, str],
    present: Iterable[Seat],
    by: Actor,
    at: datetime,
) -> None:
    """Write down what was said to each point, and who was there. As often as one likes. Convener only."""
    policies.check_can_convene(by, meeting.partnership, at)
    _check_under_way(meeting)
    seats = list(present)
    if any(seat.partnership_id != meeting.partnership_id for seat in seats):
        raise Denied(_("Only seats of this table are at its meeting."))
    if any(len(each) > MOST for each in words.values()):
        raise Invalid(_("Write at most %(most)d characters to a point.") % {"most": MOST})
    with transaction.atomic():
        for point in Point.objects.select_for_update().filter(meeting=meeting, pk__in=words):
            point.words = words[point.pk].strip()
            point.save(update_fields=["words"])
        meeting.present.set(seats)
        _log("minutes_taken", meeting, by, at)


def add_todo(
    *, meeting: Meeting, seat: Seat, words: str, due_on: date, by: Actor, at: datetime
) -> Todo:
    """Write down who does what by when. Convener only; a promise it becomes when its people make it one."""
    policies.check_can_convene(by, meeting.partnership, at)
    _check_under_way(meeting)
    words = " ".join(words.split())
    if not 0 < len(words) <= 300:
        raise Invalid.at("words", _("Say in at most 300 characters what is to be done."))
    if seat.partnership_id != meeting.partnership_id:
        raise Denied(_("Only seats of this table are at its meeting."))
    if due_on < timezone.localdate(meeting.starts_at):
        raise Invalid.at("due_on", _("The day comes after the meeting."))
    with transaction.atomic():
        todo = Todo.objects.create(meeting=meeting, seat=seat, words=words, due_on=due_on)
        _log("todo_added", meeting, by, at)
    return todo


def call_done(*, todo: Todo, by: Actor, at: datetime) -> None:
    """Whoever holds the seat, or the convener, calls it done. A second time changes nothing."""
    policies.check_can_speak_for(by, todo.seat, at)
    with transaction.atomic():
        if Todo.objects.filter(pk=todo.pk, done_at__isnull=True).update(done_at=at):
            _log("todo_done", todo.meeting, by, at)


def close(*, meeting: Meeting, by: Actor, at: datetime) -> Meeting | None:
    """Close the minutes and tell the table where they are. Answers the next meeting of a series."""
    policies.check_can_convene(by, meeting.partnership, at)
    _check_under_way(meeting)
    with transaction.atomic():
        open_ones = Meeting.objects.filter(pk=meeting.pk, closed_at__isnull=True)
        if not open_ones.update(closed_at=at):
            raise Conflict(_("The minutes are closed already."))
        _log("meeting_closed", meeting, by, at)
        following = _following(meeting, by, at)
        _tell(meeting, at)
    return following


def _following(meeting: Meeting, by: Actor, at: datetime) -> Meeting | None:
    days = GAPS.get(meeting.repeats)
    if days is None:
        return None
    starts_at = meeting.starts_at
    while starts_at <= max(at, meeting.starts_at):
        starts_at += timedelta(days=days)
    return call(
        partnership=meeting.partnership,
        title=meeting.title,
        place=meeting.place,
        starts_at=starts_at,
        minutes=meeting.minutes,
        repeats=meeting.repeats,
        by=by,
        at=at,
    )


def _tell(meeting: Meeting, at: datetime) -> None:
    """Everybody at the table, once, in their own language; a message carries nobody's words."""
    address = reverse("meeting", args=[meeting.partnership.slug, meeting.pk])
    for person in _people(meeting.partnership, at):
        with translation.override(person.language or settings.LANGUAGE_CODE):
            mail.queue(
                to=person.email,
                subject=_("Minutes: %(title)s") % {"title": meeting.title},
                body=_(
                    "The minutes of “%(title)s” of %(partnership)s are closed. Read them here: %(url)s"
                )
                % {
                    "title": meeting.title,
                    "partnership": meeting.partnership.name,
                    "url": f"{settings.BASE_URL}{address}",
                },
                purpose="meeting-minutes",
                at=at,
                scope=meeting.partnership_id,
            )


def _people(partnership: Partnership, at: datetime) -> list[Person]:
    """Whoever takes part for an organisation with a seat, and the residents who hold one."""
    held = list(convene.seats(partnership, at))
    ids = {seat.person_id for seat in held if seat.person_id}
    organisations = {seat.organisation_id for seat in held if seat.organisation_id}
    acting = Affiliation.objects.filter(organisation__in=organisations, from_at__lte=at)
    ids |= set(acting.filter(until_at__isnull=True).values_list("person_id", flat=True))
    return list(Person.objects.filter(pk__in=ids, is_active=True).order_by("email"))


def _check_open(meeting: Meeting) -> None:
    if meeting.closed_at is not None:
        raise Conflict(
            _("The minutes are closed."), mend=_("Say at the next meeting what was forgotten.")
        )


def _check_under_way(meeting: Meeting) -> None:
    _check_open(meeting)
    if meeting.begun_at is None:
        raise Conflict(_("The meeting has not begun."), mend=_("Take up the agenda first."))


def _save(point: Point) -> None:
    try:
        with transaction.atomic():
            point.save(force_insert=True)
    except IntegrityError as error:
        raise Invalid.at("title", _("This is on the agenda already.")) from error


def _log(what: str, meeting: Meeting, by: Actor, at: datetime) -> None:
    events.append(
        kind=f"desk.{what}",
        subject=f"meetings.meeting:{meeting.pk}",
        by=by,
        at=at,
        scope=meeting.partnership_id,
    )
