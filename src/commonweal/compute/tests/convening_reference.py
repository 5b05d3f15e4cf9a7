"""The slow, obvious versions of `compute.convening`, for comparison."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median


def weakest(ratings: Sequence[tuple[int, ...]]) -> float | None:
    """The lowest of the four medians; None below three ratings."""
    if len(ratings) < 3:
        return None
    return min(median([rating[place] for rating in ratings]) for place in range(4))


def groups(proposals: Sequence[tuple[str, Sequence[tuple[int, ...]]]]) -> list[list[str]]:
    """Keys by place: who shares a weakest median shares a group; the last one has no place."""
    unplaced, by_weakest = [], {}
    for key, ratings in proposals:
        value = weakest(ratings)
        if value is None:
            unplaced.append(key)
        else:
            by_weakest.setdefault(value, []).append(key)
    return [by_weakest[value] for value in sorted(by_weakest, reverse=True)] + [unplaced]


def is_open(stances: Sequence[str], rule: str, quorum: int) -> bool:
    """`stances`: for every seat content, objects or silent. Seat by seat, in percent."""
    content = [each for each in stances if each == "content"]
    objecting = [each for each in stances if each == "objects"]
    if not content:
        return False
    if rule in {"half", "lead"}:
        return len(content) / len(stances) > 0.5
    if rule == "unanimity":
        return len(content) == len(stances)
    if len(content) * 100 < quorum * len(stances):
        return False
    if rule == "consent":
        return not objecting
    voiced = len(content) + len(objecting)
    if rule == "majority":
        return len(content) > voiced / 2
    return len(content) * 3 >= voiced * 2
