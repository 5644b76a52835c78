"""Column generation (Gilmore and Gomory 1961) for the assignment problem: restricted master, pricing, first columns.

The promising pairs are solved first. The prices that prove their optimum then tell which of the others could improve
it; these are added, until there are none (column generation, Gilmore and Gomory 1961). The prices are then those of all
pairs: with fewer pairs the smallest prices can only be smaller, and these hold for all.
"""

from collections.abc import Callable
from math import isqrt, prod
from typing import Protocol

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.columns import BoolVector, IntVector

type VectorPair = tuple[IntVector, IntVector]
type SolveMaster = Callable[[OptimalFace, IntVector, IntVector | None], PrimalDual | None]
type TightColumns = tuple[IntVector, PrimalDual]
type WarmColumns = tuple[IntVector, IntVector]

LEADING = 10
"""So many pairs a person are solved first: of random scores they nearly always hold the optimum."""
MANY = 2 * LEADING
"""With fewer pairs a person, choosing among them takes longer than solving them all."""
PART = 3
"""If more than this part of all pairs could improve the answer, few are not enough, and it takes long to see it."""
ROUNDS = 8
SAMPLE = 400
"""So many of the promising pairs a sample holds: by its level, their number is then off by some hundredths."""


class PricingOracle(Protocol):
    """Pairs by their places, 0 to ``count``; nobody on the left takes more than one."""

    @property
    def count(self) -> int:
        """Return the number of pairs."""
        ...

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of people on each side."""
        ...

    def dual_upper_bound(self) -> VectorPair:
        """Return prices of both sides, close to each pair's worth and below none."""
        ...

    def reduced_costs(self, prices: VectorPair, places: IntVector) -> IntVector:
        """Return by how much the prices exceed what the pairs at some places are worth."""
        ...

    def columns_within(self, prices: VectorPair, loss: int) -> IntVector:
        """Return in ascending order the places of the pairs that lose no more than ``loss``."""
        ...

    def restricted_master(self, places: IntVector) -> tuple[OptimalFace, IntVector]:
        """Return the face of some pairs, and what each of them is worth."""
        ...

    def feasibility_columns(self) -> IntVector:
        """Return places of pairs that let everybody be matched, as far as they are known."""
        ...


def solve_by_columns(many: PricingOracle, solve: SolveMaster, first: WarmColumns | None = None) -> TightColumns | None:
    """Return the places of the pairs that an optimum leaves tight, and the optimum on them; None if few do not do.

    ``solve`` returns the optimum of some pairs, perhaps with a hint of the prices on the right, or None. ``first``: the
    places to begin with, and such a hint, where they are known.
    """
    draw, wanted = np.random.default_rng(0), LEADING * isqrt(prod(many.shape))
    places, right = first or (initial_columns(many, many.dual_upper_bound(), wanted, draw), None)
    for _ in range(ROUNDS):
        optimum = solve(*many.restricted_master(places), right)
        if optimum is None:
            return None
        prices, right = (optimum.left, optimum.right), optimum.right
        near = many.columns_within(prices, 0)
        losses = many.reduced_costs(prices, near)
        better = losses < 0
        if not better.any():
            return near, PrimalDual(np.isin(near, places[optimum.chosen], assume_unique=True), *prices)
        if PART * np.count_nonzero(better) > many.count:
            break
        places = union_sorted(places, _least(near, losses, 2 * wanted, draw))
    return None


def initial_columns(many: PricingOracle, prices: VectorPair, wanted: int, draw: np.random.Generator) -> IntVector:
    """Return the places of about as many pairs as are wanted: those that lose least at some prices, and spare ones."""
    sample = many.reduced_costs(prices, draw.integers(0, many.count, max(SAMPLE * many.count // wanted, 1)))
    level = int(np.partition(sample, SAMPLE)[SAMPLE]) if len(sample) > SAMPLE else int(sample.max())
    places = many.columns_within(prices, level)
    return union_sorted(_least(places, many.reduced_costs(prices, places), wanted, draw), many.feasibility_columns())


def _least(places: IntVector, losses: IntVector, wanted: int, draw: np.random.Generator) -> IntVector:
    """Return the places of about as many pairs as are wanted, which lose least; of those that lose the same, any."""
    if len(places) <= 2 * wanted:
        return places
    level = np.partition(losses, wanted)[wanted]
    below, equal = losses < level, losses == level
    rest = wanted - np.count_nonzero(below)
    kept: BoolVector = below | (equal & (draw.random(len(places)) * np.count_nonzero(equal) < rest))
    return places[kept]


def union_sorted(first: IntVector, second: IntVector) -> IntVector:
    """Return in ascending order the places that are in either; sorting is faster here than numpy's sets."""
    places: IntVector = np.sort(np.concatenate([first, second]))
    return places[np.diff(places, prepend=-1) > 0]
