"""Commands of the room: `commonweal submit`.

Nothing of Django is imported before a command runs.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from commonweal.core.commands import now, out, say, start

if TYPE_CHECKING:
    from commonweal.pool.models import Submission

_LOOK_AGAIN_SECONDS = 0.5

DONE, FINDINGS, UNUSABLE, REFUSED = 0, 1, 2, 3


def add_parsers(subparsers: Any) -> None:
    """Add the room's commands; each sets `run(arguments) -> exit code`."""
    submit = subparsers.add_parser(
        "submit",
        help="send one file for one month, as a person who may",
        description="Sends a file under a data contract and waits until it is checked."
        " Prints what became of it as JSON."
        " Ends with 0: accepted, 1: rows have errors, 2: not usable, 3: refused by a rule.",
    )
    submit.add_argument("partnership", metavar="PARTNERSHIP", help="its address, e.g. safe-space")
    submit.add_argument("contract", metavar="CONTRACT", help="its key, e.g. bed-deliveries")
    submit.add_argument("path", metavar="PATH", type=Path, help="a CSV or XLSX file of any size")
    submit.add_argument(
        "--for",
        dest="organisation",
        metavar="ORGANISATION",
        required=True,
        help="whose data it is: its name or org-id",
    )
    submit.add_argument("--period", metavar="YYYY-MM", required=True)
    submit.add_argument(
        "--as",
        dest="email",
        metavar="EMAIL",
        required=True,
        help="who sends it: the e-mail address of a person who may",
    )
    submit.set_defaults(run=run_submit)


def run_submit(arguments: argparse.Namespace) -> int:
    """Send the file and wait for the check. Whoever is at the console names who acts; it is logged."""
    start()
    from commonweal.core.errors import Failure

    if not arguments.path.is_file():
        say(f"There is no file {arguments.path}.")
        return UNUSABLE
    try:
        submission = _submit(arguments)
    except Failure as failure:
        say(str(failure))
        if clause := getattr(failure, "clause", ""):
            say(f"Refused by {clause}.")
        return failure.exit_code
    out(json.dumps(result(submission), ensure_ascii=False, indent=2))
    return exit_code(submission)


def _submit(arguments: argparse.Namespace) -> Submission:
    from commonweal.convene import queries as convene
    from commonweal.core import queries as core
    from commonweal.pool import actions
    from commonweal.pool import queries as pool

    at = now()
    actor = core.actor_by_email(arguments.email, at)
    partnership = pool.partnership_for(actor, arguments.partnership, at)
    submission = actions.receive(
        partnership=partnership,
        contract_key=arguments.contract,
        provider=convene.partner_named(partnership, arguments.organisation, at),
        period=arguments.period,
        name=arguments.path.name,
        data=arguments.path,
        by=actor,
        at=at,
    )
    if submission.is_waiting:
        say("Received. Checking …")
    _wait(submission)
    return submission


def _wait(submission: Submission) -> None:
    """Work on what waits until this one is settled, by us or by a worker that was quicker."""
    from commonweal.core import jobs

    while submission.is_waiting:
        jobs.run_due()
        submission.refresh_from_db()
        if submission.job is None or submission.job.is_over:
            return
        if submission.is_waiting:
            time.sleep(_LOOK_AGAIN_SECONDS)


def result(submission: Submission) -> dict[str, Any]:
    """What the command prints: counts and hashes, no value of the file."""
    from commonweal.pool import words

    reason, mend = words.verdict(submission)
    return {
        "id": str(submission.pk),
        "contract": submission.contract.key,
        "contract_version": submission.contract_version.version,
        "provider": submission.provider.name,
        "period": submission.period,
        "number": submission.number,
        "is_repeat": submission.is_repeat,
        "state": submission.state,
        "rows": submission.rows_total,
        "rows_clean": submission.rows_clean,
        "rows_bad": submission.rows_bad,
        "findings": submission.finding_counts,
        "reason": reason,
        "mend": mend,
        "clause": submission.clause,
        "drop_id": submission.drop_id,
        "content_id": submission.content_id,
    }


def exit_code(submission: Submission) -> int:
    """0 accepted, 1 findings, 2 unusable, 3 refused by an agreement."""
    if submission.state in {"accepted", "superseded"}:
        return DONE
    if submission.verdict == "denied":
        return REFUSED
    if submission.state == "partly_accepted" or submission.verdict in {"blocked", "too_many_bad"}:
        return FINDINGS
    return UNUSABLE
