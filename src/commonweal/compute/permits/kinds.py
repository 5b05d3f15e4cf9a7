"""Kinds of agreement, as data: which clauses each must and may have, and what it lets happen.

The tiers are those of Actionable Intelligence for Social Policy: a licence (DUL) rests on a sharing
agreement (DSA), which may rest on a memorandum of understanding (MOU). What rests on another can only
narrow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from commonweal.compute.permits.asking import MEASURE, READ, SUBMIT

_LIMITS = ("minimum_cell", "linkage", "publication", "retention")
_TERM = ("signature", "start", "expiry", "withdrawal")
_LIFE = (*_TERM, "suspension")
_DATA_MAY = ("place", "breach", "grain", "fixed", "prose")
# The clauses that requests, drafts and what is kept are held to. The others are people's to keep.
_ENFORCED = {"member", "provider", "recipient", "intermediary", "user", "data", "purpose"}
_ENFORCED |= {"grain", "place", "fixed", *_LIMITS, *_LIFE}


@dataclass(frozen=True)
class AgreementKind:
    """`needs` and `may`: clause kinds. `under`: the kind it may rest on, "" for none.

    `alone`: whether it may also stand without another. `grants`: the actions that are open only
    through an agreement of this kind. `prefix` begins its references, e.g. DSA-1.
    """

    key: str
    prefix: str
    needs: tuple[str, ...]
    may: tuple[str, ...]
    under: str = ""
    alone: bool = True
    grants: tuple[str, ...] = ()

    @property
    def allowed(self) -> frozenset[str]:
        """Every kind of clause that it can have."""
        return frozenset((*self.needs, *self.may))

    @property
    def is_enforced(self) -> bool:
        """Whether requests are held to it. What another kind says is for its members to keep."""
        return "purpose" in self.needs

    def enforces(self, clause: str) -> bool:
        """Whether the software holds people to this kind of clause.

        What is kept lies under the sharing agreement: the months of a licence end no file.
        """
        keeps = MEASURE not in self.grants or clause != "retention"
        return self.is_enforced and clause in _ENFORCED and keeps


CONSTITUTION = AgreementKind(
    key="constitution",
    prefix="CON",
    needs=("member", "principles", "cadence", "channels", "decision_rule", "conflict", *_TERM),
    may=("rule", "small", "standing_limit", "prose"),
)
MOU = AgreementKind(
    key="mou",
    prefix="MOU",
    needs=("member", "purpose", *_LIFE),
    may=(*_LIMITS, *_DATA_MAY, "rule", "small", "standing_limit", "risk_share"),
)
DSA = AgreementKind(
    key="dsa",
    prefix="DSA",
    needs=("provider", "recipient", "data", "purpose", *_LIMITS, *_LIFE),
    may=(*_DATA_MAY, "intermediary", "four_questions", "five_safes", "risk_share"),
    under="mou",
    grants=(SUBMIT,),
)
DUL = AgreementKind(
    key="dul",
    prefix="DUL",
    needs=("recipient", "user", "data", "purpose", *_LIMITS, *_LIFE),
    may=(*_DATA_MAY, "provider", "four_questions", "five_safes"),
    under="dsa",
    alone=False,
    grants=(MEASURE, READ),
)
FUNDING = AgreementKind(
    key="funding",
    prefix="JFA",
    needs=("member", "contribution", "risk_share", *_TERM),
    may=("decision_rule", "standing_limit", "breach", "rule", "small", "prose"),
    under="mou",
)
PROCUREMENT = AgreementKind(
    key="procurement",
    prefix="PRO",
    needs=("member", "rule", *_TERM),
    may=("standing_limit", "decision_rule", "breach", "small", "prose"),
    under="mou",
)
STANDARDS = AgreementKind(
    key="standards",
    prefix="STD",
    needs=("hub", "member", "rule", *_TERM),
    may=("small", "decision_rule", "prose"),
    under="mou",
)

KINDS: Mapping[str, AgreementKind] = {
    kind.key: kind for kind in (CONSTITUTION, MOU, DSA, DUL, FUNDING, PROCUREMENT, STANDARDS)
}
SHARING = tuple(kind.key for kind in KINDS.values() if SUBMIT in kind.grants)
"""The kinds under which data is handed in."""
