"""What the partners of the example plan, side by side, and the stages of the roll-out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from commonweal.convene.models import Partnership
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor
from commonweal.plan import actions
from commonweal.plan.actions import Said
from commonweal.plan.models import Item


class Scene(Protocol):
    """What of the example this part needs."""

    organisations: dict[str, Organisation]
    partnership: Partnership

    def acting(self, email: str, at: datetime) -> Actor: ...

    def convener(self, at: datetime) -> Actor: ...


Row = tuple[str, str, str, str, int, int, Mapping[str, Any]]
# (name here, who writes, organisation, title, first day after the start, days, what else it says).
PLANNED: tuple[Row, ...] = (
    (
        "money",
        "funder@example.org",
        "foundation",
        "First year’s grant for beds",
        30,
        365,
        {"kind": "budget", "amount_minor": 9_000_000, "currency": "GBP"},
    ),
    (
        "buy",
        "charity@example.org",
        "charity",
        "Buy three hundred cots",
        20,
        45,
        {"kind": "procurement", "after": "money"},
    ),
    (
        "deliver",
        "charity@example.org",
        "charity",
        "Deliver beds to families",
        65,
        420,
        {"kind": "activity", "place": "Hollin Bank", "after": "buy"},
    ),
    (
        "visits",
        "steward@example.org",
        "aldmoor",
        "Health visitors look at every bed",
        90,
        400,
        {"kind": "activity", "place": "Hollin Bank"},
    ),
    (
        "harbour",
        "brackwater@example.org",
        "brackwater",
        "Van round the harbour",
        120,
        300,
        {"kind": "activity", "place": "Brackwater harbour"},
    ),
    (
        "away",
        "ward@example.org",
        "hospital",
        "The ward’s coordinator is on leave",
        500,
        120,
        {"kind": "staffing"},
    ),
    (
        "vote",
        "convener@example.org",
        "office",
        "The table decides whether to go on",
        540,
        1,
        {"kind": "decision"},
    ),
    (
        "study",
        "evaluator@example.org",
        "university",
        "Families are asked how it was",
        400,
        170,
        {"kind": "evaluation", "informs": "vote"},
    ),
)


def lay_out(scene: Scene, start: date, at: datetime) -> None:
    """Eight things, of which four get in each other’s way, and two stages."""
    made: dict[str, Item] = {}
    for name, email, key, title, first, days, more in PLANNED:
        links = {
            "after": [made[more["after"]]] if "after" in more else [],
            "informs": made[more["informs"]] if "informs" in more else None,
        }
        rest = {word: value for word, value in more.items() if word not in links}
        begins = start + timedelta(days=first)
        said = Said(
            title=title,
            starts_on=begins,
            ends_on=begins + timedelta(days=days - 1),
            **links,  # type: ignore[arg-type]
            **rest,
        )
        made[name] = actions.add(
            partnership=scene.partnership,
            organisation=scene.organisations[key],
            said=said,
            by=scene.acting(email, at),
            at=at,
        )
    by = scene.convener(at)
    first_stage = actions.add_stage(
        partnership=scene.partnership,
        name="Two districts",
        condition="Nine in ten families who ask get a bed within two weeks.",
        review_date=at.date() - timedelta(days=20),
        by=by,
        at=at,
    )
    actions.add_stage(
        partnership=scene.partnership,
        name="All three districts",
        condition="More babies sleep safely than in the year before, also in Hollin Bank.",
        review_date=at.date() + timedelta(days=200),
        by=by,
        at=at,
    )
    actions.decide(
        stage=first_stage,
        verdict="go_on",
        because="Two weeks were kept for all but the week of the flood.",
        by=by,
        at=at,
    )
