"""Sealing of short secrets that must be stored: unsent mail and authenticator secrets.

The key is derived from the installation's secret key, which lives outside database and backups: a
copied database alone opens no link and passes no second factor.
"""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from commonweal.core.errors import Missing


def derived_key(purpose: str) -> bytes:
    """32 bytes for one purpose, from the installation's secret key."""
    return hmac.digest(settings.SECRET_KEY.encode(), b"commonweal:" + purpose.encode(), "sha256")


def keyed_hash(purpose: str, value: str) -> str:
    """64 hex digits that tell values apart and cannot be turned back without the secret key."""
    return hmac.new(derived_key(purpose), value.encode(), hashlib.sha256).hexdigest()


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derived_key("sealing")))


def seal(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """The text again. Raises Missing when the installation's secret key is another one."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Missing(
            "A sealed text cannot be opened: this installation has another secret key.",
            mend="Bring the secret key of the installation that wrote it.",
        ) from None
