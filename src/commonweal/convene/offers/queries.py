"""Reading offers, needs, proposed pairs and letters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from commonweal.compute.convening import matching as m
from commonweal.compute.result import Result
from commonweal.convene import policies
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.offers.models import Entry, Letter, Match
from commonweal.core.models import Role
from commonweal.core.scope import Actor


def entries(partnership: Partnership, at: datetime) -> QuerySet[Entry]:
    """Open offers and needs of seats that are held, in the order in which they were added."""
    held = Seat.objects.filter(partnership=partnership).open(at)
    return (
        Entry.objects.filter(seat__in=held, closed_at__isnull=True)
        .select_related("seat__organisation", "seat__partnership")
        .order_by("added_at", "id")
    )


def entry_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Entry:
    """Raises Missing for a table that the actor is not at."""
    partnership = convene.partnership_for(actor, slug, at)
    rows = Entry.objects.filter(seat__partnership=partnership, pk=pk)
    found = rows.select_related("seat__organisation", "seat__partnership").first()
    if found is None:
        raise policies.missing()
    return found


def pair_for(actor: Actor, slug: str, offer: UUID, need: UUID, at: datetime) -> tuple[Entry, Entry]:
    """Raises Missing where one of them is not at a table of the actor."""
    return entry_for(actor, slug, offer, at), entry_for(actor, slug, need, at)


def match_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Match:
    """Raises Missing for a table that the actor is not at."""
    partnership = convene.partnership_for(actor, slug, at)
    rows = Match.objects.filter(offer__seat__partnership=partnership, pk=pk)
    found = rows.select_related(
        "offer__seat__organisation", "offer__seat__partnership", "need__seat__organisation"
    ).first()
    if found is None:
        raise policies.missing()
    return found


def touched(partnership: Partnership) -> QuerySet[Match]:
    """Pairs that somebody did something about."""
    rows = Match.objects.filter(offer__seat__partnership=partnership)
    return rows.select_related("offer__seat__organisation", "need__seat__organisation").order_by(
        "promised_at", "asked_at", "id"
    )


@dataclass(frozen=True)
class Board:
    """The list as the page shows it. `asked`: pairs that wait for the offering side."""

    entries: tuple[Entry, ...]
    asked: tuple[Match, ...]
    promised: tuple[Match, ...]
    found: Result[m.Answer]


def board(partnership: Partnership, at: datetime) -> Board:
    """Everything on the list, and who could help whom. Two queries. What is asked for is not proposed."""
    rows = tuple(entries(partnership, at))
    pairs = list(touched(partnership))
    open_ids = {row.pk for row in rows}
    asked = tuple(
        each
        for each in pairs
        if each.asked_at
        and not (each.promised_at or each.declined_at)
        and {each.offer_id, each.need_id} <= open_ids
    )
    taken = {pk for each in asked for pk in (each.offer_id, each.need_id)}
    found = m.match(
        _sides(row for row in rows if row.side == Entry.Side.OFFER and row.pk not in taken),
        _sides(row for row in rows if row.side == Entry.Side.NEED and row.pk not in taken),
        [(str(each.offer_id), str(each.need_id)) for each in pairs if each.declined_at],
    )
    promised = tuple(each for each in pairs if each.promised_at)
    return Board(rows, asked, promised, found)


def _sides(rows: Iterable[Entry]) -> list[m.Side]:
    return [side_of(row) for row in rows]


def side_of(row: Entry) -> m.Side:
    """An entry as the matching reads it."""
    return m.Side(
        key=str(row.pk),
        owner=str(row.seat.organisation_id or row.seat_id),
        kind=row.kind,
        amount=row.amount,
        from_=row.from_date,
        until=row.until_date,
        place=row.place,
        skills=skills(row.skills),
        unit=row.unit,
        currency=row.unit.upper() if row.kind == Entry.Kind.MONEY else "",
    )


def skills(text: str) -> frozenset[str]:
    """The skills of a text, apart by commas."""
    return frozenset(
        word for part in text.split(",") if (word := " ".join(part.split()).casefold())
    )


def letters(partnership: Partnership) -> QuerySet[Letter]:
    """Letters from the door, those that wait first."""
    return Letter.objects.filter(partnership=partnership).order_by("answered_at", "written_at")


def letter_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Letter:
    """For the convener. Raises Missing, and Denied for others at the table."""
    partnership = convene.partnership_for(actor, slug, at)
    policies.check_can_convene(actor, partnership, at)
    found = Letter.objects.filter(partnership=partnership, pk=pk).first()
    if found is None:
        raise policies.missing()
    found.partnership = partnership
    return found


def waiting_asks(actor: Actor, at: datetime) -> QuerySet[Match]:
    """What was asked of the actor's own organisations and waits for their yes or no.

    What is promised is off the list with both its ends.
    """
    own = [each for each in actor.organisation_ids if actor.holds(Role.MEMBER, each)]
    held = Seat.objects.open(at)
    rows = Match.objects.filter(
        asked_at__isnull=False,
        declined_at__isnull=True,
        offer__closed_at__isnull=True,
        need__closed_at__isnull=True,
        offer__seat__in=held.filter(organisation__in=own),
        need__seat__in=held,
    )
    return rows.select_related("offer__seat__partnership", "need__seat__organisation").order_by(
        "asked_at", "id"
    )


def waiting_letters(actor: Actor, at: datetime) -> QuerySet[Letter]:
    """Letters that wait at tables that the actor convenes."""
    convened = [
        seat.partnership_id
        for seat in Seat.objects.filter(kind=Seat.Kind.CONVENER).open(at).of(actor)
    ]
    rows = Letter.objects.filter(partnership__in=convened, answered_at__isnull=True)
    return rows.select_related("partnership").order_by("written_at")
