"""What the table of the example offers and needs, and a letter at its door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from commonweal.convene.models import Partnership, Seat
from commonweal.convene.offers import actions
from commonweal.convene.offers.actions import Said
from commonweal.convene.offers.models import Entry
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor


class Scene(Protocol):
    """What of the example this part needs."""

    organisations: dict[str, Organisation]
    partnership: Partnership

    def acting(self, email: str, at: datetime) -> Actor: ...


# (who says it, organisation, offer or need) → what.
LIST: tuple[tuple[str, str, str, Mapping[str, Any]], ...] = (
    (
        "firm@example.org",
        "firm",
        "offer",
        {"kind": "things", "title": "A van on Saturdays", "place": "Brackwater"},
    ),
    (
        "charity@example.org",
        "charity",
        "need",
        {"kind": "things", "title": "A van for deliveries", "place": "Brackwater"},
    ),
    (
        "evaluator@example.org",
        "university",
        "offer",
        {
            "kind": "students",
            "title": "Two students a term",
            "amount": 2,
            "unit": "students",
            "skills": "interviews, Polish",
        },
    ),
    (
        "ward@example.org",
        "hospital",
        "need",
        {
            "kind": "students",
            "title": "Somebody to ask families on the ward",
            "amount": 1,
            "unit": "students",
            "skills": "interviews, Arabic",
        },
    ),
    (
        "charity@example.org",
        "charity",
        "need",
        {"kind": "space", "title": "A dry room for forty beds", "amount": 40, "unit": "beds"},
    ),
)


def begin(scene: Scene, at: datetime) -> None:
    """Fill the list; the hospital asks for students, and a bakery writes at the door."""
    made: list[Entry] = []
    for email, key, side, said in LIST:
        organisation = scene.organisations[key]
        seats = Seat.objects.filter(partnership=scene.partnership, organisation=organisation)
        seat = seats.open(at).order_by("since_at").select_related("organisation", "partnership")[0]
        by = scene.acting(email, at)
        made.append(actions.add(seat=seat, side=side, said=Said(**said), by=by, at=at))
    asks = scene.acting("ward@example.org", at)
    actions.ask(offer=made[2], need=made[3], by=asks, at=at + timedelta(days=1))
    actions.knock(
        partnership=scene.partnership,
        name="Harbour Bakery",
        email="harbour@example.org",
        words="We have a warm back room that stands empty from noon. Would it be of use?",
        client="example",
        at=at + timedelta(days=2),
    )
