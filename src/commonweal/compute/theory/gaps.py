"""What a theory of change leaves open, by eight plain rules.

Source: the rules are ours. That each link is a hypothesis with its own level of evidence, and that
level 1 is an account and not yet evidence, follows Nesta's Standards of Evidence (Puttick and
Ludlow, 2013).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from commonweal.compute.result import Result
from commonweal.compute.theory.model import Box, Link, Measure

NO_EVIDENCE = 1


@dataclass(frozen=True)
class Gap:
    """One thing left open: the rule that found it and what it found, "" for the theory as a whole.

    `about` is "box", "link", "indicator" or "theory".
    """

    rule: str
    about: str
    subject: str


@dataclass(frozen=True)
class Theory:
    """All that the rules look at. `today` is the day in the partnership's own time."""

    boxes: Sequence[Box]
    links: Sequence[Link]
    measures: Sequence[Measure]
    today: date


def find_gaps(theory: Theory) -> Result[tuple[Gap, ...]]:
    """The gaps, rule by rule, each rule in the order given. Linear in boxes, links and measures.

    A link to or from an id that is no box leads nowhere; it is no error. The trace holds for each
    rule how many things it looked at and the ids that it found.
    """
    found: list[Gap] = []
    trace: dict[str, object] = {}
    for name, (about, rule) in RULES.items():
        looked_at, open_ids = rule(theory)
        found += [Gap(name, about, each) for each in open_ids]
        trace[name] = {"looked_at": looked_at, "found": list(open_ids)}
    return Result(tuple(found), {"rules": trace, "today": theory.today.isoformat()})


Found = tuple[int, list[str]]


def _unmeasured(theory: Theory) -> Found:
    measured = {measure.box for measure in theory.measures}
    outcomes = _of_kind(theory, "outcome")
    return len(outcomes), [box.id for box in outcomes if box.id not in measured]


def _leads_nowhere(theory: Theory) -> Found:
    backward: dict[str, list[str]] = defaultdict(list)
    for link in theory.links:
        backward[link.target].append(link.source)
    reaches = _reachable((box.id for box in _of_kind(theory, "outcome")), backward)
    activities = _of_kind(theory, "activity")
    return len(activities), [box.id for box in activities if box.id not in reaches]


def _carries_nothing(theory: Theory) -> Found:
    sources = {link.source for link in theory.links}
    assumptions = _of_kind(theory, "assumption")
    return len(assumptions), [box.id for box in assumptions if box.id not in sources]


def _unwatched(theory: Theory) -> Found:
    assumptions = _of_kind(theory, "assumption")
    return len(assumptions), [box.id for box in assumptions if not box.watched]


def _review_passed(theory: Theory) -> Found:
    dated = [(link.id, link.review) for link in theory.links if link.review is not None]
    return len(dated), [pk for pk, review in dated if review < theory.today]


def _believed_without_evidence(theory: Theory) -> Found:
    supported = [link for link in theory.links if link.status == "supported"]
    return len(supported), [link.id for link in supported if link.evidence <= NO_EVIDENCE]


def _measures_no_outcome(theory: Theory) -> Found:
    """A performance measure may measure what a service does; a population indicator may not."""
    kinds = {box.id: box.kind for box in theory.boxes}
    loose = [
        measure.id
        for measure in theory.measures
        if measure.box not in kinds or (measure.population and kinds[measure.box] != "outcome")
    ]
    return len(theory.measures), loose


def _nobody_affected(theory: Theory) -> Found:
    """One gap for the theory: it is about people, and none of them had a hand in it."""
    has_way = not theory.boxes or any(box.affected for box in theory.boxes)
    return len(theory.boxes), [] if has_way else [""]


def _of_kind(theory: Theory, kind: str) -> list[Box]:
    return [box for box in theory.boxes if box.kind == kind]


def _reachable(starts: Iterable[str], neighbours: Mapping[str, list[str]]) -> set[str]:
    seen = set(starts)
    waiting = list(seen)
    while waiting:
        for each in neighbours.get(waiting.pop(), ()):
            if each not in seen:
                seen.add(each)
                waiting.append(each)
    return seen


RULES: Mapping[str, tuple[str, Callable[[Theory], Found]]] = {
    "outcome_unmeasured": ("box", _unmeasured),
    "activity_leads_nowhere": ("box", _leads_nowhere),
    "assumption_carries_nothing": ("box", _carries_nothing),
    "assumption_unwatched": ("box", _unwatched),
    "link_review_passed": ("link", _review_passed),
    "supported_without_evidence": ("link", _believed_without_evidence),
    "indicator_without_outcome": ("indicator", _measures_no_outcome),
    "nobody_affected": ("theory", _nobody_affected),
}
