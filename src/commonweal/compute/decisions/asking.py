"""What is decided, by whom and by which rule; and the positions that were taken on it.

Seats are named by a key (any text) and shown by a name, which is an organisation or whose voice it
is, never a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Rule(StrEnum):
    """How a body comes to a decision; what each demands is in `outcome`."""

    CONSENT = "consent"
    MAJORITY = "majority"
    TWO_THIRDS = "two_thirds"
    UNANIMITY = "unanimity"
    LEAD = "lead"


class Stance(StrEnum):
    """What a seat answers. Under consent: consent or object; else for or against."""

    CONSENT = "consent"
    OBJECT = "object"
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


AGREEING = frozenset({Stance.CONSENT, Stance.FOR})
ANSWERS: Mapping[Rule, tuple[Stance, ...]] = {
    Rule.CONSENT: (Stance.CONSENT, Stance.OBJECT, Stance.ABSTAIN),
    Rule.MAJORITY: (Stance.FOR, Stance.AGAINST, Stance.ABSTAIN),
    Rule.TWO_THIRDS: (Stance.FOR, Stance.AGAINST, Stance.ABSTAIN),
    Rule.UNANIMITY: (Stance.FOR, Stance.AGAINST, Stance.ABSTAIN),
    Rule.LEAD: (Stance.FOR, Stance.AGAINST),
}
# Why an objection stops a proposal: what it would do, what it would cost, what else it would do.
OBJECTION_REASONS = ("effect", "efficiency", "side_effect")


@dataclass(frozen=True)
class Voter:
    key: str
    name: str


@dataclass(frozen=True)
class Position:
    """One seat's answer to one text. `text`: the text's fingerprint; `reason`: of an objection."""

    seat: str
    stance: Stance
    text: str
    reason: str = ""


@dataclass(frozen=True)
class Question:
    """A proposal put to a body.

    `roll`: who decides, one vote each. `agreeing`: seats without whose agreement nothing is
    adopted, whether they are on the roll or not. `consulted`: who is asked for advice first;
    `advised`: the keys of those who gave it. `quorum`: percent of the roll that has to answer.
    `delegations`: seat → the seat that answers for it. `conflicts`: seats that declared a conflict
    of interest. `is_over`: whether the time to answer is up.
    """

    rule: Rule
    text: str
    roll: tuple[Voter, ...]
    quorum: int = 50
    agreeing: tuple[Voter, ...] = ()
    consulted: tuple[Voter, ...] = ()
    advised: frozenset[str] = frozenset()
    delegations: Mapping[str, str] = field(default_factory=dict)
    conflicts: frozenset[str] = frozenset()
    is_over: bool = True

    @property
    def asked(self) -> tuple[Voter, ...]:
        """Everybody whose position counts for something, the roll first."""
        held = {voter.key for voter in self.roll}
        return (*self.roll, *(voter for voter in self.agreeing if voter.key not in held))
