"""What every page of this part shares: the frame, and what was sent to it."""

from __future__ import annotations

from django.http import QueryDict

from commonweal.agree.showing import Frame
from commonweal.core.requests import Request

FRAME = Frame("decisions", "decisions")


def sent(request: Request) -> QueryDict | None:
    """What was sent, also when it was nothing; None for a page that is only looked at."""
    return request.POST if request.method == "POST" else None
