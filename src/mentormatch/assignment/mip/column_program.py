"""A linear program that stays loaded in HiGHS: rows and columns are added, costs and bounds change, the basis stays.

Column generation (Gilmore and Gomory 1961) solves it repeatedly, each time by the simplex from the last basis.
"""

import highspy
import numpy as np

from mentormatch.assignment.mip.highs import SMALLEST_COEFFICIENT, HighsProgram
from mentormatch.base.arrays import FloatVector, IntVector


class ColumnProgram(HighsProgram):
    """Maximise ``cost . x`` with rows between ``least`` and ``most``, and new columns from 0 to an upper bound.

    With ``columns_come``, only columns are added: the basis stays feasible and the primal simplex continues from it.
    Else the dual simplex is used.
    """

    def __init__(self, least: FloatVector, most: FloatVector, *, columns_come: bool = False) -> None:
        super().__init__(
            simplex_strategy=4 if columns_come else 1,  # the primal simplex, or the dual one
            presolve="off",
            small_matrix_value=SMALLEST_COEFFICIENT,
        )
        self._model.changeObjectiveSense(highspy.ObjSense.kMaximize)
        empty = np.zeros(0, dtype=np.int64)
        self.add_rows(least, most, np.zeros(len(least), dtype=np.int64), empty, empty.astype(float))

    def add_columns(
        self,
        cost: FloatVector,
        most: FloatVector,
        sizes: IntVector,
        rows: IntVector,
        values: FloatVector | None = None,
    ) -> None:
        """Add columns; column ``c`` has the next ``sizes[c]`` of ``rows``, with ``values`` (None: ones)."""
        starts = (np.cumsum(sizes) - sizes).astype(np.int32)
        entries = np.ones(len(rows)) if values is None else values
        zeros = np.zeros(len(cost))
        self._model.addCols(len(cost), cost, zeros, most, len(rows), starts, rows.astype(np.int32), entries)

    def add_rows(
        self, least: FloatVector, most: FloatVector, sizes: IntVector, columns: IntVector, values: FloatVector
    ) -> None:
        """Add rows; row ``r`` has the next ``sizes[r]`` of ``columns``, with ``values``."""
        starts = (np.cumsum(sizes) - sizes).astype(np.int32)
        self._model.addRows(len(least), least, most, len(columns), starts, columns.astype(np.int32), values)

    def bound_rows(self, least: FloatVector, most: FloatVector) -> None:
        """Set the bounds of all rows."""
        numbers = np.arange(len(most), dtype=np.int32)
        self._model.changeRowsBounds(len(most), numbers, least, most)  # type: ignore[attr-defined]  # its stubs lack it

    def set_costs(self, cost: FloatVector) -> None:
        """Set the costs of all columns."""
        self._model.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)

    def perturb(self, *, costs: bool) -> None:
        """Set whether the dual simplex perturbs costs, which helps if many costs are equal."""
        self._model.setOptionValue("dual_simplex_cost_perturbation_multiplier", float(costs))

    def forget_basis(self) -> None:
        """Solve without a basis the next time."""
        self._model.clearSolver()

    @property
    def value(self) -> float:
        """The value of the last optimum."""
        return float(self._model.getInfo().objective_function_value)

    def solution(self) -> tuple[FloatVector, FloatVector]:
        """Return the columns and the duals of the rows at the last optimum."""
        solution = self._model.getSolution()
        return np.array(solution.col_value), np.array(solution.row_dual)

    @property
    def duals(self) -> FloatVector:
        """The duals of the rows at the last optimum."""
        return self.solution()[1]
