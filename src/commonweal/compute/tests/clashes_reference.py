"""Clashes, the slow and obvious way: every pair of entries on one matter."""

from __future__ import annotations

from collections.abc import Sequence

from commonweal.compute.convening.clashes import Entry


def matter(entry: Entry) -> str:
    return " ".join(entry.about.split()).casefold()


def slow_clashes(entries: Sequence[Entry]) -> set[tuple[str, str]]:
    """(rule, matter) of all that is found."""
    found: set[tuple[str, str]] = set()
    for one in entries:
        for other in entries:
            if matter(one) != matter(other) or one.owner == other.owner:
                continue
            found |= {(rule, matter(one)) for rule in _pair(one, other, entries)}
    return found


def _pair(one: Entry, other: Entry, entries: Sequence[Entry]) -> set[str]:
    said = {each.pull for each in (one, other) if each.kind != "disclosure"}
    rules = set()
    about = [each for each in entries if matter(each) == matter(one)]
    if {"more", "less"} <= said:
        measured = any(each.kind == "measure" and each.pull for each in about)
        rules.add("measures-opposed" if measured else "opposed")
    if one.kind != "disclosure" and one.pull == "more" and other.kind == "disclosure":
        rules.add("wanted-but-not-disclosed")
    if one.kind == other.kind == "budget":
        if one.year_begins and other.year_begins and one.year_begins != other.year_begins:
            rules.add("budget-years-differ")
        if one.until and other.until and one.until != other.until:
            rules.add("one-budget-ends-first")
    return rules
