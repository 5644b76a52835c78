"""Max-min goals: the worst pair (bottleneck), the worst mentee (max-min fairness), bounds from duals and counts."""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds, SideConstraint
from mentormatch.assignment.model.scores import NO_SCORE, PersonMasks
from mentormatch.assignment.model.solution import DualSolution, Solution, Status
from mentormatch.assignment.objective import objective_of, worst_mentee, worst_pair
from mentormatch.assignment.optimal_face import dual_bound, round_duals
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector


class MaxMinGoal(ABC):
    """What is to be as great as can be, in integers: the value of ``goal``."""

    goal: ClassVar[str]

    @abstractmethod
    def value(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
        """Return what the given pairs reach."""

    @abstractmethod
    def constrain(self, problem: AssignmentProblem, least: int) -> AssignmentProblem:
        """Return a problem whose best answers in the other goals are those that reach ``least``, if there are any.

        The one without pairs may be among its answers all the same.
        """

    @abstractmethod
    def upper_bound(self, problem: AssignmentProblem, count: int) -> int:
        """Return a bound on what answers of ``count`` pairs or more reach."""

    @abstractmethod
    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        """Return in ascending order what answers may reach above ``low``, up to ``high``."""

    def within_reach(self, problem: AssignmentProblem) -> BoolVector:
        """Return (m,) bool: the mentees who may be in a pair, and perhaps others."""
        return problem.scores.degrees()[1] > 0

    def places(self, problem: AssignmentProblem) -> int:
        """Return a bound on the number of pairs that can be chosen."""
        most = np.minimum(problem.mentees.most, problem.scores.degrees()[1])
        return min(problem.max_pairs, int(most[self.within_reach(problem)].sum()))

    def upper_bound_after(
        self, problem: AssignmentProblem, before: Sequence[str], least: int, failed: Solution
    ) -> int | None:
        """Return what no answer exceeds that does better in the goals before than ``failed``; None: it is not known.

        ``failed``: the best answer in these goals, and with the most pairs, that reaches ``least``.
        """
        return None

    def dual_upper_bound(self, problem: AssignmentProblem, before: Sequence[str], best: Solution) -> int | None:
        """Return what no answer exceeds that does as well as ``best`` in the goals before; None: not known."""
        return None

    def optimistic_values(self, problem: AssignmentProblem) -> Iterator[int]:
        """Yield, from high to low, thresholds that leave few pairs and may yet be reached."""
        yield from ()


STEPS = 32
"""Where a threshold is only to be about the greatest, so many are candidates."""
PARTS = (32, 8, 2)
"""An answer is looked for among the best of all pairs, this part of them, before all are asked."""


class BottleneckPair(MaxMinGoal):
    """The score of the worst pair, 0 if there is none."""

    goal: ClassVar[str] = "floor"

    def value(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
        return worst_pair(problem, mentors, mentees)

    def constrain(self, problem: AssignmentProblem, least: int) -> AssignmentProblem:
        return replace(problem, scores=problem.scores.at_least(np.full(problem.shape[1], least)))

    def upper_bound(self, problem: AssignmentProblem, count: int) -> int:
        """Return the best score of whoever has the lowest best score among those who must have a partner."""
        highest, best = problem.scores.extremes[1], None
        for side, loads in enumerate((problem.mentors, problem.mentees)):
            most = np.minimum(loads.most, problem.scores.degrees()[side])
            must = (most > 0) & ((loads.firm_minimum > 0) | (int(most.sum()) <= count))
            if must.any():
                best = best or problem.scores.row_and_column_max()
                highest = min(highest, int(best[side][must].min(initial=highest)))
            count = max(count, int(loads.firm_minimum.any()))
        return highest if count else max(highest, 0)

    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        found = problem.scores.distinct_between(low, high)
        if low < 0 <= high and bisect_left(found, 0) == bisect_right(found, 0):
            return sorted([*found, 0])
        return found

    def upper_bound_after(
        self, problem: AssignmentProblem, before: Sequence[str], least: int, failed: Solution
    ) -> int | None:
        """Return the greatest score of a pair that the prices do not pay for: with more pairs there is one of these.

        Who has more places than partners so good may take more pairs with others, and pays for none.
        """
        good = self.constrain(problem, least)
        paid = _paid(good, failed) if tuple(before) == ("matched",) else None
        if paid is None or paid.denominator > 1 or min(*paid.mentors, *paid.mentees, 0) < 0:
            return None
        full, left = problem.scores.degrees(), good.scores.degrees()
        sides = zip((problem.mentors, problem.mentees), (paid.mentors, paid.mentees), full, left, strict=True)
        free = [(price == 0) | (high < np.minimum(loads.most, degree)) for loads, price, degree, high in sides]
        return int(problem.scores.row_and_column_max((free[0], free[1]))[0].max(initial=NO_SCORE))

    def dual_upper_bound(self, problem: AssignmentProblem, before: Sequence[str], best: Solution) -> int | None:
        """Return the best score of whoever has the lowest best score among those whose places are all taken.

        Those are the ones who have a price, in every answer as good; and if there is no other goal than most pairs, who
        has a price has only partners who have none.
        """
        paid = _paid(problem, best)
        if (
            paid is None
            or not {goal for goal, _ in paid.weights} <= {*before}
            or problem.has_side_constraints
            or problem.pins
        ):
            return None
        dear, alone = (paid.mentors > 0, paid.mentees > 0), paid.weights == (("matched", 1),)
        tops = [
            problem.scores.row_and_column_max(pairs_of_mentees(dear, side, alone=alone))[side][dear[side]]
            for side in (0, 1)
        ]
        return int(min(top.min(initial=problem.scores.extremes[1]) for top in tops))

    def optimistic_values(self, problem: AssignmentProblem) -> Iterator[int]:
        levels = [problem.scores.upper_quantile(part) for part in PARTS]
        yield from (level for level in levels if level is not None)


class CoarseBottleneckPair(BottleneckPair):
    """The same in a few steps, where it is only to be about as great as can be."""

    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        step = max((high - low) // STEPS, 1)
        return range(low + step, high + 1, step)


def pairs_of_mentees(dear: PersonMasks, side: int, *, alone: bool) -> PersonMasks:
    """Return those of a side who are ``dear``, and whom they may have: if they are ``alone``, who is not dear."""
    others = ~dear[1 - side] if alone else np.ones_like(dear[1 - side])
    return (dear[0], others) if side == 0 else (others, dear[1])


def _paid(problem: AssignmentProblem, best: Solution) -> DualSolution | None:
    """Return the prices of people that prove the first goals of an answer, in whole units; None if none are known."""
    stages = [stage for stage in best.prices[:1] if stage.degrees_only]
    if not stages or best.status is not Status.PROVED:
        return None
    if stages[0].denominator == 1 or problem.scores.stored:
        return stages[0]
    prices = round_duals(problem, stages[0])
    return prices if dual_bound(problem, prices) == _worth(problem, prices, best.pairs) else None


def _worth(problem: AssignmentProblem, prices: DualSolution, pairs: IntMatrix) -> int:
    """Return what pairs are worth beside the pins in the goals of a stage."""
    pins, total = np.array(problem.pins, dtype=np.int64).reshape(-1, 2), 0
    for goal, weight in prices.weights:
        own, pinned = (int(objective_of(problem, goal).profit(problem, *each.T).sum()) for each in (pairs, pins))
        total += weight * (own - pinned)
    return total


@dataclass(frozen=True, slots=True)
class WorstMentee(MaxMinGoal):
    """The sum of scores of the worst of the mentees who are ``served`` (m,) bool, 0 if there are none."""

    goal: ClassVar[str] = "floor_person"
    served: BoolVector

    def value(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
        return worst_mentee(problem, self.served, mentors, mentees)

    def constrain(self, problem: AssignmentProblem, least: int) -> AssignmentProblem:
        """Return the problem with a bound on each mentee's sum.

        Where a mentee has one partner at most, it is a bound on each of their pairs. If that is so of all of them, and
        having none is too little, the answers that reach it are those with most pairs: everybody served is in one.
        Otherwise these mentees must have a partner, and the bound of the others is a row (Kobren, Saha & McCallum,
        "Paper Matching with Local Fairness Constraints", KDD 2019).
        """
        several = self.several(problem)
        good = replace(problem, scores=problem.scores.at_least(np.where(several, NO_SCORE, least)))
        if not several.any():
            return replace(good, goals=self._placing(problem.goals)) if least > 0 else good
        needed = self.served & ~several & (least > 0)
        loads = _needing(problem.mentees, needed)
        return replace(good, mentees=loads, rows=(*problem.rows, *_rows(problem, np.flatnonzero(several), least)))

    def several(self, problem: AssignmentProblem) -> BoolVector:
        """Return (m,) bool: who is served and may have several partners."""
        return self.served & ~mentees_with_one_place(problem)

    def all_with_one(self, problem: AssignmentProblem) -> AssignmentProblem:
        """Return the problem in which everybody who is served must have a partner."""
        return replace(problem, mentees=_needing(problem.mentees, self.served))

    def _placing(self, goals: Sequence[str]) -> tuple[str, ...]:
        """Return the goals with most pairs asked for where this goal is, if not before."""
        place = goals.index(self.goal)
        return tuple(dict.fromkeys([*goals[:place], "matched", self.goal, *goals[place + 1 :]]))

    def within_reach(self, problem: AssignmentProblem) -> BoolVector:
        return self.served

    def upper_bound(self, problem: AssignmentProblem, count: int) -> int:
        """Return the best sum of whoever has the lowest best sum, and no more than 0 where places are too few for all.

        Where each has one partner at most, all are in a pair or somebody has nothing: mentors may be needed for that.
        """
        several, always = self.several(problem), problem.mentees.firm_minimum > 0
        single = problem.scores.row_and_column_max()[1][self.served & ~several]
        alone = np.where(always[self.served & ~several], single, np.maximum(single, 0)).tolist()
        shared = problem.scores.top_sums(
            np.flatnonzero(several), problem.mentees.firm_minimum, problem.mentees.most
        ).tolist()
        least = min([*alone, *shared], default=0)
        placed = int(np.count_nonzero(self.served))
        if placed > problem.max_pairs:
            return min(least, 0)
        return least if several.any() else min(least, max(BottleneckPair().upper_bound(problem, placed), 0))

    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        return range(low + 1, high + 1)

    def dual_upper_bound(self, problem: AssignmentProblem, before: Sequence[str], best: Solution) -> int | None:
        """Return 0 where even an answer with most pairs of all that do as well has too few: somebody has no partner."""
        return 0 if np.count_nonzero(self.served) > len(best.pairs) else None

    def upper_bound_after(
        self, problem: AssignmentProblem, before: Sequence[str], least: int, failed: Solution
    ) -> int | None:
        """Return what the worst mentee has at best where all have a partner, by who is ``dear`` where some have none.

        No more pairs are with somebody dear than these people have places. So many others as are wanting then have one
        who is not dear, with whom nobody else of them is: the last of them has at best the best so many allow. That
        holds whoever is said to be dear.
        """
        if self.several(problem).any() or not failed.prices or failed.prices[0].weights[0][0] != "matched":
            return None
        first = failed.prices[0]
        counted = replace(first, weights=(("matched", 1),), denominator=first.denominator * first.weights[0][1])
        dear = [prices > 0 for prices in (round_duals(problem, counted).mentors, round_duals(problem, counted).mentees)]
        most = np.minimum(problem.mentors.most, problem.scores.degrees()[0]), self.served.astype(np.int64)
        wanting = int(most[1].sum()) - sum(int(loads[own].sum()) for loads, own in zip(most, dear, strict=True))
        if wanting <= 0:
            return None
        best = problem.scores.row_and_column_max((~dear[0], ~dear[1] & self.served))
        return max(min(_last(np.repeat(tops, loads), wanting) for tops, loads in zip(best, most, strict=True)), 0)


def _needing(loads: DegreeBounds, needed: BoolVector) -> DegreeBounds:
    """Return loads by which some people must have a partner."""
    return replace(
        loads, least=np.where(needed, np.maximum(loads.least, 1), loads.least), optional=loads.optional & ~needed
    )


def _last(tops: IntVector, count: int) -> int:
    """Return the last of the ``count`` greatest numbers, ``NO_SCORE`` if there are fewer."""
    return int(np.partition(tops, len(tops) - count)[len(tops) - count]) if count <= len(tops) else NO_SCORE


def _rows(problem: AssignmentProblem, mentees: IntVector, least: int) -> Iterator[SideConstraint]:
    """Yield a row for each of the mentees that bounds their sum."""
    mentors_of, mentees_of = problem.scores.pairs()
    scores = problem.scores.at(mentors_of, mentees_of)
    for mentee in mentees.tolist():
        weights = np.zeros((problem.shape[0], 1), dtype=np.int64)
        own = mentees_of == mentee
        weights[mentors_of[own], 0] = scores[own]
        yield SideConstraint(f"least sum of mentee {mentee}", weights, least=least, mentee=mentee)


def mentees_with_one_place(problem: AssignmentProblem) -> BoolVector:
    """Return (m,) bool: the mentees who can have no more than one partner."""
    most: BoolVector = np.minimum(problem.mentees.most, problem.scores.degrees()[1]) <= 1
    return most
