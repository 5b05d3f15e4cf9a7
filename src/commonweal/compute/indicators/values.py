"""One column of a batch -> exact values, or a refusal that names column and row, never the value."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NoReturn

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators.arrays import array_of, values_of
from commonweal.compute.indicators.definition import Column
from commonweal.compute.indicators.nodes import Kind
from commonweal.compute.indicators.tables import Batch

LARGEST = 10**18 - 1
"""Numbers are held in 64 bits: at most this many units of the last decimal place."""

_TRUE = ("true", "yes", "1")
_FALSE = ("false", "no", "0")
_POLARS_FORMS = {
    "YYYY-MM-DD": ("%Y-%m-%d", r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    "DD/MM/YYYY": ("%d/%m/%Y", r"^[0-9]{2}/[0-9]{2}/[0-9]{4}$"),
    "MM/DD/YYYY": ("%m/%d/%Y", r"^[0-9]{2}/[0-9]{2}/[0-9]{4}$"),
    "DD.MM.YYYY": ("%d.%m.%Y", r"^[0-9]{2}\.[0-9]{2}\.[0-9]{4}$"),
    "YYYYMMDD": ("%Y%m%d", r"^[0-9]{8}$"),
}

_NOT_WHOLE = "a number that is not whole"
_TOO_LARGE = "a number too large to be added up exactly"
_LARGE_MEND = "Declare fewer decimals, or give the figure in larger units."
_DECIMALS_MEND = "Declare the column as number with enough decimals:."


@dataclass(frozen=True)
class Place:
    """Where an array stands: for messages."""

    column: Column
    batch: Batch

    def refuse(self, problem: str, row: int, mend: str) -> NoReturn:
        """Raises Unusable for the value at position `row` of the batch."""
        raise Unusable(
            f'The column "{self.column.name}" holds {problem} in row {self.batch.number(row)}.',
            mend=mend,
            where=self.batch.source,
        )

    def refuse_type(self, found: pa.DataType) -> NoReturn:
        """Raises Unusable for a column stored as another type than the definition reads."""
        raise Unusable(
            f'The column "{self.column.name}" is stored as {found},'
            f" the definition reads it as {self.column.type.kind.value}.",
            mend="Store it as declared, or declare it as stored.",
            where=self.batch.source,
        )


def exact_values(array: pa.Array, place: Place) -> pa.Array:
    """Numbers as 64-bit whole numbers of their last declared place, dates, or truth values.

    Texts are parsed strictly; typed columns pass where their type fits. Raises Unusable.
    """
    if is_text(array.type):
        return _Texts(array, place).parsed()
    return _TYPED[place.column.type.kind](array, place)


def is_text(type_: pa.DataType) -> bool:
    """Whether the type holds text, dictionary-encoded or not."""
    if pa.types.is_dictionary(type_):
        type_ = type_.value_type
    return bool(
        pa.types.is_string(type_) or pa.types.is_large_string(type_) or type_ == pa.string_view()
    )


class _Texts:
    """Parses the different texts of an array once each, then puts the values in their rows."""

    def __init__(self, array: pa.Array, place: Place) -> None:
        self.place = place
        self.column = place.column
        self.encoded = array if pa.types.is_dictionary(array.type) else array.dictionary_encode()
        texts = pl.Series(pl.from_arrow(self.encoded.dictionary)).str.strip_chars()
        missing = texts.is_in(["", *self.column.missing])
        self.known = (texts.is_not_null() & ~missing).fill_null(value=False)
        self.texts = texts.filter(self.known)

    def parsed(self) -> pa.Array:
        if not len(self.texts):
            return pa.nulls(len(self.encoded))
        parsers = {
            Kind.NUMBER: self._numbers,
            Kind.DATE: self._dates,
            Kind.BOOLEAN: self._booleans,
        }
        values = parsers[self.column.type.kind]()
        places = (self.known.cast(pl.Int64).cum_sum() - 1).set(~self.known, None)
        rows = pl.Series(pl.from_arrow(self.encoded.indices)).cast(pl.UInt32)
        return values.gather(places.cast(pl.UInt32).gather(rows)).to_arrow()

    def refuse_any(self, problem: str, bad: pl.Series, mend: str) -> None:
        if bad.any():
            codes = self.known.arg_true().filter(bad)
            rows = pl.Series(pl.from_arrow(self.encoded.indices)).cast(pl.UInt32)
            first = rows.is_in(codes.implode()).fill_null(value=False).arg_max() or 0
            self.place.refuse(problem, first, mend)

    def _numbers(self) -> pl.Series:
        decimals = self.column.type.decimals
        mend = (
            "Write digits and a decimal point; name other texts under missing: in the definition."
        )
        good = self.texts.str.contains(r"^[+-]?[0-9]+(\.[0-9]*)?$")
        self.refuse_any("a text that is not a number", ~good, mend)
        parts = self.texts.str.extract_groups(r"^([+-]?)([0-9]+)\.?([0-9]*)$").struct
        fraction = parts.field("3").str.strip_chars_end("0")
        self.refuse_any(_places(decimals), fraction.str.len_bytes() > decimals, _DECIMALS_MEND)
        digits = (parts.field("2") + fraction.str.pad_end(decimals, "0")).str.strip_chars_start("0")
        self.refuse_any(_TOO_LARGE, digits.str.len_bytes() > 18, _LARGE_MEND)
        whole = ("0" + digits).cast(pl.Int64)
        return whole.zip_with(parts.field("1") != "-", -whole)

    def _dates(self) -> pl.Series:
        form, pattern = _POLARS_FORMS[self.column.form]
        shaped = self.texts.set(~self.texts.str.contains(pattern), None)
        dates = shaped.str.to_date(form, strict=False)
        mend = f"Write days of the calendar as {self.column.form}, or name another format:."
        self.refuse_any("a text that is not such a date", dates.is_null(), mend)
        return dates

    def _booleans(self) -> pl.Series:
        lower = self.texts.str.to_lowercase()
        true = lower.is_in(list(_TRUE))
        mend = "Write true or false, yes or no, 1 or 0; name other texts under missing:."
        bad = ~(true | lower.is_in(list(_FALSE)))
        self.refuse_any("a text that is neither true nor false", bad, mend)
        return true


_Numbers = tuple[NDArray[np.int64], NDArray[np.bool_]]
"""Whole numbers of the last decimal place, and which of them are known."""


def _typed_number(array: pa.Array, place: Place) -> pa.Array:
    if pa.types.is_integer(array.type):
        scaled, known = _integers(array, place)
    elif pa.types.is_floating(array.type):
        scaled, known = _floats(array, place)
    elif pa.types.is_decimal(array.type):
        scaled, known = _decimals(array, place)
    else:
        place.refuse_type(array.type)
    markers = list(_marker_numbers(place.column))
    if markers:
        known &= ~np.isin(scaled, markers)
    return array_of(scaled, known, pa.int64())


def _integers(array: pa.Array, place: Place) -> _Numbers:
    scale = 10**place.column.type.decimals
    most = LARGEST // scale
    values, known = values_of(array)
    if len(values) and not -most <= int(values.min()) <= int(values.max()) <= most:
        bad = (values > most) | (values < -most)
        _refuse_rows(place, _TOO_LARGE, bad, _LARGE_MEND)
    return values.astype(np.int64) * scale, known


def _floats(array: pa.Array, place: Place) -> _Numbers:
    """Doubles hold decimals nearly: what is nearer than a millionth of the last place is it."""
    decimals = place.column.type.decimals
    values, known = values_of(array)
    with np.errstate(over="ignore"):
        exact = values.astype(np.float64) * 10.0**decimals
    blank = np.isnan(exact)
    if blank.any():
        known = known & ~blank
        exact = np.where(blank, 0.0, exact)
    _refuse_rows(place, _TOO_LARGE, np.abs(exact) > 2.0**53, _LARGE_MEND)
    whole = np.rint(exact)
    _refuse_rows(place, _places(decimals), np.abs(exact - whole) > 1e-6, _DECIMALS_MEND)
    return whole.astype(np.int64), known


def _decimals(array: pa.Array, place: Place) -> _Numbers:
    decimals = place.column.type.decimals
    series = pl.Series(pl.from_arrow(array))
    rounded = series.cast(pl.Decimal(38, decimals), strict=False)
    known = series.is_not_null()
    inexact = (rounded.cast(series.dtype, strict=False) != series) | (rounded.is_null() & known)
    _refuse_rows(
        place, _places(decimals), inexact.fill_null(value=False).to_numpy(), _DECIMALS_MEND
    )
    wide = rounded.to_physical().cast(pl.Int128)
    large = (wide.abs() > LARGEST).fill_null(value=False).to_numpy()
    _refuse_rows(place, _TOO_LARGE, large, _LARGE_MEND)
    return wide.cast(pl.Int64).fill_null(0).to_numpy(), known.to_numpy()


def _refuse_rows(place: Place, problem: str, bad: NDArray[np.bool_], mend: str) -> None:
    if bad.any():
        place.refuse(problem, int(np.argmax(bad)), mend)


def _places(decimals: int) -> str:
    return f"a number with more than {decimals} decimal places" if decimals else _NOT_WHOLE


def _marker_numbers(column: Column) -> Iterator[int]:
    for marker in column.missing:
        with contextlib.suppress(ArithmeticError, ValueError):
            number = Decimal(marker).scaleb(column.type.decimals)
            if number == int(number):
                yield int(number)


def _typed_date(array: pa.Array, place: Place) -> pa.Array:
    naive = pa.types.is_timestamp(array.type) and array.type.tz is None
    if not (pa.types.is_date(array.type) or naive):
        place.refuse_type(array.type)
    if array.type == pa.date32():
        return array
    return pl.Series(pl.from_arrow(array)).cast(pl.Date).to_arrow()


def _typed_boolean(array: pa.Array, place: Place) -> pa.Array:
    if not pa.types.is_boolean(array.type):
        place.refuse_type(array.type)
    return array


_TYPED: Mapping[Kind, Callable[[pa.Array, Place], pa.Array]] = {
    Kind.NUMBER: _typed_number,
    Kind.DATE: _typed_date,
    Kind.BOOLEAN: _typed_boolean,
}
