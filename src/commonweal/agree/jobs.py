"""Work behind the page: foreseeing the end of agreements."""

from __future__ import annotations

from datetime import timedelta

from commonweal.core import jobs


@jobs.job("agree.foresee", attempts=3, every=timedelta(days=1))
def foresee(progress: jobs.Progress) -> None:
    """Log that agreements will end soon, or have ended; once each."""
    from commonweal.agree import renewals

    renewals.foresee(by=progress.by, at=progress.at)
