"""What the room owes: signatures and answers that are asked for, agreements that will end."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from commonweal.core import due
from commonweal.core.scope import Actor


@due.register
def signatures_and_renewals(actor: Actor, at: datetime) -> Iterable[due.Item]:
    """For signatories what waits for them; for parties and the convener what ends within 90 days."""
    from commonweal.agree import renewals

    return renewals.owed(actor, at)


@due.register
def answers_and_departures(actor: Actor, at: datetime) -> Iterable[due.Item]:
    """Texts to read before they are signed, signatories to name, and who has withdrawn of late."""
    from commonweal.agree import reminders

    return reminders.owed(actor, at)
