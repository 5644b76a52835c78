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
    """The mentor who would take over a pair, and the score then, in millionths; None if no mentor can."""

    holds_texts: ClassVar[bool] = False
    mentor: str
    mentee: str
    reserve: str | None = None
    score: int | None = None

    def in_words(self) -> str:
        if self.reserve is None or self.score is None:
            sentence = tr("personne ne peut prendre le relais")
        else:
            score = points(self.score)
            sentence = tr("{reserve} en réserve, {score} points sur 100", reserve=self.reserve, score=score)
        return about(of_two(self.mentor, self.mentee), sentence)


def reserves_of(cohort: Cohort, problem: AssignmentProblem, pairs: IntMatrix) -> Iterator[Reserve]:
    """Yield the reserve of each pair (k, 2), given that all other pairs stay unchanged.

    A reserve is an allowed mentor with a free place who keeps all minimums and coupling rows in place of this mentor.
    On several, the highest score wins, then the first key. Pairs are treated separately: the same free place may be
    the reserve of several.
    """
    everyone = np.arange(problem.shape[0])
    for mentor, mentee in pairs.tolist():
        same_mentee = np.full(len(everyone), mentee)
        is_fit = problem.scores.allows(everyone, same_mentee) & mentors_with_place(problem, pairs, mentor, mentee)
        able = np.flatnonzero(is_fit & keeps_rows(problem, pairs, mentor, mentee))
        scored = zip(problem.scores.at(able, same_mentee[able]).tolist(), able.tolist(), strict=True)
        best = min(((-value, problem.mentor_keys[row], row) for value, row in scored), default=None)
        keys = cohort.mentors.ids[mentor], cohort.mentees.ids[mentee]
        yield Reserve(*keys) if best is None else Reserve(*keys, cohort.mentors.ids[best[2]], -best[0])


def mentors_with_place(problem: AssignmentProblem, pairs: IntMatrix, mentor: int, mentee: int) -> BoolVector:
    """Return (n,) bool: other mentors with a free place who do not have this mentee, and may take one more."""
    loads = np.bincount(pairs[:, 0], minlength=problem.shape[0]) + 1
    able = (loads <= problem.mentors.most) & (loads >= problem.mentors.least)
    able[pairs[pairs[:, 1] == mentee, 0]] = False
    able[mentor] = False
    return np.asarray(able)


def keeps_rows(problem: AssignmentProblem, pairs: IntMatrix, mentor: int, mentee: int) -> BoolVector:
    """Return (n,) bool: mentors who can take the mentee with every coupling row within its bounds."""
    is_kept = np.ones(problem.shape[0], dtype=bool)
    for row in problem.rows:
        everyone = np.arange(problem.shape[0])
        column = row.coefficients_of(everyone, np.full(len(everyone), mentee), problem.shape)
        totals = int(row.coefficients_of(pairs[:, 0], pairs[:, 1], problem.shape).sum()) - int(column[mentor]) + column
        is_kept &= (totals >= row.least) if row.least is not None else True
        is_kept &= (totals <= row.most) if row.most is not None else True
    return is_kept
