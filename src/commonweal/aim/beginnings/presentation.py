"""Entry points as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commonweal.aim.beginnings.models import PilotReview
from commonweal.aim.beginnings.queries import Bar, Board, Candidate
from commonweal.aim.models import EntryPoint
from commonweal.compute.convening.entry import CRITERIA, HALF, Profile, needed
from commonweal.compute.convening.spread import FEWEST, HIGHEST, LOWEST
from commonweal.compute.decisions.asking import Rule
from commonweal.core.formats import day, number

NAMES: Mapping[str, Promise] = {
    "meaningful": gettext_lazy("Meaningful"),
    "actionable": gettext_lazy("Actionable"),
    "acceptable": gettext_lazy("Acceptable"),
    "provisional": gettext_lazy("Provisional"),
}
ENOUGH: Mapping[str, Promise] = {
    Rule.CONSENT: gettext_lazy(
        "Enough members means: %(needed)d of %(seats)d seats have rated it, and nobody objects."
    ),
    Rule.MAJORITY: gettext_lazy(
        "Enough members means: %(needed)d of %(seats)d seats have rated it without an objection, and"
        " they are more than those that object."
    ),
    Rule.TWO_THIRDS: gettext_lazy(
        "Enough members means: %(needed)d of %(seats)d seats have rated it without an objection, and"
        " they are two thirds of those that rated."
    ),
    Rule.UNANIMITY: gettext_lazy(
        "Enough members means: all %(seats)d seats have rated it, and nobody objects."
    ),
    HALF: gettext_lazy(
        "Enough members means: %(needed)d of %(seats)d seats, more than half, have rated it without an"
        " objection."
    ),
}
HINDRANCES: Mapping[str, Promise] = {
    "objection_open": gettext_lazy(
        "An objection is open: take it up, change the proposal, or propose anew."
    ),
    "no_majority": gettext_lazy("Those without an objection are not more than those that object."),
    "no_two_thirds": gettext_lazy(
        "Those without an objection are less than two thirds of those that rated."
    ),
}


def lead(board: Board) -> str:
    """The page's answer in a sentence."""
    if board.chosen:
        return _("You have begun here: %(statement)s") % {"statement": board.chosen.statement}
    waiting = len(board.proposed)
    if not waiting:
        return ""
    ready = sum(each.gate.answer.is_open for each in board.proposed)
    proposals = ngettext(
        "%(count)d proposal is on the table.", "%(count)d proposals are on the table.", waiting
    ) % {"count": waiting}
    accepted = ngettext(
        "Enough members accept %(count)d of them.",
        "Enough members accept %(count)d of them.",
        ready,
    ) % {"count": ready}
    return f"{proposals} {accepted}"


def bar(found: Bar, seats: int) -> str:
    """When enough members accept, and who says so."""
    enough = found.enough
    said = str(ENOUGH[enough.rule]) % {"needed": needed(seats, enough), "seats": seats}
    if found.reference and not found.is_lead:
        source = _("So says the constitution, %(reference)s, clause %(clause)d.") % {
            "reference": found.reference,
            "clause": found.clause,
        }
        return f"{said} {source}"
    why = (
        _("The constitution lets one seat decide after advice, so a plain default holds here.")
        if found.is_lead
        else _("No constitution is in force, so a plain default holds.")
    )
    because = _(
        "It asks for more than half because a beginning needs enough members, not all of them, and"
        " silence is no agreement."
    )
    return f"{said} {why} {because}"


def rule_url(found: Bar, slug: str) -> str:
    """The clause that says so, "" where none does."""
    if not found.reference:
        return ""
    return f"{reverse('agreement', args=[slug, found.reference])}#clause-{found.clause}"


@dataclass(frozen=True)
class Card:
    """One entry point of the page. `tag`: (word, kind) of where it stands."""

    point: EntryPoint
    place: str
    chart: dict[str, Any] | None
    tag: tuple[str, str]
    gate: list[str]
    objections: Sequence[tuple[str, str]]
    argued: list[tuple[str, str]]
    unrated_by_me: bool = False
    reviews: Sequence[dict[str, Any]] = ()


def card(found: Candidate, board: Board) -> Card:
    """A proposal."""
    is_open = found.gate.answer.is_open
    return Card(
        point=found.point,
        place=_place(found.profile),
        chart=_chart(found.point, found.profile),
        tag=(_("Acceptable"), "good") if is_open else (_("Not accepted yet"), "attention"),
        gate=gate(found.gate.trace),
        objections=found.objections,
        argued=argued(found.point),
        unrated_by_me=found.unrated_by_me,
    )


def pilot(board: Board, point: EntryPoint) -> Card:
    """One that is chosen or was, with what came of it."""
    profile = board.profiles[point.pk]
    trace = (point.chosen_trace or {}).get("gate")
    return Card(
        point=point,
        place="",
        chart=_chart(point, profile),
        tag=(_("Left behind"), "neutral") if point.left_at else (_("Pilot"), "progress"),
        gate=gate(trace) if trace else [],
        objections=(),
        argued=argued(point),
        reviews=[_review(each) for each in point.reviews.all()],
    )


def _place(found: Profile) -> str:
    if found.place is None or found.weakest is None:
        rated = ngettext(
            "%(count)d seat has rated it.", "%(count)d seats have rated it.", found.rated
        )
        hidden = _("What they say is shown from %(fewest)d ratings on.") % {"fewest": FEWEST}
        return f"{rated % {'count': found.rated}} {hidden}"
    said = (
        _("All four criteria have a median of %(points)s.")
        if found.weakest_criteria == CRITERIA
        else _("Its weakest criterion counts: %(criteria)s, with a median of %(points)s.")
    )
    weakest = said % {
        "criteria": ", ".join(str(NAMES[each]).lower() for each in found.weakest_criteria),
        "points": number(float(found.weakest)),
    }
    place = (_("Shares place %(place)d.") if found.tied else _("Place %(place)d.")) % {
        "place": found.place
    }
    return f"{place} {weakest}"


def _chart(point: EntryPoint, found: Profile) -> dict[str, Any] | None:
    """Four marks on one scale; None while too few have rated."""
    if not found.marks:
        return None
    rated = ngettext(
        "%(count)d seat, from 0 (not at all) to 4 (fully)",
        "%(count)d seats, from 0 (not at all) to 4 (fully)",
        found.rated,
    )
    return {
        "id": f"profile-{point.pk}",
        "subject": rated % {"count": found.rated},
        "note": _("The dot is the median; the line goes from the lowest to the highest rating."),
        "row_title": _("Criterion"),
        "range_title": _("Lowest to highest"),
        "low": LOWEST,
        "high": HIGHEST,
        "unit": {"kind": "number"},
        "rows": [
            {
                "label": NAMES[name],
                "value": float(mark.middle),
                "lower": mark.low,
                "upper": mark.high,
                "n": mark.rated,
            }
            for name, mark in zip(CRITERIA, found.marks, strict=True)
        ],
    }


def gate(trace: Mapping[str, Any]) -> list[str]:
    """What the gate found, from its trace: counts first, then what stands in the way."""
    counts = _(
        "%(content)d of %(seats)d seats have rated it without an objection; %(needed)d are needed."
    ) % {name: trace[name] for name in ("content", "seats", "needed")}
    return [counts, *(str(HINDRANCES[each]) for each in trace["reasons"] if each in HINDRANCES)]


def argued(point: EntryPoint) -> list[tuple[str, str]]:
    """What was proposed, in its words; nothing where an older proposal says nothing."""
    seat, outcome = point.proposed_by, point.outcome
    rows = [
        (_("Serves the outcome"), outcome.label if outcome else ""),
        *((str(NAMES[name]), getattr(point, name)) for name in CRITERIA),
        (_("Who would do it, with what"), point.doer),
        (_("Early win"), point.early_win),
        (_("To be shown by"), day(point.early_win_on) if point.early_win_on else ""),
        (_("Next move"), point.next_move),
        (_("Proposed by"), seat.holder if seat else ""),
    ]
    return [(term, words) for term, words in rows if words]


def _review(found: PilotReview) -> dict[str, Any]:
    then = PilotReview.Then(found.then).label
    return {
        "when": found.reviewed_at,
        "title": then,
        "text": f"{found.came_of_it} {found.next_step}",
    }
