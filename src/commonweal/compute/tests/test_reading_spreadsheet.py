"""XLSX: values as text, formulas and merged cells reported, crafted archives refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.errors import Unusable
from commonweal.compute.reading import package, sheetscan
from commonweal.compute.reading.read import read
from commonweal.compute.reading.spreadsheet import _text
from commonweal.compute.reading.table import Caps, RawTable

NO_CAPS = Caps(unpacked=None)
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def table(data: bytes, caps: Caps = NO_CAPS, sheet: str | None = None) -> RawTable:
    return read("file.xlsx", data, caps, sheet=sheet)


def book(fill: Callable[[Any, Any], None], **options: Any) -> bytes:
    """A workbook by XlsxWriter; `fill` gets it and its first sheet."""
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, {"in_memory": True, **options})
    fill(workbook, workbook.add_worksheet("data"))
    workbook.close()
    return buffer.getvalue()


def grid(rows: list[list[Any]]) -> bytes:
    """A workbook by openpyxl with these rows on its only sheet."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def raw_book(sheet: str, strings: str = "", more: dict[str, bytes] | None = None) -> bytes:
    """A workbook whose sheet XML is written by hand."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
        f'relationships"><Relationship Id="rId1" Type="{office}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{NAMESPACE}" xmlns:r="{office}"><sheets>'
        '<sheet name="data" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/'
        f'package/2006/relationships"><Relationship Id="rId1" Type="{office}/worksheet" '
        f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{office}/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{NAMESPACE}"><sheetData>{sheet}'
        "</sheetData></worksheet>",
        "xl/sharedStrings.xml": f'<sst xmlns="{NAMESPACE}">{strings}</sst>',
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
        for name, data in (more or {}).items():
            archive.writestr(name, data)
    return buffer.getvalue()


def cells(raw: RawTable) -> list[tuple[str | None, ...]]:
    return raw.frame.rows()


def faults(raw: RawTable) -> set[tuple[str, int | None, int | None]]:
    return set(raw.faults.select("rule", "row", "column").rows())


def test_values_become_text() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet.write_row(0, 0, ["whole", "part", "day", "midnight", "moment", "yes", "text"])
        sheet.write(1, 0, 3.0)
        sheet.write(1, 1, 3.5)
        sheet.write_datetime(1, 2, date(2024, 2, 29), day)
        sheet.write_datetime(1, 3, datetime(2024, 2, 29, tzinfo=None), moment)
        sheet.write_datetime(1, 4, datetime(2024, 2, 29, 13, 5, 1, tzinfo=None), moment)
        sheet.write_boolean(1, 5, True)
        sheet.write_string(1, 6, " 007\r\nx ")

    raw = table(book(fill))

    assert cells(raw) == [
        ("3", "3.5", "2024-02-29", "2024-02-29", "2024-02-29T13:05:01", "true", " 007\nx ")
    ]


@pytest.mark.parametrize("since_1904", [False, True])
def test_days_are_counted_from_the_workbooks_own_day_0(since_1904: bool) -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write(0, 0, "day")
        form = workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_datetime(1, 0, date(2024, 2, 29), form)

    assert cells(table(book(fill, date_1904=since_1904))) == [("2024-02-29",)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1e21, "1000000000000000000000"),
        (-0.000001, "-0.000001"),
        (0.1 + 0.2, "0.30000000000000004"),
        (12, "12"),
        (False, "false"),
        (time(12, 30), "12:30:00"),
        (timedelta(hours=60, minutes=5), "60:05:00"),
        ("", None),
    ],
)
def test_odd_values(value: Any, text: str | None) -> None:
    assert _text(value) == text


@settings(deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_keep_every_digit_and_no_exponent(value: float) -> None:
    text = _text(value)

    assert text is not None
    assert float(text) == value
    assert "e" not in text.lower()


def test_record_numbers_and_empty_borders() -> None:
    raw = table(grid([[], ["a", None, "b"], ["1", None, "2"], [], ["3"], [None], []]))

    assert raw.headings == ("a", "b")
    assert cells(raw) == [("1", "2"), (None, None), ("3", None)]
    assert raw.rows.to_list() == [3, 4, 5]


def test_formulas_are_found_wherever_they_stand() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write(1, 0, 1)
        sheet.write_formula(1, 1, "=1+1", None, 2)
        sheet.write_array_formula(2, 0, 2, 0, "{=SUM(B2)}", None, 7)
        sheet.write_string(2, 1, "=not one")

    raw = table(book(fill))

    assert faults(raw) == {("formula", 2, 1), ("formula", 3, 0)}
    assert cells(raw)[1] == ("7", "=not one")


def test_a_formula_without_a_stored_value_is_found_even_in_the_last_row() -> None:
    raw = table(grid([["a", "b"], [1, 2], ["=A2", "=B2"]]))

    assert faults(raw) == {("formula", 3, 0), ("formula", 3, 1)}
    assert raw.rows.to_list() == [2, 3]


def test_error_values_are_found() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, ["a", "b"])
        sheet.write_formula(1, 0, "=NA()", None, "#N/A")
        sheet.write(1, 1, 1)

    assert faults(table(book(fill))) == {("formula", 2, 0), ("cell_error", 2, 0)}


def test_merged_cells_are_found() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 1, "both")
        sheet.write(0, 2, "c")
        sheet.write_row(1, 0, [1, 2, 3])
        sheet.merge_range(2, 0, 3, 1, "x")
        sheet.write(2, 2, 3)
        sheet.write(3, 2, 4)

    assert faults(table(book(fill))) == {
        ("merged_header", None, 0),
        ("merged_cell", 3, 1),
        ("merged_cell", 4, 0),
        ("merged_cell", 4, 1),
    }


def test_the_only_visible_sheet_with_data_is_read() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        lists = workbook.add_worksheet("lists")
        lists.write_row(0, 0, ["codes"])
        lists.hide()
        workbook.add_worksheet("empty")
        sheet.write_row(0, 0, ["a"])
        sheet.write_row(1, 0, [1])

    data = book(fill)

    assert table(data).headings == ("a",)
    assert table(data, sheet="lists").headings == ("codes",)
    with pytest.raises(Unusable, match="no such sheet"):
        table(data, sheet="empty")


def test_two_sheets_with_data_need_a_choice() -> None:
    def fill(workbook: Any, sheet: Any) -> None:
        sheet.write(0, 0, "a")
        workbook.add_worksheet("Ann Smith").write(0, 0, "a")

    with pytest.raises(Unusable, match=r"sheets 1, 2") as refused:
        table(book(fill))
    assert "Ann" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.xlsx", b"", "0 bytes"),
        ("a.xlsx", b"a,b\n1,2\n", "named like a spreadsheet"),
        ("a.csv", b"PK\x03\x04 not really", "damaged"),
        ("a.xlsx", grid([]), "empty"),
        ("a.xlsx", grid([["a", "b"], [1, 2]])[:-40], "damaged"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 9
         + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    ],
)  # fmt: skip
def test_what_is_no_spreadsheet_is_refused(name: str, data: bytes, says: str) -> None:
    with pytest.raises(Unusable, match=says) as refused:
        read(name, data, NO_CAPS)
    assert refused.value.mend


def test_a_panic_of_the_parser_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    panic = type("PanicException", (BaseException,), {})

    class Book:
        @staticmethod
        def from_filelike(archive: io.BytesIO) -> None:
            raise panic("index out of bounds")

    monkeypatch.setattr("commonweal.compute.reading.spreadsheet.CalamineWorkbook", Book)

    with pytest.raises(Unusable, match="damaged"):
        table(grid([["a"], [1]]))


def zipped(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (zipped({"a.txt": b"x"}), "no XLSX"),
        (zipped({"xl/workbook.bin": b"x"}), "XLSB"),
        (zipped({"xl/workbook.xml": b"<workbook/>"}), "damaged"),
        (zipped({"xl/workbook.xml": b"<!DOCTYPE x><workbook/>"}), "damaged"),
        (zipped({"xl/workbook.xml": "<workbook/>".encode("utf-16")}), "damaged"),
        (raw_book("", more={"XL/workbook.xml": b"<workbook/>"}), "damaged"),
    ],
)
def test_other_archives_are_refused(data: bytes, says: str) -> None:
    with pytest.raises(Unusable, match=says):
        table(data)


def test_a_hand_written_book_is_read() -> None:
    """The crafted books below differ from this one only in what makes them dangerous."""
    raw = table(
        raw_book(
            '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="A2"><v>5</v></c></row>',
            "<si><t>a</t></si>",
        )
    )

    assert (raw.headings, cells(raw)) == (("a",), [("5",)])


def test_a_zip_bomb_is_refused_by_what_it_declares() -> None:
    bomb = raw_book(" " * (64 << 20))

    assert len(bomb) < 1 << 18
    with pytest.raises(Unusable, match="unpacks to more than is safe"):
        table(bomb)


def test_a_zip_bomb_that_lies_about_its_size_is_refused() -> None:
    honest = raw_book(" " * (64 << 20))
    name = b"xl/worksheets/sheet1.xml"
    at = honest.rindex(name) - 46
    assert honest[at : at + 4] == b"PK\x01\x02"
    lying = honest[: at + 24] + (100).to_bytes(4, "little") + honest[at + 28 :]

    with pytest.raises(Unusable):
        table(lying)


def test_the_unpacked_cap_and_the_count_of_parts() -> None:
    data = grid([["a"], [1]])

    with pytest.raises(Unusable, match="unpacks"):
        table(data, Caps(unpacked=1_000))
    many = {f"junk/{n}": b"" for n in range(package.MOST_ENTRIES)}
    with pytest.raises(Unusable, match="parts"):
        table(raw_book("", more=many))


def test_a_sheet_that_spans_the_world_is_refused() -> None:
    """Two cells far apart: the parser would lay out seventeen thousand million."""
    far = (
        '<row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    )

    with pytest.raises(Unusable, match="spans too many"):
        table(raw_book(far))


def test_a_blank_formatted_cell_far_away_does_no_harm() -> None:
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'

    assert table(raw_book(far)).headings == ("1",)


@pytest.mark.parametrize(
    "cell",
    [
        "<c r='XFD1048576'><v>1</v></c>",
        '<c r = "XFD1048576" ><v>1</v></c>',
        '<c t="n" x=">" r="XFD1048576"><v>1</v></c>',
        '<c r="&#88;FD1048576"><v>1</v></c>',
        "<c><v>1</v></c>",
        '<x:c xmlns:x="y" r="XFD1048576"><v>1</v></x:c>',
    ],
)
def test_disguised_cells_do_not_pass(cell: str) -> None:
    with pytest.raises(Unusable):
        table(raw_book(f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2">{cell}</row>'))


def test_a_formula_in_disguise_is_refused() -> None:
    hidden = '<row r="1"><c r="A1"><v>1</v><f>1+1</f></c></row>'

    with pytest.raises(Unusable, match="formulas"):
        table(raw_book(hidden))


def test_one_long_text_shown_many_times_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheetscan, "MOST_TEXT", 100_000)
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>1</v></c></row>' for n in range(1, 200))

    with pytest.raises(Unusable, match="repeats very long texts"):
        table(raw_book(rows, f"<si/><si><t>{'x' * 1000}</t></si>"))
    assert table(raw_book(rows, f"<si/><si><t>{'x' * 10}</t></si>")).rows.len() == 198


def test_a_text_that_is_not_there_is_refused() -> None:
    with pytest.raises(Unusable):
        table(raw_book('<row r="1"><c r="A1" t="s"><v>9</v></c></row>', "<si><t>a</t></si>"))


def test_too_many_merged_cells_are_refused() -> None:
    sheet = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2000"><c r="Z2000"><v>1</v></c></row>'
    merges = "".join(f'<mergeCell ref="A{n}:Z2000"/>' for n in range(2, 60))
    data = raw_book(f"{sheet}</sheetData><mergeCells>{merges}</mergeCells><sheetData>")

    with pytest.raises(Unusable, match="merged"):
        table(data)


@pytest.mark.parametrize(
    ("caps", "says"),
    [(Caps(rows=1), "2 rows"), (Caps(columns=1), "2 columns"), (Caps(cell_length=5), "6 bytes")],
)
def test_caps(caps: Caps, says: str) -> None:
    with pytest.raises(Unusable, match=says) as refused:
        table(grid([["a", "b"], ["secret", 1], [2, 3]]), caps)
    assert "secret" not in str(refused.value)


@given(
    st.lists(st.tuples(st.integers(0, 4000), st.binary(min_size=1, max_size=4)), max_size=8),
    st.integers(0, 60),
)
@settings(max_examples=400, deadline=None)
def test_a_damaged_spreadsheet_is_a_table_or_unusable(
    changes: list[tuple[int, bytes]], cut: int
) -> None:
    damaged = bytearray(SOUND)
    for at, new in changes:
        damaged[at % len(damaged) : at % len(damaged) + len(new)] = new
    try:
        raw = table(bytes(damaged[: len(damaged) - cut]))
    except Unusable as refused:
        assert refused.text
        return
    assert raw.frame.height == len(raw.rows)


@given(
    st.text(alphabet="<>/=\"'crvtsf A1 2&;", max_size=60),
    st.sampled_from(["", "<si><t>a</t></si>", "<si>"]),
)
@settings(max_examples=300, deadline=None)
def test_any_sheet_xml_is_a_table_or_unusable(sheet: str, strings: str) -> None:
    try:
        table(raw_book(f'<row r="1"><c r="A1"><v>1</v></c></row>{sheet}', strings))
    except Unusable as refused:
        assert refused.text


SOUND = grid([["a", "b"], [1, "x"], [datetime(2024, 1, 1, tzinfo=UTC).date(), 2.5]])
