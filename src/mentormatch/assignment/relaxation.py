"""One goal under side constraints: LP bound, reduced-cost fixing, 0-1 program on the core (Balas and Zemel 1980).

The LP relaxation is solved by column generation; its duals, rounded, bound every choice exactly. With an incumbent they
fix every pair whose reduced profit is further from 0 than the gap (reduced-cost fixing, Dantzig, Fulkerson & Johnson
1954). What is left is solved as a 0-1 program, first on the core: the pairs whose reduced profit is near 0.
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
    """State of the search for one goal: the free pairs, the dual bound, and the incumbent.

    Of the pairs of ``pool``, (e,): ``worth`` the profit, ``reduced`` the reduced profit in ``parts`` of a unit,
    ``columns`` those in the LP. ``scaled_bound``, in parts, bounds every choice; ``bound`` is the same in whole units,
    None if not known. ``infeasible``: it is proved that there is no choice. ``proof``: the duals behind the bound.
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
        """Return the profit of the incumbent, 0 if there is none."""
        return 0 if self.incumbent is None else int(self.worth[self.incumbent].sum())

    @property
    def proved(self) -> bool:
        """Return whether no choice is better."""
        return self.incumbent is not None and self.bound == self.value

    def limited(self, goal: str | None = None) -> PairModel:
        """Return the model of the choices of as much profit as the incumbent: the value of the goal as a constraint."""
        return self.pool.limited(PairConstraint.on(self.worth, self.value, origin=goal)) if self._binds else self.pool

    @property
    def _binds(self) -> bool:
        """Return whether that constraint can bind: not if profits are equal and every choice has as many pairs."""
        least = max(int(loads.firm_minimum.sum()) for loads in self.pool.sides)
        alike = len(self.worth) == 0 or (self.worth.min() == self.worth.max() >= 0)
        return not alike or least * int(self.worth.max(initial=0)) < self.value

    def over(self, pool: PairModel) -> BoolVector | None:
        """Return the incumbent over the pairs of a larger model, None if there is none."""
        if self.incumbent is None:
            return None
        width = len(pool.sides[1])
        pairs = (self.pool.mentors * width + self.pool.mentees)[self.incumbent]
        return np.isin(pool.mentors * width + pool.mentees, pairs)

    def better(self, *choices: BoolVector | None) -> BoolVector | None:
        """Return the feasible choice of the greatest profit, None if none is feasible."""
        held = [choice for choice in choices if choice is not None and self.pool.holds(choice)]
        return max(held, key=lambda choice: int(self.worth[choice].sum()), default=None)

    def with_candidate(self, choice: BoolVector | None) -> "BoundedSearch":
        """Return the search with a new incumbent if ``choice`` is feasible and better; the gap then fixes pairs."""
        if choice is None or not self.pool.holds(choice):
            return self
        value = int(self.worth[choice].sum())
        if self.incumbent is not None and value <= self.value:
            return self
        return replace(self, incumbent=choice) if self.bound is None else self._fix_by_reduced_profit(choice, value)

    def _fix_by_reduced_profit(self, choice: BoolVector, value: int) -> "BoundedSearch":
        """Return the search on the pairs that a choice of ``value`` or more may take (below 0) or leave (above 0)."""
        # Reduced-cost fixing: a pair may cost the bound no more than the gap
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
        """Return the search after a 0-1 program on all free pairs, or the core: reduced profits within ``reach`` of 0.

        A choice within ``reach`` of the dual bound has no other pair (reduced-cost fixing). So if the core has one, the
        best of the core is optimal.
        """
        # The core, or all free pairs; pairs above the reach are in every choice within it
        kept = np.ones_like(self.columns) if reach is None else (self.reduced >= -reach) | self.pool.fixed_to_one
        forced = self.pool.fixed_to_one if reach is None else self.pool.fixed_to_one | (self.reduced > reach)
        near, every = self.pool.restrict(kept, forced), np.ones(int(kept.sum()), dtype=bool)
        answer = maximise(build_program(near, self.worth[kept], every, whole=True).program)
        # An infeasible core proves nothing
        if answer.word is SolverStatus.INFEASIBLE and self.incumbent is None:
            return replace(self, infeasible=reach is None)
        work = self.with_candidate(_over_all_pairs(kept, answer))
        if work.incumbent is None and reach is None and answer.word is SolverStatus.OPTIMAL:
            raise EngineError("The solver's answer is not whole, or breaks a bound")
        return work._with_solver_bound(answer) if reach is None or work.within(reach) else work

    def within(self, reach: int) -> bool:
        """Return whether the incumbent is within ``reach`` of the dual bound."""
        return self.incumbent is not None and self.gap <= reach

    @property
    def gap(self) -> int:
        """Return the gap between the dual bound and the incumbent, in parts."""
        return self.scaled_bound - self.value * self.parts

    @property
    def core_radius(self) -> int:
        """Return the reach of the first core: it holds somewhat more pairs than there are people."""
        # A vertex of the LP has about as many pairs as there are people
        count = 5 * sum(map(len, self.pool.sides)) // 4
        return int(np.partition(-self.reduced, count)[count]) if count < len(self.reduced) else self.scaled_bound

    def _with_solver_bound(self, answer: SolverResult) -> "BoundedSearch":
        """Return the search with the bound of the 0-1 program, if it is closer."""
        if answer.bound is None or self.bound is None:
            return self
        return replace(self, bound=min(self.bound, max(self.value, int(np.floor(answer.bound + SLACK)))))


def maximize_goal(
    pool: PairModel, worth: IntVector, lead: IntVector, known: BoolVector | None, maximise: ProgramSolver
) -> BoundedSearch:
    """Return the finished search for the choice of the greatest profit.

    Parameters
    ----------
    lead
        (e,) int64: the pairs that lead in this are the first columns of the LP.
    known
        A feasible choice, if there is one.
    """
    # Trivial bound: no program where it proves the incumbent
    simple = DualProof(pool, trivial_duals(pool, worth))
    if known is not None and int(worth[known].sum()) == simple.bound(worth):
        return _proved_search(simple, worth, known)
    # LP relaxation, then the 0-1 program if there is a gap
    work = solve_relaxation(pool, worth, lead, known, maximise)
    return work if work.bound is None or work.proved else solve_restricted_programs(work, maximise)


def solve_restricted_programs(work: BoundedSearch, maximise: ProgramSolver) -> BoundedSearch:
    """Return the search after 0-1 programs on a core, a larger core and all free pairs, until one is proved."""
    for reach in (work.core_radius, 8 * work.core_radius):
        if reach > 0 and (work.reduced < -reach).any():
            work = work.solve_program(maximise, reach)
            if work.proved:
                return work
    return work.solve_program(maximise)


def _proved_search(proof: DualProof, worth: IntVector, known: BoolVector) -> BoundedSearch:
    """Return the finished search of a choice whose profit the trivial bound proves."""
    value, none = int(worth[known].sum()), np.zeros_like(worth)
    return BoundedSearch(proof.pool, worth, np.ones_like(known), none, value, 1, value, known, proof=proof)


def solve_relaxation(
    pool: PairModel, worth: IntVector, lead: IntVector, known: BoolVector | None, maximise: ProgramSolver
) -> BoundedSearch:
    """Return the search after the LP relaxation, by column generation: its dual bound, its vertex if that is integral.

    Without a bound, if the LP is infeasible or was stopped.
    """
    columns = cheapest_columns(pool.mentors, pool.mentees, lead) | pool.fixed_to_one
    if known is not None:
        columns |= known
    start = None
    while True:
        # Restricted master, from the basis of the last
        now = build_program(pool, worth, columns, whole=False, start=start)
        answer = maximise(now.program)
        start = answer.basis
        if answer.word is SolverStatus.INFEASIBLE and not columns.all():
            # Infeasible on these columns: take all
            columns = np.ones_like(columns)
        elif answer.duals is None:
            empty = answer.word is SolverStatus.INFEASIBLE
            return BoundedSearch(pool, worth, columns, np.zeros_like(worth), 0, 1, None, known, empty)
        else:
            # Pricing by the rounded duals
            duals = now.duals(pool, worth, answer.duals)
            reduced = duals.reduced(pool, worth)
            # Columns that could improve the LP by more than a trifle
            missing = (reduced > duals.parts // COARSE) & ~columns
            # No column is missing: the bound holds for all pairs
            if not missing.any():
                ceiling = duals.bound(pool, reduced)
                bound = ceiling // duals.parts
                proof = DualProof(pool, duals)
                # The vertex is the incumbent if it is integral, else the known choice
                work = BoundedSearch(pool, worth, columns, reduced, ceiling, duals.parts, bound, proof=proof)
                return work.with_candidate(work.better(known, _over_all_pairs(columns, answer)))
            columns |= leading_columns(pool.mentors, pool.mentees, reduced, missing)


def _over_all_pairs(columns: BoolVector, answer: SolverResult) -> BoolVector | None:
    """Return an integral answer on some columns as a choice, (e,) bool, of all pairs; None if it is not integral."""
    taken = answer.taken()
    if taken is None:
        return None
    choice = np.zeros(len(columns), dtype=bool)
    choice[columns] = taken[: np.count_nonzero(columns)]
    return choice
