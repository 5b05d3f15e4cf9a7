"""Who may read what a partner said about its incentives and restrictions: the one rule.

Source: Seyle and Connolly, "International Lessons on Building Resilient, Cross-Sector
Partnerships", Stanford Social Innovation Review, 2020: partners formally share incentives and
restrictions before they agree; what one of them can disclose may first be sounded out in bilateral
talks. The rule in detail is ours.

Everything that shows, counts, orders or exports entries asks `visible`; nothing else decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from commonweal.compute.result import Result


class Reach(StrEnum):
    """For whom its owner meant an entry, from the narrowest to the widest."""

    CONVENER = "convener"
    PARTNERS = "partners"
    PUBLIC = "public"


class Step(StrEnum):
    """The steps of the journey, in their order."""

    LEAD = "lead"
    INVITE = "invite"
    PAUSE = "pause"
    AGREE = "agree"
    EXECUTE = "execute"
    SCALE = "scale"


TALKING = frozenset({Step.LEAD, Step.INVITE, Step.PAUSE})
"""Until the partners come together to agree, what they say rests with the convener."""


class Why(StrEnum):
    """Why an entry is open to a reader, or closed."""

    OWN = "own"
    CONVENES = "convenes"
    AT_TABLE = "at-table"
    PUBLIC = "public"
    WITHDRAWN = "withdrawn"
    OWNER_LEFT = "owner-left"
    CONVENER_ONLY = "convener-only"
    STILL_TALKING = "still-talking"
    NO_SEAT = "no-seat"


OPEN = frozenset({Why.OWN, Why.CONVENES, Why.AT_TABLE, Why.PUBLIC})


@dataclass(frozen=True)
class Entry:
    """What the rule asks of an entry; no word of what it says.

    `owner`: the key of the seat that it belongs to. `opened`: its owner showed it before the step
    did. `owner_seated`: whether that seat is still held.
    """

    owner: str
    reach: Reach
    opened: bool = False
    withdrawn: bool = False
    owner_seated: bool = True


@dataclass(frozen=True)
class Reader:
    """`speaks_for`: keys of seats, also ended ones, for which the reader may speak."""

    speaks_for: frozenset[str] = frozenset()
    convenes: bool = False
    seated: bool = False


@dataclass(frozen=True)
class Moment:
    """`public`: whether anybody may follow the partnership."""

    step: Step
    public: bool = False


def visible(entry: Entry, reader: Reader, moment: Moment) -> Result[bool]:
    """Whether the reader may read the entry at this moment. The trace holds the one reason, `Why`."""
    why = _why(entry, reader, moment)
    return Result(why in OPEN, {"why": why.value})


def _why(entry: Entry, reader: Reader, moment: Moment) -> Why:
    """The first that applies."""
    talking = moment.step in TALKING and not entry.opened
    reasons = (
        (Why.OWN, entry.owner in reader.speaks_for),
        (Why.WITHDRAWN, entry.withdrawn),
        (Why.OWNER_LEFT, not entry.owner_seated),
        (Why.CONVENES, reader.convenes),
        (Why.CONVENER_ONLY, entry.reach == Reach.CONVENER),
        (Why.STILL_TALKING, talking),
        (Why.AT_TABLE, reader.seated),
        (Why.PUBLIC, entry.reach == Reach.PUBLIC and moment.public),
    )
    return next((why for why, applies in reasons if applies), Why.NO_SEAT)
