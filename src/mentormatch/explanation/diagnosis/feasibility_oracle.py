"""Asks whether rules have a solution: posed anew and solved each time, until the time is up."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.solution import Solution, Status
from mentormatch.errors import EngineError
from mentormatch.explanation.diagnosis.instance import feasibility_problem
from mentormatch.fields import Side
from mentormatch.people.cohort import Cohort
from mentormatch.rules.formulation import SIDES, eligible_people
from mentormatch.rules.kinds.capacity import Capacity
from mentormatch.rules.rule import Rule
from mentormatch.scoring.score import ScoreTable

type PlaceNumbers = Mapping[tuple[Side, int], int]

UNLIMITED = 1000
"""The greatest capacity that a rule may state."""
AT_FIRST_S = 0.5
"""An answer found by then will do, however many ties are left to settle."""


@dataclass(frozen=True, slots=True)
class FeasibilityOracle:
    """The case to be tried: people, scores, the rules of the whole programme, and when to stop."""

    cohort: Cohort
    scores: ScoreTable
    rules: tuple[Rule, ...]
    deadline: float | None = None

    def posed(self, rules: Sequence[Rule], places: PlaceNumbers | None = None) -> AssignmentProblem:
        """Return the problem that ``rules`` pose, with more places for some of those who take part."""
        problem = feasibility_problem(self.cohort, self.scores, rules)
        if not places:
            return problem
        loads = [_widened(load, side, places) for side, load in zip(SIDES, sides_of(problem), strict=True)]
        return replace(problem, mentors=loads[0], mentees=loads[1])

    def eased(self, kept: Sequence[int]) -> AssignmentProblem:
        """Return the problem with the rules at ``kept`` only; it allows all that the whole programme allows.

        A capacity that is not kept limits no one, and who takes part only because a condition is not kept may be left
        alone, whatever the minimums: so each rule that goes can only help.
        """
        held = frozenset(kept)
        rules = [part for place, rule in enumerate(self.rules) for part in self._eased(rule, kept=place in held)]
        problem = self.posed(rules)
        free = [~eligible_people(self.rules, self.cohort.side(side), side) for side in SIDES]
        mentors, mentees = [
            replace(load, optional=load.optional | aside) for load, aside in zip(sides_of(problem), free, strict=True)
        ]
        return replace(problem, mentors=mentors, mentees=mentees)

    def _eased(self, rule: Rule, *, kept: bool) -> list[Rule]:
        if kept:
            return [rule]
        limited = [side for side in SIDES if rule.degree_bounds(self.cohort.side(side), side) is not None]
        return [Capacity(side=side, most=UNLIMITED) for side in limited]

    def solution(self, problem: AssignmentProblem, seconds: float | None = None) -> Solution:
        """Return the canonical answer to the problem, that there is none, or what is known when the time is up.

        Raises EngineError where the engine fails.
        """
        limits = [limit for limit in (self.left_s, seconds) if limit is not None]
        found = solve(problem, time_limit_s=max(min(limits), 1e-6) if limits else None)
        if found.status is Status.FAILED:
            raise EngineError("\n".join(found.notes) or "the engine failed")
        return found

    @property
    def left_s(self) -> float | None:
        """Return the seconds that are left, None without a limit."""
        return None if self.deadline is None else max(self.deadline - monotonic(), 0.0)

    @property
    def over(self) -> bool:
        """Return whether the time is up."""
        return self.left_s == 0.0

    def holds(self, problem: AssignmentProblem) -> bool | None:
        """Return whether the problem has a solution; None where the time is up before that is known."""
        for seconds in (AT_FIRST_S, None):
            status = Status.STOPPED if self.over else self.solution(problem, seconds).status
            if status is not Status.STOPPED:
                return status is not Status.INFEASIBLE
        return None

    def works(self, rules: Sequence[Rule], places: PlaceNumbers | None = None) -> bool:
        """Return whether these rules are known to have a solution."""
        return self.holds(self.posed(rules, places)) is True


def sides_of(problem: AssignmentProblem) -> tuple[DegreeBounds, DegreeBounds]:
    """Return how many partners the people of both sides take."""
    return problem.mentors, problem.mentees


def _widened(loads: DegreeBounds, side: Side, places: PlaceNumbers) -> DegreeBounds:
    more = np.array([places.get((side, row), 0) for row in range(len(loads))], dtype=np.int64)
    return replace(loads, most=loads.most + np.where(loads.most > 0, more, 0))


def deletion_filter[T](items: Sequence[T], enough: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return items that are enough together, and of which none can go; those that come first go first.

    ``enough(items)`` holds, and holds for all that contains what is enough. This is the deletion filter (Chinneck and
    Dravnieks 1991), which tries whole stretches first: k of n items take about k log n questions.

    >>> deletion_filter([5, 1, 3, 4], lambda some: sum(some) >= 7)
    [3, 4]
    """
    return _without_waste([], list(items), enough)


def _without_waste[T](kept: list[T], rest: list[T], enough: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return ``kept`` and what is needed of ``rest``."""
    size = len(rest)
    while rest:
        size = min(size, len(rest))
        if enough([*kept, *rest[size:]]):
            rest = rest[size:]
        elif size > 1:
            size = (size + 1) // 2
        else:
            kept, rest = [*kept, rest[0]], rest[1:]
            size = len(rest)
    return kept
