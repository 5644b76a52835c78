"""Presolve of a 0-1 program in integers: fix, substitute, drop (Savelsbergh 1994; Andersen and Andersen 1995).

Only what keeps every choice is done, so that ties survive and nothing has to be proved afterwards: a column that a row
holds at one end is fixed, a row that cannot bind is dropped, and where a row of two columns makes them equal or
opposite, one takes the place of the other.

Invariant: each column of the program is a constant, a reduced column, or 1 less one; the choices of both programs are
the same.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mentormatch.assignment.mip.program_model import FAR, Program, SparseRows
from mentormatch.base.arrays import BoolVector, IntVector

EXACT = 1 << 60
"""Sums of a row stay within it, or the program is left to others."""


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


def is_exact(program: Program) -> bool:
    """Return whether all sums over the columns of a program are within int64."""
    sums = [row.coefficients for row in program.constraints]
    return all(float(np.abs(each).sum(dtype=np.float64)) <= EXACT for each in (program.worth, *sums))


def presolve(program: Program) -> ReducedProgram | None:
    """Return the reduced program, None if there is no choice; the program must be exact."""
    count = len(program.names)
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
