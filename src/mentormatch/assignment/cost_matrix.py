"""Cost matrix of one stage of a dense assignment: negated profits of pairs, and capacities of rows and columns."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np

from mentormatch.assignment.column_generation import PricingOracle
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import DenseScores
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import OptimalFace, RemainingDegrees
from mentormatch.base.arrays import BoolMatrix, FloatMatrix, IntVector, VectorPair

STRIP_ROWS = 32  # rows processed together: a strip of costs and its sum with the duals stay in the cache
COST_STRIP_CELLS = 1 << 13  # least cells of a strip, for matrices with few columns


@dataclass(frozen=True, slots=True)
class CostMatrix(PricingOracle):
    """``cells`` (r, c): the cost of each pair, its negated profit; ``forbidden_cost`` for forbidden pairs.

    Rows have capacity 1. Without minimums, a forbidden cell costs 0, as staying unmatched does, and so does a pair of
    negative profit; with minimums a forbidden cell costs infinity. ``transposed``: mentees are the rows.
    """

    cells: FloatMatrix
    rows: RemainingDegrees
    columns: RemainingDegrees
    forbidden_cost: float
    transposed: bool

    @classmethod
    def of(
        cls,
        problem: AssignmentProblem,
        scores: DenseScores,
        stage: ScalarObjective,
        bounds: tuple[RemainingDegrees, RemainingDegrees],
    ) -> Self:
        """Return the cost matrix of a stage; ``bounds`` are the degrees of mentors and mentees without the pins."""
        transposed = _mentees_are_rows(*bounds)
        rows, columns = bounds[::-1] if transposed else bounds
        minimums = bool(rows.least.any() or columns.least.any())
        forbidden_cost = np.inf if minimums else 0.0
        block = cls(_costs(scores, stage, transposed=transposed), rows, columns, forbidden_cost, transposed)
        block._add_former_pairs(problem, stage)
        block._forbid_cells(problem, scores, stage)
        return block

    @property
    def count(self) -> int:
        return self.cells.size

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.cells.shape
        return rows, columns

    @property
    def slots(self) -> IntVector:
        """(c,) the number of slots per column, at most the number of rows."""
        return np.minimum(self.columns.most, len(self.rows.most))

    @property
    def column_of_slot(self) -> IntVector:
        """The column of each slot."""
        return np.repeat(np.arange(self.shape[1]), self.slots)

    def rows_and_columns(self, cells: IntVector) -> VectorPair:
        """Return the row and the column of each cell, given by its flat index."""
        rows = cells // self.cells.shape[1]
        return rows, cells - rows * self.cells.shape[1]

    def feasible_duals(self) -> VectorPair:
        # Row reduction, then column reduction: every reduced cost is >= 0, and each row has one that is 0
        rows, columns = np.empty(self.shape[0]), np.full(self.shape[1], np.inf)
        for part, buffer in self._strips():
            self.cells[part].min(axis=1, out=rows[part])
            np.subtract(self.cells[part], rows[part, None], out=buffer)
            np.minimum(columns, buffer.min(axis=0), out=columns)
        return -rows.astype(np.int64), -columns.astype(np.int64)

    def reduced_costs(self, duals: VectorPair, columns: IntVector) -> IntVector:
        row, column = self.rows_and_columns(columns)
        return duals[0][row] + duals[1][column] + self.cells.ravel()[columns].astype(np.int64)

    def columns_within(self, duals: VectorPair, loss: int) -> IntVector:
        # cell + dual of the column <= loss - dual of the row
        limits, column_duals = (loss - duals[0]).astype(self.cells.dtype), duals[1].astype(self.cells.dtype)
        tight = [
            np.flatnonzero(np.add(self.cells[part], column_duals, out=buffer) <= limits[part, None])
            + part.start * len(column_duals)
            for part, buffer in self._strips()
        ]
        return np.concatenate(tight)

    def restricted_master(self, columns: IntVector) -> tuple[OptimalFace, IntVector]:
        row, column = self.rows_and_columns(columns)
        return OptimalFace(row, column, self.rows, self.columns), -self.cells.ravel()[columns].astype(np.int64)

    def feasibility_columns(self) -> IntVector:
        """Return a cell per row: rows are distributed over the slots of the columns cyclically."""
        rows, column_of_slot = np.arange(len(self.cells)), self.column_of_slot
        return (
            rows * self.cells.shape[1] + column_of_slot[rows % len(column_of_slot)] if len(column_of_slot) else rows[:0]
        )

    def _strips(self) -> Iterator[tuple[slice, FloatMatrix]]:
        """Yield the rows of each strip, with a buffer for its cells."""
        rows, columns = self.cells.shape
        height = max(STRIP_ROWS, COST_STRIP_CELLS // max(columns, 1))
        buffer = np.empty((min(height, rows), columns), dtype=self.cells.dtype)
        for start in range(0, rows, height):
            end = min(start + height, rows)
            yield slice(start, end), buffer[: end - start]

    def _add_former_pairs(self, problem: AssignmentProblem, stage: ScalarObjective) -> None:
        """Lower, in place, the cost of former pairs by their additional profit."""
        for pair in problem.former if stage.per_former_pair else ():
            self.cells[pair[::-1] if self.transposed else pair] -= stage.per_former_pair

    def _forbid_cells(self, problem: AssignmentProblem, scores: DenseScores, stage: ScalarObjective) -> None:
        """Forbid, in place, the pairs that are not allowed or are pinned, and pairs of people without capacity."""
        for pin in problem.pins:
            self.cells[pin[::-1] if self.transposed else pin] = self.forbidden_cost
        if scores.allowed is not None:
            self._apply_mask(scores.allowed.T if self.transposed else scores.allowed)
        self.cells[self.rows.most == 0] = self.forbidden_cost
        self.cells[:, self.columns.most == 0] = self.forbidden_cost
        # Without minimums a pair of negative profit is never better than staying unmatched
        if stage.low < 0 and self.forbidden_cost == 0:
            np.minimum(self.cells, 0, out=self.cells)

    def _apply_mask(self, allowed: BoolMatrix) -> None:
        """Forbid, in place, the cells that are not allowed; multiplying by the mask is faster than selecting by it."""
        if self.forbidden_cost:
            np.copyto(self.cells, self.forbidden_cost, where=~allowed)
        else:
            np.multiply(self.cells, allowed, out=self.cells)


def _mentees_are_rows(left: RemainingDegrees, right: RemainingDegrees) -> bool:
    """Return whether mentees are the rows: rows have capacity 1, and are the shorter side if both sides have it."""
    if left.most.max(initial=0) > 1:
        return True
    return bool(right.most.max(initial=0) <= 1) and len(right.most) < len(left.most)


def _costs(scores: DenseScores, stage: ScalarObjective, *, transposed: bool) -> FloatMatrix:
    """Return (r, c) the negated profit of each pair, in a new array; rows are mentees if ``transposed``."""
    values, row, column = scores.values, stage.mentor, stage.mentee
    if transposed:
        values, row, column = values.T, column, row
    cells: FloatMatrix = np.empty(values.shape)
    if stage.score == 1:
        np.subtract(-float(stage.per_pair), values, out=cells)
    else:
        np.multiply(values, -float(stage.score), out=cells)
        np.subtract(cells, float(stage.per_pair), out=cells)
    if row.any():
        # Profits of people, by row and by column
        cells -= row[:, None]
    if column.any():
        cells -= column[None, :]
    return cells
