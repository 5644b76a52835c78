"""The transportation problem of several partners on both sides as an LP by column generation; vertices are integral.

Without rows that couple pairs every corner of the program is whole, and so are its prices. It is solved on the most
promising pairs; the prices then tell which others could improve it, and those are added until none is left.
"""

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
from mentormatch.base.columns import BoolVector, IntVector

FEW = 4000
"""So many pairs go into one program at once."""
LEADING = 10
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
    return every if len(lefts) <= FEW else leading_columns(lefts, rights, profit, every)


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
    mask[order[rank < LEADING]] = True
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
