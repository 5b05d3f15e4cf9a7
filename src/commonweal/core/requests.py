"""What `web.middleware` puts on every request, for the type checker's sake."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest  # noqa: TID251

from commonweal.core.models import Person
from commonweal.core.scope import Actor


class Request(HttpRequest):
    """Any request: who asks (perhaps nobody) and when. Never made, only named."""

    actor: Actor
    at: datetime
    mailed_link_proves: str


class SignedInRequest(Request):
    """A request behind `@login_required`."""

    user: Person
