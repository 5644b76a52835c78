"""The prices behind a goal that is no sum: of what comes before it, of what would be better, of what comes after."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np

from mentormatch.assignment.bottleneck_goals import WorstPair
from mentormatch.assignment.model.problem import SUMS, AssignmentProblem
from mentormatch.assignment.model.solution import Prices, Solution
from mentormatch.base.columns import BoolVector

type Prove = Callable[[AssignmentProblem], Solution]
"""Solves a problem for the sake of its prices."""


def all_places(problem: AssignmentProblem, mentees: BoolVector) -> Prices:
    """Return the prices by which there are no more pairs than the scarcer side has places.

    ``mentees`` (m,): who may be in a pair. Prices exceed a unit by so little that all together do not make up one: a
    proof need not look at pairs, of which none is then worth what its people cost.
    """
    sides = zip((problem.mentors, problem.mentees), problem.scores.degrees(), strict=True)
    most = [np.minimum(loads.most, degree) for loads, degree in sides]
    counts = int(most[0].sum()), int(most[1][mentees].sum())
    parts, scarce = min(counts) + 1, counts[0] <= counts[1]
    prices = np.full(problem.shape[0], (parts + 1) * scarce), np.where(mentees, (parts + 1) * (not scarce), 0)
    return Prices((("matched", 1),), *prices, parts=parts)


def floor_proof(problem: AssignmentProblem, before: tuple[str, ...], floor: int, prove: Prove) -> Iterator[Prices]:
    """Yield the prices by which no better floor is as good in the goals ``before``.

    Where no answer at all has a better floor there may be no prices that say so; the certificate then says less.
    """
    goals = before if "matched" in before else (*before, "matched")
    above = replace(WorstPair().restrict(problem, floor + 1), goals=goals)
    yield from over(prove(above).prices, floor + 1)


def over(stages: Sequence[Prices], least: int) -> Iterator[Prices]:
    """Yield the prices as those over the pairs of a score of ``least`` or more."""
    yield from (replace(stage, least=least) for stage in stages if stage.least is None)


def proving(goals: Sequence[str], stages: Sequence[Prices]) -> Iterator[Prices]:
    """Yield the prices that belong to the goals: of sums before any other goal, and of sums about a floor."""
    sums = set(takewhile(SUMS.__contains__, goals))
    about = {"matched", *takewhile({*SUMS, "floor"}.__contains__, goals)} if "floor" in goals else set[str]()
    for stage in stages:
        if {goal for goal, _ in stage.weights} <= (sums if stage.least is None else about):
            yield stage
