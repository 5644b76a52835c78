"""Square linear assignment by column generation from the duals of a sampled submatrix.

A square has as many places as rows. To stay alone is to take a closed cell in it, so every answer fills the square, and
to take its price off all that a column is worth changes nothing. The prices of a drawn part of both sides tell which
cells to begin with.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from math import isqrt

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.column_generation import (
    TightColumns,
    VectorPair,
    initial_columns,
    solve_by_columns,
    union_sorted,
)
from mentormatch.assignment.cost_matrix import CostMatrix
from mentormatch.assignment.optimal_face import RemainingDegrees
from mentormatch.assignment.sparse_assignment import solve_full
from mentormatch.base.columns import IntVector

LARGE = 400_000
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
    if block.forbidden_cost != 0 or block.count <= LARGE or int(most.sum()) != len(block.rows.most):
        return None
    square = replace(block, rows=_up_to(np.ones_like(block.rows.most)), columns=_up_to(most))
    draw = np.random.default_rng(0)
    prices = _guess_duals(square, whole, draw)
    return None if prices is None else solve_by_columns(square, solve_full, (_first(square, prices, draw), prices[1]))


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


def _first(square: CostMatrix, prices: VectorPair, draw: np.random.Generator) -> IntVector:
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
    across = _least(square.cells[rows] + prices[1], 1)
    yield np.sort((rows[:, None] * width + across).ravel())
    down = _least(square.cells[:, columns] + prices[0][:, None], 0)
    yield np.sort((down * width + columns).ravel())


def _least(losses: NDArray[np.floating], axis: int) -> IntVector:
    """Return the places of the least along an axis."""
    count = min(LEAST, losses.shape[axis])
    return np.argpartition(losses, count - 1, axis=axis).take(range(count), axis=axis)
