"""Engine ``milp`` for any problem: a transportation LP if its vertices are integral, 0-1 programs otherwise."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar

from mentormatch.assignment.engine import Engine, SolveOptions
from mentormatch.assignment.mip.program_model import Program, SolverResult, SolverStatus
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status, empty_solution
from mentormatch.assignment.optimal_face import are_pins_allowed
from mentormatch.assignment.side_constraints import solve_with_side_constraints
from mentormatch.assignment.subprocess_solve import SolveTask


class Milp(Engine):
    """Linear programs if vertices are integral, integer programs if rows couple pairs."""

    kind: ClassVar[str] = "milp"
    rank: ClassVar[int] = 10

    def supports(self, problem: AssignmentProblem) -> bool:
        return True

    def solve(self, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        if run.timed_out:
            return empty_solution(Status.STOPPED, self.kind)
        if not are_pins_allowed(problem):
            return empty_solution(Status.INFEASIBLE, self.kind)
        if (elsewhere := _solve_in_other_process(problem, run)) is not None:
            return elsewhere
        solution = solve_with_side_constraints(problem, run, _time_limited_solver(run))
        return solution if solution.engine else replace(solution, engine=self.kind)


def _solve_in_other_process(problem: AssignmentProblem, run: SolveOptions) -> Solution | None:
    """Return the solution of a process that can load HiGHS; None if this process can."""
    from mentormatch.assignment.mip.dispatch import SOLVER_PROCESS, can_load_highs

    if can_load_highs():
        return None
    task = SolveTask.of(problem, Milp.kind, run.tie_breaker, run.remaining_s, ties=run.ties)
    solution = SOLVER_PROCESS.solve_problem(partial(_solve_task, task), run.remaining_s, lambda: run.cancelled)
    return solution or empty_solution(Status.STOPPED, Milp.kind)


def _solve_task(task: SolveTask, deadline: float | None) -> Solution:
    return Milp().solve(task.problem, SolveOptions(task.hashes, deadline, task.ties))


def _time_limited_solver(run: SolveOptions) -> Callable[[Program], SolverResult]:
    """Return a function that solves a program within the remaining time."""
    from mentormatch.assignment.mip.dispatch import solve_program

    def maximise(program: Program) -> SolverResult:
        if run.timed_out:
            return SolverResult(SolverStatus.STOPPED)
        return solve_program(program, run.remaining_s, lambda: run.cancelled)

    return maximise
