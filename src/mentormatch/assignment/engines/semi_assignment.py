"""Engine ``plain``: at most one partner per person on one side, no side constraints."""

from dataclasses import replace
from functools import partial
from typing import ClassVar

import numpy as np

from mentormatch.assignment.bottleneck_goals import single_capacity_mentees
from mentormatch.assignment.dense_assignment import TIED_MIN_CELLS, solve_dense
from mentormatch.assignment.engine import Engine, SolveOptions
from mentormatch.assignment.lexicographic import (
    TimeLimitReached,
    first_stage,
    optimize_lexicographically,
    with_deadline,
)
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import DenseScores, SparseScores
from mentormatch.assignment.model.solution import Solution, Status, empty_solution
from mentormatch.assignment.objective import LeximinStages, ScalarObjective, scalarize
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees, remaining_degrees
from mentormatch.assignment.sparse_assignment import MAX_FLOAT64, solve_sparse
from mentormatch.assignment.tie_breaking import TieBreaker
from mentormatch.assignment.transportation import has_few_sinks
from mentormatch.base.progress import CheckDeadline

IN_PROCESS_PAIRS_PER_S = 100_000  # a stage on so many pairs takes less than 0.1 s, even with many ties
PROVED_PAIRS_PER_S = 10_000_000  # upper bound for few people with many slots; mostly two to six million
# With more cells (one per pair and slot) than this, and more per pair, a linear program takes less memory
SLOT_CELLS, SLOT_CELLS_PER_PAIR = 1 << 26, 16


class SemiAssignment(Engine):
    """Exact and fast: one dense or sparse assignment for all goals that fit in one number."""

    kind: ClassVar[str] = "plain"
    rank: ClassVar[int] = 0

    def supports(self, problem: AssignmentProblem) -> bool:
        if not problem.scores.stored or problem.rows:
            return False
        if problem.mentors.conditional.any() or problem.mentees.conditional.any():
            return False
        if "floor_person" in problem.goals and not single_capacity_mentees(problem).all():
            return False
        bounds = remaining_degrees(problem)
        if min(side.most.max(initial=0) for side in bounds) > 1:
            return False
        max_edge_slots = max(SLOT_CELLS, SLOT_CELLS_PER_PAIR * problem.scores.count)
        return _count_edge_slots(problem) <= max_edge_slots or _has_few_sinks(bounds)

    def runs_in_process(self, problem: AssignmentProblem, seconds: float | None) -> bool:
        if seconds is None:
            return True
        # In a list, each pair occurs once per slot
        listed = isinstance(problem.scores, SparseScores)
        count = _count_edge_slots(problem) if listed else problem.scores.count
        # Up to a million pairs, a stage takes no longer than a process takes to start
        if count <= max(1_000_000, IN_PROCESS_PAIRS_PER_S * seconds):
            return True
        return problem.scores.count <= SLOT_CELLS and _has_few_sinks(remaining_degrees(problem))

    def solve(self, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        if run.timed_out or _exceeds_time_limit(problem, run.remaining_s):
            return empty_solution(Status.STOPPED, self.kind)

        def check_deadline() -> None:
            if run.timed_out:
                raise TimeLimitReached

        stages, best = _exact_stages(problem), partial(solve_sparse, check_deadline=check_deadline)
        try:
            # Hashes in the first stage settle ties unless further goals follow. They also select few of many tied
            # pairs for scanning, which is faster even if any optimum is accepted
            useful = len(stages) == 1 and (run.ties or problem.scores.count >= TIED_MIN_CELLS)
            hashes = run.tie_breaker if useful and run.has_time_for_keys(sum(problem.shape)) else None
            opening = _solve_first_stage(problem, first_stage(stages), check_deadline, hashes)
        except TimeLimitReached:
            return empty_solution(Status.STOPPED, self.kind)
        if opening is None:
            return empty_solution(Status.INFEASIBLE, self.kind)
        return replace(
            optimize_lexicographically(problem, run, stages, opening, with_deadline(best, run)), engine=self.kind
        )


def _exceeds_time_limit(problem: AssignmentProblem, seconds: float | None) -> bool:
    """Return whether paths among few sinks cannot prove an optimum in time."""
    if seconds is None or problem.scores.count <= PROVED_PAIRS_PER_S * seconds:
        return False
    return _has_few_sinks(remaining_degrees(problem))


def _has_few_sinks(bounds: tuple[RemainingDegrees, RemainingDegrees]) -> bool:
    """Return whether few people of either side have many slots."""
    left, right = bounds
    return has_few_sinks(left.most, len(right.most)) or has_few_sinks(right.most, len(left.most))


def _count_edge_slots(problem: AssignmentProblem) -> int:
    """Return the number of slots over all pairs, counted on the side with several slots per person."""
    sides = zip((problem.mentors, problem.mentees), problem.scores.degrees, strict=True)
    return max(int((np.minimum(loads.most, degrees) * degrees).sum()) for loads, degrees in sides)


def _solve_first_stage(
    problem: AssignmentProblem,
    stage: ScalarObjective,
    check_deadline: CheckDeadline,
    hashes: TieBreaker | None,
) -> tuple[OptimalFace, PrimalDual] | None:
    """Return the optimum of the first stage with a face that contains its tight pairs; None if infeasible."""
    scores = problem.scores
    if isinstance(scores, DenseScores) and scores.count:
        return solve_dense(problem, scores, stage, check_deadline, hashes)
    face = OptimalFace.of(problem)
    optimum = (
        None if face is None else solve_sparse(face, stage.profit(problem, face.lefts, face.rights), check_deadline)
    )
    return None if face is None or optimum is None else (face, optimum)


def _exact_stages(problem: AssignmentProblem) -> list[ScalarObjective | LeximinStages]:
    """Return the goals in one stage if all its numbers are exact in float64, else in as few stages as possible.

    Without minimums the largest number is a margin plus a difference of costs. With minimums, and in a later stage,
    which fixes loads, two bonuses and a lowest dual are added.
    """
    largest = 4 * (sum(problem.shape) + problem.max_pairs + 1)
    has_no_minimum = not (problem.mentors.firm_minimum.any() or problem.mentees.firm_minimum.any())
    stages = scalarize(problem, -(-MAX_FLOAT64 // (3 if has_no_minimum else largest)))
    return stages if len(stages) == 1 else scalarize(problem, -(-MAX_FLOAT64 // largest))
