"""Commands of the room: `commonweal agreement-odrl` and `commonweal odrl-check`.

Nothing of Django is imported before a command needs it.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from commonweal.core.commands import now, out, say, start

DONE, FINDINGS, UNUSABLE = 0, 1, 2


def add_parsers(subparsers: Any) -> None:
    """Add the room's commands; each sets `run(arguments) -> exit code`."""
    write = subparsers.add_parser(
        "agreement-odrl",
        help="print an agreement as an ODRL policy",
        description="Prints the version that counts of one agreement as an ODRL 2.2 policy in"
        " JSON-LD, for other software to read.",
    )
    write.add_argument("partnership", metavar="PARTNERSHIP", help="its address, e.g. safe-space")
    write.add_argument("reference", metavar="REFERENCE", help="e.g. DSA-1")
    write.add_argument(
        "--as",
        dest="email",
        metavar="EMAIL",
        required=True,
        help="who asks: the e-mail address of a person who may read it",
    )
    write.set_defaults(run=run_write)

    check = subparsers.add_parser(
        "odrl-check",
        help="read an ODRL policy: its clauses, and what has no form as a clause",
        description="Reads an ODRL policy in JSON-LD and prints its clauses as JSON, with every"
        " part that has no form as a clause."
        " Ends with 0: everything was read, 1: something was not, 2: not usable.",
    )
    check.add_argument("path", metavar="FILE", type=Path)
    check.set_defaults(run=run_check)


def run_write(arguments: argparse.Namespace) -> int:
    """Whoever is at the console names who asks: what that person may not read is not printed."""
    start()
    from commonweal.agree import queries
    from commonweal.compute.permits.odrl.writing import to_odrl
    from commonweal.core import queries as core

    at = now()
    by = core.actor_by_email(arguments.email, at)
    agreement = queries.agreement_for(by, arguments.partnership, arguments.reference, at)
    terms = queries.terms_of(queries.latest(agreement))
    out(json.dumps(to_odrl(terms), ensure_ascii=False, indent=1))
    return DONE


def run_check(arguments: argparse.Namespace) -> int:
    """Standard output has all of it; what was not read is said beside it, too."""
    from commonweal.compute.permits.clauses import to_json
    from commonweal.compute.permits.odrl.reading import from_odrl_text

    try:
        text = arguments.path.read_text("utf-8-sig")
    except OSError as error:
        say(f"{arguments.path} cannot be read ({(error.strerror or 'unknown').lower()}).")
        return UNUSABLE
    except UnicodeDecodeError:
        say(f"{arguments.path} is not UTF-8 text. Save it as UTF-8.")
        return UNUSABLE
    read = from_odrl_text(text)
    found = {
        "type": read.type,
        "kind": read.kind,
        "reference": read.reference,
        "version": read.version,
        "clauses": [to_json(clause) for clause in read.clauses],
        "unread": [vars(each) for each in read.unread],
    }
    out(json.dumps(found, ensure_ascii=False, indent=1))
    for each in read.unread:
        say(f"{each.where}: {each.text} {each.mend}")
    return FINDINGS if read.unread else DONE
