"""Assignment with side constraints: goals as 0-1 programs in turn; ties on the optimal face (Isermann 1982).

One goal: an LP relaxation by column generation, whose rounded duals bound every choice. With an incumbent, they fix
every pair whose reduced profit is further from 0 than the gap (reduced-cost fixing, Dantzig, Fulkerson and Johnson
1954). The remaining pairs form a 0-1 program, which is solved first on its core: the pairs whose reduced profit is near
0 (Balas and Zemel 1980).

Goals are maximised in turn; the value of each becomes a constraint of the next. Ties are broken in rounds by isolating
weights. Each round is maximised over a model of all optima of the round before: the face given by complementary
slackness if the LP optimum is integral, otherwise the open nodes of the search. The incumbent is canonical once the
bound of another LP, or of a 0-1 program, shows that no other choice is left.
"""

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.assignment.column_generation import FEW_PAIRS
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.greedy import choose_greedily
from mentormatch.assignment.lexicographic import MAX_TIE_ROUNDS
from mentormatch.assignment.mip.program_model import (
    FAR,
    Box,
    Effort,
    Program,
    ProgramSolver,
    SolverResult,
    SolverStatus,
)
from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.solution import GREEDY, DualSolution, Solution, Status, empty_solution
from mentormatch.assignment.objective import (
    BELOW_ALL,
    MAX_SOLVER_WEIGHT,
    LeximinStages,
    ScalarObjective,
    evaluate_tiers,
    goal_value,
    objective_of,
    scalarize,
)
from mentormatch.assignment.pair_program import (
    LINEAR_SIDE,
    ROUNDING,
    DualProof,
    PairConstraint,
    PairModel,
    PairRelaxation,
    build_program,
    trivial_duals,
)
from mentormatch.assignment.tie_breaking import HASH_BITS, TieBreaker
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.errors import EngineError

if TYPE_CHECKING:
    from mentormatch.assignment.pair_master import PairMaster

LEXIMIN_STAGES = LeximinStages(max_weight=1 << 20)  # small weights keep the coefficients of programs small
BOUND_TOLERANCE = 1e-6  # of a solver's bound near an integer


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """Tuning of the search for one goal."""

    core_growth_halves: int = 3  # after a core without a choice, the next one has 3/2 times its reach,
    core_growth_divisor: int = 8  # and 1/8 more pairs, at least
    mip_core_growth: int = 4  # the factor between the reaches of successive cores for the MIP solver
    max_free_cores: int = 4  # the MIP solver gets all free pairs if they are at most 4 times those of the core
    nearest_core_divisor: int = 4  # after a dive, the MIP solver starts at this part of the stalled reach
    dive_reaches: tuple[int, ...] = (1, 4, 16)  # dives use cores with these multiples of the reach
    cut_pairs_per_person: int = 5  # cuts have coefficients for so many of the best pairs
    min_surplus_divisor: int = 5  # knapsacks are treated separately only with over 1/5 more pairs than people
    max_cut_rounds: int = 4
    cut_progress_divisor: int = 16  # rounds end when one lowers the bound by at most 1/16 of the total decrease
    cores_before_cuts: int = 2  # searched briefly
    max_brief_cores: int = 16  # searched briefly after cuts
    margin_bits: int = 6  # if possible, a unit of the goal outweighs all hashes of a choice by this many bits
    sampled_pairs: int = 1 << 14  # distinct profits are first counted in a sample
    max_faces: int = 32  # with more boxes, one box that contains all of them is used


SEARCH = SearchOptions()


@dataclass(frozen=True, slots=True)
class BoundedSearch:
    """State of the search for one goal: the free pairs, the dual bound, and the incumbent.

    Attributes
    ----------
    pool
        The model of the pairs that are not fixed.
    worth, reduced
        (e,) int64: the profit of each pair, and its reduced profit times ``parts``.
    scaled_bound, parts
        An upper bound on the profit of every choice, times ``parts``.
    bound
        An upper bound in whole units, which cores may lower below ``scaled_bound``; None if unknown.
    incumbent
        (e,) bool: the best known choice, None if there is none.
    infeasible
        Whether the model is proved to have no choice.
    proof
        The duals that prove ``scaled_bound``.
    stated
        The duals of the relaxation without cuts, if cuts were added.
    boxes
        Bounds on each pair in parts of the pool that together contain all optima, if known.
    folded
        The finished search for the goal and then the hash, if both were one objective.
    """

    pool: PairModel
    worth: IntVector
    reduced: IntVector
    scaled_bound: int
    parts: int
    bound: int | None
    incumbent: BoolVector | None = None
    infeasible: bool = False
    proof: DualProof | None = None
    stated: DualProof | None = None
    boxes: tuple[Box, ...] | None = None
    folded: "BoundedSearch | None" = None

    @property
    def value(self) -> int:
        """The profit of the incumbent, 0 if there is none."""
        return 0 if self.incumbent is None else int(self.worth[self.incumbent].sum())

    @property
    def proved(self) -> bool:
        """Whether the incumbent is proved optimal."""
        return self.incumbent is not None and self.bound == self.value

    def restrict_to_value(self, goal: str | None = None) -> PairModel:
        """Return the model with the profit of the incumbent as the minimum; unchanged if that cannot bind."""
        if not self._binds:
            return self.pool
        return self.pool.with_constraint(PairConstraint.at_least(self.worth, self.value, goal))

    def optimal_faces(self, goal: str | None = None) -> tuple[PairModel, ...]:
        """Return models that together contain all choices as good as the optimal incumbent."""
        if self._is_face_known or self.boxes is None or len(self.boxes) > SEARCH.max_faces:
            return (self.optimal_face(goal),)
        model = self.restrict_to_value(goal)
        return tuple(model.restrict(upper, lower) for lower, upper in self.boxes)

    def optimal_face(self, goal: str | None = None) -> PairModel:
        """Return a model of exactly the choices that are as good as the optimal incumbent."""
        # Complementary slackness: pairs with a reduced profit are fixed, rows with a dual are tight
        if self._is_face_known:
            return self.core(0).pool
        model = self.restrict_to_value(goal)
        if self.boxes is None:
            return model
        lower, upper = (np.array(ends) for ends in zip(*self.boxes, strict=True))
        return model.restrict(upper.any(axis=0), lower.all(axis=0))

    @property
    def _is_face_known(self) -> bool:
        """Whether complementary slackness excludes all choices worse than the incumbent."""
        return self.gap == 0 and self.proof is not None and not self.proof.duals.prices_conditional_minimums(self.pool)

    @property
    def _binds(self) -> bool:
        """Whether the value constraint can bind: not if profits are equal and minimums fix the number of pairs."""
        min_pairs = max(int(loads.firm_minimum.sum()) for loads in self.pool.sides)
        is_uniform = len(self.worth) == 0 or (self.worth.min() == self.worth.max() >= 0)
        return not is_uniform or min_pairs * int(self.worth.max(initial=0)) < self.value

    def over(self, pool: PairModel) -> BoolVector | None:
        """Return the incumbent in another model, without the pairs that it lacks; None if there is no incumbent."""
        if self.incumbent is None:
            return None
        return np.isin(pool.keys(), self.pool.keys()[self.incumbent])

    def better(self, *choices: BoolVector | None) -> BoolVector | None:
        """Return the feasible choice with the greatest profit, None if none is feasible."""
        feasible = [choice for choice in choices if choice is not None and self.pool.holds(choice)]
        return max(feasible, key=lambda choice: int(self.worth[choice].sum()), default=None)

    def with_candidate(self, choice: BoolVector | None) -> "BoundedSearch":
        """Return the search with ``choice`` as its incumbent, and more pairs fixed, if it is feasible and better."""
        if choice is None or not self.pool.holds(choice):
            return self
        value = int(self.worth[choice].sum())
        if self.incumbent is not None and value <= self.value:
            return self
        return replace(self, incumbent=choice) if self.bound is None else self._fix_by_reduced_profit(choice, value)

    def _fix_by_reduced_profit(self, choice: BoolVector, value: int) -> "BoundedSearch":
        """Return the search with a choice of profit ``value`` as its incumbent; reduced costs fix more pairs."""
        # Reduced-cost fixing: in a choice as good, no pair costs more than the gap
        gap = self.scaled_bound - value * self.parts
        remaining = (self.reduced >= -gap) | self.pool.fixed_to_one
        return replace(
            self,
            pool=self.pool.restrict(remaining, self.pool.fixed_to_one | (self.reduced > gap)),
            worth=self.worth[remaining],
            reduced=self.reduced[remaining],
            incumbent=choice[remaining],
        )

    def core(self, reach: int, *, around: bool = False) -> "SearchCore":
        """Return the core: a model of all choices whose profit times ``parts`` is within ``reach`` of the dual bound.

        If ``around``, the core also contains the incumbent.
        """
        # Reduced-cost fixing, and complementary slackness: a row with a dual has limited slack
        in_core, forced = (self.reduced >= -reach) | self.pool.fixed_to_one, self.reduced > reach
        # The least profit of such a choice, at least that of the incumbent
        target = -((reach - self.scaled_bound) // self.parts)
        target = target if self.incumbent is None else max(target, self.value)
        if around and self.incumbent is not None and self.gap > reach:
            in_core = in_core | self.incumbent
            model = self.pool.restrict(in_core, self.pool.fixed_to_one | (forced & self.incumbent))
            return SearchCore(in_core, model, target, self.value)
        model = self.pool.restrict(in_core, self.pool.fixed_to_one | forced)
        model = model if self.proof is None else model.restrict_slack(self.proof.duals, reach)
        return SearchCore(in_core, model, target, target)

    def solve_core(
        self, maximise: "PairSolver", reach: int | None, effort: Effort = Effort.FULL
    ) -> tuple["BoundedSearch", SolverStatus]:
        """Solve a 0-1 program on the core within ``reach``; if ``reach`` is None, on all free pairs.

        Returns the search and the status of the program. Every choice within ``reach`` of the dual bound is in the
        core. So if the core has such a choice, its optimum is optimal; otherwise the bound falls below the target.
        """
        all_pairs = np.ones(len(self.pool), dtype=bool)
        value = None if self.incumbent is None else self.value
        core = (
            SearchCore(all_pairs, self.pool, value, value)
            if reach is None
            else self.core(reach, around=effort is Effort.MIP)
        )
        pair_program = build_program(
            core.pool, self.worth[core.kept], np.ones(len(core.pool), dtype=bool), integral=True
        )
        start = None if self.incumbent is None else core.choice(self.incumbent)
        floor = None if effort is Effort.DIVE else core.floor
        answer = maximise(replace(pair_program.program, target=floor, effort=effort, known=start))
        work = self.with_candidate(_over_all_pairs(core.kept, answer))
        if answer.status is SolverStatus.INFEASIBLE and reach is None and work.incumbent is None:
            return replace(work, infeasible=True), answer.status
        if work.incumbent is None and reach is None and answer.status is SolverStatus.OPTIMAL:
            raise EngineError("The solver's answer is not whole, or breaks a bound")
        # Boxes of an earlier core may lack optima, and have other pairs
        boxes = None if answer.boxes is None else tuple(work.among(self, core.over(box)) for box in answer.boxes)
        work = replace(work, boxes=boxes)
        return work._with_core_bound(answer, core.target), answer.status

    def among(self, before: "BoundedSearch", box: Box) -> Box:
        """Return a box over the pairs of an earlier search as a box over the pairs of this one."""
        remaining = np.isin(before.pool.keys(), self.pool.keys(), assume_unique=True)
        return box[0][remaining], box[1][remaining]

    def _with_core_bound(self, answer: SolverResult, target: int | None) -> "BoundedSearch":
        """Return the search with the bound of a core: a choice is in the core, or below the target."""
        if self.bound is None or (answer.bound is None and answer.status is not SolverStatus.INFEASIBLE):
            return self
        bounds = [self.value if self.incumbent is not None else -FAR, -FAR if target is None else target - 1]
        if answer.bound is not None:
            bounds.append(int(np.floor(answer.bound + BOUND_TOLERANCE)))
        return replace(self, bound=min(self.bound, max(bounds)))

    def is_narrowed(self, reach: int) -> bool:
        """Return whether the core within ``reach`` fixes more pairs than the pool does."""
        return bool((np.abs(self.reduced) > reach)[~self.pool.fixed_to_one].any())

    @property
    def gap(self) -> int:
        """The gap between the dual bound and ``value``, times ``parts``."""
        return self.scaled_bound - self.value * self.parts

    @property
    def first_reach(self) -> int:
        """A quarter of the reach at which the core has 5/4 as many pairs as rows; at least one unit."""
        # A vertex of the LP has at most as many basic pairs as rows
        row_count = sum(map(len, self.pool.sides)) + len(self.pool.constraints)
        return max(self._reach_of(5 * row_count // 4) // 4, self.parts)

    def next_reach(self, reach: int) -> int:
        """Return the reach of the next core, after one without a choice: it has noticeably more pairs."""
        inside = int(np.count_nonzero(self.reduced >= -reach))
        return max(
            reach * SEARCH.core_growth_halves // 2,
            self._reach_of(inside + max(inside // SEARCH.core_growth_divisor, 1)),
        )

    def _reach_of(self, count: int) -> int:
        """Return the reach of a core with more than ``count`` pairs; ``scaled_bound`` if there are no more."""
        return int(np.partition(-self.reduced, count)[count]) if count < len(self.reduced) else self.scaled_bound


@dataclass(frozen=True, slots=True)
class SearchCore:
    """A model of the ``kept`` pairs, (e,) bool, with all choices whose profit is at least ``target``; None: all.

    The search ignores choices with a profit below ``floor``.
    """

    kept: BoolVector
    pool: PairModel
    target: int | None
    floor: int | None

    def choice(self, chosen: BoolVector) -> BoolVector | None:
        """Return a choice of all pairs as columns of the core's program, with indicators; None if excluded."""
        inside = chosen[self.kept]
        if np.count_nonzero(inside) < np.count_nonzero(chosen) or not inside[self.pool.fixed_to_one].all():
            return None
        return self.pool.with_indicators(inside)

    def over(self, box: Box) -> Box:
        """Return a box over the columns of the core as a box over all pairs."""
        lower, upper = np.zeros((2, len(self.kept)), dtype=bool)
        count = len(self.pool)
        lower[self.kept], upper[self.kept] = box[0][:count], box[1][:count]
        return lower, upper


def maximize_goal(  # noqa: PLR0913 - the model, the objective, the incumbent and the solver
    pool: PairModel,
    worth: IntVector,
    lead: IntVector,
    incumbent: BoolVector | None,
    maximise: "PairSolver",
    hashes: TieBreaker | None = None,
) -> BoundedSearch:
    """Return the finished search for the choice with the greatest profit.

    Parameters
    ----------
    lead
        (e,) int64: the pairs with the greatest values are the first columns of the LP.
    incumbent
        A feasible choice, if there is one.
    hashes
        Break ties after this goal: the hash joins the objective if many pairs are tied, or if the LP leaves a gap and
        there are knapsacks.
    """
    # If the trivial bound proves the incumbent, no program is needed
    trivial = None if incumbent is None else DualProof(pool, trivial_duals(pool, worth))
    if incumbent is not None and trivial is not None and int(worth[incumbent].sum()) == trivial.bound(worth):
        return _optimal_search(trivial, worth, incumbent)
    if hashes is not None and is_mostly_tied(pool, worth):
        folded = fold_hashes(pool, worth, incumbent, hashes, maximise)
        if folded is not None:
            return folded
    # LP relaxation, then the 0-1 program if there is a gap
    work = relax(pool, worth, lead, incumbent, maximise)
    if work.bound is None or work.proved:
        return work
    folded = None
    if hashes is not None and has_knapsacks(work):
        folded = fold_hashes(pool, worth, work.over(pool), hashes, maximise)
    return folded or close_gap(work, maximise)


def close_gap(work: BoundedSearch, maximise: "PairSolver") -> BoundedSearch:
    """Return the finished search after an LP relaxation that leaves a gap."""
    if not has_knapsacks(work):
        return solve_restricted_programs(work, work.first_reach, maximise)
    # With many tied pairs, a greedy choice often reaches the bound, while a tree rarely does
    if work.incumbent is None and is_mostly_tied(work.pool, work.worth):
        work = work.with_candidate(choose_greedily(work.pool, work.worth, work.reduced))
        if work.proved:
            return work
    # Brief searches first: if they prove a choice, no cuts are needed
    work, reach, status = search_briefly(work, 2 * work.first_reach, SEARCH.cores_before_cuts, maximise)
    if status is SolverStatus.STOPPED or work.proved:
        return work
    # An incumbent before the search, guided by the LP relaxation
    if work.incumbent is None:
        work = work.with_candidate(choose_greedily(work.pool, work.worth, work.reduced))
    work = cut_knapsacks(work, maximise)
    work, reach, status = search_briefly(work, work.first_reach, SEARCH.max_brief_cores, maximise)
    if status is SolverStatus.STALLED and not work.proved:
        dived, _ = work.solve_core(maximise, reach * SEARCH.dive_reaches[-1], Effort.DIVE)
        # Improve the incumbent on the core around the choice of the dive
        if dived.value > work.value:
            work, _ = dived.solve_core(maximise, reach // SEARCH.nearest_core_divisor, Effort.MIP)
    return work if work.proved else solve_restricted_programs(work, reach, maximise)


def has_knapsacks(work: BoundedSearch) -> bool:
    """Return whether there are knapsack rows, and clearly more pairs than people."""
    people = sum(map(len, work.pool.sides))
    return len(work.pool) > people + people // SEARCH.min_surplus_divisor and any(
        limit.is_knapsack for limit in work.pool.constraints
    )


def search_briefly(
    work: BoundedSearch, reach: int, max_cores: int, maximise: "PairSolver"
) -> tuple[BoundedSearch, int, SolverStatus]:
    """Search up to ``max_cores`` cores of growing reach briefly, while they have no choice.

    Returns the search, the reach of the next core (or of one that stalled), and the status of the last core
    (``INFEASIBLE`` if none was searched).
    """
    status = SolverStatus.INFEASIBLE
    for _ in range(max_cores):
        if not work.is_narrowed(reach):
            break
        work, status = work.solve_core(maximise, reach, Effort.BRIEF)
        if work.proved or status is not SolverStatus.INFEASIBLE:
            break
        reach = work.next_reach(reach)
    return work, reach, status


def is_mostly_tied(pool: PairModel, worth: IntVector) -> bool:
    """Return whether there are rows, and few distinct profits for the number of pairs."""
    if not len(pool) or not pool.constraints:
        return False
    # A sample has at most as many distinct profits, and is quick for very many pairs
    sample = worth[:: -(-len(worth) // SEARCH.sampled_pairs)]
    max_levels = len(pool) // sum(map(len, pool.sides))
    return len(np.unique(sample)) <= max_levels and len(np.unique(worth)) <= max_levels


def fold_hashes(
    pool: PairModel, worth: IntVector, known: BoolVector | None, hashes: TieBreaker, maximise: "PairSolver"
) -> BoundedSearch | None:
    """Return the finished search for the goal and then the hash, as one objective; None if coefficients are too large.

    If many pairs are tied, the optimal face of the goal, and so its core, would contain nearly all pairs.
    """
    divisor = max(int(np.gcd.reduce(worth)), 1)
    places = min(len(pool), *(int(loads.most.sum()) for loads in pool.sides))
    # One unit outweighs all hashes of a choice; by a margin, if possible, so that the common duals prove the goal
    unit, max_worth = (places << HASH_BITS) + 1, int(np.abs(worth).max(initial=0)) // divisor
    unit <<= min(SEARCH.margin_bits, max((MAX_SOLVER_WEIGHT // max(max_worth * unit, 1)).bit_length() - 1, 0))
    if max_worth * unit > MAX_SOLVER_WEIGHT:
        return None
    combined = worth // divisor * unit + hashes.of(pool.mentors, pool.mentees, 0)
    best = maximize_goal(pool, combined, combined, known, maximise)
    proof = best.stated or best.proof
    if best.infeasible or best.bound is None or proof is None:
        return BoundedSearch(pool, worth, np.zeros_like(worth), 0, 1, None, best.over(pool), best.infeasible)
    parts = max(
        min(ROUNDING.max_dual_sum // (int(np.abs(worth).max(initial=1)) * (places + 1)), ROUNDING.max_denominator), 1
    )
    proof = DualProof(pool, proof.duals.divide_by(unit, divisor, parts))
    ceiling = proof.bound(worth)
    reduced, bound = proof.duals.reduced_profit(pool, worth), min(best.bound // unit * divisor, ceiling // parts)
    work = BoundedSearch(pool, worth, reduced, ceiling, parts, bound, best.over(pool), proof=proof)
    return replace(work, folded=best if best.proved else None)


def cut_knapsacks(work: BoundedSearch, maximise: "PairSolver") -> BoundedSearch:
    """Add knapsack cuts to the LP relaxation, in rounds, while they lower the bound.

    All cuts of a knapsack together describe its integer hull. The bound then approaches that of a Dantzig-Wolfe
    decomposition into the loads of each person (Geoffrion 1974), without a list of loads.
    """
    count = SEARCH.cut_pairs_per_person * sum(map(len, work.pool.sides))
    # Cuts have coefficients for the best pairs only
    falls = list[int]()
    while len(falls) < SEARCH.max_cut_rounds and not work.proved:
        tighter = _with_cuts(work, count, maximise)
        if tighter is None:
            break
        falls.append((work.bound or 0) - (tighter.bound or 0))
        work = replace(tighter, stated=work.stated or work.proof)
        if falls[-1] * SEARCH.cut_progress_divisor <= sum(falls):
            break
    return work


def _with_cuts(work: BoundedSearch, count: int, maximise: "PairSolver") -> BoundedSearch | None:
    """Return the search with cuts over the best ``count`` pairs in its LP; None without cuts, or without a bound."""
    threshold = np.partition(work.reduced, -count)[-count] if count < len(work.reduced) else work.reduced.min()
    is_candidate = (work.reduced >= threshold) | work.pool.fixed_to_one
    pair_program = build_program(work.pool, work.worth, is_candidate, integral=False)
    rows = enumerate(pair_program.constraint_refs)
    knapsacks = [row for row, ref in rows if ref.side == LINEAR_SIDE and work.pool.constraints[ref.index].is_knapsack]
    cuts = maximise(replace(pair_program.program, knapsacks=knapsacks)).cuts
    if not cuts:
        return None
    candidates = np.flatnonzero(is_candidate)
    constraints = (PairConstraint(candidates[cut.columns], cut.coefficients, None, cut.most) for cut in cuts)
    pool = replace(work.pool, constraints=(*work.pool.constraints, *constraints))
    tighter = relax(pool, work.worth, work.reduced, work.incumbent, maximise)
    return None if tighter.bound is None else tighter


def solve_restricted_programs(work: BoundedSearch, reach: int, maximise: "PairSolver") -> BoundedSearch:
    """Solve 0-1 programs on cores of growing reach, at last on all free pairs, until a choice is proved optimal."""
    while reach > 0 and work.is_narrowed(reach):
        work, status = work.solve_core(maximise, reach, Effort.TREE)
        if status is SolverStatus.STALLED:
            return hand_over(work, reach, maximise)
        if work.proved or status is SolverStatus.STOPPED:
            return work
        reach = work.next_reach(reach)
    return work.solve_core(maximise, None)[0]


def hand_over(work: BoundedSearch, reach: int, maximise: "PairSolver") -> BoundedSearch:
    """Solve by the MIP solver, after the tree search stalled on the core within ``reach``.

    The solver gets all free pairs if there are few. Without an incumbent, or with many free pairs, it gets the core
    first, then larger cores.
    """
    for depth in SEARCH.dive_reaches:
        if work.incumbent is None:
            work, _ = work.solve_core(maximise, reach * depth, Effort.DIVE)
    if work.incumbent is None:
        work = work.with_candidate(choose_greedily(work.pool, work.worth, work.reduced))
    while work.is_narrowed(reach):
        inside = np.count_nonzero(np.abs(work.reduced) <= reach)
        if work.incumbent is not None and len(work.pool) <= SEARCH.max_free_cores * inside:
            break
        work, status = work.solve_core(maximise, reach, Effort.MIP)
        if work.proved or status is SolverStatus.STOPPED:
            return work
        reach *= SEARCH.mip_core_growth
    return work.solve_core(maximise, None, Effort.MIP)[0]


def _optimal_search(proof: DualProof, worth: IntVector, choice: BoolVector) -> BoundedSearch:
    """Return the finished search for a choice that the trivial bound proves optimal."""
    reduced, value = proof.duals.reduced_profit(proof.model, worth), int(worth[choice].sum())
    return BoundedSearch(proof.model, worth, reduced, value, 1, value, choice, proof=proof)


def relax(
    pool: PairModel, worth: IntVector, lead: IntVector, known: BoolVector | None, maximise: "PairSolver"
) -> BoundedSearch:
    """Solve the LP relaxation; return the search with its bound, and the better of ``known`` and a feasible vertex.

    ``lead`` (e,): the pairs with the greatest values are the first columns. The search has no bound if the LP is
    infeasible or was stopped.
    """
    relaxation = maximise.relax(pool, worth, lead, known)
    if relaxation.duals is None or relaxation.reduced is None:
        return BoundedSearch(pool, worth, np.zeros_like(worth), 0, 1, None, known, relaxation.infeasible)
    parts, proof = relaxation.duals.denominator, DualProof(pool, relaxation.duals)
    work = BoundedSearch(
        pool, worth, relaxation.reduced, relaxation.scaled_bound, parts, relaxation.scaled_bound // parts, proof=proof
    )
    return work.with_candidate(work.better(known, relaxation.choice))


@dataclass(slots=True)
class PairSolver:
    """Solves 0-1 programs by ``maximise``, and the linear relaxations of a problem by one persistent program."""

    maximise: ProgramSolver
    run: SolveOptions
    master: "PairMaster | None" = None

    def __call__(self, program: Program) -> SolverResult:
        return self.maximise(program)

    def relax(self, pool: PairModel, worth: IntVector, lead: IntVector, known: BoolVector | None) -> PairRelaxation:
        """Solve the linear relaxation of a model, whose pairs are among those of the first; empty after the limit."""
        # HiGHS takes long to load, and cannot be loaded in a process that has loaded OR-Tools
        from mentormatch.assignment.pair_master import PairMaster

        if self.run.timed_out:
            return PairRelaxation()
        self.master = self.master or PairMaster(pool)
        # A small face is solved faster by a program of its own
        small = len(pool) <= FEW_PAIRS < self.master.count
        master = PairMaster(pool) if small else self.master
        run = self.run  # the program keeps the function, and must not refer to its owner: it is freed at once
        return master.relax(pool, worth, lead, known, run.remaining_s, lambda: run.cancelled)


def _over_all_pairs(columns: BoolVector, answer: SolverResult) -> BoolVector | None:
    """Return the answer of a program over some columns as a choice (e,) of all pairs; None if it is not integral."""
    values = answer.integral_choice()
    if values is None:
        return None
    choice = np.zeros(len(columns), dtype=bool)
    choice[columns] = values[: np.count_nonzero(columns)]
    return choice


@dataclass(frozen=True, slots=True)
class ProvedGoals:
    """The proved ``bounds`` of the goals so far, and the duals of the leading goals that have some."""

    bounds: dict[str, int | None]
    prices: list[DualSolution]

    def keep(self, problem: AssignmentProblem, goal: str, work: BoundedSearch) -> None:
        """Add the bound and the duals of one goal."""
        is_inverted = goal == "changes" and work.bound is not None
        proof = work.stated or work.proof
        duals = None if proof is None else proof.as_dual_solution(goal, len(problem.rows))
        if duals is not None and len(self.prices) == len(self.bounds):
            # Duals are valid only if all earlier goals have duals
            self.prices.append(duals)
        self.bounds[goal] = len(problem.former) - (work.bound or 0) if is_inverted else work.bound
        if goal == "leximin":  # its stages count pairs by score level; the tier states the worst score
            pairs = (side[work.incumbent] for side in (work.pool.mentors, work.pool.mentees))
            self.bounds[goal] = goal_value(problem, goal, *pairs) if work.proved else None


def solve_with_side_constraints(problem: AssignmentProblem, run: SolveOptions, programs: ProgramSolver) -> Solution:
    """Return an optimum, canonical if ties are broken, or the best solution in time, with the proved bounds."""
    maximise = PairSolver(programs, run)
    # A first incumbent, by all goals in one objective
    pool, guide = PairModel.of(problem), _combine_goals(problem)
    scout = _find_incumbent(problem, pool, guide, maximise)
    if scout.infeasible:
        return empty_solution(Status.INFEASIBLE, "")
    incumbent: BoolVector | None = scout.over(pool)
    # An optimum of an exact combined objective is optimal for every goal
    is_optimal = guide.exact and scout.proved
    proved_goals, work = ProvedGoals({}, []), scout
    # Lexicographic optimisation: the value of each goal becomes a constraint
    for goal in problem.goals:
        if incumbent is not None:
            run.on_incumbent(partial(_solution_so_far, problem, goal, pool, incumbent, proved_goals))
        hashes = run.tie_breaker if goal == problem.goals[-1] else None
        work = _maximize_one_goal(problem, goal, pool, incumbent, guide, maximise, hashes, optimal=is_optimal)
        if work.incumbent is None:
            lead = guide.stage.profit(problem, pool.mentors, pool.mentees)
            reduced = work.reduced if work.bound is not None and len(work.reduced) == len(pool) else None
            incumbent = None if work.infeasible else choose_greedily(pool, lead, reduced)
            if incumbent is not None:
                relaxed = None if reduced is None else replace(work, incumbent=incumbent)
                return replace(_solution_so_far(problem, goal, pool, incumbent, proved_goals, relaxed), engine=GREEDY)
            return empty_solution(Status.INFEASIBLE if work.infeasible else Status.STOPPED, "")
        proved_goals.keep(problem, goal, work)
        pool, incumbent = work.restrict_to_value(goal), work.incumbent
        if not work.proved:
            return _solution(problem, pool, incumbent, proved_goals, Status.FEASIBLE)
    run.on_incumbent(partial(_solution, problem, pool, work.incumbent, proved_goals, Status.FEASIBLE))
    if not run.ties:
        return _solution(problem, pool, work.incumbent, proved_goals, Status.PROVED)
    return _settle_ties(problem, work, proved_goals, run, maximise)


def _settle_ties(
    problem: AssignmentProblem,
    work: BoundedSearch,
    proved_goals: ProvedGoals,
    run: SolveOptions,
    maximise: "PairSolver",
) -> Solution:
    """Return the canonical choice among those that are optimal in all goals; the incumbent if time runs out.

    Raises EngineError if ties are left after the last round.
    """
    goal: str | None = None if work.folded else problem.goals[-1]
    first_turn, work = int(work.folded is not None), work.folded or work
    for turn in range(first_turn, MAX_TIE_ROUNDS):
        # Stop if no other choice is left
        if all(_is_only_choice(face, work, maximise, exact=turn > 0) for face in work.optimal_faces(goal)):
            return _solution(problem, work.pool, work.incumbent, proved_goals, Status.PROVED)
        # Maximise the hashes of the round as another goal
        pool, goal = work.optimal_face(goal), None
        worth = run.tie_breaker.of(pool.mentors, pool.mentees, turn)
        best = maximize_goal(pool, worth, worth, work.over(pool), maximise)
        if not best.proved or run.timed_out:
            return _solution(problem, work.pool, work.incumbent, proved_goals, Status.FEASIBLE)
        work = best
    raise EngineError(f"Ties are left after {MAX_TIE_ROUNDS} rounds")


def _is_only_choice(face: PairModel, work: BoundedSearch, maximise: "PairSolver", *, exact: bool) -> bool:
    """Return whether the incumbent is the only choice of a model, by an LP, or by a 0-1 program if ``exact``."""
    incumbent, pair_count = work.over(face), 0 if work.incumbent is None else int(np.count_nonzero(work.incumbent))
    if incumbent is None or face.fixed_to_one.all():
        return incumbent is not None and len(face) == pair_count == np.count_nonzero(incumbent)
    # Maximise the pairs of a choice that are not in the incumbent, minus those that are
    differ = np.where(incumbent, -1, 1)
    feasible_incumbent = incumbent if np.count_nonzero(incumbent) == pair_count and face.holds(incumbent) else None
    search = relax(face, differ, differ, feasible_incumbent, maximise)
    if exact and search.bound is not None and search.bound >= 1 - pair_count:
        # The core excludes the incumbent
        search, _ = search.solve_core(maximise, search.scaled_bound - (1 - pair_count) * search.parts)
    return search.infeasible or (search.bound is not None and search.bound < 1 - pair_count)


def _solution_so_far(  # noqa: PLR0913 - the problem, the model and the results so far
    problem: AssignmentProblem,
    goal: str,
    pool: PairModel,
    incumbent: BoolVector,
    proved_goals: ProvedGoals,
    work: BoundedSearch | None = None,
) -> Solution:
    """Return the incumbent as a solution, with the bound of ``work`` for a goal; for sums, by default a trivial one."""
    so_far = ProvedGoals(dict(proved_goals.bounds), list(proved_goals.prices))
    if work is not None:
        so_far.keep(problem, goal, work)
    elif goal in ADDITIVE_GOALS and goal not in proved_goals.bounds:
        worth = objective_of(problem, goal).profit(problem, pool.mentors, pool.mentees)
        proof = DualProof(pool, trivial_duals(pool, worth))
        bound, none = proof.bound(worth), np.zeros_like(worth)
        work = BoundedSearch(pool, worth, none, bound, proof.duals.denominator, bound, incumbent, proof=proof)
        so_far.keep(problem, goal, work)
    return _solution(problem, pool, incumbent, so_far, Status.FEASIBLE)


def _maximize_one_goal(  # noqa: PLR0913 - the problem, the model, the incumbent and the solver
    problem: AssignmentProblem,
    goal: str,
    pool: PairModel,
    incumbent: BoolVector | None,
    guide: "CombinedObjective",
    maximise: "PairSolver",
    hashes: TieBreaker | None,
    *,
    optimal: bool,
) -> BoundedSearch:
    """Return the finished search for one goal; ``optimal``: the incumbent is already proved optimal for it."""
    if goal == "leximin" and incumbent is not None:
        return _maximize_leximin(problem, pool, incumbent, maximise)
    worth = objective_of(problem, goal).profit(problem, pool.mentors, pool.mentees)
    lead = guide.stage.profit(problem, pool.mentors, pool.mentees)
    if not optimal:
        return maximize_goal(pool, worth, lead, incumbent, maximise, hashes)
    # The value is known: solve the LP only for duals that prove it
    work = relax(pool, worth, lead, incumbent, maximise)
    return replace(work, bound=work.value)


def _maximize_leximin(
    problem: AssignmentProblem, pool: PairModel, incumbent: BoolVector, maximise: "PairSolver"
) -> BoundedSearch:
    """Return the search of the last stage of leximin, or of the first stage that is not proved."""
    none = np.zeros(len(pool), dtype=np.int64)
    work, level = BoundedSearch(pool, none, none, 0, 1, 0, incumbent), BELOW_ALL
    while work.proved and work.incumbent is not None:
        step = LEXIMIN_STAGES.next_stage(problem.scores.at(work.pool.mentors, work.pool.mentees), level)
        if step is None:
            break
        worth, level = step
        work = maximize_goal(work.restrict_to_value(), worth, worth, work.incumbent, maximise)
    return work


@dataclass(frozen=True, slots=True)
class CombinedObjective:
    """All goals as one objective; its optimum is lexicographically optimal if ``exact``, otherwise a heuristic."""

    stage: ScalarObjective
    exact: bool


def _combine_goals(problem: AssignmentProblem) -> CombinedObjective:
    """Combine the goals into one weighted objective, a heuristic one if exact weights are too large.

    ``matched`` is omitted if minimums fix its value.
    """
    # If minimums fill all places, every choice has the same number of pairs
    min_pairs = max(int(loads.firm_minimum.sum()) for loads in (problem.mentors, problem.mentees))
    goals = tuple(goal for goal in problem.goals if goal != "matched" or min_pairs < problem.max_pairs)
    goals = goals if set(goals) & set(ADDITIVE_GOALS) else problem.goals
    problem_of_goals = problem if goals == problem.goals else replace(problem, goals=goals)
    exact = scalarize(problem_of_goals, MAX_SOLVER_WEIGHT)
    # Exact weights
    if len(exact) == 1 and isinstance(exact[0], ScalarObjective):
        return CombinedObjective(exact[0], exact=True)
    stages = [objective_of(problem, goal) for goal in reversed(goals) if goal in ADDITIVE_GOALS]
    # Heuristic weights: each goal outweighs the next over one pair
    stage = stages[0]
    for upper in stages[1:]:
        stage = upper.dominate(stage, 1) if upper.fits_above(stage, 1) else upper
    return CombinedObjective(stage, exact=False)


def _find_incumbent(
    problem: AssignmentProblem, pool: PairModel, guide: CombinedObjective, maximise: "PairSolver"
) -> BoundedSearch:
    """Search by the combined objective for a first incumbent, if there are many pairs and several goals."""
    lead = guide.stage.profit(problem, pool.mentors, pool.mentees)
    if len(pool) <= FEW_PAIRS or len(problem.goals) == 1:
        return BoundedSearch(pool, lead, lead, 0, 1, None)
    work = relax(pool, lead, lead, None, maximise)
    return close_gap(work, maximise) if work.bound is not None and not work.proved else work


def _solution(
    problem: AssignmentProblem, pool: PairModel, choice: BoolVector | None, proved_goals: ProvedGoals, status: Status
) -> Solution:
    """Return a choice as a solution, with the proved bounds and their duals."""
    if choice is None:
        raise EngineError("There is no choice to report")
    pairs = np.column_stack([pool.mentors[choice], pool.mentees[choice]])
    return Solution(
        status, pairs, tuple(evaluate_tiers(problem, pairs, proved_goals.bounds)), prices=tuple(proved_goals.prices)
    )
