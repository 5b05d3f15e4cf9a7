"""Reading recommendations, findings, answers and appointments, for one reader at one moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from commonweal.agree.recommendations import policies
from commonweal.agree.recommendations.models import (
    Answer,
    Appointment,
    Launch,
    Recommendation,
    State,
)
from commonweal.compute import following
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.policies import missing
from commonweal.convene.reach import Part
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Entry:
    """One recommendation or finding as it stands on a day, with every answer, the oldest first."""

    one: Recommendation
    answers: Sequence[Answer]
    launches: Sequence[Launch]
    today: date

    @property
    def answer(self) -> Answer | None:
        """The one that counts."""
        return self.answers[-1] if self.answers else None

    @property
    def standing(self) -> str:
        """waiting, late, answered, answered_late (by the first answer), or withdrawn."""
        if self.one.state == State.WITHDRAWN:
            return "withdrawn"
        first = timezone.localdate(self.answers[0].answered_at) if self.answers else None
        return following.answer_standing(self.one.answer_by, first, self.today)


def _whole(found: QuerySet[Recommendation]) -> QuerySet[Recommendation]:
    return found.select_related(
        "partnership", "addressee", "appointment__organisation", "appointment__person"
    ).prefetch_related(
        Prefetch("answers", Answer.objects.order_by("number")),
        Prefetch("launches", Launch.objects.order_by("begun_on", "told_at")),
    )


def _entries(found: QuerySet[Recommendation], at: datetime) -> list[Entry]:
    """The newest first. Three queries, whatever their number."""
    today = timezone.localdate(at)
    return [
        Entry(one, list(one.answers.all()), list(one.launches.all()), today)
        for one in _whole(found).order_by("-number")
    ]


def partnership_for(actor: Actor, slug: str, at: datetime) -> Partnership:
    """For everybody at the table and whoever holds an independent role here. Raises Missing."""
    return convene.readable_for(actor, slug, Part.RECOMMENDATIONS, at)


def entries(partnership: Partnership, at: datetime) -> list[Entry]:
    """Everything that was recommended or found, the newest first."""
    return _entries(Recommendation.objects.filter(partnership=partnership), at)


def entry_for(actor: Actor, slug: str, number: int, at: datetime) -> Entry:
    """The one of this number. Raises Missing."""
    partnership = partnership_for(actor, slug, at)
    found = _entries(Recommendation.objects.filter(partnership=partnership, number=number), at)
    if not found:
        raise missing()
    found[0].one.partnership = partnership
    return found[0]


def public_entries(partnership: Partnership, at: datetime) -> list[Entry]:
    """What everybody may read of an open partnership's recommendations and findings."""
    if not partnership.is_public:
        raise missing()
    return _entries(Recommendation.objects.filter(partnership=partnership, is_public=True), at)


def owed_by(organisations: Iterable[UUID], partnership: Partnership, at: datetime) -> list[Entry]:
    """What these organisations have not answered yet."""
    found = Recommendation.objects.filter(
        partnership=partnership, addressee__in=organisations, state=State.WAITING
    )
    return _entries(found, at)


def appointments(partnership: Partnership) -> QuerySet[Appointment]:
    """Every appointment, also those that ended, the newest first."""
    found = Appointment.objects.filter(partnership=partnership)
    return found.select_related("organisation", "person").order_by("-starts_on", "id")


def appointment_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Appointment:
    """Raises Missing."""
    partnership = partnership_for(actor, slug, at)
    found = appointments(partnership).filter(pk=pk).first()
    if found is None:
        raise missing()
    found.partnership = partnership
    return found


def held(actor: Actor, partnership: Partnership, at: datetime) -> QuerySet[Appointment]:
    """The independent roles that the person holds at this table now."""
    found = policies.held(actor, partnership, at)
    return found.select_related("organisation", "person")


def held_away(actor: Actor, at: datetime) -> dict[Partnership, list[Appointment]]:
    """The independent roles that the person holds now where it has no seat, by partnership, each
    opened as these roles allow. One query."""
    seats = Seat.objects.filter(partnership=OuterRef("partnership")).open(at).of(actor)
    mine = policies.held_anywhere(actor, at).exclude(Exists(seats))
    related = mine.select_related("partnership", "organisation", "person")
    found: dict[Partnership, list[Appointment]] = {}
    for each in related.order_by("partnership__name", "starts_on", "id"):
        found.setdefault(each.partnership, []).append(each)
    for partnership, roles in found.items():
        partnership.opened = frozenset().union(*(policies.READS[each.role] for each in roles))
    return found


def addressees(partnership: Partnership, at: datetime) -> QuerySet[Organisation]:
    """Whom a recommendation or a finding can be addressed to: the organisations at the table."""
    return convene.partners(partnership, at)
