"""Side constraints: rows that take a Lagrangian multiplier, with their penalties, and hard rules that take none.

A row can be dualised if its coefficients are separable: a sum of terms of the two people, or a product (rank 1) with
few different factors of mentors. Its penalty is then the sum of a term of the mentor and a term of the mentee, which
depends on the group of the mentor, so a scan can price all pairs. Other rules cannot be dualised: conditional minimums
(semi-continuous degrees), knapsacks of one person, and rows that are not separable. Knapsacks lower degree bounds if
they imply it, and solutions are checked; ``heuristic`` repairs solutions that violate such rules.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.solution import IncumbentCallback, LazySolution
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, pair_array
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.columns.subproblem import SideVectors, mentee_values

type Multipliers = tuple[int, ...]  # one per bound, 0 or more: the penalty per unit of its coefficient
MAX_GROUPS = 32  # of mentors, into which dualised products may split them; each group needs a scan


@dataclass(frozen=True, slots=True)
class DualisedRows:
    """Dualised upper bounds ``most[b]`` on sums over open pairs.

    The coefficient of (i, k) is ``mentor[b, i] + factors[b, group[i]] * mentee[b, k]``. A minimum is a maximum of the
    opposite sign. ``rows[b]``: the row of the problem; ``signs[b]``: -1 for its minimum. ``group`` (n,): mentors with
    equal factors in all bounds; one group if every row is a sum.
    """

    mentor: IntMatrix
    mentee: IntMatrix
    factors: IntMatrix
    group: IntVector
    most: tuple[int, ...]
    rows: tuple[int, ...]
    signs: tuple[int, ...]

    @classmethod
    def of(cls, rows: Sequence[Row], fixed: IntMatrix, shape: tuple[int, int]) -> Self:
        """Return separable rows as bounds on the pairs other than the ``fixed`` pairs (k, 2).

        ``shape``: the numbers of mentors and mentees.
        """
        # A row has one bound for its maximum (+) and one for its minimum (-)
        bounds = list(_bounds_of(rows))
        fixed_totals = [int(row.coefficients_of(fixed[:, 0], fixed[:, 1], shape).sum()) for row in rows]
        coefficients = [separable_coefficients(row, shape) for row in rows]
        mentor = np.array([sign * coefficients[index][0] for index, sign, _ in bounds], dtype=np.int64).reshape(
            -1, shape[0]
        )
        mentee = np.array([sign * coefficients[index][2] for index, sign, _ in bounds], dtype=np.int64).reshape(
            -1, shape[1]
        )
        factors_by_group, group = group_mentors([coefficients[index][1] for index, *_ in bounds], shape[0])
        most = tuple(sign * (value - fixed_totals[index]) for index, sign, value in bounds)
        row_indices, signs = (tuple(bound[field] for bound in bounds) for field in (0, 1))
        return cls(mentor, mentee, factors_by_group, group, most, row_indices, signs)

    @property
    def groups(self) -> int:
        """The number of groups of mentors."""
        return len(self.factors.T)

    @property
    def max_total(self) -> int:
        """A bound on the sum of a pair's absolute coefficients over all bounds."""
        return sum(map(sum, self._max_coefficients))

    @property
    def max_coefficient(self) -> int:
        """The largest absolute term of a person in one bound."""
        return max(map(max, self._max_coefficients), default=0)

    @property
    def _max_coefficients(self) -> list[tuple[int, int]]:
        """The largest absolute terms of a mentor and of a mentee in each bound."""
        mentors, mentees, factors = (
            np.abs(side).max(axis=1, initial=0) for side in (self.mentor, self.mentee, self.factors)
        )
        return list(zip(mentors.tolist(), (mentees * factors).tolist(), strict=True))

    def compute_penalties(self, multipliers: Multipliers) -> SideVectors:
        """Return the penalties of a pair by its mentor (n,), and by its mentee (g, m) for each group of mentors.

        The latter is (m,) if there is one group.
        """
        vector = np.array(multipliers, dtype=np.int64)
        # w_b * factor_b(group) * mentee_b, summed over bounds: one row per group
        mentees = (vector * self.factors.T) @ self.mentee
        return vector @ self.mentor, mentees[0] if self.groups == 1 else mentees

    def compare_penalties(self, before: Multipliers, after: Multipliers) -> SideVectors:
        """Return the increase of penalties by mentor (n,) and by mentee (m,), the latter averaged over groups."""
        old, new = self.compute_penalties(before), self.compute_penalties(after)
        increase = new[1] - old[1]
        return new[0] - old[0], increase if increase.ndim == 1 else increase.sum(axis=0) // len(increase)

    def penalise(self, face: OptimalFace, profit: IntVector, multipliers: Multipliers) -> IntVector:
        """Return (e,) the penalised profit of open pairs: profit less penalties."""
        mentors, mentees = self.compute_penalties(multipliers)
        return profit - mentors[face.lefts] - mentee_values(mentees, self.group, face.lefts, face.rights)

    def compute_slack(self, face: OptimalFace, chosen: BoolVector) -> tuple[int, ...]:
        """Return the slack of each bound, negative if it is violated: a subgradient of the Lagrangian dual."""
        lefts, rights = face.lefts[chosen], face.rights[chosen]
        coefficients = self.mentor[:, lefts] + self.factors[:, self.group[lefts]] * self.mentee[:, rights]
        return tuple(bound - count for bound, count in zip(self.most, coefficients.sum(axis=1).tolist(), strict=True))

    def add_penalties(self, optimum: PrimalDual, multipliers: Multipliers) -> PrimalDual:
        """Return an optimum of penalised profits with penalties added to the duals.

        The duals of a pair less its profit without penalties are then its reduced cost in the relaxation. Duals of
        mentees are (g, m) if there are several groups.
        """
        mentors, mentees = self.compute_penalties(multipliers)
        return replace(optimum, left=optimum.left + mentors, right=optimum.right + mentees)

    def remove_penalties(self, optimum: PrimalDual, multipliers: Multipliers) -> PrimalDual:
        """Return an optimum with penalties subtracted from the duals: the inverse of ``add_penalties``."""
        mentors, mentees = self.compute_penalties(multipliers)
        # The rows of all groups are equal now
        right = optimum.right - mentees
        return replace(optimum, left=optimum.left - mentors, right=right if right.ndim == 1 else right[0])

    def multipliers(self, duals: Sequence[int]) -> Multipliers:
        """Return the multiplier of each bound from the duals of the rows."""
        return tuple(max(sign * duals[row], 0) for row, sign in zip(self.rows, self.signs, strict=True))

    def sum_by_row(self, multipliers: Multipliers, rows: int) -> tuple[int, ...]:
        """Return the dual of each row: positive for its maximum, negative for its minimum."""
        duals = [0] * rows
        for row, sign, multiplier in zip(self.rows, self.signs, multipliers, strict=True):
            duals[row] += sign * multiplier
        return tuple(duals)


def find_dualisable(rows: Sequence[Row], shape: tuple[int, int]) -> list[bool]:
    """Return whether each row takes a multiplier.

    Every sum does, and products in order, as long as all that are taken need up to ``MAX_GROUPS`` groups.
    """
    dualisable, factors = list[bool](), list[IntVector]()
    for row in rows:
        # A sum needs no groups; a product splits mentors by their factor
        product = None if row.as_sum(shape) is not None else row.as_product(shape)
        fits = product is not None and group_mentors([*factors, product[0]], shape[0])[0].shape[1] <= MAX_GROUPS
        factors += [product[0]] if product is not None and fits else []
        dualisable.append(fits or (product is None and row.as_sum(shape) is not None))
    return dualisable


def separable_coefficients(row: Row, shape: tuple[int, int]) -> tuple[IntVector, IntVector, IntVector]:
    """Return ``mentor`` (n,), ``factors`` (n,) and ``mentee`` (m,).

    The coefficient of a pair is ``mentor[i] + factors[i] * mentee[k]``. Raises EngineError if the row is not separable.
    """
    terms, product = row.as_sum(shape), row.as_product(shape)
    if terms is not None:
        return terms[0], np.ones_like(terms[0]), terms[1]
    if product is None:
        raise EngineError("The coefficients of a row are not separable")
    return np.zeros_like(product[0]), *product


def group_mentors(factors: Sequence[IntVector], mentors: int) -> tuple[IntMatrix, IntVector]:
    """Return (b, g) the factors of each group of mentors in each bound, and (n,) the group of each mentor."""
    if not factors:
        return np.zeros((0, 1), dtype=np.int64), np.zeros(mentors, dtype=np.int64)
    factors_by_group, group = np.unique(np.stack(factors, axis=1), axis=0, return_inverse=True)
    return np.ascontiguousarray(factors_by_group.T), group.ravel()


def _bounds_of(rows: Sequence[Row]) -> Iterator[tuple[int, int, int]]:
    # Index of the row, sign, value of the bound
    for index, row in enumerate(rows):
        if row.most is not None:
            yield index, 1, row.most
        if row.least is not None:
            yield index, -1, row.least


UNBOUNDED = 1 << 62


def bind_pinned_minimums(problem: AssignmentProblem) -> AssignmentProblem:
    """Return the problem with unconditional minimums for people in pins, who have a partner in any case."""
    sides = [
        replace(loads, optional=loads.optional & (np.bincount(pinned, minlength=len(loads)) == 0))
        for loads, pinned in zip((problem.mentors, problem.mentees), pair_array(problem.pins).T, strict=True)
    ]
    return replace(problem, mentors=sides[0], mentees=sides[1])


@dataclass(frozen=True, slots=True)
class PersonRows:
    """Knapsack rows of one person each, all of one ``side`` with the weights of ``row``; or a single other row.

    ``one_person``: which of the two. ``least``, ``most`` (c,): the bounds of each person, or (1,) of the single row.
    """

    side: int
    one_person: bool
    row: Row
    least: IntVector
    most: IntVector

    @classmethod
    def of(cls, rows: Sequence[Row], shape: tuple[int, int]) -> Self:
        first, side = rows[0], int(rows[0].mentor is None)
        one_person = (first.mentor is None) != (first.mentee is None)
        count = shape[side] if one_person else 1
        least, most = np.full(count, -UNBOUNDED), np.full(count, UNBOUNDED)
        # The tightest bounds if a person has several rows
        for row in rows:
            person = ((row.mentor, row.mentee)[side] or 0) if one_person else 0
            least[person] = max(least[person], -UNBOUNDED if row.least is None else row.least)
            most[person] = min(most[person], UNBOUNDED if row.most is None else row.most)
        return cls(side, one_person, replace(first, mentor=None, mentee=None) if one_person else first, least, most)

    def totals(self, pairs: IntMatrix, shape: tuple[int, int]) -> IntVector:
        """Return (c,) the sum of the coefficients of pairs (k, 2) in each row."""
        totals = np.zeros(len(self.most), dtype=np.int64)
        owners = pairs[:, self.side] if self.one_person else np.zeros(len(pairs), dtype=np.int64)
        np.add.at(totals, owners, self.row.coefficients_of(pairs[:, 0], pairs[:, 1], shape))
        return totals

    def within_bounds(self, totals: IntVector) -> BoolVector:
        return np.asarray((totals >= self.least) & (totals <= self.most))

    def max_partners(self, shape: tuple[int, int]) -> IntVector | None:
        """Return (c,) an upper bound on each person's partners.

        None unless the coefficients are a factor of the person times a weight of the partner, all 0 or more.
        """
        product = self.row.as_product(shape) if self.one_person else None
        if product is None or min(int(part.min(initial=0)) for part in product) < 0:
            return None
        factors, weights = product[self.side], product[1 - self.side]
        # The k lightest partners weigh ``lightest_totals[k - 1]``: the largest k that fits is the bound
        lightest_totals = np.cumsum(np.sort(weights))
        capacity = np.where(factors > 0, self.most // np.maximum(factors, 1), UNBOUNDED)
        return np.searchsorted(lightest_totals, capacity, side="right")

    def find_exceeded(self, pairs: IntMatrix, shape: tuple[int, int]) -> BoolVector | None:
        """Return (c,) bool: whether each row exceeds its maximum.

        None if a row is below its minimum, or a row that is not of one person is exceeded: releasing pairs of a person
        cannot repair that.
        """
        totals = self.totals(pairs, shape)
        is_exceeded = np.asarray(totals > self.most)
        return None if (totals < self.least).any() or (is_exceeded.any() and not self.one_person) else is_exceeded


@dataclass(frozen=True, slots=True)
class HardRules:
    """Rules without a multiplier: conditional minimums in the degree bounds ``loads`` of both sides, and ``rows``.

    ``person_rows``: the rows in groups. ``dualised``: the rows with multipliers, in groups, which repairs must also
    satisfy.
    """

    loads: tuple[DegreeBounds, DegreeBounds]
    rows: tuple[Row, ...]
    person_rows: tuple[PersonRows, ...]
    dualised: tuple[PersonRows, ...]

    @classmethod
    def of(cls, problem: AssignmentProblem, rows: tuple[Row, ...]) -> Self:
        """Return the hard rules of a problem. Its own rows are dualised; ``rows`` are not."""
        shape = len(problem.mentors), len(problem.mentees)
        person_rows, dualised = (tuple(_group_rows(group, shape)) for group in (rows, problem.rows))
        return cls((problem.mentors, problem.mentees), rows, person_rows, dualised)

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of mentors and mentees."""
        return len(self.loads[0]), len(self.loads[1])

    @property
    def any_rule(self) -> bool:
        return bool(self.rows or self.dualised) or any(side.conditional.any() for side in self.loads)

    def cap_loads(self, problem: AssignmentProblem) -> AssignmentProblem:
        """Return the problem with capacities reduced to the partners that knapsack rows allow."""
        loads = [problem.mentors, problem.mentees]
        for person_rows in self.person_rows:
            max_partners = person_rows.max_partners(self.shape)
            if max_partners is not None:
                capacities = np.minimum(loads[person_rows.side].most, max_partners)
                loads[person_rows.side] = replace(loads[person_rows.side], most=capacities)
        return replace(problem, mentors=loads[0], mentees=loads[1])

    def hold_for(self, pairs: IntMatrix) -> bool:
        """Return whether pairs (k, 2) satisfy all hard rules and dualised rows."""
        within = all(
            person_rows.within_bounds(person_rows.totals(pairs, self.shape)).all()
            for person_rows in (*self.person_rows, *self.dualised)
        )
        return within and not any(side.any() for side in self.below_minimum(pairs))

    def filter_reports(self, report: IncumbentCallback) -> IncumbentCallback:
        """Return a callback that passes on only the solutions that satisfy all rules."""

        def filter_report(lazy: LazySolution) -> None:
            solution = lazy()
            if self.hold_for(solution.pairs):
                report(lambda: solution)

        return filter_report if self.any_rule else report

    def below_minimum(self, pairs: IntMatrix) -> tuple[BoolVector, BoolVector]:
        """Return masks of mentors and mentees who have partners, but fewer than their conditional minimum."""
        sides = zip(self.loads, pairs.T, strict=True)
        mentors, mentees = (_below_minimum(loads, np.bincount(people, minlength=len(loads))) for loads, people in sides)
        return mentors, mentees


def _group_rows(rows: Sequence[Row], shape: tuple[int, int]) -> Iterator[PersonRows]:
    """Yield rows in groups: adjacent rows of single people of one side with the same array of weights are one group."""

    def row_key(row: Row) -> tuple[int, ...]:
        person = (row.mentor is not None, row.mentee is not None)
        return (*person, id(row.weights), id(row.factor)) if sum(person) == 1 else (id(row),)

    for _, group in groupby(rows, row_key):
        yield PersonRows.of(list(group), shape)


def _below_minimum(loads: DegreeBounds, degrees: IntVector) -> BoolVector:
    return np.asarray((degrees > 0) & (degrees < loads.least) & loads.conditional)
