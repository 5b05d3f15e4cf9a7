"""Overlaps, gaps and clashes between partners' plans, by eight plain rules.

Source: the rules are ours; that budgets, procurement, evaluation and staffing turn at different times,
and that plans are shared so that each can decide better, is in Seyle and Connolly, Stanford Social
Innovation Review, 2020.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from commonweal.compute.planning.model import Item, Kind, checked
from commonweal.compute.result import Result


class Rule(StrEnum):
    MONEY = "before-its-money"
    PROCUREMENT = "before-it-is-bought"
    ORDER = "before-what-it-waits-for"
    EVALUATION = "evaluation-after-its-decision"
    UNCOVERED = "nobody-covers"
    SAME_PLACE = "two-in-one-place"
    EMPTY_PLACE = "none-in-this-place"
    NOTHING = "nothing-planned"


@dataclass(frozen=True)
class Finding:
    """`items`: keys, in the order that the rule's sentence names them. `names`: a place, or all the
    owners of whom nothing is planned."""

    rule: Rule
    items: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Plan:
    """`places`: those on the map of the problem. `owners`: everybody with a seat. `today`: what has
    ended before is over and clashes with nothing."""

    items: Sequence[Item]
    today: date
    places: Sequence[str] = ()
    owners: Sequence[str] = ()


def find(plan: Plan) -> Result[tuple[Finding, ...]]:
    """All findings, rule by rule. The trace says for each rule how much it looked at and found.

    Two activities meet in a place when their days overlap; of each pair of owners in a place only the
    first such meeting is told. Raises Unusable as `model.checked` does.
    """
    checked(plan.items)
    found: list[Finding] = []
    trace: dict[str, Any] = {}
    for rule, look in RULES.items():
        looked_at, findings = look(plan)
        found += findings
        trace[rule.value] = {"looked_at": looked_at, "found": len(findings)}
    return Result(tuple(found), {"today": plan.today.isoformat(), "rules": trace})


Looked = tuple[int, list[Finding]]


def _live(plan: Plan) -> list[Item]:
    return [item for item in plan.items if item.ends >= plan.today]


def _waits(plan: Plan, kinds: frozenset[Kind], rule: Rule) -> Looked:
    """What begins before what it waits for is there. `kinds`: of what it waits for."""
    by_key = {item.key: item for item in plan.items}
    pairs = [
        (item, by_key[key])
        for item in _live(plan)
        for key in item.after
        if by_key[key].kind in kinds
    ]
    early = [
        Finding(rule, (item.key, before.key))
        for item, before in pairs
        if item.starts < before.starts
        or (before.kind != Kind.BUDGET and item.starts <= before.ends)
    ]
    return len(pairs), early


def _money(plan: Plan) -> Looked:
    return _waits(plan, frozenset({Kind.BUDGET}), Rule.MONEY)


def _procurement(plan: Plan) -> Looked:
    return _waits(plan, frozenset({Kind.PROCUREMENT}), Rule.PROCUREMENT)


def _order(plan: Plan) -> Looked:
    return _waits(plan, frozenset(Kind) - {Kind.BUDGET, Kind.PROCUREMENT}, Rule.ORDER)


def _evaluation(plan: Plan) -> Looked:
    by_key = {item.key: item for item in plan.items}
    informing = [item for item in _live(plan) if item.informs]
    late = [
        Finding(Rule.EVALUATION, (item.key, item.informs))
        for item in informing
        if item.ends > by_key[item.informs].starts
    ]
    return len(informing), late


def _uncovered(plan: Plan) -> Looked:
    gaps = [item for item in _live(plan) if item.kind == Kind.STAFFING]
    return len(gaps), [Finding(Rule.UNCOVERED, (item.key,)) for item in gaps if not item.covered]


def _in_places(plan: Plan) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = defaultdict(list)
    for item in _live(plan):
        if item.kind == Kind.ACTIVITY and item.place.strip():
            found[_plain(item.place)].append(item)
    return found


def _same_place(plan: Plan) -> Looked:
    places = _in_places(plan)
    found = [each for place in sorted(places) for each in _meetings(places[place])]
    return sum(map(len, places.values())), found


def _meetings(items: Sequence[Item]) -> Iterator[Finding]:
    """Sweeping over the days; each pair of owners once."""
    told: set[frozenset[str]] = set()
    going: list[Item] = []
    for item in sorted(items, key=lambda each: (each.starts, each.key)):
        going = [each for each in going if each.ends >= item.starts]
        for each in going:
            pair = frozenset({each.owner, item.owner})
            if len(pair) == 2 and pair not in told:
                told.add(pair)
                yield Finding(Rule.SAME_PLACE, (each.key, item.key), (item.place.strip(),))
        going.append(item)


def _empty_place(plan: Plan) -> Looked:
    here = set(_in_places(plan))
    empty = [place for place in plan.places if _plain(place) not in here]
    return len(plan.places), [Finding(Rule.EMPTY_PLACE, (), (place,)) for place in empty]


def _nothing(plan: Plan) -> Looked:
    planning = {item.owner for item in _live(plan)}
    silent = tuple(owner for owner in plan.owners if owner not in planning)
    return len(plan.owners), [Finding(Rule.NOTHING, (), silent)] if silent else []


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


RULES: Mapping[Rule, Callable[[Plan], Looked]] = {
    Rule.MONEY: _money,
    Rule.PROCUREMENT: _procurement,
    Rule.ORDER: _order,
    Rule.EVALUATION: _evaluation,
    Rule.UNCOVERED: _uncovered,
    Rule.SAME_PLACE: _same_place,
    Rule.EMPTY_PLACE: _empty_place,
    Rule.NOTHING: _nothing,
}
