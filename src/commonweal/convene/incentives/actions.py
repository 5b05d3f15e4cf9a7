"""Saying, changing, opening and withdrawing incentives and restrictions.

Events of entries carry no partnership: the partnership's own log would tell its readers how many
entries there are that they may not read. Only declarations are the table's news.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from commonweal.convene.incentives import policies
from commonweal.convene.incentives.models import Declaration, Entry
from commonweal.convene.models import Seat
from commonweal.core import events
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.scope import Actor

MOST = 2000  # characters of the words


@dataclass(frozen=True)
class Said:
    """What an entry says and to whom."""

    kind: str
    about: str
    words: str
    reach: str
    pull: str = ""
    reach_because: str = ""
    year_begins: int | None = None
    until: date | None = None


def say(*, seat: Seat, said: Said, by: Actor, at: datetime) -> Entry:
    """Write down what drives or binds the seat.

    What the convener writes down for somebody stays with the convener until its owner opens it.
    """
    policies.check_can_write(by, seat, at)
    entry = Entry(seat=seat, written_at=at)
    _write(entry, said)
    if not policies.owns(by, seat) and entry.reach != Entry.Reach.CONVENER:
        raise Invalid.at(
            "reach",
            _("What you write down for others stays with you until they open it themselves."),
        )
    with transaction.atomic():
        entry.save(force_insert=True)
        _log("incentive_said", entry, by, at)
    return entry


def change(*, entry: Entry, said: Said, by: Actor, at: datetime) -> None:
    """Say it anew. What narrows stays known to whoever has read it; the page says so."""
    policies.check_owns(by, entry.seat)
    _check_open(entry)
    _write(entry, said)
    if entry.reach == Entry.Reach.CONVENER:
        entry.opened_at = None
    with transaction.atomic():
        entry.save()
        _log("incentive_changed", entry, by, at)


def show_now(*, entry: Entry, by: Actor, at: datetime) -> None:
    """Open an entry to whom it is meant for, before the partners come together to agree."""
    policies.check_owns(by, entry.seat)
    _check_open(entry)
    if entry.reach == Entry.Reach.CONVENER:
        raise Conflict(
            _("This is only for the convener."), mend=_("Change who may read it, then show it.")
        )
    if entry.opened_at is None:
        entry.opened_at = at
        with transaction.atomic():
            entry.save(update_fields=["opened_at"])
            _log("incentive_shown", entry, by, at)


def withdraw(*, entry: Entry, by: Actor, at: datetime) -> None:
    """Take it back: from then on only its owner reads it."""
    policies.check_owns(by, entry.seat)
    _check_open(entry)
    entry.withdrawn_at = at
    with transaction.atomic():
        entry.save(update_fields=["withdrawn_at"])
        _log("incentive_withdrawn", entry, by, at)


def declare(*, seat: Seat, by: Actor, at: datetime) -> None:
    """Tell the table that the seat has said what it has to say. A second time changes nothing."""
    policies.check_owns(by, seat)
    with transaction.atomic():
        _found, made = Declaration.objects.get_or_create(seat=seat, defaults={"declared_at": at})
        if made:
            events.append(
                kind="convene.incentives_declared",
                subject=f"convene.seat:{seat.pk}",
                by=by,
                at=at,
                scope=seat.partnership_id,
            )


def _check_open(entry: Entry) -> None:
    if entry.withdrawn_at is not None:
        raise Conflict(_("This was withdrawn already."), mend=_("Say it anew."))


def _write(entry: Entry, said: Said) -> None:
    wrong = _faults(said)
    if wrong:
        raise Invalid.at(*wrong)
    for each in fields(said):
        setattr(entry, each.name, getattr(said, each.name))
    entry.about, entry.words = " ".join(said.about.split()), said.words.strip()
    if said.kind != Entry.Kind.BUDGET:
        entry.year_begins = entry.until = None
    is_closed = said.reach == Entry.Reach.CONVENER
    entry.reach_because = said.reach_because.strip() if is_closed else ""


def _faults(said: Said) -> tuple[str, str] | None:
    """The first field at fault and what to do."""
    about, words, because = said.about.strip(), said.words.strip(), said.reach_because.strip()
    checks = (
        ("kind", said.kind in Entry.Kind.values, _("Choose what it is.")),
        ("about", 0 < len(about) <= 80, _("Say in at most 80 characters what it is about.")),
        (
            "words",
            0 < len(words) <= MOST,
            _("Say it in at most %(most)d characters.") % {"most": MOST},
        ),
        ("pull", said.pull in {"", *Entry.Pull.values}, _("Choose one of the answers.")),
        ("reach", said.reach in Entry.Reach.values, _("Choose who may read it.")),
        (
            "reach_because",
            said.reach != Entry.Reach.CONVENER or 0 < len(because) <= MOST,
            _("Say why only the convener may read it; sharing with the partners is the rule."),
        ),
        (
            "reach",
            (said.kind, said.reach) != (Entry.Kind.PERSONAL, Entry.Reach.PUBLIC),
            _("What somebody wants personally is never shown to everybody."),
        ),
        (
            "year_begins",
            said.year_begins is None or 1 <= said.year_begins <= 12,
            _("Choose a month."),
        ),
    )
    return next(((field, text) for field, fine, text in checks if not fine), None)


def _log(what: str, entry: Entry, by: Actor, at: datetime) -> None:
    events.append(
        kind=f"convene.{what}",
        subject=f"incentives.entry:{entry.pk}",
        by=by,
        at=at,
        data={"reach": entry.reach},
    )
