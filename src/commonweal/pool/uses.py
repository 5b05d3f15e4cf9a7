"""What a submission fed: rooms above register who can tell, this room shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commonweal.core.registering import Registry
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Use:
    """One result that rests on a submission. `title` in words for the reader."""

    submission_id: UUID
    title: str
    url: str
    used_at: datetime


Provider = Callable[[Actor, Sequence[UUID], datetime], Iterable[Use]]
register: Registry[Provider] = Registry()
"""A provider answers only for what the actor may see."""


def uses(actor: Actor, submission_ids: Sequence[UUID], at: datetime) -> list[Use]:
    """Everything that rests on these submissions and that the reader may see, newest first."""
    found = [use for provider in register for use in provider(actor, submission_ids, at)]
    return sorted(found, key=lambda use: (use.used_at, use.title), reverse=True)
