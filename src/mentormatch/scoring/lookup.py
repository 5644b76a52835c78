"""Points that are looked up in a table: by the kinds of the two people, or by a number.

People who are alike to a criterion are of one kind, and get the same. A number is what a product of matrices gives.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.scoring.criterion import AnswerTally, Block, CommonItems, ItemPoints, piecewise

MOST = 1 << 15
"""A table holds so many points, at most: it stays in the cache, and numbers fit into 16 bits."""
FEW = 8
"""So many kinds are not worth finding out which of them are there, where nothing else tells people apart."""
ABOVE = 2.0
"""More than any value; what no two people can have in common may be worth anything."""

WIDE = 1 << 22
"""What each kind of the left gets is spread over all of the right at once, if that takes no more than this."""
FEW_CLASSES = 4
"""Kinds of two criteria are put together while there are so many times fewer of them than people, or more."""

type Points = NDArray[np.int32]
"""(n, m) int32, in millionths."""
type Factors = tuple[NDArray[np.float32], NDArray[np.float32]]


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
        return wide and FEW_CLASSES * len(self.table) * len(other.table) <= len(self.codes)

    def combine(self, other: "ClassPoints") -> "ClassPoints":
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


@dataclass(frozen=True, slots=True)
class Kinds:
    """``codes`` (n,): which of u kinds each person is of; ``own`` (u,) what they gave, and whether it is ``known``."""

    codes: IntVector
    own: IntVector
    known: BoolVector

    @classmethod
    def of(cls, own: ItemPoints, known: BoolVector, few: int) -> "Kinds":
        """Return people by what they gave; those who did not answer are one kind.

        Of up to ``few`` kinds, there may be some of which nobody is.
        """
        numbers = ((own + 1) * known).astype(np.int64)
        highest = numbers.max(initial=0)
        if highest < few:
            return cls(numbers, np.arange(-1, highest), np.arange(highest + 1) > 0)
        used = np.bincount(numbers) > 0
        found = used.nonzero()[0]
        return cls((used.cumsum() - 1)[numbers], found - 1, found > 0)

    def __len__(self) -> int:
        return len(self.own)


@dataclass(frozen=True)
class LookupTable:
    """``points`` (c,) int32 by the number of a pair.

    It is the sum of the numbers of the one in ``left`` (n,) and the other in ``right`` (m,), and of what they have in
    common, times a step each.
    """

    left: IntVector
    right: IntVector
    common: tuple[tuple[CommonItems, int], ...]
    points: Points

    @property
    def size(self) -> int:
        """Return how many numbers there are."""
        return len(self.points)

    def joins(self, other: "LookupTable") -> bool:
        """Return whether the numbers of both together are few enough."""
        return self.size * other.size <= MOST

    def combine(self, other: "LookupTable") -> "LookupTable":
        """Return the sum of the points of both."""
        common = *((each, step * other.size) for each, step in self.common), *other.common
        points = np.add.outer(self.points, other.points).ravel()
        return LookupTable(self.left * other.size + other.left, self.right * other.size + other.right, common, points)

    @cached_property
    def factors(self) -> Factors:
        """Return (n, k) and (k, m), of which the product is the number of each pair. Made when first needed.

        They are held in float32, in which whole numbers up to 2**24 are exact. What stands beside the same ``right`` is
        added up on the left.
        """
        parts = dict[int, tuple[NDArray[np.float32], ItemPoints]]()
        for each, step in self.common:
            scaled = np.multiply(each.left, np.float32(step), dtype=np.float32, casting="same_kind")
            same = parts.get(id(each.right))
            parts[id(each.right)] = scaled if same is None else scaled + same[0], each.right
        lefts, rights = zip(*parts.values(), strict=True)
        left = [self.left[:, None], np.ones((len(self.left), 1)), *lefts]
        right = [np.ones((1, len(self.right))), self.right[None, :], *(each.T for each in rights)]
        return np.hstack(left, dtype=np.float32, casting="unsafe"), np.vstack(right, dtype=np.float32, casting="unsafe")

    def add(self, total: Points, rows: slice) -> None:
        """Add the points of some people of the left to ``total``, which holds their rows."""
        total += self.rows(rows)

    def rows(self, some: slice | IntVector) -> Points:
        """Return (r, m) int32: the points of some people of the left."""
        left, right = self.factors
        numbers = piecewise(left[some], right).astype(np.uint16)
        return self.points.take(numbers, mode="clip")  # all are within: "raise" takes longer

    def at(self, lefts: IntVector, rights: IntVector) -> IntVector:
        """Return (e,) int64: the points of some pairs."""
        left, right = self.factors
        numbers: IntVector = np.einsum("ek,ke->e", left[lefts], right[:, rights]).astype(np.int64)
        return self.points[numbers].astype(np.int64)

    def among(self, lefts: IntVector | slice, rights: IntVector | slice) -> "LookupTable":
        """Return the same for some people of both sides."""
        common = tuple(
            (CommonItems(each.left[lefts], each.right[rights], each.most), step) for each, step in self.common
        )
        return replace(self, left=self.left[lefts], right=self.right[rights], common=common)

    def swap_sides(self) -> "LookupTable":
        """Return the same with the sides exchanged."""
        common = tuple((CommonItems(each.right, each.left, each.most), step) for each, step in self.common)
        return replace(self, left=self.right, right=self.left, common=common)


def tabulate(tally: AnswerTally, points_of: Callable[[Block], Points]) -> LookupTable | ClassPoints | None:
    """Return the points of what is counted of two people; None where there are too many."""
    few = 0 if tally.common else FEW
    ours, theirs = (Kinds.of(*side, few) for side in zip(tally.own, tally.known, strict=True))
    shape = (len(ours), len(theirs), *(each.most + 1 for each in tally.common))
    if prod(shape) > MOST:
        return None
    points = points_of(_values(tally, (ours, theirs), shape))
    if not tally.common:
        return spread(points, ours.codes, theirs.codes)
    steps = [prod(shape[axis + 1 :]) for axis in range(len(shape))]
    common = tuple(zip(tally.common, steps[2:], strict=True))
    return LookupTable(ours.codes * steps[0], theirs.codes * steps[1], common, points.ravel())


def _values(tally: AnswerTally, kinds: Sequence[Kinds], shape: tuple[int, ...]) -> Block:
    """Return the values of each kind of the left with each of the right, by the numbers that they have in common."""
    axes = [each.own for each in kinds] + [np.arange(each.most + 1) for each in tally.common]
    open_mesh = [axis.reshape(-1, *[1] * (len(axes) - place - 1)) for place, axis in enumerate(axes)]
    values = np.empty(shape)
    np.minimum(tally.worth(*open_mesh), ABOVE, out=values)
    values[~kinds[0].known] = np.nan
    values[:, ~kinds[1].known] = np.nan
    return values
