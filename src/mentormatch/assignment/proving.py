"""The prices behind a goal that is no sum: of what comes before it, of what would be better, of what comes after."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

import numpy as np

from mentormatch.assignment.problem import SUMS, AssignmentProblem
from mentormatch.assignment.solution import Prices, Solution, Status
from mentormatch.assignment.threshold import WorstPair

type Prove = Callable[[AssignmentProblem], Solution]
"""Solves a problem for the sake of its prices."""


def opening(problem: AssignmentProblem, before: tuple[str, ...], count: int, prove: Prove) -> Sequence[Prices]:
    """Return the prices of some goals over all pairs, none if they are not found; ``count``: the pairs of the best."""
    if before == ("matched",) and count == problem.places:
        return (all_places(problem),)
    solution = prove(replace(problem, goals=before)) if before else None
    return solution.prices if solution is not None and solution.status is Status.PROVED else ()


def all_places(problem: AssignmentProblem) -> Prices:
    """Return the prices by which there are no more pairs than the scarcer side has places."""
    sides = zip((problem.mentors, problem.mentees), problem.scores.degrees(), strict=True)
    mentors, mentees = (int(np.minimum(loads.most, degree).sum()) for loads, degree in sides)
    n, m = problem.shape
    scarce = int(mentors <= mentees)
    return Prices((("matched", 1),), np.full(n, scarce), np.full(m, 1 - scarce))


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
