"""A meeting of the example that was held, the one to come, and a working group."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Protocol

from commonweal.convene.groups import actions as groups
from commonweal.convene.models import Partnership, Seat
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor
from commonweal.desk.meetings import actions


class Scene(Protocol):
    """What of the example this part needs."""

    organisations: dict[str, Organisation]
    partnership: Partnership

    def acting(self, email: str, at: datetime) -> Actor: ...

    def convener(self, at: datetime) -> Actor: ...


def hold(scene: Scene, at: datetime) -> None:
    """Called a week before, minuted and closed; the next one is four weeks later."""
    by = scene.convener(at)
    meeting = actions.call(
        partnership=scene.partnership,
        title="Meeting of the table",
        place="Family hub in the old library, Calderby",
        starts_at=at,
        minutes=90,
        repeats="monthly",
        by=by,
        at=at - timedelta(days=7),
    )
    charity = Seat.objects.select_related("organisation", "partnership").get(
        partnership=scene.partnership, organisation=scene.organisations["charity"]
    )
    point = actions.add_point(
        meeting=meeting,
        seat=charity,
        title="The store is full: where do forty beds go?",
        minutes=15,
        by=scene.acting("charity@example.org", at),
        at=at - timedelta(days=2),
    )
    actions.begin(meeting=meeting, by=by, at=at)
    meeting.refresh_from_db()
    said = "The library has a dry cellar until March. The charity asks the council for the key."
    here = Seat.objects.filter(partnership=scene.partnership).open(at).exclude(kind="sponsor")
    actions.take_minutes(meeting=meeting, words={point.pk: said}, present=here, by=by, at=at)
    actions.add_todo(
        meeting=meeting,
        seat=charity,
        words="Ask the council for the key to the cellar",
        due_on=date.fromordinal(at.date().toordinal() + 10),
        by=by,
        at=at,
    )
    actions.close(meeting=meeting, by=by, at=at + timedelta(hours=2))


def form_group(scene: Scene, at: datetime) -> None:
    """Three who look after beds that come back."""
    seats = Seat.objects.filter(partnership=scene.partnership).open(at)
    by_key = {
        key: seats.select_related("organisation", "partnership").get(organisation=organisation)
        for key, organisation in scene.organisations.items()
        if key in {"charity", "hospital", "parents"}
    }
    groups.begin(
        partnership=scene.partnership,
        said=groups.Said(
            name="Beds that come back",
            remit="Find out until spring how beds can go to a second family, safely and with dignity.",
            decides="How a bed is cleaned and checked.",
            lead=by_key["charity"],
            members=[by_key["hospital"], by_key["parents"]],
            review_date=date.fromordinal(at.date().toordinal() + 120),
        ),
        by=scene.convener(at),
        at=at,
    )
