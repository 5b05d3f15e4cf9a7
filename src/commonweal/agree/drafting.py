"""Helps to write clauses: parties from organisations, and what an agreement has by default.

Leaf: imports no other part of the room.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from commonweal.compute.permits.clauses import (
    Clause,
    Linkage,
    Organisation,
    Party,
    Signature,
    Suspension,
    arranged,
)
from commonweal.compute.permits.kinds import KINDS
from commonweal.core import models as core

# What a licence takes over from the agreement above where it says nothing itself.
_INHERITED = (
    "recipient",
    "minimum_cell",
    "publication",
    "retention",
    "grain",
    "place",
    "breach",
    "start",
    "expiry",
    "withdrawal",
)
_STANDING: tuple[Clause, ...] = (Linkage(False), Signature(), Suspension())


def party(role: str, organisations: Iterable[core.Organisation]) -> Party:
    """A clause that names organisations in a role: `provider`, `recipient` or `user`."""
    return Party(role, tuple(Organisation(each.pk, each.name) for each in organisations))


def completed(
    kind: str, clauses: Iterable[Clause], above: Sequence[Clause] = ()
) -> tuple[Clause, ...]:
    """The clauses in reading order, with those that every agreement has (no linkage unless said).

    A licence takes over from the clauses `above` what it does not settle itself, so that its text
    says everything that counts.
    """
    held = list(clauses)
    present = {clause.kind for clause in held}
    rules = KINDS[kind]
    for inherited in above:
        takes = inherited.kind in _INHERITED and inherited.kind in rules.allowed
        if takes and inherited.kind not in present:
            held.append(inherited)
            present.add(inherited.kind)
    held += [each for each in _STANDING if each.kind not in present and each.kind in rules.needs]
    return arranged(held)
