"""The map of the example’s problem: who has a part in it, what would move it, whom it affects, where."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from commonweal.convene.models import Partnership, Seat
from commonweal.convene.voices import actions
from commonweal.convene.voices.actions import Said
from commonweal.convene.voices.models import Line
from commonweal.core.models import Organisation, Sector
from commonweal.core.scope import Actor


class Scene(Protocol):
    """What of the example this part needs."""

    organisations: dict[str, Organisation]
    partnership: Partnership

    def convener(self, at: datetime) -> Actor: ...


LANDLORDS = "The district’s landlords"
PLACES: Mapping[str, tuple[str, ...]] = {
    "Hollin Bank": ("aldmoor", "parents"),
    "Brackwater harbour": ("brackwater",),
    "Calderby’s caravan site": (),
}


def draw(scene: Scene, at: datetime) -> None:
    """Levers that the table controls, influences and only suffers; one actor that has no seat."""

    def add(kind: Line.Kind, said: Said) -> Line:
        return actions.add(
            partnership=scene.partnership, kind=kind, said=said, by=scene.convener(at), at=at
        )

    here = scene.organisations
    landlords = add(
        Line.Kind.ACTOR,
        Said(LANDLORDS, "They let the flats in which most of the families live.", Sector.PRIVATE),
    )
    ward = Said(
        "Asking before a baby goes home",
        "The ward sees every family once.",
        grip=Line.Grip.CONTROLS,
        organisations=[here["hospital"]],
    )
    flats = Said("Who gets a dry flat", grip=Line.Grip.INFLUENCES, actors=[landlords])
    rent = Said("What a family has left after the rent", grip=Line.Grip.SUFFERS)
    for lever in (ward, flats, rent):
        add(Line.Kind.LEVER, lever)
    seat = Seat.objects.filter(partnership=scene.partnership, kind=Seat.Kind.RESIDENT)
    add(Line.Kind.GROUP, Said("Families with a newborn", seat=seat.order_by("voice").last()))
    add(Line.Kind.GROUP, Said("Grandparents who raise the child", "Nobody counts them."))
    for name, keys in PLACES.items():
        add(Line.Kind.PLACE, Said(name, organisations=[here[key] for key in keys]))
