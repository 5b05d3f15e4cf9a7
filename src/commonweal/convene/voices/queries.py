"""Reading the map, and comparing it with the table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from commonweal.compute.convening import missing as m
from commonweal.compute.result import Result
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.policies import missing as not_there
from commonweal.convene.voices.models import Line
from commonweal.core.models import Sector
from commonweal.core.scope import Actor


def lines(partnership: Partnership) -> QuerySet[Line]:
    """Every line of the map in the order in which they were added. Three queries."""
    return (
        Line.objects.filter(partnership=partnership)
        .select_related("organisation", "seat__organisation")
        .prefetch_related("actors", "organisations")
        .order_by("added_at", "name")
    )


def line_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Line:
    """Raises Missing for a table that the actor is not at."""
    partnership = convene.partnership_for(actor, slug, at)
    found = lines(partnership).filter(pk=pk).first()
    if found is None:
        raise not_there()
    found.partnership = partnership
    return found


def who_is_missing(
    partnership: Partnership, at: datetime, rows: Sequence[Line] | None = None
) -> Result[m.Answer]:
    """The map compared with the open seats. `rows`: the lines, where they are at hand."""
    drawn = list(lines(partnership)) if rows is None else rows
    return m.missing(_map(drawn), _seats(partnership, at), Sector.values)


def _seats(partnership: Partnership, at: datetime) -> list[m.Seat]:
    return [
        m.Seat(
            key=str(seat.pk),
            name=seat.holder,
            sector=seat.organisation.sector if seat.organisation else "",
            organisation=str(seat.organisation_id or ""),
            vacant=seat.is_vacant,
        )
        for seat in convene.seats(partnership, at)
    ]


def _map(rows: Sequence[Line]) -> m.ProblemMap:
    of: dict[str, list[Line]] = {kind: [] for kind in Line.Kind.values}
    for row in rows:
        of[row.kind].append(row)
    return m.ProblemMap(
        actors=tuple(
            m.Actor(str(each.pk), each.name, each.sector, str(each.organisation_id or ""))
            for each in of["actor"]
        ),
        levers=tuple(
            m.Lever(
                str(each.pk),
                each.name,
                m.Grip(each.grip),
                frozenset(str(one.pk) for one in each.actors.all()),
                _organisations(each),
            )
            for each in of["lever"]
        ),
        groups=tuple(m.Group(str(each.pk), each.name, _open_seat(each)) for each in of["group"]),
        places=tuple(
            m.Place(str(each.pk), each.name, _organisations(each)) for each in of["place"]
        ),
    )


def _organisations(line: Line) -> frozenset[str]:
    return frozenset(str(each.pk) for each in line.organisations.all())


def _open_seat(line: Line) -> str:
    """A seat that has ended speaks for nobody."""
    return str(line.seat_id) if line.seat and line.seat.until_at is None else ""


def residents(partnership: Partnership, at: datetime) -> QuerySet[Seat]:
    """The open seats of those affected, and of groups of residents."""
    held = Seat.objects.filter(partnership=partnership).open(at).select_related("organisation")
    return held.order_by("voice", "organisation__name")
