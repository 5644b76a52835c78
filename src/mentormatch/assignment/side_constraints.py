"""Assignment with side constraints: goals as 0-1 programs in turn; ties on the optimal face (Isermann 1982).

Goal after goal is maximised by LP relaxation and 0-1 programs (``relaxation``); its value becomes a constraint of the
next. Ties are broken by isolating weights in rounds. Each is maximised on what holds all optima of the round before:
where the LP is whole, the face that complementary slackness leaves; else the nodes of the search that were put aside.
The answer is the only one left if no choice there differs from it, by the bound of one more LP.
"""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from mentormatch.assignment.column_generation import FEW_PAIRS
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.greedy import choose_greedily
from mentormatch.assignment.lexicographic import MOST_ROUNDS
from mentormatch.assignment.mip.program_model import ProgramSolver
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
from mentormatch.assignment.pair_program import DualProof, PairModel, trivial_duals
from mentormatch.assignment.relaxation import BoundedSearch, maximize_goal, solve_relaxation, solve_restricted_programs
from mentormatch.base.arrays import BoolVector
from mentormatch.errors import EngineError

LEXIMIN = LeximinStages(max_weight=1 << 20)
"""Coefficients of an integer program stay small."""


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
                return replace(_solution_so_far(problem, goal, pool, chosen, known), engine=GREEDY)
            return empty_solution(Status.INFEASIBLE if work.infeasible else Status.STOPPED, "")
        known.keep(problem, goal, work)
        pool, chosen = work.limited(goal), work.incumbent
        if not work.proved:
            return _solution(problem, pool, chosen, known, Status.FEASIBLE)
    run.on_incumbent(partial(_solution, problem, pool, work.incumbent, known, Status.FEASIBLE))
    if not run.ties:
        return _solution(problem, pool, work.incumbent, known, Status.PROVED)
    return _settle_ties(problem, work, known, run, maximise)


def _settle_ties(
    problem: AssignmentProblem, work: BoundedSearch, known: ProvedGoals, run: SolveOptions, maximise: ProgramSolver
) -> Solution:
    """Return the canonical one of the choices that are optimal in the last goal, and so in all."""
    goal: str | None = problem.goals[-1]
    for turn in range(MOST_ROUNDS):
        faces, chosen = work.optimal_faces(goal), work.incumbent
        # The answer is the only one left
        exact = turn > 0 or not work.narrows_ties
        if all(_is_only_choice(face, work, maximise, exact=exact) for face in faces):
            return _solution(problem, work.pool, chosen, known, Status.PROVED)
        # Isolating weights as one more goal
        pool, goal = work.optimal_face(goal), None
        worth = run.tie_breaker.of(pool.mentors, pool.mentees, turn)
        best = maximize_goal(pool, worth, worth, work.over(pool), maximise)
        if not best.proved or run.timed_out:
            return _solution(problem, work.pool, chosen, known, Status.FEASIBLE)
        work = best
    raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")


def _is_only_choice(face: PairModel, work: BoundedSearch, maximise: ProgramSolver, *, exact: bool) -> bool:
    """Return whether no choice of a model differs from the incumbent: by an LP, or if ``exact``, a 0-1 program."""
    chosen, own = work.over(face), 0 if work.incumbent is None else int(np.count_nonzero(work.incumbent))
    if chosen is None or face.fixed_to_one.all():
        return chosen is not None and len(face) == own == np.count_nonzero(chosen)
    # How many pairs of a choice are not in the incumbent, less those of the incumbent that are in it
    differ = np.where(chosen, -1, 1)
    inside = chosen if np.count_nonzero(chosen) == own and face.holds(chosen) else None
    found = solve_relaxation(face, differ, differ, inside, maximise)
    if exact and found.bound is not None and found.bound >= 1 - own:
        # Only a choice that differs is looked for
        found, _ = found.solve_core(maximise, found.scaled_bound - (1 - own) * found.parts)
    return found.infeasible or (found.bound is not None and found.bound < 1 - own)


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


def _solution(
    problem: AssignmentProblem, pool: PairModel, chosen: BoolVector | None, known: ProvedGoals, status: Status
) -> Solution:
    """Return a choice as a solution, with the bounds and duals of the goals that are proved."""
    if chosen is None:
        raise EngineError("There is no choice to tell")
    pairs = np.column_stack([pool.mentors[chosen], pool.mentees[chosen]])
    return Solution(status, pairs, tuple(evaluate_tiers(problem, pairs, known.bounds)), prices=tuple(known.prices))
