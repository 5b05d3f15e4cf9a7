"""How every action of this room writes: what was said, a claim on a constraint, one event."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from commonweal.convene.models import Partnership
from commonweal.core import events
from commonweal.core.errors import Conflict, Invalid
from commonweal.core.scope import Actor


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


def log(
    what: str,
    record: Model,
    partnership: Partnership,
    by: Actor,
    at: datetime,
    *,
    data: dict[str, Any] | None = None,
) -> None:
    events.append(
        kind=f"aim.{what}",
        subject=f"aim.{record._meta.model_name}:{record.pk}",
        by=by,
        at=at,
        scope=partnership.pk,
        data=data,
    )
