"""How the tables of a family hang together: blocks, a tree that joins them, and who adds up to whom.

An attacker asks which whole populations agree with everything published. The population's full
cross-classification is too large to write down, and not needed. Take the graph whose vertices are
the dimensions and whose edges join two dimensions of one table. If it is chordal, and each of its
maximal cliques is a declared table, the family is acyclic (what GYO reduction reduces to nothing):
then any non-negative tables that agree on their shared margins are the margins of some non-negative
joint table, the product of the blocks over the product of the separators (Vorob'ev 1962; Lauritzen
1996, section 2.1 and proposition 4.4; Beeri, Fagin, Maier and Yannakakis 1983, theorem 3.4). A linear
program over the tables' own cells, with equal shared margins, is therefore exact.

If it is not (tables AB, BC and CA), edges are added until it is chordal, and each clique that is no
declared table becomes a *latent* block: its full cross-classification, of which nothing is
published but what the declared tables inside it say. The theorem then holds for the blocks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from commonweal.compute.disclosure.family import Table


@dataclass(frozen=True)
class Structure:
    """`blocks` are the cliques; `nodes` all tables of the model, coarse to fine; `links` say that
    each cell of a coarser node is the sum of the cells of a finer node that project to it."""

    blocks: tuple[Table, ...]
    nodes: tuple[Table, ...]
    links: tuple[tuple[Table, Table], ...]


def structure(
    dims: tuple[str, ...], tables: Iterable[Table], sizes: Mapping[str, int]
) -> Structure:
    """Blocks, nodes and links of declared `tables`; `sizes` is the number of categories by dim."""
    declared = set(tables)
    blocks = _blocks(dims, declared, sizes)
    edges = _tree(blocks)
    rank = {dim: place for place, dim in enumerate(dims)}
    separators = {_meet(one, two) for one, two in edges}
    nodes = tuple(
        sorted(
            declared | set(blocks) | separators,
            key=lambda table: (len(table), [rank[dim] for dim in table]),
        )
    )
    return Structure(blocks, nodes, _links(nodes, blocks, edges, sizes))


def _meet(one: Table, two: Table) -> Table:
    return tuple(dim for dim in one if dim in two)


def _volume(dims: Iterable[str], sizes: Mapping[str, int]) -> int:
    volume = 1
    for dim in dims:
        volume *= max(1, sizes.get(dim, 1))
    return volume


def _blocks(
    dims: tuple[str, ...], tables: set[Table], sizes: Mapping[str, int]
) -> tuple[Table, ...]:
    """The maximal cliques of a chordal graph that holds every table within a clique.

    Dimensions are eliminated one by one: first those whose neighbours are all joined already (a
    chordal graph needs no others), else the one that makes the smallest block.
    """
    near: dict[str, set[str]] = {dim: set() for table in tables for dim in table}
    for table in tables:
        for dim in table:
            near[dim].update(other for other in table if other != dim)
    rank = {dim: place for place, dim in enumerate(dims)}
    cliques: list[frozenset[str]] = [frozenset()]
    while near:
        dim = min(
            near, key=lambda name: (_misses(near, name), _weight(near, name, sizes), rank[name])
        )
        around = near.pop(dim)
        cliques.append(frozenset(around | {dim}))
        for other in around:
            near[other] |= around - {other}
            near[other].discard(dim)
    largest = [one for one in cliques if not any(one < other for other in cliques)]
    return tuple(
        sorted(
            (tuple(sorted(one, key=rank.__getitem__)) for one in largest),
            key=lambda table: [rank[dim] for dim in table],
        )
    )


def _misses(near: Mapping[str, set[str]], dim: str) -> bool:
    return any(two not in near[one] for one, two in combinations(sorted(near[dim]), 2))


def _weight(near: Mapping[str, set[str]], dim: str, sizes: Mapping[str, int]) -> int:
    return _volume({dim, *near[dim]}, sizes)


def _tree(blocks: tuple[Table, ...]) -> list[tuple[Table, Table]]:
    """A junction tree: a spanning tree of the blocks with the largest shared margins."""
    edges: list[tuple[Table, Table]] = []
    joined, waiting = [blocks[0]], list(blocks[1:])
    while waiting:
        one, two = max(
            ((one, two) for one in joined for two in waiting), key=lambda pair: len(_meet(*pair))
        )
        edges.append((one, two))
        joined.append(two)
        waiting.remove(two)
    return edges


def _links(
    nodes: tuple[Table, ...],
    blocks: tuple[Table, ...],
    edges: list[tuple[Table, Table]],
    sizes: Mapping[str, int],
) -> tuple[tuple[Table, Table], ...]:
    """Every node that is no block adds up from one finer node, a separator from one on each side.

    That suffices: by induction from fine to coarse, a node's cells are the margin of every block
    that holds it, because the blocks that hold it form a subtree and each edge of that subtree has
    a separator that either is finer (induction) or is the node itself (one link on each side).
    """
    links: list[tuple[Table, Table]] = []
    for node in nodes:
        if node in blocks:
            continue
        sides = [side for pair in edges if _meet(*pair) == node for side in pair]
        targets = sides or [next(block for block in blocks if set(node) <= set(block))]
        chosen = [_coarsest(node, within, nodes, sizes) for within in targets]
        links.extend((node, finer) for finer in dict.fromkeys(chosen))
    return tuple(links)


def _coarsest(
    node: Table, within: Table, nodes: tuple[Table, ...], sizes: Mapping[str, int]
) -> Table:
    finer = [other for other in nodes if set(node) < set(other) <= set(within)]
    return min(finer, key=lambda table: (_volume(table, sizes), nodes.index(table)))
