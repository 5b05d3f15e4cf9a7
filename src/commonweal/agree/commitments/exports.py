"""Commitments as rows that leave the system: files, the command, a notebook."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.agree.commitments.queries import Entry
from commonweal.convene.models import Partnership
from commonweal.core.errors import Missing

COLUMNS: Final = (
    "number",
    "organisation",
    "action",
    "amount_minor",
    "currency",
    "data",
    "staff",
    "target_area",
    "due_on",
    "first_due_on",
    "outcome",
    "standing",
    "done_on",
    "times_changed",
    "last_words",
    "last_words_on",
    "source",
    "source_ref",
    "made_on",
)


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    data: bytes

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Disposition": f'attachment; filename="{self.name}"'}


def rows(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """One mapping of COLUMNS a commitment. None is “not said”; days are ISO, money minor units."""
    return [_row(entry) for entry in entries]


def _row(entry: Entry) -> dict[str, Any]:
    made, now, word = entry.versions[0], entry.current, entry.last_word
    one = entry.commitment
    said = {
        each: getattr(now, each) or None
        for each in ("action", "amount_minor", "currency", "data", "staff", "target_area")
    }
    return {
        "number": one.number,
        "organisation": one.organisation.name,
        **said,
        "due_on": now.due_on.isoformat(),
        "first_due_on": made.due_on.isoformat(),
        "outcome": now.outcome or None,
        "standing": entry.standing,
        "done_on": one.done_on.isoformat() if one.done_on else None,
        "times_changed": len(entry.versions) - 1,
        "last_words": word.words or None if word else None,
        "last_words_on": timezone.localdate(word.said_at).isoformat() if word else None,
        "source": one.source_kind,
        "source_ref": one.source or None,
        "made_on": timezone.localdate(one.made_at).isoformat(),
    }


def file_of(partnership: Partnership, entries: Iterable[Entry], form: str) -> File:
    """The commitments as `csv` or `json`. Raises Missing for any other form."""
    name = f"{partnership.slug}-commitments.{form}"
    if form == "json":
        text = json.dumps(rows(entries), ensure_ascii=False, indent=1)
        return File(name, "application/json", text.encode())
    if form == "csv":
        return File(name, "text/csv; charset=utf-8", csv_of(rows(entries)).encode())
    raise Missing(_("There is no such file."), mend=_("Choose CSV or JSON."))


def csv_of(found: Sequence[dict[str, Any]]) -> str:
    """As CSV. Words that a spreadsheet would take for a formula get an apostrophe before them."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in found:
        writer.writerow(_harmless(row[name]) for name in COLUMNS)
    return out.getvalue()


def _harmless(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return f"'{value}"
    return value
