"""Presolve of a 0-1 program in integers: fix, substitute, drop (Savelsbergh 1994; Andersen and Andersen 1995).

Only what keeps every choice is done, so that ties survive and nothing has to be proved afterwards: a column that a row
holds at one end is fixed, a row that cannot bind is dropped, and where a row of two columns makes them equal or
opposite, one takes the place of the other.

Invariant: each column of the program is a constant, a reduced column, or 1 less one; the choices of both programs are
the same.

Bounds of a node in integers, from any duals (a safe dual bound, cf. Neumaier and Shcherbina 2004).

For multipliers ``y`` of the rows, every choice x within the bounds of a node satisfies, whatever ``y`` is::

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

EXACT = 1 << 60
"""Sums of all terms stay within it."""


@dataclass(frozen=True, slots=True)
class Substitution:
    """Each column as ``constant + sign * reduced column``; ``sign`` is 0 where it is fixed."""

    constants: IntVector
    signs: IntVector
    places: IntVector
    width: int

    @classmethod
    def fixing(cls, one: BoolVector, zero: BoolVector) -> Self:
        """Return the substitution that fixes some columns to 1 and some to 0, and keeps the others."""
        free = ~(one | zero)
        places = np.maximum(np.cumsum(free) - 1, 0)
        return cls(one.astype(np.int64), free.astype(np.int64), places, int(np.count_nonzero(free)))

    def then(self, step: "Substitution") -> "Substitution":
        """Return this substitution followed by one of its reduced columns."""
        if not self.width:
            return self
        return Substitution(
            self.constants + self.signs * step.constants[self.places],
            self.signs * step.signs[self.places],
            step.places[self.places],
            step.width,
        )

    def rows(self, rows: SparseRows) -> SparseRows:
        """Return rows of the columns as rows of the reduced columns."""
        shift = np.zeros_like(rows.least)
        np.add.at(shift, rows.rows, rows.values * self.constants[rows.columns])
        values, places = rows.values * self.signs[rows.columns], self.places[rows.columns]
        least = np.where(rows.least == -FAR, rows.least, rows.least - shift)
        most = np.where(rows.most == FAR, rows.most, rows.most - shift)
        return SparseRows(rows.rows, places, values, least, most).merge_terms(self.width)

    def worth(self, worth: IntVector) -> tuple[IntVector, int]:
        """Return the worth of the reduced columns, and what is added to it."""
        found = np.zeros(self.width, dtype=np.int64)
        free = self.signs != 0
        np.add.at(found, self.places[free], (worth * self.signs)[free])
        return found, sum(worth[self.constants == 1].tolist())

    def restrict(self, chosen: BoolVector) -> BoolVector | None:
        """Return the choice of the reduced columns that is a choice of the columns; None if it is none."""
        found = np.zeros(self.width, dtype=bool)
        free = self.signs != 0
        found[self.places[free]] = chosen[free] ^ (self.signs[free] < 0)
        return found if (self.box(found, found)[0] == chosen).all() else None

    def box(self, least: BoolVector, most: BoolVector) -> tuple[BoolVector, BoolVector]:
        """Return the bounds of the columns, from those of the reduced columns."""
        if not self.width:
            return self.constants == 1, self.constants == 1
        low, high = least[self.places], most[self.places]
        turned = self.signs < 0
        lower = self.constants + self.signs * np.where(turned, high, low)
        upper = self.constants + self.signs * np.where(turned, low, high)
        return lower == 1, upper == 1


@dataclass(frozen=True, slots=True)
class ReducedProgram:
    """Maximise ``constant + unit * worth . y`` over the 0-1 vectors y that keep ``rows``; ``origin``: the columns."""

    worth: IntVector
    constant: int
    unit: int
    rows: SparseRows
    origin: Substitution

    def units(self, value: int) -> int:
        """Return the least worth, in units, of a choice that is worth ``value`` or more in the program."""
        return -((self.constant - value) // self.unit)


def has_exact_sums(program: Program) -> bool:
    """Return whether all sums over the columns of a program are within int64; else it is left to others."""
    sums = [row.coefficients for row in program.constraints]
    return all(float(np.abs(each).sum(dtype=np.float64)) <= EXACT for each in (program.worth, *sums))


def presolve(program: Program) -> ReducedProgram | None:
    """Return the reduced program, None if there is no choice; the program must be exact."""
    count = len(program.worth)
    rows = SparseRows.of(program).merge_terms(count)
    # The columns that are fixed to 1
    step: Substitution | None = Substitution.fixing(program.lower_bounds, np.zeros(count, dtype=bool))
    origin = Substitution.fixing(*np.zeros((2, count), dtype=bool))
    while step is not None:
        rows, origin = step.rows(rows), origin.then(step)
        low, high = rows.extremes()
        if (low > rows.most).any() or (high < rows.least).any():
            return None
        # Rows that cannot bind
        loose = (rows.least <= low) & (high <= rows.most)
        rows, low, high = rows.without(loose), low[~loose], high[~loose]
        # Columns that a row holds at one end; then columns that are equal or opposite
        one, zero = _columns_to_fix(rows, low, high, origin.width)
        if (one & zero).any():
            return None
        step = Substitution.fixing(one, zero) if (one | zero).any() else _equal_columns(rows, origin.width)
        if step is not None and (step.signs == 2).any():
            return None
    worth, constant = origin.worth(program.worth)
    unit = max(int(np.gcd.reduce(worth)) if len(worth) else 1, 1)
    return ReducedProgram(worth // unit, constant, unit, _distinct(rows), origin)


def _columns_to_fix(rows: SparseRows, low: IntVector, high: IntVector, width: int) -> tuple[BoolVector, BoolVector]:
    """Return (columns,) bool: those that some row does not let be 0, and those that it does not let be 1."""
    size, up = np.abs(rows.values), rows.values > 0
    # The sum of the row with this column moved to its worse end, all others at their best
    full = low[rows.rows] + size > rows.most[rows.rows]
    short = high[rows.rows] - size < rows.least[rows.rows]
    one, zero = np.zeros((2, width), dtype=bool)
    one[rows.columns[(full & ~up) | (short & up)]] = True
    zero[rows.columns[(full & up) | (short & ~up)]] = True
    return one, zero


def _equal_columns(rows: SparseRows, width: int) -> Substitution | None:
    """Return the substitution by rows of two columns that make them equal or opposite, None if there is none.

    The sign is 2 where a column would be its own opposite.
    """
    counts = np.bincount(rows.rows, minlength=len(rows.least))
    first = (np.cumsum(counts) - counts)[counts == 2]
    a, b = rows.values[first], rows.values[first + 1]
    least, most = rows.least[counts == 2], rows.most[counts == 2]
    none, left, right, both = ((least <= total) & (total <= most) for total in (0 * a, a, b, a + b))
    equal, opposite = none & both & ~left & ~right, left & right & ~none & ~both
    if not (equal | opposite).any():
        return None
    # Literals: a column, and beyond the width its opposite; those that are equal are joined
    x, y = rows.columns[first], rows.columns[first + 1]
    tails = np.concatenate([x[equal], x[equal] + width, x[opposite], x[opposite] + width])
    heads = np.concatenate([y[equal], y[equal] + width, y[opposite] + width, y[opposite]])
    graph = coo_array((np.ones(len(tails), np.int8), (tails, heads)), shape=(2 * width, 2 * width))
    count, parts = connected_components(graph.tocsr(), directed=False)
    # The least column of each part stands for the others
    chief = np.full(count, width, dtype=np.int64)
    np.minimum.at(chief, parts, np.arange(2 * width) % width)
    own = chief[parts[:width]]
    turned = parts[own] != parts[:width]
    numbers = np.cumsum(own == np.arange(width)) - 1
    signs = np.where(parts[:width] == parts[width:], 2, np.where(turned, -1, 1))
    return Substitution(turned.astype(np.int64), signs, numbers[own], int(numbers[-1]) + 1)


def _distinct(rows: SparseRows) -> SparseRows:
    """Return the rows with only one of those that have the same terms; it has the bounds of all of them."""
    counts = np.bincount(rows.rows, minlength=len(rows.least))
    ends = np.cumsum(counts)
    terms = np.column_stack([rows.columns, rows.values])
    found: dict[bytes, int] = {}
    least, most, gone = rows.least.copy(), rows.most.copy(), np.zeros(len(counts), dtype=bool)
    for row, (start, end) in enumerate(zip((ends - counts).tolist(), ends.tolist(), strict=True)):
        same = found.setdefault(terms[start:end].tobytes(), row)
        gone[row] = same != row
        least[same], most[same] = max(least[same], least[row]), min(most[same], most[row])
    return SparseRows(rows.rows, rows.columns, rows.values, least, most).without(gone)


ROOM = 60
"""Sums stay below two to this, within int64."""
FINEST = 32
"""Duals are rounded to this power of one half at best."""
COARSE = 1 << 16
"""With greater coefficients, rounded duals lose too much in int64: Python's integers are taken."""


@dataclass(frozen=True, slots=True)
class NodeBound:
    """No choice is worth more than ``total``, in parts; ``reduced`` (columns,): the reduced profit of each.

    ``duals`` (rows,) are those behind the bound, in parts as well.
    """

    total: int
    reduced: Any
    parts: int
    duals: Any

    @property
    def units(self) -> int:
        """Return the bound in whole units."""
        return self.total // self.parts

    def fix_by_reduced_costs(self, least: BoolVector, most: BoolVector, value: int) -> tuple[BoolVector, BoolVector]:
        """Return the bounds that choices of ``value`` or more keep (reduced-cost fixing)."""
        room = self.total - value * self.parts
        return least | ((self.reduced > room) & most), most & ~((self.reduced < -room) & ~least)


@dataclass(frozen=True, slots=True)
class DualBounds:
    """The terms of the rows of a program in the order of columns; column ``some[i]`` has those from ``starts[i]`` on.

    ``row_of`` and ``values`` (terms,): the row and the coefficient of each. ``row_sizes`` (rows,): the sum of the
    absolute coefficients of a row; a bound is asked for at every node, and these do not change.
    """

    worth: IntVector
    rows: SparseRows
    row_of: IntVector
    values: Any
    starts: IntVector
    some: IntVector
    row_sizes: FloatVector
    wide: bool

    @classmethod
    def of(cls, worth: IntVector, rows: SparseRows) -> Self:
        """Return the bounds of a program."""
        order = np.argsort(rows.columns, kind="stable")
        columns = rows.columns[order]
        starts = np.flatnonzero(np.diff(columns, prepend=-1))
        sizes = np.abs(rows.values)
        wide = bool(sizes.max(initial=0) > COARSE)
        values = rows.values[order]
        row_sizes = np.bincount(rows.rows, sizes, len(rows.most))
        some = columns[starts]
        return cls(
            worth, rows, rows.rows[order], values.astype(object) if wide else values, starts, some, row_sizes, wide
        )

    def of_duals(self, duals: FloatVector, least: BoolVector, most: BoolVector) -> NodeBound:
        """Return the bound of the choices within the bounds of a node, from duals of the rows."""
        return self._bound(self.worth, duals, least, most)

    def prove_empty(self, ray: FloatVector, least: BoolVector, most: BoolVector) -> bool:
        """Return whether there is no choice within the bounds of a node, by a ray or minus it."""
        none, size = np.zeros_like(self.worth), float(np.abs(ray).max(initial=0.0))
        if not 0 < size < np.inf:
            return False
        return any(self._bound(none, sign * ray / size, least, most).total < 0 for sign in (1, -1))

    def _bound(self, worth: IntVector, duals: FloatVector, least: BoolVector, most: BoolVector) -> NodeBound:
        rows = self.rows
        # A dual whose sign calls for a bound that the row does not have is noise: 0 is valid
        ends = np.where(duals > 0, rows.most, rows.least)
        duals = np.where((np.abs(ends) >= FAR) | ~np.isfinite(duals), 0.0, duals)
        ends = np.where(np.abs(ends) >= FAR, 0, ends)
        # The finest denominator with which all sums stay in the exact range
        size = np.abs(duals)
        reach = float(size @ (np.abs(ends) + self.row_sizes)) + float(np.abs(worth).sum(dtype=np.float64))
        bits = ROOM - int(np.ceil(np.log2(max(reach, 1.0))))
        values, wide = self.values, self.wide or bits < 0
        if wide:
            bits += ROOM
        parts = 1 << max(min(bits, FINEST + (ROOM if wide else 0)), 0)
        rounded: Any = np.rint(duals * float(parts))
        if wide:
            rounded = np.array([int(each) for each in rounded.tolist()], dtype=object)
            worth, ends, values = worth.astype(object), ends.astype(object), values.astype(object)
        else:
            rounded = rounded.astype(np.int64)
        reduced = worth * parts
        if len(self.starts):
            reduced[self.some] -= np.add.reduceat(values * rounded[self.row_of], self.starts)
        positive = reduced > 0
        total = int((rounded * ends).sum()) + int(reduced[(positive & most) | least].sum())
        return NodeBound(total, reduced, parts, rounded)
