"""Thresholds that the linear relaxation of a problem excludes: upper bounds on the worst pair under side constraints.

A threshold only closes columns, so one program serves all thresholds: the dual simplex continues from the last basis.
A threshold is excluded only if a Farkas ray of the program proves in integers that no choice reaches it.
"""

import numpy as np

from mentormatch.assignment.mip.presolve import DualBounds
from mentormatch.assignment.mip.program_model import SolverStatus, SparseRows
from mentormatch.assignment.mip.simplex import DEFAULT_TOLERANCE, SimplexModel
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.pair_program import PairConstraint, PairModel, build_program


class ThresholdRelaxation:
    """The linear relaxation of the choices of at least ``pair_count`` pairs of a problem."""

    def __init__(self, problem: AssignmentProblem, pair_count: int) -> None:
        pool = PairModel.of(problem)
        none, every = np.zeros(len(pool), dtype=np.int64), np.ones(len(pool), dtype=bool)
        enough = PairConstraint.at_least(np.ones_like(none), pair_count)
        program = build_program(pool.with_constraint(enough), none, every, whole=False).program
        rows = SparseRows.of(program)
        self._scores, self._fixed = problem.scores.at(*pool.people()), program.lower_bounds
        self._bounds = DualBounds.of(program.profit, rows)
        self._simplex = SimplexModel(
            program.profit.astype(np.float64), self._fixed, rows, DEFAULT_TOLERANCE, again=True
        )

    def excludes(self, threshold: int, seconds: float | None) -> bool:
        """Return whether no choice has only pairs of this score or more; False if that is not proved in time."""
        most = np.ones_like(self._fixed)
        most[: len(self._scores)] = self._scores >= threshold
        if (self._fixed & ~most).any():
            return True
        self._simplex.set_column_bounds(self._fixed, most)
        if self._simplex.run(seconds) is not SolverStatus.INFEASIBLE:
            return False
        ray = self._simplex.dual_ray()
        return ray is not None and self._bounds.proves_infeasible(ray, self._fixed, most)
