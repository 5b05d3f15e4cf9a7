"""How a table's seats, money, data and decisions are spread over the sectors.

Source: the sum of squared shares is Simpson's (Nature 163, 1949) and, in economics, Herfindahl's index;
its inverse says to how many equal holders the spread is equal. What is looked at is ours. Even is no
target: a table may have good reasons to be uneven, and should know that it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result


@dataclass(frozen=True)
class Spread:
    """One kind of power. `known`: False when nothing can be said; a known total of 0 is nothing to spread.

    `shares`: sector → share, the largest first. `index`: from 1/(number of sectors) to 1, when all is
    with one. `equal_to`: 1/index. `largest`: every sector that holds the largest share.
    """

    known: bool
    total: int
    shares: tuple[tuple[str, Fraction], ...] = ()
    index: Fraction | None = None
    equal_to: Fraction | None = None
    largest: tuple[str, ...] = ()


def spread(held: Mapping[str, int] | None) -> Result[Spread]:
    """How much each sector holds; None when it is not known. Raises Unusable for less than nothing."""
    if held is None:
        return Result(Spread(False, 0), {"known": False})
    if any(amount < 0 for amount in held.values()):
        raise Unusable("A sector holds less than nothing.", mend="Leave it out.")
    total = sum(held.values())
    if not total:
        return Result(Spread(True, 0), {"known": True, "total": 0})
    shares = sorted(
        ((sector, Fraction(amount, total)) for sector, amount in held.items() if amount),
        key=lambda each: (-each[1], each[0]),
    )
    index = sum((share * share for _sector, share in shares), Fraction(0))
    answer = Spread(
        known=True,
        total=total,
        shares=tuple(shares),
        index=index,
        equal_to=1 / index,
        largest=tuple(sector for sector, share in shares if share == shares[0][1]),
    )
    trace = {
        "known": True,
        "total": total,
        "shares": {sector: str(share) for sector, share in shares},
        "index": str(index),
    }
    return Result(answer, trace)
