"""Engine ``milp``: linear and integer programs in PuLP, solved by HiGHS; takes every problem."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from mentormatch.assignment.coupled import solve_coupled
from mentormatch.assignment.engine import Engine, Run
from mentormatch.assignment.face import Face, Optimum, pins_allowed
from mentormatch.assignment.linear import best_by_program
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.program import Answer, Maximise, Program, Sum, Word
from mentormatch.assignment.settle import OutOfTime, opening_stage, settle
from mentormatch.assignment.solution import Solution, Status, without_pairs
from mentormatch.assignment.stages import merged
from mentormatch.columns import IntVector
from mentormatch.errors import EngineError

if TYPE_CHECKING:
    import pulp

ONE_NUMBER = 1 << 40
"""Goals are put together while what a pair is worth stays below this; the solver keeps 53 bits."""
GAP = 0.999
"""Objectives are whole, so a bound less than one above the value proves it."""
TOLERANCE = 1e-9
"""The finest that HiGHS takes, and at which it sometimes gives up."""
USUAL_TOLERANCE = 1e-7
"""Then this is tried: choices are checked in integers anyway, and a looser program only has a greater bound."""


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

    def maximise(program: Program) -> Answer:
        if run.over:
            return Answer(Word.STOPPED)
        return _maximise(program, run.left_s)

    return maximise


def _maximise(program: Program, seconds: float | None) -> Answer:
    """Return HiGHS's answer to a program.

    Raises
    ------
    EngineError
        If the solver says anything but optimal, infeasible or out of time.
    """
    import pulp

    if not all(_met_by_nothing(row) for row in program.sums if not len(row.columns)):
        return Answer(Word.INFEASIBLE)
    model = pulp.LpProblem("assignment", pulp.const.LpMaximize)
    variables = list(model.add_variable_dict("x%s", program.names, 0, 1, _category(program)).values())
    for place in np.flatnonzero(program.forced).tolist():
        variables[place].lowBound = 1
    model.setObjective(pulp.lpSum_vars_coefs(zip(variables, program.worth.tolist(), strict=True)))
    rows = [_rows(model, variables, row) for row in program.sums]
    stats = _run(model, seconds, TOLERANCE)
    if _word(model, stats) is None:
        stats = _run(model, seconds, USUAL_TOLERANCE)
    word = _word(model, stats)
    if word is None:
        raise EngineError(f"HiGHS ended with status {stats.status_str}")
    if not stats.has_solution:
        return Answer(word)
    values = np.array([variable.varValue or 0.0 for variable in variables])
    if program.whole or word is not Word.OPTIMAL:
        return Answer(word, values, stats.best_bound)
    duals = [sum(bound.pi or 0.0 for bound in each) / _unit(row) for row, each in zip(program.sums, rows, strict=True)]
    return Answer(word, values, stats.objective, np.array(duals))


def _category(program: Program) -> Literal["Integer", "Continuous"]:
    return "Integer" if program.whole else "Continuous"


def _met_by_nothing(row: Sum) -> bool:
    return (row.least or 0) <= 0 and (row.most is None or row.most >= 0)


def _rows(model: "pulp.LpProblem", variables: list["pulp.LpVariable"], row: Sum) -> list["pulp.LpConstraint"]:
    """Add a row to the model and return it as the one or two constraints that PuLP needs for it."""
    import pulp

    if not len(row.columns):
        return []
    unit = _unit(row)
    terms = zip(row.columns.tolist(), (row.coefficients / unit).tolist(), strict=True)
    total = pulp.lpSum_vars_coefs((variables[column], coefficient) for column, coefficient in terms)
    if row.least == row.most and row.least is not None:
        return [model.addConstraint(total == row.least / unit)]
    bounds = []
    if row.most is not None:
        bounds.append(model.addConstraint(total <= row.most / unit))
    if row.least is not None and (row.least > 0 or row.coefficients.min() < 0):
        bounds.append(model.addConstraint(total >= row.least / unit))
    return bounds


def _unit(row: Sum) -> int:
    """Return the power of two that brings the coefficients of a row near 1, where the solver's tolerances belong."""
    return 1 << max(int(np.abs(row.coefficients).max(initial=1)).bit_length() - 1, 0)


def _run(model: "pulp.LpProblem", seconds: float | None, tolerance: float) -> "pulp.LpSolveStats":
    import pulp

    solver = pulp.HiGHS(
        msg=False,
        gapRel=0,
        gapAbs=GAP,
        threads=1,
        timeLimit=seconds,
        mip_feasibility_tolerance=tolerance,
        primal_feasibility_tolerance=tolerance,
    )
    try:
        return model.solve(solver)
    except pulp.const.PulpError as error:
        raise EngineError(f"HiGHS did not run: {error}") from error


def _word(model: "pulp.LpProblem", stats: "pulp.LpSolveStats") -> Word | None:
    """Return the word behind PuLP's status, None if there is none.

    Programs here are bounded, so "unbounded or infeasible" is the latter.
    """
    import pulp

    status = pulp.const.LpSolveStatus
    own = getattr(model.solverModel, "getModelStatus", lambda: None)()
    if stats.status == status.Infeasible or getattr(own, "name", "") == "kUnboundedOrInfeasible":
        return Word.INFEASIBLE
    words = {status.Optimal: Word.OPTIMAL, status.TimeLimit: Word.STOPPED, status.Interrupted: Word.STOPPED}
    return words.get(stats.status)
