"""How offers, needs and proposed pairs are shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commonweal.compute.convening.matching import (
    PLACE,
    PLACE_UNKNOWN,
    SKILLS,
    TIME,
    Gate,
    Points,
    is_comparable,
)
from commonweal.convene.models import Seat
from commonweal.convene.offers.models import Entry, Match
from commonweal.convene.offers.queries import Board, side_of
from commonweal.core import formats

MOST_SHOWN = 100
CLOSEST: Mapping[Gate, Any] = {
    Gate.SAME: gettext_lazy("Only who needs it offers it. Ask somebody else at the table."),
    Gate.TIME: gettext_lazy(
        "There are offers of this kind, but not at that time. Could the days move?"
    ),
    Gate.CURRENCY: gettext_lazy("There are offers of money, but in another currency."),
    Gate.AMOUNT: gettext_lazy(
        "There are offers of this kind, but each is too small. Could it be split?"
    ),
    Gate.SKILLS: gettext_lazy("There are offers of this kind, but with other skills."),
    Gate.DECLINED: gettext_lazy("What was proposed was declined. Ask who else could help."),
}


@dataclass(frozen=True)
class EntryView:
    title: str
    owner: str
    facts: str
    words: str
    url: str


def facts(entry: Entry) -> str:
    """Kind, amount, place, days and skills in one line."""
    said = [str(Entry.Kind(entry.kind).label)]
    if entry.amount is not None:
        said.append(amount(entry))
    if entry.place:
        said.append(entry.place)
    if entry.from_date:
        said.append(_("from %(day)s") % {"day": formats.day(entry.from_date)})
    if entry.until_date:
        said.append(_("until %(day)s") % {"day": formats.day(entry.until_date)})
    if entry.skills:
        said.append(entry.skills)
    return " · ".join(said)


def amount(entry: Entry) -> str:
    if entry.amount is None:
        return ""
    if entry.kind == Entry.Kind.MONEY and formats.is_currency(entry.unit):
        return formats.money(entry.amount, entry.unit)
    return f"{formats.number(entry.amount)} {entry.unit}"


def listed(rows: Iterable[Entry], side: str, mine: frozenset[UUID]) -> list[EntryView]:
    """The offers or the needs, those of one side; the first hundred."""
    return [
        EntryView(
            row.title,
            row.seat.holder,
            facts(row),
            row.words,
            _url("change_offer", row) if row.seat_id in mine else "",
        )
        for row in rows
        if row.side == side
    ][:MOST_SHOWN]


def _url(name: str, entry: Entry) -> str:
    return reverse(name, args=[entry.seat.partnership.slug, entry.pk])


@dataclass(frozen=True)
class PairView:
    """`ask`, `promise`, `decline`: addresses for whoever may, or ""."""

    title: str
    why: str
    ask: str = ""
    promise: str = ""
    decline: str = ""
    state: str = ""


def proposed(board: Board, slug: str, mine: frozenset[UUID]) -> list[PairView]:
    """Pairs that nobody did anything about yet, with the reasons; the best hundred."""
    rows = {str(row.pk): row for row in board.entries}
    found = []
    for pair in board.found.answer.pairs[:MOST_SHOWN]:
        offer, need = rows[pair.offer], rows[pair.need]
        where = [slug, offer.pk, need.pk]
        takes_part = bool({offer.seat_id, need.seat_id} & mine)
        found.append(
            PairView(
                _title(offer, need),
                why(pair.points, offer, need),
                ask=reverse("ask_for_offer", args=where) if need.seat_id in mine else "",
                decline=reverse("decline_match", args=where) if takes_part else "",
            )
        )
    return found


def why(points: Points, offer: Entry, need: Entry) -> str:
    """The points of a pair as a sentence for each part. Of the amount only what was compared."""
    if is_comparable(side_of(offer), side_of(need)):
        said = [_("The kind, the amount and the days fit.")]
    else:
        said = [_("The kind and the days fit.")]
        if need.amount is not None:
            said.append(_("Ask how much it is: the two are not counted in the same way."))
    if need.skills:
        said.append(
            _("All the skills asked for.")
            if points.skills == SKILLS
            else _("Some of the skills asked for.")
        )
    if points.time < TIME:
        said.append(
            _("There for %(share)s of the days.") % {"share": formats.percent(points.time / TIME)}
        )
    if points.place == PLACE:
        said.append(_("The same place."))
    elif points.place != PLACE_UNKNOWN:
        said.append(_("Another place."))
    return " ".join(said)


def _title(offer: Entry, need: Entry) -> str:
    return _("%(helper)s could help %(asker)s: %(offer)s → %(need)s") % {
        "helper": offer.seat.holder,
        "asker": need.seat.holder,
        "offer": offer.title,
        "need": need.title,
    }


def asked(
    rows: Sequence[Match], slug: str, mine: frozenset[UUID], own: frozenset[UUID]
) -> list[PairView]:
    """Pairs that wait for a promise. `mine`: seats that the reader speaks for, `own`: promises for."""
    return [
        PairView(
            _title(row.offer, row.need),
            _("%(asker)s has asked for it.") % {"asker": row.need.seat.holder},
            promise=reverse("promise_match", args=[slug, row.pk])
            if row.offer.seat_id in own
            else "",
            decline=reverse("decline_match", args=[slug, row.offer_id, row.need_id])
            if {row.offer.seat_id, row.need.seat_id} & mine
            else "",
        )
        for row in rows[:MOST_SHOWN]
    ]


def promised(rows: Sequence[Match]) -> list[tuple[str, int]]:
    """What came of it, and the number of the commitment; the latest fifty."""
    return [(_title(row.offer, row.need), row.commitment or 0) for row in rows[-50:]][::-1]


def unmet(board: Board) -> list[tuple[str, str]]:
    """Needs without a proposal, and what would help."""
    rows = {str(row.pk): row for row in board.entries}
    found = []
    for each in board.found.answer.unmet[:MOST_SHOWN]:
        if each.alternatives:
            help_ = _("What could serve it serves another need, so that nobody is left with less.")
        elif each.closest is None:
            help_ = _("Nobody offers anything of this kind yet.")
        else:
            help_ = str(CLOSEST[each.closest])
        need = rows[each.need]
        found.append((f"{need.title} ({need.seat.holder})", help_))
    return found


def lead(board: Board) -> str:
    pairs = len(board.found.answer.pairs)
    if not board.entries:
        return ""
    if not pairs:
        return _("Nothing on the list fits together yet.")
    return ngettext(
        "%(count)d need could be met by what is offered.",
        "%(count)d needs could be met by what is offered.",
        pairs,
    ) % {"count": pairs}


def speaks_for(seats: Iterable[Seat]) -> frozenset[UUID]:
    return frozenset(seat.pk for seat in seats)
