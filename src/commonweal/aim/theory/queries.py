"""Reading the theory of change: its boxes and links, what it leaves open, its loops, its history."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from commonweal.aim.models import Edge, EdgeRecord, Indicator, Node
from commonweal.aim.queries import one
from commonweal.compute.theory import gaps as computed
from commonweal.compute.theory.gaps import find_gaps
from commonweal.compute.theory.loops import Loop, find_loops
from commonweal.compute.theory.model import Box, Link, Measure
from commonweal.convene.models import Partnership
from commonweal.convene.queries import partnership_for, partnerships_for
from commonweal.core.models import Person
from commonweal.core.scope import Actor


def node_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Node:
    """Raises Missing for a table that the actor is not at."""
    return one(Node.objects.filter(partnership=partnership_for(actor, slug, at), pk=pk))


def edge_for(actor: Actor, slug: str, pk: UUID, at: datetime) -> Edge:
    """Raises Missing for a table that the actor is not at."""
    partnership = partnership_for(actor, slug, at)
    found = Edge.objects.select_related("source__partnership", "target")
    return one(found.filter(source__partnership=partnership, pk=pk))


@dataclass(frozen=True)
class Gap:
    """Something left open: the rule that found it, and the record it is about, None for all."""

    rule: str
    about: Node | Edge | Indicator | None


@dataclass(frozen=True)
class Ring:
    """A feedback loop by its links in order, and whether it reinforces or balances."""

    links: tuple[Edge, ...]
    kind: str


@dataclass(frozen=True)
class Theory:
    """The graph: boxes in the order activity, output, outcome, assumption; links; gaps; loops."""

    nodes: tuple[Node, ...]
    links: tuple[Edge, ...]
    indicators: tuple[Indicator, ...]
    gaps: tuple[Gap, ...]
    rings: tuple[Ring, ...]

    @property
    def goals(self) -> tuple[Node, ...]:
        return tuple(node for node in self.nodes if node.is_goal)


def theory(partnership: Partnership, today: date) -> Theory:
    """What the partnership believes leads where. Three queries."""
    order = Node.Kind.values
    nodes = sorted(
        Node.objects.filter(partnership=partnership)
        .select_related("watcher")
        .order_by("added_at", "id"),
        key=lambda node: order.index(node.kind),
    )
    links = list(
        Edge.objects.filter(source__partnership=partnership)
        .select_related("source", "target", "indicator", "watcher")
        .order_by("linked_at", "id")
    )
    measures = list(Indicator.objects.filter(partnership=partnership).order_by("title", "id"))
    records: dict[str, Node | Edge | Indicator] = {str(node.pk): node for node in nodes}
    records.update((str(link.pk), link) for link in links)
    records.update((str(each.pk), each) for each in measures)
    asked = asked_of(nodes, links, measures, today)
    gaps = find_gaps(asked).answer
    loops = find_loops(asked.boxes, asked.links).answer
    return Theory(
        nodes=tuple(nodes),
        links=tuple(links),
        indicators=tuple(measures),
        gaps=tuple(Gap(gap.rule, records.get(gap.subject)) for gap in gaps),
        rings=tuple(_ring(loop, {str(link.pk): link for link in links}) for loop in loops),
    )


def _ring(loop: Loop, links: dict[str, Edge]) -> Ring:
    return Ring(tuple(links[pk] for pk in loop.links), loop.kind)


def asked_of(
    nodes: list[Node], links: list[Edge], measures: list[Indicator], today: date
) -> computed.Theory:
    """What the computation is given; no word of it, only what the rules look at."""
    return computed.Theory(
        boxes=[
            Box(str(node.pk), node.kind, node.watcher_id is not None, bool(node.affected))
            for node in nodes
        ],
        links=[
            Link(
                str(link.pk),
                str(link.source_id),
                str(link.target_id),
                link.direction,
                link.status,
                link.evidence,
                link.review_date,
            )
            for link in links
        ],
        measures=[
            Measure(
                str(each.pk),
                str(each.outcome_id) if each.outcome_id else None,
                each.level == Indicator.Level.POPULATION,
            )
            for each in measures
        ],
        today=today,
    )


def links_of(node: Node) -> QuerySet[Edge]:
    """The links that lead to this box or away from it, in the order in which they were made."""
    return (
        Edge.objects.filter(Q(source=node) | Q(target=node))
        .select_related("source", "target", "indicator", "watcher")
        .order_by("linked_at", "id")
    )


def records(edge: Edge) -> QuerySet[EdgeRecord]:
    """What was believed of a link, the newest first."""
    return edge.records.select_related("indicator", "watcher").order_by("-number")


def speakers(said: Iterable[EdgeRecord]) -> dict[str, str]:
    """The names of the people who wrote these down, by how the record names them."""
    ids = {each.said_by.removeprefix("person:") for each in said if "person:" in each.said_by}
    return {f"person:{one.pk}": one.name for one in Person.objects.filter(pk__in=ids)}


def links_to_review(actor: Actor, at: datetime) -> QuerySet[Edge]:
    """Of every partnership of the actor the links with a review date, the earliest first."""
    return (
        Edge.objects.filter(
            source__partnership__in=partnerships_for(actor, at), review_date__isnull=False
        )
        .select_related("source__partnership", "target")
        .order_by(F("review_date").asc(), "id")
    )


def assumptions_to_review(actor: Actor, at: datetime) -> QuerySet[Node]:
    """Of every partnership of the actor the assumptions somebody watches, the earliest first."""
    return (
        Node.objects.filter(partnership__in=partnerships_for(actor, at), review_date__isnull=False)
        .select_related("partnership")
        .order_by(F("review_date").asc(), "id")
    )
