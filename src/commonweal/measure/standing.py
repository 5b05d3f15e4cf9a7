"""What has become of what releases rest on: who withdrew since, what was destroyed, what is suspended.

Nothing of it is stored with a release, whose rows never change: it is derived from the withdrawals,
the register of destroyed keys and the submissions, each time somebody looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from commonweal.agree import queries as agree
from commonweal.agree.models import Agreement, Suspension, Withdrawal
from commonweal.compute.permits.clauses import PROVIDER
from commonweal.convene.models import Partnership
from commonweal.measure.models import Release
from commonweal.pool.models import Erasure, Submission

_Owner = tuple[UUID, UUID]
_Era = tuple[UUID, UUID, int]
_Erased = tuple[UUID, UUID, int, datetime]


@dataclass(frozen=True)
class Departure:
    """A provider takes no part any more, from `at`. Days are those of the agreement's time zone.

    `destroyed_on` is None until the keys were destroyed. `is_back`: it has signed a later version
    since, so what it hands in anew is used again.
    """

    withdrawal: Withdrawal
    destroyed_at: datetime | None
    is_back: bool

    @property
    def partner(self) -> str:
        return self.withdrawal.organisation.name

    @property
    def agreement(self) -> Agreement:
        return self.withdrawal.agreement

    @property
    def on(self) -> date:
        return self._day(self.withdrawal.at)

    @property
    def destroy_on(self) -> date:
        return self._day(self.withdrawal.destroy_at)

    @property
    def destroyed_on(self) -> date | None:
        return self._day(self.destroyed_at) if self.destroyed_at else None

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.withdrawal.version.zone)).date()

    def as_json(self) -> dict[str, Any]:
        """For whoever reads a release by machine."""
        return {
            "partner": self.partner,
            "agreement": self.agreement.reference,
            "withdrawn_on": self.on.isoformat(),
            "destroyed_on": self.destroyed_on.isoformat() if self.destroyed_on else None,
        }


def departures(partnership: Partnership) -> list[Departure]:
    """Every provider that withdrew from a sharing agreement, the latest first.

    One that came back before its data was destroyed is left out: nothing of it has gone.
    """
    return _departures(partnership, _erasures(partnership))


def _departures(partnership: Partnership, erasures: Iterable[_Erased]) -> list[Departure]:
    rows = agree.sharing_withdrawals().filter(agreement__partnership=partnership)
    erased: dict[_Owner, list[datetime]] = {}
    for agreement, provider, _era, moment in erasures:
        erased.setdefault((agreement, provider), []).append(moment)
    found = []
    for row in rows.order_by("-at"):
        if row.organisation_id not in agree.organisations_named(row.version, PROVIDER):
            continue
        moments = erased.get((row.agreement_id, row.organisation_id), [])
        destroyed = min((each for each in moments if each >= row.destroy_at), default=None)
        if destroyed is not None or not row.is_back:
            found.append(Departure(row, destroyed, row.is_back))
    return found


def _erasures(partnership: Partnership) -> list[_Erased]:
    rows = Erasure.objects.filter(agreement__partnership=partnership)
    return list(rows.values_list("agreement_id", "provider_id", "era", "erased_at"))


@dataclass(frozen=True)
class Gone:
    """What a release counted of one data contract and can count no more.

    `outlived`: partners of whom files were destroyed because the agreed months were over.
    """

    departures: tuple[Departure, ...] = ()
    outlived: tuple[str, ...] = ()


NOTHING = Gone()


def gone(releases: Sequence[Release]) -> dict[UUID, dict[str, Gone]]:
    """By release and data contract, what is gone. Three queries, whatever their number."""
    if not releases:
        return {}
    erasures = _erasures(releases[0].partnership)
    return _gone(releases, _departures(releases[0].partnership, erasures), erasures)


def _gone(
    releases: Sequence[Release], known: Sequence[Departure], erasures: Iterable[_Erased]
) -> dict[UUID, dict[str, Gone]]:
    erased = {(a, p, era): moment for a, p, era, moment in erasures}
    left: dict[tuple[UUID, str], dict[Departure, None]] = {}
    outlived: dict[tuple[UUID, str], dict[str, None]] = {}
    for release, contract, era, name, is_destroyed in _counted(releases):
        departure = _departure(era, known, erased)
        if departure is not None:
            left.setdefault((release, contract), {})[departure] = None
        elif is_destroyed and era not in erased:
            outlived.setdefault((release, contract), {})[name] = None
    found: dict[UUID, dict[str, Gone]] = {}
    for release, contract in {**left, **outlived}:
        one = Gone(
            tuple(left.get((release, contract), ())), tuple(outlived.get((release, contract), ()))
        )
        found.setdefault(release, {})[contract] = one
    return found


def marked(found: Mapping[UUID, Mapping[str, Gone]]) -> frozenset[UUID]:
    """Of what `gone` found: the releases that rest on data that a partner has withdrawn since."""
    return frozenset(
        pk for pk, contracts in found.items() if any(one.departures for one in contracts.values())
    )


def _counted(releases: Sequence[Release]) -> Iterable[tuple[UUID, str, _Era, str, bool]]:
    """(release, contract, era, provider's name, destroyed) of what was counted, each once."""
    rows = Release.submissions.through.objects.filter(release__in=[each.pk for each in releases])
    found = rows.values_list(
        "release_id",
        "submission__contract__key",
        "submission__agreement_id",
        "submission__provider_id",
        "submission__era",
        "submission__provider__name",
        "submission__state",
    ).distinct()
    for release, contract, agreement, provider, era, name, state in found.order_by(
        "submission__provider__name", "release_id"
    ):
        destroyed = state == Submission.State.DESTROYED
        yield release, contract, (agreement, provider, era), name, destroyed


def _departure(
    era: _Era, known: Sequence[Departure], erased: Mapping[_Era, datetime]
) -> Departure | None:
    """The withdrawal that took an era's data away: the one before its keys went, else the last."""
    own = [
        each
        for each in known
        if (each.withdrawal.agreement_id, each.withdrawal.organisation_id) == era[:2]
    ]
    if era in erased:
        return next((each for each in own if each.withdrawal.at <= erased[era]), None)
    return next((each for each in own if each.destroyed_at is None), None)


@dataclass(frozen=True)
class Left:
    """A partner that withdrew, and what was computed from its data while it took part."""

    departure: Departure
    figures: tuple[str, ...]
    releases: tuple[int, ...]


def partners_gone(partnership: Partnership) -> list[Left]:
    """Who withdrew and is not back, with the figures shown now that rest on its data."""
    releases = list(
        Release.objects.filter(partnership=partnership)
        .exclude(state=Release.State.WITHDRAWN)
        .defer("rows", "manifest")
        .select_related("partnership")
        .order_by("number")
    )
    erasures = _erasures(partnership)
    known = _departures(partnership, erasures)
    by_release = _gone(releases, known, erasures)
    titles = _titles(releases)
    return [
        Left(each, *_resting(each, releases, by_release, titles))
        for each in known
        if not each.is_back
    ]


def _resting(
    departure: Departure,
    releases: Iterable[Release],
    by_release: Mapping[UUID, Mapping[str, Gone]],
    titles: Mapping[tuple[UUID, str], Sequence[str]],
) -> tuple[tuple[str, ...], tuple[int, ...]]:
    figures: dict[str, None] = {}
    numbers = []
    for release in releases:
        contracts = [
            contract
            for contract, one in by_release.get(release.pk, {}).items()
            if departure in one.departures
        ]
        numbers += [release.number] if contracts else []
        for contract in contracts:
            figures.update(dict.fromkeys(titles.get((release.pk, contract), ())))
    return tuple(figures), tuple(numbers)


def _titles(releases: Sequence[Release]) -> dict[tuple[UUID, str], list[str]]:
    rows = Release.indicators.through.objects.filter(release__in=[each.pk for each in releases])
    found: dict[tuple[UUID, str], list[str]] = {}
    for release, contract, title in rows.values_list(
        "release_id", "indicatorversion__contract_key", "indicatorversion__indicator__title"
    ):
        found.setdefault((release, contract), []).append(title)
    return found


def suspended(agreements: Iterable[Agreement], at: datetime) -> list[Suspension]:
    """The suspensions that hold now, by reference."""
    holding = Q(until_at__isnull=True) | Q(until_at__gt=at)
    found = Suspension.objects.filter(
        holding, agreement__in=[each.pk for each in agreements], from_at__lte=at
    )
    return list(found.select_related("agreement").order_by("agreement__reference"))
