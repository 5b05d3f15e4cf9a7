"""Reading entry points with what the table says of them. No seat's own points leave this module but to
that seat's people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, IntegerField, Prefetch, QuerySet, Value, When

from commonweal.agree import queries as agree
from commonweal.aim import seating
from commonweal.aim.beginnings.models import EntryRating, PilotReview
from commonweal.aim.models import EntryPoint, Node
from commonweal.compute.convening import entry
from commonweal.compute.convening.entry import Enough, Gate, Profile, Rated
from commonweal.compute.decisions.asking import Rule
from commonweal.compute.permits.governing import DecisionRule
from commonweal.compute.result import Result
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.policies import missing
from commonweal.convene.queries import partnership_for, partnerships_for
from commonweal.core.scope import Actor


def entry_points(partnership: Partnership) -> QuerySet[EntryPoint]:
    """The chosen one first, then proposals in their order, then those left behind. Two queries."""
    place = Case(
        When(chosen_at__isnull=False, left_at__isnull=True, then=Value(0)),
        When(chosen_at__isnull=True, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = EntryPoint.objects.filter(partnership=partnership)
    reviews = Prefetch("reviews", PilotReview.objects.order_by("reviewed_at", "id"))
    return (
        found.select_related("outcome", "proposed_by__organisation")
        .prefetch_related(reviews)
        .order_by(place, "proposed_at", "id")
    )


def chosen_entry_point(partnership: Partnership) -> EntryPoint | None:
    return EntryPoint.objects.filter(
        partnership=partnership, chosen_at__isnull=False, left_at__isnull=True
    ).first()


def chosen_entry_points(actor: Actor, at: datetime) -> QuerySet[EntryPoint]:
    """Of every partnership of the actor the chosen entry point, the earliest review first."""
    return (
        EntryPoint.objects.filter(
            partnership__in=partnerships_for(actor, at),
            chosen_at__isnull=False,
            left_at__isnull=True,
        )
        .select_related("partnership")
        .order_by("review_date", "id")
    )


def entry_point_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> EntryPoint:
    """Raises Missing for a table that the actor is not at."""
    partnership = partnership_for(actor, slug, at)
    found = EntryPoint.objects.filter(partnership=partnership, pk=pk).first()
    if found is None:
        raise missing()
    found.partnership = partnership
    return found


def outcomes(partnership: Partnership) -> QuerySet[Node]:
    """What an entry point can serve: the outcomes of the theory of change, by name."""
    return Node.objects.filter(partnership=partnership, kind=Node.Kind.OUTCOME).order_by("label")


@dataclass(frozen=True)
class Bar:
    """When enough members accept. `reference`, `clause`: of the constitution that says so, "" and 0
    where the plain default holds; `is_lead`: there is one, and it lets one seat decide."""

    enough: Enough
    reference: str = ""
    clause: int = 0
    is_lead: bool = False


def bar(partnership: Partnership, at: datetime) -> Bar:
    """What the constitution in force asks for. Four queries."""
    terms = agree.constitution(partnership, at)
    rule = terms.clause(DecisionRule) if terms else None
    if terms is None or rule is None:
        return Bar(Enough())
    return Bar(
        entry.enough_by(rule.rule, rule.quorum),
        terms.reference,
        terms.number(rule.kind),
        rule.rule == Rule.LEAD,
    )


@dataclass(frozen=True)
class Candidate:
    """A proposal as the table sees it. `objections`: (whose, in its words), open ones only."""

    point: EntryPoint
    profile: Profile
    gate: Result[Gate]
    objections: tuple[tuple[str, str], ...]
    unrated_by_me: bool


@dataclass(frozen=True)
class Board:
    """`proposed` in the order of their weakest criterion; `profiles` of those that were chosen."""

    chosen: EntryPoint | None
    proposed: tuple[Candidate, ...]
    left: tuple[EntryPoint, ...]
    profiles: Mapping[UUID, Profile]
    bar: Bar
    seats: int
    mine: tuple[Seat, ...]


def board(actor: Actor, partnership: Partnership, at: datetime) -> Board:
    """Every entry point with what is said of it. Eight queries, whatever their number."""
    points = list(entry_points(partnership))
    table = seating.seats(partnership, at)
    mine = seating.held_by(actor, table)
    said = _ratings(partnership)
    wanted = bar(partnership, at)
    open_ones = {point: seating.current(said[point.pk], table) for point in _proposed(points)}
    ordered = entry.ordered(_rated(point, rows) for point, rows in open_ones.items()).answer
    by_key = {str(point.pk): point for point in open_ones}
    kept = [_rated(point, seating.newest(said[point.pk])) for point in points if point.chosen_at]
    return Board(
        chosen=next((point for point in points if point.is_chosen), None),
        proposed=tuple(
            _candidate(by_key[each.key], each, rows, wanted=wanted, seats=len(table), mine=mine)
            for each in ordered
            for rows in [open_ones[by_key[each.key]]]
        ),
        left=tuple(point for point in points if point.left_at is not None),
        profiles={UUID(each.key): each for each in entry.ordered(kept).answer},
        bar=wanted,
        seats=len(table),
        mine=tuple(mine),
    )


def _proposed(points: Sequence[EntryPoint]) -> list[EntryPoint]:
    return [point for point in points if point.chosen_at is None]


def _ratings(partnership: Partnership) -> dict[UUID, list[EntryRating]]:
    found: dict[UUID, list[EntryRating]] = defaultdict(list)
    rows = EntryRating.objects.filter(entry_point__partnership=partnership)
    for row in rows.select_related("seat__organisation").order_by("rated_at", "id"):
        found[row.entry_point_id].append(row)
    return found


def _rated(point: EntryPoint, rows: Sequence[EntryRating]) -> Rated:
    return Rated(str(point.pk), tuple(row.points for row in rows))


def _candidate(
    point: EntryPoint,
    profile: Profile,
    rows: Sequence[EntryRating],
    *,
    wanted: Bar,
    seats: int,
    mine: Sequence[Seat],
) -> Candidate:
    spoken = {seating.holder(row.seat) for row in rows}
    return Candidate(
        point,
        profile,
        _gate(rows, seats, wanted),
        tuple((row.seat.holder, row.objection) for row in rows if row.objection),
        any(seating.holder(seat) not in spoken for seat in mine),
    )


def _gate(rows: Sequence[EntryRating], seats: int, wanted: Bar) -> Result[Gate]:
    objections = sum(bool(row.objection) for row in rows)
    return entry.gate(
        seats=seats,
        content=len(rows) - objections,
        objections=objections,
        enough=wanted.enough,
    )


def candidate(actor: Actor, point: EntryPoint, at: datetime) -> tuple[Candidate, Bar]:
    """One proposal as the board has it, without its place among the others."""
    table = seating.seats(point.partnership, at)
    rows = EntryRating.objects.filter(entry_point=point).select_related("seat__organisation")
    kept = seating.current(rows, table)
    (profile,) = entry.ordered([_rated(point, kept)]).answer
    wanted = bar(point.partnership, at)
    mine = seating.held_by(actor, table)
    found = _candidate(point, profile, kept, wanted=wanted, seats=len(table), mine=mine)
    return found, wanted


def own_rating(point: EntryPoint, seat: Seat) -> EntryRating | None:
    """What a seat says of a proposal: for its own people only."""
    rows = EntryRating.objects.filter(entry_point=point).select_related("seat")
    same = [row for row in rows if seating.holder(row.seat) == seating.holder(seat)]
    return max(same, key=lambda row: row.rated_at, default=None)
