"""What an independent role opens, told to the table: asked anew at every page, so a term ends at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from commonweal.agree.recommendations import policies
from commonweal.convene import reach
from commonweal.convene.models import Partnership
from commonweal.convene.reach import Part
from commonweal.core.scope import Actor


@reach.register
def of_roles(actor: Actor, partnership: Partnership, at: datetime) -> Iterator[Part]:
    """For every role that the person holds here now. One query."""
    for role in policies.held(actor, partnership, at).values_list("role", flat=True):
        yield from policies.READS[role]
