"""A stored matrix as a source of scores for scans; and when a stored problem is worth that."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import Scores
from mentormatch.base.columns import IntVector
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scores.lookup_table import Points
from mentormatch.scale.scores.matrix import ScoreMatrix
from mentormatch.scale.scores.terms import PairOverrides

FORBIDDEN = -1
"""Stands at forbidden pairs, as scores are 0 or more."""


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


def as_implicit(problem: AssignmentProblem) -> AssignmentProblem:
    """Return the problem with its scores to be looked at."""
    if not problem.scores.stored:
        return problem
    tiles, (n, m) = StoredMatrix.of_scores(problem.scores), problem.shape
    return replace(problem, scores=ImplicitScores(tiles, np.ones(n, dtype=bool), np.ones(m, dtype=bool)))
