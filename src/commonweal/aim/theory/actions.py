"""Everything that changes the theory of change. Each writes one event."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.aim import policies
from commonweal.aim.models import Belief, Edge, EdgeRecord, Indicator, Node
from commonweal.aim.writing import claim, needed
from commonweal.convene.models import Partnership
from commonweal.convene.queries import partners
from commonweal.core import events
from commonweal.core.errors import Denied, Invalid
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor


def add_node(
    *, partnership: Partnership, kind: str, label: str, by: Actor, at: datetime, words: str = ""
) -> Node:
    """Add an activity, output, outcome or assumption. Convener only.

    Raises Invalid for an unknown kind, a blank name or a name that another box has.
    """
    policies.check_can_aim(by, partnership, at)
    if kind not in Node.Kind.values:
        unknown = _("Choose what kind of thing this is.")
        raise Invalid.at("kind", unknown)
    label = _free_label(partnership, label)
    with transaction.atomic():
        node = Node.objects.create(
            partnership=partnership, kind=kind, label=label, words=words.strip(), added_at=at
        )
        _log("node_added", node, partnership, by, at, data={"kind": kind})
    return node


@dataclass(frozen=True)
class Care:
    """What is said of a box besides its words.

    Only an outcome can be an end goal. Only an assumption is watched: by whom, how and when it is
    looked at again go together, or none of them.
    """

    affected: str = ""
    is_goal: bool = False
    watcher: Organisation | None = None
    watch_how: str = ""
    review_date: date | None = None


def change_node(
    *, node: Node, label: str, words: str, by: Actor, at: datetime, care: Care | None = None
) -> None:
    """Say anew what a box is; its kind and links stay, and its care unless given. Convener only.

    Raises Invalid, naming the field, for a watch that is half said, a watcher without a seat or a
    review date that has passed.
    """
    policies.check_can_aim(by, node.partnership, at)
    label = _free_label(node.partnership, label, but=node)
    changed = ["label", "words"]
    if care is not None:
        _check_care(node, care, at)
        node.affected, node.is_goal = care.affected.strip(), care.is_goal
        node.watcher, node.watch_how = care.watcher, care.watch_how.strip()
        node.review_date = care.review_date
        changed += ["affected", "is_goal", "watcher", "watch_how", "review_date"]
    with transaction.atomic():
        node.label, node.words = label, words.strip()
        node.save(update_fields=changed)
        _log("node_changed", node, node.partnership, by, at)


def _check_care(node: Node, care: Care, at: datetime) -> None:
    if care.is_goal and node.kind != Node.Kind.OUTCOME:
        raise Invalid.at("is_goal", _("Only an outcome can be an end goal."))
    asked = {
        "watcher": (care.watcher, _("Choose who watches this assumption.")),
        "watch_how": (care.watch_how.strip(), _("Say how it is watched.")),
        "review_date": (care.review_date, _("Enter the day on which you look at it again.")),
    }
    if not any(given for given, _ask in asked.values()):
        return
    if node.kind != Node.Kind.ASSUMPTION:
        raise Invalid.at("watcher", _("Only an assumption is watched in this way."))
    for field, (given, ask) in asked.items():
        if not given:
            raise Invalid.at(field, ask)
    check_watch(node.partnership, care.watcher, care.review_date, node.review_date, at)


def check_watch(
    partnership: Partnership,
    watcher: Organisation | None,
    review: date | None,
    before: date | None,
    at: datetime,
) -> None:
    """A watcher has a seat; a review date that is not the one `before` has not passed."""
    if watcher is not None and not partners(partnership, at).filter(pk=watcher.pk).exists():
        raise Invalid.at("watcher", _("Choose an organisation that has a seat at the table."))
    if review is not None and review != before and review < timezone.localdate(at):
        raise Invalid.at("review_date", _("Choose today or a day in the future."))


def remove_node(*, node: Node, by: Actor, at: datetime) -> None:
    """Take a box away, with its untested links. Convener only.

    Raises Denied while evidence or an indicator hangs on it: what was learned is not wiped away.
    """
    policies.check_can_aim(by, node.partnership, at)
    if any(was_tested(edge) for edge in [*node.outgoing.all(), *node.incoming.all()]):
        raise Denied(
            _("A link of “%(label)s” has been tested, so it stays.") % {"label": node.label},
            mend=_("Say in its words why it is no longer pursued."),
        )
    if node.indicators.exists():
        raise Denied(
            _("An indicator measures “%(label)s”, so it stays.") % {"label": node.label},
            mend=_("Say in its words why it is no longer pursued."),
        )
    with transaction.atomic():
        _log("node_removed", node, node.partnership, by, at, data={"kind": node.kind})
        node.delete()


@dataclass(frozen=True)
class Hypothesis:
    """What is expected of a link besides its words. Blank and None mean that nobody has said.

    `size` is in words, or a decimal number when `size_unit` says what it counts.
    """

    direction: str = ""
    size: str = ""
    size_unit: str = ""
    indicator: Indicator | None = None
    by_when: date | None = None
    watcher: Organisation | None = None
    review_date: date | None = None


def link_nodes(
    *,
    source: Node,
    target: Node,
    hypothesis: str,
    by: Actor,
    at: datetime,
    expected: Hypothesis = Hypothesis(),
) -> Edge:
    """State that one box leads to another, as a hypothesis that can fail. Convener only.

    Loops are allowed. Raises Invalid for a link of a box to itself, Conflict for one that exists.
    """
    policies.check_can_aim(by, source.partnership, at)
    if source.partnership_id != target.partnership_id:
        raise Denied(_("Both ends of a link belong to the same partnership."))
    if source.pk == target.pk:
        same = _("A link needs two different ends.")
        raise Invalid.at("target", same)
    hypothesis = needed(
        hypothesis, "hypothesis", _("Say why the first leads to the second, so that it can fail.")
    )
    with transaction.atomic():
        edge = Edge(source=source, target=target, hypothesis=hypothesis, linked_at=at)
        _expect(edge, expected, at)
        claim(
            lambda: edge.save(force_insert=True),
            _("“%(source)s” and “%(target)s” are linked already.")
            % {"source": source.label, "target": target.label},
        )
        _record(edge, by, at)
        _log("nodes_linked", edge, source.partnership, by, at)
    return edge


def change_link(
    *, edge: Edge, hypothesis: str, expected: Hypothesis, by: Actor, at: datetime
) -> None:
    """Say anew what is expected of a link; what was believed before stays on record. Convener only.

    Raises Invalid, naming the field, for what does not fit.
    """
    partnership = edge.source.partnership
    policies.check_can_aim(by, partnership, at)
    edge.hypothesis = needed(
        hypothesis, "hypothesis", _("Say why the first leads to the second, so that it can fail.")
    )
    _expect(edge, expected, at)
    with transaction.atomic():
        edge.save(update_fields=["hypothesis", *(field.name for field in fields(Hypothesis))])
        _record(edge, by, at)
        _log("link_changed", edge, partnership, by, at)


def _expect(edge: Edge, expected: Hypothesis, at: datetime) -> None:
    """Put on the edge, not yet in the database, what is expected of it."""
    partnership = edge.source.partnership
    if expected.direction not in ("", *Edge.Direction.values):
        raise Invalid.at("direction", _("Choose which way it goes."))
    if expected.indicator and expected.indicator.partnership_id != partnership.pk:
        raise Invalid.at("indicator", _("Choose an indicator of this partnership."))
    check_watch(partnership, expected.watcher, expected.review_date, edge.review_date, at)
    size, unit = expected.size.strip(), expected.size_unit.strip()
    if unit and not re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", size):
        raise Invalid.at("size", _("With a unit, write the size as a number, such as 12 or 0.5."))
    edge.direction, edge.size, edge.size_unit = expected.direction, size, unit
    edge.indicator, edge.by_when = expected.indicator, expected.by_when
    edge.watcher, edge.review_date = expected.watcher, expected.review_date


def judge_link(
    *,
    edge: Edge,
    status: str,
    because: str,
    by: Actor,
    at: datetime,
    evidence: int = 1,
    no_comparison: str = "",
) -> None:
    """Say how a hypothesis has fared so far, what shows it and how surely. Convener only.

    `evidence` is one of five levels. Raises Invalid for a status without what shows it, an unknown
    level, or a reason why no comparison is feasible beside a level that rests on one.
    """
    partnership = edge.source.partnership
    policies.check_can_aim(by, partnership, at)
    if status not in Edge.Status.values:
        raise Invalid.at("status", _("Choose how the hypothesis has fared."))
    if status != Edge.Status.UNTESTED:
        because = needed(because, "because", _("Say what shows it."))
    if evidence not in Edge.Evidence.values:
        raise Invalid.at("evidence", _("Choose the level of evidence."))
    if no_comparison.strip() and evidence > Edge.Evidence.CHANGE:
        raise Invalid.at(
            "no_comparison",
            _("This level rests on a comparison. Leave this blank, or choose level 1 or 2."),
        )
    with transaction.atomic():
        edge.status, edge.status_because, edge.status_at = status, because.strip(), at
        edge.evidence, edge.no_comparison = evidence, no_comparison.strip()
        edge.save(
            update_fields=["status", "status_because", "status_at", "evidence", "no_comparison"]
        )
        _record(edge, by, at)
        _log(
            "link_judged", edge, partnership, by, at, data={"status": status, "evidence": evidence}
        )


def was_tested(edge: Edge) -> bool:
    """Whether it is, or ever was, anything but untested."""
    untested = Edge.Status.UNTESTED
    return edge.status != untested or edge.records.exclude(status=untested).exists()


def _record(edge: Edge, by: Actor, at: datetime) -> None:
    """Keep what is believed from now on beside all that was believed before."""
    believed = {field.name: getattr(edge, field.name) for field in Belief._meta.get_fields()}
    number = edge.records.count() + 1
    claim(
        lambda: EdgeRecord.objects.create(
            edge=edge, number=number, said_by=by.label, said_at=at, **believed
        )
    )


def remove_link(*, edge: Edge, by: Actor, at: datetime) -> None:
    """Take an untested link away. Raises Denied for a tested one. Convener only."""
    partnership = edge.source.partnership
    policies.check_can_aim(by, partnership, at)
    if was_tested(edge):
        raise Denied(
            _("This hypothesis has been tested, so it stays."),
            mend=_("Give it the status “Contradicted” if it did not hold."),
        )
    with transaction.atomic():
        _log("link_removed", edge, partnership, by, at)
        edge.delete()


def _free_label(partnership: Partnership, label: str, but: Node | None = None) -> str:
    label = needed(label, "label", _("Give it a name."))
    others = Node.objects.filter(partnership=partnership, label=label)
    if (others.exclude(pk=but.pk) if but else others).exists():
        taken = _("There is a “%(label)s” already.") % {"label": label}
        raise Invalid.at("label", taken)
    return label


def _log(
    what: str,
    record: Model,
    partnership: Partnership,
    by: Actor,
    at: datetime,
    *,
    data: dict[str, Any] | None = None,
) -> None:
    events.append(
        kind=f"aim.{what}",
        subject=f"aim.{record._meta.model_name}:{record.pk}",
        by=by,
        at=at,
        scope=partnership.pk,
        data=data,
    )
