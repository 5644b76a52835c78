"""Dense linear assignment (Jonker and Volgenant 1987; Crouse 2016), with minimal duals by label correcting.

Of a large block few pairs are mostly enough. Otherwise compiled code solves it if that is at hand and nobody has a
minimum, or scipy's ``linear_sum_assignment`` (Crouse 2016): minimums are then a bonus above all profits, and prices
follow from the assignment by Bellman-Ford in strips of rows.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import isqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.column_generation import (
    PricingOracle,
    TightColumns,
    initial_columns,
    solve_by_columns,
    union_sorted,
)
from mentormatch.assignment.kernels.jit import use_numba
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import DenseScores
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import (
    OptimalFace,
    PrimalDual,
    RemainingDegrees,
    fixed_pairs_allowed,
    pair_array,
    remaining_degrees,
)
from mentormatch.assignment.sparse_assignment import solve_full, solve_if_perfect
from mentormatch.base.arrays import BoolMatrix, BoolVector, CostArray, FloatMatrix, FloatVector, IntVector, VectorPair

STRIP = 32
"""Rows handled at once: a strip of costs and its sum with the prices stay in the cache."""


@dataclass(frozen=True, slots=True)
class CostMatrix(PricingOracle):
    """``cells`` (r, c): minus what each pair is worth, or at a closed cell ``closed``; rows take at most one.

    Where nobody has a minimum, a pair worth less than nothing is closed, and closed cells cost 0, as being unmatched
    does; otherwise they cost infinity. ``turned``: mentees are the rows.
    """

    cells: CostArray
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

        Costs are of a ``kind``: with minimums, where some are infinite, of float64.
        """
        turned = _transpose(*bounds)
        rows, columns = bounds[::-1] if turned else bounds
        minimums = bool(rows.least.any() or columns.least.any())
        block = cls(_costs(scores, stage, kind, turned=turned), rows, columns, np.inf if minimums else 0.0, turned)
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

    def _strips(self) -> Iterator[tuple[slice, CostArray]]:
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


def _cells(
    scores: DenseScores, stage: ScalarObjective, kind: type[np.float64 | np.int64], *, turned: bool
) -> CostArray:
    """Return minus what each pair is worth, as fresh numbers with rows in the order asked for."""
    values, row, column = scores.values, stage.mentor, stage.mentee
    if turned:
        values, row, column = values.T, column, row
    cells: CostArray = np.empty(values.shape, dtype=kind)
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


SQUARE_CELLS = 400_000
"""With fewer cells it is as quick to solve them all."""
DRAWN = 3
"""One row in so many is drawn, and one column."""
LEADING, LEAST = 24, 8
"""So many cells a row are solved first, and of each row and column so many at least."""

type SolveWhole = Callable[[CostMatrix], TightColumns | None]
"""Solves a block without minimums, all its cells at once."""


def solve_square(block: CostMatrix, whole: SolveWhole) -> TightColumns | None:
    """Return the places of the cells that an optimum leaves tight, and the optimum on them.

    None if the block is small or no square, or has minimums, or if few cells do not do.
    """
    most = np.maximum(block.columns.most, 1)
    if block.forbidden_cost != 0 or block.count <= SQUARE_CELLS or int(most.sum()) != len(block.rows.most):
        return None
    square = replace(block, rows=_up_to(np.ones_like(block.rows.most)), columns=_up_to(most))
    draw = np.random.default_rng(0)
    prices = _guess_duals(square, whole, draw)
    return (
        None
        if prices is None
        else solve_by_columns(square, solve_full, (_first_columns(square, prices, draw), prices[1]))
    )


def _up_to(most: IntVector) -> RemainingDegrees:
    return RemainingDegrees(np.zeros_like(most), most)


def _guess_duals(square: CostMatrix, whole: SolveWhole, draw: np.random.Generator) -> VectorPair | None:
    """Return prices like those of the square: the most that is left to each by the prices of a drawn part."""
    rows, columns = (np.sort(draw.choice(size, -(-size // DRAWN), replace=False)) for size in square.shape)
    cells = square.cells[np.ix_(rows, columns)]
    part = replace(square, cells=cells, rows=square.rows.of(rows), columns=square.columns.of(columns))
    found = solve_square(part, whole) or whole(part)
    if found is None:
        return None
    right = found[1].right.astype(np.float64)
    left = np.maximum(-(square.cells[:, columns] + right).min(axis=1), 0)
    return left.astype(np.int64), np.maximum(-(square.cells[rows] + left[rows, None]).min(axis=0), 0).astype(np.int64)


def _first_columns(square: CostMatrix, prices: VectorPair, draw: np.random.Generator) -> IntVector:
    """Return the places of the cells to begin with: those that lose least, and some of everybody."""
    places = initial_columns(square, prices, LEADING * isqrt(square.count), draw)
    for more in _of_the_few(square, prices, places):
        places = union_sorted(places, more)
    return places


def _of_the_few(square: CostMatrix, prices: VectorPair, places: IntVector) -> Iterator[IntVector]:
    """Yield the places of the cells that lose least in the rows, and in the columns, that have few of some places."""
    width = square.shape[1]
    rows, columns = (
        np.flatnonzero(np.bincount(people, minlength=size) < LEAST)
        for people, size in zip(square.people_of(places), square.shape, strict=True)
    )
    across = _least_of_sample(square.cells[rows] + prices[1], 1)
    yield np.sort((rows[:, None] * width + across).ravel())
    down = _least_of_sample(square.cells[:, columns] + prices[0][:, None], 0)
    yield np.sort((down * width + columns).ravel())


def _least_of_sample(losses: NDArray[np.floating], axis: int) -> IntVector:
    """Return the places of the least along an axis."""
    count = min(LEAST, losses.shape[axis])
    return np.argpartition(losses, count - 1, axis=axis).take(range(count), axis=axis)


LARGE = 160_000
"""With so many cells, choosing among them begins to be quicker than solving them all."""
QUICKER = 1 << 12
"""With fewer cells scipy is as quick as compiled code."""
AT_ONCE = 1 << 21
"""With no more cells compiled code is quicker on all of them than on few."""
ALONE = 10
"""If no more than one column in so many takes nobody, these are solved with the others where that makes a square."""

type Priced = tuple[IntVector, IntVector, IntVector]
"""The column of each row, -1 for none, and the prices of rows and of columns."""


def solve_dense(
    problem: AssignmentProblem, scores: DenseScores, stage: ScalarObjective
) -> tuple[OptimalFace, PrimalDual] | None:
    """Return the pairs that are tight in an optimum of the first stage, as a face, and the optimum on them.

    None if the minimums or the pins cannot hold.
    """
    bounds = remaining_degrees(problem)
    if any((side.most < 0).any() for side in bounds) or not fixed_pairs_allowed(problem):
        return None
    at_once = _solve_whole(scores, bounds)
    block = CostMatrix.of(problem, scores, stage, bounds, np.int64 if at_once else np.float64)
    whole = partial(_solve_all_cells, stage=stage)
    few = block.forbidden_cost == 0 and stage.score > 0 and block.count > LARGE
    found = None
    if not at_once:
        found = (solve_by_columns(block, solve_if_perfect) if few else None) or solve_square(block, whole)
    found = found or whole(block)
    return None if found is None else _tight_cells(block, *found, problem, stage)


def _solve_whole(scores: DenseScores, bounds: tuple[RemainingDegrees, RemainingDegrees]) -> bool:
    """Return whether compiled code solves all pairs, without a look at few of them: nobody has a minimum."""
    cells = scores.values.size
    free = not any(side.least.any() for side in bounds)
    return free and QUICKER <= cells <= AT_ONCE and use_numba(cells)


def _solve_all_cells(block: CostMatrix, stage: ScalarObjective) -> TightColumns | None:
    """Return the places of the cells that an optimum leaves tight, and the optimum on them; None if there is none."""
    found = _solve_by_paths(block) if _solve_compiled(block) else _solve_by_scipy(block, stage)
    if found is None:
        return None
    partner, rows, columns = found
    tight = block.columns_within((rows, columns), 0)
    row, column = block.people_of(tight)
    return tight, PrimalDual(partner[row] == column, rows, columns)


def _solve_compiled(block: CostMatrix) -> bool:
    """Return whether compiled code solves all cells: nobody has a minimum, and it is quicker."""
    return block.forbidden_cost == 0 and block.count >= QUICKER and use_numba(block.count)


def _solve_by_scipy(block: CostMatrix, stage: ScalarObjective) -> Priced | None:
    """Return a best assignment with the smallest prices of columns that prove it, and those of rows; None if none."""
    partner = _read_assignment(block, stage)
    loads = np.bincount(partner[partner >= 0], minlength=len(block.columns.most))
    if not (block.columns.hold(loads) and block.rows.hold((partner >= 0).astype(np.int64))):
        return None
    return partner, *_minimal_duals(block, partner, _initial_duals(block, loads, stage))


def _solve_by_paths(block: CostMatrix) -> Priced:
    """Return the same by compiled code, where nobody has a minimum."""
    from mentormatch.assignment.kernels.dense_lap import assign_rows, minimize_duals

    cells, owner = block.cells.astype(np.int64, copy=False), _owner(block)
    place, worth = assign_rows(_expand_slots(cells, owner))
    columns, partner, rows = (
        np.zeros(len(block.columns.most), dtype=np.int64),
        np.full_like(place, -1),
        np.zeros_like(place),
    )
    columns[owner] = worth
    some = np.flatnonzero(place >= 0)
    some = some[cells[some, owner[place[some]]] < 0]
    partner[some] = owner[place[some]]
    minimize_duals(cells, partner, columns)
    rows[some] = -cells[some, partner[some]] - columns[partner[some]]
    return partner, rows, columns


def _read_assignment(block: CostMatrix, stage: ScalarObjective) -> IntVector:
    """Return the column of each row in a best assignment, -1 for none."""
    from scipy.optimize import linear_sum_assignment

    owner = _owner(block)
    cells = _expand_slots(block.cells.astype(np.float64, copy=False), owner)
    if block.forbidden_cost:
        cells = _add_bonus(cells, block, owner, stage)
    row, place = linear_sum_assignment(_relax_costs(cells))
    real = cells[row, place] < 0
    partner = np.full(len(block.rows.most), -1)
    partner[row[real]] = owner[place[real]]
    return partner


def _owner(block: CostMatrix) -> IntVector:
    """Return the column of each place; columns that take nobody have one too if that makes a square of it."""
    most = block.columns.most
    filled = np.minimum(np.maximum(most, 1), len(block.rows.most))
    few = ALONE * np.count_nonzero(most == 0) <= len(most)
    square = few and int(filled.sum()) == len(block.rows.most)
    return np.repeat(np.arange(len(most)), filled) if square else block.column_of_slot


def _expand_slots[T: (np.int64, np.float64)](cells: NDArray[T], owner: IntVector) -> NDArray[T]:
    """Return the cells of each place."""
    return cells if np.array_equal(owner, np.arange(cells.shape[1])) else cells[:, owner]


def _relax_costs(cells: FloatMatrix) -> FloatMatrix:
    """Return costs that the same assignments pay least of: in a square all columns are taken, whatever they cost.

    With the least cost of each column taken off, most rows find a column that is free, and ways to others are short.
    """
    return cells - cells.min(axis=0) if len(cells) and cells.shape[0] == cells.shape[1] else cells


def _add_bonus(cells: FloatMatrix, block: CostMatrix, owner: IntVector, stage: ScalarObjective) -> FloatMatrix:
    """Return finite costs with a bonus, above all profits, for each minimum that a pair helps to fill."""
    bonus = float(stage.range * min(cells.shape) + 1)
    first = np.searchsorted(owner, owner)
    required = np.arange(len(owner)) - first < block.columns.least[owner]
    lowered = cells - bonus * required
    lowered -= bonus * block.rows.least[:, None]
    lowered[np.isinf(cells)] = 0.0
    return np.minimum(lowered, 0.0, out=lowered)


def _minimal_duals(block: CostMatrix, partner: IntVector, prices: FloatVector) -> VectorPair:
    """Return the smallest prices of the columns that prove the assignment, and those of the rows that go with them.

    A row asks its own margin back from every column; a column whose price rises sends its rows round again. The rows
    with the highest margins go first: they raise most, so the others are seldom asked twice.
    """
    matched = partner >= 0
    own = np.where(matched, block.cells[np.arange(len(partner)), partner], 0.0)
    pending = np.ones(len(partner), dtype=bool)
    room = np.empty((STRIP, block.cells.shape[1]))
    while pending.any():
        rows = np.flatnonzero(pending)
        margin = own[rows] + np.where(matched[rows], prices[partner[rows]], 0.0)
        if len(rows) > STRIP:
            first = np.argpartition(-margin, STRIP - 1)[:STRIP]
            rows, margin = rows[first], margin[first]
        offers = np.take(block.cells, rows, axis=0, out=room[: len(rows)], mode="clip")
        asked = np.subtract(margin[:, None], offers, out=offers).max(axis=0)
        raised = asked > prices
        prices[raised] = asked[raised]
        pending[rows] = False
        pending |= raised[partner] & matched
    rest = -own - np.where(matched, prices[partner], 0.0)
    return rest.astype(np.int64), prices.astype(np.int64)


def _initial_duals(block: CostMatrix, loads: IntVector, stage: ScalarObjective) -> FloatVector:
    """Return 0, and a price below all others for columns that take no more than their minimum."""
    lowest = -float(stage.range * sum(block.cells.shape))
    return np.where((block.columns.least > 0) & (loads == block.columns.least), lowest, 0.0)


def _tight_cells(
    block: CostMatrix, tight: IntVector, optimum: PrimalDual, problem: AssignmentProblem, stage: ScalarObjective
) -> tuple[OptimalFace, PrimalDual]:
    """Return the face of the tight pairs, mentors on the left, and the optimum on it."""
    lost = block.cells.ravel()[tight] >= 0
    if lost.any():
        kept = ~lost
        kept[lost] = _tight_pairs(block, tight[lost], optimum, problem, stage)
        tight, optimum = tight[kept], PrimalDual(optimum.chosen[kept], optimum.left, optimum.right)
    rows, columns = block.people_of(tight)
    if block.transposed:
        face = OptimalFace(columns, rows, block.columns, block.rows, pair_array(problem.pins))
        return face, PrimalDual(optimum.chosen, optimum.right, optimum.left)
    return OptimalFace(rows, columns, block.rows, block.columns, pair_array(problem.pins)), optimum


def _tight_pairs(
    block: CostMatrix, tight: IntVector, optimum: PrimalDual, problem: AssignmentProblem, stage: ScalarObjective
) -> BoolVector:
    """Return which tight cells are not so only because closed ones cost 0, and losses no more than that."""
    rows, columns = block.people_of(tight)
    prices = optimum.left[rows] + optimum.right[columns]
    open_to = (block.rows.most[rows] > 0) & (block.columns.most[columns] > 0)
    mentors, mentees = (columns, rows) if block.transposed else (rows, columns)
    open_to &= problem.scores.allows(mentors, mentees) & ~problem.contains(problem.pins, mentors, mentees)
    open_to[open_to] = stage.profit(problem, mentors[open_to], mentees[open_to]) == prices[open_to]
    return open_to
