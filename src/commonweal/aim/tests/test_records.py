"""Permissions of the theory of change and of indicators, and what the database itself refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from commonweal.aim import actions, queries
from commonweal.aim.models import Edge, Indicator, IndicatorVersion, Node
from commonweal.aim.tests.factories import (
    EdgeFactory,
    EntryPointFactory,
    NodeFactory,
    definition,
    indicator,
)
from commonweal.aim.theory import actions as theories
from commonweal.aim.theory import queries as reading
from commonweal.convene import queries as convene
from commonweal.convene.tests.factories import (
    AT,
    OrganisationFactory,
    PartnershipFactory,
    convener_of,
    partner_of,
)
from commonweal.core.errors import Denied, Missing
from commonweal.core.models import Event
from commonweal.core.scope import NOBODY, Actor

pytestmark = pytest.mark.django_db


def test_the_journey_waits_for_an_entry_point_and_an_indicator() -> None:
    partnership = PartnershipFactory()

    def missing() -> set[str]:
        return {check.key for check in convene.checks(partnership, AT) if not check.done}

    assert {"entry_point", "indicator"} <= missing()
    EntryPointFactory(partnership=partnership, chosen_at=AT)
    indicator(partnership)
    assert not {"entry_point", "indicator"} & missing()


Change = Callable[[Any, Actor], object]
CHANGES: dict[str, Change] = {
    "add_node": lambda r, by: theories.add_node(
        partnership=r["partnership"], kind="output", label="x", by=by, at=AT
    ),
    "change_node": lambda r, by: theories.change_node(
        node=r["edge"].source, label="x", words="", by=by, at=AT
    ),
    "remove_node": lambda r, by: theories.remove_node(node=r["edge"].source, by=by, at=AT),
    "link_nodes": lambda r, by: theories.link_nodes(
        source=r["edge"].target, target=r["edge"].source, hypothesis="x", by=by, at=AT
    ),
    "judge_link": lambda r, by: theories.judge_link(
        edge=r["edge"], status="mixed", because="x", by=by, at=AT
    ),
    "change_link": lambda r, by: theories.change_link(
        edge=r["edge"], hypothesis="x", expected=theories.Hypothesis(), by=by, at=AT
    ),
    "remove_link": lambda r, by: theories.remove_link(edge=r["edge"], by=by, at=AT),
    "define_indicator": lambda r, by: actions.define_indicator(
        partnership=r["partnership"],
        definition=definition("other"),
        level="population",
        unit="%",
        contract_key="visits",
        reason="x",
        by=by,
        at=AT,
    ),
    "revise_indicator": lambda r, by: actions.revise_indicator(
        indicator=r["indicator"],
        definition=definition(version=2),
        contract_key="visits",
        reason="x",
        by=by,
        at=AT,
    ),
}


@pytest.fixture
def records() -> dict[str, Any]:
    partnership = PartnershipFactory()
    return {
        "partnership": partnership,
        "edge": EdgeFactory(source=NodeFactory(partnership=partnership, kind="activity")),
        "indicator": indicator(partnership),
    }


@pytest.mark.parametrize("change", CHANGES)
def test_only_the_convener_changes(change: str, records: dict[str, Any]) -> None:
    before = Event.objects.count()
    with pytest.raises(Denied):
        CHANGES[change](records, partner_of(records["partnership"]))
    for by in (NOBODY, convener_of(PartnershipFactory())):
        with pytest.raises(Missing):
            CHANGES[change](records, by)
    assert Event.objects.count() == before
    CHANGES[change](records, convener_of(records["partnership"]))
    assert Event.objects.count() == before + 1


def test_getters_find_only_what_is_of_ones_own_table(records: dict[str, Any]) -> None:
    slug = records["partnership"].slug
    insider, outsider = partner_of(records["partnership"]), convener_of(PartnershipFactory())
    getters: list[tuple[Callable[..., Any], Any, Any]] = [
        (reading.node_for, records["edge"].source.pk, records["edge"].source),
        (reading.edge_for, records["edge"].pk, records["edge"]),
        (queries.indicator_for, records["indicator"].key, records["indicator"]),
    ]
    elsewhere = PartnershipFactory()
    seated_elsewhere = partner_of(elsewhere)
    for get, key, record in getters:
        assert get(insider, slug, key, AT) == record
        other = "nothing" if isinstance(key, str) else uuid4()
        for by, at_slug, pk in (
            (outsider, slug, key),
            (insider, slug, other),
            (seated_elsewhere, elsewhere.slug, key),
        ):
            with pytest.raises(Missing):
                get(by, at_slug, pk, AT)


class TestDatabase:
    """Invariants that hold even against a bulk update."""

    def refused(self, write: Callable[[], object]) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            write()

    def test_a_version_is_never_changed(self) -> None:
        indicator(PartnershipFactory())
        for change in ({"target": "0.9"}, {"definition": "x"}, {"reason": "y"}):
            self.refused(lambda change=change: IndicatorVersion.objects.update(**change))

    def test_owner_by_level(self) -> None:
        found = indicator(PartnershipFactory())
        owner = OrganisationFactory()
        rows = Indicator.objects.filter(pk=found.pk)
        self.refused(lambda: rows.update(owner=owner))
        self.refused(lambda: rows.update(level="performance"))
        self.refused(lambda: rows.update(key="other"))
        self.refused(
            lambda: Indicator.objects.create(
                partnership=found.partnership,
                key="b",
                title="b",
                level="performance",
                polarity="lower",
                unit="x",
                defined_at=AT,
            )
        )

    def test_version_rows(self) -> None:
        found = indicator(PartnershipFactory())
        good = {"number": 2, "reason": "x", "definition": "y", "agreed_at": AT}
        for bad in (
            {"number": 1},
            {"reason": ""},
            {"baseline": "0.5"},
            {"target_period": "2026-01"},
        ):
            self.refused(
                lambda bad=bad: IndicatorVersion.objects.create(indicator=found, **{**good, **bad})
            )

    def test_edges(self) -> None:
        edge = EdgeFactory()
        good = {"source": edge.target, "target": edge.source, "hypothesis": "x", "linked_at": AT}
        for bad in (
            {"source": edge.source},
            {"source": edge.source, "target": edge.target},
            {"hypothesis": ""},
            {"status": "sure"},
            {"status": "supported"},
        ):
            self.refused(lambda bad=bad: Edge.objects.create(**{**good, **bad}))

    def test_nodes(self) -> None:
        node = NodeFactory()
        for bad in ({"kind": "wish"}, {"label": ""}):
            self.refused(lambda bad=bad: Node.objects.filter(pk=node.pk).update(**bad))
        self.refused(lambda: NodeFactory(partnership=node.partnership, label=node.label))
