"""Max-min goals: the worst pair (bottleneck), the worst mentee (max-min fairness), bounds from duals and counts."""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.scores import NO_SCORE, PersonMasks
from mentormatch.assignment.model.solution import DualSolution, Solution, Status
from mentormatch.assignment.objective import objective_of, worst_mentee, worst_pair
from mentormatch.assignment.optimal_face import dual_bound, round_duals
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector


class MaxMinGoal(ABC):
    """A goal to maximise the least of several integers; ``goal`` is its name. Not a sum over pairs."""

    goal: ClassVar[str]

    @abstractmethod
    def value(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
        """Return the value of the goal for the given pairs."""

    @abstractmethod
    def constrain(self, problem: AssignmentProblem, least: int) -> AssignmentProblem:
        """Return the problem with the constraint that the value is ``least`` or more (epsilon-constraint method).

        The answer without pairs may satisfy it all the same, as its value is 0.
        """

    @abstractmethod
    def upper_bound(self, problem: AssignmentProblem, count: int) -> int:
        """Return an upper bound on the value of answers of ``count`` pairs or more."""

    @abstractmethod
    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        """Return in ascending order the values that answers may have above ``low``, up to ``high``."""

    def within_reach(self, problem: AssignmentProblem) -> BoolVector:
        """Return (m,) bool: the mentees who may be in a pair, and perhaps others."""
        return problem.scores.degrees[1] > 0

    def places(self, problem: AssignmentProblem) -> int:
        """Return a bound on the number of pairs that can be chosen."""
        most = problem.mentees.within(problem.scores.degrees[1])
        return min(problem.max_pairs, int(most[self.within_reach(problem)].sum()))

    def upper_bound_after(
        self, problem: AssignmentProblem, before: Sequence[str], least: int, failed: Solution
    ) -> int | None:
        """Return an upper bound for answers better in the goals before than ``failed``; None: not known.

        ``failed`` is optimal in these goals, and then in the number of pairs, under the threshold ``least``.
        """
        return None

    def dual_upper_bound(self, problem: AssignmentProblem, before: Sequence[str], best: Solution) -> int | None:
        """Return an upper bound, by the duals of ``best``, for answers as good in the goals before; None: not known."""
        return None

    def optimistic_values(self, problem: AssignmentProblem) -> Iterator[int]:
        """Yield, from high to low, thresholds that leave few pairs and may be feasible."""
        yield from ()


STEPS = 32
"""Candidates of a coarse search."""
PARTS = (32, 8, 2)
"""The best one in so many pairs is tried before all pairs are."""


class BottleneckPair(MaxMinGoal):
    """The score of the worst pair, 0 if there is none."""

    goal: ClassVar[str] = "floor"

    def value(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
        return worst_pair(problem, mentors, mentees)

    def constrain(self, problem: AssignmentProblem, least: int) -> AssignmentProblem:
        return replace(problem, scores=problem.scores.at_least(np.full(problem.shape[1], least)))

    def upper_bound(self, problem: AssignmentProblem, count: int) -> int:
        """Return the least, over people who must have a partner, of their best score."""
        # Their worst pair is no better than the best pair of any of them
        highest, best = problem.scores.extremes[1], None
        for side, loads in enumerate((problem.mentors, problem.mentees)):
            most = loads.within(problem.scores.degrees[side])
            # Who must have a partner: who has a minimum, or everybody if all slots of the side are needed
            must = (most > 0) & ((loads.firm_minimum > 0) | (int(most.sum()) <= count))
            if must.any():
                best = best or problem.scores.row_and_column_max()
                highest = min(highest, int(best[side][must].min(initial=highest)))
            # A minimum on one side asks for pairs on the other
            count = max(count, int(loads.firm_minimum.any()))
        return highest if count else max(highest, 0)

    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        found = problem.scores.distinct_between(low, high)
        # 0 is the value of an answer without pairs
        if low < 0 <= high and bisect_left(found, 0) == bisect_right(found, 0):
            return sorted([*found, 0])
        return found

    def upper_bound_after(
        self, problem: AssignmentProblem, before: Sequence[str], least: int, failed: Solution
    ) -> int | None:
        """Return the best score outside the vertex cover: every larger matching has an edge there (Koenig 1931).

        ``failed`` is a maximum matching of the pairs above ``least``, and its dual a vertex cover of them. A person
        with more slots than such pairs could take more pairs of lower scores, and covers none of these.
        """
        # The duals of the failed problem, on the pairs above the threshold
        good = self.constrain(problem, least)
        duals = _integral_duals(good, failed) if tuple(before) == ("matched",) else None
        if duals is None or duals.denominator > 1:
            return None
        if min(int(prices.min(initial=0)) for prices in (duals.mentors, duals.mentees)) < 0:
            return None
        full, left = problem.scores.degrees, good.scores.degrees
        sides = zip((problem.mentors, problem.mentees), (duals.mentors, duals.mentees), full, left, strict=True)
        # Outside the cover: dual 0, or more slots than the pairs above the threshold could fill
        free = [(price == 0) | (high < np.minimum(loads.most, degree)) for loads, price, degree, high in sides]
        return int(problem.scores.row_and_column_max((free[0], free[1]))[0].max(initial=NO_SCORE))

    def dual_upper_bound(self, problem: AssignmentProblem, before: Sequence[str], best: Solution) -> int | None:
        """Return the least, over people with a positive dual, of their best score (complementary slackness).

        They are saturated in every optimal answer. If the number of pairs is the only goal, a pair of two people of
        positive dual has a negative reduced profit and is in no optimum, so only partners of dual 0 count.
        """
        duals = _integral_duals(problem, best)
        if (
            duals is None
            or not {goal for goal, _ in duals.weights} <= {*before}
            or problem.has_side_constraints
            or problem.pins
        ):
            return None
        # Who is saturated in every optimal answer
        positive, count_only = (duals.mentors > 0, duals.mentees > 0), duals.weights == (("matched", 1),)
        tops = [
            problem.scores.row_and_column_max(pairs_of_positive_duals(positive, side, count_only=count_only))[side]
            for side in (0, 1)
        ]
        highest = problem.scores.extremes[1]
        return int(min(top[own].min(initial=highest) for top, own in zip(tops, positive, strict=True)))

    def optimistic_values(self, problem: AssignmentProblem) -> Iterator[int]:
        levels = [problem.scores.upper_quantile(part) for part in PARTS]
        yield from (level for level in levels if level is not None)


class CoarseBottleneckPair(BottleneckPair):
    """The same on a few candidates: a value near the greatest is enough."""

    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        step = max((high - low) // STEPS, 1)
        return range(low + step, high + 1, step)


def pairs_of_positive_duals(positive: PersonMasks, side: int, *, count_only: bool) -> PersonMasks:
    """Return, as masks, people of positive dual on one side, and their possible partners: all, or those of dual 0."""
    others = ~positive[1 - side] if count_only else np.ones_like(positive[1 - side])
    return (positive[0], others) if side == 0 else (others, positive[1])


def _integral_duals(problem: AssignmentProblem, best: Solution) -> DualSolution | None:
    """Return integral duals of people that prove the first stage of an answer; None if none are known."""
    stages = [stage for stage in best.prices[:1] if stage.degrees_only]
    if not stages or best.status is not Status.PROVED:
        return None
    if stages[0].denominator == 1 or problem.scores.stored:
        return stages[0]
    prices = round_duals(problem, stages[0])
    return prices if dual_bound(problem, prices) == _dual_profit(problem, prices, best.pairs) else None


def _dual_profit(problem: AssignmentProblem, prices: DualSolution, pairs: IntMatrix) -> int:
    """Return the weighted profit of pairs, beside the pins, in the goals of a stage."""
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
        """Return the problem with a lower bound on each mentee's sum.

        A mentee of one partner at most needs no row: pairs below the bound are dropped. If all are such and ``least``
        is above 0, an answer reaches it if and only if everybody served has a partner, which ``matched`` maximises.
        Otherwise these mentees get a minimum of one, and the others a side constraint each (Kobren, Saha & McCallum,
        "Paper Matching with Local Fairness Constraints", KDD 2019).
        """
        several = self.several(problem)
        # Mentees of one partner: pairs below the bound are dropped
        good = replace(problem, scores=problem.scores.at_least(np.where(several, NO_SCORE, least)))
        # All are such
        if not several.any():
            return replace(good, goals=self._with_matched_first(problem.goals)) if least > 0 else good
        # Otherwise each of them must have a partner, and each of the others the sum
        needed = self.served & ~several & (least > 0)
        loads = _with_minimum_of_one(problem.mentees, needed)
        return replace(
            good, mentees=loads, rows=(*problem.rows, *_sum_constraints(problem, np.flatnonzero(several), least))
        )

    def several(self, problem: AssignmentProblem) -> BoolVector:
        """Return (m,) bool: who is served and may have several partners."""
        return self.served & ~mentees_with_one_place(problem)

    def all_with_one(self, problem: AssignmentProblem) -> AssignmentProblem:
        """Return the problem in which everybody who is served must have a partner."""
        return replace(problem, mentees=_with_minimum_of_one(problem.mentees, self.served))

    def _with_matched_first(self, goals: Sequence[str]) -> tuple[str, ...]:
        """Return the goals with ``matched`` directly before this goal, unless it comes earlier."""
        place = goals.index(self.goal)
        return tuple(dict.fromkeys([*goals[:place], "matched", self.goal, *goals[place + 1 :]]))

    def within_reach(self, problem: AssignmentProblem) -> BoolVector:
        return self.served

    def upper_bound(self, problem: AssignmentProblem, count: int) -> int:
        """Return the least, over mentees, of their best sum; at most 0 where there are too few slots for all.

        Where each has one partner at most, all are in a pair or somebody has nothing, so the bound of the worst pair
        in answers of that many pairs holds too.
        """
        several, always = self.several(problem), problem.mentees.firm_minimum > 0
        # One partner: the best pair, or 0 for none unless a minimum asks for one
        single = problem.scores.row_and_column_max()[1][self.served & ~several]
        alone = np.where(always[self.served & ~several], single, np.maximum(single, 0)).tolist()
        # Several: the best sum of as many pairs as are allowed
        shared = problem.scores.top_sums(
            np.flatnonzero(several), problem.mentees.firm_minimum, problem.mentees.most
        ).tolist()
        least = min([*alone, *shared], default=0)
        placed = int(np.count_nonzero(self.served))
        # Somebody has no partner
        if placed > problem.max_pairs:
            return min(least, 0)
        return least if several.any() else min(least, max(BottleneckPair().upper_bound(problem, placed), 0))

    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        return range(low + 1, high + 1)

    def dual_upper_bound(self, problem: AssignmentProblem, before: Sequence[str], best: Solution) -> int | None:
        """Return 0 where an answer of the most pairs, of all that are as good, has too few: somebody has no partner."""
        return 0 if np.count_nonzero(self.served) > len(best.pairs) else None


def _with_minimum_of_one(loads: DegreeBounds, needed: BoolVector) -> DegreeBounds:
    """Return the degree bounds by which the people ``needed`` (n,) must have a partner."""
    return replace(
        loads, least=np.where(needed, np.maximum(loads.least, 1), loads.least), optional=loads.optional & ~needed
    )


def _sum_constraints(problem: AssignmentProblem, mentees: IntVector, least: int) -> Iterator[Row]:
    """Yield, for each of the mentees, the side constraint that bounds their sum from below."""
    mentors_of, mentees_of = problem.scores.pairs()
    scores = problem.scores.at(mentors_of, mentees_of)
    for mentee in mentees.tolist():
        weights = np.zeros((problem.shape[0], 1), dtype=np.int64)
        # Coefficients are the scores of this mentee's pairs
        own = mentees_of == mentee
        weights[mentors_of[own], 0] = scores[own]
        yield Row(f"least sum of mentee {mentee}", weights, least=least, mentee=mentee)


def mentees_with_one_place(problem: AssignmentProblem) -> BoolVector:
    """Return (m,) bool: the mentees who can have no more than one partner."""
    most: BoolVector = np.minimum(problem.mentees.most, problem.scores.degrees[1]) <= 1
    return most
