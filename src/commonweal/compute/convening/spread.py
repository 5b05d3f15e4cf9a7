"""Ratings of a group, told so that nobody's own rating is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from commonweal.compute.errors import Unusable

LOWEST, HIGHEST = 0, 4
FEWEST = 3
"""Below so many ratings nothing is told of them but their number."""


@dataclass(frozen=True)
class Spread:
    """Where the ratings of a group lie: from `low` to `high` (whole points of 0 to 4), `middle` their
    median, which lies halfway between two points where an even number rated."""

    low: int
    high: int
    middle: Fraction
    rated: int


def spread(scores: Iterable[int]) -> Spread | None:
    """The spread of whole points from 0 to 4; None below `FEWEST` ratings.

    The order of the scores changes nothing. Raises Unusable for anything else than such a point.
    """
    found = sorted(scores)
    for each in found:
        if not LOWEST <= each <= HIGHEST:
            raise Unusable(
                f"A rating is {each}.", mend=f"Rate from {LOWEST} to {HIGHEST}, in whole points."
            )
    if len(found) < FEWEST:
        return None
    half = len(found) // 2
    middle = Fraction(found[half] + found[~half], 2)
    return Spread(found[0], found[-1], middle, len(found))


def points(value: Fraction) -> str:
    """Points in decimal digits, at most two after the point, as a trace holds them.

    >>> points(Fraction(5, 2)), points(Fraction(3))
    ('2.5', '3')
    """
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def traced(found: Spread | None) -> dict[str, object] | None:
    """A spread as plain values for a trace."""
    if found is None:
        return None
    return {
        "low": found.low,
        "middle": points(found.middle),
        "high": found.high,
        "rated": found.rated,
    }
