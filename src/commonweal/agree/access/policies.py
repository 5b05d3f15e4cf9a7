"""Whose uses a reader may see. What was done with the data of others is for the convener to know,
and for whoever may read this part without a seat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from commonweal.agree.models import Signature
from commonweal.convene import queries as convene
from commonweal.convene import reach
from commonweal.convene.models import Partnership
from commonweal.convene.reach import Part
from commonweal.core.errors import Denied, Failure
from commonweal.core.models import Role
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Sight:
    """`organisations`: whose data's uses the reader sees, None for all.

    `reads_table`: reads every agreement of the table.
    """

    organisations: frozenset[UUID] | None
    reads_table: bool


def sight(actor: Actor, partnership: Partnership, at: datetime) -> Sight:
    """All for the convener and an auditor; for others of what their own organisations provided.

    Their organisations have a seat at the table, or have signed one of its agreements: who left
    still learns what is done with what it gave. Raises Denied for who acts for none.
    """
    standing = convene.standing(actor, partnership, at)
    if standing.convenes:
        return Sight(None, reads_table=True)
    if Part.ACCESS in reach.of(actor, partnership, at):
        return Sight(None, reads_table=True)
    signed = Signature.objects.filter(
        organisation__in=actor.organisation_ids, version__agreement__partnership=partnership
    )
    own = standing.organisations | set(signed.values_list("organisation_id", flat=True))
    if actor.person_id is None or not own:
        raise Denied(
            _("Only who acts for an organisation can see what its data was used for."),
            mend=_("Ask the convener, or the people of the organisation."),
        )
    return Sight(frozenset(own), reads_table=standing.is_seated)


def can_see_uses(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    try:
        sight(actor, partnership, at)
    except Failure:
        return False
    return True


def visible_people(actor: Actor, partnership: Partnership, at: datetime) -> frozenset[UUID] | None:
    """The organisations whose people the reader may look up by name; None for all at the table.

    The convener knows who comes to its table, a steward the people of its organisation; anybody
    else can look up themselves only.
    """
    standing = convene.standing(actor, partnership, at)
    if standing.convenes:
        return None
    return frozenset(pk for pk in standing.organisations if actor.holds(Role.STEWARD, pk))
