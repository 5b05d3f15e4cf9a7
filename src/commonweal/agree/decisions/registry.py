"""What other parts tell this one: what was promised because of a decision.

A part registers at start-up, as with `core.due`; the page of a decision shows what they answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from commonweal.agree.decisions.models import Proposal
from commonweal.core.registering import Registry


@dataclass(frozen=True)
class Promised:
    """A promise as a list shows it. `tag`: how it stands, in words; `look`: how the tag looks."""

    action: str
    url: str
    organisation: str
    due_on: date
    tag: str
    look: str


Provider = Callable[[Proposal, datetime], Iterable[Promised]]
tells_promises: Registry[Provider] = Registry()
"""Who knows what was promised because of a decision, for who is at its table."""


def promised(decision: Proposal, at: datetime) -> list[Promised]:
    """What was promised because of it, in the order in which the parts tell it."""
    return [each for provider in tells_promises for each in provider(decision, at)]
