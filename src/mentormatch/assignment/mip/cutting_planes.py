"""Cuts of the knapsacks of a linear program, in rounds (Gomory 1958; Avella, Boccia & Vasilyev 2010).

Cuts of a knapsack: the inequality that fractional shares break most, lifted to all items (Avella et al. 2010).

Shares break an inequality of the knapsack only if they break one of their fractional items alone, where those at 1 are
taken and those at 0 are left. So that one is looked for, over all sets of fractional items that fit in what is left:
exact separation. Lifting then gives every other item the best coefficient, one by one (Balas 1975; Zemel 1989).

Invariant: whatever the solver's digits, a cut holds for every set that fits. Its coefficients are whole numbers, and
what they are bounded by is worked out from a table of the fewest hours for each worth.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from time import monotonic

import numpy as np

from mentormatch.assignment.mip.column_program import ColumnProgram
from mentormatch.assignment.mip.program_model import (
    INTEGRALITY_TOLERANCE,
    LinearConstraint,
    Program,
    SolverResult,
    SolverStatus,
    SparseRows,
    Stop,
    never,
)
from mentormatch.assignment.mip.simplex import DEFAULT_TOLERANCE, SimplexModel, cost_scale
from mentormatch.base.arrays import BoolMatrix, FloatVector, IntVector

MOST_PARTED = 12
"""Sets of so many fractional items at most are looked at; others count as what they are nearest to."""
BROKEN = 1e-4
"""A cut is worth having if it is broken by this part of its bound."""
GREATEST, NEARLY_WHOLE = 60, 1e-5
"""Coefficients become whole numbers up to this one, that far from whole at most; else they are rounded."""
HALF = 0.5


def broken_cut(shares: FloatVector, reduced: FloatVector, needs: IntVector, hours: int) -> tuple[IntVector, int] | None:
    """Return a cut that the ``shares`` (t,) break: coefficients (t,), 0 or more, and their most; None if there is none.

    Items need ``needs`` (t,) of the ``hours``, each no more than there are. ``reduced`` (t,): their reduced profits,
    which say what is lifted first.
    """
    distance = np.minimum(shares, 1 - shares)
    parted = np.flatnonzero(distance > INTEGRALITY_TOLERANCE)
    if len(parted) > MOST_PARTED:
        parted = np.sort(parted[np.argsort(-distance[parted], kind="stable")[:MOST_PARTED]])
    taken = shares > HALF
    taken[parted] = False
    left = hours - int(needs[taken].sum())
    if left < 0 or int(needs[parted].sum()) <= left:
        return None
    weights = _weights(shares[parted], needs[parted], left)
    if weights is None:
        return None
    inside = np.zeros(len(needs), dtype=bool)
    inside[parted] = weights > 0
    # Those first whose share or reduced profit is nearest to changing
    kept = np.flatnonzero(taken)
    others = np.flatnonzero(~taken & ~inside)
    order = kept[np.argsort(reduced[kept], kind="stable")], others[np.lexsort((-reduced[others], -shares[others]))]
    coefficients = np.zeros(len(needs), np.int64)
    coefficients[parted] = weights
    most = _lift(coefficients, np.flatnonzero(inside), order, needs.tolist(), hours)
    return (coefficients, most) if coefficients @ shares > most * (1 + BROKEN) + BROKEN else None


def _weights(shares: FloatVector, needs: IntVector, left: int) -> IntVector | None:
    """Return the whole coefficients of the inequality that the shares break most; None if they break none."""
    weights = np.zeros(len(shares), np.int64)
    large = needs > left
    if large.any():  # it does not fit beside those that are taken
        weights[np.argmax(np.where(large, shares, 0.0))] = 1
        return weights
    order = np.argsort(needs, kind="stable")
    sets = _fullest(needs[order], left)
    # Shares are within the hull if parts of sets that sum to 1 cover them; the duals are the inequality
    program = ColumnProgram(shares[order], np.full(len(shares), np.inf), columns_come=True)
    count, rows = len(sets), np.nonzero(sets)[1]
    program.add(np.full(count, -1.0), np.full(count, np.inf), sets.sum(axis=1), rows)
    if program.solve_lp(None) is not SolverStatus.OPTIMAL or program.value >= -1 - BROKEN:
        return None
    weights[order] = _whole(np.abs(program.duals))
    return weights


def _fullest(needs: IntVector, left: int) -> BoolMatrix:
    """Return (sets, items) the sets that fit in ``left`` hours and leave no room for another item; needs ascend."""
    sets, lowest_missing = _subsets(len(needs))
    sums = np.zeros(1, np.int64)
    for need in needs.tolist():
        sums = np.append(sums, sums + need)
    lightest = np.append(needs, left + 1)[lowest_missing]
    full: BoolMatrix = sets[(sums <= left) & (sums + lightest > left)]
    return full


@cache
def _subsets(count: int) -> tuple[BoolMatrix, IntVector]:
    """Return all sets of so many items, in binary order, and the first item that each lacks."""
    sets: BoolMatrix = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1 == 1
    lacking = np.column_stack([~sets, np.ones(len(sets), dtype=bool)])
    return sets, np.argmax(lacking, axis=1)


def _whole(weights: FloatVector) -> IntVector:
    """Return weights as whole numbers, the smallest multiple that is nearly whole."""
    multiples = np.arange(1, GREATEST + 1)[:, None] * weights
    near = np.abs(multiples - np.rint(multiples)).max(axis=1) < NEARLY_WHOLE
    found: FloatVector = multiples[np.argmax(near) if near.any() else -1]
    return np.rint(found).astype(np.int64)


def _lift(
    coefficients: IntVector, inside: IntVector, order: tuple[IntVector, IntVector], needs: list[int], hours: int
) -> int:
    """Give a coefficient to each item that was taken, then to each that was not; return the most of the cut.

    ``inside``: those that have one.
    """
    taken, others = (each.tolist() for each in order)
    left = hours - sum(needs[item] for item in taken)
    # The fewest hours in which the items with a coefficient are worth so much or more
    fewest = [0]
    for item in inside.tolist():
        fewest = _with_item(fewest, int(coefficients[item]), needs[item], hours)
    most = bisect_right(fewest, left) - 1
    for item in taken:
        left += needs[item]
        worth = bisect_right(fewest, left) - 1 - most
        coefficients[item] = worth
        most += worth
        fewest = _with_item(fewest, worth, needs[item], hours)
    for item in others:
        worth = most - bisect_right(fewest, hours - needs[item]) + 1
        coefficients[item] = worth
        fewest = _with_item(fewest, worth, needs[item], hours)
    return most


def _with_item(fewest: list[int], worth: int, need: int, hours: int) -> list[int]:
    """Return the table with one more item; what takes more than all hours is left out."""
    if not worth:
        return fewest
    longer = fewest + [hours + 1] * worth
    shorter = [need] * worth + [each + need for each in fewest]
    found = list(map(min, longer, shorter))
    return found[: bisect_right(found, hours)]


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
    worth = program.worth / cost_scale(program.worth)
    simplex = SimplexModel(worth, program.lower_bounds, rows, DEFAULT_TOLERANCE)
    knapsacks, cuts = [program.constraints[row] for row in program.knapsacks], list[LinearConstraint]()
    values, duals, poor = list[float](), np.zeros(0), 0
    while poor < PATIENCE and not over():
        if simplex.run(None if ends is None else max(ends - monotonic(), 0.0)) is not SolverStatus.OPTIMAL:
            break
        optimum = simplex.vertex()
        # Rounds that move the bound little, several in turn, end it
        values.append(optimum.value)
        duals = optimum.duals[len(rows.most) :]
        moved = values[max(len(values) - 2, 0)] - optimum.value
        poor = poor + 1 if len(values) > 1 and moved < POOR * (values[0] - optimum.value) else 0
        # Separation: a broken cut of each knapsack, added to the linear program
        found = list(_broken(knapsacks, optimum.values, simplex.reduced, over))
        if not found:
            break
        for cut in found:
            simplex.cut(cut.columns, cut.coefficients, cut.most or 0)
        cuts += found
    # Only what binds in the end is kept
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
