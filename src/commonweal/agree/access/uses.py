"""What data was used for: the log's requests, for whose data the reader may know of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from commonweal.agree import queries as agree
from commonweal.agree.access import logged, policies, registry
from commonweal.agree.access.logged import Asked
from commonweal.agree.access.policies import Sight
from commonweal.agree.access.registry import Result
from commonweal.compute.permits.asking import MEASURE, SUBMIT, Permit, Refusal
from commonweal.compute.permits.clauses import PROVIDER
from commonweal.compute.permits.deciding import decide
from commonweal.compute.permits.register import Register
from commonweal.compute.permits.terms import Terms, ends
from commonweal.convene.models import Partnership
from commonweal.convene.reach import Part
from commonweal.core.models import Organisation
from commonweal.core.scope import Actor

MONTHS_BACK = timedelta(days=365)


@dataclass(frozen=True)
class Span:
    """Days, both included, in UTC as the log keeps them."""

    first: date
    last: date

    @property
    def since(self) -> datetime:
        return datetime.combine(self.first, time(), tzinfo=UTC)

    @property
    def until(self) -> datetime:
        return ends(self.last, "UTC")


def usual_span(at: datetime) -> Span:
    """The last twelve months."""
    return Span((at - MONTHS_BACK).astimezone(UTC).date(), at.astimezone(UTC).date())


@dataclass(frozen=True)
class Use:
    """Requests of one month that asked the same. `providers`: whose data, of those the reader sees.

    `refusal`: why they were refused, None when they were granted. `tells_why`: whether the reader
    may read the agreement that refuses.
    """

    month: date
    action: str
    organisation: UUID
    contract: str
    fields: tuple[str, ...]
    purpose: str
    output: str
    linkage: bool
    refusal: Refusal | None
    times: int
    last_at: datetime
    providers: tuple[UUID, ...]
    agreements: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    tells_why: bool = True


@dataclass(frozen=True)
class Report:
    """`uses`: newest month first, what was granted before what was refused. `names`: of all named."""

    partnership: Partnership
    span: Span
    sight: Sight
    providers: Mapping[UUID, str]
    uses: Sequence[Use]
    names: Mapping[UUID, str]

    @property
    def granted(self) -> int:
        return sum(each.times for each in self.uses if each.refusal is None)

    @property
    def refused(self) -> int:
        return sum(each.times for each in self.uses if each.refusal is not None)


@dataclass(frozen=True)
class Readable:
    """What a reader may see here, before a span is chosen. `providers`: whose data, by name."""

    partnership: Partnership
    terms: tuple[Terms, ...]
    sight: Sight
    providers: Mapping[UUID, str]


def readable_for(actor: Actor, slug: str, at: datetime) -> Readable:
    """Raises Missing for who has nothing to do with the partnership, Denied for who gave no data."""
    partnership = agree.partnership_for(actor, slug, at, Part.ACCESS)
    sight = policies.sight(actor, partnership, at)
    terms = agree.terms_in(partnership)
    named = {pk for each in terms if (party := each.party(PROVIDER)) for pk in party.ids}
    if sight.organisations is not None:
        named &= sight.organisations
    return Readable(partnership, terms, sight, _names(named))


def report(
    actor: Actor,
    readable: Readable,
    span: Span,
    at: datetime,
    *,
    provider: UUID | None = None,
) -> Report:
    """What the data of these providers (one of them, for `provider`) was used for."""
    whose = frozenset(readable.providers) & ({provider} if provider else readable.providers.keys())
    partnership = readable.partnership
    asked = [
        each
        for each in logged.requests(partnership, span.since, span.until)
        if each.ask.action != SUBMIT
    ]
    came = registry.results(actor, partnership, {each.permit for each in asked} - {""}, at)
    register = Register(readable.terms)
    told = _Telling(register, readable.terms, whose, came, _references(actor, readable, at))
    found = _merged(one for each in asked for one in told.uses_of(each))
    named = {pk for each in found for pk in (each.organisation, *each.providers)}
    return Report(
        partnership=partnership,
        span=span,
        sight=readable.sight,
        providers=readable.providers,
        uses=found,
        names={**_names(named), **readable.providers},
    )


def _names(ids: Iterable[UUID]) -> dict[UUID, str]:
    found = Organisation.objects.filter(pk__in=list(ids)).order_by("name")
    return dict(found.values_list("pk", "name"))


def _references(actor: Actor, readable: Readable, at: datetime) -> frozenset[str] | None:
    """The agreements whose words the reader may read; None for all."""
    if readable.sight.reads_table:
        return None
    held = agree.agreements(readable.partnership, actor, at)
    return frozenset(each.agreement.reference for each in held)


@dataclass(frozen=True)
class _Telling:
    register: Register
    terms: Sequence[Terms]
    whose: frozenset[UUID]
    results: Mapping[str, Sequence[Result]]
    references: frozenset[str] | None
    _named: dict[str, frozenset[UUID]] = field(default_factory=dict)

    def uses_of(self, asked: Asked) -> Iterable[Use]:
        """What one request means for the providers that are looked at."""
        if asked.refusal is not None:
            concerned = asked.ask.providers or self._providers_of(asked.ask.contract)
            yield from self._use(asked, concerned, asked.refusal)
            return
        yield from self._use(asked, self._granted(asked), None)
        for provider, refusal in (asked.left_out or {}).items():
            yield from self._use(asked, (provider,), refusal)

    def _granted(self, asked: Asked) -> Iterable[UUID]:
        if asked.granted is not None:
            return asked.granted
        # The same question at the same instant has the same answer, whenever it is asked.
        again = decide(asked.ask, self.register, asked.at)
        return again.providers if isinstance(again, Permit) else asked.ask.providers

    def _providers_of(self, contract: str) -> frozenset[UUID]:
        if contract not in self._named:
            parties = [each.party(PROVIDER) for each in self.terms if contract in each.contracts]
            ids = [party.ids for party in parties if party]
            self._named[contract] = frozenset().union(*ids) if ids else frozenset()
        return self._named[contract]

    def _use(
        self, asked: Asked, providers: Iterable[UUID], refusal: Refusal | None
    ) -> Iterable[Use]:
        mine = tuple(each for each in dict.fromkeys(providers) if each in self.whose)
        if not mine:
            return
        ask = asked.ask
        came = self.results.get(asked.permit, ()) if refusal is None else ()
        yield Use(
            month=asked.at.astimezone(UTC).date().replace(day=1),
            action=ask.action,
            organisation=ask.organisation,
            contract=ask.contract,
            fields=ask.fields,
            purpose=ask.purpose,
            output=ask.output,
            linkage=ask.linkage,
            refusal=refusal,
            times=1,
            last_at=asked.at,
            providers=mine,
            agreements=asked.agreements if refusal is None else (),
            results=tuple(came),
            tells_why=refusal is None
            or self.references is None
            or refusal.reference in self.references,
        )


def _merged(uses: Iterable[Use]) -> list[Use]:
    """Equal requests of a month as one, with how often and what came of all of them."""
    held: dict[tuple[Any, ...], list[Use]] = {}
    for use in uses:
        held.setdefault(_key(use), []).append(use)
    found = [_together(each) for each in held.values()]
    # Two stable steps: the newest request first, then months, then what was granted.
    found.sort(key=lambda each: each.last_at, reverse=True)
    return sorted(
        found,
        key=lambda each: (
            -each.month.toordinal(),
            each.refusal is not None,
            each.action != MEASURE,
        ),
    )


def _key(use: Use) -> tuple[Any, ...]:
    return (
        use.month,
        use.action,
        use.organisation,
        use.contract,
        use.fields,
        use.purpose,
        use.output,
        use.linkage,
        use.providers,
        str(use.refusal.as_json()) if use.refusal else "",
    )


def _together(uses: Sequence[Use]) -> Use:
    last = max(uses, key=lambda each: each.last_at)
    return Use(
        **{
            **vars(last),
            "times": len(uses),
            "agreements": tuple(dict.fromkeys(n for each in uses for n in each.agreements)),
            "results": tuple(dict.fromkeys(r for each in uses for r in each.results)),
        }
    )
