"""Knapsack cuts of a linear program, in rounds (Gomory 1958; Avella, Boccia & Vasilyev 2010).

Separation finds the knapsack inequality that the fractional shares violate most, lifted to all items.

Shares violate an inequality of the knapsack only if they violate one of their fractional items, with items at 1 taken
and items at 0 left out. Such an inequality is searched for over all sets of fractional items that fit in the remaining
hours: exact separation. Lifting then gives every other item the best coefficient, one by one (Balas 1975; Zemel 1989).

Invariant: a cut holds for every set that fits, whatever the rounding of the solver. Its coefficients are integers, and
its bound is computed from a table of the fewest hours for each profit.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class KnapsackCutOptions:
    """Parameters of the separation and of its rounds."""

    max_fractional_items: int = 12  # further fractional items are rounded
    min_violation: float = 1e-4  # share of the bound of a cut
    max_coefficient: int = 60  # a greater common multiple of the coefficients is rounded
    rounding_tolerance: float = 1e-5
    min_round_progress: float = 0.01  # share of the progress of all rounds; a round with less is poor
    max_poor_rounds: int = 2  # consecutive ones
    min_cut_dual: float = 1e-7  # cuts with smaller duals are dropped


CUTS = KnapsackCutOptions()


def broken_cut(shares: FloatVector, reduced: FloatVector, needs: IntVector, hours: int) -> tuple[IntVector, int] | None:
    """Return a cut that ``shares`` (t,) violate: coefficients (t,), 0 or more, and its bound; None if there is none.

    Items need ``needs`` (t,) of the ``hours``. ``reduced`` (t,): reduced profits, which give the order of lifting.
    """
    distance = np.minimum(shares, 1 - shares)
    fractional = np.flatnonzero(distance > INTEGRALITY_TOLERANCE)
    if len(fractional) > CUTS.max_fractional_items:
        fractional = np.sort(fractional[np.argsort(-distance[fractional], kind="stable")[: CUTS.max_fractional_items]])
    is_taken = shares > 0.5
    is_taken[fractional] = False
    remaining = hours - int(needs[is_taken].sum())
    if remaining < 0 or int(needs[fractional].sum()) <= remaining:
        return None
    weights = _most_violated_inequality(shares[fractional], needs[fractional], remaining)
    if weights is None:
        return None
    has_coefficient = np.zeros(len(needs), dtype=bool)
    has_coefficient[fractional] = weights > 0
    # Items whose share or reduced profit is nearest to a change are lifted first
    taken_items = np.flatnonzero(is_taken)
    other_items = np.flatnonzero(~is_taken & ~has_coefficient)
    order = (
        taken_items[np.argsort(reduced[taken_items], kind="stable")],
        other_items[np.lexsort((-reduced[other_items], -shares[other_items]))],
    )
    coefficients = np.zeros(len(needs), np.int64)
    coefficients[fractional] = weights
    bound = _lift(coefficients, np.flatnonzero(has_coefficient), order, needs.tolist(), hours)
    return (
        (coefficients, bound) if coefficients @ shares > bound * (1 + CUTS.min_violation) + CUTS.min_violation else None
    )


def _most_violated_inequality(shares: FloatVector, needs: IntVector, remaining: int) -> IntVector | None:
    """Return the integer coefficients of the inequality that the shares violate most; None if they violate none."""
    weights = np.zeros(len(shares), np.int64)
    large = needs > remaining
    if large.any():  # such an item does not fit next to the taken ones
        weights[np.argmax(np.where(large, shares, 0.0))] = 1
        return weights
    order = np.argsort(needs, kind="stable")
    sets = _maximal_feasible_sets(needs[order], remaining)
    # Shares are in the hull if parts of sets that sum to 1 cover them; the duals are the inequality
    program = ColumnProgram(shares[order], np.full(len(shares), np.inf), columns_come=True)
    count, rows = len(sets), np.nonzero(sets)[1]
    program.add_columns(np.full(count, -1.0), np.full(count, np.inf), sets.sum(axis=1), rows)
    if program.solve_lp(None) is not SolverStatus.OPTIMAL or program.value >= -1 - CUTS.min_violation:
        return None
    weights[order] = _to_integers(np.abs(program.duals))
    return weights


def _maximal_feasible_sets(needs: IntVector, remaining: int) -> BoolMatrix:
    """Return (sets, items) the sets that fit in ``remaining`` hours with no room for another item; needs ascend."""
    sets, lowest_missing = _subsets(len(needs))
    sums = np.zeros(1, np.int64)
    for need in needs.tolist():
        sums = np.append(sums, sums + need)
    lightest = np.append(needs, remaining + 1)[lowest_missing]
    maximal: BoolMatrix = sets[(sums <= remaining) & (sums + lightest > remaining)]
    return maximal


@cache
def _subsets(count: int) -> tuple[BoolMatrix, IntVector]:
    """Return all sets of ``count`` items, in binary order, and the first item that each lacks."""
    sets: BoolMatrix = (np.arange(1 << count)[:, None] >> np.arange(count)) & 1 == 1
    lacking = np.column_stack([~sets, np.ones(len(sets), dtype=bool)])
    return sets, np.argmax(lacking, axis=1)


def _to_integers(weights: FloatVector) -> IntVector:
    """Return weights as integers: the smallest multiple that is nearly integral, else the greatest one, rounded."""
    multiples = np.arange(1, CUTS.max_coefficient + 1)[:, None] * weights
    is_integral = np.abs(multiples - np.rint(multiples)).max(axis=1) < CUTS.rounding_tolerance
    multiple: FloatVector = multiples[np.argmax(is_integral) if is_integral.any() else -1]
    return np.rint(multiple).astype(np.int64)


def _lift(
    coefficients: IntVector, inside: IntVector, order: tuple[IntVector, IntVector], needs: list[int], hours: int
) -> int:
    """Set the coefficients of the other items, taken ones first; return the bound of the cut.

    ``inside``: items that have a coefficient. ``order``: the taken and the other items, in the order of lifting.
    """
    taken_items, other_items = (items.tolist() for items in order)
    remaining = hours - sum(needs[item] for item in taken_items)
    # fewest[v]: the fewest hours of items whose coefficients sum to at least v
    fewest = [0]
    for item in inside.tolist():
        fewest = _add_item_to_table(fewest, int(coefficients[item]), needs[item], hours)
    bound = bisect_right(fewest, remaining) - 1
    for item in taken_items:
        remaining += needs[item]
        coefficient = bisect_right(fewest, remaining) - 1 - bound
        coefficients[item] = coefficient
        bound += coefficient
        fewest = _add_item_to_table(fewest, coefficient, needs[item], hours)
    for item in other_items:
        coefficient = bound - bisect_right(fewest, hours - needs[item]) + 1
        coefficients[item] = coefficient
        fewest = _add_item_to_table(fewest, coefficient, needs[item], hours)
    return bound


def _add_item_to_table(fewest: list[int], coefficient: int, need: int, hours: int) -> list[int]:
    """Return the table with one more item, up to all hours."""
    if not coefficient:
        return fewest
    without_item = fewest + [hours + 1] * coefficient
    with_item = [need] * coefficient + [need + needed for needed in fewest]
    table = list(map(min, without_item, with_item))
    return table[: bisect_right(table, hours)]


def find_cuts(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return the cuts that bind at the end, as many as are found in time."""
    deadline = None if seconds is None else monotonic() + seconds

    def is_over() -> bool:
        return stopped() or (deadline is not None and monotonic() >= deadline)

    rows = SparseRows.of(program)
    profit = program.profit / cost_scale(program.profit)
    simplex = SimplexModel(profit, program.lower_bounds, rows, DEFAULT_TOLERANCE)
    knapsacks, cuts = [program.constraints[row] for row in program.knapsacks], list[LinearConstraint]()
    values, duals, poor = list[float](), np.zeros(0), 0
    while poor < CUTS.max_poor_rounds and not is_over():
        if simplex.run(None if deadline is None else max(deadline - monotonic(), 0.0)) is not SolverStatus.OPTIMAL:
            break
        optimum = simplex.vertex()
        # Several consecutive rounds with little progress end the search
        values.append(optimum.value)
        duals = optimum.duals[len(rows.most) :]
        progress = values[max(len(values) - 2, 0)] - optimum.value
        poor = poor + 1 if len(values) > 1 and progress < CUTS.min_round_progress * (values[0] - optimum.value) else 0
        # Separation: one violated cut per knapsack
        new_cuts = list(_separate(knapsacks, optimum.values, simplex.reduced_profits, is_over))
        if not new_cuts:
            break
        for cut in new_cuts:
            simplex.add_cut(cut.columns, cut.coefficients, cut.most or 0)
        cuts += new_cuts
    # Only cuts that bind at the end are returned
    binding = [cut for cut, dual in zip(cuts, duals, strict=False) if abs(dual) > CUTS.min_cut_dual]
    return SolverResult(SolverStatus.STOPPED, cuts=tuple(binding))


def _separate(
    knapsacks: list[LinearConstraint], shares: FloatVector, reduced: FloatVector, is_over: Stop
) -> Iterator[LinearConstraint]:
    """Yield a violated cut of each knapsack that has one, until ``is_over``."""
    is_fractional = np.minimum(shares, 1 - shares) > INTEGRALITY_TOLERANCE
    for row in knapsacks:
        if is_over():
            return
        # Without a fractional item there is no cut
        if not is_fractional[row.columns].any():
            continue
        cut = broken_cut(shares[row.columns], reduced[row.columns], row.coefficients, row.most or 0)
        if cut is not None:
            coefficients, bound = cut
            is_used = coefficients > 0
            yield LinearConstraint(row.columns[is_used], coefficients[is_used], None, bound)
