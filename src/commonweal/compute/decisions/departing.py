"""How a type of decision departs from what the constitution says where nothing else is agreed."""

from __future__ import annotations

from dataclasses import dataclass

from commonweal.compute.decisions.asking import Rule
from commonweal.compute.permits.governing import DecisionRule


@dataclass(frozen=True)
class Departure:
    """`what`: “rule” (`here` and `said` are rules) or “quorum” (both are percent)."""

    what: str
    here: str | int
    said: str | int


def departures(said: DecisionRule, *, rule: str, quorum: int) -> tuple[Departure, ...]:
    """Where rule and quorum are not what the clause says; empty when they keep to it.

    The clause asks for at least its quorum, so a higher one keeps to it; one seat that decides
    after advice has none.
    """
    found = []
    if rule != said.rule:
        found.append(Departure("rule", rule, said.rule))
    if rule != Rule.LEAD and quorum < said.quorum:
        found.append(Departure("quorum", quorum, said.quorum))
    return tuple(found)
