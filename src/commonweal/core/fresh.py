"""Whether somebody has just shown who they are, and the way to show it once more.

What binds an organisation is not done in a session that was left open. Signing in counts, with
whatever means; afterwards a password, a second factor or, without either, another mailed link.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from allauth.account.internal.flows.login import get_authentication_records
from django.urls import reverse

from commonweal.core.requests import SignedInRequest

RECENT: Final = timedelta(minutes=15)


def is_fresh(request: SignedInRequest) -> bool:
    """By the clock that the sign-in library stamps its records with."""
    records = get_authentication_records(request, request.user)
    latest = max((record["at"] for record in records), default=0.0)
    return time.time() - latest <= RECENT.total_seconds()


def ask_again(next_path: str) -> str:
    """The address that asks for proof and leads on to `next_path`."""
    return f"{reverse('account_reauthenticate')}?{urlencode({'next': next_path})}"
