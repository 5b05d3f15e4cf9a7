"""Feedback loops of a theory of change, and whether they strengthen or steady themselves.

Source: the sign rule of causal loop diagrams (Sterman, *Business Dynamics*, 2000, chapter 5): a loop
with an even number of links that turn more into less reinforces, one with an odd number balances.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from commonweal.compute.result import Result
from commonweal.compute.theory.model import Box, Link

REINFORCING = "reinforcing"
BALANCING = "balancing"
CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class Loop:
    """The ids of its links, in order, the link that closes it last; `kind` is one of three."""

    links: tuple[str, ...]
    kind: str


def find_loops(boxes: Sequence[Box], links: Sequence[Link]) -> Result[tuple[Loop, ...]]:
    """One loop for each link that closes one, seen from the first box: its shortest way round.

    A graph can have more loops than anybody can read; every loop there is contains one of the
    closing links. Quadratic in links at most. Links to ids that are no box are left out. The trace
    holds for each loop its links that turn more into less and those without a direction.
    """
    known = {box.id for box in boxes}
    outgoing: dict[str, list[Link]] = defaultdict(list)
    for link in links:
        if link.source in known and link.target in known:
            outgoing[link.source].append(link)
    found, trace = [], []
    for closing in _closing(boxes, outgoing):
        around = [*_shortest(closing.target, closing.source, outgoing), closing]
        found.append(Loop(tuple(link.id for link in around), kind_of(around)))
        trace.append(
            {
                "closed_by": closing.id,
                "turns_more_into_less": [link.id for link in around if link.direction == "less"],
                "no_direction": [link.id for link in around if not link.direction],
            }
        )
    return Result(tuple(found), {"loops": trace})


def kind_of(around: Sequence[Link]) -> str:
    """Reinforcing, balancing, or that it cannot be told while a direction is missing."""
    if any(not link.direction for link in around):
        return CANNOT_TELL
    turns = sum(link.direction == "less" for link in around)
    return BALANCING if turns % 2 else REINFORCING


def _closing(boxes: Sequence[Box], outgoing: Mapping[str, list[Link]]) -> list[Link]:
    """The links that lead back to a box on the way to their own source, by a walk in depth."""
    closing: list[Link] = []
    done: set[str] = set()
    for start in boxes:
        if start.id in done:
            continue
        path = {start.id}
        stack = [(start.id, iter(outgoing.get(start.id, ())))]
        while stack:
            here, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                path.discard(here)
                done.add(here)
            elif following.target in path:
                closing.append(following)
            elif following.target not in done:
                path.add(following.target)
                stack.append((following.target, iter(outgoing.get(following.target, ()))))
    return closing


def _shortest(start: str, end: str, outgoing: Mapping[str, list[Link]]) -> list[Link]:
    """The fewest links from one box to another; [] when they are the same. A way there must be."""
    came_by: dict[str, Link] = {}
    waiting = deque([start])
    while waiting and end not in came_by and start != end:
        for link in outgoing.get(waiting.popleft(), ()):
            if link.target != start and link.target not in came_by:
                came_by[link.target] = link
                waiting.append(link.target)
    way: list[Link] = []
    here = end
    while here != start:
        way.append(came_by[here])
        here = way[-1].source
    return way[::-1]
