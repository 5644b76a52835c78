"""The price of fairness: the greatest total of points for each floor, which is the score of the worst pair.

As many people are placed at each floor as without one: goals before the total keep their values.
"""

from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.bottleneck_goals import BottleneckPair
from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.base.progress import track
from mentormatch.explanation.goal_prices import soon_solved
from mentormatch.explanation.unmatched import Case

FAIR = ("floor", "floor_person", "leximin")
"""Goals that a floor stands for, left out while it is raised."""
MOST = 16
"""Floors that are tried; where more scores could be one, they are taken at even distances."""


@dataclass(frozen=True, slots=True)
class FrontierPoint:
    """The score of the worst pair, and the total of all pairs, in millionths."""

    floor: int
    total: int


@track()
def find_frontier(case: Case, seed: int = 0) -> tuple[FrontierPoint, ...]:
    """Return the best total for floors from low to high, one entry for each that costs something.

    The first is the greatest total of all; the last is the highest floor that was found. Empty where the answer is not
    proved or has no pair, where the programme does not ask for a total, and for more than 300 people a side, or 100
    where a rule couples pairs, or where no scores are held: the problem is solved once for each floor.
    """
    goals = tuple(goal for goal in case.problem.goals if goal not in FAIR)
    if (
        case.solution.status is not Status.PROVED
        or "total" not in goals
        or not (case.scores.held and soon_solved(case))
    ):
        return ()
    problem = replace(case.problem, goals=goals[: goals.index("total") + 1])
    return tuple(trace_frontier(problem, seed))


def trace_frontier(problem: AssignmentProblem, seed: int) -> list[FrontierPoint]:
    """Return the balances of a problem whose last goal is the total, from its greatest up to the highest floor."""
    first = solve(problem, seed=seed)
    if not len(first.pairs):
        return []
    found, highest = [frontier_point(problem, first)], ceiling(problem, seed)
    for floor in floors(problem, found[0].floor, highest):
        if floor > found[-1].floor:
            higher = frontier_point(problem, raise_floor(problem, floor, seed))
            found = [*(one for one in found if one.total > higher.total), higher]
    return found


def ceiling(problem: AssignmentProblem, seed: int) -> int:
    """Return the highest floor of an answer that reaches all goals before the total."""
    asked = replace(problem, goals=(*problem.goals[:-1], "floor"))
    return frontier_point(problem, solve(asked, seed=seed)).floor


def raise_floor(problem: AssignmentProblem, floor: int, seed: int) -> Solution:
    """Return the best answer whose worst pair reaches a floor."""
    return solve(BottleneckPair().constrain(problem, floor), seed=seed)


def floors(problem: AssignmentProblem, low: int, high: int) -> list[int]:
    """Return the floors to try above ``low``, ``high`` the last of them."""
    scores = BottleneckPair().candidates(problem, low, high)
    if len(scores) <= MOST:
        return list(scores)
    return [scores[place] for place in np.linspace(0, len(scores) - 1, MOST).astype(int)]


def frontier_point(problem: AssignmentProblem, solution: Solution) -> FrontierPoint:
    """Return the floor and the total of an answer."""
    scores = problem.scores.at(*solution.pairs.T)
    return FrontierPoint(int(scores.min()) if len(scores) else 0, int(scores.sum()))
