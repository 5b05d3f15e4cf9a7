"""Who may change what a partnership aims at. Reading it is everybody's at the table."""

from __future__ import annotations

from datetime import datetime

from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership
from commonweal.core.scope import Actor


def check_can_aim(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """Theory of change and indicators: written down by the convener."""
    convene.check_can_convene(actor, partnership, at)


def can_aim(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    return convene.can_convene(actor, partnership, at)
