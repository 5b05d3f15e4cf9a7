"""Who may say what drives and binds a seat. Who may read it stands in `queries.readable`."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.convene import policies
from commonweal.convene.models import Seat
from commonweal.core.errors import Denied
from commonweal.core.models import Role
from commonweal.core.scope import Actor


def owns(actor: Actor, seat: Seat) -> bool:
    """Whether the actor speaks for the seat, also for one that has ended."""
    if actor.person_id is None:
        return False
    if seat.organisation_id is not None:
        return actor.holds(Role.MEMBER, seat.organisation_id)
    return seat.person_id == actor.person_id


def check_owns(actor: Actor, seat: Seat) -> None:
    """Nobody changes or opens what another seat said, not even the convener."""
    if not owns(actor, seat):
        raise Denied(
            _("Only %(holder)s can say this for itself.") % {"holder": seat.holder},
            mend=_("Ask them."),
        )


def check_can_write(actor: Actor, seat: Seat, at: datetime) -> None:
    """Whoever holds the seat; the convener may write down what was told in a talk."""
    policies.check_can_see(actor, seat.partnership, at)
    if not owns(actor, seat):
        policies.check_can_convene(actor, seat.partnership, at)
