"""What rooms above tell this part: where a contract's data lies, its columns, what came of a permit.

A room registers at start-up, as with `core.due`; this part shows what they answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from commonweal.convene.models import Partnership
from commonweal.core.scope import Actor


@dataclass(frozen=True)
class Result:
    """One result that was computed under a permit. `title` and `standing` in words for the reader.

    `url` is "" where the reader may know that there is a result, and not open it.
    """

    permit: str
    title: str
    standing: str
    url: str


Results = Callable[[Actor, Partnership, Collection[str], datetime], Iterable[Result]]
Places = Callable[[Partnership], Mapping[str, str]]
Columns = Callable[[Partnership], Mapping[str, Collection[str]]]
_results: list[Results] = []
_places: list[Places] = []
_columns: list[Columns] = []


def tells_results(provider: Results) -> Results:
    """Add who knows what was computed under permits (by their ids), for what the actor may know."""
    if provider not in _results:
        _results.append(provider)
    return provider


def tells_places(provider: Places) -> Places:
    """Add who knows under which agreement a contract's data lies: contract → reference."""
    if provider not in _places:
        _places.append(provider)
    return provider


def tells_columns(provider: Columns) -> Columns:
    """Add who knows the data contracts: contract → the names of its columns."""
    if provider not in _columns:
        _columns.append(provider)
    return provider


def results(
    actor: Actor, partnership: Partnership, permits: Collection[str], at: datetime
) -> dict[str, list[Result]]:
    """Permit id → what came of it, in the order in which the rooms tell it."""
    found: dict[str, list[Result]] = {}
    for provider in _results if permits else ():
        for result in provider(actor, partnership, permits, at):
            found.setdefault(result.permit, []).append(result)
    return found


def places(partnership: Partnership) -> dict[str, str]:
    """Contract → reference of the agreement under which its data lies."""
    return {key: value for each in _places for key, value in each(partnership).items()}


def columns(partnership: Partnership) -> dict[str, Collection[str]]:
    """Contract → its columns, for every contract that there is."""
    return {key: value for each in _columns for key, value in each(partnership).items()}
