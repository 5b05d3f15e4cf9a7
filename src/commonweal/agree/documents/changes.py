"""What a new version changes, in words: the summary first, then the marked text. Reads nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from commonweal.agree import queries, text, words
from commonweal.agree.models import AgreementVersion
from commonweal.compute.permits.directions import Direction, directions
from commonweal.compute.redline.passages import (
    ADDED,
    CHANGED,
    REMOVED,
    Change,
    Passage,
    Redline,
    redline,
)


@dataclass(frozen=True)
class Marked:
    """One block of the marked text, or a run of items as one list. `notes`: what happened to it."""

    kind: str
    passages: tuple[Passage, ...]
    notes: tuple[str, ...] = ()

    @property
    def passage(self) -> Passage:
        return self.passages[0]


@dataclass(frozen=True)
class Changes:
    """`lead`: how many clauses changed. `directions`: what that means, a sentence each."""

    version: AgreementVersion
    since: AgreementVersion
    redline: Redline
    lead: str
    directions: tuple[str, ...]
    marked: tuple[Marked, ...]
    is_translated: bool


def changes(version: AgreementVersion, since: AgreementVersion) -> Changes:
    """From one version to a later one of the same agreement."""
    found = redline(_pieces(since), _pieces(version)).answer
    went = directions(queries.clauses_of(since), queries.clauses_of(version))
    return Changes(
        version=version,
        since=since,
        redline=found,
        lead=_lead(found, since.prose != version.prose),
        directions=tuple(direction(each) for each in went),
        marked=tuple(_marked(found)),
        is_translated=since.language != version.language,
    )


def _pieces(version: AgreementVersion) -> list[tuple[str, str]]:
    return [(block.kind, block.text) for block in text.blocks(version.text)]


def _lead(found: Redline, prose_changed: bool) -> str:
    changed, added, removed = (len(found.clauses(each)) for each in (CHANGED, ADDED, REMOVED))
    moved = sum(each.moved for each in found.parts if each.clause)
    counted = [
        (changed, ngettext("%(count)d clause changed", "%(count)d clauses changed", changed)),
        (added, ngettext("%(count)d clause added", "%(count)d clauses added", added)),
        (removed, ngettext("%(count)d clause removed", "%(count)d clauses removed", removed)),
        (moved, ngettext("%(count)d clause moved", "%(count)d clauses moved", moved)),
    ]
    parts = [said % {"count": count} for count, said in counted if count]
    said = ", ".join(parts) + "." if parts else _("No clause changed.")
    if prose_changed:
        said += " " + _("The reasons in the parties’ own words changed.")
    return said


def _marked(found: Redline) -> list[Marked]:
    parts = iter(found.parts)
    marked: list[Marked] = []
    for passage in found.passages:
        if passage.kind == text.ITEM and marked and marked[-1].kind == text.ITEM:
            marked[-1] = Marked(text.ITEM, (*marked[-1].passages, passage))
            continue
        notes: tuple[str, ...] = ()
        if passage.kind in {text.TITLE, text.HEADING, text.CLAUSE}:
            part = next(parts)
            notes = tuple(_notes(part)) if part.clause else ()
        marked.append(Marked(passage.kind, (passage,), notes))
    return marked


def _notes(part: Change) -> list[str]:
    if part.change == ADDED:
        return [_("New clause")]
    if part.change == REMOVED:
        return [_("Clause removed")]
    notes = [_("Changed")] if part.change == CHANGED else []
    if part.number_was != part.number_now:
        said = _("Moved, was clause %(number)s") if part.moved else _("Was clause %(number)s")
        notes.append(said % {"number": part.number_was})
    return notes


def direction(found: Direction) -> str:
    """E.g. “Smallest group shown: 5 instead of 10 – smaller groups may be shown.”"""
    name = words.kind_name(found.kind)
    said: dict[str, Any] = {"clause": name[:1].upper() + name[1:]}
    if found.contract:
        said["clause"] += f" “{found.contract}”"
    if found.added or found.removed:
        shown = words.purpose if found.kind == "purpose" else str
        said["names"] = words.listed([shown(each) for each in (*found.added, *found.removed)])
        if found.added:
            return _("%(clause)s: %(names)s added – wider.") % said
        return _("%(clause)s: %(names)s removed – narrower.") % said
    shown_value, wider, narrower = _WAYS[found.kind]
    said |= {
        "before": shown_value(found.before),
        "after": shown_value(found.after),
        "way": wider if found.wider else narrower,
    }
    return _("%(clause)s: %(after)s instead of %(before)s – %(way)s.") % said


def _months(count: int) -> str:
    return ngettext("%(count)d month", "%(count)d months", count) % {"count": count}


def _days(count: int) -> str:
    return ngettext("%(count)d day", "%(count)d days", count) % {"count": count}


def _hours(count: int) -> str:
    return ngettext("%(count)d hour", "%(count)d hours", count) % {"count": count}


def _allowed(yes: bool) -> str:
    return _("allowed") if yes else _("not allowed")


# For each limit: how its value is said, and what more and less of it means.
_WAYS: Mapping[str, tuple[Callable[[Any], str], Any, Any]] = {
    "minimum_cell": (
        str,
        gettext_lazy("wider: smaller groups may be shown"),
        gettext_lazy("narrower: only larger groups may be shown"),
    ),
    "linkage": (_allowed, gettext_lazy("wider"), gettext_lazy("narrower")),
    "publication": (
        words.level,
        gettext_lazy("wider: more people may see results"),
        gettext_lazy("narrower: fewer people may see results"),
    ),
    "retention": (_months, gettext_lazy("kept longer"), gettext_lazy("kept less long")),
    "start": (words.day, gettext_lazy("begins earlier"), gettext_lazy("begins later")),
    "expiry": (words.day, gettext_lazy("lasts longer"), gettext_lazy("ends earlier")),
    "withdrawal": (
        _days,
        gettext_lazy("data is destroyed later after a withdrawal"),
        gettext_lazy("data is destroyed sooner after a withdrawal"),
    ),
    "breach": (_hours, gettext_lazy("told later"), gettext_lazy("told sooner")),
    "grain": (words.level, gettext_lazy("wider"), gettext_lazy("narrower")),
}
