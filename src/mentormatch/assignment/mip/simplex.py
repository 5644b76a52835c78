"""The dual simplex of HiGHS (Huangfu and Hall 2018), started from a basis.

Rows are scaled to coefficients near 1, where the solver's tolerances belong; all numbers stay exact, as the scale is a
power of two.
"""

from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np

from mentormatch.assignment.mip.program_model import Basis, LinearConstraint, Program, SolverResult, SolverStatus
from mentormatch.base.arrays import FloatVector, IntVector
from mentormatch.errors import EngineError

TIGHT_TOLERANCE, DEFAULT_TOLERANCE = 1e-9, 1e-6
"""The finest tolerance that HiGHS takes, at which it sometimes gives up, and the one that it takes by itself."""

DEVEX = 1
STATUSES = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}
LOWER, BASIC = int(highspy.HighsBasisStatus.kLower), int(highspy.HighsBasisStatus.kBasic)
WORDS: Final = {
    highspy.HighsModelStatus.kOptimal: SolverStatus.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: SolverStatus.INFEASIBLE,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: SolverStatus.INFEASIBLE,  # columns are between 0 and 1
    highspy.HighsModelStatus.kTimeLimit: SolverStatus.STOPPED,
}


@dataclass(frozen=True, slots=True)
class BasicSolution:
    """An optimum of a linear program: its ``value``, ``values`` and ``reduced`` costs of columns, and its ``basis``."""

    value: float
    values: FloatVector
    reduced: FloatVector
    basis: highspy.HighsBasis


class SimplexModel:
    """A linear program loaded into the solver, at a feasibility tolerance; ``again``: it is solved many times."""

    def __init__(self, program: Program, tolerance: float, *, again: bool = False) -> None:
        self._program = program
        self._units = np.array([row_scale(row) for row in program.constraints], dtype=np.float64)
        self._model = highspy.Highs()
        self._model.silent()
        self._model.setOptionValue("threads", 1)
        self._model.setOptionValue("primal_feasibility_tolerance", tolerance)
        self._model.setOptionValue("dual_feasibility_tolerance", tolerance)
        if again:  # what takes longer to begin than it saves in a few steps
            self._model.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)
            self._model.setOptionValue("dual_simplex_cost_perturbation_multiplier", 0.0)
        self._model.passModel(highs_model(program, self._units))

    def run(self, seconds: float | None, start: highspy.HighsBasis | None = None) -> SolverStatus | None:
        """Solve within ``seconds`` from the basis ``start``; return the solver's status, None if it gives up."""
        if start is not None:
            self._model.setBasis(start)
        if seconds is not None:
            self._model.setOptionValue("time_limit", self._model.getRunTime() + seconds)  # counts from the first run
        self._model.run()
        return WORDS.get(self._model.getModelStatus())

    def bound(self, least: FloatVector, most: FloatVector) -> None:
        """Set the bounds of all columns."""
        self._model.changeColsBounds(len(least), np.arange(len(least), dtype=np.int32), least, most)

    def vertex(self) -> BasicSolution:
        """Return the optimal vertex; a value that exceeds its bounds by the tolerance is clipped."""
        end, value = self._model.getSolution(), self._model.getInfo().objective_function_value
        values = np.clip(end.col_value, 0.0, 1.0)
        return BasicSolution(value, values, np.array(end.col_dual), self._model.getBasis())

    def answer(self) -> SolverResult:
        """Return the optimum with its duals and its basis."""
        end, basis = self._model.getSolution(), self._model.getBasis()
        columns = dict(zip(self._program.names, map(int, basis.col_status), strict=True))
        rows = dict(zip(self._program.constraint_keys, map(int, basis.row_status), strict=False))
        value = self._model.getInfo().objective_function_value
        duals = np.array(end.row_dual) / self._units
        return SolverResult(SolverStatus.OPTIMAL, np.array(end.col_value), value, duals, Basis(columns, rows))


def solve_lp(program: Program, seconds: float | None) -> SolverResult:
    """Return the optimum of a linear program, begun where a similar one ended.

    Raises
    ------
    EngineError
        If the solver says anything but optimal, infeasible or out of time, at both tolerances.
    """
    start = None if program.warm_basis is None else _highs_basis(program, program.warm_basis)
    for tolerance, basis in ((TIGHT_TOLERANCE, start), (DEFAULT_TOLERANCE, None)):
        simplex = SimplexModel(program, tolerance)
        word = simplex.run(seconds, basis)
        if word is not None:
            return simplex.answer() if word is SolverStatus.OPTIMAL else SolverResult(word)
    raise EngineError("HiGHS gave up twice")


def _highs_basis(program: Program, basis: Basis) -> highspy.HighsBasis:
    """Return a basis for the solver; what the similar program did not have is at its lower bound, or basic (rows)."""
    start = highspy.HighsBasis()
    start.col_status = [STATUSES[basis.columns.get(name, LOWER)] for name in program.names]
    start.row_status = [STATUSES[basis.rows.get(key, BASIC)] for key in program.constraint_keys]
    start.valid = True
    return start


def highs_model(program: Program, units: FloatVector) -> highspy.HighsLp:
    """Return the solver's model of a program, row by row."""
    model, count = highspy.HighsLp(), len(program.names)
    model.sense_ = highspy.ObjSense.kMaximize
    model.num_col_, model.num_row_ = count, len(program.constraints)
    model.col_cost_ = program.worth.astype(np.float64)
    model.col_lower_, model.col_upper_ = program.lower_bounds.astype(np.float64), np.ones(count)
    model.row_lower_ = np.array([-np.inf if row.least is None else row.least for row in program.constraints]) / units
    model.row_upper_ = np.array([np.inf if row.most is None else row.most for row in program.constraints]) / units
    sizes = np.array([len(row.columns) for row in program.constraints], dtype=np.int32)
    matrix = model.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kRowwise
    matrix.start_ = np.append(0, np.cumsum(sizes)).astype(np.int32)
    matrix.index_ = _concatenated([row.columns for row in program.constraints]).astype(np.int32)
    matrix.value_ = _concatenated([row.coefficients for row in program.constraints]) / np.repeat(units, sizes)
    return model


def _concatenated(parts: list[IntVector]) -> IntVector:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])


def row_scale(row: LinearConstraint) -> int:
    """Return the power of two that brings the coefficients of a row near 1, where the solver's tolerances belong."""
    return 1 << max(int(np.abs(row.coefficients).max(initial=1)).bit_length() - 1, 0)
