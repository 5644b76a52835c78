"""The engine for one partner a person on one side at least, without side constraints."""

from dataclasses import replace
from functools import partial
from typing import ClassVar

import numpy as np

from mentormatch.assignment.bottleneck_goals import mentees_with_one_place
from mentormatch.assignment.dense_assignment import TIED_FROM, solve_dense
from mentormatch.assignment.engine import Engine, SolveOptions
from mentormatch.assignment.lexicographic import TimeLimitReached, check_time, opening_stage, optimize_lexicographically
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import DenseScores, SparseScores
from mentormatch.assignment.model.solution import Solution, Status, empty_solution
from mentormatch.assignment.objective import LeximinStages, ScalarObjective, scalarize
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees, remaining_degrees
from mentormatch.assignment.sparse_assignment import MAX_FLOAT64, solve_sparse
from mentormatch.assignment.tie_breaking import TieBreaker
from mentormatch.assignment.transportation import has_few_sinks
from mentormatch.base.progress import CheckDeadline

QUICK = 1_000_000
"""A stage on so many pairs takes no longer than another process takes to start."""
QUICK_A_SECOND = 100_000
"""A stage on so many pairs takes less than a tenth of a second, also where ties make it slow."""
PROVED_A_SECOND = 10_000_000
"""Of pairs with few people who take many, no more are proved in a second: mostly two to six millions."""


PLACE_CELLS, PLACE_CELLS_A_PAIR = 1 << 26, 16
"""With more cells than these, one for each place of a pair, and so many times more than pairs, a linear program takes
less memory, and often less time."""


class SemiAssignment(Engine):
    """Exact and fast: one dense or sparse assignment for all goals that fit into one number."""

    kind: ClassVar[str] = "plain"
    rank: ClassVar[int] = 0

    def supports(self, problem: AssignmentProblem) -> bool:
        if not problem.scores.stored or problem.rows:
            return False
        if problem.mentors.conditional.any() or problem.mentees.conditional.any():
            return False
        if "floor_person" in problem.goals and not mentees_with_one_place(problem).all():
            return False
        bounds = remaining_degrees(problem)
        if min(side.most.max(initial=0) for side in bounds) > 1:
            return False
        most = max(PLACE_CELLS, PLACE_CELLS_A_PAIR * problem.scores.count)
        return _count_edge_slots(problem) <= most or _has_few_sinks(bounds)

    def runs_in_process(self, problem: AssignmentProblem, seconds: float | None) -> bool:
        if seconds is None:
            return True
        # Where pairs are listed, each is listed once for each place
        listed = isinstance(problem.scores, SparseScores)
        if (_count_edge_slots(problem) if listed else problem.scores.count) <= max(QUICK, QUICK_A_SECOND * seconds):
            return True
        return problem.scores.count <= PLACE_CELLS and _has_few_sinks(remaining_degrees(problem))

    def solve(self, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        if run.timed_out or _takes_longer(problem, run.remaining_s):
            return empty_solution(Status.STOPPED, self.kind)

        def check_deadline() -> None:
            if run.timed_out:
                raise TimeLimitReached

        stages, best = _exact_stages(problem), partial(solve_sparse, check_deadline=check_deadline)
        try:
            # Ties that another goal does not settle are settled by hashes: of many tied pairs few are then scanned,
            # which is quicker also where any answer will do
            useful = len(stages) == 1 and (run.ties or problem.scores.count >= TIED_FROM)
            hashes = run.tie_breaker if useful and run.has_time_for_keys(sum(problem.shape)) else None
            opening = _solve_first_stage(problem, opening_stage(stages), check_deadline, hashes)
        except TimeLimitReached:
            return empty_solution(Status.STOPPED, self.kind)
        if opening is None:
            return empty_solution(Status.INFEASIBLE, self.kind)
        return replace(
            optimize_lexicographically(problem, run, stages, opening, check_time(best, run)), engine=self.kind
        )


def _takes_longer(problem: AssignmentProblem, seconds: float | None) -> bool:
    """Return whether paths between few sinks cannot prove an answer in time: then not a moment of it is lost."""
    if seconds is None or problem.scores.count <= PROVED_A_SECOND * seconds:
        return False
    return _has_few_sinks(remaining_degrees(problem))


def _has_few_sinks(bounds: tuple[RemainingDegrees, RemainingDegrees]) -> bool:
    """Return whether few people of either side take many of the other."""
    left, right = bounds
    return has_few_sinks(left.most, len(right.most)) or has_few_sinks(right.most, len(left.most))


def _count_edge_slots(problem: AssignmentProblem) -> int:
    """Return how many places there are for all pairs, those of a pair being the places of the one who takes several."""
    sides = zip((problem.mentors, problem.mentees), problem.scores.degrees, strict=True)
    return max(int((np.minimum(loads.most, degrees) * degrees).sum()) for loads, degrees in sides)


def _solve_first_stage(
    problem: AssignmentProblem,
    stage: ScalarObjective,
    check_deadline: CheckDeadline,
    hashes: TieBreaker | None,
) -> tuple[OptimalFace, PrimalDual] | None:
    """Return the optimum of the first stage with a face that holds its tight pairs; None if there is no answer."""
    scores = problem.scores
    if isinstance(scores, DenseScores) and scores.count:
        return solve_dense(problem, scores, stage, check_deadline, hashes)
    face = OptimalFace.of(problem)
    found = None if face is None else solve_sparse(face, stage.profit(problem, face.lefts, face.rights), check_deadline)
    return None if face is None or found is None else (face, found)


def _exact_stages(problem: AssignmentProblem) -> list[ScalarObjective | LeximinStages]:
    """Return the goals in one stage if no number in it is beyond float64, else in as few as keep that.

    Without minimums the greatest number is a margin and a difference of costs. With minimums, and in any later
    stage, where loads are held, there are two bonuses and a lowest price.
    """
    held = 4 * (sum(problem.shape) + problem.max_pairs + 1)
    free = not (problem.mentors.firm_minimum.any() or problem.mentees.firm_minimum.any())
    stages = scalarize(problem, -(-MAX_FLOAT64 // (3 if free else held)))
    return stages if len(stages) == 1 else scalarize(problem, -(-MAX_FLOAT64 // held))
