"""Who is missing from a table, found by comparing a map of the problem with the seats.

Source: Seyle and Connolly, "International Lessons on Building Resilient, Cross-Sector
Partnerships", Stanford Social Innovation Review, 2020 (step two: groups easily exclude voices by
accident, so they should assess who is missing); Martínez Orbegozo et al., Journal of Applied
Behavioral Science, 2022 (teams with varied perspectives find where to begin). The rules are ours.

It knows only what was put on the map: a silent map is no proof that everybody is here. It counts
nothing up and orders nobody by worth.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result

RESIDENTS = "resident_group"
"""The sector of organisations of those affected: one of them at the table speaks for some."""


class Grip(StrEnum):
    """What the group can do with a lever."""

    CONTROLS = "controls"
    INFLUENCES = "influences"
    SUFFERS = "suffers"


class Rule(StrEnum):
    """Why somebody is thought to be missing; the sentences are in `words`."""

    ACTOR = "actor-without-seat"
    LEVER = "lever-nobody-holds"
    GROUP = "group-without-seat"
    VACANT = "group-with-vacant-seat"
    PLACE = "place-nobody-works-in"
    SECTOR = "sector-without-seat"
    ONE_SIDED = "sector-without-those-affected"


@dataclass(frozen=True)
class Seat:
    """An open seat. `sector` is "" for residents' own seat, `vacant` while nobody holds that one.

    `organisation`: a key that the map uses too.
    """

    key: str
    name: str
    sector: str = ""
    organisation: str = ""
    vacant: bool = False


@dataclass(frozen=True)
class Actor:
    """Who has a part in the problem or in solving it. `organisation`: its key where it has one."""

    key: str
    name: str
    sector: str = ""
    organisation: str = ""


@dataclass(frozen=True)
class Lever:
    """What would move the problem. `actors`, `organisations`: keys of those who hold it."""

    key: str
    name: str
    grip: Grip
    actors: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Group:
    """Those who live with the problem. `seat`: the key of the seat that speaks for them, or ""."""

    key: str
    name: str
    seat: str = ""


@dataclass(frozen=True)
class Place:
    """Where the problem is. `organisations`: keys of those who work there."""

    key: str
    name: str
    organisations: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ProblemMap:
    actors: tuple[Actor, ...] = ()
    levers: tuple[Lever, ...] = ()
    groups: tuple[Group, ...] = ()
    places: tuple[Place, ...] = ()


@dataclass(frozen=True)
class Finding:
    """Somebody who may be missing.

    `about`: the key of the line of the map, or a sector. `names`: what its sentence names: `name`,
    `sector`, `levers` (several, joined by the reader's language). `strong`: an actor without a seat
    that holds a lever which nobody at the table controls. `basis`: what of map and table it rests on.
    """

    rule: Rule
    about: str
    strong: bool = False
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    basis: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Names the finding as long as it is found."""
        return f"{self.rule.value}--{self.about}"

    @property
    def mark(self) -> str:
        """64 hex digits that change when what the finding rests on changes."""
        text = json.dumps([self.key, self.basis], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Held:
    """A lever and who of its holders is at the table and who is not, by name."""

    lever: Lever
    here: tuple[str, ...]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """`levers`: those the group controls first, then those it influences, then those it suffers."""

    findings: tuple[Finding, ...]
    levers: tuple[Held, ...]


def missing(
    problem: ProblemMap, seats: Sequence[Seat], sectors: Sequence[str] = ()
) -> Result[Answer]:
    """Compare the map with the seats. `sectors`: every sector that one could ask.

    The strong findings come first, then in the order of the rules, then in that of the map. The trace
    lists every seat that counted and every check with what came of it, also where nothing was found.
    Raises Unusable for a key that stands twice and for a lever with a holder that the map does not know.
    """
    _check(problem, seats)
    table = _Table(problem, seats)
    checks = [*_checks(table, sectors)]
    found = [finding for finding, is_found in checks if is_found]
    order = list(Rule)
    found.sort(key=lambda each: (not each.strong, order.index(each.rule)))
    grips = list(Grip)
    levers = sorted(problem.levers, key=lambda each: grips.index(each.grip))
    return Result(
        Answer(tuple(found), tuple(table.held(each) for each in levers)),
        {
            "seats": [
                {"seat": each.name, "sector": each.sector, "vacant": each.vacant} for each in seats
            ],
            "checks": [
                {
                    "rule": each.rule.value,
                    "about": each.about,
                    "name": next(iter(each.names.get("name", ())), each.about),
                    "found": is_found,
                    "strong": each.strong and is_found,
                    "basis": dict(each.basis),
                }
                for each, is_found in checks
            ],
        },
    )


def _check(problem: ProblemMap, seats: Sequence[Seat]) -> None:
    for rows in (problem.actors, problem.levers, problem.groups, problem.places, seats):
        keys = [each.key for each in rows]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise Unusable(f"The key {twice[0]} stands twice.", mend="Give each line its own key.")
    known = {each.key for each in problem.actors}
    for lever in problem.levers:
        if not lever.actors <= known:
            raise Unusable(
                f"“{lever.name}” is held by an actor that is not on the map.",
                mend="Put the actor on the map first.",
            )


class _Table:
    """What is looked up again and again."""

    def __init__(self, problem: ProblemMap, seats: Sequence[Seat]) -> None:
        self.problem = problem
        self.seats = {each.key: each for each in seats}
        self.here = {each.organisation: each.name for each in seats if each.organisation}
        self.names = {_plain(each.name) for each in seats if each.organisation}
        self.actors = {each.key: each for each in problem.actors}

    def sits(self, actor: Actor) -> bool:
        """Through its organisation, or under its name where the map has no more than that."""
        if actor.organisation in self.here:
            return True
        return not actor.organisation and _plain(actor.name) in self.names

    def held(self, lever: Lever) -> Held:
        here = {self.here[key] for key in lever.organisations if key in self.here}
        holders = [self.actors[key] for key in lever.actors]
        here |= {each.name for each in holders if self.sits(each)}
        elsewhere = {each.name for each in holders if not self.sits(each)}
        return Held(lever, tuple(sorted(here)), tuple(sorted(elsewhere)))

    def controlled(self, lever: Lever) -> bool:
        return lever.grip == Grip.CONTROLS and bool(self.held(lever).here)

    @property
    def has_affected(self) -> bool:
        """Whether somebody sits here for those affected."""
        return any(
            each.sector == RESIDENTS or (not each.sector and not each.vacant)
            for each in self.seats.values()
        )


def _plain(name: str) -> str:
    return " ".join(name.split()).casefold()


Check = tuple[Finding, bool]


def _checks(table: _Table, sectors: Iterable[str]) -> Iterator[Check]:
    yield from (_actor(table, each) for each in table.problem.actors)
    yield from (_lever(table, each) for each in table.problem.levers)
    yield from (_group(table, each) for each in table.problem.groups)
    yield from (_place(table, each) for each in table.problem.places)
    yield from _sectors(table, sectors)


def _actor(table: _Table, actor: Actor) -> Check:
    open_ones = [
        each
        for each in table.problem.levers
        if actor.key in each.actors and not table.controlled(each)
    ]
    levers = tuple(each.name for each in open_ones)
    finding = Finding(
        Rule.ACTOR,
        actor.key,
        strong=bool(levers),
        names={"name": (actor.name,), "levers": levers},
        basis={
            "name": actor.name,
            "sector": actor.sector,
            "levers": [[each.name, each.grip.value] for each in open_ones],
        },
    )
    return finding, not table.sits(actor)


def _lever(table: _Table, lever: Lever) -> Check:
    held = table.held(lever)
    finding = Finding(
        Rule.LEVER,
        lever.key,
        names={"name": (lever.name,), "holders": held.elsewhere},
        basis={"name": lever.name, "grip": lever.grip.value, "elsewhere": list(held.elsewhere)},
    )
    return finding, not held.here


def _group(table: _Table, group: Group) -> Check:
    seat = table.seats.get(group.seat)
    vacant = seat is not None and seat.vacant
    finding = Finding(
        Rule.VACANT if vacant else Rule.GROUP,
        group.key,
        names={"name": (group.name,), "seat": (seat.name,) if seat else ()},
        basis={"name": group.name, "seat": seat.name if seat else ""},
    )
    return finding, seat is None or seat.vacant


def _place(table: _Table, place: Place) -> Check:
    here = sorted(table.here[key] for key in place.organisations if key in table.here)
    finding = Finding(
        Rule.PLACE, place.key, names={"name": (place.name,)}, basis={"name": place.name}
    )
    return finding, not here


def _sectors(table: _Table, sectors: Iterable[str]) -> Iterator[Check]:
    members: dict[str, set[str]] = {}
    for seat in table.seats.values():
        if seat.sector:
            members.setdefault(seat.sector, set()).add(seat.organisation or seat.key)
    for sector in sectors:
        spoken_for = sector == RESIDENTS and table.has_affected
        finding = Finding(Rule.SECTOR, sector, names={"sector": (sector,)}, basis={})
        yield finding, sector not in members and not spoken_for
    for sector, held in sorted(members.items()):
        if len(held) > 1:
            finding = Finding(
                Rule.ONE_SIDED, sector, names={"sector": (sector,)}, basis={"seats": len(held)}
            )
            yield finding, not table.has_affected
