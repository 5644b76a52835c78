"""Lexicographic goals in one objective by weights (Sherali and Soyster 1983), within the range of exact integers.

A goal outweighs all after it if its weight exceeds the most by which these can differ over as many pairs as there can
be. As many goals as the exact range of a solver admits go into one stage; the others follow on its optimal face.
Leximin is a sum too, of counts by score level, packed as digits (lexicographic bottleneck assignment, Burkard & Rendl
1991).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.solution import Tier
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.errors import EngineError

BELOW_ALL = -(1 << 62)
"""Less than any score."""
PEOPLE = frozenset({"matched", "priority"})
"""The goals in which scores do not count."""
MOST_DIGITS = 64
"""A digit takes a bit at least, so no number has more."""


def fits_before_leximin(goals: Sequence[str]) -> tuple[str, ...]:
    """Return the goals before leximin.

    >>> fits_before_leximin(("matched", "leximin", "total"))
    ('matched',)
    """
    return tuple(goals[: goals.index("leximin")])


@dataclass(frozen=True, slots=True)
class LeximinStages:
    """The stages of leximin; in each, the profit of a pair is ``-max_weight`` at least and 0 at most.

    One stage counts the pairs of the lowest score levels that are left, fewer at a lower level being better first.
    """

    max_weight: int

    def next_stage(self, scores: IntVector, above: int = BELOW_ALL) -> tuple[IntVector, int] | None:
        """Return the profit of open pairs in the stage of the lowest scores that exceed ``above``.

        Parameters
        ----------
        scores
            (e,) int64, the scores of the open pairs.
        above
            The last score level that is done.

        Returns
        -------
        (e,) int64, none above 0, and the last score level of this stage; None if no level is left.

        Examples
        --------
        >>> worth, last = LeximinStages(max_weight=4).next_stage(np.array([5, 3, 9, 3, 7]))
        >>> worth.tolist(), last
        ([-2, -4, 0, -4, -1], 7)
        """
        # The score levels that are left, ascending, with the number of open pairs at each
        levels, counts = np.unique(scores[scores > above], return_counts=True)
        if not len(levels):
            return None
        used = self._digits(counts.tolist())
        # Mixed radix: the weight of a level is the product of the bases of all higher levels in this stage
        levels, bases = levels[:used], counts[:used] + 1
        weights = np.cumprod(np.append(1, bases[:0:-1]))[::-1]
        # The level of each pair; pairs above the levels of this stage cost nothing yet
        place = np.minimum(np.searchsorted(levels, scores), used - 1)
        return np.where(levels[place] == scores, -weights[place], 0), int(levels[-1])

    def _digits(self, counts: list[int]) -> int:
        """Return how many levels fit into one number; the digit of a level of ``count`` pairs has base count + 1."""
        size = 1
        for used, count in enumerate(counts[1:MOST_DIGITS], 1):
            # The radix of one more digit
            size *= count + 1
            if size > self.max_weight:
                return used
        return min(len(counts), MOST_DIGITS)


MAX_INT64 = 1 << 62
"""Integers up to here, and their sum with another, are exact in int64."""
MAX_SOLVER_WEIGHT = 1 << 40
"""Goals share an objective of a floating-point solver while profits stay below this, well within 53 bits."""


@dataclass(frozen=True, slots=True)
class ScalarObjective:
    """One or more goals as one linear objective, by the profit of a pair.

    It is ``per_pair + mentor[i] + mentee[k] + score * s[i, k]``, and ``per_former_pair`` more for a former pair.
    ``weights`` are the goals with their multipliers, first to last. ``low`` and ``high`` bound the profit of one pair.
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
        """Return both objectives in one that orders answers of ``places`` pairs at most by this one first."""
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

    def times(self, parts: int) -> "ScalarObjective":
        """Return the objective multiplied by ``parts``."""
        weights = tuple((goal, parts * weight) for goal, weight in self.weights)
        sides = parts * self.per_pair, parts * self.mentor, parts * self.mentee
        return ScalarObjective(
            weights, *sides, *(parts * part for part in (self.score, self.low, self.high, self.per_former_pair))
        )

    @property
    def range(self) -> int:
        """Return a bound on the magnitude of the profit of one pair, and of the difference between two."""
        return max(self.high, 0) - min(self.low, 0)

    @property
    def unit(self) -> int:
        """Return the weight of the first goal."""
        return self.weights[0][1]


def objective_of(problem: AssignmentProblem, goal: str) -> ScalarObjective:
    """Return the objective of one goal; raise EngineError if it is no sum over pairs."""
    if goal not in ADDITIVE_GOALS:
        raise EngineError(f"The goal {goal} is no sum over pairs")
    n, m = problem.shape
    none = np.zeros(n, dtype=np.int64), np.zeros(m, dtype=np.int64)
    if goal == "matched":
        return ScalarObjective(((goal, 1),), 1, *none, 0, 1, 1)
    if goal == "total":
        return ScalarObjective(((goal, 1),), 0, *none, 1, *problem.scores.extremes)
    if goal == "changes":
        return ScalarObjective(((goal, 1),), 0, *none, 0, 0, 1, per_former_pair=1)
    given = (problem.mentor_priority, problem.mentee_priority)
    mentor, mentee = (empty if part is None else part for part, empty in zip(given, none, strict=True))
    return ScalarObjective(
        ((goal, 1),), 0, mentor, mentee, 0, 0, int(mentor.max(initial=0)) + int(mentee.max(initial=0))
    )


def scalarize(problem: AssignmentProblem, limit: int) -> list[ScalarObjective | LeximinStages]:
    """Return the goals in as few stages as can be, each of a range below ``limit``: exact for the solver."""
    places = problem.max_pairs
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
            and stage.fits_above(below, places)
            and stage.dominate(below, places).range < limit
        ):
            # Joined: this goal outweighs those below by the range of all of them over all pairs
            stages[-1] = stage.dominate(below, places)
        else:
            stages.append(stage)
    return stages[::-1]


def scalarize_loosely(problem: AssignmentProblem, goals: Sequence[str], limit: int) -> ScalarObjective | None:
    """Return the goals in one stage, with the largest weights that fit; None if even one pair does not fit.

    The order of goals is guaranteed only between answers that differ in few pairs, and has to be proved afterwards.
    Each weight is a multiple of the next, and exceeds the range of one pair in all goals after it.
    """
    # From all pairs down to one
    rooms = (1 << bits for bits in range(problem.max_pairs.bit_length(), -1, -1))
    found = (_scalarise_within(problem, goals, room, limit) for room in rooms)
    return next((stage for stage in found if stage is not None), None)


def _scalarise_within(
    problem: AssignmentProblem, goals: Sequence[str], room: int, limit: int
) -> ScalarObjective | None:
    """Return the goals in one stage, each outweighing those after it over ``room`` pairs; None if that does not fit."""
    stage = objective_of(problem, goals[-1])
    for goal in reversed(goals[:-1]):
        upper = objective_of(problem, goal)
        # A multiple of the unit below, just above the range over ``room`` pairs
        scale = stage.unit * (room * -(-stage.range // stage.unit) + 1)
        if scale * upper.range + stage.range >= limit:
            return None
        stage = upper.combine(scale, stage)
    return stage


def evaluate_tiers(problem: AssignmentProblem, pairs: IntMatrix, bounds: Mapping[str, int | None]) -> Iterator[Tier]:
    """Yield, for each goal of the problem, the value of the pairs in it, with its bound if there is one."""
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
    worth = int(objective_of(problem, goal).profit(problem, mentors, mentees).sum())
    return len(problem.former) - worth if goal == "changes" else worth


def worst_pair(problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> int:
    """Return the score of the worst of the given pairs, 0 if there is none."""
    return int(problem.scores.at(mentors, mentees).min()) if len(mentors) else 0


def worst_mentee(problem: AssignmentProblem, served: BoolVector, mentors: IntVector, mentees: IntVector) -> int:
    """Return the sum of scores of the worst of the mentees who are ``served`` (m,) bool, 0 if there are none."""
    sums = np.zeros(problem.shape[1], dtype=np.int64)
    np.add.at(sums, mentees, problem.scores.at(mentors, mentees))
    return int(sums[served].min()) if served.any() else 0


def eligible_mentees(problem: AssignmentProblem) -> BoolVector:
    """Return (m,) bool: the mentees who may have a partner at all: one who is allowed and has a place."""
    return (problem.mentees.most > 0) & problem.scores.has_partner(problem.mentors.most > 0)
