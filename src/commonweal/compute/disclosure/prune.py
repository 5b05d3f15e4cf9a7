"""Show again what turned out not to be needed."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import numpy as np

from commonweal.compute.disclosure.cover import Cover, Demand
from commonweal.compute.disclosure.moves import Moves
from commonweal.compute.disclosure.program import MET, MOST_WORK, TooLarge
from commonweal.compute.disclosure.sparse import Floats, Ints

# Work after which no further group is tried, some ten seconds. What is left hidden then is safe,
# only a few cells more than need be.
PATIENCE = MOST_WORK // 4


class Prune:
    """Tries each covering group in turn: can every demand still be met with its cells published?

    Every demand keeps a witness, the changes that meet it. Publishing a group concerns only the
    demands whose witness changes it; those get another witness, or the group stays hidden. Witnesses
    pay for the covers they change, so they gather on few and leave the others idle.
    """

    def __init__(self, cover: Cover) -> None:
        columns = np.flatnonzero(cover.hidden | cover.free)
        rows, _ = cover.system.rows.only(columns)
        self.columns, self.minimum = columns, cover.minimum
        self.counts, self.hidden = cover.counts[columns], cover.hidden[columns]
        self.groups, self.weights = cover.groups[columns], cover.weights[columns]
        self.kept = np.isin(self.groups, self.groups[cover.small[columns]]) | cover.free[columns]
        place = {int(column): number for number, column in enumerate(columns)}
        self.cause = {place[c]: (place[d[0]], d[1]) for c, d in cover.cause.items()}
        self.moves = Moves(rows, self.counts, np.where(self.kept, 0.0, self.weights))
        self.witness: dict[Demand, Floats] = {}

    def run(self) -> Ints:
        """The cells that stay hidden, as numbers in the system."""
        with suppress(TooLarge):
            ready = self._served(self._demands())
            for group in self._candidates() if ready else ():
                if self.moves.program.work > PATIENCE:
                    break
                self._try(group)
        return self.columns[self.hidden]

    def _demands(self) -> list[Demand]:
        rises = [(cell, self.minimum) for cell in self._cells(self.counts < self.minimum)]
        return rises + [(cell, 0.0) for cell in self._cells(self.counts > 0)]

    def _cells(self, which: np.typing.NDArray[np.bool_]) -> list[int]:
        cells: list[int] = np.flatnonzero(self.hidden & which).tolist()
        return cells

    def _candidates(self) -> list[Ints]:
        """Covering groups, the dearest first."""
        groups: dict[int, list[int]] = {}
        for cell in np.flatnonzero(self.hidden & ~self.kept).tolist():
            groups.setdefault(int(self.groups[cell]), []).append(cell)
        dear = sorted(groups.values(), key=lambda cells: -float(self.weights[cells].sum()))
        return [np.array(cells) for cells in dear]

    def _try(self, group: Ints) -> None:
        before = dict(self.witness)
        self.moves.freeze(group)
        own = set(group.tolist())
        concerned = [
            demand
            for demand, moved in self.witness.items()
            if demand[0] not in own and np.abs(moved[group]).max() > MET
        ]
        if self._served(self._hardest_first(concerned, group)):
            self.hidden[group] = False
            self.witness = {d: moved for d, moved in self.witness.items() if d[0] not in own}
        else:
            self.witness = before
            self.moves.thaw(group)

    def _hardest_first(self, demands: Iterable[Demand], group: Ints) -> list[Demand]:
        """Most groups stay: ask first what is likeliest to fail, the demand that had it hidden."""
        causes = {self.cause.get(cell) for cell in group.tolist()}
        return sorted(
            demands, key=lambda d: (d not in causes, d[1] > 0.0, -float(self.counts[d[0]]), d[0])
        )

    def _served(self, demands: list[Demand]) -> bool:
        """Find a witness for each demand; one witness often serves several."""
        while demands:
            moved = self.moves.reach(*demands[0])
            if moved is None:
                return False
            point = self.counts + moved
            served = {d for d in demands if _meets(float(point[d[0]]), d[1])}
            self.witness.update((demand, moved) for demand in demands if demand in served)
            demands = [demand for demand in demands if demand not in served]
        return True


def _meets(count: float, target: float) -> bool:
    return count >= target - MET if target else count <= MET
