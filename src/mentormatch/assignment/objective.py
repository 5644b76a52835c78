"""Lexicographic goals in one objective by weights (Sherali and Soyster 1983), within the range of exact integers.

The weight of a goal exceeds the greatest possible difference in all later goals over the maximum number of pairs. A
stage contains as many goals as the exact range of a solver allows; the others follow on its optimal face. Leximin is a
sum too, of counts by score level, packed as digits (lexicographic bottleneck assignment, Burkard & Rendl 1991).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.solution import Tier
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.errors import EngineError

BELOW_ALL = -(1 << 62)  # less than any score
PEOPLE = frozenset({"matched", "priority"})  # the goals that do not depend on scores


def goals_before_leximin(goals: Sequence[str]) -> tuple[str, ...]:
    """Return the goals before leximin.

    >>> goals_before_leximin(("matched", "leximin", "total"))
    ('matched',)
    """
    return tuple(goals[: goals.index("leximin")])


@dataclass(frozen=True, slots=True)
class LeximinStages:
    """The stages of leximin; in each, the profit of a pair is from ``-max_weight`` to 0.

    A stage counts the pairs at the lowest remaining score levels; fewer at a lower level come first.
    """

    max_weight: int

    def next_stage(self, scores: IntVector, above: int = BELOW_ALL) -> tuple[IntVector, int] | None:
        """Return the profit of open pairs in the stage of the lowest scores that exceed ``above``.

        Parameters
        ----------
        scores
            (e,) int64, the scores of the open pairs.
        above
            The last score level that was optimised.

        Returns
        -------
        (e,) int64, at most 0, and the last score level of this stage; None if no level remains.

        Examples
        --------
        >>> profit, last = LeximinStages(max_weight=4).next_stage(np.array([5, 3, 9, 3, 7]))
        >>> profit.tolist(), last
        ([-2, -4, 0, -4, -1], 7)
        """
        # The remaining score levels, ascending, with the number of open pairs at each
        levels, counts = np.unique(scores[scores > above], return_counts=True)
        if not len(levels):
            return None
        level_count = self._digits(counts.tolist())
        # Mixed radix: the weight of a level is the product of the bases of all higher levels in this stage
        levels, bases = levels[:level_count], counts[:level_count] + 1
        weights = np.cumprod(np.append(1, bases[:0:-1]))[::-1]
        # The level of each pair; pairs above the levels of this stage have profit 0
        level_of_pair = np.minimum(np.searchsorted(levels, scores), level_count - 1)
        return np.where(levels[level_of_pair] == scores, -weights[level_of_pair], 0), int(levels[-1])

    def _digits(self, counts: list[int]) -> int:
        """Return the number of levels that fit in one number; ``count`` pairs make a digit of base count + 1."""
        size, max_digits = 1, 64  # a digit takes at least one bit
        for used, count in enumerate(counts[1:max_digits], 1):
            # The product of the bases with one more digit
            size *= count + 1
            if size > self.max_weight:
                return used
        return min(len(counts), max_digits)


MAX_INT64 = 1 << 62  # integers below this, and sums of two of them, are exact in int64
MAX_SOLVER_WEIGHT = 1 << 40  # profits below this are exact for floating-point solvers, well within 53 bits


@dataclass(frozen=True, slots=True)
class ScalarObjective:
    """One or more goals as one linear objective, by the profit of a pair.

    The profit is ``per_pair + mentor[i] + mentee[k] + score * s[i, k]``, plus ``per_former_pair`` for a former pair.
    ``weights`` are the goals with their multipliers, first to last. ``low`` and ``high`` bound the profit of a pair.
    """

    weights: tuple[tuple[str, int], ...]
    per_pair: int
    mentor: IntVector
    mentee: IntVector
    score: int
    low: int
    high: int
    per_former_pair: int = 0

    def profit(self, problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> IntVector:
        """Return (e,) int64: the profit of the given pairs."""
        # Terms of people, of former pairs, of scores
        people = self.per_pair + self.mentor[mentors] + self.mentee[mentees]
        if self.per_former_pair:
            people += self.per_former_pair * problem.contains(problem.former, mentors, mentees)
        return people + self.score * problem.scores.at(mentors, mentees) if self.score else people

    def dominate(self, lower: "ScalarObjective", places: int) -> "ScalarObjective":
        """Return both objectives in one that orders solutions of up to ``places`` pairs by this one first."""
        return self.combine(places * lower.range + 1, lower)

    def combine(self, scale: int, lower: "ScalarObjective") -> "ScalarObjective":
        """Return ``scale`` times this objective plus the ``lower`` one."""
        return ScalarObjective(
            tuple((goal, scale * weight) for goal, weight in self.weights) + lower.weights,
            scale * self.per_pair + lower.per_pair,
            scale * self.mentor + lower.mentor,
            scale * self.mentee + lower.mentee,
            scale * self.score + lower.score,
            scale * self.low + lower.low,
            scale * self.high + lower.high,
            scale * self.per_former_pair + lower.per_former_pair,
        )

    def fits_above(self, lower: "ScalarObjective", places: int) -> bool:
        """Return whether ``dominate`` stays within int64."""
        return (places * lower.range + 1) * self.range + lower.range < MAX_INT64

    def scaled(self, factor: int) -> "ScalarObjective":
        """Return the objective multiplied by ``factor``."""
        weights = tuple((goal, factor * weight) for goal, weight in self.weights)
        sides = factor * self.per_pair, factor * self.mentor, factor * self.mentee
        scalars = self.score, self.low, self.high, self.per_former_pair
        return ScalarObjective(weights, *sides, *(factor * scalar for scalar in scalars))

    @property
    def range(self) -> int:
        """A bound on the absolute profit of a pair, and on the difference between two."""
        return max(self.high, 0) - min(self.low, 0)

    @property
    def unit(self) -> int:
        """The weight of the first goal."""
        return self.weights[0][1]


def objective_of(problem: AssignmentProblem, goal: str) -> ScalarObjective:
    """Return the objective of one goal. Raises EngineError if the goal is no sum over pairs."""
    if goal not in ADDITIVE_GOALS:
        raise EngineError(f"The goal {goal} is no sum over pairs")
    n, m = problem.shape
    zeros = np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64)
    if goal == "matched":
        return ScalarObjective(((goal, 1),), 1, *zeros, 0, 1, 1)
    if goal == "total":
        return ScalarObjective(((goal, 1),), 0, *zeros, 1, *problem.scores.extremes)
    if goal == "changes":
        return ScalarObjective(((goal, 1),), 0, *zeros, 0, 0, 1, per_former_pair=1)
    priorities = (problem.mentor_priority, problem.mentee_priority)
    mentor, mentee = (zero if weights is None else weights for weights, zero in zip(priorities, zeros, strict=True))
    return ScalarObjective(
        ((goal, 1),), 0, mentor, mentee, 0, 0, int(mentor.max(initial=0)) + int(mentee.max(initial=0))
    )


def scalarize(problem: AssignmentProblem, limit: int) -> list[ScalarObjective | LeximinStages]:
    """Return the goals in as few stages as possible; a stage of several goals has a range below ``limit``."""
    max_pairs = problem.max_pairs
    stages: list[ScalarObjective | LeximinStages] = []
    # From the last goal up: each goal joins the stage below it if the sum of both still fits
    for goal in reversed(problem.goals):
        if goal == "leximin":
            # Leximin: stages of its own, within the greatest power of two that fits
            stages.append(LeximinStages(max(1 << bits for bits in range(MAX_INT64.bit_length()) if 1 << bits < limit)))
            continue
        stage, below = objective_of(problem, goal), stages[-1] if stages else None
        if (
            isinstance(below, ScalarObjective)
            and stage.fits_above(below, max_pairs)
            and stage.dominate(below, max_pairs).range < limit
        ):
            # Combined: this goal outweighs the goals below by their range over all pairs
            stages[-1] = stage.dominate(below, max_pairs)
        else:
            stages.append(stage)
    return stages[::-1]


def scalarize_loosely(problem: AssignmentProblem, goals: Sequence[str], limit: int) -> ScalarObjective | None:
    """Return the goals in one stage, with the largest weights that fit; None if not even one pair fits.

    The order of goals is guaranteed only between solutions that differ in few pairs, and must be proved afterwards.
    Each weight is a multiple of the next, and exceeds the range of one pair in all later goals.
    """
    # Weights for all pairs, then for half as many, down to one
    pair_counts = (1 << bits for bits in range(problem.max_pairs.bit_length(), -1, -1))
    stages = (_scalarize_within(problem, goals, pair_count, limit) for pair_count in pair_counts)
    return next((stage for stage in stages if stage is not None), None)


def _scalarize_within(
    problem: AssignmentProblem, goals: Sequence[str], pair_count: int, limit: int
) -> ScalarObjective | None:
    """Return the goals in one stage, each outweighing later ones over ``pair_count`` pairs; None if it does not fit."""
    stage = objective_of(problem, goals[-1])
    for goal in reversed(goals[:-1]):
        upper = objective_of(problem, goal)
        # A multiple of the unit below, just above the range over ``pair_count`` pairs
        scale = stage.unit * (pair_count * -(-stage.range // stage.unit) + 1)
        if scale * upper.range + stage.range >= limit:
            return None
        stage = upper.combine(scale, stage)
    return stage


def evaluate_tiers(problem: AssignmentProblem, pairs: IntMatrix, bounds: Mapping[str, int | None]) -> Iterator[Tier]:
    """Yield, for each goal of the problem, the value of the pairs, with its bound if there is one."""
    mentors, mentees = pairs[:, 0], pairs[:, 1]
    for goal in problem.goals:
        vector = tuple(sorted(problem.scores.at(mentors, mentees).tolist())) if goal == "leximin" else ()
        yield Tier(goal, goal_value(problem, goal, mentors, mentees), bounds.get(goal), vector)


def goal_value(problem: AssignmentProblem, goal: str, mentors: IntVector, mentees: IntVector) -> int:
    """Return the value of the given pairs in one goal, as a tier states it."""
    if goal in {"floor", "leximin"}:
        return worst_pair(problem, mentors, mentees)
    if goal == "floor_person":
        return worst_mentee(problem, eligible_mentees(problem), mentors, mentees)
    profit = int(objective_of(problem, goal).profit(problem, mentors, mentees).sum())
    return len(problem.former) - profit if goal == "changes" else profit


def worst_pair(problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
    """Return the score of the worst of the given pairs, 0 if there are none."""
    return int(problem.scores.at(mentors, mentees).min()) if len(mentors) else 0


def worst_mentee(problem: AssignmentProblem, eligible: BoolVector, mentors: IntVector, mentees: IntVector) -> int:
    """Return the sum of scores of the worst mentee among ``eligible`` (m,) bool, 0 if there are none."""
    sums = np.zeros(problem.shape[1], dtype=np.int64)
    np.add.at(sums, mentees, problem.scores.at(mentors, mentees))
    return int(sums[eligible].min()) if eligible.any() else 0


def eligible_mentees(problem: AssignmentProblem) -> BoolVector:
    """Return (m,) bool: the mentees who may have a partner, as an allowed mentor and the mentee have a capacity."""
    return (problem.mentees.most > 0) & problem.scores.has_partner(problem.mentors.most > 0)
