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
from commonweal.compute.permits.asking import Ask
from commonweal.compute.permits.terms import Terms

REACH = {"none": 0, "partners": 1, "public": 2}


@dataclass(frozen=True)
class Grant:
    """One provider through one chain: the strictest cell, and when the chain closes."""

    provider: UUID
    minimum_cell: int
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
    parties = ids(terms, "provider") | ids(terms, "recipient") | ids(terms, "user")
    return (
        parties <= terms.signed
        and terms.active_at is not None
        and terms.active_at <= at
        and not (terms.replaced_at is not None and terms.replaced_at <= at)
        and terms.starts_at <= at < terms.expires_at
        and not any(a <= at and (b is None or at < b) for a, b in terms.suspensions)
    )


def kept(terms: Terms, above: Terms | None, at: datetime) -> bool:
    """Somebody who may keep the data has withdrawn neither here nor above."""
    return any(
        not gone(terms, each, at)
        and not (above is not None and each in ids(above, "recipient") and gone(above, each, at))
        for each in ids(terms, "recipient")
    )


def ends(chain: list[Terms], provider: UUID, user: UUID | None, at: datetime) -> datetime:
    """The soonest known instant after `at` from which something of the chain no longer holds."""
    moments = []
    for terms in chain:
        moments.append(terms.expires_at)
        if terms.replaced_at:
            moments.append(terms.replaced_at)
        moments += [a for a, _b in terms.suspensions if a > at]
        if provider in ids(terms, "provider") and provider in terms.withdrawals:
            moments.append(terms.withdrawals[provider])
        if user in ids(terms, "user") and user in terms.withdrawals:
            moments.append(terms.withdrawals[user])
    return min(moments)


def malformed(ask: Ask) -> bool:
    other = ask.action == "submit" and set(ask.providers) - {ask.organisation}
    known = ask.action in {"submit", "measure", "read_submission"} and ask.output in REACH
    return not ask.fields or bool(other) or not known


def grants(ask: Ask, everything: Iterable[Terms], at: datetime) -> list[Grant]:
    """Every way in which every asked provider's data may be used."""
    found: list[Grant] = []
    held = [terms for terms in everything if terms.partnership == ask.partnership]
    own = ask.action == "submit" or (
        ask.action == "read_submission" and set(ask.providers) == {ask.organisation}
    )
    for agreement in held if not malformed(ask) else []:
        if (
            agreement.kind != "dsa"
            or not alive(agreement, at)
            or not kept(agreement, None, at)
            or not set(ask.fields) <= data_of(agreement, ask.contract)
        ):
            continue
        if own:
            found += handed_in(ask, agreement, at)
        else:
            for licence in held:
                if licence.kind == "dul" and licence.parent == agreement.reference:
                    found += licensed(ask, licence, agreement, at)
    return found


def handed_in(ask: Ask, agreement: Terms, at: datetime) -> list[Grant]:
    provider = ask.organisation
    if provider not in ids(agreement, "provider") or gone(agreement, provider, at):
        return []
    cell = only(agreement, "minimum_cell").minimum
    return [Grant(provider, cell, ends([agreement], provider, None, at))]


def licensed(ask: Ask, licence: Terms, agreement: Terms, at: datetime) -> list[Grant]:
    if not (
        alive(licence, at)
        and kept(licence, agreement, at)
        and set(ask.fields) <= data_of(licence, ask.contract)
        and ask.organisation in ids(licence, "user")
        and not gone(licence, ask.organisation, at)
    ):
        return []
    for terms in (licence, agreement):
        if ask.purpose not in only(terms, "purpose").purposes:
            return []
        if ask.linkage and not only(terms, "linkage").allowed:
            return []
        if REACH[ask.output] > REACH[only(terms, "publication").level]:
            return []
    cell = max(only(terms, "minimum_cell").minimum for terms in (licence, agreement))
    found = []
    for provider in ids(agreement, "provider"):
        if ask.providers and provider not in ask.providers:
            continue
        if gone(agreement, provider, at):
            continue
        if only(licence, "provider") is not None and (
            provider not in ids(licence, "provider") or gone(licence, provider, at)
        ):
            continue
        until = ends([licence, agreement], provider, ask.organisation, at)
        found.append(Grant(provider, cell, until))
    return found
