"""Jobs: done once where possible, never lost, never silent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django_tasks_db.models import DBTaskResult

from commonweal.core import jobs
from commonweal.core.errors import Denied
from commonweal.core.models import Job, Schedule
from commonweal.core.scope import Actor, system

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
BY = system("test")
SECRET = "Ana Person, born 2020-02-02"
calls: list[jobs.Progress] = []


@pytest.fixture(autouse=True)
def _registry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(jobs, "_definitions", {})
    calls.clear()
    jobs.job("test.works")(works)
    jobs.job("test.breaks", attempts=3, backoff=(10, 100))(breaks)
    jobs.job("test.refuses")(refuses)
    return


def works(progress: jobs.Progress, words: str = "") -> None:
    calls.append(progress)
    progress.report(2, 4, words)


def breaks(progress: jobs.Progress) -> None:
    calls.append(progress)
    raise ValueError(SECRET)


def refuses(progress: jobs.Progress) -> None:
    raise Denied("The agreement has expired.", mend="Renew it.")


def queue(name: str = "test.works", **arguments: str) -> Job:
    return jobs.enqueue(name, by=BY, at=AT, **arguments)


@pytest.mark.django_db
def test_a_job_runs_and_shows_how_far_it_is() -> None:
    job = queue(words="half")
    assert job.state == "waiting"
    assert jobs.run_due(AT) == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.attempts) == ("done", 2, 4, 1)
    assert (calls[0].at, calls[0].by.label) == (AT, "system:test.works")
    assert jobs.run_due(AT) == 0


@pytest.mark.django_db
def test_a_job_of_a_rolled_back_action_does_not_exist() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        queue()
        raise RuntimeError
    assert (Job.objects.count(), DBTaskResult.objects.count(), jobs.run_due(AT)) == (0, 0, 0)


def test_an_unknown_job_cannot_be_queued() -> None:
    with pytest.raises(KeyError):
        jobs.enqueue("test.nothing", by=Actor(), at=AT)


@pytest.mark.django_db
def test_a_bug_is_tried_again_with_growing_pauses_and_then_given_up() -> None:
    job = queue("test.breaks")
    assert jobs.run_due(AT) == 1
    job.refresh_from_db()
    assert (job.state, job.next_attempt_at) == ("waiting", AT + timedelta(seconds=10))
    assert jobs.run_due(AT + timedelta(seconds=9)) == 0
    assert jobs.run_due(AT + timedelta(seconds=10)) == 1
    assert jobs.run_due(AT + timedelta(seconds=60)) == 0
    assert jobs.run_due(AT + timedelta(seconds=110)) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 3)
    assert [run.is_last_attempt for run in calls] == [False, False, True]


@pytest.mark.django_db
def test_what_a_job_was_reading_is_kept_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    job = queue("test.breaks")
    jobs.run_due(AT)
    job.refresh_from_db()
    assert job.last_error.startswith("ValueError (core/tests/test_jobs.py, line ")
    stored = str(list(Job.objects.values())) + str(list(DBTaskResult.objects.values()))
    assert SECRET not in stored + caplog.text


@pytest.mark.django_db
def test_a_refusal_is_final_and_keeps_its_words() -> None:
    job = queue("test.refuses")
    jobs.run_due(AT)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("failed", 1)
    assert job.last_error == "The agreement has expired. Renew it."


def lose(job: Job, *, silent_for: int = 61) -> None:
    """As if the worker had been killed in the middle of the job."""
    assert jobs._claim(AT, "lost worker") is not None
    Job.objects.filter(pk=job.pk).update(heartbeat_at=AT - timedelta(seconds=silent_for))


@pytest.mark.django_db
def test_a_lost_job_is_given_back_and_done() -> None:
    job = queue()
    lose(job)
    assert jobs.run_due(AT) == 0
    assert jobs.reap(AT) == 1
    assert not DBTaskResult.objects.running().exists()
    assert jobs.run_due(AT) == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 2)


@pytest.mark.django_db
def test_a_living_job_is_left_alone() -> None:
    job = queue()
    lose(job, silent_for=59)
    assert jobs.reap(AT) == 0


@pytest.mark.django_db
def test_a_job_that_kills_every_worker_ends() -> None:
    job = queue()
    for _ in range(3):
        lose(job)
        assert jobs.reap(AT) == 1
    job.refresh_from_db()
    assert (job.state, job.last_error) == ("failed", "Its worker stopped in the middle.")
    assert jobs.run_due(AT) == 0


@pytest.mark.django_db
def test_a_run_that_was_taken_for_dead_may_not_write() -> None:
    job = queue()
    lose(job)
    zombie = Job.objects.get(pk=job.pk)
    jobs.reap(AT)
    jobs.run_due(AT)
    progress = jobs.Progress(job.pk, job.name, zombie.attempts, 3, AT, None)
    with pytest.raises(jobs.Superseded):
        progress.report(1, 1)
    jobs._settle(zombie, None, "late failure", False, AT)
    job.refresh_from_db()
    assert job.state == "done"


@pytest.mark.django_db
def test_a_periodic_job_is_queued_once_per_interval_however_many_tick() -> None:
    jobs.job("test.hourly", every=timedelta(hours=1))(works)
    for minutes in (0, 0, 30, 59):
        jobs.tick(AT + timedelta(minutes=minutes))
        jobs.run_due(AT)
    assert Job.objects.filter(name="test.hourly").count() == 1
    jobs.tick(AT + timedelta(minutes=60))
    assert Job.objects.filter(name="test.hourly").count() == 2
    assert Schedule.objects.get().next_at == AT + timedelta(hours=2)


@pytest.mark.django_db
def test_a_periodic_job_that_still_waits_is_not_queued_twice() -> None:
    jobs.job("test.hourly", every=timedelta(hours=1))(works)
    jobs.tick(AT)
    jobs.tick(AT + timedelta(hours=2))
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_finished_jobs_are_forgotten_after_a_month() -> None:
    job = queue()
    jobs.run_due(AT)
    Job.objects.filter(pk=job.pk).update(finished_at=AT)
    assert jobs.prune(AT + timedelta(days=29)) == 0
    assert jobs.prune(AT + timedelta(days=31)) == 1
