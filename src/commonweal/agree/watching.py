"""While something runs under a permit: look again and again whether the agreements still allow it.

A permit is for now, and a computation may take long. What ends the permit in the meantime (a
withdrawal, a suspension, the last day) pulls the brake of the computation, within `EVERY_SECONDS` and
the time it takes to feel it. One that does not feel it is ended from outside after `PATIENCE_SECONDS`
more, if whoever watches knows how. Nothing that it made is kept.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from django.db import DatabaseError, connection, transaction
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from commonweal.agree import actions, queries, words
from commonweal.compute.permits.asking import Ask, Refusal
from commonweal.compute.stopping import Stop
from commonweal.core.errors import Denied, without_text
from commonweal.core.scope import Actor

EVERY_SECONDS: Final = 10.0
PATIENCE_SECONDS: Final = 20.0
_AGAIN_SECONDS: Final = 0.2

log = logging.getLogger(__name__)
Unheard = Callable[[Denied], None]
"""What to do with a computation that does not feel its brake."""


class Watch:
    """One computation under watch. `stop` goes to whatever computes."""

    def __init__(self, by: Actor, at: datetime) -> None:
        self.stop = Stop()
        self._by, self._at, self._began = by, at, time.monotonic()
        self._asks: tuple[Ask, ...] = ()
        self._unlogged: tuple[Ask, Refusal, datetime] | None = None

    def add(self, ask: Ask) -> None:
        """From now on this request too must stay allowed; `ask` names the providers granted."""
        self._asks = (*self._asks, ask)

    def check(self) -> None:
        """Look now, in this thread. Raises Denied with the clause, which is then on record."""
        self.stop.check()
        self.look()
        self.stop.check()

    def look(self) -> Denied | None:
        """Pull the brake if any request is not allowed any more, and log what refuses it."""
        now = self._at + timedelta(seconds=time.monotonic() - self._began)
        for ask in self._asks:
            answer = queries.answer_now(ask, now)
            if isinstance(answer, Refusal):
                return self._end(ask, answer, now)
        return None

    def _end(self, ask: Ask, refusal: Refusal, now: datetime) -> Denied:
        because = stopped(refusal)
        if not self.stop.is_pulled:
            self._unlogged = (ask, refusal, now)
        self.stop.pull(because)
        self.record()
        return because

    def record(self) -> None:
        """Log what stopped it, once; tried again when the database was not free."""
        if self._unlogged is not None:
            ask, refusal, now = self._unlogged
            said = {**queries.here(ask).as_json(), "stopped": True, **refusal.as_json()}
            with transaction.atomic():
                actions.log_answer("refused", ask, self._by, now, said)
            self._unlogged = None


@contextmanager
def watched(*, by: Actor, at: datetime, unheard: Unheard | None = None) -> Iterator[Watch]:
    """Watch what the block computes. `at`: the clock at its beginning.

    A second thread looks, from a connection of its own. Inside somebody's transaction, where a second
    connection could only wait, nobody looks but `check`.
    """
    watch = Watch(by, at)
    guard = _Guard(watch, unheard)
    if connection.in_atomic_block:
        yield watch
        return
    guard.start()
    try:
        yield watch
    except Exception:
        # A statement that was interrupted raises its own error: say why it was.
        watch.stop.check()
        raise
    finally:
        guard.end()
        watch.record()


class _Guard(threading.Thread):
    def __init__(self, watch: Watch, unheard: Unheard | None) -> None:
        super().__init__(name="permit watch", daemon=True)
        self._watch, self._unheard = watch, unheard
        self._over = threading.Event()
        self._language = get_language()

    def end(self) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        try:
            with override(self._language):
                because = self._wait_for_the_end()
                if because is not None:
                    self._insist(because)
        finally:
            connection.close()

    def _wait_for_the_end(self) -> Denied | None:
        while not self._over.wait(EVERY_SECONDS):
            try:
                if because := self._watch.look():
                    return because
            except DatabaseError:
                # Somebody's long write holds SQLite's lock: the next look will do.
                connection.close()
            except Exception as fault:
                # Whoever cannot see whether something is allowed must not let it go on.
                log.warning("a permit could not be looked at: %s", without_text(fault))
                because = Denied(_("Stopped: the agreements could not be asked."))
                self._watch.stop.pull(because)
                return because
        return None

    def _insist(self, because: Denied) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._over.wait(_AGAIN_SECONDS):
            self._watch.stop.pull(because)
            if self._unheard is not None and time.monotonic() >= until:
                self._unheard(because)
                return


def stopped(refusal: Refusal) -> Denied:
    """The refusal as the reason for which a computation was stopped."""
    as_said = actions.denied(refusal)
    text = _("Stopped: %(reason)s (%(clause)s).") % {
        "reason": as_said.text.rstrip("."),
        "clause": as_said.clause,
    }
    return Denied(text, mend=as_said.mend, clause=words.clause(refusal))
