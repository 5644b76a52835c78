"""Engine ``wide``: scores that are not stored, and so many stored pairs that the same column generation is sooner done.

Stored leximin goes by stages (``plain``) unless scores spread over thousands of levels. Seconds of ``plain`` and of
this engine, with compiled code loaded: 1,000 x 1,000, a tenth of the pairs, 1,000 levels .05 and .09, 10,000 .20 and
.12, 10^6 .45 and .13; 3,000 x 3,000, one in 50, 1,000 levels .30 and .62, 10^6 4.7 and .55. Compiling takes 12 s.

Stored pairs under quotas that bind, scores up to 10^6, beside ``milp``: 2,000 x 1,500, most pairs first, 2.4 and 2.3
(two draws), and 10.6 and 9.6; the total alone 2.3 and 2.3, and 2.3 and 1.5; 4,000 x 3,000 7.7 and 7.6, and 17 and 12.

What it takes is told by numbers alone. What solves is in another room, which is loaded when it is to solve, and by no
other problem: for a few hundred people nothing of it is imported.
"""

from math import prod
from typing import ClassVar

from mentormatch.assignment.engine import Engine, SolveOptions
from mentormatch.assignment.kernels.jit import use_numba
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.scores import Scores
from mentormatch.assignment.model.solution import Solution
from mentormatch.assignment.objective import ScalarObjective
from mentormatch.assignment.optimal_face import remaining_degrees
from mentormatch.assignment.residual_graph import PathQuery, ResidualGraph, ShortestPaths

"""The room for scores that are not stored: nobody imports it, it is loaded where it is needed."""

LARGE_PAIRS = 1 << 13
"""Of fewer pairs an integer program finds the best as soon, and stages reach leximin as soon."""
LARGE_COUPLED_PAIRS = 1 << 20
"""Of no more pairs under rules that couple them, linear programs and a tree find the best sooner."""
ROWS = 20
"""With more rules, Lagrangian multipliers of all together take longer to find than an integer program."""
LARGE_CELLS = 1 << 26
"""Of so many cells at most all are held, also those of forbidden pairs."""
GREATEST = (1 << 31) - 1
"""Scores that are looked at in strips are held in 32 bits."""
HIGHEST = 1 << 24
"""A climb for leximin keeps a number for each score up to the highest."""
MIN_LEXIMIN_SPREAD = 1 << 11
"""Of scores that differ by no more, stages reach leximin as soon."""
QUICKER = 32
"""It is so many times quicker than by stages, so compiled code is worth loading for so many times fewer pairs."""


class Large(Engine):
    """Exact on markets whose pairs do not fit in memory, by column generation with implicit pricing.

    It also takes pairs that are stored, if there are many and it is quicker. Rules that count people are dualised by
    Lagrangian multipliers. Any other side constraint is relaxed at first; if the optimum satisfies it, it is that of
    the problem; if not, a good answer is returned with a bound on its gap.
    """

    kind: ClassVar[str] = "wide"
    rank: ClassVar[int] = -1

    def supports(self, problem: AssignmentProblem) -> bool:
        stored = problem.scores.stored
        if stored and not is_worth_scaling(problem):
            return False
        waived = any(side.conditional.any() for side in (problem.mentors, problem.mentees))
        if waived and stored:
            return False
        single = any(bounds.most.max(initial=0) <= 1 for bounds in remaining_degrees(problem))
        return "leximin" not in problem.goals or (single and not waived)

    def runs_in_process(self, problem: AssignmentProblem, seconds: float | None) -> bool:
        return True

    def may_fail(self, problem: AssignmentProblem) -> bool:
        return problem.scores.stored

    def solve(self, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        from mentormatch import scale  # a higher layer, loaded where it is needed

        return scale.solve(problem, run)


def paths_to(
    problem: AssignmentProblem, solution: Solution, stage: ScalarObjective, net: ResidualGraph, query: PathQuery
) -> ShortestPaths:
    """Return the shortest ways to one person on the residual graph of an answer, of pairs that are not stored."""
    from mentormatch import scale  # a higher layer

    return scale.paths_to(problem, solution, stage, net, query)


def is_worth_scaling(problem: AssignmentProblem) -> bool:
    """Return whether pairs of which the scores are held, being many, are solved as those of a nation: it is quicker."""
    scores = problem.scores
    if scores.count < LARGE_PAIRS or prod(scores.shape) > LARGE_CELLS:
        return False
    if "leximin" in problem.goals:
        return fits_leximin(problem)
    return scores.count > LARGE_COUPLED_PAIRS and _scores_within(scores, GREATEST) and fits_rows(problem)


def fits_leximin(problem: AssignmentProblem) -> bool:
    """Return whether leximin is reached level by level, for which code is to be compiled; no rule must couple pairs."""
    scores = problem.scores
    low, high = scores.extremes
    many_levels = high - low > MIN_LEXIMIN_SPREAD
    return not problem.rows and many_levels and _scores_within(scores, HIGHEST) and use_numba(QUICKER * scores.count)


def fits_rows(problem: AssignmentProblem) -> bool:
    """Return whether side constraints are to be dualised by Lagrangian multipliers.

    Where people count differently, as in a proportion, multipliers mostly leave a gap; an integer program proves more.
    """
    return 0 < len(problem.rows) <= ROWS and all(_counts_people(row, problem.shape) for row in problem.rows)


def _scores_within(scores: Scores, most: int) -> bool:
    low, high = scores.extremes
    return low >= 0 and high <= most


def _counts_people(row: Row, shape: tuple[int, int]) -> bool:
    """Return whether a row counts people of one side, each of them once or not."""
    sides = row.as_sum(shape)
    return sides is not None and all(((side == 0) | (side == 1)).all() for side in sides)
