"""The theory of change: its links can fail, its gaps are seen, its loops are known as loops."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries

from commonweal.aim import actions, queries
from commonweal.aim.models import Edge, Node
from commonweal.aim.tests.factories import EdgeFactory, NodeFactory, indicator
from commonweal.convene.tests.factories import AT, PartnershipFactory, convener_of
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Event

KINDS = Node.Kind.values


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Node], list[Edge], frozenset[UUID]]:
    nodes = [
        Node(id=uuid4(), kind=kind, label=str(n))
        for n, kind in enumerate(draw(st.lists(st.sampled_from(KINDS), max_size=8)))
    ]
    pairs = draw(
        st.sets(
            st.tuples(st.sampled_from(nodes), st.sampled_from(nodes)).filter(
                lambda pair: pair[0] is not pair[1]
            ),
            max_size=16,
        )
        if len(nodes) > 1
        else st.just(set())
    )
    edges = [Edge(id=uuid4(), source=source, target=target) for source, target in pairs]
    measured = (
        frozenset(draw(st.sets(st.sampled_from([node.pk for node in nodes]))))
        if nodes
        else frozenset()
    )
    return nodes, edges, measured


def slow_leads_to_outcome(node: Node, edges: list[Edge], steps: int) -> bool:
    """Follow every way, as many steps as there are boxes."""
    if node.kind == Node.Kind.OUTCOME:
        return True
    return steps > 0 and any(
        slow_leads_to_outcome(edge.target, edges, steps - 1)
        for edge in edges
        if edge.source_id == node.pk
    )


@settings(deadline=None)
@given(graphs())
def test_gaps_are_what_following_every_way_finds(
    graph: tuple[list[Node], list[Edge], frozenset[UUID]],
) -> None:
    nodes, edges, measured = graph
    expected = set()
    for node in nodes:
        if node.kind == Node.Kind.OUTCOME and node.pk not in measured:
            expected.add((node.pk, "outcome_unmeasured"))
        if node.kind == Node.Kind.ACTIVITY and not slow_leads_to_outcome(node, edges, 5):
            expected.add((node.pk, "activity_leads_nowhere"))
        if node.kind == Node.Kind.ASSUMPTION and not any(e.source_id == node.pk for e in edges):
            expected.add((node.pk, "assumption_carries_nothing"))
    found = queries.gaps(nodes, edges, measured)
    assert {(gap.node.pk, gap.rule) for gap in found} == expected
    assert all(gap.words for gap in found)


def has_cycle(edges: list[Edge]) -> bool:
    """Take away what leads nowhere until nothing changes: what is left turns in circles."""
    left = list(edges)
    while True:
        sources = {edge.source_id for edge in left}
        kept = [edge for edge in left if edge.target_id in sources]
        if len(kept) == len(left):
            return bool(left)
        left = kept


@settings(deadline=None)
@given(graphs())
def test_without_its_loops_the_graph_has_no_circle(
    graph: tuple[list[Node], list[Edge], frozenset[UUID]],
) -> None:
    nodes, edges, _measured = graph
    loops = queries._loops(nodes, edges)
    assert not has_cycle([edge for edge in edges if edge.pk not in loops])
    assert has_cycle(edges) is bool(loops)


@pytest.mark.django_db
class TestQuery:
    def test_whole(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        partnership = PartnershipFactory()
        outcome = NodeFactory(partnership=partnership, kind="outcome", label="Safe sleep")
        activity = NodeFactory(partnership=partnership, kind="activity", label="Give beds")
        edge = EdgeFactory(source=activity, target=outcome)
        EdgeFactory()
        with django_assert_num_queries(3):
            theory = queries.theory(partnership)
            assert [edge.source.label for edge in theory.links] == ["Give beds"]
        assert theory.nodes == (activity, outcome)
        assert theory.links == (edge,)
        assert [(gap.node, gap.rule) for gap in theory.gaps] == [(outcome, "outcome_unmeasured")]

    def test_an_indicator_closes_the_gap(self) -> None:
        outcome = NodeFactory()
        measured = indicator(outcome.partnership)
        measured.outcome = outcome
        measured.save(update_fields=["outcome"])
        assert not queries.theory(outcome.partnership).gaps


@pytest.mark.django_db
class TestActions:
    def test_add_link_judge(self) -> None:
        partnership = PartnershipFactory()
        by = convener_of(partnership)
        give = actions.add_node(
            partnership=partnership, kind="activity", label=" Give beds ", by=by, at=AT
        )
        sleep = actions.add_node(
            partnership=partnership, kind="outcome", label="Sleep", by=by, at=AT
        )
        edge = actions.link_nodes(source=give, target=sleep, hypothesis="Used.", by=by, at=AT)
        back = actions.link_nodes(source=sleep, target=give, hypothesis="Trust.", by=by, at=AT)
        assert give.label == "Give beds"
        assert edge.status == Edge.Status.UNTESTED
        assert queries.theory(partnership).loops == {back.pk}
        actions.judge_link(edge=edge, status="mixed", because="Two of four.", by=by, at=AT)
        edge.refresh_from_db()
        assert (edge.status, edge.status_because, edge.status_at) == ("mixed", "Two of four.", AT)
        assert [event.kind for event in Event.objects.order_by("number")] == [
            "aim.node_added",
            "aim.node_added",
            "aim.nodes_linked",
            "aim.nodes_linked",
            "aim.link_judged",
        ]
        assert all(event.scope == partnership.pk for event in Event.objects.all())

    @pytest.mark.parametrize(
        ("kind", "label", "field"),
        [("wish", "x", "kind"), ("outcome", " ", "label"), ("outcome", "Taken", "label")],
    )
    def test_add_refuses(self, kind: str, label: str, field: str) -> None:
        partnership = NodeFactory(label="Taken").partnership
        with pytest.raises(Invalid) as refusal:
            actions.add_node(
                partnership=partnership, kind=kind, label=label, by=convener_of(partnership), at=AT
            )
        assert list(refusal.value.fields) == [field]

    def test_change_keeps_its_own_label(self) -> None:
        node = NodeFactory()
        by = convener_of(node.partnership)
        actions.change_node(node=node, label=node.label, words="More.", by=by, at=AT)
        node.refresh_from_db()
        assert node.words == "More."

    def test_link_refuses(self) -> None:
        edge = EdgeFactory()
        by = convener_of(edge.source.partnership)
        with pytest.raises(Invalid):
            actions.link_nodes(source=edge.source, target=edge.source, hypothesis="x", by=by, at=AT)
        with pytest.raises(Invalid):
            actions.link_nodes(source=edge.target, target=edge.source, hypothesis=" ", by=by, at=AT)
        with pytest.raises(Conflict, match=edge.source.label):
            actions.link_nodes(source=edge.source, target=edge.target, hypothesis="x", by=by, at=AT)
        with pytest.raises(Denied):
            actions.link_nodes(
                source=edge.source, target=NodeFactory(), hypothesis="x", by=by, at=AT
            )

    def test_judge_refuses_without_evidence_or_with_an_unknown_status(self) -> None:
        edge = EdgeFactory()
        by = convener_of(edge.source.partnership)
        with pytest.raises(Invalid):
            actions.judge_link(edge=edge, status="supported", because=" ", by=by, at=AT)
        with pytest.raises(Invalid):
            actions.judge_link(edge=edge, status="true", because="x", by=by, at=AT)
        actions.judge_link(edge=edge, status="untested", because="", by=by, at=AT)

    def test_what_was_learned_is_not_wiped_away(self) -> None:
        edge = EdgeFactory()
        partnership = edge.source.partnership
        by = convener_of(partnership)
        actions.judge_link(edge=edge, status="contradicted", because="No.", by=by, at=AT)
        with pytest.raises(Denied):
            actions.remove_link(edge=edge, by=by, at=AT)
        for node in (edge.source, edge.target):
            with pytest.raises(Denied):
                actions.remove_node(node=node, by=by, at=AT)
        measured = NodeFactory(partnership=partnership)
        found = indicator(partnership)
        found.outcome = measured
        found.save(update_fields=["outcome"])
        with pytest.raises(Denied, match="measures"):
            actions.remove_node(node=measured, by=by, at=AT)

    def test_remove(self) -> None:
        edge = EdgeFactory()
        by = convener_of(edge.source.partnership)
        actions.remove_link(edge=edge, by=by, at=AT)
        again = EdgeFactory(source=edge.source)
        actions.remove_node(node=edge.source, by=by, at=AT)
        assert not Edge.objects.filter(pk__in=[edge.pk, again.pk]).exists()
        assert Node.objects.count() == 2
