"""Rows as people and files hold them -> whole numbers that an engine adds up exactly.

Every text becomes a code of one code list shared by all columns, so that equal texts have equal
codes and no text of the data or of a definition ever stands in SQL. A number becomes a whole number
of units of its last declared decimal place. A value that is not what the definition declares is
refused with its column and row, never quoted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from commonweal.compute.errors import Unusable
from commonweal.compute.indicators.arrays import array_of, values_of
from commonweal.compute.indicators.definition import Column
from commonweal.compute.indicators.nodes import Kind
from commonweal.compute.indicators.tables import Batch
from commonweal.compute.indicators.values import Place, exact_values, is_text

MAX_CODES = 5_000_000


class Codes:
    """The code list of all texts: code -> text and text -> code, first seen first."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._codes: dict[str, int] = {}

    def code(self, text: str) -> int:
        """The code of `text`, a new one when it has none."""
        code = self._codes.setdefault(text, len(self.texts))
        if code == len(self.texts):
            if code >= MAX_CODES:
                raise Unusable(
                    f"The text columns hold more than {MAX_CODES:,} different texts.",
                    mend="Slice by columns with few categories; count people with unit: distinct.",
                )
            self.texts.append(text)
        return code


class Encoder:
    """Turns batches into batches of 64-bit numbers, 32-bit codes, days and truth values.

    `layout` names the encoded column of each declared column; `raw` are those kept as text because
    only their distinct values are counted. `nulls` counts missing values as they come by.
    """

    def __init__(
        self, layout: Mapping[Column, str], codes: Codes, raw: Iterable[Column] = ()
    ) -> None:
        self.layout = layout
        self.codes = codes
        self.raw = frozenset(raw)
        self.nulls: Counter[Column] = Counter()

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of encoded batches."""
        return pa.schema([(name, self._arrow_type(c)) for c, name in self.layout.items()])

    def _arrow_type(self, column: Column) -> pa.DataType:
        if column.type.kind is Kind.TEXT:
            return pa.large_string() if column in self.raw else pa.int32()
        types = {Kind.NUMBER: pa.int64(), Kind.DATE: pa.date32(), Kind.BOOLEAN: pa.bool_()}
        return types[column.type.kind]

    def encode(self, batch: Batch) -> pa.RecordBatch:
        """The encoded rows of `batch`; raises Unusable for a value that is not as declared."""
        arrays = []
        for column in self.layout:
            place = Place(column, batch)
            array = batch.rows.column(column.name)
            encoded = self._array(array, place)
            if encoded.type != self._arrow_type(column):
                encoded = encoded.cast(self._arrow_type(column))
            self.nulls[column] += encoded.null_count
            arrays.append(encoded)
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema)

    def _array(self, array: pa.Array, place: Place) -> pa.Array:
        column = place.column
        if pa.types.is_null(array.type):
            return pa.nulls(len(array), self._arrow_type(column))
        if column.type.kind is Kind.TEXT:
            texts = _as_texts(array, place)
            return _cleaned(texts, column) if column in self.raw else self._codes(texts, column)
        return exact_values(array, place)

    def _codes(self, array: pa.Array, column: Column) -> pa.Array:
        if not pa.types.is_dictionary(array.type):
            array = array.dictionary_encode()
        codes = [self._code(text, column) for text in array.dictionary.to_pylist()]
        positions, known = values_of(array.indices)
        # The last place is for rows whose text is not known, of which no position may be looked up.
        coded = np.array([*codes, -1], np.int32)[np.where(known, positions, len(codes))]
        return array_of(coded, coded >= 0, pa.int32())

    def _code(self, text: str | None, column: Column) -> int:
        text = (text or "").strip()
        return -1 if not text or text in column.missing else self.codes.code(text)


def _as_texts(array: pa.Array, place: Place) -> pa.Array:
    types = pa.types
    if types.is_date(array.type):
        array = array.cast(pa.date32())
    elif not (is_text(array.type) or types.is_integer(array.type) or types.is_boolean(array.type)):
        place.refuse_type(array.type)
    return array if is_text(array.type) else array.cast(pa.large_string())


def _cleaned(array: pa.Array, column: Column) -> pa.Array:
    texts = pl.Series(pl.from_arrow(array.cast(pa.large_string()))).str.strip_chars()
    gone = texts.is_in(["", *column.missing])
    return texts.set(gone.fill_null(value=False), None).to_arrow().cast(pa.large_string())


class Labels:
    """How the encoded values of a column read, and sort, as categories."""

    def __init__(self, column: Column, codes: Codes) -> None:
        self.column = column
        self.codes = codes

    def text(self, value: Any) -> str | None:
        """The category as text: a number without trailing zeros, a date as YYYY-MM-DD."""
        if value is None:
            return None
        kind = self.column.type.kind
        if kind is Kind.TEXT:
            return self.codes.texts[value] if isinstance(value, int) else str(value)
        if kind is Kind.NUMBER:
            return _decimal_text(value, self.column.type.decimals)
        return value.isoformat() if isinstance(value, date) else str(value).lower()

    def order(self, value: Any) -> tuple[bool, Any]:
        """Sorts texts by their characters, the rest by size, the unknown category last."""
        text = self.column.type.kind is Kind.TEXT
        return (True, "") if value is None else (False, self.text(value) if text else value)


def _decimal_text(number: int, decimals: int) -> str:
    digits = f"{abs(number):0{decimals + 1}d}"
    text = (
        f"{digits[:-decimals]}.{digits[-decimals:]}".rstrip("0").rstrip(".") if decimals else digits
    )
    return f"-{text}" if number < 0 else text
