"""A group problem -> bounds on its goals, by the doubly nonnegative relaxation.

The relaxation is solved by the alternating direction method of multipliers, ADMM (Wen, Goldfarb and Yin 2010; de Meijer
et al. 2023). It maximises <W, X> / 2 over matrices X that relax the 0-1 matrix of people in the same group: X - J/g is
positive semidefinite with eigenvalues of at most the greatest size; entries are between 0 and 1, with 1 on the diagonal
and for people who must be together, 0 for people who must be apart; and X satisfies rows on the composition of groups,
and star inequalities. Each step computes the semidefinite part by an eigendecomposition, the other part by clipping,
and the dual from their difference. The duals of rows and stars follow by dual ascent (Hildreth 1957). Every dual gives
a bound, so the method can stop at any time.

``bound_total`` computes an exact bound from any symmetric matrix, in spite of rounding (Jansson et al. 2007). For the
0-1 matrix X, every symmetric U and every combination R of the rows::

    <W, X> / 2  =  <W/2 - U - R, X> + <U, X> + <R, X>

The first term is at most the sum of its largest entries, as many as there can be pairs. For the second, X - J/g is
positive semidefinite with trace n - n/g, rank at most g - 1, and eigenvalues of at most the greatest size (Donath and
Hoffman 1973), so the greatest eigenvalues of U bound it. All terms but the eigenvalues are computed in integer
multiples of a fraction of a unit. The error of the eigenvalues is bounded by the residual of the decomposition (Weyl,
Ostrowski) and by the rounding of its products.
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

UNIT_ROUNDOFF = 2.0**-53  # of float64
NORM_FACTOR = 1.0 + 2.0**-20  # covers the rounding of norms
MAX_SUM_BITS = 58  # sums of all entries stay below 2^58
MAX_FRACTION_BITS = 24  # of an entry


@dataclass(frozen=True)
class MakeUp:
    """Rows on the composition of groups: for each person i, ``least <= sum_j holds[j] X[i, j] <= most``.

    ``holds`` (n,) is 0 or 1; ``bound_below`` (n,) bool: whether the lower bound applies to each person.
    """

    holds: IntVector
    bound_below: BoolVector
    least: int
    most: int


@dataclass(frozen=True)
class Partitions:
    """The constraints and values of partitions of n people into groups.

    Attributes
    ----------
    worth
        (n, n): the values of pairs.
    apart, together
        (n, n) bool: people who must not meet, and who must be together.
    groups
        The maximum number of groups.
    sizes, squares
        The ranges of the size of a group, and of the sum of squared sizes.
    rows
        The rows on the composition of groups.
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
        """Whether there is the maximum number of groups, all of one size."""
        return self.sizes.least == self.sizes.most and self.sizes.most * self.groups == len(self)


@dataclass(frozen=True)
class DualMatrices:
    """The duals of the relaxation.

    Attributes
    ----------
    matrix
        (n, n): the matrix U of the semidefinite constraint.
    least, most
        For each composition row, the duals (n,) of its lower and of its upper bounds, 0 or more.
    stars, prices
        (t, 1 + l): a center and its leaves, padded with -1, and the dual of each star (t,). A star is a 2-partition
        inequality with one person on one side (Grötschel and Wakabayashi 1990): leaves in the group of the center are
        together, so ``sum of X[center, leaf] - sum of X[leaf, leaf'] <= 1``. With two leaves it is a triangle.
    """

    matrix: FloatMatrix
    least: tuple[FloatVector, ...]
    most: tuple[FloatVector, ...]
    stars: IntMatrix
    prices: FloatVector


def bound_total(partitions: Partitions, dual: DualMatrices) -> int:
    """Return an upper bound on the total of any groups."""
    parts = fineness(partitions, dual)
    matrix = np.rint((dual.matrix + dual.matrix.T) * (parts / 2)).astype(np.int64)
    row_prices, constant, on_diagonal = np.zeros_like(matrix), 0, 0
    for row, least, most in zip(partitions.rows, dual.least, dual.most, strict=True):
        lower = np.rint(np.where(row.bound_below, np.maximum(least, 0), 0.0) * parts).astype(np.int64)
        upper = np.rint(np.maximum(most, 0) * parts).astype(np.int64)
        price = upper - lower
        row_prices += price[:, None] * row.holds[None, :] + price[None, :] * row.holds[:, None]
        constant += row.most * int(upper.sum()) - row.least * int(lower.sum())
        on_diagonal += int(price @ row.holds)
    prices = np.rint(np.maximum(dual.prices, 0) * parts).astype(np.int64)
    constant += int(prices.sum())
    # Each pair is in the matrix twice, and the diagonal counts once
    entries = partitions.worth * parts - 2 * matrix - row_prices - star_sums(len(partitions), dual.stars, prices)
    pairs = best_pairs(partitions, entries)
    inner, moved = without_constant(partitions, matrix) if partitions.equal else (matrix, 0)
    total = Fraction(pairs - int(np.trace(matrix)) - on_diagonal + constant + moved, parts)
    total += Fraction(int(inner.sum()), parts * partitions.groups)
    return floor(total + greatest_spectrum(partitions, inner.astype(np.float64) / parts))


def star_sums[T: (np.int64, np.float64)](n: int, stars: IntMatrix, prices: NDArray[T]) -> NDArray[T]:
    """Return (n, n), symmetric: the sum of the duals of all stars with a pair, times its coefficient."""
    total = np.zeros((n, n), dtype=prices.dtype)
    for has_pair, first, second, sign in pairs_of_stars(stars):
        np.add.at(total, (first, second), sign * prices[has_pair])
        np.add.at(total, (second, first), sign * prices[has_pair])
    return total


def pairs_of_stars(stars: IntMatrix) -> Iterator[tuple[BoolVector, IntVector, IntVector, int]]:
    """Yield, for each two columns: the stars (t,) bool that fill both, their people there, and the coefficient."""
    for first, second in combinations(range(stars.shape[1]), 2):
        has_pair = (stars[:, first] >= 0) & (stars[:, second] >= 0)
        yield has_pair, stars[has_pair, first], stars[has_pair, second], -1 if first else 1


def fineness(partitions: Partitions, dual: DualMatrices) -> int:
    """Return the number of parts of a unit, a power of 2, with which no sum overflows int64; 1 if there is none."""
    n = len(partitions)
    reach = float(np.abs(partitions.worth).max(initial=1)) + 4 * float(np.abs(dual.matrix).max(initial=1))
    reach += sum(2 * float(max(duals.max(initial=0), 0)) * n for duals in (*dual.least, *dual.most))
    reach += 3 * float(np.maximum(dual.prices, 0).sum())
    bits = MAX_SUM_BITS - int(np.ceil(np.log2(max(reach, 1) * n * max(n, 2))))
    return 1 << max(min(bits, MAX_FRACTION_BITS), 0)


def best_pairs(partitions: Partitions, entries: IntMatrix) -> int:
    """Return an upper bound on the sum of entries (n, n) over the pairs of any groups.

    Pairs that must be together count, pairs that must be apart do not. Of all others, the greatest entries count: the
    positive ones, within the least and greatest number of pairs in groups of these sizes.
    """
    upper = np.triu(np.ones(entries.shape, dtype=bool), 1)
    fixed = partitions.together & upper
    free = -np.sort(-entries[upper & ~partitions.together & ~partitions.apart])
    pairs = [
        (squares - len(partitions)) // 2 - int(fixed.sum())
        for squares in (partitions.squares.least, partitions.squares.most)
    ]
    count = min(max(int((free > 0).sum()), pairs[0], 0), max(pairs[1], 0))
    return int(entries[fixed].sum()) + int(free[:count].sum())


def without_constant(partitions: Partitions, matrix: IntMatrix) -> tuple[IntMatrix, int]:
    """Return a matrix whose lowest eigenvalue is along the vector of ones, and how much less its product with X is.

    Requires groups of equal size: then each row of X sums to the size, so that adding a vector to all columns and rows
    of the matrix adds a constant to the product.
    """
    n, size = len(partitions), partitions.sizes.most
    sums = matrix.sum(axis=1)
    column = (2 * n * sums - int(sums.sum())) // (2 * n * n)
    inner = matrix - column[:, None] - column[None, :]
    # Shift the eigenvalue of the vector of ones below all others
    shift = int(np.abs(inner).sum(axis=1).max(initial=0)) // n + 1
    return inner - shift, 2 * size * int(column.sum()) + shift * n * size


def greatest_spectrum(partitions: Partitions, matrix: FloatMatrix) -> Fraction:
    """Return an upper bound on the inner product of a matrix with X - J/g, from its eigenvalues."""
    n, groups, most = len(partitions), partitions.groups, partitions.sizes.most
    values, vectors = np.linalg.eigh(matrix)
    trace, total = Fraction(n) - Fraction(n, groups), Fraction(0)
    remaining = trace
    # The greatest eigenvalues, each with a weight of at most the greatest size, up to the trace
    for value in values[::-1].tolist():
        weight = min(remaining, Fraction(most))
        total += Fraction(value) * weight
        remaining -= weight
        if remaining == 0:
            break
    return total + Fraction(eigenvalue_error(matrix, values, vectors)) * trace


def eigenvalue_error(matrix: FloatMatrix, values: FloatVector, vectors: FloatMatrix) -> float:
    """Return an upper bound on the difference between a computed eigenvalue and the true one of the same rank.

    With V = QS, Q orthogonal, the eigenvalues of V diag(v) V' are those of diag(v), each times a factor within
    ``|V'V - I|`` of 1 (Ostrowski), and those of the matrix are within ``|A - V diag(v) V'|`` of them (Weyl). The
    rounding error of a product of n terms is at most n + 2 unit roundoffs times the product of absolute values.
    """
    n, largest = len(matrix), float(np.abs(values).max(initial=0))
    rounding = (n + 4) * UNIT_ROUNDOFF / (1 - (n + 4) * UNIT_ROUNDOFF)
    spread = float(np.sum(vectors * vectors)) * NORM_FACTOR
    unit = float(np.linalg.norm(vectors.T @ vectors - np.eye(n))) * NORM_FACTOR + rounding * spread * NORM_FACTOR
    residual = float(np.linalg.norm(matrix - (vectors * values) @ vectors.T)) * NORM_FACTOR
    residual += (rounding * spread * largest + 2 * UNIT_ROUNDOFF * float(np.linalg.norm(matrix))) * NORM_FACTOR
    if not unit < 1:
        return float(np.linalg.norm(matrix)) * 2 + largest
    return residual + unit * largest * NORM_FACTOR


@dataclass(frozen=True, slots=True)
class RelaxationOptions:
    """Tuning of the relaxation."""

    min_steps: int = 50
    max_steps: int = 400
    work: int = 6 * 10**9  # the number of steps times the cube of the number of people, within these limits
    steps_per_bound: int = 25
    min_progress: float = 1e-5  # relative; the method ends when ``patience`` successive bounds improve by less
    patience: int = 4
    far_gap: float = 0.05  # relative; a bound with a larger gap is improved for a short time only
    steps_per_separation: int = 50  # of violated stars
    min_violation: float = 0.01  # of a star that is added
    stars_per_person: int = 10  # added at once, at most
    star_pace: float = 0.7  # of the duals of stars
    row_pace: float = 1.5  # of the duals of rows
    leaves: int = 4  # of a star, at most
    tried_pairs: int = 30  # per person, from which stars are grown
    min_pair_sum: float = 0.5  # of a pair from which a star is grown; 1 violates the triangle inequality
    over_relaxation: float = 1.6  # of the dual
    steps_per_penalty: int = 20
    penalty_factor: float = 1.3
    products_per_step: int = 10  # matrix products that take as long as a step, measured for 240 to 1,000 people


RELAXATION = RelaxationOptions()


def relax(
    problem: GroupProblem, tiers: Sequence[Tier], deadline: float | None, early: float | None = None
) -> dict[str, int]:
    """Return bounds on the open goals, by goal, among groups that are as good in the proved earlier goals.

    ``tiers``: the values of some groups, and their proved bounds, in the order of the goals. Returns bounds only on
    goals after ``placed``, and none unless that is proved. After the time ``early``, a bound on the total that is far
    from these groups is no longer improved.
    """
    tier_by_goal, rank = {tier.goal: tier for tier in tiers}, {tier.goal: place for place, tier in enumerate(tiers)}
    if "placed" not in tier_by_goal or not tier_by_goal["placed"].proved:
        return {}
    placed, bounds = tier_by_goal["placed"].value, dict[str, int]()
    is_open = {goal: not tier.proved and rank[goal] > rank["placed"] for goal, tier in tier_by_goal.items()}
    open_goals = [goal for goal in ("floor", "total") if is_open.get(goal)]
    if "meetings" in tier_by_goal and problem.meetings is not None:
        tier = tier_by_goal["meetings"]
        if is_open["meetings"]:
            bounds["meetings"] = -relax_pairs(replace(problem, worth=-problem.meetings, shared=()), placed, deadline)
        elif tier.proved and tier.value == 0 and all(rank[goal] > rank["meetings"] for goal in open_goals):
            # Only goals after ``meetings`` may take its value for granted
            problem = replace(problem, apart=problem.apart | (problem.meetings > 0))
    if open_goals:
        reached = tier_by_goal["total"].value if early is not None and "total" in tier_by_goal else None
        total = relax_pairs(problem, placed, deadline, early, reached)
        # The mean over all pairs, which no worst group exceeds; a negative one is greatest over the most pairs
        pairs = fewest_pairs(problem, placed) if total >= 0 else most_pairs(problem, placed)
        bounds |= {goal: total if goal == "total" else total // max(pairs, 1) for goal in open_goals}
    return bounds


def relax_pairs(
    problem: GroupProblem, placed: int, deadline: float | None, early: float | None = None, reached: int | None = None
) -> int:
    """Return an upper bound on the total of all groups that place ``placed`` people.

    After the time ``early``, the bound is improved only if it is near the known total ``reached``.
    """
    partitions = partitions_of(problem, placed)
    best, better = problem.most("total"), 0
    with one_thread():
        looks = StepTimer()
        for look, dual in enumerate(dual_ascent(partitions, deadline, looks)):
            with looks:
                bound = bound_total(partitions, dual)
            better = look if best - bound > RELAXATION.min_progress * abs(best) else better
            best = min(best, bound)
            is_far = reached is not None and best - reached > RELAXATION.far_gap * abs(best)
            if look - better >= RELAXATION.patience or (is_far and early is not None and monotonic() > early):
                break
    return best


def fewest_pairs(problem: GroupProblem, placed: int) -> int:
    # The least number of pairs in groups that place so many people
    return (square_sums(*spans_of(problem), placed).least - placed) // 2


def most_pairs(problem: GroupProblem, placed: int) -> int:
    return (square_sums(*spans_of(problem), placed).most - placed) // 2


def spans_of(problem: GroupProblem) -> tuple[list[SizeRange], int]:
    """Return the size ranges of the maximum number of groups, and the minimum number of groups."""
    if len(problem.spans) > 1:
        return list(problem.spans), len(problem.spans)
    return list(problem.spans) * problem.number.most, problem.number.least


def partitions_of(problem: GroupProblem, placed: int) -> Partitions:
    """Return the constraints of all groups that place ``placed`` people; each other person is a group of one."""
    n, left_out = len(problem), len(problem) - placed
    spans, fewest = spans_of(problem)
    # The range of the sum of squared sizes, which bounds the number of pairs
    squares = square_sums(spans, fewest, placed)
    sizes = problem.sizes
    # People who must be together; nobody, if people are left out
    together = np.zeros((n, n), dtype=np.bool_)
    for block in () if left_out else problem.together:
        together[np.ix_(block, block)] = True
    together &= ~np.eye(n, dtype=bool)
    # Composition rows
    rows = [
        row_of(count.holds.astype(np.int64), SizeRange(count.least, count.most), left_out, none=count.none)
        for count in problem.counts
    ]
    if sizes.least != sizes.most:
        rows.append(row_of(np.ones(n, dtype=np.int64), sizes, left_out))
    return Partitions(
        worth_with_terms(problem),
        problem.apart,
        together,
        len(spans) + left_out,
        SizeRange(1 if left_out else sizes.least, sizes.most),
        SizeRange(squares.least + left_out, squares.most + left_out),
        tuple(rows),
    )


def row_of(holds: IntVector, span: SizeRange, left_out: int, *, none: bool = False) -> MakeUp:
    """Return the row on the number of counted people in the group of each person.

    With ``none``, the minimum applies only to the groups of counted people. If people are left out, each of them is a
    group of one: no minimum applies, and the maximum is at least 1.
    """
    has_least = holds > 0 if none else np.ones(len(holds), dtype=bool)
    return MakeUp(
        holds, np.zeros_like(has_least) if left_out else has_least, span.least, max(span.most, 1 if left_out else 0)
    )


def worth_with_terms(problem: GroupProblem) -> IntMatrix:
    """Return (n, n): pair values, plus an upper bound on the points of each group term in a group with the pair."""
    worth = problem.worth.copy()
    for term in problem.shared:
        common = term.has.astype(np.int64) @ term.has.T.astype(np.int64)
        best = np.maximum(np.maximum.accumulate(term.points)[common], term.unknown)
        worth += np.where(term.known[:, None] & term.known[None, :], best, term.unknown)
    np.fill_diagonal(worth, 0)
    return worth


def square_sums(spans: list[SizeRange], fewest: int, people: int) -> SizeRange:
    """Return the least and the greatest sum of squared sizes of groups with ``people`` people in total.

    A dynamic programme over the groups; at least the first ``fewest`` of them exist.
    """
    nothing = -((people + 1) ** 2)
    most, least = np.full(people + 1, nothing), np.full(people + 1, nothing)
    most[0] = least[0] = 0
    extremes: list[tuple[int, int]] = []
    for number, span in enumerate(spans, 1):
        tables = []
        for sums, sign in ((most, 1), (least, -1)):
            after = np.full(people + 1, nothing)
            for size in range(span.least, min(span.most, people) + 1):
                after[size:] = np.maximum(after[size:], sums[: people + 1 - size] + sign * size * size)
            tables.append(np.where(after < nothing // 2, nothing, after))
        most, least = tables
        if number >= fewest and most[people] > 0:
            extremes.append((-int(least[people]), int(most[people])))
    return SizeRange(min(low for low, _ in extremes), max(high for _, high in extremes))


def dual_ascent(partitions: Partitions, deadline: float | None, looks: StepTimer) -> Iterator[DualMatrices]:
    """Yield duals at intervals of the ADMM steps.

    ``looks``: the timer of the caller's work on a dual; no dual is yielded without time for it.
    """
    state, timer, separations = AdmmState(partitions), StepTimer(), StepTimer()
    steps = int(min(max(RELAXATION.work // max(len(partitions), 1) ** 3, RELAXATION.min_steps), RELAXATION.max_steps))
    if deadline is not None:
        timer.last_s = looks.last_s = state.estimate_step_s()
        if not timer.allows(deadline, looks.last_s):
            return
    for step in range(1, steps + 1):
        with timer:
            state.step()
            if step % RELAXATION.steps_per_penalty == 0:
                state.adapt()
        is_over = not timer.allows(deadline, looks.last_s)
        if step % RELAXATION.steps_per_bound == 0 or is_over or step == steps:
            yield DualMatrices(state.dual, tuple(state.least), tuple(state.most), state.stars, state.prices)
        if step % RELAXATION.steps_per_separation == 0 and separations.allows(deadline, timer.last_s + looks.last_s):
            with separations:
                state.separate()
        if is_over:
            return


class AdmmState:
    """The iterates: ``inside`` Z in the box, ``spectral`` X, the ``dual`` U, the penalty, duals of rows and stars."""

    def __init__(self, partitions: Partitions) -> None:
        self.partitions, n = partitions, len(partitions)
        self.half = partitions.worth / 2
        self.penalty = max(2 * float(np.std(self.half)), 1e-9)
        self.free = ~partitions.apart & ~partitions.together & ~np.eye(n, dtype=bool)
        self.inside = np.where(partitions.apart, 0.0, 1 / partitions.groups)
        self.inside[partitions.together | np.eye(n, dtype=bool)] = 1.0
        self.spectral, self.dual = self.inside.copy(), np.zeros((n, n))
        self.least = [np.zeros(n) for _ in partitions.rows]
        self.most = [np.zeros(n) for _ in partitions.rows]
        self.residuals = 0.0, 0.0
        self.stars, self.prices = np.zeros((0, 1 + RELAXATION.leaves), dtype=np.int64), np.zeros(0)
        self.pace = np.zeros(0)

    def estimate_step_s(self) -> float:
        """Return the approximate time of a step, from that of one matrix product."""
        with StepTimer() as product:
            self.inside @ self.inside
        return product.last_s * RELAXATION.products_per_step

    def step(self) -> None:
        """Do one step: the semidefinite part, the box, the dual, and the duals of rows and stars."""
        self.spectral = self._project(self.inside + self.dual / self.penalty)
        before = self.inside
        self.inside = self._clip(self.spectral + (self.half - self.dual - self._row_prices()) / self.penalty)
        gap = self.inside - self.spectral
        self.dual = self.dual + RELAXATION.over_relaxation * self.penalty * gap
        self.residuals = float(np.linalg.norm(gap)), float(np.linalg.norm(self.inside - before))
        for place, row in enumerate(self.partitions.rows):
            sums, pace = self.inside @ row.holds, self.penalty * RELAXATION.row_pace / max(int(row.holds.sum()), 1)
            self.most[place] = np.maximum(self.most[place] + pace * (sums - row.most), 0)
            lower = np.maximum(self.least[place] + pace * (row.least - sums), 0)
            self.least[place] = np.where(row.bound_below, lower, 0.0)
        self.prices = np.maximum(self.prices + self.penalty * self.pace * self._excess(self.stars), 0)

    def _excess(self, stars: IntMatrix) -> FloatVector:
        return self._sums(stars, self.inside) - 1

    def _sums(self, stars: IntMatrix, matrix: FloatMatrix, *, signed: bool = True) -> FloatVector:
        """Return (t,): the sum of a matrix over the pairs of each star; pairs of leaves are negative if ``signed``."""
        total = np.zeros(len(stars))
        for has_pair, first, second, sign in pairs_of_stars(stars):
            total[has_pair] += (sign if signed else 1) * matrix[first, second]
        return total

    def separate(self) -> None:
        """Keep the stars with a positive dual, and add the most violated ones."""
        n = len(self.inside)
        fresh = np.concatenate([grow_stars(self.inside, person) for person in range(n)])
        fresh = fresh[np.argsort(-self._excess(fresh), kind="stable")[: RELAXATION.stars_per_person * n]]
        has_price = self.prices > 0
        stars = np.concatenate([self.stars[has_price], fresh])
        prices = np.concatenate([self.prices[has_price], np.zeros(len(fresh))])
        _, indices = np.unique(stars, axis=0, return_index=True)
        self.stars, self.prices = stars[indices], prices[indices]
        # The duals of stars that share pairs climb more slowly
        sharing = np.zeros_like(self.inside)
        for _, first, second, _ in pairs_of_stars(self.stars):
            np.add.at(sharing, (np.minimum(first, second), np.maximum(first, second)), 1.0)
        self.pace = RELAXATION.star_pace / self._sums(self.stars, sharing + sharing.T, signed=False)

    def adapt(self) -> None:
        """Raise or lower the penalty, so that the primal and dual residuals shrink at the same rate."""
        primal, dual = self.residuals
        if primal > 2 * dual:
            self.penalty *= RELAXATION.penalty_factor
        elif dual > 2 * primal:
            self.penalty /= RELAXATION.penalty_factor

    def _project(self, matrix: FloatMatrix) -> FloatMatrix:
        """Return the nearest X such that X - J/g has eigenvalues between 0 and the greatest size, and trace n - n/g."""
        partitions, n = self.partitions, len(self.partitions)
        inner = matrix - 1 / partitions.groups
        if partitions.equal:
            # Project onto the complement of the vector of ones, and shift its eigenvalue below all others
            means = inner.mean(axis=1)
            inner = inner - means[:, None] - means[None, :] + means.mean() - np.abs(inner).sum(axis=1).max() / n
        values, vectors = np.linalg.eigh((inner + inner.T) / 2)
        clipped = capped_simplex(values, partitions.sizes.most, n - n / partitions.groups)
        is_positive = clipped > 0
        part = vectors[:, is_positive]
        return 1 / partitions.groups + (part * clipped[is_positive]) @ part.T

    def _clip(self, matrix: FloatMatrix) -> FloatMatrix:
        """Return the nearest Z in the box whose sum is in the range of sums of squared sizes."""
        inside = np.where(self.free, np.clip(matrix, 0.0, 1.0), self.inside)
        total = float(inside.sum())
        if self.partitions.equal or self.partitions.squares.least <= total <= self.partitions.squares.most:
            return inside
        target = self.partitions.squares.most if total > self.partitions.squares.most else self.partitions.squares.least
        low, high = -1.0 - float(np.abs(matrix).max()), 1.0 + float(np.abs(matrix).max())
        # The multiplier of the sum, by bisection
        for _ in range(30):
            middle = (low + high) / 2
            inside = np.where(self.free, np.clip(matrix - middle, 0.0, 1.0), self.inside)
            low, high = (middle, high) if float(inside.sum()) > target else (low, middle)
        return inside

    def _row_prices(self) -> FloatMatrix:
        total = np.zeros_like(self.half)
        for row, least, most in zip(self.partitions.rows, self.least, self.most, strict=True):
            price = np.outer(most - least, row.holds)
            total += (price + price.T) / 2
        return total + star_sums(len(total), self.stars, self.prices) / 2


def grow_stars(inside: FloatMatrix, person: int) -> IntMatrix:
    """Return (t, 1 + l): violated stars around a person, grown greedily from the best pairs of leaves."""
    neighbours = np.flatnonzero(inside[person] > RELAXATION.min_violation)
    neighbours = neighbours[neighbours != person]
    to_center, among = inside[person, neighbours], inside[np.ix_(neighbours, neighbours)]
    left, right = np.triu_indices(len(neighbours), 1)
    worth = to_center[left] + to_center[right] - among[left, right]
    first = np.argsort(-worth, kind="stable")[: RELAXATION.tried_pairs]
    first = first[worth[first] > RELAXATION.min_pair_sum]
    leaves = np.full((len(first), RELAXATION.leaves), -1)
    leaves[:, 0], leaves[:, 1], worth = left[first], right[first], worth[first]
    # The gain of one more leaf
    gains = to_center - among[leaves[:, 0]] - among[leaves[:, 1]]
    stars = np.arange(len(first))
    for place in range(2, RELAXATION.leaves):
        gains[stars[:, None], leaves[:, :place]] = -1.0
        best = gains.argmax(axis=1) if len(neighbours) else stars
        added = gains[stars, best]
        has_gain = added > 0
        leaves[has_gain, place], worth = best[has_gain], worth + np.maximum(added, 0)
        gains = np.where(has_gain[:, None], gains - among[best], -1.0)
    broken = np.sort(leaves[worth > 1 + RELAXATION.min_violation], axis=1)
    people = np.where(broken >= 0, neighbours[broken], -1)
    return np.column_stack([np.full(len(people), person), people])


def capped_simplex(values: FloatVector, most: float, total: float) -> FloatVector:
    """Return the projection onto vectors with entries from 0 to ``most`` and this total, by bisection on the shift."""
    low, high = float(values.min()) - most, float(values.max())
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if float(np.clip(values - middle, 0, most).sum()) > total else (low, middle)
    return np.asarray(np.clip(values - high, 0, most))


@contextmanager
def one_thread() -> Iterator[None]:
    """Run NumPy's linear algebra in one thread: with a few hundred people, threads mostly wait for each other.

    No effect unless NumPy uses the OpenBLAS of its wheels.
    """
    libraries = Path(np.__file__).parents[1].glob("numpy.libs/*openblas*")
    libraries_loaded = [ctypes.CDLL(str(library)) for library in libraries]
    names = "scipy_openblas_get_num_threads64_", "scipy_openblas_set_num_threads64_"
    openblas = [library for library in libraries_loaded if all(hasattr(library, name) for name in names)]
    before = [int(getattr(library, names[0])()) for library in openblas]
    try:
        for library in openblas:
            getattr(library, names[1])(1)
        yield
    finally:
        for library, threads in zip(openblas, before, strict=True):
            getattr(library, names[1])(threads)
