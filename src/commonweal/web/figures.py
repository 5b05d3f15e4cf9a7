"""A number on a page, or the reason why there is none: four looks that are never confused."""

from __future__ import annotations

from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from commonweal.core.formats import Unit

KNOWN, UNKNOWN, NOT_DUE, HIDDEN = "known", "unknown", "not_due", "hidden"
STATUSES = (KNOWN, UNKNOWN, NOT_DUE, HIDDEN)
STATUS_WORDS = {
    UNKNOWN: gettext_lazy("not known"),
    NOT_DUE: gettext_lazy("not due yet"),
    HIDDEN: gettext_lazy("hidden"),
}


def figure(
    value: Any, status: str = KNOWN, reason: str = "", unit: Unit | None = None
) -> SafeString:
    """The number as the language writes it, or its status in words with a look of its own.

    `value`: a number, text that is shown as it is, or None, which counts as unknown. `reason` is
    shown under what stands in for the number. Raises ValueError for a status it does not know.
    """
    if status not in STATUSES:
        raise ValueError(f"A figure's status is one of {STATUSES}, not {status!r}.")
    if status == KNOWN and value is None:
        status = UNKNOWN
    if status == KNOWN:
        text = value if isinstance(value, str) else (unit or Unit()).write(value)
        return format_html('<span class="cw-figure">{}</span>', text)
    shown = format_html(
        '<span class="cw-figure cw-figure--{}">{}</span>', status, STATUS_WORDS[status]
    )
    if not reason:
        return shown
    return format_html('{}<span class="cw-figure__reason">{}</span>', shown, reason)
