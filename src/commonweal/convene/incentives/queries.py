"""Reading incentives and restrictions. Everything here is what its reader may read, and no more."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from commonweal.compute.convening import clashes as c
from commonweal.compute.convening import visibility as v
from commonweal.compute.result import Result
from commonweal.convene import queries as convene
from commonweal.convene.incentives.models import Declaration, Entry
from commonweal.convene.incentives.policies import owns
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.policies import missing
from commonweal.core.scope import NOBODY, Actor

MOST = 2000  # entries on one page; a table of three hundred says less


def readable(actor: Actor, partnership: Partnership, at: datetime) -> list[Entry]:
    """What the actor may read, by owner and then in the order in which it was said. Three queries."""
    held = Entry.objects.filter(seat__partnership=partnership).select_related(
        "seat__organisation", "seat__partnership"
    )
    rows = list(held.order_by("seat__organisation__name", "seat__voice", "written_at", "id"))
    standing = convene.standing(actor, partnership, at)
    moment = v.Moment(v.Step(partnership.step), partnership.is_public)
    speaks_for = frozenset(str(row.seat_id) for row in rows if owns(actor, row.seat))
    reader = v.Reader(speaks_for, standing.convenes, standing.is_seated)
    return [row for row in rows if v.visible(_asked(row, at), reader, moment).answer][:MOST]


def _asked(row: Entry, at: datetime) -> v.Entry:
    return v.Entry(
        owner=str(row.seat_id),
        reach=v.Reach(row.reach),
        opened=row.opened_at is not None,
        withdrawn=row.withdrawn_at is not None,
        owner_seated=row.seat.until_at is None or row.seat.until_at > at,
    )


def public(partnership: Partnership, at: datetime) -> list[Entry]:
    """What everybody may read."""
    return readable(NOBODY, partnership, at)


def own_entry_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Entry:
    """An entry that the actor may change. Raises Missing for all others, also readable ones."""
    partnership = convene.partnership_for(actor, slug, at)
    rows = Entry.objects.filter(seat__partnership=partnership, pk=pk)
    found = rows.select_related("seat__organisation", "seat__partnership").first()
    if found is None or not owns(actor, found.seat):
        raise missing()
    return found


def own_seats(actor: Actor, partnership: Partnership, at: datetime) -> list[Seat]:
    """The open seats for which the actor speaks."""
    return [seat for seat in convene.seats(partnership, at) if owns(actor, seat)]


def declared(partnership: Partnership, at: datetime) -> dict[UUID, datetime]:
    """Which open seats have declared that they said what they have to say, and when."""
    rows = Declaration.objects.filter(seat__in=convene.seats(partnership, at))
    return dict(rows.values_list("seat_id", "declared_at"))


def clashes(entries: Iterable[Entry]) -> Result[tuple[c.Clash, ...]]:
    """Clashes among entries that the reader may read. Withdrawn ones count no more."""
    return c.clashes(
        [
            c.Entry(
                key=str(row.pk),
                owner=row.seat.holder,
                kind=c.Kind(row.kind),
                about=row.about,
                pull=c.Pull(row.pull),
                year_begins=row.year_begins,
                until=row.until,
            )
            for row in entries
            if row.withdrawn_at is None
        ]
    )
