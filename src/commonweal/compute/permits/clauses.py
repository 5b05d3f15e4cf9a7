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
from commonweal.compute.permits.marking import gettext_noop as _
from commonweal.compute.permits.purposes import PURPOSES

PROVIDER, RECIPIENT, USER = "provider", "recipient", "user"
ROLES = (PROVIDER, RECIPIENT, USER)
LEVELS = ("none", "partners", "public")
MAXIMUM_CELL = 1000
_CONTRACT = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u0085\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def _line(text: str, where: str, limit: int = 200) -> None:
    """Refuse text that would not stay on one line or could pass for another clause."""
    if not text.strip() or text != text.strip() or len(text) > limit or "\n" in text:
        raise Unusable(
            _("A name here is empty, too long, or has space around it."),
            mend=_("Use one short line."),
            where=where,
        )
    if _CONTROL.search(text) or "\t" in text:
        raise Unusable(
            _("A name here holds characters that do not print."),
            mend=_("Type it again instead of pasting it."),
            where=where,
        )


def _whole(value: object, low: int, high: int, where: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Unusable(_("The number is out of range."), mend=f"Use {low} to {high}.", where=where)


def _some(values: Sequence[object], where: str) -> None:
    if not values:
        raise Unusable(_("The clause names nothing."), mend=_("Name at least one."), where=where)
    if len(set(values)) != len(values):
        raise Unusable(
            _("The clause names something twice."), mend=_("Name each once."), where=where
        )


@dataclass(frozen=True)
class Organisation:
    """A party as the text names it. The name is what was signed; the id is what is enforced."""

    id: UUID
    name: str


@dataclass(frozen=True)
class Party:
    """Organisations in one role: they provide data, receive and keep it, or use it."""

    role: str
    organisations: tuple[Organisation, ...]

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise Unusable("The role of the party is unknown.", mend=f"Use one of {ROLES}.")
        _some([organisation.id for organisation in self.organisations], self.role)
        for organisation in self.organisations:
            _line(organisation.name, self.role)

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
    """The fields of one data contract, by the contract's key. What is not named is not covered."""

    contract: str
    fields: tuple[str, ...]
    kind: ClassVar[str] = "data"

    def __post_init__(self) -> None:
        if not _CONTRACT.fullmatch(self.contract):
            raise Unusable(
                _("The key of the data contract is not usable."),
                mend=_("Use small letters, digits, - and _ only, at most 60, e.g. bed-deliveries."),
                where=self.kind,
            )
        _some(self.fields, self.kind)
        for field in self.fields:
            _line(field, self.kind, 100)


@dataclass(frozen=True)
class Purpose:
    """What the data may be used for: keys of `purposes.PURPOSES`, each covering exactly itself."""

    purposes: tuple[str, ...]
    kind: ClassVar[str] = "purpose"

    def __post_init__(self) -> None:
        _some(self.purposes, self.kind)
        for purpose in self.purposes:
            if purpose not in PURPOSES:
                raise Unusable(
                    _("A purpose here is not on the list."),
                    mend=_("Choose among the purposes in the reference."),
                    where=self.kind,
                )


@dataclass(frozen=True)
class MinimumCell:
    """A group with fewer records than this is never shown. 1 hides nothing."""

    minimum: int
    kind: ClassVar[str] = "minimum_cell"

    def __post_init__(self) -> None:
        _whole(self.minimum, 1, MAXIMUM_CELL, self.kind)


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
        _whole(self.months, 1, 1200, self.kind)


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
        _whole(self.notice_days, 0, 730, self.kind)


@dataclass(frozen=True)
class Prose:
    """Words for people. They cannot widen what the typed clauses allow."""

    heading: str
    text: str
    kind: ClassVar[str] = "prose"

    def __post_init__(self) -> None:
        _line(self.heading, self.kind)
        if not self.text.strip() or len(self.text) > 20_000:
            raise Unusable(
                _("The clause has no words, or too many."),
                mend=_("Use at most 20,000 characters."),
                where=self.kind,
            )
        if _CONTROL.search(self.text.replace("\r\n", "\n")):
            raise Unusable(
                _("The clause holds characters that do not print."),
                mend=_("Type it again instead of pasting it."),
                where=self.kind,
            )


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
)

# In the order in which an agreement is read.
NAMES: Mapping[str, str] = {
    "provider": _("providers"),
    "recipient": _("recipients"),
    "user": _("users"),
    "data": _("data"),
    "purpose": _("purposes"),
    "minimum_cell": _("smallest group shown"),
    "linkage": _("linkage"),
    "publication": _("publication"),
    "retention": _("retention"),
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
            held = [{"id": str(each.id), "name": each.name} for each in clause.organisations]
            return kind | {"organisations": held}
        case Data():
            return kind | {"contract": clause.contract, "fields": list(clause.fields)}
        case Purpose():
            return kind | {"purposes": list(clause.purposes)}
        case Start() | Expiry():
            return kind | {"day": clause.day.isoformat()}
        case _:
            return kind | vars(clause)


def _party(role: str) -> Callable[[Mapping[str, Any]], Clause]:
    def read(value: Mapping[str, Any]) -> Clause:
        held = (Organisation(UUID(each["id"]), each["name"]) for each in value["organisations"])
        return Party(role, tuple(held))

    return read


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Clause]] = {
    **{role: _party(role) for role in ROLES},
    "data": lambda value: Data(value["contract"], tuple(value["fields"])),
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
