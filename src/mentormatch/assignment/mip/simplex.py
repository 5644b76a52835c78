"""Dual simplex of HiGHS (Huangfu and Hall 2018), warm-started from a basis.

Rows are scaled to coefficients near 1, as the solver's tolerances require; the scale is a power of two, so all numbers
stay exact.
"""

from dataclasses import dataclass

import highspy
import numpy as np

from mentormatch.assignment.mip.highs import SMALLEST_COEFFICIENT, HighsProgram, row_scales
from mentormatch.assignment.mip.program_model import (
    Basis,
    Program,
    SolverResult,
    SolverStatus,
    SparseRows,
    Stop,
    never,
)
from mentormatch.base.arrays import BoolVector, FloatVector, IntVector
from mentormatch.errors import EngineError

TIGHT_TOLERANCE = 1e-9  # HiGHS sometimes gives up at it
DEFAULT_TOLERANCE = 1e-6

# Devex weights and no perturbation: other settings start slower than they save in a few steps
STEP_OPTIONS = {"simplex_dual_edge_weight_strategy": 1, "dual_simplex_cost_perturbation_multiplier": 0.0}
BASIS_STATUSES = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}


@dataclass(frozen=True, slots=True)
class BasicSolution:
    """An optimum of a linear program: ``value``, ``values`` of columns, ``duals`` of rows, ``basis``."""

    value: float
    values: FloatVector
    duals: FloatVector
    basis: highspy.HighsBasis


class SimplexModel(HighsProgram):
    """A linear program in the solver, at a feasibility tolerance; ``again``: it is solved many times."""

    def __init__(
        self, profit: FloatVector, least: BoolVector, rows: SparseRows, tolerance: float, *, again: bool = False
    ) -> None:
        self._units = row_scales(rows)
        super().__init__(
            primal_feasibility_tolerance=tolerance,
            dual_feasibility_tolerance=tolerance,
            small_matrix_value=SMALLEST_COEFFICIENT,
            **(STEP_OPTIONS if again else {}),
        )
        self._pass(profit, least, rows, self._units)

    def run(
        self, seconds: float | None, start: highspy.HighsBasis | None = None, stopped: Stop = never
    ) -> SolverStatus | None:
        """Solve within ``seconds`` from the basis ``start``. Returns None if the solver gives up."""
        if start is not None:
            self._model.setBasis(self._extend_basis(start))
        return self.solve_lp(seconds, stopped)

    def add_cut(self, columns: IntVector, values: IntVector, most: int) -> None:
        """Add a row with an upper bound."""
        unit = float(np.exp2(np.floor(np.log2(np.abs(values).max()))))
        self._model.addRow(-np.inf, most / unit, len(columns), columns.astype(np.int32), values / unit)
        self._units = np.append(self._units, unit)

    @property
    def reduced_profits(self) -> FloatVector:
        """The reduced profits of the columns at the optimum."""
        return np.array(self._model.getSolution().col_dual)

    def vertex(self) -> BasicSolution:
        """Return the optimal vertex; values that exceed their bounds by the tolerance are clipped."""
        solution, value = self._model.getSolution(), self._model.getInfo().objective_function_value
        values, duals = np.clip(solution.col_value, 0.0, 1.0), np.array(solution.row_dual) / self._units
        return BasicSolution(value, values, duals, self._model.getBasis())

    def dual_ray(self) -> FloatVector | None:
        """Return multipliers of the rows that prove infeasibility, None if the solver has none."""
        *_, exists, values = self._model.getDualRay()  # type: ignore[attr-defined]  # its stubs lack it
        return np.array(values) / self._units if exists else None

    def _extend_basis(self, start: highspy.HighsBasis) -> highspy.HighsBasis:
        """Return a basis extended by the rows added since, which are basic."""
        added = len(self._units) - len(start.row_status)
        if added:
            start.row_status = [*start.row_status, *[highspy.HighsBasisStatus.kBasic] * added]
        return start

    def answer(self, scale: float) -> SolverResult:
        """Return the optimum with its duals and its basis; ``scale`` is the divisor of the costs."""
        solution = self._model.getSolution()
        value = self._model.getInfo().objective_function_value * scale
        duals = np.array(solution.row_dual) / self._units * scale
        basis = self._model.getBasis()
        statuses = Basis(list(map(int, basis.col_status)), list(map(int, basis.row_status)))
        return SolverResult(SolverStatus.OPTIMAL, np.array(solution.col_value), value, duals, statuses)


def solve_lp(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return the optimum of a linear program, warm-started if the program has a basis; ``stopped`` is polled.

    Raises
    ------
    EngineError
        If the status is not optimal, infeasible or out of time, or duals are not finite, with unscaled and scaled
        costs and at both tolerances.
    """
    start = None if program.warm_basis is None else _highs_basis(program.warm_basis, len(program.profit))
    rows, scaled = SparseRows.of(program), cost_scale(program.profit)
    # Unscaled costs, and costs scaled to the absolute tolerances of the solver, which come first if costs are large
    attempts = [(TIGHT_TOLERANCE, start, 1.0), (DEFAULT_TOLERANCE, None, 1.0)]
    scaled_attempts = [(tolerance, basis, scaled) for tolerance, basis, _ in attempts if scaled > 1.0]
    attempts = scaled_attempts + attempts if scaled > MAX_UNSCALED else attempts + scaled_attempts
    for tolerance, basis, scale in attempts:
        simplex = SimplexModel(program.profit / scale, program.lower_bounds, rows, tolerance)
        status = simplex.run(seconds, basis, stopped)
        if status is not None and status is not SolverStatus.OPTIMAL:
            return SolverResult(status)
        result = None if status is None else simplex.answer(scale)
        if result is not None and result.is_finite:
            return result
    raise EngineError("HiGHS gave up")


MAX_UNSCALED = 1 << 10  # scale above which HiGHS mostly gives up on unscaled costs
COST_BITS = 20  # costs are scaled to this many bits, as the tolerances of the solver are absolute


def cost_scale(profit: IntVector) -> float:
    """Return the power of two by which costs are divided; 1 if none has more than ``COST_BITS`` bits."""
    return 2.0 ** max(int(np.abs(profit).max(initial=1)).bit_length() - COST_BITS, 0)


def _highs_basis(basis: Basis, count: int) -> highspy.HighsBasis:
    """Return a basis for ``count`` columns; columns beyond the basis are at their lower bound."""
    start = highspy.HighsBasis()
    added = [highspy.HighsBasisStatus.kLower] * (count - len(basis.columns))
    start.col_status = [*(BASIS_STATUSES[status] for status in basis.columns), *added]
    start.row_status = [BASIS_STATUSES[status] for status in basis.rows]
    start.valid = True
    return start
