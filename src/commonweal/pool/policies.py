"""Who may send data, see what came in, read what was wrong, and keep contracts and links.

A link's holder is checked against the stored link itself: it opens one contract of one provider, and
of what came in under it only the files that it sent itself. The convener may mail links to anybody,
itself included, so a link must open nothing that its holder did not have before.

Nobody but the provider's own people and that holder sees a value of a file, masked or not. They and
the convener see how many rows it has; everybody else at the table sees the month and the state. A row
is one person, and that number is what a release would hide.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.core.errors import Denied
from commonweal.core.models import Link, Organisation, Role
from commonweal.core.policies import passes
from commonweal.core.scope import Actor
from commonweal.pool.models import DataContract, Submission

SUBMIT_LINK = "submit"


def link_subject(contract: DataContract) -> str:
    return f"pool.contract:{contract.pk}"


def _link_opens(actor: Actor, contract: DataContract, provider: Organisation, at: datetime) -> bool:
    """Whether the actor holds a link that works for just this; its provider is at the table."""
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
            expires_at__gt=at,
        ).exists()
        and _is_seated(provider, contract.partnership, at)
    )


def _is_seated(provider: Organisation, partnership: Partnership, at: datetime) -> bool:
    seats = Seat.objects.filter(partnership=partnership, organisation=provider)
    return seats.open(at).exists()


def check_can_see(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """At the table: sees for which month what came in. The holder of a link is not at the table."""
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
        if _link_opens(actor, contract, provider, at):
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
    """Read findings and bad rows: the provider's own people at the table, or the link it came by.

    What the agreement says is asked separately, before the vault is opened.
    """
    if submission.pk in readable(actor, [submission], at):
        return
    raise Denied(
        _("Only people of %(organisation)s can read what is in its files.")
        % {"organisation": submission.provider.name},
        mend=_("Whoever sent the file can tell you what was wrong with it."),
    )


def readable(actor: Actor, month: Sequence[Submission], at: datetime) -> frozenset[UUID]:
    """Of files of one contract and provider, those whose rows the actor may read back."""
    if not month:
        return frozenset()
    contract, provider = month[0].contract, month[0].provider
    if actor.link_id is not None:
        own = frozenset(each.pk for each in month if each.by == actor.label)
        return own if own and _link_opens(actor, contract, provider, at) else frozenset()
    is_own = (
        actor.person_id is not None
        and provider.pk in actor.organisation_ids
        and _is_seated(provider, contract.partnership, at)
    )
    return frozenset(each.pk for each in month) if is_own else frozenset()


def countable(actor: Actor, month: Sequence[Submission], at: datetime) -> frozenset[UUID]:
    """Of files of one contract and provider, those whose size, rows and errors the actor may know.

    Who may read them, and the convener, who has to see that what comes in is sound.
    """
    if not month or actor.link_id is not None:
        return readable(actor, month, at)
    if convene.can_convene(actor, month[0].contract.partnership, at):
        return frozenset(each.pk for each in month)
    return readable(actor, month, at)


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
    return passes(lambda: check_can_submit(actor, contract, provider, at))


def can_read(actor: Actor, submission: Submission, at: datetime) -> bool:
    return passes(lambda: check_can_read(actor, submission, at))


def can_keep_links(
    actor: Actor, contract: DataContract, provider: Organisation, at: datetime
) -> bool:
    return passes(lambda: check_can_keep_links(actor, contract, provider, at))


def can_keep_contracts(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    return passes(lambda: check_can_keep_contracts(actor, partnership, at))
