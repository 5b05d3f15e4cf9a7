"""What this part owes: positions that are asked for, decisions that come back, disputes that wait."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from commonweal.core import due
from commonweal.core.scope import Actor


@due.register
def answers_and_reviews(actor: Actor, at: datetime) -> Iterable[due.Item]:
    """For each seat its open answers; for the convener reviews; for the parties their disputes."""
    from commonweal.agree.decisions import owing

    return owing.owed(actor, at)
