"""Reading the triangle for the table. No seat's own points leave this module but to that seat's people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commonweal.aim import seating
from commonweal.aim.triangle.finding import Found, found
from commonweal.aim.triangle.models import Evidence, Round, TaskOwner, TaskRating
from commonweal.compute.convening.triangle import BY_KEY, TASKS, Picture, Shown, Task, picture
from commonweal.compute.result import Result
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.policies import missing
from commonweal.core.models import Organisation, Role
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Board:
    """The triangle now, with the ratings of the newest round. `found`: pieces that the installation shows by itself; `added`: by hand, by
    task; `rounds`: the newest first; `unrated`: for which of the reader's seats no rating is in yet."""

    picture: Result[Picture]
    found: Mapping[str, Found]
    added: Mapping[str, Sequence[Evidence]]
    owners: Mapping[str, Organisation]
    rounds: Sequence[Round]
    rated: int
    seats: int
    mine: tuple[Seat, ...]
    unrated: tuple[Seat, ...]

    @property
    def open_round(self) -> Round | None:
        return next((each for each in self.rounds if each.closed_at is None), None)

    @property
    def last_closed(self) -> Round | None:
        """With whose evidence that of today is compared."""
        return next((each for each in self.rounds if each.closed_at is not None), None)

    @property
    def earlier(self) -> Round | None:
        """With whose ratings those of the newest round are compared."""
        return next((each for each in self.rounds[1:] if each.closed_at is not None), None)


def board(actor: Actor, partnership: Partnership, at: datetime) -> Board:
    """Everything of the page. About twenty queries, however much there is."""
    table = seating.seats(partnership, at)
    mine = seating.held_by(actor, table)
    rounds = list(Round.objects.filter(partnership=partnership).order_by("-number"))
    ratings = _current(rounds[0] if rounds else None, table)
    pieces = found(partnership, at)
    added = _added(partnership)
    voices = {seating.holder(row.seat) for rows in ratings.values() for row in rows}
    return Board(
        picture=_picture(pieces, added, ratings),
        found=pieces,
        added=added,
        owners={
            row.task: row.organisation
            for row in TaskOwner.objects.filter(partnership=partnership).select_related(
                "organisation"
            )
        },
        rounds=rounds,
        rated=len(voices),
        seats=len(table),
        mine=tuple(mine),
        unrated=tuple(seat for seat in mine if seating.holder(seat) not in voices),
    )


def picture_now(partnership: Partnership, at: datetime) -> Result[Picture]:
    """The triangle with the ratings of the open round, for whoever closes it."""
    here = open_round(partnership)
    ratings = _current(here, seating.seats(partnership, at))
    return _picture(found(partnership, at), _added(partnership), ratings)


def _picture(
    pieces: Mapping[str, Found],
    added: Mapping[str, Sequence[Evidence]],
    ratings: Mapping[str, Sequence[TaskRating]],
) -> Result[Picture]:
    """A piece counts once, whether it was found, added by hand, or both."""
    return picture(
        Shown(
            task.key,
            frozenset(piece for piece in task.pieces if piece in pieces)
            | {each.piece for each in added.get(task.key, ()) if each.piece},
            tuple(row.points for row in ratings.get(task.key, ())),
        )
        for task in TASKS
    )


def _current(here: Round | None, table: Sequence[Seat]) -> dict[str, list[TaskRating]]:
    """The ratings that count, by task."""
    if here is None:
        return {}
    rows = list(TaskRating.objects.filter(round=here).select_related("seat"))
    return {
        task.key: seating.current((row for row in rows if row.task == task.key), table)
        for task in TASKS
    }


def _added(partnership: Partnership) -> dict[str, list[Evidence]]:
    """Evidence added by hand that was not taken back, by task, the oldest first."""
    rows = Evidence.objects.filter(partnership=partnership, taken_back_at__isnull=True)
    kept: dict[str, list[Evidence]] = {}
    for row in rows.select_related("added_by__organisation").order_by("added_at", "id"):
        row.partnership = partnership
        kept.setdefault(row.task, []).append(row)
    return kept


def open_round(partnership: Partnership) -> Round | None:
    return Round.objects.filter(partnership=partnership, closed_at__isnull=True).first()


def task_named(key: str) -> Task:
    """Raises Missing for a task that the triangle does not have."""
    if key not in BY_KEY:
        raise missing()
    return BY_KEY[key]


def evidence_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Evidence:
    """Evidence added by hand. Raises Missing for a table that the actor is not at."""
    partnership = convene.partnership_for(actor, slug, at)
    rows = Evidence.objects.filter(partnership=partnership, pk=pk)
    one = rows.select_related("added_by__organisation").first()
    if one is None:
        raise missing()
    one.partnership = partnership
    return one


def own_points(here: Round, seat: Seat) -> dict[str, int]:
    """How a seat rates each task in a round: for its own people only."""
    rows = TaskRating.objects.filter(round=here).select_related("seat").order_by("rated_at")
    same = (row for row in rows if seating.holder(row.seat) == seating.holder(seat))
    return {row.task: row.points for row in same}


def possible_owners(
    actor: Actor, partnership: Partnership, convenes: bool, at: datetime
) -> list[Organisation]:
    """The organisations that the actor may name: for the convener all, else the actor's own."""
    return [
        each
        for each in convene.partners(partnership, at)
        if convenes or actor.holds(Role.MEMBER, each.pk)
    ]
