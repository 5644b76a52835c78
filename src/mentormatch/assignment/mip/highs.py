"""A program in a HiGHS solver; solvers are reused, as creating one takes as long as solving a small program."""

from threading import local
from time import monotonic
from typing import Final
from weakref import ref

import highspy
import numpy as np

from mentormatch.assignment.mip.program_model import FAR, SolverStatus, SparseRows, Stop, never
from mentormatch.base.arrays import BoolVector, FloatVector

MAX_KEPT_ENTRIES = 1 << 16  # a solver keeps the memory of its last program; larger ones are not reused
SMALLEST_COEFFICIENT = 1e-12  # HiGHS drops smaller ones; their sum in a row is below every tolerance
STATUSES: Final = {
    highspy.HighsModelStatus.kOptimal: SolverStatus.OPTIMAL,
    highspy.HighsModelStatus.kModelEmpty: SolverStatus.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: SolverStatus.INFEASIBLE,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: SolverStatus.INFEASIBLE,  # all programs are bounded
    highspy.HighsModelStatus.kTimeLimit: SolverStatus.STOPPED,
}


class _IdleSolvers(local):
    """The idle solvers of a thread, up to two: cuts are separated while a live program exists."""

    def __init__(self) -> None:
        self.solvers: list[highspy.Highs] = []


IDLE = _IdleSolvers()


class HighsProgram:
    """A program in a HiGHS solver without output, on one thread; the solver outlives the program."""

    def __init__(self, **options: float | str) -> None:
        self._model = IDLE.solvers.pop() if IDLE.solvers else highspy.Highs()
        self._reference = ref(self._model)
        self._model.silent()
        self._model.setOptionValue("threads", 1)
        for name, value in options.items():
            self._model.setOptionValue(name, value)

    def _pass(self, profit: FloatVector, column_lower: BoolVector, rows: SparseRows, units: FloatVector) -> None:
        """Load the LP that maximises ``profit``: columns from ``column_lower`` to 1, rows divided by ``units``."""
        count, height = len(profit), len(rows.least)
        starts = np.searchsorted(rows.rows, np.arange(height)).astype(np.int32)
        kinds = np.full(count, int(highspy.HighsVarType.kContinuous), dtype=np.int32)
        lower = np.where(rows.least == -FAR, -np.inf, rows.least) / units
        upper = np.where(rows.most == FAR, np.inf, rows.most) / units
        entries = starts, rows.columns.astype(np.int32), rows.values / units[rows.rows]
        form, sense = int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMaximize)
        bounds = column_lower.astype(np.float64), np.ones(count), lower, upper
        self._model.passModel(count, height, len(rows.values), form, sense, 0.0, profit, *bounds, *entries, kinds)

    def solve_lp(self, seconds: float | None, stopped: Stop = never) -> SolverStatus | None:
        """Solve an LP within ``seconds`` from the last basis. Returns None if HiGHS gives up.

        HiGHS runs in slices of time, each twice as long as the one before, and ``stopped`` is polled between them.
        """
        deadline, slice_s = None if seconds is None else monotonic() + seconds, 0.5
        while not stopped():
            remaining = slice_s if deadline is None else min(slice_s, max(deadline - monotonic(), 0.0))
            self._model.setOptionValue("time_limit", self._model.getRunTime() + remaining)  # counts from the first run
            self._model.run()
            status = STATUSES.get(self._model.getModelStatus())
            if status is not SolverStatus.STOPPED or remaining < slice_s:
                return status
            slice_s *= 2
        return SolverStatus.STOPPED

    def set_column_bounds(self, least: FloatVector | BoolVector, most: FloatVector | BoolVector) -> None:
        bounds = least.astype(np.float64), most.astype(np.float64)
        self._model.changeColsBounds(len(least), np.arange(len(least), dtype=np.int32), *bounds)

    def __del__(self) -> None:
        model = self._model
        # The garbage collector clears weak references first, and a solver without its own has no callbacks
        is_whole = self._reference() is model
        if is_whole and len(IDLE.solvers) < 2 and model.getNumNz() <= MAX_KEPT_ENTRIES:
            model.clearModel()
            model.resetOptions()
            IDLE.solvers.append(model)


def row_scales(rows: SparseRows) -> FloatVector:
    """Return the powers of two that bring the coefficients of each row near 1, as the solver's tolerances require."""
    largest = np.ones(len(rows.least))
    np.maximum.at(largest, rows.rows, np.abs(rows.values).astype(np.float64))
    return np.exp2(np.floor(np.log2(largest)))
