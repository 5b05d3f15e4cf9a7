"""The layout of a theory of change, against plain statements of what a good one is."""

from __future__ import annotations

import itertools
from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.web.charts import graph
from commonweal.web.charts.model import About, Graph, Link, Node

KINDS = list(graph.RANK)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    count = draw(st.integers(1, 9))
    nodes = [
        Node(
            str(n), draw(st.text("abcdef ", min_size=1, max_size=60)), draw(st.sampled_from(KINDS))
        )
        for n in range(count)
    ]
    ends = st.sampled_from([node.id for node in nodes])
    pairs = draw(st.lists(st.tuples(ends, ends), max_size=14))
    links = [Link(a, b, draw(st.sampled_from(["", "so"]))) for a, b in pairs]
    return Graph(About(), nodes, links)


def has_cycle(links: list[Link]) -> bool:
    """Kahn's way: take away what nothing leads to, until nothing is left or nothing can go."""
    left = {end for link in links for end in (link.source, link.target)}
    while True:
        free = left - {link.target for link in links if link.source in left}
        if not free:
            return bool(left)
        left -= free


@given(graphs())
@settings(deadline=None)
def test_without_the_loops_no_cycle_is_left(given_: Graph) -> None:
    closing = graph.loops(given_.nodes, given_.links)
    assert not has_cycle([link for n, link in enumerate(given_.links) if n not in closing])


@given(graphs())
@settings(deadline=None)
def test_a_theory_without_cycles_or_backward_arrows_has_no_loops(given_: Graph) -> None:
    rank = {node.id: graph.RANK[node.kind] for node in given_.nodes}
    forward = [link for link in given_.links if rank[link.source] <= rank[link.target]]
    if not has_cycle(forward):
        assert graph.loops(given_.nodes, forward) == set()


@given(graphs())
@settings(deadline=None)
def test_boxes_never_overlap_and_arrows_go_forward(given_: Graph) -> None:
    plan = graph.layout(given_)
    by_layer: dict[int, list[graph.Place]] = defaultdict(list)
    for place in plan.places.values():
        by_layer[place.layer].append(place)
        assert place.y >= -0.01
        assert place.y + place.height <= plan.height + 0.01
    for places in by_layer.values():
        places.sort(key=lambda place: place.y)
        for one, two in itertools.pairwise(places):
            assert one.y + one.height + graph.ROW <= two.y + 0.01
    for route in plan.routes:
        if not route.loop:
            passed = [plan.places[key].layer for key in route.keys]
            assert passed == list(range(passed[0], passed[0] + len(passed)))
            assert len(passed) > 1
    assert len(plan.routes) == len(given_.links)


@given(graphs())
@settings(deadline=None, max_examples=30)
def test_same_theory_same_layout(given_: Graph) -> None:
    assert graph.layout(given_) == graph.layout(given_)


def test_a_chain_reads_in_one_line() -> None:
    nodes = [Node(kind, "Same words", kind) for kind in KINDS]
    links = [Link(a, b) for a, b in itertools.pairwise(KINDS)]
    plan = graph.layout(Graph(About(), nodes, links))
    assert [plan.places[kind].layer for kind in KINDS] == [0, 1, 2, 3]
    assert len({plan.places[kind].y for kind in KINDS}) == 1


def test_an_arrow_back_to_an_earlier_kind_is_feedback_even_alone() -> None:
    nodes = [Node("a", "Act", "activity"), Node("b", "Result", "outcome")]
    plan = graph.layout(Graph(About(), nodes, [Link("b", "a")]))
    assert [route.loop for route in plan.routes] == [True]
    assert plan.places["a"].layer < plan.places["b"].layer


def test_feedback_is_a_loop_and_gets_its_lane_below() -> None:
    nodes = [Node("a", "Act", "activity"), Node("b", "Result", "outcome")]
    plan = graph.layout(Graph(About(), nodes, [Link("a", "b"), Link("b", "a")]))
    assert [route.loop for route in plan.routes] == [False, True]
    assert plan.height > max(place.y + place.height for place in plan.places.values())
