"""Work that is done behind the page: queued in the action's transaction, done by a worker.

The queue is django-tasks-db. Around it we keep what it lacks: a heartbeat, a reaper for work whose
worker died, retries, a schedule, and progress that a page can show. A job may run more than once
(a worker can die after the last write and before the tick): write jobs so that a second run
changes nothing.
"""

from __future__ import annotations

import inspect
import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import DatabaseError, close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tasks import task
from django_tasks.base import TaskResultStatus
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult, get_date_max
from django_tasks_db.utils import exclusive_transaction

from commonweal.core.errors import Failure, without_text
from commonweal.core.models import Job, Schedule
from commonweal.core.scope import Actor, system

BEAT_SECONDS: Final = 5.0
STALE_AFTER: Final = timedelta(seconds=60)
TICK_EVERY: Final = timedelta(seconds=10)
WORKER: Final = "commonweal"

log = logging.getLogger(__name__)
QueuedTask = DBTaskResult[Any, Any]


class Superseded(Exception):
    """This attempt was taken for dead and the job given to another worker: stop."""


@dataclass
class Progress:
    """What a job knows about its own run. `at` is the clock reading at its start."""

    job_id: UUID
    name: str
    attempt: int
    max_attempts: int
    at: datetime
    retry_at: datetime | None
    scope: UUID | None = None
    _reported: float = field(default=0.0, repr=False)

    @property
    def by(self) -> Actor:
        """The actor that the job's actions name: the system, doing this job."""
        return system(self.name)

    @property
    def is_last_attempt(self) -> bool:
        return self.attempt >= self.max_attempts

    def report(self, done: int, total: int | None, message: str = "") -> None:
        """Show how far the work is; also a sign of life. Raises Superseded to end a lost run."""
        kept = Job.objects.filter(
            pk=self.job_id, state=Job.State.RUNNING, attempts=self.attempt
        ).update(done=done, total=total, message=message[:200], heartbeat_at=timezone.now())
        if not kept:
            raise Superseded


@dataclass(frozen=True)
class Definition:
    name: str
    function: Callable[..., None]
    attempts: int
    backoff: tuple[int, ...]
    priority: int
    every: timedelta | None


_definitions: dict[str, Definition] = {}


def job(
    name: str,
    *,
    attempts: int = 3,
    backoff: Sequence[int] = (10, 60, 300),
    priority: int = 0,
    every: timedelta | None = None,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register `def f(progress: Progress, **plain_json) -> None` as the job "room.name".

    A `core.errors` failure ends the job at once, for trying again would end the same; any other
    exception is tried again after `backoff` seconds (the last value repeats), `attempts` times in
    all. `every` runs it periodically, without arguments. Put jobs in `<room>/jobs.py`.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        known = _definitions.get(name)
        if known and inspect.getsourcefile(known.function) != inspect.getsourcefile(function):
            raise ValueError(f"two jobs are called {name}")
        _definitions[name] = Definition(name, function, attempts, tuple(backoff), priority, every)
        return function

    return register


def enqueue(
    name: str,
    *,
    by: Actor,
    at: datetime,
    scope: UUID | None = None,
    after: datetime | None = None,
    **arguments: Any,
) -> Job:
    """Queue a job inside the caller's transaction: it runs if and only if that commits.

    `arguments` are plain JSON (ids as strings) and hold no person-level value; `after` delays it.
    """
    definition = _definitions[name]
    with transaction.atomic():
        queued = Job.objects.create(
            name=name,
            arguments=arguments,
            scope=scope,
            by=by.label,
            max_attempts=definition.attempts,
            created_at=at,
            next_attempt_at=after,
        )
        _queue(queued, definition, after)
    return queued


def _queue(queued: Job, definition: Definition | None, after: datetime | None) -> None:
    priority = definition.priority if definition else 0
    result = run_job.using(run_after=after, priority=priority).enqueue(str(queued.pk))
    queued.task = UUID(result.id)
    queued.save(update_fields=["task"])


@task
def run_job(job_id: str) -> None:
    """The one task that the queue holds: one attempt at one job. Never raises.

    The queue would store the traceback, and an exception's text can hold what was being read.
    """
    current = Job.objects.filter(pk=job_id, state=Job.State.RUNNING).first()
    if current is None:
        return
    definition = _definitions.get(current.name)
    at = current.started_at or timezone.now()
    heart = _Heart(current)
    heart.start()
    error, again = "", False
    try:
        if definition is None:
            error = _("No installed room knows this job.")
        else:
            definition.function(_progress(current, definition, at), **current.arguments)
    except Superseded:
        return
    except Failure as failure:
        error = str(failure)
    except Exception as exception:
        error, again = without_text(exception), True
        log.warning("job %s %s attempt %d: %s", current.name, current.pk, current.attempts, error)
    finally:
        heart.stop()
    _settle(current, definition, error, again, at)


def _progress(current: Job, definition: Definition, at: datetime) -> Progress:
    return Progress(
        job_id=current.pk,
        name=current.name,
        attempt=current.attempts,
        max_attempts=current.max_attempts,
        at=at,
        retry_at=_retry_at(current, definition, at),
        scope=current.scope,
    )


def _retry_at(current: Job, definition: Definition | None, at: datetime) -> datetime | None:
    if current.attempts >= current.max_attempts:
        return None
    waits = definition.backoff if definition and definition.backoff else (10,)
    return at + timedelta(seconds=waits[min(current.attempts, len(waits)) - 1])


def _settle(
    current: Job, definition: Definition | None, error: str, again: bool, at: datetime
) -> None:
    """Write how the attempt ended, unless the reaper has given the job to somebody else."""
    mine = Job.objects.filter(pk=current.pk, state=Job.State.RUNNING, attempts=current.attempts)
    retry_at = _retry_at(current, definition, at) if again else None
    with transaction.atomic():
        if not error:
            mine.update(state=Job.State.DONE, finished_at=timezone.now(), last_error="", message="")
        elif retry_at is None:
            mine.update(state=Job.State.FAILED, finished_at=timezone.now(), last_error=error[:500])
        elif mine.update(state=Job.State.WAITING, last_error=error[:500], next_attempt_at=retry_at):
            _queue(current, definition, retry_at)


ABANDONED: Final = 75
"""The exit code of a worker that ended itself with a job that could not be stopped otherwise."""

alone = threading.Event()
"""Set by a process that does nothing but jobs, and may therefore end itself."""


def abandon(progress: Progress, failure: Failure) -> None:
    """End a job that must not go on and does not listen: say why for good, then end the process.

    Called from a thread beside it. Only a worker's own process is ended, which `serve` replaces; in
    any other the job is no more than marked, and what it makes is refused when it wants to keep it.
    """
    current = Job.objects.filter(pk=progress.job_id, attempts=progress.attempt).first()
    if current is None:
        return
    _settle(current, None, str(failure), again=False, at=progress.at)
    if alone.is_set():
        _end_lost_task(current.task)
        log.warning("job %s %s did not stop: its worker ends", current.name, current.pk)
        os._exit(ABANDONED)


class _Heart(threading.Thread):
    """Beats for one attempt from its own connection, so that long computations stay alive."""

    def __init__(self, current: Job) -> None:
        super().__init__(name=f"heart {current.pk}", daemon=True)
        self._beats = Job.objects.filter(
            pk=current.pk, state=Job.State.RUNNING, attempts=current.attempts
        )
        self._stopped = threading.Event()
        # Inside somebody's transaction a second connection could only wait for it.
        self._needed = not connection.in_atomic_block

    def start(self) -> None:
        if self._needed:
            super().start()

    def stop(self) -> None:
        self._stopped.set()
        if self._needed:
            self.join()

    def run(self) -> None:
        while not self._stopped.wait(BEAT_SECONDS):
            try:
                if not self._beats.update(heartbeat_at=timezone.now()):
                    break
            except DatabaseError:
                # A long write of the job itself holds SQLite's lock: the next beat will do.
                connection.close()
        connection.close()


def _claim(at: datetime, worker_id: str) -> QueuedTask | None:
    """Take the next task; its job becomes running in the same transaction."""
    ready = DBTaskResult.objects.filter(
        Q(run_after=get_date_max()) | Q(run_after__lte=at), status=TaskResultStatus.READY
    )
    if not ready.exists():
        return None
    with exclusive_transaction():
        claimed = ready.get_locked()
        if claimed is not None:
            claimed.claim(worker_id)
            Job.objects.filter(task=claimed.pk, state=Job.State.WAITING).update(
                state=Job.State.RUNNING,
                attempts=F("attempts") + 1,
                started_at=at,
                heartbeat_at=timezone.now(),
                next_attempt_at=None,
                done=0,
                total=None,
                message="",
            )
    return claimed


def _runner(worker_id: str) -> Worker:
    return Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=1,
        worker_id=worker_id,
        excluded_queue_names=[],
    )


def run_due(at: datetime | None = None, *, limit: int = 10_000) -> int:
    """Run what waits, here and now, until nothing is left; how many attempts were made.

    For tests, the demo and the command line. `at` stands in for the clock (back-off included).
    """
    runner, count = _runner(f"{WORKER} in process"), 0
    while count < limit and (claimed := _claim(at or timezone.now(), runner.worker_id)):
        runner.run_task(claimed)
        count += 1
    return count


def reap(at: datetime) -> int:
    """Give jobs whose worker fell silent back to the queue, or end them; how many there were."""
    count = 0
    silent = Q(state=Job.State.RUNNING, heartbeat_at__lt=at - STALE_AFTER)
    for lost in list(Job.objects.filter(silent).values_list("pk", flat=True)):
        with transaction.atomic():
            job_ = Job.objects.select_for_update(skip_locked=True).filter(silent, pk=lost).first()
            if job_ is None:
                continue
            count += 1
            _end_lost_task(job_.task)
            job_.last_error = _("Its worker stopped in the middle.")
            if job_.attempts >= job_.max_attempts:
                job_.state, job_.finished_at = Job.State.FAILED, at
                job_.save()
            else:
                job_.state, job_.next_attempt_at = Job.State.WAITING, None
                job_.save()
                _queue(job_, _definitions.get(job_.name), None)
        log.warning("job %s %s: its worker stopped in the middle", job_.name, job_.pk)
    return count


def _end_lost_task(task_id: UUID | None) -> None:
    DBTaskResult.objects.filter(pk__in=[task_id], status=TaskResultStatus.RUNNING).update(
        status=TaskResultStatus.FAILED,
        finished_at=timezone.now(),
        exception_class_path="commonweal.core.jobs.Superseded",
    )


def tick(at: datetime) -> None:
    """Reap, then queue the periodic jobs whose time has come. Any number of workers may tick."""
    reap(at)
    for definition in list(_definitions.values()):
        if definition.every is not None:
            _queue_periodic(definition, definition.every, at)


def _queue_periodic(definition: Definition, every: timedelta, at: datetime) -> None:
    name = definition.name
    Schedule.objects.get_or_create(name=name, defaults={"next_at": at})
    with transaction.atomic():
        if not Schedule.objects.filter(name=name, next_at__lte=at).update(next_at=at + every):
            return
        busy = Job.objects.filter(name=name, state__in=[Job.State.WAITING, Job.State.RUNNING])
        if not busy.exists():
            enqueue(name, by=system("schedule"), at=at)


def prune(at: datetime, *, keep: timedelta = timedelta(days=30)) -> int:
    """Forget finished jobs older than `keep`, and the queue's own record of them."""
    over = [TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED]
    DBTaskResult.objects.filter(status__in=over, finished_at__lt=at - keep).delete()
    return Job.objects.filter(finished_at__lt=at - keep).delete()[0]


def work(stop: threading.Event, *, worker_id: str, idle_seconds: float = 1.0) -> None:
    """A worker's life: tick, take one task, do it, until `stop` is set between two tasks."""
    runner, next_tick = _runner(worker_id), timezone.now()
    while not stop.is_set():
        close_old_connections()
        now = timezone.now()
        claimed = None
        try:
            if now >= next_tick:
                tick(now)
                next_tick = now + TICK_EVERY
            claimed = _claim(now, worker_id)
        except DatabaseError as error:
            log.warning("the queue cannot be read: %s", type(error).__name__)
            connection.close()
        if claimed is None:
            stop.wait(idle_seconds)
        else:
            runner.run_task(claimed)
