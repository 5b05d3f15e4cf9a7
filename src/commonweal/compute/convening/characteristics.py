"""The five characteristics of cross-sector collaboration, read from what a partnership does.

Source: the five (several stakeholders, aligned goals, shared resources, joint decisions, mutual
accountability) are how the literature marks such collaboration, after Bryson, Crosby and Stone, Public
Administration Review 66, 2006. What counts as a sign of each is ours. There is no total: the five are
not of one kind, and a sum would hide the one that is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from commonweal.compute.errors import Unusable
from commonweal.compute.result import Result

Status = Literal["shown", "partly", "not_shown", "not_known"]

SIGNS: Mapping[str, tuple[str, ...]] = {
    "stakeholders": ("organisations", "sectors", "affected"),
    "goals": ("goal", "signed", "signed_by_all"),
    "resources": ("pooled", "pooled_by_two"),
    "decisions": ("decided", "took_part"),
    "accountability": ("promised", "promised_by_two", "reported"),
}


@dataclass(frozen=True)
class Characteristic:
    """`signs`: what was looked for, in its order: there (True), not there, or not known (None)."""

    key: str
    status: Status
    signs: tuple[tuple[str, bool | None], ...]


def characteristics(signs: Mapping[str, bool | None]) -> Result[tuple[Characteristic, ...]]:
    """Each of the five from its signs. A sign that is left out is not known.

    Shown: every sign is there. Partly: some are. Not shown: none is, and at least one is known to be
    missing. Raises Unusable for a sign that does not exist.
    """
    known = {sign for each in SIGNS.values() for sign in each}
    if strange := sorted(set(signs) - known):
        raise Unusable(
            f"“{strange[0]}” is no sign.", mend=f"The signs are: {', '.join(sorted(known))}."
        )
    found = []
    for key, wanted in SIGNS.items():
        states = tuple((sign, signs.get(sign)) for sign in wanted)
        found.append(Characteristic(key, _status([state for _sign, state in states]), states))
    return Result(tuple(found), {each.key: dict(each.signs) for each in found})


def _status(states: list[bool | None]) -> Status:
    if all(states):
        return "shown"
    if any(states):
        return "partly"
    return "not_shown" if False in states else "not_known"
