"""Work behind the page: checking a file, carrying out withdrawals, tidying the vault."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from commonweal.core import jobs
from commonweal.core.errors import Denied, Failure
from commonweal.pool.models import Submission

if TYPE_CHECKING:
    from commonweal.pool.checking import Outcome

CHECK = "pool.check"


@jobs.job(CHECK, attempts=3, priority=20)
def check(progress: jobs.Progress, submission: str) -> None:
    """Check one file. A second run of a settled one changes nothing."""
    from commonweal.pool import actions

    key = UUID(submission)
    row = actions.begin_check(submission_id=key, by=progress.by, at=progress.at)
    if row is None:
        return
    try:
        outcome = _examine(progress, row)
        actions.settle(submission_id=key, outcome=outcome, by=progress.by, at=progress.at)
    except Failure:
        actions.fail(submission_id=key, by=progress.by, at=progress.at)
        raise
    except jobs.Superseded:
        raise
    except Exception:
        if progress.is_last_attempt:
            actions.fail(submission_id=key, by=progress.by, at=progress.at)
        raise


def _examine(progress: jobs.Progress, row: Submission) -> Outcome:
    from commonweal.pool import actions, checking
    from commonweal.pool.vault.session import place_of

    try:
        actions.ask_to_submit(
            row.contract_version, row.contract, row.provider, progress.by, progress.at
        )
        return checking.examine(row, place_of(row), progress.report)
    except Denied as refusal:
        return checking.Outcome(
            "refuse",
            "denied",
            reason=refusal.text,
            mend=refusal.mend,
            clause=refusal.clause,
        )


@jobs.job("pool.keep_promises", attempts=3, every=timedelta(minutes=10))
def keep_promises(progress: jobs.Progress) -> None:
    """Destroy the keys of withdrawals that have run out, and again what a restored copy brought."""
    from commonweal.pool import upkeep

    upkeep.carry_out_withdrawals(by=progress.by, at=progress.at)
    upkeep.record_lost_keys(by=progress.by, at=progress.at)
    upkeep.end_lost_checks(by=progress.by, at=progress.at)


@jobs.job("pool.sweep", attempts=3, every=timedelta(days=1))
def sweep(progress: jobs.Progress) -> None:
    """Remove files in the vault that no record knows."""
    from commonweal.pool import upkeep

    upkeep.sweep(at=progress.at)
