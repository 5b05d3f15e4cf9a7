"""Kinds of agreement, as data: which clauses each must and may have, and what it lets happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from commonweal.compute.permits.asking import MEASURE, READ, SUBMIT

_LIMITS = ("minimum_cell", "linkage", "publication", "retention")
_LIFE = ("signature", "start", "expiry", "suspension", "withdrawal")


@dataclass(frozen=True)
class AgreementKind:
    """`needs` and `may`: clause kinds. `under`: the kind it rests on, "" for none.

    `grants`: the actions that are open only through an agreement of this kind. `prefix` begins its
    references, e.g. DSA-1.
    """

    key: str
    prefix: str
    needs: tuple[str, ...]
    may: tuple[str, ...]
    under: str
    grants: tuple[str, ...]


DSA = AgreementKind(
    key="dsa",
    prefix="DSA",
    needs=("provider", "recipient", "data", "purpose", *_LIMITS, *_LIFE),
    may=("prose",),
    under="",
    grants=(SUBMIT,),
)
DUL = AgreementKind(
    key="dul",
    prefix="DUL",
    needs=("recipient", "user", "data", "purpose", *_LIMITS, *_LIFE),
    may=("provider", "prose"),
    under="dsa",
    grants=(MEASURE, READ),
)

KINDS: Mapping[str, AgreementKind] = {kind.key: kind for kind in (DSA, DUL)}
