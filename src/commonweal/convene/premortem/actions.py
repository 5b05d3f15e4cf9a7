"""Opening a premortem, answering it, closing it, taking up what was said."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.compute.convening.premortem import FEWEST
from commonweal.convene import policies
from commonweal.convene.models import Partnership, Seat
from commonweal.convene.premortem.models import Premortem, Reason
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.models import Role
from commonweal.core.scope import Actor

MOST_EACH = 5  # reasons of one family and seat
MOST = 2000  # characters of an answer


def begin(*, partnership: Partnership, by: Actor, at: datetime) -> Premortem:
    """Ask the table why it may fail. Convener only."""
    policies.check_can_convene(by, partnership, at)
    try:
        with transaction.atomic():
            found = Premortem.objects.create(partnership=partnership, opened_at=at)
            _log("premortem_begun", found, by, at)
    except IntegrityError as error:
        raise Conflict(_("A premortem is under way already.")) from error
    return found


def answer(
    *, found: Premortem, seat: Seat, reasons: Mapping[str, Sequence[str]], by: Actor, at: datetime
) -> None:
    """Say why it failed, for a seat: its own people only. What the seat said before is replaced."""
    _check_own(by, seat, at)
    _check_open(found)
    if seat.partnership_id != found.partnership_id:
        raise Denied(_("This is asked of another table."))
    rows = []
    for family, lines in reasons.items():
        if family not in Reason.Family.values:
            raise Invalid(_("There is no such kind of reason."))
        told = [line for each in lines if (line := " ".join(each.split()))]
        if len(told) > MOST_EACH:
            raise Invalid.at(family, _("Give at most %(most)d reasons.") % {"most": MOST_EACH})
        if any(len(line) > 300 for line in told):
            raise Invalid.at(family, _("Write each reason in at most 300 characters."))
        rows += [Reason(premortem=found, seat=seat, family=family, words=line) for line in told]
    if not rows:
        raise Invalid(_("Give at least one reason."))
    with transaction.atomic():
        _check_open(Premortem.objects.select_for_update().get(pk=found.pk))
        found.reasons.filter(seat=seat).delete()
        Reason.objects.bulk_create(rows)


def close(*, found: Premortem, by: Actor, at: datetime) -> None:
    """Show what was said, unsigned: which seat said what is erased. Needs three seats or more."""
    policies.check_can_convene(by, found.partnership, at)
    with transaction.atomic():
        locked = Premortem.objects.select_for_update().get(pk=found.pk)
        _check_open(locked)
        seats = sorted(set(locked.reasons.values_list("seat", flat=True)), key=str)
        if len(seats) < FEWEST:
            raise Conflict(
                _("From so few answers everybody could tell who said what."),
                mend=_("Wait until three seats have answered."),
            )
        secrets.SystemRandom().shuffle(seats)
        for mark, seat in enumerate(seats, 1):
            locked.reasons.filter(seat=seat).update(mark=mark, seat=None)
        locked.closed_at = at
        locked.save(update_fields=["closed_at"])
        _log("premortem_closed", locked, by, at)


def take_up(*, reason: Reason, what: str, words: str, by: Actor, at: datetime) -> None:
    """Say what the table does about a reason. Convener only; it may be said anew."""
    policies.check_can_convene(by, reason.premortem.partnership, at)
    words = words.strip()
    if what not in Reason.Answer.values:
        raise Invalid.at("answer", _("Choose what you do about it."))
    if not 0 < len(words) <= MOST:
        raise Invalid.at("words", _("Say it in at most %(most)d characters.") % {"most": MOST})
    if reason.premortem.closed_at is None:
        raise Conflict(_("It is still being asked."))
    reason.answer, reason.answer_words, reason.answered_at = what, words, at
    with transaction.atomic():
        reason.save(update_fields=["answer", "answer_words", "answered_at"])
        _log("premortem_taken_up", reason.premortem, by, at)


def _check_own(by: Actor, seat: Seat, at: datetime) -> None:
    policies.check_can_see(by, seat.partnership, at)
    if seat.organisation is not None:
        policies.check_can_act_for(by, seat.partnership, seat.organisation, Role.MEMBER, at)
    elif by.person_id is None or seat.person_id != by.person_id:
        raise Denied(_("Only who holds this seat answers for it."))


def _check_open(found: Premortem) -> None:
    if found.closed_at is not None:
        raise Conflict(_("This is closed already."))


def _log(what: str, found: Premortem, by: Actor, at: datetime) -> None:
    events.append(
        kind=f"convene.{what}",
        subject=f"premortem.premortem:{found.pk}",
        by=by,
        at=at,
        scope=found.partnership_id,
    )
