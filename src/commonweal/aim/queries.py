"""Reading the theory of change with its gaps, and indicators with their versions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from django.db.models import Case, F, Model, QuerySet, Value, When
from django.utils.translation import gettext as _

from commonweal.aim.models import Edge, Indicator, IndicatorVersion, Node
from commonweal.compute.indicators.definition import Definition
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.convene.models import Partnership
from commonweal.convene.policies import missing
from commonweal.convene.queries import partnership_for, readable_for
from commonweal.convene.reach import Part
from commonweal.core.scope import Actor

M = TypeVar("M", bound=Model)


def node_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Node:
    """Raises Missing for a table that the actor is not at."""
    return _one(Node.objects.filter(partnership=partnership_for(actor, slug, at), pk=pk))


def edge_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Edge:
    """Raises Missing for a table that the actor is not at."""
    partnership = partnership_for(actor, slug, at)
    found = Edge.objects.select_related("source__partnership", "target")
    return _one(found.filter(source__partnership=partnership, pk=pk))


def indicator_for(actor: Actor, slug: str, key: str, at: datetime) -> Indicator:
    """For who may read what the table aims at. Raises Missing."""
    partnership = readable_for(actor, slug, Part.AIM, at)
    found = Indicator.objects.select_related("owner", "outcome")
    one = _one(found.filter(partnership=partnership, key=key))
    one.partnership = partnership
    return one


def _one(found: QuerySet[M]) -> M:
    record = found.first()
    if record is None:
        raise missing()
    return record


@dataclass(frozen=True)
class Gap:
    """Something that the theory of change leaves open. `rule` is one of three stable names."""

    node: Node
    rule: str
    words: str


@dataclass(frozen=True)
class Theory:
    """The graph: boxes in the order activity, output, outcome, assumption; links; gaps.

    `loops` holds the links that close a feedback loop, seen from the boxes added first.
    """

    nodes: tuple[Node, ...]
    links: tuple[Edge, ...]
    gaps: tuple[Gap, ...]
    loops: frozenset[UUID]


def theory(partnership: Partnership) -> Theory:
    """What the partnership believes leads where. Three queries."""
    order = Node.Kind.values
    nodes = sorted(
        Node.objects.filter(partnership=partnership).order_by("added_at", "id"),
        key=lambda node: order.index(node.kind),
    )
    links = list(
        Edge.objects.filter(source__partnership=partnership)
        .select_related("source", "target")
        .order_by("linked_at", "id")
    )
    measured = frozenset(
        pk
        for pk in Indicator.objects.filter(partnership=partnership).values_list(
            "outcome_id", flat=True
        )
        if pk is not None
    )
    return Theory(tuple(nodes), tuple(links), gaps(nodes, links, measured), _loops(nodes, links))


def gaps(
    nodes: Sequence[Node], links: Iterable[Edge], measured: frozenset[UUID]
) -> tuple[Gap, ...]:
    """Outcomes that nothing measures, activities that lead to no outcome, unlinked assumptions.

    `measured` holds the ids of the boxes that an indicator measures. Linear in boxes and links.
    """
    forward = _neighbours((link.source_id, link.target_id) for link in links)
    backward = _neighbours((target, source) for source, to in forward.items() for target in to)
    outcomes = [node.pk for node in nodes if node.kind == Node.Kind.OUTCOME]
    towards_outcome = _reachable(outcomes, backward)
    found = []
    for node in nodes:
        if node.kind == Node.Kind.OUTCOME and node.pk not in measured:
            words = _("Nothing measures this outcome yet: define an indicator for it.")
            found.append(Gap(node, "outcome_unmeasured", words))
        if node.kind == Node.Kind.ACTIVITY and node.pk not in towards_outcome:
            words = _("This activity leads to no outcome: say what it is meant to change.")
            found.append(Gap(node, "activity_leads_nowhere", words))
        if node.kind == Node.Kind.ASSUMPTION and not forward.get(node.pk):
            words = _("This assumption carries nothing: link it to what depends on it.")
            found.append(Gap(node, "assumption_carries_nothing", words))
    return tuple(found)


def _neighbours(pairs: Iterable[tuple[UUID, UUID]]) -> Mapping[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for source, target in pairs:
        found[source].append(target)
    return dict(found)


def _reachable(starts: Iterable[UUID], neighbours: Mapping[UUID, list[UUID]]) -> set[UUID]:
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for pk in neighbours.get(waiting.pop(), ()):
            if pk not in seen:
                seen.add(pk)
                waiting.append(pk)
    return seen


def _loops(nodes: Sequence[Node], links: Sequence[Edge]) -> frozenset[UUID]:
    """The links that lead back to a box on the way to their own source, by a walk in depth."""
    outgoing: dict[UUID, list[Edge]] = defaultdict(list)
    for link in links:
        outgoing[link.source_id].append(link)
    closing: set[UUID] = set()
    done: set[UUID] = set()
    for start in nodes:
        if start.pk in done:
            continue
        path = {start.pk}
        stack = [(start.pk, iter(outgoing[start.pk]))]
        while stack:
            here, rest = stack[-1]
            following = next(rest, None)
            if following is None:
                stack.pop()
                path.discard(here)
                done.add(here)
            elif following.target_id in path:
                closing.add(following.pk)
            elif following.target_id not in done:
                path.add(following.target_id)
                stack.append((following.target_id, iter(outgoing[following.target_id])))
    return frozenset(closing)


def nodes(partnership: Partnership) -> QuerySet[Node]:
    """Every box, by name: for the forms that point to one."""
    return Node.objects.filter(partnership=partnership).order_by("label")


def indicators(partnership: Partnership) -> QuerySet[Indicator]:
    """Population indicators first, then performance, by title."""
    return (
        Indicator.objects.filter(partnership=partnership)
        .select_related("owner", "outcome")
        .order_by(Case(When(level="population", then=Value(0)), default=Value(1)), "title", "id")
    )


def versions(indicator: Indicator) -> QuerySet[IndicatorVersion]:
    """Every version, the newest first."""
    return IndicatorVersion.objects.filter(indicator=indicator).order_by("-number")


def current_version(indicator: Indicator, at: datetime) -> IndicatorVersion | None:
    """The newest version agreed by `at`."""
    return versions(indicator).filter(agreed_at__lte=at).first()


def current_versions(partnership: Partnership, at: datetime) -> list[IndicatorVersion]:
    """The current version of every indicator, in the order of `indicators`. Two queries."""
    newest: dict[UUID, IndicatorVersion] = {}
    agreed = IndicatorVersion.objects.filter(indicator__partnership=partnership, agreed_at__lte=at)
    for version in agreed.order_by(F("number").asc()):
        newest[version.indicator_id] = version
    found = []
    for indicator in indicators(partnership):
        current = newest.get(indicator.pk)
        if current is not None:
            current.indicator = indicator
            found.append(current)
    return found


def definition(version: IndicatorVersion) -> Definition:
    """The parsed definition of a stored version; it was checked when it was written."""
    (parsed,) = parse_definitions(version.definition)
    return parsed
