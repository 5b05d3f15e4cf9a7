"""Who may make, change and report on a commitment: its organisation's own people, nobody else.

The convener keeps the list moving and may ask for a word; it never speaks for a partner. A link's
holder is checked against the stored link: it opens one commitment and nothing else.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from commonweal.agree.commitments.models import Commitment
from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.core.errors import Denied
from commonweal.core.models import Affiliation, Link, Organisation, Role
from commonweal.core.policies import passes
from commonweal.core.scope import Actor

WORD_LINK = "commitment"


def link_subject(commitment: Commitment) -> str:
    return f"commitments.commitment:{commitment.pk}"


def own(actor: Actor, partnership: Partnership, at: datetime) -> frozenset[UUID]:
    """The organisations at this table in whose name the person may commit."""
    if actor.person_id is None:
        return frozenset()
    seats = Seat.objects.filter(partnership=partnership).open(at)
    held = seats.filter(organisation__in=actor.organisation_ids)
    found = held.values_list("organisation_id", flat=True)
    return frozenset(pk for pk in found if pk is not None and actor.holds(Role.MEMBER, pk))


def check_can_make(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> None:
    """A person who takes part in the organisation, which has a seat. Not even the system may."""
    convene.check_can_see(actor, partnership, at)
    if actor.person_id is None:
        raise Denied(
            _("Only people of %(name)s can make or change what it promises.")
            % {"name": organisation.name},
            mend=_("Ask somebody there."),
        )
    convene.check_can_act_for(actor, partnership, organisation, Role.MEMBER, at)


def check_can_change(actor: Actor, commitment: Commitment, at: datetime) -> None:
    """Change the wording: as for making it."""
    check_can_make(actor, commitment.partnership, commitment.organisation, at)


def check_can_tell(actor: Actor, commitment: Commitment, at: datetime) -> None:
    """Say how it goes: the organisation's people, or the holder of a link for just this."""
    if actor.link_id is None:
        check_can_change(actor, commitment, at)
    elif not _link_opens(actor, commitment, at):
        raise convene.missing()


def _link_opens(actor: Actor, commitment: Commitment, at: datetime) -> bool:
    if actor.link_id is None or actor.link_purpose != WORD_LINK:
        return False
    link = Link.objects.filter(
        pk=actor.link_id,
        purpose=WORD_LINK,
        subject=link_subject(commitment),
        organisation=commitment.organisation_id,
        revoked_at__isnull=True,
        expires_at__gt=at,
    ).first()
    if link is None:
        return False
    still = Affiliation.objects.in_force(at).filter(
        person=link.person_id, organisation=commitment.organisation_id
    )
    seats = Seat.objects.filter(
        partnership=commitment.partnership_id, organisation=commitment.organisation_id
    )
    # Who has left the organisation, or an organisation that left the table, has no say any more.
    return still.exists() and seats.open(at).exists()


def check_can_ask(actor: Actor, commitment: Commitment, at: datetime) -> None:
    """Ask the organisation for a word by mail: the convener, or a colleague."""
    convene.check_can_see(actor, commitment.partnership, at)
    if can_change(actor, commitment, at):
        return
    convene.check_can_convene(actor, commitment.partnership, at)


def can_change(actor: Actor, commitment: Commitment, at: datetime) -> bool:
    return passes(lambda: check_can_change(actor, commitment, at))


def can_ask(actor: Actor, commitment: Commitment, at: datetime) -> bool:
    return passes(lambda: check_can_ask(actor, commitment, at))
