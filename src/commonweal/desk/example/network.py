"""Who works with whom in the example, before the first data came in: two answers are missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from commonweal.convene.models import Partnership
from commonweal.convene.network import actions
from commonweal.convene.network.actions import Rated
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor


class Scene(Protocol):
    """What of the example this part needs."""

    organisations: dict[str, Organisation]
    partnership: Partnership

    def convener(self, at: datetime) -> Actor: ...

    def acting(self, email: str, at: datetime) -> Actor: ...


# Who speaks → for whom, and with whom it works: 1 know of it, 2 share information, 3 coordinate,
# 4 do things together. With whoever is not named it does not work.
ANSWERS: Mapping[str, tuple[str, Mapping[str, int]]] = {
    "convener@example.org": (
        "office",
        {"mayor": 4, "hospital": 3, "charity": 3, "university": 3, "foundation": 3, "parents": 2},
    ),
    "sponsor@example.org": ("mayor", {"office": 4, "aldmoor": 2, "foundation": 2}),
    "charity@example.org": (
        "charity",
        {"office": 3, "hospital": 4, "aldmoor": 3, "brackwater": 2, "parents": 3, "firm": 4},
    ),
    "steward@example.org": ("aldmoor", {"hospital": 3, "charity": 3, "mayor": 2, "parents": 1}),
    "ward@example.org": ("hospital", {"office": 3, "charity": 4, "aldmoor": 3, "brackwater": 2}),
    "brackwater@example.org": ("brackwater", {"hospital": 2, "charity": 2, "calderby": 3}),
    "calderby@example.org": ("calderby", {"brackwater": 3, "charity": 1}),
    "evaluator@example.org": ("university", {"office": 3, "hospital": 2, "foundation": 2}),
    "parents@example.org": ("parents", {"charity": 4, "office": 2, "aldmoor": 1}),
    "firm@example.org": ("firm", {"charity": 4}),
}
# What each says of all it works with: reliable, open, same purpose; None where it does not say.
TRUST: Mapping[str, tuple[int | None, int | None, int | None]] = {
    "office": (3, 3, 4),
    "charity": (3, 2, 4),
    "aldmoor": (3, 3, 3),
    "hospital": (2, 3, 3),
    "university": (3, 2, 3),
    "parents": (2, 2, None),
}


def ask(scene: Scene, at: datetime) -> None:
    """Ten of the twelve answer within two days; then the round is closed."""
    found = actions.open_round(partnership=scene.partnership, by=scene.convener(at), at=at)
    day = at + timedelta(days=1)
    for email, (key, relations) in ANSWERS.items():
        organisation = scene.organisations[key]
        related = {scene.organisations[one].pk: value for one, value in relations.items()}
        by = scene.acting(email, day)
        actions.relate(
            found=found, organisation=organisation, relations=related, rest=True, by=by, at=day
        )
        if key in TRUST:
            rated = Rated(*TRUST[key])
            works_with = {pk: rated for pk, value in related.items() if value >= 2}
            actions.rate(found=found, organisation=organisation, ratings=works_with, by=by, at=day)
    end = at + timedelta(days=2)
    actions.close_round(found=found, by=scene.convener(end), at=end)
