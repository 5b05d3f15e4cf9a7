"""What the room owes: signatures that are asked for, and agreements that will end."""

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
