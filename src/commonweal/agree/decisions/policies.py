"""Who may set up types of decision, propose, answer, decide, and take part in a dispute.

`check_*` raises with words for the reader, its twin without `check_` answers yes or no. Nobody
answers for a seat that they do not hold: not even the convener.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.agree.decisions.models import Dispute, Proposal
from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.core.errors import Denied
from commonweal.core.models import Link, Role
from commonweal.core.policies import passes
from commonweal.core.scope import Actor

LINK = "position"
"""The purpose of a personal link by which a seat answers one proposal."""


def holds(actor: Actor, seat: Seat) -> bool:
    """Whether the person takes part for the seat: its organisation's member, or its resident."""
    if actor.person_id is None:
        return False
    if seat.organisation_id is not None:
        return actor.holds(Role.MEMBER, seat.organisation_id)
    return seat.person_id == actor.person_id


def _is_open(seat: Seat, at: datetime) -> bool:
    return seat.since_at <= at and (seat.until_at is None or seat.until_at > at)


def check_can_speak_for(actor: Actor, seat: Seat, at: datetime) -> None:
    """Takes part for this seat, which is open. For whoever signs in; links have their own check."""
    convene.check_can_see(actor, seat.partnership, at)
    if _is_open(seat, at) and holds(actor, seat):
        return
    raise Denied(
        _("You do not speak for %(seat)s at this table.") % {"seat": seat.holder},
        mend=_("Only its own people can. The convener can send them a personal link."),
    )


def check_can_answer(actor: Actor, proposal: Proposal, seat: Seat, at: datetime) -> None:
    """May take a position for this seat: its people, or the holder of its link to this proposal."""
    if actor.link_id is None:
        check_can_speak_for(actor, seat, at)
        return
    theirs = Link.objects.filter(
        pk=actor.link_id,
        purpose=LINK,
        subject=link_subject(proposal),
        data__seat=str(seat.pk),
        revoked_at__isnull=True,
        expires_at__gt=at,
    )
    if not (_is_open(seat, at) and theirs.exists()):
        raise convene.missing()


def link_subject(proposal: Proposal) -> str:
    return f"decisions.proposal:{proposal.pk}"


def check_can_set_up(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """The convener writes down what the constitution chose."""
    convene.check_can_convene(actor, partnership, at)


def check_can_propose(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """Anybody who holds a seat at the table."""
    convene.check_can_see(actor, partnership, at)
    held = Seat.objects.filter(partnership=partnership).open(at)
    if not any(holds(actor, seat) for seat in held):
        raise Denied(
            _("Only who takes part for a seat at the table can do this."),
            mend=_("Ask somebody of your organisation who takes part, or the convener."),
        )


def check_can_edit(actor: Actor, proposal: Proposal, at: datetime) -> None:
    """Change the words or withdraw: whoever proposed it, or the convener for the table."""
    convene.check_can_see(actor, proposal.partnership, at)
    if holds(actor, proposal.proposed_by) or convene.can_convene(actor, proposal.partnership, at):
        return
    raise Denied(
        _("Only %(seat)s, who proposed it, or the convener can do this.")
        % {"seat": proposal.proposed_by.holder},
        mend=_("Say what you would change: ask a question or raise a concern."),
    )


def check_can_run(actor: Actor, proposal: Proposal, at: datetime) -> None:
    """Ask for positions, close, note who was there: the convener, or the one seat that decides."""
    convene.check_can_see(actor, proposal.partnership, at)
    if convene.can_convene(actor, proposal.partnership, at):
        return
    if proposal.decision_type.decider == "seat":
        deciding = Seat.objects.filter(
            decision_rights__decision_type=proposal.decision_type, decision_rights__verb="decide"
        )
        if any(holds(actor, seat) for seat in deciding.open(at)):
            return
    convene.check_can_convene(actor, proposal.partnership, at)


def check_can_keep_links(actor: Actor, proposal: Proposal, at: datetime) -> None:
    """The convener mails personal links, and sees where they went."""
    convene.check_can_convene(actor, proposal.partnership, at)


def check_can_step(actor: Actor, dispute: Dispute, at: datetime) -> None:
    """Take a dispute on: one of its parties, or the convener, who keeps the record."""
    convene.check_can_see(actor, dispute.partnership, at)
    if convene.can_convene(actor, dispute.partnership, at):
        return
    if any(holds(actor, seat) and _is_open(seat, at) for seat in dispute.parties.all()):
        return
    raise Denied(
        _("Only the parties to this dispute or the convener can do this."),
        mend=_("Ask one of them."),
    )


def can_set_up(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    return passes(lambda: check_can_set_up(actor, partnership, at))


def can_propose(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    return passes(lambda: check_can_propose(actor, partnership, at))


def can_edit(actor: Actor, proposal: Proposal, at: datetime) -> bool:
    return passes(lambda: check_can_edit(actor, proposal, at))


def can_run(actor: Actor, proposal: Proposal, at: datetime) -> bool:
    return passes(lambda: check_can_run(actor, proposal, at))


def can_keep_links(actor: Actor, proposal: Proposal, at: datetime) -> bool:
    return passes(lambda: check_can_keep_links(actor, proposal, at))


def can_step(actor: Actor, dispute: Dispute, at: datetime) -> bool:
    return passes(lambda: check_can_step(actor, dispute, at))
