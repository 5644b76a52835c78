"""Column generation (Gilmore and Gomory 1961) for the assignment problem: restricted master, pricing, first columns.

The promising pairs are solved first. The prices that prove their optimum then tell which of the others could improve
it; these are added, until there are none (column generation, Gilmore and Gomory 1961). The prices are then those of all
pairs: with fewer pairs the smallest prices can only be smaller, and these hold for all.
"""

from collections.abc import Callable
from math import isqrt, prod
from typing import Protocol

import numpy as np

from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.mip.program_model import (
    Basis,
    LinearConstraint,
    Program,
    ProgramSolver,
    SolverResult,
    SolverStatus,
    degree_constraints,
)
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.base.arrays import BoolVector, IntVector, VectorPair

type SolveMaster = Callable[[OptimalFace, IntVector, IntVector | None], PrimalDual | None]
type TightColumns = tuple[IntVector, PrimalDual]

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


def solve_by_columns(many: PricingOracle, solve: SolveMaster, first: VectorPair | None = None) -> TightColumns | None:
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


FEW_PAIRS = 4000
"""So many pairs go into one program at once."""
LEADING_PAIRS = 10
"""Otherwise so many of each person, and as many more whenever prices call for them."""


def solve_transportation_lp(face: OptimalFace, profit: IntVector, maximise: ProgramSolver) -> PrimalDual | None:
    """Return the optimum of a face, or None if the minimums cannot hold.

    The caller checks that the prices prove it; they do not if the corner was not whole.
    """
    columns, start = cheapest_columns(face.lefts, face.rights, profit), None
    while True:
        program, owners = _program(face, profit, columns, start)
        answer = maximise(program)
        start = answer.basis
        if answer.word is SolverStatus.STOPPED:
            raise TimeLimitReached
        if answer.word is SolverStatus.INFEASIBLE and columns.all():
            return None
        if answer.word is SolverStatus.INFEASIBLE:
            columns = np.ones_like(columns)
            continue
        optimum = _optimum(face, columns, answer, owners)
        surplus = profit - optimum.left[face.lefts] - optimum.right[face.rights]
        missing = (surplus > 0) & ~columns
        if not missing.any():
            return optimum
        columns |= leading_columns(face.lefts, face.rights, surplus, missing)


def cheapest_columns(lefts: IntVector, rights: IntVector, profit: IntVector) -> BoolVector:
    """Return the pairs to begin with: all if they are few, else the best of each person."""
    every = np.ones(len(lefts), dtype=bool)
    return every if len(lefts) <= FEW_PAIRS else leading_columns(lefts, rights, profit, every)


def leading_columns(lefts: IntVector, rights: IntVector, value: IntVector, among: BoolVector) -> BoolVector:
    """Return, of the pairs ``among``, those that are leading for one of their people."""
    return top_by_person(lefts, value, among) | top_by_person(rights, value, among)


def top_by_person(people: IntVector, value: IntVector, among: BoolVector) -> BoolVector:
    """Return, of the pairs ``among``, those that are of the greatest value for their person."""
    places = np.flatnonzero(among)
    order = places[np.lexsort((-value[places], people[places]))]
    ranked = people[order]
    rank = np.arange(len(order)) - np.searchsorted(ranked, ranked)
    mask = np.zeros(len(people), dtype=bool)
    mask[order[rank < LEADING_PAIRS]] = True
    return mask


def _program(
    face: OptimalFace, profit: IntVector, columns: BoolVector, start: Basis | None
) -> tuple[Program, list[tuple[int, int]]]:
    """Return the program on some columns, and the side and person that each of its rows bounds."""
    places = np.flatnonzero(columns)
    lefts, rights = face.lefts[places], face.rights[places]
    owners: list[tuple[int, int]] = []
    sums: list[LinearConstraint] = []
    for side, (people, bounds) in enumerate(((lefts, face.left), (rights, face.right))):
        for person, row in degree_constraints(people, _loads(bounds), bounds.least, {}):
            owners.append((side, person))
            sums.append(row)
    names = [f"{left}_{right}" for left, right in zip(lefts.tolist(), rights.tolist(), strict=True)]
    forced = np.zeros(len(places), dtype=bool)
    return Program(
        names, profit[places], forced, sums, integral=False, constraint_keys=owners, warm_basis=start
    ), owners


def _loads(bounds: RemainingDegrees) -> DegreeBounds:
    return DegreeBounds(bounds.least, bounds.most, np.zeros(len(bounds.most), dtype=bool))


def _optimum(face: OptimalFace, columns: BoolVector, answer: SolverResult, owners: list[tuple[int, int]]) -> PrimalDual:
    """Return the corner and its prices, both rounded: they are whole but for the solver's last digits."""
    chosen = np.zeros(len(face), dtype=bool)
    prices = np.zeros(len(face.left.most), dtype=np.int64), np.zeros(len(face.right.most), dtype=np.int64)
    if answer.values is not None and answer.duals is not None:
        chosen[columns] = answer.values > 0.5
        for (side, person), dual in zip(owners, np.rint(answer.duals).astype(np.int64).tolist(), strict=True):
            prices[side][person] = dual
    return PrimalDual(chosen, *prices)
