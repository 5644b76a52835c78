"""The goals of a search as one integer: each rule outweighs all goals, and each goal all those after it.

That is for the search alone, which proves nothing: what it finds is checked, and its goals are counted apart.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.base.columns import IntVector
from mentormatch.groups.problem import GroupProblem, pairs_in

BIGGEST = 1 << 61


@dataclass(frozen=True)
class PenaltyWeights:
    """What a search makes as great as can be: ``pairs`` (n, n), what leaving each person out costs, ``out`` (n,).

    ``rule``: what breaking a rule once costs. ``worth``: what a unit of worth counts for.
    """

    pairs: IntMatrix
    out: IntVector
    rule: int
    worth: int

    @classmethod
    def of(cls, problem: GroupProblem) -> Self:
        """Return the weights of a problem; where goals cannot be told apart in 62 bits, those after them count less."""
        n = len(problem)
        met = np.zeros((n, n), dtype=np.int64) if problem.meetings is None else problem.meetings
        first = np.zeros(n, dtype=np.int64) if problem.priority is None else problem.priority
        shared = sum(max(int(each.points.max(initial=0)), each.unknown) for each in problem.shared)
        pairs = max(problem.number.most, 1) * pairs_in(problem.sizes.most) + 1
        total = (int(np.abs(problem.worth).max(initial=0)) + shared) * pairs * 2 + 1
        worth = 1 if "total" in problem.goals or "floor" in problem.goals else 0
        meeting = total if "meetings" in problem.goals else 0
        priority = total + meeting * (int(met.max(initial=0)) * pairs + 1)
        placed = priority * (int(first.sum()) + 1)
        rule = min(placed * (n + 1), BIGGEST // (pairs * 4 + n))
        block = problem.worth * worth - met * meeting - problem.apart * rule
        for people in problem.together:
            block[np.ix_(people, people)] += rule
        np.fill_diagonal(block, 0)
        return cls(block, placed + first * priority, rule, worth)
