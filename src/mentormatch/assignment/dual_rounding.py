"""Fractional duals rounded to integers with no worse bound: integral duals exist (Hoffman and Kruskal 1956).

Of two prices that pay for a pair together, one is rounded up where the other is rounded down. If each is cut at the
same part of a unit, both still pay for what the pair is worth in whole units; over all parts at which to cut, the mean
of the bounds is the bound in parts, so that one of them is no greater (the unimodularity of Hoffman and Kruskal 1956).
Cut at half a weight, prices of several goals pay for each of them: the checker has that reasoning, and code of its own.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.optimal_face import remaining_degrees
from mentormatch.base.columns import IntVector


def round_duals(problem: AssignmentProblem, prices: DualSolution) -> DualSolution:
    """Return prices of people in whole units, whose bound is no greater than the one in parts."""
    if prices.denominator == 1:
        return prices
    cut = _cut(problem, prices)
    mentors, mentees = (prices.mentors + cut) // prices.denominator, -((cut - prices.mentees) // prices.denominator)
    return replace(prices, mentors=mentors, mentees=mentees, denominator=1)


def duals_by_goal(prices: DualSolution) -> Iterator[DualSolution]:
    """Yield the prices of each goal of a stage in whole units of it, the goals before it being kept."""
    for place, (goal, weight) in enumerate(prices.weights if prices.degrees_only else ()):
        if any(above % weight for _, above in prices.weights[:place]):
            return
        kept = tuple((before, -(above // weight)) for before, above in prices.weights[:place])
        mentors, mentees = nearest_unit((prices.mentors, prices.mentees), prices.denominator * weight)
        yield DualSolution(((goal, 1),), mentors, mentees, prices.rows, kept, score_threshold=prices.score_threshold)


def nearest_unit(prices: tuple[IntVector, IntVector], unit: int) -> tuple[IntVector, IntVector]:
    """Return the prices of both sides in whole units, one side being rounded up where the other is rounded down."""
    return (prices[0] + unit // 2) // unit, -((unit // 2 - prices[1]) // unit)


def dual_bound(problem: AssignmentProblem, prices: DualSolution) -> int:
    """Return what no answer beside the pins is worth more than, if no pair is worth more than its prices."""
    sides = zip(remaining_degrees(problem), (prices.mentors, prices.mentees), strict=True)
    return sum(bounds.value(each) for bounds, each in sides)


def _cut(problem: AssignmentProblem, prices: DualSolution) -> int:
    """Return how many parts are added to mentors' prices, and taken from mentees', before all are rounded."""
    parts, pays = prices.denominator, (prices.mentors, prices.mentees)
    loads = [
        np.where(own > 0, side.most, side.least) for own, side in zip(pays, remaining_degrees(problem), strict=True)
    ]
    over = pays[0] % parts, pays[1] % parts
    cuts, place = np.unique(np.concatenate([[0], (parts - over[0]) % parts, over[1]]), return_inverse=True)
    change = np.zeros(len(cuts), dtype=np.int64)
    np.add.at(change, place, np.concatenate([[0], _where(over[0], loads[0]), -_where(over[1], loads[1])]))
    return int(cuts[np.argmin(np.cumsum(change))])


def _where(over: IntVector, loads: IntVector) -> IntVector:
    """Return the loads of those whose price is no whole number."""
    return np.where(over > 0, loads, 0)
