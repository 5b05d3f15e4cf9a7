"""Who may send data, see what came in, read what was wrong, and keep contracts and links.

A link's holder is checked against the stored link itself: it opens one contract of one provider.
Nobody but the provider's own people and that holder sees a value of a file, masked or not; the
operator and the convener see counts.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.core.errors import Denied, Failure
from commonweal.core.models import Link, Organisation, Role
from commonweal.core.scope import Actor
from commonweal.pool.models import DataContract, Submission

SUBMIT_LINK = "submit"


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except Failure:
        return False
    return True


def link_subject(contract: DataContract) -> str:
    return f"pool.contract:{contract.pk}"


def _link_opens(actor: Actor, contract: DataContract, provider: Organisation) -> bool:
    return (
        actor.link_id is not None
        and actor.link_purpose == SUBMIT_LINK
        and Link.objects.filter(
            pk=actor.link_id,
            purpose=SUBMIT_LINK,
            subject=link_subject(contract),
            organisation=provider,
            scope=contract.partnership_id,
            revoked_at__isnull=True,
        ).exists()
    )


def _is_seated(provider: Organisation, partnership: Partnership, at: datetime) -> bool:
    seats = Seat.objects.filter(partnership=partnership, organisation=provider)
    return seats.open(at).exists()


def check_can_see(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """At the table: sees what has come in, in counts. The holder of a link is not at the table."""
    if actor.link_id is not None:
        raise convene.missing()
    convene.check_can_see(actor, partnership, at)


def check_can_submit(
    actor: Actor, contract: DataContract, provider: Organisation, at: datetime
) -> None:
    """Takes part in the provider or looks after its data, or holds the link for just this.

    The provider has a seat at the table. What the agreement says is asked separately.
    """
    if actor.link_id is not None:
        if _link_opens(actor, contract, provider) and _is_seated(
            provider, contract.partnership, at
        ):
            return
        raise Denied(
            _("This link does not open this contract for %(organisation)s.")
            % {"organisation": provider.name},
            mend=_("Ask the person who sent it to you for a new one."),
        )
    partnership = contract.partnership
    if convene.can_act_for(actor, partnership, provider, Role.STEWARD, at):
        return
    convene.check_can_act_for(actor, partnership, provider, Role.MEMBER, at)


def check_can_read(actor: Actor, submission: Submission, at: datetime) -> None:
    """Read findings and bad rows: the provider's own people at the table, or its link's holder."""
    provider, partnership = submission.provider, submission.contract.partnership
    if _link_opens(actor, submission.contract, provider):
        return
    if (
        actor.person_id is not None
        and provider.pk in actor.organisation_ids
        and _is_seated(provider, partnership, at)
    ):
        return
    raise Denied(
        _("Only people of %(organisation)s can read what is in its files.")
        % {"organisation": provider.name},
        mend=_("The counts on the page of the submission are open to you."),
    )


def check_can_keep_links(
    actor: Actor, contract: DataContract, provider: Organisation, at: datetime
) -> None:
    """Issue, send again and withdraw links: the convener, or who looks after the provider's data."""
    partnership = contract.partnership
    if convene.can_convene(actor, partnership, at):
        return
    convene.check_can_act_for(actor, partnership, provider, Role.STEWARD, at)


def check_can_keep_contracts(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """Add a contract or a version of one: the convener."""
    convene.check_can_convene(actor, partnership, at)


def check_can_erase(actor: Actor) -> None:
    """Destroy keys: only the installation itself, carrying out a withdrawal."""
    if not actor.system:
        raise Denied(
            _("Keys are destroyed when a withdrawal takes effect, not by hand."),
            mend=_("Withdraw from the agreement on its page."),
        )


def can_submit(actor: Actor, contract: DataContract, provider: Organisation, at: datetime) -> bool:
    return _passes(lambda: check_can_submit(actor, contract, provider, at))


def can_read(actor: Actor, submission: Submission, at: datetime) -> bool:
    return _passes(lambda: check_can_read(actor, submission, at))


def can_keep_links(
    actor: Actor, contract: DataContract, provider: Organisation, at: datetime
) -> bool:
    return _passes(lambda: check_can_keep_links(actor, contract, provider, at))


def can_keep_contracts(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    return _passes(lambda: check_can_keep_contracts(actor, partnership, at))
