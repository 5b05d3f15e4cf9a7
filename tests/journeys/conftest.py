"""The example partnership for tests that cross rooms, small, built once, rolled back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from django.db import transaction


@pytest.fixture(scope="package")
def example(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """The partnership “Safe Space to Sleep” with few children, lived through to its releases."""
    from commonweal.desk import demo

    with django_db_blocker.unblock():
        block = transaction.atomic()
        # As Django's own TestCase marks its outermost block: durable blocks may run inside it.
        block._from_testcase = True  # type: ignore[attr-defined]
        with block:
            yield demo.build(children=700, say=lambda _text: None)
            transaction.set_rollback(True)


@pytest.fixture
def clock() -> Iterator[datetime]:
    """A day soon after the example's last release: its licences end in 2029, this test does not."""
    at = datetime(2026, 10, 15, 12, tzinfo=UTC)
    with mock.patch("django.utils.timezone.now", return_value=at):
        yield at
