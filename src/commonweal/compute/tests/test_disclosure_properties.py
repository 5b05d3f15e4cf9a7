"""Protect and audit against an attacker who writes the whole joint population down."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.disclosure.audit import audit
from commonweal.compute.disclosure.family import Family, Key, table_of
from commonweal.compute.disclosure.protect import protect
from commonweal.compute.tests.disclosure_reference import joint_intervals, whole_populations

DIMS = ("a", "b", "c", "d")


def counted(dims, tables, people, bundles=()) -> Family:
    """The family of tables of a population, a list of tuples of categories."""
    counts: Counter[Key] = Counter()
    for person in people:
        full = tuple(zip(dims, person, strict=True))
        for table in {*tables, ()}:
            counts[tuple(pair for pair in full if pair[0] in table)] += 1
    return Family(dims, tuple(tables), dict(counts), bundles)


@st.composite
def families(draw, most_dims=4, most_categories=3, largest=9, bundles=True):
    width = draw(st.integers(1, most_dims))
    dims = DIMS[:width]
    categories = [
        [*(f"{dim}{n}" for n in range(draw(st.integers(1, most_categories - 1)))), None]
        for dim in dims
    ]
    choices = [
        table for size in range(1, width + 1) for table in itertools.combinations(dims, size)
    ]
    tables = draw(st.lists(st.sampled_from(choices), min_size=1, max_size=5, unique=True))
    cells = list(itertools.product(*categories))
    sizes = draw(st.lists(st.integers(0, largest), min_size=len(cells), max_size=len(cells)))
    people = [cell for cell, size in zip(cells, sizes, strict=True) for _ in range(size)]
    family = counted(dims, tables, people)
    if not bundles:
        return family
    keys = sorted(family.counts, key=repr)
    possible = sorted(
        {
            tuple(pair for pair in zip(dims, cell, strict=True) if pair[0] in table)
            for cell in cells
            for table in tables
        },
        key=repr,
    )
    pools = st.sampled_from(keys + possible)
    sets = draw(st.lists(st.frozensets(pools, min_size=2, max_size=3), max_size=2))
    return Family(dims, tuple(tables), family.counts, tuple(sets))


def close(one, two):
    return all(a == b or abs(a - b) < 1e-5 for a, b in zip(one, two, strict=True))


@settings(max_examples=150, deadline=None)
@given(families(), st.integers(2, 6), st.data())
def test_audit_finds_the_intervals_of_the_whole_joint_table(family, minimum, data):
    keys = sorted(family.counts, key=repr)
    hidden = data.draw(st.frozensets(st.sampled_from(keys))) if keys else frozenset()
    found = audit(family, hidden, minimum).answer
    truth = joint_intervals(family, hidden)
    if found.intervals:
        assert found.intervals.keys() == truth.keys()
        for key, interval in truth.items():
            assert close(found.intervals[key], interval), (key, found.intervals[key], interval)
    wide = all(low <= 1e-6 and high >= minimum - 1e-6 for low, high in truth.values())
    small = {key for key, count in family.counts.items() if 0 < count < minimum}
    whole = all(not (bundle & hidden) or bundle <= hidden for bundle in family.bundles)
    assert found.safe == (wide and small <= hidden and whole)


@settings(max_examples=150, deadline=None)
@given(families(), st.integers(2, 8))
def test_protecting_leaves_no_cell_narrower_than_promised(family, minimum):
    answer = protect(family, minimum).answer
    small = {key for key, count in family.counts.items() if 0 < count < minimum}
    assert small <= answer.hidden
    assert answer.safe or answer.reason
    if not answer.safe:
        return
    withheld = {frozenset(table) for table in answer.withheld_tables}
    asked = {key for key in answer.hidden if frozenset(table_of(key)) not in withheld}
    for bundle in family.bundles:
        inside = {key for key in bundle if frozenset(table_of(key)) not in withheld}
        assert not inside & answer.hidden or inside <= answer.hidden
    truth = joint_intervals(family, answer.hidden, answer.withheld_tables)
    assert truth.keys() == asked == answer.intervals.keys()
    for key, (low, high) in truth.items():
        assert low <= 1e-6 and high >= minimum - 1e-6
        assert close(answer.intervals[key], (low, high))


@settings(max_examples=60, deadline=None)
@given(families(most_dims=2, most_categories=3, largest=2), st.integers(2, 4))
def test_whole_numbers_lie_within_the_intervals(family, minimum):
    answer = protect(family, minimum).answer
    if not family.counts or not answer.safe or answer.withheld_tables or () in answer.hidden:
        return
    populations = list(whole_populations(family, answer.hidden))
    assert populations
    for key in answer.hidden:
        counts = [
            sum(count for full, count in population.items() if set(key) <= set(full))
            for population in populations
        ]
        low, high = answer.intervals[key]
        assert low - 1e-6 <= min(counts) and max(counts) <= high + 1e-6


@settings(max_examples=60, deadline=None)
@given(families(), st.integers(2, 6), st.randoms(use_true_random=False))
def test_the_order_of_the_counts_changes_nothing(family, minimum, random):
    cells = list(family.counts.items())
    random.shuffle(cells)
    tables, bundles = list(family.tables), list(family.bundles)
    random.shuffle(tables)
    random.shuffle(bundles)
    other = Family(family.dims, tuple(tables), dict(cells), tuple(bundles))
    one, two = protect(family, minimum), protect(other, minimum)
    assert one == two
    assert list(one.answer.intervals) == list(two.answer.intervals)


@pytest.mark.parametrize("minimum", [0, 1])
def test_nothing_to_hide(minimum):
    family = counted(("a",), [("a",)], [("x",), ("y",)])
    assert protect(family, minimum).answer.hidden == frozenset()
