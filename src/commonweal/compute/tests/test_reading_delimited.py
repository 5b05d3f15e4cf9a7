"""Delimited text: every dialect and encoding, exact record numbers, and refusal of the rest."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from commonweal.compute.errors import Unusable
from commonweal.compute.reading import delimited
from commonweal.compute.reading.read import read
from commonweal.compute.reading.records import Unclosed, scan, tokens
from commonweal.compute.reading.table import Caps, RawTable, unique_names

NO_CAPS = Caps()
CELLS = st.text(alphabet="ab7 ,;\t|\"'\n\r=é€\u00a0#", max_size=6)


def table(data: bytes, caps: Caps = NO_CAPS) -> RawTable:
    return read("file.csv", data, caps)


def cells(raw: RawTable) -> list[tuple[str | None, ...]]:
    return raw.frame.rows()


def faults(raw: RawTable) -> list[tuple[str, int | None]]:
    return raw.faults.select("rule", "row").rows()


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_dialects_and_encodings(separator: str, encoding: str, end: str) -> None:
    text = end.join(separator.join(row) for row in [("né", "b"), ("1", "é"), ("3", "")]) + end
    mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")

    raw = table((mark + text).encode(encoding))

    assert raw.headings == ("né", "b")
    assert cells(raw) == [("1", "é"), ("3", None)]
    assert raw.rows.to_list() == [2, 3]
    assert faults(raw) == ([("encoding", None)] if encoding == "cp1252" else [])


def test_ascii_is_no_guess() -> None:
    assert faults(table(b"a,b\n1,2\n")) == []


def test_records_are_counted_not_lines() -> None:
    raw = table(b'a,b\r\n1,"x\r\ny"\r\n\r\n"q""q",4\r\n')

    assert cells(raw) == [("1", "x\ny"), ('q"q', "4")]
    assert raw.rows.to_list() == [2, 4]  # the empty record 3 holds nothing
    assert raw.trace["regular"] is True


def test_ragged_rows_are_found_with_their_numbers() -> None:
    raw = table(b"a,b,c\n1,2,3\n4,5\n\n6,7,8,9\n1,2,3\n")

    assert faults(raw) == [("ragged_row", 3), ("ragged_row", 5)]
    assert raw.faults.get_column("detail").to_list() == ["2 3", "4 3"]
    assert raw.rows.to_list() == [2, 3, 5, 6]


def test_ragged_rows_in_irregular_files_too() -> None:
    raw = table(b'a,b\n5" pipe,2\n4\n1,2,3\n')

    assert raw.trace["regular"] is False
    assert cells(raw)[0] == ('5" pipe', "2")
    assert faults(raw) == [("ragged_row", 3), ("ragged_row", 4)]


def test_text_after_a_closing_quotation_mark_is_reported() -> None:
    """Two unescaped quotes can swallow a row and still leave the right number of fields."""
    raw = table(b'a,b,c\n1,"x,y\n2,"z,w\n3,4,5\n')

    assert faults(raw) == [("quote", 2)]
    assert raw.rows.to_list() == [2, 3]


def test_an_unclosed_quotation_mark_is_refused_by_row() -> None:
    with pytest.raises(Unusable, match="row 3 is never closed"):
        table(b'a,b\n1,2\n"3,4\n5,6\n')


def test_excels_separator_hint_is_no_record() -> None:
    raw = table(b"sep=;\r\na;b\r\n1,5;2\r\n")

    assert (raw.headings, cells(raw), raw.rows.to_list()) == (("a", "b"), [("1,5", "2")], [2])


def test_decimal_commas_do_not_look_like_separators() -> None:
    raw = table(b"id;value\n1;3,5\n2;4,5\n3;5\n")

    assert raw.trace["separator"] == "semicolon"


def test_empty_tails_and_nameless_empty_columns_are_dropped() -> None:
    raw = table(b"a,b,,\n1,,,\n,,,\n2,3,,\n,,,\n,,,\n")

    assert raw.headings == ("a", "b")
    assert cells(raw) == [("1", None), (None, None), ("2", "3")]
    assert raw.rows.to_list() == [2, 3, 4]


def test_a_nameless_column_with_data_stays() -> None:
    raw = table(b"a,,a\n1,2,3\n")

    assert raw.headings == ("a", "", "a")
    assert raw.frame.columns == ["a", "(column 2)", "a (column 3)"]


def test_empty_lines_before_the_heading_count_as_rows() -> None:
    raw = table(b"\n\na,b\n1,2\n")

    assert (raw.headings, raw.rows.to_list()) == (("a", "b"), [4])


def test_a_heading_alone_is_a_table_without_rows() -> None:
    assert table(b"a,b").frame.shape == (0, 2)
    assert table(b'a,"b"x\n').frame.shape == (0, 2)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "0 bytes"),
        (b"\n \r\n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b",,\n,,\n", "no table"),
        (b"a,b\n\x00,2\n", "not text"),
        (b"a\x81\x8d,b\n1,2\n", "not text"),
        ("a,b\n".encode("utf-32"), "UTF-32"),
        (b"\xff\xfea", "UTF-16"),
        ("a,b\n1,2\n".encode("utf-16-le"), "not text"),
        (b"%PDF-1.7\n\xe2\xe3", "PDF"),
        (b"\x1f\x8b\x08\x00aaaa", "compressed"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "old XLS"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, says: str) -> None:
    with pytest.raises(Unusable, match=says) as refused:
        table(data)
    assert refused.value.mend


@pytest.mark.parametrize("start", ["PAR1", "BZh", "Rar!"])
def test_a_heading_may_look_like_a_magic_number(start: str) -> None:
    assert table(f"{start},b\n1,2\n".encode()).headings == (start, "b")


@pytest.mark.parametrize(
    ("caps", "says"),
    [
        (Caps(bytes=10), "bytes"),
        (Caps(rows=1), "2 rows"),
        (Caps(columns=1), "2 columns"),
        (Caps(cell_length=5), "6 bytes"),
    ],
)
@pytest.mark.parametrize("irregular", [False, True])
def test_caps(caps: Caps, says: str, irregular: bool) -> None:
    data = b"a,b\nsecret,2\n3,4\n" + (b'5" x,\n'[: 0 if not irregular else None])
    if irregular and caps.rows:
        says = "3 rows"

    with pytest.raises(Unusable, match=says) as refused:
        table(data, caps)
    assert "secret" not in str(refused.value)


def test_caps_let_what_fits_through() -> None:
    assert table(b"a,b\n1,2\n", Caps(bytes=8, rows=1, columns=2, cell_length=1)).rows.len() == 1


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=6),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@settings(max_examples=300, deadline=None)
def test_what_a_csv_writer_writes_is_read_back(
    rows: list[list[str]], separator: str, end: str, encoding: str, quoting: int
) -> None:
    if any(mark in cell for row in rows for cell in row for mark in "\r\n"):
        quoting = csv.QUOTE_ALL  # before Python 3.13 the writer quotes only some line ends
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=separator, lineterminator=end, quoting=quoting)
    writer.writerows([["né", "b", "c"], *rows])

    raw = table(buffer.getvalue().encode(encoding))

    wanted = [tuple(cell.replace("\r\n", "\n") or None for cell in row) for row in rows]
    while wanted and wanted[-1] == (None, None, None):
        wanted.pop()
    assert raw.headings == ("né", "b", "c")
    assert cells(raw) == wanted
    assert raw.rows.to_list() == list(range(2, len(wanted) + 2))
    assert faults(raw) == ([("encoding", None)] if encoding == "cp1252" else [])


@given(st.text(alphabet='a,"\n\r', max_size=30))
@example('a\n"",""\n')
@example('"a\r\n"\r\n,')
@settings(max_examples=1000, deadline=None)
def test_the_fast_scan_and_the_slow_reader_see_the_same_records(text: str) -> None:
    records = scan(text.encode(), ",")
    try:
        slow = list(tokens(text, ","))
    except Unclosed:
        assert records is None
        return
    if records is None:
        return

    assert [len(row) for row, _ in slow] == [
        0 if blank else fields for fields, blank in zip(records.fields, records.blank, strict=True)
    ]
    assert not any(misplaced for _, misplaced in slow)


@given(st.text(alphabet='ab,"\n', max_size=40))
@example('h,i\n"a\n",b\n,"""\n"\n')
@settings(max_examples=1000, deadline=None)
def test_the_fast_and_the_slow_reader_give_the_same_table(text: str) -> None:
    data = ("h,i\n" + text).encode()
    records = scan(data, ",")
    if records is None:
        return

    fast = delimited._fast(data, ",", records, NO_CAPS)
    slow = delimited._slow(data, ",", NO_CAPS)

    assert fast is not None
    blank = pl.all().replace("", None)
    assert fast.frame.select(blank).rows() == slow.frame.select(blank).rows()
    assert fast.rows.to_list() == slow.rows.to_list()
    assert fast.faults.rows() == slow.faults.rows()


@pytest.mark.parametrize(
    "text", ['"a",b\n1,2', 'a,"b"\n"1","2"', '"a""","b"\r\n"","\n"', 'a,b\n"x,""y"\n']
)
def test_the_scan_takes_every_regular_file(text: str) -> None:
    assert scan(text.encode(), ",") is not None


@pytest.mark.parametrize(
    "text", ['a"b,c\n', '"a"b,c\n', 'a,"b\n', "a\rb\n", '"a" ,b\n', ' "a",b\n']
)
def test_the_scan_declines_every_irregular_file(text: str) -> None:
    assert scan(text.encode(), ",") is None


def test_the_scan_crosses_its_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Quotes, separators and line ends at the seams between pieces."""
    data = b'a,b\r\n"x\r\n,""y""",2\r\n3,"4"\r\n,\r\n' * 3
    whole = scan(data, ",")
    assert whole is not None
    for size in range(1, 20):
        monkeypatch.setattr("commonweal.compute.reading.records._CHUNK", size)
        parts = scan(data, ",")
        assert parts is not None
        assert parts.starts.tolist() == whole.starts.tolist()
        assert parts.fields.tolist() == whole.fields.tolist()


@settings(deadline=None)
@given(st.lists(st.sampled_from(["", "a", "b", "a (column 2)", "(column 1)"]), max_size=6))
def test_frame_names_are_unique_and_first_headings_kept(headings: list[str]) -> None:
    names = unique_names(headings)

    assert len(set(names)) == len(names)
    for heading in set(headings) - {""}:
        assert names[headings.index(heading)] == heading


@given(st.binary(max_size=300))
@settings(max_examples=500, deadline=None)
def test_any_bytes_are_a_table_or_unusable(data: bytes) -> None:
    try:
        raw = table(data)
    except Unusable as refused:
        assert refused.text
        return
    assert raw.frame.height == len(raw.rows)


@given(st.text(alphabet='ab,;"\n\r\t|=é\u2028', max_size=60))
@settings(max_examples=500, deadline=None)
def test_any_text_is_a_table_or_unusable(text: str) -> None:
    try:
        raw = table(text.encode())
    except Unusable:
        return
    assert raw.frame.height == len(raw.rows)
    assert len(raw.headings) == raw.frame.width
