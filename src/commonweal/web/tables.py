"""Data tables: what a template says, made ready for `web/components/table.html`.

A room passes a mapping (or any object with these names):

    {"caption": "Babies who slept safely", "columns": ["Area", ("Share", "numeric"), "State"],
     "rows": [["Northside", 0.58, {"text": "On track", "tag": "good"}]],
     "foot": ["All areas", 0.61, ""], "empty": "No areas yet."}

A cell is text, a number, None (not known) or a mapping with some of: text, value, status
(known, unknown, not_due, hidden), reason, url, tag (a tag's kind), sector, unit. Words about a tag
are its `reason`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from commonweal.core.formats import Unit
from commonweal.web.figures import figure

Shown = str | SafeString
# On a phone a table of words with up to this many columns is read row by row; any other scrolls in
# its own frame, so that numbers stay below each other.
NARROW = 3


@dataclass(frozen=True)
class Column:
    label: str
    numeric: bool = False
    unit: Unit | None = None


@dataclass(frozen=True)
class Table:
    """A table ready to draw. `row_headers`: the first cell of a row names it."""

    caption: str
    columns: list[Column]
    rows: list[list[Shown]]
    foot: list[Shown] = field(default_factory=list)
    row_headers: bool = True
    hide_caption: bool = False
    empty: str = ""

    @property
    def scrolls(self) -> bool:
        return len(self.columns) > NARROW or any(column.numeric for column in self.columns)

    @property
    def id(self) -> str:
        """An id from the table's content: the same table is the same bytes."""
        content = repr((self.caption, self.columns, self.rows))
        return "table-" + sha256(content.encode()).hexdigest()[:8]

    @property
    def body(self) -> list[SafeString]:
        """The rows as markup: one formatting a row, so that long tables stay quick."""
        pattern = self._row_pattern(self.row_headers)
        return [format_html(pattern, *row) for row in self.rows]

    @property
    def foot_row(self) -> SafeString | str:
        return format_html(self._row_pattern(True), *self.foot) if self.foot else ""

    def _row_pattern(self, headed: bool) -> str:
        cells = []
        for number, column in enumerate(self.columns):
            tag, part = ("th", "header") if headed and number == 0 else ("td", "cell")
            scope = ' scope="row"' if tag == "th" else ""
            numeric = f" govuk-table__{part}--numeric" if column.numeric else ""
            label = "" if self.scrolls or tag == "th" else _label(column)
            cells.append(f'<{tag}{scope}{label} class="govuk-table__{part}{numeric}">{{}}</{tag}>')
        return f'<tr class="govuk-table__row">{"".join(cells)}</tr>\n'


def _label(column: Column) -> str:
    """What the cell is called where its column's heading is out of sight; part of a pattern."""
    words = format_html(' data-label="{}"', column.label)
    return words.replace("{", "{{").replace("}", "}}")


def table_of(given: Any) -> Table:
    """A table from a mapping or an object. Raises ValueError for a row of the wrong length."""
    columns = [_column(entry) for entry in _read(given, "columns", [])]
    rows = [_row(columns, row) for row in _read(given, "rows", [])]
    foot = _read(given, "foot", [])
    return Table(
        caption=str(_read(given, "caption", "")),
        columns=columns,
        rows=rows,
        foot=_row(columns, foot) if foot else [],
        row_headers=_read(given, "row_headers", True),
        hide_caption=_read(given, "hide_caption", False),
        empty=str(_read(given, "empty", "")),
    )


def _read(given: Any, name: str, default: Any) -> Any:
    if isinstance(given, Mapping):
        return given.get(name, default)
    return getattr(given, name, default)


def _column(entry: Any) -> Column:
    if isinstance(entry, Column):
        return entry
    if isinstance(entry, tuple):
        unit = entry[2] if len(entry) > 2 else None
        return Column(str(entry[0]), entry[1] == "numeric", unit)
    if isinstance(entry, Mapping):
        return Column(str(entry["label"]), bool(entry.get("numeric")), entry.get("unit"))
    return Column(str(entry))


def _row(columns: list[Column], row: Any) -> list[Shown]:
    cells = list(row)
    if len(cells) != len(columns):
        raise ValueError(f"A row has {len(cells)} cells where the table has {len(columns)}.")
    return [cell(value, column) for value, column in zip(cells, columns, strict=True)]


def cell(value: Any, column: Column) -> Shown:
    """One cell as safe text."""
    if isinstance(value, SafeString):
        return value
    if isinstance(value, Mapping):
        return _rich(value, column)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return figure(value, unit=column.unit)
    return str(value)


def _rich(value: Mapping[str, Any], column: Column) -> Shown:
    text: Shown = str(value.get("text", ""))
    if "status" in value or "value" in value:
        text = figure(
            value.get("value"),
            value.get("status", "known"),
            value.get("reason", ""),
            value.get("unit", column.unit),
        )
    if kind := value.get("tag"):
        text = format_html('<span class="govuk-tag govuk-tag--{}">{}</span>', kind, text)
        if reason := value.get("reason"):
            text = format_html('{}<span class="cw-figure__reason">{}</span>', text, reason)
    if url := value.get("url"):
        text = format_html('<a class="govuk-link" href="{}">{}</a>', url, text)
    return text
