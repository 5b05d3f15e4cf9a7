"""Records for tests of this room and of every room above it."""

from __future__ import annotations

from datetime import date

import factory
from factory.django import DjangoModelFactory

from commonweal.aim import actions
from commonweal.aim.actions import Goal
from commonweal.aim.models import Edge, EntryPoint, Indicator, Node
from commonweal.convene.models import Partnership
from commonweal.convene.tests.factories import AT, EARLIER, PartnershipFactory
from commonweal.core.scope import system

DEFINITION = """\
id: {key}
version: {version}
title: Babies who sleep safely at six weeks
kind: proportion
reads:
  child: text
  place_to_sleep: text
  visited_on: date
unit: {{distinct: child}}
numerator: place_to_sleep = 'own bed'
denominator: place_to_sleep is not missing
period: {{column: visited_on, grain: month}}
polarity: higher
"""

NO_GOAL = Goal()


def definition(key: str = "safe_sleep", version: int = 1) -> str:
    """The text of a definition that can be used."""
    return DEFINITION.format(key=key, version=version)


class EntryPointFactory(DjangoModelFactory[EntryPoint]):
    class Meta:
        model = EntryPoint

    partnership = factory.SubFactory(PartnershipFactory)
    statement = factory.Sequence(lambda n: f"A bed for every newborn {n}")
    meaningful = "A bed of its own halves the risk."
    actionable = "Midwives visit every family already."
    acceptable = "All three councils agree."
    provisional = "Four pilots for a year, then we look again."
    review_date = date(2026, 12, 1)
    proposed_at = EARLIER


class NodeFactory(DjangoModelFactory[Node]):
    class Meta:
        model = Node

    partnership = factory.SubFactory(PartnershipFactory)
    kind = Node.Kind.OUTCOME
    label = factory.Sequence(lambda n: f"Babies sleep safely {n}")
    added_at = EARLIER


class EdgeFactory(DjangoModelFactory[Edge]):
    """From an activity to an outcome of the same partnership."""

    class Meta:
        model = Edge

    source = factory.SubFactory(NodeFactory, kind=Node.Kind.ACTIVITY)
    target = factory.LazyAttribute(lambda edge: NodeFactory(partnership=edge.source.partnership))
    hypothesis = "Who gets a bed uses it."
    linked_at = EARLIER


def indicator(
    partnership: Partnership, key: str = "safe_sleep", *, text: str = "", goal: Goal = NO_GOAL
) -> Indicator:
    """A population indicator with its first version."""
    return actions.define_indicator(
        partnership=partnership,
        definition=text or definition(key),
        level=Indicator.Level.POPULATION,
        unit="% of babies",
        contract_key="visits",
        reason="It is what families asked for.",
        goal=goal,
        by=system("test"),
        at=AT,
    )
