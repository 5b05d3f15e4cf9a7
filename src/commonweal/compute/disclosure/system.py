"""The linear equations between the cells of a family: matrix @ cells = 0, cells >= 0.

All that an attacker can use is in here: which cells add up to which, and which combinations do not
occur. What is published is put in by whoever asks (`attack` holds published cells at their counts).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from commonweal.compute.disclosure.family import Key, Layout, Table, project, sorting, table_of
from commonweal.compute.disclosure.program import INFINITE, Program, TooLarge
from commonweal.compute.disclosure.sparse import Floats, Ints, Mask, Rows
from commonweal.compute.disclosure.structure import Structure, structure
from commonweal.compute.errors import Unusable

# Cells of all nodes together. Beyond this the programs of one family take minutes, not seconds.
MOST_CELLS = 20_000

UNKNOWN = -1


@dataclass(frozen=True)
class System:
    """`cells` with their `counts`, such that rows @ counts = 0.

    The first `declared` of them are the live cells of declared tables in the layout's order, at
    their true counts. The rest belong to tables that nobody declared; in latent blocks, where the
    truth is not known, their counts are those of some population that has all declared counts.
    """

    cells: tuple[Key, ...]
    declared: int
    counts: Floats
    rows: Rows
    structure: Structure

    @cached_property
    def place(self) -> Mapping[Key, int]:
        return {key: number for number, key in enumerate(self.cells[: self.declared])}

    def unpublished(self, withheld: Iterable[Table]) -> Mask:
        """The cells that are shown in no case: of undeclared and of withheld tables."""
        tables = frozenset(withheld)
        shown = [table_of(key) not in tables for key in self.cells[: self.declared]]
        return ~np.array(shown + [False] * (len(self.cells) - self.declared), dtype=bool)


def system(layout: Layout) -> System:
    """The equations of a family.

    Raises TooLarge beyond MOST_CELLS, and Unusable if tables contradict each other: then no
    population has these counts, and bounds on one mean nothing.
    """
    shape = structure(layout.dims, layout.tables, _sizes(layout))
    supports = _supports(layout, shape)
    declared = [key for table in layout.tables for key in supports[table]]
    others = [node for node in shape.nodes if node not in layout.tables]
    cells = declared + [key for node in others for key in supports[node]]
    equations, owners = _equations(shape, supports, {key: n for n, key in enumerate(cells)})
    counts = np.full(len(cells), UNKNOWN, dtype=np.int64)
    counts[: len(declared)] = [layout.counts[key] for key in declared]
    _settle(counts, equations, owners)
    rows = _compressed(equations)
    return System(tuple(cells), len(declared), _completed(rows, counts), rows, shape)


def _sizes(layout: Layout) -> dict[str, int]:
    seen: dict[str, set[str | None]] = {dim: set() for dim in layout.dims}
    for key in layout.counts:
        for dim, category in key:
            seen[dim].add(category)
    return {dim: len(categories) for dim, categories in seen.items()}


def _supports(layout: Layout, shape: Structure) -> dict[Table, list[Key]]:
    """The cells of every node that may be above zero, fine nodes first."""
    supports: dict[Table, list[Key]] = {table: [] for table in layout.tables}
    for key in layout.counts:
        supports[table_of(key)].append(key)
    room = MOST_CELLS - len(layout.counts)
    if room < 0:
        raise TooLarge
    for node in reversed(shape.nodes):
        if node not in supports:
            if node in shape.blocks:
                supports[node] = _joined(node, supports, layout.tables, room)
            else:
                supports[node] = _shared(node, shape, supports)
            room -= len(supports[node])
    return supports


def _shared(node: Table, shape: Structure, supports: Mapping[Table, list[Key]]) -> list[Key]:
    """The cells of an undeclared separator: those that the tables on each side leave possible."""
    sides = [
        {project(key, node) for key in supports[finer]}
        for coarser, finer in shape.links
        if coarser == node
    ]
    return sorted(set.intersection(*sides), key=sorting)


def _joined(
    block: Table, supports: Mapping[Table, list[Key]], tables: Iterable[Table], room: int
) -> list[Key]:
    """The combinations of a latent block that no declared table rules out."""
    known: dict[Table, set[Key]] = {}
    for table in tables:
        part = tuple(dim for dim in block if dim in table)
        if part:
            here = {project(key, part) for key in supports[table]}
            known[part] = known[part] & here if part in known else here
    done: Table = ()
    found: list[Key] = [()]
    waiting = list(known)
    while waiting:
        part = max(waiting, key=lambda one: (len(set(one) & set(done)), len(one)))
        waiting.remove(part)
        found = _extended(found, set(done), sorted(known[part], key=sorting), room)
        done = done + tuple(dim for dim in part if dim not in done)
    rank = {dim: place for place, dim in enumerate(block)}
    ordered = [tuple(sorted(key, key=lambda pair: rank[pair[0]])) for key in found]
    return sorted(ordered, key=sorting)


def _extended(found: list[Key], done: set[str], cells: list[Key], room: int) -> list[Key]:
    """A natural join, given up as soon as it outgrows the room."""
    if not cells:
        return []
    shared = tuple(dim for dim, _ in cells[0] if dim in done)
    matches: dict[frozenset[tuple[str, str | None]], list[Key]] = {}
    for key in cells:
        fresh = tuple(pair for pair in key if pair[0] not in done)
        matches.setdefault(frozenset(project(key, shared)), []).append(fresh)
    joined: list[Key] = []
    for key in found:
        for fresh in matches.get(frozenset(project(key, shared)), ()):
            joined.append(key + fresh)
        if len(joined) > room:
            raise TooLarge
    return joined


Row = list[tuple[int, int]]


def _equations(
    shape: Structure, supports: Mapping[Table, list[Key]], place: Mapping[Key, int]
) -> tuple[list[Row], list[tuple[Table, Table]]]:
    """One row per cell of the coarser node of each link: its parts, less itself."""
    rows: list[Row] = []
    owners: list[tuple[Table, Table]] = []
    for coarser, finer in shape.links:
        sums: dict[Key, Row] = {key: [(place[key], -1)] for key in supports[coarser]}
        for key in supports[finer]:
            sums.setdefault(project(key, coarser), []).append((place[key], 1))
        rows.extend(sorted(row) for row in sums.values())
        owners.extend([(coarser, finer)] * len(sums))
    return rows, owners


def _settle(counts: Ints, rows: list[Row], owners: list[tuple[Table, Table]]) -> None:
    """Fill in the undeclared sums that declared cells give, and refuse tables that contradict."""
    for row, (coarser, finer) in zip(reversed(rows), reversed(owners), strict=True):
        unknown = [entry for entry in row if counts[entry[0]] == UNKNOWN]
        total = sum(
            int(counts[column]) * sign for column, sign in row if (column, sign) not in unknown
        )
        if not unknown and total != 0:
            raise Unusable(
                f"The cells of ({', '.join(finer)}) do not add up to the cells of"
                f" ({', '.join(coarser) or 'the grand total'}).",
                mend="Count the same population in every table of a family, with a category for"
                " people whose attribute is unknown.",
            )
        if len(unknown) == 1 and unknown[0][1] == -1:
            counts[unknown[0][0]] = total


def _compressed(rows: list[Row]) -> Rows:
    lengths = [len(row) for row in rows]
    return Rows(
        starts=np.concatenate(([0], np.cumsum(lengths, dtype=np.int64))).astype(np.int64),
        columns=np.array([column for row in rows for column, _ in row], dtype=np.int64),
        values=np.array([sign for row in rows for _, sign in row], dtype=np.float64),
    )


def _completed(rows: Rows, counts: Ints) -> Floats:
    """The counts with those of latent blocks put to some population that fits."""
    complete = counts.astype(np.float64)
    unknown = np.flatnonzero(counts == UNKNOWN)
    if not len(unknown):
        return complete
    complete[unknown] = 0.0
    inside, numbers = rows.only(unknown)
    zeros = np.zeros(len(unknown))
    program = Program(inside, -rows.dot(complete)[numbers], zeros, zeros + INFINITE)
    point = program.solve()
    if point is None:
        raise contradiction()
    complete[unknown] = np.maximum(point, 0.0)
    return complete


def contradiction() -> Unusable:
    return Unusable(
        "The tables contradict each other: no population has these counts.",
        mend="Count the same population in every table of a family.",
    )
