"""The cheapest way for one hidden cell to be something else than it is."""

from __future__ import annotations

import numpy as np

from commonweal.compute.disclosure.program import INFINITE, MET, Program
from commonweal.compute.disclosure.sparse import Floats, Ints, Rows


class Moves:
    """How far each cell rises or falls from its count, every equation staying met.

    A move costs, per unit, the `price` of each cell that it changes. A cell may rise without limit
    and fall to zero, unless it is frozen.
    """

    def __init__(self, rows: Rows, counts: Floats, price: Floats) -> None:
        size = len(counts)
        self.counts, self.price = counts, price.copy()
        self.program = Program(
            rows.both_ways(size),
            np.zeros(rows.count),
            np.zeros(2 * size),
            np.concatenate((np.full(size, INFINITE), counts)),
            afresh=True,
        )
        self.set_price(np.arange(size), price)

    def set_price(self, cells: Ints, price: Floats) -> None:
        self.price[cells] = price
        self._charge(cells, price)

    def _charge(self, cells: Ints, price: Floats) -> None:
        both = np.concatenate((cells, cells + len(self.counts)))
        self.program.cost(both, np.concatenate((price, price)))

    def freeze(self, cells: Ints) -> None:
        """Keep cells at their counts."""
        self._bound(cells, np.zeros(len(cells)), np.zeros(len(cells)))

    def thaw(self, cells: Ints) -> None:
        """Let cells rise and fall again."""
        self._bound(cells, np.full(len(cells), INFINITE), self.counts[cells])

    def _bound(self, cells: Ints, rise: Floats, fall: Floats) -> None:
        both = np.concatenate((cells, cells + len(self.counts)))
        self.program.bounds(both, np.zeros(len(both)), np.concatenate((rise, fall)))

    def reach(self, cell: int, target: float, rounds: int = 0) -> Floats | None:
        """The changes by which `cell` reaches `target`; None if it cannot.

        What counts is which cells change, not by how much. So each of `rounds` asks again with the
        price of a changed cell spread over its change, and the answer whose changed cells cost
        least is kept (slope scaling: Kim and Pardalos 1999).
        """
        size, change = len(self.counts), target - self.counts[cell]
        both = np.array([cell, cell + size])
        rise, fall = max(change, 0.0), max(-change, 0.0)
        self.program.bounds(both, np.array([rise, fall]), np.array([rise, fall]))
        best = self._answer()
        if best is not None and rounds and self._toll(best) > 0:
            best = self._spread(best, rounds)
            self._charge(np.arange(size), self.price)
        self._bound(np.array([cell]), np.array([INFINITE]), self.counts[[cell]])
        return best

    def _spread(self, best: Floats, rounds: int) -> Floats:
        latest: Floats | None = best
        for _ in range(rounds):
            moved = np.abs(best if latest is None else latest)
            self._charge(np.arange(len(moved)), self.price / np.where(moved > 1.0, moved, 1.0))
            latest = self._answer()
            if latest is not None and self._toll(latest) < self._toll(best):
                best = latest
        return best

    def _answer(self) -> Floats | None:
        point = self.program.solve()
        size = len(self.counts)
        return None if point is None else point[:size] - point[size:]

    def _toll(self, moved: Floats) -> float:
        return float(self.price[np.abs(moved) > MET].sum())
