"""Column generation (Gilmore and Gomory 1961) for the assignment problem: restricted master, pricing, first columns.

The restricted master has few pairs (columns). Its optimal duals price the others: a pair of negative reduced cost could
improve the optimum and is added, until there is none. The optimum of the master is then that of all pairs, and its
duals prove it; they are the smallest duals too, as fewer pairs can only make the smallest duals smaller.

1,000 random scores a side: 30 ms, and 57 without column generation; distances 75 and 190; 3,000 a side 150 and 919;
lists of 50 pairs a person, 3,000 a side, 86 and 116.

The master here is an assignment, by shortest paths; the linear program of pairs that are coupled is in ``pair_master``.
"""

from collections.abc import Callable
from math import isqrt, prod
from typing import Protocol

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.arrays import BoolVector, IntVector, VectorPair

type SolveMaster = Callable[[OptimalFace, IntVector, IntVector | None], PrimalDual | None]
"""Solves a restricted master: its face, the profit of each pair, and duals of the right side as a warm start."""
type TightColumns = tuple[IntVector, PrimalDual]
"""The columns of reduced cost 0 in an optimum, ascending, and the optimum on them."""

LEADING = 10
"""The first master has so many pairs a person, and twice as many where both sides are as long, so that everybody is
needed: of random scores they nearly always hold the optimum."""
MANY = 2 * LEADING
"""With fewer pairs a person, column generation takes longer than solving them all."""
PART = 3
"""If more than one pair in so many has a negative reduced cost, the master is far from the optimum: give up."""
ROUNDS = 8
"""Give up after so many masters."""
SAMPLE = 400
"""The level of reduced cost that so many sampled pairs stay below: their number is then off by a few per cent."""


class PricingOracle(Protocol):
    """The pairs of an assignment as columns, numbered 0 to ``count``; nobody on the left takes more than one.

    Duals are a pair of int64 vectors, (n,) of the left and (m,) of the right side.
    """

    @property
    def count(self) -> int:
        """Return the number of pairs."""
        ...

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of people on each side."""
        ...

    def dual_upper_bound(self) -> VectorPair:
        """Return dual feasible values of both sides, close to tight: row reduction, then column reduction."""
        ...

    def reduced_costs(self, prices: VectorPair, places: IntVector) -> IntVector:
        """Return the reduced cost of some columns: the duals of both people less the profit."""
        ...

    def columns_within(self, prices: VectorPair, loss: int) -> IntVector:
        """Return in ascending order the columns of a reduced cost of ``loss`` or less."""
        ...

    def restricted_master(self, places: IntVector) -> tuple[OptimalFace, IntVector]:
        """Return the face of some columns, and the profit of each."""
        ...

    def feasibility_columns(self) -> IntVector:
        """Return columns that keep the master feasible: pairs by which everybody can be matched, as far as known."""
        ...


def solve_by_columns(many: PricingOracle, solve: SolveMaster, first: VectorPair | None = None) -> TightColumns | None:
    """Return all columns of reduced cost 0 in an optimum, and the optimum on them, by column generation.

    None if a master has no optimum, or they do not converge within ``ROUNDS``. ``first``: the columns to begin with,
    and duals of the right side as a warm start, where they are known.
    """
    longer = 2 if many.shape[0] == many.shape[1] else 1
    draw, wanted = np.random.default_rng(0), longer * LEADING * isqrt(prod(many.shape))
    # First columns: those of the least reduced cost at reduced duals, and enough to be feasible
    places, right = first or (initial_columns(many, many.dual_upper_bound(), wanted, draw), None)
    for _ in range(ROUNDS):
        # Restricted master
        optimum = solve(*many.restricted_master(places), right)
        if optimum is None:
            return None
        prices, right = (optimum.left, optimum.right), optimum.right
        # Pricing: all columns of reduced cost 0 or less
        near = many.columns_within(prices, 0)
        losses = many.reduced_costs(prices, near)
        better = losses < 0
        # No negative reduced cost: the duals are feasible for all pairs, and the master is optimal
        if not better.any():
            # The optimum of the master, over all columns that are tight
            return near, PrimalDual(np.isin(near, places[optimum.chosen], assume_unique=True), *prices)
        # Too many would have to be added; else add those of the least reduced cost
        if PART * np.count_nonzero(better) > many.count:
            break
        # Columns are never dropped, so the masters' values only rise
        places = union_sorted(places, _least_reduced_costs(near, losses, 2 * wanted, draw))
    return None


def initial_columns(many: PricingOracle, prices: VectorPair, wanted: int, draw: np.random.Generator) -> IntVector:
    """Return about as many columns as are ``wanted``, of the least reduced cost, and those that keep it feasible.

    The level of reduced cost that so many stay below is estimated on a random sample.
    """
    # A quantile of a sample instead of a sort of all pairs
    sample = many.reduced_costs(prices, draw.integers(0, many.count, max(SAMPLE * many.count // wanted, 1)))
    level = int(np.partition(sample, SAMPLE)[SAMPLE]) if len(sample) > SAMPLE else int(sample.max())
    places = many.columns_within(prices, level)
    return union_sorted(
        _least_reduced_costs(places, many.reduced_costs(prices, places), wanted, draw), many.feasibility_columns()
    )


def _least_reduced_costs(places: IntVector, losses: IntVector, wanted: int, draw: np.random.Generator) -> IntVector:
    """Return about as many columns as are ``wanted``, those of the least ``losses``; at a tie, a random choice."""
    if len(places) <= 2 * wanted:
        return places
    # All below the level, and so many at the level as are wanted, by chance
    level = np.partition(losses, wanted)[wanted]
    below, equal = losses < level, losses == level
    rest = wanted - np.count_nonzero(below)
    kept: BoolVector = below | (equal & (draw.random(len(places)) * np.count_nonzero(equal) < rest))
    return places[kept]


def union_sorted(first: IntVector, second: IntVector) -> IntVector:
    """Return in ascending order the columns that are in either; sorting is faster here than numpy's sets."""
    places: IntVector = np.sort(np.concatenate([first, second]))
    return places[np.diff(places, prepend=-1) > 0]


FEW_PAIRS = 4000
"""No more pairs than these go into one LP at once."""
LEADING_PAIRS = 10
"""Otherwise so many of each person, and as many more of each in every round of pricing."""
DENSE = 4
"""A matrix with more than one cell in so many is partitioned as it is; sorting pairs takes longer."""


def leading_columns(lefts: IntVector, rights: IntVector, value: IntVector, among: BoolVector) -> BoolVector:
    """Return (e,) bool: of the pairs ``among``, those that are leading for one of their two people."""
    if among.all() and len(lefts) and DENSE * len(lefts) > (int(lefts.max()) + 1) * (int(rights.max()) + 1):
        return _leading_cells(lefts, rights, value)
    return top_by_person(lefts, value, among) | top_by_person(rights, value, among)


def _leading_cells(lefts: IntVector, rights: IntVector, value: IntVector) -> BoolVector:
    """Return (e,) bool: the leading pairs of each person, by partition of the matrix that has most of its cells."""
    cells = np.full((int(lefts.max()) + 1, int(rights.max()) + 1), np.iinfo(np.int64).min)
    cells[lefts, rights] = value
    kept = np.zeros(cells.shape, dtype=bool)
    for axis in range(2):
        last = cells.shape[axis] - min(LEADING_PAIRS, cells.shape[axis])
        best = np.argpartition(cells, last, axis=axis)
        np.put_along_axis(kept, best[:, last:] if axis else best[last:], values=True, axis=axis)
    return kept[lefts, rights]


def top_by_person(people: IntVector, value: IntVector, among: BoolVector) -> BoolVector:
    """Return (e,) bool: of the pairs ``among``, the ``LEADING_PAIRS`` of the greatest value for each person."""
    places = np.flatnonzero(among)
    # Sort by person, then by value; the rank within a person follows from where the person begins
    order = places[np.lexsort((-value[places], people[places]))]
    ranked = people[order]
    rank = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    mask = np.zeros(len(people), dtype=bool)
    mask[order[rank < LEADING_PAIRS]] = True
    return mask
