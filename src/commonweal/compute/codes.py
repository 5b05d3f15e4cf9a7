"""Short codes that people read out, type and mistype: Crockford's base 32 with a check character.

`CW-7F3K-9Q2M-0XTP`: eleven characters that carry 55 bits, and one that tells a typing mistake
(Luhn's sum in base 32: every single wrong character, nearly every swap of neighbours). Capitals,
hyphens and spaces do not matter; O is read as 0, I and L as 1. Crockford leaves out the U.
"""

from __future__ import annotations

import re
from typing import Final

from commonweal.compute.errors import Unusable
from commonweal.compute.permits.marking import gettext_noop as _

DIGITS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH: Final = 11
PREFIX: Final = "CW"
_READ_AS: Final = str.maketrans("OIL", "011")


def code(secret: bytes) -> str:
    """The code of a secret of at least 7 bytes, of which the first 55 bits count."""
    if len(secret) < 7:
        raise ValueError("a code needs 55 bits")
    number = int.from_bytes(secret[:7], "big") >> 1
    digits = "".join(DIGITS[number >> shift & 31] for shift in range(50, -1, -5))
    whole = digits + _check(digits)
    return "-".join([PREFIX, *(whole[start : start + 4] for start in (0, 4, 8))])


def read(typed: str) -> str:
    """The code as it is written, from what somebody typed. Raises Unusable, saying what is wrong."""
    bare = re.sub(r"[\s‐-―−-]", "", typed).upper()
    if len(bare) > LENGTH + 1:
        bare = bare.removeprefix(PREFIX)
    bare = bare.translate(_READ_AS)
    if len(bare) != LENGTH + 1 or set(bare) - set(DIGITS):
        raise Unusable(
            _("This is not a verification code."),
            mend=_(
                "It looks like CW-7F3K-9Q2M-0XTP: CW and three groups of four letters or digits."
            ),
        )
    if _check(bare[:-1]) != bare[-1]:
        raise Unusable(
            _("There is a mistake in the code."),
            mend=_("Compare it with the document, character by character."),
        )
    return "-".join([PREFIX, *(bare[start : start + 4] for start in (0, 4, 8))])


def _check(digits: str) -> str:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = DIGITS.index(digit) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return DIGITS[-total % 32]
