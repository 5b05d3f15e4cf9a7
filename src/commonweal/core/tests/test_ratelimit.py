"""Who counts as one client."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from commonweal.core import ratelimit
from commonweal.core.errors import TooMany
from commonweal.core.models import RateWindow

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
THREE = ratelimit.Limit("test", count=3, seconds=60)


@pytest.mark.parametrize(
    ("meta", "client"),
    [
        ({"REMOTE_ADDR": "192.0.2.1"}, "192.0.2.1"),
        ({"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": "10.0.0.1"}, "192.0.2.1"),
        ({"REMOTE_ADDR": "2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::/64"),
        ({"REMOTE_ADDR": ""}, "unknown"),
        ({}, "unknown"),
    ],
)
def test_client(meta: dict[str, str], client: str) -> None:
    assert ratelimit.client_of(meta) == client


def test_behind_a_proxy_the_address_that_our_proxy_saw_counts(settings: Settings) -> None:
    settings.BEHIND_PROXY = True
    meta = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.9, 192.0.2.5"}
    assert ratelimit.client_of(meta) == "192.0.2.5"


@pytest.mark.django_db
def test_the_fourth_is_refused_until_the_window_ends() -> None:
    for _ in range(3):
        ratelimit.hit(THREE, "a", at=AT)
    with pytest.raises(TooMany):
        ratelimit.hit(THREE, "a", at=AT + timedelta(seconds=59))
    ratelimit.hit(THREE, "b", at=AT)
    ratelimit.hit(THREE, "a", at=AT + timedelta(seconds=60))
    assert [ratelimit.allows(THREE, "c", at=AT) for _ in range(4)] == [True] * 3 + [False]


@pytest.mark.django_db
def test_windows_that_are_over_are_forgotten() -> None:
    ratelimit.count(THREE, "a", at=AT)
    ratelimit.count(THREE, "a", at=AT + timedelta(seconds=60))
    assert ratelimit.prune(AT + timedelta(seconds=61)) == 1
    assert RateWindow.objects.count() == 1
    ratelimit.forget(THREE, "a", at=AT + timedelta(seconds=61))
    assert RateWindow.objects.count() == 0
