"""Who could help whom: offers and needs paired so that as many needs as possible are met, fairly.

One offer serves one need. Gates first (a pair either can work or cannot), then points in three parts
of which everybody can see why. Among all assignments the one is chosen that, in this order, serves
most needs, leaves the worst served need as well served as can be, and has most points in all: a
bottleneck assignment, then a linear one (Burkard, Dell'Amico and Martello, Assignment Problems,
SIAM 2012, chapters 4 and 6). Gates and points are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result

SKILLS, TIME, PLACE = 40, 30, 30
"""The most points of each part; together 100."""
PLACE_UNKNOWN = 15
EARLIEST, LATEST = date(1, 1, 1), date(9999, 12, 31)


class Gate(StrEnum):
    """Why a pair cannot work."""

    KIND = "another-kind"
    SAME = "same-owner"
    TIME = "never-at-the-same-time"
    CURRENCY = "another-currency"
    AMOUNT = "too-little"
    SKILLS = "other-skills"
    DECLINED = "declined"


@dataclass(frozen=True)
class Side:
    """An offer or a need. `amount`: None where it is not counted. `skills`: plain words in small letters.

    `from_`, `until`: first and last day, None for open. `place`: "" for anywhere or not said.
    `unit`: what `amount` counts; amounts of two units are not compared. `currency`: of money, "" where
    none is named.
    """

    key: str
    owner: str
    kind: str
    amount: int | None = None
    from_: date | None = None
    until: date | None = None
    place: str = ""
    skills: frozenset[str] = frozenset()
    unit: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Points:
    """How well an offer serves a need, in its three parts."""

    skills: int
    time: int
    place: int

    @property
    def all(self) -> int:
        return self.skills + self.time + self.place


@dataclass(frozen=True)
class Pair:
    offer: str
    need: str
    points: Points


@dataclass(frozen=True)
class Unmet:
    """`alternatives`: how many offers could serve it but serve another need. `closest`: of the offers
    of its kind, the gate that most of them failed, None where there is no offer of its kind."""

    need: str
    alternatives: int
    closest: Gate | None


@dataclass(frozen=True)
class Answer:
    """`pairs` by points, best first."""

    pairs: tuple[Pair, ...]
    unmet: tuple[Unmet, ...]


def match(
    offers: Sequence[Side],
    needs: Sequence[Side],
    declined: Collection[tuple[str, str]] = (),
) -> Result[Answer]:
    """Assign offers to needs. `declined`: pairs (offer, need) that are not proposed again.

    The order of the input changes nothing. Cubic in the larger side. The trace says for each need how
    many offers failed each gate and how many could serve it. Raises Unusable for a key that stands
    twice or a last day before the first.
    """
    _check(offers)
    _check(needs)
    offers = sorted(offers, key=lambda each: each.key)
    needs = sorted(needs, key=lambda each: each.key)
    said = frozenset(declined)
    gates = [[_gate(offer, need, said) for offer in offers] for need in needs]
    points = [
        [None if gates[n][o] else points_of(offer, need) for o, offer in enumerate(offers)]
        for n, need in enumerate(needs)
    ]
    chosen = _assigned(points)
    pairs = [
        Pair(offers[o].key, needs[n].key, found)
        for n, o in chosen.items()
        if (found := points[n][o]) is not None
    ]
    pairs.sort(key=lambda pair: (-pair.points.all, pair.need))
    unmet = tuple(
        _unmet(need.key, gates[n], points[n]) for n, need in enumerate(needs) if n not in chosen
    )
    trace = [_told(need, gates[n], points[n]) for n, need in enumerate(needs)]
    return Result(Answer(tuple(pairs), unmet), {"offers": len(offers), "needs": trace})


def points_of(offer: Side, need: Side) -> Points:
    """The points of a pair that passed all gates."""
    shared = len(offer.skills & need.skills)
    skills = SKILLS * shared // len(need.skills) if need.skills else SKILLS
    here = _plain(offer.place), _plain(need.place)
    place = PLACE_UNKNOWN if not all(here) else PLACE * (here[0] == here[1])
    return Points(skills, _time(offer, need), place)


def is_comparable(offer: Side, need: Side) -> bool:
    """Whether both are counted, and in the same unit: forty beds say nothing of fifty square metres."""
    counted = offer.amount is not None and need.amount is not None
    return counted and _plain(offer.unit) == _plain(need.unit)


def _time(offer: Side, need: Side) -> int:
    """The share of the need's days on which the offer is there; all of them where either is open."""
    if need.from_ is None or need.until is None:
        return TIME
    first = max(need.from_, offer.from_ or EARLIEST)
    last = min(need.until, offer.until or LATEST)
    return TIME * ((last - first).days + 1) // ((need.until - need.from_).days + 1)


def _gate(offer: Side, need: Side, declined: frozenset[tuple[str, str]]) -> Gate | None:
    """The first gate that the pair fails."""
    if offer.kind != need.kind:  # Most pairs; the rest is not worked out for them.
        return Gate.KIND
    first = max(offer.from_ or EARLIEST, need.from_ or EARLIEST)
    last = min(offer.until or LATEST, need.until or LATEST)
    currencies = {offer.currency, need.currency} - {""}
    failed = (
        (Gate.SAME, offer.owner == need.owner),
        (Gate.DECLINED, (offer.key, need.key) in declined),
        (Gate.TIME, first > last),
        (Gate.CURRENCY, len(currencies) > 1),
        (
            Gate.AMOUNT,
            is_comparable(offer, need) and (offer.amount or 0) < (need.amount or 0),
        ),
        (Gate.SKILLS, bool(need.skills) and not need.skills & offer.skills),
    )
    return next((gate for gate, fails in failed if fails), None)


def _assigned(points: Sequence[Sequence[Points | None]]) -> dict[int, int]:
    """Row of a need → column of its offer."""
    if not points or not points[0]:
        return {}
    scores = np.array(
        [[-1 if each is None else each.all for each in row] for row in points], dtype=np.int64
    )
    most = _served(scores, 0)
    levels = np.unique(scores[scores >= 0])
    low, high = 0, len(levels) - 1
    while low < high:  # The highest level that still serves as many.
        middle = (low + high + 1) // 2
        if _served(scores, int(levels[middle])) == most:
            low = middle
        else:
            high = middle - 1
    if most == 0:
        return {}
    floor = int(levels[low])
    # One more need outweighs any points: nobody can have more than a hundred for each.
    weight = np.where(scores >= floor, scores + 101 * len(scores), 0)
    rows, columns = linear_sum_assignment(weight, maximize=True)
    return {
        int(row): int(column)
        for row, column in zip(rows, columns, strict=True)
        if scores[row, column] >= floor
    }


def _served(scores: Any, floor: int) -> int:
    allowed = (scores >= floor).astype(np.int64)
    rows, columns = linear_sum_assignment(allowed, maximize=True)
    return int(allowed[rows, columns].sum())


def _unmet(key: str, gates: Sequence[Gate | None], points: Sequence[Points | None]) -> Unmet:
    failed = Counter(gate for gate in gates if gate not in {None, Gate.KIND})
    closest = min(failed, key=lambda gate: (-failed[gate], list(Gate).index(gate)), default=None)
    return Unmet(key, sum(each is not None for each in points), closest)


def _told(need: Side, gates: Sequence[Gate | None], points: Sequence[Points | None]) -> Any:
    failed = Counter(gate.value for gate in gates if gate)
    return {
        "need": need.key,
        "failed": dict(sorted(failed.items())),
        "could_serve": sum(each is not None for each in points),
        "best": max((each.all for each in points if each is not None), default=None),
    }


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _check(sides: Sequence[Side]) -> None:
    keys = Counter(each.key for each in sides)
    if twice := sorted(key for key, count in keys.items() if count > 1):
        raise Unusable(f"The key {twice[0]} stands twice.", mend="Give each its own key.")
    for each in sides:
        if each.from_ and each.until and each.until < each.from_:
            raise Unusable(f"{each.key} ends before it begins.", mend="Change one of the days.")
