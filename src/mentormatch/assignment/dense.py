"""The best assignment on a whole block of pairs where everybody on one side takes at most one partner.

The block is filled once as float64 costs (integers, exact), rows being a side on which nobody takes more than one.
scipy's ``linear_sum_assignment`` (Crouse 2016) solves it; minimums are a bonus above all profits; prices follow from
the assignment by Bellman-Ford in blocks of rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.face import Bounds, Face, Optimum, open_bounds, pins_allowed
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.scores import DenseScores
from mentormatch.assignment.stages import Stage
from mentormatch.columns import IntVector

type FloatMatrix = NDArray[np.float64]
type FloatVector = NDArray[np.float64]

BLOCK = 32
"""Rows handled at once: a block of costs and its sum with the prices stay in the cache."""


@dataclass(frozen=True, slots=True)
class Costs:
    """``cells`` (r, c): minus what each pair is worth, or at a closed cell ``closed``; rows take at most one.

    Where nobody has a minimum, a pair worth less than nothing is closed, and closed cells cost 0, as being unmatched
    does; otherwise they cost infinity. ``turned``: mentees are the rows.
    """

    cells: FloatMatrix
    rows: Bounds
    columns: Bounds
    closed: float
    turned: bool


@dataclass(frozen=True, slots=True)
class Priced:
    """``partner`` (r,) of each row or -1, and the prices of rows and columns."""

    partner: NDArray[np.intp]
    rows: FloatVector
    columns: FloatVector


def best_on_block(problem: AssignmentProblem, scores: DenseScores, stage: Stage) -> tuple[Face, Optimum] | None:
    """Return the pairs that are tight in an optimum of the first stage, as a face, and the optimum on them.

    None if the minimums or the pins cannot hold.
    """
    left, right = open_bounds(problem)
    if (left.most < 0).any() or (right.most < 0).any() or not pins_allowed(problem):
        return None
    turned = _turned(left, right)
    rows, columns = (right, left) if turned else (left, right)
    minimums = bool(rows.least.any() or columns.least.any())
    cells = _cells(scores, stage, turned=turned)
    costs = Costs(cells, rows, columns, np.inf if minimums else 0.0, turned)
    _reward(costs, problem, stage)
    _close(costs, problem, stage)
    partner = _assigned(costs, stage)
    return _on_tight(costs, _priced(costs, partner, stage), problem, stage) if _filled(costs, partner) else None


def _turned(left: Bounds, right: Bounds) -> bool:
    """Return whether mentees are the rows: a side where nobody takes two, the shorter one if both are."""
    if left.most.max(initial=0) > 1:
        return True
    return bool(right.most.max(initial=0) <= 1) and len(right.most) < len(left.most)


def _cells(scores: DenseScores, stage: Stage, *, turned: bool) -> FloatMatrix:
    """Return minus what each pair is worth, as fresh float64 with rows in the order asked for."""
    values, row, column = scores.values, stage.mentor, stage.mentee
    if turned:
        values, row, column = values.T, column, row
    cells = np.empty(values.shape, dtype=np.float64)
    if stage.score == 1:
        np.subtract(-float(stage.flat), values, out=cells)
    else:
        np.multiply(values, -float(stage.score), out=cells)
        cells -= float(stage.flat)
    if row.any():
        cells -= row[:, None]
    if column.any():
        cells -= column[None, :]
    return cells


def _reward(costs: Costs, problem: AssignmentProblem, stage: Stage) -> None:
    """Add, in place, what former pairs are worth more than others."""
    for mentor, mentee in problem.former if stage.kept else ():
        costs.cells[(mentee, mentor) if costs.turned else (mentor, mentee)] -= stage.kept


def _close(costs: Costs, problem: AssignmentProblem, stage: Stage) -> None:
    """Close, in place, the cells of forbidden and pinned pairs, of people who take nobody, and of losses."""
    cells = costs.cells
    for mentor, mentee in problem.pins:
        cells[(mentee, mentor) if costs.turned else (mentor, mentee)] = costs.closed
    allowed = problem.scores.allowed if isinstance(problem.scores, DenseScores) else None
    if allowed is not None:
        np.copyto(cells, costs.closed, where=~(allowed.T if costs.turned else allowed))
    cells[costs.rows.most == 0] = costs.closed
    cells[:, costs.columns.most == 0] = costs.closed
    if stage.low < 0 and costs.closed == 0:
        np.minimum(cells, 0.0, out=cells)


def _assigned(costs: Costs, stage: Stage) -> NDArray[np.intp]:
    """Return the column of each row in a best assignment, -1 for none."""
    from scipy.optimize import linear_sum_assignment

    counts = np.minimum(costs.columns.most, len(costs.rows.most))
    owner = np.repeat(np.arange(len(counts)), counts)
    plain = len(owner) == len(counts) and bool((counts == 1).all())
    cells = costs.cells if plain else costs.cells[:, owner]
    if costs.closed:
        cells = _with_bonus(cells, costs, owner, stage)
    row, place = linear_sum_assignment(cells)
    real = cells[row, place] < 0
    partner = np.full(len(costs.rows.most), -1)
    partner[row[real]] = owner[place[real]]
    return partner


def _with_bonus(cells: FloatMatrix, costs: Costs, owner: IntVector, stage: Stage) -> FloatMatrix:
    """Return finite costs with a bonus, above all profits, for each minimum that a pair helps to fill."""
    bonus = float(stage.reach * min(cells.shape) + 1)
    first = np.searchsorted(owner, owner)
    required = np.arange(len(owner)) - first < costs.columns.least[owner]
    lowered = cells - bonus * required
    lowered -= bonus * costs.rows.least[:, None]
    lowered[np.isinf(cells)] = 0.0
    return np.minimum(lowered, 0.0, out=lowered)


def _filled(costs: Costs, partner: NDArray[np.intp]) -> bool:
    """Return whether everybody takes as many as they must."""
    loads = np.bincount(partner[partner >= 0], minlength=len(costs.columns.most))
    return costs.columns.hold(loads) and costs.rows.hold((partner >= 0).astype(np.int64))


def _priced(costs: Costs, partner: NDArray[np.intp], stage: Stage) -> Priced:
    """Return the smallest prices of the columns that prove the assignment, and those of the rows that go with them.

    A row asks its own margin back from every column; a column whose price rises sends its rows round again. The rows
    with the highest margins go first: they raise most, so the others are seldom asked twice.
    """
    matched = partner >= 0
    own = np.where(matched, costs.cells[np.arange(len(partner)), partner], 0.0)
    prices = _start(costs, partner, stage)
    pending = np.ones(len(partner), dtype=bool)
    room = np.empty((BLOCK, costs.cells.shape[1]))
    while pending.any():
        rows = np.flatnonzero(pending)
        margin = own[rows] + np.where(matched[rows], prices[partner[rows]], 0.0)
        if len(rows) > BLOCK:
            first = np.argpartition(-margin, BLOCK - 1)[:BLOCK]
            rows, margin = rows[first], margin[first]
        offers = np.take(costs.cells, rows, axis=0, out=room[: len(rows)], mode="clip")
        asked = np.subtract(margin[:, None], offers, out=offers).max(axis=0)
        raised = asked > prices
        prices[raised] = asked[raised]
        pending[rows] = False
        pending |= raised[partner] & matched
    return Priced(partner, -own - np.where(matched, prices[partner], 0.0), prices)


def _start(costs: Costs, partner: NDArray[np.intp], stage: Stage) -> FloatVector:
    """Return 0, and a price below all others for columns that take no more than their minimum."""
    loads = np.bincount(partner[partner >= 0], minlength=len(costs.columns.most))
    lowest = -float(stage.reach * sum(costs.cells.shape))
    return np.where((costs.columns.least > 0) & (loads == costs.columns.least), lowest, 0.0)


def _tight(costs: Costs, priced: Priced) -> Iterator[tuple[IntVector, IntVector]]:
    """Yield, by blocks of rows, the cells whose two prices add up to what the pair is worth."""
    width = costs.cells.shape[1]
    for start in range(0, len(costs.cells), BLOCK):
        rest = costs.cells[start : start + BLOCK] + priced.columns
        found = np.flatnonzero(rest == -priced.rows[start : start + BLOCK, None])
        rows, columns = np.divmod(found, width)
        yield rows + start, columns


def _on_tight(costs: Costs, priced: Priced, problem: AssignmentProblem, stage: Stage) -> tuple[Face, Optimum]:
    """Return the face of the tight pairs, mentors on the left, and the optimum on it."""
    blocks = list(_tight(costs, priced))
    rows = np.concatenate([block[0] for block in blocks])
    columns = np.concatenate([block[1] for block in blocks])
    chosen = priced.partner[rows] == columns
    row_prices, column_prices = priced.rows.astype(np.int64), priced.columns.astype(np.int64)
    face = Face(rows, columns, costs.rows, costs.columns)
    optimum = Optimum(chosen, row_prices, column_prices)
    if costs.turned:
        face, optimum = face.flipped(), Optimum(chosen, column_prices, row_prices)
    return _really_open(problem, stage, face, optimum)


def _really_open(problem: AssignmentProblem, stage: Stage, face: Face, optimum: Optimum) -> tuple[Face, Optimum]:
    """Return both without the cells that are tight only because closed ones cost 0."""
    kept = problem.scores.allows(face.lefts, face.rights)
    kept &= (face.left.most[face.lefts] > 0) & (face.right.most[face.rights] > 0)
    for mentor, mentee in problem.pins:
        kept &= (face.lefts != mentor) | (face.rights != mentee)
    worth = stage.worth(problem, face.lefts[kept], face.rights[kept])
    kept[kept] = worth == (optimum.left[face.lefts] + optimum.right[face.rights])[kept]
    face = Face(face.lefts[kept], face.rights[kept], face.left, face.right, problem.pins)
    return face, Optimum(optimum.chosen[kept], optimum.left, optimum.right)
