"""A program in a solver of HiGHS: solvers are used again, as to make one takes as long as to solve a small program."""

from threading import local
from time import monotonic
from typing import Final
from weakref import ref

import highspy
import numpy as np

from mentormatch.assignment.mip.program_model import FAR, SolverStatus, SparseRows, Stop, never
from mentormatch.base.arrays import BoolVector, FloatVector

MAX_KEPT_ENTRIES = 1 << 16
"""A solver keeps the memory of its last program, so it is used again only if that had no more matrix entries."""
SMALLEST_COEFFICIENT = 1e-12
"""The solver drops smaller coefficients; their sum in a row is below every tolerance."""
SLICE_S = 0.5
"""The first slice of time of a linear program."""
STATUSES: Final = {
    highspy.HighsModelStatus.kOptimal: SolverStatus.OPTIMAL,
    highspy.HighsModelStatus.kModelEmpty: SolverStatus.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: SolverStatus.INFEASIBLE,
    highspy.HighsModelStatus.kUnboundedOrInfeasible: SolverStatus.INFEASIBLE,  # columns are between 0 and 1
    highspy.HighsModelStatus.kTimeLimit: SolverStatus.STOPPED,
}


class _IdleSolvers(local):
    """The solvers of a thread that solve nothing: two, since cuts are looked for beside a live program."""

    def __init__(self) -> None:
        self.solvers: list[highspy.Highs] = []


IDLE, MAX_IDLE = _IdleSolvers(), 2


class HighsProgram:
    """A program in a solver of HiGHS without output, on one thread, with some options; the solver outlives it."""

    def __init__(self, **options: float | str) -> None:
        self._model = IDLE.solvers.pop() if IDLE.solvers else highspy.Highs()
        self._reference = ref(self._model)
        self._model.silent()
        self._model.setOptionValue("threads", 1)
        for name, value in options.items():
            self._model.setOptionValue(name, value)

    def _pass(self, worth: FloatVector, least: BoolVector, rows: SparseRows, units: FloatVector) -> None:
        """Load the linear program that maximises ``worth``; each row is divided by its unit."""
        count, height = len(worth), len(rows.least)
        starts = np.searchsorted(rows.rows, np.arange(height)).astype(np.int32)
        kinds = np.full(count, int(highspy.HighsVarType.kContinuous), dtype=np.int32)
        lower = np.where(rows.least == -FAR, -np.inf, rows.least) / units
        upper = np.where(rows.most == FAR, np.inf, rows.most) / units
        entries = starts, rows.columns.astype(np.int32), rows.values / units[rows.rows]
        form, sense = int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMaximize)
        ends = least.astype(np.float64), np.ones(count), lower, upper
        self._model.passModel(count, height, len(rows.values), form, sense, 0.0, worth, *ends, *entries, kinds)

    def solve_lp(self, seconds: float | None, stopped: Stop = never) -> SolverStatus | None:
        """Solve a linear program within ``seconds`` from the last basis; return its status, None if HiGHS gives up.

        It is done in slices of time, each as long as all before it, so that it can be ``stopped`` between two.
        """
        ends, part = None if seconds is None else monotonic() + seconds, SLICE_S
        while not stopped():
            left = part if ends is None else min(part, max(ends - monotonic(), 0.0))
            self._model.setOptionValue("time_limit", self._model.getRunTime() + left)  # counts from the first run
            self._model.run()
            status = STATUSES.get(self._model.getModelStatus())
            if status is not SolverStatus.STOPPED or left < part:
                return status
            part *= 2
        return SolverStatus.STOPPED

    def bound(self, least: FloatVector | BoolVector, most: FloatVector | BoolVector) -> None:
        """Set the bounds of all columns."""
        ends = least.astype(np.float64), most.astype(np.float64)
        self._model.changeColsBounds(len(least), np.arange(len(least), dtype=np.int32), *ends)

    def __del__(self) -> None:
        model = self._model
        # The garbage collector clears weak references first, and a solver without those to itself has no callbacks
        is_whole = self._reference() is model
        if is_whole and len(IDLE.solvers) < MAX_IDLE and model.getNumNz() <= MAX_KEPT_ENTRIES:
            model.clearModel()
            model.resetOptions()
            IDLE.solvers.append(model)


def row_scales(rows: SparseRows) -> FloatVector:
    """Return the powers of two that bring the coefficients of rows near 1, where the solver's tolerances belong."""
    greatest = np.ones(len(rows.least))
    np.maximum.at(greatest, rows.rows, np.abs(rows.values).astype(np.float64))
    return np.exp2(np.floor(np.log2(greatest)))
