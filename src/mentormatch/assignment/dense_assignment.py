"""Dense linear assignment (Jonker and Volgenant 1987; Crouse 2016), with minimal duals by label correcting.

Two ways, the first that fits: column generation on a small part of a large matrix; scipy's ``linear_sum_assignment``
(Crouse 2016), where a minimum degree is a bonus above all profits. The duals are the smallest that prove the
assignment: they follow from it by Bellman-Ford, in strips of rows.

What special cases gain: squares in which somebody stays unmatched, of four tastes, 1,000 a side, 116 ms and 674 without
a sample's duals (nothing where scores are random or distances); few slots at first, 200 mentors of 40 places with 3,000
mentees, 65 and 83; hashes in the costs of the first assignment, five levels and 11; 25; 50 a side, .7; .8; 1.2 and 1.3;
1.5; 1.9 by rounds on the optimal face.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
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
from mentormatch.assignment.cost_matrix import COST_STRIP_CELLS, STRIP, CostMatrix
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import DenseScores
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import (
    OptimalFace,
    PrimalDual,
    RemainingDegrees,
    are_pins_allowed,
    nearest_unit,
    pair_array,
    remaining_degrees,
)
from mentormatch.assignment.sparse_assignment import MAX_FLOAT64, choose_master, solve_full
from mentormatch.assignment.tie_breaking import BITS, TieBreaker
from mentormatch.assignment.tied_cells import settle_tied_cells
from mentormatch.assignment.transportation import (
    ABSENT,
    TransportationProblem,
    has_few_sinks,
    has_many_items,
    minimal_prices,
    solve_transportation,
)
from mentormatch.base.arrays import BoolVector, FloatMatrix, FloatVector, IntVector, VectorPair
from mentormatch.base.progress import CheckDeadline

SQUARE_CELLS = 400_000
"""With fewer cells, solving them all is as quick as column generation."""
SAMPLED = 3
"""One row in so many is in the sample that guesses the duals, and one column in so many."""
LEADING, LEAST = 24, 8
"""The first restricted master has so many cells a row, and at least so many of each row and column."""

type SolveWhole = Callable[[CostMatrix], TightColumns | None]
"""Solves a cost matrix without minimums, all its cells at once."""


def solve_square(block: CostMatrix, whole: SolveWhole) -> TightColumns | None:
    """Solve a large square assignment by column generation, begun at the duals of a sampled part of it.

    Return the flat indices of the cells that are tight in an optimum, and the optimum on them. None if the matrix is
    small, is no square or has minimums, or if column generation does not end on few cells.
    """
    most = np.maximum(block.columns.most, 1)
    if block.forbidden_cost != 0 or block.count <= SQUARE_CELLS or not _is_square(block):
        return None
    # All slots are filled in a square: exact degrees may be stated as upper bounds
    square = replace(block, rows=_upper_degrees(np.ones_like(block.rows.most)), columns=_upper_degrees(most))
    draw = np.random.default_rng(0)
    # Duals of a sample price all cells; the cheapest of them are the first columns
    prices = _guess_duals(square, whole, draw)
    return (
        None
        if prices is None
        else solve_by_columns(square, solve_full, (_first_columns(square, prices, draw), prices[1]))
    )


def _upper_degrees(most: IntVector) -> RemainingDegrees:
    return RemainingDegrees(np.zeros_like(most), most)


def _guess_duals(square: CostMatrix, whole: SolveWhole, draw: np.random.Generator) -> VectorPair | None:
    """Return duals near those of the square matrix, from the optimal duals of a sampled part of it.

    The dual of a row is the smallest that covers its cells in the sampled columns, given the duals of these; the duals
    of all columns follow in the same way. None if the sample cannot be solved.
    """
    rows, columns = (np.sort(draw.choice(size, -(-size // SAMPLED), replace=False)) for size in square.shape)
    cells = square.cells[np.ix_(rows, columns)]
    part = replace(square, cells=cells, rows=square.rows.of(rows), columns=square.columns.of(columns))
    # The sample is a square assignment too: recursion until it is small
    found = solve_square(part, whole) or whole(part)
    if found is None:
        return None
    right = found[1].right.astype(np.float64)
    # The dual of each row that the sampled columns ask for, then that of each column
    left = np.maximum(-(square.cells[:, columns] + right).min(axis=1), 0)
    return left.astype(np.int64), np.maximum(-(square.cells[rows] + left[rows, None]).min(axis=0), 0).astype(np.int64)


def _first_columns(square: CostMatrix, prices: VectorPair, draw: np.random.Generator) -> IntVector:
    """Return the cells of the first restricted master: those of least reduced cost, and some of every line."""
    places = initial_columns(square, prices, LEADING * isqrt(square.count), draw)
    # A row or column with few cells might not be matched at all
    for more in _cells_of_short_lines(square, prices, places):
        places = union_sorted(places, more)
    return places


def _cells_of_short_lines(square: CostMatrix, prices: VectorPair, places: IntVector) -> Iterator[IntVector]:
    """Yield the cells of least reduced cost in the rows, then in the columns, that have fewer than ``LEAST`` so far."""
    width = square.shape[1]
    rows, columns = (
        np.flatnonzero(np.bincount(people, minlength=size) < LEAST)
        for people, size in zip(square.people_of(places), square.shape, strict=True)
    )
    # Short rows, over all columns
    across = _least_along(square.cells[rows] + prices[1], 1)
    yield np.sort((rows[:, None] * width + across).ravel())
    # Short columns, over all rows
    down = _least_along(square.cells[:, columns] + prices[0][:, None], 0)
    yield np.sort((down * width + columns).ravel())


def _least_along(losses: NDArray[np.floating], axis: int) -> IntVector:
    """Return the positions of the least values along an axis, in any order."""
    count = min(LEAST, losses.shape[axis])
    return np.argpartition(losses, count - 1, axis=axis).take(range(count), axis=axis)


LARGE = 160_000
"""From so many cells on, column generation is quicker than solving them all."""
FOLDED_UP_TO = 1 << 12
"""With fewer cells, costs with hashes are sooner solved than a list of tied cells."""
TIED_FROM = 1 << 14
"""With fewer cells, ties are as quickly settled on a list of all tight cells."""
FULL_COLUMNS = 10
"""If no more than one column in so many has no slot, each gets one where that makes the matrix square."""
SCATTERED = 0.6
"""If many rows want the same columns, so that fewer get their first choice, all cells are quicker than a list of
edges: scipy's augmenting paths are long, and take longer on a list. Independent scores give 1 - 1/e and more."""
SLOTS_A_COLUMN, SLOT_CELLS = 4, 1 << 22
"""With more slots a column on average, and more cells with a column for each slot, few slots get one at first."""

type PricedAssignment = tuple[IntVector, IntVector, IntVector]
"""The column of each row, -1 for none, and the duals of rows and of columns."""


def solve_dense(
    problem: AssignmentProblem,
    scores: DenseScores,
    stage: ScalarObjective,
    check_deadline: CheckDeadline,
    hashes: TieBreaker | None = None,
) -> tuple[OptimalFace, PrimalDual] | None:
    """Return the pairs that are tight in an optimum of the first stage, as a face, and the optimum on them.

    None if the minimum degrees or the pins cannot hold. ``check_deadline`` is called where few people take many. With
    ``hashes``, which settle the ties that this stage leaves, pairs in no canonical answer may be left out.
    """
    bounds = remaining_degrees(problem)
    if any((side.most < 0).any() for side in bounds) or not are_pins_allowed(problem):
        return None
    if hashes is not None and scores.values.size >= TIED_FROM:
        settled = settle_tied_cells(problem, scores, stage, hashes)
        if settled is not None:
            return settled
    block = CostMatrix.of(problem, scores, stage, bounds)
    # Few people who take many, or very many who come on each: no column for each of their places
    most, items = block.columns.most, block.shape[0]
    by_sinks = has_few_sinks(most, items) or has_many_items(most, items)
    whole = partial(_solve_all_cells, stage=stage, check_deadline=check_deadline if by_sinks else None)
    fold = partial(_solve_with_hashes, block, problem, hashes, whole)
    found = fold() if _repeats_costs(block) else None
    if found is None and not by_sinks:
        found = _solve_by_few_cells(block, stage, whole)
    if found is None:
        # All cells, where column generation was not tried or did not converge
        found = whole(block)
        # The smallest duals leave a tight cell for about each column, also where there are no ties
        if found is not None and len(found[0]) > 2 * np.count_nonzero(found[1].chosen):
            found = fold() or found
    return None if found is None else _tight_cells(block, *found, problem, stage)


def _solve_by_few_cells(block: CostMatrix, stage: ScalarObjective, whole: SolveWhole) -> TightColumns | None:
    """Return the same by column generation; None where it does not pay or does not converge."""
    # Column generation needs scores that tell pairs apart
    few = stage.score > 0 and _suits_columns(block)
    found = solve_by_columns(block, choose_master(block.count)) if few else None
    return found or solve_square(block, whole)


def _repeats_costs(block: CostMatrix) -> bool:
    """Return whether few costs differ, by the first row: then many answers are tied."""
    first = block.cells[0].tolist() if len(block.cells) else []
    return 2 * len(set(first)) <= len(first)


def _solve_with_hashes(
    block: CostMatrix, problem: AssignmentProblem, hashes: TieBreaker | None, whole: SolveWhole
) -> TightColumns | None:
    """Return the cells that are tight, and the optimum, with the hash as a last goal; the duals are those without it.

    None if the costs with hashes are too many or beyond the digits of float64, or if there is a minimum.
    """
    if hashes is None or block.count >= FOLDED_UP_TO or problem.pins or block.forbidden_cost:
        return None
    open_cells = block.cells < 0
    # A pair of no profit costs as much as none
    if np.count_nonzero(open_cells) < problem.scores.count:
        return None
    # A dual is a sum along a path, in which hashes differ by less than half of a unit: duals without them are rounded
    places = min(int(block.rows.most.sum()), int(block.columns.most.sum()))
    unit = (places + 2) << (BITS + 1)
    least = int(block.cells.min())
    spread = int(block.cells.max()) - least if _is_square(block) else -least
    if max(3 * spread, -least) * unit > MAX_FLOAT64:
        return None
    rows, columns = np.nonzero(open_cells)
    mentors, mentees = (columns, rows) if block.transposed else (rows, columns)
    cells: FloatMatrix = block.cells * unit
    cells[open_cells] -= hashes.of(mentors, mentees, 0)
    folded = whole(replace(block, cells=cells))
    if folded is None:
        return None
    tight, optimum = folded
    return tight, PrimalDual(optimum.chosen, *nearest_unit((optimum.left, optimum.right), unit))


def _suits_columns(block: CostMatrix) -> bool:
    """Return whether column generation may pay: without minimums, on a large matrix in which not all want the same."""
    if block.forbidden_cost != 0 or block.count <= LARGE:
        return False
    # It pays, too, where a matrix with a column for each slot would be twice as large
    return _is_square(block) or int(block.slots.sum()) > 2 * block.shape[1] or _first_choices_served(block) >= SCATTERED


def _is_square(block: CostMatrix) -> bool:
    """Return whether there are as many slots as rows."""
    return int(np.maximum(block.columns.most, 1).sum()) == len(block.rows.most)


def _first_choices_served(block: CostMatrix) -> float:
    """Return which share of the shorter side would be assigned if every row took its cheapest column."""
    slots = block.columns.most
    wanted = np.bincount(block.cells.argmin(axis=1), minlength=len(slots))
    return float(np.minimum(wanted, slots).sum() / max(min(len(block.rows.most), int(slots.sum())), 1))


def _solve_all_cells(
    block: CostMatrix, stage: ScalarObjective, check_deadline: CheckDeadline | None
) -> TightColumns | None:
    """Return the cells that are tight in an optimum, and the optimum on them; None if the minimums cannot hold.

    ``check_deadline``: solve by paths between columns, and check the time before each.
    """
    if check_deadline is not None:
        found = _solve_by_sinks(block, stage, check_deadline)
    else:
        found = _solve_by_slots(block, partial(_solve_by_scipy, stage=stage))
    if found is None:
        return None
    partner, rows, columns = found
    if check_deadline is not None:
        check_deadline()
    # The face of the optimum: all cells of reduced cost 0
    tight = block.columns_within((rows, columns), 0)
    row, column = block.people_of(tight)
    return tight, PrimalDual(partner[row] == column, rows, columns)


def _solve_by_slots(
    block: CostMatrix, solve: Callable[[CostMatrix], PricedAssignment | None]
) -> PricedAssignment | None:
    """Return the same with a column for each slot; where these are very many, with few slots a column at first.

    Columns whose slots may be too few get twice as many (as in capacity scaling, Edmonds and Karp 1972). An optimum in
    which no column that lacks slots has a dual is one with all slots (complementary slackness), and the smallest duals
    are the same. With minimums all slots are there at once: fewer might not be enough for them.
    """
    (rows, columns), most, count = block.shape, block.columns.most, int(block.slots.sum())
    if block.forbidden_cost != 0 or count <= SLOTS_A_COLUMN * columns or rows * count <= SLOT_CELLS:
        return solve(block)
    # One slot a column at first
    slots = np.minimum(most, 1)
    while True:
        found = solve(replace(block, columns=RemainingDegrees(block.columns.least, slots)))
        if found is None:
            return None
        # Invariant: no column has more slots than it may; those with a dual that have fewer could take more rows
        short = (slots < most) & (found[2] > 0)
        if not short.any():
            return found
        slots = np.where(short, np.minimum(2 * slots, most), slots)


def _solve_by_sinks(
    block: CostMatrix, stage: ScalarObjective, check_deadline: CheckDeadline
) -> PricedAssignment | None:
    """Return the same by paths between few columns that take many rows."""
    check_deadline()
    taking = np.flatnonzero(block.columns.most > 0)
    cells = (block.cells if len(taking) == block.shape[1] else block.cells[:, taking]).T
    # A cell of cost 0 is forbidden or as good as none where nobody has a minimum; else the forbidden ones are infinite
    open_cells = cells < 0 if block.forbidden_cost == 0 else np.isfinite(cells)
    worth = np.full(cells.shape, ABSENT)
    np.negative(cells, out=worth, where=open_cells, casting="unsafe")
    bounds = block.columns.of(taking)
    problem = TransportationProblem(worth, bounds.least, bounds.most, block.rows.least > 0)
    sink = solve_transportation(problem, check_deadline)
    check_deadline()
    if sink is None or (block.columns.least[block.columns.most == 0] > 0).any():
        return None
    partner = np.where(sink < 0, -1, taking[sink])
    loads = np.bincount(partner[partner >= 0], minlength=len(block.columns.most))
    columns = _initial_duals(block, loads, stage).astype(np.int64)
    columns[taking] = minimal_prices(worth, sink, columns[taking])
    rows = np.where(sink < 0, 0, worth[sink, np.arange(len(sink))] - columns[partner])
    return partner, rows, columns


def _solve_by_scipy(block: CostMatrix, stage: ScalarObjective) -> PricedAssignment | None:
    """Return an optimal assignment with the smallest duals of columns that prove it, and those of rows.

    None if the minimum degrees cannot hold.
    """
    # An optimal assignment, whatever its duals; scipy returns none
    partner = _scipy_assignment(block, stage)
    loads = np.bincount(partner[partner >= 0], minlength=len(block.columns.most))
    # The bonus fills as many minimums as can be; if one is not filled, none of the answers does
    if not (block.columns.hold(loads) and block.rows.hold((partner >= 0).astype(np.int64))):
        return None
    # Then the smallest duals that prove it
    return partner, *_minimal_duals(block, partner, _initial_duals(block, loads, stage))


def _scipy_assignment(block: CostMatrix, stage: ScalarObjective) -> IntVector:
    """Return the column of each row in an optimal assignment by scipy, -1 for none."""
    from scipy.optimize import linear_sum_assignment

    owner = _column_of_slot(block)
    cells = _expand_slots(block.cells, owner)
    # With minimums, forbidden cells are infinite and a bonus decides
    if block.forbidden_cost:
        cells = _add_minimum_bonus(cells, block, owner, stage)
    row, place = linear_sum_assignment(_reduce_columns(cells))
    # scipy assigns every row of the shorter side; at cost 0 the row is in truth unmatched
    real = cells[row, place] < 0
    partner = np.full(len(block.rows.most), -1)
    partner[row[real]] = owner[place[real]]
    return partner


def _column_of_slot(block: CostMatrix) -> IntVector:
    """Return the column of each slot; a column without a slot gets one if that makes the matrix square."""
    most = block.columns.most
    filled = np.minimum(np.maximum(most, 1), len(block.rows.most))
    # Worth it only if few columns are without a slot
    few = FULL_COLUMNS * np.count_nonzero(most == 0) <= len(most)
    square = few and int(filled.sum()) == len(block.rows.most)
    return np.repeat(np.arange(len(most)), filled) if square else block.column_of_slot


def _expand_slots(cells: FloatMatrix, owner: IntVector) -> FloatMatrix:
    """Return (r, slots) the costs with one column a slot (node splitting)."""
    return cells if np.array_equal(owner, np.arange(cells.shape[1])) else cells[:, owner]


def _reduce_columns(cells: FloatMatrix) -> FloatMatrix:
    """Return costs of which the same assignments are optimal, after a column reduction if the matrix is square.

    In a square every column is taken, so a constant may be subtracted from each. Most rows then find a free column at
    once, and augmenting paths are short.
    """
    return cells - cells.min(axis=0) if len(cells) and cells.shape[0] == cells.shape[1] else cells


def _add_minimum_bonus(cells: FloatMatrix, block: CostMatrix, owner: IntVector, stage: ScalarObjective) -> FloatMatrix:
    """Return finite costs with a bonus (big M) for each minimum degree that a pair helps to fill.

    The bonus exceeds all that other pairs can be worth together, so an optimum fills as many minimums as can be.
    """
    bonus = float(stage.range * min(cells.shape) + 1)
    # The number of each slot among those of its column; the first ``least`` of them must be filled
    first = np.searchsorted(owner, owner)
    required = np.arange(len(owner)) - first < block.columns.least[owner]
    lowered = cells - bonus * required
    lowered -= bonus * block.rows.least[:, None]
    # A forbidden cell stays forbidden: as good as none
    lowered[np.isinf(cells)] = 0.0
    return np.minimum(lowered, 0.0, out=lowered)


def _minimal_duals(block: CostMatrix, partner: IntVector, prices: FloatVector) -> VectorPair:
    """Return the duals of rows and columns that prove the assignment, those of columns the smallest that do.

    Label correcting (Bellman-Ford): dual feasibility asks that ``columns[k] >= margin[i] - cost[i, k]``, where the
    margin of a row is what its own column leaves it. A column whose label rises makes its own rows pending again.
    Labels only rise, from a lower bound, and stop at the least fixed point. Rows of the highest margins go first: they
    raise most, so others seldom come twice.
    """
    rows, width = block.cells.shape
    height = max(STRIP, COST_STRIP_CELLS // max(width, 1))
    # The cost of the own cell, and the duals of columns with that of no column at the end, are 0 for an unmatched row
    own = np.where(partner >= 0, block.cells[np.arange(rows), partner], 0.0)
    labels, raised = np.append(prices, 0.0), np.zeros(width + 1, dtype=bool)
    pending = np.ones(rows, dtype=bool)
    room = np.empty((min(height, rows), width))
    while len(strip := np.flatnonzero(pending)):
        # What a row has now, by its own cell and the dual of its column
        margin = own[strip] + labels[partner[strip]]
        if len(strip) > height:
            # A strip of the rows of the highest margins
            first = np.argpartition(-margin, height - 1)[:height]
            strip, margin = strip[first], margin[first]
        # Relax all arcs out of a strip of pending rows: the dual at which each column is no better than the own one
        offers = block.cells.take(strip, axis=0, out=room[: len(strip)], mode="clip")
        offered = np.subtract(margin[:, None], offers, out=offers).max(axis=0)
        # Raise the labels that are too low
        np.greater(offered, labels[:-1], out=raised[:-1])
        np.maximum(labels[:-1], offered, out=labels[:-1])
        # Rows whose own column has a new label are to be relaxed again
        pending[strip] = False
        pending |= raised[partner]
    # Duals of rows by complementary slackness; 0 for an unmatched row
    return (-own - labels[partner]).astype(np.int64), labels[:-1].astype(np.int64)


def _initial_duals(block: CostMatrix, loads: IntVector, stage: ScalarObjective) -> FloatVector:
    """Return 0, and a dual below all others for columns that take no more than their minimum, which may be negative."""
    # A sum of so many ranges is below any dual that a path can give
    lowest = -float(stage.range * sum(block.cells.shape))
    return np.where((block.columns.least > 0) & (loads == block.columns.least), lowest, 0.0)


def _tight_cells(
    block: CostMatrix, tight: IntVector, optimum: PrimalDual, problem: AssignmentProblem, stage: ScalarObjective
) -> tuple[OptimalFace, PrimalDual]:
    """Return the face of the tight pairs, mentors on the left, and the optimum on it."""
    # A cell of cost 0 stands for a forbidden pair, a pair of negative profit, or a pair of profit 0: only that is kept
    lost = block.cells.ravel()[tight] >= 0
    if lost.any():
        # Of these cells, keep real pairs
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
    """Return which tight cells are pairs whose real profit is the sum of the duals.

    A forbidden or loss-making cell costs 0, like staying unmatched, and may be tight without being such a pair.
    """
    rows, columns = block.people_of(tight)
    # A pair is tight if its profit equals the sum of its duals
    prices = optimum.left[rows] + optimum.right[columns]
    open_to = (block.rows.most[rows] > 0) & (block.columns.most[columns] > 0)
    mentors, mentees = (columns, rows) if block.transposed else (rows, columns)
    open_to &= problem.scores.allows(mentors, mentees) & ~problem.contains(problem.pins, mentors, mentees)
    open_to[open_to] = stage.profit(problem, mentors[open_to], mentees[open_to]) == prices[open_to]
    return open_to
