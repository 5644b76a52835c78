"""Linear and integer programs in PuLP, solved by HiGHS: the one file that speaks either.

A linear program begins where a similar one ended; then the next round takes a few steps instead of all.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

import highspy
import numpy as np
import pulp

from mentormatch.assignment.program import Answer, Basis, Program, Sum, Word
from mentormatch.errors import EngineError

GAP = 0.999
"""Objectives are whole, so a bound less than one above the value proves it."""
FINE, USUAL = 1e-9, 1e-6
"""The finest tolerance that HiGHS takes, at which it sometimes gives up, and the one at which programs in integers are
found in half the time or less. A looser program only has a greater bound, and choices are checked in integers."""

LOWER, BASIC = highspy.HighsBasisStatus.kLower, highspy.HighsBasisStatus.kBasic


class HighsFrom(pulp.HiGHS):
    """HiGHS that begins at ``basis``, None: from nothing; ``rows`` are the keys of the rows of its model."""

    basis: Basis | None = None
    rows: Sequence[Hashable] = ()

    def buildSolverModel(self, lp: pulp.LpProblem) -> None:  # noqa: N802 - PuLP's name
        """Make the model of the solver, and have it begin at the basis."""
        super().buildSolverModel(lp)
        model = lp.solverModel
        if self.basis is None or model is None or len(self.rows) != model.getNumRow():
            return
        start = highspy.HighsBasis()
        start.col_status = [self.basis.columns.get(variable.name, LOWER) for variable in lp.exported_variables()]
        start.row_status = [self.basis.rows.get(key, BASIC) for key in self.rows]
        start.valid = True
        model.setBasis(start)


def solved(program: Program, seconds: float | None) -> Answer:
    """Return HiGHS's answer to a program.

    Raises
    ------
    EngineError
        If the solver says anything but optimal, infeasible or out of time.
    """
    if not all(_met_by_nothing(row) for row in program.sums if not len(row.columns)):
        return Answer(Word.INFEASIBLE)
    if not program.whole:
        return _solved(program, seconds, FINE) or _known(_solved(replace(program, start=None), seconds, USUAL))
    answer = _solved(program, seconds, USUAL)
    if answer is not None and (answer.word is not Word.OPTIMAL or answer.holds(program)):
        return answer
    return _known(_solved(program, seconds, FINE) or answer)


def _known(answer: Answer | None) -> Answer:
    if answer is None:
        raise EngineError("HiGHS gave up twice")
    return answer


def _solved(program: Program, seconds: float | None, tolerance: float) -> Answer | None:
    """Return HiGHS's answer at a tolerance, None if it gives up."""
    model = pulp.LpProblem("assignment", pulp.const.LpMaximize)
    variables = list(model.add_variable_dict("x%s", program.names, 0, 1, _category(program)).values())
    for place in np.flatnonzero(program.forced).tolist():
        variables[place].lowBound = 1
    model.setObjective(pulp.lpSum_vars_coefs(zip(variables, program.worth.tolist(), strict=True)))
    rows = [_rows(model, variables, row) for row in program.sums]
    owners = list(_keyed(program, rows))
    stats = _run(model, seconds, tolerance, (program.start, owners))
    word = _word(model, stats)
    if word is None or not stats.has_solution:
        return None if word is None else Answer(word)
    values = np.array([variable.varValue or 0.0 for variable in variables])
    if program.whole or word is not Word.OPTIMAL:
        return Answer(word, values, stats.best_bound)
    duals = [sum(bound.pi or 0.0 for bound in each) / _unit(row) for row, each in zip(program.sums, rows, strict=True)]
    return Answer(word, values, stats.objective, np.array(duals), _ended(model, owners))


def _keyed(program: Program, rows: Sequence[Sequence[pulp.LpConstraint]]) -> Iterator[Hashable]:
    """Yield a key for each row of the solver, of which a row of the program has none, one or two."""
    for key, each in zip(program.keys, rows, strict=False):
        yield from ((key, turn) for turn in range(len(each)))


def _category(program: Program) -> Literal["Integer", "Continuous"]:
    return "Integer" if program.whole else "Continuous"


def _met_by_nothing(row: Sum) -> bool:
    return (row.least or 0) <= 0 and (row.most is None or row.most >= 0)


def _rows(model: pulp.LpProblem, variables: list[pulp.LpVariable], row: Sum) -> list[pulp.LpConstraint]:
    """Add a row to the model and return it as the one or two constraints that PuLP needs for it."""
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


def _run(
    model: pulp.LpProblem, seconds: float | None, tolerance: float, start: tuple[Basis | None, list[Hashable]]
) -> pulp.LpSolveStats:
    solver = HighsFrom(
        msg=False,
        gapRel=0,
        gapAbs=GAP,
        threads=1,
        timeLimit=seconds,
        mip_feasibility_tolerance=tolerance,
        primal_feasibility_tolerance=tolerance,
    )
    solver.basis, solver.rows = start
    try:
        return model.solve(solver)
    except pulp.const.PulpError as error:
        raise EngineError(f"HiGHS did not run: {error}") from error


def _word(model: pulp.LpProblem, stats: pulp.LpSolveStats) -> Word | None:
    """Return the word behind PuLP's status, None if there is none.

    Programs here are bounded, so "unbounded or infeasible" is the latter.
    """
    status = pulp.const.LpSolveStatus
    own = getattr(model.solverModel, "getModelStatus", lambda: None)()
    if stats.status == status.Infeasible or getattr(own, "name", "") == "kUnboundedOrInfeasible":
        return Word.INFEASIBLE
    words = {status.Optimal: Word.OPTIMAL, status.TimeLimit: Word.STOPPED, status.Interrupted: Word.STOPPED}
    return words.get(stats.status)


def _ended(model: pulp.LpProblem, rows: Sequence[Hashable]) -> Basis:
    """Return where a linear program ended."""
    end = model.solverModel.getBasis() if model.solverModel is not None else highspy.HighsBasis()
    names = [variable.name for variable in model.exported_variables()]
    return Basis(dict(zip(names, end.col_status, strict=True)), dict(zip(rows, end.row_status, strict=False)))
