"""The web server with a worker beside it."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from os import getpid
from typing import Any

from django.conf import settings
from granian.constants import Interfaces
from granian.server import Server

log = logging.getLogger(__name__)


class WorkerKeeper(threading.Thread):
    """Keeps one worker process alive; a dead one is replaced, its job is the reaper's."""

    def __init__(self, command: Sequence[str] = (), pause_seconds: float = 2.0) -> None:
        super().__init__(daemon=True, name="worker keeper")
        self.command = command or [sys.executable, "-m", "commonweal.core.worker", str(getpid())]
        self.pause_seconds = pause_seconds
        self.process: subprocess.Popen[bytes] | None = None
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.is_set():
            # With close_fds Popen waits on a pipe to see its child start, and a web process that is
            # forked in that moment would hold the pipe open: the keeper would wait for its end.
            self.process = subprocess.Popen(self.command, close_fds=False)
            code = self.process.wait()
            if not self._stopped.wait(self.pause_seconds):
                log.warning("the worker ended with code %s and is started again", code)

    def stop(self) -> None:
        """End the worker after the job at hand; after twenty seconds without asking."""
        self._stopped.set()
        if self.process is not None:
            self.process.terminate()
            try:
                self.process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self.process.kill()


def log_settings() -> dict[str, Any]:
    """What the web server says itself is written by the formatter that everything else goes through."""
    line = {**settings.LOG_LINE, "fmt": "[{levelname}] {message}"}
    return {"formatters": {"generic": line, "access": line}}


def serve(*, host: str, port: int, processes: int, worker: bool) -> int:
    """Serve until SIGINT or SIGTERM; exit code 0."""
    keeper = WorkerKeeper() if worker else None
    if keeper:
        keeper.start()
    sys.stderr.write(f"commonweal: {settings.BASE_URL}/ (stop with Ctrl+C)\n")
    sys.stderr.flush()
    try:
        Server(
            "commonweal.web.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=processes,
            blocking_threads=4,
            backpressure=64,
            log_enabled=True,
            log_dictconfig=log_settings(),
            respawn_failed_workers=True,
            websockets=False,
        ).serve()
    finally:
        if keeper:
            keeper.stop()
    return 0
