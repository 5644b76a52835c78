"""Dense assignment where very many cells are tied: the canonical optimum by column generation on hashes.

Five score levels, 1,000 a side: 19 ms, and 47 without this; 3,000 a side: 112 and 562. Scores that are the sum of two
parts, 1,000 a side: 28 and 208.

Row and column reduction (Kuhn 1955) give first duals. If the cells that are tight at these hold an assignment of all
rows, the duals are optimal at once, and every such assignment is an optimum. Of them the one of the greatest sum of
hashes is wanted (``tie_breaking``). The restricted master has the tight cells of the greatest hashes of each row; its
duals price the others (column generation, Gilmore and Gomory 1961).

Partial pricing: each row knows a limit that the hashes of its unlisted cells stay below. Where the dual of the row and
the least dual of a column add up to that, no cell of the row prices out, and the row is not read again.

Invariant: of a row, exactly the tight cells with a hash of its limit or more are listed.
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
from mentormatch.assignment.tie_breaking import GREATEST, TieBreaker, Words, join_halves
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector
from mentormatch.errors import EngineError

SAMPLED = 32
"""So many rows tell whether very many cells are tied."""
LEADING = 20
"""The first master has so many tight cells a row: they nearly always hold the optimum."""
TIED = 2 * LEADING
"""With fewer tight cells a row, the master would have most of them."""
COVERED = 0.75
"""Where cells that are the most of a sampled row are in so great a part of all columns, these need no reduction."""
TIED_STRIP_CELLS = 1 << 16
"""So many cells of 8 bytes, read together, stay in the cache."""
ROUNDS = 8
"""Give up after so many masters."""

type ListedCells = tuple[IntVector, IntVector, IntVector]
"""The row, the column and the hash of some cells."""


@dataclass(frozen=True, slots=True)
class TiedCells:
    """The cells of a matrix with a hash of each; cell (i, k) is worth ``scale * values[i, k] + offsets[k]``.

    It is tight where that is the most of its row, and where it is ``allowed``. The hash is made of two ``halves``, one
    of the row and one of the column.
    """

    values: IntMatrix
    allowed: BoolMatrix | None
    scale: int
    offsets: IntVector
    halves: tuple[Words, Words]

    def worth(self, rows: slice | IntVector) -> IntMatrix:
        """Return what the cells of some rows are worth, ``EXCLUDED`` where they are not allowed."""
        found = self.values[rows]
        if self.scale != 1:
            found = self.scale * found
        if self.offsets.any():
            found = found + self.offsets
        return found if self.allowed is None else np.where(self.allowed[rows], found, EXCLUDED)

    def strips(self, rows: IntVector | None = None) -> Iterator[tuple[IntVector, IntMatrix]]:
        """Yield some rows at a time, None: of all, with what their cells are worth."""
        count, width = self.values.shape
        step = max(TIED_STRIP_CELLS // width, 1)
        for start in range(0, count if rows is None else len(rows), step):
            part = np.arange(start, min(start + step, count)) if rows is None else rows[start : start + step]
            yield part, self.worth(slice(start, start + step) if rows is None else part)

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of rows and of columns."""
        rows, columns = self.values.shape
        return rows, columns

    def reduce_columns(self) -> Self:
        """Return the cells with offsets of which each column has a tight cell too; rows keep theirs."""
        loss = np.full(self.values.shape[1], EXCLUDED)
        for _, worth in self.strips():
            np.maximum(loss, (worth - worth.max(axis=1)[:, None]).max(axis=0), out=loss)
        return replace(self, offsets=self.offsets - loss)

    def list_leading(self) -> tuple[ListedCells, IntVector, IntVector]:
        """Return the tight cells of the greatest hashes, some of each row; and the limit and the most of each row."""
        found, limits, tops = list[ListedCells](), list[IntVector](), list[IntVector]()
        for rows, worth in self.strips():
            top = worth.max(axis=1)
            tight = worth == top[:, None]
            # Of so many uniform hashes about as many as are wanted reach the limit
            counts = np.count_nonzero(tight, axis=1)
            limit = np.maximum(GREATEST - GREATEST * LEADING // counts, 0)
            found.append(self._hash_cells(rows, tight, counts, limit))
            limits.append(limit)
            tops.append(top)
        return _join_parts(found), np.concatenate(limits), np.concatenate(tops)

    def list_rows(self, rows: IntVector, limits: IntVector) -> ListedCells:
        """Return the tight cells of some rows with a hash of the limit of their row or more."""
        found = [(rows[:0], rows[:0], rows[:0])]
        for part, worth in self.strips(rows):
            tight = worth == worth.max(axis=1)[:, None]
            found.append(self._hash_cells(part, tight, np.count_nonzero(tight, axis=1), limits[part]))
        return _join_parts(found)

    def _hash_cells(self, rows: IntVector, tight: BoolMatrix, counts: IntVector, limit: IntVector) -> ListedCells:
        """Return the tight cells of a strip with a hash of the ``limit`` of their row or more."""
        line = np.repeat(np.arange(len(rows)), counts)
        columns = np.flatnonzero(tight) - line * tight.shape[1]
        hashes = join_halves(self.halves[0][rows][line], self.halves[1][columns])
        kept = np.flatnonzero(hashes >= limit[line])
        return rows[line[kept]], columns[kept], hashes[kept]


def _join_parts(parts: list[ListedCells]) -> ListedCells:
    rows, columns, hashes = (np.concatenate(each) for each in zip(*parts, strict=True))
    return rows, columns, hashes


def settle_tied_cells(
    problem: AssignmentProblem, scores: DenseScores, stage: ScalarObjective, hashes: TieBreaker
) -> tuple[OptimalFace, PrimalDual] | None:
    """Return the optimum of a stage with the greatest sum of hashes, on a face of all cells that one like it may hold.

    None unless everybody takes one, very many cells are tied, and reduced duals are optimal and the smallest.
    """
    bounds = remaining_degrees(problem)
    one_each = all((side.most == 1).all() and not side.least.any() for side in bounds)
    if not one_each or problem.pins or stage.per_former_pair or stage.score <= 0:
        return None
    # The shorter side are the rows
    n, m = scores.shape
    turned = m < n
    cells = _reduce_cells(scores, stage, turned=turned)
    if cells is None:
        return None
    keyed = hashes.anonymized
    halves = keyed.mentor_halves(np.arange(n), 0), keyed.mentees
    found = _assign_rows(replace(cells, halves=halves[::-1] if turned else halves))
    if found is None:
        return None
    # Duals of the stage: those of columns are 0 or more, and one of them is 0
    row_term, column_term = (stage.mentee, stage.mentor) if turned else (stage.mentor, stage.mentee)
    right = column_term - cells.offsets
    left = found.tops + right.min() + row_term + stage.per_pair
    right -= right.min()
    # With a dual of 0 a row might stay unmatched in an optimum
    if left.min() <= 0 or not found.makes_smallest(right):
        return None
    rows, columns, chosen = found.tight_cells()
    if turned:
        return OptimalFace(columns, rows, *bounds), PrimalDual(chosen, right, left)
    return OptimalFace(rows, columns, *bounds), PrimalDual(chosen, left, right)


def _reduce_cells(scores: DenseScores, stage: ScalarObjective, *, turned: bool) -> TiedCells | None:
    """Return the cells after row and column reduction, without hashes; None if not very many of them are tight."""
    values, allowed, none = scores.values, scores.allowed, np.zeros(0, dtype=np.uint64)
    if turned:
        values, allowed = values.T, None if allowed is None else allowed.T
    cells = TiedCells(values, allowed, stage.score, stage.mentor if turned else stage.mentee, (none, none))
    count, width = cells.shape
    rows = np.linspace(0, count - 1, min(SAMPLED, count)).astype(np.int64)
    worth = cells.worth(rows)
    tops = worth.max(axis=1)[:, None]
    loss = np.zeros(width, dtype=np.int64)
    # A column that nobody takes has the dual 0: reduction is for squares alone, where rows leave columns out
    reduce = count == width and np.count_nonzero((worth == tops).any(axis=0)) < COVERED * width
    if reduce:
        loss = (worth - tops).max(axis=0)
    # Of the sample one cell of each reduced column is tight in any case
    tied = np.count_nonzero(worth - loss == tops) - (width if reduce else 0)
    if tied < TIED * len(rows):
        return None
    return cells.reduce_columns() if reduce else cells


@dataclass(frozen=True, slots=True)
class HashedAssignment:
    """An assignment of all rows to tight cells, of the greatest sum of hashes, and duals of the hashes that prove it.

    ``listed`` are the cells that were looked at, ``column`` is that of each row, ``surplus`` (e,) what the hash of a
    listed cell is above its two duals, 0 at most. ``tops``: the most that a cell of each row is worth.
    """

    listed: ListedCells
    column: IntVector
    surplus: IntVector
    tops: IntVector

    def tight_cells(self) -> tuple[IntVector, IntVector, BoolVector]:
        """Return the cells whose hash is the sum of their duals, and which of them are chosen."""
        rows, columns = (each[self.surplus == 0] for each in self.listed[:2])
        return rows, columns, self.column[rows] == columns

    def makes_smallest(self, right: IntVector) -> bool:
        """Return whether no dual of a column can be smaller, as far as the listed cells tell.

        A dual of 0 cannot fall. Where that of a column cannot, the dual of its own row cannot rise, and so no column
        that has a tight cell in that row can fall.
        """
        rows, columns, _ = self.listed
        fixed = right == 0
        before = -1
        while before < (before := int(np.count_nonzero(fixed))) < len(fixed):
            fixed[columns[fixed[self.column][rows]]] = True
        return bool(fixed.all())


def _assign_rows(cells: TiedCells) -> HashedAssignment | None:
    """Return the assignment of all rows to tight cells with the greatest sum of hashes; None if none is found."""
    listed, limits, tops = cells.list_leading()
    left, right = (RemainingDegrees(np.zeros(count, np.int64), np.ones(count, np.int64)) for count in cells.shape)
    solve = choose_master(cells.values.size, full=True)
    for _ in range(ROUNDS):
        # Restricted master
        optimum = solve(OptimalFace(listed[0], listed[1], left, right), listed[2], None)
        if optimum is None:
            return None
        # Strong duality: as many hashes as the duals allow
        if listed[2][optimum.chosen].sum() != optimum.left.sum() + optimum.right.sum():
            raise EngineError("The duals do not prove the sum of hashes")
        # Partial pricing: rows of which an unlisted cell might be above its duals, or at them
        least = optimum.left + optimum.right.min()
        short = (least < limits) & (limits > 0)
        limits = np.where(short, np.maximum(least, 0), limits)
        column = np.empty_like(limits)
        column[listed[0][optimum.chosen]] = listed[1][optimum.chosen]
        if short.any():
            kept = ~short[listed[0]]
            others = (listed[0][kept], listed[1][kept], listed[2][kept])
            listed = _join_parts([others, cells.list_rows(np.flatnonzero(short), limits)])
        surplus = listed[2] - optimum.left[listed[0]] - optimum.right[listed[1]]
        if surplus.max() <= 0:
            return HashedAssignment(listed, column, surplus, tops)
    return None
