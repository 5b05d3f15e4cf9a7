"""Who appoints, recommends, finds, answers.

The convener appoints and records what the table recommended. Whoever holds an independent role files
findings and withdraws their own; neither the convener nor anybody else does it for them. Only the
addressee answers. What an independent role opens to whoever holds it stands in `READS`.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.agree.recommendations.models import (
    Appointment,
    Independent,
    Kind,
    Recommendation,
)
from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.reach import Part
from commonweal.core.errors import Denied
from commonweal.core.models import Role
from commonweal.core.policies import passes
from commonweal.core.scope import Actor

_EVERY: Final = frozenset({Part.OVERVIEW, Part.RECOMMENDATIONS, Part.AGREEMENTS, Part.COMMITMENTS})
READS: Final[dict[str, frozenset[Part]]] = {
    # Whether it worked: what was aimed at, what came of it, and what was decided on the way.
    Independent.EVALUATOR: _EVERY | {Part.AIM, Part.RESULTS, Part.DECISIONS},
    # Whether it was right: who was allowed what, what was done, by which definition it was counted.
    Independent.AUDITOR: _EVERY | {Part.ACCESS, Part.LOG, Part.AIM, Part.RESULTS, Part.DECISIONS},
    # How the table gets on: what it is deciding, drafting and quarrelling over.
    Independent.FACILITATOR: _EVERY | {Part.DECISIONS, Part.UNDER_WAY},
}
"""What each role reads without a seat, for its term. Reading only: a finding is all it writes."""


def in_force(at: datetime) -> QuerySet[Appointment]:
    """Appointments within their term that were not ended before it."""
    today = timezone.localdate(at)
    ended = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    return Appointment.objects.filter(ended, starts_on__lte=today, ends_on__gte=today)


def held_anywhere(actor: Actor, at: datetime) -> QuerySet[Appointment]:
    """The independent roles that the person holds now, itself or through its organisation."""
    if actor.person_id is None:
        return Appointment.objects.none()
    members = [pk for pk, role in actor.roles if role == Role.MEMBER]
    return in_force(at).filter(Q(person=actor.person_id) | Q(organisation__in=members))


def held(actor: Actor, partnership: Partnership, at: datetime) -> QuerySet[Appointment]:
    """Those that it holds at this table."""
    here = held_anywhere(actor, at).filter(partnership=partnership)
    return here.order_by("starts_on", "id")


def check_can_see(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """Everybody at the table, and whoever holds an independent role here now."""
    convene.check_can_read(actor, partnership, Part.RECOMMENDATIONS, at)


def check_can_recommend(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """Record what the table recommended: the convener, a person."""
    _check_convenes(actor, partnership, at)


def check_can_appoint(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """Appoint somebody to an independent role, or end it: the convener, a person."""
    _check_convenes(actor, partnership, at)


def _check_convenes(actor: Actor, partnership: Partnership, at: datetime) -> None:
    check_can_see(actor, partnership, at)
    if not passes(lambda: convene.check_can_see(actor, partnership, at)):
        raise Denied(
            _("Only the convener of %(partnership)s can do this.")
            % {"partnership": partnership.name},
            mend=_("Ask the convener."),
        )
    convene.check_can_convene(actor, partnership, at)


def check_can_find(actor: Actor, appointment: Appointment, at: datetime) -> None:
    """File a finding: who holds this independent role now."""
    partnership = appointment.partnership
    check_can_see(actor, partnership, at)
    if not held(actor, partnership, at).filter(pk=appointment.pk).exists():
        raise not_independent()


def not_independent() -> Denied:
    return Denied(
        _("Only an independent evaluator, auditor or facilitator files findings."),
        mend=_("Ask the convener to appoint you, or bring it to the table’s next meeting."),
    )


def check_can_withdraw(actor: Actor, one: Recommendation, at: datetime) -> None:
    """Take back what waits for an answer: the convener the table's, an independent their own."""
    if one.kind == Kind.RECOMMENDATION or one.appointment is None:
        check_can_recommend(actor, one.partnership, at)
    else:
        check_can_find(actor, one.appointment, at)


def check_can_answer(actor: Actor, one: Recommendation, at: datetime) -> None:
    """Answer, and say what was launched: a person of the addressee, which has a seat."""
    check_can_see(actor, one.partnership, at)
    if actor.person_id is None or one.addressee_id not in seated(one.partnership, at):
        raise _not_asked(one)
    if not actor.holds(Role.MEMBER, one.addressee_id):
        raise _not_asked(one)


def _not_asked(one: Recommendation) -> Denied:
    return Denied(
        _("Only people of %(name)s can answer this.") % {"name": one.addressee.name},
        mend=_("Ask somebody there."),
    )


def seated(partnership: Partnership, at: datetime) -> frozenset[UUID]:
    """The organisations with an open seat."""
    seats = Seat.objects.filter(partnership=partnership, organisation__isnull=False).open(at)
    return frozenset(pk for pk in seats.values_list("organisation_id", flat=True) if pk)


def can_recommend(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    return passes(lambda: check_can_recommend(actor, partnership, at))


def can_answer(actor: Actor, one: Recommendation, at: datetime) -> bool:
    return passes(lambda: check_can_answer(actor, one, at))


def can_withdraw(actor: Actor, one: Recommendation, at: datetime) -> bool:
    return passes(lambda: check_can_withdraw(actor, one, at))
