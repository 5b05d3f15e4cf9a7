"""`commonweal plan`: where plans get in each other's way, and what holds everything up."""

from __future__ import annotations

import argparse
import json
from typing import Any


def add_parsers(commands: Any) -> None:
    plan = commands.add_parser(
        "plan", help="tell where plans clash or leave gaps, and what is critical"
    )
    plan.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    plan.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who reads")
    plan.set_defaults(run=run_plan)


def run_plan(arguments: argparse.Namespace) -> int:
    """Prints findings, what has no slack, and the trace. Exit code 1 when anything was found."""
    import django

    django.setup()
    from django.utils import timezone

    from commonweal.convene import queries as convene
    from commonweal.core import queries as core
    from commonweal.plan import presentation, queries

    at = timezone.now()
    by = core.actor_by_email(arguments.email, at)
    partnership = convene.partnership_for(by, arguments.partnership, at)
    board = queries.board(partnership, at, timezone.localdate(at))
    titles = {str(row.pk): row.title for row in board.items}
    told = {
        "findings": [
            {"what": each.title, "mend": each.mend}
            for each in presentation.findings(board, partnership.slug)
        ],
        "critical": [titles[key] for key in board.timings.trace["critical"]],
        "last": board.timings.trace["last"],
        "trace": board.findings.trace,
    }
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return 1 if told["findings"] else 0
