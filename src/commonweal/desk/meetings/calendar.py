"""Meetings as an iCalendar file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from icalendar import Calendar, Event

from commonweal.desk.meetings.models import Meeting


def of(rows: Iterable[Meeting], at: datetime) -> bytes:
    """One event for each meeting; it names no person and says nothing of the agenda."""
    found = Calendar()
    found.add("prodid", "-//Commonweal//meetings//EN")
    found.add("version", "2.0")
    for row in rows:
        event = Event()
        event.add("uid", f"{row.pk}@commonweal")
        event.add("dtstamp", at)
        event.add("dtstart", row.starts_at)
        event.add("dtend", row.starts_at + timedelta(minutes=row.minutes))
        event.add("summary", f"{row.title} ({row.partnership.name})")
        event.add("location", row.place)
        address = reverse("meeting", args=[row.partnership.slug, row.pk])
        event.add("url", f"{settings.BASE_URL}{address}")
        found.add_component(event)
    return bytes(found.to_ical())
