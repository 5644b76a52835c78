"""Engine ``wide``: column generation for scores that are not stored, or for so many stored pairs that it is faster.

Stored leximin is solved by stages (``plain``) unless scores have thousands of levels. Seconds of ``plain`` and of this
engine, with compiled code loaded: 1,000 x 1,000, a tenth of the pairs, 1,000 levels .05 and .09, 10,000 .20 and .12,
10^6 .45 and .13; 3,000 x 3,000, one pair in 50, 1,000 levels .30 and .62, 10^6 4.7 and .55. Compiling takes 12 s.

Stored pairs under binding quotas, scores up to 10^6, seconds of ``milp`` and of this engine: 2,000 x 1,500, most pairs
first, 2.4 and 2.3, and 10.6 and 9.6 (two draws); only the total 2.3 and 2.3, and 2.3 and 1.5; 4,000 x 3,000 7.7 and
7.6, and 17 and 12.

This module only decides by numbers whether it takes a problem. The solver is in ``mentormatch.scale``, which is
imported at the first solve: a problem of a few hundred people imports none of it.
"""

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class WideLimits:
    """The stored problems for which column generation with compiled scans is faster than other engines."""

    max_rows: int = 20  # for more rows, Lagrangian multipliers take longer than an integer program
    max_cells: int = 1 << 26  # stored matrix entries, with forbidden pairs
    max_score: int = (1 << 31) - 1  # scanned scores are stored in 32 bits
    max_leximin_score: int = 1 << 24  # leximin keeps a number per score level up to the highest
    min_leximin_spread: int = 1 << 11  # for fewer score levels, stages are as fast
    leximin_speedup: int = 32  # over stages, so compiled code is worth loading for 32 times fewer pairs


LIMITS = WideLimits()
LARGE_PAIRS = 1 << 13  # for fewer pairs, an integer program or leximin stages are as fast
LARGE_COUPLED_PAIRS = 1 << 20  # for at most so many pairs under coupling rows, LPs and a tree are faster


class Large(Engine):
    """Exact for markets whose pairs do not fit in memory, by column generation with implicit pricing.

    It also takes many stored pairs if it is faster. Rows that count people are dualised by Lagrangian multipliers.
    Other side constraints are relaxed first; the optimum is returned if it satisfies them, else a good solution with a
    bound on its gap.
    """

    kind: ClassVar[str] = "wide"
    rank: ClassVar[int] = -1

    def supports(self, problem: AssignmentProblem) -> bool:
        stored = problem.scores.stored
        if stored and not is_worth_column_generation(problem):
            return False
        is_conditional = any(side.conditional.any() for side in (problem.mentors, problem.mentees))
        if is_conditional and stored:
            return False
        is_semi_assignment = any(bounds.most.max(initial=0) <= 1 for bounds in remaining_degrees(problem))
        return "leximin" not in problem.goals or (is_semi_assignment and not is_conditional)

    def runs_in_process(self, problem: AssignmentProblem, seconds: float | None) -> bool:
        return True

    def may_fail(self, problem: AssignmentProblem) -> bool:
        return problem.scores.stored

    def solve(self, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        from mentormatch import scale  # a higher layer, loaded where it is needed

        return scale.solve(problem, run)


def paths_to(
    problem: AssignmentProblem, solution: Solution, stage: ScalarObjective, graph: ResidualGraph, query: PathQuery
) -> ShortestPaths:
    """Return the shortest paths to one person in the residual graph of a solution, for scores that are not stored."""
    from mentormatch import scale  # a higher layer

    return scale.paths_to(problem, solution, stage, graph, query)


def is_worth_column_generation(problem: AssignmentProblem) -> bool:
    """Return whether column generation with scans is faster for a problem with stored scores."""
    scores = problem.scores
    if scores.count < LARGE_PAIRS or prod(scores.shape) > LIMITS.max_cells:
        return False
    if "leximin" in problem.goals:
        return suits_leximin(problem)
    return (
        scores.count > LARGE_COUPLED_PAIRS and _scores_within(scores, LIMITS.max_score) and has_dualisable_rows(problem)
    )


def suits_leximin(problem: AssignmentProblem) -> bool:
    """Return whether leximin level by level is faster, with compiled code; rows must not couple pairs."""
    scores = problem.scores
    low, high = scores.extremes
    many_levels = high - low > LIMITS.min_leximin_spread
    if problem.rows or not many_levels or not _scores_within(scores, LIMITS.max_leximin_score):
        return False
    return use_numba(LIMITS.leximin_speedup * scores.count)


def has_dualisable_rows(problem: AssignmentProblem) -> bool:
    """Return whether side constraints suit Lagrangian multipliers.

    If people have different coefficients, as in a proportion, multipliers mostly leave a gap, and an integer program
    proves more.
    """
    return 0 < len(problem.rows) <= LIMITS.max_rows and all(_counts_people(row, problem.shape) for row in problem.rows)


def _scores_within(scores: Scores, limit: int) -> bool:
    low, high = scores.extremes
    return low >= 0 and high <= limit


def _counts_people(row: Row, shape: tuple[int, int]) -> bool:
    """Return whether a row counts people of one side, with coefficients 0 and 1."""
    sides = row.as_sum(shape)
    return sides is not None and all(((side == 0) | (side == 1)).all() for side in sides)
