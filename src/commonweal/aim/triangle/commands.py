"""Command of this part: `commonweal triangle`.

Nothing of Django is imported before the command runs.
"""

from __future__ import annotations

import argparse
from typing import Any

from commonweal.core.commands import DONE, FINDINGS, now, start

FORMATS = ("table", "json", "csv")
COLUMNS = (
    "task",
    "corner",
    "owner",
    "found",
    "missing",
    "evidence",
    "low",
    "median",
    "high",
    "rated",
    "gap",
    "finding",
)


def add_parsers(commands: Any) -> None:
    """Add the command; `arguments.show(rows, columns, format)` prints."""
    one = commands.add_parser(
        "triangle",
        help="the five tasks of the Strategic Triangle: evidence, ratings and the gap between them",
        description="Prints the five tasks of the Strategic Triangle with what there is to show and"
        " what the seats say, in points from 0 to 4. Nobody’s own rating is printed, and nothing of"
        " ratings below three. Ends with 1 where what is said and what is shown part.",
    )
    one.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    one.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who reads it")
    one.add_argument("--format", choices=FORMATS, default="table")
    one.set_defaults(run=run_triangle)


def run_triangle(arguments: argparse.Namespace) -> int:
    """Whoever is at the console names who asks: what that person may not read is not printed."""
    start()
    from commonweal.aim.triangle import queries
    from commonweal.convene.queries import partnership_for
    from commonweal.core.queries import actor_by_email

    at = now()
    by = actor_by_email(arguments.email, at)
    board = queries.board(by, partnership_for(by, arguments.partnership, at), at)
    rows = [row_of(each, board) for each in board.picture.answer.tasks]
    arguments.show(rows, COLUMNS, arguments.format)
    return FINDINGS if any(row["finding"] in {"ahead", "behind"} for row in rows) else DONE


def row_of(reading: Any, board: Any) -> dict[str, Any]:
    """One task (`compute.convening.triangle.Reading`) as plain values."""
    rating, owner = reading.rating, board.owners.get(reading.task.key)
    return {
        "task": reading.task.key,
        "corner": reading.task.corner,
        "owner": owner.name if owner else None,
        "found": " ".join(reading.found),
        "missing": " ".join(reading.missing),
        "evidence": float(reading.evidence),
        "low": rating.low if rating else None,
        "median": float(rating.middle) if rating else None,
        "high": rating.high if rating else None,
        "rated": board.rated,
        "gap": None if reading.gap is None else float(reading.gap),
        "finding": reading.finding,
    }
