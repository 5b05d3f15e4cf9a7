"""Arrow arrays as NumPy arrays and back, by their buffers.

Arrow's own conversions load its compute module, and pandas where there is one, which takes longer
than to compute an indicator over a hundred thousand rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_DTYPES = {pa.float32(): np.float32, pa.float64(): np.float64}


def values_of(array: pa.Array) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """The numbers in an array of whole numbers or floats, and which of them are known.

    The numbers of places that are not known are 0.
    """
    length, offset = len(array), array.offset
    dtype = np.dtype(_DTYPES.get(array.type) or str(array.type))
    validity, data = array.buffers()
    if not length:
        return np.zeros(0, dtype), np.zeros(0, np.bool_)
    values = np.frombuffer(data, dtype, length, offset * dtype.itemsize)
    if not array.null_count:
        return values, np.ones(length, np.bool_)
    bits = np.unpackbits(np.frombuffer(validity, np.uint8), bitorder="little")
    known = bits[offset : offset + length].astype(np.bool_)
    return np.where(known, values, dtype.type(0)), known


def array_of(values: NDArray[Any], known: NDArray[np.bool_], type_: pa.DataType) -> pa.Array:
    """The array of `type_` that holds `values` where they are `known`."""
    bits = None if known.all() else pa.py_buffer(np.packbits(known, bitorder="little"))
    data = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(type_, len(values), [bits, data])
