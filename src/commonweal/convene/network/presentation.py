"""The network as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.compute.convening.network import FEWEST, LEAST, MOST, Line, Trust
from commonweal.convene.network.models import Tie
from commonweal.convene.network.queries import Closed
from commonweal.core.formats import day, number, percent
from commonweal.core.models import Sector

LINES = 400
"""So many links are in the table of the page."""
DRAWN = 40
"""So many organisations are drawn: those with the most links."""


def progress(answered: int, asked: int) -> str:
    return _("%(answered)d of %(asked)d organisations have answered.") % {
        "answered": answered,
        "asked": asked,
    }


def lead(closed: Closed) -> str:
    """How much of what could be is there, with what is not known."""
    figures = closed.figures
    if figures["density"] is None or not figures["answered"]:
        return _("Nobody answered, so nothing is known of who works with whom.")
    said = ngettext(
        "%(count)d pair works together, %(share)s of all pairs.",
        "%(count)d pairs work together, %(share)s of all pairs.",
        len(closed.lines),
    ) % {"count": len(closed.lines), "share": percent(figures["density"])}
    if figures["unknown"]:
        said += " " + _("What nobody answered could make it up to %(most)s.") % {
            "most": percent(figures["most"])
        }
    return said


def picture(closed: Closed, url: str) -> dict[str, Any]:
    """For the drawing: organisations by sector, and who works with whom.

    Of very many links only those are made ready that are drawn or stand in the table. `url`:
    where all of them are.
    """
    order = {sector: number for number, sector in enumerate(Sector.values)}
    degree = Counter(end for line in closed.lines for end in (line.one, line.two))
    members = sorted(closed.members.items(), key=lambda each: (order.get(each[1][1], 99), each[1]))
    ranked = sorted(members, key=lambda each: (-degree[each[0]], each[1]))
    drawn = {key for key, _member in ranked[:DRAWN]}
    both = sum(line.both for line in closed.lines)
    when = day(closed.round.closed_at) if closed.round.closed_at else ""
    return {
        "id": "network",
        "finding": _("%(both)d of %(count)d links are said by both sides.")
        % {"both": both, "count": len(closed.lines)},
        "subject": _("Who works with whom, round %(number)d, closed on %(day)s")
        % {"number": closed.round.number, "day": when},
        "nodes": [
            {
                "id": key,
                "label": name,
                "sector": sector,
                "links": degree[key],
                "drawn": key in drawn,
            }
            for key, (name, sector) in members
        ],
        "links": [
            _link(line)
            for number, line in enumerate(closed.lines)
            if number < LINES or {line.one, line.two} <= drawn
        ],
        "downloads": [(_("all links as JSON"), url)],
        "listed": min(LINES, len(closed.lines)),
        "total": len(closed.lines),
    }


def _link(line: Line) -> dict[str, Any]:
    return {
        "one": line.one,
        "two": line.two,
        "level": int(line.relation),
        "both": line.both,
        "words": str(Tie.Relation(line.relation).label),
    }


def measures(closed: Closed) -> dict[str, Any]:
    """Each figure with its sentence; a figure that cannot be is not known, never nought."""
    figures = closed.figures
    rows = [
        [
            _("Answers"),
            progress(figures["answered"], figures["asked"]),
            _("The fewer answer, the less the other lines say."),
        ],
        [
            _("Density"),
            _range(figures["density"], figures["least"], figures["most"]),
            _("How many of all possible pairs work together. More is not always better."),
        ],
        [
            _("Parts"),
            _parts(figures["parts"], figures["parts_if_all"]),
            _("Groups with no link between them. One part means that news can reach everybody."),
        ],
        [
            _("Links at one place"),
            _share(figures["degree"]),
            _("0% when all have equally many links, 100% when one has all of them."),
        ],
        [
            _("Ways over one place"),
            _share(figures["betweenness"]),
            _("100% when every way between two others leads over the same one."),
        ],
    ]
    return {
        "caption": _("The network in figures"),
        "columns": [_("What"), _("Found"), _("What it means")],
        "rows": rows,
    }


def _share(value: float | None) -> str:
    return _("not known") if value is None else percent(value)


def _range(value: float | None, least: float | None, most: float | None) -> str:
    if value is None or least is None or most is None:
        return _("not known")
    if least == most:
        return percent(value)
    return _("%(value)s, and up to %(most)s with what is not known") % {
        "value": percent(value),
        "most": percent(most),
    }


def _parts(sizes: list[int], if_all: int) -> str:
    said = ngettext("%(count)d part", "%(count)d parts", len(sizes)) % {"count": len(sizes)}
    if len(sizes) == if_all:
        return said
    return _("%(parts)s; with what is not known, perhaps only %(few)d") % {
        "parts": said,
        "few": if_all,
    }


def brokers(closed: Closed) -> dict[str, Any] | None:
    """Who links others that have no shorter way to each other; None where nobody does."""
    # By name, not by share: this is no order of worth.
    found = sorted((closed.members[key][0], share) for key, share in closed.brokers)
    if not found:
        return None
    return {
        "caption": _("Whom the links between others lead over"),
        "columns": [_("Organisation"), (_("Share of the shortest ways"), "numeric")],
        "rows": [[name, {"text": percent(share)}] for name, share in found[:20]],
    }


def trust(closed: Closed) -> list[tuple[str, str]]:
    """What may be told of trust: of everybody together, or why nothing is told."""
    titles = {
        "reliable": _("One can rely on what the others promise"),
        "open": _("The others speak openly, also of what goes badly"),
        "purpose": _("The others want the same for those affected"),
    }
    return [(titles[key], _told(found)) for key, found in closed.trust.items()]


def _told(found: Trust) -> str:
    if found.held == "few":
        return _("Not shown: fewer than %(fewest)d organisations answered.") % {"fewest": FEWEST}
    if found.level is None:
        return _(
            "Not shown: one organisation more or less answered than in an earlier round, and the"
            " difference would tell what that one said."
        )
    level = number(found.level, 1)
    if found.level <= LEAST:
        level = _("%(level)s or less") % {"level": level}
    elif found.level >= MOST:
        level = _("%(level)s or more") % {"level": level}
    return _("%(level)s on a scale from 1 to 4, from %(raters)d organisations") % {
        "level": level,
        "raters": found.raters,
    }
