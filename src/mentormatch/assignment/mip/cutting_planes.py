"""Cuts of the knapsacks of a linear program, in rounds (Gomory 1958; Avella, Boccia & Vasilyev 2010)."""

from collections.abc import Iterator
from time import monotonic

import numpy as np

from mentormatch.assignment.mip.knapsack_cuts import broken_cut
from mentormatch.assignment.mip.program_model import (
    LinearConstraint,
    Program,
    SolverResult,
    SolverStatus,
    SparseRows,
    Stop,
    never,
)
from mentormatch.assignment.mip.simplex import DEFAULT_TOLERANCE, SimplexModel
from mentormatch.base.arrays import FloatVector

POOR, PATIENCE = 0.01, 2
"""A round is poor if it moves the bound by less than this part of what all did; after so many in turn they end."""
PRICED = 1e-7
"""A cut with a smaller dual is left out."""


def find_cuts(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return the cuts that bind the linear program in the end, as many as are found in time."""
    ends = None if seconds is None else monotonic() + seconds

    def over() -> bool:
        return stopped() or (ends is not None and monotonic() >= ends)

    rows = SparseRows.of(program)
    simplex = SimplexModel(program.worth.astype(np.float64), program.lower_bounds, rows, DEFAULT_TOLERANCE)
    knapsacks, cuts = [program.constraints[row] for row in program.knapsacks], list[LinearConstraint]()
    values, duals, poor = list[float](), np.zeros(0), 0
    while poor < PATIENCE and not over():
        if simplex.run(None if ends is None else max(ends - monotonic(), 0.0)) is not SolverStatus.OPTIMAL:
            break
        optimum = simplex.vertex()
        values.append(optimum.value)
        duals = optimum.duals[len(rows.most) :]
        moved = values[max(len(values) - 2, 0)] - optimum.value
        poor = poor + 1 if len(values) > 1 and moved < POOR * (values[0] - optimum.value) else 0
        found = list(_broken(knapsacks, optimum.values, simplex.reduced, over))
        if not found:
            break
        for cut in found:
            simplex.cut(cut.columns, cut.coefficients, cut.most or 0)
        cuts += found
    binding = [cut for cut, dual in zip(cuts, duals, strict=False) if abs(dual) > PRICED]
    return SolverResult(SolverStatus.STOPPED, cuts=tuple(binding))


def _broken(
    knapsacks: list[LinearConstraint], shares: FloatVector, reduced: FloatVector, over: Stop
) -> Iterator[LinearConstraint]:
    """Yield a cut of each knapsack in which one is broken, until it is ``over``."""
    for row in knapsacks:
        if over():
            return
        found = broken_cut(shares[row.columns], reduced[row.columns], row.coefficients, row.most or 0)
        if found is not None:
            coefficients, most = found
            some = coefficients > 0
            yield LinearConstraint(row.columns[some], coefficients[some], None, most)
