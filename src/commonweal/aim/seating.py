"""Whose ratings count: the seats at the table that somebody holds, one for each organisation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from commonweal.agree.decisions import policies
from commonweal.agree.decisions import queries as deciding
from commonweal.convene.models import Partnership, Seat
from commonweal.core.scope import Actor


class OfSeat(Protocol):
    """A rating, with its seat fetched."""

    seat: Seat
    rated_at: datetime


R = TypeVar("R", bound=OfSeat)


def seats(partnership: Partnership, at: datetime) -> list[Seat]:
    """Who can rate, in order of arrival. One query."""
    return [each for each in deciding.open_seats(partnership, at) if not each.is_vacant]


def held_by(actor: Actor, table: Iterable[Seat]) -> list[Seat]:
    """Of these the seats that the actor takes part for."""
    return [each for each in table if policies.holds(actor, each)]


def holder(seat: Seat) -> UUID:
    """Who has the one voice: the organisation, or the residents' seat itself."""
    return seat.organisation_id or seat.pk


def newest(rows: Iterable[R]) -> list[R]:
    """The newest rating of everybody who rated: of an organisation with two seats only one."""
    found: dict[UUID, R] = {}
    for row in sorted(rows, key=lambda each: each.rated_at):
        found[holder(row.seat)] = row
    return list(found.values())


def current(rows: Iterable[R], table: Sequence[Seat]) -> list[R]:
    """The same, of everybody at the table; of who has left it none."""
    here = {holder(each) for each in table}
    return [row for row in newest(rows) if holder(row.seat) in here]
