"""A slow, obvious decision: every rule is written out and tried for every combination.

It says only whether a provider's data may be used and within what; no words, no index.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import Ask, Permit
from commonweal.compute.permits.governing import Breach, Grain
from commonweal.compute.permits.terms import Terms

REACH = {"none": 0, "partners": 1, "public": 2}


CLAUSES = (c.MinimumCell, c.Publication, c.Linkage, c.Retention, Breach, Grain)
GRAINS = {"totals": 0, "records": 1}


@dataclass(frozen=True)
class Grant:
    """One provider through one chain: what it rests on, its limits, and when the chain closes.

    `limits`: kind → how much the strictest of the chain allows; a larger number allows more.
    """

    provider: UUID
    chain: tuple[tuple[str, int], ...]
    limits: dict[str, int]
    until: datetime


def only(terms: Terms, kind: str) -> Any:
    found = [clause for clause in terms.clauses if clause.kind == kind]
    assert len(found) <= 1
    return found[0] if found else None


def data_of(terms: Terms, contract: str) -> set[str]:
    return {
        field
        for clause in terms.clauses
        if isinstance(clause, c.Data) and clause.contract == contract
        for field in clause.fields
    }


def ids(terms: Terms, role: str) -> set[UUID]:
    clause = only(terms, role)
    return {each.id for each in clause.organisations} if clause else set()


def gone(terms: Terms, organisation: UUID, at: datetime) -> bool:
    return organisation in terms.withdrawals and terms.withdrawals[organisation] <= at


def alive(terms: Terms, at: datetime) -> bool:
    parties = {each for role in c.ROLES for each in ids(terms, role)}
    return (
        parties <= terms.signed
        and terms.active_at is not None
        and terms.active_at <= at
        and not (terms.replaced_at is not None and terms.replaced_at <= at)
        and terms.starts_at <= at < terms.expires_at
        and not any(a <= at and (b is None or at < b) for a, b in terms.suspensions)
    )


def takes_part(organisation: UUID, role: str, chain: list[Terms], at: datetime) -> bool:
    """Every agreement that speaks of the role, or of members, names it; it has left none of them."""
    said = False
    for terms in chain:
        for each in (role, "member"):
            if only(terms, each) is None:
                continue
            said = True
            if organisation not in ids(terms, each) or gone(terms, organisation, at):
                return False
    return said


def kept(chain: list[Terms], at: datetime) -> bool:
    """In each agreement, somebody who may keep the data has left neither it nor one above."""
    for depth, terms in enumerate(chain):
        keepers = ids(terms, "recipient")
        above = chain[depth:]
        if keepers and not any(
            all(
                not gone(each, keeper, at)
                or keeper not in ids(each, "recipient") | ids(each, "member")
                for each in above
            )
            for keeper in keepers
        ):
            return False
    return True


def ends(chain: list[Terms], provider: UUID, user: UUID | None, at: datetime) -> datetime:
    """The soonest known instant after `at` from which something of the chain no longer holds."""
    moments = []
    for terms in chain:
        moments.append(terms.expires_at)
        if terms.replaced_at:
            moments.append(terms.replaced_at)
        moments += [a for a, _b in terms.suspensions if a > at]
        for organisation, role in ((provider, "provider"), (user, "user")):
            named = ids(terms, role) | ids(terms, "member")
            if organisation in named and organisation in terms.withdrawals:
                moments.append(terms.withdrawals[organisation])
        moments += [each for each in terms.withdrawals.values() if not kept(chain, each)]
    return min(moments)


def malformed(ask: Ask) -> bool:
    other = ask.action == "submit" and set(ask.providers) - {ask.organisation}
    known = ask.action in {"submit", "measure", "read_submission"} and ask.output in REACH
    return not ask.fields or bool(other) or not known


def chains(leaf: Terms, held: list[Terms]) -> list[list[Terms]]:
    """The agreement with every version of what it rests on, and of what that rests on."""
    if not leaf.parent:
        return [[leaf]]
    above = {"dul": "dsa", "dsa": "mou"}[leaf.kind]
    return [
        [leaf, *chain]
        for parent in held
        if parent.reference == leaf.parent and parent.kind == above
        for chain in chains(parent, held)
    ]


def grants(ask: Ask, everything: Iterable[Terms], at: datetime) -> list[Grant]:
    """Every way in which every asked provider's data may be used."""
    held = [terms for terms in everything if terms.partnership == ask.partnership]
    own = ask.action == "submit" or (
        ask.action == "read_submission" and set(ask.providers) == {ask.organisation}
    )
    found: list[Grant] = []
    for leaf in held if not malformed(ask) else []:
        if leaf.kind != ("dsa" if own else "dul"):
            continue
        for chain in chains(leaf, held):
            if open_to_anybody(chain, ask, at) and (own or open_to_user(chain, ask, at)):
                found += granted(chain, ask, own, at)
    return found


def open_to_anybody(chain: list[Terms], ask: Ask, at: datetime) -> bool:
    for terms in chain:
        if not alive(terms, at):
            return False
        if terms.contracts and not set(ask.fields) <= data_of(terms, ask.contract):
            return False
        place = only(terms, "place")
        if place is not None and ask.place not in place.countries:
            return False
        if ask.under and terms.kind == "dsa" and terms.reference != ask.under:
            return False
    return kept(chain, at)


def open_to_user(chain: list[Terms], ask: Ask, at: datetime) -> bool:
    if not takes_part(ask.organisation, "user", chain, at):
        return False
    for terms in chain:
        purpose, linkage = only(terms, "purpose"), only(terms, "linkage")
        reach, grain = only(terms, "publication"), only(terms, "grain")
        if ask.organisation in ids(terms, "intermediary"):
            return False
        if purpose is not None and ask.purpose not in purpose.purposes:
            return False
        if ask.linkage and linkage is not None and not linkage.allowed:
            return False
        if reach is not None and REACH[ask.output] > REACH[reach.level]:
            return False
        reads = ask.action == "read_submission"
        if reads and ((grain is None and terms.contracts) or (grain and grain.level == "totals")):
            return False
        if set(ask.fields if reads else ask.shown) & masked(terms, ask.contract):
            return False
    return True


def masked(terms: Terms, contract: str) -> set[str]:
    return {
        field
        for clause in terms.clauses
        if isinstance(clause, c.Data) and clause.contract == contract
        for field in clause.masked
    }


def allowed(kind: str, clause: Any) -> int:
    """How much a limit allows."""
    match kind:
        case "minimum_cell":
            return -int(clause.minimum)
        case "publication":
            return REACH[clause.level]
        case "linkage":
            return int(clause.allowed)
        case "retention":
            return int(clause.months)
        case "breach":
            return int(clause.hours)
        case _:
            return GRAINS[clause.level]


def limits(chain: list[Terms]) -> dict[str, int]:
    found = {}
    for kind in ("minimum_cell", "publication", "linkage", "retention", "breach", "grain"):
        said = [allowed(kind, clause) for terms in chain if (clause := only(terms, kind))]
        if said:
            found[kind] = min(said)
    return found


def granted(chain: list[Terms], ask: Ask, own: bool, at: datetime) -> list[Grant]:
    asked = {ask.organisation} if own else set(ask.providers)
    user = None if own else ask.organisation
    rests_on = tuple((terms.reference, terms.version) for terms in chain)
    return [
        Grant(provider, rests_on, limits(chain), ends(chain, provider, user, at))
        for provider in {each for terms in chain for each in ids(terms, "provider")}
        if (not asked or provider in asked) and takes_part(provider, "provider", chain, at)
    ]


def together(found: list[Grant]) -> dict[str, int]:
    """Of several grants, for each limit, what the strictest allows."""
    kinds = {kind for each in found for kind in each.limits}
    return {kind: min(each.limits[kind] for each in found if kind in each.limits) for kind in kinds}


def held_to(permit: Permit) -> dict[str, int]:
    """How much a permit allows, limit by limit, as `together`."""
    of = {each.kind: each for each in CLAUSES}
    return {each.kind: allowed(each.kind, of[each.kind](each.value)) for each in permit.obligations}
