"""A 0-1 program by the MIP solver of HiGHS (branch and cut: Achterberg 2007), loaded row by row without PuLP.

What it answers is checked in integers; a loose tolerance comes first, as that takes half the time or less.
"""

import highspy
import numpy as np

from mentormatch.assignment.mip.program_model import Program, SolverResult, SolverStatus, SparseRows
from mentormatch.assignment.mip.simplex import (
    ALMOST_ONE,
    DEFAULT_TOLERANCE,
    TIGHT_TOLERANCE,
    WORDS,
    highs_model,
    row_scales,
)
from mentormatch.errors import EngineError


def solve_with_highs(program: Program, seconds: float | None) -> SolverResult:
    """Return the answer to a 0-1 program, with the solver's bound."""
    for tolerance in (DEFAULT_TOLERANCE, TIGHT_TOLERANCE):
        answer = _solve_at(program, seconds, tolerance)
        if answer is not None and (answer.word is not SolverStatus.OPTIMAL or answer.holds(program)):
            return answer
    raise EngineError("HiGHS gave up twice")


def _solve_at(program: Program, seconds: float | None, tolerance: float) -> SolverResult | None:
    """Return the answer of HiGHS at a feasibility tolerance, None if it gives up."""
    model = highspy.Highs()
    model.silent()
    options = {
        "threads": 1,
        "mip_rel_gap": 0.0,
        "mip_abs_gap": ALMOST_ONE,
        "mip_feasibility_tolerance": tolerance,
        "primal_feasibility_tolerance": tolerance,
    }
    if seconds is not None:
        options["time_limit"] = seconds
    for name, value in options.items():
        model.setOptionValue(name, value)
    rows = SparseRows.of(program)
    whole = highs_model(program.worth.astype(np.float64), program.lower_bounds, rows, row_scales(rows))
    whole.integrality_ = [highspy.HighsVarType.kInteger] * len(program.names)
    model.passModel(whole)
    model.run()
    word, info = WORDS.get(model.getModelStatus()), model.getInfo()
    if word is None or info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
        return None if word is None else SolverResult(word)
    return SolverResult(word, np.array(model.getSolution().col_value), float(info.mip_dual_bound))
