"""The price of a lexicographic goal: the problem solved again without it, and compared.

"Raising the worst pair from 37 to 45 points costs 0.7 % of the total" is the price of the goal ``floor``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.assignment.objective import goal_value
from mentormatch.errors import EngineError


@dataclass(frozen=True, slots=True)
class GoalPrice:
    """What the optimum reaches in every goal of the problem: asked for ``goal``, and not asked for it.

    Values are those that tiers state.
    """

    goal: str
    asked: Mapping[str, int]
    unasked: Mapping[str, int]

    @property
    def differences(self) -> dict[str, int]:
        """Return by how much each value changes when the goal is asked for, goals without a change left out."""
        changes = {name: value - self.unasked[name] for name, value in self.asked.items()}
        return {name: change for name, change in changes.items() if change}


def price_goals(
    problem: AssignmentProblem, solution: Solution, *, seed: int = 0, time_limit_s: float | None = None
) -> tuple[GoalPrice, ...]:
    """Return the price of each goal, by solving the problem without it; none where there is one goal alone.

    Parameters
    ----------
    problem, solution
        A problem and its proved solution.
    seed
        Settles ties in the problems that are solved.
    time_limit_s
        Seconds for each of these; None: until proved.

    Raises
    ------
    EngineError
        If the solution is not proved, or a problem with a goal less cannot be solved, or not in time.

    Examples
    --------
    >>> problem = AssignmentProblem.from_scores([[0.9, 0.5], [0.5, 0.2]], goals=("matched", "floor", "total"))
    >>> floor = price_goals(problem, solve(problem))[1]
    >>> floor.goal, floor.differences
    ('floor', {'floor': 300000, 'total': -100000})
    """
    if solution.status is not Status.PROVED:
        raise EngineError("Goals have a price only where the answer is proved")
    asked = _goal_values(problem, solution)
    priced = problem.goals if len(problem.goals) > 1 else ()
    return tuple(GoalPrice(goal, asked, _without(problem, goal, seed, time_limit_s)) for goal in priced)


def _without(problem: AssignmentProblem, goal: str, seed: int, time_limit_s: float | None) -> dict[str, int]:
    goals = tuple(other for other in problem.goals if other != goal)
    solution = solve(replace(problem, goals=goals), seed=seed, time_limit_s=time_limit_s)
    if solution.status is not Status.PROVED:
        raise EngineError(f"The problem without the goal {goal} was not solved")
    return _goal_values(problem, solution)


def _goal_values(problem: AssignmentProblem, solution: Solution) -> dict[str, int]:
    return {goal: goal_value(problem, goal, *solution.pairs.T) for goal in problem.goals}
