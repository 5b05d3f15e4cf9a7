"""Reading the plan, what is found in it, and what holds it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from commonweal.compute.planning import model as m
from commonweal.compute.planning.critical import Timing, critical_path
from commonweal.compute.planning.overlaps import Finding, Plan, find
from commonweal.compute.result import Result
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.convene.voices.models import Line
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor
from commonweal.plan import policies
from commonweal.plan.models import Item, Stage


def items(partnership: Partnership) -> QuerySet[Item]:
    """What is planned and not dropped, by first day. Two queries."""
    return (
        Item.objects.filter(partnership=partnership)
        .exclude(state=Item.State.DROPPED)
        .select_related("organisation", "stage", "cover")
        .prefetch_related("after")
        .order_by("starts_on", "ends_on", "id")
    )


def dropped(partnership: Partnership) -> QuerySet[Item]:
    rows = Item.objects.filter(partnership=partnership, state=Item.State.DROPPED)
    return rows.select_related("organisation").order_by("starts_on", "id")


def item_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Item:
    """Raises Missing for a table that the actor is not at."""
    partnership = convene.partnership_for(actor, slug, at)
    rows = Item.objects.filter(partnership=partnership, pk=pk)
    found = rows.select_related("organisation", "stage", "cover", "informs").first()
    if found is None:
        raise missing()
    found.partnership = partnership
    return found


def stages(partnership: Partnership) -> QuerySet[Stage]:
    return Stage.objects.filter(partnership=partnership).order_by("review_date", "name")


def stage_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Stage:
    """Raises Missing for a table that the actor is not at."""
    partnership = convene.partnership_for(actor, slug, at)
    found = stages(partnership).filter(pk=pk).first()
    if found is None:
        raise missing()
    found.partnership = partnership
    return found


def may_plan_for(actor: Actor, partnership: Partnership, at: datetime) -> list[Organisation]:
    """The organisations at the table for which the actor may write."""
    standing = convene.standing(actor, partnership, at)
    here = list(convene.partners(partnership, at))
    if standing.convenes:
        return here
    own = [each for each in here if each.pk in standing.organisations]
    return [each for each in own if policies.can_plan(actor, partnership, each, at)]


@dataclass(frozen=True)
class Board:
    """The plan as its page shows it. `timings`: by key."""

    items: tuple[Item, ...]
    stages: tuple[Stage, ...]
    findings: Result[tuple[Finding, ...]]
    timings: Result[dict[str, Timing]]


def board(partnership: Partnership, at: datetime, today: date) -> Board:
    """Everything that is planned, what is found in it and what holds it up. Five queries."""
    rows = tuple(items(partnership))
    asked = [_asked(row, {each.pk for each in rows}) for row in rows]
    places = Line.objects.filter(partnership=partnership, kind=Line.Kind.PLACE)
    owners = [each.name for each in convene.partners(partnership, at)]
    plan = Plan(asked, today, list(places.order_by("name").values_list("name", flat=True)), owners)
    timings = critical_path(asked)
    return Board(
        rows,
        tuple(stages(partnership)),
        find(plan),
        Result({each.key: each for each in timings.answer}, timings.trace),
    )


def _asked(row: Item, live: set[UUID]) -> m.Item:
    """What the computation is given. What was dropped holds nobody up."""
    return m.Item(
        key=str(row.pk),
        owner=row.organisation.name,
        kind=m.Kind(row.kind),
        starts=row.starts_on,
        ends=row.ends_on,
        place=row.place,
        after=tuple(str(each.pk) for each in row.after.all() if each.pk in live),
        informs=str(row.informs_id) if row.informs_id in live else "",
        covered=row.cover_id is not None,
    )


def waits_for(partnership: Partnership, links: dict[UUID, Sequence[UUID]]) -> None:
    """Raises Unusable where these links would close a circle. `links`: of items that change."""
    rows = items(partnership)
    live = {row.pk for row in rows}
    asked = []
    for row in rows:
        after = links.get(row.pk, [each.pk for each in row.after.all()])
        keys = tuple(str(pk) for pk in after if pk in live)
        asked.append(
            m.Item(str(row.pk), "", m.Kind(row.kind), row.starts_on, row.ends_on, after=keys)
        )
    critical_path(asked)


def due(actor: Actor, at: datetime) -> tuple[QuerySet[Item], QuerySet[Stage]]:
    """Milestones that are not done, and stages to be looked at, at the actor's tables."""
    mine = convene.partnerships_for(actor, at)
    open_ones = Item.objects.filter(
        partnership__in=mine,
        kind=Item.Kind.MILESTONE,
        state__in=[Item.State.PLANNED, Item.State.UNDER_WAY],
    )
    waiting = Stage.objects.filter(partnership__in=mine, decided_at__isnull=True)
    return open_ones.select_related("partnership"), waiting.select_related("partnership")
