"""The engine for any problem: a transportation LP where vertices are integral, 0-1 programs otherwise."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from mentormatch.assignment.column_generation import solve_transportation_lp
from mentormatch.assignment.engine import Engine, SolveOptions
from mentormatch.assignment.lexicographic import TimeLimitReached, opening_stage, optimize_lexicographically
from mentormatch.assignment.mip.program_model import Program, ProgramSolver, SolverResult, SolverStatus
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.solution import Solution, Status, empty_solution
from mentormatch.assignment.objective import MAX_SOLVER_WEIGHT, scalarize
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, are_pins_allowed
from mentormatch.assignment.side_constraints import solve_with_side_constraints
from mentormatch.base.arrays import IntVector
from mentormatch.errors import EngineError


class Milp(Engine):
    """Linear programs where every corner is whole, integer programs where rows couple pairs."""

    kind: ClassVar[str] = "milp"
    rank: ClassVar[int] = 10

    def supports(self, problem: AssignmentProblem) -> bool:
        return True

    def solve(self, problem: AssignmentProblem, run: SolveOptions) -> Solution:
        if run.timed_out:
            return empty_solution(Status.STOPPED, self.kind)
        if not are_pins_allowed(problem):
            return empty_solution(Status.INFEASIBLE, self.kind)
        owned = bool(problem.rows) and all(_may_have_owner(row) for row in problem.rows)
        sets = _solve_by_sets(problem, run) if owned else None
        if sets is not None:
            return replace(sets, engine=self.kind)
        maximise = _maximise_within(run)
        coupled = problem.rows or problem.mentors.conditional.any() or problem.mentees.conditional.any()
        solution = None if coupled else _solve_transportation(problem, run, maximise)
        if solution is None:
            solution = solve_with_side_constraints(problem, run, maximise)
        return solution if solution.engine else replace(solution, engine=self.kind)


def _may_have_owner(row: Row) -> bool:
    """Return whether a row may count pairs of one person alone: it names them, or states the weight of each pair."""
    named = row.mentor is not None or row.mentee is not None
    return named or (row.factor is None and min(row.weights.shape, default=0) > 1)


def _solve_by_sets(problem: AssignmentProblem, run: SolveOptions) -> Solution | None:
    """Return the solution by whole sets of partners; None where they are not the way, or HiGHS cannot be loaded."""
    from mentormatch.assignment.mip.dispatch import can_load_highs

    if not can_load_highs():
        return None
    from mentormatch.assignment.whole_sets.set_solver import solve_by_sets

    return solve_by_sets(problem, run)


def _solve_transportation(problem: AssignmentProblem, run: SolveOptions, maximise: ProgramSolver) -> Solution | None:
    """Return the solution by linear programs alone, or None if the solver's digits did not prove it."""
    face = OptimalFace.of(problem)
    if face is None:
        return empty_solution(Status.INFEASIBLE, Milp.kind)

    def best(face: OptimalFace, profit: IntVector) -> PrimalDual | None:
        return solve_transportation_lp(face, profit, maximise)

    stages = scalarize(problem, MAX_SOLVER_WEIGHT)
    try:
        opening = best(face, opening_stage(stages).profit(problem, face.lefts, face.rights))
        if opening is None:
            return empty_solution(Status.INFEASIBLE, Milp.kind)
        return optimize_lexicographically(problem, run, stages, (face, opening), best)
    except TimeLimitReached:
        return empty_solution(Status.STOPPED, Milp.kind)
    except EngineError:
        return None


def _maximise_within(run: SolveOptions) -> Callable[[Program], SolverResult]:
    """Return the function that solves a program in the time that is left."""
    from mentormatch.assignment.mip.dispatch import solve_program

    def maximise(program: Program) -> SolverResult:
        if run.timed_out:
            return SolverResult(SolverStatus.STOPPED)
        return solve_program(program, run.remaining_s, lambda: run.cancelled)

    return maximise
