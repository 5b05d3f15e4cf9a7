"""Clauses about how partners work together: who decides, who pays, who carries which risk.

They complete the set in `clauses`, which reads and writes them as JSON. Amounts are whole minor units
(cents, pence) with an ISO 4217 currency; places are ISO 3166-1 alpha-2 codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from commonweal.compute.errors import Unusable
from commonweal.compute.permits import checks
from commonweal.compute.permits.marking import gettext_noop as _

RULES = ("consent", "majority", "unanimity", "lead")
STEPS = ("talk", "mediate", "facilitate")
GRAINS = ("totals", "records")
PERIODS = ("each", "month", "year")
LARGEST_AMOUNT = 10**15
_COUNTRY = re.compile(r"[A-Z]{2}")
_CURRENCY = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True)
class Organisation:
    """A party as the text names it. The name is what was signed; the id is what is enforced."""

    id: UUID
    name: str


def money(amount_minor: object, currency: str, where: str) -> None:
    checks.whole(amount_minor, 1, LARGEST_AMOUNT, where)
    if not _CURRENCY.fullmatch(currency):
        raise Unusable(
            _("The currency is not a three-letter code."),
            mend=_("Write it as GBP, EUR or USD."),
            where=where,
        )


@dataclass(frozen=True)
class Principles:
    """What the partners hold to in working together, one short line each."""

    lines: tuple[str, ...]
    kind: ClassVar[str] = "principles"

    def __post_init__(self) -> None:
        checks.lines(self.lines, self.kind)


@dataclass(frozen=True)
class Cadence:
    """The table meets every so many weeks; `words`: where and how."""

    weeks: int
    words: str
    kind: ClassVar[str] = "cadence"

    def __post_init__(self) -> None:
        checks.whole(self.weeks, 1, 52, self.kind)
        checks.line(self.words, self.kind, 500)


@dataclass(frozen=True)
class Channels:
    """How the partners keep in touch between meetings."""

    lines: tuple[str, ...]
    kind: ClassVar[str] = "channels"

    def __post_init__(self) -> None:
        checks.lines(self.lines, self.kind)


@dataclass(frozen=True)
class DecisionRule:
    """How the table decides where nothing else is agreed.

    `quorum`: percent of the seats that must take part. `review_months`: when a decision comes back.
    """

    rule: str
    quorum: int
    review_months: int
    kind: ClassVar[str] = "decision_rule"

    def __post_init__(self) -> None:
        checks.one_of(self.rule, RULES, self.kind)
        checks.whole(self.quorum, 1, 100, self.kind)
        checks.whole(self.review_months, 1, 60, self.kind)


@dataclass(frozen=True)
class Conflict:
    """How a dispute is handled: the steps in their order, each of at most so many days."""

    steps: tuple[str, ...]
    days: int
    kind: ClassVar[str] = "conflict"

    def __post_init__(self) -> None:
        checks.some(self.steps, self.kind)
        for step in self.steps:
            checks.one_of(step, STEPS, self.kind)
        if list(self.steps) != [each for each in STEPS if each in self.steps]:
            raise Unusable(
                _("The steps are not in their order."),
                mend=_("Talk first, then mediate, then call in somebody from outside."),
                where=self.kind,
            )
        checks.whole(self.days, 1, 365, self.kind)


@dataclass(frozen=True)
class Rule:
    """Something that partners do or leave.

    `fixed`: the hub sets it and everybody takes it as it is; else each spoke may adapt it.
    `binding`: a duty under the agreement; else a voluntary commitment, which nobody can be held to.
    `small`: what is asked of a small partner instead, "" for the same.
    """

    heading: str
    text: str
    fixed: bool
    binding: bool
    small: str = ""
    kind: ClassVar[str] = "rule"

    def __post_init__(self) -> None:
        checks.line(self.heading, self.kind)
        checks.words(self.text, self.kind)
        checks.yes_or_no(self.fixed, self.kind)
        checks.yes_or_no(self.binding, self.kind)
        if self.small:
            checks.words(self.small, self.kind)


@dataclass(frozen=True)
class Small:
    """A partner with fewer than so many people on its staff is small: less is asked of it."""

    staff: int
    kind: ClassVar[str] = "small"

    def __post_init__(self) -> None:
        checks.whole(self.staff, 1, 100_000, self.kind)


@dataclass(frozen=True)
class StandingLimit:
    """What a partner may do without asking each time; `amount_minor` 0 where it is not money.

    `period`: each time, or in total over a month or a year.
    """

    what: str
    amount_minor: int = 0
    currency: str = ""
    period: str = "each"
    kind: ClassVar[str] = "standing_limit"

    def __post_init__(self) -> None:
        checks.line(self.what, self.kind, 500)
        checks.one_of(self.period, PERIODS, self.kind)
        if self.amount_minor or self.currency:
            money(self.amount_minor, self.currency, self.kind)


@dataclass(frozen=True)
class Contribution:
    """What one party pays in, by when, and what it may be spent on ("" for anything agreed)."""

    organisation: Organisation
    amount_minor: int
    currency: str
    due: date
    restriction: str = ""
    kind: ClassVar[str] = "contribution"

    def __post_init__(self) -> None:
        checks.line(self.organisation.name, self.kind)
        money(self.amount_minor, self.currency, self.kind)
        if self.restriction:
            checks.line(self.restriction, self.kind, 500)


@dataclass(frozen=True)
class RiskShare:
    """Who carries how much of what goes wrong, in whole percent that add up to a hundred."""

    shares: tuple[tuple[Organisation, int], ...]
    kind: ClassVar[str] = "risk_share"

    def __post_init__(self) -> None:
        checks.some([organisation.id for organisation, _share in self.shares], self.kind)
        for organisation, share in self.shares:
            checks.line(organisation.name, self.kind)
            checks.whole(share, 1, 100, self.kind)
        if sum(share for _organisation, share in self.shares) != 100:
            raise Unusable(
                _("The shares do not add up to 100 percent."),
                mend=_("Change them until they do."),
                where=self.kind,
            )


@dataclass(frozen=True)
class Breach:
    """Who learns that data got out, or that a rule was broken, tells every party within the hours."""

    hours: int
    kind: ClassVar[str] = "breach"

    def __post_init__(self) -> None:
        checks.whole(self.hours, 1, 720, self.kind)


@dataclass(frozen=True)
class Place:
    """The countries in which the data may be kept and worked on."""

    countries: tuple[str, ...]
    kind: ClassVar[str] = "place"

    def __post_init__(self) -> None:
        checks.some(self.countries, self.kind)
        for country in self.countries:
            if not _COUNTRY.fullmatch(country):
                raise Unusable(
                    _("A country here is not a two-letter code."),
                    mend=_("Write it as GB, FR or US, in capital letters."),
                    where=self.kind,
                )


@dataclass(frozen=True)
class Grain:
    """How fine the data may be looked at: only `totals`, or single `records` too.

    Where no agreement says `records`, nobody but the provider reads a row.
    """

    level: str
    kind: ClassVar[str] = "grain"

    def __post_init__(self) -> None:
        checks.one_of(self.level, GRAINS, self.kind)


@dataclass(frozen=True)
class Fixed:
    """Kinds of clauses that the hub fixes: an agreement below takes them over as they are."""

    kinds: tuple[str, ...]
    kind: ClassVar[str] = "fixed"

    def __post_init__(self) -> None:
        checks.some(self.kinds, self.kind)


@dataclass(frozen=True)
class FourQuestions:
    """Answers to: is it legal, is it ethical, is it a good idea, how do we know and who decides?

    Source: Actionable Intelligence for Social Policy, University of Pennsylvania.
    """

    legal: str
    ethical: str
    good_idea: str
    known: str
    kind: ClassVar[str] = "four_questions"

    def __post_init__(self) -> None:
        for answer in vars(self).values():
            checks.words(answer, self.kind, 4000)


@dataclass(frozen=True)
class FiveSafes:
    """How project, people, setting, data and outputs are kept safe, told rather than scored.

    Source: the Five Safes (Desai, Ritchie and Welpton 2016).
    """

    projects: str
    people: str
    settings: str
    data: str
    outputs: str
    kind: ClassVar[str] = "five_safes"

    def __post_init__(self) -> None:
        for answer in vars(self).values():
            checks.words(answer, self.kind, 4000)


Governing = (
    Principles
    | Cadence
    | Channels
    | DecisionRule
    | Conflict
    | Rule
    | Small
    | StandingLimit
    | Contribution
    | RiskShare
    | Breach
    | Place
    | Grain
    | Fixed
    | FourQuestions
    | FiveSafes
)

NAMES: Mapping[str, str] = {
    "principles": _("principles"),
    "cadence": _("meetings"),
    "channels": _("channels"),
    "decision_rule": _("how we decide"),
    "conflict": _("how we handle conflict"),
    "contribution": _("contribution"),
    "risk_share": _("risk"),
    "rule": _("rule"),
    "small": _("small partners"),
    "standing_limit": _("standing limit"),
    "grain": _("single records"),
    "place": _("place of processing"),
    "breach": _("breach"),
    "four_questions": _("four questions"),
    "five_safes": _("five safes"),
    "fixed": _("fixed for every agreement that rests on this one"),
}


def to_json(clause: Any) -> dict[str, Any]:
    """The own values of any clause as plain JSON, without its kind."""
    match clause:
        case Contribution():
            return {
                **vars(clause),
                "organisation": organisation_to_json(clause.organisation),
                "due": clause.due.isoformat(),
            }
        case RiskShare():
            shares = [
                {"organisation": organisation_to_json(organisation), "percent": share}
                for organisation, share in clause.shares
            ]
            return {"shares": shares}
        case _:
            return {
                key: list(value) if isinstance(value, tuple) else value
                for key, value in vars(clause).items()
            }


def organisation_to_json(organisation: Organisation) -> dict[str, str]:
    return {"id": str(organisation.id), "name": organisation.name}


def organisation_from_json(value: Mapping[str, Any]) -> Organisation:
    return Organisation(UUID(value["id"]), value["name"])


def _contribution(value: Mapping[str, Any]) -> Governing:
    return Contribution(
        organisation_from_json(value["organisation"]),
        value["amount_minor"],
        value["currency"],
        date.fromisoformat(value["due"]),
        value["restriction"],
    )


def _risk_share(value: Mapping[str, Any]) -> Governing:
    shares = [
        (organisation_from_json(each["organisation"]), each["percent"]) for each in value["shares"]
    ]
    return RiskShare(tuple(shares))


def _plain(of: Callable[..., Governing], *keys: str) -> Callable[[Mapping[str, Any]], Governing]:
    """Reads a clause whose values are text, numbers, answers or lists of text."""

    def read(value: Mapping[str, Any]) -> Governing:
        held = (value[key] for key in keys)
        return of(*(tuple(each) if isinstance(each, list) else each for each in held))

    return read


READERS: Mapping[str, Callable[[Mapping[str, Any]], Governing]] = {
    "principles": _plain(Principles, "lines"),
    "cadence": _plain(Cadence, "weeks", "words"),
    "channels": _plain(Channels, "lines"),
    "decision_rule": _plain(DecisionRule, "rule", "quorum", "review_months"),
    "conflict": _plain(Conflict, "steps", "days"),
    "contribution": _contribution,
    "risk_share": _risk_share,
    "rule": _plain(Rule, "heading", "text", "fixed", "binding", "small"),
    "small": _plain(Small, "staff"),
    "standing_limit": _plain(StandingLimit, "what", "amount_minor", "currency", "period"),
    "grain": _plain(Grain, "level"),
    "place": _plain(Place, "countries"),
    "breach": _plain(Breach, "hours"),
    "four_questions": _plain(FourQuestions, "legal", "ethical", "good_idea", "known"),
    "five_safes": _plain(FiveSafes, "projects", "people", "settings", "data", "outputs"),
    "fixed": _plain(Fixed, "kinds"),
}
