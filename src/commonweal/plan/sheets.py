"""A plan as a spreadsheet: the columns, reading one with findings row by row, writing one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from commonweal.compute.errors import Unusable
from commonweal.compute.reading.read import read
from commonweal.compute.reading.table import Caps
from commonweal.core import formats
from commonweal.plan.actions import Said
from commonweal.plan.models import Item

COLUMNS = ("kind", "title", "starts", "ends", "place", "amount", "currency", "words")
CAPS = Caps(bytes=2_000_000, rows=2_000, columns=40)


@dataclass(frozen=True)
class Fault:
    """What is wrong in one row. `row`: as the spreadsheet counts it, headings being row 1; 0 for all."""

    row: int
    text: str


def read_plan(name: str, data: bytes) -> tuple[list[Said], list[Fault]]:
    """The rows that can be used, and what is wrong with the others."""
    try:
        table = read(name, data, CAPS)
    except Unusable as error:
        return [], [Fault(0, str(error))]
    known = [heading.strip().casefold() for heading in table.headings]
    if lacking := [each for each in COLUMNS[:4] if each not in known]:
        names = {"names": ", ".join(lacking)}
        return [], [Fault(0, _("These columns are missing: %(names)s.") % names)]
    rows, faults = [], []
    for number, cells in zip(table.rows, table.frame.iter_rows(), strict=True):
        said, wrong = _row(
            {key: (cell or "").strip() for key, cell in zip(known, cells, strict=True)}
        )
        if wrong:
            faults.append(Fault(number, wrong))
        elif said:
            rows.append(said)
    return rows, faults


def _row(cells: Mapping[str, str]) -> tuple[Said | None, str]:
    """What a row says, or what is wrong with it; neither for an empty row."""
    if not any(cells.values()):
        return None, ""
    kind = cells["kind"].casefold().replace(" ", "_")
    if kind not in Item.Kind.values:
        return None, _("“%(kind)s” is none of: %(kinds)s.") % {
            "kind": cells["kind"][:40],
            "kinds": ", ".join(Item.Kind.values),
        }
    days = _day(cells["starts"]), _day(cells["ends"] or cells["starts"])
    if days[0] is None or days[1] is None:
        return None, _("Write days as 2026-03-31.")
    if days[1] < days[0]:
        return None, _("The last day comes after the first.")
    if not 0 < len(cells["title"]) <= 120:
        return None, _("A title has 1 to 120 characters.")
    amount, wrong = _amount(cells.get("amount", ""), cells.get("currency", "").upper())
    return Said(
        kind=kind,
        title=" ".join(cells["title"].split()),
        starts_on=days[0],
        ends_on=days[1],
        place=cells.get("place", "")[:80],
        words=cells.get("words", "")[:2000],
        amount_minor=amount,
        currency=cells.get("currency", "").upper() if amount is not None else "",
    ), wrong


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _amount(text: str, currency: str) -> tuple[int | None, str]:
    if not text:
        return None, ""
    if not formats.is_currency(currency):
        return None, _("An amount needs the three letters of its currency.")
    try:
        return formats.minor(text, currency), ""
    except ValueError:
        return None, _("“%(text)s” is no amount.") % {"text": text[:40]}


def as_csv(items: Iterable[Item]) -> str:
    """The plan with who plans what, as a spreadsheet can read it."""
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(["organisation", *COLUMNS, "state"])
    for each in items:
        money = (
            ["", ""]
            if each.amount_minor is None
            else [str(formats.major(each.amount_minor, each.currency)), each.currency]
        )
        cells = [each.organisation.name, each.kind, each.title, each.starts_on, each.ends_on]
        write.writerow(
            [_safe(str(cell)) for cell in (*cells, each.place, *money, each.words, each.state)]
        )
    return out.getvalue()


def blank() -> str:
    """Headings and one row to go by."""
    row = ["activity", _("Home visits"), "2026-04-01", "2026-09-30", _("High street"), "", "", ""]
    return ",".join(COLUMNS) + "\n" + ",".join(row) + "\n"


def _safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
