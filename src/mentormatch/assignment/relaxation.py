"""One goal under side constraints: LP bound, reduced-cost fixing, 0-1 program on the core (Balas and Zemel 1980).

The LP relaxation is solved by column generation; its duals, rounded, bound every choice exactly. With an incumbent they
fix every pair whose reduced profit is further from 0 than the gap (reduced-cost fixing, Dantzig, Fulkerson & Johnson
1954). What is left is solved as a 0-1 program, first on the core: the pairs whose reduced profit is near 0.
"""

from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.column_generation import cheapest_columns, leading_columns
from mentormatch.assignment.mip.program_model import FAR, Box, ProgramSolver, SolverResult, SolverStatus
from mentormatch.assignment.pair_program import DualProof, PairConstraint, PairModel, build_program, trivial_duals
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.errors import EngineError

SLACK = 1e-6
"""A solver's bound may miss a whole number by its last digits."""
DEEPER, GROWTH = 10, 3
"""So many cores, each so many halves as deep as the last, before all free pairs."""
SOON, DIVE_PAIRS = 2, 3000
"""After so many cores without a choice a dive finds an incumbent, among so many pairs."""
COARSE = 1000
"""A pair is worth adding to a linear program from this part of a unit on."""


@dataclass(frozen=True, slots=True)
class BoundedSearch:
    """State of the search for one goal: the free pairs, the dual bound, and the incumbent.

    Of the pairs of ``pool``, (e,): ``worth`` the profit, ``reduced`` the reduced profit in ``parts`` of a unit,
    ``columns`` those in the LP. ``scaled_bound``, in parts, bounds every choice; ``bound`` is the same in whole units,
    None if not known. ``infeasible``: it is proved that there is no choice. ``proof``: the duals behind the bound.
    ``boxes``: the least and the most of each pair in parts of the pool that hold all optima, where they are known.
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
    boxes: tuple[Box, ...] | None = None

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

    def optimal_faces(self, goal: str | None = None) -> tuple[PairModel, ...]:
        """Return models that together hold all choices as good as the incumbent, which is optimal."""
        if self._is_face_known:
            return (self.optimal_face(goal),)
        every = self.limited(goal)
        return (every,) if self.boxes is None else tuple(every.restrict(most, least) for least, most in self.boxes)

    def optimal_face(self, goal: str | None = None) -> PairModel:
        """Return one model that holds all choices as good as the incumbent, and no others."""
        # Complementary slackness: no pair with a reduced profit is free, and no row with a dual has slack
        if self._is_face_known:
            return self.core(0).pool
        every = self.limited(goal)
        if self.boxes is None:
            return every
        least, most = (np.array(ends) for ends in zip(*self.boxes, strict=True))
        return every.restrict(most.any(axis=0), least.all(axis=0))

    @property
    def narrows_ties(self) -> bool:
        """Return whether more is known of the choices that tie than what they are worth."""
        return self._is_face_known or self.boxes is not None

    @property
    def _is_face_known(self) -> bool:
        """Return whether complementary slackness leaves no choice that is worse than the incumbent."""
        return self.gap == 0 and self.proof is not None and not self.proof.duals.prices_waived(self.pool)

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

    def core(self, reach: int) -> "SearchCore":
        """Return what a choice within ``reach`` parts of the dual bound may take, must take, and how rows bind it."""
        # Reduced-cost fixing, and complementary slackness: a row with a dual has little slack
        kept = (self.reduced >= -reach) | self.pool.fixed_to_one
        near = self.pool.restrict(kept, self.pool.fixed_to_one | (self.reduced > reach))
        # The least worth of such a choice; with an incumbent, no less
        target = -((reach - self.scaled_bound) // self.parts)
        target = target if self.incumbent is None else max(target, self.value)
        return SearchCore(kept, near if self.proof is None else near.held(self.proof.duals, reach), target)

    def solve_core(self, maximise: ProgramSolver, reach: int | None) -> tuple["BoundedSearch", SolverStatus]:
        """Return the search after a 0-1 program on the core within ``reach``, or None: on all free pairs; and its end.

        A choice within ``reach`` of the dual bound is in the core. So if the core has one, the best of the core is
        optimal, and if it has none, the bound falls to below the target.
        """
        every = np.ones_like(self.columns)
        known = None if self.incumbent is None else self.value
        core = SearchCore(every, self.pool, known) if reach is None else self.core(reach)
        asked = build_program(core.pool, self.worth[core.kept], np.ones(len(core.pool), dtype=bool), whole=True)
        answer = maximise(replace(asked.program, target=core.target))
        work = self.with_candidate(_over_all_pairs(core.kept, answer))
        if answer.word is SolverStatus.INFEASIBLE and reach is None and work.incumbent is None:
            return replace(work, infeasible=True), answer.word
        if work.incumbent is None and reach is None and answer.word is SolverStatus.OPTIMAL:
            raise EngineError("The solver's answer is not whole, or breaks a bound")
        if work.incumbent is not None and answer.word is SolverStatus.OPTIMAL and answer.boxes is not None:
            work = replace(work, boxes=tuple(work.among(self, core.over(box)) for box in answer.boxes))
        return work._with_core_bound(answer, core.target), answer.word

    def find_incumbent(self, maximise: ProgramSolver) -> "BoundedSearch":
        """Return the search with some good choice as the incumbent, if a dive among the best pairs ends at one."""
        fixed = self.pool.fixed_to_one
        least = np.partition(self.reduced, -DIVE_PAIRS)[-DIVE_PAIRS] if len(self.reduced) > DIVE_PAIRS else None
        kept = np.ones_like(fixed) if least is None else (self.reduced >= least) | fixed
        near = self.pool.restrict(kept, fixed)
        asked = build_program(near, self.worth[kept], np.ones(len(near), dtype=bool), whole=True)
        return self.with_candidate(_over_all_pairs(kept, maximise(replace(asked.program, roughly=True))))

    def among(self, before: "BoundedSearch", box: Box) -> Box:
        """Return a box of the pairs of an earlier search as one of the pairs that are left."""
        left = np.isin(before.pool.keys(), self.pool.keys(), assume_unique=True)
        return box[0][left], box[1][left]

    def _with_core_bound(self, answer: SolverResult, target: int | None) -> "BoundedSearch":
        """Return the search with the bound of a core: choices are in it, or worth less than the target."""
        if self.bound is None or (answer.bound is None and answer.word is not SolverStatus.INFEASIBLE):
            return self
        found = [self.value if self.incumbent is not None else -FAR, -FAR if target is None else target - 1]
        if answer.bound is not None:
            found.append(int(np.floor(answer.bound + SLACK)))
        return replace(self, bound=min(self.bound, max(found)))

    def is_narrowed(self, reach: int) -> bool:
        """Return whether the core within ``reach`` is smaller than all free pairs."""
        return bool((np.abs(self.reduced) > reach)[~self.pool.fixed_to_one].any())

    @property
    def gap(self) -> int:
        """Return the gap between the dual bound and the incumbent, in parts."""
        return self.scaled_bound - self.value * self.parts

    @property
    def core_radius(self) -> int:
        """Return the reach of the first core: a quarter of that at which somewhat more pairs than people are in it."""
        # A vertex of the LP has about as many pairs as there are people
        count = 5 * sum(map(len, self.pool.sides)) // 4
        return (int(np.partition(-self.reduced, count)[count]) if count < len(self.reduced) else self.scaled_bound) // 4


@dataclass(frozen=True, slots=True)
class SearchCore:
    """The pairs that are ``kept``, (e,) bool, as a model; choices worth less than the ``target`` need not be in it."""

    kept: BoolVector
    pool: PairModel
    target: int | None

    def over(self, box: Box) -> Box:
        """Return a box of the columns of the core as one of all pairs."""
        least, most = np.zeros((2, len(self.kept)), dtype=bool)
        count = len(self.pool)
        least[self.kept], most[self.kept] = box[0][:count], box[1][:count]
        return least, most


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
    """Return the search after 0-1 programs on a core, then on larger ones up to all free pairs, until one is proved."""
    reach = max(work.core_radius, work.parts)
    for depth in range(DEEPER):
        if depth == SOON and work.incumbent is None:
            work = work.find_incumbent(maximise)
        if reach <= 0 or not work.is_narrowed(reach):
            break
        work, word = work.solve_core(maximise, reach)
        if work.proved or word is SolverStatus.STOPPED:
            return work
        reach = reach * GROWTH // 2
    return work.solve_core(maximise, None)[0]


def _proved_search(proof: DualProof, worth: IntVector, known: BoolVector) -> BoundedSearch:
    """Return the finished search of a choice whose profit the trivial bound proves."""
    reduced, value = proof.duals.reduced(proof.pool, worth), int(worth[known].sum())
    return BoundedSearch(proof.pool, worth, np.ones_like(known), reduced, value, 1, value, known, proof=proof)


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
