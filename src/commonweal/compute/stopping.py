"""Ending a computation from outside: one thread pulls, the one that computes feels it.

The computation asks between its steps; a database that runs one long statement is interrupted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stop:
    """The brake of one computation. Until it is pulled, nothing happens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._because: Exception | None = None
        self._interrupts: list[Callable[[], None]] = []

    @property
    def is_pulled(self) -> bool:
        return self._because is not None

    def pull(self, because: Exception) -> None:
        """Stop for this reason; the first one counts. Pull again until the computation has ended.

        An interrupt that comes between two statements ends neither, hence the again.
        """
        with self._lock:
            if self._because is None:
                self._because = because
            for interrupt in self._interrupts:
                interrupt()

    def check(self) -> None:
        """Between two steps: raises the reason, once it was pulled."""
        if self._because is not None:
            raise self._because

    @contextmanager
    def interrupting(self, interrupt: Callable[[], None]) -> Iterator[None]:
        """Within the block, pulling also calls `interrupt`, from the thread that pulls."""
        with self._lock:
            self._interrupts.append(interrupt)
        try:
            self.check()
            yield
        finally:
            with self._lock:
                self._interrupts.remove(interrupt)
