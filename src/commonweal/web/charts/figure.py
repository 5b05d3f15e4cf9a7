"""The frame around every chart: its finding, its table, its source.

A chart is drawn twice, for wide and for narrow places, because text in a scaled picture is too
small on a phone; the style sheet shows one of the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.web.charts.model import About, ChartRow
from commonweal.web.figures import HIDDEN, NOT_DUE, UNKNOWN
from commonweal.web.tables import Table

KEY = {
    HIDDEN: gettext_lazy("Hatched: hidden, so that nobody can be recognised."),
    UNKNOWN: gettext_lazy("Dotted: not known."),
    NOT_DUE: gettext_lazy("Empty: not due yet."),
}


@dataclass(frozen=True)
class Picture:
    """A drawing, and the class of the place it is made for."""

    place: str
    svg: SafeString


def root_id(about: About, *content: Any) -> str:
    """An id for the chart: given, or from its content, so that equal charts are equal bytes."""
    if about.id:
        return about.id
    return "chart-" + sha256(repr((about, content)).encode()).hexdigest()[:10]


def statuses(rows: Iterable[ChartRow]) -> list[str]:
    """Which of the three looks without a number occur, in a fixed order."""
    seen = {row.status for row in rows}
    return [status for status in KEY if status in seen]


def frame(
    kind: str,
    root: str,
    about: About,
    pictures: list[Picture],
    table: Table,
    *,
    missing: list[str] | None = None,
    notes: list[str] | None = None,
) -> SafeString:
    """The figure with its caption, pictures, table, source and downloads."""
    return render_to_string(
        "web/components/chart.html",
        {
            "kind": kind,
            "root": root,
            "about": about,
            "pictures": pictures,
            "table": table,
            "key": [str(KEY[status]) for status in missing or []],
            "notes": notes or [],
        },
    )


def interval_words(row: ChartRow, write: Any) -> str:
    """The row's interval in words, for tables; empty where there is none."""
    if row.lower is None or row.upper is None:
        return "" if row.known else "–"
    return str(write(row.lower, row.upper))


def hidden_words(row: ChartRow) -> str:
    """What stands where a number would."""
    words = {HIDDEN: _("hidden"), UNKNOWN: _("not known"), NOT_DUE: _("not due yet")}
    return words[row.status]
