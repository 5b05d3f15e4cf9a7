"""The network, the slow and obvious way: each figure as its definition says, by going along every way."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations


def parts(members: Sequence[str], links: Iterable[tuple[str, str]]) -> list[int]:
    """The sizes of what hangs together, by painting."""
    colour = {each: each for each in members}
    pairs = list(links)
    for _round in members:
        for one, two in pairs:
            least = min(colour[one], colour[two])
            colour[one] = colour[two] = least
    painted = list(colour.values())
    return sorted((painted.count(each) for each in set(painted)), reverse=True)


def between(members: Sequence[str], links: Iterable[tuple[str, str]]) -> dict[str, float]:
    """The share of shortest ways between others that lead over each: every way is written down."""
    beside: dict[str, set[str]] = {each: set() for each in members}
    for one, two in links:
        beside[one].add(two)
        beside[two].add(one)
    found = dict.fromkeys(members, 0.0)
    for start, end in combinations(members, 2):
        ways = [[start]]
        while ways and not any(way[-1] == end for way in ways):
            ways = [[*way, step] for way in ways for step in beside[way[-1]] if step not in way]
        shortest = [way for way in ways if way[-1] == end]
        for way in shortest:
            for step in way[1:-1]:
                found[step] += 1 / len(shortest)
    pairs = (len(members) - 1) * (len(members) - 2) / 2
    return {each: value / pairs if pairs else 0.0 for each, value in found.items()}
