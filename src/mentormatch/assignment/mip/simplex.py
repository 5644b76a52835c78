"""The dual simplex of HiGHS (Huangfu and Hall 2018), started from a basis.

Rows are scaled to coefficients near 1, where the solver's tolerances belong; all numbers stay exact, as the scale is a
power of two.
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

TIGHT_TOLERANCE, DEFAULT_TOLERANCE = 1e-9, 1e-6
"""The finest tolerance that HiGHS takes, at which it sometimes gives up, and the one that it takes by itself."""

STEP_OPTIONS = {"simplex_dual_edge_weight_strategy": 1, "dual_simplex_cost_perturbation_multiplier": 0.0}
"""Devex weights and no perturbation: what takes longer to begin than it saves in a few steps is left out."""
BASIS_STATUSES = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}
LOWER = highspy.HighsBasisStatus.kLower


@dataclass(frozen=True, slots=True)
class BasicSolution:
    """An optimum of a linear program: ``value``, the ``values`` of columns, ``duals`` of rows, ``basis``."""

    value: float
    values: FloatVector
    duals: FloatVector
    basis: highspy.HighsBasis


class SimplexModel(HighsProgram):
    """A linear program loaded into the solver, at a feasibility tolerance; ``again``: it is solved many times."""

    def __init__(
        self, worth: FloatVector, least: BoolVector, rows: SparseRows, tolerance: float, *, again: bool = False
    ) -> None:
        self._units = row_scales(rows)
        super().__init__(
            primal_feasibility_tolerance=tolerance,
            dual_feasibility_tolerance=tolerance,
            small_matrix_value=SMALLEST_COEFFICIENT,
            **(STEP_OPTIONS if again else {}),
        )
        self._pass(worth, least, rows, self._units)

    def run(
        self, seconds: float | None, start: highspy.HighsBasis | None = None, stopped: Stop = never
    ) -> SolverStatus | None:
        """Solve within ``seconds`` from the basis ``start``; return the solver's status, None if it gives up."""
        if start is not None:
            self._model.setBasis(self._extend_basis(start))
        return self.solve_lp(seconds, stopped)

    def cut(self, columns: IntVector, values: IntVector, most: int) -> None:
        """Add a row with an upper bound."""
        unit = float(np.exp2(np.floor(np.log2(np.abs(values).max()))))
        self._model.addRow(-np.inf, most / unit, len(columns), columns.astype(np.int32), values / unit)
        self._units = np.append(self._units, unit)

    @property
    def reduced(self) -> FloatVector:
        """Return the reduced profits of the columns at the optimum."""
        return np.array(self._model.getSolution().col_dual)

    def vertex(self) -> BasicSolution:
        """Return the optimal vertex; a value that exceeds its bounds by the tolerance is clipped."""
        end, value = self._model.getSolution(), self._model.getInfo().objective_function_value
        values, duals = np.clip(end.col_value, 0.0, 1.0), np.array(end.row_dual) / self._units
        return BasicSolution(value, values, duals, self._model.getBasis())

    def ray(self) -> FloatVector | None:
        """Return multipliers of the rows by which an infeasible program is, None if the solver has none."""
        *_, there, values = self._model.getDualRay()  # type: ignore[attr-defined]  # its stubs lack it
        return np.array(values) / self._units if there else None

    def _extend_basis(self, start: highspy.HighsBasis) -> highspy.HighsBasis:
        """Return a basis with the rows that were added since then, which are basic."""
        lacking = len(self._units) - len(start.row_status)
        if lacking:
            start.row_status = [*start.row_status, *[highspy.HighsBasisStatus.kBasic] * lacking]
        return start

    def answer(self, scale: float) -> SolverResult:
        """Return the optimum with its duals and its basis; ``scale`` is what the costs were divided by."""
        end = self._model.getSolution()
        value = self._model.getInfo().objective_function_value * scale
        duals = np.array(end.row_dual) / self._units * scale
        basis = self._model.getBasis()
        statuses = Basis(list(map(int, basis.col_status)), list(map(int, basis.row_status)))
        return SolverResult(SolverStatus.OPTIMAL, np.array(end.col_value), value, duals, statuses)


def solve_lp(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return the optimum of a linear program, begun where a similar one ended; ``stopped`` is asked now and then.

    Raises
    ------
    EngineError
        If the solver says anything but optimal, infeasible or out of time, or duals that are not finite, with costs as
        they are and scaled, at both tolerances.
    """
    start = None if program.warm_basis is None else _highs_basis(program.warm_basis, len(program.worth))
    rows, scaled = SparseRows.of(program), cost_scale(program.worth)
    # Costs as they are, and as small as the absolute tolerances of the solver ask for: these first if costs are great
    tries = [(TIGHT_TOLERANCE, start, 1.0), (DEFAULT_TOLERANCE, None, 1.0)]
    small = [(tolerance, basis, scaled) for tolerance, basis, _ in tries if scaled > 1.0]
    tries = small + tries if scaled > MAX_UNSCALED else tries + small
    for tolerance, basis, scale in tries:
        simplex = SimplexModel(program.worth / scale, program.lower_bounds, rows, tolerance)
        word = simplex.run(seconds, basis, stopped)
        if word is not None and word is not SolverStatus.OPTIMAL:
            return SolverResult(word)
        answer = None if word is None else simplex.answer(scale)
        if answer is not None and answer.is_finite:
            return answer
    raise EngineError("HiGHS gave up")


MAX_UNSCALED = 1 << 10
"""The solver mostly gives up on costs that are greater by more than this than those it is made for."""
COST_BITS = 20
"""Costs are scaled to so many bits for the solver, whose tolerances are absolute; the scale is a power of two."""


def cost_scale(worth: IntVector) -> float:
    """Return the power of two by which costs are divided, 1 if none has more than ``COST_BITS`` bits."""
    return 2.0 ** max(int(np.abs(worth).max(initial=1)).bit_length() - COST_BITS, 0)


def _highs_basis(basis: Basis, count: int) -> highspy.HighsBasis:
    """Return a basis for the solver, of ``count`` columns; those beyond the basis are at their lower bound."""
    start = highspy.HighsBasis()
    added = [LOWER] * (count - len(basis.columns))
    start.col_status = [*(BASIS_STATUSES[status] for status in basis.columns), *added]
    start.row_status = [BASIS_STATUSES[status] for status in basis.rows]
    start.valid = True
    return start
