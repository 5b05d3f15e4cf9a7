"""Work of this room that is done behind the page."""

from __future__ import annotations

from uuid import UUID

from commonweal.core import queries
from commonweal.core.errors import Denied, Failure
from commonweal.core.jobs import Progress, abandon, job
from commonweal.measure import actions


@job("measure.run")
def run(progress: Progress, person: str = "", **order: object) -> None:
    """Compute one release. A second run of the same job finds the first one's release.

    In the name of who ordered it, with the roles that person has by now.
    """
    progress.report(0, 1)
    asked = actions.order_from(**order)  # type: ignore[arg-type]
    by = queries.actor_by_id(UUID(person), progress.at) if person else progress.by

    def note(failure: Failure) -> None:
        clause = getattr(failure, "clause", "")
        actions.note_failure(
            order=asked, job=progress.job_id, clause=clause, by=progress.by, at=progress.at
        )

    def unheard(because: Denied) -> None:
        note(because)
        abandon(progress, because)

    try:
        actions.run(order=asked, by=by, at=progress.at, ordered_as=progress.job_id, unheard=unheard)
    except Failure as failure:
        note(failure)
        raise
    progress.report(1, 1)
