"""The closed set of clauses that the software understands, and their form as JSON.

A clause is a small immutable value; its number in an agreement is its place in the list, from 1.
Typed clauses are enforced, `Prose` is only read. A clause that cannot mean anything (no field, a
smallest group of nought) cannot be made: it raises `compute.errors.Unusable`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from commonweal.compute.errors import Unusable
from commonweal.compute.permits import checks, governing
from commonweal.compute.permits.marking import gettext_noop as _
from commonweal.compute.permits.purposes import is_known

PROVIDER, RECIPIENT, USER = "provider", "recipient", "user"
MEMBER, HUB, INTERMEDIARY = "member", "hub", "intermediary"
ROLES = (MEMBER, HUB, PROVIDER, RECIPIENT, INTERMEDIARY, USER)
LEVELS = ("none", "partners", "public")
MAXIMUM_CELL = 1000
_CONTRACT = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")


Organisation = governing.Organisation


@dataclass(frozen=True)
class Party:
    """Organisations in one role.

    A member takes part in the whole; a hub keeps what others follow; a provider gives data, a
    recipient keeps it, a user works with it. An intermediary keeps data for the others and never
    uses it itself.
    """

    role: str
    organisations: tuple[Organisation, ...]

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise Unusable("The role of the party is unknown.", mend=f"Use one of {ROLES}.")
        checks.some([organisation.id for organisation in self.organisations], self.role)
        for organisation in self.organisations:
            checks.line(organisation.name, self.role)

    @property
    def kind(self) -> str:
        return self.role

    @property
    def ids(self) -> frozenset[UUID]:
        return frozenset(organisation.id for organisation in self.organisations)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(organisation.name for organisation in self.organisations)


@dataclass(frozen=True)
class Data:
    """The fields of one data contract, by the contract's key. What is not named is not covered.

    `masked`: those of the fields that may be counted and joined, but whose values are never shown.
    """

    contract: str
    fields: tuple[str, ...]
    masked: tuple[str, ...] = ()
    kind: ClassVar[str] = "data"

    def __post_init__(self) -> None:
        if not _CONTRACT.fullmatch(self.contract):
            raise Unusable(
                _("The key of the data contract is not usable."),
                mend=_("Use small letters, digits, - and _ only, at most 60, e.g. bed-deliveries."),
                where=self.kind,
            )
        checks.some(self.fields, self.kind)
        for field in self.fields:
            checks.line(field, self.kind, 100)
        if len(set(self.masked)) != len(self.masked) or not set(self.masked) <= set(self.fields):
            raise Unusable(
                _("A masked field is not among the fields, or is named twice."),
                mend=_("Mask only fields that the clause names, each once."),
                where=self.kind,
            )


@dataclass(frozen=True)
class Purpose:
    """What the data may be used for: `purposes.is_known` keys, each covering exactly itself."""

    purposes: tuple[str, ...]
    kind: ClassVar[str] = "purpose"

    def __post_init__(self) -> None:
        checks.some(self.purposes, self.kind)
        for purpose in self.purposes:
            if not is_known(purpose):
                raise Unusable(
                    _("A purpose here is not on the list."),
                    mend=_("Choose among the purposes in the reference."),
                    where=self.kind,
                )


@dataclass(frozen=True)
class MinimumCell:
    """A group of fewer people, or of whatever is counted, is never shown. 1 hides nothing."""

    minimum: int
    kind: ClassVar[str] = "minimum_cell"

    def __post_init__(self) -> None:
        checks.whole(self.minimum, 1, MAXIMUM_CELL, self.kind)


@dataclass(frozen=True)
class Linkage:
    """Whether records of different providers or contracts may be joined person by person."""

    allowed: bool
    kind: ClassVar[str] = "linkage"

    def __post_init__(self) -> None:
        if not isinstance(self.allowed, bool):
            raise Unusable(
                _("Linkage is allowed or not."), mend=_("Say yes or no."), where=self.kind
            )


@dataclass(frozen=True)
class Publication:
    """How far results may go: `none` beyond the user, to the `partners`, or `public`."""

    level: str
    kind: ClassVar[str] = "publication"

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise Unusable(
                "The level of publication is unknown.",
                mend=f"Use one of {', '.join(LEVELS)}.",
                where=self.kind,
            )


@dataclass(frozen=True)
class Retention:
    """Records are destroyed at the latest this many months after they were received."""

    months: int
    kind: ClassVar[str] = "retention"

    def __post_init__(self) -> None:
        checks.whole(self.months, 1, 1200, self.kind)


@dataclass(frozen=True)
class Signature:
    """The agreement is in force once every party has signed the same text."""

    kind: ClassVar[str] = "signature"


@dataclass(frozen=True)
class Start:
    """The first day of use, from its first moment in the agreement's time zone."""

    day: date
    kind: ClassVar[str] = "start"


@dataclass(frozen=True)
class Expiry:
    """The last day of use, to its last moment in the agreement's time zone."""

    day: date
    kind: ClassVar[str] = "expiry"


@dataclass(frozen=True)
class Suspension:
    """The convener may suspend the agreement for everybody, at once, and lift that again."""

    kind: ClassVar[str] = "suspension"


@dataclass(frozen=True)
class Withdrawal:
    """A party may withdraw at any time; what it provided is destroyed this many days later."""

    notice_days: int
    kind: ClassVar[str] = "withdrawal"

    def __post_init__(self) -> None:
        checks.whole(self.notice_days, 0, 730, self.kind)


@dataclass(frozen=True)
class Prose:
    """Words for people. They cannot widen what the typed clauses allow."""

    heading: str
    text: str
    kind: ClassVar[str] = "prose"

    def __post_init__(self) -> None:
        checks.line(self.heading, self.kind)
        checks.words(self.text, self.kind)


Clause = (
    Party
    | Data
    | Purpose
    | MinimumCell
    | Linkage
    | Publication
    | Retention
    | Signature
    | Start
    | Expiry
    | Suspension
    | Withdrawal
    | Prose
    | governing.Governing
)

# In the order in which an agreement is read.
NAMES: Mapping[str, str] = {
    "member": _("members"),
    "hub": _("hub"),
    "provider": _("providers"),
    "recipient": _("recipients"),
    "intermediary": _("trusted intermediary"),
    "user": _("users"),
    "data": _("data"),
    "purpose": _("purposes"),
    "minimum_cell": _("smallest group shown"),
    "linkage": _("linkage"),
    "publication": _("publication"),
    "retention": _("retention"),
    **governing.NAMES,
    "signature": _("signatures"),
    "start": _("start"),
    "expiry": _("expiry"),
    "suspension": _("suspension"),
    "withdrawal": _("withdrawal"),
    "prose": _("words"),
}


def name(kind: str) -> str:
    """The kind in English words, e.g. `minimum_cell` → “smallest group shown”."""
    return NAMES.get(kind, kind)


def arranged(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """The clauses in the order in which an agreement is read; those of one kind stay as given."""
    order = list(NAMES)
    return tuple(sorted(clauses, key=lambda clause: order.index(clause.kind)))


def to_json(clause: Clause) -> dict[str, Any]:
    """Plain JSON: `kind` and the clause's own values, days as ISO dates, ids as text."""
    kind: dict[str, Any] = {"kind": clause.kind}
    match clause:
        case Party():
            held = [governing.organisation_to_json(each) for each in clause.organisations]
            return kind | {"organisations": held}
        case Data():
            masked = {"masked": list(clause.masked)} if clause.masked else {}
            return kind | {"contract": clause.contract, "fields": list(clause.fields)} | masked
        case Purpose():
            return kind | {"purposes": list(clause.purposes)}
        case Start() | Expiry():
            return kind | {"day": clause.day.isoformat()}
        case _:
            return kind | governing.to_json(clause)


def _party(role: str) -> Callable[[Mapping[str, Any]], Clause]:
    def read(value: Mapping[str, Any]) -> Clause:
        held = map(governing.organisation_from_json, value["organisations"])
        return Party(role, tuple(held))

    return read


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Clause]] = {
    **{role: _party(role) for role in ROLES},
    **governing.READERS,
    "data": lambda value: Data(
        value["contract"], tuple(value["fields"]), tuple(value.get("masked", ()))
    ),
    "purpose": lambda value: Purpose(tuple(value["purposes"])),
    "minimum_cell": lambda value: MinimumCell(value["minimum"]),
    "linkage": lambda value: Linkage(value["allowed"]),
    "publication": lambda value: Publication(value["level"]),
    "retention": lambda value: Retention(value["months"]),
    "signature": lambda value: Signature(),
    "start": lambda value: Start(date.fromisoformat(value["day"])),
    "expiry": lambda value: Expiry(date.fromisoformat(value["day"])),
    "suspension": lambda value: Suspension(),
    "withdrawal": lambda value: Withdrawal(value["notice_days"]),
    "prose": lambda value: Prose(value["heading"], value["text"]),
}


def from_json(value: Mapping[str, Any]) -> Clause:
    """The inverse of `to_json`. Raises Unusable for a kind or a value that is not of this set."""
    reader = _READERS.get(str(value.get("kind")))
    if reader is None:
        raise Unusable(
            "The clause is of a kind that this version does not know.",
            mend=f"Use one of {', '.join(NAMES)}.",
        )
    try:
        return reader(value)
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        if isinstance(fault, Unusable):
            raise
        raise Unusable(
            "The clause lacks a value or has one of the wrong type.",
            mend="Compare it with the reference of clauses.",
            where=str(value.get("kind")),
        ) from fault
