"""The network: figures of the literature, the slow way, and what is not known."""

from __future__ import annotations

from itertools import combinations

import networkx as nx  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.convening.network import Relation, Tie, network, shape, trust
from commonweal.compute.errors import Unusable
from commonweal.compute.tests import network_reference as slow

NAMES = "abcdef"


def as_ties(links: list[tuple[str, str]]) -> list[Tie]:
    return [Tie(one, two, Relation.TOGETHER) for one, two in links]


def test_the_florentine_families() -> None:
    """Padgett's marriages: the Medici stand on half of the ways (0.522), density 20 of 105."""
    graph = nx.florentine_families_graph()
    found = network(list(graph.nodes), as_ties(list(graph.edges))).answer
    assert found.brokers[0][0] == "Medici"
    assert found.brokers[0][1] == pytest.approx(0.522, abs=0.0005)
    assert dict(found.brokers)["Guadagni"] == pytest.approx(0.255, abs=0.0005)
    assert found.shape.density == pytest.approx(20 / 105)
    # Wasserman and Faust (1994, chapter 5) count Pucci too, who married nobody: 0.267 and 0.383.
    whole = shape([*graph.nodes, "Pucci"], graph.edges)
    assert whole.degree == pytest.approx(0.267, abs=0.0005)
    assert whole.betweenness == pytest.approx(0.383, abs=0.0005)
    assert whole.parts == (15, 1)


def test_the_karate_club() -> None:
    """Zachary: 34 members, 78 links, density 0.139; member 1 stands on 0.438 of the ways."""
    graph = nx.relabel_nodes(nx.karate_club_graph(), lambda node: f"{node + 1:02}")
    found = network(list(graph.nodes), as_ties(list(graph.edges))).answer
    assert found.shape.density == pytest.approx(0.139, abs=0.0005)
    assert found.brokers[0][0] == "01"
    assert found.brokers[0][1] == pytest.approx(0.438, abs=0.0005)
    assert [key for key, _share in found.brokers[:3]] == ["01", "34", "33"]
    assert found.shape.parts == (34,)


def test_a_star_is_as_central_as_can_be_and_a_ring_not_at_all() -> None:
    star = shape(NAMES, [("a", each) for each in NAMES[1:]])
    assert (star.degree, star.betweenness) == (1.0, 1.0)
    ring = shape(NAMES, list(zip(NAMES, NAMES[1:] + NAMES[0], strict=True)))
    assert ring.degree == 0.0
    assert ring.betweenness == pytest.approx(0.0)


links = st.sets(st.sampled_from(list(combinations(NAMES, 2))))


@given(links)
@settings(max_examples=60)
def test_it_agrees_with_the_slow_way(drawn: set[tuple[str, str]]) -> None:
    found = network(NAMES, as_ties(sorted(drawn))).answer
    assert list(found.shape.parts) == slow.parts(NAMES, drawn)
    ways = slow.between(NAMES, drawn)
    for key, share in found.brokers:
        assert share == pytest.approx(ways[key], abs=1e-6)
    if found.brokers:
        assert found.brokers[0][1] == pytest.approx(max(ways.values()), abs=1e-6)
    else:
        assert max(ways.values()) < 1e-6


pairs = [(one, two) for one in "abcde" for two in "abcde" if one != two]
answers = st.dictionaries(st.sampled_from(pairs), st.sampled_from(Relation)).map(
    lambda said: [Tie(one, two, relation) for (one, two), relation in said.items()]
)


@given(answers, st.randoms())
@settings(max_examples=60)
def test_the_order_of_the_answers_changes_nothing(ties: list[Tie], chance: object) -> None:
    shuffled, members = list(ties), list("abcde")
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    chance.shuffle(members)  # type: ignore[attr-defined]
    assert network(members, shuffled) == network("abcde", ties)


@given(answers)
@settings(max_examples=60)
def test_what_is_not_known_bounds_the_density(ties: list[Tie]) -> None:
    """However those who are silent would answer, the density stays within its bounds."""
    found = network("abcde", ties).answer
    said = {(tie.source, tie.target) for tie in ties}
    for filled in (Relation.NONE, Relation.SHARE):
        whole = [*ties, *(Tie(*pair, filled) for pair in pairs if pair not in said)]
        after = network("abcde", whole).answer
        assert after.unknown == 0
        assert found.least is not None and found.most is not None
        assert after.shape.density is not None
        assert found.least <= after.shape.density <= 1
        if filled == Relation.NONE:
            assert after.shape.density == pytest.approx(found.least)
    assert len(found.lines) + found.unknown <= 10


def test_said_by_one_said_by_both_and_not_known_differ() -> None:
    found = network(
        "abc",
        [
            Tie("a", "b", Relation.SHARE),
            Tie("b", "a", Relation.TOGETHER),
            Tie("a", "c", Relation.COORDINATE),
            Tie("b", "c", Relation.KNOW),
        ],
    ).answer
    assert [(each.one, each.two, each.relation, each.both) for each in found.lines] == [
        ("a", "b", Relation.TOGETHER, True),
        ("a", "c", Relation.COORDINATE, False),
    ]
    assert (found.asked, found.answered, found.unknown) == (3, 2, 1)
    assert (found.least, found.most) == (pytest.approx(2 / 3), pytest.approx(1.0))


def test_too_few_for_a_figure_is_not_nought() -> None:
    assert shape("", []).density is None
    assert shape("ab", [("a", "b")]).degree is None


@pytest.mark.parametrize(
    "members, ties",
    [
        ("aa", []),
        ("ab", [Tie("a", "x", Relation.KNOW)]),
        ("ab", [Tie("a", "a", Relation.KNOW)]),
        ("ab", [Tie("a", "b", Relation.KNOW), Tie("a", "b", Relation.NONE)]),
    ],
)
def test_answers_that_cannot_be_are_refused(members: str, ties: list[Tie]) -> None:
    with pytest.raises(Unusable):
        network(members, ties)


def test_trust_is_told_of_four_and_never_exactly() -> None:
    three = {"a": [4], "b": [4], "c": [4]}
    assert (trust(three).answer.level, trust(three).answer.held) == (None, "few")
    assert trust({**three, "d": [4]}).answer.level == 3.5
    assert trust({each: [1, 1] for each in "abcd"}).answer.level == 1.5
    # Every rater counts once: nine ratings by one weigh no more than one by another.
    assert trust({"a": [4] * 9, "b": [1], "c": [1], "d": [2]}).answer.level == 2.0
    with pytest.raises(Unusable):
        trust({"a": [5]})


def test_trust_is_held_back_where_the_difference_would_tell_of_one() -> None:
    ratings = {each: [3] for each in "abcd"}
    assert trust(ratings, [frozenset("abcde")]).answer.held == "close"
    assert trust(ratings, [frozenset("abc")]).answer.held == "close"
    assert trust(ratings, [frozenset("abcd")]).answer.held == ""
    assert trust(ratings, [frozenset("abcdef")]).answer.held == ""


def test_a_silent_rater_is_no_rater() -> None:
    assert trust({"a": [3], "b": [3], "c": [3], "d": []}).answer.raters == 3
