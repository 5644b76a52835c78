"""The dense cost matrix of a linear assignment problem, as the pricing oracle of column generation.

The pairs are the cells of the block, by their places in it when it is flat.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.column_generation import PricingOracle, VectorPair
from mentormatch.assignment.kernels.choice import use_numba
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import BoolMatrix, DenseScores
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import OptimalFace, RemainingDegrees
from mentormatch.base.columns import IntVector

type FloatMatrix = NDArray[np.float64]
type Cells = NDArray[np.float64 | np.int64]
"""Whole numbers, in float64 for scipy and in int64 for compiled code."""
type FloatVector = NDArray[np.float64]

STRIP = 32
"""Rows handled at once: a strip of costs and its sum with the prices stay in the cache."""


@dataclass(frozen=True, slots=True)
class CostMatrix(PricingOracle):
    """``cells`` (r, c): minus what each pair is worth, or at a closed cell ``closed``; rows take at most one.

    Where nobody has a minimum, a pair worth less than nothing is closed, and closed cells cost 0, as being unmatched
    does; otherwise they cost infinity. ``turned``: mentees are the rows.
    """

    cells: Cells
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
        kind: type[np.float64 | np.int64] = np.float64,
    ) -> Self:
        """Return the block of a stage; ``bounds`` are those of mentors and of mentees beside the pins.

        Cells are of a ``kind``: with minimums, where some are infinite, of float64.
        """
        turned = _transpose(*bounds)
        rows, columns = bounds[::-1] if turned else bounds
        minimums = bool(rows.least.any() or columns.least.any())
        block = cls(_cells(scores, stage, kind, turned=turned), rows, columns, np.inf if minimums else 0.0, turned)
        block._reward(problem, stage)
        block._close(problem, scores, stage)
        return block

    @property
    def count(self) -> int:
        return self.cells.size

    @property
    def shape(self) -> tuple[int, int]:
        rows, columns = self.cells.shape
        return rows, columns

    @property
    def column_of_slot(self) -> IntVector:
        """Return the column of each place: a column has as many as it takes rows at most."""
        counts = np.minimum(self.columns.most, len(self.rows.most))
        return np.repeat(np.arange(len(counts)), counts)

    def people_of(self, places: IntVector) -> VectorPair:
        """Return the row and the column of each place."""
        rows = places // self.cells.shape[1]
        return rows, places - rows * self.cells.shape[1]

    def dual_upper_bound(self) -> VectorPair:
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
        limits, columns = (loss - prices[0]).astype(self.cells.dtype), prices[1].astype(self.cells.dtype)
        if use_numba(self.count):
            from mentormatch.assignment.kernels.dense_lap import find_cells

            return find_cells(self.cells, columns, limits)
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
        """Return a place for each row."""
        rows, owner = np.arange(len(self.cells)), self.column_of_slot
        return rows * self.cells.shape[1] + owner[rows % len(owner)] if len(owner) else rows[:0]

    def _strips(self) -> Iterator[tuple[slice, Cells]]:
        """Yield the rows of each strip, with room for its cells."""
        rows, columns = self.cells.shape
        room = np.empty((STRIP, columns), dtype=self.cells.dtype)
        for start in range(0, rows, STRIP):
            end = min(start + STRIP, rows)
            yield slice(start, end), room[: end - start]

    def _reward(self, problem: AssignmentProblem, stage: ScalarObjective) -> None:
        """Add, in place, what former pairs are worth more than others."""
        for pair in problem.former if stage.per_former_pair else ():
            self.cells[pair[::-1] if self.transposed else pair] -= stage.per_former_pair

    def _close(self, problem: AssignmentProblem, scores: DenseScores, stage: ScalarObjective) -> None:
        """Close, in place, the cells of forbidden and pinned pairs, of people who take nobody, and of losses."""
        for pin in problem.pins:
            self.cells[pin[::-1] if self.transposed else pin] = self.forbidden_cost
        if scores.allowed is not None:
            self._forbid(scores.allowed.T if self.transposed else scores.allowed)
        self.cells[self.rows.most == 0] = self.forbidden_cost
        self.cells[:, self.columns.most == 0] = self.forbidden_cost
        if stage.low < 0 and self.forbidden_cost == 0:
            np.minimum(self.cells, 0, out=self.cells)

    def _forbid(self, allowed: BoolMatrix) -> None:
        """Close, in place, the cells that are not allowed; a product is quicker than a choice."""
        if self.forbidden_cost:
            np.copyto(self.cells, self.forbidden_cost, where=~allowed)
        else:
            np.multiply(self.cells, allowed, out=self.cells)


def _transpose(left: RemainingDegrees, right: RemainingDegrees) -> bool:
    """Return whether mentees are the rows: a side where nobody takes two, the shorter one if both are."""
    if left.most.max(initial=0) > 1:
        return True
    return bool(right.most.max(initial=0) <= 1) and len(right.most) < len(left.most)


def _cells(scores: DenseScores, stage: ScalarObjective, kind: type[np.float64 | np.int64], *, turned: bool) -> Cells:
    """Return minus what each pair is worth, as fresh numbers with rows in the order asked for."""
    values, row, column = scores.values, stage.mentor, stage.mentee
    if turned:
        values, row, column = values.T, column, row
    cells: Cells = np.empty(values.shape, dtype=kind)
    if stage.score == 1:
        np.subtract(kind(-stage.per_pair), values, out=cells)
    else:
        np.multiply(values, kind(-stage.score), out=cells)
        np.subtract(cells, kind(stage.per_pair), out=cells)
    if row.any():
        cells -= row[:, None]
    if column.any():
        cells -= column[None, :]
    return cells
