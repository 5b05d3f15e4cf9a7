"""Counting how often somebody does something, without keeping who.

Fixed windows in the database, so that all processes share them. Stored is a keyed hash over action,
client and window: neither an address nor the fact that two windows belong to one client.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from commonweal.core.errors import TooMany
from commonweal.core.models import RateWindow
from commonweal.core.sealing import keyed_hash


@dataclass(frozen=True)
class Limit:
    """At most `count` times per window of `seconds`."""

    action: str
    count: int
    seconds: int


def client_of(meta: Mapping[str, Any]) -> str:
    """The client's network address from the request's headers; an IPv6 client is its /64 network.

    Behind a proxy (setting BEHIND_PROXY) the last forwarded address counts, the one that our own
    proxy saw; anything before it can be invented by the client.
    """
    address = str(meta.get("REMOTE_ADDR", ""))
    if getattr(settings, "BEHIND_PROXY", False):
        address = str(meta.get("HTTP_X_FORWARDED_FOR", address)).split(",")[-1].strip()
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)


def _window(limit: Limit, client: str, at: datetime) -> tuple[str, datetime]:
    start = int(at.timestamp()) // limit.seconds * limit.seconds
    ends_at = datetime.fromtimestamp(start, tz=UTC) + timedelta(seconds=limit.seconds)
    return keyed_hash("ratelimit", f"{limit.action}|{limit.count}|{client}|{start}"), ends_at


def check(limit: Limit, client: str, *, at: datetime) -> None:
    """Raise TooMany when the client has used up this window. Counts nothing."""
    key, ends_at = _window(limit, client, at)
    if RateWindow.objects.filter(pk=key, count__gte=limit.count).exists():
        seconds = max(1, int((ends_at - at).total_seconds()))
        raise TooMany(
            _("This was tried too often."),
            mend=_("Wait %(minutes)d minutes and try again.") % {"minutes": -(-seconds // 60)},
            retry_after=seconds,
        )


def count(limit: Limit, client: str, *, at: datetime) -> None:
    """Count one. Call it outside the transaction of an action that may be rolled back."""
    key, ends_at = _window(limit, client, at)
    with transaction.atomic():
        if RateWindow.objects.filter(pk=key).update(count=F("count") + 1):
            return
        try:
            with transaction.atomic():
                RateWindow.objects.create(key=key, count=1, ends_at=ends_at)
        except IntegrityError:
            RateWindow.objects.filter(pk=key).update(count=F("count") + 1)


def hit(limit: Limit, client: str, *, at: datetime) -> None:
    """Count one and raise TooMany from the first one beyond the limit."""
    check(limit, client, at=at)
    count(limit, client, at=at)


def allows(limit: Limit, client: str, *, at: datetime) -> bool:
    """Count one; whether it was within the limit. For limits that must not be told."""
    try:
        hit(limit, client, at=at)
    except TooMany:
        return False
    return True


def forget(limit: Limit, client: str, *, at: datetime) -> None:
    """Clear the window, for instance after a right password."""
    RateWindow.objects.filter(pk=_window(limit, client, at)[0]).delete()


def prune(at: datetime) -> int:
    """Delete the windows that are over."""
    return RateWindow.objects.filter(ends_at__lte=at).delete()[0]
