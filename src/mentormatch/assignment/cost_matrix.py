"""The cost matrix of one stage of a dense assignment: minus the profit of each pair, and how many each line takes."""

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

STRIP = 32
"""Rows handled at once: a strip of costs and its sum with the prices stay in the cache."""
COST_STRIP_CELLS = 1 << 13
"""Of a block of few columns a strip has more rows: so many cells at least."""


@dataclass(frozen=True, slots=True)
class CostMatrix(PricingOracle):
    """``cells`` (r, c): the cost of each pair, minus its profit; ``forbidden_cost`` where there is no pair.

    Every row takes one column at most; a column has as many slots as it takes rows. Where nobody has a minimum, a
    forbidden cell costs 0, as staying unmatched does, and so does a pair of negative profit; with minimums a forbidden
    cell costs infinity. ``transposed``: mentees are the rows.
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
        """Return the cost matrix of a stage; ``bounds`` are the degrees of mentors and of mentees beside the pins."""
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
        """Return (c,) how many slots each column has: as many as it takes rows at most."""
        return np.minimum(self.columns.most, len(self.rows.most))

    @property
    def column_of_slot(self) -> IntVector:
        """Return the column of each slot."""
        return np.repeat(np.arange(self.shape[1]), self.slots)

    def people_of(self, places: IntVector) -> VectorPair:
        """Return the row and the column of each cell, by its flat index."""
        rows = places // self.cells.shape[1]
        return rows, places - rows * self.cells.shape[1]

    def dual_upper_bound(self) -> VectorPair:
        # Row reduction, then column reduction: every reduced cost is 0 or more, and each row has one of 0
        rows, columns = np.empty(self.shape[0]), np.full(self.shape[1], np.inf)
        for part, room in self._strips():
            self.cells[part].min(axis=1, out=rows[part])
            np.subtract(self.cells[part], rows[part, None], out=room)
            np.minimum(columns, room.min(axis=0), out=columns)
        return -rows.astype(np.int64), -columns.astype(np.int64)

    def reduced_costs(self, prices: VectorPair, places: IntVector) -> IntVector:
        rows, columns = self.people_of(places)
        return prices[0][rows] + prices[1][columns] + self.cells.ravel()[places].astype(np.int64)

    def columns_within(self, prices: VectorPair, loss: int) -> IntVector:
        # cell + dual of the column <= loss - dual of the row
        limits, columns = (loss - prices[0]).astype(self.cells.dtype), prices[1].astype(self.cells.dtype)
        found = [
            np.flatnonzero(np.add(self.cells[part], columns, out=room) <= limits[part, None])
            + part.start * len(columns)
            for part, room in self._strips()
        ]
        return np.concatenate(found)

    def restricted_master(self, places: IntVector) -> tuple[OptimalFace, IntVector]:
        rows, columns = self.people_of(places)
        return OptimalFace(rows, columns, self.rows, self.columns), -self.cells.ravel()[places].astype(np.int64)

    def feasibility_columns(self) -> IntVector:
        """Return a cell for each row: rows go to the slots of the columns in turn."""
        rows, owner = np.arange(len(self.cells)), self.column_of_slot
        return rows * self.cells.shape[1] + owner[rows % len(owner)] if len(owner) else rows[:0]

    def _strips(self) -> Iterator[tuple[slice, FloatMatrix]]:
        """Yield the rows of each strip, with a buffer for its cells."""
        rows, columns = self.cells.shape
        height = max(STRIP, COST_STRIP_CELLS // max(columns, 1))
        room = np.empty((min(height, rows), columns), dtype=self.cells.dtype)
        for start in range(0, rows, height):
            end = min(start + height, rows)
            yield slice(start, end), room[: end - start]

    def _add_former_pairs(self, problem: AssignmentProblem, stage: ScalarObjective) -> None:
        """Lower, in place, the cost of former pairs by their additional profit."""
        for pair in problem.former if stage.per_former_pair else ():
            self.cells[pair[::-1] if self.transposed else pair] -= stage.per_former_pair

    def _forbid_cells(self, problem: AssignmentProblem, scores: DenseScores, stage: ScalarObjective) -> None:
        """Forbid, in place, the pairs that are not allowed or are pinned, and those of people without a slot."""
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
        """Forbid, in place, the cells that are not allowed; to multiply by the mask is quicker than to select by it."""
        if self.forbidden_cost:
            np.copyto(self.cells, self.forbidden_cost, where=~allowed)
        else:
            np.multiply(self.cells, allowed, out=self.cells)


def _mentees_are_rows(left: RemainingDegrees, right: RemainingDegrees) -> bool:
    """Return whether mentees are the rows: rows are a side where nobody takes two, the shorter one if both are."""
    if left.most.max(initial=0) > 1:
        return True
    return bool(right.most.max(initial=0) <= 1) and len(right.most) < len(left.most)


def _costs(scores: DenseScores, stage: ScalarObjective, *, transposed: bool) -> FloatMatrix:
    """Return (r, c) minus the profit of each pair, in a new array; rows are mentees if ``transposed``."""
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
