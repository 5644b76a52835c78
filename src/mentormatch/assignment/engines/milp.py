"""Engine ``milp``: linear and integer programs in PuLP, solved by HiGHS; takes every problem."""

from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from mentormatch.assignment.engine import Engine, Run
from mentormatch.assignment.lexicographic import OutOfTime, opening_stage, settle
from mentormatch.assignment.mip.program_model import Answer, Maximise, Program, Word
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Solution, Status, without_pairs
from mentormatch.assignment.objective import ONE_NUMBER, merged
from mentormatch.assignment.optimal_face import Face, Optimum, pins_allowed
from mentormatch.assignment.side_constraints import solve_coupled
from mentormatch.assignment.transportation import best_by_program
from mentormatch.base.columns import IntVector
from mentormatch.errors import EngineError


class Milp(Engine):
    """Linear programs where every corner is whole, integer programs where rows couple pairs."""

    kind: ClassVar[str] = "milp"
    rank: ClassVar[int] = 10

    def takes(self, problem: AssignmentProblem) -> bool:
        return True

    def solve(self, problem: AssignmentProblem, run: Run) -> Solution:
        if not pins_allowed(problem):
            return without_pairs(Status.INFEASIBLE, self.kind)
        maximise = _maximise_within(run)
        coupled = problem.rows or problem.mentors.waivable.any() or problem.mentees.waivable.any()
        solution = None if coupled else _by_corners(problem, run, maximise)
        if solution is None:
            solution = solve_coupled(problem, run, maximise)
        return replace(solution, engine=self.kind)


def _by_corners(problem: AssignmentProblem, run: Run, maximise: Maximise) -> Solution | None:
    """Return the solution by linear programs alone, or None if the solver's digits did not prove it."""
    face = Face.of(problem)
    if face is None:
        return without_pairs(Status.INFEASIBLE, Milp.kind)

    def best(face: Face, profit: IntVector) -> Optimum | None:
        return best_by_program(face, profit, maximise)

    stages = merged(problem, lambda reach: reach < ONE_NUMBER)
    try:
        opening = best(face, opening_stage(stages).worth(problem, face.lefts, face.rights))
        if opening is None:
            return without_pairs(Status.INFEASIBLE, Milp.kind)
        return settle(problem, run, stages, (face, opening), best)
    except OutOfTime:
        return without_pairs(Status.STOPPED, Milp.kind)
    except EngineError:
        return None


def _maximise_within(run: Run) -> Callable[[Program], Answer]:
    """Return the function that solves a program in the time that is left."""
    from mentormatch.assignment.mip.dispatch import solved

    def maximise(program: Program) -> Answer:
        if run.over:
            return Answer(Word.STOPPED)
        return solved(program, run.left_s)

    return maximise
