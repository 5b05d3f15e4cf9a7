"""What rooms above tell this part: where a contract's data lies, its columns, what came of a permit.

A room registers at start-up, as with `core.due`; this part shows what they answer.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from commonweal.convene.models import Partnership
from commonweal.core.registering import Registry
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
tells_results: Registry[Results] = Registry()
"""Who knows what was computed under permits (by their ids), for what the actor may know."""
tells_places: Registry[Places] = Registry()
"""Who knows under which agreement a contract's data lies: contract → reference."""
tells_columns: Registry[Columns] = Registry()
"""Who knows the data contracts: contract → the names of its columns."""


def results(
    actor: Actor, partnership: Partnership, permits: Collection[str], at: datetime
) -> dict[str, list[Result]]:
    """Permit id → what came of it, in the order in which the rooms tell it."""
    found: dict[str, list[Result]] = {}
    for provider in tells_results if permits else ():
        for result in provider(actor, partnership, permits, at):
            found.setdefault(result.permit, []).append(result)
    return found


def places(partnership: Partnership) -> dict[str, str]:
    """Contract → reference of the agreement under which its data lies."""
    return {key: value for each in tells_places for key, value in each(partnership).items()}


def columns(partnership: Partnership) -> dict[str, Collection[str]]:
    """Contract → its columns, for every contract that there is."""
    return {key: value for each in tells_columns for key, value in each(partnership).items()}
