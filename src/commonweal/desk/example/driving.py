"""What drives and what binds the partners of the example, said to the convener, the table or everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Protocol

from commonweal.convene.incentives import actions
from commonweal.convene.incentives.actions import Said
from commonweal.convene.models import Partnership, Seat
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor


class Scene(Protocol):
    """What of the example this part needs."""

    organisations: dict[str, Organisation]
    partnership: Partnership

    def acting(self, email: str, at: datetime) -> Actor: ...


VISITS = "Home visits in the first six weeks"
FIGURES = "Figures for single districts"
BEDS = "Money for beds"
# Who says it (address in the cast, organisation) → what.
SAID: Mapping[tuple[str, str], tuple[Mapping[str, Any], ...]] = {
    ("ward@example.org", "hospital"): (
        {
            "kind": "institutional",
            "about": VISITS,
            "words": "A baby who comes back with cold or injury costs us more than a visit.",
            "pull": "more",
            "reach": "public",
        },
        {
            "kind": "disclosure",
            "about": FIGURES,
            "words": "Our board wants no table in which the hospital alone could be recognised.",
            "reach": "partners",
        },
    ),
    ("steward@example.org", "aldmoor"): (
        {
            "kind": "measure",
            "about": VISITS,
            "words": "We are measured by visits per case, and asked for fewer each year.",
            "pull": "less",
            "reach": "partners",
        },
        {
            "kind": "budget",
            "about": BEDS,
            "words": "The council’s year. What is not spent is lost.",
            "reach": "partners",
            "year_begins": 4,
            "until": date(2027, 3, 31),
        },
        {
            "kind": "institutional",
            "about": FIGURES,
            "words": "Our ward members ask for their own district first.",
            "pull": "more",
            "reach": "partners",
        },
    ),
    ("funder@example.org", "foundation"): (
        {
            "kind": "budget",
            "about": BEDS,
            "words": "Three years from the first signature; a report each January.",
            "reach": "public",
            "year_begins": 1,
            "until": date(2027, 12, 31),
        },
    ),
    ("charity@example.org", "charity"): (
        {
            "kind": "pressure",
            "about": VISITS,
            "words": "Our trustees want beds delivered, not meetings held.",
            "pull": "more",
            "reach": "convener",
            "reach_because": "The trustees have not agreed to say so.",
        },
    ),
}


def say(scene: Scene, at: datetime) -> None:
    for (email, key), rows in SAID.items():
        organisation = scene.organisations[key]
        seat = Seat.objects.get(partnership=scene.partnership, organisation=organisation)
        by = scene.acting(email, at)
        for row in rows:
            actions.say(seat=seat, said=Said(**row), by=by, at=at)
        actions.declare(seat=seat, by=by, at=at)
