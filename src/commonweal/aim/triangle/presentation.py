"""The triangle as plain values for templates. Reads nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.agree.words import listed
from commonweal.aim.triangle.models import Evidence, Round
from commonweal.aim.triangle.queries import Board
from commonweal.aim.triangle.words import CORNERS, PIECES, TASKS
from commonweal.compute.convening.spread import FEWEST, HIGHEST, LOWEST
from commonweal.compute.convening.triangle import Corner, Reading
from commonweal.core.formats import day

TAGS = {
    "ahead": "attention",
    "behind": "attention",
    "apart": "attention",
    "close": "good",
    "unrated": "neutral",
}


def lead(board: Board) -> str:
    """The finding: the widest gap, else that there is none."""
    tasks = board.picture.answer.tasks
    wide = [each for each in tasks if each.finding in {"ahead", "behind"}]
    if wide:
        return finding(max(wide, key=lambda each: abs(float(each.gap or 0))), board)
    if apart := [each for each in tasks if each.finding == "apart"]:
        return finding(apart[0], board)
    if any(each.finding == "close" for each in tasks):
        return _("What the seats say and what there is to show go together.")
    found = sum(each.found for each in board.picture.answer.corners)
    expected = sum(each.expected for each in board.picture.answer.corners)
    return _(
        "%(found)d of %(expected)d pieces are there to show. Too few seats have rated to compare."
    ) % {"found": found, "expected": expected}


def finding(reading: Reading, board: Board) -> str:
    """What the gap between evidence and rating says of one task, in a sentence."""
    task = str(TASKS[reading.task.key])
    missing = listed([str(PIECES[piece].missing) for piece in reading.missing])
    if reading.rating is None:
        rated = ngettext(
            "%(count)d seat has rated it.", "%(count)d seats have rated it.", board.rated
        )
        later = _("From %(fewest)d on, what they say is compared with what there is to show.")
        return f"{rated % {'count': board.rated}} {later % {'fewest': FEWEST}}"
    if reading.finding == "ahead":
        said = (
            _("Everybody who rated says that “%(task)s” stands, but %(missing)s.")
            if reading.rating.low >= HIGHEST - 1
            else _("On “%(task)s” the seats say more than there is to show: %(missing)s.")
        )
        return said % {"task": task, "missing": missing}
    if reading.finding == "behind":
        return _(
            "On “%(task)s” there is more to show than the seats feel: ask what is still weak."
        ) % {"task": task}
    if reading.finding == "apart":
        return _(
            "On “%(task)s” the seats differ widely, from %(low)d to %(high)d: ask what each sees."
        ) % {"task": task, "low": reading.rating.low, "high": reading.rating.high}
    return _("What the seats say and what there is to show go together.")


def picture(board: Board) -> dict[str, Any]:
    """For the drawing: three corners, with the round before as a faint mark."""
    before = board.last_closed
    earlier = (
        {
            each["corner"]: each["found"] / each["expected"]
            for each in (before.picture or {})["corners"]
        }
        if before
        else {}
    )
    found = board.picture.answer.corners
    # Public value stands at the top.
    return {
        "id": "triangle",
        "finding": _least(found),
        "subject": _("The filled area is the share of the evidence that is there"),
        "note": _("The thin line: when round %(number)d was closed, on %(day)s.")
        % {"number": before.number, "day": day(before.closed_at)}
        if before and before.closed_at
        else "",
        "corners": [
            {
                "label": str(CORNERS[each.key]),
                "found": each.found,
                "expected": each.expected,
                "before": earlier.get(each.key),
                "words": _("%(found)d of %(expected)d")
                % {"found": each.found, "expected": each.expected},
            }
            for each in found
        ],
    }


def _least(found: Sequence[Corner]) -> str:
    """Which corner has the least to show; that there is none when all are filled alike."""
    least = min(found, key=lambda each: each.found / each.expected)
    if all(each.found * least.expected == least.found * each.expected for each in found):
        return _("The three corners are filled alike.")
    return _("“%(corner)s” has the least to show: %(found)d of %(expected)d.") % {
        "corner": CORNERS[least.key],
        "found": least.found,
        "expected": least.expected,
    }


def spread(board: Board) -> dict[str, Any] | None:
    """For each task evidence and rating on one scale; None while nothing may be told of ratings."""
    tasks = [each for each in board.picture.answer.tasks if each.rating is not None]
    if not tasks:
        return None
    before = board.earlier
    earlier = (
        {each["task"]: each["rating"] for each in (before.picture or {})["tasks"]} if before else {}
    )
    number = before.number if before else 0
    return {
        "id": "spread",
        "finding": _("What the seats say beside what there is to show"),
        "subject": _("From 0 (not at all) to 4 (fully)"),
        "note": _("The dot is the median; the line goes from the lowest to the highest rating."),
        "row_title": _("What"),
        "range_title": _("Lowest to highest"),
        "low": LOWEST,
        "high": HIGHEST,
        "unit": {"kind": "number", "decimals": 1},
        "panels": [
            {"title": str(TASKS[each.task.key]), "rows": _rows(each, earlier, number)}
            for each in tasks
        ],
    }


def _rows(
    reading: Reading, earlier: Mapping[str, Mapping[str, Any] | None], number: int
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {"label": _("To show"), "value": float(reading.evidence), "total": True}
    ]
    if now := reading.rating:
        rows.append(_spread_row(_("Seats"), float(now.middle), now.low, now.high, now.rated))
    if then := earlier.get(reading.task.key):
        label = _("Round %(number)d") % {"number": number}
        middle = float(then["middle"])
        rows.append(_spread_row(label, middle, then["low"], then["high"], then["rated"]))
    return rows


def _spread_row(label: str, middle: float, low: int, high: int, rated: int) -> dict[str, Any]:
    return {"label": label, "value": middle, "lower": low, "upper": high, "n": rated}


@dataclass(frozen=True)
class Line:
    """One piece of evidence. `said`: what exactly, "" where it is missing."""

    name: str
    said: str
    url: str
    is_there: bool


@dataclass(frozen=True)
class TaskView:
    """One task of the page. `added`: what somebody added by hand, each with whether it can be taken back."""

    key: str
    name: str
    corner: str
    owner: str
    tag: tuple[str, str]
    finding: str
    lines: list[Line]
    added: list[tuple[Evidence, str, bool]]


def tasks(board: Board, slug: str, own: Sequence[Evidence]) -> list[TaskView]:
    """`own`: what the reader may take back."""
    return [_task(each, board, slug, own) for each in board.picture.answer.tasks]


def _task(reading: Reading, board: Board, slug: str, own: Sequence[Evidence]) -> TaskView:
    key = reading.task.key
    words = {
        "ahead": _("Said, not shown"),
        "behind": _("Shown, not felt"),
        "apart": _("Seen differently"),
        "close": _("In step"),
        "unrated": _("Not rated yet"),
    }
    owner = board.owners.get(key)
    return TaskView(
        key=key,
        name=str(TASKS[key]),
        corner=str(CORNERS[reading.task.corner]),
        owner=owner.name if owner else "",
        tag=(words[reading.finding], TAGS[reading.finding]),
        finding=finding(reading, board),
        lines=[_line(piece, reading, board, slug) for piece in reading.task.pieces],
        added=[
            (each, str(PIECES[each.piece].name) if each.piece else "", each in own)
            for each in board.added.get(key, ())
        ],
    )


def _line(piece: str, reading: Reading, board: Board, slug: str) -> Line:
    known, name = board.found.get(piece), str(PIECES[piece].name)
    if known:
        return Line(name, known.words, known.url, is_there=True)
    there = piece in reading.found
    said = _("added by hand, see below") if there else ""
    return Line(name, said, reverse(PIECES[piece].at, args=[slug]), is_there=there)


def rounds(found: Sequence[Round]) -> list[dict[str, Any]]:
    """The rounds with what was found when they were closed, the newest first."""
    return [
        {
            "when": each.begun_at,
            "title": _("Round %(number)d") % {"number": each.number},
            "text": _round(each),
        }
        for each in found
    ]


def _round(found: Round) -> str:
    if found.closed_at is None or found.picture is None:
        return _("Open for rating.")
    corners = "; ".join(
        _("%(corner)s %(found)d of %(expected)d")
        % {
            "corner": CORNERS[each["corner"]],
            "found": each["found"],
            "expected": each["expected"],
        }
        for each in found.picture["corners"]
    )
    return _("Closed on %(day)s: %(corners)s.") % {
        "day": day(found.closed_at),
        "corners": corners,
    }
