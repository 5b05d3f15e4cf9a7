"""Reading rounds and answers, and what a closed round found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from commonweal.compute.convening import network as n
from commonweal.convene import policies
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership
from commonweal.convene.network.models import QUESTIONS, Round, Tie
from commonweal.core.models import Organisation, Role
from commonweal.core.scope import Actor


def rounds(partnership: Partnership) -> QuerySet[Round]:
    """Every round, the newest first."""
    return Round.objects.filter(partnership=partnership).order_by("-number")


def open_round(partnership: Partnership) -> Round | None:
    return rounds(partnership).filter(closed_at__isnull=True).first()


def round_for(actor: Actor, slug: str, number: int, at: datetime) -> Round:
    """A closed round. Raises Missing for one that is open or not there for the actor."""
    partnership = convene.partnership_for(actor, slug, at)
    found = rounds(partnership).filter(number=number, closed_at__isnull=False).first()
    if found is None:
        raise policies.missing()
    found.partnership = partnership
    return found


def own(actor: Actor, partnership: Partnership, at: datetime) -> list[Organisation]:
    """The organisations at this table that the actor may answer for, by name."""
    mine = [pk for pk, role in actor.roles if role == Role.MEMBER]
    return list(convene.partners(partnership, at).filter(pk__in=mine)) if actor.person_id else []


def own_for(actor: Actor, partnership: Partnership, pk: UUID, at: datetime) -> Organisation:
    """One that sits here. Raises Missing for another; whether the actor may answer is asked later."""
    found = convene.partners(partnership, at).filter(pk=pk).first()
    if found is None:
        raise policies.missing()
    return found


def others(
    partnership: Partnership, organisation: Organisation, at: datetime
) -> QuerySet[Organisation]:
    return convene.partners(partnership, at).exclude(pk=organisation.pk)


def said(found: Round, organisation: Organisation) -> dict[UUID, Tie]:
    """What this organisation answered so far, by whom it is about. For its own people only."""
    return {tie.target_id: tie for tie in found.ties.filter(source=organisation)}


def answered(found: Round) -> int:
    """How many organisations have answered anything."""
    return found.ties.values("source").distinct().count()


def result_of(found: Round, at: datetime) -> dict[str, Any]:
    """What the round finds now, as plain values to be kept. Who has left the table is left out."""
    here = list(convene.partners(found.partnership, at))
    keys = {each.pk for each in here}
    ties = [tie for tie in found.ties.all() if {tie.source_id, tie.target_id} <= keys]
    answer = n.network(
        [str(each.pk) for each in here],
        [n.Tie(str(t.source_id), str(t.target_id), n.Relation(t.relation)) for t in ties],
    ).answer
    shape = answer.shape
    return {
        "members": [[str(each.pk), each.name, each.sector] for each in here],
        "lines": _by_name(answer.lines, {str(each.pk): each.name for each in here}),
        "brokers": [list(each) for each in answer.brokers],
        "figures": {
            "density": shape.density,
            "degree": shape.degree,
            "betweenness": shape.betweenness,
            "parts": list(shape.parts),
            "asked": answer.asked,
            "answered": answer.answered,
            "unknown": answer.unknown,
            "least": answer.least,
            "most": answer.most,
            "parts_if_all": answer.parts_if_all,
        },
        "trust": _trust(ties, list(rounds(found.partnership).exclude(pk=found.pk))),
    }


def _by_name(lines: Iterable[n.Line], names: Mapping[str, str]) -> list[list[Any]]:
    """By name, each with the name that comes first at its beginning: sorted once, for every reader."""
    found = []
    for line in lines:
        one, two = sorted((line.one, line.two), key=lambda key: (names[key], key))
        found.append([one, two, int(line.relation), line.both])
    return sorted(found, key=lambda each: (names[each[0]], names[each[1]], each[0], each[1]))


def _trust(ties: Iterable[Tie], earlier: Sequence[Round]) -> dict[str, Any]:
    """By question; `by` says who rated where something is told, so that later rounds can compare."""
    told: dict[str, Any] = {}
    for question in QUESTIONS:
        ratings: dict[str, list[int]] = {}
        for tie in ties:
            value = getattr(tie, question)
            if value is not None:
                ratings.setdefault(str(tie.source_id), []).append(value)
        before = [
            frozenset(each.result["trust"][question]["by"])
            for each in earlier
            if each.result and each.result["trust"][question]["level"] is not None
        ]
        answer = n.trust(ratings, before).answer
        told[question] = {
            "raters": answer.raters,
            "level": answer.level,
            "held": answer.held,
            "by": sorted(ratings) if answer.level is not None else [],
        }
    return told


@dataclass(frozen=True)
class Closed:
    """What a closed round found. `members`: (name, sector) by key."""

    round: Round
    members: Mapping[str, tuple[str, str]]
    lines: Sequence[n.Line]
    brokers: Sequence[tuple[str, float]]
    figures: Mapping[str, Any]
    trust: Mapping[str, n.Trust]


def closed(found: Round) -> Closed:
    """Reads nothing more: all of it was kept when the round was closed."""
    kept = found.result or {}
    return Closed(
        round=found,
        members={key: (name, sector) for key, name, sector in kept["members"]},
        lines=[n.Line(one, two, n.Relation(r), both) for one, two, r, both in kept["lines"]],
        brokers=[(key, value) for key, value in kept["brokers"]],
        figures=kept["figures"],
        trust={
            key: n.Trust(each["raters"], each["level"], each["held"])
            for key, each in kept["trust"].items()
        },
    )


def last_closed(partnership: Partnership) -> Round | None:
    return rounds(partnership).filter(closed_at__isnull=False).first()


def plain(found: Round) -> dict[str, Any]:
    """A closed round for a machine: links by name, figures, and what may be told of trust."""
    kept = closed(found)
    names = {key: name for key, (name, _sector) in kept.members.items()}
    return {
        "round": found.number,
        "members": [{"name": name, "sector": sector} for name, sector in kept.members.values()],
        "links": [
            {
                "one": names[line.one],
                "two": names[line.two],
                "relation": line.relation.name.lower(),
                "both": line.both,
            }
            for line in kept.lines
        ],
        "figures": dict(kept.figures),
        "brokers": [{"name": names[key], "share": share} for key, share in kept.brokers],
        "trust": {
            key: {"raters": each.raters, "level": each.level, "held": each.held}
            for key, each in kept.trust.items()
        },
    }
