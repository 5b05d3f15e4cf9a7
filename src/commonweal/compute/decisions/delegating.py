"""Who answers for whom: delegations followed from seat to seat."""

from __future__ import annotations

from collections.abc import Mapping


def circle(delegations: Mapping[str, str]) -> tuple[str, ...]:
    """Seats that delegate to each other in a circle, in order; empty when there is none."""
    cleared: set[str] = set()
    for start in delegations:
        path: list[str] = []
        here: str | None = start
        while here is not None and here not in cleared:
            if here in path:
                return tuple(path[path.index(here) :])
            path.append(here)
            here = delegations.get(here)
        cleared.update(path)
    return ()


def chain(seat: str, delegations: Mapping[str, str]) -> tuple[str, ...]:
    """The seats that would answer for `seat`, the nearest first. Expects no circle."""
    found: list[str] = []
    here = delegations.get(seat)
    while here is not None:
        found.append(here)
        here = delegations.get(here)
    return tuple(found)
