"""Proposing, rating and choosing an entry point, and saying what came of it. Each writes one event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.agree.text import said
from commonweal.aim.beginnings import policies, queries
from commonweal.aim.beginnings.models import EntryRating, PilotReview
from commonweal.aim.models import EntryPoint, Node
from commonweal.compute.convening import entry
from commonweal.compute.convening.entry import CRITERIA
from commonweal.compute.convening.spread import HIGHEST, LOWEST
from commonweal.convene.models import Partnership, Seat
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.scope import Actor

MOST = 2000
"""Characters of what is said in sentences."""


@dataclass(frozen=True)
class Idea:
    """What a proposal says: a word on each criterion, and how it would be done.

    `outcome`: the box of the theory of change that it serves, None while there is none.
    """

    statement: str
    meaningful: str
    actionable: str
    acceptable: str
    provisional: str
    doer: str
    early_win: str
    early_win_on: date
    next_move: str
    review_date: date
    outcome: Node | None = None


def propose_entry_point(
    *, partnership: Partnership, seat: Seat, idea: Idea, by: Actor, at: datetime
) -> EntryPoint:
    """Propose a place to begin, for a seat. Anybody who takes part for it.

    Raises Invalid, naming the field, for what is left blank, a review that is not in the future and an
    early win that comes after it; Denied for an outcome of another partnership.
    """
    policies.check_can_speak_for(by, seat, at)
    if seat.partnership_id != partnership.pk:
        raise Denied(_("A seat proposes at its own table."))
    if idea.outcome is not None and idea.outcome.partnership_id != partnership.pk:
        raise Denied(_("An entry point serves an outcome of its own partnership."))
    words = _words(idea)
    _check_days(idea, timezone.localdate(at))
    with transaction.atomic():
        found = EntryPoint.objects.create(
            partnership=partnership,
            proposed_by=seat,
            outcome=idea.outcome,
            early_win_on=idea.early_win_on,
            review_date=idea.review_date,
            proposed_at=at,
            **words,
        )
        _log("entry_point_proposed", found, by, at, seat=seat)
    return found


def _words(idea: Idea) -> dict[str, str]:
    asked = {
        "meaningful": _("Say what it would change."),
        "actionable": _("Say why it is within your reach."),
        "acceptable": _("Say who agrees, who has doubts."),
        "provisional": _("Say how you could give it up or change it."),
        "doer": _("Say who would do it, with what."),
        "early_win": _("Name something that can be shown early."),
        "next_move": _("Say what you would do next."),
    }
    statement = said(idea.statement, "statement", 300, asked=_("Say what you would begin with."))
    found = {name: said(getattr(idea, name), name, MOST, asked=ask) for name, ask in asked.items()}
    return {"statement": statement, **found}


def _check_days(idea: Idea, today: date) -> None:
    if idea.review_date <= today:
        raise Invalid.at(
            "review_date", _("Choose a day in the future: that is when you look at it again.")
        )
    if not today < idea.early_win_on <= idea.review_date:
        raise Invalid.at(
            "early_win_on",
            _("Choose a day in the future, and not after the review: an early win comes first."),
        )


def rate(
    *,
    entry_point: EntryPoint,
    seat: Seat,
    points: Mapping[str, int],
    objection: str,
    by: Actor,
    at: datetime,
) -> EntryRating:
    """Rate a proposal for a seat: points from 0 to 4 on each criterion, an objection in words if any.

    Replaces what the seat said before. Raises Denied for somebody else's seat, Conflict for what is
    chosen already, Invalid naming the criterion.
    """
    policies.check_can_speak_for(by, seat, at)
    if seat.partnership_id != entry_point.partnership_id:
        raise Denied(_("A seat rates what its own table proposes."))
    given = {}
    for name in CRITERIA:
        if points.get(name) not in range(LOWEST, HIGHEST + 1):
            raise Invalid.at(name, _("Choose from 0 to 4."))
        given[name] = points[name]
    words = said(objection, "objection", MOST)
    with transaction.atomic():
        check_can_be_rated(EntryPoint.objects.select_for_update().get(pk=entry_point.pk))
        row, _created = EntryRating.objects.update_or_create(
            entry_point=entry_point,
            seat=seat,
            defaults={**given, "objection": words, "rated_at": at},
        )
        _log("entry_point_rated", entry_point, by, at, seat=seat)
    return row


def check_can_be_rated(entry_point: EntryPoint) -> None:
    """Raises Conflict for one that is or was chosen."""
    if entry_point.chosen_at is not None:
        raise Conflict(
            _("This entry point is chosen, so its ratings stay as they are."),
            mend=_("Say at its review what you think of it now."),
        )


def choose_entry_point(
    *, entry_point: EntryPoint, by: Actor, at: datetime, because: str = ""
) -> None:
    """Begin here: from now on it is a pilot. The one chosen before stays on record. Convener only.

    Raises Invalid when too few members accept it and no reason is given to begin all the same, Conflict
    for one that was left behind or whose review date has passed.
    """
    partnership = entry_point.partnership
    policies.check_can_choose(by, partnership, at)
    if entry_point.is_chosen:
        return
    check_can_be_chosen(entry_point, at)
    reason = said(because, "because", MOST)
    with transaction.atomic():
        now = EntryPoint.objects.select_for_update().get(pk=entry_point.pk)
        if now.chosen_at is not None:
            raise Conflict(
                _("Somebody else has just changed this."), mend=_("Reload the page and look.")
            )
        found, _bar = queries.candidate(by, entry_point, at)
        if not found.gate.answer.is_open and not reason:
            raise Invalid.at(
                "because",
                _("Not enough members accept it yet. Say why you begin here all the same."),
            )
        before = EntryPoint.objects.filter(
            partnership=partnership, chosen_at__isnull=False, left_at__isnull=True
        )
        before.update(left_at=at)
        entry_point.chosen_at = at
        entry_point.chosen_because = "" if found.gate.answer.is_open else reason
        entry_point.chosen_trace = {
            **entry.traced_order((found.profile,)),
            "gate": found.gate.trace,
        }
        fields = ["chosen_at", "chosen_because", "chosen_trace"]
        _claim(lambda: entry_point.save(update_fields=fields))
        _log("entry_point_chosen", entry_point, by, at, open=found.gate.answer.is_open)


def check_can_be_chosen(entry_point: EntryPoint, at: datetime) -> None:
    """Raises Conflict for one that was left behind, or whose review date has passed."""
    if entry_point.left_at is not None:
        raise Conflict(
            _("This entry point was chosen before and left behind."),
            mend=_("Propose it anew, with what has changed since."),
        )
    if entry_point.review_date <= timezone.localdate(at):
        raise Conflict(
            _("Its review date has passed."), mend=_("Propose it anew with a later review date.")
        )


def review_pilot(
    *,
    entry_point: EntryPoint,
    came_of_it: str,
    then: str,
    next_step: str,
    review_date: date | None,
    by: Actor,
    at: datetime,
) -> PilotReview:
    """Say what came of the chosen entry point, and what follows. Convener only, for the table.

    To stop leaves it behind; everything else needs the day of the next review. Raises Conflict for one
    that is not chosen, Invalid naming the field.
    """
    policies.check_can_choose(by, entry_point.partnership, at)
    check_is_pilot(entry_point)
    came = said(came_of_it, "came_of_it", MOST, asked=_("Say what came of it, good or bad."))
    step = said(next_step, "next_step", MOST, asked=_("Say what you do next."))
    if then not in PilotReview.Then.values:
        raise Invalid.at("then", _("Choose what follows."))
    stops = then == PilotReview.Then.STOP
    if not stops and (review_date is None or review_date <= timezone.localdate(at)):
        raise Invalid.at("review_date", _("Choose a day in the future for the next review."))
    with transaction.atomic():
        check_is_pilot(EntryPoint.objects.select_for_update().get(pk=entry_point.pk))
        row = PilotReview.objects.create(
            entry_point=entry_point,
            came_of_it=came,
            then=then,
            next_step=step,
            review_date=None if stops else review_date,
            reviewed_at=at,
        )
        if stops:
            entry_point.left_at = at
        elif review_date is not None:
            entry_point.review_date = review_date
        entry_point.save(update_fields=["left_at", "review_date"])
        _log("pilot_reviewed", entry_point, by, at, then=then)
    return row


def check_is_pilot(entry_point: EntryPoint) -> None:
    """Raises Conflict for what is not, or no longer, where the table has begun."""
    if not entry_point.is_chosen:
        raise Conflict(
            _("The table has not begun here, or has stopped."),
            mend=_("Look at the list of entry points."),
        )


def _claim(write: Callable[[], object]) -> None:
    """Write; when the constraint says that another one is chosen, say so in words."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as taken:
        raise Conflict(
            _("Somebody else has just changed this."), mend=_("Reload the page and look.")
        ) from taken


def _log(
    what: str, found: EntryPoint, by: Actor, at: datetime, seat: Seat | None = None, **data: Any
) -> None:
    """Never a point and never a word: who rated is told, how is not."""
    events.append(
        kind=f"aim.{what}",
        subject=f"aim.entrypoint:{found.pk}",
        by=by,
        at=at,
        scope=found.partnership_id,
        organisation=seat.organisation_id if seat else None,
        data=data,
    )
