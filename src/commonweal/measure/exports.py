"""A release as files that leave the system: the same rows, nothing finer.

Rows that rest on data withdrawn since carry a mark; the others are as they were computed.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from commonweal.core.errors import Missing
from commonweal.measure import queries, standing
from commonweal.measure.models import Release
from commonweal.measure.standing import Gone

COLUMNS = "indicator version period slice value lower upper numerator denominator n status".split()
MARK = "withdrawn"


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
        return File(name, "application/json", json_of(release))
    if form == "csv":
        rows = queries.rows(release)
        return File(name, "text/csv; charset=utf-8", csv_of(rows, _marks(release)).encode())
    raise Missing(_("There is no such file."), mend=_("Choose CSV or JSON."))


def _marks(release: Release) -> dict[str, Gone]:
    """By indicator, what its figures rest on that has gone since."""
    by_contract = standing.gone([release]).get(release.pk, {})
    return {
        entry["indicator"]: by_contract[part["contract"]]
        for part in release.manifest["parts"]
        if part["contract"] in by_contract
        for entry in part["definitions"]
    }


def json_of(release: Release) -> bytes:
    """The rows byte for byte; those that rest on withdrawn data with one more field, `withdrawn`."""
    gone = _marks(release)
    if not gone:
        return bytes(release.rows)
    rows = [
        {**row, MARK: [each.as_json() for each in gone[row["indicator"]].departures]}
        if row["indicator"] in gone
        else row
        for row in queries.rows(release)
    ]
    return json.dumps(rows, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def csv_of(rows: Sequence[Mapping[str, Any]], gone: Mapping[str, Gone]) -> str:
    """One line per row. A slice is `column=group`, joined by “; ”, so that no cell can begin like
    a formula. An empty cell is not zero: `status` says why it is empty. The last column says on which
    days partners withdrew the data that the row rests on, and which; it is empty for the others."""
    said = {
        indicator: "; ".join(f"{each.on.isoformat()} {each.partner}" for each in one.departures)
        for indicator, one in gone.items()
    }
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS, MARK])
    for row in rows:
        groups = "; ".join(f"{k}={'' if v is None else v}" for k, v in row["slice"].items())
        cells = {**row, "slice": groups}
        line = ["" if cells[name] is None else cells[name] for name in COLUMNS]
        writer.writerow([*line, said.get(row["indicator"], "")])
    return out.getvalue()
