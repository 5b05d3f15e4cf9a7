"""Decision rights: who does what in one type of decision, and that exactly one decides."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from commonweal.compute.decisions.asking import Rule


class Verb(StrEnum):
    """What a seat does in a type of decision. One decides; the others have a part."""

    RECOMMEND = "recommend"
    AGREE = "agree"
    CONSULT = "consult"
    DECIDE = "decide"
    PERFORM = "perform"
    INFORM = "inform"


class Decider(StrEnum):
    """Who decides: everybody with a seat, a body of some of them, or one of them."""

    TABLE = "table"
    BODY = "body"
    SEAT = "seat"


def fault(*, rule: Rule, decider: Decider, seats: Collection[str]) -> str:
    """What is wrong with these rights, as a code of `words.FAULTS`; "" when exactly one decides.

    `seats`: the seats that are named to decide; none are named when the whole table decides.
    """
    if decider == Decider.TABLE:
        if seats:
            return "two_deciders"
    elif not seats:
        return "no_decider"
    elif decider == Decider.SEAT and len(seats) > 1:
        return "two_deciders"
    elif decider == Decider.BODY and len(seats) < 2:
        return "body_of_one"
    if (rule == Rule.LEAD) != (decider == Decider.SEAT):
        return "lead_is_one_seat"
    return ""
