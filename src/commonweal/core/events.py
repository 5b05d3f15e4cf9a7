"""The append-only, hash-chained event log: the way in and the check.

An event is appended inside the action's own transaction, so nothing changes unlogged and nothing is
logged that did not happen. All appends queue at `LogHead`: PostgreSQL forks the chain without it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from commonweal.core.models import Event, LogHead
from commonweal.core.scope import Actor

GENESIS = "0" * 64


def canonical(value: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys and no spaces: equal content, equal bytes."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def event_hash(event: Event) -> str:
    """SHA-256 over every stored field and the previous hash, as 64 hex digits."""
    return hashlib.sha256(
        canonical(
            {
                "number": event.number,
                "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
                "kind": event.kind,
                "scope": str(event.scope or ""),
                "subject": event.subject,
                "actor": event.actor,
                "organisation": str(event.organisation or ""),
                "data": event.data,
                "previous": event.previous,
            }
        )
    ).hexdigest()


def append(
    *,
    kind: str,
    subject: str,
    by: Actor,
    at: datetime,
    scope: UUID | None = None,
    organisation: UUID | None = None,
    data: Mapping[str, Any] | None = None,
) -> Event:
    """Append one event. Call it inside `transaction.atomic()`, in the action that it records.

    `kind` is "room.what_happened", `subject` "room.model:id", `scope` the partnership's id.
    `data` holds plain JSON without floats and without a person-level value.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("events.append must run inside the action's transaction")
    head = _head()
    event = Event(
        number=head.number + 1,
        at=at,
        kind=kind,
        scope=scope,
        subject=subject,
        actor=by.label,
        organisation=organisation,
        data=dict(data or {}),
        previous=head.hash,
    )
    event.hash = event_hash(event)
    event.save(force_insert=True)
    head.number, head.hash = event.number, event.hash
    head.save(update_fields=["number", "hash"])
    return event


def _head() -> LogHead:
    """The locked head. It is made again only for a log without a single event."""
    head = LogHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        if Event.objects.exists():
            raise RuntimeError("the log has events but its head is missing")
        LogHead.objects.get_or_create(pk=1)
        head = LogHead.objects.select_for_update().get(pk=1)
    return head


@dataclass(frozen=True)
class Verdict:
    """What checking the chain found: `broken_at` is the first event that does not fit, or None."""

    count: int
    head: str
    broken_at: int | None
    reason: str


def verify(events: Iterable[Event], *, number: int, head: str) -> Verdict:
    """Walk the chain and compare it with where `LogHead` says it ends. Costs ~50 µs per event."""
    previous, count = GENESIS, 0
    for event in events:
        count += 1
        if event.number != count:
            return Verdict(count, previous, count, "an event is missing or out of order")
        if event.previous != previous or event_hash(event) != event.hash:
            return Verdict(count, previous, count, "an event was changed after it was written")
        previous = event.hash
    if (count, previous) != (number, head):
        return Verdict(count, previous, count + 1, "events are missing at the end")
    return Verdict(count, previous, None, "")


def digest(parts: Iterable[str]) -> str:
    """SHA-256 of several identifiers in their order, as 64 hex digits."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
