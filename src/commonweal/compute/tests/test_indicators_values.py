"""Values as files hold them: read strictly, refused by column and row, never quoted."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators import tables
from commonweal.compute.indicators.arrays import array_of, values_of
from commonweal.compute.indicators.parse import parse_definitions
from commonweal.compute.indicators.tables import FrameTable
from commonweal.compute.measuring import measure


def total(values, column, dtype=pl.String, kind="sum"):
    """The sum (or mean, count) over one column `x`, and how many values it has."""
    rest = ", value: x" if kind != "count" else ""
    text = f"{{id: a, version: 1, title: A, kind: {kind}, reads: {{x: {column}}}{rest}}}"
    frame = pl.DataFrame({"x": pl.Series(values, dtype=dtype)})
    (row,) = measure(parse_definitions(text), FrameTable(frame, "id", "file.csv")).answer
    return row.value, row.n


def labels(values, column, dtype=pl.String):
    """The categories of one column `x`."""
    text = f"{{id: a, version: 1, title: A, kind: count, reads: {{x: {column}}}, slices: [x]}}"
    frame = pl.DataFrame({"x": pl.Series(values, dtype=dtype)})
    rows = measure(parse_definitions(text), FrameTable(frame, "id", "file.csv")).answer
    return {row.slice["x"]: row.value for row in rows if row.slice}


NUMBERS = [
    ("integer", ["1", " 2 ", "+3", "-4", "007", "5.0", "6."], 20),
    ("{type: number, decimals: 2}", ["0.1", "0.20", "-0.05", "1.000"], 1.25),
    ("number", ["0.000001", "1"], 1.000001),
    ("{type: integer, missing: ['-9', NA]}", ["-9", "NA", "4"], 4),
    ("integer", ["999999999999999999", "1"], 10**18),
]


@pytest.mark.parametrize(("column", "texts", "expected"), NUMBERS)
def test_numbers_written_as_text(column, texts, expected):
    assert total(texts, column)[0] == expected


@pytest.mark.parametrize(
    ("column", "text", "problem"),
    [
        ("integer", "3.5", "a number that is not whole"),
        ("{type: number, decimals: 2}", "0.125", "a number with more than 2 decimal places"),
        ("integer", "secret", "a text that is not a number"),
        ("integer", "1,000", "a text that is not a number"),
        ("number", "3,5", "a text that is not a number"),
        ("number", "1e5", "a text that is not a number"),
        ("number", "inf", "a text that is not a number"),
        ("number", "NaN", "a text that is not a number"),
        ("number", ".5", "a text that is not a number"),
        ("integer", "١٢", "a text that is not a number"),
        ("integer", "--1", "a text that is not a number"),
        ("integer", "1000000000000000000", "a number too large"),
        ("number", "1000000000000000000", "a number too large"),
        ("{type: integer, missing: ['-9']}", "-9.5", "a number that is not whole"),
    ],
)
def test_a_text_that_is_no_such_number_is_refused_unquoted(column, text, problem):
    with pytest.raises(Unusable, match=problem) as caught:
        total(["1", None, text, "2"], column)
    assert caught.value.text.endswith(" in row 4.")
    assert caught.value.where == "file.csv"
    assert '"x"' in caught.value.text
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    ("form", "texts"),
    [
        ("YYYY-MM-DD", ["2024-02-29", " 2025-01-01 "]),
        ("DD/MM/YYYY", ["29/02/2024", "01/01/2025"]),
        ("MM/DD/YYYY", ["02/29/2024", "01/01/2025"]),
        ("DD.MM.YYYY", ["29.02.2024", "01.01.2025"]),
        ("YYYYMMDD", ["20240229", "20250101"]),
    ],
)
def test_dates_in_the_form_declared(form, texts):
    found = labels([*texts, "", None], f"{{type: date, format: {form}}}")
    assert found == {"2024-02-29": 1, "2025-01-01": 1, None: 2}


@pytest.mark.parametrize(
    "text", ["2025-02-31", "31/01/2025", "2025-1-1", "2025-01-01T00:00:00", "12025-01-01", "soon"]
)
def test_a_text_that_is_no_such_date_is_refused_unquoted(text):
    with pytest.raises(Unusable, match="not such a date in row 3") as caught:
        labels(["2025-01-01", text], "date")
    assert text not in str(caught.value)


def test_truth_values_in_words_and_figures():
    assert labels(["TRUE", "yes", "1", "False", "no", "0", ""], "boolean") == {
        "true": 3,
        "false": 3,
        None: 1,
    }
    with pytest.raises(Unusable, match="neither true nor false in row 2"):
        labels(["maybe"], "boolean")


def test_texts_are_trimmed_and_otherwise_kept():
    assert labels(["a", " a ", "A", "NA", "", None, "\t"], "text") == {
        "a": 2,
        "A": 1,
        "NA": 1,
        None: 3,
    }
    assert labels(["a", "NA"], "{type: text, missing: [NA]}") == {"a": 1, None: 1}


@pytest.mark.parametrize(
    ("values", "dtype", "column", "expected"),
    [
        ([1, None, 3], pl.Int16, "integer", (4, 2)),
        ([1, None, 3], pl.UInt64, "{type: number, decimals: 2}", (4.0, 2)),
        ([1.0, None, 3.0, float("nan")], pl.Float64, "integer", (4, 2)),
        ([0.1, 0.2, None], pl.Float64, "{type: number, decimals: 1}", (0.3, 2)),
        ([0.25, 0.5], pl.Float32, "{type: number, decimals: 2}", (0.75, 2)),
        ([Decimal("1.10"), None], pl.Decimal(10, 2), "{type: number, decimals: 1}", (1.1, 1)),
        ([Decimal("1.1")], pl.Decimal(10, 1), "{type: number, decimals: 3}", (1.1, 1)),
        ([7, 999], pl.Int64, "{type: integer, missing: [999]}", (7, 1)),
        ([7.5, -1.0], pl.Float64, "{type: number, missing: ['-1']}", (7.5, 1)),
        ([None, None], pl.Null, "integer", (None, None)),
        (["1", "2"], pl.Categorical, "integer", (3, 2)),
    ],
)
def test_typed_columns_pass_where_the_type_fits(values, dtype, column, expected):
    assert total(values, column, dtype) == expected


@pytest.mark.parametrize(
    ("values", "dtype", "column", "problem"),
    [
        ([1, 10**18], pl.Int64, "integer", "a number too large .* in row 3"),
        ([10**17], pl.Int64, "{type: number, decimals: 2}", "a number too large"),
        ([2**63], pl.UInt64, "integer", "a number too large"),
        (
            [0.5, 0.25],
            pl.Float64,
            "{type: number, decimals: 1}",
            "more than 1 decimal places in row 3",
        ),
        ([0.5], pl.Float64, "integer", "not whole"),
        ([float("inf")], pl.Float64, "number", "a number too large"),
        ([1e300], pl.Float64, "number", "a number too large"),
        ([Decimal("0.125")], pl.Decimal(10, 3), "{type: number, decimals: 2}", "more than 2"),
        ([Decimal(10**30)], pl.Decimal(38, 0), "integer", "a number too large"),
        ([dt.date(2025, 1, 1)], pl.Date, "integer", "stored as date32"),
        ([True], pl.Boolean, "integer", "stored as bool"),
    ],
)
def test_typed_columns_that_do_not_fit_are_refused(values, dtype, column, problem):
    with pytest.raises(Unusable, match=problem):
        total(values, column, dtype)


@pytest.mark.parametrize(
    ("values", "dtype", "column", "expected"),
    [
        ([3, 10, None], pl.Int64, "text", {"10": 1, "3": 1, None: 1}),
        ([True, None], pl.Boolean, "text", {"true": 1, None: 1}),
        ([dt.date(2025, 1, 2)], pl.Date, "text", {"2025-01-02": 1}),
        (["a", " a", None], pl.Categorical, "text", {"a": 2, None: 1}),
        ([dt.date(2025, 1, 2)], pl.Date, "date", {"2025-01-02": 1}),
        ([dt.datetime(2025, 1, 2, 23, 59)], pl.Datetime("us"), "date", {"2025-01-02": 1}),
        ([True, False], pl.Boolean, "boolean", {"false": 1, "true": 1}),
        (["yes", None], pl.Categorical, "boolean", {"true": 1, None: 1}),
    ],
)
def test_typed_columns_as_categories(values, dtype, column, expected):
    assert labels(values, column, dtype) == expected


@pytest.mark.parametrize(
    ("values", "dtype", "column"),
    [
        ([1.5], pl.Float64, "text"),
        ([1], pl.Int64, "date"),
        ([1], pl.Int64, "boolean"),
        ([dt.datetime(2025, 1, 2, tzinfo=dt.UTC)], pl.Datetime("us", "UTC"), "date"),
        ([[1]], pl.List(pl.Int64), "text"),
    ],
)
def test_typed_columns_of_another_kind_are_refused(values, dtype, column):
    with pytest.raises(Unusable, match="is stored as"):
        labels(values, column, dtype)


def test_the_row_is_counted_through_all_batches(monkeypatch):
    monkeypatch.setattr(tables, "BATCH_ROWS", 2)
    with pytest.raises(Unusable, match="in row 7"):
        total(["1", "1", "1", "1", "1", "x"], "integer")


def test_the_row_is_the_sources_own_where_rows_were_left_out():
    frame = pl.DataFrame({"x": ["1", "x"]})
    table = FrameTable(frame, "id", "file.csv", pl.Series([5, 9], dtype=pl.UInt32))
    text = "{id: a, version: 1, title: A, kind: sum, value: x, reads: {x: integer}}"
    with pytest.raises(Unusable, match="in row 9"):
        measure(parse_definitions(text), table)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(-(10**17), 10**17), min_size=1, max_size=20), st.integers(0, 9))
def test_any_decimal_is_added_up_exactly(numbers, decimals):
    texts = [str(Decimal(number).scaleb(-decimals)) for number in numbers]
    texts = [f"{Decimal(text):f}" for text in texts]
    found, n = total(texts, f"{{type: number, decimals: {decimals}}}")
    assert n == len(numbers)
    assert found == (sum(numbers) / 10**decimals if decimals else sum(numbers))


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-5, 5)), max_size=40), st.integers(0, 20))
def test_buffers_are_read_and_written_as_arrow_does(values, start):
    for type_ in (pa.int8(), pa.uint16(), pa.int64(), pa.float32(), pa.float64()):
        whole = [abs(v) if v is not None and type_ == pa.uint16() else v for v in values]
        array = pa.array(whole, type_)[start:]
        numbers, known = values_of(array)
        assert [n if k else None for n, k in zip(numbers, known, strict=True)] == array.to_pylist()
        assert not numbers[~known].any()
        assert array_of(numbers, known, type_).to_pylist() == array.to_pylist()


def test_a_marker_that_is_no_value_of_the_column_marks_nothing():
    assert total([-9, 4], "{type: integer, missing: ['-9.99', none]}", pl.Int64) == (-5, 2)
