"""An assignment problem and the value of a goal -> the 0-1 systems that have no solution if no answer is better.

Columns are the allowed pairs in the order of ``problem.scores.pairs()``, then an indicator of each person whose minimum
binds only if they are used, mentors first. Rows are the degrees of mentors, those of mentees, the side constraints,
what ties indicators to pairs, the values of the goals before, and last what asks for a better value (the target row).

======================  ================================================================================================
goal                    "better than the value"
======================  ================================================================================================
a sum                   the profit is the value + 1 or more
``floor``               only pairs of a higher score, and at least one if that score is above 0
``floor_person``        each mentee who can be served has a sum of the value + 1 or more
``leximin``             more pairs; or as many, as good up to each lower level, and fewer pairs up to some level
======================  ================================================================================================
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import terms_of_rows
from mentormatch.assignment.model.solution import Tier
from mentormatch.assignment.verification.reduced_costs import goal_profit
from mentormatch.assignment.verification.refutation import System
from mentormatch.base.arrays import IntVector

MAX_PAIRS = 1_000_000
"""Claims about more pairs are not stated: a system takes about 100 bytes per pair."""
MAX_TERMS = 50_000_000
"""Nor with more terms in rows that concern many people, or, for ``leximin``, in all of its systems together."""

type ConstraintTerms = tuple[IntVector, IntVector, int | None, int | None]
"""Columns, coefficients, lower and upper bound of a row."""


@dataclass(frozen=True)
class Claims:
    """The systems of a problem, goal after goal.

    Attributes
    ----------
    problem
        A problem whose pairs are listed.
    mentors, mentees
        (e,) int64: the allowed pairs.
    scores
        (e,) int64: the score of each pair.
    """

    problem: AssignmentProblem
    mentors: IntVector
    mentees: IntVector
    scores: IntVector

    @classmethod
    def of(cls, problem: AssignmentProblem) -> Self:
        """Return the claims of a problem."""
        mentors, mentees = problem.scores.pairs()
        return cls(problem, mentors, mentees, problem.scores.at(mentors, mentees))

    @staticmethod
    def can_state(problem: AssignmentProblem) -> bool:
        """Return whether the pairs of a problem are listed, and few enough for its rows."""
        if not problem.scores.stored or problem.scores.count > MAX_PAIRS:
            return False
        shared = sum(row.mentor is None and row.mentee is None for row in problem.rows)
        return shared * problem.scores.count <= MAX_TERMS

    def has_few_levels(self, tier: Tier) -> bool:
        """Return whether the systems of ``leximin`` are few and small enough; those of other goals are."""
        return tier.goal != "leximin" or len(set(tier.vector)) ** 2 * len(self.scores) <= MAX_TERMS

    @cached_property
    def rules(self) -> System:
        """The rules: degrees, minimums, side constraints and pins."""
        problem, pairs = self.problem, len(self.mentors)
        ones = np.ones(pairs, dtype=np.int64)
        system = System.free(pairs + sum(int(side.conditional.sum()) for side in (problem.mentors, problem.mentees)))
        degrees = System(
            np.concatenate([self.mentors, self.mentees + problem.shape[0]]),
            np.concatenate([np.arange(pairs)] * 2),
            np.concatenate([ones, ones]),
            tuple(least for side in (problem.mentors, problem.mentees) for least in side.firm_minimum.tolist()),
            tuple(most for side in (problem.mentors, problem.mentees) for most in side.most.tolist()),
            system.least,
            system.most,
        )
        sides = terms_of_rows(problem.rows, self.mentors, self.mentees, problem.shape)
        coupling = [(*terms, row.least, row.most) for row, terms in zip(problem.rows, sides, strict=True)]
        system = self._with_indicators(degrees.with_rows(coupling))
        # Pins; one that is no allowed pair makes the system empty
        pinned = system.least.copy()
        keys = self.mentors * problem.shape[1] + self.mentees
        wanted = np.array([mentor * problem.shape[1] + mentee for mentor, mentee in problem.pins], dtype=np.int64)
        pinned[:pairs] = np.isin(keys, wanted)
        system = system.within(pinned, system.most)
        none = np.zeros(0, dtype=np.int64)
        return system if np.isin(wanted, keys).all() else system.with_row(none, none, 1, None)

    def _with_indicators(self, system: System) -> System:
        """Return the system with the rows of each indicator u: degree <= most u, degree >= least u, pair <= u."""
        column, height = len(self.mentors), 0
        terms, lower, upper = list[tuple[IntVector, IntVector, IntVector]](), list[int | None](), list[int | None]()
        for side, people in ((self.problem.mentors, self.mentors), (self.problem.mentees, self.mentees)):
            for person in np.flatnonzero(side.conditional).tolist():
                own = np.flatnonzero(people == person)
                with_indicator, ones = np.append(own, column), np.ones(len(own), dtype=np.int64)
                for coefficient in (side.most[person], side.least[person]):
                    terms.append((np.full(len(own) + 1, height), with_indicator, np.append(ones, -coefficient)))
                    height += 1
                links = np.tile(np.arange(len(own)) + height, 2)
                terms.append((links, np.append(own, np.full(len(own), column)), np.append(ones, -ones)))
                lower += [None, 0, *[None] * len(own)]
                upper += [0, None, *[0] * len(own)]
                height += len(own)
                column += 1
        if not terms:
            return system
        rows, columns, values = (np.concatenate(each) for each in zip(*terms, strict=True))
        return system.with_terms((rows, columns, values), lower, upper)

    @property
    def any_answer(self) -> System:
        """The rules, and a target row that all choices keep: no solution means that no answer keeps the rules."""
        pairs = np.arange(len(self.scores))
        return self.rules.with_row(pairs, np.ones_like(pairs), 0, None)

    def better(self, system: System, tier: Tier, bound: int) -> Iterator[System]:
        """Yield the systems of the answers whose value in a goal exceeds a bound; all others keep the bound.

        ``system`` is what the goals before leave. For ``leximin`` the bound is the value itself.
        """
        match tier.goal:
            case "floor":
                yield self._above_floor(system, bound + 1)
            case "floor_person":
                if len(self._served):
                    yield self._served_at_least(system, bound + 1)
            case "leximin":
                yield from self._better_vectors(system, tier.vector)
            case _:
                yield self._sum_at_least(system, tier.goal, self._as_sum(tier.goal, bound) + 1)

    def hold(self, system: System, tier: Tier) -> System:
        """Return the system of the answers that are no worse in a goal than the value found."""
        match tier.goal:
            case "floor":
                return self._above_floor(system, tier.value)
            case "floor_person":
                return self._served_at_least(system, tier.value)
            case "leximin":
                return deque(self._hold_vector(system, tier.vector), maxlen=1).pop()
        return self._sum_at_least(system, tier.goal, self._as_sum(tier.goal, tier.value))

    def _as_sum(self, goal: str, value: int) -> int:
        """Return a value as a sum of profits; for ``changes``, the number of former pairs that are kept."""
        return len(self.problem.former) - value if goal == "changes" else value

    def _sum_at_least(self, system: System, goal: str, least: int) -> System:
        profit = goal_profit(self.problem, goal, self.mentors, self.mentees)
        columns = np.flatnonzero(profit)
        return system.with_row(columns, profit[columns], least, None)

    def _above_floor(self, system: System, least: int) -> System:
        most = system.most.copy()
        most[: len(self.scores)] &= self.scores >= least
        pairs = np.arange(len(self.scores))
        # An answer without a pair has floor 0
        return system.within(system.least, most).with_row(pairs, np.ones_like(pairs), int(least > 0), None)

    @cached_property
    def _served(self) -> IntVector:
        """The mentees who have a place and an allowed partner with a place."""
        problem = self.problem
        return np.flatnonzero(problem.scores.has_partner(problem.mentors.most > 0) & (problem.mentees.most > 0))

    def _served_at_least(self, system: System, least: int) -> System:
        return system.with_rows(
            (own, self._saturated(self.scores[own], least), least, None)
            for own in (np.flatnonzero(self.mentees == mentee) for mentee in self._served.tolist())
        )

    @staticmethod
    def _saturated(scores: IntVector, least: int) -> IntVector:
        """Return the scores cut at the bound, if none is negative: the excess adds nothing."""
        return np.minimum(scores, least) if least > 0 and (scores >= 0).all() else scores

    def _hold_vector(self, system: System, vector: tuple[int, ...]) -> Iterator[System]:
        """Yield the systems of as many pairs, none below the lowest score, with the row of one more level each.

        The row of a level: up to the next level, no more pairs than the vector has up to this one.
        """
        levels, pairs = sorted(set(vector)), np.arange(len(self.scores))
        most = system.most.copy()
        most[: len(pairs)] &= self.scores >= levels[0] if levels else True
        system = system.within(system.least, most).with_row(pairs, np.ones_like(pairs), len(vector), None)
        yield system
        for level, following in pairwise(levels):
            system = system.with_rows([self._up_to(following - 1, bisect_right(vector, level))])
            yield system

    def _up_to(self, level: int, most: int) -> ConstraintTerms:
        """Return the row of at most ``most`` pairs of a score up to a level."""
        columns = np.flatnonzero(self.scores <= level)
        return columns, np.ones_like(columns), None, most

    def _better_vectors(self, system: System, vector: tuple[int, ...]) -> Iterator[System]:
        pairs = np.arange(len(self.scores))
        yield system.with_row(pairs, np.ones_like(pairs), len(vector) + 1, None)
        for level, equal in zip(sorted(set(vector)), self._hold_vector(system, vector), strict=False):
            # As good up to each lower level, and fewer pairs up to this one: the scores from here on are higher
            yield equal.with_rows([self._up_to(level, bisect_right(vector, level) - 1)])
