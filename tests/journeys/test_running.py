"""What runs under a permit stops soon after the permit has ended, and keeps nothing."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from unittest import mock

import duckdb
import pytest
from django.db import connection

from commonweal.agree import actions as agree
from commonweal.agree import watching
from commonweal.agree.access import logged
from commonweal.agree.tests.factories import signatory_of
from commonweal.compute.indicators.database import Limits, database
from commonweal.core import jobs
from commonweal.core.errors import Denied
from commonweal.core.models import Event, Job
from commonweal.measure import actions as measure
from commonweal.measure.models import Release
from commonweal.pool.tests.factories import AT
from tests.journeys.small import Small, small

pytestmark = [pytest.mark.django_db(transaction=True)]
ENDLESS = (
    "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range + b.range < 0"
)


@pytest.fixture
def built() -> Small:
    with mock.patch("django.utils.timezone.now", return_value=AT):
        return small()


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "EVERY_SECONDS", 0.1)


def leave(built: Small) -> None:
    agree.withdraw(
        agreement=built.sharing,
        organisation=built.here.provider,
        reason="",
        by=signatory_of(built.here.provider),
        at=AT + timedelta(minutes=1),
    )
    connection.close()


def test_an_endless_statement_ends_when_a_partner_withdraws(built: Small) -> None:
    """Really computing: one statement that would take years, ended by the watch and nothing else."""
    running = threading.Event()

    def endless(*_given: Any, limits: Limits, **_more: Any) -> Any:
        with database(limits) as opened:
            running.set()
            opened.execute(ENDLESS)
        raise AssertionError("it ended by itself")

    def meanwhile() -> None:
        assert running.wait(60)
        leave(built)

    before = Release.objects.count()
    job = measure.order_release(order=built.order(), by=built.here.convener, at=AT)
    other = threading.Thread(target=meanwhile)
    other.start()
    with mock.patch("commonweal.measure.actions.compute", endless):
        jobs.run_due(AT)
    other.join()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.FAILED, 1)
    assert job.last_error.startswith("Stopped: ")
    assert f"{built.sharing.reference} clause" in job.last_error
    assert Release.objects.count() == before
    refused = Event.objects.filter(kind="agree.refused", data__stopped=True).get()
    assert refused.data["code"] == "provider_withdrawn"
    # What was stopped reads like every other request that was refused.
    told = logged.requests(built.partnership, AT - timedelta(days=1), AT + timedelta(days=1))
    (stopped,) = [each for each in told if each.refusal and each.at == refused.at]
    assert stopped.ask.providers and stopped.ask.under == built.sharing.reference
    assert Event.objects.filter(kind="measure.release_failed").exists()
    assert jobs.run_due(AT + timedelta(days=1)) == 0


def test_without_a_withdrawal_the_same_statement_ends_by_nothing_but_an_interrupt() -> None:
    with pytest.raises(duckdb.InterruptException), database(Limits()) as opened:
        threading.Timer(0.3, opened.interrupt).start()
        opened.execute(ENDLESS)


def test_what_does_not_listen_is_ended_from_outside(
    built: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "PATIENCE_SECONDS", 0.3)
    ended = threading.Event()
    told: list[Denied] = []

    def unheard(because: Denied) -> None:
        told.append(because)
        ended.set()

    order = built.order()
    ask = order.ask(built.here.contract.key, [built.version], built.here.convener)
    with (
        pytest.raises(Denied),
        watching.watched(by=built.here.convener, at=AT, unheard=unheard) as watch,
    ):
        watch.add(ask)
        leave(built)
        assert ended.wait(60)
        watch.check()
    assert "(withdrawal)" in told[0].clause
