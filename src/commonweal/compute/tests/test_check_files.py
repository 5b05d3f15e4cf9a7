"""The list that the command prints, the bad rows sent back, and the names of content."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.check.files import check_files
from commonweal.compute.check.findings import MASK, Rule
from commonweal.compute.check.ids import content_id, drop_id
from commonweal.compute.check.run import Checked, check
from commonweal.compute.check.workbook import bad_rows_workbook
from commonweal.compute.contract.parse import parse
from commonweal.compute.errors import Unusable
from commonweal.compute.reading.read import read
from commonweal.compute.reading.table import Caps

HEAD = "{kind: DataContract, apiVersion: v3.1.0, id: c, version: 1.0.0, status: active, schema: "
ONE = (
    HEAD
    + """[{name: beds, properties: [
  {name: family, logicalType: string, classification: identifier, primaryKey: true},
  {name: beds, logicalType: integer, classification: payload, required: true},
  {name: day, logicalType: date, classification: payload},
  {name: paid, logicalType: number, classification: payload,
   customProperties: [{property: missingValues, value: [N/A]}]},
  {name: kept, logicalType: boolean, classification: payload},
  {name: note, logicalType: string, classification: payload}]}]}"""
)
TWO = (
    HEAD
    + """[
  {name: Families, properties: [
    {name: family, logicalType: string, primaryKey: true, classification: identifier}]},
  {name: visits, properties: [
    {name: family, logicalType: string, relationships: [{to: Families.family}]}]}]}"""
)
HEADINGS = ["family", "beds", "day", "paid", "kept", "note"]


def test_the_list_is_plain_json() -> None:
    listed = check_files(ONE, [("beds.csv", b"family,beds,day,paid,kept,note\nAnn,3.5,,,,\n")])

    assert json.loads(json.dumps(listed)) == [
        {
            "rule": "integer",
            "severity": "error",
            "table": "beds",
            "row": 2,
            "column": "beds",
            "value": "3.5",
            "message": "This is not a whole number, and nothing is rounded here. Write a whole "
            "number.",
        }
    ]


def test_a_sound_file_gives_an_empty_list() -> None:
    assert check_files(ONE, [("any.csv", b"family;beds;day;paid;kept;note\nAnn;3;;;;\n")]) == []


def test_several_files_of_the_only_table_are_judged_one_by_one() -> None:
    good = b"family,beds,day,paid,kept,note\nAnn,3,,,,\n"

    listed = check_files(ONE, [("x/may.csv", good), ("x/june.csv", good + b"Bob,,,,,\n")])

    assert [(each["table"], each["row"], each["column"]) for each in listed] == [
        ("beds", 3, "beds")
    ]
    assert listed[0]["message"].startswith("june.csv: ")


def test_files_are_tables_by_their_name() -> None:
    listed = check_files(
        TWO, [("in/visits.csv", b"family\nF1\nF2\n"), ("FAMILIES.CSV", b"family\nF1\n")]
    )

    assert [(each["rule"], each["table"], each["row"], each["value"]) for each in listed] == [
        ("foreign_key", "visits", 3, MASK)
    ]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ([], "No file"),
        ([("others.csv", b"a\n")], "named like no table"),
        ([("visits.csv", b"family\n"), ("b/visits.xlsx", b"family\n")], "Two files"),
        ([("a/visits.csv", b"")], "visits.csv: The file has 0 bytes"),
    ],
)
def test_files_that_cannot_be_used_are_named(files: list[tuple[str, bytes]], says: str) -> None:
    with pytest.raises(Unusable, match=says):
        check_files(TWO, files)


def test_caps_apply() -> None:
    with pytest.raises(Unusable, match="bytes"):
        check_files(ONE, [("a.csv", b"family\n")], Caps(bytes=3))


def judged(text: str, contract: str = ONE) -> Checked:
    return check(parse(contract), {"beds": read("beds.csv", text.encode(), Caps())}).answer


BAD = """family,beds,day,paid,kept,note,extra
Ann,3,2024-01-01,1,true,fine,1
Bob,3.5,2024-02-31,N/A,true,"a
b",2
Bob,,,,,https://example.org/,3
Cy,1,2024-01-01
Dee,1,,,,=SUM(A1),4
"""


def test_bad_rows_come_back_as_they_were_with_notes() -> None:
    contract = parse(ONE)
    checked = judged(BAD)

    data = bad_rows_workbook(contract, checked)

    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == ["_row", *HEADINGS, "extra"]
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == [3, 4, 5, 6]
    assert sheet["C2"].value == "3.5"
    assert "not a whole number" in sheet["C2"].comment.text
    assert sheet["C2"].fill.bgColor.rgb != sheet["E2"].fill.bgColor.rgb
    assert "must be filled" in sheet["C3"].comment.text
    assert "also stands in row 4" in sheet["B2"].comment.text
    assert "but there are 7 headings" in sheet["A4"].comment.text
    assert sheet["E2"].comment is None
    assert sheet["G5"].value == "=SUM(A1)"
    assert sheet["G5"].data_type == "s"
    assert sheet["G3"].hyperlink is None
    assert "does not know this column" in sheet["H1"].comment.text


def test_the_workbook_can_be_read_and_checked_again() -> None:
    contract = parse(ONE)
    first = judged(BAD)

    again = read("back.xlsx", bad_rows_workbook(contract, first), Caps())

    assert again.frame.select(pl.exclude("_row")).rows() == [
        row[1:] for row in first.bad["beds"].rows()
    ]
    second = check(contract, {"beds": again}).answer
    rules = {f.rule for f in second.findings}
    assert rules == {"unknown_column", "integer", "date", "required", "primary_key", "formula"}


def test_a_mended_workbook_has_no_findings() -> None:
    contract = parse(ONE)
    book = openpyxl.load_workbook(
        io.BytesIO(
            bad_rows_workbook(contract, judged("family,beds,day,paid,kept,note\nAnn,x,,,,\n"))
        )
    )
    assert book.active is not None
    book.active["C2"] = 4
    buffer = io.BytesIO()
    book.save(buffer)

    checked = check(contract, {"beds": read("b.xlsx", buffer.getvalue(), Caps())}).answer

    assert list(checked.findings) == []
    assert checked.clean["beds"].row(0)[:3] == (2, "Ann", 4)


def test_the_workbook_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("commonweal.compute.check.workbook.MOST_ROWS", 2)
    rows = "".join(f"F{n},x,,,,\n" for n in range(5))
    checked = judged(f"family,beds,day,paid,kept,note\n{rows}")

    sheet = openpyxl.load_workbook(io.BytesIO(bad_rows_workbook(parse(ONE), checked))).active

    assert sheet is not None
    assert sheet.max_row == 3
    assert "3 more do not" in sheet["A1"].comment.text


def test_a_workbook_without_bad_rows_has_headings_only() -> None:
    checked = judged("family,beds,day,paid,kept,note\nAnn,1,,,,\n")

    sheet = openpyxl.load_workbook(io.BytesIO(bad_rows_workbook(parse(ONE), checked))).active

    assert sheet is not None
    assert sheet.max_row == 1


def test_each_table_has_its_sheet() -> None:
    contract = parse(TWO)
    tables = {
        "Families": read("f", b"family\nF1\nF1\n", Caps()),
        "visits": read("v", b"family\nF2\n", Caps()),
    }

    data = bad_rows_workbook(contract, check(contract, tables).answer)

    assert openpyxl.load_workbook(io.BytesIO(data)).sheetnames == ["Families", "visits"]


ROWS: list[tuple[Any, ...]] = [
    ("Ann", 3, date(2024, 2, 29), 1.5, True, "née Smith; £5"),
    ("Bob", -1, None, 0.1, False, None),
    ("Cy", 12, date(2020, 1, 1), "N/A", None, "x\ny"),
]


def to_csv(rows: list[tuple[Any, ...]], separator: str, encoding: str, end: str) -> bytes:
    def text(value: Any) -> str:
        return (
            str(value).lower() if isinstance(value, bool) else str("" if value is None else value)
        )

    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator=end)
    writer.writerows([HEADINGS, *([text(cell) for cell in row] for row in rows)])
    return buffer.getvalue().encode(encoding)


def to_xlsx(rows: list[tuple[Any, ...]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False,
                                        "default_date_format": "dd/mm/yyyy"})  # fmt: skip
    sheet = book.add_worksheet()
    for at, row in enumerate([tuple(HEADINGS), *rows]):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(at, place, value)
            elif isinstance(value, str):
                sheet.write_string(at, place, value)
            else:
                sheet.write(at, place, value)
    book.close()
    return buffer.getvalue()


def id_of(data: bytes) -> str:
    contract = parse(ONE)
    checked = check(contract, {"beds": read("beds", data, Caps())}).answer
    assert checked.counts["beds"]["bad"] == 0
    return content_id(contract, checked.clean)


def test_the_same_rows_have_the_same_id_from_any_source() -> None:
    ids = {
        id_of(to_csv(ROWS, separator, encoding, end))
        for separator in ",;\t|"
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1252")
        for end in ("\n", "\r\n")
    }
    ids.add(id_of(to_xlsx(ROWS)))
    ids.add(id_of(to_csv(ROWS[::-1], ",", "utf-8", "\n")))

    assert len(ids) == 1


@pytest.mark.parametrize("place", range(6))
def test_any_other_value_gives_another_id(place: int) -> None:
    others: list[Any] = ["Di", 4, date(2024, 2, 28), 1.6, False, "née Smith; £6"]
    base = id_of(to_csv(ROWS, ",", "utf-8", "\n"))
    for new in (others[place], None if place > 1 else others[place]):
        changed = [(*ROWS[0][:place], new, *ROWS[0][place + 1 :]), *ROWS[1:]]
        assert id_of(to_csv(changed, ",", "utf-8", "\n")) != base


def test_blank_marker_and_zero_give_different_ids() -> None:
    ids = {
        id_of(to_csv([("Ann", 1, None, paid, None, None)], ",", "utf-8", "\n"))
        for paid in (None, "N/A", 0)
    }

    assert len(ids) == 3


def test_minus_zero_and_zero_have_the_same_id() -> None:
    ids = {
        id_of(to_csv([("Ann", 1, None, paid, None, None)], ",", "utf-8", "\n"))
        for paid in ("0", "-0", "0.00", "-0.0")
    }

    assert len(ids) == 1


def test_text_cannot_slide_from_one_row_to_the_next() -> None:
    first = [("A", 1, None, None, None, "ab"), ("B", 1, None, None, None, "c")]
    second = [("A", 1, None, None, None, "a"), ("B", 1, None, None, None, "bc")]

    assert id_of(to_csv(first, ",", "utf-8", "\n")) != id_of(to_csv(second, ",", "utf-8", "\n"))


def test_content_ids_stay_the_same_over_time() -> None:
    """Ids are stored: a change of this value needs a new number in the hash's first line."""
    assert id_of(to_csv(ROWS, ",", "utf-8", "\n")) == (
        "d697363bb6147956e2c71bf0ac1199aef1ed463a6430f4344bdb5ae24a1caf76"
    )


def test_a_table_without_key_is_a_bag_of_rows() -> None:
    contract = parse(f"{HEAD}[{{name: t, properties: [{{name: a, logicalType: string}}]}}]}}")

    def name(text: bytes) -> str:
        clean = check(contract, {"t": read("t", text, Caps())}).answer.clean
        return content_id(contract, clean)

    assert name(b"a\nx\ny\nx\n") == name(b"a\nx\nx\ny\n") != name(b"a\nx\ny\n")


def test_drop_ids_are_sha_256() -> None:
    assert drop_id(b"abc").startswith("ba7816bf")


TEXT = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), max_size=8)
RECORD = st.tuples(
    st.integers(-(2**40), 2**40),
    st.none() | st.dates(date(1901, 1, 1), date(2099, 12, 31)),
    st.none() | st.just("N/A") | st.integers(-(10**9), 10**9).map(lambda cents: cents / 100),
    st.none() | st.booleans(),
    st.none() | TEXT.filter(lambda text: text.strip() and text[0] not in "=+-@#"),
)


@given(
    st.lists(RECORD, min_size=1, max_size=8),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-16"]),
)
@settings(max_examples=60, deadline=None)
def test_csv_and_xlsx_of_the_same_rows_have_the_same_id(
    records: list[tuple[Any, ...]], separator: str, encoding: str
) -> None:
    rows = [(f"F{at}", *record) for at, record in enumerate(records)]

    assert id_of(to_csv(rows, separator, encoding, "\r\n")) == id_of(to_xlsx(rows))


@pytest.mark.real_data
def test_the_real_star_file_has_no_findings(shared_data: Path) -> None:
    contract = Path(__file__).parents[4] / "docs" / "tutorial" / "star" / "contract.yaml"
    star = shared_data / "star" / "star.csv"

    assert check_files(contract.read_text(), [(star.name, star.read_bytes())]) == []


def test_the_star_contract_is_strict() -> None:
    contract = parse(
        (Path(__file__).parents[4] / "docs" / "tutorial" / "star" / "contract.yaml").read_text()
    )

    (table,) = contract.tables
    assert table.primary_key == ("rownames",)
    assert len(table.columns) == 48
    for column in table.columns:
        bounded = column.minimum is not None
        assert column.codes or column.pattern or bounded, column.name
    identifying = {c.name for c in table.columns if c.classification == "identifier"}
    assert identifying == {"rownames", "birth"}


DOCS = Path(__file__).parents[4] / "docs" / "reference"


def test_the_documented_rules_are_the_rules() -> None:
    text = (DOCS / "findings.md").read_text()

    rows = re.findall(r"^\| `(\w+)` \| (error|warning) \|", text, re.MULTILINE)

    assert rows == [(rule.value, rule.severity) for rule in Rule]


def test_the_documented_finding_is_what_the_checker_says() -> None:
    text = (DOCS / "findings.md").read_text()
    documented = json.loads(text.split("```json")[1].split("```")[0])
    contract = (
        f"{HEAD}[{{name: beds, properties: [{{name: children, logicalType: integer, "
        "classification: payload}]}]}"
    )
    rows = b"1\n" * 12 + b"3.5\n"

    assert check_files(contract, [("beds.csv", b"children\n" + rows)]) == documented


def test_the_documented_contract_can_be_read() -> None:
    text = (DOCS / "contract.md").read_text()

    contract = parse(text.split("```yaml")[1].split("```")[0])

    assert [table.name for table in contract.tables] == ["families", "beds"]
