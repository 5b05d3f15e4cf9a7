"""Setting up, changing and ending a working group. Convener only; each writes one event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.convene import policies
from commonweal.convene.groups.models import Group
from commonweal.convene.models import Partnership, Seat
from commonweal.core import events
from commonweal.core.errors import Conflict, Denied, Invalid
from commonweal.core.scope import Actor

MOST = 2000  # characters


@dataclass(frozen=True)
class Said:
    """What a group is; `members` besides the lead."""

    name: str
    remit: str
    lead: Seat
    review_date: date
    decides: str = ""
    members: Sequence[Seat] = ()


def begin(*, partnership: Partnership, said: Said, by: Actor, at: datetime) -> Group:
    """Set up a group."""
    policies.check_can_convene(by, partnership, at)
    with transaction.atomic():
        group = Group(partnership=partnership, begun_at=at)
        _write(group, said)
        _log("group_begun", group, by, at)
    return group


def change(*, group: Group, said: Said, by: Actor, at: datetime) -> None:
    """Say anew what it is, who is in it, when the table looks again."""
    policies.check_can_convene(by, group.partnership, at)
    _check_at_work(group)
    with transaction.atomic():
        _write(group, said)
        _log("group_changed", group, by, at)


def end(*, group: Group, because: str, by: Actor, at: datetime) -> None:
    """End it, with the reason."""
    policies.check_can_convene(by, group.partnership, at)
    _check_at_work(group)
    because = " ".join(because.split())
    if not 0 < len(because) <= 200:
        raise Invalid.at("because", _("Say why, in at most 200 characters."))
    group.ended_at, group.ended_because = at, because
    with transaction.atomic():
        group.save(update_fields=["ended_at", "ended_because"])
        _log("group_ended", group, by, at)


def _check_at_work(group: Group) -> None:
    if group.ended_at is not None:
        raise Conflict(_("This group has ended."), mend=_("Set up a new one."))


def _write(group: Group, said: Said) -> None:
    name, remit, decides = " ".join(said.name.split()), said.remit.strip(), said.decides.strip()
    if not 0 < len(name) <= 120:
        raise Invalid.at("name", _("Give it a name of at most 120 characters."))
    if not 0 < len(remit) <= MOST:
        raise Invalid.at("remit", _("Say what it is for."))
    if len(decides) > MOST:
        raise Invalid.at("decides", _("Write at most %(most)d characters.") % {"most": MOST})
    if any(seat.partnership_id != group.partnership_id for seat in (said.lead, *said.members)):
        raise Denied(_("A group is made of seats of its own table."))
    group.name, group.remit, group.decides = name, remit, decides
    group.lead, group.review_date = said.lead, said.review_date
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError as error:
        raise Invalid.at("name", _("There is a group of this name.")) from error
    group.members.set(said.members)


def _log(what: str, group: Group, by: Actor, at: datetime) -> None:
    events.append(
        kind=f"convene.{what}",
        subject=f"groups.group:{group.pk}",
        by=by,
        at=at,
        scope=group.partnership_id,
    )
