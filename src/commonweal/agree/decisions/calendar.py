"""The days on which decisions come back, as an iCalendar file."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from commonweal.agree.decisions import queries
from commonweal.agree.decisions.models import State
from commonweal.convene.models import Partnership


def reviews(partnership: Partnership, at: datetime) -> bytes:
    """One all-day event for each adopted decision whose review has not been held."""
    calendar = Calendar()
    calendar.add("prodid", "-//Commonweal//decisions//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Reviews: %(partnership)s") % {"partnership": partnership.name})
    waiting = queries.proposals(partnership).filter(state=State.ADOPTED, reviewed_at__isnull=True)
    for proposal in waiting.order_by("review_on", "number"):
        if proposal.review_on is None:
            continue
        address = reverse("proposal", args=[partnership.slug, proposal.number])
        event = Event()
        event.add("uid", f"{proposal.pk}@commonweal")
        event.add("dtstamp", at)
        event.add("dtstart", proposal.review_on)
        event.add("dtend", proposal.review_on + timedelta(days=1))
        event.add("summary", _("Review: %(title)s") % {"title": proposal.title})
        event.add("url", f"{settings.BASE_URL}{address}")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
