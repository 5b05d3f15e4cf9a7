"""Who may attach papers to an agreement, and who may read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from commonweal.agree import policies
from commonweal.agree.models import Agreement
from commonweal.convene import policies as convene
from commonweal.core.errors import Denied, Failure
from commonweal.core.scope import Actor


def check_can_attach(
    actor: Actor, agreement: Agreement, parties: Iterable[UUID], at: datetime
) -> None:
    """A person: of the convener's, or a member of one of the parties."""
    policies.check_can_prepare(actor, agreement, parties, at)
    if actor.person_id is None:
        raise Denied(_("Only a person can do this."), mend=_("Sign in."))


def check_can_read_papers(
    actor: Actor, agreement: Agreement, parties: Iterable[UUID], at: datetime
) -> None:
    """Whoever acts for a party, also for one that has left the table, and the convener.

    Everybody else at the table reads the text; a scanned contract holds handwriting, addresses and
    account numbers that the text does not.
    """
    if actor.organisation_ids & set(parties):
        return
    if convene.can_convene(actor, agreement.partnership, at):
        return
    raise Denied(
        _("Only the parties to %(reference)s and the convener can open its papers.")
        % {"reference": agreement.reference},
        mend=_("Read the text of the agreement: it says what is enforced."),
    )


def can_attach(actor: Actor, agreement: Agreement, parties: Iterable[UUID], at: datetime) -> bool:
    try:
        check_can_attach(actor, agreement, parties, at)
    except Failure:
        return False
    return True


def can_read_papers(
    actor: Actor, agreement: Agreement, parties: Iterable[UUID], at: datetime
) -> bool:
    try:
        check_can_read_papers(actor, agreement, parties, at)
    except Failure:
        return False
    return True
