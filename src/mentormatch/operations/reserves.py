"""The mentor who would take over each pair if its mentor left, given that all other pairs stay."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.base.arrays import BoolVector, IntMatrix
from mentormatch.languages.phrases import about, of_two, points
from mentormatch.languages.translation import SpokenText, tr
from mentormatch.people.cohort import Cohort


@dataclass(frozen=True, slots=True)
class Reserve(SpokenText):
    """The mentor who would take over one pair, and the score then, in millionths; None: nobody can."""

    holds_texts: ClassVar[bool] = False
    mentor: str
    mentee: str
    reserve: str | None = None
    score: int | None = None

    def in_words(self) -> str:
        if self.reserve is None or self.score is None:
            said = tr("personne ne peut prendre le relais")
        else:
            score = points(self.score)
            said = tr("{reserve} en réserve, {score} points sur 100", reserve=self.reserve, score=score)
        return about(of_two(self.mentor, self.mentee), said)


def reserves_of(cohort: Cohort, problem: AssignmentProblem, pairs: IntMatrix) -> Iterator[Reserve]:
    """Yield the reserve of each pair (k, 2), given that all other pairs stay as they are.

    A reserve is allowed, has a place left, and breaks no minimum and no coupling row in this mentor's stead. Of
    several it is the one with the highest score, then the first key. Each pair is looked at by itself: the same free
    place may be the reserve of several.
    """
    everyone = np.arange(problem.shape[0])
    for mentor, mentee in pairs.tolist():
        here = np.full(len(everyone), mentee)
        fit = problem.scores.allows(everyone, here) & free(problem, pairs, mentor, mentee)
        able = np.flatnonzero(fit & bearable(problem, pairs, mentor, mentee))
        scored = zip(problem.scores.at(able, here[able]).tolist(), able.tolist(), strict=True)
        best = min(((-value, problem.mentor_keys[place], place) for value, place in scored), default=None)
        keys = cohort.mentors.ids[mentor], cohort.mentees.ids[mentee]
        yield Reserve(*keys) if best is None else Reserve(*keys, cohort.mentors.ids[best[2]], -best[0])


def free(problem: AssignmentProblem, pairs: IntMatrix, mentor: int, mentee: int) -> BoolVector:
    """Return (n,) bool: who else has a place left, does not have this mentee, and may take one more."""
    held = np.bincount(pairs[:, 0], minlength=problem.shape[0]) + 1
    able = (held <= problem.mentors.most) & (held >= problem.mentors.least)
    able[pairs[pairs[:, 1] == mentee, 0]] = False
    able[mentor] = False
    return np.asarray(able)


def bearable(problem: AssignmentProblem, pairs: IntMatrix, mentor: int, mentee: int) -> BoolVector:
    """Return (n,) bool: in whose hands the mentee leaves every coupling row within its bounds."""
    fine = np.ones(problem.shape[0], dtype=bool)
    for row in problem.rows:
        everyone = np.arange(problem.shape[0])
        column = row.coefficients_of(everyone, np.full(len(everyone), mentee), problem.shape)
        totals = int(row.coefficients_of(pairs[:, 0], pairs[:, 1], problem.shape).sum()) - int(column[mentor]) + column
        fine &= (totals >= row.least) if row.least is not None else True
        fine &= (totals <= row.most) if row.most is not None else True
    return fine
