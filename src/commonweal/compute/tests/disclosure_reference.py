"""A slow, obvious attacker: writes the whole joint population down, cell by cell."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping

import numpy as np
from scipy.optimize import linprog

from commonweal.compute.disclosure.family import Family, Key, table_of

Person = tuple[str | None, ...]


def joint_cells(family: Family, may_be: Collection[Key]) -> list[Key]:
    """Every full combination of categories that no public zero of a declared table rules out."""
    seen: dict[str, set[str | None]] = {dim: set() for dim in family.dims}
    for key in [*family.counts, *may_be]:
        for dim, category in key:
            seen[dim].add(category)
    categories = [
        sorted(seen[dim], key=lambda c: (c is None, c or "")) or [""] for dim in family.dims
    ]
    possible = {key for key, count in family.counts.items() if count} | set(may_be)
    cells = []
    for person in itertools.product(*categories):
        full = tuple(zip(family.dims, person, strict=True))
        if all(cell_in(full, table) in possible for table in {*family.tables, ()}):
            cells.append(full)
    return cells


def cell_in(full: Key, table: tuple[str, ...]) -> Key:
    return tuple(pair for pair in full if pair[0] in table)


def equations(
    family: Family, hidden: Collection[Key], may_be: Collection[Key], withheld=()
) -> tuple[list[Key], np.ndarray, np.ndarray]:
    joint = joint_cells(family, may_be)
    rows, right = [], []
    outside = {frozenset(table) for table in withheld}
    for key in sorted({*family.counts, *may_be}, key=repr):
        if key in hidden or frozenset(table_of(key)) in outside:
            continue
        rows.append([float(cell_in(full, table_of(key)) == key) for full in joint])
        right.append(float(family.counts.get(key, 0)))
    return joint, np.array(rows).reshape(len(rows), len(joint)), np.array(right)


def joint_intervals(
    family: Family, hidden: Collection[Key], withheld=()
) -> dict[Key, tuple[float, float]]:
    """The attacker's interval of each hidden cell by a linear program over the whole joint table."""
    bundled = {key for bundle in family.bundles for key in bundle}
    joint, rows, right = equations(family, hidden, bundled | set(hidden), withheld)
    outside = {frozenset(table) for table in withheld}
    found = {}
    for key in hidden:
        if frozenset(table_of(key)) in outside:
            continue
        goal = np.array([float(cell_in(full, table_of(key)) == key) for full in joint])
        bounds = []
        for sign in (1, -1):
            answer = linprog(
                sign * goal, A_eq=rows if len(right) else None, b_eq=right if len(right) else None
            )
            bounds.append(sign * answer.fun if answer.status == 0 else -sign * np.inf)
            assert answer.status in (0, 3), answer.message
        found[key] = (bounds[0], bounds[1])
    return found


def whole_populations(family: Family, hidden: Collection[Key]) -> Iterator[Mapping[Key, int]]:
    """Every joint table of whole numbers that agrees with what is published (bounded families)."""
    bundled = {key for bundle in family.bundles for key in bundle}
    joint, rows, right = equations(family, hidden, bundled | set(hidden))
    total = int(family.counts[()])

    def extend(place: int, left: np.ndarray, room: int, chosen: list[int]) -> Iterator[list[int]]:
        if (left < 0).any():
            return
        if place == len(joint):
            if not left.any():
                yield chosen
            return
        for count in range(room + 1):
            yield from extend(
                place + 1, left - rows[:, place] * count, room - count, [*chosen, count]
            )

    for chosen in extend(0, right.astype(int), total, []):
        yield dict(zip(joint, chosen, strict=True))
