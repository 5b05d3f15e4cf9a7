"""Who may propose, rate, choose and review. Reading is for whoever may read what the table aims at."""

from __future__ import annotations

from datetime import datetime

from commonweal.agree.decisions import policies as deciding
from commonweal.convene import policies as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.core.scope import Actor


def check_can_propose(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """Anybody who takes part for a seat. They rate, too."""
    deciding.check_can_propose(actor, partnership, at)


def check_can_speak_for(actor: Actor, seat: Seat, at: datetime) -> None:
    """Nobody proposes or rates for a seat that they do not hold: not even the convener."""
    deciding.check_can_speak_for(actor, seat, at)


def check_can_choose(actor: Actor, partnership: Partnership, at: datetime) -> None:
    """The convener writes down what the table chose, and what came of it."""
    convene.check_can_convene(actor, partnership, at)


def can_choose(actor: Actor, partnership: Partnership, at: datetime) -> bool:
    return convene.can_convene(actor, partnership, at)
