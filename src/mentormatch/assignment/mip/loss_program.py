"""A 0-1 program in losses -> its solution by the MIP solver of HiGHS, begun with an incumbent.

By weak duality a choice x falls short of the bound of integer duals y by its losses::

    bound - c x  =  sum of |reduced profit| of pairs at the wrong end  +  sum of |y_r| times the slack of row r

So the program that minimises losses has the same optima. Its numbers are as small as the gap, whatever the size of the
profits, and so the absolute tolerances of the solver do not depend on that size. Pairs that lose more than the gap are
fixed (reduced-cost fixing, Dantzig, Fulkerson & Johnson 1954).
"""

from dataclasses import dataclass
from time import monotonic

import highspy
import numpy as np

from mentormatch.assignment.mip.highs import HighsProgram, row_scales
from mentormatch.assignment.mip.presolve import NodeBound
from mentormatch.assignment.mip.program_model import FAR, SparseRows, Stop
from mentormatch.base.arrays import BoolVector, FloatVector

LOSS_BITS = 24
"""The greatest loss is scaled to so many bits for the solver, whose tolerances are absolute."""
MAX_TRUSTED_SCALE = 1 << 6
"""With losses divided by more, the solver does not tell neighbouring values apart: its bounds prove nothing."""
ALMOST_ONE = 0.99
"""A bound less than one unit above the incumbent proves it, as values are integers."""
HALF, FEASIBLE = 0.5, 2
ENDS = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)


@dataclass(frozen=True, slots=True)
class LossResult:
    """A ``choice`` of the columns, None if there is none, and the least loss of any choice, in units.

    ``empty``: there is no choice within the greatest loss.
    """

    choice: BoolVector | None
    least_loss: float
    empty: bool = False


class LossProgram(HighsProgram):
    """The choices between ``least`` and ``most`` that lose no more than ``room`` parts of a bound, in losses.

    Parameters
    ----------
    rows, bound
        The rows, and the bound of duals of these rows with its reduced profits.
    known
        A choice to begin with; without one, choices that lose more are cut off.
    """

    def __init__(  # noqa: PLR0913 - a program, its bounds, and where to begin
        self,
        rows: SparseRows,
        bound: NodeBound,
        room: int,
        box: tuple[BoolVector, BoolVector],
        known: BoolVector | None,
        tolerance: float,
    ) -> None:
        super().__init__(mip_rel_gap=0.0, mip_feasibility_tolerance=tolerance, primal_feasibility_tolerance=tolerance)
        width, units = len(bound.reduced), row_scales(rows)
        self._width = width
        self.scale = 2.0 ** max((room // bound.parts).bit_length() - LOSS_BITS, 0)
        reduced = _in_units(bound.reduced, bound.parts) / self.scale
        duals = _in_units(bound.duals, bound.parts) / self.scale
        # Rows with a dual have a column for their slack, which costs the dual
        priced = np.flatnonzero(duals)
        sign, ranges = np.where(duals[priced] > 0, 1.0, -1.0), _slacks(rows, bound, room)[priced] / units[priced]
        lower = np.where(rows.least == -FAR, -np.inf, rows.least) / units
        upper = np.where(rows.most == FAR, np.inf, rows.most) / units
        lower[priced] = upper[priced] = np.where(sign > 0, upper[priced], lower[priced])
        cost = np.concatenate([-reduced, np.abs(duals[priced]) * units[priced]])
        ends = np.append(box[0].astype(np.float64), np.zeros_like(ranges)), np.append(box[1].astype(np.float64), ranges)
        order = np.argsort(np.append(rows.rows, priced), kind="stable")
        columns = np.append(rows.columns, width + np.arange(len(priced)))[order].astype(np.int32)
        values = np.append(rows.values / units[rows.rows], sign)[order]
        starts = np.searchsorted(np.append(rows.rows, priced)[order], np.arange(len(units))).astype(np.int32)
        integer, continuous = int(highspy.HighsVarType.kInteger), int(highspy.HighsVarType.kContinuous)
        kinds = np.repeat(np.array([integer, continuous], dtype=np.int32), [width, len(priced)])
        self._offset = float(np.maximum(reduced, 0).sum())
        self._model.setOptionValue("mip_abs_gap", ALMOST_ONE / self.scale)
        form, sense = int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize)
        sizes = len(cost), len(units), len(values)
        self._model.passModel(*sizes, form, sense, 0.0, cost, *ends, lower, upper, starts, columns, values, kinds)
        if known is None:
            # A row in its place is dense, and takes the presolve of the solver seconds
            limit = (room / bound.parts + HALF) / self.scale - self._offset
            self._model.setOptionValue("objective_bound", limit)
        else:
            load = np.bincount(rows.rows, rows.values * known[rows.columns], len(units)) / units
            start = highspy.HighsSolution()
            start.col_value = [*known.astype(np.float64), *(sign * (upper - load)[priced])]
            self._model.setSolution(start)

    def run(self, seconds: float | None, stopped: Stop) -> LossResult:
        """Solve within ``seconds``; the best choice so far is returned too if it is ``stopped``."""
        if seconds is not None:
            self._model.setOptionValue("time_limit", seconds)  # from the start of this run
        interrupt = _Interrupt(stopped, None if seconds is None else monotonic() + seconds)
        events = self._model.cbMipInterrupt, self._model.cbSimplexInterrupt
        for event in events:
            event.subscribe(interrupt)
        try:
            self._model.run()
        finally:
            for event in events:
                event.unsubscribe(interrupt)
        if interrupt.error is not None:
            raise interrupt.error
        info, choice = self._model.getInfo(), None
        if info.primal_solution_status == FEASIBLE:
            choice = np.rint(self._model.getSolution().col_value[: self._width]) > 0
        return LossResult(
            choice, (info.mip_dual_bound + self._offset) * self.scale, self._model.getModelStatus() in ENDS
        )


class _Interrupt:
    """Stops the solver in time, once ``stopped``, or at a signal; nothing that is raised passes through the solver."""

    def __init__(self, stopped: Stop, ends: float | None) -> None:
        self._stopped, self._ends = stopped, ends
        self.error: BaseException | None = None

    def __call__(self, event: highspy.HighsCallbackEvent) -> None:
        try:
            stop = self._stopped() or (self._ends is not None and monotonic() > self._ends)
        except BaseException as error:
            self.error, stop = error, True
        # Said each time, since the solver remembers what it was told last
        event.interrupt(stop or self.error is not None)


def _in_units(parts: object, of: int) -> FloatVector:
    """Return integers over a common denominator as floats."""
    found: FloatVector = np.array(parts, dtype=np.float64) / of
    return found


def _slacks(rows: SparseRows, bound: NodeBound, room: int) -> FloatVector:
    """Return (rows,) the greatest slack of each row with a dual: its bounds, and what it may lose."""
    wide = np.where((rows.least == -FAR) | (rows.most == FAR), np.inf, rows.most - rows.least)
    most = [room // abs(int(dual)) if dual else 0 for dual in bound.duals.tolist()]
    slack: FloatVector = np.minimum(wide, np.array(most, dtype=np.float64))
    return slack
