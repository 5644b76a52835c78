"""The doubly nonnegative relaxation of groups by ADMM (Wen, Goldfarb and Yin 2010; de Meijer et al. 2023).

Maximise half of <W, X>, where X says who is with whom: X - J/g is positive semidefinite with eigenvalues up to the
greatest size; X is between 0 and 1, 1 on the diagonal and for people who are to be together, 0 for those apart, and
keeps rows on the make-up of groups, and stars. The steps: the semidefinite part by an eigendecomposition, the other
by clipping, the dual by the difference of both; prices of rows and stars climb beside them (Hildreth 1957). Every
dual gives a bound, so the steps may end at any time; ``bound_total`` makes it exact.

A bound on the total of any groups from any symmetric matrix, exact in spite of rounding (Jansson et al. 2007).

With X the 0-1 matrix of who is with whom, half of <W, X> is <W/2 - U - R, X> + <U, X> + <R, X> for every symmetric U
and every combination R of rows that groups keep. The first part is largest for the largest entries, as many as there
can be pairs. For the second, X - J/g is positive semidefinite of trace n - n/g and rank g - 1, with eigenvalues up to
the greatest size (Donath and Hoffman 1973): the greatest eigenvalues of U bound it. All is in whole parts of a unit but
the eigenvalues; how far these may be from the true ones follows from the residual of the decomposition (Weyl,
Ostrowski) and from the rounding of its products.
"""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import floor
from pathlib import Path
from time import monotonic

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.solution import Tier
from mentormatch.base.arrays import BoolMatrix, BoolVector, FloatMatrix, FloatVector, IntMatrix, IntVector
from mentormatch.groups.problem import GroupProblem, SizeRange
from mentormatch.groups.step_timer import StepTimer

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

    ``stars`` (t, 1 + LEAVES), a center and its leaves, -1 for none, and ``prices`` (t,): the inequality of 2-partitions
    with one person on a side (Grötschel and Wakabayashi 1990). Leaves that are with the center are with each other, so
    ``sum of X[center, leaf] - sum of X[leaf, leaf'] <= 1``; of two leaves that is a triangle.
    """

    matrix: FloatMatrix
    least: tuple[FloatVector, ...]
    most: tuple[FloatVector, ...]
    stars: IntMatrix
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
    entries = given.worth * parts - 2 * whole - row_prices - star_sums(len(given), dual.stars, prices)
    pairs = best_pairs(given, entries)
    inner, moved = without_constant(given, whole) if given.equal else (whole, 0)
    total = Fraction(pairs - int(np.trace(whole)) - held + paid + moved, parts)
    total += Fraction(int(inner.sum()), parts * given.groups)
    return floor(total + greatest_spectrum(given, inner.astype(np.float64) / parts))


def star_sums[T: (np.int64, np.float64)](n: int, stars: IntMatrix, prices: NDArray[T]) -> NDArray[T]:
    """Return (n, n), symmetric: what each pair pays for its stars."""
    total = np.zeros((n, n), dtype=prices.dtype)
    for some, one, other, sign in pairs_of_stars(stars):
        np.add.at(total, (one, other), sign * prices[some])
        np.add.at(total, (other, one), sign * prices[some])
    return total


def pairs_of_stars(stars: IntMatrix) -> Iterator[tuple[BoolVector, IntVector, IntVector, int]]:
    """Yield which stars have a pair of some kind, its two people in these, and its sign: 1 with the center, else -1."""
    for one, other in combinations(range(stars.shape[1]), 2):
        some = (stars[:, one] >= 0) & (stars[:, other] >= 0)
        yield some, stars[some, one], stars[some, other], -1 if one else 1


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


STEPS, WORK, LOOK = (50, 400), 6 * 10**9, 25
"""Steps of the method: so many times the cube of the people as make this work, within these numbers; after how many the
bound is looked at."""
ENOUGH, PATIENCE = 1e-5, 4
"""So many looks in a row that better the bound by less than this part end the method."""
FAR = 0.05
"""A bound further than this part from the best known groups is not worth more than a little time."""
SEPARATE, BROKEN, STARS, CLIMB = 50, 0.01, 10, 0.7
"""After so many steps stars that are broken by more than the second number join, so many times the people at most;
how fast their prices climb."""
LEAVES, TRIED, HOPEFUL = 4, 30, 0.5
"""The leaves of a star at most; from so many pairs of each person stars are grown, if these come to so much."""
OVER, ADAPT, FACTOR, PACE = 1.6, 20, 1.3, 1.5
"""Over-relaxation of the dual; after so many steps the penalty is adapted by this factor; how fast
prices of rows climb."""
PRODUCTS = 10
"""A step takes as long as so many products of matrices of its size, as measured for 240 to 1,000 people."""


def relax(
    problem: GroupProblem, tiers: Sequence[Tier], deadline: float | None, early: float | None = None
) -> dict[str, int]:
    """Return bounds on goals, among groups that place as many people and, where that is proved, let as few meet again.

    ``tiers``: what some groups reach, and what is proved of it. Nothing where more people might be placed. At the time
    ``early`` a bound on the total that is still far from the groups is taken as it is.
    """
    known = {tier.goal: tier for tier in tiers}
    placed = known["placed"].value if "placed" in known and known["placed"].proved else None
    if placed is None:
        return {}
    bounds = {}
    if "meetings" in known and not known["meetings"].proved and problem.meetings is not None:
        bounds["meetings"] = -relax_pairs(replace(problem, worth=-problem.meetings, shared=()), placed, deadline)
    elif "meetings" in known and known["meetings"].value == 0 and problem.meetings is not None:
        problem = replace(problem, apart=problem.apart | (problem.meetings > 0))
    open_goals = [goal for goal in ("floor", "total") if goal in known and not known[goal].proved]
    if open_goals:
        reached = known["total"].value if early is not None and "total" in known else None
        total, pairs = relax_pairs(problem, placed, deadline, early, reached), fewest_pairs(problem, placed)
        bounds |= {goal: total if goal == "total" else total // max(pairs, 1) for goal in open_goals}
    return bounds


def relax_pairs(
    problem: GroupProblem, placed: int, deadline: float | None, early: float | None = None, reached: int | None = None
) -> int:
    """Return a bound on the total of all groups in which so many people are placed.

    After the time ``early`` the bound is improved only while it is near the total ``reached``.
    """
    given = partitions_of(problem, placed)
    best, better = problem.most("total"), 0
    with one_thread():
        looks = StepTimer()
        for look, dual in enumerate(dual_ascent(given, deadline, looks)):
            with looks:
                bound = bound_total(given, dual)
            better = look if best - bound > ENOUGH * abs(best) else better
            best = min(best, bound)
            is_far = reached is not None and best - reached > FAR * abs(best)
            if look - better >= PATIENCE or (is_far and early is not None and monotonic() > early):
                break
    return best


def fewest_pairs(problem: GroupProblem, placed: int) -> int:
    """Return how many pairs groups have at least."""
    return (square_sums(*spans_of(problem), placed).least - placed) // 2


def spans_of(problem: GroupProblem) -> tuple[list[SizeRange], int]:
    """Return the sizes of as many groups as there may be, and how many there are at least."""
    if len(problem.spans) > 1:
        return list(problem.spans), len(problem.spans)
    return list(problem.spans) * problem.number.most, problem.number.least


def partitions_of(problem: GroupProblem, placed: int) -> Partitions:
    """Return what all groups keep in which so many people are placed, each other person being a group of one."""
    n, alone = len(problem), len(problem) - placed
    spans, fewest = spans_of(problem)
    # By the sizes that groups may have: how many pairs meet in all
    squares = square_sums(spans, fewest, placed)
    sizes = problem.sizes
    # Who must meet; where people may be left out, nobody must
    together = np.zeros((n, n), dtype=np.bool_)
    for block in () if alone else problem.together:
        together[np.ix_(block, block)] = True
    together &= ~np.eye(n, dtype=bool)
    # How many of some people each person meets, themselves included
    rows = [
        row_of(count.holds.astype(np.int64), SizeRange(count.least, count.most), alone, none=count.none)
        for count in problem.counts
    ]
    if sizes.least != sizes.most:
        rows.append(row_of(np.ones(n, dtype=np.int64), sizes, alone))
    return Partitions(
        worth_with_terms(problem),
        problem.apart,
        together,
        len(spans) + alone,
        SizeRange(1 if alone else sizes.least, sizes.most),
        SizeRange(squares.least + alone, squares.most + alone),
        tuple(rows),
    )


def row_of(holds: IntVector, span: SizeRange, alone: int, *, none: bool = False) -> MakeUp:
    """Return how many of some people each person meets, themselves included; whoever is left out meets nobody."""
    asked = holds > 0 if none else np.ones(len(holds), dtype=bool)
    return MakeUp(holds, np.zeros_like(asked) if alone else asked, span.least, max(span.most, 1 if alone else 0))


def worth_with_terms(problem: GroupProblem) -> IntMatrix:
    """Return the worth of pairs with what a group gets as a whole: at most what its two people have in common."""
    worth = problem.worth.copy()
    for term in problem.shared:
        common = term.has.astype(np.int64) @ term.has.T.astype(np.int64)
        best = np.maximum(np.maximum.accumulate(term.points)[common], term.unknown)
        worth += np.where(term.known[:, None] & term.known[None, :], best, term.unknown)
    np.fill_diagonal(worth, 0)
    return worth


def square_sums(spans: list[SizeRange], fewest: int, people: int) -> SizeRange:
    """Return the least and the greatest sum of squared sizes of groups that hold so many people.

    Dynamic programme over the groups; the first ``fewest`` of them are there in any case.
    """
    nothing = -((people + 1) ** 2)
    most, least = np.full(people + 1, nothing), np.full(people + 1, nothing)
    most[0] = least[0] = 0
    found: list[tuple[int, int]] = []
    for number, span in enumerate(spans, 1):
        tables = []
        for sums, sign in ((most, 1), (least, -1)):
            after = np.full(people + 1, nothing)
            for size in range(span.least, min(span.most, people) + 1):
                after[size:] = np.maximum(after[size:], sums[: people + 1 - size] + sign * size * size)
            tables.append(np.where(after < nothing // 2, nothing, after))
        most, least = tables
        if number >= fewest and most[people] > 0:
            found.append((-int(least[people]), int(most[people])))
    return SizeRange(min(low for low, _ in found), max(high for _, high in found))


def dual_ascent(given: Partitions, deadline: float | None, looks: StepTimer) -> Iterator[DualMatrices]:
    """Yield duals, each after some steps of the alternating direction method of multipliers.

    ``looks``: what is done with each dual; none is yielded for which there is no time.
    """
    state, timer, separations = AdmmState(given), StepTimer(), StepTimer()
    steps = int(min(max(WORK // max(len(given), 1) ** 3, STEPS[0]), STEPS[1]))
    if deadline is not None:
        timer.last_s = looks.last_s = state.estimate_step_s()
        if not timer.allows(deadline, looks.last_s):
            return
    for step in range(1, steps + 1):
        with timer:
            state.step()
            if step % ADAPT == 0:
                state.adapt()
        over = not timer.allows(deadline, looks.last_s)
        if step % LOOK == 0 or over or step == steps:
            yield DualMatrices(state.dual, tuple(state.least), tuple(state.most), state.stars, state.prices)
        if step % SEPARATE == 0 and separations.allows(deadline, timer.last_s + looks.last_s):
            with separations:
                state.separate()
        if over:
            return


class AdmmState:
    """The iterates: ``inside`` Z in the box, ``spectral`` X, the ``dual`` U and the penalty; prices of the rows."""

    def __init__(self, given: Partitions) -> None:
        self.given, n = given, len(given)
        self.half = given.worth / 2
        self.penalty = max(2 * float(np.std(self.half)), 1e-9)
        self.free = ~given.apart & ~given.together & ~np.eye(n, dtype=bool)
        self.inside = np.where(given.apart, 0.0, 1 / given.groups)
        self.inside[given.together | np.eye(n, dtype=bool)] = 1.0
        self.spectral, self.dual = self.inside.copy(), np.zeros((n, n))
        self.least = [np.zeros(n) for _ in given.rows]
        self.most = [np.zeros(n) for _ in given.rows]
        self.residuals = 0.0, 0.0
        self.stars, self.prices = np.zeros((0, 1 + LEAVES), dtype=np.int64), np.zeros(0)
        self.pace = np.zeros(0)

    def estimate_step_s(self) -> float:
        """Return about how long a step takes, by the time of one product of matrices of its size."""
        with StepTimer() as product:
            self.inside @ self.inside
        return product.last_s * PRODUCTS

    def step(self) -> None:
        """Do one step: the semidefinite part, the box, the dual, and the prices of rows."""
        self.spectral = self._project(self.inside + self.dual / self.penalty)
        before = self.inside
        self.inside = self._clip(self.spectral + (self.half - self.dual - self._row_prices()) / self.penalty)
        gap = self.inside - self.spectral
        self.dual = self.dual + OVER * self.penalty * gap
        self.residuals = float(np.linalg.norm(gap)), float(np.linalg.norm(self.inside - before))
        for place, row in enumerate(self.given.rows):
            there, pace = self.inside @ row.holds, self.penalty * PACE / max(int(row.holds.sum()), 1)
            self.most[place] = np.maximum(self.most[place] + pace * (there - row.most), 0)
            lower = np.maximum(self.least[place] + pace * (row.least - there), 0)
            self.least[place] = np.where(row.bound_below, lower, 0.0)
        self.prices = np.maximum(self.prices + self.penalty * self.pace * self._excess(self.stars), 0)

    def _excess(self, stars: IntMatrix) -> FloatVector:
        return self._sums(stars, self.inside) - 1

    def _sums(self, stars: IntMatrix, matrix: FloatMatrix, *, signed: bool = True) -> FloatVector:
        """Return (t,) the sums of a matrix over the pairs of each star, those between leaves with their sign."""
        total = np.zeros(len(stars))
        for some, one, other, sign in pairs_of_stars(stars):
            total[some] += (sign if signed else 1) * matrix[one, other]
        return total

    def separate(self) -> None:
        """Keep the stars that have a price, and add those that are broken most."""
        n = len(self.inside)
        fresh = np.concatenate([grow_stars(self.inside, person) for person in range(n)])
        fresh = fresh[np.argsort(-self._excess(fresh), kind="stable")[: STARS * n]]
        kept = self.prices > 0
        every = np.concatenate([self.stars[kept], fresh])
        prices = np.concatenate([self.prices[kept], np.zeros(len(fresh))])
        _, places = np.unique(every, axis=0, return_index=True)
        self.stars, self.prices = every[places], prices[places]
        # The more stars share a pair, the slower each climbs
        sharing = np.zeros_like(self.inside)
        for _, one, other, _ in pairs_of_stars(self.stars):
            np.add.at(sharing, (np.minimum(one, other), np.maximum(one, other)), 1.0)
        self.pace = CLIMB / self._sums(self.stars, sharing + sharing.T, signed=False)

    def adapt(self) -> None:
        """Raise or lower the penalty, so that both residuals shrink alike."""
        primal, dual = self.residuals
        if primal > 2 * dual:
            self.penalty *= FACTOR
        elif dual > 2 * primal:
            self.penalty /= FACTOR

    def _project(self, matrix: FloatMatrix) -> FloatMatrix:
        """Return the nearest X: X - J/g has eigenvalues from 0 to the greatest size, and trace n - n/g."""
        given, n = self.given, len(self.given)
        inner = matrix - 1 / given.groups
        if given.equal:
            # On the complement of the vector of ones, whose own eigenvalue is moved below all others
            means = inner.mean(axis=1)
            inner = inner - means[:, None] - means[None, :] + means.mean() - np.abs(inner).sum(axis=1).max() / n
        values, vectors = np.linalg.eigh((inner + inner.T) / 2)
        kept = capped_simplex(values, given.sizes.most, n - n / given.groups)
        some = kept > 0
        part = vectors[:, some]
        return 1 / given.groups + (part * kept[some]) @ part.T

    def _clip(self, matrix: FloatMatrix) -> FloatMatrix:
        """Return the nearest Z in the box, whose sum is within the sums of squared sizes."""
        inside = np.where(self.free, np.clip(matrix, 0.0, 1.0), self.inside)
        total = float(inside.sum())
        if self.given.equal or self.given.squares.least <= total <= self.given.squares.most:
            return inside
        wanted = self.given.squares.most if total > self.given.squares.most else self.given.squares.least
        low, high = -1.0 - float(np.abs(matrix).max()), 1.0 + float(np.abs(matrix).max())
        # The multiplier of the sum, by bisection
        for _ in range(30):
            middle = (low + high) / 2
            inside = np.where(self.free, np.clip(matrix - middle, 0.0, 1.0), self.inside)
            low, high = (middle, high) if float(inside.sum()) > wanted else (low, middle)
        return inside

    def _row_prices(self) -> FloatMatrix:
        total = np.zeros_like(self.half)
        for row, least, most in zip(self.given.rows, self.least, self.most, strict=True):
            price = np.outer(most - least, row.holds)
            total += (price + price.T) / 2
        return total + star_sums(len(total), self.stars, self.prices) / 2


def grow_stars(inside: FloatMatrix, person: int) -> IntMatrix:
    """Return (t, 1 + LEAVES) the broken stars around a person, grown greedily from the pairs that come to most."""
    near = np.flatnonzero(inside[person] > BROKEN)
    near = near[near != person]
    own, among = inside[person, near], inside[np.ix_(near, near)]
    left, right = np.triu_indices(len(near), 1)
    worth = own[left] + own[right] - among[left, right]
    first = np.argsort(-worth, kind="stable")[:TRIED]
    first = first[worth[first] > HOPEFUL]
    leaves = np.full((len(first), LEAVES), -1)
    leaves[:, 0], leaves[:, 1], worth = left[first], right[first], worth[first]
    # What one more leaf would add
    gains = own - among[leaves[:, 0]] - among[leaves[:, 1]]
    stars = np.arange(len(first))
    for place in range(2, LEAVES):
        gains[stars[:, None], leaves[:, :place]] = -1.0
        best = gains.argmax(axis=1) if len(near) else stars
        added = gains[stars, best]
        more = added > 0
        leaves[more, place], worth = best[more], worth + np.maximum(added, 0)
        gains = np.where(more[:, None], gains - among[best], -1.0)
    broken = np.sort(leaves[worth > 1 + BROKEN], axis=1)
    people = np.where(broken >= 0, near[broken], -1)
    return np.column_stack([np.full(len(people), person), people])


def capped_simplex(values: FloatVector, most: float, total: float) -> FloatVector:
    """Return the numbers from 0 to ``most`` of this sum that are nearest to the values, by bisection on their shift."""
    low, high = float(values.min()) - most, float(values.max())
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if float(np.clip(values - middle, 0, most).sum()) > total else (low, middle)
    return np.asarray(np.clip(values - high, 0, most))


@contextmanager
def one_thread() -> Iterator[None]:
    """Let NumPy's linear algebra run in one thread: at a few hundred people others wait for each other at each step.

    Nothing changes where its library is not the one that NumPy's wheels bring.
    """
    libraries = Path(np.__file__).parents[1].glob("numpy.libs/*openblas*")
    called = [ctypes.CDLL(str(library)) for library in libraries]
    names = "scipy_openblas_get_num_threads64_", "scipy_openblas_set_num_threads64_"
    found = [library for library in called if all(hasattr(library, name) for name in names)]
    before = [int(getattr(library, names[0])()) for library in found]
    try:
        for library in found:
            getattr(library, names[1])(1)
        yield
    finally:
        for library, threads in zip(found, before, strict=True):
            getattr(library, names[1])(threads)
