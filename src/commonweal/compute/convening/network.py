"""The network of those at a table: who works with whom, how it hangs together, what is not known.

Sources: Freeman, "Centrality in Social Networks: Conceptual Clarification", Social Networks 1, 1978
(degree, betweenness and the centralisation of a whole network); Brandes, Journal of Mathematical
Sociology 25, 2001 (how betweenness is counted, by networkx). The questions and the rule for what
may be told of trust are ours.

Two organisations are linked when at least one of them says that they share information or do more.
A pair is not known while nobody says so and one of the two has not answered. Nobody is ordered by worth:
whoever stands between many carries work, and is missed when they leave.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations
from typing import Any

import networkx as nx

from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result

FEWEST = 4
"""So many must have rated before anything is told of what they said."""
LOWEST, HIGHEST = 1, 4
LEAST, MOST = 1.5, 3.5
"""What is told of a mean ends here: “1.5 or less”, “3.5 or more”."""
BROKERS = 5


class Relation(IntEnum):
    """How two organisations work together. From SHARE on it is a link."""

    NONE = 0
    KNOW = 1
    SHARE = 2
    COORDINATE = 3
    TOGETHER = 4


@dataclass(frozen=True)
class Tie:
    """What `source` says of its work with `target`."""

    source: str
    target: str
    relation: Relation


@dataclass(frozen=True)
class Line:
    """A link. `relation`: the most that one of them says; `both`: the other says it is a link, too."""

    one: str
    two: str
    relation: Relation
    both: bool


@dataclass(frozen=True)
class Shape:
    """A network in figures; None where there are too few organisations for the figure.

    `density`: links of all that could be. `degree`, `betweenness`: Freeman's centralisation, from 0
    (all alike) to 1 (a star). `parts`: the sizes of what hangs together, the largest first.
    """

    density: float | None
    degree: float | None
    betweenness: float | None
    parts: tuple[int, ...]


@dataclass(frozen=True)
class Answer:
    """`brokers`: (organisation, share of the shortest ways between others that lead over it), the
    highest first, without those with none. `least`, `most`: density when of what is not known
    nothing, or everything, is a link; likewise how many parts there are at most and at least.
    """

    lines: tuple[Line, ...]
    shape: Shape
    brokers: tuple[tuple[str, float], ...]
    asked: int
    answered: int
    unknown: int
    least: float | None
    most: float | None
    parts_if_all: int


def network(members: Sequence[str], ties: Iterable[Tie]) -> Result[Answer]:
    """Read the answers as a network. `members`: everybody who was asked; the order tells nothing.

    Raises Unusable for a member named twice, and for a tie of, or to, somebody who was not asked, to
    oneself, or said twice.
    """
    said = _said(members, ties)
    lines, unknown = [], []
    for one, two in combinations(sorted(members), 2):
        here, there = said.get((one, two)), said.get((two, one))
        strong = [each for each in (here, there) if each is not None and each >= Relation.SHARE]
        if strong:
            lines.append(Line(one, two, max(strong), len(strong) == 2))
        elif here is None or there is None:
            unknown.append((one, two))
    graph = _graph(members, [(line.one, line.two) for line in lines])
    between = nx.betweenness_centrality(graph)
    pairs = len(members) * (len(members) - 1) // 2
    filled = _graph(members, [*graph.edges, *unknown])
    answer = Answer(
        lines=tuple(lines),
        shape=_shape(graph, between),
        brokers=_brokers(between),
        asked=len(members),
        answered=len({source for source, _target in said}),
        unknown=len(unknown),
        least=len(lines) / pairs if pairs else None,
        most=(len(lines) + len(unknown)) / pairs if pairs else None,
        parts_if_all=nx.number_connected_components(filled),
    )
    return Result(answer, _trace(answer))


def shape(members: Sequence[str], links: Iterable[tuple[str, str]]) -> Shape:
    """The figures of a network that is known whole."""
    graph = _graph(members, links)
    return _shape(graph, nx.betweenness_centrality(graph))


def _said(members: Sequence[str], ties: Iterable[Tie]) -> dict[tuple[str, str], Relation]:
    known = set(members)
    if len(known) != len(members):
        raise Unusable("Somebody is named twice.", mend="Name each organisation once.")
    said: dict[tuple[str, str], Relation] = {}
    for tie in ties:
        pair = (tie.source, tie.target)
        if not {tie.source, tie.target} <= known:
            raise Unusable("An answer names somebody who was not asked.", mend="Leave it out.")
        if tie.source == tie.target or pair in said:
            raise Unusable(
                "An answer is about its own organisation, or is given twice.",
                mend="Keep one answer about each other organisation.",
            )
        said[pair] = Relation(tie.relation)
    return said


def _graph(members: Iterable[str], links: Iterable[tuple[str, str]]) -> Any:
    graph = nx.Graph()
    graph.add_nodes_from(sorted(members))
    graph.add_edges_from(sorted(links))
    return graph


def _shape(graph: Any, between: Mapping[str, float]) -> Shape:
    size = graph.number_of_nodes()
    sizes = sorted((len(part) for part in nx.connected_components(graph)), reverse=True)
    if size < 2:
        return Shape(None, None, None, tuple(sizes))
    density = float(nx.density(graph))
    if size < 3:
        return Shape(density, None, None, tuple(sizes))
    degrees = [degree for _node, degree in graph.degree]
    degree = sum(max(degrees) - each for each in degrees) / ((size - 1) * (size - 2))
    highest = max(between.values())
    centred = sum(highest - each for each in between.values()) / (size - 1)
    return Shape(density, degree, centred, tuple(sizes))


def _brokers(between: Mapping[str, float]) -> tuple[tuple[str, float], ...]:
    """The highest few, and whoever is equal to the last of them: nobody is cut off by a tie."""
    found = sorted(
        ((key, round(value, 6)) for key, value in between.items() if value > 1e-9),
        key=lambda each: (-each[1], each[0]),
    )
    least = found[:BROKERS][-1][1] if found else 0.0
    return tuple(each for each in found if each[1] >= least)


def _trace(answer: Answer) -> dict[str, Any]:
    """Counts as they are; figures, which are fractions, as text."""
    whole = answer.shape
    return {
        "asked": answer.asked,
        "answered": answer.answered,
        "links": len(answer.lines),
        "confirmed": sum(line.both for line in answer.lines),
        "unknown_pairs": answer.unknown,
        "density": _text(whole.density),
        "density_least": _text(answer.least),
        "density_most": _text(answer.most),
        "degree_centralisation": _text(whole.degree),
        "betweenness_centralisation": _text(whole.betweenness),
        "parts": list(whole.parts),
        "parts_if_all_unknown_are_links": answer.parts_if_all,
    }


def _text(value: float | None) -> str | None:
    return None if value is None else f"{value:.4f}"


@dataclass(frozen=True)
class Trust:
    """What may be told of the answers to one question. `level`: the mean in halves, from 1.5 (“1.5 or
    less”) to 3.5 (“3.5 or more”), so that no mean tells what everybody said; None when held back.

    `held`: why nothing is told: "few", "close" (the raters differ by one from those of an earlier
    round that was told), or "".
    """

    raters: int
    level: float | None
    held: str = ""


def trust(
    ratings: Mapping[str, Sequence[int]], earlier: Iterable[frozenset[str]] = ()
) -> Result[Trust]:
    """What may be told of one question. `ratings`: by rater, what it said of each of the others.

    Every rater counts once, however many others it rated. `earlier`: who had rated in each earlier
    round that was told. Raises Unusable for a rating out of range.
    """
    if any(not LOWEST <= each <= HIGHEST for said in ratings.values() for each in said):
        raise Unusable("A rating is out of range.", mend=f"Rate from {LOWEST} to {HIGHEST}.")
    means = {rater: sum(said) / len(said) for rater, said in ratings.items() if said}
    raters = frozenset(means)
    if len(raters) < FEWEST:
        held = "few"
    elif any(len(raters ^ each) == 1 for each in earlier):
        held = "close"
    else:
        held = ""
    level = None
    if not held:
        # Sorted, so that the order of the answers cannot move a sum in its last digit.
        mean = sum(sorted(means.values())) / len(means)
        level = min(max(int(mean * 2 + 0.5) / 2, LEAST), MOST)
    answer = Trust(len(raters), level, held)
    return Result(answer, {"raters": len(raters), "level": _text(level), "held": held})
