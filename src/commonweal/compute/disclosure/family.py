"""What is to be published together: one family of tables of counts, checked and put in order.

Three kinds of cell are kept apart everywhere in this package. A *live* cell has a count above zero,
or is a zero that a bundle names; it may be hidden. Every other combination is a *public zero*: it
is published as 0, whether its key is absent or given with a count of 0, and it is never hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from commonweal.compute.errors import Unusable

Key = tuple[tuple[str, str | None], ...]
Table = tuple[str, ...]

# Beyond this a count plus one is no longer told from the count by the doubles of a linear program
# solved to 1e-9; no partnership counts so many people.
LARGEST_COUNT = 10**9


@dataclass(frozen=True)
class Family:
    """Tables of counts that are published together and protected together.

    `dims` names the dimensions. `tables` are the declared tables, each a tuple of dims; the grand
    total `()` always belongs. `counts` holds one count per cell of each declared table under its
    key `((dim, category), …)` in the order of `dims`; category None is "attribute unknown". A cell
    that is absent is zero, and public. Each table must cover the same population: the cells of a
    table add up to the cells of every coarser table.

    `bundles` are sets of cells shown or hidden together (a proportion shows n, yes and no in one
    row). A bundle may name a cell that `counts` leaves out: its count is zero and it can be hidden.
    """

    dims: tuple[str, ...]
    tables: tuple[Table, ...]
    counts: Mapping[Key, int]
    bundles: tuple[frozenset[Key], ...] = ()

    @cached_property
    def layout(self) -> Layout:
        """The family checked and in canonical order; raises Unusable where it cannot be used."""
        return _layout(self)


@dataclass(frozen=True)
class Layout:
    """A checked family in an order that depends on nothing but its content.

    `tables` is sorted, holds each table once in the order of dims, and starts with `()`. `counts`
    holds the live cells only, sorted. `groups` partitions the live cells into what is hidden
    together, after bundles that share a cell are joined.
    """

    dims: tuple[str, ...]
    tables: tuple[Table, ...]
    counts: Mapping[Key, int]
    groups: tuple[tuple[Key, ...], ...]


def table_of(key: Key) -> Table:
    """The table that a cell belongs to."""
    return tuple(dim for dim, _ in key)


def project(key: Key, table: Table) -> Key:
    """The cell of a coarser table that a cell adds to."""
    return tuple(part for part in key if part[0] in table)


def sorting(key: Key) -> tuple[tuple[str, ...], tuple[tuple[bool, str], ...]]:
    """An order of cells: by table, then by category, the unknown category last."""
    return table_of(key), tuple((category is None, category or "") for _, category in key)


def _layout(family: Family) -> Layout:
    rank = _ranks(family.dims)
    tables = _tables(family.tables, rank)
    known = frozenset(tables)
    for key in family.counts:
        _check_key(key, known)
    for bundle in family.bundles:
        for key in bundle:
            _check_key(key, known)
    named = {key for bundle in family.bundles for key in bundle}
    live = {key for key, count in family.counts.items() if _whole(count)} | named
    order = {table: place for place, table in enumerate(tables)}
    cells = sorted(live, key=lambda key: (order[table_of(key)], sorting(key)))
    return Layout(
        dims=tuple(family.dims),
        tables=tables,
        counts={key: family.counts.get(key, 0) for key in cells},
        groups=joined(cells, family.bundles),
    )


def _ranks(dims: tuple[str, ...]) -> dict[str, int]:
    rank = {dim: place for place, dim in enumerate(dims)}
    if len(rank) != len(dims):
        raise Unusable("A dimension is named twice.", mend="Name each dimension once.")
    return rank


def _tables(tables: Iterable[Table], rank: Mapping[str, int]) -> tuple[Table, ...]:
    ordered: set[Table] = {()}
    for table in tables:
        unknown = [dim for dim in table if dim not in rank]
        if unknown or len(set(table)) != len(table):
            raise Unusable(
                f"The table ({', '.join(table)}) names a dimension twice or one that the family"
                " does not have.",
                mend=f"Use each of {', '.join(rank) or 'no dimensions'} at most once.",
            )
        ordered.add(tuple(sorted(table, key=rank.__getitem__)))
    return tuple(sorted(ordered, key=lambda table: (len(table), [rank[dim] for dim in table])))


def _check_key(key: Key, tables: frozenset[Table]) -> None:
    if table_of(key) not in tables:
        raise Unusable(
            f"A cell belongs to the table ({', '.join(table_of(key))}), which is not declared.",
            mend="Declare the table, with dimensions in the family's order, or leave the cell out.",
        )


def _whole(count: int) -> int:
    if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= LARGEST_COUNT:
        raise Unusable(
            f"A count is not a whole number from 0 to {LARGEST_COUNT:,}.",
            mend="Give counts of people or events; leave out what is unknown.",
        )
    return count


def joined(cells: Iterable[Key], sets: Iterable[Iterable[Key]]) -> tuple[tuple[Key, ...], ...]:
    """The partition of `cells` in which cells of one set, or of sets that overlap, are together."""
    leader = {key: key for key in cells}

    def find(key: Key) -> Key:
        while leader[key] != key:
            leader[key] = leader[leader[key]]
            key = leader[key]
        return key

    place = {key: number for number, key in enumerate(leader)}
    for together in sets:
        roots = sorted({find(key) for key in together}, key=place.__getitem__)
        for root in roots[1:]:
            leader[root] = roots[0]
    groups: dict[Key, list[Key]] = {}
    for key in leader:
        groups.setdefault(find(key), []).append(key)
    return tuple(tuple(group) for group in groups.values())
