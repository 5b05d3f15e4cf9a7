"""Why the table of the example thinks that it may fail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from commonweal.convene.models import Partnership, Seat
from commonweal.convene.premortem import actions, queries
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor


class Scene(Protocol):
    """What of the example this part needs."""

    organisations: dict[str, Organisation]
    partnership: Partnership

    def acting(self, email: str, at: datetime) -> Actor: ...

    def convener(self, at: datetime) -> Actor: ...


LEFT = "The one nurse who knew every family left, and nobody else knew how"
# Who answers (address in the cast, organisation) → kind of reason → reasons.
SAID: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("steward@example.org", "aldmoor"): {
        "process": (LEFT,),
        "accountability": ("The new council had other plans",),
    },
    ("ward@example.org", "hospital"): {
        "process": (LEFT,),
        "substantive": ("We counted beds and not whether babies slept in them",),
    },
    ("charity@example.org", "charity"): {
        "process": (LEFT, "Meetings took the time for deliveries"),
    },
    ("parents@example.org", "parents"): {
        "accountability": ("Nobody told us what became of what we said",),
    },
}
CLAUSE = "What only one person at a partner knows is written down and known to a second one."


def ask(scene: Scene, at: datetime) -> None:
    """Four seats answer; what three of them fear goes into the constitution."""
    by = scene.convener(at)
    found = actions.begin(partnership=scene.partnership, by=by, at=at)
    for (email, key), reasons in SAID.items():
        organisation = scene.organisations[key]
        seats = Seat.objects.filter(partnership=scene.partnership, organisation=organisation)
        seat = seats.open(at).select_related("organisation", "partnership").order_by("since_at")[0]
        actor = scene.acting(email, at)
        actions.answer(found=found, seat=seat, reasons=reasons, by=actor, at=at)
    later = at + timedelta(days=3)
    actions.close(found=found, by=by, at=later)
    found.refresh_from_db()
    told, _gathered = queries.told(found)
    first = next(each.row for each in told if each.reason.seats)
    actions.take_up(reason=first, what="clause", words=CLAUSE, by=by, at=later)
