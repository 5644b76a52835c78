"""Dense linear assignment (Jonker and Volgenant 1987; Crouse 2016), with minimal duals by label correcting.

Two methods, the first that applies: column generation on a small part of a large matrix; scipy's
``linear_sum_assignment`` (Crouse 2016), with minimum degrees as a bonus above all profits. The smallest duals that
prove the assignment are computed from it by Bellman-Ford, in strips of rows.

Gains of special cases: squares with unmatched people, of four tastes, 1,000 per side, 116 ms, and 674 without duals of
a sample (no gain for random scores and distances); few slots at first, 200 mentors of capacity 40 with 3,000 mentees,
65 and 83; hashes in the costs of the first assignment, five levels and 11, 25, 50 per side, .7, .8, 1.2, and by rounds
on the optimal face 1.3, 1.5, 1.9.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.column_generation import (
    TightColumns,
    initial_columns,
    solve_by_columns,
    union_sorted,
)
from mentormatch.assignment.cost_matrix import COST_STRIP_CELLS, STRIP_ROWS, CostMatrix
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import DenseScores
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import (
    OptimalFace,
    PrimalDual,
    RemainingDegrees,
    are_pins_allowed,
    pair_array,
    remaining_degrees,
    round_to_nearest_unit,
)
from mentormatch.assignment.sparse_assignment import MAX_FLOAT64, choose_master, solve_all_slots_filled
from mentormatch.assignment.tie_breaking import HASH_BITS, TieBreaker
from mentormatch.assignment.tied_cells import solve_tied_cells
from mentormatch.assignment.transportation import (
    FORBIDDEN,
    TransportationProblem,
    has_few_sinks,
    has_many_items,
    minimal_duals,
    solve_transportation,
)
from mentormatch.base.arrays import BoolVector, FloatMatrix, FloatVector, IntVector, VectorPair
from mentormatch.base.progress import CheckDeadline


@dataclass(frozen=True, slots=True)
class DenseOptions:
    """Parameters by which a method is chosen, and of column generation on squares."""

    square_min_cells: int = 400_000  # for fewer cells, solving all is as fast as column generation
    sample_divisor: int = 3  # one row, and one column, in so many is in the sample
    cells_per_row: int = 24  # in the first restricted master
    min_cells_per_line: int = 8  # there, of each row and column
    column_generation_min_cells: int = 160_000
    # If at most one column in so many has no slot, each gets one if that makes the matrix square
    fill_divisor: int = 10


DENSE = DenseOptions()

type SolveCostMatrix = Callable[[CostMatrix], TightColumns | None]  # solves a matrix without minimums, with all cells


def solve_square(block: CostMatrix, solve_all: SolveCostMatrix) -> TightColumns | None:
    """Solve a large square assignment by column generation, from the duals of a sampled part of it.

    Returns the flat indices of the tight cells in an optimum, and the optimum on them. None if the matrix is small, no
    square or has minimums, or if column generation does not converge on few cells.
    """
    capacities = np.maximum(block.columns.most, 1)
    if block.forbidden_cost != 0 or block.count <= DENSE.square_min_cells or not _is_square(block):
        return None
    # All slots of a square are filled: exact degrees may be stated as upper bounds
    square = replace(block, rows=_upper_degrees(np.ones_like(block.rows.most)), columns=_upper_degrees(capacities))
    draw = np.random.default_rng(0)
    # Duals of a sample price all cells; the cheapest cells are the first columns
    duals = _guess_duals(square, solve_all, draw)
    if duals is None:
        return None
    return solve_by_columns(square, solve_all_slots_filled, (_first_columns(square, duals, draw), duals[1]))


def _upper_degrees(max_degrees: IntVector) -> RemainingDegrees:
    return RemainingDegrees(np.zeros_like(max_degrees), max_degrees)


def _guess_duals(square: CostMatrix, solve_all: SolveCostMatrix, draw: np.random.Generator) -> VectorPair | None:
    """Return nearly optimal duals of the square matrix, from the optimal duals of a sampled part of it.

    The dual of a row is the smallest that covers its cells in the sampled columns, given the duals of these; the duals
    of all columns follow in the same way. None if the sample cannot be solved.
    """
    rows, columns = (
        np.sort(draw.choice(size, -(-size // DENSE.sample_divisor), replace=False)) for size in square.shape
    )
    cells = square.cells[np.ix_(rows, columns)]
    part = replace(square, cells=cells, rows=square.rows.of(rows), columns=square.columns.of(columns))
    # The sample is a square assignment too: recursion until it is small
    optimum = solve_square(part, solve_all) or solve_all(part)
    if optimum is None:
        return None
    right = optimum[1].right.astype(np.float64)
    # The smallest dual of each row by the sampled columns, then of each column by the sampled rows
    left = np.maximum(-(square.cells[:, columns] + right).min(axis=1), 0)
    return left.astype(np.int64), np.maximum(-(square.cells[rows] + left[rows, None]).min(axis=0), 0).astype(np.int64)


def _first_columns(square: CostMatrix, duals: VectorPair, draw: np.random.Generator) -> IntVector:
    """Return the cells of the first restricted master: those of least reduced cost, and some of every line."""
    cells = initial_columns(square, duals, DENSE.cells_per_row * isqrt(square.count), draw)
    # A row or column with few cells might be impossible to match
    for line_cells in _cells_of_short_lines(square, duals, cells):
        cells = union_sorted(cells, line_cells)
    return cells


def _cells_of_short_lines(square: CostMatrix, duals: VectorPair, cells: IntVector) -> Iterator[IntVector]:
    """Yield cells of least reduced cost of the rows, then of the columns, that have few of the given cells."""
    width = square.shape[1]
    rows, columns = (
        np.flatnonzero(np.bincount(people, minlength=size) < DENSE.min_cells_per_line)
        for people, size in zip(square.rows_and_columns(cells), square.shape, strict=True)
    )
    # Short rows, over all columns
    across = _least_along(square.cells[rows] + duals[1], 1)
    yield np.sort((rows[:, None] * width + across).ravel())
    # Short columns, over all rows
    down = _least_along(square.cells[:, columns] + duals[0][:, None], 0)
    yield np.sort((down * width + columns).ravel())


def _least_along(costs: NDArray[np.floating], axis: int) -> IntVector:
    """Return the positions of the least values along an axis, in any order."""
    count = min(DENSE.min_cells_per_line, costs.shape[axis])
    return np.argpartition(costs, count - 1, axis=axis).take(range(count), axis=axis)


FOLDED_UP_TO = 1 << 12  # with fewer cells, costs with hashes are solved faster than a list of tied cells
TIED_MIN_CELLS = 1 << 14  # with fewer cells, ties are settled as fast on a list of all tight cells
# If fewer rows get their first choice, because many want the same columns, solving all cells is faster than a list:
# augmenting paths are long, and slower on a list. Independent scores give 1 - 1/e and more
MIN_FIRST_CHOICE_SHARE = 0.6
# With more slots per column on average, and more cells with a column per slot, columns start with one slot
SLOTS_PER_COLUMN, CAPACITY_SCALING_MIN_CELLS = 4, 1 << 22

# The column of each row, -1 for none, and the duals of rows and of columns
type PrimalDualAssignment = tuple[IntVector, IntVector, IntVector]


def solve_dense(
    problem: AssignmentProblem,
    scores: DenseScores,
    stage: ScalarObjective,
    check_deadline: CheckDeadline,
    hashes: TieBreaker | None = None,
) -> tuple[OptimalFace, PrimalDual] | None:
    """Return the tight pairs in an optimum of the first stage, as a face, and the optimum on them.

    None if the minimum degrees or the pins are infeasible. ``check_deadline`` is called if few people have many slots.
    With ``hashes``, which settle the ties of this stage, pairs that are in no canonical optimum may be left out.
    """
    bounds = remaining_degrees(problem)
    if any((side.most < 0).any() for side in bounds) or not are_pins_allowed(problem):
        return None
    if hashes is not None and scores.values.size >= TIED_MIN_CELLS:
        optimum = solve_tied_cells(problem, scores, stage, hashes)
        if optimum is not None:
            return optimum
    block = CostMatrix.of(problem, scores, stage, bounds)
    # Few people with many slots, or very many people per person: no column per slot
    capacities, items = block.columns.most, block.shape[0]
    by_sinks = has_few_sinks(capacities, items) or has_many_items(capacities, items)
    solve_all = partial(_solve_all_cells, stage=stage, check_deadline=check_deadline if by_sinks else None)
    solve_folded = partial(_solve_with_hashes, block, problem, hashes, solve_all)
    tight_optimum = solve_folded() if _repeats_costs(block) else None
    if tight_optimum is None and not by_sinks:
        tight_optimum = _solve_by_few_cells(block, stage, solve_all)
    if tight_optimum is None:
        # All cells, if column generation was not tried or did not converge
        tight_optimum = solve_all(block)
        # The smallest duals leave about one tight cell per column, even without ties
        if tight_optimum is not None and len(tight_optimum[0]) > 2 * np.count_nonzero(tight_optimum[1].chosen):
            tight_optimum = solve_folded() or tight_optimum
    return None if tight_optimum is None else _tight_cells(block, *tight_optimum, problem, stage)


def _solve_by_few_cells(block: CostMatrix, stage: ScalarObjective, solve_all: SolveCostMatrix) -> TightColumns | None:
    """Return the same by column generation; None if it is not worthwhile or does not converge."""
    # Column generation needs scores that distinguish pairs
    is_suitable = stage.score > 0 and _suits_column_generation(block)
    tight_optimum = solve_by_columns(block, choose_master(block.count)) if is_suitable else None
    return tight_optimum or solve_square(block, solve_all)


def _repeats_costs(block: CostMatrix) -> bool:
    """Return whether the first row has few distinct costs, so that many optima are tied."""
    first = block.cells[0].tolist() if len(block.cells) else []
    return 2 * len(set(first)) <= len(first)


def _solve_with_hashes(
    block: CostMatrix, problem: AssignmentProblem, hashes: TieBreaker | None, solve_all: SolveCostMatrix
) -> TightColumns | None:
    """Return the tight cells and the optimum with the hashes as a last goal; the duals are those without hashes.

    None if costs with hashes are too many or beyond the exact range of float64, or if there is a minimum.
    """
    if hashes is None or block.count >= FOLDED_UP_TO or problem.pins or block.forbidden_cost:
        return None
    open_cells = block.cells < 0
    # A pair without profit costs as much as none
    if np.count_nonzero(open_cells) < problem.scores.count:
        return None
    # A dual is a sum along a path, on which hashes add less than half a unit: rounding removes them
    max_pairs = min(int(block.rows.most.sum()), int(block.columns.most.sum()))
    unit = (max_pairs + 2) << (HASH_BITS + 1)
    lowest = int(block.cells.min())
    cost_range = int(block.cells.max()) - lowest if _is_square(block) else -lowest
    if max(3 * cost_range, -lowest) * unit > MAX_FLOAT64:
        return None
    rows, columns = np.nonzero(open_cells)
    mentors, mentees = (columns, rows) if block.transposed else (rows, columns)
    cells: FloatMatrix = block.cells * unit
    cells[open_cells] -= hashes.of(mentors, mentees, 0)
    folded = solve_all(replace(block, cells=cells))
    if folded is None:
        return None
    tight, optimum = folded
    return tight, PrimalDual(optimum.chosen, *round_to_nearest_unit((optimum.left, optimum.right), unit))


def _suits_column_generation(block: CostMatrix) -> bool:
    """Return whether column generation may be faster: large matrix, no minimums, different first choices."""
    if block.forbidden_cost != 0 or block.count <= DENSE.column_generation_min_cells:
        return False
    # It is also faster if a matrix with a column per slot would be twice as large
    is_wide = int(block.slots.sum()) > 2 * block.shape[1]
    return _is_square(block) or is_wide or _first_choice_share(block) >= MIN_FIRST_CHOICE_SHARE


def _is_square(block: CostMatrix) -> bool:
    """Return whether there are as many slots as rows."""
    return int(np.maximum(block.columns.most, 1).sum()) == len(block.rows.most)


def _first_choice_share(block: CostMatrix) -> float:
    """Return the share of the shorter side that is assigned if every row takes its cheapest column."""
    slots = block.columns.most
    demand = np.bincount(block.cells.argmin(axis=1), minlength=len(slots))
    return float(np.minimum(demand, slots).sum() / max(min(len(block.rows.most), int(slots.sum())), 1))


def _solve_all_cells(
    block: CostMatrix, stage: ScalarObjective, check_deadline: CheckDeadline | None
) -> TightColumns | None:
    """Return the tight cells in an optimum, and the optimum on them; None if the minimums are infeasible.

    With ``check_deadline``, paths between columns are used, and the time is checked before each.
    """
    if check_deadline is not None:
        assignment = _solve_by_sinks(block, stage, check_deadline)
    else:
        assignment = _solve_by_slots(block, partial(_solve_by_scipy, stage=stage))
    if assignment is None:
        return None
    partner, rows, columns = assignment
    if check_deadline is not None:
        check_deadline()
    # The face of the optimum: all cells of reduced cost 0
    tight = block.columns_within((rows, columns), 0)
    row, column = block.rows_and_columns(tight)
    return tight, PrimalDual(partner[row] == column, rows, columns)


def _solve_by_slots(
    block: CostMatrix, solve: Callable[[CostMatrix], PrimalDualAssignment | None]
) -> PrimalDualAssignment | None:
    """Return the same with a column per slot; if these are very many, with few slots per column at first.

    Columns with too few slots get twice as many (as in capacity scaling, Edmonds and Karp 1972). If no column that
    lacks slots has a positive dual, the optimum is one with all slots (complementary slackness), with the same smallest
    duals. With minimums all slots are needed from the start.
    """
    (rows, columns), capacities, count = block.shape, block.columns.most, int(block.slots.sum())
    if block.forbidden_cost != 0 or count <= SLOTS_PER_COLUMN * columns or rows * count <= CAPACITY_SCALING_MIN_CELLS:
        return solve(block)
    # One slot per column at first
    slots = np.minimum(capacities, 1)
    while True:
        assignment = solve(replace(block, columns=RemainingDegrees(block.columns.least, slots)))
        if assignment is None:
            return None
        # Columns with a positive dual and fewer slots than they may have could take more rows
        is_short = (slots < capacities) & (assignment[2] > 0)
        if not is_short.any():
            return assignment
        slots = np.where(is_short, np.minimum(2 * slots, capacities), slots)


def _solve_by_sinks(
    block: CostMatrix, stage: ScalarObjective, check_deadline: CheckDeadline
) -> PrimalDualAssignment | None:
    """Return the same by paths between few columns with many slots."""
    check_deadline()
    open_columns = np.flatnonzero(block.columns.most > 0)
    cells = (block.cells if len(open_columns) == block.shape[1] else block.cells[:, open_columns]).T
    # Without minimums, a cell of cost 0 is forbidden or has no profit; with minimums forbidden cells are infinite
    open_cells = cells < 0 if block.forbidden_cost == 0 else np.isfinite(cells)
    profit = np.full(cells.shape, FORBIDDEN)
    np.negative(cells, out=profit, where=open_cells, casting="unsafe")
    bounds = block.columns.of(open_columns)
    problem = TransportationProblem(profit, bounds.least, bounds.most, block.rows.least > 0)
    sink = solve_transportation(problem, check_deadline)
    check_deadline()
    if sink is None or (block.columns.least[block.columns.most == 0] > 0).any():
        return None
    partner = np.where(sink < 0, -1, open_columns[sink])
    loads = np.bincount(partner[partner >= 0], minlength=len(block.columns.most))
    columns = _initial_duals(block, loads, stage).astype(np.int64)
    columns[open_columns] = minimal_duals(profit, sink, columns[open_columns])
    rows = np.where(sink < 0, 0, profit[sink, np.arange(len(sink))] - columns[partner])
    return partner, rows, columns


def _solve_by_scipy(block: CostMatrix, stage: ScalarObjective) -> PrimalDualAssignment | None:
    """Return an optimal assignment with the smallest column duals that prove it, and the row duals.

    None if the minimum degrees are infeasible.
    """
    # An optimal assignment; scipy does not return duals
    partner = _scipy_assignment(block, stage)
    loads = np.bincount(partner[partner >= 0], minlength=len(block.columns.most))
    # The bonus fills as many minimums as possible; if one is not filled, no assignment fills all
    if not (block.columns.contain(loads) and block.rows.contain((partner >= 0).astype(np.int64))):
        return None
    # The smallest duals that prove it
    return partner, *_minimal_duals(block, partner, _initial_duals(block, loads, stage))


def _scipy_assignment(block: CostMatrix, stage: ScalarObjective) -> IntVector:
    """Return the column of each row in an optimal assignment by scipy, -1 for none."""
    from scipy.optimize import linear_sum_assignment

    column_of_slot = _column_of_slot(block)
    cells = _expand_slots(block.cells, column_of_slot)
    # With minimums, forbidden cells are infinite, and a bonus fills the minimums
    if block.forbidden_cost:
        cells = _add_minimum_bonus(cells, block, column_of_slot, stage)
    row, slot = linear_sum_assignment(_reduce_columns(cells))
    # scipy assigns every row of the shorter side; at cost 0 the row is in fact unmatched
    is_matched = cells[row, slot] < 0
    partner = np.full(len(block.rows.most), -1)
    partner[row[is_matched]] = column_of_slot[slot[is_matched]]
    return partner


def _column_of_slot(block: CostMatrix) -> IntVector:
    """Return the column of each slot; a column without a slot gets one if that makes the matrix square."""
    capacities = block.columns.most
    filled = np.minimum(np.maximum(capacities, 1), len(block.rows.most))
    # Only worthwhile if few columns have no slot
    has_few_empty = DENSE.fill_divisor * np.count_nonzero(capacities == 0) <= len(capacities)
    square = has_few_empty and int(filled.sum()) == len(block.rows.most)
    return np.repeat(np.arange(len(capacities)), filled) if square else block.column_of_slot


def _expand_slots(cells: FloatMatrix, column_of_slot: IntVector) -> FloatMatrix:
    """Return (r, slots) the costs with one column per slot (node splitting)."""
    return cells if np.array_equal(column_of_slot, np.arange(cells.shape[1])) else cells[:, column_of_slot]


def _reduce_columns(cells: FloatMatrix) -> FloatMatrix:
    """Return costs with the same optimal assignments, after a column reduction if the matrix is square.

    In a square every column is used, so a constant may be subtracted from each. Most rows then find a free column at
    once, and augmenting paths are short.
    """
    return cells - cells.min(axis=0) if len(cells) and cells.shape[0] == cells.shape[1] else cells


def _add_minimum_bonus(
    cells: FloatMatrix, block: CostMatrix, column_of_slot: IntVector, stage: ScalarObjective
) -> FloatMatrix:
    """Return finite costs with a bonus (big M) for each minimum degree that a pair helps to fill.

    The bonus exceeds the total profit of all other pairs, so an optimum fills as many minimums as possible.
    """
    bonus = float(stage.range * min(cells.shape) + 1)
    # The index of each slot within its column; the first ``least`` slots must be filled
    starts = np.searchsorted(column_of_slot, column_of_slot)
    required = np.arange(len(column_of_slot)) - starts < block.columns.least[column_of_slot]
    lowered = cells - bonus * required
    lowered -= bonus * block.rows.least[:, None]
    # A forbidden cell remains as good as none
    lowered[np.isinf(cells)] = 0.0
    return np.minimum(lowered, 0.0, out=lowered)


def _minimal_duals(block: CostMatrix, partner: IntVector, duals: FloatVector) -> VectorPair:
    """Return the duals of rows and columns that prove the assignment, with the smallest column duals.

    Label correcting (Bellman-Ford): dual feasibility requires ``columns[k] >= margin[i] - cost[i, k]``, where the
    margin of a row is its profit less the dual of its column. A column whose label rises makes its rows pending again.
    Labels only rise, from a lower bound, and stop at the least fixed point. Rows with the greatest margins are
    processed first: they raise labels most, so others are seldom processed twice.
    """
    rows, width = block.cells.shape
    height = max(STRIP_ROWS, COST_STRIP_CELLS // max(width, 1))
    # The cost of the chosen cell, and the dual of "no column" at the end, are 0 for an unmatched row
    chosen_cost = np.where(partner >= 0, block.cells[np.arange(rows), partner], 0.0)
    labels, raised = np.append(duals, 0.0), np.zeros(width + 1, dtype=bool)
    pending = np.ones(rows, dtype=bool)
    buffer = np.empty((min(height, rows), width))
    while len(strip := np.flatnonzero(pending)):
        # The margin of a row, by its chosen cell and the dual of its column
        margin = chosen_cost[strip] + labels[partner[strip]]
        if len(strip) > height:
            # A strip of the rows with the greatest margins
            selected = np.argpartition(-margin, height - 1)[:height]
            strip, margin = strip[selected], margin[selected]
        # Relax all arcs of a strip of pending rows: the dual at which each column is no better than the chosen one
        offers = block.cells.take(strip, axis=0, out=buffer[: len(strip)], mode="clip")
        offered = np.subtract(margin[:, None], offers, out=offers).max(axis=0)
        # Raise the labels that are too low
        np.greater(offered, labels[:-1], out=raised[:-1])
        np.maximum(labels[:-1], offered, out=labels[:-1])
        # Rows whose column has a new label are pending again
        pending[strip] = False
        pending |= raised[partner]
    # Duals of rows by complementary slackness; 0 for an unmatched row
    return (-chosen_cost - labels[partner]).astype(np.int64), labels[:-1].astype(np.int64)


def _initial_duals(block: CostMatrix, loads: IntVector, stage: ScalarObjective) -> FloatVector:
    """Return 0, or a dual below all others for columns at their minimum, whose dual may be negative."""
    # Below any dual that a path can give
    lowest = -float(stage.range * sum(block.cells.shape))
    return np.where((block.columns.least > 0) & (loads == block.columns.least), lowest, 0.0)


def _tight_cells(
    block: CostMatrix, tight: IntVector, optimum: PrimalDual, problem: AssignmentProblem, stage: ScalarObjective
) -> tuple[OptimalFace, PrimalDual]:
    """Return the face of the tight pairs, mentors on the left, and the optimum on it."""
    # A cell of cost 0 is a forbidden pair, a pair of negative profit, or a pair of profit 0, which is kept
    is_doubtful = block.cells.ravel()[tight] >= 0
    if is_doubtful.any():
        # Keep the real pairs among these cells
        is_pair = ~is_doubtful
        is_pair[is_doubtful] = _tight_pairs(block, tight[is_doubtful], optimum, problem, stage)
        tight, optimum = tight[is_pair], PrimalDual(optimum.chosen[is_pair], optimum.left, optimum.right)
    rows, columns = block.rows_and_columns(tight)
    if block.transposed:
        face = OptimalFace(columns, rows, block.columns, block.rows, pair_array(problem.pins))
        return face, PrimalDual(optimum.chosen, optimum.right, optimum.left)
    return OptimalFace(rows, columns, block.rows, block.columns, pair_array(problem.pins)), optimum


def _tight_pairs(
    block: CostMatrix, tight: IntVector, optimum: PrimalDual, problem: AssignmentProblem, stage: ScalarObjective
) -> BoolVector:
    """Return whether each tight cell is a pair whose real profit is the sum of its duals.

    A forbidden or loss-making cell costs 0, like staying unmatched, and may be tight without being such a pair.
    """
    rows, columns = block.rows_and_columns(tight)
    # A pair is tight if its profit equals the sum of its duals
    dual_sum = optimum.left[rows] + optimum.right[columns]
    is_tight = (block.rows.most[rows] > 0) & (block.columns.most[columns] > 0)
    mentors, mentees = (columns, rows) if block.transposed else (rows, columns)
    is_tight &= problem.scores.allows(mentors, mentees) & ~problem.contains(problem.pins, mentors, mentees)
    is_tight[is_tight] = stage.profit(problem, mentors[is_tight], mentees[is_tight]) == dual_sum[is_tight]
    return is_tight
