"""Reading a premortem: one's own answers while it is open, everybody's once it is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commonweal.compute.convening import premortem as p
from commonweal.compute.result import Result
from commonweal.convene import policies
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.premortem.models import Premortem, Reason
from commonweal.core.scope import Actor


def open_one(partnership: Partnership) -> Premortem | None:
    return Premortem.objects.filter(partnership=partnership, closed_at__isnull=True).first()


def last_closed(partnership: Partnership) -> Premortem | None:
    rows = Premortem.objects.filter(partnership=partnership, closed_at__isnull=False)
    return rows.order_by("-closed_at").first()


def own(found: Premortem, seat: Seat) -> list[Reason]:
    """What a seat has said so far. Only its own people ask."""
    return list(found.reasons.filter(seat=seat).order_by("family", "words"))


def seats_answered(found: Premortem) -> int | None:
    """How many seats have answered; None for fewer than three, also to the convener."""
    count = found.reasons.filter(seat__isnull=False).values("seat").distinct().count()
    return count if count >= p.FEWEST else None


@dataclass(frozen=True)
class Told:
    """A reason as everybody reads it, and the row that its answer is kept in."""

    reason: p.Reason
    row: Reason


def told(found: Premortem) -> tuple[list[Told], Result[tuple[p.Reason, ...]]]:
    """The reasons of a closed premortem. One query."""
    rows = {str(row.pk): row for row in found.reasons.all()}
    gathered = p.gather(
        [p.Said(key, str(row.mark), p.Family(row.family), row.words) for key, row in rows.items()],
        str(found.pk),
    )
    return [Told(each, _kept(each.keys, rows)) for each in gathered.answer], gathered


def _kept(keys: Sequence[str], rows: dict[str, Reason]) -> Reason:
    """The row that was answered, else the first."""
    return next((rows[key] for key in keys if rows[key].answer), rows[keys[0]])


def reason_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Reason:
    """A reason of a closed premortem, for the convener. Raises Missing."""
    partnership = convene.partnership_for(actor, slug, at)
    policies.check_can_convene(actor, partnership, at)
    rows = Reason.objects.filter(premortem__partnership=partnership, premortem__closed_at__lte=at)
    found = rows.select_related("premortem__partnership").filter(pk=pk).first()
    if found is None:
        raise policies.missing()
    return found


def clauses(partnership: Partnership) -> list[str]:
    """What the table wants in its constitution against failure, the words of it."""
    rows = Reason.objects.filter(
        premortem__partnership=partnership, answer=Reason.Answer.CLAUSE, seat__isnull=True
    )
    return list(rows.order_by("answered_at", "id").values_list("answer_words", flat=True))
