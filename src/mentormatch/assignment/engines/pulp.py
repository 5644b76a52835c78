"""Engine ``pulp`` for a solver that PuLP finds (CBC, HiGHS, Gurobi ...): one solve per goal, and one or more for ties.

It is used only if requested. The chosen pairs are evaluated in integers, and an optimum is a proof only if all its
numbers are integers that are exact in float64.
"""

from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from math import floor
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from mentormatch.assignment.engine import Engine, SolveOptions
from mentormatch.assignment.lexicographic import MAX_TIE_ROUNDS, TimeLimitReached
from mentormatch.assignment.model.problem import GOALS, AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status, empty_solution
from mentormatch.assignment.objective import evaluate_tiers
from mentormatch.base.arrays import BoolVector
from mentormatch.errors import EngineError

if TYPE_CHECKING:
    from pulp import LpSolver

    from mentormatch.assignment.mip.pulp_model import GoalVariable, PulpModel, SolverOutcome

MAX_MAGNITUDE = 1 << 40  # of a goal whose floating-point bound is trusted
BOUND_TOLERANCE = 1e-3  # rounding error of a solver's bound, below the integer


class Pulp(Engine):
    """Any stored problem by a solver of PuLP, goal by goal: for other solvers, and for comparison."""

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
            return search.optimise_all_goals()
        except TimeLimitReached:
            return search.solution(Status.FEASIBLE)


@dataclass(slots=True)
class GoalSearch:
    """The search goal by goal: incumbent ``chosen`` (e,), values ``kept``, bounds, and the goals proved.

    ``is_exact``: the solver has no gap, so that an optimum without a bound is a proof too.
    """

    model: "PulpModel"
    run: SolveOptions
    solver: "LpSolver"
    is_exact: bool
    chosen: BoolVector | None = None
    kept: "list[tuple[GoalVariable, int]]" = field(default_factory=list)
    bounds: dict[str, int | None] = field(default_factory=dict)
    proved: set[str] = field(default_factory=set)

    def optimise_all_goals(self) -> Solution:
        """Return the optimum in all goals. Raises TimeLimitReached at the time limit."""
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
        try:
            status = self.settle_ties() if self.run.ties else Status.PROVED
        except EngineError:
            status = Status.FEASIBLE  # the goals are proved, only ties are open
        return self.solution(status)

    def optimise(self, stage: "GoalVariable") -> "SolverOutcome | None":
        """Optimise one goal, and constrain later goals to its value; None if the problem is infeasible.

        Raises
        ------
        TimeLimitReached
            If the solver found no solution in time.
        EngineError
            If the problem became infeasible, or the value of an earlier goal is lost.
        """
        self.model.maximise(stage)
        outcome = self._solve()
        if outcome.chosen is None:
            if self.chosen is None and outcome.status.name == "Infeasible":
                return None
            if outcome.status.name == "Infeasible":
                raise EngineError("An answer was lost between two goals")
            raise TimeLimitReached
        if any(earlier.sense * earlier.value(outcome.chosen) < earlier.sense * value for earlier, value in self.kept):
            raise EngineError("The solver lost a goal before")
        # A solver that was stopped may return a worse solution than the incumbent
        if self.chosen is None or stage.sense * (stage.value(outcome.chosen) - stage.value(self.chosen)) >= 0:
            self.chosen = outcome.chosen
        self.kept.append((stage, stage.value(self.chosen)))
        self.model.keep(*self.kept[-1])
        return outcome

    def bound(self, stage: "GoalVariable", outcome: "SolverOutcome") -> int | None:
        """Return a bound on a goal, None if it is unknown."""
        value = self.kept[-1][1]
        if stage.magnitude > MAX_MAGNITUDE:
            return None
        if outcome.bound is not None and abs(outcome.bound) <= MAX_MAGNITUDE:
            return stage.sense * max(floor(outcome.bound + BOUND_TOLERANCE), stage.sense * value)
        return value if self.is_exact and outcome.status.name == "Optimal" else None

    def settle_ties(self) -> Status:
        """Maximise the hashes of round after round, until no other choice remains; FEASIBLE if one is not proved."""
        model = self.model
        for tie_round in range(MAX_TIE_ROUNDS):
            if not self.run.has_time_for_keys(sum(model.problem.shape)):
                raise TimeLimitReached
            hashes = self.run.tie_breaker.of(model.mentors, model.mentees, tie_round)
            stage = model.additive_stage("ties", hashes, part=f"_{tie_round}")
            outcome = self.optimise(stage)
            assert outcome is not None
            assert self.chosen is not None
            if self.bound(stage, outcome) != self.kept[-1][1]:
                return Status.FEASIBLE  # a solver that stops at a gap may miss the greatest sum of hashes
            waived = model.exclude(self.chosen, f"waived_{tie_round}")
            outcome = self._solve()
            if outcome.chosen is None and outcome.status.name == "Infeasible":
                return Status.PROVED
            if outcome.chosen is None:
                raise TimeLimitReached
            waived.upBound = waived.lowBound = 1
        raise EngineError(f"Ties are left after {MAX_TIE_ROUNDS} rounds")

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
        """Return the outcome of one solve within the remaining time. Raises TimeLimitReached if none remains."""
        if self.run.timed_out:
            raise TimeLimitReached
        return self.model.solve(self.solver, self.run.remaining_s)
