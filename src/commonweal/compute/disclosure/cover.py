"""Which further cells to hide so that each hidden cell may be anything from 0 to the minimum."""

from __future__ import annotations

import numpy as np

from commonweal.compute.disclosure.moves import Moves
from commonweal.compute.disclosure.program import MET, MOST_WORK
from commonweal.compute.disclosure.sparse import Floats, Ints, Mask
from commonweal.compute.disclosure.system import System

# A cell, and the count that some population that fits must give it.
Demand = tuple[int, float]

# Further programs per demand that make fewer cells change, as long as there is time. Two of them
# hide some three per cent fewer cells in three-way tables and double the time.
ROUNDS = 2


class Uncoverable(Exception):
    """A cell stays pinned down even if everything else is hidden."""

    def __init__(self, cell: int) -> None:
        self.cell = cell
        super().__init__(cell)


class Cover:
    """Grows a set of hidden cells until each of them may be 0, and may be the minimum.

    Each program asks for the cheapest change of published cells (hidden ones change for nothing)
    that takes one hidden cell to where it must be able to be, as in Kelly, Golden and Assad (1992)
    and Fischetti and Salazar-González (2001). What it changes is hidden, with all of its group.
    Hiding more never narrows a range, so a witness once found stays good, and each answer is a
    witness for every hidden cell.

    `groups` numbers cells that are hidden together alike; `free` are the cells that are shown in no
    case. `cause` keeps, by cell, the demand that first had it hidden.
    """

    def __init__(
        self, system: System, groups: Ints, free: Mask, weights: Floats, minimum: int
    ) -> None:
        self.system, self.groups, self.free, self.weights = system, groups, free, weights
        self.minimum, self.counts = float(minimum), system.counts
        self.small = ~free & (self.counts > 0) & (self.counts < minimum)
        self.hidden = np.zeros(len(self.counts), dtype=bool)
        self.least, self.most = self.counts.copy(), self.counts.copy()
        self.cause: dict[int, Demand] = {}
        self.moves = Moves(system.rows, self.counts, np.where(free, 0.0, weights))

    def grow(self) -> None:
        """Hide the small cells, and more until every demand is met. Raises Uncoverable."""
        self.hide(np.flatnonzero(self.small), None)
        while (demand := self.next_demand()) is not None:
            eager = self.moves.program.work < MOST_WORK // 4
            moved = self.moves.reach(*demand, rounds=ROUNDS if eager else 0)
            if moved is None:
                raise Uncoverable(demand[0])
            self.hide(np.flatnonzero((np.abs(moved) > MET) & ~self.free), demand)
            np.minimum(self.least, self.counts + moved, out=self.least)
            np.maximum(self.most, self.counts + moved, out=self.most)

    def next_demand(self) -> Demand | None:
        """What no point met so far shows of a hidden cell: rises first, then falls to zero."""
        short = np.flatnonzero(self.hidden & (self.most < self.minimum - MET))
        if len(short):
            return int(short[0]), self.minimum
        high = np.flatnonzero(self.hidden & (self.least > MET))
        return (int(high[0]), 0.0) if len(high) else None

    def hide(self, cells: Ints, demand: Demand | None) -> None:
        """Hide cells with all of their groups."""
        together = np.isin(self.groups, self.groups[cells])
        fresh = np.flatnonzero(together & ~self.free & ~self.hidden)
        if not len(fresh):
            return
        self.hidden[fresh] = True
        self.moves.set_price(fresh, np.zeros(len(fresh)))
        if demand is not None:
            self.cause.update((int(cell), demand) for cell in fresh)
