"""How incentives, restrictions and their clashes are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commonweal.compute.convening.clashes import Clash, Rule
from commonweal.convene.incentives.models import Entry
from commonweal.convene.models import Seat
from commonweal.core.formats import day

# Rule → (title, what each side is, what to do).
CLASHES: Mapping[Rule, tuple[Any, Any, Any]] = {
    Rule.OPPOSED: (
        gettext_lazy("%(about)s: some want more, some want less"),
        (gettext_lazy("want more: %(names)s"), gettext_lazy("want less: %(names)s")),
        gettext_lazy("Talk about what each needs it for, before you agree on a goal."),
    ),
    Rule.MEASURES: (
        gettext_lazy("%(about)s: you are measured against each other"),
        (gettext_lazy("want more: %(names)s"), gettext_lazy("want less: %(names)s")),
        gettext_lazy(
            "Ask those at home whether the measure can count what you do together, or agree on one"
            " of your own beside it."
        ),
    ),
    Rule.SILENCE: (
        gettext_lazy("%(about)s: some want it, some cannot disclose it"),
        (gettext_lazy("want it: %(names)s"), gettext_lazy("cannot disclose it: %(names)s")),
        gettext_lazy("Settle in an agreement what is shown, to whom and in what form."),
    ),
    Rule.YEARS: (
        gettext_lazy("%(about)s: budget years begin in different months"),
        (),
        gettext_lazy("Plan what costs money for the months in which all can decide on it."),
    ),
    Rule.ENDS: (
        gettext_lazy("%(about)s: the money does not end on the same day"),
        (),
        gettext_lazy("Say now who carries on when the first of them ends."),
    ),
    Rule.TOGETHER: (
        gettext_lazy("%(about)s: you want the same"),
        (gettext_lazy("want it: %(names)s"),),
        gettext_lazy("Here is something to begin with."),
    ),
}


@dataclass(frozen=True)
class EntryView:
    kind: str
    about: str
    words: str
    facts: str
    reach: str
    because: str
    state: str
    change_url: str


@dataclass(frozen=True)
class Owner:
    """What one seat says, as far as its reader may read it."""

    name: str
    entries: list[EntryView]
    declared: str


def facts(entry: Entry) -> str:
    said = [str(Entry.Pull(entry.pull).label)] if entry.pull else []
    if entry.year_begins:
        said.append(_("Budget year from %(month)s") % {"month": MONTHS[entry.year_begins]})
    if entry.until:
        said.append(_("Money until %(day)s") % {"day": day(entry.until)})
    return " · ".join(said)


def _view(entry: Entry, *, edits: bool) -> EntryView:
    slug = entry.seat.partnership.slug
    is_open = entry.withdrawn_at is None
    state = ""
    if not is_open:
        state = _("Withdrawn: only you read it")
    elif edits and entry.opened_at is not None:
        state = _("Shown since %(day)s") % {"day": day(entry.opened_at)}
    return EntryView(
        kind=str(Entry.Kind(entry.kind).label),
        about=entry.about,
        words=entry.words,
        facts=facts(entry),
        reach=str(Entry.Reach(entry.reach).label),
        because=entry.reach_because,
        state=state,
        change_url=reverse("change_incentive", args=[slug, entry.pk]) if edits and is_open else "",
    )


def owners(
    entries: Sequence[Entry],
    held: Iterable[Seat],
    own: frozenset[UUID],
    declared: Mapping[UUID, datetime],
) -> tuple[list[Owner], list[Owner], list[str]]:
    """The reader's own seats, the others, and the names of those of whom there is nothing to read."""
    by_seat: dict[UUID, list[Entry]] = {}
    for entry in entries:
        by_seat.setdefault(entry.seat_id, []).append(entry)
    seats = {seat.pk: seat for seat in held}
    seats.update({entry.seat_id: entry.seat for entry in entries if entry.seat_id not in seats})
    mine, others, silent = [], [], []
    for pk, seat in seats.items():
        shown = [_view(each, edits=pk in own) for each in by_seat.get(pk, ())]
        view = Owner(seat.holder, shown, _declared(declared.get(pk)))
        if pk in own:
            mine.append(view)
        elif shown:
            others.append(view)
        else:
            silent.append(seat.holder)
    return mine, others, sorted(silent)


def _declared(at: datetime | None) -> str:
    return _("Has said what it has to say (%(day)s)") % {"day": day(at)} if at else ""


@dataclass(frozen=True)
class ClashView:
    title: str
    sides: list[str]
    advice: str
    together: bool


def clashes(found: Iterable[Clash]) -> list[ClashView]:
    return [_clash(each) for each in found]


def _clash(each: Clash) -> ClashView:
    title, sides, advice = CLASHES[each.rule]
    names = [", ".join(side) for side in each.sides]
    if sides:
        said = [str(word) % {"names": name} for word, name in zip(sides, names, strict=True)]
    else:
        said = [
            f"{_label(each.rule, label)}: {name}"
            for label, name in zip(each.labels, names, strict=True)
        ]
    return ClashView(
        str(title) % {"about": each.about}, said, str(advice), each.rule == Rule.TOGETHER
    )


def _label(rule: Rule, label: str) -> str:
    return str(MONTHS[int(label)]) if rule == Rule.YEARS else day(date.fromisoformat(label))


def lead(found: Sequence[Clash]) -> str:
    against = sum(each.rule != Rule.TOGETHER for each in found)
    if not found:
        return ""
    if not against:
        return _("From what you can read, nothing pulls against anything.")
    return ngettext(
        "%(count)d thing pulls in different ways.",
        "%(count)d things pull in different ways.",
        against,
    ) % {"count": against}


def public_rows(entries: Sequence[Entry]) -> dict[str, Any] | None:
    """What everybody may read, as a table."""
    if not entries:
        return None
    return {
        "caption": _("What drives and what binds the partners, as they say themselves"),
        "columns": [_("Who"), _("What it is"), _("About"), _("In their words")],
        "rows": [
            [row.seat.holder, str(Entry.Kind(row.kind).label), row.about, row.words]
            for row in entries
        ],
    }
