"""Presolve of a 0-1 program in integers: fix, substitute, drop (Savelsbergh 1994; Andersen and Andersen 1995).

Only steps that keep every choice are done, so that ties survive and no proof is needed afterwards. A column is fixed if
a row allows only one value, a row that cannot bind is dropped, and if a row of two columns makes them equal or
opposite, one column replaces the other.

Invariant: each column of the program is a constant, a reduced column, or 1 minus a reduced column; both programs have
the same choices.

Bounds of a node in integers, from any duals (a safe dual bound, cf. Neumaier and Shcherbina 2004).

For any multipliers ``y`` of the rows, every choice x within the bounds of a node satisfies::

    c x  =  y (A x) + (c - y A) x  <=  sum_r max(y_r least_r, y_r most_r) + sum_j max((c - y A)_j x_j)

Duals of a solver are floats; rounded to integers over a common denominator, all of this is exact. With ``c = 0`` and a
ray of an infeasible program the bound is below 0, which proves that there is no choice (Farkas).
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mentormatch.assignment.mip.program_model import FAR, Program, SparseRows
from mentormatch.base.arrays import BoolVector, FloatVector, IntVector

MAX_ROW_SUM = 1 << 60  # of absolute coefficients


@dataclass(frozen=True, slots=True)
class Substitution:
    """Each column as ``constant + sign * reduced column``; ``sign`` is 0 for fixed columns."""

    constants: IntVector
    signs: IntVector
    reduced_index: IntVector
    width: int

    @classmethod
    def fixing(cls, one: BoolVector, zero: BoolVector) -> Self:
        """Return the substitution that fixes some columns to 1 and some to 0, and keeps the others."""
        free = ~(one | zero)
        reduced_index = np.maximum(np.cumsum(free) - 1, 0)
        return cls(one.astype(np.int64), free.astype(np.int64), reduced_index, int(np.count_nonzero(free)))

    def then(self, step: "Substitution") -> "Substitution":
        """Return this substitution followed by ``step``, a substitution of its reduced columns."""
        if not self.width:
            return self
        return Substitution(
            self.constants + self.signs * step.constants[self.reduced_index],
            self.signs * step.signs[self.reduced_index],
            step.reduced_index[self.reduced_index],
            step.width,
        )

    def rows(self, rows: SparseRows) -> SparseRows:
        """Return rows of the columns as rows of the reduced columns."""
        shift = np.zeros_like(rows.least)
        np.add.at(shift, rows.rows, rows.values * self.constants[rows.columns])
        values, reduced_index = rows.values * self.signs[rows.columns], self.reduced_index[rows.columns]
        lower = np.where(rows.least == -FAR, rows.least, rows.least - shift)
        upper = np.where(rows.most == FAR, rows.most, rows.most - shift)
        return SparseRows(rows.rows, reduced_index, values, lower, upper).merge_terms(self.width)

    def profit(self, profit: IntVector) -> tuple[IntVector, int]:
        """Return the profits of the reduced columns, and the constant that is added."""
        reduced = np.zeros(self.width, dtype=np.int64)
        free = self.signs != 0
        np.add.at(reduced, self.reduced_index[free], (profit * self.signs)[free])
        return reduced, sum(profit[self.constants == 1].tolist())

    def restrict(self, chosen: BoolVector) -> BoolVector | None:
        """Return the choice of reduced columns that gives ``chosen``; None if there is none."""
        reduced = np.zeros(self.width, dtype=bool)
        free = self.signs != 0
        reduced[self.reduced_index[free]] = chosen[free] ^ (self.signs[free] < 0)
        return reduced if (self.box(reduced, reduced)[0] == chosen).all() else None

    def box(self, least: BoolVector, most: BoolVector) -> tuple[BoolVector, BoolVector]:
        """Return the bounds of the columns from those of the reduced columns."""
        if not self.width:
            return self.constants == 1, self.constants == 1
        reduced_lower, reduced_upper = least[self.reduced_index], most[self.reduced_index]
        is_negated = self.signs < 0
        lower = self.constants + self.signs * np.where(is_negated, reduced_upper, reduced_lower)
        upper = self.constants + self.signs * np.where(is_negated, reduced_lower, reduced_upper)
        return lower == 1, upper == 1


@dataclass(frozen=True, slots=True)
class ReducedProgram:
    """Maximise ``constant + unit * profit . y`` over 0-1 vectors y that satisfy ``rows``; ``origin``: the columns."""

    profit: IntVector
    constant: int
    unit: int
    rows: SparseRows
    origin: Substitution

    def profit_in_units(self, value: int) -> int:
        """Return the smallest profit, in units, of a choice with at least ``value`` in the program."""
        return -((self.constant - value) // self.unit)


def has_exact_sums(program: Program) -> bool:
    """Return whether all sums over the columns of a program fit in int64."""
    vectors = [program.profit, *(row.coefficients for row in program.constraints)]
    return all(float(np.abs(vector).sum(dtype=np.float64)) <= MAX_ROW_SUM for vector in vectors)


def presolve(program: Program) -> ReducedProgram | None:
    """Return the reduced program, None if there is no choice; sums must be exact (``has_exact_sums``)."""
    count = len(program.profit)
    rows = SparseRows.of(program).merge_terms(count)
    # Columns with a lower bound of 1 are fixed
    step: Substitution | None = Substitution.fixing(program.lower_bounds, np.zeros(count, dtype=bool))
    origin = Substitution.fixing(*np.zeros((2, count), dtype=bool))
    while step is not None:
        rows, origin = step.rows(rows), origin.then(step)
        lower, upper = rows.extremes()
        if (lower > rows.most).any() or (upper < rows.least).any():
            return None
        # Drop rows that cannot bind
        is_redundant = (rows.least <= lower) & (upper <= rows.most)
        rows, lower, upper = rows.without(is_redundant), lower[~is_redundant], upper[~is_redundant]
        # Fix columns that a row forces; if there are none, merge columns that are equal or opposite
        to_one, to_zero = _columns_to_fix(rows, lower, upper, origin.width)
        if (to_one & to_zero).any():
            return None
        step = Substitution.fixing(to_one, to_zero) if (to_one | to_zero).any() else _equal_columns(rows, origin.width)
        if step is not None and (step.signs == 2).any():
            return None
    profit, constant = origin.profit(program.profit)
    unit = max(int(np.gcd.reduce(profit)) if len(profit) else 1, 1)
    return ReducedProgram(profit // unit, constant, unit, _merge_parallel_rows(rows), origin)


def _columns_to_fix(rows: SparseRows, lower: IntVector, upper: IntVector, width: int) -> tuple[BoolVector, BoolVector]:
    """Return (columns,) bool: columns that some row forces to 1, and columns that some row forces to 0."""
    size, is_positive = np.abs(rows.values), rows.values > 0
    # The sum of the row with this column at its worse value, all others at their best
    exceeds = lower[rows.rows] + size > rows.most[rows.rows]
    falls_short = upper[rows.rows] - size < rows.least[rows.rows]
    to_one, to_zero = np.zeros((2, width), dtype=bool)
    to_one[rows.columns[(exceeds & ~is_positive) | (falls_short & is_positive)]] = True
    to_zero[rows.columns[(exceeds & is_positive) | (falls_short & ~is_positive)]] = True
    return to_one, to_zero


def _equal_columns(rows: SparseRows, width: int) -> Substitution | None:
    """Return the substitution from rows of two columns that make them equal or opposite; None if there are none.

    The sign is 2 if a column would be its own opposite.
    """
    counts = np.bincount(rows.rows, minlength=len(rows.least))
    starts = (np.cumsum(counts) - counts)[counts == 2]
    a, b = rows.values[starts], rows.values[starts + 1]
    lower, upper = rows.least[counts == 2], rows.most[counts == 2]
    allows_neither, allows_first, allows_second, allows_both = (
        (lower <= total) & (total <= upper) for total in (0 * a, a, b, a + b)
    )
    equal, opposite = (
        allows_neither & allows_both & ~allows_first & ~allows_second,
        allows_first & allows_second & ~allows_neither & ~allows_both,
    )
    if not (equal | opposite).any():
        return None
    # Literals: a column, and beyond the width its complement; equal literals are joined
    x, y = rows.columns[starts], rows.columns[starts + 1]
    tails = np.concatenate([x[equal], x[equal] + width, x[opposite], x[opposite] + width])
    heads = np.concatenate([y[equal], y[equal] + width, y[opposite] + width, y[opposite]])
    graph = coo_array((np.ones(len(tails), np.int8), (tails, heads)), shape=(2 * width, 2 * width))
    count, components = connected_components(graph.tocsr(), directed=False)
    # The first column of each component represents the others
    representatives = np.full(count, width, dtype=np.int64)
    np.minimum.at(representatives, components, np.arange(2 * width) % width)
    representative = representatives[components[:width]]
    is_opposite = components[representative] != components[:width]
    numbers = np.cumsum(representative == np.arange(width)) - 1
    signs = np.where(components[:width] == components[width:], 2, np.where(is_opposite, -1, 1))
    return Substitution(is_opposite.astype(np.int64), signs, numbers[representative], int(numbers[-1]) + 1)


def _merge_parallel_rows(rows: SparseRows) -> SparseRows:
    """Merge rows with the same terms into one row with the bounds of all."""
    counts = np.bincount(rows.rows, minlength=len(rows.least))
    ends = np.cumsum(counts)
    terms = np.column_stack([rows.columns, rows.values])
    first_rows: dict[bytes, int] = {}
    lower, upper, duplicate = rows.least.copy(), rows.most.copy(), np.zeros(len(counts), dtype=bool)
    for row, (start, end) in enumerate(zip((ends - counts).tolist(), ends.tolist(), strict=True)):
        first_row = first_rows.setdefault(terms[start:end].tobytes(), row)
        duplicate[row] = first_row != row
        lower[first_row], upper[first_row] = max(lower[first_row], lower[row]), min(upper[first_row], upper[row])
    return SparseRows(rows.rows, rows.columns, rows.values, lower, upper).without(duplicate)


@dataclass(frozen=True, slots=True)
class DualPrecision:
    """Limits on rounded duals and the sums over them."""

    max_sum_bits: int = 60  # sums then fit in int64
    max_dual_bits: int = 32  # bits of the denominator of duals
    max_int64_coefficient: int = 1 << 16  # with greater ones int64 is too coarse, so Python's integers are used


PRECISION = DualPrecision()


@dataclass(frozen=True, slots=True)
class NodeBound:
    """An upper bound ``total`` on the profit, in units of 1 / ``denominator``, as ``reduced`` and ``duals``.

    ``reduced`` (columns,): the reduced profits; ``duals`` (rows,): the duals of the bound.
    """

    total: int
    reduced: Any
    denominator: int
    duals: Any

    @property
    def units(self) -> int:
        """The bound in whole units of profit."""
        return self.total // self.denominator

    def fix_by_reduced_costs(self, least: BoolVector, most: BoolVector, value: int) -> tuple[BoolVector, BoolVector]:
        """Return the bounds that contain all choices of ``value`` or more (reduced-cost fixing)."""
        gap = self.total - value * self.denominator
        return least | ((self.reduced > gap) & most), most & ~((self.reduced < -gap) & ~least)


@dataclass(frozen=True, slots=True)
class DualBounds:
    """Dual bounds of a program, which is stored by column.

    Column ``used_columns[i]`` has its terms from ``starts[i]`` on; ``row_of`` and ``values`` (terms,) are the row and
    the coefficient of a term. ``row_sizes`` (rows,): the sums of absolute coefficients.
    """

    profit: IntVector
    rows: SparseRows
    row_of: IntVector
    values: Any
    starts: IntVector
    used_columns: IntVector
    row_sizes: FloatVector
    uses_python_ints: bool

    @classmethod
    def of(cls, profit: IntVector, rows: SparseRows) -> Self:
        """Return the bounds of a program."""
        order = np.argsort(rows.columns, kind="stable")
        columns = rows.columns[order]
        starts = np.flatnonzero(np.diff(columns, prepend=-1))
        sizes = np.abs(rows.values)
        uses_python_ints = bool(sizes.max(initial=0) > PRECISION.max_int64_coefficient)
        values = rows.values[order]
        row_sizes = np.bincount(rows.rows, sizes, len(rows.most))
        used_columns = columns[starts]
        return cls(
            profit,
            rows,
            rows.rows[order],
            values.astype(object) if uses_python_ints else values,
            starts,
            used_columns,
            row_sizes,
            uses_python_ints,
        )

    def bound_from_duals(self, duals: FloatVector, least: BoolVector, most: BoolVector) -> NodeBound:
        """Return the bound on choices within the bounds of a node, from duals of the rows."""
        return self._bound(self.profit, duals, least, most)

    def proves_infeasible(self, ray: FloatVector, least: BoolVector, most: BoolVector) -> bool:
        """Return whether a ray, or its negative, proves that a node has no choice."""
        zeros, size = np.zeros_like(self.profit), float(np.abs(ray).max(initial=0.0))
        if not 0 < size < np.inf:
            return False
        return any(self._bound(zeros, sign * ray / size, least, most).total < 0 for sign in (1, -1))

    def _bound(self, profit: IntVector, duals: FloatVector, lower: BoolVector, upper: BoolVector) -> NodeBound:
        rows = self.rows
        # A dual whose sign requires a bound that the row does not have is noise: 0 is valid
        row_bounds = np.where(duals > 0, rows.most, rows.least)
        duals = np.where((np.abs(row_bounds) >= FAR) | ~np.isfinite(duals), 0.0, duals)
        row_bounds = np.where(np.abs(row_bounds) >= FAR, 0, row_bounds)
        # The largest denominator with which all sums stay exact
        size = np.abs(duals)
        largest_sum = float(size @ (np.abs(row_bounds) + self.row_sizes)) + float(np.abs(profit).sum(dtype=np.float64))
        bits = PRECISION.max_sum_bits - int(np.ceil(np.log2(max(largest_sum, 1.0))))
        values, uses_python_ints = self.values, self.uses_python_ints or bits < 0
        if uses_python_ints:
            bits += PRECISION.max_sum_bits
        denominator = 1 << max(
            min(bits, PRECISION.max_dual_bits + (PRECISION.max_sum_bits if uses_python_ints else 0)), 0
        )
        rounded: Any = np.rint(duals * float(denominator))
        if uses_python_ints:
            rounded = np.array([int(dual) for dual in rounded.tolist()], dtype=object)
            profit, row_bounds, values = profit.astype(object), row_bounds.astype(object), values.astype(object)
        else:
            rounded = rounded.astype(np.int64)
        reduced = profit * denominator
        if len(self.starts):
            reduced[self.used_columns] -= np.add.reduceat(values * rounded[self.row_of], self.starts)
        positive = reduced > 0
        total = int((rounded * row_bounds).sum()) + int(reduced[(positive & upper) | lower].sum())
        return NodeBound(total, reduced, denominator, rounded)
