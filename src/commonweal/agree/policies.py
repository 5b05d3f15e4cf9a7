"""Who may draft, open, sign, withdraw from and suspend agreements.

`check_*` raises with words for the reader, its twin without `check_` answers yes or no.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from commonweal.agree.models import Agreement, Kind, Signature, State, Withdrawal
from commonweal.convene import policies as convene
from commonweal.convene import queries as table
from commonweal.convene.models import Partnership, Seat
from commonweal.core import queries as people
from commonweal.core.errors import Denied
from commonweal.core.models import Organisation, Role
from commonweal.core.policies import passes
from commonweal.core.scope import Actor


def check_can_draft(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """Any member of an organisation at the table may propose an agreement: drafting binds nobody."""
    convene.check_can_see(actor, partnership, at)
    held = table.standing(actor, partnership, at).organisations
    if actor.system:
        return
    if actor.person_id and any(actor.holds(Role.MEMBER, each) for each in held):
        return
    raise Denied(
        _("Only people who act for an organisation at the table can draft agreements."),
        mend=_("Ask the convener to draft it, or tell your own organisation’s people."),
    )


def check_can_prepare(
    actor: Actor, agreement: Agreement, parties: Iterable[UUID], at: datetime
) -> None:
    """Revise a text or open it for signature: the convener, or a member of one of its parties.

    A licence: also who signed the sharing agreement above and takes part in it, as it is their data.
    """
    check_can_draft(actor, agreement.partnership, at)
    if convene.can_convene(actor, agreement.partnership, at):
        return
    if any(actor.holds(Role.MEMBER, each) for each in parties):
        return
    if agreement.kind == Kind.DUL and _takes_part_above(actor, agreement):
        return
    raise Denied(
        _("Only a party to %(reference)s or the convener can do this.")
        % {"reference": agreement.reference},
        mend=_("Ask one of the parties."),
    )


def _takes_part_above(actor: Actor, licence: Agreement) -> bool:
    mine = [each for each in actor.organisation_ids if actor.holds(Role.MEMBER, each)]
    signed = Signature.objects.filter(
        version__agreement=licence.parent_id, version__state=State.ACTIVE, organisation__in=mine
    )
    gone = Withdrawal.objects.filter(
        version=OuterRef("version"), organisation=OuterRef("organisation")
    )
    return signed.exclude(Exists(gone)).exists()


def check_can_sign(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> None:
    """A person, signed in, who may sign for the organisation, which has a seat at this table."""
    convene.check_can_see(actor, partnership, at)
    if actor.person_id is None:
        raise Denied(
            _("Only a person can sign for %(organisation)s.") % {"organisation": organisation.name},
            mend=_("Sign in as somebody who may sign."),
        )
    convene.check_can_act_for(actor, partnership, organisation, Role.SIGNATORY, at)


def person_of(actor: Actor) -> UUID:
    """Who acts: a person signed in, never the system or the holder of a link. Raises Denied."""
    if actor.person_id is None:
        raise Denied(_("Only a person can do this."), mend=_("Sign in."))
    return actor.person_id


def check_can_speak_for(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> None:
    """Comment in an organisation's name, or say that it is content: any member; it binds nobody."""
    person_of(actor)
    convene.check_can_act_for(actor, partnership, organisation, Role.MEMBER, at)


def check_can_comment(
    actor: Actor, partnership: Partnership, speaker: Organisation | Seat, at: datetime
) -> None:
    """For an organisation at the table, or for the residents whose seat the person holds."""
    if isinstance(speaker, Organisation):
        check_can_speak_for(actor, partnership, speaker, at)
        return
    convene.check_can_see(actor, partnership, at)
    held = table.seats(partnership, at).filter(pk=speaker.pk, person=actor.person_id)
    if actor.person_id is None or not held.exists():
        raise Denied(
            _("Only who holds a residents’ seat speaks for it."),
            mend=_("Ask the person who holds it."),
        )


def check_can_name_signatory(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> None:
    """Say who signs for an organisation without an account: its own people, never the convener.

    Where somebody of the organisation may sign, only they name another, as everywhere. Where nobody
    may, a member does: else an organisation without a signatory could never sign.
    """
    check_can_speak_for(actor, partnership, organisation, at)
    signatories = people.people_of(organisation, Role.SIGNATORY, at).filter(is_active=True)
    if signatories.exists() and not actor.holds(Role.SIGNATORY, organisation.pk):
        raise Denied(
            _("%(organisation)s has somebody who signs for it, so only they name another.")
            % {"organisation": organisation.name},
            mend=_("Ask its signatory to sign, or to name who does."),
        )


def check_can_adapt(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> None:
    """Say how an organisation follows a rule: whoever signs for it or looks after its data.

    Where nobody does either, a member says it: else such an organisation never could.
    """
    person_of(actor)
    spoken = (Role.SIGNATORY, Role.STEWARD)
    role = next((each for each in spoken if actor.holds(each, organisation.pk)), Role.MEMBER)
    convene.check_can_act_for(actor, partnership, organisation, role, at)
    if role == Role.MEMBER and any(
        people.people_of(organisation, each, at).exists() for each in spoken
    ):
        raise Denied(
            _(
                "Only who signs for %(organisation)s or looks after its data says how it adapts a rule."
            )
            % {"organisation": organisation.name},
            mend=_("Ask one of them to write it."),
        )


def check_can_withdraw(actor: Actor, organisation: Organisation) -> None:
    """A signatory of the organisation. It needs no seat: who left the table can still withdraw."""
    if actor.person_id is not None and actor.holds(Role.SIGNATORY, organisation.pk):
        return
    raise Denied(
        _("Only somebody who may sign for %(organisation)s can withdraw it from an agreement.")
        % {"organisation": organisation.name},
        mend=_("Ask its signatory."),
    )


def check_can_suspend(actor: Actor, agreement: Agreement, at: datetime) -> None:
    """The convener, for everybody: the clause on suspension says so."""
    convene.check_can_convene(actor, agreement.partnership, at)


def check_can_ask(actor: Actor, organisation: UUID) -> None:
    """Nobody asks for a permit in the name of an organisation that they do not act for."""
    if actor.system or organisation in actor.organisation_ids:
        return
    raise Denied(
        _("You do not act for the organisation that asks for this data."),
        mend=_("Choose an organisation of your own."),
    )


def can_draft(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    return passes(lambda: check_can_draft(actor, partnership, at))


def can_prepare(actor: Actor, agreement: Agreement, parties: Iterable[UUID], at: datetime) -> bool:
    return passes(lambda: check_can_prepare(actor, agreement, parties, at))


def can_sign(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> bool:
    return passes(lambda: check_can_sign(actor, partnership, organisation, at))


def can_speak_for(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> bool:
    return passes(lambda: check_can_speak_for(actor, partnership, organisation, at))


def can_name_signatory(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> bool:
    return passes(lambda: check_can_name_signatory(actor, partnership, organisation, at))


def can_adapt(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> bool:
    return passes(lambda: check_can_adapt(actor, partnership, organisation, at))


def can_withdraw(actor: Actor, organisation: Organisation) -> bool:
    return passes(lambda: check_can_withdraw(actor, organisation))


def can_suspend(actor: Actor, agreement: Agreement, at: datetime) -> bool:
    return passes(lambda: check_can_suspend(actor, agreement, at))
