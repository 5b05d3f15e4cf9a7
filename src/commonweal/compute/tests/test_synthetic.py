"""The invented region: the same every time, true where it claims to be, messy where it should be."""

from __future__ import annotations

from collections import Counter

import polars as pl
import pytest

from commonweal.compute.synthetic.drops import drops
from commonweal.compute.synthetic.places import COMMUNITIES, PILOT_EFFECTS
from commonweal.compute.synthetic.visits import visit_table
from commonweal.compute.synthetic.world import World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(children=5000)


def test_same_seed_same_bytes() -> None:
    small = [list(drops(make_world(children=300, months=4))) for _ in range(2)]
    assert small[0] == small[1]
    assert list(drops(make_world(children=300, months=4, seed=7))) != small[0]


def test_one_newborn_in_nine_of_one_community_has_no_bed() -> None:
    big = make_world(children=200_000).children
    without = big.group_by("community").agg(1 - pl.col("bed_at_birth").mean())
    shares = dict(without.iter_rows())
    assert shares["Hollin Bank"] == pytest.approx(1 / 9, abs=0.005)
    assert max(shares, key=shares.__getitem__) == "Hollin Bank"


def test_pilots_do_what_the_generator_says() -> None:
    """With a bed, in one place, the mean chance moves by exactly the pilot's effect."""
    big = make_world(children=200_000).children.filter("bed_by_six_weeks")
    for place in COMMUNITIES:
        if place.pilot == "no pilot":
            continue
        here = big.filter((pl.col("community") == place.name) & (pl.col("language") == "english"))
        by = dict(here.group_by("pilot").agg(pl.col("chance").mean()).iter_rows())
        assert by[place.pilot] - by["no pilot"] == pytest.approx(PILOT_EFFECTS[place.pilot])


def test_seven_partners_hand_over_eighteen_months(world: World) -> None:
    files = list(drops(world))
    assert len({file.provider for file in files}) == 7
    assert len({file.period for file in files}) == 18
    rounds = Counter((file.contract, file.provider, file.period) for file in files)
    assert set(rounds.values()) == {1, 2}
    assert len(rounds) > 100


def test_one_child_is_known_to_several_partners_under_several_spellings(world: World) -> None:
    visited = set(visit_table(world)["child"])
    assert 0.7 < len(visited) / world.children.height < 0.9


def test_thousandth_bed_within_a_year_of_the_first_pilot(world: World) -> None:
    from random import Random

    from commonweal.compute.synthetic.records import bed_deliveries

    delivered = [record.row["delivered_date"] for record in bed_deliveries(world, Random(1))]
    assert sum("2025-10-01" <= day < "2026-10-01" for day in delivered) >= 1000


def test_impossible_sizes_are_refused() -> None:
    with pytest.raises(ValueError):
        make_world(children=0)
