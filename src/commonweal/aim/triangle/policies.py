"""Who may rate, add evidence, look after a task and begin a round. Only the table reads."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from commonweal.agree.decisions import policies as deciding
from commonweal.aim.triangle.models import Evidence
from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.core.errors import Denied
from commonweal.core.models import Organisation, Role
from commonweal.core.policies import passes
from commonweal.core.scope import Actor


def check_can_take_part(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """Anybody who takes part for a seat rates and adds evidence."""
    deciding.check_can_propose(actor, partnership, at)


def check_can_speak_for(actor: Actor, seat: Seat, at: datetime) -> None:
    """Nobody rates for a seat that they do not hold."""
    deciding.check_can_speak_for(actor, seat, at)


def check_can_name_owner(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> None:
    """An organisation takes a task on itself; the convener may write down what was agreed."""
    if convene.can_convene(actor, partnership, at):
        return
    convene.check_can_act_for(actor, partnership, organisation, Role.MEMBER, at)


def check_can_take_back(actor: Actor, evidence: Evidence, at: datetime) -> None:
    """Whoever's seat added it, or the convener."""
    convene.check_can_see(actor, evidence.partnership, at)
    if deciding.holds(actor, evidence.added_by) or can_begin(actor, evidence.partnership, at):
        return
    raise Denied(
        _("Only %(seat)s, who added it, or the convener can take it back.")
        % {"seat": evidence.added_by.holder},
        mend=_("Ask one of them."),
    )


def check_can_begin(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """The convener begins a round for the table."""
    convene.check_can_convene(actor, partnership, at)


def can_begin(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    return convene.can_convene(actor, partnership, at)


def can_take_part(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    return passes(lambda: check_can_take_part(actor, partnership, at))


def can_take_back(actor: Actor, evidence: Evidence, at: datetime) -> bool:
    return passes(lambda: check_can_take_back(actor, evidence, at))
