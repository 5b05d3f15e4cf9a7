"""Gaps and loops of a theory of change, against slow and obvious versions."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.theory.gaps import RULES, Theory, find_gaps
from commonweal.compute.theory.loops import find_loops, kind_of
from commonweal.compute.theory.model import Box, Link, Measure

TODAY = date(2026, 12, 1)


@st.composite
def theories(draw: st.DrawFn) -> Theory:
    kinds = st.sampled_from(["activity", "output", "outcome", "assumption"])
    boxes = [
        Box(str(n), kind, watched, affected)
        for n, (kind, watched, affected) in enumerate(
            draw(st.lists(st.tuples(kinds, st.booleans(), st.booleans()), max_size=6))
        )
    ]
    ids = [box.id for box in boxes]
    pairs = (
        draw(st.sets(st.sampled_from(list(permutations(ids, 2))), max_size=12)) if ids[1:] else ()
    )
    days = st.sampled_from([None, TODAY - timedelta(days=1), TODAY])
    links = [
        Link(
            f"{source}-{target}",
            source,
            target,
            draw(st.sampled_from(["more", "less", ""])),
            draw(st.sampled_from(["untested", "supported"])),
            draw(st.integers(1, 5)),
            draw(days),
        )
        for source, target in sorted(pairs)
    ]
    measures = [
        Measure(f"m{n}", box, draw(st.booleans()))
        for n, box in enumerate(draw(st.lists(st.sampled_from([None, *ids]), max_size=4)))
    ]
    return Theory(boxes, links, measures, TODAY)


def leads_to_outcome(box: Box, theory: Theory, steps: int) -> bool:
    """Follow every way, as many steps as there are boxes."""
    if box.kind == "outcome":
        return True
    following = {link.target for link in theory.links if link.source == box.id}
    return steps > 0 and any(
        leads_to_outcome(other, theory, steps - 1)
        for other in theory.boxes
        if other.id in following
    )


def slow_gaps(theory: Theory) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for box in theory.boxes:
        measured = any(measure.box == box.id for measure in theory.measures)
        carries = any(link.source == box.id for link in theory.links)
        if box.kind == "outcome" and not measured:
            found.add(("outcome_unmeasured", box.id))
        if box.kind == "activity" and not leads_to_outcome(box, theory, len(theory.boxes)):
            found.add(("activity_leads_nowhere", box.id))
        if box.kind == "assumption" and not carries:
            found.add(("assumption_carries_nothing", box.id))
        if box.kind == "assumption" and not box.watched:
            found.add(("assumption_unwatched", box.id))
    for link in theory.links:
        if link.review and link.review < TODAY:
            found.add(("link_review_passed", link.id))
        if link.status == "supported" and link.evidence == 1:
            found.add(("supported_without_evidence", link.id))
    for measure in theory.measures:
        boxes = [box for box in theory.boxes if box.id == measure.box]
        if not boxes or (measure.population and boxes[0].kind != "outcome"):
            found.add(("indicator_without_outcome", measure.id))
    if theory.boxes and not [box for box in theory.boxes if box.affected]:
        found.add(("nobody_affected", ""))
    return found


@settings(deadline=None)
@given(theories())
def test_gaps_are_what_looking_at_each_thing_finds(theory: Theory) -> None:
    result = find_gaps(theory)
    assert {(gap.rule, gap.subject) for gap in result.answer} == slow_gaps(theory)
    rules = result.trace["rules"]
    assert list(rules) == list(RULES)
    assert sum(len(rule["found"]) for rule in rules.values()) == len(result.answer)


def has_cycle(links: list[Link]) -> bool:
    """Take away what leads nowhere until nothing changes: what is left turns in circles."""
    left = list(links)
    while True:
        sources = {link.source for link in left}
        kept = [link for link in left if link.target in sources]
        if len(kept) == len(left):
            return bool(left)
        left = kept


@settings(deadline=None)
@given(theories())
def test_loops_close_and_without_them_there_is_no_circle(theory: Theory) -> None:
    links = {link.id: link for link in theory.links}
    loops = find_loops(theory.boxes, theory.links).answer
    for loop in loops:
        around = [links[pk] for pk in loop.links]
        for one, two in zip(around, [*around[1:], around[0]], strict=True):
            assert one.target == two.source
        assert len({link.source for link in around}) == len(around)
        assert loop.kind == kind_of(around)
    closing = {loop.links[-1] for loop in loops}
    assert not has_cycle([link for link in theory.links if link.id not in closing])
    assert has_cycle(list(theory.links)) is bool(loops)


@pytest.mark.parametrize(
    ("directions", "kind"),
    [
        (("more", "more"), "reinforcing"),
        (("less", "less"), "reinforcing"),
        (("more", "less"), "balancing"),
        (("less", ""), "cannot_tell"),
    ],
)
def test_signs(directions: tuple[str, str], kind: str) -> None:
    """Fewer empty beds, more asking; more asking, fewer empty beds: two turns strengthen."""
    boxes = [Box("a", "activity"), Box("b", "outcome")]
    links = [Link("ab", "a", "b", directions[0]), Link("ba", "b", "a", directions[1])]
    result = find_loops(boxes, links)
    assert [(loop.links, loop.kind) for loop in result.answer] == [(("ab", "ba"), kind)]
    assert result.trace["loops"][0]["closed_by"] == "ba"


def test_links_to_nowhere_and_nothing_at_all_are_no_error() -> None:
    stray = [Link("x", "gone", "also gone", "more")]
    assert find_loops([], stray).answer == ()
    assert find_gaps(Theory([], stray, [], TODAY)).answer == ()
