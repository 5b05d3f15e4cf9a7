"""Real processes: a worker is killed in the middle, another one does its job."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from commonweal.core.tests.conftest import PATIENCE, Installation, until

WORKER = (
    "import sys, django; django.setup();"
    " from commonweal.core.tests import slow_job; from commonweal.core import worker;"
    " sys.exit(worker.main())"
)
ENQUEUE = (
    "import sys; from django.utils import timezone; from commonweal.core import jobs;"
    " from commonweal.core.scope import system; from commonweal.core.tests import slow_job;"
    " jobs.enqueue('test.slow', by=system('test'), at=timezone.now(), folder=sys.argv[1])"
)
STATUS = (
    "import json; from commonweal.core.models import Job; from django_tasks_db.models import *;"
    " job = Job.objects.get(name='test.slow');"
    " print(json.dumps([job.state, job.attempts, DBTaskResult.objects.running().count()]))"
)
# A worker's first act is to write down when its periodic jobs are due.
BEGUN = "from commonweal.core.models import Schedule; print(Schedule.objects.exists())"
# As if a minute had passed since the last beat.
AGE = (
    "from datetime import timedelta; from django.db.models import F;"
    " from commonweal.core.models import Job;"
    " Job.objects.update(heartbeat_at=F('heartbeat_at') - timedelta(seconds=61))"
)


def status(installation: Installation) -> list[object]:
    answer = installation.python(STATUS)
    assert answer.returncode == 0, answer.stderr
    found: list[object] = json.loads(answer.stdout)
    return found


def finish(worker: subprocess.Popen[str]) -> int:
    worker.send_signal(signal.SIGTERM)
    worker.communicate(timeout=PATIENCE)
    return worker.returncode


def test_a_job_survives_the_death_of_its_worker(installation: Installation, tmp_path: Path) -> None:
    queued = installation.python(ENQUEUE, str(tmp_path))
    assert queued.returncode == 0, queued.stderr

    first = installation.start(WORKER)
    until((tmp_path / "attempt-1").exists)
    first.kill()
    first.communicate()
    assert status(installation) == ["running", 1, 1]

    assert installation.python(AGE).returncode == 0
    second = installation.start(WORKER)
    try:
        until((tmp_path / "attempt-2").exists)
        until(lambda: status(installation) == ["done", 2, 0])
    finally:
        code = finish(second)
    assert code == 0


def test_a_worker_ends_with_the_server_that_started_it(installation: Installation) -> None:
    parent = (
        "import subprocess, sys, os, time;"
        " child = subprocess.Popen([sys.executable, '-m', 'commonweal.core.worker',"
        " str(os.getpid())]); print(child.pid, flush=True); time.sleep(600)"
    )
    server = installation.start(parent)
    assert server.stdout
    pid = int(server.stdout.readline())
    until(lambda: installation.python(BEGUN).stdout == "True\n")
    assert alive(pid)
    server.kill()
    server.wait()

    def gone() -> bool:
        return not alive(pid)

    until(gone)
    server.stdout.close()


# A keeper whose worker ends at once and is started again, over and over; beside it, as a web server
# does, its process forks others that live on. Prints whether the keeper still starts workers then.
FORKS = """
import os, sys, time
from commonweal.core.serving import WorkerKeeper
hold, release = os.pipe()
keeper = WorkerKeeper([sys.executable, "-c", ""], pause_seconds=0)
keeper.start()
children = []
for _ in range(300):
    if not (child := os.fork()):
        os.close(release)
        os.read(hold, 1)
        os._exit(0)
    children.append(child)
    time.sleep(0.005)
seen, end = keeper.process, time.monotonic() + 120
while keeper.process is seen and time.monotonic() < end:
    time.sleep(0.01)
print("kept" if keeper.process is not seen else "stuck")
os.close(release)
for child in children:
    os.waitpid(child, 0)
"""


def test_a_process_forked_while_a_worker_starts_does_not_blind_its_keeper() -> None:
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKS], capture_output=True, text=True, check=False
    )
    assert found.stdout.split()[-1] == "kept", found.stderr


def alive(pid: int) -> bool:
    found = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True
    )
    return bool(found.stdout.strip()) and "Z" not in found.stdout
