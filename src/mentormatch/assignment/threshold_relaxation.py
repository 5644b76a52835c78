"""Thresholds excluded by the LP relaxation of a problem: upper bounds on the worst pair under side constraints.

A threshold only closes columns, so one program serves all thresholds: the dual simplex continues from the last basis.
A threshold is excluded only if a Farkas ray of the program proves in integers that it cannot be reached.
"""

import numpy as np

from mentormatch.assignment.mip.presolve import DualBounds
from mentormatch.assignment.mip.program_model import SolverStatus, SparseRows
from mentormatch.assignment.mip.simplex import DEFAULT_TOLERANCE, SimplexModel
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.pair_program import PairConstraint, PairModel, build_program


class ThresholdRelaxation:
    """The LP relaxation of the choices with at least ``pair_count`` pairs of a problem."""

    def __init__(self, problem: AssignmentProblem, pair_count: int) -> None:
        model = PairModel.of(problem)
        zeros, all_columns = np.zeros(len(model), dtype=np.int64), np.ones(len(model), dtype=bool)
        enough = PairConstraint.at_least(np.ones_like(zeros), pair_count)
        program = build_program(model.with_constraint(enough), zeros, all_columns, integral=False).program
        rows = SparseRows.of(program)
        self._scores, self._fixed = problem.scores.at(*model.people()), program.lower_bounds
        self._bounds = DualBounds.of(program.profit, rows)
        self._simplex = SimplexModel(
            program.profit.astype(np.float64), self._fixed, rows, DEFAULT_TOLERANCE, again=True
        )

    def excludes(self, threshold: int, seconds: float | None) -> bool:
        """Return whether no choice has only pairs with at least this score; False if that is not proved in time."""
        upper = np.ones_like(self._fixed)
        upper[: len(self._scores)] = self._scores >= threshold
        if (self._fixed & ~upper).any():
            return True
        self._simplex.set_column_bounds(self._fixed, upper)
        if self._simplex.run(seconds) is not SolverStatus.INFEASIBLE:
            return False
        ray = self._simplex.dual_ray()
        return ray is not None and self._bounds.proves_infeasible(ray, self._fixed, upper)
