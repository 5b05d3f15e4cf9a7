"""The smallest parts of a policy: a text, a number, an address, a right operand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from commonweal.compute.errors import Unusable
from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.kinds import KINDS
from commonweal.compute.permits.odrl import names
from commonweal.compute.permits.odrl.normal import Names
from commonweal.compute.permits.odrl.writing import purpose_node
from commonweal.compute.permits.purposes import OWN, PURPOSES
from commonweal.compute.permits.terms import NEVER, begins, ends

IN_WORDS = "Say it in words beside the clauses."


class Unreadable(Exception):
    """Why one part cannot be read, and what to do."""

    def __init__(self, text: str, mend: str = IN_WORDS) -> None:
        super().__init__(text)
        self.text = text
        self.mend = mend


def listed(value: Any) -> list[Any]:
    """JSON-LD writes one value without brackets."""
    if isinstance(value, dict) and value.keys() == {"@list"}:
        value = value["@list"]
    return value if isinstance(value, list) else [value]


def text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise Unreadable("A text is expected here.", "Give a text without language or type.")
    return value


def texts(value: Any) -> list[str]:
    return [text(each) for each in listed(value)]


def whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Unreadable("A whole number is expected here.", "Give a number.")
    return value


def kind(value: Any) -> str:
    if text(value) not in KINDS:
        raise Unreadable(
            f"“{value}” is not a kind of agreement.", f"Use one of {', '.join(KINDS)}."
        )
    return str(value)


def zone(value: Any) -> str:
    begins(date(2000, 1, 1), text(value))
    return str(value)


def address(value: Any, spelling: Names) -> str:
    """What identifies something: plain, or as a node that says nothing else."""
    if isinstance(value, dict) and value.keys() == {"uid"}:
        value = value["uid"]
    return spelling.address(text(value))


def term(value: Any, spelling: Names) -> str:
    """A word of a vocabulary, e.g. an action."""
    return spelling.short(value) if isinstance(value, str) else address(value, spelling)


def uuid(value: Any, spelling: Names) -> UUID:
    found = address(value, spelling)
    try:
        identified = UUID(found.removeprefix("urn:uuid:"))
    except ValueError:
        identified = None
    if identified is None or identified.urn != found:
        raise Unreadable(
            "This is not identified by a UUID.", "Give its address as urn:uuid: and its id."
        )
    return identified


def literal(value: Any, *types: str, spelling: Names) -> tuple[str, str]:
    """The text and the type of a typed value."""
    if not isinstance(value, dict) or value.keys() != {"@value", "@type"}:
        raise Unreadable("The value has no type.", f"Give it the type xsd:{types[0]}.")
    found = term(value["@type"], spelling)
    if found not in {f"xsd:{each}" for each in types} or not isinstance(value["@value"], str):
        raise Unreadable("The value is of another type.", f"Give it the type xsd:{types[0]}.")
    return value["@value"], found.removeprefix("xsd:")


def duration(value: Any, unit: str, spelling: Names) -> int:
    """A whole number of one unit: M months, D days."""
    said, _type = literal(value, "duration", spelling=spelling)
    found = re.fullmatch(rf"P([0-9]{{1,4}}){unit}", said)
    if found is None:
        raise Unreadable(f"“{said}” is not a duration in whole {_UNITS[unit]}.")
    return int(found[1])


_UNITS: Mapping[str, str] = {"M": "months", "D": "days"}


def day(value: Any, zone: str, spelling: Names, *, last: bool) -> date:
    """The first or the last day of use. An instant must be the edge of a day in the zone."""
    if not zone:
        raise Unreadable(
            "The document does not say in which time zone its days begin.",
            "Name the zone in cw:timeZone.",
        )
    said, type_ = literal(value, "dateTime", "date", spelling=spelling)
    try:
        return date.fromisoformat(said) if type_ == "date" else _edge(said, zone, last)
    except (ValueError, OverflowError) as fault:
        if isinstance(fault, Unusable):
            raise
        raise Unreadable(f"“{said}” is not a day or an instant.") from None


def _edge(said: str, zone: str, last: bool) -> date:
    moment = datetime.fromisoformat(said)
    if moment.tzinfo is None:
        raise Unreadable("The instant does not say its time zone.", "End it with Z or an offset.")
    if last and moment == NEVER:
        return date.max
    local = moment.astimezone(ZoneInfo(zone))
    found = (local - timedelta(microseconds=1)).date() if last else local.date()
    if moment != (ends if last else begins)(found, zone):
        raise Unreadable(
            f"“{said}” is not the edge of a day in {zone}.",
            "An agreement begins and ends with whole days.",
        )
    return found


# For each constraint that has a form as a clause: the clause from its right operand.
Operand = Callable[[Any, str, Names], c.Clause]


def _purpose(value: Any, zone: str, spelling: Names) -> c.Clause:
    return c.Purpose(tuple(_one_purpose(each, spelling) for each in listed(value)))


def _one_purpose(value: Any, spelling: Names) -> str:
    node = dict(value) if isinstance(value, dict) else {"uid": value}
    near = node.pop("skos:broadMatch", None)
    title = node.pop("dct:title", None)
    key = address(node, spelling)
    if title is not None and key == names.ANY_PURPOSE and near is None:
        return OWN + text(title)
    if key not in PURPOSES or title is not None:
        raise Unreadable(f"“{key}” is not on the list of purposes.", "Choose one that is.")
    known = purpose_node(key).get("skos:broadMatch")
    if near is not None and (known is None or address(near, spelling) != known["@id"]):
        raise Unreadable(f"“{key}” is said to be part of another purpose than ours is.")
    return key


def _minimum(value: Any, zone: str, spelling: Names) -> c.Clause:
    said, _type = literal(value, "integer", spelling=spelling)
    if not re.fullmatch(r"[0-9]{1,6}", said):
        raise Unreadable(f"“{said}” is not a whole number.")
    return c.MinimumCell(int(said))


def _publication(value: Any, zone: str, spelling: Names) -> c.Clause:
    reached = [address(each, spelling) for each in listed(value)]
    for level, everybody in names.REACH.items():
        if sorted(reached) == sorted(everybody):
            return c.Publication(level)
    raise Unreadable(
        "Results are to reach others than the user, the partners or the public.",
        "Name the user, the user and the partners, or all three.",
    )


def _signature(value: Any, zone: str, spelling: Names) -> c.Clause:
    if address(value, spelling) != names.EVERY_PARTY:
        raise Unreadable("Some parties only are to sign.", "Every party of an agreement signs.")
    return c.Signature()


def _start(value: Any, zone: str, spelling: Names) -> c.Clause:
    return c.Start(day(value, zone, spelling, last=False))


def _before(value: Any, zone: str, spelling: Names) -> c.Clause:
    literal(value, "dateTime", spelling=spelling)
    return c.Expiry(day(value, zone, spelling, last=True))


def _until(value: Any, zone: str, spelling: Names) -> c.Clause:
    literal(value, "date", spelling=spelling)
    return c.Expiry(day(value, zone, spelling, last=True))


CONSTRAINTS: Mapping[tuple[str, str], Operand] = {
    ("purpose", "isAnyOf"): _purpose,
    ("purpose", "eq"): _purpose,
    ("dateTime", "gteq"): _start,
    ("dateTime", "lt"): _before,
    ("dateTime", "lteq"): _until,
    ("recipient", "isAnyOf"): _publication,
    (names.SMALLEST_GROUP, "gteq"): _minimum,
    (names.SIGNED_BY, "eq"): _signature,
}
