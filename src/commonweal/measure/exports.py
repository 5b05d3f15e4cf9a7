"""A release as files that leave the system: the same rows, nothing finer."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from commonweal.core.errors import Missing
from commonweal.measure import queries
from commonweal.measure.models import Release

COLUMNS = "indicator version period slice value lower upper numerator denominator n status".split()


@dataclass(frozen=True)
class File:
    name: str
    content_type: str
    data: bytes

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Disposition": f'attachment; filename="{self.name}"'}


def file_of(release: Release, form: str) -> File:
    """The release as `csv` or `json`. Raises Missing for any other form."""
    name = f"{release.partnership.slug}-release-{release.number}.{form}"
    if form == "json":
        return File(name, "application/json", bytes(release.rows))
    if form == "csv":
        return File(name, "text/csv; charset=utf-8", csv_of(queries.rows(release)).encode())
    raise Missing(_("There is no such file."), mend=_("Choose CSV or JSON."))


def csv_of(rows: Sequence[Mapping[str, Any]]) -> str:
    """One line per row. A slice is `column=group`, joined by “; ”, so that no cell can begin like
    a formula. An empty cell is not zero: `status` says why it is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        groups = "; ".join(f"{k}={'' if v is None else v}" for k, v in row["slice"].items())
        cells = {**row, "slice": groups}
        writer.writerow("" if cells[name] is None else cells[name] for name in COLUMNS)
    return out.getvalue()
