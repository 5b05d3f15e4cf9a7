"""The theory of change: its links can fail, its gaps are seen, its loops are known as loops."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from pytest_django.fixtures import DjangoAssertNumQueries

from commonweal.aim.models import Edge, Node
from commonweal.aim.tests.factories import EdgeFactory, NodeFactory, indicator
from commonweal.aim.theory import actions, queries
from commonweal.aim.theory.actions import Care, Hypothesis
from commonweal.convene.tests.factories import AT, PartnershipFactory, convener_of, seated
from commonweal.core import due
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Event

TODAY = AT.date()


@pytest.mark.django_db
class TestQuery:
    def test_whole(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        partnership = PartnershipFactory()
        outcome = NodeFactory(partnership=partnership, kind="outcome", label="Safe sleep")
        activity = NodeFactory(partnership=partnership, kind="activity", label="Give beds")
        edge = EdgeFactory(source=activity, target=outcome)
        EdgeFactory()
        with django_assert_num_queries(3):
            theory = queries.theory(partnership, TODAY)
            assert [edge.source.label for edge in theory.links] == ["Give beds"]
        assert theory.nodes == (activity, outcome)
        assert theory.links == (edge,)
        assert [(gap.about, gap.rule) for gap in theory.gaps] == [
            (outcome, "outcome_unmeasured"),
            (None, "nobody_affected"),
        ]

    def test_an_indicator_closes_the_gap(self) -> None:
        outcome = NodeFactory(affected="Four parents.")
        measured = indicator(outcome.partnership)
        measured.outcome = outcome
        measured.save(update_fields=["outcome"])
        assert not queries.theory(outcome.partnership, TODAY).gaps


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
        (ring,) = queries.theory(partnership, TODAY).rings
        assert (ring.links, ring.kind) == ((edge, back), "cannot_tell")
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


def seen(edge: Edge) -> list[tuple[int, str, str, str, int]]:
    return [
        (each.number, each.hypothesis, each.direction, each.status, each.evidence)
        for each in queries.records(edge)
    ]


@pytest.mark.django_db
class TestHypotheses:
    def test_every_belief_stays_on_record(self) -> None:
        partnership = PartnershipFactory()
        by = convener_of(partnership)
        watcher = seated(partnership).organisation
        one, two = (NodeFactory(partnership=partnership) for _ in range(2))
        edge = actions.link_nodes(source=one, target=two, hypothesis="Used.", by=by, at=AT)
        expected = Hypothesis("more", "12", "percentage points", None, TODAY, watcher, TODAY)
        actions.change_link(edge=edge, hypothesis="Used a lot.", expected=expected, by=by, at=AT)
        actions.judge_link(edge=edge, status="mixed", because="Two.", by=by, at=AT, evidence=2)
        assert seen(edge) == [
            (3, "Used a lot.", "more", "mixed", 2),
            (2, "Used a lot.", "more", "untested", 1),
            (1, "Used.", "", "untested", 1),
        ]
        newest = queries.records(edge)[0]
        assert (newest.size, newest.size_unit, newest.watcher) == (
            "12",
            "percentage points",
            watcher,
        )
        assert newest.said_by == by.label
        with pytest.raises(IntegrityError), transaction.atomic():
            edge.records.update(hypothesis="Never said.")

    def test_untested_again_is_still_not_wiped_away(self) -> None:
        edge = EdgeFactory()
        by = convener_of(edge.source.partnership)
        actions.judge_link(edge=edge, status="contradicted", because="No.", by=by, at=AT)
        actions.judge_link(edge=edge, status="untested", because="", by=by, at=AT)
        with pytest.raises(Denied):
            actions.remove_link(edge=edge, by=by, at=AT)
        with pytest.raises(Denied):
            actions.remove_node(node=edge.source, by=by, at=AT)

    @pytest.mark.parametrize(
        ("expected", "field"),
        [
            (Hypothesis(direction="sideways"), "direction"),
            (Hypothesis(size="many", size_unit="beds"), "size"),
            (Hypothesis(size_unit="beds"), "size"),
            (Hypothesis(review_date=TODAY - timedelta(days=1)), "review_date"),
        ],
    )
    def test_expecting_refuses(self, expected: Hypothesis, field: str) -> None:
        edge = EdgeFactory()
        by = convener_of(edge.source.partnership)
        with pytest.raises(Invalid) as refusal:
            actions.change_link(edge=edge, hypothesis="x", expected=expected, by=by, at=AT)
        assert list(refusal.value.fields) == [field]
        assert not edge.records.exists()

    def test_expecting_refuses_what_is_of_another_table(self) -> None:
        edge = EdgeFactory()
        by = convener_of(edge.source.partnership)
        other = PartnershipFactory()
        for expected in (
            Hypothesis(indicator=indicator(other)),
            Hypothesis(watcher=seated(other).organisation),
        ):
            with pytest.raises(Invalid):
                actions.change_link(edge=edge, hypothesis="x", expected=expected, by=by, at=AT)

    def test_a_review_date_that_has_passed_since_does_not_block_a_change(self) -> None:
        edge = EdgeFactory(review_date=TODAY - timedelta(days=9))
        by = convener_of(edge.source.partnership)
        same = Hypothesis(review_date=edge.review_date, direction="less")
        actions.change_link(edge=edge, hypothesis="x", expected=same, by=by, at=AT)
        assert edge.records.get().direction == "less"

    def test_no_comparison_beside_a_level_that_rests_on_one(self) -> None:
        edge = EdgeFactory()
        by = convener_of(edge.source.partnership)
        words = {"status": "supported", "because": "Four pilots.", "no_comparison": "One ward."}
        with pytest.raises(Invalid):
            actions.judge_link(edge=edge, by=by, at=AT, evidence=3, **words)
        with pytest.raises(Invalid):
            actions.judge_link(edge=edge, by=by, at=AT, evidence=6, **words)
        actions.judge_link(edge=edge, by=by, at=AT, evidence=2, **words)

    @pytest.mark.parametrize(
        "bad",
        [
            {"evidence": 6},
            {"direction": "up"},
            {"size_unit": "beds"},
            {"evidence": 3, "no_comparison": "One ward."},
        ],
    )
    def test_the_database_refuses(self, bad: dict[str, Any]) -> None:
        edge = EdgeFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            Edge.objects.filter(pk=edge.pk).update(**bad)


@pytest.mark.django_db
class TestCare:
    def test_an_assumption_is_watched_wholly_or_not_at_all(self) -> None:
        node = NodeFactory(kind="assumption")
        by = convener_of(node.partnership)
        watcher = seated(node.partnership).organisation
        change = partial(actions.change_node, node=node, label="x", words="", by=by, at=AT)
        for half, field in (
            (Care(watcher=watcher), "watch_how"),
            (Care(watch_how="By asking."), "watcher"),
            (Care(watcher=watcher, watch_how="By asking."), "review_date"),
            (Care(is_goal=True), "is_goal"),
        ):
            with pytest.raises(Invalid) as refusal:
                change(care=half)
            assert list(refusal.value.fields) == [field]
        change(care=Care(watcher=watcher, watch_how="By asking.", review_date=TODAY))
        change()
        node.refresh_from_db()
        assert (node.watcher, node.watch_how) == (watcher, "By asking.")
        with pytest.raises(IntegrityError), transaction.atomic():
            Node.objects.filter(pk=node.pk).update(watch_how="")
        with pytest.raises(IntegrityError), transaction.atomic():
            Node.objects.filter(pk=node.pk).update(is_goal=True)

    def test_reviews_come_due_for_who_watches(self) -> None:
        partnership = PartnershipFactory()
        by = convener_of(partnership)
        watcher = seated(partnership).organisation
        yesterday = TODAY - timedelta(days=1)
        source = NodeFactory(
            partnership=partnership,
            kind="assumption",
            watcher=watcher,
            watch_how="x",
            review_date=TODAY,
        )
        target = NodeFactory(partnership=partnership)
        EdgeFactory(source=source, target=target, review_date=yesterday, watcher=watcher)
        found = [item for item in due.items(by, AT) if item.kind.startswith("aim.")]
        assert [(item.kind, item.late, item.organisation_id) for item in found] == [
            ("aim.link_review", True, watcher.pk),
            ("aim.assumption_review", False, watcher.pk),
        ]
        outsider = convener_of(PartnershipFactory())
        assert not [item for item in due.items(outsider, AT) if item.kind.startswith("aim.")]
