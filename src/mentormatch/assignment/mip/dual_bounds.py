"""Bounds of a node in integers, from any duals (a safe dual bound, cf. Neumaier and Shcherbina 2004).

For multipliers ``y`` of the rows, every choice x within the bounds of a node satisfies, whatever ``y`` is::

    c x  =  y (A x) + (c - y A) x  <=  sum_r max(y_r least_r, y_r most_r) + sum_j max((c - y A)_j x_j)

Duals of a solver are floats; rounded to integers over a common denominator, all of this is exact. With ``c = 0`` and a
ray of an infeasible program the bound is below 0, which proves that there is no choice (Farkas).
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from mentormatch.assignment.mip.program_model import FAR, SparseRows
from mentormatch.base.arrays import BoolVector, FloatVector, IntVector

ROOM = 60
"""Sums stay below two to this, within int64."""
FINEST = 32
"""Duals are rounded to this power of one half at best."""
COARSE = 1 << 16
"""With greater coefficients, rounded duals lose too much in int64: Python's integers are taken."""


@dataclass(frozen=True, slots=True)
class NodeBound:
    """No choice is worth more than ``total``, in parts; ``reduced`` (columns,): the reduced profit of each."""

    total: int
    reduced: Any
    parts: int

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
        if self.wide:
            bits += ROOM
        parts = 1 << max(min(bits, FINEST + (ROOM if self.wide else 0)), 0)
        rounded: Any = np.rint(duals * float(parts))
        if self.wide:
            rounded = np.array([int(each) for each in rounded.tolist()], dtype=object)
            worth, ends = worth.astype(object), ends.astype(object)
        else:
            rounded = rounded.astype(np.int64)
        reduced = worth * parts
        if len(self.starts):
            reduced[self.some] -= np.add.reduceat(self.values * rounded[self.row_of], self.starts)
        positive = reduced > 0
        total = int((rounded * ends).sum()) + int(reduced[(positive & most) | least].sum())
        return NodeBound(total, reduced, parts)
