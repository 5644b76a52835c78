"""Max-min goals: the worst pair (bottleneck), the worst mentee (max-min fairness), with bounds by duals and counts."""

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
    """A goal that maximises the smallest of several integers, so it is no sum over pairs; ``goal`` is its name."""

    goal: ClassVar[str]

    @abstractmethod
    def value(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
        """Return the value of the goal for the given pairs."""

    @abstractmethod
    def constrain(self, problem: AssignmentProblem, least: int) -> AssignmentProblem:
        """Return the problem with the constraint that the value is ``least`` or more (epsilon-constraint method).

        The solution without pairs may satisfy it although its value is 0.
        """

    @abstractmethod
    def upper_bound(self, problem: AssignmentProblem, count: int) -> int:
        """Return an upper bound on the value of solutions of ``count`` pairs or more."""

    @abstractmethod
    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        """Return the values above ``low``, up to ``high``, that solutions may have, ascending."""

    def matchable_mentees(self, problem: AssignmentProblem) -> BoolVector:
        """Return (m,) bool: a superset of the mentees who may be in a pair."""
        return problem.scores.degrees[1] > 0

    def max_pairs(self, problem: AssignmentProblem) -> int:
        """Return an upper bound on the number of pairs."""
        capacities = problem.mentees.within(problem.scores.degrees[1])
        return min(problem.max_pairs, int(capacities[self.matchable_mentees(problem)].sum()))

    def upper_bound_after_failure(
        self, problem: AssignmentProblem, earlier_goals: Sequence[str], least: int, failed: Solution
    ) -> int | None:
        """Return an upper bound for solutions better in the earlier goals than ``failed``; None: unknown.

        ``failed`` is optimal in these goals, and then in the number of pairs, under the threshold ``least``.
        """
        return None

    def dual_upper_bound(self, problem: AssignmentProblem, earlier_goals: Sequence[str], best: Solution) -> int | None:
        """Return an upper bound by the duals of ``best`` for solutions as good in the earlier goals; None: unknown."""
        return None

    def optimistic_values(self, problem: AssignmentProblem) -> Iterator[int]:
        """Yield thresholds that leave few pairs and may be feasible, from high to low."""
        yield from ()


COARSE_CANDIDATES = 32  # of a coarse search
QUANTILE_PARTS = (32, 8, 2)  # the best pair in so many is tried before all pairs


class BottleneckPair(MaxMinGoal):
    """The score of the worst pair, 0 if there are no pairs."""

    goal: ClassVar[str] = "floor"

    def value(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
        return worst_pair(problem, mentors, mentees)

    def constrain(self, problem: AssignmentProblem, least: int) -> AssignmentProblem:
        return replace(problem, scores=problem.scores.at_least(np.full(problem.shape[1], least)))

    def upper_bound(self, problem: AssignmentProblem, count: int) -> int:
        """Return the smallest best score of the people who must have a partner."""
        # The worst pair is no better than the best pair of any such person
        highest, best = problem.scores.extremes[1], None
        for side, loads in enumerate((problem.mentors, problem.mentees)):
            capacities = loads.within(problem.scores.degrees[side])
            # People with a minimum, or all if all slots of the side are needed
            is_required = (capacities > 0) & ((loads.firm_minimum > 0) | (int(capacities.sum()) <= count))
            if is_required.any():
                best = best or problem.scores.row_and_column_max()
                highest = min(highest, int(best[side][is_required].min(initial=highest)))
            # A minimum on one side requires a pair on the other
            count = max(count, int(loads.firm_minimum.any()))
        return highest if count else max(highest, 0)

    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        levels = problem.scores.distinct_between(low, high)
        # 0 is the value of a solution without pairs
        if low < 0 <= high and bisect_left(levels, 0) == bisect_right(levels, 0):
            return sorted([*levels, 0])
        return levels

    def upper_bound_after_failure(
        self, problem: AssignmentProblem, earlier_goals: Sequence[str], least: int, failed: Solution
    ) -> int | None:
        """Return the best score outside the vertex cover: every larger matching has an edge there (Koenig 1931).

        ``failed`` is a maximum matching of the pairs above ``least``, and its duals are a vertex cover of them. A
        person with more slots than such pairs can take pairs of lower scores, and does not cover those.
        """
        # The duals of the failed problem, on the pairs above the threshold
        above_threshold = self.constrain(problem, least)
        duals = _integral_duals(above_threshold, failed) if tuple(earlier_goals) == ("matched",) else None
        if duals is None or duals.denominator > 1:
            return None
        if min(int(side_duals.min(initial=0)) for side_duals in (duals.mentors, duals.mentees)) < 0:
            return None
        all_degrees, remaining_degrees = problem.scores.degrees, above_threshold.scores.degrees
        sides = zip(
            (problem.mentors, problem.mentees),
            (duals.mentors, duals.mentees),
            all_degrees,
            remaining_degrees,
            strict=True,
        )
        # Outside the cover: dual 0, or more slots than pairs above the threshold
        uncovered = [
            (dual == 0) | (remaining_degree < np.minimum(loads.most, degree))
            for loads, dual, degree, remaining_degree in sides
        ]
        return int(problem.scores.row_and_column_max((uncovered[0], uncovered[1]))[0].max(initial=NO_SCORE))

    def dual_upper_bound(self, problem: AssignmentProblem, earlier_goals: Sequence[str], best: Solution) -> int | None:
        """Return the smallest best score of the people in pairs who have a positive dual (complementary slackness).

        They are saturated in every optimum. If the number of pairs is the only goal, a pair of two people with positive
        duals has a negative reduced profit and is in no optimum, so only partners with dual 0 count.
        """
        duals = _integral_duals(problem, best)
        if (
            duals is None
            or not {goal for goal, _ in duals.weights} <= {*earlier_goals}
            or problem.has_side_constraints
            or problem.pins
        ):
            return None
        positive, count_only = (duals.mentors > 0, duals.mentees > 0), duals.weights == (("matched", 1),)
        # People with a pair in every optimum, as in ``best``; a person without capacity is saturated without a pair
        loads = [
            np.bincount(people, minlength=count) for people, count in zip(best.pairs.T, problem.shape, strict=True)
        ]
        in_pairs = [is_positive & (load > 0) for is_positive, load in zip(positive, loads, strict=True)]
        tops = [
            problem.scores.row_and_column_max(pairs_of_positive_duals(positive, side, count_only=count_only))[side]
            for side in (0, 1)
        ]
        highest = problem.scores.extremes[1]
        return int(min(top[mask].min(initial=highest) for top, mask in zip(tops, in_pairs, strict=True)))

    def optimistic_values(self, problem: AssignmentProblem) -> Iterator[int]:
        levels = [problem.scores.upper_quantile(part) for part in QUANTILE_PARTS]
        yield from (level for level in levels if level is not None)


class CoarseBottleneckPair(BottleneckPair):
    """The same on a few candidates, to find a nearly greatest value."""

    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        step = max((high - low) // COARSE_CANDIDATES, 1)
        return range(low + step, high + 1, step)


def pairs_of_positive_duals(positive: PersonMasks, side: int, *, count_only: bool) -> PersonMasks:
    """Return masks of the people with positive duals on one side and their partners: all, or those with dual 0."""
    partners = ~positive[1 - side] if count_only else np.ones_like(positive[1 - side])
    return (positive[0], partners) if side == 0 else (partners, positive[1])


def _integral_duals(problem: AssignmentProblem, best: Solution) -> DualSolution | None:
    """Return integral duals of people that prove the first stage of a solution; None if none are known."""
    stages = [stage for stage in best.prices[:1] if stage.degrees_only]
    if not stages or best.status is not Status.PROVED:
        return None
    if stages[0].denominator == 1 or problem.scores.stored:
        return stages[0]
    duals = round_duals(problem, stages[0])
    return duals if dual_bound(problem, duals) == _dual_profit(problem, duals, best.pairs) else None


def _dual_profit(problem: AssignmentProblem, duals: DualSolution, pairs: IntMatrix) -> int:
    """Return the weighted profit of the pairs without the pins, in the goals of a stage."""
    pins, total = np.array(problem.pins, dtype=np.int64).reshape(-1, 2), 0
    for goal, weight in duals.weights:
        objective = objective_of(problem, goal)
        profit, pinned = (int(objective.profit(problem, *side.T).sum()) for side in (pairs, pins))
        total += weight * (profit - pinned)
    return total


@dataclass(frozen=True, slots=True)
class WorstMentee(MaxMinGoal):
    """The sum of scores of the worst mentee among ``eligible`` (m,) bool, 0 if there are none."""

    goal: ClassVar[str] = "floor_person"
    eligible: BoolVector

    def value(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
        return worst_mentee(problem, self.eligible, mentors, mentees)

    def constrain(self, problem: AssignmentProblem, least: int) -> AssignmentProblem:
        """Return the problem with a lower bound on each mentee's sum.

        For a mentee with at most one partner, pairs below the bound are dropped instead of a row. If all mentees are
        such and ``least`` is above 0, a solution reaches it if and only if all eligible mentees have a partner, which
        ``matched`` maximises. Otherwise these mentees get a minimum of one, and the others a side constraint each
        (Kobren, Saha & McCallum, "Paper Matching with Local Fairness Constraints", KDD 2019).
        """
        several = self.mentees_with_several(problem)
        # Mentees with at most one partner: drop pairs below the bound
        restricted = replace(problem, scores=problem.scores.at_least(np.where(several, NO_SCORE, least)))
        # All mentees are such: maximise the number of pairs first
        if not several.any():
            return replace(restricted, goals=self._with_matched_first(problem.goals)) if least > 0 else restricted
        # Else each of these must have a partner, and each other mentee the sum
        needed = self.eligible & ~several & (least > 0)
        loads = _with_minimum_of_one(problem.mentees, needed)
        return replace(
            restricted, mentees=loads, rows=(*problem.rows, *_sum_constraints(problem, np.flatnonzero(several), least))
        )

    def mentees_with_several(self, problem: AssignmentProblem) -> BoolVector:
        """Return (m,) bool: the eligible mentees who may have several partners."""
        return self.eligible & ~single_capacity_mentees(problem)

    def require_partner_for_all(self, problem: AssignmentProblem) -> AssignmentProblem:
        """Return the problem in which every eligible mentee must have a partner."""
        return replace(problem, mentees=_with_minimum_of_one(problem.mentees, self.eligible))

    def _with_matched_first(self, goals: Sequence[str]) -> tuple[str, ...]:
        """Return the goals with ``matched`` directly before this goal, unless it comes earlier."""
        index = goals.index(self.goal)
        return tuple(dict.fromkeys([*goals[:index], "matched", self.goal, *goals[index + 1 :]]))

    def matchable_mentees(self, problem: AssignmentProblem) -> BoolVector:
        return self.eligible

    def upper_bound(self, problem: AssignmentProblem, count: int) -> int:
        """Return the smallest best sum of the mentees; at most 0 if there are too few slots for all.

        If each has at most one partner, either all are in a pair or the value is at most 0, so the bound of the worst
        pair for that number of pairs also holds.
        """
        several, has_minimum = self.mentees_with_several(problem), problem.mentees.firm_minimum > 0
        # One partner: the best pair, or 0 for none unless the mentee has a minimum
        best_pairs = problem.scores.row_and_column_max()[1][self.eligible & ~several]
        single_bounds = np.where(has_minimum[self.eligible & ~several], best_pairs, np.maximum(best_pairs, 0)).tolist()
        # Several partners: the best sum of as many pairs as are allowed
        sum_bounds = problem.scores.top_sums(
            np.flatnonzero(several), problem.mentees.firm_minimum, problem.mentees.most
        ).tolist()
        smallest = min([*single_bounds, *sum_bounds], default=0)
        eligible_count = int(np.count_nonzero(self.eligible))
        # Some mentee has no partner
        if eligible_count > problem.max_pairs:
            return min(smallest, 0)
        return (
            smallest if several.any() else min(smallest, max(BottleneckPair().upper_bound(problem, eligible_count), 0))
        )

    def candidates(self, problem: AssignmentProblem, low: int, high: int) -> Sequence[int]:
        return range(low + 1, high + 1)

    def dual_upper_bound(self, problem: AssignmentProblem, earlier_goals: Sequence[str], best: Solution) -> int | None:
        """Return 0 if an optimum with the most pairs has too few of them: some mentee has no partner."""
        return 0 if np.count_nonzero(self.eligible) > len(best.pairs) else None


def _with_minimum_of_one(loads: DegreeBounds, needed: BoolVector) -> DegreeBounds:
    """Return degree bounds by which the people ``needed`` (n,) must have a partner."""
    return replace(
        loads, least=np.where(needed, np.maximum(loads.least, 1), loads.least), optional=loads.optional & ~needed
    )


def _sum_constraints(problem: AssignmentProblem, mentees: IntVector, min_sum: int) -> Iterator[Row]:
    """Yield the side constraint that bounds the sum of each mentee from below."""
    mentors_of, mentees_of = problem.scores.pairs()
    scores = problem.scores.at(mentors_of, mentees_of)
    for mentee in mentees.tolist():
        weights = np.zeros((problem.shape[0], 1), dtype=np.int64)
        # Coefficients are the scores of this mentee's pairs
        in_pairs = mentees_of == mentee
        weights[mentors_of[in_pairs], 0] = scores[in_pairs]
        yield Row(f"least sum of mentee {mentee}", weights, least=min_sum, mentee=mentee)


def single_capacity_mentees(problem: AssignmentProblem) -> BoolVector:
    """Return (m,) bool: the mentees who can have at most one partner."""
    has_single: BoolVector = np.minimum(problem.mentees.most, problem.scores.degrees[1]) <= 1
    return has_single
