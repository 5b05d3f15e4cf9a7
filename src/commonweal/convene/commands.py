"""`commonweal kind`, `missing`, `incentives`, `matches`, `network`: what helps to bring a table together."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from commonweal.compute.convening import kinds
from commonweal.compute.errors import Unusable


def add_parsers(commands: Any) -> None:
    kind = commands.add_parser("kind", help="tell which kind of partnership fits, and why")
    kind.add_argument(
        "answers",
        metavar="QUESTION=ANSWER",
        nargs="*",
        help=f"the questions: {', '.join(kinds.QUESTIONS)}; the answers: {', '.join(kinds.ANSWERS)}",
    )
    kind.set_defaults(run=run_kind)
    missing = commands.add_parser("missing", help="tell who may be missing from a table, and why")
    missing.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    missing.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who reads")
    missing.set_defaults(run=run_missing)
    pulls = commands.add_parser("incentives", help="tell where partners’ incentives pull apart")
    pulls.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    pulls.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who reads")
    pulls.set_defaults(run=run_incentives)
    matches = commands.add_parser("matches", help="tell who could help whom, and why")
    matches.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    matches.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who reads")
    matches.set_defaults(run=run_matches)
    network = commands.add_parser(
        "network", help="tell what the last closed round of who works with whom found"
    )
    network.add_argument("partnership", metavar="PARTNERSHIP", help="the partnership's address")
    network.add_argument("--as", dest="email", required=True, metavar="EMAIL", help="who reads")
    network.set_defaults(run=run_network)


def run_kind(arguments: argparse.Namespace) -> int:
    """Prints the suggestion with its reasons as one JSON object. Exit code 1 when none is possible."""
    pairs = [each.partition("=") for each in arguments.answers]
    if wrong := [question for question, sign, _answer in pairs if not sign]:
        raise Unusable(f"“{wrong[0]}” has no answer.", mend="Write QUESTION=ANSWER.")
    found = kinds.suggest({question: answer for question, _sign, answer in pairs}).answer
    print(json.dumps(asdict(found), indent=1))
    return 0 if found.kinds else 1


def run_missing(arguments: argparse.Namespace) -> int:
    """Prints findings and trace as one JSON object. Exit code 1 when somebody may be missing."""
    import django

    django.setup()
    from django.utils import timezone

    from commonweal.convene import queries as convene
    from commonweal.convene.voices import presentation, queries
    from commonweal.core import queries as core

    at = timezone.now()
    by = core.actor_by_email(arguments.email, at)
    found = queries.who_is_missing(convene.partnership_for(by, arguments.partnership, at), at)
    told = [asdict(each) for each in presentation.findings(found.answer)]
    print(json.dumps({"findings": told, "trace": found.trace}, indent=1, ensure_ascii=False))
    return 1 if told else 0


def run_incentives(arguments: argparse.Namespace) -> int:
    """Prints, from what the reader may read, where it pulls. Exit code 1 when anything pulls apart."""
    import django

    django.setup()
    from django.utils import timezone

    from commonweal.convene import queries as convene
    from commonweal.convene.incentives import presentation, queries
    from commonweal.core import queries as core

    at = timezone.now()
    by = core.actor_by_email(arguments.email, at)
    partnership = convene.partnership_for(by, arguments.partnership, at)
    found = queries.clashes(queries.readable(by, partnership, at))
    told = [asdict(each) for each in presentation.clashes(found.answer)]
    print(json.dumps({"clashes": told, "trace": found.trace}, indent=1, ensure_ascii=False))
    return 1 if any(not each["together"] for each in told) else 0


def run_matches(arguments: argparse.Namespace) -> int:
    """Prints proposed pairs and needs that nothing meets. Exit code 1 while there are such needs."""
    import django

    django.setup()
    from django.utils import timezone

    from commonweal.convene import queries as convene
    from commonweal.convene.offers import presentation, queries
    from commonweal.core import queries as core

    at = timezone.now()
    by = core.actor_by_email(arguments.email, at)
    partnership = convene.partnership_for(by, arguments.partnership, at)
    board = queries.board(partnership, at)
    told = {
        "pairs": [
            {"title": each.title, "why": each.why}
            for each in presentation.proposed(board, partnership.slug, frozenset())
        ],
        "unmet": [
            {"need": title, "what would help": words} for title, words in presentation.unmet(board)
        ],
        "trace": board.found.trace,
    }
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return 1 if told["unmet"] else 0


def run_network(arguments: argparse.Namespace) -> int:
    """Prints links and figures as one JSON object. Exit code 1 while no round is closed."""
    import django

    django.setup()
    from django.utils import timezone

    from commonweal.convene import queries as convene
    from commonweal.convene.network import queries
    from commonweal.core import queries as core

    at = timezone.now()
    by = core.actor_by_email(arguments.email, at)
    partnership = convene.partnership_for(by, arguments.partnership, at)
    found = queries.last_closed(partnership)
    told = queries.plain(found) if found else {"round": None}
    print(json.dumps(told, indent=1, ensure_ascii=False))
    return 0 if found else 1
