"""One goal under side constraints: LP bound, reduced-cost fixing, 0-1 program on the core (Balas and Zemel 1980).

The prices, rounded, bound every choice exactly. With a choice in hand they settle every pair whose reduced worth is
further from 0 than the gap ("reduced cost fixing"). What is left goes to an integer program.
"""

from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.column_generation import cheapest_columns, leading_columns
from mentormatch.assignment.mip.program_model import ProgramSolver, SolverResult, SolverStatus
from mentormatch.assignment.pair_program import DualProof, PairConstraint, PairModel, build_program, trivial_duals
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.errors import EngineError

SLACK = 1e-6
"""A solver's bound may miss a whole number by its last digits."""
COARSE = 1000
"""A pair is worth adding to a linear program from this part of a unit on."""


@dataclass(frozen=True, slots=True)
class BoundedSearch:
    """One stage at work: what may still be optimal, and the best choice so far.

    ``worth``, ``reduced`` (in ``parts`` of a unit) and ``columns`` (in the linear program) are those of the pairs of
    ``pool``. ``ceiling``, in parts, bounds every choice; ``bound`` is the same in whole units, None if not known.
    ``empty``: it is proved that there is no choice at all. ``proof``: the prices behind the ceiling.
    """

    pool: PairModel
    worth: IntVector
    columns: BoolVector
    reduced: IntVector
    scaled_bound: int
    parts: int
    bound: int | None
    incumbent: BoolVector | None = None
    infeasible: bool = False
    proof: DualProof | None = None

    @property
    def value(self) -> int:
        """Return what the best choice so far is worth."""
        return 0 if self.incumbent is None else int(self.worth[self.incumbent].sum())

    @property
    def proved(self) -> bool:
        """Return whether no choice is better."""
        return self.incumbent is not None and self.bound == self.value

    def limited(self, goal: str | None = None) -> PairModel:
        """Return the pool of the choices that are worth no less than the best so far."""
        return self.pool.limited(PairConstraint.on(self.worth, self.value, origin=goal)) if self._binds else self.pool

    @property
    def _binds(self) -> bool:
        """Return whether some choice may be worth less: if pairs are worth the same, fewer pairs than are chosen."""
        least = max(int(loads.firm_minimum.sum()) for loads in self.pool.sides)
        alike = len(self.worth) == 0 or (self.worth.min() == self.worth.max() >= 0)
        return not alike or least * int(self.worth.max(initial=0)) < self.value

    def over(self, pool: PairModel) -> BoolVector | None:
        """Return the best choice so far over the pairs of a larger pool, None if there is none."""
        if self.incumbent is None:
            return None
        width = len(pool.sides[1])
        pairs = (self.pool.mentors * width + self.pool.mentees)[self.incumbent]
        return np.isin(pool.mentors * width + pool.mentees, pairs)

    def better(self, *choices: BoolVector | None) -> BoolVector | None:
        """Return the best of the choices that keep every bound, if there is one."""
        held = [choice for choice in choices if choice is not None and self.pool.holds(choice)]
        return max(held, key=lambda choice: int(self.worth[choice].sum()), default=None)

    def with_candidate(self, choice: BoolVector | None) -> "BoundedSearch":
        """Return the search with a choice that may be better; pairs that cannot match it are settled."""
        if choice is None or not self.pool.holds(choice):
            return self
        value = int(self.worth[choice].sum())
        if self.incumbent is not None and value <= self.value:
            return self
        return replace(self, incumbent=choice) if self.bound is None else self._settled(choice, value)

    def _settled(self, choice: BoolVector, value: int) -> "BoundedSearch":
        gap = self.scaled_bound - value * self.parts
        kept = (self.reduced >= -gap) | self.pool.fixed_to_one
        return replace(
            self,
            pool=self.pool.restrict(kept, self.pool.fixed_to_one | (self.reduced > gap)),
            worth=self.worth[kept],
            columns=self.columns[kept],
            reduced=self.reduced[kept],
            incumbent=choice[kept],
        )

    def solve_program(self, maximise: ProgramSolver, reach: int | None = None) -> "BoundedSearch":
        """Return the search after an integer program on all pairs, or on those that count within ``reach``.

        No choice that is worth less than the ceiling by ``reach`` or less has a pair that is further below 0; so such a
        choice, if it is found, is the best of all that is left.
        """
        kept = np.ones_like(self.columns) if reach is None else (self.reduced >= -reach) | self.pool.fixed_to_one
        forced = self.pool.fixed_to_one if reach is None else self.pool.fixed_to_one | (self.reduced > reach)
        near, every = self.pool.restrict(kept, forced), np.ones(int(kept.sum()), dtype=bool)
        answer = maximise(build_program(near, self.worth[kept], every, whole=True).program)
        if answer.word is SolverStatus.INFEASIBLE and self.incumbent is None:
            return replace(self, infeasible=reach is None)
        work = self.with_candidate(_spread(kept, answer))
        if work.incumbent is None and reach is None and answer.word is SolverStatus.OPTIMAL:
            raise EngineError("The solver's answer is not whole, or breaks a bound")
        return work._closed(answer) if reach is None or work.within(reach) else work

    def within(self, reach: int) -> bool:
        """Return whether the best choice so far is worth less than the ceiling by ``reach`` or less."""
        return self.incumbent is not None and self.gap <= reach

    @property
    def gap(self) -> int:
        """Return by how much the ceiling exceeds the best choice so far, in parts."""
        return self.scaled_bound - self.value * self.parts

    @property
    def core_radius(self) -> int:
        """Return how far below 0 about as many pairs are as there are people."""
        count = 5 * sum(map(len, self.pool.sides)) // 4
        return int(np.partition(-self.reduced, count)[count]) if count < len(self.reduced) else self.scaled_bound

    def _closed(self, answer: SolverResult) -> "BoundedSearch":
        if answer.bound is None or self.bound is None:
            return self
        return replace(self, bound=min(self.bound, max(self.value, int(np.floor(answer.bound + SLACK)))))


def maximize_goal(
    pool: PairModel, worth: IntVector, lead: IntVector, known: BoolVector | None, maximise: ProgramSolver
) -> BoundedSearch:
    """Return the search for the best choice from a pool, at its end.

    Parameters
    ----------
    lead
        The pairs that lead in this go into the first program.
    known
        A choice that keeps every bound, if there is one.
    """
    simple = DualProof(pool, trivial_duals(pool, worth))
    if known is not None and int(worth[known].sum()) == simple.bound(worth):
        return _at_once(simple, worth, known)
    work = solve_relaxation(pool, worth, lead, known, maximise)
    return work if work.bound is None or work.proved else solve_restricted_programs(work, maximise)


def solve_restricted_programs(work: BoundedSearch, maximise: ProgramSolver) -> BoundedSearch:
    """Return the search after integer programs, first on the pairs that count near the ceiling."""
    for reach in (work.core_radius, 8 * work.core_radius):
        if reach > 0 and (work.reduced < -reach).any():
            work = work.solve_program(maximise, reach)
            if work.proved:
                return work
    return work.solve_program(maximise)


def _at_once(proof: DualProof, worth: IntVector, known: BoolVector) -> BoundedSearch:
    """Return the search that ends with a choice known to be the best."""
    value, none = int(worth[known].sum()), np.zeros_like(worth)
    return BoundedSearch(proof.pool, worth, np.ones_like(known), none, value, 1, value, known, proof=proof)


def solve_relaxation(
    pool: PairModel, worth: IntVector, lead: IntVector, known: BoolVector | None, maximise: ProgramSolver
) -> BoundedSearch:
    """Return the search after the linear program: bounded by its prices, with its corner if that is whole.

    Without a bound, if the program has no answer, or none in time.
    """
    columns = cheapest_columns(pool.mentors, pool.mentees, lead) | pool.fixed_to_one
    if known is not None:
        columns |= known
    start = None
    while True:
        now = build_program(pool, worth, columns, whole=False, start=start)
        answer = maximise(now.program)
        start = answer.basis
        if answer.word is SolverStatus.INFEASIBLE and not columns.all():
            columns = np.ones_like(columns)
        elif answer.duals is None:
            empty = answer.word is SolverStatus.INFEASIBLE
            return BoundedSearch(pool, worth, columns, np.zeros_like(worth), 0, 1, None, known, empty)
        else:
            duals = now.duals(pool, worth, answer.duals)
            reduced = duals.reduced(pool, worth)
            missing = (reduced > duals.parts // COARSE) & ~columns
            if not missing.any():
                ceiling = duals.bound(pool, reduced)
                bound = ceiling // duals.parts
                proof = DualProof(pool, duals)
                work = BoundedSearch(pool, worth, columns, reduced, ceiling, duals.parts, bound, proof=proof)
                return work.with_candidate(work.better(known, _spread(columns, answer)))
            columns |= leading_columns(pool.mentors, pool.mentees, reduced, missing)


def _spread(columns: BoolVector, answer: SolverResult) -> BoolVector | None:
    """Return the choice over all pairs that a whole answer on some columns makes, None if it is not whole."""
    taken = answer.taken()
    if taken is None:
        return None
    choice = np.zeros(len(columns), dtype=bool)
    choice[columns] = taken[: np.count_nonzero(columns)]
    return choice
