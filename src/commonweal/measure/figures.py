"""A release's rows arranged as a reader meets them: an indicator, its course, its slices.

Pure over the stored rows: nothing here can show what the release does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from commonweal.compute.intervals import difference

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Slice:
    """One division of the population, e.g. by community: one row per group, in one period."""

    columns: tuple[str, ...]
    period: str | None
    rows: tuple[Row, ...]

    @property
    def key(self) -> str:
        """The slice's name in an address: its columns, joined by commas."""
        return ",".join(self.columns)


@dataclass(frozen=True)
class Figure:
    """One indicator of a release. `course`: the totals, period by period, the last one newest."""

    indicator: str
    version: int
    course: tuple[Row, ...]
    slices: tuple[Slice, ...]

    @property
    def latest(self) -> Row:
        """The total of the newest period that has an answer, else of the newest period."""
        answered = [row for row in self.course if row["status"] == "ok"]
        return (answered or self.course)[-1]

    @property
    def earliest(self) -> Row | None:
        """The total of the first period with an answer, when it is not the newest."""
        answered = [row for row in self.course if row["status"] == "ok"]
        return answered[0] if len(answered) > 1 else None

    def slices_of(self, period: str | None) -> tuple[Slice, ...]:
        return tuple(part for part in self.slices if part.period == period)


def arrange(rows: Sequence[Row]) -> tuple[Figure, ...]:
    """Figures in the order in which their indicators first appear."""
    by_indicator: dict[tuple[str, int], list[Row]] = {}
    for row in rows:
        by_indicator.setdefault((row["indicator"], row["version"]), []).append(row)
    return tuple(_figure(key, found) for key, found in by_indicator.items())


def _figure(key: tuple[str, int], rows: Sequence[Row]) -> Figure:
    course = sorted((row for row in rows if not row["slice"]), key=_period)
    parts: dict[tuple[tuple[str, ...], str | None], list[Row]] = {}
    for row in rows:
        if row["slice"]:
            parts.setdefault((tuple(row["slice"]), row["period"]), []).append(row)
    slices = tuple(
        Slice(columns, period, tuple(found)) for (columns, period), found in parts.items()
    )
    return Figure(key[0], key[1], tuple(course), slices)


def _period(row: Row) -> str:
    return row["period"] or ""


def difference_is_clear(one: Row, other: Row, *, among: int = 2) -> bool | None:
    """Whether two figures differ by more than chance explains; None when either has no interval.

    They do when the 95% interval of their difference holds no zero. When the pair was picked out of
    `among` groups, that interval is widened for every pair there was to pick from.
    """
    if any(row[side] is None for row in (one, other) for side in ("lower", "upper")):
        return None
    first, second = ((row["value"], row["lower"], row["upper"]) for row in (one, other))
    lower, upper = difference(first, second, comparisons=among * (among - 1) // 2)
    return bool(lower > 0 or upper < 0)
