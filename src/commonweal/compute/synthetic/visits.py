"""Six-week visits as a clean, typed table: what every benchmark and simulation starts from."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl

from commonweal.compute.synthetic.world import World, add_months

REACHED = 0.86


def visit_table(world: World) -> pl.DataFrame:
    """One row per visit made: 86% of children are reached, 5% of answers are not known.

    Columns: those of `world.children` that a visitor learns, plus visit_date, sleep_place and
    safe_sleep ("yes", "no", "not known"). Visits after the last month have not happened yet.
    """
    draw = np.random.default_rng(world.seed + 1)
    size = world.children.height
    reached = draw.random(size) < REACHED
    delay = np.clip(draw.normal(43, 4, size), 35, 70).astype(np.int64)
    known = draw.random(size) >= 0.05
    elsewhere = np.asarray(["shared bed", "sofa", "floor", "car seat"])
    place = elsewhere[draw.choice(4, size, p=[0.68, 0.17, 0.1, 0.05])]
    safe = world.children["safe"].to_numpy()
    last = add_months(world.first, world.months) - timedelta(days=1)
    return (
        world.children.with_columns(
            visit_date=pl.col("birth_date") + pl.Series(delay) * pl.duration(days=1),
            sleep_place=pl.Series(
                np.where(known, np.where(safe, "own bed or cot", place), "not known")
            ),
            safe_sleep=pl.Series(np.where(known, np.where(safe, "yes", "no"), "not known")),
        )
        .filter(pl.Series(reached) & (pl.col("visit_date") <= last))
        .with_columns(visit_month=pl.col("visit_date").dt.strftime("%Y-%m"))
    )
