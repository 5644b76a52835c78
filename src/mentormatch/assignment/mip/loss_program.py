"""A 0-1 program in losses -> its solution by the MIP solver of HiGHS, started from an incumbent.

By weak duality the gap between the bound of integer duals y and a choice x is the sum of its losses::

    bound - c x  =  sum of |reduced profit| of pairs at the wrong end  +  sum of |y_r| times the slack of row r

So the program that minimises losses has the same optima. Its numbers are as small as the gap, whatever the size of the
profits, so the absolute tolerances of the solver do not depend on that size. Pairs that lose more than the gap are
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

MAX_TRUSTED_SCALE = 1 << 6  # if losses are divided by more, the solver cannot separate neighbouring values

LOSS_BITS = 24  # the greatest loss has this many bits for the solver, whose tolerances are absolute


@dataclass(frozen=True, slots=True)
class LossResult:
    """A ``choice`` of the columns, None if there is none, and a lower bound on the loss of any choice, in units.

    ``empty``: no choice is within the greatest loss.
    """

    choice: BoolVector | None
    least_loss: float
    empty: bool = False


class LossProgram(HighsProgram):
    """The choices within ``box`` that lose at most ``room`` / ``bound.denominator``, as a program in losses.

    Parameters
    ----------
    rows, bound
        The rows, and the bound of duals of these rows with its reduced profits.
    known
        The incumbent to start from; without one, choices that lose more are cut off.
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
        self.scale = 2.0 ** max((room // bound.denominator).bit_length() - LOSS_BITS, 0)
        reduced = _in_units(bound.reduced, bound.denominator) / self.scale
        duals = _in_units(bound.duals, bound.denominator) / self.scale
        # Rows with a dual get a column for their slack, whose cost is the dual
        priced = np.flatnonzero(duals)
        sign, ranges = np.where(duals[priced] > 0, 1.0, -1.0), _slacks(rows, bound, room)[priced] / units[priced]
        lower = np.where(rows.least == -FAR, -np.inf, rows.least) / units
        upper = np.where(rows.most == FAR, np.inf, rows.most) / units
        lower[priced] = upper[priced] = np.where(sign > 0, upper[priced], lower[priced])
        cost = np.concatenate([-reduced, np.abs(duals[priced]) * units[priced]])
        column_bounds = (
            np.append(box[0].astype(np.float64), np.zeros_like(ranges)),
            np.append(box[1].astype(np.float64), ranges),
        )
        order = np.argsort(np.append(rows.rows, priced), kind="stable")
        columns = np.append(rows.columns, width + np.arange(len(priced)))[order].astype(np.int32)
        values = np.append(rows.values / units[rows.rows], sign)[order]
        starts = np.searchsorted(np.append(rows.rows, priced)[order], np.arange(len(units))).astype(np.int32)
        integer, continuous = int(highspy.HighsVarType.kInteger), int(highspy.HighsVarType.kContinuous)
        kinds = np.repeat(np.array([integer, continuous], dtype=np.int32), [width, len(priced)])
        self._offset = float(np.maximum(reduced, 0).sum())
        # A bound less than one unit above the incumbent proves it, as values are integers
        self._model.setOptionValue("mip_abs_gap", 0.99 / self.scale)
        form, sense = int(highspy.MatrixFormat.kRowwise), int(highspy.ObjSense.kMinimize)
        sizes = len(cost), len(units), len(values)
        self._model.passModel(
            *sizes, form, sense, 0.0, cost, *column_bounds, lower, upper, starts, columns, values, kinds
        )
        if known is None:
            # An objective bound, as a row instead would be dense and slow down presolve
            limit = (room / bound.denominator + 0.5) / self.scale - self._offset
            self._model.setOptionValue("objective_bound", limit)
        else:
            load = np.bincount(rows.rows, rows.values * known[rows.columns], len(units)) / units
            start = highspy.HighsSolution()
            start.col_value = [*known.astype(np.float64), *(sign * (upper - load)[priced])]
            self._model.setSolution(start)

    def run(self, seconds: float | None, stopped: Stop) -> LossResult:
        """Solve within ``seconds``, or until ``stopped``; return the best choice so far."""
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
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            choice = np.rint(self._model.getSolution().col_value[: self._width]) > 0
        is_empty = self._model.getModelStatus() in (
            highspy.HighsModelStatus.kInfeasible,
            highspy.HighsModelStatus.kUnboundedOrInfeasible,
        )
        return LossResult(choice, (info.mip_dual_bound + self._offset) * self.scale, is_empty)


class _Interrupt:
    """Interrupts the solver at the deadline, if ``stopped``, or after an exception, which must not pass through C++."""

    def __init__(self, stopped: Stop, deadline: float | None) -> None:
        self._stopped, self._deadline = stopped, deadline
        self.error: BaseException | None = None

    def __call__(self, event: highspy.HighsCallbackEvent) -> None:
        try:
            stop = self._stopped() or (self._deadline is not None and monotonic() > self._deadline)
        except BaseException as error:
            self.error, stop = error, True
        # Set at each event, since the solver remembers the last value
        event.interrupt(stop or self.error is not None)


def _in_units(numerators: object, denominator: int) -> FloatVector:
    """Return integers over a common denominator as floats."""
    quotients: FloatVector = np.array(numerators, dtype=np.float64) / denominator
    return quotients


def _slacks(rows: SparseRows, bound: NodeBound, room: int) -> FloatVector:
    """Return (rows,) the greatest slack of each row with a dual, by its bounds and by the loss allowed."""
    widths = np.where((rows.least == -FAR) | (rows.most == FAR), np.inf, rows.most - rows.least)
    affordable = [room // abs(int(dual)) if dual else 0 for dual in bound.duals.tolist()]
    slack: FloatVector = np.minimum(widths, np.array(affordable, dtype=np.float64))
    return slack
