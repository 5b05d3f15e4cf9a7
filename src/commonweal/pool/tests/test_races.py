"""Two at once: numbers run without a gap, one counts, nothing is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection

from commonweal.core import jobs
from commonweal.core.errors import Conflict
from commonweal.core.scope import system
from commonweal.pool import actions, checking, submit_links
from commonweal.pool.models import Submission
from commonweal.pool.tests.factories import AT, GOOD, agreed, csv, sent
from commonweal.pool.vault.session import place_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock")]


MOST_TRIES = 200
PATIENCE_SECONDS = 120


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Run the acts in threads, each with its own connection; what each gave or raised.

    An act that finds the database locked tries again, but not for ever: then that is its result.
    """
    ready = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(place: int) -> None:
        ready.wait(PATIENCE_SECONDS)
        for left in reversed(range(MOST_TRIES)):
            try:
                results[place] = acts[place]()
            except OperationalError as error:
                # The suite's SQLite is in memory and does not queue writers as a file does.
                results[place] = error
                if left:
                    time.sleep(0.02)
                    continue
            except Exception as error:
                results[place] = error
            break
        connection.close()

    threads = [
        threading.Thread(target=run, args=(place,), daemon=True) for place in range(len(acts))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert not [thread for thread in threads if thread.is_alive()], "an act did not come to an end"
    return results


def failures(results: list[Any]) -> list[Exception]:
    return [each for each in results if isinstance(each, Exception)]


def test_files_for_one_month_at_once_are_numbered_and_the_last_counts() -> None:
    here = agreed()
    files = [csv(GOOD[: 2 + n]) for n in range(4)]
    results = at_once(*[lambda data=data: sent(here, data) for data in files])
    assert failures(results) == []
    assert sorted(row.number for row in results) == [1, 2, 3, 4]
    jobs.run_due()
    rows = list(Submission.objects.order_by("number"))
    assert [row.state for row in rows] == ["superseded"] * 3 + ["accepted"]


def test_the_same_file_at_once_is_taken_once() -> None:
    here = agreed()
    results = at_once(*[lambda: sent(here, csv()) for _ in range(4)])
    assert failures(results) == []
    assert len({row.pk for row in results}) == 1
    assert Submission.objects.count() == 1


def test_two_checks_settled_at_once_leave_one_that_counts() -> None:
    here = agreed()
    by = system("pool.check")
    rows = [sent(here, csv(GOOD[: 2 + n])) for n in range(3)]
    outcomes = []
    for row in rows:
        claimed = actions.begin_check(submission_id=row.pk, by=by, at=AT)
        assert claimed is not None
        outcomes.append(checking.examine(claimed, place_of(claimed), lambda *_said: None))
    results = at_once(
        *[
            lambda row=row, outcome=outcome: actions.settle(
                submission_id=row.pk, outcome=outcome, by=by, at=AT
            )
            for row, outcome in zip(rows, outcomes, strict=True)
        ]
    )
    assert failures(results) == []
    states = list(Submission.objects.order_by("number").values_list("state", flat=True))
    assert states == ["superseded", "superseded", "accepted"]


def test_two_links_for_one_address_at_once() -> None:
    here = agreed()

    def issue() -> Any:
        return submit_links.issue(
            contract=here.contract,
            provider=here.provider,
            email="clerk@example.org",
            by=here.convener,
            at=AT,
        )

    results = at_once(issue, issue, issue)
    assert [type(each) for each in failures(results)] == [Conflict, Conflict]
