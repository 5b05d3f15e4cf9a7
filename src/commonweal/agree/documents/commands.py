"""Commands over agreements as documents: `agreement-pdf` and `agreement-changes`.

Nothing of Django is imported before a command runs.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commonweal.core.commands import now, out, say, start

if TYPE_CHECKING:
    from commonweal.agree.documents.changes import Changes

DONE = 0


def add_parsers(subparsers: Any) -> None:
    """Add the commands; each sets `run(arguments) -> exit code`."""
    pdf = subparsers.add_parser(
        "agreement-pdf",
        help="write one version of an agreement as an accessible PDF",
        description="Writes the PDF that the agreement's page offers: text, state today, signatures,"
        " fingerprint, and the code once every party has signed.",
    )
    _add_agreement(pdf)
    pdf.add_argument("-o", "--output", metavar="FILE", type=Path, required=True)
    pdf.set_defaults(run=run_pdf)

    changes = subparsers.add_parser(
        "agreement-changes",
        help="show what a version of an agreement changes",
        description="Prints the clauses that changed and the marked text: [-struck out-] {+added+}.",
    )
    _add_agreement(changes)
    changes.add_argument(
        "--since",
        metavar="M",
        type=int,
        help="the version to compare with; default: the one in force, else the one before",
    )
    changes.add_argument("--format", choices=("text", "json"), default="text")
    changes.set_defaults(run=run_changes)


def _add_agreement(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("partnership", metavar="PARTNERSHIP", help="its address, e.g. safe-space")
    parser.add_argument("reference", metavar="REFERENCE", help="of the agreement, e.g. DSA-1")
    parser.add_argument(
        "--version", metavar="N", type=int, help="default: the one in force, else the newest"
    )
    parser.add_argument("--as", dest="email", metavar="EMAIL", required=True, help="who reads it")


def run_pdf(arguments: argparse.Namespace) -> int:
    start()
    from commonweal.agree import sheets
    from commonweal.agree.documents.files import pdf_of
    from commonweal.core import queries as core
    from commonweal.core.errors import Invalid

    at = now()
    sheet = sheets.sheet(
        core.actor_by_email(arguments.email, at),
        arguments.partnership,
        arguments.reference,
        at,
        arguments.version,
    )
    made = pdf_of(sheet, at)
    try:
        arguments.output.write_bytes(made)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Invalid(
            f"{arguments.output} cannot be written ({reason.lower()}).",
            mend="Name a file in a folder that is there and that you may write to.",
        ) from error
    version = sheet.version.number
    say(f"commonweal: {arguments.reference}, version {version}, in {arguments.output}.")
    return DONE


def run_changes(arguments: argparse.Namespace) -> int:
    start()
    from commonweal.agree import queries
    from commonweal.agree.documents.changes import changes
    from commonweal.agree.documents.queries import earlier
    from commonweal.core import queries as core

    at = now()
    by = core.actor_by_email(arguments.email, at)
    version = queries.version_for(
        by, arguments.partnership, arguments.reference, arguments.version, at
    )
    since = earlier(version, "" if arguments.since is None else str(arguments.since), by)
    if since is None:
        say("commonweal: this is the first version; there is nothing to compare it with.")
        return DONE
    found = changes(version, since)
    out(_as_json(found) if arguments.format == "json" else _as_text(found))
    return DONE


def _as_json(found: Changes) -> str:
    passages = [
        {
            "kind": passage.kind or "sentence",
            "change": passage.change,
            "moved": passage.moved,
            "runs": [[run.kind, run.text] for run in passage.runs],
        }
        for passage in found.redline.passages
    ]
    told = {
        "version": found.version.number,
        "since": found.since.number,
        "lead": found.lead,
        "directions": list(found.directions),
        "passages": passages,
    }
    return json.dumps(told, ensure_ascii=False, indent=1)


_MARKS = {"kept": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}


def _as_text(found: Changes) -> str:
    marked = [
        "".join(_MARKS[run.kind].format(run.text) for run in passage.runs)
        for passage in found.redline.passages
    ]
    return "\n\n".join([found.lead, *found.directions, *marked])
