"""The six steps as a state table, and the checks that stand guard between them.

Source: Seyle and Connolly, "International Lessons on Building Resilient, Cross-Sector
Partnerships", Stanford Social Innovation Review, 2020. Going back is always open. Going on, by one
step or more, needs what the steps before the new one must have produced; a partnership that starts
in the middle goes straight there. Rooms above register what they know with `register`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from commonweal.convene.models import Partnership, Step
from commonweal.core.states import StateTable, Transition


@dataclass(frozen=True)
class Check:
    """One thing that a step produces, and whether it is there.

    `needed`: no later step can begin without it; the others are advice. `words` names the thing,
    `mend` says what to do while it is missing, `url` is the name of the page to do it on (an
    address that takes the partnership's slug).
    """

    step: str
    key: str
    words: str
    mend: str
    done: bool
    needed: bool = False
    url: str = "table"


Checks = tuple[Check, ...]
Provider = Callable[[Partnership, datetime], Iterable[Check]]

_providers: dict[str, Provider] = {}


def register(room: str, provider: Provider) -> None:
    """Let a room above say what it knows of the journey: called in its `steps.py`, at start-up."""
    _providers[room] = provider


def provided(partnership: Partnership, at: datetime) -> Checks:
    """What the rooms above say, in the order of the rooms' names."""
    return tuple(
        check for room in sorted(_providers) for check in _providers[room](partnership, at)
    )


def missing_before(step: str, checks: Iterable[Check]) -> Checks:
    """What must be there before `step` can begin and is not."""
    earlier = Step.values[: Step.values.index(step)]
    return tuple(
        check for check in checks if check.needed and not check.done and check.step in earlier
    )


def _guard(target: str) -> Callable[[Checks], str]:
    return lambda checks: " ".join(check.mend for check in missing_before(target, checks))


def _transitions() -> list[Transition[Checks]]:
    rows = []
    for here, source in enumerate(Step.values):
        for there, target in enumerate(Step.values):
            if there > here:
                rows.append(Transition(source, f"begin_{target}", target, _guard(target)))
            elif there < here:
                rows.append(Transition(source, f"revisit_{target}", target))
    return rows


JOURNEY: StateTable[Checks] = StateTable("journey of a partnership", _transitions())
