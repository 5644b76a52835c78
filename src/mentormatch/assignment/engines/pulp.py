"""The engine for a solver that PuLP finds (CBC, HiGHS, Gurobi ...): one solve a goal, and one or more for ties.

It is used only if it is named. What the solver returns is evaluated in integers: its choice of pairs counts, and its
optimum is a proof only where its numbers are whole numbers that doubles tell apart.
"""

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from math import floor
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mentormatch.assignment.engine import Engine, SolveOptions
from mentormatch.assignment.lexicographic import MOST_ROUNDS, TimeLimitReached
from mentormatch.assignment.model.problem import GOALS, AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status, empty_solution
from mentormatch.assignment.objective import evaluate_tiers
from mentormatch.base.arrays import BoolVector
from mentormatch.errors import EngineError

if TYPE_CHECKING:
    from pulp import LpSolver

    from mentormatch.assignment.mip.pulp_model import PulpModel, SolverOutcome, Stage

MAX_MAGNITUDE = 1 << 40
"""The greatest value of a goal for which the bound of a solver in doubles is trusted, and which model files contain."""
SLACK = 1e-3
"""A solver's bound may miss a whole number by its last digits."""


class Pulp(Engine):
    """Any stored problem by a solver of PuLP, goals in turn: the engine for another solver, and for comparison."""

    kind: ClassVar[str] = "pulp"
    rank: ClassVar[int] = 100
    goals: ClassVar[tuple[str, ...]] = GOALS
    takes_solver: ClassVar[bool] = True

    def supports(self, problem: AssignmentProblem) -> bool:
        return problem.scores.stored

    def runs_in_process(self, problem: AssignmentProblem, seconds: float | None) -> bool:
        return True

    def solve(self, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        # PuLP takes a fifth of a second to load
        from mentormatch.assignment.mip.pulp_model import PulpModel, find_solver

        solver, is_exact = find_solver(run.solver)
        if run.timed_out:
            return empty_solution(Status.STOPPED, self.kind)
        search = GoalSearch(PulpModel(problem), run, solver, is_exact)
        try:
            return search.in_all_goals()
        except TimeLimitReached:
            return search.solution(Status.FEASIBLE)


@dataclass(slots=True)
class GoalSearch:
    """The search for one goal after the other: the incumbent ``chosen`` (e,), the values kept, bounds, goals proved.

    ``is_exact``: the solver has no gap, so that an optimum without a stated bound is a proof too.
    """

    model: "PulpModel"
    run: SolveOptions
    solver: "LpSolver"
    is_exact: bool
    chosen: BoolVector | None = None
    kept: "list[tuple[Stage, int]]" = field(default_factory=list)
    bounds: dict[str, int | None] = field(default_factory=dict)
    proved: set[str] = field(default_factory=set)

    def in_all_goals(self) -> Solution:
        """Return the optimum in all goals; raises TimeLimitReached if the time is up before."""
        for goal, stages in groupby(self.model.stages, key=lambda stage: stage.goal):
            is_proved = True
            for stage in stages:
                outcome = self.optimise(stage)
                if outcome is None:
                    return empty_solution(Status.INFEASIBLE, Pulp.kind)
                bound = self.bound(stage, outcome)
                is_proved &= bound == self.kept[-1][1]
                if goal != "leximin" and bound is not None:
                    self.bounds[goal] = stage.levels[bound] if stage.levels else bound
            if is_proved:
                self.proved.add(goal)
            self.run.on_incumbent(partial(self.solution, Status.FEASIBLE))
        return self.solution(self.settle_ties() if self.run.ties else Status.PROVED)

    def optimise(self, stage: "Stage") -> "SolverOutcome | None":
        """Optimise one goal, and keep its value; None if the problem has no answer.

        Raises
        ------
        TimeLimitReached
            If the solver found nothing in time.
        EngineError
            If no answer is left where there was one, or if a goal before is lost.
        """
        self.model.maximise(stage)
        outcome = self._solve()
        if outcome.chosen is None:
            if self.chosen is None and outcome.status.name == "Infeasible":
                return None
            if outcome.status.name == "Infeasible":
                raise EngineError("An answer was lost between two goals")
            raise TimeLimitReached
        if any(own.sense * own.value(outcome.chosen) < own.sense * value for own, value in self.kept):
            raise EngineError("The solver lost a goal before")
        # A solver that was stopped may know less than the goal before left
        if self.chosen is None or stage.sense * (stage.value(outcome.chosen) - stage.value(self.chosen)) >= 0:
            self.chosen = outcome.chosen
        self.kept.append((stage, stage.value(self.chosen)))
        self.model.keep(*self.kept[-1])
        return outcome

    def bound(self, stage: "Stage", outcome: "SolverOutcome") -> int | None:
        """Return what no answer goes beyond in a goal, None if that is not known."""
        value = self.kept[-1][1]
        if stage.magnitude > MAX_MAGNITUDE:
            return None
        if outcome.bound is not None and abs(outcome.bound) <= MAX_MAGNITUDE:
            return stage.sense * max(floor(outcome.bound + SLACK), stage.sense * value)
        return value if self.is_exact and outcome.status.name == "Optimal" else None

    def settle_ties(self) -> Status:
        """Maximise the hashes of round after round, until no other choice is left."""
        model = self.model
        for turn in range(MOST_ROUNDS):
            if not self.run.has_time_for_keys(sum(model.problem.shape)):
                raise TimeLimitReached
            hashes = self.run.tie_breaker.of(model.mentors, model.mentees, turn)
            self.optimise(model.additive_stage("ties", hashes, part=f"_{turn}"))
            assert self.chosen is not None
            waived = model.exclude(self.chosen, f"waived_{turn}")
            outcome = self._solve()
            if outcome.chosen is None and outcome.status.name == "Infeasible":
                return Status.PROVED
            if outcome.chosen is None:
                raise TimeLimitReached
            waived.upBound = waived.lowBound = 1
        raise EngineError(f"Ties are left after {MOST_ROUNDS} rounds")

    def solution(self, status: Status) -> Solution:
        """Return the incumbent as a solution."""
        if self.chosen is None:
            return empty_solution(Status.STOPPED, Pulp.kind)
        problem, model = self.model.problem, self.model
        pairs = np.column_stack([model.mentors[self.chosen], model.mentees[self.chosen]])
        tiers = tuple(
            replace(tier, bound=tier.value) if tier.goal in self.proved else tier
            for tier in evaluate_tiers(problem, pairs, self.bounds)
        )
        is_proved = all(tier.proved for tier in tiers)
        return Solution(status if is_proved else Status.FEASIBLE, pairs, tiers, engine=Pulp.kind)

    def _solve(self) -> "SolverOutcome":
        """Return the outcome of one solve in the time that is left."""
        if self.run.timed_out:
            raise TimeLimitReached
        return self.model.solve(self.solver, self.run.remaining_s)
