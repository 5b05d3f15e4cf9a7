"""An agreement as an ODRL 2.2 policy in JSON-LD.

The permission to use the data carries the parties, the data and the limits. What somebody must do is
an obligation of the policy, not a duty of the permission: ODRL reads a permission's duty as a
condition that comes before the use, and nobody deletes data before using them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID, uuid5

from commonweal.compute.errors import Unusable
from commonweal.compute.permits.clauses import (
    Clause,
    Data,
    Expiry,
    Linkage,
    MinimumCell,
    Party,
    Prose,
    Publication,
    Purpose,
    Retention,
    Signature,
    Start,
    Suspension,
    Withdrawal,
    name,
    to_json,
)
from commonweal.compute.permits.governing import Governing
from commonweal.compute.permits.odrl import names
from commonweal.compute.permits.purposes import OWN, PURPOSES
from commonweal.compute.permits.terms import Terms, begins, ends

Node = dict[str, Any]


class _Sheet:
    """The policy while it is written: the main rule, which every clause may add to, and others."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.uid = uid_of(terms.partnership, terms.reference, terms.version)
        self.main: Node = {"action": "use" if terms.contracts else names.OBSERVE}
        self.permissions: list[Node] = []
        self.prohibitions: list[Node] = []
        self.obligations: list[Node] = []

    def constrain(self, left: str, operator: str, right: Any) -> None:
        self.main.setdefault("constraint", []).append(constraint(left, operator, right))

    def referring(self, rule: Node) -> Node:
        """The rule with the same data and parties as the main one, named by their addresses."""
        same: Node = {
            key: [each["uid"] for each in self.main[key]]
            for key in ("target", "assigner", "assignee")
            if key in self.main
        }
        return {"target": self.uid, **same, **rule}


def uid_of(partnership: UUID, reference: str, version: int) -> str:
    """The address of one version, the same whoever writes it down."""
    return uuid5(partnership, f"{reference}/{version}").urn


def to_odrl(terms: Terms) -> Node:
    """The clauses of one version as a policy: an Agreement, or an Offer until all have signed.

    Raises Unusable for a day that cannot be said as an instant.
    """
    sheet = _Sheet(terms)
    for clause in terms.clauses:
        writer = WRITERS.get(type(clause))
        if writer is None:
            raise Unusable(
                f"A clause of this kind has no ODRL form: {name(clause.kind)}.",
                mend="Exchange the agreement as text.",
            )
        writer(clause, sheet)
    policy: Node = {
        "@context": [names.CONTEXT, dict(names.PREFIXES)],
        "@type": _type(sheet),
        "uid": sheet.uid,
        "profile": names.PROFILE,
        # Linking is a kind of use: without this the prohibition would void the policy.
        "conflict": "prohibit",
        "dct:identifier": terms.reference,
        "dct:isPartOf": {"@id": terms.partnership.urn},
        "cw:kind": terms.kind,
        "cw:version": terms.version,
        "cw:textHash": terms.text_hash,
        "cw:timeZone": terms.zone,
        "cw:order": {"@list": [clause.kind for clause in terms.clauses]},
    }
    if terms.parent:
        policy["cw:restsOn"] = terms.parent
    return policy | _rules(sheet)


def _type(sheet: _Sheet) -> str:
    """ODRL wants both sides in an Agreement, the granting one in an Offer, nobody in a Set."""
    if "assigner" not in sheet.main or "assignee" not in sheet.main:
        return "Set"
    signed = sheet.terms.active_at is not None and not sheet.terms.missing_signatures
    return "Agreement" if signed else "Offer"


def _rules(sheet: _Sheet) -> Node:
    permissions = [sheet.referring(rule) for rule in sheet.permissions]
    obligations = [sheet.referring(rule) for rule in sheet.obligations]
    if sheet.terms.contracts:
        permissions.insert(0, sheet.main)
    else:
        obligations.insert(0, {"target": sheet.uid, **sheet.main})
    rules = {
        "permission": permissions,
        "prohibition": [sheet.referring(rule) for rule in sheet.prohibitions],
        "obligation": obligations,
    }
    return {key: held for key, held in rules.items() if held}


def constraint(left: str, operator: str, right: Any) -> Node:
    return {"leftOperand": left, "operator": operator, "rightOperand": right}


def typed(value: object, kind: str) -> Node:
    return {"@value": str(value), "@type": f"xsd:{kind}"}


def instant(moment: datetime) -> Node:
    return typed(moment.astimezone(UTC).isoformat().replace("+00:00", "Z"), "dateTime")


def _within(days_or_months: str) -> Node:
    return constraint("elapsedTime", "lteq", typed(days_or_months, "duration"))


def _party(clause: Party, sheet: _Sheet) -> None:
    sheet.main[names.function(sheet.terms.kind, clause.role)] = [
        {"@type": ["Party", "vcard:Organization"], "uid": each.id.urn, "vcard:fn": each.name}
        for each in clause.organisations
    ]


def _data(clause: Data, sheet: _Sheet) -> None:
    # Listed, not refined: ODRL allows no uid beside a refinement, and the other rules name the uid.
    target: Node = {
        "@type": "AssetCollection",
        "uid": f"{sheet.uid}#{clause.contract}",
        "dct:identifier": clause.contract,
        names.FIELD: {"@list": list(clause.fields)},
    }
    if clause.masked:
        target[names.MASKED] = {"@list": list(clause.masked)}
    sheet.main.setdefault("target", []).append(target)


def _purpose(clause: Purpose, sheet: _Sheet) -> None:
    sheet.constrain("purpose", "isAnyOf", [purpose_node(each) for each in clause.purposes])


def purpose_node(key: str) -> Node:
    """The purpose by its address; one of ours with the DPV concept that it is a special case of.

    Own words are a title beneath DPV's broadest concept.
    """
    if key.startswith(OWN):
        return {"@id": names.ANY_PURPOSE, "dct:title": key.removeprefix(OWN)}
    near = PURPOSES[key].near
    if key.startswith("dpv:") or not near:
        return {"@id": key}
    return {"@id": key, "skos:broadMatch": {"@id": near}}


def _publication(clause: Publication, sheet: _Sheet) -> None:
    reached = [{"@id": each} for each in names.REACH[clause.level]]
    sheet.constrain("recipient", "isAnyOf", reached)


def _linkage(clause: Linkage, sheet: _Sheet) -> None:
    (sheet.permissions if clause.allowed else sheet.prohibitions).append({"action": names.LINK})


def _retention(clause: Retention, sheet: _Sheet) -> None:
    rule = {"action": "delete", "constraint": [_within(f"P{clause.months}M")]}
    sheet.obligations.append(rule)


def _withdrawal(clause: Withdrawal, sheet: _Sheet) -> None:
    after = constraint("event", "gt", {"@id": names.WITHDRAWAL})
    rule = {"action": "delete", "constraint": [after, _within(f"P{clause.notice_days}D")]}
    sheet.obligations.append(rule)


def _suspension(clause: Suspension, sheet: _Sheet) -> None:
    rule = {"action": names.SUSPEND, "target": sheet.uid, "assignee": names.CONVENER}
    sheet.permissions.append(rule)


def _prose(clause: Prose, sheet: _Sheet) -> None:
    rule = {
        "action": names.OBSERVE,
        "dct:title": clause.heading,
        "dct:description": clause.text,
    }
    sheet.obligations.append(rule)


def in_full(clause: Clause, sheet: _Sheet) -> None:
    """A clause for which ODRL has no words: its kind for people, its values for our own reader."""
    rule = {
        "action": names.OBSERVE,
        "dct:title": name(clause.kind),
        "cw:clause": {"@type": "@json", "@value": to_json(clause)},
    }
    sheet.obligations.append(rule)


# One line for each class of clause; a test fails when one is missing.
WRITERS: Mapping[type[Any], Callable[[Any, _Sheet], None]] = {
    Party: _party,
    Data: _data,
    Purpose: _purpose,
    MinimumCell: lambda clause, sheet: sheet.constrain(
        names.SMALLEST_GROUP, "gteq", typed(clause.minimum, "integer")
    ),
    Linkage: _linkage,
    Publication: _publication,
    Retention: _retention,
    Signature: lambda clause, sheet: sheet.constrain(
        names.SIGNED_BY, "eq", {"@id": names.EVERY_PARTY}
    ),
    Start: lambda clause, sheet: sheet.constrain(
        "dateTime", "gteq", instant(begins(clause.day, sheet.terms.zone))
    ),
    Expiry: lambda clause, sheet: sheet.constrain(
        "dateTime", "lt", instant(ends(clause.day, sheet.terms.zone))
    ),
    Suspension: _suspension,
    Withdrawal: _withdrawal,
    Prose: _prose,
    **dict.fromkeys(get_args(Governing), in_full),
}
