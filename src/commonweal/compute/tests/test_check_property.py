"""The fast checker against the slow one, and against faults that were planted."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.check.findings import MASK
from commonweal.compute.check.run import Checked, check
from commonweal.compute.contract.parse import parse
from commonweal.compute.reading.read import read
from commonweal.compute.reading.table import Caps
from commonweal.compute.tests.check_reference import Found, reference

CONTRACT = parse(r"""
kind: DataContract
apiVersion: v3.1.0
id: visits
version: 1.0.0
status: active
schema:
  - name: families
    properties:
      - {name: family, logicalType: string, primaryKey: true, classification: identifier,
         logicalTypeOptions: {pattern: '^F\d+$'}}
      - {name: area, logicalType: integer, unique: true, classification: payload,
         quality: [{metric: invalidValues, mustBe: 0, arguments: {validValues: [1, 2, 3, 40, 50]}}]}
  - name: visits
    properties:
      - {name: number, logicalType: integer, primaryKey: true, primaryKeyPosition: 1,
         classification: payload, logicalTypeOptions: {minimum: 0, exclusiveMaximum: 1000}}
      - {name: part, logicalType: integer, primaryKey: true, primaryKeyPosition: 2,
         classification: payload}
      - {name: family, logicalType: string, classification: identifier,
         relationships: [{to: families.family}]}
      - {name: start, logicalType: date, required: true, classification: payload,
         logicalTypeOptions: {minimum: 2020-01-01}}
      - {name: end, logicalType: date, classification: payload,
         logicalTypeOptions: {format: dd/MM/yyyy}}
      - {name: hours, logicalType: number, classification: payload,
         logicalTypeOptions: {exclusiveMinimum: 0, maximum: 24},
         customProperties: [{property: missingValues, value: [N/A, not known]}]}
      - {name: kind, logicalType: string, required: true, classification: payload,
         quality: [{metric: invalidValues, mustBe: 0, arguments: {validValues: [bed, talk]}}],
         customProperties: [{property: missingValues, value: [N/A]}]}
      - {name: followed, logicalType: boolean, classification: payload}
      - {name: note, logicalType: string, classification: restricted,
         logicalTypeOptions: {minLength: 2, maxLength: 10}}
    quality:
      - {metric: duplicateValues, mustBe: 0, arguments: {properties: [family, start]}}
      - {type: custom, engine: commonweal,
         implementation: {rule: order, earlier: start, later: end}}
""")

FAMILIES, VISITS = CONTRACT.tables


def to_csv(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows([headings, *rows])
    return buffer.getvalue().encode()


def judged(families: Sequence[Sequence[str]], visits: Sequence[Sequence[str]]) -> Checked:
    tables = {
        table.name: read(table.name, to_csv([c.name for c in table.columns], rows), Caps())
        for table, rows in ((FAMILIES, families), (VISITS, visits))
    }
    checked = check(CONTRACT, tables).answer
    expected = reference(CONTRACT, tables)
    found = of_rows(checked)
    assert set(found) == expected
    assert len(found) == len(expected)
    conserved(checked)
    return checked


def of_rows(checked: Checked) -> list[Found]:
    return [(f.rule, f.table, f.row, f.column) for f in checked.findings if f.row is not None]


def conserved(checked: Checked) -> None:
    """Every row is clean or bad; bad ones have an error, clean ones none."""
    for name, counts in checked.counts.items():
        clean = set(checked.clean[name].get_column("_row"))
        bad = set(checked.bad[name].get_column("_row"))
        assert not clean & bad
        assert counts["rows"] == len(clean) + len(bad)
        if name not in checked.blocked:
            assert bad == {f.row for f in checked.findings if f.table == name and f.row}
    for finding in checked.findings:
        if finding.column in ("family", "note") and finding.value is not None:
            assert finding.value == MASK


MESSY = st.sampled_from(
    """|0|1|2|3|40|7.0|-0|007|+1|1e3|3.5|3,5|1 000|1.234,5|.5|5.|٣|９|x|=A1|=1+1|-A1+2|+44 77|@x(1)|-
    |#N/A|N/A|not known|n/a|F1|F2|F12|f1|F|bed|talk|Bed|bed\u00a0|\u2003talk|tall|true|FALSE|yes
    |2024-01-31|2024-02-30|2024-1-1|31/01/2024|30/02/2024|01/31/2024|2019-12-31|2024-01-01 10:00
    |45351|999999999999999999999|24|24.0|24.1|0.0|-1|999|1000|a|ab|  ab  |abcdefghij|abcdefghijk
    |a b\u00a0c|é|\u200b1|\ufeff2|1\u00a0|inf|nan|0x10|1_000|--1|#REF!|#tag|= x|=|'1""".split("|")
).map(lambda text: text.removesuffix("\n    "))

KEYS = st.sampled_from(["F1", "F2", "F3", " F1 ", "F9", "", "bad"])
NUMBERS = st.sampled_from(["1", "2", "1.0", " 2", "", "x"])
DAYS = st.sampled_from(["2024-01-01", "2024-01-02", "2024-02-31", "", "2023-01-01", "02/01/2024"])


@given(
    st.lists(st.tuples(KEYS | MESSY, NUMBERS | MESSY), max_size=6),
    st.lists(
        st.tuples(
            NUMBERS | MESSY, NUMBERS, KEYS | MESSY, DAYS | MESSY, DAYS | MESSY,
            MESSY, MESSY, MESSY, MESSY,
        ),
        max_size=8,
    ),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_the_fast_checker_agrees_with_the_slow_one(
    families: list[tuple[str, str]], visits: list[tuple[str, ...]]
) -> None:
    judged(families, visits)


def clean_visit(number: int, families: int) -> list[str]:
    start = date(2024, 1, 1) + timedelta(days=number)
    end = start + timedelta(days=number % 3)
    family = f"F{number % families}"
    return [str(number), "1", family, start.isoformat(), f"{end:%d/%m/%Y}", "1.5", "bed", "", "ok"]


PLANTS: dict[str, tuple[int, str]] = {
    "required": (3, ""),
    "type": (5, "twelve"),
    "integer": (1, "3.5"),
    "date": (3, "2024-02-31"),
    "code": (6, "bedd"),
    "range": (5, "25"),
    "length": (8, "x"),
    "foreign_key": (2, "F999"),
    "order": (4, "01/01/1999"),
    "formula": (8, "=HYPERLINK(1)"),
    "cell_error": (5, "#DIV/0!"),
}


@given(
    st.integers(1, 4),
    st.lists(st.none() | st.sampled_from([*PLANTS, "ragged_row", "primary_key"]), max_size=30),
)
@settings(max_examples=60, deadline=None)
def test_what_is_planted_is_found_and_nothing_more(families: int, plants: list[str | None]) -> None:
    rows: list[list[str]] = []
    expected: set[Found] = set()
    names = [column.name for column in VISITS.columns]
    for number, plant in enumerate(plants):
        cells = clean_visit(number, families)
        row = len(rows) + 2
        if plant in PLANTS:
            place, text = PLANTS[plant]
            cells[place] = text
            column = "start, end" if plant == "order" else names[place]
            expected.add((plant, "visits", row, column))
        elif plant == "ragged_row":
            cells.append("one too many")
            expected.add((plant, "visits", row, None))
        rows.append(cells)
        if plant == "primary_key":
            again = clean_visit(number, families)
            again[3] = "2023-01-01" if number == 0 else f"2022-01-{number:02}"
            rows.append(again)
            expected |= {(plant, "visits", each, "number, part") for each in (row, row + 1)}

    checked = judged([[f"F{n}", ["1", "2", "3", "40"][n]] for n in range(families)], rows)

    assert set(of_rows(checked)) == expected
    assert checked.clean["visits"].height == len(rows) - len({found[2] for found in expected})


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20))
def test_numbers_are_read_as_exactly_as_python_reads_them(values: list[float]) -> None:
    from decimal import Decimal

    contract = parse(
        "{kind: DataContract, apiVersion: v3.1.0, id: a, version: 1.0.0, status: active, schema: "
        "[{name: t, properties: [{name: x, logicalType: number}]}]}"
    )
    texts = [[format(Decimal(repr(value)), "f")] for value in values]

    clean = check(contract, {"t": read("t", to_csv(["x"], texts), Caps())}).answer.clean["t"]

    assert clean.get_column("x").to_list() == [float(text) for (text,) in texts]
    assert clean.schema["x"] == pl.Float64
