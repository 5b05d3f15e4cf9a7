"""How every action of this room writes: what was said, and a claim on a constraint."""

from __future__ import annotations

from collections.abc import Callable

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from commonweal.core.errors import Conflict, Invalid


def needed(text: str, field: str, ask: str) -> str:
    """The text without surrounding space. Raises Invalid at `field` when nothing was said."""
    if not text.strip():
        raise Invalid.at(field, ask)
    return text.strip()


def claim(write: Callable[[], object], otherwise: str = "") -> None:
    """Write; when a constraint says that it is there already, say so in words."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as taken:
        raise Conflict(
            otherwise or _("Somebody else has just changed this."),
            mend=_("Reload the page and look."),
        ) from taken
