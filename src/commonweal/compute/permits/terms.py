"""One signed version as the software enforces it, and what makes a set of clauses unusable.

Days and instants: a start day begins at its first midnight in the agreement's time zone; an expiry
day is the last day of use, so the first instant of refusal is the following midnight. The zone is
part of what is signed. Everything else (in force, withdrawn, suspended) is an instant from which the
answer changes: at that instant itself the new answer holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from commonweal.compute.errors import Unusable
from commonweal.compute.permits.clauses import (
    INTERMEDIARY,
    RECIPIENT,
    Clause,
    Data,
    Expiry,
    Party,
    Start,
    name,
)
from commonweal.compute.permits.governing import Contribution, Fixed, RiskShare
from commonweal.compute.permits.kinds import KINDS
from commonweal.compute.permits.words import FAULTS, english

T = TypeVar("T")
REPEATED = frozenset({"prose", "rule", "standing_limit", "contribution"})
"""Kinds of clauses of which an agreement may have several."""
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Fault:
    """Why clauses cannot stand: the clause (`number`, 0 for a missing one) and what to do."""

    code: str
    number: int
    kind: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        return english(FAULTS[self.code].text, self.params)

    @property
    def mend(self) -> str:
        return english(FAULTS[self.code].mend, self.params)

    @property
    def clause(self) -> str:
        """E.g. “clause 7 (expiry)”."""
        return f"clause {self.number} ({name(self.kind)})" if self.number else name(self.kind)


class Faulty(Unusable):
    """Clauses that contradict each other, lack something, or are wider than what they rest on."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        first = self.faults[0]
        super().__init__(first.words, mend=first.mend, where=first.clause)


def begins(day: date, zone: str) -> datetime:
    """The first instant of a day in a time zone, in UTC. Raises Unusable for an unknown zone."""
    try:
        return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise Unusable(
            "The time zone of the agreement is unknown.",
            mend="Use a name such as Europe/London.",
        ) from fault


def ends(day: date, zone: str) -> datetime:
    """The first instant after a day in a time zone, in UTC."""
    if day == date.max:
        return NEVER
    return begins(day + timedelta(days=1), zone)


@dataclass(frozen=True)
class Terms:
    """One version of an agreement with everything that has happened to it. Make it by `terms_from`.

    `active_at`: when the last party signed. `replaced_at`: from when a newer version is in force
    instead. `suspensions`: (from, until or None). `withdrawals`: organisation → from when it takes
    no part.
    """

    partnership: UUID
    reference: str
    version: int
    kind: str
    text_hash: str
    zone: str
    clauses: tuple[Clause, ...]
    parent: str = ""
    signed: frozenset[UUID] = frozenset()
    active_at: datetime | None = None
    replaced_at: datetime | None = None
    suspensions: tuple[tuple[datetime, datetime | None], ...] = ()
    withdrawals: Mapping[UUID, datetime] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.partnership, self.reference, self.version, self.text_hash))

    def number(self, kind: str, contract: str = "") -> int:
        """The number of the first clause of a kind (for data: of this contract), 0 if none."""
        for number, clause in enumerate(self.clauses, 1):
            if clause.kind == kind and not (
                contract and isinstance(clause, Data) and clause.contract != contract
            ):
                return number
        return 0

    def clause(self, of: type[T]) -> T | None:
        """The first clause of a type."""
        return next((clause for clause in self.clauses if isinstance(clause, of)), None)

    def party(self, role: str) -> Party | None:
        for clause in self.clauses:
            if isinstance(clause, Party) and clause.role == role:
                return clause
        return None

    def data(self, contract: str) -> Data | None:
        for clause in self.clauses:
            if isinstance(clause, Data) and clause.contract == contract:
                return clause
        return None

    @cached_property
    def contracts(self) -> tuple[str, ...]:
        return tuple(clause.contract for clause in self.clauses if isinstance(clause, Data))

    @cached_property
    def parties(self) -> Mapping[UUID, str]:
        """Every organisation that must sign, with its name in the text, in the text's order."""
        return {
            organisation.id: organisation.name
            for clause in self.clauses
            if isinstance(clause, Party)
            for organisation in clause.organisations
        }

    @cached_property
    def missing_signatures(self) -> tuple[UUID, ...]:
        return tuple(each for each in self.parties if each not in self.signed)

    @cached_property
    def starts_at(self) -> datetime:
        clause = self.clause(Start)
        return begins(clause.day, self.zone) if clause else NEVER

    @cached_property
    def expires_at(self) -> datetime:
        """The first instant at which the agreement is over."""
        clause = self.clause(Expiry)
        return ends(clause.day, self.zone) if clause else self.starts_at

    @property
    def last_day(self) -> date:
        """The last day of use."""
        clause = self.clause(Expiry)
        return clause.day if clause else date.min

    def day_of(self, moment: datetime) -> date:
        """The calendar day of an instant where the agreement lives."""
        return moment.astimezone(ZoneInfo(self.zone)).date()


def terms_from(
    *,
    partnership: UUID,
    reference: str,
    version: int,
    kind: str,
    clauses: Iterable[Clause],
    zone: str,
    text_hash: str,
    parent: str = "",
    signed: Iterable[UUID] = (),
    active_at: datetime | None = None,
    replaced_at: datetime | None = None,
    closed_because: str = "",
    suspensions: Iterable[tuple[datetime, datetime | None]] = (),
    withdrawals: Mapping[UUID, datetime] | None = None,
) -> Terms:
    """The terms of one version. `parent` is the reference of the agreement it rests on.

    Raises Faulty (an Unusable with `.faults`) for missing, forbidden or contradictory clauses and
    Unusable for an unknown kind, an unknown zone or an instant without a time zone.
    """
    held = tuple(clauses)
    faults = faults_of(kind, held, parent=parent)
    if faults:
        raise Faulty(faults)
    pauses = tuple(suspensions)
    gone = dict(withdrawals or {})
    for moment in (
        active_at,
        replaced_at,
        *gone.values(),
        *(each for pair in pauses for each in pair),
    ):
        aware(moment)
    terms = Terms(
        partnership=partnership,
        reference=reference,
        version=version,
        kind=kind,
        text_hash=text_hash,
        zone=zone,
        clauses=held,
        parent=parent,
        signed=frozenset(signed),
        active_at=active_at,
        replaced_at=replaced_at,
        suspensions=pauses,
        withdrawals=gone,
    )
    begins(date(2000, 1, 1), zone)
    return terms


def aware(moment: datetime | None) -> None:
    """Refuse an instant that does not say its time zone: it would be two different instants."""
    if moment is not None and moment.tzinfo is None:
        raise Unusable("An instant has no time zone.", mend="Pass an aware datetime.")


def faults_of(kind: str, clauses: Sequence[Clause], *, parent: str = "") -> tuple[Fault, ...]:
    """What is missing, forbidden or contradictory in the clauses of one agreement, in their order."""
    rules = KINDS.get(kind)
    if rules is None:
        raise Unusable("The kind of agreement is unknown.", mend=f"Use one of {', '.join(KINDS)}.")
    present = {clause.kind for clause in clauses}
    faults = [
        Fault("clause_missing", 0, needed, {"kind": needed})
        for needed in rules.needs
        if needed not in present
    ]
    if not rules.alone and not parent:
        faults.append(Fault("parent_missing", 0, "signature"))
    for number, clause in enumerate(clauses, 1):
        if clause.kind not in rules.allowed:
            faults.append(Fault("clause_not_allowed", number, clause.kind, {"kind": clause.kind}))
    return (*faults, *_repeated(clauses), *_backwards(clauses), *_unfounded(clauses))


def _repeated(clauses: Sequence[Clause]) -> list[Fault]:
    first: dict[tuple[str, str], int] = {}
    faults = []
    for number, clause in enumerate(clauses, 1):
        key = (clause.kind, clause.contract if isinstance(clause, Data) else "")
        if clause.kind in REPEATED:
            continue
        if key in first:
            params = {"first": first[key], "second": number, "kind": clause.kind}
            faults.append(Fault("clause_twice", number, clause.kind, params))
        first.setdefault(key, number)
    return faults


def _backwards(clauses: Sequence[Clause]) -> list[Fault]:
    start = next((each for each in clauses if isinstance(each, Start)), None)
    for number, clause in enumerate(clauses, 1):
        if isinstance(clause, Expiry) and start and clause.day < start.day:
            params = {"start": start.day, "end": clause.day}
            return [Fault("ends_before_start", number, clause.kind, params)]
    return []


def _unfounded(clauses: Sequence[Clause]) -> list[Fault]:
    """Clauses that speak of a party or of a clause that is not there."""
    named = {
        each.id for clause in clauses if isinstance(clause, Party) for each in clause.organisations
    }
    keepers = {
        each
        for clause in clauses
        if isinstance(clause, Party) and clause.role == RECIPIENT
        for each in clause.ids
    }
    present = {clause.kind for clause in clauses}
    faults = []
    for number, clause in enumerate(clauses, 1):
        match clause:
            case Contribution() | RiskShare():
                charged = (
                    [clause.organisation]
                    if isinstance(clause, Contribution)
                    else [organisation for organisation, _share in clause.shares]
                )
                strangers = tuple(each.name for each in charged if each.id not in named)
                code, params = "not_a_party", {"names": strangers}
            case Party(role=role) if role == INTERMEDIARY:
                strangers = tuple(
                    each.name for each in clause.organisations if each.id not in keepers
                )
                code, params = "intermediary_keeps", {"names": strangers}
            case Fixed():
                strangers = tuple(name(each) for each in clause.kinds if each not in present)
                code, params = "fixed_absent", {"names": strangers}
            case _:
                continue
        if strangers:
            faults.append(Fault(code, number, clause.kind, params))
    return faults
