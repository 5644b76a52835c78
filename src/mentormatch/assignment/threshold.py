"""Thresholds that an answer may be asked to reach: by its worst pair, or by its worst mentee."""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from mentormatch.assignment.problem import AssignmentProblem, Row
from mentormatch.assignment.scores import NONE, Among
from mentormatch.assignment.solution import Solution, Status
from mentormatch.columns import BoolVector, IntVector


class Threshold(ABC):
    """What is to be as great as can be, in integers: the value of ``goal``."""

    goal: ClassVar[str]

    @abstractmethod
    def value(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
        """Return what the given pairs reach."""

    @abstractmethod
    def restrict(self, problem: AssignmentProblem, least: int) -> AssignmentProblem:
        """Return the problem whose answers are those that reach ``least``, and perhaps the one without pairs."""

    @abstractmethod
    def ceiling(self, problem: AssignmentProblem, count: int) -> int:
        """Return a bound on what answers of ``count`` pairs or more reach."""

    @abstractmethod
    def between(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        """Return in ascending order what answers may reach above ``low``, up to ``high``."""

    def beyond(self, problem: AssignmentProblem, least: int, failed: Solution) -> int | None:
        """Return what no answer exceeds that has more pairs than can reach ``least``; None: that is not known.

        ``failed``: an answer with the most pairs that reach it.
        """
        return None

    def cap(self, problem: AssignmentProblem, before: Sequence[str], best: Solution) -> int | None:
        """Return what no answer exceeds that does as well as ``best`` in the goals before; None: not known."""
        return None

    def promising(self, problem: AssignmentProblem) -> Iterator[int]:
        """Yield, from high to low, thresholds that leave few pairs and may yet be reached."""
        yield from ()


PARTS = (32, 8, 2)
"""An answer is looked for among the best of all pairs, this part of them, before all are asked."""


class WorstPair(Threshold):
    """The score of the worst pair, 0 if there is none."""

    goal: ClassVar[str] = "floor"

    def value(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
        return int(problem.scores.at(mentors, mentees).min()) if len(mentors) else 0

    def restrict(self, problem: AssignmentProblem, least: int) -> AssignmentProblem:
        return replace(problem, scores=problem.scores.keeping(np.full(problem.shape[1], least)))

    def ceiling(self, problem: AssignmentProblem, count: int) -> int:
        """Return the best score of whoever has the lowest best score among those who must have a partner."""
        highest, best = problem.scores.extremes[1], None
        for side, loads in enumerate((problem.mentors, problem.mentees)):
            most = np.minimum(loads.most, problem.scores.degrees()[side])
            must = (most > 0) & ((loads.always > 0) | (int(most.sum()) <= count))
            if must.any():
                best = best or problem.scores.best()
                highest = min(highest, int(best[side][must].min(initial=highest)))
            count = max(count, int(loads.always.any()))
        return highest if count else max(highest, 0)

    def between(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        found = problem.scores.between(low, high)
        if low < 0 <= high and bisect_left(found, 0) == bisect_right(found, 0):
            return sorted([*found, 0])
        return found

    def beyond(self, problem: AssignmentProblem, least: int, failed: Solution) -> int | None:
        """Return the greatest score of a pair that the prices do not pay for: with more pairs there is one of these.

        Who has more places than partners so good may take more pairs with others, and pays for none.
        """
        stages = [stage for stage in failed.prices if stage.weights == (("matched", 1),) and stage.simple]
        if not stages or stages[0].parts > 1 or min(*stages[0].mentors, *stages[0].mentees, 0) < 0:
            return None
        full, good = problem.scores.degrees(), self.restrict(problem, least).scores.degrees()
        sides = zip((problem.mentors, problem.mentees), (stages[0].mentors, stages[0].mentees), full, good, strict=True)
        free = [(price == 0) | (high < np.minimum(loads.most, degree)) for loads, price, degree, high in sides]
        return int(problem.scores.best((free[0], free[1]))[0].max(initial=NONE))

    def cap(self, problem: AssignmentProblem, before: Sequence[str], best: Solution) -> int | None:
        """Return the best score of whoever has the lowest best score among those whose places are all taken.

        Those are the ones who have a price, in every answer as good; and if there is no other goal than most pairs, who
        has a price has only partners who have none.
        """
        stages = [
            stage for stage in best.prices[:1] if stage.simple and {goal for goal, _ in stage.weights} <= {*before}
        ]
        if not stages or best.status is not Status.PROVED or problem.coupled or problem.pins:
            return None
        dear, alone = (stages[0].mentors > 0, stages[0].mentees > 0), stages[0].weights == (("matched", 1),)
        tops = [problem.scores.best(among(dear, side, alone=alone))[side][dear[side]] for side in (0, 1)]
        return int(min(top.min(initial=problem.scores.extremes[1]) for top in tops))

    def promising(self, problem: AssignmentProblem) -> Iterator[int]:
        levels = [problem.scores.exceeded_by(part) for part in PARTS]
        yield from (level for level in levels if level is not None)


def among(dear: Among, side: int, *, alone: bool) -> Among:
    """Return those of a side who are ``dear``, and whom they may have: if they are ``alone``, who is not dear."""
    others = ~dear[1 - side] if alone else np.ones_like(dear[1 - side])
    return (dear[0], others) if side == 0 else (others, dear[1])


@dataclass(frozen=True, slots=True)
class WorstPerson(Threshold):
    """The sum of scores of the worst of the mentees who are ``served`` (m,) bool, 0 if there are none."""

    goal: ClassVar[str] = "floor_person"
    served: BoolVector

    def value(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
        sums = np.zeros(problem.shape[1], dtype=np.int64)
        np.add.at(sums, mentees, problem.scores.at(mentors, mentees))
        return int(sums[self.served].min()) if self.served.any() else 0

    def restrict(self, problem: AssignmentProblem, least: int) -> AssignmentProblem:
        """Return the problem with a bound on each mentee's sum.

        Where a mentee has one partner at most, it is a bound on each of their pairs, and a minimum of one partner where
        having none is too little. Otherwise it is a row (Kobren, Saha & McCallum, "Paper Matching with Local Fairness
        Constraints", KDD 2019).
        """
        single = self.served & single_mentees(problem)
        needed = single & (least > 0)
        loads = replace(
            problem.mentees,
            least=np.where(needed, np.maximum(problem.mentees.least, 1), problem.mentees.least),
            idle=problem.mentees.idle & ~needed,
        )
        scores = problem.scores.keeping(np.where(single, least, NONE))
        rows = tuple(_rows(problem, np.flatnonzero(self.served & ~single), least))
        return replace(problem, scores=scores, mentees=loads, rows=(*problem.rows, *rows))

    def ceiling(self, problem: AssignmentProblem, count: int) -> int:
        """Return the best sum of whoever has the lowest best sum; nothing is known of answers with so many pairs."""
        mentors, mentees = problem.scores.pairs()
        scores = problem.scores.at(mentors, mentees)
        order = np.lexsort((-scores, mentees))
        split = np.split(scores[order], np.searchsorted(mentees[order], np.arange(1, problem.shape[1])))
        loads = problem.mentees
        best = [
            _best_sum(split[person], least=int(loads.always[person]), most=int(loads.most[person]))
            for person in np.flatnonzero(self.served).tolist()
        ]
        return min(best, default=0)

    def between(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        return range(low + 1, high + 1)


def _best_sum(scores: IntVector, *, least: int, most: int) -> int:
    """Return the greatest sum of ``least`` to ``most`` of the scores, which come in descending order."""
    sums = np.append(0, np.cumsum(scores[:most]))
    return int(sums[min(least, len(sums) - 1) :].max())


def _rows(problem: AssignmentProblem, mentees: IntVector, least: int) -> Iterator[Row]:
    """Yield a row for each of the mentees that bounds their sum."""
    mentors_of, mentees_of = problem.scores.pairs()
    scores = problem.scores.at(mentors_of, mentees_of)
    for mentee in mentees.tolist():
        weights = np.zeros((problem.shape[0], 1), dtype=np.int64)
        own = mentees_of == mentee
        weights[mentors_of[own], 0] = scores[own]
        yield Row(f"least sum of mentee {mentee}", weights, least=least, mentee=mentee)


def single_mentees(problem: AssignmentProblem) -> BoolVector:
    """Return (m,) bool: the mentees who can have no more than one partner."""
    most: BoolVector = np.minimum(problem.mentees.most, problem.scores.degrees()[1]) <= 1
    return most


def served_mentees(problem: AssignmentProblem) -> BoolVector:
    """Return (m,) bool: the mentees who may have a partner at all."""
    return (problem.mentees.most > 0) & (problem.scores.degrees()[1] > 0)
