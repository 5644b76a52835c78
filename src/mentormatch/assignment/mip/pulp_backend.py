"""The 0-1 program as a PuLP model, solved by HiGHS.

PuLP loads all solvers that it knows and finds; where OR-Tools is one of them it takes a quarter of a second more.
"""

import numpy as np
import pulp

from mentormatch.assignment.mip.program_model import LinearConstraint, Program, SolverResult, SolverStatus
from mentormatch.assignment.mip.simplex import (
    ALMOST_ONE,
    DEFAULT_TOLERANCE,
    SMALLEST_COEFFICIENT,
    TIGHT_TOLERANCE,
    cost_scale,
    row_scale,
)
from mentormatch.errors import EngineError


def solve_with_pulp(program: Program, seconds: float | None) -> SolverResult:
    """Return the answer to a 0-1 program; its choices are checked in integers, so a loose tolerance comes first.

    That takes half the time or less; only the bound is weaker.
    """
    answer = _solve_at(program, seconds, DEFAULT_TOLERANCE)
    if answer is None or (answer.word is SolverStatus.OPTIMAL and not answer.holds(program)):
        answer = _solve_at(program, seconds, TIGHT_TOLERANCE) or answer
    if answer is None:
        raise EngineError("HiGHS gave up")
    return answer


def _solve_at(program: Program, seconds: float | None, tolerance: float) -> SolverResult | None:
    """Return the answer of HiGHS at a feasibility tolerance, None if it gives up."""
    model = pulp.LpProblem("assignment", pulp.const.LpMaximize)
    variables = list(model.add_variable_dict("x%s", program.names, 0, 1, "Integer").values())
    for place in np.flatnonzero(program.lower_bounds).tolist():
        variables[place].lowBound = 1
    costs = program.worth if program.is_within_digits else program.worth / cost_scale(program.worth)
    model.setObjective(pulp.lpSum_vars_coefs(zip(variables, costs.tolist(), strict=True)))
    for row in program.constraints:
        _add_row(model, variables, row)
    stats = _run(model, seconds, tolerance)
    word = _status(model, stats)
    if word is None or not stats.has_solution:
        return None if word is None else SolverResult(word)
    values = np.array([variable.varValue or 0.0 for variable in variables])
    return SolverResult(word, values, stats.best_bound)


def _add_row(model: pulp.LpProblem, variables: list[pulp.LpVariable], row: LinearConstraint) -> None:
    """Add a row to the model, as the one or two constraints that PuLP needs for it."""
    if not len(row.columns):
        return
    unit = row_scale(row)
    terms = zip(row.columns.tolist(), (row.coefficients / unit).tolist(), strict=True)
    total = pulp.lpSum_vars_coefs((variables[column], coefficient) for column, coefficient in terms)
    if row.least == row.most and row.least is not None:
        model.addConstraint(total == row.least / unit)
        return
    if row.most is not None:
        model.addConstraint(total <= row.most / unit)
    if row.least is not None and (row.least > 0 or row.coefficients.min() < 0):
        model.addConstraint(total >= row.least / unit)


def _run(model: pulp.LpProblem, seconds: float | None, tolerance: float) -> pulp.LpSolveStats:
    solver = pulp.HiGHS(
        msg=False,
        gapRel=0,
        gapAbs=ALMOST_ONE,
        threads=1,
        timeLimit=seconds,
        mip_feasibility_tolerance=tolerance,
        primal_feasibility_tolerance=tolerance,
        small_matrix_value=SMALLEST_COEFFICIENT,
    )
    try:
        return model.solve(solver)
    except pulp.const.PulpError as error:
        raise EngineError(f"HiGHS did not run: {error}") from error


def _status(model: pulp.LpProblem, stats: pulp.LpSolveStats) -> SolverStatus | None:
    """Return the solver status behind PuLP's, None if there is none.

    Programs here are bounded, so "unbounded or infeasible" is the latter.
    """
    status = pulp.const.LpSolveStatus
    own = getattr(model.solverModel, "getModelStatus", lambda: None)()
    if stats.status == status.Infeasible or getattr(own, "name", "") == "kUnboundedOrInfeasible":
        return SolverStatus.INFEASIBLE
    words = {
        status.Optimal: SolverStatus.OPTIMAL,
        status.TimeLimit: SolverStatus.STOPPED,
        status.Interrupted: SolverStatus.STOPPED,
    }
    return words.get(stats.status)
