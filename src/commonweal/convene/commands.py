"""`commonweal kind`: which kind of partnership the answers suggest, and why."""

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


def run_kind(arguments: argparse.Namespace) -> int:
    """Prints the suggestion with its reasons as one JSON object. Exit code 1 when none is possible."""
    pairs = [each.partition("=") for each in arguments.answers]
    if wrong := [question for question, sign, _answer in pairs if not sign]:
        raise Unusable(f"“{wrong[0]}” has no answer.", mend="Write QUESTION=ANSWER.")
    found = kinds.suggest({question: answer for question, _sign, answer in pairs}).answer
    print(json.dumps(asdict(found), indent=1))
    return 0 if found.kinds else 1
