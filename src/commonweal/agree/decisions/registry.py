"""What other parts tell this one: what was promised because of a decision.

A part registers at start-up, as with `core.due`; the page of a decision shows what they answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from commonweal.agree.decisions.models import Proposal


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
_providers: list[Provider] = []


def tells_promises(provider: Provider) -> Provider:
    """Add who knows what was promised because of a decision, for who is at its table."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def promised(decision: Proposal, at: datetime) -> list[Promised]:
    """What was promised because of it, in the order in which the parts tell it."""
    return [each for provider in _providers for each in provider(decision, at)]
