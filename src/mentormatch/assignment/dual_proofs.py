"""Which dual solutions prove which goal: cardinality, and infeasibility above a threshold."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np

from mentormatch.assignment.bottleneck_goals import BottleneckPair
from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.solution import DualSolution, Solution
from mentormatch.base.columns import BoolVector

type SelectDuals = Callable[[AssignmentProblem], Solution]
"""Solves a problem for the sake of its prices."""


def cardinality_dual(problem: AssignmentProblem, mentees: BoolVector) -> DualSolution:
    """Return the prices by which there are no more pairs than the scarcer side has places.

    ``mentees`` (m,): who may be in a pair. Prices exceed a unit by so little that all together do not make up one: a
    proof need not look at pairs, of which none is then worth what its people cost.
    """
    sides = zip((problem.mentors, problem.mentees), problem.scores.degrees(), strict=True)
    most = [np.minimum(loads.most, degree) for loads, degree in sides]
    counts = int(most[0].sum()), int(most[1][mentees].sum())
    parts, scarce = min(counts) + 1, counts[0] <= counts[1]
    prices = np.full(problem.shape[0], (parts + 1) * scarce), np.where(mentees, (parts + 1) * (not scarce), 0)
    return DualSolution((("matched", 1),), *prices, denominator=parts)


def infeasibility_duals(
    problem: AssignmentProblem, before: tuple[str, ...], floor: int, prove: SelectDuals
) -> Iterator[DualSolution]:
    """Yield the prices by which no better floor is as good in the goals ``before``.

    Where no answer at all has a better floor there may be no prices that say so; the certificate then says less.
    """
    goals = before if "matched" in before else (*before, "matched")
    above = replace(BottleneckPair().constrain(problem, floor + 1), goals=goals)
    yield from with_threshold(prove(above).prices, floor + 1)


def with_threshold(stages: Sequence[DualSolution], least: int) -> Iterator[DualSolution]:
    """Yield the prices as those over the pairs of a score of ``least`` or more."""
    yield from (replace(stage, score_threshold=least) for stage in stages if stage.score_threshold is None)


def select_duals(goals: Sequence[str], stages: Sequence[DualSolution]) -> Iterator[DualSolution]:
    """Yield the prices that belong to the goals: of sums before any other goal, and of sums about a floor."""
    sums = set(takewhile(ADDITIVE_GOALS.__contains__, goals))
    about = {"matched", *takewhile({*ADDITIVE_GOALS, "floor"}.__contains__, goals)} if "floor" in goals else set[str]()
    for stage in stages:
        if {goal for goal, _ in stage.weights} <= (sums if stage.score_threshold is None else about):
            yield stage
