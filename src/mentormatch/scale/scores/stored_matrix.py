"""Scores that are held, looked at as those of a nation are: for rules that pairs can pay for, and for leximin."""

from dataclasses import dataclass, replace
from math import prod
from typing import Self

import numpy as np

from mentormatch.assignment.kernels.choice import use_numba
from mentormatch.assignment.model.problem import AssignmentProblem, SideConstraint
from mentormatch.assignment.model.scores import Scores
from mentormatch.base.columns import IntVector
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scores.lookup_table import Points
from mentormatch.scale.scores.matrix import ScoreMatrix
from mentormatch.scale.scores.terms import PairOverrides

MANY = 1 << 13
"""Of fewer pairs an integer program finds the best as soon, and stages reach leximin as soon."""
ROWS = 20
"""Of more rules the tolls of all together take longer to find than an integer program takes."""
CELLS = 1 << 26
"""Of so many cells at most all are held, also those of forbidden pairs."""
FORBIDDEN = -1
"""Stands at forbidden pairs, as scores are 0 or more."""
GREATEST = (1 << 31) - 1
HIGHEST = 1 << 24
"""A climb for leximin keeps a number for each score up to the highest."""
QUICKER = 32
"""It is so many times quicker than by stages, so compiled code is worth loading for so many times fewer pairs."""


@dataclass(frozen=True, slots=True)
class StoredMatrix(ScoreMatrix):
    """The same where all are held: ``values`` (n, m) int32."""

    computed = False
    values: Points

    @classmethod
    def of_scores(cls, scores: Scores) -> Self:
        """Return the scores of a problem."""
        values = np.full(scores.shape, FORBIDDEN, dtype=np.int32)
        mentors, mentees = scores.pairs()
        values[mentors, mentees] = scores.at(mentors, mentees)
        nothing = np.empty(0, dtype=np.int64)
        starts, none = np.zeros(len(values) + 1, dtype=np.int64), PairOverrides(nothing, nothing, nothing)
        return cls(scores.shape, (), (), (), none, starts, 0, scores.extremes[1], values)

    def of(self, mentors: IntVector) -> Points:
        return self.values[mentors]

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        return self.values[mentors, mentees].astype(np.int64)

    def of_mentees(self, some: IntVector) -> "StoredMatrix":
        return self._of(np.ascontiguousarray(self.values[:, some]))

    def flipped(self) -> "StoredMatrix":
        return self._of(np.ascontiguousarray(self.values.T))

    def holding(self) -> "StoredMatrix":
        return self

    def _of(self, values: Points) -> "StoredMatrix":
        starts = np.zeros(len(values) + 1, dtype=np.int64)
        return replace(self, shape=(values.shape[0], values.shape[1]), starts=starts, values=values)


def is_worth_scaling(problem: AssignmentProblem) -> bool:
    """Return whether pairs of which the scores are held, being many, are solved as those of a nation: it is quicker."""
    scores = problem.scores
    if not scores.stored or scores.count < MANY or prod(scores.shape) > CELLS:
        return False
    if "leximin" in problem.goals:
        return fits_leximin(problem)
    return _within(scores, GREATEST) and fits_rows(problem)


def fits_leximin(problem: AssignmentProblem) -> bool:
    """Return whether leximin is reached level by level, for which code is to be compiled; no rule must couple pairs."""
    scores = problem.scores
    return not problem.rows and _within(scores, HIGHEST) and use_numba(QUICKER * scores.count)


def fits_rows(problem: AssignmentProblem) -> bool:
    """Return whether pairs are to pay for rules.

    Where people count differently, as in a proportion, tolls mostly leave a gap, and an integer program proves more.
    """
    return 0 < len(problem.rows) <= ROWS and all(_counts(row, problem.shape) for row in problem.rows)


def _within(scores: Scores, most: int) -> bool:
    low, high = scores.extremes
    return low >= 0 and high <= most


def _counts(row: SideConstraint, shape: tuple[int, int]) -> bool:
    """Return whether a row counts people of one side, each of them once or not."""
    sides = row.as_sum(shape)
    return sides is not None and all(((side == 0) | (side == 1)).all() for side in sides)


def as_implicit(problem: AssignmentProblem) -> AssignmentProblem:
    """Return the problem with its scores to be looked at."""
    if not problem.scores.stored:
        return problem
    tiles, (n, m) = StoredMatrix.of_scores(problem.scores), problem.shape
    return replace(problem, scores=ImplicitScores(tiles, np.ones(n, dtype=bool), np.ones(m, dtype=bool)))
