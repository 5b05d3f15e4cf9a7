"""Why a table is withheld, in the reader's language. Leaf: imports no other part of the room.

`compute` says it in English and a release keeps that sentence for good, so it is translated only
when somebody reads it.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

# Word for word as in `compute.disclosure`; a test fails when they are no longer the same.
REASONS = (
    gettext_noop(
        "Some tables are withheld, because the cells of the family could not be protected with"
        " them."
    ),
    gettext_noop(
        "However many cells are hidden, one that must not be known is pinned down by combinations"
        " that do not occur."
    ),
    gettext_noop(
        "The tables are linked in a way that cannot be checked at this size. Declare fewer"
        " crossings of the same dimensions, or fewer categories."
    ),
    gettext_noop(
        "The check of the hidden cells ended without a certain answer, so nothing is published."
    ),
)


def reason(stored: str) -> str:
    """A stored reason as the reader understands it; one that is not known stays as it is."""
    return _(stored) if stored in REASONS else stored
