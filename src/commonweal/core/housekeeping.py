"""What the room itself does behind the pages: once a day, forget what has had its time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.contrib.sessions.models import Session

from commonweal.core import jobs, mail, ratelimit, signin
from commonweal.core.models import Link

KEEP_DEAD_SIGN_IN_LINKS: Final = timedelta(days=1)


@jobs.job("core.tidy", every=timedelta(days=1))
def tidy(progress: jobs.Progress) -> None:
    """Delete old jobs, messages, counting windows, sessions and sign-in links."""
    tidy_up(progress.at)


def tidy_up(at: datetime) -> dict[str, int]:
    """How many rows of each kind were deleted. Other links stay: they tell who was given what."""
    dead = Link.objects.filter(purpose=signin.PURPOSE, expires_at__lt=at - KEEP_DEAD_SIGN_IN_LINKS)
    return {
        "jobs": jobs.prune(at),
        "messages": mail.prune(at),
        "windows": ratelimit.prune(at),
        "sessions": Session.objects.filter(expire_date__lt=at).delete()[0],
        "links": dead.delete()[0],
    }
