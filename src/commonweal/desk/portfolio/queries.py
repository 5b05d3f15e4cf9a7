"""A portfolio: the partnerships at whose table the reader is, with how each stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Q

from commonweal.agree.models import AgreementVersion, State
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat, Step
from commonweal.core.models import Event, Role
from commonweal.core.scope import Actor

ON_A_PAGE = 25


@dataclass(frozen=True)
class Row:
    """One partnership. `changed_at`: the newest event of its log."""

    partnership: Partnership
    convened: bool
    organisations: int
    sectors: int
    residents: int
    vacant: int
    in_force: int
    in_preparation: int
    changed_at: datetime | None


@dataclass(frozen=True)
class Portfolio:
    """One page of it. `by_step`: how many partnerships are at which step, of all that were asked for."""

    page: Page[Partnership]
    rows: Sequence[Row]
    by_step: Sequence[tuple[Step, int]]


def portfolio(
    actor: Actor, at: datetime, *, step: str = "", convened: bool = False, number: str | None = None
) -> Portfolio:
    """At most twenty-five rows. Seven queries, however many partnerships there are."""
    mine = convene.partnerships_for(actor, at)
    led = set(
        Seat.objects.filter(kind=Seat.Kind.CONVENER, partnership__in=mine)
        .open(at)
        .filter(organisation__in=[pk for pk, role in actor.roles if role == Role.MEMBER])
        .values_list("partnership_id", flat=True)
    )
    if convened:
        mine = mine.filter(pk__in=led)
    counted = dict(mine.order_by().values_list("step").annotate(n=Count("id")))
    shown = mine.filter(step=step) if step in Step.values else mine
    page = Paginator(shown, ON_A_PAGE).get_page(number)
    rows = _rows(list(page.object_list), led, at)
    return Portfolio(page, rows, [(Step(each), counted.get(each, 0)) for each in Step.values])


def _rows(found: Sequence[Partnership], led: set[UUID], at: datetime) -> list[Row]:
    ids = [each.pk for each in found]
    seats: dict[UUID, list[Seat]] = defaultdict(list)
    held = Seat.objects.filter(partnership__in=ids).open(at).select_related("organisation")
    for seat in held:
        seats[seat.partnership_id].append(seat)
    texts: dict[UUID, Mapping[str, Any]] = {
        row["agreement__partnership"]: row
        for row in AgreementVersion.objects.filter(agreement__partnership__in=ids)
        .values("agreement__partnership")
        .annotate(
            active=Count("agreement", filter=Q(state=State.ACTIVE), distinct=True),
            coming=Count(
                "agreement",
                filter=Q(state__in=[State.DRAFT, State.COMMENT, State.SIGNING]),
                distinct=True,
            ),
        )
    }
    changed = dict(
        Event.objects.filter(scope__in=ids).values_list("scope").annotate(newest=Max("at"))
    )
    return [
        _row(each, seats[each.pk], texts.get(each.pk, {}), changed.get(each.pk), each.pk in led)
        for each in found
    ]


def _row(
    partnership: Partnership,
    seats: Sequence[Seat],
    texts: Mapping[str, Any],
    changed_at: datetime | None,
    convened: bool,
) -> Row:
    residents = [seat for seat in seats if seat.kind == Seat.Kind.RESIDENT]
    organisations = {seat.organisation for seat in seats if seat.organisation}
    return Row(
        partnership,
        convened,
        organisations=len(organisations),
        sectors=len({each.sector for each in organisations}),
        residents=len(residents),
        vacant=sum(seat.is_vacant for seat in residents),
        in_force=texts.get("active", 0),
        in_preparation=texts.get("coming", 0),
        changed_at=changed_at,
    )
