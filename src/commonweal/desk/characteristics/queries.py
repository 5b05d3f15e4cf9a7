"""What a partnership does, counted from the records of all rooms. Nothing is entered for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree import queries as agree
from commonweal.agree.commitments import queries as promising
from commonweal.agree.decisions.models import Position, Proposal
from commonweal.agree.decisions.models import State as Stage
from commonweal.agree.models import Kind, Signature
from commonweal.agree.queries import Summary
from commonweal.aim.beginnings import queries as beginnings
from commonweal.compute.convening import balance as b
from commonweal.compute.convening import characteristics as c
from commonweal.compute.permits.governing import Contribution
from commonweal.compute.result import Result
from commonweal.convene import queries as convene
from commonweal.convene.models import Partnership, Seat
from commonweal.core.models import Organisation, Sector
from commonweal.pool.models import Submission

TAKEN_IN = ("accepted", "partly_accepted", "superseded")
RESIDENTS = Sector.RESIDENT_GROUP.value
ENOUGH = 50
"""So many of a hundred of the seats that were asked must have answered to say that the table decides."""


@dataclass(frozen=True)
class Evidence:
    """What there is to one sign. `state`: None for not known; `words`: what was found; `url`: where."""

    sign: str
    state: bool | None
    words: str
    url: str


@dataclass(frozen=True)
class Found:
    """The five with the evidence of each."""

    result: Result[tuple[c.Characteristic, ...]]
    evidence: Mapping[str, Evidence]


def characteristics(partnership: Partnership, at: datetime) -> Found:
    """A constant number of queries."""
    seats = list(convene.seats(partnership, at))
    known = agree.summaries(partnership, at)
    evidence = {
        each.sign: each
        for each in (
            *_stakeholders(partnership, seats),
            *_goals(partnership, seats, known),
            *_resources(partnership, known),
            *_decisions(partnership),
            *_accountability(partnership, at),
        )
    }
    result = c.characteristics({sign: each.state for sign, each in evidence.items()})
    return Found(result, evidence)


def _stakeholders(partnership: Partnership, seats: Sequence[Seat]) -> Iterator[Evidence]:
    page = reverse("table", args=[partnership.slug])
    here = {each.organisation_id: each.organisation for each in seats if each.organisation}
    said = ngettext("%(count)d organisation", "%(count)d organisations", len(here))
    yield Evidence("organisations", len(here) >= 2, said % {"count": len(here)}, page)
    sectors = {each.sector for each in here.values()}
    said = ngettext("%(count)d sector", "%(count)d sectors", len(sectors))
    yield Evidence("sectors", len(sectors) >= 2, said % {"count": len(sectors)}, page)
    held = sum(each.kind == Seat.Kind.RESIDENT and not each.is_vacant for each in seats)
    held += sum(each.sector == RESIDENTS for each in here.values())
    said = ngettext("%(count)d seat of those affected", "%(count)d seats of those affected", held)
    yield Evidence("affected", held > 0, said % {"count": held}, page)


def _goals(
    partnership: Partnership, seats: Sequence[Seat], known: Iterable[Summary]
) -> Iterator[Evidence]:
    slug = partnership.slug
    outcome = beginnings.outcomes(partnership).first()
    words = outcome.label if outcome else _("No outcome is written down")
    yield Evidence("goal", outcome is not None, words, reverse("theory", args=[slug]))
    shared = [
        each
        for each in known
        if each.standing == "in_force" and each.agreement.kind in {Kind.CONSTITUTION, Kind.MOU}
    ]
    if not shared:
        page = reverse("agreements", args=[slug])
        words = _("No constitution and no memorandum is in force")
        yield Evidence("signed", False, words, page)
        yield Evidence("signed_by_all", False, words, page)
        return
    one = shared[0]
    page = reverse("agreement", args=[slug, one.agreement.reference])
    yield Evidence("signed", True, f"{one.agreement.reference}, {one.agreement.title}", page)
    signers = set(
        Signature.objects.filter(version__in=[each.version.pk for each in shared]).values_list(
            "organisation", flat=True
        )
    )
    here = {each.organisation_id for each in seats if each.organisation_id}
    words = _("%(count)d of %(all)d organisations at the table have signed") % {
        "count": len(here & signers),
        "all": len(here),
    }
    yield Evidence("signed_by_all", here <= signers, words, page)


def _resources(partnership: Partnership, known: Iterable[Summary]) -> Iterator[Evidence]:
    """Money, by the agreements on joint funding that are in force, and data that came in."""
    payers = {each.organisation.id for each in _contributions(known)}
    providers = {pk for pk, _sector in _providers(partnership)}
    everybody = payers | providers
    page = reverse("balance", args=[partnership.slug])
    words = _("%(payers)d pay into a shared fund, %(providers)d have handed in data") % {
        "payers": len(payers),
        "providers": len(providers),
    }
    yield Evidence("pooled", bool(everybody), words, page)
    said = ngettext(
        "%(count)d organisation brings something in",
        "%(count)d organisations bring something in",
        len(everybody),
    )
    yield Evidence("pooled_by_two", len(everybody) >= 2, said % {"count": len(everybody)}, page)


def _contributions(known: Iterable[Summary]) -> list[Contribution]:
    return [
        clause
        for each in known
        if each.standing == "in_force" and each.agreement.kind == Kind.FUNDING
        for clause in each.terms.clauses
        if isinstance(clause, Contribution)
    ]


def _providers(partnership: Partnership) -> list[tuple[UUID, str]]:
    """Who has handed in data that was taken in, with their sectors."""
    rows = Submission.objects.filter(contract__partnership=partnership, state__in=TAKEN_IN)
    return list(rows.order_by().values_list("provider", "provider__sector").distinct())


def _decisions(partnership: Partnership) -> Iterator[Evidence]:
    """Decisions that the table took, and how many of the seats that were asked answered."""
    page = reverse("decisions", args=[partnership.slug])
    adopted = Proposal.objects.filter(partnership=partnership, state=Stage.ADOPTED)
    outcomes = list(adopted.values_list("outcome", flat=True))
    consent = sum((each or {}).get("rule") == "consent" for each in outcomes)
    said = ngettext("%(count)d decision by consent", "%(count)d decisions by consent", consent) % {
        "count": consent
    }
    yield Evidence("decided", consent > 0, said, page)
    asked, answered = _turnout(outcomes)
    if not asked:
        yield Evidence("took_part", None, _("Nothing was decided yet"), page)
        return
    words = _("%(answered)d of %(asked)d answers that were asked for were given") % {
        "answered": answered,
        "asked": asked,
    }
    yield Evidence("took_part", answered * 100 >= asked * ENOUGH, words, page)


def _turnout(outcomes: Iterable[Mapping[str, Any] | None]) -> tuple[int, int]:
    """Of every adopted decision the seats that were to answer, and those that did."""
    kept = [each for each in outcomes if each]
    return sum(each["seats"] for each in kept), sum(each["present"] for each in kept)


def _accountability(partnership: Partnership, at: datetime) -> Iterator[Evidence]:
    """What organisations promised each other, and whether they say in time how it goes."""
    page = reverse("commitments", args=[partnership.slug])
    found = promising.entries(partnership, at)
    said = ngettext("%(count)d commitment", "%(count)d commitments", len(found))
    yield Evidence("promised", bool(found), said % {"count": len(found)}, page)
    owners = len({each.commitment.organisation_id for each in found})
    said = ngettext(
        "%(count)d organisation has committed itself",
        "%(count)d organisations have committed themselves",
        owners,
    )
    yield Evidence("promised_by_two", owners >= 2, said % {"count": owners}, page)
    if not found:
        yield Evidence("reported", None, _("There is nothing to report on yet"), page)
        return
    silent = sum(each.reminder in {"late", "quiet"} for each in found)
    words = (
        ngettext(
            "%(count)d commitment waits for a word on how it goes",
            "%(count)d commitments wait for a word on how they go",
            silent,
        )
        % {"count": silent}
        if silent
        else _("No commitment waits for a word on how it goes")
    )
    yield Evidence("reported", not silent, words, page)


@dataclass(frozen=True)
class Power:
    """One kind of power, spread over sectors. `note`: why it is not known, or what is counted."""

    key: str
    spread: b.Spread
    note: str
    url: str


def balance(partnership: Partnership, at: datetime) -> list[Power]:
    """Seats, money, data and decisions. A constant number of queries."""
    slug = partnership.slug
    seats = list(convene.seats(partnership, at))
    money, why = _money(partnership, at)
    return [
        Power(
            "seats",
            _of(_seats(seats)),
            _("Seats that somebody holds."),
            reverse("table", args=[slug]),
        ),
        Power("money", _of(money), why, reverse("agreements", args=[slug])),
        Power(
            "data",
            _of(Counter(sector for _pk, sector in _providers(partnership))),
            _("Organisations that have handed in data that was taken in."),
            reverse("data", args=[slug]),
        ),
        Power(
            "decisions",
            _of(_answers(partnership)),
            _("Answers that seats gave to proposals that are decided."),
            reverse("decisions", args=[slug]),
        ),
    ]


def _of(held: Mapping[str, int] | None) -> b.Spread:
    return b.spread(held).answer


def _seats(seats: Iterable[Seat]) -> Counter[str]:
    """Residents’ own seats count with residents’ groups; a free one is held by nobody."""
    return Counter(
        each.organisation.sector if each.organisation else RESIDENTS
        for each in seats
        if not each.is_vacant
    )


def _money(partnership: Partnership, at: datetime) -> tuple[Counter[str] | None, str]:
    """What joint funding agreements in force bind parties to pay in, in minor units."""
    found = _contributions(agree.summaries(partnership, at))
    currencies = {each.currency for each in found}
    if not found:
        return None, _("No joint funding agreement in force says who pays in what.")
    if len(currencies) > 1:
        return None, _("Money is promised in several currencies, which cannot be added up.")
    rows = Organisation.objects.filter(pk__in=[each.organisation.id for each in found])
    sectors = dict(rows.values_list("pk", "sector"))
    held: Counter[str] = Counter()
    for each in found:
        if each.organisation.id not in sectors:
            return None, _("An organisation that pays in is not on record here.")
        held[sectors[each.organisation.id]] += each.amount_minor
    return held, _("What joint funding agreements in force bind the parties to pay in.")


def _answers(partnership: Partnership) -> Counter[str]:
    taken = Position.objects.filter(
        text__proposal__partnership=partnership,
        text__proposal__state__in=(Stage.ADOPTED, Stage.NOT_ADOPTED),
        superseded_by__isnull=True,
    )
    held: Counter[str] = Counter()
    for sector, _seat, _proposal in taken.values_list(
        F("seat__organisation__sector"), "seat", "text__proposal"
    ).distinct():
        held[sector or RESIDENTS] += 1
    return held
