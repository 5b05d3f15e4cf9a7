"""How a table grows and shrinks: open seats by sector at the end of each month.

A plain count; who sat where since when is never rewritten, so any month can be counted again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result

MOST_MONTHS = 600


@dataclass(frozen=True)
class Stay:
    """A seat from its first day until the day on which it ended, None while it is held."""

    sector: str
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Month:
    """Seats that are open when the month ends, by sector; how many began and ended within it."""

    first: date
    seats: tuple[tuple[str, int], ...]
    joined: int
    left: int

    @property
    def all(self) -> int:
        return sum(count for _sector, count in self.seats)


def growth(stays: Sequence[Stay], last: date) -> Result[tuple[Month, ...]]:
    """Every month from the first stay's to that of `last`; nothing for no stay before it.

    A seat that ends in a month is not open when that month ends. The trace holds how many stays were
    counted. Raises Unusable for a stay that ends before it begins and for more than fifty years.
    """
    if any(each.until and each.until < each.since for each in stays):
        raise Unusable("A seat ends before it begins.", mend="Change one of the days.")
    begun = [each for each in stays if each.since <= last]
    if not begun:
        return Result((), {"stays": 0})
    month = min(each.since for each in begun).replace(day=1)
    found: list[Month] = []
    while month <= last:
        following = _next(month)
        found.append(_month(month, following, begun))
        month = following
        if len(found) > MOST_MONTHS:
            raise Unusable("These are more than fifty years.", mend="Begin later.")
    return Result(tuple(found), {"stays": len(begun)})


def _month(first: date, following: date, stays: Sequence[Stay]) -> Month:
    held = Counter(
        each.sector
        for each in stays
        if each.since < following and (each.until is None or each.until >= following)
    )
    joined = sum(first <= each.since < following for each in stays)
    left = sum(each.until is not None and first <= each.until < following for each in stays)
    return Month(first, tuple(sorted(held.items())), joined, left)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)
