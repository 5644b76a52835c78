"""Dense assignment with very many ties: the canonical optimum by column generation on hashes.

Five score levels, 1,000 per side: 19 ms, and 47 without this method; 3,000 per side: 112 and 562. Scores that are the
sum of two parts, 1,000 per side: 28 and 208.

Row and column reduction (Kuhn 1955) gives first duals. If the tight cells at these duals contain an assignment of all
rows, the duals are optimal, and every such assignment is an optimum. The one with the greatest sum of hashes is
required (``tie_breaking``). The restricted master has the tight cells with the greatest hashes of each row; its duals
price the other cells (column generation, Gilmore and Gomory 1961).

Partial pricing: each row has a limit above the hashes of its unlisted cells. If the dual of the row plus the least dual
of a column reaches the limit, no cell of the row prices out, and the row is not read again.

Invariant: the listed cells of a row are exactly its tight cells with a hash of at least its limit.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import EXCLUDED, DenseScores
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees, remaining_degrees
from mentormatch.assignment.sparse_assignment import choose_master
from mentormatch.assignment.tie_breaking import MAX_HASH, TieBreaker, Words, combine_halves
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector
from mentormatch.errors import EngineError


@dataclass(frozen=True, slots=True)
class TiedCellsOptions:
    """Parameters of the decision for this method and of its masters."""

    sampled_rows: int = 32  # to decide whether very many cells are tied
    cells_per_row: int = 20  # tight cells in the first master, which nearly always contain the optimum
    min_tied_per_row: int = 40  # with fewer, the master would have most of the tight cells
    # If the best cells of the sampled rows are in a greater share of the columns, column reduction is not needed
    max_covered_share: float = 0.75
    strip_cells: int = 1 << 16  # cells of 8 bytes, read together, that fit in the cache
    max_masters: int = 8


TIED = TiedCellsOptions()

type ListedCells = tuple[IntVector, IntVector, IntVector]  # the row, the column and the hash of some cells


@dataclass(frozen=True, slots=True)
class TiedCells:
    """The cells of a matrix, with hashes; cell (i, k) has the profit ``scale * values[i, k] + offsets[k]``.

    It is tight if it is ``allowed`` and its profit is the greatest in its row. The hash combines two ``halves``, one of
    the row and one of the column.
    """

    values: IntMatrix
    allowed: BoolMatrix | None
    scale: int
    offsets: IntVector
    halves: tuple[Words, Words]

    def profit(self, rows: slice | IntVector) -> IntMatrix:
        """Return the profits of the cells of some rows, ``EXCLUDED`` for cells that are not allowed."""
        profit = self.values[rows]
        if self.scale != 1:
            profit = self.scale * profit
        if self.offsets.any():
            profit = profit + self.offsets
        return profit if self.allowed is None else np.where(self.allowed[rows], profit, EXCLUDED)

    def strips(self, rows: IntVector | None = None) -> Iterator[tuple[IntVector, IntMatrix]]:
        """Yield strips of some rows (None: all), with the profits of their cells."""
        count, width = self.values.shape
        step = max(TIED.strip_cells // width, 1)
        for start in range(0, count if rows is None else len(rows), step):
            part = np.arange(start, min(start + step, count)) if rows is None else rows[start : start + step]
            yield part, self.profit(slice(start, start + step) if rows is None else part)

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        rows, columns = self.values.shape
        return rows, columns

    def reduce_columns(self) -> Self:
        """Return the cells with offsets at which every column has a tight cell; row duals stay."""
        loss = np.full(self.values.shape[1], EXCLUDED)
        for _, profit in self.strips():
            np.maximum(loss, (profit - profit.max(axis=1)[:, None]).max(axis=0), out=loss)
        return replace(self, offsets=self.offsets - loss)

    def list_top_cells(self) -> tuple[ListedCells, IntVector, IntVector]:
        """Return the tight cells with the greatest hashes of each row, and the limit and greatest profit of rows."""
        listed, limits, tops = list[ListedCells](), list[IntVector](), list[IntVector]()
        for rows, profit in self.strips():
            top = profit.max(axis=1)
            tight = profit == top[:, None]
            # Uniform hashes reach this limit about ``cells_per_row`` times per row
            counts = np.count_nonzero(tight, axis=1)
            limit = np.maximum(MAX_HASH - MAX_HASH * TIED.cells_per_row // counts, 0)
            listed.append(self._hash_cells(rows, tight, counts, limit))
            limits.append(limit)
            tops.append(top)
        return _join_parts(listed), np.concatenate(limits), np.concatenate(tops)

    def list_rows(self, rows: IntVector, limits: IntVector) -> ListedCells:
        """Return the tight cells of some rows with a hash of at least the row's limit."""
        listed = [(rows[:0], rows[:0], rows[:0])]
        for part, profit in self.strips(rows):
            tight = profit == profit.max(axis=1)[:, None]
            listed.append(self._hash_cells(part, tight, np.count_nonzero(tight, axis=1), limits[part]))
        return _join_parts(listed)

    def _hash_cells(self, rows: IntVector, tight: BoolMatrix, counts: IntVector, limit: IntVector) -> ListedCells:
        """Return the tight cells of a strip with a hash of at least the row's ``limit``."""
        row_index = np.repeat(np.arange(len(rows)), counts)
        columns = np.flatnonzero(tight) - row_index * tight.shape[1]
        hashes = combine_halves(self.halves[0][rows][row_index], self.halves[1][columns])
        is_listed = np.flatnonzero(hashes >= limit[row_index])
        return rows[row_index[is_listed]], columns[is_listed], hashes[is_listed]


def _join_parts(parts: list[ListedCells]) -> ListedCells:
    rows, columns, hashes = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return rows, columns, hashes


def solve_tied_cells(
    problem: AssignmentProblem, scores: DenseScores, stage: ScalarObjective, hashes: TieBreaker
) -> tuple[OptimalFace, PrimalDual] | None:
    """Return the optimum of a stage with the greatest sum of hashes, on a face that contains all optima of that sum.

    None unless all people have capacity 1 and no minimum, very many cells are tied, and reduced duals are optimal and
    the smallest; None also with pins, or if former pairs count.
    """
    bounds = remaining_degrees(problem)
    one_each = all((side.most == 1).all() and not side.least.any() for side in bounds)
    if not one_each or problem.pins or stage.per_former_pair or stage.score <= 0:
        return None
    # The shorter side becomes the rows
    n, m = scores.shape
    is_transposed = m < n
    cells = _reduce_cells(scores, stage, transposed=is_transposed)
    if cells is None:
        return None
    keyed = hashes.anonymized
    halves = keyed.mentor_halves(np.arange(n), 0), keyed.mentees
    assignment = _assign_rows(replace(cells, halves=halves[::-1] if is_transposed else halves))
    if assignment is None:
        return None
    # Duals of the stage: those of columns are 0 or more, and the smallest is 0
    row_term, column_term = (stage.mentee, stage.mentor) if is_transposed else (stage.mentor, stage.mentee)
    right = column_term - cells.offsets
    left = assignment.tops + right.min() + row_term + stage.per_pair
    right -= right.min()
    # A row with dual 0 might stay unmatched in an optimum
    if left.min() <= 0 or not assignment.has_minimal_duals(right):
        return None
    rows, columns, choice = assignment.tight_cells()
    if is_transposed:
        return OptimalFace(columns, rows, *bounds), PrimalDual(choice, right, left)
    return OptimalFace(rows, columns, *bounds), PrimalDual(choice, left, right)


def _reduce_cells(scores: DenseScores, stage: ScalarObjective, *, transposed: bool) -> TiedCells | None:
    """Return the cells after row and column reduction, without hashes; None if few of them are tight."""
    values, allowed, no_words = scores.values, scores.allowed, np.zeros(0, dtype=np.uint64)
    if transposed:
        values, allowed = values.T, None if allowed is None else allowed.T
    cells = TiedCells(values, allowed, stage.score, stage.mentor if transposed else stage.mentee, (no_words, no_words))
    count, width = cells.shape
    rows = np.linspace(0, count - 1, min(TIED.sampled_rows, count)).astype(np.int64)
    profit = cells.profit(rows)
    tops = profit.max(axis=1)[:, None]
    loss = np.zeros(width, dtype=np.int64)
    # Only in a square are all columns used; elsewhere an unused column must have dual 0
    is_reduced = count == width and np.count_nonzero((profit == tops).any(axis=0)) < TIED.max_covered_share * width
    if is_reduced:
        loss = (profit - tops).max(axis=0)
    # One sampled cell of each reduced column is tight in any case
    tied = np.count_nonzero(profit - loss == tops) - (width if is_reduced else 0)
    if tied < TIED.min_tied_per_row * len(rows):
        return None
    return cells.reduce_columns() if is_reduced else cells


@dataclass(frozen=True, slots=True)
class HashedAssignment:
    """An assignment of all rows to tight cells with the greatest sum of hashes, and duals that prove it.

    ``listed``: the cells considered. ``column``: the column of each row. ``reduced_profit`` (e,): the hash of a listed
    cell less its two duals, at most 0. ``tops``: the greatest profit in each row.
    """

    listed: ListedCells
    column: IntVector
    reduced_profit: IntVector
    tops: IntVector

    def tight_cells(self) -> tuple[IntVector, IntVector, BoolVector]:
        """Return the cells whose hash is the sum of their duals, and (e,) bool: whether they are chosen."""
        rows, columns = (indices[self.reduced_profit == 0] for indices in self.listed[:2])
        return rows, columns, self.column[rows] == columns

    def has_minimal_duals(self, right: IntVector) -> bool:
        """Return whether no column dual can be smaller, judged by the listed cells.

        A dual of 0 cannot fall. If the dual of a column cannot fall, the dual of its row cannot rise, so no column with
        a tight cell in that row can fall.
        """
        rows, columns, _ = self.listed
        is_fixed = right == 0
        fixed_count = -1
        while fixed_count < (fixed_count := int(np.count_nonzero(is_fixed))) < len(is_fixed):
            is_fixed[columns[is_fixed[self.column][rows]]] = True
        return bool(is_fixed.all())


def _assign_rows(cells: TiedCells) -> HashedAssignment | None:
    """Return the assignment of all rows to tight cells with the greatest sum of hashes; None if none is found."""
    listed, limits, tops = cells.list_top_cells()
    left, right = (RemainingDegrees(np.zeros(count, np.int64), np.ones(count, np.int64)) for count in cells.shape)
    solve = choose_master(cells.values.size, perfect=True)
    for _ in range(TIED.max_masters):
        # Restricted master
        optimum = solve(OptimalFace(listed[0], listed[1], left, right), listed[2], None)
        if optimum is None:
            return None
        # Strong duality
        if listed[2][optimum.chosen].sum() != optimum.left.sum() + optimum.right.sum():
            raise EngineError("The duals do not prove the sum of hashes")
        # Partial pricing: rows in which an unlisted cell might reach or exceed its duals
        row_limits = optimum.left + optimum.right.min()
        is_incomplete = (row_limits < limits) & (limits > 0)
        limits = np.where(is_incomplete, np.maximum(row_limits, 0), limits)
        column = np.empty_like(limits)
        column[listed[0][optimum.chosen]] = listed[1][optimum.chosen]
        if is_incomplete.any():
            is_complete = ~is_incomplete[listed[0]]
            complete_rows = (listed[0][is_complete], listed[1][is_complete], listed[2][is_complete])
            listed = _join_parts([complete_rows, cells.list_rows(np.flatnonzero(is_incomplete), limits)])
        reduced_profit = listed[2] - optimum.left[listed[0]] - optimum.right[listed[1]]
        if reduced_profit.max() <= 0:
            return HashedAssignment(listed, column, reduced_profit, tops)
    return None
