"""A linear program to which columns are added between solves (Gilmore and Gomory 1961), by the simplex of HiGHS."""

import highspy
import numpy as np

from mentormatch.assignment.mip.highs import HighsProgram
from mentormatch.assignment.mip.program_model import SolverStatus
from mentormatch.assignment.mip.simplex import WORDS
from mentormatch.base.arrays import FloatVector, IntVector

PRIMAL, DUAL = 4, 1


class ColumnProgram(HighsProgram):
    """Maximise ``cost . x`` with rows between ``least`` and ``most``, and columns between 0 and an upper bound.

    Where only ``columns_come``, the basis stays feasible and the primal simplex goes on from it; else the dual simplex.
    """

    def __init__(self, least: FloatVector, most: FloatVector, *, columns_come: bool = False) -> None:
        super().__init__(
            **({"simplex_strategy": PRIMAL, "presolve": "off"} if columns_come else {"simplex_strategy": DUAL})
        )
        self._model.changeObjectiveSense(highspy.ObjSense.kMaximize)
        none = np.zeros(0, dtype=np.int32)
        self._model.addRows(len(least), least, most, 0, np.zeros(len(least), dtype=np.int32), none, none.astype(float))

    def add(
        self,
        cost: FloatVector,
        most: FloatVector,
        sizes: IntVector,
        rows: IntVector,
        values: FloatVector | None = None,
    ) -> None:
        """Add columns; column ``c`` has the next ``sizes[c]`` of ``rows``, with these ``values``, None: ones."""
        starts = (np.cumsum(sizes) - sizes).astype(np.int32)
        entries = np.ones(len(rows)) if values is None else values
        zeros = np.zeros(len(cost))
        self._model.addCols(len(cost), cost, zeros, most, len(rows), starts, rows.astype(np.int32), entries)

    def bound(self, most: FloatVector) -> None:
        """Set the upper bounds of all columns."""
        count = len(most)
        self._model.changeColsBounds(count, np.arange(count, dtype=np.int32), np.zeros(count), most)

    def price(self, cost: FloatVector) -> None:
        """Set the costs of all columns."""
        self._model.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)

    def run(self, seconds: float | None) -> SolverStatus | None:
        """Solve within ``seconds`` from the last basis; return the solver's status, None if it gives up."""
        if seconds is not None:
            self._model.setOptionValue("time_limit", self._model.getRunTime() + seconds)
        self._model.run()
        return WORDS.get(self._model.getModelStatus())

    @property
    def value(self) -> float:
        """Return the value of the last optimum."""
        return float(self._model.getInfo().objective_function_value)

    @property
    def values(self) -> FloatVector:
        """Return the columns of the last optimum."""
        return np.array(self._model.getSolution().col_value)

    @property
    def duals(self) -> FloatVector:
        """Return the duals of the rows at the last optimum."""
        return np.array(self._model.getSolution().row_dual)
