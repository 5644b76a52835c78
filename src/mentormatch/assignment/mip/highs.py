"""Solvers of HiGHS that are used again: to make one takes as long as to solve a small program."""

from threading import local
from weakref import ref

import highspy
import numpy as np

from mentormatch.assignment.mip.program_model import FAR, SparseRows
from mentormatch.base.arrays import BoolVector, FloatVector

MAX_KEPT_ENTRIES = 1 << 16
"""A solver keeps the memory of its last program, so it is used again only if that had no more matrix entries."""


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

    def _pass(
        self, worth: FloatVector, least: BoolVector, rows: SparseRows, units: FloatVector, *, integral: bool = False
    ) -> None:
        """Load the program that maximises ``worth``; each row is divided by its unit."""
        count, height = len(worth), len(rows.least)
        starts = np.searchsorted(rows.rows, np.arange(height)).astype(np.int32)
        kinds = np.full(count, int(highspy.HighsVarType.kInteger if integral else highspy.HighsVarType.kContinuous))
        lower = np.where(rows.least == -FAR, -np.inf, rows.least) / units
        upper = np.where(rows.most == FAR, np.inf, rows.most) / units
        entries = starts, rows.columns.astype(np.int32), rows.values / units[rows.rows]
        form, sense = int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMaximize)
        ends = least.astype(np.float64), np.ones(count), lower, upper
        self._model.passModel(
            count, height, len(rows.values), form, sense, 0.0, worth, *ends, *entries, kinds.astype(np.int32)
        )

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
