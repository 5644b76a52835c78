"""Assignment with side constraints: goals as 0-1 programs in turn; ties by no-good cuts (Balas and Jeroslow 1972).

A stage that is done becomes a row of the next. Ties are settled by rivals: the best other answer in the next round of
hashes, until there is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mentormatch.assignment.column_generation import FEW_PAIRS
from mentormatch.assignment.engine import SolveOptions
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
"""Where the linear program leaves a gap, it is quicker to find so many other best choices than to settle all ties."""


@dataclass(frozen=True, slots=True)
class ProvedGoals:
    """What is known of the goals done with: the ``bounds`` of the engine, and ``prices`` up to the first without."""

    bounds: dict[str, int | None]
    prices: list[DualSolution]

    def keep(self, problem: AssignmentProblem, goal: str, work: BoundedSearch) -> None:
        """Keep what the search for one goal came to."""
        turned = goal == "changes" and work.bound is not None
        found = None if work.proof is None else work.proof.prices(goal, len(problem.rows))
        if found is not None and len(self.prices) == len(self.bounds):
            self.prices.append(found)
        self.bounds[goal] = len(problem.former) - (work.bound or 0) if turned else work.bound
        if goal == "leximin":  # its stages count pairs: what the worst one has is known at the end of all
            pairs = (side[work.incumbent] for side in (work.pool.mentors, work.pool.mentees))
            self.bounds[goal] = goal_value(problem, goal, *pairs) if work.proved else None


def solve_with_side_constraints(problem: AssignmentProblem, run: SolveOptions, maximise: ProgramSolver) -> Solution:
    """Return the canonical solution, or the best one found in time with what is proved of it."""
    pool, guide = PairModel.of(problem), _combine_goals(problem)
    scout = _find_incumbent(problem, pool, guide, maximise)
    if scout.infeasible:
        return empty_solution(Status.INFEASIBLE, "")
    chosen: BoolVector | None = scout.over(pool)
    optimal = guide.exact and scout.proved
    known, work = ProvedGoals({}, []), scout
    for goal in problem.goals:
        if chosen is not None:
            run.on_incumbent(partial(_meanwhile, problem, goal, pool, chosen, known))
        work = _pursue_goal(problem, goal, pool, chosen, guide, maximise, optimal=optimal)
        if work.incumbent is None:
            return empty_solution(Status.INFEASIBLE if work.infeasible else Status.STOPPED, "")
        known.keep(problem, goal, work)
        pool, chosen = work.limited(goal), work.incumbent
        if not work.proved:
            return _solution(problem, pool, chosen, known, Status.FEASIBLE)
    run.on_incumbent(partial(_solution, problem, pool, work.incumbent, known, Status.FEASIBLE))
    if not run.ties:
        return _solution(problem, pool, work.incumbent, known, Status.PROVED)
    return _goal_is_fixed(problem, work, known, run, maximise)


def _goal_is_fixed(
    problem: AssignmentProblem, work: BoundedSearch, known: ProvedGoals, run: SolveOptions, maximise: ProgramSolver
) -> Solution:
    """Return the canonical one of the choices that are the best in the last goal, and so in all."""
    tied = _enumerate_ties(work, maximise) if work.gap else ()
    if tied:
        return _solution(problem, work.pool, _pick_canonical(work.pool, tied, run), known, Status.PROVED)
    pool, chosen, status = _break_ties(work.limited(problem.goals[-1]), work.incumbent, run, maximise)
    return _solution(problem, pool, chosen, known, status)


def _meanwhile(
    problem: AssignmentProblem, goal: str, pool: PairModel, chosen: BoolVector, known: ProvedGoals
) -> Solution:
    """Return the answer before the search for a goal is done, with the bound on it that needs no solver."""
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


def _pursue_goal(  # noqa: PLR0913 - what is open, what is known of it, and how to ask
    problem: AssignmentProblem,
    goal: str,
    pool: PairModel,
    chosen: BoolVector | None,
    guide: "CombinedObjective",
    maximise: ProgramSolver,
    *,
    optimal: bool,
) -> BoundedSearch:
    """Return the search for the best choice in one goal, at its end; ``optimal``: the chosen one is known to be it."""
    if goal == "leximin" and chosen is not None:
        return _climb_leximin(problem, pool, chosen, maximise)
    worth = objective_of(problem, goal).profit(problem, pool.mentors, pool.mentees)
    lead = guide.stage.profit(problem, pool.mentors, pool.mentees)
    if not optimal:
        return maximize_goal(pool, worth, lead, chosen, maximise)
    work = solve_relaxation(pool, worth, lead, chosen, maximise)
    return replace(work, bound=work.value)


def _climb_leximin(
    problem: AssignmentProblem, pool: PairModel, chosen: BoolVector, maximise: ProgramSolver
) -> BoundedSearch:
    """Return the search for the leximin choice, at its end: the last of its stages, or the first that is not proved."""
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
    """The goals in one number; ``exact``: what is best in it is best in all of them, else it proves nothing."""

    stage: ScalarObjective
    exact: bool


def _combine_goals(problem: AssignmentProblem) -> CombinedObjective:
    """Return the goals in one number, loosely if they do not fit; a number of pairs that is fixed says nothing."""
    least = max(int(loads.firm_minimum.sum()) for loads in (problem.mentors, problem.mentees))
    goals = tuple(goal for goal in problem.goals if goal != "matched" or least < problem.max_pairs)
    goals = goals if set(goals) & set(ADDITIVE_GOALS) else problem.goals
    posed = problem if goals == problem.goals else replace(problem, goals=goals)
    whole = scalarize(posed, lambda reach: reach < MAX_SOLVER_WEIGHT)
    if len(whole) == 1 and isinstance(whole[0], ScalarObjective):
        return CombinedObjective(whole[0], exact=True)
    stages = [objective_of(problem, goal) for goal in reversed(goals) if goal in ADDITIVE_GOALS]
    stage = stages[0]
    for upper in stages[1:]:
        stage = upper.dominate(stage, 1) if upper.fits_above(stage, 1) else upper
    return CombinedObjective(stage, exact=False)


def _find_incumbent(
    problem: AssignmentProblem, pool: PairModel, guide: CombinedObjective, maximise: ProgramSolver
) -> BoundedSearch:
    """Return a search by the guide: a good choice to begin with, where one stage is not the whole problem anyway."""
    lead = guide.stage.profit(problem, pool.mentors, pool.mentees)
    if len(pool) <= FEW_PAIRS or len(problem.goals) == 1:
        return BoundedSearch(pool, lead, pool.fixed_to_one, lead, 0, 1, None)
    work = solve_relaxation(pool, lead, lead, None, maximise)
    return solve_restricted_programs(work, maximise) if work.bound is not None and not work.proved else work


def _break_ties(
    pool: PairModel, chosen: BoolVector | None, run: SolveOptions, maximise: ProgramSolver
) -> tuple[PairModel, BoolVector | None, Status]:
    """Return the canonical choice: the best in the first round of hashes, then in each round against its best rival."""
    worth = run.tie_breaker.of(pool.mentors, pool.mentees, 0)
    first = maximize_goal(pool, worth, worth, chosen, maximise)
    if first.incumbent is None or not first.proved:
        return pool, chosen, Status.FEASIBLE
    pool, chosen = first.limited(), first.incumbent
    for turn in range(1, MOST_ROUNDS):
        worth = run.tie_breaker.of(pool.mentors, pool.mentees, turn)
        rival = _best_other(pool, worth, chosen, maximise)
        own = int(worth[chosen].sum())
        if rival.infeasible or (rival.bound is not None and rival.bound < own):
            return pool, chosen, Status.PROVED
        if not rival.proved:
            return pool, chosen, Status.FEASIBLE
        other = rival.over(pool)
        chosen = other if other is not None and rival.value > own else chosen
        pool = pool.limited(PairConstraint.on(worth, max(rival.value, own)))
    raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")


def _enumerate_ties(work: BoundedSearch, maximise: ProgramSolver) -> tuple[BoolVector, ...]:
    """Return all choices that are the best in the last goal, if these are found to be few; none if they are not."""
    pool, tied = work.pool, [work.incumbent]
    while tied[-1] is not None and len(tied) <= FEW_TIED:
        pool = pool.limited(_no_good_cut(tied[-1]))
        rival = maximize_goal(pool, work.worth, work.worth, None, maximise)
        if rival.infeasible or (rival.bound is not None and rival.bound < work.value):
            return tuple(choice for choice in tied if choice is not None)
        tied.append(rival.over(work.pool) if rival.proved else None)
    return ()


def _pick_canonical(pool: PairModel, tied: Sequence[BoolVector], run: SolveOptions) -> BoolVector:
    """Return the choice with the greatest sum of hashes, in round after round."""
    for turn in range(MOST_ROUNDS):
        worth = run.tie_breaker.of(pool.mentors, pool.mentees, turn)
        sums = [int(worth[choice].sum()) for choice in tied]
        tied = [choice for choice, own in zip(tied, sums, strict=True) if own == max(sums)]
    return tied[0]


def _best_other(pool: PairModel, worth: IntVector, chosen: BoolVector, maximise: ProgramSolver) -> BoundedSearch:
    """Return the search for the best choice that is not the one chosen."""
    if pool.fixed_to_one.all():
        return BoundedSearch(pool, worth, pool.fixed_to_one, worth, 0, 1, None, infeasible=True)
    return maximize_goal(pool.limited(_no_good_cut(chosen)), worth, worth, None, maximise)


def _no_good_cut(chosen: BoolVector) -> PairConstraint:
    """Return the limit that only the chosen pairs break."""
    return PairConstraint.on(np.where(chosen, -1, 1), 1 - int(chosen.sum()))


def _solution(
    problem: AssignmentProblem, pool: PairModel, chosen: BoolVector | None, known: ProvedGoals, status: Status
) -> Solution:
    if chosen is None:
        raise EngineError("There is no choice to tell")
    pairs = np.column_stack([pool.mentors[chosen], pool.mentees[chosen]])
    return Solution(status, pairs, tuple(evaluate_tiers(problem, pairs, known.bounds)), prices=tuple(known.prices))
