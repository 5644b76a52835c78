"""Dense linear assignment in integers (LAPJV, Jonker and Volgenant 1987) and minimal duals, in machine code.

Rows bid for columns (augmenting row reduction), and shortest augmenting paths seat those who are left (Jonker &
Volgenant 1987). Costs and prices are integers, of which processors find the least of several at once; distances stay
below 2^53.
"""

from typing import NamedTuple

import numpy as np

from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.arrays import CostArray, IntMatrix, IntVector

NOBODY = -1

ROUNDS, BIDS = 2, 4
"""So often all who have no seat bid, up to so many times a row each time."""
BEYOND = 1 << 61
"""Farther than anything is, even with a cost added."""


class DenseMatching(NamedTuple):
    """``prices`` (m,) of columns, ``seat`` (n,) the column of each row, ``owner`` (m,) the row of each; -1: none."""

    prices: IntVector
    seat: IntVector
    owner: IntVector


class LapjvState(NamedTuple):
    """Room for a search.

    ``ahead`` (m,) is how far each column is that is not left behind, and ``prices`` (m,) are the prices of these.
    ``behind`` are those left behind, in order, and how ``far`` they are; ``rows`` those from which the search went on,
    its own first, and what is taken ``off`` what is found from there. ``free`` are the columns that nobody has.
    """

    ahead: IntVector
    prices: IntVector
    behind: IntVector
    far: IntVector
    rows: IntVector
    off: IntVector
    free: IntVector


def assign_rows(costs: IntMatrix) -> tuple[IntVector, IntVector]:
    """Return the place of each row in a best assignment, and prices of places that prove it.

    Parameters
    ----------
    costs
        (n, m) int64, minus what a row is worth to a place; 0 where they do not fit, which is as good as to be alone.

    Returns
    -------
    (n,) int64, -1 for no place, and (m,) int64, 0 or more, and 0 for a place that is not taken.
    """
    n, m = costs.shape
    if n > m:
        taken, prices = _seated(np.ascontiguousarray(costs.T), np.zeros(n, dtype=np.int64))
        place = np.full(n, NOBODY)
        place[taken] = np.arange(m)
        return place, prices[taken] - costs[taken, np.arange(m)]
    start = _lowest(costs) if n == m else np.zeros(m, dtype=np.int64)
    place, prices = _seated(np.ascontiguousarray(costs), start)
    alone = place[costs[np.arange(n), place] >= 0]
    top = prices[alone[0]] if len(alone) else prices.max(initial=0)
    return place, (top if n == m else 0) - prices


def _lowest(costs: IntMatrix) -> IntVector:
    """Return the least cost of each column, and the least of all for those that nobody wants, lest all bid for them."""
    lowest = costs.min(axis=0, initial=0)
    lowest[lowest >= 0] = lowest.min(initial=0)
    return lowest


def _seated(costs: IntMatrix, start: IntVector) -> tuple[IntVector, IntVector]:
    """Return the column of each row where that costs least, and what is left of the costs of each column.

    There are no fewer columns than rows. ``start`` (m,): anything in a square, else zeros, as a column that stays free
    has no price.
    """
    n, m = costs.shape
    seats = DenseMatching(start, np.full(n, NOBODY), np.full(m, NOBODY))
    _seat(costs, seats, LapjvState(*np.empty((7, m), dtype=np.int64)))
    return seats.seat, seats.prices


@jit
def _seat(costs: IntMatrix, seats: DenseMatching, search: LapjvState) -> None:
    waiting = np.arange(len(seats.seat))
    for _ in range(ROUNDS):
        waiting = _bid(costs, seats, waiting)
    for at in range(len(waiting)):
        _move(costs, seats, search, *_nearest(costs, seats, search, waiting[at]))


@jit
def _bid(costs: IntMatrix, seats: DenseMatching, waiting: IntVector) -> IntVector:
    """Let rows take the column that is best for them, at what makes the next as good; return who has none then."""
    at, left, bids = 0, 0, BIDS * len(seats.seat)
    others = np.empty(len(waiting) + bids, dtype=np.int64)
    while at < len(waiting):
        row = waiting[at]
        at += 1
        while row != NOBODY:
            column, least, second = _two_best(costs[row], seats.prices)
            loser = seats.owner[column]
            if least == second and loser != NOBODY:
                column = _as_good(costs[row], seats, second, column)
                loser = seats.owner[column]
            seats.prices[column] -= second - least
            seats.seat[row], seats.owner[column] = column, row
            if loser != NOBODY:
                seats.seat[loser] = NOBODY
                bids -= 1
                if least == second or bids <= 0:
                    others[left] = loser
                    left += 1
                    loser = NOBODY
            row = loser
    return others[:left]


@jit
def _two_best(costs: IntVector, prices: IntVector) -> tuple[int, int, int]:
    """Return the column that costs least, what it costs, and what the next one does: as much, if there is none."""
    least, column = _cheapest(costs, prices), 0
    while costs[column] - prices[column] != least:
        column += 1
    before, after = _cheapest(costs[:column], prices), _cheapest(costs[column + 1 :], prices[column + 1 :])
    second = min(before, after)
    return column, least, least if second == BEYOND else second


@jit
def _cheapest(costs: IntVector, prices: IntVector) -> int:
    """Return what the cheapest column costs."""
    least = BEYOND
    for column in range(len(costs)):
        least = min(least, costs[column] - prices[column])
    return least


@jit
def _as_good(costs: IntVector, seats: DenseMatching, cost: int, column: int) -> int:
    """Return a free column that costs no more, or the one that is told."""
    for other in range(len(costs)):
        if seats.owner[other] == NOBODY and costs[other] - seats.prices[other] == cost:
            return other
    return column


@jit
def _nearest(costs: IntMatrix, seats: DenseMatching, search: LapjvState, row: int) -> tuple[int, int]:
    """Return the free column that is nearest to a row, and how many are nearer, which are left behind."""
    search.ahead[:] = BEYOND
    search.prices[:] = seats.prices
    count, spare, off = 0, _spare(seats.owner, search.free), 0
    while True:
        search.rows[count], search.off[count] = row, off
        least = _look(costs[row], search.prices, search.ahead, off)
        column = _first(search, spare, least)
        if seats.owner[column] == NOBODY:
            return column, count
        search.behind[count], search.far[count] = column, least
        search.ahead[column], search.prices[column] = BEYOND, -BEYOND
        row = seats.owner[column]
        off = costs[row, column] - seats.prices[column] - least
        count += 1


@jit
def _spare(owner: IntVector, free: IntVector) -> int:
    """Note the columns down that nobody has, and return how many they are."""
    count = 0
    for column in range(len(owner)):
        free[count] = column
        count += owner[column] == NOBODY
    return count


@jit
def _look(costs: IntVector, prices: IntVector, ahead: IntVector, off: int) -> int:
    """Look on from a row that is so far off, and return how far the nearest column is that is not left behind."""
    least = BEYOND
    for column in range(len(ahead)):
        ahead[column] = min(ahead[column], costs[column] - prices[column] - off)
        least = min(least, ahead[column])
    return least


@jit
def _first(search: LapjvState, spare: int, least: int) -> int:
    """Return the nearest column, of several a free one."""
    for at in range(spare):
        if search.ahead[search.free[at]] == least:
            return int(search.free[at])
    column = 0
    while search.ahead[column] != least:
        column += 1
    return column


@jit
def _move(costs: IntMatrix, seats: DenseMatching, search: LapjvState, column: int, count: int) -> None:
    """Let each row on the way to a free column take the next one, and lower the prices of those left behind.

    The row before a column is the first from which it was found to be as near as it is.
    """
    least = far = search.ahead[column]
    at = -1
    while at != 0:
        at = 0
        while costs[search.rows[at], column] - seats.prices[column] - search.off[at] != far:
            at += 1
        seats.seat[search.rows[at]], seats.owner[column] = column, search.rows[at]
        column, far = search.behind[at - 1], search.far[at - 1]
    for at in range(count):
        seats.prices[search.behind[at]] += search.far[at] - least


@jit
def minimize_duals(cells: IntMatrix, partner: IntVector, prices: IntVector) -> None:
    """Lower, in place, prices (c,) of columns that prove an assignment to the smallest that do.

    Those who have ``partner`` (r,) -1 cost 0. How far each price can fall is the length of a shortest way.
    """
    rows = np.argsort(partner)
    first = np.searchsorted(partner[rows], np.arange(len(prices) + 1))
    asked, ahead, nothing = -prices, prices.copy(), np.zeros_like(prices)
    for at in range(first[0]):
        _look(cells[rows[at]], asked, ahead, 0)
    for _ in range(len(prices)):
        spare, best = _cheapest(ahead, nothing), 0
        while ahead[best] != spare:
            best += 1
        ahead[best], asked[best] = BEYOND, -BEYOND
        for at in range(first[best], first[best + 1]):
            _look(cells[rows[at]], asked, ahead, prices[best] + cells[rows[at], best] - spare)
        prices[best] -= spare


@jit
def find_cells(cells: CostArray, columns: CostArray, limits: CostArray) -> IntVector:
    """Return in ascending order the places of the cells that, with what columns add, do not exceed the rows' limits."""
    count, at, width = 0, 0, len(columns)
    for row in range(len(cells)):
        for column in range(width):
            count += cells[row, column] + columns[column] <= limits[row]
    places = np.empty(count, dtype=np.int64)
    for row in range(len(cells)):
        for column in range(width):
            if cells[row, column] + columns[column] <= limits[row]:
                places[at] = row * width + column
                at += 1
    return places
