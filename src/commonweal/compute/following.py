"""How a thing that was promised, or is owed an answer, stands on a day: pure rules, no clock.

Late is shown as late and changed as changed; what is neither kept nor given up is never settled by
the calendar: only the organisation itself says how its promise ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

OPEN_STATES = ("open", "progressing")
STANDINGS = (
    "late",
    "open",
    "progressing",
    "kept",
    "kept_late",
    "partly_kept",
    "not_kept",
    "withdrawn",
)
"""In the order in which a list counts them."""
AHEAD = timedelta(days=30)
"""How long before its day a promise is brought to mind."""
QUIET = timedelta(days=60)
"""After how long without a word its owner is asked for one."""


def standing(state: str, due_on: date, done_on: date | None, today: date) -> str:
    """One of STANDINGS. The due day itself is not late; what was done after it is kept, late."""
    if state in OPEN_STATES:
        return "late" if due_on < today else state
    if state == "kept" and done_on is not None and done_on > due_on:
        return "kept_late"
    return state


def reminder(state: str, due_on: date, last_word_on: date, today: date) -> str:
    """Why its owner is asked for a word: "late", "due", "quiet", or "" for no reason."""
    if state not in OPEN_STATES:
        return ""
    if due_on < today:
        return "late"
    if due_on - today <= AHEAD:
        return "due"
    return "quiet" if today - last_word_on >= QUIET else ""


def tally(standings: Iterable[str]) -> dict[str, int]:
    """How many of each standing there are, in the order of STANDINGS, without empty ones."""
    counted = Counter(standings)
    return {each: counted[each] for each in STANDINGS if counted[each]}


@dataclass(frozen=True)
class Change:
    """One field that two versions say differently."""

    field: str
    before: Any
    after: Any


def changes(
    before: Mapping[str, Any], after: Mapping[str, Any], fields: Sequence[str]
) -> tuple[Change, ...]:
    """What differs between two versions, in the order of `fields`."""
    return tuple(
        Change(each, before[each], after[each]) for each in fields if before[each] != after[each]
    )


def answer_standing(answer_by: date, answered_on: date | None, today: date) -> str:
    """waiting, late (owed and past its day), answered or answered_late."""
    if answered_on is None:
        return "late" if answer_by < today else "waiting"
    return "answered_late" if answered_on > answer_by else "answered"
