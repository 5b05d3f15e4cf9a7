"""A worker as a process: `python -m commonweal.core.worker`. Started by `serve` and `work`.

On SIGTERM or SIGINT it finishes the job at hand; a second one ends it at once, and the reaper gives
its job to the next worker.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from types import FrameType


def main(parent: int | None = None) -> int:
    """Work until told to stop, or until the process `parent` is gone."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.web.settings")
    django.setup()
    from commonweal.core import jobs

    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if parent is not None:
        threading.Thread(target=_watch, args=(parent, stop), daemon=True).start()
    jobs.alone.set()
    jobs.work(stop, worker_id=f"{socket.gethostname()[:40]} {os.getpid()}")
    return 0


def _watch(parent: int, stop: threading.Event) -> None:
    """A worker must not outlive the server that started it, however that ended."""
    while not stop.wait(1.0):
        if os.getppid() != parent:
            stop.set()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else None))
