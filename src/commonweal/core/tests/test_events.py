"""The log: one chain, never changed, broken visibly."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from commonweal.core import events
from commonweal.core.models import Event, LogHead
from commonweal.core.scope import system

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def append(kind: str = "core.tested") -> Event:
    with transaction.atomic():
        return events.append(
            kind=kind, subject="core.test:1", by=system("test"), at=AT, scope=uuid.uuid4()
        )


def verdict() -> events.Verdict:
    head = LogHead.objects.get()
    return events.verify(Event.objects.order_by("number"), number=head.number, head=head.hash)


@pytest.mark.django_db
def test_chain_verifies_and_numbers_run_without_gap() -> None:
    assert [append().number for _ in range(5)] == [1, 2, 3, 4, 5]
    assert verdict().broken_at is None
    assert verdict().count == 5


@pytest.mark.django_db(transaction=True)
def test_append_outside_a_transaction_is_a_bug() -> None:
    with pytest.raises(RuntimeError):
        events.append(kind="x", subject="y", by=system("t"), at=AT)


@pytest.mark.django_db
def test_the_database_refuses_a_change() -> None:
    event = append()
    with pytest.raises(DatabaseError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(kind="core.forged")


def without_trigger() -> None:
    on = "" if connection.vendor == "sqlite" else " ON core_event"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER core_event_immutable{on}")


@pytest.mark.django_db
def test_a_forged_event_is_found_even_without_the_trigger() -> None:
    for _ in range(3):
        append()
    without_trigger()
    Event.objects.filter(number=2).update(kind="core.forged")
    assert verdict().broken_at == 2


@pytest.mark.django_db
def test_a_cut_tail_is_found() -> None:
    for _ in range(3):
        append()
    Event.objects.filter(number=3).delete()
    assert verdict().broken_at == 3
    assert "missing" in verdict().reason
