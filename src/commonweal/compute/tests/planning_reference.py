"""The critical path and the clashes of a plan, the slow and obvious way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from commonweal.compute.planning.model import Item


def chains(items: Sequence[Item]) -> list[list[Item]]:
    """Every chain of items that wait for each other, from any item on."""
    by_key = {item.key: item for item in items}

    def ending_at(item: Item) -> list[list[Item]]:
        found = [[item]]
        for key in item.after:
            found += [[*chain, item] for chain in ending_at(by_key[key])]
        return found

    return [chain for item in items for chain in ending_at(item)]


def end_of(chain: Sequence[Item]) -> date:
    """The last day of a chain that begins on its first item's planned day."""
    day = chain[0].starts
    for item in chain[:-1]:
        day += timedelta(days=0 if item.kind == "budget" else item.days)
    return day + timedelta(days=chain[-1].days - 1)


def slow_last(items: Sequence[Item], key: str = "", slip: int = 0) -> date:
    """The last day of the plan; `slip`: days by which one item begins later than it could."""
    by_key = {item.key: item for item in items}

    def start(item: Item) -> date:
        day = item.starts
        for before in item.after:
            other = by_key[before]
            ready = start(other)
            if other.kind != "budget":
                ready += timedelta(days=other.days)
            day = max(day, ready)
        return day + timedelta(days=slip if item.key == key else 0)

    return max(start(item) + timedelta(days=item.days - 1) for item in items)


def slow_findings(items: Sequence[Item], today: date) -> set[tuple[str, tuple[str, ...]]]:
    """(rule, items) of all that a pair of items or one item is found for; places by pair of owners."""
    by_key = {item.key: item for item in items}
    live = [item for item in items if item.ends >= today]
    found: set[tuple[str, tuple[str, ...]]] = set()
    for item in live:
        for key in item.after:
            before = by_key[key]
            if before.kind == "budget":
                if item.starts < before.starts:
                    found.add(("before-its-money", (item.key, key)))
            elif item.starts <= before.ends:
                bought = before.kind == "procurement"
                rule = "before-it-is-bought" if bought else "before-what-it-waits-for"
                found.add((rule, (item.key, key)))
        if item.informs and item.ends > by_key[item.informs].starts:
            found.add(("evaluation-after-its-decision", (item.key, item.informs)))
        if item.kind == "staffing" and not item.covered:
            found.add(("nobody-covers", (item.key,)))
    for one in live:
        for other in live:
            if one.kind == other.kind == "activity" and one.owner < other.owner:
                days = one.starts <= other.ends and other.starts <= one.ends
                if one.place and one.place == other.place and days:
                    found.add(("two-in-one-place", (one.place, one.owner, other.owner)))
    return found
