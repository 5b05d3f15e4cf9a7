"""A browser that somebody is signed in with, as the sign-in library would leave it."""

from __future__ import annotations

import time

from allauth.account.internal.flows import login
from allauth.account.internal.userkit import user_id_to_str
from django.test import Client

from commonweal.core.models import Person


def signed_in(person: Person, *, ago: float = 0.0) -> Client:
    """Signed in by mailed link so many seconds ago: the session says when, as after a real one."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(person)
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "mailed_link", "at": time.time() - ago}
    ]
    session.save()
    return client
