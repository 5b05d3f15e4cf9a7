"""What is asked of the agreements, and the two answers: a permit or a refusal."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from commonweal.compute.errors import Unusable
from commonweal.compute.permits.clauses import name
from commonweal.compute.permits.words import REFUSALS, english

SUBMIT, MEASURE, READ = "submit", "measure", "read_submission"
ACTIONS = (SUBMIT, MEASURE, READ)


@dataclass(frozen=True)
class Ask:
    """One request, complete: nothing is taken from anywhere else.

    `organisation` acts. `providers`: whose data; empty means every provider that the agreements
    name for this contract. `purpose` is a key of `purposes.PURPOSES` ("" to submit, or to read
    back one's own submission). `output`: how far the result goes (`clauses.LEVELS`). `linkage`:
    whether records are joined person by person. `shown`: those of the fields whose values the
    result tells, e.g. as the names of groups. `under`: the agreement under which the data came in,
    where it is known; no other then opens it. `place`: the country where the work is done, "" when
    nobody has said. `actor` is a label for the log, never a name.
    """

    action: str
    actor: str
    organisation: UUID
    partnership: UUID
    contract: str
    providers: tuple[UUID, ...] = ()
    fields: tuple[str, ...] = ()
    purpose: str = ""
    output: str = "none"
    linkage: bool = False
    under: str = ""
    shown: tuple[str, ...] = ()
    place: str = ""

    @property
    def concerns_own_data(self) -> bool:
        """Handing in, or reading back, what the acting organisation itself provided."""
        return self.action == SUBMIT or (
            self.action == READ and bool(self.providers) and self.names_no_other
        )

    @property
    def names_no_other(self) -> bool:
        """Whether every provider that is named is the acting organisation."""
        return self.providers.count(self.organisation) == len(self.providers)

    def as_json(self) -> dict[str, Any]:
        """What is asked, without who asks: as a log keeps it beside its own columns."""
        return {
            "action": self.action,
            "contract": self.contract,
            "fields": sorted(self.fields),
            "purpose": self.purpose,
            "output": self.output,
            "linkage": self.linkage,
            "providers": [str(each) for each in self.providers],
            **({"under": self.under} if self.under else {}),
            **({"shown": sorted(self.shown)} if self.shown else {}),
            **({"place": self.place} if self.place else {}),
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any], *, organisation: UUID, partnership: UUID) -> Ask:
        """What was asked, read back; `actor` stays blank."""
        return cls(
            action=value["action"],
            actor="",
            organisation=organisation,
            partnership=partnership,
            contract=value["contract"],
            providers=tuple(UUID(each) for each in value["providers"]),
            fields=tuple(value["fields"]),
            purpose=value["purpose"],
            output=value["output"],
            linkage=value["linkage"],
            under=value.get("under", ""),
            shown=tuple(value.get("shown", ())),
            place=value.get("place", ""),
        )


@dataclass(frozen=True)
class Refusal:
    """No, and why: `reference` and clause `number` (0: none), the clause's `kind`, words, mend.

    `code` is stable; with `params` it is what a room translates.
    """

    code: str
    reference: str = ""
    number: int = 0
    kind: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Why not, in plain English."""
        return english(REFUSALS[self.code].text, self.params)

    @property
    def mend(self) -> str:
        """What would change the answer, in plain English."""
        return english(REFUSALS[self.code].mend, self.params)

    @property
    def clause(self) -> str:
        """E.g. “DSA-1 clause 7 (expiry)”; "" when no agreement is there to name."""
        if not self.reference:
            return ""
        return f"{self.reference} clause {self.number} ({name(self.kind)})"

    def as_json(self) -> dict[str, Any]:
        """Plain JSON; days as {"day": ISO date}."""
        return {
            "code": self.code,
            "reference": self.reference,
            "number": self.number,
            "kind": self.kind,
            "params": {key: _to_plain(value) for key, value in self.params.items()},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Refusal:
        params = {key: _from_plain(each) for key, each in value["params"].items()}
        return cls(value["code"], value["reference"], value["number"], value["kind"], params)


def _to_plain(value: Any) -> Any:
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return list(value) if isinstance(value, tuple) else value


def _from_plain(value: Any) -> Any:
    if isinstance(value, dict):
        return date.fromisoformat(value["day"])
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True)
class Basis:
    """One signed version that a permit rests on, and the numbers of the clauses that count."""

    reference: str
    version: int
    text_hash: str
    clauses: tuple[int, ...]


@dataclass(frozen=True)
class Obligation:
    """A limit that whoever holds the permit must apply, and the clause it comes from.

    Kinds: `minimum_cell` (records), `publication` (level), `linkage` (bool), `retention` (months).
    """

    kind: str
    value: int | str | bool
    reference: str
    number: int


@dataclass(frozen=True)
class Permit:
    """Yes, within these limits, until `expires_at`.

    `providers`: whose data may be used; `refused_providers`: whose may not, each with its refusal.
    `agreements`: every version on which a way to the yes rests, there may be several licences. Each of
    `obligations`, and `minimum_cell` and `expires_at`, is the strictest of them all.
    """

    action: str
    actor: str
    organisation: UUID
    partnership: UUID
    contract: str
    fields: tuple[str, ...]
    purpose: str
    output: str
    linkage: bool
    providers: tuple[UUID, ...]
    refused_providers: Mapping[UUID, Refusal]
    minimum_cell: int
    agreements: tuple[Basis, ...]
    obligations: tuple[Obligation, ...]
    granted_at: datetime
    expires_at: datetime
    shown: tuple[str, ...] = ()

    @classmethod
    def to(
        cls,
        ask: Ask,
        *,
        providers: tuple[UUID, ...],
        refused_providers: Mapping[UUID, Refusal],
        minimum_cell: int,
        agreements: tuple[Basis, ...],
        obligations: tuple[Obligation, ...],
        granted_at: datetime,
        expires_at: datetime,
    ) -> Permit:
        """The permit to what was asked, within what is given here."""
        permit = cls.__new__(cls)
        # A frozen dataclass sets its values one by one, which would be a third of a decision.
        vars(permit).update(
            action=ask.action,
            actor=ask.actor,
            organisation=ask.organisation,
            partnership=ask.partnership,
            contract=ask.contract,
            fields=tuple(sorted(ask.fields)),
            purpose=ask.purpose,
            output=ask.output,
            linkage=ask.linkage,
            providers=providers,
            refused_providers=refused_providers,
            minimum_cell=minimum_cell,
            agreements=agreements,
            obligations=obligations,
            granted_at=granted_at,
            expires_at=expires_at,
            shown=tuple(sorted(ask.shown)),
        )
        return permit

    @cached_property
    def id(self) -> str:
        """SHA-256 of the whole content, 64 hex digits. Costs ~30 µs on first use."""
        content = json.dumps(
            self._content(), sort_keys=True, separators=(",", ":"), ensure_ascii=False
        )
        return hashlib.sha256(content.encode()).hexdigest()

    def asked(self, *, actor: str, under: str = "") -> Ask:
        """The request to ask once more for what was granted, for the same providers."""
        return Ask(
            action=self.action,
            actor=actor,
            organisation=self.organisation,
            partnership=self.partnership,
            contract=self.contract,
            providers=self.providers,
            fields=self.fields,
            purpose=self.purpose,
            output=self.output,
            linkage=self.linkage,
            shown=self.shown,
            under=under,
        )

    def holds_at(self, at: datetime) -> bool:
        """Whether the permit may still be used: never before it was granted nor once expired."""
        return self.granted_at <= at < self.expires_at

    def _content(self) -> dict[str, Any]:
        refused = self.refused_providers.items()
        return {
            "action": self.action,
            "actor": self.actor,
            "organisation": str(self.organisation),
            "partnership": str(self.partnership),
            "contract": self.contract,
            "fields": sorted(self.fields),
            "purpose": self.purpose,
            "output": self.output,
            "linkage": self.linkage,
            "providers": [str(each) for each in self.providers],
            "refused_providers": {str(each): refusal.as_json() for each, refusal in refused},
            "minimum_cell": self.minimum_cell,
            "agreements": [
                {**vars(basis), "clauses": list(basis.clauses)} for basis in self.agreements
            ],
            "obligations": [vars(obligation) for obligation in self.obligations],
            "granted_at": _stamp(self.granted_at),
            "expires_at": _stamp(self.expires_at),
            # Left out where there is none, as in permits from before it was asked.
            **({"shown": sorted(self.shown)} if self.shown else {}),
        }

    def as_json(self) -> dict[str, Any]:
        """Plain JSON to be stored beside what was done under the permit; `id` included."""
        return {"id": self.id, **self._content()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Permit:
        """The permit as it was granted. Raises Unusable when the content does not fit its id."""
        refused = value["refused_providers"].items()
        permit = cls(
            action=value["action"],
            actor=value["actor"],
            organisation=UUID(value["organisation"]),
            partnership=UUID(value["partnership"]),
            contract=value["contract"],
            fields=tuple(value["fields"]),
            purpose=value["purpose"],
            output=value["output"],
            linkage=value["linkage"],
            providers=tuple(UUID(each) for each in value["providers"]),
            refused_providers={UUID(each): Refusal.from_json(said) for each, said in refused},
            minimum_cell=value["minimum_cell"],
            agreements=tuple(
                Basis(**{**each, "clauses": tuple(each["clauses"])}) for each in value["agreements"]
            ),
            obligations=tuple(Obligation(**each) for each in value["obligations"]),
            granted_at=datetime.fromisoformat(value["granted_at"]),
            expires_at=datetime.fromisoformat(value["expires_at"]),
            shown=tuple(value.get("shown", ())),
        )
        if permit.id != value["id"]:
            raise Unusable(
                "The stored permit was changed after it was granted.",
                mend="Ask for a new permit.",
            )
        return permit


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
