"""Who may write which part of the plan."""

from __future__ import annotations

from datetime import datetime

from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership
from commonweal.core.models import Organisation, Role
from commonweal.core.policies import passes
from commonweal.core.scope import Actor


def check_can_plan(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> None:
    """Its own people, or the convener who writes down what it was told."""
    if not convene.can_convene(actor, partnership, at):
        convene.check_can_act_for(actor, partnership, organisation, Role.MEMBER, at)


def can_plan(
    actor: Actor, partnership: Partnership, organisation: Organisation, at: datetime
) -> bool:
    return passes(lambda: check_can_plan(actor, partnership, organisation, at))
