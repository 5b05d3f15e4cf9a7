"""Where the boxes and arrows of a theory of change stand: a small layered layout.

After Sugiyama, Tagawa and Toda (1981), in its simplest form: arrows that close a loop are set
aside, boxes go to the layer after their latest cause, arrows across several layers get a lane
through each, and a few sweeps order each layer by the middle of its neighbours. Same input, same
layout: nothing depends on chance or on hashing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from commonweal.web.charts.model import Graph, Link, Node
from commonweal.web.charts.svg import wrap

RANK = {"activity": 0, "output": 1, "outcome": 2, "goal": 3}
BOX = 164
GAP = 52
ROW = 22
LINE = 18
PAD = 12
CHARACTERS = 18
SWEEPS = 6


@dataclass
class Place:
    """A box, or a lane (no node) that an arrow passes through."""

    key: str
    layer: int
    node: Node | None = None
    lines: list[str] = field(default_factory=list)
    y: float = 0.0

    @property
    def height(self) -> float:
        return LINE * len(self.lines) + 2 * PAD if self.node else LINE

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


@dataclass(frozen=True)
class Route:
    """An arrow: the keys of the places it passes, and whether it closes a loop."""

    link: Link
    keys: list[str]
    loop: bool
    number: int = 0


@dataclass(frozen=True)
class Plan:
    """A finished layout in pixels, left to right."""

    places: dict[str, Place]
    layers: list[list[str]]
    routes: list[Route]
    width: float
    height: float

    def left(self, key: str) -> float:
        return self.places[key].layer * (BOX + GAP)


def loops(nodes: list[Node], links: list[Link]) -> set[int]:
    """The numbers of the links that close a loop, found going through boxes in their order."""
    following: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, link in enumerate(links):
        following[link.source].append((number, link.target))
    rank = {node.id: RANK.get(node.kind, 0) for node in nodes}
    # An arrow back to an earlier kind is feedback whatever else is drawn.
    closing = {n for n, link in enumerate(links) if rank[link.target] < rank[link.source]}
    state: dict[str, int] = {}
    for node in sorted(nodes, key=lambda node: rank[node.id]):
        stack: list[tuple[str, int]] = [(node.id, 0)] if node.id not in state else []
        while stack:
            key, place = stack.pop()
            state[key] = 1
            arrows = [arrow for arrow in following[key] if arrow[0] not in closing]
            if place == len(arrows):
                state[key] = 2
                continue
            stack.append((key, place + 1))
            number, target = arrows[place]
            if target not in state:
                stack.append((target, 0))
            elif state[target] == 1:
                closing.add(number)
                # The arrow has left the list, so the next one moved into its place.
                stack[-1] = (key, place)
    return closing


def layers_of(nodes: list[Node], links: list[Link], closing: set[int]) -> dict[str, int]:
    """The layer of each box: that of its kind, or after its latest cause if that is later."""
    found = {node.id: RANK.get(node.kind, 0) for node in nodes}
    forward = [link for number, link in enumerate(links) if number not in closing]
    for _round in nodes:
        for link in forward:
            found[link.target] = max(found[link.target], found[link.source] + 1)
    used = sorted(set(found.values()))
    return {key: used.index(layer) for key, layer in found.items()}


def layout(graph: Graph) -> Plan:
    """The whole layout."""
    closing = loops(graph.nodes, graph.links)
    layer = layers_of(graph.nodes, graph.links, closing)
    places = {
        node.id: Place(node.id, layer[node.id], node, wrap(node.label, CHARACTERS, 5))
        for node in graph.nodes
    }
    routes = _routes(graph.links, closing, places)
    ordered = _ordered(places, routes)
    _set_heights(places, ordered, routes)
    back = sum(1 for route in routes if route.loop)
    bottom = max((place.y + place.height for place in places.values()), default=0.0)
    return Plan(
        places=places,
        layers=ordered,
        routes=routes,
        width=max(0, len(ordered) * (BOX + GAP) - GAP),
        height=bottom + (ROW + 18 * back if back else 0),
    )


def _routes(links: list[Link], closing: set[int], places: dict[str, Place]) -> list[Route]:
    """Arrows with a lane in every layer they cross; those with an assumption are numbered."""
    routes = []
    numbered = 0
    for number, link in enumerate(links):
        numbered += 1 if link.assumption else 0
        mark = numbered if link.assumption else 0
        if number in closing or link.source == link.target:
            routes.append(Route(link, [link.source, link.target], True, mark))
            continue
        keys = [link.source]
        for layer in range(places[link.source].layer + 1, places[link.target].layer):
            key = f"\0{number}.{layer}"
            places[key] = Place(key, layer)
            keys.append(key)
        routes.append(Route(link, [*keys, link.target], False, mark))
    return routes


def _neighbours(routes: Iterable[Route]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for route in routes:
        if not route.loop:
            for one, two in zip(route.keys, route.keys[1:], strict=False):
                found[one].append(two)
                found[two].append(one)
    return found


def _ordered(places: dict[str, Place], routes: list[Route]) -> list[list[str]]:
    """Each layer from top to bottom, after a few sweeps towards the neighbours' middle."""
    layers: list[list[str]] = (
        [[] for _ in range(1 + max(p.layer for p in places.values()))] if (places) else []
    )
    for key, place in places.items():
        layers[place.layer].append(key)
    near = _neighbours(routes)
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            index = {key: n for one in layers for n, key in enumerate(one)}
            size = {key: len(one) for one in layers for key in one}

            def middle(
                key: str, index: dict[str, int] = index, size: dict[str, int] = size
            ) -> float:
                around = near[key]
                if not around:
                    return (index[key] + 0.5) / size[key]
                return sum((index[k] + 0.5) / size[k] for k in around) / len(around)

            layer.sort(key=middle)
    return layers


def _set_heights(places: dict[str, Place], layers: list[list[str]], routes: list[Route]) -> None:
    """Vertical places: packed first, then pulled towards the neighbours without overlaps."""
    tallest = 0.0
    for layer in layers:
        y = 0.0
        for key in layer:
            places[key].y = y
            y += places[key].height + ROW
        tallest = max(tallest, y - ROW)
    for layer in layers:
        used = places[layer[-1]].y + places[layer[-1]].height
        for key in layer:
            places[key].y += (tallest - used) / 2
    near = _neighbours(routes)
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else reversed(layers):
            _pull(places, layer, near, tallest)


def _pull(
    places: dict[str, Place], layer: list[str], near: dict[str, list[str]], tallest: float
) -> None:
    wanted = []
    for key in layer:
        around = [places[k].middle for k in near[key]]
        middle = sum(around) / len(around) if around else places[key].middle
        wanted.append(middle - places[key].height / 2)
    y = 0.0
    for key, want in zip(layer, wanted, strict=True):
        places[key].y = max(y, want)
        y = places[key].y + places[key].height + ROW
    end = tallest
    for key in reversed(layer):
        places[key].y = min(places[key].y, end - places[key].height)
        end = places[key].y - ROW
