"""The commands, as an operator types them."""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from django.db import connection

from commonweal.core import actions, commands, mail
from commonweal.core.errors import Failure
from commonweal.core.models import Event, OutgoingMail, Person
from commonweal.core.scope import system
from commonweal.core.tests.conftest import CLI, PATIENCE, Installation, until

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
Told = tuple[int, str, str]


class Command:
    """Runs a command in this process: exit code, standard output, standard error."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> Told:
        top = argparse.ArgumentParser()
        commands.add_parsers(top.add_subparsers())
        arguments = top.parse_args(words)
        try:
            code = arguments.run(arguments)
        except Failure as failure:
            code = failure.exit_code
        said = self.capsys.readouterr()
        return code, said.out, said.err


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str], db: None) -> Command:
    return Command(capsys)


def append(*names: str) -> None:
    for name in names:
        actions.create_organisation(name=name, sector="public", by=system("t"), at=AT)


def forge_first_event() -> None:
    on = "" if connection.vendor == "sqlite" else " ON core_event"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER core_event_immutable{on}")
    Event.objects.filter(number=1).update(kind="core.forged")


def test_the_log_is_verified_and_compared_with_what_was_noted(command: Command) -> None:
    append("A", "B")
    code, noted, _err = command("verify-log")
    assert (code, noted[:2]) == (0, "2:")
    append("C")
    code, _out, err = command("verify-log", "--expect", noted.strip())
    assert (code, "3 events, 1 of them since" in err) == (0, True)
    for other in (f"2:{'0' * 64}", f"9:{noted[2:].strip()}"):
        assert command("verify-log", "--expect", other)[0] == 1
    for nonsense in ("nonsense", "2:", "-1:" + "0" * 64, "²:" + "0" * 64):
        assert command("verify-log", f"--expect={nonsense}")[0] == 2
    forge_first_event()
    code, out, err = command("verify-log", "--expect", noted.strip())
    assert (code, out, "broken at event 1" in err) == (1, "", True)


def test_a_log_that_was_cut_and_sewn_up_is_told_by_what_was_noted(command: Command) -> None:
    append("A", "B")
    _code, noted, _err = command("verify-log")
    cut = Event.objects.get(number=1)
    Event.objects.filter(number=2).delete()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_loghead SET number = 1, hash = %s", [cut.hash])
    assert command("verify-log")[0] == 0
    assert command("verify-log", "--expect", noted.strip())[0] == 1


def test_the_operator_gets_a_link(command: Command) -> None:
    for _ in range(2):
        code, out, _err = command("create-operator", "Op@Example.org", "--name", "Op")
        assert code == 0
        assert re.fullmatch(r"http://\S+/l/sign-in/[\w-]{43}/\n", out)
    operator = Person.objects.get()
    assert (operator.email, operator.name, operator.is_operator) == ("op@example.org", "Op", True)
    assert command("create-operator", "nonsense")[0] == 2


def test_the_operator_helps_and_shuts_out(command: Command) -> None:
    command("create-operator", "ana@example.org")
    code, _out, err = command("reset-second-factor", "ANA@example.org")
    assert (code, "0 removed" in err) == (0, True)
    assert command("shut-out", "ana@example.org")[0] == 0
    assert not Person.objects.get().is_active
    assert command("shut-out", "nobody@example.org")[0] == 2


def test_mail_is_worked_on_and_shown(command: Command) -> None:
    row = mail.queue(to="ana@example.org", subject="Hello", body="b", purpose="t", at=AT)
    assert command("outbox")[:2] == (0, f"{row.pk}\tqueued\tana@example.org\tHello\n")
    assert command("work", "--once")[0] == 0
    assert command("outbox")[1] == ""
    assert command("outbox", "--all")[1].split("\t")[1] == "sent"
    assert command("outbox", "--again", str(row.pk))[0] == 2
    assert command("outbox", "--again", "nonsense")[0] == 2
    OutgoingMail.objects.update(state="given_up", sent_at=None)
    assert command("outbox")[0] == 1
    assert command("outbox", "--again", str(row.pk))[0] == 0
    assert command("outbox")[0] == 0


def test_setting_up_again_does_nothing(installation: Installation) -> None:
    again = installation.command("setup")
    assert (again.returncode, "everything was ready" in again.stderr) == (0, True)


QUEUE = (
    "from datetime import *; from commonweal.core import mail;"
    " mail.queue(to='ana@example.org', subject='Hello', body='b', purpose='t',"
    " at=datetime.now(UTC))"
)


TAKEN = "Address already in use"
FETCH = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], timeout=5).read())"


def fetch(url: str) -> str:
    found = subprocess.run(
        [sys.executable, "-c", FETCH, url], capture_output=True, text=True, check=False
    )
    return found.stdout


def workers_of(parent: int) -> list[int]:
    """The worker processes that this server started."""
    shown = subprocess.check_output(["ps", "-A", "-o", "pid=,ppid=,command="], text=True)
    rows = [line.split(None, 2) for line in shown.splitlines()]
    return [int(r[0]) for r in rows if int(r[1]) == parent and "core.worker" in r[2]]


def free_port() -> int:
    probe = (
        "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
    )
    return int(subprocess.check_output([sys.executable, "-c", probe], text=True))


def serving(installation: Installation) -> tuple[subprocess.Popen[str], int]:
    """A server that answers, and its port: once more where somebody else took the first one."""
    for _ in range(2):
        port = free_port()
        server = installation.start(CLI, "serve", "--port", str(port))
        address = f"http://127.0.0.1:{port}/health/"
        until(lambda server=server, at=address: server.poll() is not None or "ok" in fetch(at))
        if server.poll() is None:
            return server, port
        said, _none = server.communicate()
        if TAKEN not in said:
            break
    raise AssertionError(said)


def test_serve_answers_works_on_jobs_and_stops(installation: Installation) -> None:
    server, port = serving(installation)
    try:
        # A dead worker is replaced; what it was at waits for the reaper, a minute at most.
        until(lambda: bool(workers_of(server.pid)))
        (dead,) = workers_of(server.pid)
        os.kill(dead, signal.SIGKILL)
        installation.python(QUEUE)
        until(lambda: not installation.command("outbox").stdout)
    finally:
        server.terminate()
        said, _none = server.communicate(timeout=PATIENCE)
    assert f"http://127.0.0.1:{port}/" in said
    assert server.returncode == 0, said
    assert "the worker ended with code -9 and is started again" in said
