"""Where the example's table could begin, how its seats rate that, and what came of the one they chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from commonweal.aim.beginnings import actions
from commonweal.aim.beginnings.actions import Idea
from commonweal.aim.models import EntryPoint, Node
from commonweal.compute.convening.entry import CRITERIA
from commonweal.desk.example.deciding import Stage, seat_of

# One person for each seat that somebody holds, in the order of the points below.
SPEAKERS = (
    "convener@example.org",
    "sponsor@example.org",
    "steward@example.org",
    "brackwater@example.org",
    "calderby@example.org",
    "lawyer@example.org",
    "charity@example.org",
    "evaluator@example.org",
    "board@example.org",
    "parents@example.org",
    "firm@example.org",
    "funder@example.org",
    "resident@example.org",
    "vecina@example.org",
)


@dataclass(frozen=True)
class Proposed:
    """A proposal with what its seats say. `points`: by speaker, four digits each, ---- for none."""

    by: str
    words: Mapping[str, str]
    points: str
    objections: Mapping[str, str]


WARM = Proposed(
    "board@example.org",
    {
        "statement": "Every home with a baby is warm and dry.",
        "meaningful": "Damp makes babies ill.",
        "actionable": "Housing policy is decided far from this table.",
        "acceptable": "All agree that it matters, few that we can move it.",
        "provisional": "It may come back when the landlords join us.",
        "doer": "The three councils would have to ask the landlords; nobody here owns a house.",
        "early_win": "Ten homes are measured for damp.",
        "next_move": "Ask the two largest landlords to the table.",
    },
    "4131 4022 3121 4132 4031 3122 4122 4132 4232 4141 3021 4132 4142 4132",
    {},
)
ASKED = Proposed(
    "parents@example.org",
    {
        "statement": "Every family is asked on the ward what it needs, in its own language.",
        "meaningful": "Who is not asked is not helped, and some families are never asked.",
        "actionable": "The ward has the families for two days, and three of us speak Urdu or Spanish.",
        "acceptable": "Most want it; the hospital worries about the nights.",
        "provisional": "It can stop on any day, and a month of answers is worth having.",
        "doer": "The hospital’s ward, with readers from Hollin Bank Parents.",
        "early_win": "Fifty families are asked, and what they said is read at the table.",
        "next_move": "Bring the answers to whoever can give what was asked for.",
    },
    "3333 3233 4333 3332 3233 3212 4334 3334 3233 ---- ---- 3233 4344 4344",
    {
        "lawyer@example.org": "At night one nurse is on the ward. To ask and have nothing to give would"
        " cost us the trust we have."
    },
)
BEDS = Proposed(
    "charity@example.org",
    {
        "statement": "Every baby in Southmoor comes home to a bed of its own.",
        "meaningful": "Sleeping safely is a part of children’s health that shows within weeks.",
        "actionable": "Beds can be bought and delivered with what the partners have.",
        "acceptable": "Nobody at the table objects, and the parents asked for it first.",
        "provisional": "Each way of delivering is tried for a year, and can be stopped alone.",
        "doer": "A Bed Each buys and stores, the councils and the hospital deliver.",
        "early_win": "The first hundred beds stand in homes, and a visitor has seen each of them.",
        "next_move": "If it works, other children of the same homes come next; if not, we say so.",
    },
    "4433 4434 3433 4334 3323 3433 4444 3333 4334 4343 3433 4434 4444 4344",
    {},
)


def begin(stage: Stage, outcome: Node, at: datetime, reviews: tuple[date, date]) -> None:
    """Three proposals, rated by nearly every seat that is held; the table begins with the beds.

    `reviews`: of the beds, and of the others.
    """
    for each in (WARM, ASKED, BEDS):
        point = _propose(stage, each, outcome, at, reviews[each is not BEDS])
        _rate(stage, point, each, at + timedelta(hours=1))
    later = at + timedelta(days=1)
    actions.choose_entry_point(entry_point=point, by=stage.convener(later), at=later)


def look_back(stage: Stage, at: datetime, review: date) -> None:
    """What came of the first year, and that it goes on to more children."""
    actions.review_pilot(
        entry_point=EntryPoint.objects.get(
            partnership=stage.partnership, chosen_at__isnull=False, left_at=None
        ),
        came_of_it="A thousand beds stand in homes. Two of the four ways of delivering brought most of"
        " them; on Saturdays nobody was at home to open.",
        then="scale",
        next_step="We keep the two ways that worked and ask for brothers and sisters under five.",
        review_date=review,
        by=stage.convener(at),
        at=at,
    )


def _propose(stage: Stage, said: Proposed, outcome: Node, at: datetime, review: date) -> EntryPoint:
    idea = Idea(
        **said.words,
        outcome=outcome,
        early_win_on=at.date() + timedelta(days=180),
        review_date=review,
    )
    return actions.propose_entry_point(
        partnership=stage.partnership,
        seat=seat_of(stage, said.by, at),
        idea=idea,
        by=stage.acting(said.by, at),
        at=at,
    )


def _rate(stage: Stage, point: EntryPoint, said: Proposed, at: datetime) -> None:
    for email, digits in zip(SPEAKERS, said.points.split(), strict=True):
        if digits == "----":
            continue
        actions.rate(
            entry_point=point,
            seat=seat_of(stage, email, at),
            points=dict(zip(CRITERIA, map(int, digits), strict=True)),
            objection=said.objections.get(email, ""),
            by=stage.acting(email, at),
            at=at,
        )
