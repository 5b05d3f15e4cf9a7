"""Sparse rows of coefficients, and the number types of this package."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """A sparse matrix: row r has `values[starts[r]:starts[r + 1]]` at `columns[…]`."""

    starts: Ints
    columns: Ints
    values: Floats

    @property
    def count(self) -> int:
        return len(self.starts) - 1

    @cached_property
    def owners(self) -> Ints:
        """The row of each entry."""
        return np.repeat(np.arange(self.count), np.diff(self.starts))

    def dot(self, vector: Floats) -> Floats:
        return self.sums(self.values * vector[self.columns])

    def sums(self, entries: Floats) -> Floats:
        """The sum over each row of one number per entry."""
        total: Floats = np.bincount(self.owners, entries, self.count).astype(np.float64)
        return total

    def only(self, columns: Ints) -> tuple[Rows, Ints]:
        """The entries at some columns (sorted), renumbered, and which rows they are in."""
        there = np.searchsorted(columns, self.columns)
        there[there == len(columns)] = 0
        kept = np.flatnonzero(columns[there] == self.columns) if len(columns) else there[:0]
        numbers, owners = np.unique(self.owners[kept], return_inverse=True)
        starts = np.concatenate(([0], np.cumsum(np.bincount(owners, minlength=len(numbers)))))
        return Rows(starts.astype(np.int64), there[kept], self.values[kept]), numbers

    def both_ways(self, size: int) -> Rows:
        """Each of `size` columns beside its negative: column c rises, column c + size falls."""
        order = np.argsort(np.concatenate((self.owners, self.owners)), kind="stable")
        return Rows(
            self.starts * 2,
            np.concatenate((self.columns, self.columns + size))[order],
            np.concatenate((self.values, -self.values))[order],
        )
