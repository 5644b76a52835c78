"""Dense linear assignment in integers (LAPJV, Jonker and Volgenant 1987) and minimal duals, in machine code.

Phase 1, augmenting row reduction: unassigned rows take the column of the least reduced cost and lower its dual to the
second least. Phase 2, augmentation: a shortest augmenting path from each row that is left, by Dijkstra on reduced
costs. Invariant: ``costs[i, k] - prices[k]`` is least, over all k, at the column of row i; so reduced costs are never
negative and those of assigned pairs are 0. Complexity O(n^2 m) in the worst case, far less in practice.

``prices`` are the duals v of the columns in the paper's terms. Costs and duals are int64, of which processors find the
least of several at once; distances stay below 2^53.
"""

from typing import NamedTuple

import numpy as np

from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.arrays import CostArray, IntMatrix, IntVector

UNASSIGNED = -1
"""The row of a column, or the column of a row, that has none."""

REDUCTIONS, TRIES = 2, 4
"""Rounds of augmenting row reduction, and the most reassignments of one round, as a multiple of the rows."""
INFINITE = 1 << 61
"""A distance greater than any, even with a cost added."""


class DenseMatching(NamedTuple):
    """``prices`` (m,) the duals of columns, ``column`` (n,) of each row, ``owner`` (m,) the row of each; -1: none."""

    prices: IntVector
    column: IntVector
    owner: IntVector


class LapjvState(NamedTuple):
    """Buffers of Dijkstra's search for one augmenting path, each (m,) int64.

    ``distance`` of each column, INFINITE once it is scanned, and ``prices``, the duals of those not yet scanned.
    ``scanned`` are the scanned columns, in order of their distances ``reached``; ``rows`` are the rows from which the
    search went on, the unassigned one first, and ``offsets`` what the distance to a row takes off its costs. ``free``
    are the unassigned columns.
    """

    distance: IntVector
    prices: IntVector
    scanned: IntVector
    reached: IntVector
    rows: IntVector
    offsets: IntVector
    free: IntVector


def assign_rows(costs: IntMatrix) -> tuple[IntVector, IntVector]:
    """Return the column of each row in an optimal assignment, and the duals of columns that prove it.

    Parameters
    ----------
    costs
        (n, m) int64, minus the profit of a pair; 0 where there is no pair, which is as good as to stay unassigned.

    Returns
    -------
    (n,) int64, -1 for no column, and (m,) int64, 0 or more, and 0 for a column that is not taken.
    """
    n, m = costs.shape
    # The algorithm assigns all rows, so the shorter side are the rows
    if n > m:
        # Sides exchanged: the duals found are those of the rows of ``costs``
        taken, prices = _assign_all(np.ascontiguousarray(costs.T), np.zeros(n, dtype=np.int64))
        place = np.full(n, UNASSIGNED)
        place[taken] = np.arange(m)
        # The duals of the columns follow by complementary slackness on the assigned pairs
        return place, prices[taken] - costs[taken, np.arange(m)]
    # In a square every column is assigned, so any first duals are feasible; else a free column needs the dual 0
    start = _column_reduction(costs) if n == m else np.zeros(m, dtype=np.int64)
    place, prices = _assign_all(np.ascontiguousarray(costs), start)
    # Duals as prices, 0 for a column that is not taken, or taken at no profit
    alone = place[costs[np.arange(n), place] >= 0]
    # In a square only differences of duals count: the shift gives a column assigned at no profit the dual 0
    top = prices[alone[0]] if len(alone) else prices.max(initial=0)
    return place, (top if n == m else 0) - prices


def _column_reduction(costs: IntMatrix) -> IntVector:
    """Return (m,) the first duals: the least cost of each column; of a column without a pair, the least of all.

    With a higher dual a column without a pair would be the cheapest for all rows.
    """
    lowest = costs.min(axis=0, initial=0)
    # No row has a pair of profit with these columns
    lowest[lowest >= 0] = lowest.min(initial=0)
    return lowest


def _assign_all(costs: IntMatrix, start: IntVector) -> tuple[IntVector, IntVector]:
    """Return the column of each row in an assignment of all rows of least cost, and the duals of columns.

    There are no fewer columns than rows. ``start`` (m,) are the first duals: any in a square, else zeros, as the dual
    of an unassigned column must be 0.
    """
    n, m = costs.shape
    matching = DenseMatching(start, np.full(n, UNASSIGNED), np.full(m, UNASSIGNED))
    _lapjv(costs, matching, LapjvState(*np.empty((7, m), dtype=np.int64)))
    return matching.column, matching.prices


@jit
def _lapjv(costs: IntMatrix, matching: DenseMatching, search: LapjvState) -> None:
    """Assign all rows, in place."""
    unassigned = np.arange(len(matching.column))
    # Phase 1: augmenting row reduction
    for _ in range(REDUCTIONS):
        unassigned = _augmenting_row_reduction(costs, matching, unassigned)
    # Phase 2: augment along a shortest path for each row that is left
    for at in range(len(unassigned)):
        _augment(costs, matching, search, *_shortest_path(costs, matching, search, unassigned[at]))


@jit
def _augmenting_row_reduction(costs: IntMatrix, matching: DenseMatching, unassigned: IntVector) -> IntVector:
    """Assign each row to its column of the least reduced cost; return the rows that are unassigned then.

    The dual of the column falls by the difference to the second least, so the row keeps the least reduced cost there.
    A row that loses its column is reduced next, unless nothing was gained by it.
    """
    at, left, tries = 0, 0, TRIES * len(matching.column)
    # At most one entry for each row that comes in, and one for each try
    others = np.empty(len(unassigned) + tries, dtype=np.int64)
    while at < len(unassigned):
        row = unassigned[at]
        at += 1
        while row != UNASSIGNED:
            # The two least reduced costs of the row
            column, least, second = _two_least(costs[row], matching.prices)
            loser = matching.owner[column]
            # At a tie of the two least reduced costs, a free column takes the row away from nobody
            if least == second and loser != UNASSIGNED:
                column = _free_column_at(costs[row], matching, second, column)
                loser = matching.owner[column]
            # The dual falls until the second column is as good for the row
            matching.prices[column] -= second - least
            matching.column[row], matching.owner[column] = column, row
            if loser != UNASSIGNED:
                matching.column[loser] = UNASSIGNED
                tries -= 1
                # No dual fell, or too many tries: the loser waits, else rows could take each other's column for ever
                if least == second or tries <= 0:
                    others[left] = loser
                    left += 1
                    loser = UNASSIGNED
            # The row that lost the column goes on at once, while the cache holds what it needs
            row = loser
    return others[:left]


@jit
def _two_least(costs: IntVector, prices: IntVector) -> tuple[int, int, int]:
    """Return the column of the least reduced cost of a row, that cost, and the second least; the least if alone."""
    # A minimum first and a search for its place after: the minimum runs on several numbers at once (SIMD)
    least, column = _least_reduced_cost(costs, prices), 0
    while costs[column] - prices[column] != least:
        column += 1
    # The second least, on both sides of the first
    before = _least_reduced_cost(costs[:column], prices)
    after = _least_reduced_cost(costs[column + 1 :], prices[column + 1 :])
    second = min(before, after)
    return column, least, least if second == INFINITE else second


@jit
def _least_reduced_cost(costs: IntVector, prices: IntVector) -> int:
    """Return the least reduced cost of a row."""
    least = INFINITE
    for column in range(len(costs)):
        least = min(least, costs[column] - prices[column])
    return least


@jit
def _free_column_at(costs: IntVector, matching: DenseMatching, cost: int, column: int) -> int:
    """Return an unassigned column of this reduced cost, else ``column``."""
    for other in range(len(costs)):
        if matching.owner[other] == UNASSIGNED and costs[other] - matching.prices[other] == cost:
            return other
    return column


@jit
def _shortest_path(costs: IntMatrix, matching: DenseMatching, search: LapjvState, row: int) -> tuple[int, int]:
    """Return the unassigned column that is nearest to an unassigned row, and the number of columns scanned before it.

    Dijkstra's search on reduced costs, which are not negative: arcs lead from a row to all columns, and from a column
    to its own row at no cost.
    """
    # Start at the unassigned row, at distance 0
    search.distance[:] = INFINITE
    search.prices[:] = matching.prices
    count, free, offset = 0, _list_free_columns(matching.owner, search.free), 0
    while True:
        # Scan a row: relax its arcs to all columns
        search.rows[count], search.offsets[count] = row, offset
        least = _relax_row(costs[row], search.prices, search.distance, offset)
        column = _nearest_column(search, free, least)
        if matching.owner[column] == UNASSIGNED:
            return column, count
        # The nearest column is final; with a dual of -INFINITE no later row improves on it
        search.scanned[count], search.reached[count] = column, least
        search.distance[column], search.prices[column] = INFINITE, -INFINITE
        # Go on from the row of this column; the arc to it is tight, so the distance does not change
        row = matching.owner[column]
        # What turns a reduced cost of this row into a distance from the start
        offset = costs[row, column] - matching.prices[column] - least
        count += 1


@jit
def _list_free_columns(owner: IntVector, free: IntVector) -> int:
    """Write the unassigned columns into ``free``, and return their number."""
    count = 0
    for column in range(len(owner)):
        # Written in any case, kept only if the column is free: no branch for the processor to guess
        free[count] = column
        count += owner[column] == UNASSIGNED
    return count


@jit
def _relax_row(costs: IntVector, prices: IntVector, distance: IntVector, offset: int) -> int:
    """Relax the arcs of a row, and return the least distance of a column that is not scanned."""
    least = INFINITE
    for column in range(len(distance)):
        distance[column] = min(distance[column], costs[column] - prices[column] - offset)
        least = min(least, distance[column])
    return least


@jit
def _nearest_column(search: LapjvState, free: int, least: int) -> int:
    """Return a column at the distance ``least``; of several an unassigned one, which ends the search."""
    # A free column at the least distance ends the search without scanning its ties
    for at in range(free):
        if search.distance[search.free[at]] == least:
            return int(search.free[at])
    column = 0
    while search.distance[column] != least:
        column += 1
    return column


@jit
def _augment(costs: IntMatrix, matching: DenseMatching, search: LapjvState, column: int, count: int) -> None:
    """Augment along the shortest path to an unassigned column, and update the duals of the scanned columns.

    No predecessors are kept: the row before a column is the first scanned one whose arc gives it its distance.
    """
    least = far = search.distance[column]
    # Flip the path, from its end to the unassigned row, which was scanned first
    at = -1
    while at != 0:
        at = 0
        while costs[search.rows[at], column] - matching.prices[column] - search.offsets[at] != far:
            at += 1
        matching.column[search.rows[at]], matching.owner[column] = column, search.rows[at]
        # The predecessor: the column that this row had, and its distance
        column, far = search.scanned[at - 1], search.reached[at - 1]
    # Dual update: a scanned column falls by what it is nearer than the end, which keeps reduced costs at 0 or more
    for at in range(count):
        matching.prices[search.scanned[at]] += search.reached[at] - least


@jit
def minimize_duals(cells: IntMatrix, partner: IntVector, prices: IntVector) -> None:
    """Lower, in place, the duals ``prices`` (c,) of columns that prove an assignment to the smallest that do.

    ``partner`` (r,) is the column of each row, -1 for none, at cost 0. How far each dual can fall is the length of a
    shortest path in the residual graph, with reduced costs as lengths (Dijkstra): a column cannot fall by more than
    keeps every row content with its own column, which may fall itself.
    """
    # The rows of each column are ``rows[first[k] : first[k + 1]]``; unmatched rows come first
    rows = np.argsort(partner)
    first = np.searchsorted(partner[rows], np.arange(len(prices) + 1))
    # Sources: the dual 0 of every column, and the unmatched rows, whose margin is 0
    lowest, ahead, nothing = -prices, prices.copy(), np.zeros_like(prices)
    for at in range(first[0]):
        _relax_row(cells[rows[at]], lowest, ahead, 0)
    # A column that no row has, of dual 0, neither falls nor keeps another from falling
    pending = 0
    for column in range(len(prices)):
        if first[column] == first[column + 1] and prices[column] == 0:
            ahead[column], lowest[column] = INFINITE, -INFINITE
        else:
            pending += 1
    # Scan columns in order of their distances: each fixes how far its own rows let others fall
    for _ in range(pending):
        nearest, best = _least_reduced_cost(ahead, nothing), 0
        while ahead[best] != nearest:
            best += 1
        # The column is final: it falls by its distance, and constrains nobody any more
        ahead[best], lowest[best] = INFINITE, -INFINITE
        for at in range(first[best], first[best + 1]):
            _relax_row(cells[rows[at]], lowest, ahead, prices[best] + cells[rows[at], best] - nearest)
        prices[best] -= nearest


@jit
def find_cells(cells: CostArray, columns: CostArray, limits: CostArray) -> IntVector:
    """Return in ascending order the flat indices of the cells with ``cells[i, k] + columns[k] <= limits[i]``."""
    # Two passes: count, then fill
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
