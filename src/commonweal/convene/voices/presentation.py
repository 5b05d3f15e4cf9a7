"""How the map and who is missing are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.compute.convening import words
from commonweal.compute.convening.missing import Answer, Finding, Held
from commonweal.convene.models import Partnership
from commonweal.convene.voices.models import Line
from commonweal.core.models import Sector


@dataclass(frozen=True)
class FindingView:
    title: str
    why: str
    mend: str
    strong: bool


def findings(answer: Answer) -> list[FindingView]:
    return [_finding(each) for each in answer.findings]


def _finding(each: Finding) -> FindingView:
    told, names = words.words_of(each), _names(each.names)
    return FindingView(
        _(told.title) % names, _(told.why) % names, _(told.mend) % names, each.strong
    )


def _names(given: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    found = {key: ", ".join(value) or _("not known") for key, value in given.items()}
    if "sector" in found:
        found["sector"] = str(Sector(found["sector"]).label)
    return found


def lead(answer: Answer, lines: Sequence[Line]) -> str:
    if not lines:
        return ""
    count = len(answer.findings)
    if not count:
        return _("Everybody whom the map names is at the table.")
    return ngettext(
        "%(count)d thing to look at: somebody may be missing.",
        "%(count)d things to look at: somebody may be missing.",
        count,
    ) % {"count": count}


def levers(answer: Answer) -> dict[str, Any] | None:
    """What would move the problem, what the group controls first."""
    if not answer.levers:
        return None
    return {
        "caption": _("What would move the problem, and who holds it"),
        "columns": [_("Lever"), _("What you can do"), _("Held by, with or without a seat")],
        "rows": [[each.lever.name, _grip(each), _holders(each)] for each in answer.levers],
    }


def _grip(held: Held) -> str:
    return str(Line.Grip(held.lever.grip.value).label)


def _holders(held: Held) -> str:
    said = list(held.here)
    said += [_("%(name)s (no seat)") % {"name": each} for each in held.elsewhere]
    return ", ".join(said) or _("not known")


@dataclass(frozen=True)
class Part:
    """The lines of one kind. `rows`: (name, words, address to change it or "")."""

    kind: str
    title: str
    rows: list[tuple[str, str, str]]
    add_url: str


def parts(partnership: Partnership, lines: Sequence[Line], *, edits: bool) -> list[Part]:
    """The map, kind by kind."""
    titles = {
        "actor": _("Actors: who has a part in it"),
        "lever": _("Levers: what would move it"),
        "group": _("Those affected"),
        "place": _("Places"),
    }
    return [
        Part(
            kind,
            titles[kind],
            [
                (each.name, each.words, _url(each) if edits else "")
                for each in lines
                if each.kind == kind
            ],
            reverse("add_line", args=[partnership.slug, kind]) if edits else "",
        )
        for kind in Line.Kind.values
    ]


def _url(line: Line) -> str:
    return reverse("change_line", args=[line.partnership.slug, line.pk])
