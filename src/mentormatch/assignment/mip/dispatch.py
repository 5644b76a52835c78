"""A linear or 0-1 program -> what solves it: simplex, branch and bound, or HiGHS's own MIP solver by PuLP.

Linear programs go to its simplex. Integer programs are branched on that while it takes few parts; the others go to
HiGHS by PuLP, which takes as long to load as all else, and is loaded then. A process that holds the HiGHS of OR-Tools
cannot load that of highspy, and asks another one.
"""

from functools import cache
from time import monotonic

import numpy as np

from mentormatch.assignment.mip.program_model import LinearConstraint, Program, SolverResult, SolverStatus
from mentormatch.assignment.mip.solver_process import SolverProcess

BRANCHING = 0.25
"""The part of the time in which branch and bound is to end, or else it is for PuLP."""


ELSEWHERE = SolverProcess()


def solve_program(program: Program, seconds: float | None) -> SolverResult:
    """Return HiGHS's answer to a program.

    Raises
    ------
    EngineError
        If the solver says anything but optimal, infeasible or out of time, or cannot be loaded anywhere.
    """
    return solve_in_process(program, seconds) if can_load_highs() else ELSEWHERE.solved(program, seconds)


@cache
def can_load_highs() -> bool:
    """Return whether this process can load HiGHS: not where OR-Tools was loaded before."""
    try:
        import mentormatch.assignment.mip.simplex  # noqa: F401 - to see whether it can be
    except ImportError:
        return False
    return True


def solve_in_process(program: Program, seconds: float | None) -> SolverResult:
    """Return HiGHS's answer to a program, worked out in this process."""
    from mentormatch.assignment.mip.branch_and_bound import solve_integer_program
    from mentormatch.assignment.mip.simplex import solve_lp

    if not all(_is_infeasible(row) for row in program.constraints if not len(row.columns)):
        return SolverResult(SolverStatus.INFEASIBLE)
    if not program.names:
        return SolverResult(SolverStatus.OPTIMAL, np.zeros(0), 0.0, np.zeros(len(program.constraints)))
    if not program.integral:
        return solve_lp(program, seconds)
    ends = None if seconds is None else monotonic() + seconds
    branching = solve_integer_program(program, None if seconds is None else seconds * BRANCHING)
    if branching is not None and branching.word is not SolverStatus.STOPPED:
        return branching
    from mentormatch.assignment.mip.pulp_backend import solve_with_pulp

    answer = solve_with_pulp(program, None if ends is None else max(ends - monotonic(), 0.0))
    if (
        branching is None
        or answer.word is not SolverStatus.STOPPED
        or answer.worth(program) >= branching.worth(program)
    ):
        return answer
    return branching


def _is_infeasible(row: LinearConstraint) -> bool:
    return (row.least or 0) <= 0 and (row.most is None or row.most >= 0)
