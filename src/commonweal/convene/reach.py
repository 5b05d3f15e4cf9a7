"""The parts of a partnership that somebody without a seat may read, and who says so.

Whoever has a seat reads everything; whoever has none reads nothing, unless a room above registers
that this reader may read a part. There is no part for the table itself, nor for data: nobody reads
these from outside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from enum import StrEnum

from commonweal.convene.models import Partnership
from commonweal.core.registering import Registry
from commonweal.core.scope import Actor


class Part(StrEnum):
    """What can be opened by itself. Templates name a part by its value."""

    OVERVIEW = "overview"
    AIM = "aim"
    AGREEMENTS = "agreements"
    ACCESS = "access"
    DECISIONS = "decisions"
    UNDER_WAY = "under_way"
    """Beside the agreements and decisions that are settled: drafts, comments, proposals, disputes."""
    COMMITMENTS = "commitments"
    RESULTS = "results"
    LOG = "log"
    RECOMMENDATIONS = "recommendations"


Provider = Callable[[Actor, Partnership, datetime], Iterable[Part]]
register: Registry[Provider] = Registry()
"""A room above opens parts to a reader: called in its `reach.py`, at start-up."""


def of(actor: Actor, partnership: Partnership, at: datetime) -> frozenset[Part]:
    """What the reader may read here now without a seat; nothing as a rule."""
    if actor.person_id is None:
        return frozenset()
    return frozenset(part for each in register for part in each(actor, partnership, at))
