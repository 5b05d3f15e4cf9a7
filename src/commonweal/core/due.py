"""What is due: every room registers a provider, the desk shows them together.

A room calls `register` in its own `due.py`, which is imported at start-up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commonweal.core.registering import Registry
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Item:
    """One thing that somebody owes, in words that name what to do.

    `kind` is "room.thing"; `late` is the provider's judgement, because grace periods differ;
    `organisation_id` is who owes it, None when it is the partnership as a whole.
    """

    title: str
    url: str
    partnership_id: UUID | None
    organisation_id: UUID | None
    due_at: datetime
    late: bool
    kind: str


Provider = Callable[[Actor, datetime], Iterable[Item]]
register: Registry[Provider] = Registry()
"""A provider answers only for what the actor may see."""


def items(actor: Actor, at: datetime) -> list[Item]:
    """Everything due for this reader, the earliest first."""
    found = [item for provider in register for item in provider(actor, at)]
    return sorted(found, key=lambda item: (item.due_at, item.title))
