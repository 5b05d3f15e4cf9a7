"""Papers at rest: encrypted with AES-256-GCM under a key of the installation's, and checked as PDF.

They hold names and signatures, not records of the people a partnership serves, so they do not lie
in the vault; but who copies the folder of files alone, or a backup, reads none of them.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext as _

from commonweal.agree.evidence import MAXIMUM_BYTES
from commonweal.core import files
from commonweal.core.errors import Invalid, Missing
from commonweal.core.sealing import derived_key

_NONCE_BYTES: Final = 12
_ENCRYPTED = re.compile(rb"/Encrypt\s*(\d+\s+\d+\s+R|<<)")
# Software reads a file as PDF when its mark stands near the beginning; we ask for the beginning.
_MARK, _END, _TAIL = b"%PDF-", b"%%EOF", 1024


def check_pdf(data: bytes) -> None:
    """Raises Invalid, at the field `file`, for what is not a whole, readable PDF of at most 10 MB."""
    if fault := _fault(data):
        raise Invalid.at("file", fault)


def _fault(data: bytes) -> str:
    if not data:
        return _("The file is empty.")
    if len(data) > MAXIMUM_BYTES:
        return _("The file is larger than %(megabytes)d MB. Scan it in grey, or in two parts.") % {
            "megabytes": MAXIMUM_BYTES // (1024 * 1024)
        }
    if not data.startswith(_MARK):
        return _("This is not a PDF. Save or scan the document as a PDF.")
    if _END not in data[-_TAIL:]:
        return _("The PDF breaks off before its end. Save it again and choose it anew.")
    if _ENCRYPTED.search(data):
        return _(
            "The PDF is locked with a password. Save it without one: it is kept encrypted here."
        )
    return ""


def digest(data: bytes) -> str:
    """SHA-256 of the paper, 64 hex digits."""
    return hashlib.sha256(data).hexdigest()


def keep(data: bytes) -> str:
    """Encrypt and store the bytes; the hash of the ciphertext, by which `kept` finds it."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return files.put(nonce + _cipher().encrypt(nonce, data, digest(data).encode()))


def kept(stored: str, sha256: str) -> bytes:
    """The bytes again. Raises Missing when they are gone, damaged or under another secret key."""
    held = files.get(stored)
    try:
        return _cipher().decrypt(held[:_NONCE_BYTES], held[_NONCE_BYTES:], sha256.encode())
    except InvalidTag:
        raise Missing(
            _("The paper cannot be opened: this installation has another secret key."),
            mend=_("Bring the secret key of the installation that kept it."),
        ) from None


def _cipher() -> AESGCM:
    return AESGCM(derived_key("agreement-evidence"))
