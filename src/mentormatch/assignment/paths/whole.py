"""The best assignment on a whole block of costs, in compiled code, with the smallest prices that prove it.

Rows bid for columns (augmenting row reduction), and shortest augmenting paths seat those who are left (Jonker &
Volgenant 1987). Costs and prices are integers in float64, and exact as long as they stay below 2^53.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.paths.compiled import compiled
from mentormatch.assignment.paths.layout import NOBODY
from mentormatch.columns import BoolVector, IntVector

type FloatMatrix = NDArray[np.float64]
type FloatVector = NDArray[np.float64]

ROUNDS, BIDS = 2, 4
"""So often all who have no seat bid, up to so many times a row each time."""


class Seats(NamedTuple):
    """``prices`` (m,) of columns, ``seat`` (n,) the column of each row, ``owner`` (m,) the row of each; -1: none."""

    prices: FloatVector
    seat: IntVector
    owner: IntVector


class Search(NamedTuple):
    """Room for a search: how ``far`` (m,) each column is, and from which row it ``came``; those ``left`` behind.

    ``ahead`` (m,) is how far a column is that is not left behind, and infinite for others.
    """

    far: FloatVector
    ahead: FloatVector
    came: IntVector
    left: IntVector


def placed(costs: FloatMatrix) -> tuple[IntVector, FloatVector]:
    """Return the place of each row in a best assignment, and prices of places that prove it.

    Parameters
    ----------
    costs
        (n, m) float64, minus what a row is worth to a place; 0 where they do not fit, which is as good as to be alone.

    Returns
    -------
    (n,) int64, -1 for no place, and (m,) float64, 0 or more, and 0 for a place that is not taken.
    """
    n, m = costs.shape
    if n > m:
        taken, prices = _seated(np.ascontiguousarray(costs.T), np.zeros(n))
        place = np.full(n, NOBODY)
        place[taken] = np.arange(m)
        return place, prices[taken] - costs[taken, np.arange(m)]
    place, prices = _seated(np.ascontiguousarray(costs), _lowest(costs) if n == m else np.zeros(m))
    alone = place[costs[np.arange(n), place] >= 0]
    top = prices[alone[0]] if len(alone) else prices.max(initial=0.0)
    return place, (top if n == m else 0.0) - prices


def _lowest(costs: FloatMatrix) -> FloatVector:
    """Return the least cost of each column, and the least of all for those that nobody wants, lest all bid for them."""
    lowest = costs.min(axis=0)
    lowest[lowest >= 0] = lowest.min(initial=0.0)
    return lowest


def _seated(costs: FloatMatrix, start: FloatVector) -> tuple[IntVector, FloatVector]:
    """Return the column of each row where that costs least, and what is left of the costs of each column.

    There are no fewer columns than rows. ``start`` (m,): anything in a square, else zeros, as a column that stays free
    has no price.
    """
    n, m = costs.shape
    seats = Seats(start.copy(), np.full(n, NOBODY), np.full(m, NOBODY))
    _seat(costs, seats, Search(np.empty(m), np.empty(m), np.empty(m, dtype=np.int64), np.arange(m)))
    return seats.seat, seats.prices


@compiled
def _seat(costs: FloatMatrix, seats: Seats, search: Search) -> None:
    waiting = np.arange(len(seats.seat))
    for _ in range(ROUNDS):
        waiting = _bid(costs, seats, waiting)
    for at in range(len(waiting)):
        _move(seats, search, waiting[at], _nearest(costs, seats, search, waiting[at]))


@compiled
def _bid(costs: FloatMatrix, seats: Seats, waiting: IntVector) -> IntVector:
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


@compiled
def _two_best(costs: FloatVector, prices: FloatVector) -> tuple[int, float, float]:
    """Return the column that costs least, what it costs, and what the next one does: as much, if there is none."""
    column, least, second = 0, np.inf, np.inf
    for other in range(len(costs)):
        cost = costs[other] - prices[other]
        if cost < second:
            if cost < least:
                column, least, second = other, cost, least
            else:
                second = cost
    return column, least, least if second == np.inf else second


@compiled
def _as_good(costs: FloatVector, seats: Seats, cost: float, column: int) -> int:
    """Return a free column that costs no more, or the one that is told."""
    for other in range(len(costs)):
        if seats.owner[other] == NOBODY and costs[other] - seats.prices[other] == cost:
            return other
    return column


@compiled
def _nearest(costs: FloatMatrix, seats: Seats, search: Search, row: int) -> int:
    """Return the free column that is nearest to a row, prices of all that are nearer being moved so far."""
    far, ahead, came, count = search.far, search.ahead, search.came, 0
    for column in range(len(far)):
        far[column] = ahead[column] = costs[row, column] - seats.prices[column]
        came[column] = row
    column = _first(ahead, seats.owner)
    least = ahead[column]
    while seats.owner[column] != NOBODY:
        search.left[count] = column
        count += 1
        ahead[column] = np.inf
        other = seats.owner[column]
        _look(costs[other], seats.prices, search, (other, costs[other, column] - seats.prices[column] - least))
        column = _first(ahead, seats.owner)
        least = ahead[column]
    for at in range(count):
        seats.prices[search.left[at]] += far[search.left[at]] - least
    return column


@compiled
def _first(ahead: FloatVector, owner: IntVector) -> int:
    """Return the nearest column, of several a free one."""
    found, least = 0, np.inf
    for column in range(len(ahead)):
        if ahead[column] < least or (ahead[column] == least and owner[column] == NOBODY):
            found, least = column, ahead[column]
    return found


@compiled
def _look(costs: FloatVector, prices: FloatVector, search: Search, whence: tuple[int, float]) -> None:
    """Look on from a row that is so far off: those left behind are as near already."""
    far, ahead, came, (row, off) = search.far, search.ahead, search.came, whence
    for column in range(len(far)):
        cost = costs[column] - prices[column] - off
        nearer = cost < far[column]
        far[column] = cost if nearer else far[column]
        ahead[column] = cost if nearer else ahead[column]
        came[column] = row if nearer else came[column]


@compiled
def _move(seats: Seats, search: Search, first: int, column: int) -> None:
    """Let each row on the way take the next column."""
    while True:
        row = search.came[column]
        before = seats.seat[row]
        seats.seat[row], seats.owner[column] = column, row
        if row == first:
            return
        column = before


@compiled
def lower(cells: FloatMatrix, partner: IntVector, prices: FloatVector) -> None:
    """Lower, in place, prices (c,) of columns that prove an assignment to the smallest that do.

    Those who have ``partner`` (r,) -1 cost 0. How far each price can fall is the length of a shortest way.
    """
    spare, done = prices.copy(), np.zeros(len(prices), dtype=np.bool_)
    rows = np.argsort(partner)
    first = np.searchsorted(partner[rows], np.arange(len(prices) + 1))
    for at in range(first[0]):
        _hold_up(cells[rows[at]], prices, spare, 0.0)
    for _ in range(len(prices)):
        best = _least(spare, done)
        done[best] = True
        for at in range(first[best], first[best + 1]):
            _hold_up(cells[rows[at]], prices, spare, spare[best] - prices[best] - cells[rows[at], best])
    for column in range(len(prices)):
        prices[column] -= spare[column]


@compiled
def _hold_up(cells: FloatVector, prices: FloatVector, spare: FloatVector, off: float) -> None:
    """Let no price fall so far that a row would rather have that column than its own."""
    for column in range(len(prices)):
        spare[column] = min(spare[column], off + prices[column] + cells[column])


@compiled
def _least(spare: FloatVector, done: BoolVector) -> int:
    best, nearest = 0, np.inf
    for column in range(len(spare)):
        if not done[column] and spare[column] < nearest:
            best, nearest = column, spare[column]
    return best
