"""A small partnership for tests of permits: a hub, two providers, a user, an agreement, a licence."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from commonweal.compute.permits import clauses as c
from commonweal.compute.permits.asking import Ask
from commonweal.compute.permits.terms import Terms, terms_from

PARTNERSHIP, ELSEWHERE = UUID(int=1), UUID(int=2)
COUNCIL, HOSPITAL, HUB, UNIVERSITY, STRANGER = (UUID(int=n) for n in range(11, 16))
NAMES = {
    COUNCIL: "Northside Council",
    HOSPITAL: "St Agnes Hospital",
    HUB: "Mayor’s Office",
    UNIVERSITY: "Riverside University",
    STRANGER: "Somebody Else Ltd",
}
AT = datetime(2026, 6, 15, 12, tzinfo=UTC)
SIGNED = datetime(2026, 2, 20, 9, tzinfo=UTC)
PURPOSE = "cw:MeasureSharedOutcomes"
ZONE = "Europe/London"


def party(role: str, *ids: UUID) -> c.Party:
    return c.Party(role, tuple(c.Organisation(each, NAMES[each]) for each in ids))


def dsa_clauses(**changes: c.Clause | None) -> tuple[c.Clause, ...]:
    """The clauses of DSA-1; `changes`: kind → another clause, None to leave it out."""
    usual: list[c.Clause] = [
        party("provider", COUNCIL, HOSPITAL),
        party("recipient", HUB),
        c.Data("beds", ("area", "month", "slept_safely", "nhs_number")),
        c.Purpose((PURPOSE, "cw:MonitorEquity")),
        c.MinimumCell(5),
        c.Linkage(True),
        c.Publication("public"),
        c.Retention(36),
        c.Signature(),
        c.Start(date(2026, 3, 1)),
        c.Expiry(date(2027, 12, 31)),
        c.Suspension(),
        c.Withdrawal(30),
    ]
    return _changed(usual, changes)


def dul_clauses(**changes: c.Clause | None) -> tuple[c.Clause, ...]:
    """The clauses of DUL-1: narrower than DSA-1 in fields, purpose, cell, linkage, reach and end."""
    usual: list[c.Clause] = [
        party("recipient", HUB),
        party("user", UNIVERSITY),
        c.Data("beds", ("area", "month", "slept_safely")),
        c.Purpose((PURPOSE,)),
        c.MinimumCell(10),
        c.Linkage(False),
        c.Publication("partners"),
        c.Retention(12),
        c.Signature(),
        c.Start(date(2026, 3, 1)),
        c.Expiry(date(2026, 12, 31)),
        c.Suspension(),
        c.Withdrawal(30),
    ]
    return _changed(usual, changes)


def _changed(usual: list[c.Clause], changes: dict[str, c.Clause | None]) -> tuple[c.Clause, ...]:
    kept = [changes.pop(each.kind, each) for each in usual]
    return (*(each for each in kept if each is not None), *filter(None, changes.values()))


def mou_clauses(**changes: c.Clause | None) -> tuple[c.Clause, ...]:
    """The clauses of MOU-1: everybody of the scene but the stranger, for three purposes."""
    usual: list[c.Clause] = [
        party("member", COUNCIL, HOSPITAL, HUB, UNIVERSITY),
        c.Purpose((PURPOSE, "cw:MonitorEquity", "cw:PlanTogether")),
        c.Signature(),
        c.Start(date(2026, 1, 1)),
        c.Expiry(date(2028, 12, 31)),
        c.Suspension(),
        c.Withdrawal(90),
    ]
    return _changed(usual, changes)


def mou(clauses: tuple[c.Clause, ...] | None = None, **more: Any) -> Terms:
    """MOU-1, signed by everybody unless `more` says otherwise."""
    return _terms("mou", "MOU-1", clauses or mou_clauses(), more)


def dsa(clauses: tuple[c.Clause, ...] | None = None, **more: Any) -> Terms:
    """DSA-1, signed by everybody unless `more` says otherwise."""
    return _terms("dsa", "DSA-1", clauses or dsa_clauses(), more)


def dul(clauses: tuple[c.Clause, ...] | None = None, **more: Any) -> Terms:
    """DUL-1 under DSA-1, signed by everybody unless `more` says otherwise."""
    return _terms("dul", "DUL-1", clauses or dul_clauses(), {"parent": "DSA-1", **more})


def _terms(kind: str, reference: str, clauses: tuple[c.Clause, ...], more: dict[str, Any]) -> Terms:
    parties = {
        organisation.id
        for clause in clauses
        if isinstance(clause, c.Party)
        for organisation in clause.organisations
    }
    usual: dict[str, Any] = {
        "partnership": PARTNERSHIP,
        "reference": reference,
        "version": 1,
        "kind": kind,
        "clauses": clauses,
        "zone": ZONE,
        "text_hash": f"{reference:a<64}"[:64],
        "signed": parties,
        "active_at": SIGNED,
    }
    return terms_from(**{**usual, **more})


def submit(**changes: Any) -> Ask:
    """The council hands in its records."""
    usual: dict[str, Any] = {
        "action": "submit",
        "actor": "person:test",
        "organisation": COUNCIL,
        "partnership": PARTNERSHIP,
        "contract": "beds",
        "providers": (COUNCIL,),
        "fields": ("area", "month", "slept_safely"),
    }
    return Ask(**{**usual, **changes})


def measure(**changes: Any) -> Ask:
    """The university measures, for the partners, over both providers."""
    usual: dict[str, Any] = {
        "action": "measure",
        "actor": "person:test",
        "organisation": UNIVERSITY,
        "partnership": PARTNERSHIP,
        "contract": "beds",
        "providers": (COUNCIL, HOSPITAL),
        "fields": ("area", "slept_safely"),
        "purpose": PURPOSE,
        "output": "partners",
    }
    return Ask(**{**usual, **changes})
