"""What is in the installation already that shows a task is done: found, never entered twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import queries as agree
from commonweal.agree.commitments.models import Commitment
from commonweal.agree.decisions.models import DecisionType
from commonweal.agree.models import Kind
from commonweal.agree.queries import Summary
from commonweal.aim.beginnings import queries as beginnings
from commonweal.aim.models import Edge, Indicator
from commonweal.compute.permits.kinds import SHARING
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat


@dataclass(frozen=True)
class Found:
    """A piece of evidence that is there. `words`: what exactly; `url`: where it stands."""

    piece: str
    words: str
    url: str


def found(partnership: Partnership, at: datetime) -> dict[str, Found]:
    """By the pieces of `compute.convening.triangle.TASKS`. Fourteen queries at most."""
    pieces = (
        *_people(partnership, list(convene.seats(partnership, at))),
        *_aims(partnership),
        *_agreed(partnership, agree.summaries(partnership, at)),
        *_promised(partnership),
    )
    return {each.piece: each for each in pieces}


def _short(words: str) -> str:
    """The beginning of a longer text, for a link to the whole."""
    return str(Truncator(words).chars(80))


def _people(partnership: Partnership, seats: Sequence[Seat]) -> Iterator[Found]:
    table = reverse("table", args=[partnership.slug])
    sponsor = next((seat for seat in seats if seat.kind == Seat.Kind.SPONSOR), None)
    if sponsor:
        yield Found("sponsor", sponsor.holder, table)
    if partnership.pledge:
        yield Found("pledge", _short(partnership.pledge), table)
    sectors = {seat.organisation.sector for seat in seats if seat.organisation}
    if len(sectors) > 1:
        said = ngettext("%(count)d sector", "%(count)d sectors", len(sectors))
        yield Found("sectors", said % {"count": len(sectors)}, table)
    residents = [seat for seat in seats if seat.kind == Seat.Kind.RESIDENT]
    held = sum(not seat.is_vacant for seat in residents)
    if held:
        said = ngettext("%(count)d residents’ seat", "%(count)d residents’ seats", held)
        yield Found("residents", said % {"count": held}, table)
    if held and held == len(residents):
        yield Found("voices", _("Every residents’ seat is held"), table)


def _aims(partnership: Partnership) -> Iterator[Found]:
    slug = partnership.slug
    if partnership.problem and partnership.affected:
        yield Found("problem", _short(partnership.problem), reverse("partnership", args=[slug]))
    outcome = beginnings.outcomes(partnership).first()
    if outcome:
        yield Found("outcome", outcome.label, reverse("theory", args=[slug]))
    indicator = Indicator.objects.filter(partnership=partnership).order_by("defined_at").first()
    if indicator:
        page = reverse("indicator", args=[slug, indicator.key])
        yield Found("indicator", indicator.title, page)
    yield from _beliefs(partnership)
    chosen = beginnings.chosen_entry_point(partnership)
    if chosen:
        yield Found("entry_point", chosen.statement, reverse("entry_points", args=[slug]))


def _beliefs(partnership: Partnership) -> Iterator[Found]:
    page = reverse("theory", args=[partnership.slug])
    links = Edge.objects.filter(source__partnership=partnership)
    statuses = list(links.values_list("status", flat=True))
    if statuses:
        said = ngettext("%(count)d belief", "%(count)d beliefs", len(statuses))
        yield Found("theory", said % {"count": len(statuses)}, page)
    tested = sum(status != Edge.Status.UNTESTED for status in statuses)
    if tested:
        said = ngettext("%(count)d of them tested", "%(count)d of them tested", tested)
        yield Found("tested", said % {"count": tested}, page)


def _agreed(partnership: Partnership, known: Iterable[Summary]) -> Iterator[Found]:
    kinds = {
        "constitution": (Kind.CONSTITUTION,),
        "memorandum": (Kind.MOU,),
        "funding": (Kind.FUNDING,),
        "data": SHARING,
    }
    standing = [each for each in known if each.standing == "in_force"]
    for piece, wanted in kinds.items():
        one = next((each for each in standing if each.agreement.kind in wanted), None)
        if one:
            reference = one.agreement.reference
            page = reverse("agreement", args=[partnership.slug, reference])
            yield Found(piece, f"{reference}, {one.agreement.title}", page)


def _promised(partnership: Partnership) -> Iterator[Found]:
    types = DecisionType.objects.filter(partnership=partnership).count()
    if types:
        said = ngettext("%(count)d type of decision", "%(count)d types of decision", types)
        page = reverse("decision_types", args=[partnership.slug])
        yield Found("decision_types", said % {"count": types}, page)
    promises = Commitment.objects.filter(partnership=partnership).count()
    if promises:
        said = ngettext("%(count)d commitment", "%(count)d commitments", promises)
        page = reverse("commitments", args=[partnership.slug])
        yield Found("commitments", said % {"count": promises}, page)
