"""Assignment with side constraints: goals as 0-1 programs in turn; ties by no-good cuts (Balas and Jeroslow 1972).

Goal after goal is maximised by LP relaxation and 0-1 programs (``relaxation``); its value becomes a constraint of the
next. Ties are broken by enumeration: a no-good cut on the incumbent, then the best other answer by the next hashes,
until the program is infeasible or its bound is lower (ranking: Lawler 1972; Murty 1968).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mentormatch.assignment.column_generation import FEW_PAIRS
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.greedy import choose_greedily
from mentormatch.assignment.lexicographic import MOST_ROUNDS
from mentormatch.assignment.mip.program_model import ProgramSolver
from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.solution import DualSolution, Solution, Status, empty_solution
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
from mentormatch.assignment.pair_program import DualProof, PairConstraint, PairModel, trivial_duals
from mentormatch.assignment.relaxation import BoundedSearch, maximize_goal, solve_relaxation, solve_restricted_programs
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.errors import EngineError

LEXIMIN = LeximinStages(max_weight=1 << 20)
"""Coefficients of an integer program stay small."""
FEW_TIED = 3
"""Where the LP leaves a gap, enumerating up to so many optima is quicker than maximising tie-breaking weights."""


@dataclass(frozen=True, slots=True)
class ProvedGoals:
    """What is proved of the goals done so far: ``bounds`` by goal, and duals up to the first goal without."""

    bounds: dict[str, int | None]
    prices: list[DualSolution]

    def keep(self, problem: AssignmentProblem, goal: str, work: BoundedSearch) -> None:
        """Keep the bound and the duals of one goal."""
        turned = goal == "changes" and work.bound is not None
        found = None if work.proof is None else work.proof.prices(goal, len(problem.rows))
        if found is not None and len(self.prices) == len(self.bounds):
            # Duals prove a goal only if they prove all goals before it
            self.prices.append(found)
        self.bounds[goal] = len(problem.former) - (work.bound or 0) if turned else work.bound
        if goal == "leximin":  # its stages count pairs by score level; the tier states the worst score
            pairs = (side[work.incumbent] for side in (work.pool.mentors, work.pool.mentees))
            self.bounds[goal] = goal_value(problem, goal, *pairs) if work.proved else None


def solve_with_side_constraints(problem: AssignmentProblem, run: SolveOptions, maximise: ProgramSolver) -> Solution:
    """Return the canonical solution, or the best one found in time with what is proved of it."""
    # A first incumbent, by all goals in one objective
    pool, guide = PairModel.of(problem), _combine_goals(problem)
    scout = _find_incumbent(problem, pool, guide, maximise)
    if scout.infeasible:
        return empty_solution(Status.INFEASIBLE, "")
    chosen: BoolVector | None = scout.over(pool)
    # The combined objective is exact and solved: its optimum is that of every goal
    optimal = guide.exact and scout.proved
    known, work = ProvedGoals({}, []), scout
    # Lexicographic optimisation: the value of each goal is a constraint for those after it
    for goal in problem.goals:
        if chosen is not None:
            run.on_incumbent(partial(_solution_so_far, problem, goal, pool, chosen, known))
        work = _maximize_one_goal(problem, goal, pool, chosen, guide, maximise, optimal=optimal)
        if work.incumbent is None:
            lead = guide.stage.profit(problem, pool.mentors, pool.mentees)
            chosen = None if work.infeasible or run.cancelled else choose_greedily(pool, lead)
            if chosen is not None:
                return _solution_so_far(problem, goal, pool, chosen, known)
            return empty_solution(Status.INFEASIBLE if work.infeasible else Status.STOPPED, "")
        known.keep(problem, goal, work)
        pool, chosen = work.limited(goal), work.incumbent
        if not work.proved:
            return _solution(problem, pool, chosen, known, Status.FEASIBLE)
    run.on_incumbent(partial(_solution, problem, pool, work.incumbent, known, Status.FEASIBLE))
    if not run.ties:
        return _solution(problem, pool, work.incumbent, known, Status.PROVED)
    return _break_ties_of_optimum(problem, work, known, run, maximise)


def _break_ties_of_optimum(
    problem: AssignmentProblem, work: BoundedSearch, known: ProvedGoals, run: SolveOptions, maximise: ProgramSolver
) -> Solution:
    """Return the canonical one of the choices that are optimal in the last goal, and so in all."""
    # With an LP gap, tie-breaking weights would make hard programs; a few optima are found sooner
    tied = _enumerate_ties(work, maximise) if work.gap else ()
    if tied:
        return _solution(problem, work.pool, _pick_canonical(work.pool, tied, run), known, Status.PROVED)
    pool, chosen, status = _break_ties(work.limited(problem.goals[-1]), work.incumbent, run, maximise)
    return _solution(problem, pool, chosen, known, status)


def _solution_so_far(
    problem: AssignmentProblem, goal: str, pool: PairModel, chosen: BoolVector, known: ProvedGoals
) -> Solution:
    """Return the incumbent before the search for a goal, with the trivial dual bound on that goal."""
    so_far = ProvedGoals(dict(known.bounds), list(known.prices))
    if goal in ADDITIVE_GOALS and goal not in known.bounds:
        worth = objective_of(problem, goal).profit(problem, pool.mentors, pool.mentees)
        proof = DualProof(pool, trivial_duals(pool, worth))
        bound, none = proof.bound(worth), np.zeros_like(worth)
        work = BoundedSearch(
            pool, worth, np.ones_like(chosen), none, bound, proof.duals.parts, bound, chosen, proof=proof
        )
        so_far.keep(problem, goal, work)
    return _solution(problem, pool, chosen, so_far, Status.FEASIBLE)


def _maximize_one_goal(  # noqa: PLR0913 - what is open, what is known of it, and how to ask
    problem: AssignmentProblem,
    goal: str,
    pool: PairModel,
    chosen: BoolVector | None,
    guide: "CombinedObjective",
    maximise: ProgramSolver,
    *,
    optimal: bool,
) -> BoundedSearch:
    """Return the finished search for one goal; ``optimal``: the chosen one is known to be optimal in it."""
    if goal == "leximin" and chosen is not None:
        return _maximize_leximin(problem, pool, chosen, maximise)
    worth = objective_of(problem, goal).profit(problem, pool.mentors, pool.mentees)
    lead = guide.stage.profit(problem, pool.mentors, pool.mentees)
    if not optimal:
        return maximize_goal(pool, worth, lead, chosen, maximise)
    # The value is known; the LP is solved for the duals that prove it
    work = solve_relaxation(pool, worth, lead, chosen, maximise)
    return replace(work, bound=work.value)


def _maximize_leximin(
    problem: AssignmentProblem, pool: PairModel, chosen: BoolVector, maximise: ProgramSolver
) -> BoundedSearch:
    """Return the finished search for leximin: that of its last stage, or of the first that is not proved."""
    none = np.zeros(len(pool), dtype=np.int64)
    work, last = BoundedSearch(pool, none, pool.fixed_to_one, none, 0, 1, 0, chosen), BELOW_ALL
    while work.proved and work.incumbent is not None:
        step = LEXIMIN.next_stage(problem.scores.at(work.pool.mentors, work.pool.mentees), last)
        if step is None:
            break
        worth, last = step
        work = maximize_goal(work.limited(), worth, worth, work.incumbent, maximise)
    return work


@dataclass(frozen=True, slots=True)
class CombinedObjective:
    """The goals in one objective; ``exact``: its optimum is lexicographically optimal, else it is only a heuristic."""

    stage: ScalarObjective
    exact: bool


def _combine_goals(problem: AssignmentProblem) -> CombinedObjective:
    """Combine the goals into one weighted objective, a heuristic one if exact weights do not fit.

    ``matched`` is left out where minimums fix its value.
    """
    # If minimums take all slots, every answer has the same number of pairs
    least = max(int(loads.firm_minimum.sum()) for loads in (problem.mentors, problem.mentees))
    goals = tuple(goal for goal in problem.goals if goal != "matched" or least < problem.max_pairs)
    goals = goals if set(goals) & set(ADDITIVE_GOALS) else problem.goals
    stated = problem if goals == problem.goals else replace(problem, goals=goals)
    whole = scalarize(stated, lambda reach: reach < MAX_SOLVER_WEIGHT)
    # All weights fit within the exact range of the solver
    if len(whole) == 1 and isinstance(whole[0], ScalarObjective):
        return CombinedObjective(whole[0], exact=True)
    stages = [objective_of(problem, goal) for goal in reversed(goals) if goal in ADDITIVE_GOALS]
    # Heuristic weights: each goal above those after it for one pair
    stage = stages[0]
    for upper in stages[1:]:
        stage = upper.dominate(stage, 1) if upper.fits_above(stage, 1) else upper
    return CombinedObjective(stage, exact=False)


def _find_incumbent(
    problem: AssignmentProblem, pool: PairModel, guide: CombinedObjective, maximise: ProgramSolver
) -> BoundedSearch:
    """Return a search by the combined objective: a good incumbent, where there are many pairs and several goals."""
    lead = guide.stage.profit(problem, pool.mentors, pool.mentees)
    if len(pool) <= FEW_PAIRS or len(problem.goals) == 1:
        return BoundedSearch(pool, lead, pool.fixed_to_one, lead, 0, 1, None)
    work = solve_relaxation(pool, lead, lead, None, maximise)
    return solve_restricted_programs(work, maximise) if work.bound is not None and not work.proved else work


def _break_ties(
    pool: PairModel, chosen: BoolVector | None, run: SolveOptions, maximise: ProgramSolver
) -> tuple[PairModel, BoolVector | None, Status]:
    """Return the choice of the greatest hashes: the optimum of round 0, then in each round against its best rival."""
    # Round 0: the tie-breaking weights as one more goal
    worth = run.tie_breaker.of(pool.mentors, pool.mentees, 0)
    first = maximize_goal(pool, worth, worth, chosen, maximise)
    if first.incumbent is None or not first.proved:
        return pool, chosen, Status.FEASIBLE
    # Its sum of hashes is a constraint from now on
    pool, chosen = first.limited(), first.incumbent
    for turn in range(1, MOST_ROUNDS):
        worth = run.tie_breaker.of(pool.mentors, pool.mentees, turn)
        # The best other choice, by a no-good cut; none as good: the incumbent is canonical
        rival = _best_other(pool, worth, chosen, maximise)
        # The rival must be better in this round, or as good to go to the next
        own = int(worth[chosen].sum())
        if rival.infeasible or (rival.bound is not None and rival.bound < own):
            return pool, chosen, Status.PROVED
        if not rival.proved:
            return pool, chosen, Status.FEASIBLE
        other = rival.over(pool)
        chosen = other if other is not None and rival.value > own else chosen
        # Only choices as good in this round remain
        pool = pool.limited(PairConstraint.on(worth, max(rival.value, own)))
    raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")


def _enumerate_ties(work: BoundedSearch, maximise: ProgramSolver) -> tuple[BoolVector, ...]:
    """Return all optima of the last goal by no-good cuts, if there are at most ``FEW_TIED``; none if there are more."""
    pool, tied = work.pool, [work.incumbent]
    while tied[-1] is not None and len(tied) <= FEW_TIED:
        # One cut for each optimum found
        pool = pool.limited(_no_good_cut(tied[-1]))
        rival = maximize_goal(pool, work.worth, work.worth, None, maximise)
        if rival.infeasible or (rival.bound is not None and rival.bound < work.value):
            return tuple(choice for choice in tied if choice is not None)
        tied.append(rival.over(work.pool) if rival.proved else None)
    return ()


def _pick_canonical(pool: PairModel, tied: Sequence[BoolVector], run: SolveOptions) -> BoolVector:
    """Return the choice of the greatest sum of hashes, by rounds."""
    for turn in range(MOST_ROUNDS):
        worth = run.tie_breaker.of(pool.mentors, pool.mentees, turn)
        # Only the best of each round stay
        sums = [int(worth[choice].sum()) for choice in tied]
        tied = [choice for choice, own in zip(tied, sums, strict=True) if own == max(sums)]
    return tied[0]


def _best_other(pool: PairModel, worth: IntVector, chosen: BoolVector, maximise: ProgramSolver) -> BoundedSearch:
    """Return the finished search for the best choice other than the one chosen."""
    if pool.fixed_to_one.all():
        return BoundedSearch(pool, worth, pool.fixed_to_one, worth, 0, 1, None, infeasible=True)
    return maximize_goal(pool.limited(_no_good_cut(chosen)), worth, worth, None, maximise)


def _no_good_cut(chosen: BoolVector) -> PairConstraint:
    """Return the constraint that exactly this choice violates (Balas and Jeroslow 1972)."""
    return PairConstraint.on(np.where(chosen, -1, 1), 1 - int(chosen.sum()))


def _solution(
    problem: AssignmentProblem, pool: PairModel, chosen: BoolVector | None, known: ProvedGoals, status: Status
) -> Solution:
    """Return a choice as a solution, with the bounds and duals of the goals that are proved."""
    if chosen is None:
        raise EngineError("There is no choice to tell")
    pairs = np.column_stack([pool.mentors[chosen], pool.mentees[chosen]])
    return Solution(status, pairs, tuple(evaluate_tiers(problem, pairs, known.bounds)), prices=tuple(known.prices))
