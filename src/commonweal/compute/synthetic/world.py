"""The truth behind the demo: children, where they sleep, and what each pilot really does.

Every partner's records are a messy view of this one table, so whatever a later computation claims
can be held against what is so. Same seed and size, same table.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from commonweal.compute.synthetic.places import (
    BED_REACHES,
    COMMUNITIES,
    ETHNIC_GROUPS,
    FAMILY_NAMES,
    FIRST_NAMES,
    PILOT_EFFECTS,
)

DAYS_PER_MONTH = 365.25 / 12


@dataclass(frozen=True)
class World:
    """`children` is one row per child; `first` is the first day of the first of `months` months.

    Columns: child, first_name, family_name, birth_date, month (0-based), sex, ethnic_group,
    language, community, council, postcode, deprivation, pilot (running there at birth), bed_at_birth,
    bed_by_six_weeks, chance (of sleeping safely at six weeks), safe, weight_g.
    """

    seed: int
    first: date
    months: int
    children: pl.DataFrame

    def chance_of_safe_sleep(self, *by: str) -> pl.DataFrame:
        """The true proportion that each group would show with endless children: mean chance."""
        return self.children.group_by(*by).agg(pl.col("chance").mean(), pl.len().alias("n"))


def add_months(day: date, months: int) -> date:
    """The first of the month that lies `months` after `day`'s month."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def make_world(
    *, seed: int = 20250401, children: int = 5000, first: date = date(2025, 4, 1), months: int = 18
) -> World:
    """Invent a region's births over `months` months. About 1 s per million children."""
    if children < 1 or months < 1:
        raise ValueError("a world needs at least one child and one month")
    draw = np.random.default_rng(seed)
    community = draw.choice(len(COMMUNITIES), children, p=_shares([c.share for c in COMMUNITIES]))
    group = draw.choice(len(ETHNIC_GROUPS), children, p=_shares([g[1] for g in ETHNIC_GROUPS]))
    days = (add_months(first, months) - first).days
    born = np.sort(draw.integers(0, days, children))
    birth_date = np.datetime64(first) + born
    month = (birth_date.astype("datetime64[M]") - np.datetime64(first, "M")).astype(np.int64)

    pilot = _pilots(community, month)
    other_language = draw.random(children) < _of([g[2] for g in ETHNIC_GROUPS], group)
    language = np.where(other_language, _of([g[3] for g in ETHNIC_GROUPS], group), "english")
    bed_at_birth = draw.random(children) >= _of([c.without_bed for c in COMMUNITIES], community)
    reached = draw.random(children) < _of_keys(BED_REACHES, pilot)
    bed = bed_at_birth | reached
    deprivation = _of([c.deprivation for c in COMMUNITIES], community)
    chance = _chance(bed, deprivation, language, pilot)
    table = pl.DataFrame(
        {
            "child": np.arange(1, children + 1),
            "first_name": _of(FIRST_NAMES, draw.integers(0, len(FIRST_NAMES), children)),
            "family_name": _of(FAMILY_NAMES, draw.integers(0, len(FAMILY_NAMES), children)),
            "birth_date": birth_date.astype("datetime64[D]"),
            "month": month,
            "sex": np.where(draw.random(children) < 0.513, "male", "female"),
            "ethnic_group": _of([g[0] for g in ETHNIC_GROUPS], group),
            "language": language,
            "community": _of([c.name for c in COMMUNITIES], community),
            "council": _of([c.council for c in COMMUNITIES], community),
            "postcode": _postcodes(draw, community),
            "deprivation": deprivation,
            "pilot": pilot,
            "bed_at_birth": bed_at_birth,
            "bed_by_six_weeks": bed,
            "chance": chance,
            "safe": draw.random(children) < chance,
            "weight_g": np.clip(draw.normal(3350, 520, children), 600, 5800).astype(np.int64),
        }
    )
    return World(seed, first, months, table.with_columns(pl.col("birth_date").cast(pl.Date)))


def _shares(weights: list[float]) -> NDArray[np.float64]:
    values = np.asarray(weights)
    return np.asarray(values / values.sum())


def _of(values: object, index: NDArray[np.int64]) -> NDArray[Any]:
    return np.asarray(values)[index]


def _of_keys(table: dict[str, float], keys: NDArray[np.str_]) -> NDArray[np.float64]:
    names = sorted(table)
    return np.asarray([table[name] for name in names])[np.searchsorted(names, keys)]


def _pilots(community: NDArray[np.int64], month: NDArray[np.int64]) -> NDArray[np.str_]:
    running = month >= _of([c.pilot_from for c in COMMUNITIES], community)
    return np.where(running, _of([c.pilot for c in COMMUNITIES], community), "no pilot")


def _chance(
    bed: NDArray[np.bool_],
    deprivation: NDArray[Any],
    language: NDArray[np.str_],
    pilot: NDArray[np.str_],
) -> NDArray[np.float64]:
    """Falls with deprivation, with another home language, and steeply without a bed."""
    base = 0.80 - 0.04 * (5 - deprivation.astype(np.int64)) - 0.06 * (language != "english")
    return np.where(bed, np.clip(base + _of_keys(PILOT_EFFECTS, pilot), 0.02, 0.98), 0.15)


def _postcodes(draw: np.random.Generator, community: NDArray[np.int64]) -> NDArray[np.str_]:
    """Outward codes that do not exist (ZA…ZC), so no address is anybody's."""
    size = len(community)
    digit = draw.integers(1, 10, size).astype(str)
    letters = np.asarray(list("ABDEFGHJLNPQRSTUWXYZ"))
    first, second = letters[draw.integers(0, 20, size)], letters[draw.integers(0, 20, size)]
    outward = _of([c.postcode for c in COMMUNITIES], community).astype(str)
    inward = np.char.add(np.char.add(digit, first), second)
    return np.char.add(np.char.add(outward, " "), inward)
