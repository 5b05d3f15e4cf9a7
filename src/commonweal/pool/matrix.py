"""Who was to send what for which month, and what came: the grid of the data page, and what is due.

A provider owes a month from the agreement's first day on, while it is in force. Who has withdrawn
owes nothing, not even what it had not sent by then. What was never owed is not late, and what is not yet due is not missing. A month whose
data was destroyed is owed again by a provider that signed again, and by no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from commonweal.agree import queries as agree
from commonweal.compute.permits.clauses import PROVIDER
from commonweal.compute.permits.terms import Terms
from commonweal.convene.models import Partnership
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor
from commonweal.pool import months, queries
from commonweal.pool.models import ContractVersion, DataContract, Submission

LATE, DUE, NOT_ASKED = "late", "due", "not_asked"


@dataclass(frozen=True)
class Cell:
    """One provider's month. `state`: a submission's state, or late, due (not yet), not_asked.

    `submission` is the one that counts, else the newest; `newer` a later one that waits or failed.
    """

    provider: Organisation
    period: str
    state: str
    submission: Submission | None = None
    newer: Submission | None = None


@dataclass(frozen=True)
class Row:
    provider: Organisation
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """One contract's months, the earliest first. `version` is None when it has no text yet."""

    contract: DataContract
    version: ContractVersion | None
    periods: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def cells(self) -> Iterable[Cell]:
        return (cell for row in self.rows for cell in row.cells)


@dataclass(frozen=True)
class Owed:
    """From which to which month (inclusive) a provider owes data under a contract.

    `is_over`: a later version took the place of the one that says so.
    """

    first: str
    last: str
    is_over: bool = False

    def covers(self, period: str) -> bool:
        return self.first <= period <= self.last


def owed(contract: DataContract, terms: Iterable[Terms]) -> dict[UUID, list[Owed]]:
    """By provider, the spans of months owed under the versions of the contract's agreement.

    Who has withdrawn from a version owes nothing under it, and is here without a span.
    """
    spans: dict[UUID, list[Owed]] = {}
    for version in terms:
        if version.reference != contract.agreement.reference or version.active_at is None:
            continue
        party = version.party(PROVIDER)
        if party is None or version.data(contract.key) is None:
            continue
        for provider in party.ids:
            own = spans.setdefault(provider, [])
            if provider in version.withdrawals:
                continue
            ends = min(each for each in (version.expires_at, version.replaced_at) if each)
            # The month in which it ends is owed only if the agreement outlives it.
            last = months.shifted(months.of(ends), -1)
            is_over = version.replaced_at is not None
            own.append(Owed(months.of(version.starts_at), last, is_over))
    return spans


def grids(
    actor: Actor, partnership: Partnership, at: datetime, periods: Sequence[str]
) -> list[Grid]:
    """The grid of every contract for these months. Eight queries, whatever the number of months."""
    found = _chosen(queries.submissions(actor, partnership, at).filter(period__in=periods))
    terms = agree.terms_in(partnership)
    versions = queries.latest_versions(partnership)
    grids = []
    for contract in queries.contracts_of(partnership):
        spans = owed(contract, terms)
        sent = {provider for key, provider, _period in found if key == contract.pk}
        rows = [
            Row(
                provider,
                tuple(
                    _cell(
                        provider, period, found.get((contract.pk, provider.pk, period)), spans, at
                    )
                    for period in periods
                ),
            )
            for provider in Organisation.objects.filter(pk__in={*spans, *sent}).order_by("name")
        ]
        grids.append(Grid(contract, versions.get(contract.pk), tuple(periods), tuple(rows)))
    return grids


_Chosen = tuple[Submission, Submission | None]


def _chosen(rows: Iterable[Submission]) -> Mapping[tuple[UUID, UUID, str], _Chosen]:
    """The submission that counts, else the newest, per contract, provider and month."""
    by_cell: dict[tuple[UUID, UUID, str], list[Submission]] = {}
    for row in rows:
        by_cell.setdefault((row.contract_id, row.provider_id, row.period), []).append(row)
    chosen: dict[tuple[UUID, UUID, str], _Chosen] = {}
    for key, numbers in by_cell.items():
        newest = max(numbers, key=lambda each: each.number)
        current = next((each for each in numbers if each.is_current), newest)
        chosen[key] = (current, newest if newest.number > current.number else None)
    return chosen


def _cell(
    provider: Organisation,
    period: str,
    held: _Chosen | None,
    spans: Mapping[UUID, Sequence[Owed]],
    at: datetime,
) -> Cell:
    own = spans.get(provider.pk, ())
    if held is not None and not (_is_destroyed(held) and _asked_again(own, period)):
        return Cell(provider, period, held[0].state, *held)
    if not any(span.covers(period) for span in own):
        return Cell(provider, period, NOT_ASKED)
    return Cell(provider, period, LATE if at >= months.due_at(period) else DUE)


def _is_destroyed(held: _Chosen) -> bool:
    return held[0].state == Submission.State.DESTROYED


def _asked_again(spans: Iterable[Owed], period: str) -> bool:
    """Whether a month that was destroyed is owed under a version that still binds its provider."""
    return any(span.covers(period) and not span.is_over for span in spans)


@dataclass(frozen=True)
class Missing:
    """A month that somebody owes and that has not come, or came and was not taken in."""

    contract: DataContract
    provider: Organisation
    period: str
    due_at: datetime
    is_late: bool


def missing(partnership: Partnership, providers: Iterable[UUID], at: datetime) -> list[Missing]:
    """What these providers owe for the last complete month, by contract and provider."""
    period = months.shifted(months.of(at), -1)
    there, destroyed = _arrived(partnership, period)
    wanted = set(providers)
    terms = agree.terms_in(partnership)
    due_at = months.due_at(period)
    found = []
    for contract in queries.contracts_of(partnership):
        spans = owed(contract, terms)
        owing = {
            provider
            for provider in wanted & spans.keys()
            if any(span.covers(period) for span in spans[provider])
        }
        open_ones = {
            each
            for each in owing
            if (contract.pk, each) not in there
            and ((contract.pk, each) not in destroyed or _asked_again(spans[each], period))
        }
        found += [
            Missing(contract, provider, period, due_at, at >= due_at)
            for provider in Organisation.objects.filter(pk__in=open_ones).order_by("name")
        ]
    return found


_Ways = set[tuple[UUID, UUID]]


def _arrived(partnership: Partnership, period: str) -> tuple[_Ways, _Ways]:
    """By contract and provider, what is there for the month or on its way, and what was destroyed."""
    rows = Submission.objects.filter(contract__partnership=partnership, period=period)
    found = list(rows.values_list("state", "contract_id", "provider_id"))
    there = {*Submission.CURRENT, *Submission.WAITING}
    return (
        {(contract, provider) for state, contract, provider in found if state in there},
        {
            (contract, provider)
            for state, contract, provider in found
            if state == Submission.State.DESTROYED
        },
    )
