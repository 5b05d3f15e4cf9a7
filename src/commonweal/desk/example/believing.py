"""What the example's table expects of its theory of change, and what it has seen of it so far.

`expect` is called once the indicators are defined, `look_again` at the end of the records.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from commonweal.aim.models import Edge, Indicator, Node
from commonweal.aim.theory import actions as theories
from commonweal.compute.synthetic.world import add_months
from commonweal.convene.models import Partnership
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor


class Scene(Protocol):
    """What of the example this part needs; `first` is the first day of the records."""

    organisations: dict[str, Organisation]
    partnership: Partnership

    @property
    def first(self) -> date: ...

    def convener(self, at: datetime) -> Actor: ...


@dataclass(frozen=True)
class Expected:
    """Of the link between two boxes, by their names in the drawing. `months`: until the review."""

    source: str
    target: str
    direction: str
    size: str
    size_unit: str
    indicator: str
    watcher: str
    months: int


EXPECTED = (
    Expected(
        "Deliver beds in four ways",
        "Beds reach children",
        "more",
        "most families within a week",
        "",
        "days-to-delivery",
        "charity",
        20,
    ),
    Expected(
        "Beds reach children",
        "Babies sleep safely at six weeks",
        "more",
        "10",
        "percentage points",
        "safe-sleep-six-weeks",
        "hospital",
        20,
    ),
    Expected(
        "Families feel sure what is safe",
        "Babies sleep safely at six weeks",
        "more",
        "a little, and for longer",
        "",
        "felt-listened-to",
        "hospital",
        21,
    ),
    Expected(
        "Babies sleep safely at six weeks",
        "Ask every family on the ward",
        "less",
        "fewer wards to remind",
        "",
        "",
        "hospital",
        22,
    ),
    Expected("Ask every family on the ward", "Beds reach children", "more", "", "", "", "", 22),
)
GOAL = "Fewer babies come to harm"
TOOK_PART = "Both residents’ seats, and eleven parents on two evenings with interpreters."
TRUST = "Families let the visitor in"


def expect(scene: Scene, at: datetime) -> None:
    """Each link says what would show it; the end goal is marked; one assumption is watched."""
    by, partnership = scene.convener(at), scene.partnership
    nodes = {node.label: node for node in Node.objects.filter(partnership=partnership)}
    measures = {each.key: each for each in Indicator.objects.filter(partnership=partnership)}
    goal = nodes[GOAL]
    theories.change_node(
        node=goal,
        label=goal.label,
        words=goal.words,
        care=theories.Care(is_goal=True, affected=TOOK_PART),
        by=by,
        at=at,
    )
    for one in EXPECTED:
        edge = _edge(nodes[one.source], nodes[one.target])
        theories.change_link(
            edge=edge,
            hypothesis=edge.hypothesis,
            expected=theories.Hypothesis(
                direction=one.direction,
                size=one.size,
                size_unit=one.size_unit,
                indicator=measures.get(one.indicator),
                by_when=add_months(scene.first, 18),
                watcher=scene.organisations.get(one.watcher),
                review_date=add_months(scene.first, one.months),
            ),
            by=by,
            at=at,
        )
    _assume(scene, nodes["Families feel sure what is safe"], by, at)


def _assume(scene: Scene, carried: Node, by: Actor, at: datetime) -> None:
    trust = theories.add_node(
        partnership=scene.partnership,
        kind=Node.Kind.ASSUMPTION,
        label=TRUST,
        words="A visit that feels like an inspection ends at the door.",
        by=by,
        at=at,
    )
    theories.change_node(
        node=trust,
        label=trust.label,
        words=trust.words,
        care=theories.Care(
            watcher=scene.organisations["charity"],
            watch_how="By asking every quarter in which streets doors stay shut.",
            review_date=add_months(scene.first, 21),
        ),
        by=by,
        at=at,
    )
    theories.link_nodes(
        source=trust,
        target=carried,
        hypothesis="Only who comes in can explain without blame.",
        by=by,
        at=at,
    )


def look_again(scene: Scene, at: datetime) -> None:
    """What the table saw: one belief held on a first level of evidence, one held in part."""
    by = scene.convener(at)
    nodes = {node.label: node for node in Node.objects.filter(partnership=scene.partnership)}
    theories.judge_link(
        edge=_edge(nodes["Deliver beds in four ways"], nodes["Beds reach children"]),
        status=Edge.Status.SUPPORTED,
        because="The charity’s delivery records, read together at the summit.",
        evidence=Edge.Evidence.CHANGE,
        no_comparison="No family was to wait for a bed so that others could be compared with it.",
        by=by,
        at=at,
    )
    theories.judge_link(
        edge=_edge(nodes["Ask every family on the ward"], nodes["Beds reach children"]),
        status=Edge.Status.MIXED,
        because="By day every family is asked. At night and at weekends the question is forgotten.",
        evidence=Edge.Evidence.ACCOUNT,
        by=by,
        at=at,
    )


def _edge(source: Node, target: Node) -> Edge:
    return Edge.objects.select_related("source__partnership", "target").get(
        source=source, target=target
    )
