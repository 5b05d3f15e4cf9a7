"""Command of this part: `commonweal entry-points`.

Nothing of Django is imported before the command runs.
"""

from __future__ import annotations

import argparse
from typing import Any

from commonweal.core.commands import DONE, now, say, start

FORMATS = ("table", "json", "csv")
COLUMNS = ("statement", "place", "tied", "rated", "weakest", "criteria", "acceptable", "because")


def add_parsers(commands: Any) -> None:
    """Add the command; `arguments.show(rows, columns, format)` prints."""
    one = commands.add_parser(
        "entry-points",
        help="the proposed entry points in their order, and which of them enough members accept",
        description="Prints the entry points that are proposed: ordered by their weakest criterion,"
        " ties as ties, with what the gate says. Nobody’s own rating is printed, and nothing of those"
        " with fewer than three ratings but their number.",
    )
    one.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    one.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who reads it")
    one.add_argument("--format", choices=FORMATS, default="table")
    one.set_defaults(run=run_entry_points)


def run_entry_points(arguments: argparse.Namespace) -> int:
    """Whoever is at the console names who asks: what that person may not read is not printed."""
    start()
    from commonweal.aim.beginnings import queries
    from commonweal.convene.queries import readable_for
    from commonweal.convene.reach import Part
    from commonweal.core.queries import actor_by_email

    at = now()
    by = actor_by_email(arguments.email, at)
    partnership = readable_for(by, arguments.partnership, Part.AIM, at)
    board = queries.board(by, partnership, at)
    rows = [row_of(each) for each in board.proposed]
    arguments.show(rows, COLUMNS, arguments.format)
    if board.chosen:
        say(f"commonweal: begun with “{board.chosen.statement}”.")
    return DONE


def row_of(found: Any) -> dict[str, Any]:
    """One proposal (`queries.Candidate`) as plain values."""
    profile, gate = found.profile, found.gate
    return {
        "statement": found.point.statement,
        "place": profile.place,
        "tied": profile.tied,
        "rated": profile.rated,
        "weakest": None if profile.weakest is None else float(profile.weakest),
        "criteria": " ".join(profile.weakest_criteria) if profile.marks else "",
        "acceptable": gate.answer.is_open,
        "because": " ".join(gate.answer.reasons),
    }
