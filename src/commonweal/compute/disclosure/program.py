"""One linear program, kept in HiGHS and asked many times with another goal.

Every option is fixed and one thread is used, so that the same questions in the same order give the
same bytes. Work is limited by counting simplex steps, never by the clock.
"""

from __future__ import annotations

import highspy
import numpy as np

from commonweal.compute.disclosure.sparse import Floats, Ints, Rows

INFINITE = highspy.kHighsInf

# HiGHS keeps to its constraints within SOLVED; a point that it returns is accepted as a witness only
# if our own arithmetic finds every equation and bound met within MET.
SOLVED = 1e-9
MET = 1e-6

# Work of one program over all its questions, in simplex steps times rows: about a minute.
MOST_WORK = 1_000_000_000

DUAL, PRIMAL = 1, 4

_OPTIONS: dict[str, bool | int | float | str] = {
    "output_flag": False,
    "threads": 1,
    "parallel": "off",
    "solver": "simplex",
    "presolve": "off",
    "random_seed": 0,
    "primal_feasibility_tolerance": SOLVED,
    "dual_feasibility_tolerance": SOLVED,
}


class TooLarge(Exception):
    """The programs of a family have too many cells, or take too many steps."""


class Doubtful(Exception):
    """The solver stopped without an answer, or gave one that does not hold. Nothing may rest on it."""


class Program:
    """Minimise cost @ x over rows @ x = right, lower <= x <= upper.

    With costs that change and bounds that stay, the last answer is a good start and the primal
    simplex needs some fifty steps (the dual: a thousand). `afresh` is for bounds that change under
    costs of zero and more: the dual simplex starts where nothing moves, which took a seventh of the
    time that starting from the last answer took.
    """

    def __init__(
        self, rows: Rows, right: Floats, lower: Floats, upper: Floats, afresh: bool = False
    ) -> None:
        self.rows, self.right, self.afresh = rows, right, afresh
        self.lower, self.upper = lower.copy(), upper.copy()
        self.asked = self.work = 0
        self._highs = highspy.Highs()  # type: ignore[no-untyped-call]
        for name, value in _OPTIONS.items():
            _accepted(self._highs.setOptionValue(name, value))
        _accepted(self._highs.setOptionValue("simplex_strategy", DUAL if afresh else PRIMAL))
        _accepted(self._highs.setOptionValue("simplex_iteration_limit", self._most_steps()))
        _accepted(self._highs.passModel(self._model()))

    def cost(self, columns: Ints, values: Floats) -> None:
        """Set the cost of some columns (at first every cost is zero)."""
        _accepted(self._highs.changeColsCost(len(columns), columns.astype(np.int32), values))

    def bounds(self, columns: Ints, lower: Floats, upper: Floats) -> None:
        """Set the bounds of some columns."""
        self.lower[columns], self.upper[columns] = lower, upper
        _accepted(
            self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)
        )

    def solve(self) -> Floats | None:
        """The best point, checked; None if there is no point at all.

        Raises Doubtful if the solver fails, the goal is unbounded or the point does not hold, and
        TooLarge when the work is used up.
        """
        self.asked += 1
        if self.afresh:
            _accepted(self._highs.setBasis())
        if self._highs.run() == highspy.HighsStatus.kError:
            # Another user of the library in this process may have set another number of threads.
            highspy.Highs.resetGlobalScheduler(True)
            _accepted(self._highs.run())
        self.work += self._highs.getInfo().simplex_iteration_count * max(1, self.rows.count)
        status = self._highs.getModelStatus()
        if self.work > MOST_WORK or status == highspy.HighsModelStatus.kIterationLimit:
            raise TooLarge
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise Doubtful
        return self._checked(np.array(self._highs.getSolution().col_value))

    def _most_steps(self) -> int:
        return min(10**9, MOST_WORK // max(1, self.rows.count))

    def _checked(self, point: Floats) -> Floats:
        outside = np.maximum(self.lower - point, point - self.upper).max(initial=0.0)
        unmet = np.abs(self.rows.dot(point) - self.right).max(initial=0.0)
        if not max(outside, unmet) <= MET:
            raise Doubtful
        return point

    def _model(self) -> highspy.HighsLp:
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.lower), self.rows.count
        model.col_cost_ = np.zeros(len(self.lower))
        model.col_lower_, model.col_upper_ = self.lower, self.upper
        model.row_lower_ = model.row_upper_ = self.right
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = self.rows.starts.astype(np.int32)
        model.a_matrix_.index_ = self.rows.columns.astype(np.int32)
        model.a_matrix_.value_ = self.rows.values
        return model


def _accepted(status: highspy.HighsStatus) -> None:
    if status == highspy.HighsStatus.kError:
        raise Doubtful
