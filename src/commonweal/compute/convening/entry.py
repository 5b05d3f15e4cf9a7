"""Places to begin, rated by a group on four criteria: their order, and whether enough accept one.

The criteria are those of Martínez Orbegozo et al., Journal of Applied Behavioral Science, 2022. No way of
scoring them was found: points, order and gate are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from commonweal.compute.convening.spread import Spread, points, spread, traced
from commonweal.compute.decisions.asking import Rule
from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result

CRITERIA = ("meaningful", "actionable", "acceptable", "provisional")
HALF = "half"
"""The plain default: more than half of the seats have rated and do not object."""


@dataclass(frozen=True)
class Rated:
    """A proposal with its ratings: for each seat that rated, points from 0 to 4 in the order of
    `CRITERIA`."""

    key: str
    ratings: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True)
class Profile:
    """How a group rates a proposal. `marks`: a spread for each of `CRITERIA`, none below three ratings.

    `place`: 1 for the first; proposals that share one are `tied`. None while there are no marks.
    """

    key: str
    rated: int
    marks: tuple[Spread, ...]
    place: int | None = None
    tied: bool = False

    @property
    def weakest(self) -> Fraction | None:
        """The lowest of the four medians."""
        return min((mark.middle for mark in self.marks), default=None)

    @property
    def weakest_criteria(self) -> tuple[str, ...]:
        """The criteria that have it."""
        marks = zip(CRITERIA, self.marks, strict=bool(self.marks))
        return tuple(name for name, mark in marks if mark.middle == self.weakest)


def ordered(proposals: Iterable[Rated]) -> Result[tuple[Profile, ...]]:
    """The proposals by the median of their weakest criterion, the highest first.

    The sum is not used: four points on three criteria do not make up for none on the fourth. Equal
    medians share a place and stand in the order in which they came in; nothing else breaks a tie. Those
    with fewer than three ratings come last, without a place. Raises Unusable for a rating that is no
    whole point from 0 to 4.
    """
    plain = [_profile(each) for each in proposals]
    counts = Counter(each.weakest for each in plain if each.weakest is not None)
    found = [
        _placed(each, counts)
        for each in sorted(
            plain, key=lambda each: -(Fraction(-1) if each.weakest is None else each.weakest)
        )
    ]
    return Result(tuple(found), traced_order(found))


def traced_order(found: Iterable[Profile]) -> dict[str, Any]:
    """Profiles in their order as plain values for a trace; never a single rating."""
    return {"order": [_trace(each) for each in found]}


def _profile(given: Rated) -> Profile:
    marks = [spread(each[place] for each in given.ratings) for place in range(len(CRITERIA))]
    told = tuple(mark for mark in marks if mark is not None)
    return Profile(given.key, len(given.ratings), told)


def _placed(found: Profile, counts: Counter[Fraction]) -> Profile:
    if found.weakest is None:
        return found
    before = sum(count for weakest, count in counts.items() if weakest > found.weakest)
    tied = counts[found.weakest] > 1
    return Profile(found.key, found.rated, found.marks, before + 1, tied)


def _trace(found: Profile) -> dict[str, Any]:
    return {
        "key": found.key,
        "rated": found.rated,
        "place": found.place,
        "tied": found.tied,
        "weakest": None if found.weakest is None else points(found.weakest),
        "weakest_criteria": list(found.weakest_criteria) if found.marks else [],
        "marks": dict(zip(CRITERIA, map(traced, found.marks), strict=True))
        if found.marks
        else None,
    }


@dataclass(frozen=True)
class Enough:
    """When enough members accept: `rule` as a constitution names it, or `HALF`; `quorum` in percent."""

    rule: str = HALF
    quorum: int = 50


def enough_by(rule: str, quorum: int) -> Enough:
    """What a constitution's rule on deciding asks of a gate.

    Where one seat decides after advice, acceptance by the others is not settled: then `HALF` holds.
    """
    return Enough() if rule == Rule.LEAD else Enough(rule, quorum)


@dataclass(frozen=True)
class Gate:
    """Whether enough members accept. `reasons`: codes of what stands in the way, empty when open.

    `needed`: so many seats have to have rated without an objection.
    """

    is_open: bool
    reasons: tuple[str, ...]
    needed: int


def gate(*, seats: int, content: int, objections: int, enough: Enough) -> Result[Gate]:
    """Whether an entry point is acceptable to enough members.

    `seats`: how many could have rated; `content`: rated and have no open objection; `objections`: rated
    and have one. Who has not rated counts as neither. Objections do not count towards the quorum, so one
    more of them never opens the gate. Raises Unusable for counts that do not fit together.
    """
    if min(seats, content, objections) < 0 or content + objections > seats:
        raise Unusable(
            f"{content} content and {objections} objecting of {seats} seats do not fit together.",
            mend="Count every seat once.",
        )
    wanted = needed(seats, enough)
    reasons = ["too_few"] if content < wanted else []
    reasons += _against(content, objections, enough.rule)
    answer = Gate(not reasons, tuple(reasons), wanted)
    return Result(
        answer,
        {
            "rule": str(enough.rule),
            "quorum": enough.quorum,
            "seats": seats,
            "content": content,
            "objections": objections,
            "needed": wanted,
            "open": answer.is_open,
            "reasons": reasons,
        },
    )


def needed(seats: int, enough: Enough) -> int:
    """How many seats have to have rated without an objection; at least one."""
    if enough.rule == Rule.UNANIMITY:
        return max(1, seats)
    if enough.rule == HALF:
        return seats // 2 + 1
    return max(1, -(-enough.quorum * seats // 100))


def _against(content: int, objections: int, rule: str) -> Sequence[str]:
    if rule in {Rule.CONSENT, Rule.UNANIMITY} and objections:
        return ["objection_open"]
    if rule == Rule.MAJORITY and content <= objections:
        return ["no_majority"]
    if rule == Rule.TWO_THIRDS and 3 * content < 2 * (content + objections):
        return ["no_two_thirds"]
    return []
