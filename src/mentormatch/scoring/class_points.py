"""Points by kind of person, spread over all pairs: people who are alike to a criterion get the same."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import IntVector

WIDE = 1 << 22
"""What each kind of the left gets is spread over all of the right at once, if that takes no more than this."""
FEW = 4
"""Kinds of two criteria are put together while there are so many times fewer of them than people, or more."""

type Points = NDArray[np.int32]
"""(n, m) int32, in millionths."""


@dataclass(frozen=True, slots=True)
class ClassPoints:
    """``table`` (u, m) int32: what each kind of person on the left gets; ``codes`` (n,): of which kind everybody is.

    Where it is not ``wide``, ``table`` is (u, v), by the kinds ``columns`` (m,) of the right.
    """

    codes: IntVector
    table: Points
    columns: IntVector | None = None

    @property
    def size(self) -> int:
        """Return how many kinds of people on the left are told apart."""
        return len(self.table)

    def joins(self, other: "ClassPoints") -> bool:
        """Return whether the kinds of both together are few enough."""
        wide = self.columns is None and other.columns is None
        return wide and FEW * len(self.table) * len(other.table) <= len(self.codes)

    def joined(self, other: "ClassPoints") -> "ClassPoints":
        """Return the sum of what both give."""
        table = (self.table[:, None] + other.table).reshape(self.size * other.size, self.table.shape[1])
        return ClassPoints(self.codes * len(other.table) + other.codes, table)

    def at(self, left: IntVector, right: IntVector) -> Points:
        """Return (e,) int32: the points of some pairs."""
        return np.asarray(self.table[self.codes[left], right if self.columns is None else self.columns[right]])

    def add(self, total: Points, rows: slice) -> None:
        """Add the points of some people of the left to ``total``, which holds their rows."""
        own = self.table.take(self.codes[rows], axis=0)
        total += own if self.columns is None else own.take(self.columns, axis=1)


def spread(points: Points, ours: IntVector, theirs: IntVector) -> ClassPoints:
    """Return what people get who are of kinds ``ours`` (n,) and ``theirs`` (m,), which get ``points`` (u, v) int32."""
    if len(points) * len(theirs) > WIDE:
        return ClassPoints(ours, points, theirs)
    return ClassPoints(ours, points.take(theirs, axis=1))


@dataclass(frozen=True, slots=True)
class Exceptions:
    """Some pairs, each once, that get ``more`` (e,) int32 than others of their kinds."""

    left: IntVector
    right: IntVector
    more: Points

    def add(self, total: Points, rows: slice) -> None:
        """Add to the points of some people of the left in ``total``, which holds their rows."""
        here = (self.left >= rows.start) & (self.left < rows.stop)
        total[self.left[here] - rows.start, self.right[here]] += self.more[here]
