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
    from commonweal.agree import watching
    from commonweal.pool import actions, checking, ending
    from commonweal.pool.vault.session import place_of

    def unheard(because: Denied) -> None:
        actions.settle(
            submission_id=row.pk, outcome=_refused(because), by=progress.by, at=progress.at
        )
        jobs.abandon(progress, because)

    try:
        actions.ask_to_submit(row, progress.by, progress.at)
        with watching.watched(by=progress.by, at=progress.at, unheard=unheard) as watch:
            watch.add(ending.ask_to_submit(row, progress.by))

            def report(done: int, total: int, stage: str) -> None:
                progress.report(done, total, stage)
                watch.check()

            return checking.examine(row, place_of(row), report)
    except Denied as refusal:
        return _refused(refusal)


def _refused(refusal: Denied) -> Outcome:
    from commonweal.pool import checking

    return checking.Outcome(
        "refuse",
        "denied",
        reason=refusal.text,
        mend=refusal.mend,
        clause=refusal.clause,
    )


@jobs.job("pool.keep_promises", attempts=3, every=timedelta(minutes=10))
def keep_promises(progress: jobs.Progress) -> None:
    """Destroy what was promised to be: after a withdrawal, and after the months agreed.

    Also again what a restored copy brought back.
    """
    from commonweal.pool import upkeep

    upkeep.carry_out_withdrawals(by=progress.by, at=progress.at)
    upkeep.destroy_what_is_over(by=progress.by, at=progress.at)
    upkeep.record_lost_keys(by=progress.by, at=progress.at)
    upkeep.end_lost_checks(by=progress.by, at=progress.at)


@jobs.job("pool.sweep", attempts=3, every=timedelta(days=1))
def sweep(progress: jobs.Progress) -> None:
    """Remove files in the vault that no record knows."""
    from commonweal.pool import upkeep

    upkeep.sweep(at=progress.at)
