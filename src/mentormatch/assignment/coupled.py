"""Problems with rows that couple pairs, or minimums that bind only who is used: goal by goal, then tie by tie.

A stage that is done becomes a row of the next. Ties are settled by rivals: the best other answer in the next round of
hashes, until there is none.
"""

from dataclasses import dataclass
from functools import partial

import numpy as np

from mentormatch.assignment.engine import Run
from mentormatch.assignment.leximin import BELOW_ALL, Leximin
from mentormatch.assignment.linear import FEW
from mentormatch.assignment.pool import Limit, Pool
from mentormatch.assignment.posed import Proof, side_duals
from mentormatch.assignment.problem import SUMS, AssignmentProblem
from mentormatch.assignment.program import Maximise
from mentormatch.assignment.search import Search, best_of, relaxed, whole
from mentormatch.assignment.settle import MOST_ROUNDS
from mentormatch.assignment.solution import Prices, Solution, Status, without_pairs
from mentormatch.assignment.stages import Stage, reached, stage_of
from mentormatch.columns import BoolVector, IntVector
from mentormatch.errors import EngineError

LEXIMIN = Leximin(room=1 << 20)
"""Coefficients of an integer program stay small."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the goals done with: the ``bounds`` of the engine, and ``prices`` up to the first without."""

    bounds: dict[str, int | None]
    prices: list[Prices]

    def keep(self, problem: AssignmentProblem, goal: str, work: Search) -> None:
        """Keep what the search for one goal came to."""
        turned = goal == "changes" and work.bound is not None
        found = None if work.proof is None else work.proof.prices(goal, len(problem.rows))
        if found is not None and len(self.prices) == len(self.bounds):
            self.prices.append(found)
        self.bounds[goal] = len(problem.former) - (work.bound or 0) if turned else work.bound


def solve_coupled(problem: AssignmentProblem, run: Run, maximise: Maximise) -> Solution:
    """Return the canonical solution, or the best one found in time with what is proved of it."""
    pool, guide = Pool.of(problem), _guide(problem)
    scout = len(pool) > FEW and len(problem.goals) > 1
    chosen = _scouted(pool, guide.worth(problem, pool.mentors, pool.mentees), maximise) if scout else None
    known = Known({}, [])
    for goal in problem.goals:
        if chosen is not None:
            run.tell(partial(_meanwhile, problem, goal, pool, chosen, known))
        work = _pursued(problem, goal, pool, chosen, guide, maximise)
        if work.chosen is None:
            return without_pairs(Status.INFEASIBLE if work.empty else Status.STOPPED, "")
        known.keep(problem, goal, work)
        pool, chosen = work.limited(goal), work.chosen
        if not work.proved:
            return _solution(problem, pool, chosen, known, Status.FEASIBLE)
    if chosen is None:
        raise EngineError("A problem without goals has no answer")
    status = Status.PROVED
    run.tell(partial(_solution, problem, pool, chosen, known, Status.FEASIBLE))
    if run.ties:
        pool, chosen, status = _break_ties(pool, chosen, run, maximise)
    return _solution(problem, pool, chosen, known, status)


def _meanwhile(problem: AssignmentProblem, goal: str, pool: Pool, chosen: BoolVector, known: Known) -> Solution:
    """Return the answer before the search for a goal is done, with the bound on it that needs no solver."""
    so_far = Known(dict(known.bounds), list(known.prices))
    if goal in SUMS and goal not in known.bounds:
        worth = stage_of(problem, goal).worth(problem, pool.mentors, pool.mentees)
        proof = Proof(pool, side_duals(pool, worth))
        bound, none = proof.bound(worth), np.zeros_like(worth)
        work = Search(pool, worth, np.ones_like(chosen), none, bound, proof.duals.parts, bound, chosen, proof=proof)
        so_far.keep(problem, goal, work)
    return _solution(problem, pool, chosen, so_far, Status.FEASIBLE)


def _pursued(  # noqa: PLR0913 - what is open, what is known of it, and how to ask
    problem: AssignmentProblem, goal: str, pool: Pool, chosen: BoolVector | None, guide: Stage, maximise: Maximise
) -> Search:
    """Return the search for the best choice in one goal, at its end."""
    if goal == "leximin" and chosen is not None:
        return _climbed(problem, pool, chosen, maximise)
    lead, worth = (each.worth(problem, pool.mentors, pool.mentees) for each in (guide, stage_of(problem, goal)))
    return best_of(pool, worth, lead, chosen, maximise)


def _climbed(problem: AssignmentProblem, pool: Pool, chosen: BoolVector, maximise: Maximise) -> Search:
    """Return the search for the leximin choice, at its end: the last of its stages, or the first that is not proved."""
    none = np.zeros(len(pool), dtype=np.int64)
    work, last = Search(pool, none, pool.forced, none, 0, 1, 0, chosen), BELOW_ALL
    while work.proved and work.chosen is not None:
        step = LEXIMIN.worth(problem.scores.at(work.pool.mentors, work.pool.mentees), last)
        if step is None:
            break
        worth, last = step
        work = best_of(work.limited(), worth, worth, work.chosen, maximise)
    return work


def _guide(problem: AssignmentProblem) -> Stage:
    """Return the goals loosely in one number: what is good in it is good in all of them, and proves nothing."""
    stages = [stage_of(problem, goal) for goal in reversed(problem.goals) if goal in SUMS]
    guide = stages[0]
    for stage in stages[1:]:
        guide = stage.above(guide, 1) if stage.fits_above(guide, 1) else stage
    return guide


def _scouted(pool: Pool, lead: IntVector, maximise: Maximise) -> BoolVector | None:
    """Return a good choice to begin with, so that a goal that is easily reached needs no integer program."""
    work = relaxed(pool, lead, lead, None, maximise)
    if work.bound is not None and work.chosen is None:
        work = whole(work, maximise)
    return None if work.chosen is None else _same_pairs(work, pool)


def _break_ties(pool: Pool, chosen: BoolVector, run: Run, maximise: Maximise) -> tuple[Pool, BoolVector, Status]:
    """Return the canonical choice: the best in the first round of hashes, then in each round against its best rival."""
    worth = run.hashes.of(pool.mentors, pool.mentees, 0)
    first = best_of(pool, worth, worth, chosen, maximise)
    if first.chosen is None or not first.proved:
        return pool, chosen, Status.FEASIBLE
    pool, chosen = first.limited(), first.chosen
    for turn in range(1, MOST_ROUNDS):
        worth = run.hashes.of(pool.mentors, pool.mentees, turn)
        rival = _rival(pool, worth, chosen, maximise)
        own = int(worth[chosen].sum())
        if rival.empty or (rival.bound is not None and rival.bound < own):
            return pool, chosen, Status.PROVED
        if not rival.proved:
            return pool, chosen, Status.FEASIBLE
        chosen = _same_pairs(rival, pool) if rival.value > own else chosen
        pool = pool.limited(Limit.on(worth, max(rival.value, own)))
    raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")


def _rival(pool: Pool, worth: IntVector, chosen: BoolVector, maximise: Maximise) -> Search:
    """Return the search for the best choice that is not the one chosen."""
    if pool.forced.all():
        return Search(pool, worth, pool.forced, worth, 0, 1, None, empty=True)
    other = Limit.on(np.where(chosen, -1, 1), 1 - int(chosen.sum()))
    return best_of(pool.limited(other), worth, worth, None, maximise)


def _same_pairs(rival: Search, pool: Pool) -> BoolVector:
    """Return the rival's choice over the pairs of the whole pool."""
    width = len(pool.sides[1])
    pairs = (rival.pool.mentors * width + rival.pool.mentees)[rival.chosen]
    return np.isin(pool.mentors * width + pool.mentees, pairs)


def _solution(problem: AssignmentProblem, pool: Pool, chosen: BoolVector, known: Known, status: Status) -> Solution:
    pairs = np.column_stack([pool.mentors[chosen], pool.mentees[chosen]])
    return Solution(status, pairs, tuple(reached(problem, pairs, known.bounds)), prices=tuple(known.prices))
