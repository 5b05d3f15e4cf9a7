"""Looking after tasks, adding evidence, rating, and beginning a round. Each writes one event."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.agree.text import said
from commonweal.aim.triangle import policies, queries
from commonweal.aim.triangle.models import Evidence, Round, TaskOwner, TaskRating
from commonweal.compute.convening.spread import HIGHEST, LOWEST
from commonweal.compute.convening.triangle import BY_KEY, TASKS
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.queries import partners
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor

MOST = 500
"""Characters of evidence in words."""


def begin_round(*, partnership: Partnership, by: Actor, at: datetime) -> Round:
    """Ask every seat how far the table is. Convener only. Raises Conflict while a round is open."""
    policies.check_can_begin(by, partnership, at)
    with transaction.atomic():
        Partnership.objects.select_for_update().get(pk=partnership.pk)
        if queries.open_round(partnership) is not None:
            raise Conflict(_("A round is open already."), mend=_("Close it first."))
        number = Round.objects.filter(partnership=partnership).count() + 1
        found = Round.objects.create(partnership=partnership, number=number, begun_at=at)
        _log("triangle_round_begun", partnership, by, at, number=number)
    return found


def close_round(*, partnership: Partnership, by: Actor, at: datetime) -> Round:
    """End the rating; the picture of the day is kept, to compare with later. Convener only.

    Raises Conflict while no round is open, and while nobody has rated in it.
    """
    policies.check_can_begin(by, partnership, at)
    with transaction.atomic():
        Partnership.objects.select_for_update().get(pk=partnership.pk)
        found = check_round_open(partnership)
        if not found.ratings.exists():
            raise Conflict(
                _("Nobody has rated in this round yet."),
                mend=_("Ask the seats to rate first."),
            )
        found.picture = dict(queries.picture_now(partnership, at).trace)
        found.closed_at = at
        found.save(update_fields=["picture", "closed_at"])
        _log("triangle_round_closed", partnership, by, at, number=found.number)
    return found


def rate_tasks(
    *,
    partnership: Partnership,
    seat: Seat,
    points: Mapping[str, int],
    by: Actor,
    at: datetime,
) -> None:
    """Rate all five tasks for a seat in the open round, 0 to 4. Replaces what the seat said before.

    Raises Denied for somebody else's seat, Conflict while no round is open, Invalid naming the task.
    """
    policies.check_can_speak_for(by, seat, at)
    if seat.partnership_id != partnership.pk:
        raise Denied(_("A seat rates at its own table."))
    for task in TASKS:
        if points.get(task.key) not in range(LOWEST, HIGHEST + 1):
            raise Invalid.at(task.key, _("Choose from 0 to 4."))
    with transaction.atomic():
        Partnership.objects.select_for_update().get(pk=partnership.pk)
        here = check_round_open(partnership)
        for task in TASKS:
            TaskRating.objects.update_or_create(
                round=here,
                seat=seat,
                task=task.key,
                defaults={"points": points[task.key], "rated_at": at},
            )
        _log("triangle_rated", partnership, by, at, organisation=seat.organisation_id)


def check_round_open(partnership: Partnership) -> Round:
    """The open round. Raises Conflict while there is none."""
    here = queries.open_round(partnership)
    if here is None:
        raise Conflict(_("No round of rating is open."), mend=_("Ask the convener to begin one."))
    return here


def name_owner(
    *, partnership: Partnership, task: str, organisation: Organisation, by: Actor, at: datetime
) -> TaskOwner:
    """Say which organisation at the table looks after a task.

    An organisation takes it on itself; the convener may write down what was agreed. Raises Invalid for an
    organisation without a seat, Missing for an unknown task.
    """
    policies.check_can_name_owner(by, partnership, organisation, at)
    key = queries.task_named(task).key
    if not partners(partnership, at).filter(pk=organisation.pk).exists():
        raise Invalid.at("organisation", _("Whoever looks after it needs a seat at the table."))
    with transaction.atomic():
        row, _created = TaskOwner.objects.update_or_create(
            partnership=partnership,
            task=key,
            defaults={"organisation": organisation, "since_at": at},
        )
        _log("triangle_owner_named", partnership, by, at, organisation=organisation.pk, task=key)
    return row


def add_evidence(
    *,
    partnership: Partnership,
    task: str,
    seat: Seat,
    words: str,
    url: str,
    piece: str,
    by: Actor,
    at: datetime,
) -> Evidence:
    """Add what shows that a task is done, and is not in the installation, for a seat.

    `piece`: which piece of the task it stands for, "" for something else, which fills nothing. Raises
    Invalid naming the field.
    """
    policies.check_can_speak_for(by, seat, at)
    key = queries.task_named(task).key
    if seat.partnership_id != partnership.pk:
        raise Denied(_("A seat adds evidence at its own table."))
    if piece and piece not in BY_KEY[key].pieces:
        raise Invalid.at("piece", _("Choose what it shows."))
    with transaction.atomic():
        row = Evidence.objects.create(
            partnership=partnership,
            task=key,
            piece=piece,
            words=said(words, "words", MOST, asked=_("Say what there is to show.")),
            url=_address(url),
            added_by=seat,
            added_at=at,
        )
        _log("triangle_evidence_added", partnership, by, at, seat.organisation_id, task=key)
    return row


def _address(url: str) -> str:
    """A web address that a page may link to. Raises Invalid for anything else."""
    if not url.strip():
        return ""
    try:
        URLValidator(schemes=["http", "https"])(url.strip())
    except ValidationError as error:
        raise Invalid.at("url", _("Write a web address that begins with https://.")) from error
    if len(url.strip()) > MOST:
        raise Invalid.at("url", _("Write at most %(most)d characters.") % {"most": MOST})
    return url.strip()


def take_back_evidence(*, evidence: Evidence, by: Actor, at: datetime) -> None:
    """Take back what was added by hand: whoever added it, or the convener. It stays on record."""
    policies.check_can_take_back(by, evidence, at)
    if evidence.taken_back_at is not None:
        return
    with transaction.atomic():
        Evidence.objects.filter(pk=evidence.pk).update(taken_back_at=at)
        _log("triangle_evidence_taken_back", evidence.partnership, by, at, task=evidence.task)


def _log(
    what: str,
    partnership: Partnership,
    by: Actor,
    at: datetime,
    organisation: Any = None,
    **data: Any,
) -> None:
    """Never a point and never a word."""
    events.append(
        kind=f"aim.{what}",
        subject=f"convene.partnership:{partnership.pk}",
        by=by,
        at=at,
        scope=partnership.pk,
        organisation=organisation,
        data=data,
    )
