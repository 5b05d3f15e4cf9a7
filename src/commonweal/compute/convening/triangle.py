"""The Strategic Triangle: what a partnership has to show for five tasks, and what its seats say of them.

Adapted from De Jong and others, Stanford Social Innovation Review, 2021: three corners and five tasks for
those who begin with a blank slate. Under which corner the first three tasks stand is our reading; so are
the pieces of evidence, the points and the finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from commonweal.compute.convening.spread import HIGHEST, Spread, points, spread, traced
from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result

CORNERS = ("value", "legitimacy", "capacity")
APART = Fraction(3, 2)
"""So many points between evidence and rating are worth a finding."""
WIDE = 3
"""So many points between the lowest and the highest rating, too."""


@dataclass(frozen=True)
class Task:
    """`pieces`: what can be shown for it. `corner`: one of `CORNERS`."""

    key: str
    corner: str
    pieces: tuple[str, ...]


TASKS = (
    Task("people", "legitimacy", ("sponsor", "pledge", "sectors", "residents", "voices")),
    Task("problem", "value", ("problem", "outcome", "indicator")),
    Task("approach", "value", ("theory", "tested", "entry_point")),
    Task("governance", "capacity", ("constitution", "decision_types", "memorandum")),
    Task("resources", "legitimacy", ("commitments", "funding", "data")),
)
BY_KEY: Mapping[str, Task] = {task.key: task for task in TASKS}


@dataclass(frozen=True)
class Shown:
    """What there is for one task. `pieces`: those that were found or shown by hand; `scores`: the
    rating of each seat that rated, in points from 0 to 4."""

    task: str
    pieces: frozenset[str]
    scores: tuple[int, ...] = ()


@dataclass(frozen=True)
class Reading:
    """One task read. `evidence`: the share of its pieces that are there, in points from 0 to 4.

    `gap`: the median rating less the evidence, in points. `finding`: one of unrated, ahead (the seats
    say more than there is to show), behind (less), apart (the seats differ), close.
    """

    task: Task
    found: tuple[str, ...]
    missing: tuple[str, ...]
    evidence: Fraction
    rating: Spread | None
    gap: Fraction | None
    finding: str


@dataclass(frozen=True)
class Corner:
    """How many of the pieces of a corner's tasks are there."""

    key: str
    found: int
    expected: int


@dataclass(frozen=True)
class Picture:
    tasks: tuple[Reading, ...]
    corners: tuple[Corner, ...]


def picture(shown: Iterable[Shown]) -> Result[Picture]:
    """The five tasks in their order with evidence, rating and gap, and the three corners.

    A task that is not in `shown` has nothing to show. Raises Unusable for an unknown task or piece, a
    task given twice, and a rating that is no whole point from 0 to 4.
    """
    given: dict[str, Shown] = {}
    for each in shown:
        _check(each, given)
        given[each.task] = each
    tasks = tuple(_read(task, given.get(task.key, Shown(task.key, frozenset()))) for task in TASKS)
    corners = tuple(_corner(key, tasks) for key in CORNERS)
    return Result(Picture(tasks, corners), _trace(tasks, corners))


def _check(each: Shown, given: Mapping[str, Shown]) -> None:
    task = BY_KEY.get(each.task)
    if task is None:
        raise Unusable(f"There is no task “{each.task}”.", mend=f"Name one of {', '.join(BY_KEY)}.")
    if each.task in given:
        raise Unusable(f"The task “{each.task}” was given twice.", mend="Give each task once.")
    if strange := sorted(each.pieces - set(task.pieces)):
        raise Unusable(
            f"“{strange[0]}” is no piece of evidence for “{task.key}”.",
            mend=f"Name one of {', '.join(task.pieces)}.",
        )


def _read(task: Task, given: Shown) -> Reading:
    found = tuple(piece for piece in task.pieces if piece in given.pieces)
    missing = tuple(piece for piece in task.pieces if piece not in given.pieces)
    evidence = Fraction(HIGHEST * len(found), len(task.pieces))
    rating = spread(given.scores)
    gap = None if rating is None else rating.middle - evidence
    return Reading(task, found, missing, evidence, rating, gap, _finding(rating, gap))


def _finding(rating: Spread | None, gap: Fraction | None) -> str:
    if rating is None or gap is None:
        return "unrated"
    if abs(gap) >= APART:
        return "ahead" if gap > 0 else "behind"
    return "apart" if rating.high - rating.low >= WIDE else "close"


def _corner(key: str, tasks: Iterable[Reading]) -> Corner:
    mine = [each for each in tasks if each.task.corner == key]
    return Corner(
        key,
        sum(len(each.found) for each in mine),
        sum(len(each.task.pieces) for each in mine),
    )


def _trace(tasks: Iterable[Reading], corners: Iterable[Corner]) -> dict[str, Any]:
    return {
        "tasks": [
            {
                "task": each.task.key,
                "corner": each.task.corner,
                "found": list(each.found),
                "missing": list(each.missing),
                "evidence": points(each.evidence),
                "rating": traced(each.rating),
                "gap": None if each.gap is None else points(each.gap),
                "finding": each.finding,
            }
            for each in tasks
        ],
        "corners": [
            {"corner": each.key, "found": each.found, "expected": each.expected} for each in corners
        ],
    }
