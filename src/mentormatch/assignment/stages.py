"""Goals as numbers: what a pair is worth in a stage, and goals put together into one stage where that is exact."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.columns import IntVector

INT_EXACT = 1 << 62
"""Integers up to here, and their sum with another, are exact in int64."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One or more goals in a single number: a pair (i, k) is worth ``flat + mentor[i] + mentee[k] + score * s[i, k]``.

    ``weights`` are the goals with their multipliers. ``low`` and ``high`` bound what one pair is worth.
    """

    weights: tuple[tuple[str, int], ...]
    flat: int
    mentor: IntVector
    mentee: IntVector
    score: int
    low: int
    high: int

    def worth(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return what the given pairs are worth, int64."""
        people = self.flat + self.mentor[mentors] + self.mentee[mentees]
        return people + self.score * problem.scores.at(mentors, mentees) if self.score else people

    def above(self, lower: "Stage", places: int) -> "Stage":
        """Return both stages in one: the sum over at most ``places`` pairs orders answers by this one first."""
        scale = places * (max(lower.high, 0) - min(lower.low, 0)) + 1
        return Stage(
            tuple((goal, scale * weight) for goal, weight in self.weights) + lower.weights,
            scale * self.flat + lower.flat,
            scale * self.mentor + lower.mentor,
            scale * self.mentee + lower.mentee,
            scale * self.score + lower.score,
            scale * self.low + lower.low,
            scale * self.high + lower.high,
        )

    def fits_above(self, lower: "Stage", places: int) -> bool:
        """Return whether both stages in one stay within int64."""
        return (places * lower.reach + 1) * self.reach + lower.reach < INT_EXACT

    @property
    def reach(self) -> int:
        """Return a bound on the magnitude of what one pair is worth, and of differences between two."""
        return max(self.high, 0) - min(self.low, 0)


def stage_of(problem: AssignmentProblem, goal: str) -> Stage:
    """Return the stage of one goal."""
    n, m = problem.shape
    none = np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64)
    if goal == "matched":
        return Stage(((goal, 1),), 1, *none, 0, 1, 1)
    if goal == "total":
        return Stage(((goal, 1),), 0, *none, 1, *problem.scores.extremes)
    given = (problem.mentor_priority, problem.mentee_priority)
    mentor, mentee = (empty if part is None else part for part, empty in zip(given, none, strict=True))
    return Stage(((goal, 1),), 0, mentor, mentee, 0, 0, int(mentor.max(initial=0)) + int(mentee.max(initial=0)))


def merged(problem: AssignmentProblem, fits: Callable[[int], bool]) -> list[Stage]:
    """Return the goals in as few stages as ``fits(reach)`` lets be computed exactly."""
    places = problem.places
    stages: list[Stage] = []
    for goal in reversed(problem.goals):
        stage = stage_of(problem, goal)
        if stages and stage.fits_above(stages[-1], places) and fits(stage.above(stages[-1], places).reach):
            stages[-1] = stage.above(stages[-1], places)
        else:
            stages.append(stage)
    return stages[::-1]


def values(problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> Iterator[tuple[str, int]]:
    """Yield each goal with what the given pairs reach in it."""
    for goal in problem.goals:
        yield goal, int(stage_of(problem, goal).worth(problem, mentors, mentees).sum())
