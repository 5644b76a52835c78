"""A bound on the total of any groups from any symmetric matrix, exact in spite of rounding (Jansson et al. 2007).

With X the 0-1 matrix of who is with whom, half of <W, X> is <W/2 - U - R, X> + <U, X> + <R, X> for every symmetric U
and every combination R of rows that groups keep. The first part is largest for the largest entries, as many as there
can be pairs. For the second, X - J/g is positive semidefinite of trace n - n/g and rank g - 1, with eigenvalues up to
the greatest size (Donath and Hoffman 1973): the greatest eigenvalues of U bound it. All is in whole parts of a unit but
the eigenvalues; how far these may be from the true ones follows from the residual of the decomposition (Weyl,
Ostrowski) and from the rounding of its products.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import floor

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolMatrix, BoolVector, FloatMatrix, FloatVector, IntMatrix, IntVector
from mentormatch.groups.problem import SizeRange

ROUNDOFF = 2.0**-53
"""Half a unit in the last place of 1."""
SLACK = 1.0 + 2.0**-20
"""Makes up for the rounding of norms themselves."""
ROOM, FINEST = 58, 24
"""Sums of all entries stay below 2 to the first; entries are rounded to the second part of a unit in bits at best."""


@dataclass(frozen=True)
class MakeUp:
    """Rows that groups keep: for each person i the sum of ``holds[j] X[i, j]`` is at most ``most``, at least ``least``.

    ``holds`` (n,) is 0 or 1; ``bound_below`` (n,) bool: for whom the least is asked.
    """

    holds: IntVector
    bound_below: BoolVector
    least: int
    most: int


@dataclass(frozen=True)
class Partitions:
    """What groups of n people keep, all placed: ``worth`` (n, n) of pairs; ``apart`` and ``together`` (n, n) bool.

    There are ``groups`` of them at most, of ``sizes``; the sum of their squared sizes is within ``squares``.
    """

    worth: IntMatrix
    apart: BoolMatrix
    together: BoolMatrix
    groups: int
    sizes: SizeRange
    squares: SizeRange
    rows: tuple[MakeUp, ...] = ()

    def __len__(self) -> int:
        return len(self.worth)

    @property
    def equal(self) -> bool:
        """Whether all groups have one size."""
        return self.sizes.least == self.sizes.most and self.sizes.most * self.groups == len(self)


@dataclass(frozen=True)
class DualMatrices:
    """The dual: ``matrix`` U (n, n), and for each row of make-up prices of its two ends (n,), 0 or more.

    ``triangles`` (t, 3) and ``prices`` (t,): who is with both i and j, of a triangle k, i, j, has these together too:
    ``X[k, i] + X[k, j] - X[i, j] <= 1``.
    """

    matrix: FloatMatrix
    least: tuple[FloatVector, ...]
    most: tuple[FloatVector, ...]
    triangles: IntMatrix
    prices: FloatVector


def bound_total(given: Partitions, dual: DualMatrices) -> int:
    """Return a number that the total of no groups exceeds."""
    parts = fineness(given, dual)
    whole = np.rint((dual.matrix + dual.matrix.T) * (parts / 2)).astype(np.int64)
    row_prices, paid, held = np.zeros_like(whole), 0, 0
    for row, least, most in zip(given.rows, dual.least, dual.most, strict=True):
        lower = np.rint(np.where(row.bound_below, np.maximum(least, 0), 0.0) * parts).astype(np.int64)
        upper = np.rint(np.maximum(most, 0) * parts).astype(np.int64)
        price = upper - lower
        row_prices += price[:, None] * row.holds[None, :] + price[None, :] * row.holds[:, None]
        paid += row.most * int(upper.sum()) - row.least * int(lower.sum())
        held += int(price @ row.holds)
    prices = np.rint(np.maximum(dual.prices, 0) * parts).astype(np.int64)
    paid += int(prices.sum())
    # A pair is in the matrix twice, and everybody is with themselves
    entries = given.worth * parts - 2 * whole - row_prices - triangle_sums(len(given), dual.triangles, prices)
    pairs = best_pairs(given, entries)
    inner, moved = without_constant(given, whole) if given.equal else (whole, 0)
    total = Fraction(pairs - int(np.trace(whole)) - held + paid + moved, parts)
    total += Fraction(int(inner.sum()), parts * given.groups)
    return floor(total + greatest_spectrum(given, inner.astype(np.float64) / parts))


def triangle_sums[T: (np.int64, np.float64)](n: int, triangles: IntMatrix, prices: NDArray[T]) -> NDArray[T]:
    """Return (n, n), symmetric: what each pair pays for its triangles."""
    center, left, right = triangles.T
    total = np.zeros((n, n), dtype=prices.dtype)
    for one, other, sign in ((center, left, 1), (center, right, 1), (left, right, -1)):
        np.add.at(total, (one, other), sign * prices)
        np.add.at(total, (other, one), sign * prices)
    return total


def fineness(given: Partitions, dual: DualMatrices) -> int:
    """Return into how many parts a unit is divided, a power of 2, so that no sum leaves int64."""
    n = len(given)
    reach = float(np.abs(given.worth).max(initial=1)) + 4 * float(np.abs(dual.matrix).max(initial=1))
    reach += sum(2 * float(max(each.max(initial=0), 0)) * n for each in (*dual.least, *dual.most))
    reach += 3 * float(np.maximum(dual.prices, 0).sum())
    bits = ROOM - int(np.ceil(np.log2(max(reach, 1) * n * max(n, 2))))
    return 1 << max(min(bits, FINEST), 0)


def best_pairs(given: Partitions, entries: IntMatrix) -> int:
    """Return the greatest sum of entries (n, n) over as many pairs as groups of these sizes have.

    Pairs who are to be together count, those apart do not; the others are the greatest, as many as there may be.
    """
    upper = np.triu(np.ones(entries.shape, dtype=bool), 1)
    fixed = given.together & upper
    free = -np.sort(-entries[upper & ~given.together & ~given.apart])
    pairs = [(squares - len(given)) // 2 - int(fixed.sum()) for squares in (given.squares.least, given.squares.most)]
    taken = min(max(int((free > 0).sum()), pairs[0], 0), max(pairs[1], 0))
    return int(entries[fixed].sum()) + int(free[:taken].sum())


def without_constant(given: Partitions, whole: IntMatrix) -> tuple[IntMatrix, int]:
    """Return the matrix without its part along the vector of ones, and what that part adds, for groups of one size.

    Each row of X sums to the size then, so a column added to all columns, and its transpose, add a constant.
    """
    n, size = len(given), given.sizes.most
    sums = whole.sum(axis=1)
    column = (2 * n * sums - int(sums.sum())) // (2 * n * n)
    inner = whole - column[:, None] - column[None, :]
    # Below all other eigenvalues
    deep = int(np.abs(inner).sum(axis=1).max(initial=0)) // n + 1
    return inner - deep, 2 * size * int(column.sum()) + deep * n * size


def greatest_spectrum(given: Partitions, matrix: FloatMatrix) -> Fraction:
    """Return what the inner product of a matrix with X - J/g does not exceed, by the eigenvalues of the matrix."""
    n, groups, most = len(given), given.groups, given.sizes.most
    values, vectors = np.linalg.eigh(matrix)
    trace, total = Fraction(n) - Fraction(n, groups), Fraction(0)
    left = trace
    # The greatest eigenvalues, each up to the greatest size, as long as the trace lasts
    for value in values[::-1].tolist():
        taken = min(left, Fraction(most))
        total += Fraction(value) * taken
        left -= taken
        if left == 0:
            break
    return total + Fraction(eigenvalue_error(matrix, values, vectors)) * trace


def eigenvalue_error(matrix: FloatMatrix, values: FloatVector, vectors: FloatMatrix) -> float:
    """Return how far no true eigenvalue is from the computed one of its rank.

    With V = QS, Q orthogonal, the eigenvalues of V diag(v) V' are those of diag(v), each times a number within
    ``|V'V - I|`` of 1 (Ostrowski), and those of the matrix are within ``|A - V diag(v) V'|`` of them (Weyl).
    Products of n terms are rounded by n + 2 half units of the products of absolute values at most.
    """
    n, largest = len(matrix), float(np.abs(values).max(initial=0))
    rounding = (n + 4) * ROUNDOFF / (1 - (n + 4) * ROUNDOFF)
    spread = float(np.sum(vectors * vectors)) * SLACK
    unit = float(np.linalg.norm(vectors.T @ vectors - np.eye(n))) * SLACK + rounding * spread * SLACK
    residual = float(np.linalg.norm(matrix - (vectors * values) @ vectors.T)) * SLACK
    residual += (rounding * spread * largest + 2 * ROUNDOFF * float(np.linalg.norm(matrix))) * SLACK
    if not unit < 1:
        return float(np.linalg.norm(matrix)) * 2 + largest
    return residual + unit * largest * SLACK
