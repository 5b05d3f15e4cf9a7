"""The files that seven partners hand over, month by month, each in its own dialect, with faults."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

import xlsxwriter

from commonweal.compute.synthetic.mess import spoil
from commonweal.compute.synthetic.records import (
    Record,
    bed_deliveries,
    experience_survey,
    home_visits,
    newborns,
    registrations,
)
from commonweal.compute.synthetic.world import World, add_months

# How each partner's office saves a table: kind, delimiter, encoding.
DIALECTS = {
    "aldmoor": ("csv", ",", "utf-8"),
    "brackwater": ("xlsx", "", ""),
    "calderby": ("csv", ";", "cp1252"),
    "hospital": ("csv", ",", "utf-8-sig"),
    "charity": ("xlsx", "", ""),
    "university": ("csv", "\t", "utf-8"),
    "health-planning": ("csv", ",", "utf-16"),
}
SPOILED_COLUMNS = {
    "newborns": ("birth_date", "weight_g", "own_bed"),
    "home-visits": ("visit_date", "deprivation", "safe_sleep"),
    "bed-deliveries": ("requested_date", "cost_pence", "item"),
    "experience-survey": ("survey_date", "felt_listened_to"),
    "registrations": ("registered_date", "interpreter_needed"),
}
FAULTY_ROWS = 0.012
CORRECTED_PERIODS = 0.15


@dataclass(frozen=True)
class Drop:
    """One file as it arrives. `round` 2 is a correction of what round 1 brought for the period."""

    contract: str
    provider: str
    period: str
    round: int
    name: str
    data: bytes


def drops(world: World) -> Iterator[Drop]:
    """Every file of the world's months, in the order of periods. Same world, same bytes."""
    draw = Random(f"{world.seed}-drops")
    grouped: dict[tuple[str, str, str], list[dict[str, str]]] = defaultdict(list)
    makers = (newborns, home_visits, bed_deliveries, experience_survey, registrations)
    for maker in makers:
        for record in maker(world, Random(f"{world.seed}-{maker.__name__}")):
            grouped[_key(record)].append(record.row)
    last = add_months(world.first, world.months - 1).strftime("%Y-%m")
    for (period, provider, contract), rows in sorted(grouped.items()):
        if period > last:
            continue
        faulty = [
            spoil(draw, row, SPOILED_COLUMNS[contract]) if draw.random() < FAULTY_ROWS else row
            for row in rows
        ]
        corrected = len(rows) > 1 and draw.random() < CORRECTED_PERIODS
        if corrected:
            faulty = faulty[: -max(1, len(faulty) // 20)]  # a few rows come late
        yield _drop(contract, provider, period, 1, faulty)
        if corrected:
            yield _drop(contract, provider, period, 2, rows)


def _key(record: Record) -> tuple[str, str, str]:
    return record.period, record.provider, record.contract


def _drop(
    contract: str, provider: str, period: str, round_: int, rows: list[dict[str, str]]
) -> Drop:
    kind, delimiter, encoding = DIALECTS[provider]
    data = as_xlsx(rows) if kind == "xlsx" else as_csv(rows, delimiter, encoding)
    suffix = "" if round_ == 1 else " corrected"
    return Drop(contract, provider, period, round_, f"{contract} {period}{suffix}.{kind}", data)


def as_csv(rows: list[dict[str, str]], delimiter: str, encoding: str) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    # An office program writes "?" for a letter that its old code page lacks.
    return out.getvalue().encode(encoding, errors="replace")


def as_xlsx(rows: list[dict[str, str]]) -> bytes:
    """A workbook as an office keeps it: everything typed as text but whole numbers."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"created": datetime(2025, 1, 1)})  # noqa: DTZ001  (equal bytes)
    sheet = book.add_worksheet("Data")
    columns = list(rows[0])
    sheet.write_row(0, 0, columns)
    for at, row in enumerate(rows, start=1):
        for across, column in enumerate(columns):
            text = row[column]
            if text.isascii() and text.isdigit():
                sheet.write_number(at, across, int(text))
            elif text:
                sheet.write_string(at, across, text)
    book.close()
    return out.getvalue()
