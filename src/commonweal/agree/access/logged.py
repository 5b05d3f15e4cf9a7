"""Requests to the agreements, read back from the log: what was asked, by whom, for whose data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from commonweal.agree import queries
from commonweal.compute.permits.asking import ACTIONS, Ask, Refusal
from commonweal.convene.models import Partnership
from commonweal.core.models import Event

GRANTED, REFUSED = "agree.granted", "agree.refused"


@dataclass(frozen=True)
class Asked:
    """One request that was answered. `permit`: its id, "" when it was refused.

    `granted`: whose data it opened, None where the log does not say (it did not always).
    `left_out`: provider → why its data was not opened, of a request that was granted for others.
    `refusal`: why the whole of it was refused.
    """

    at: datetime
    ask: Ask
    permit: str = ""
    agreements: tuple[str, ...] = ()
    granted: tuple[UUID, ...] | None = None
    left_out: Mapping[UUID, Refusal] | None = None
    refusal: Refusal | None = None


def requests(partnership: Partnership, since: datetime, until: datetime) -> list[Asked]:
    """Every request in a span of time, the oldest first. One query."""
    found = Event.objects.filter(
        scope=partnership.pk, kind__in=[GRANTED, REFUSED], at__gte=since, at__lt=until
    ).order_by("number")
    events = list(found.only("number", "at", "kind", "organisation", "data"))
    left_out = _left_out(events)
    return [
        asked for event in events if (asked := _asked(event, partnership, left_out)) is not None
    ]


def _left_out(events: list[Event]) -> dict[str, dict[UUID, Refusal]]:
    """Permit id → the providers that it leaves out."""
    found: dict[str, dict[UUID, Refusal]] = {}
    for event in events:
        if event.kind == REFUSED and "permit" in event.data:
            provider = UUID(event.data["provider"])
            found.setdefault(event.data["permit"], {})[provider] = Refusal.from_json(event.data)
    return found


def _asked(
    event: Event, partnership: Partnership, left_out: Mapping[str, Mapping[UUID, Refusal]]
) -> Asked | None:
    """The request of one event; None for the line that only says that a provider was left out."""
    data: dict[str, Any] = event.data
    if "action" not in data or data["action"] not in ACTIONS or event.organisation is None:
        return None
    ask = queries.here(
        Ask.from_json(data, organisation=event.organisation, partnership=partnership.pk)
    )
    if event.kind == REFUSED:
        return Asked(event.at, ask, refusal=Refusal.from_json(data))
    granted = tuple(UUID(each) for each in data["granted"]) if "granted" in data else None
    permit = data["permit"]
    return Asked(
        at=event.at,
        ask=ask,
        permit=permit,
        agreements=tuple(data["agreements"]),
        granted=granted,
        left_out=left_out.get(permit, {}),
    )
