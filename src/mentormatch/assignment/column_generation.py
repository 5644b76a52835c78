"""Column generation (Gilmore and Gomory 1961) for the assignment problem: restricted master, pricing, first columns.

The restricted master has few pairs (columns). Its optimal duals price the others: pairs with a negative reduced cost
could improve the optimum and are added, until there are none. The optimum of the master is then optimal over all pairs,
and its duals prove it; they are also the smallest duals, as fewer pairs can only lower the smallest duals.

With 1,000 random scores per side it takes 30 ms, and 57 without column generation; with distances 75 and 190; with
3,000 per side 150 and 919; with lists of 50 pairs per person, 3,000 per side, 86 and 116.

The master here is an assignment, by shortest paths; the linear program of coupled pairs is in ``pair_master``.
"""

from collections.abc import Callable
from math import isqrt, prod
from typing import Protocol

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.arrays import BoolVector, IntVector, VectorPair

# Solves a restricted master: its face, the profit of each pair, and right duals as a warm start
type SolveMaster = Callable[[OptimalFace, IntVector, IntVector | None], PrimalDual | None]
type TightColumns = tuple[IntVector, PrimalDual]  # the columns of reduced cost 0, ascending, and the optimum on them

# Pairs per person in the first master, twice as many in a square, where all people must be matched: for random scores
# they nearly always contain the optimum
INITIAL_PAIRS_PER_PERSON = 10
MIN_PAIRS_PER_PERSON = 2 * INITIAL_PAIRS_PER_PERSON  # with fewer, solving all pairs is faster
# Give up if more than one pair in so many has a negative reduced cost: the master is far from the optimum
GIVE_UP_DIVISOR = 3
MAX_MASTERS = 8
QUANTILE_RANK = 400  # rank of the sampled quantile, which is then accurate to a few per cent


class PricingOracle(Protocol):
    """The pairs of an assignment as columns, numbered 0 to ``count`` - 1; left people have capacity 1.

    Duals are a pair of int64 vectors, (n,) of the left and (m,) of the right side.
    """

    @property
    def count(self) -> int:
        """The number of pairs."""
        ...

    @property
    def shape(self) -> tuple[int, int]:
        """The number of people on each side."""
        ...

    def feasible_duals(self) -> VectorPair:
        """Return feasible, nearly tight duals of both sides: row reduction, then column reduction."""
        ...

    def reduced_costs(self, duals: VectorPair, columns: IntVector) -> IntVector:
        """Return the reduced cost of some columns: the duals of both people less the profit."""
        ...

    def columns_within(self, duals: VectorPair, loss: int) -> IntVector:
        """Return the columns with a reduced cost of at most ``loss``, ascending."""
        ...

    def restricted_master(self, columns: IntVector) -> tuple[OptimalFace, IntVector]:
        """Return the face of some columns, and the profit of each."""
        ...

    def feasibility_columns(self) -> IntVector:
        """Return columns that keep the master feasible, as far as known: a matching of all people."""
        ...


def solve_by_columns(oracle: PricingOracle, solve: SolveMaster, first: VectorPair | None = None) -> TightColumns | None:
    """Return all columns of reduced cost 0 in an optimum, and the optimum on them, by column generation.

    None if a master has no optimum, if too many columns would be added, or after ``MAX_MASTERS``. ``first``: the first
    columns, and right duals as a warm start, if known.
    """
    factor = 2 if oracle.shape[0] == oracle.shape[1] else 1
    draw, column_count = np.random.default_rng(0), factor * INITIAL_PAIRS_PER_PERSON * isqrt(prod(oracle.shape))
    # First columns: those of least reduced cost at reduced duals, and enough for feasibility
    columns, right = first or (initial_columns(oracle, oracle.feasible_duals(), column_count, draw), None)
    for _ in range(MAX_MASTERS):
        # Restricted master
        optimum = solve(*oracle.restricted_master(columns), right)
        if optimum is None:
            return None
        duals, right = (optimum.left, optimum.right), optimum.right
        # Pricing: all columns with a reduced cost of 0 or less
        tight = oracle.columns_within(duals, 0)
        losses = oracle.reduced_costs(duals, tight)
        is_negative = losses < 0
        # No negative reduced cost: the duals are feasible for all pairs, and the master is optimal
        if not is_negative.any():
            # The optimum of the master, over all tight columns
            return tight, PrimalDual(np.isin(tight, columns[optimum.chosen], assume_unique=True), *duals)
        # Give up if too many columns would be added; else add those of least reduced cost
        if GIVE_UP_DIVISOR * np.count_nonzero(is_negative) > oracle.count:
            break
        # Columns are never dropped, so the masters' values only rise
        columns = union_sorted(columns, _least_reduced_costs(tight, losses, 2 * column_count, draw))
    return None


def initial_columns(oracle: PricingOracle, duals: VectorPair, wanted: int, draw: np.random.Generator) -> IntVector:
    """Return about ``wanted`` columns of least reduced cost, and the columns that keep the master feasible.

    The quantile of the reduced costs is estimated on a random sample.
    """
    # A quantile of a sample instead of a sort of all pairs
    sample = oracle.reduced_costs(duals, draw.integers(0, oracle.count, max(QUANTILE_RANK * oracle.count // wanted, 1)))
    level = (
        int(np.partition(sample, QUANTILE_RANK)[QUANTILE_RANK]) if len(sample) > QUANTILE_RANK else int(sample.max())
    )
    columns = oracle.columns_within(duals, level)
    return union_sorted(
        _least_reduced_costs(columns, oracle.reduced_costs(duals, columns), wanted, draw), oracle.feasibility_columns()
    )


def _least_reduced_costs(columns: IntVector, costs: IntVector, count: int, draw: np.random.Generator) -> IntVector:
    """Return about ``count`` columns of least reduced ``costs``, random ones among ties; all of up to twice as many."""
    if len(columns) <= 2 * count:
        return columns
    # All below the level, and a random part of those at the level
    level = np.partition(costs, count)[count]
    below, equal = costs < level, costs == level
    missing = count - np.count_nonzero(below)
    is_selected: BoolVector = below | (equal & (draw.random(len(columns)) * np.count_nonzero(equal) < missing))
    return columns[is_selected]


def union_sorted(first: IntVector, second: IntVector) -> IntVector:
    """Return the union of columns, ascending; sorting is faster here than numpy's set functions."""
    columns: IntVector = np.sort(np.concatenate([first, second]))
    return columns[np.diff(columns, prepend=-1) > 0]


FEW_PAIRS = 4000  # problems with at most so many pairs are one LP with all pairs
LEADING_PAIRS = 10  # else this number per person, and up to as many more per person in every round of pricing


def leading_columns(lefts: IntVector, rights: IntVector, value: IntVector, among: BoolVector) -> BoolVector:
    """Return (e,) bool: the pairs of ``among`` that are leading for one of their two people."""
    # A matrix with more than one pair in four cells is partitioned without sorting the pairs
    if among.all() and len(lefts) and 4 * len(lefts) > (int(lefts.max()) + 1) * (int(rights.max()) + 1):
        return _leading_cells(lefts, rights, value)
    return top_by_person(lefts, value, among) | top_by_person(rights, value, among)


def _leading_cells(lefts: IntVector, rights: IntVector, value: IntVector) -> BoolVector:
    """Return (e,) bool: the leading pairs of each person, by partition of the full matrix."""
    cells = np.full((int(lefts.max()) + 1, int(rights.max()) + 1), np.iinfo(np.int64).min)
    cells[lefts, rights] = value
    is_leading = np.zeros(cells.shape, dtype=bool)
    for axis in range(2):
        first_rank = cells.shape[axis] - min(LEADING_PAIRS, cells.shape[axis])
        order = np.argpartition(cells, first_rank, axis=axis)
        np.put_along_axis(is_leading, order[:, first_rank:] if axis else order[first_rank:], values=True, axis=axis)
    return is_leading[lefts, rights]


def top_by_person(people: IntVector, value: IntVector, among: BoolVector) -> BoolVector:
    """Return (e,) bool: the ``LEADING_PAIRS`` pairs of ``among`` with the greatest value for each person."""
    candidates = np.flatnonzero(among)
    # Sort by person, then by value; the rank of a pair follows from the start of its person
    order = candidates[np.lexsort((-value[candidates], people[candidates]))]
    ranked = people[order]
    rank = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    is_top = np.zeros(len(people), dtype=bool)
    is_top[order[rank < LEADING_PAIRS]] = True
    return is_top
