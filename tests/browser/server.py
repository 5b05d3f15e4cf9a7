"""The demo as people start it: a process of its own, on a database file of its own."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 400  # seconds until the example must be built and served, also on a busy machine
LINK = re.compile(r"^ {2}(\S.*?) {2,}(http://\S+/l/sign-in/\S+)$", re.MULTILINE)
TAKEN = "Address already in use"


class PortTaken(RuntimeError):
    """Somebody else listens at the port."""


@dataclass(frozen=True)
class Served:
    """`address` without a slash at its end; `links`: role → the sign-in link that was printed."""

    address: str
    links: dict[str, str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path) -> dict[str, str]:
    """Nothing of the test run's own settings reaches the demo."""
    ours = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    kept = {
        key: value
        for key, value in os.environ.items()
        if key not in ours and not key.startswith("COMMONWEAL_")
    }
    return {
        **kept,
        "COMMONWEAL_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "tests.browser.settings",
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def served(folder: Path, *, children: int) -> Iterator[Served]:
    """Build the demo in `folder` and serve it until the block ends."""
    try:
        process, here = start(folder, children)
    except PortTaken:
        # It was free when we asked; by now somebody else has it. What was built is used again.
        process, here = start(folder, children)
    try:
        yield here
    finally:
        stop(process)


def start(folder: Path, children: int) -> tuple[subprocess.Popen[bytes], Served]:
    port = free_port()
    out, err = folder / "out.txt", folder / "err.txt"
    command = [sys.executable, "-m", "commonweal", "demo"]
    with out.open("w") as said, err.open("w") as complained:
        process = subprocess.Popen(
            [*command, "--children", str(children), "--port", str(port)],
            cwd=ROOT,
            env=environment(folder / "home"),
            stdout=said,
            stderr=complained,
            start_new_session=True,
        )
    try:
        address = f"http://localhost:{port}"
        wait_for(address, process, err)
    except BaseException:
        stop(process)
        raise
    return process, Served(address, dict(LINK.findall(out.read_text())))


def wait_for(address: str, process: subprocess.Popen[bytes], err: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            ended = PortTaken if TAKEN in err.read_text() else RuntimeError
            raise ended(f"the demo ended with {process.returncode}: {err.read_text()}")
        try:
            with urllib.request.urlopen(f"{address}/health/", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the demo did not answer within {PATIENCE} s: {err.read_text()}")


def stop(process: subprocess.Popen[bytes]) -> None:
    """As Ctrl+C does; if that is not enough, the process and its children."""
    process.terminate()
    try:
        process.wait(timeout=40)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
