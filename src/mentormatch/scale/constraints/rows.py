"""Side constraints: those that take a Lagrangian multiplier, with their penalties, and the hard rules that take none.

A row can be dualised if its coefficients are separable: a sum of what each person counts, or a product (rank 1). Its
penalty then falls on people and not on pairs, so that a scan can price all pairs. Other rules cannot: minimum loads of
whoever is used (semi-continuous), knapsacks of one person. They bound the loads where they imply such bounds, and are
checked; ``heuristic`` keeps them.
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

type Multipliers = tuple[int, ...]
"""One whole number a bound, 0 or more: what a pair pays for each unit that it counts in the bound."""
MOST_GROUPS = 32
"""Products that split mentors into more groups than these are not dualised: a scan goes group by group."""


@dataclass(frozen=True, slots=True)
class DualisedRows:
    """Dualised bounds b on open pairs.

    (i, k) counts ``mentor[b, i] + factors[b, group[i]] * mentee[b, k]``, ``most[b]`` in all.

    A minimum is a maximum of the opposite sign. ``rows[b]`` is the row of the problem, ``signs[b]`` -1 for its minimum.
    ``group`` (n,): mentors of the same factors in all bounds; one group where every row is a sum.
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
        """Return separable rows as bounds on the pairs beside the ``fixed`` ones (k, 2).

        ``shape``: n mentors, m mentees.
        """
        # One bound for each end of a row: maximum +, minimum -.
        ends = list(_bounds_of(rows))
        # Pins count already.
        taken = [int(row.coefficients_of(fixed[:, 0], fixed[:, 1], shape).sum()) for row in rows]
        own = [read_coefficients(row, shape) for row in rows]
        mentor = np.array([sign * own[place][0] for place, sign, _ in ends], dtype=np.int64).reshape(-1, shape[0])
        mentee = np.array([sign * own[place][2] for place, sign, _ in ends], dtype=np.int64).reshape(-1, shape[1])
        factors_by_group, group = group_mentors([own[place][1] for place, *_ in ends], shape[0])
        most = tuple(sign * (end - taken[place]) for place, sign, end in ends)
        places, signs = (tuple(end[part] for end in ends) for part in (0, 1))
        return cls(mentor, mentee, factors_by_group, group, most, places, signs)

    @property
    def groups(self) -> int:
        """Return how many groups of mentors there are."""
        return len(self.factors.T)

    @property
    def max_total(self) -> int:
        """Return the most that a pair can count in all bounds together."""
        return sum(map(sum, self._max_coefficients))

    @property
    def max_coefficient(self) -> int:
        """Return the most that a person counts in one bound."""
        return max(map(max, self._max_coefficients), default=0)

    @property
    def _max_coefficients(self) -> list[tuple[int, int]]:
        """Return the most that a mentor and a mentee count in each bound, in size."""
        mentors, mentees, factors = (
            np.abs(side).max(axis=1, initial=0) for side in (self.mentor, self.mentee, self.factors)
        )
        return list(zip(mentors.tolist(), (mentees * factors).tolist(), strict=True))

    def compute_penalties(self, multipliers: Multipliers) -> SideVectors:
        """Return the penalty of a pair by its mentor (n,), and by its mentee (g, m) for each group of mentors.

        The latter is (m,) if there is one group.
        """
        each = np.array(multipliers, dtype=np.int64)
        # w_b * factor_b(group) * mentee_b, summed over bounds: one row a group.
        mentees = (each * self.factors.T) @ self.mentee
        return each @ self.mentor, mentees[0] if self.groups == 1 else mentees

    def compare_penalties(self, before: Multipliers, after: Multipliers) -> SideVectors:
        """Return by how much penalties grow between multipliers, by mentor (n,) and, about, by mentee (m,)."""
        then, now = self.compute_penalties(before), self.compute_penalties(after)
        more = now[1] - then[1]
        return now[0] - then[0], more if more.ndim == 1 else more.sum(axis=0) // len(more)

    def penalise(self, face: OptimalFace, profit: IntVector, multipliers: Multipliers) -> IntVector:
        """Return (e,) the penalised profit of open pairs: profit less penalties."""
        mentors, mentees = self.compute_penalties(multipliers)
        return profit - mentors[face.lefts] - mentee_values(mentees, self.group, face.lefts, face.rights)

    def compute_slack(self, face: OptimalFace, chosen: BoolVector) -> tuple[int, ...]:
        """Return the slack of each bound, below 0 where broken: a subgradient of the Lagrangian dual."""
        lefts, rights = face.lefts[chosen], face.rights[chosen]
        each = self.mentor[:, lefts] + self.factors[:, self.group[lefts]] * self.mentee[:, rights]
        return tuple(most - count for most, count in zip(self.most, each.sum(axis=1).tolist(), strict=True))

    def add_penalties(self, optimum: PrimalDual, multipliers: Multipliers) -> PrimalDual:
        """Return an optimum of penalised profits with duals of people that also pay the penalties.

        Dual sum less unpenalised profit is then the reduced cost in the relaxation. Duals of mentees are (g, m) if
        there are several groups.
        """
        mentors, mentees = self.compute_penalties(multipliers)
        return replace(optimum, left=optimum.left + mentors, right=optimum.right + mentees)

    def remove_penalties(self, optimum: PrimalDual, multipliers: Multipliers) -> PrimalDual:
        """Return the inverse of ``add_penalties``: an optimum with the duals of people alone."""
        mentors, mentees = self.compute_penalties(multipliers)
        # Beside every group the same dual is left.
        right = optimum.right - mentees
        return replace(optimum, left=optimum.left - mentors, right=right if right.ndim == 1 else right[0])

    def multipliers(self, prices: Sequence[int]) -> Multipliers:
        """Return the multiplier of each bound from the duals of the rows."""
        return tuple(max(sign * prices[row], 0) for row, sign in zip(self.rows, self.signs, strict=True))

    def sum_by_row(self, multipliers: Multipliers, rows: int) -> tuple[int, ...]:
        """Return the dual of each row: above 0 for its maximum, below 0 for its minimum."""
        prices = [0] * rows
        for row, sign, multiplier in zip(self.rows, self.signs, multipliers, strict=True):
            prices[row] += sign * multiplier
        return tuple(prices)


def find_dualisable(rows: Sequence[Row], shape: tuple[int, int]) -> list[bool]:
    """Return which rows take a multiplier: separable ones, as long as there are few groups of mentors."""
    found, factors = list[bool](), list[IntVector]()
    for row in rows:
        # A sum needs no groups; a product splits mentors by their factor.
        both = None if row.as_sum(shape) is not None else row.as_product(shape)
        fits = both is not None and group_mentors([*factors, both[0]], shape[0])[0].shape[1] <= MOST_GROUPS
        factors += [both[0]] if both is not None and fits else []
        found.append(fits or (both is None and row.as_sum(shape) is not None))
    return found


def read_coefficients(row: Row, shape: tuple[int, int]) -> tuple[IntVector, IntVector, IntVector]:
    """Return ``mentor`` (n,), ``factors`` (n,) and ``mentee`` (m,).

    A pair counts ``mentor[i] + factors[i] * mentee[k]``.

    Raises EngineError if the row is not separable.
    """
    sides, both = row.as_sum(shape), row.as_product(shape)
    if sides is not None:
        return sides[0], np.ones_like(sides[0]), sides[1]
    if both is None:
        raise EngineError("A rule that couples pairs does not rest on people")
    return np.zeros_like(both[0]), *both


def group_mentors(factors: Sequence[IntVector], mentors: int) -> tuple[IntMatrix, IntVector]:
    """Return (b, g) the factors of each group of mentors in each bound, and (n,) the group of each mentor."""
    if not factors:
        return np.zeros((0, 1), dtype=np.int64), np.zeros(mentors, dtype=np.int64)
    factors_by_group, group = np.unique(np.stack(factors, axis=1), axis=0, return_inverse=True)
    return np.ascontiguousarray(factors_by_group.T), group.ravel()


def _bounds_of(rows: Sequence[Row]) -> Iterator[tuple[int, int, int]]:
    """Yield each bound of some rows: the position of the row, 1 for its maximum and -1 for its minimum, the value."""
    for place, row in enumerate(rows):
        if row.most is not None:
            yield place, 1, row.most
        if row.least is not None:
            yield place, -1, row.least


UNBOUNDED = 1 << 62


def bind_fixed_people(problem: AssignmentProblem) -> AssignmentProblem:
    """Return the problem in which the minimum of whoever is in a pin binds in any case: they are used."""
    sides = [
        replace(loads, optional=loads.optional & (np.bincount(pinned, minlength=len(loads)) == 0))
        for loads, pinned in zip((problem.mentors, problem.mentees), pair_array(problem.pins).T, strict=True)
    ]
    return replace(problem, mentors=sides[0], mentees=sides[1])


@dataclass(frozen=True, slots=True)
class PersonRows:
    """Knapsack rows of one person each, all of one ``side`` with the weights of ``row``; or one row over all people.

    ``one_person``: which of the two. ``least``, ``most`` (c,): the bounds of each person, or (1,) those of the single
    row.
    """

    side: int
    one_person: bool
    row: Row
    least: IntVector
    most: IntVector

    @classmethod
    def of(cls, rows: Sequence[Row], shape: tuple[int, int]) -> Self:
        """Return rows of the same side and weights as one."""
        first, side = rows[0], int(rows[0].mentor is None)
        one_person = (first.mentor is None) != (first.mentee is None)
        count = shape[side] if one_person else 1
        least, most = np.full(count, -UNBOUNDED), np.full(count, UNBOUNDED)
        # Several rows of a person: the tightest of their bounds.
        for row in rows:
            person = ((row.mentor, row.mentee)[side] or 0) if one_person else 0
            least[person] = max(least[person], -UNBOUNDED if row.least is None else row.least)
            most[person] = min(most[person], UNBOUNDED if row.most is None else row.most)
        return cls(side, one_person, replace(first, mentor=None, mentee=None) if one_person else first, least, most)

    def totals(self, pairs: IntMatrix, shape: tuple[int, int]) -> IntVector:
        """Return (c,) what pairs (k, 2) count in each row."""
        found = np.zeros(len(self.most), dtype=np.int64)
        owners = pairs[:, self.side] if self.one_person else np.zeros(len(pairs), dtype=np.int64)
        np.add.at(found, owners, self.row.coefficients_of(pairs[:, 0], pairs[:, 1], shape))
        return found

    def within_bounds(self, totals: IntVector) -> BoolVector:
        """Return a mask of the totals that are within their bounds."""
        return np.asarray((totals >= self.least) & (totals <= self.most))

    def max_partners(self, shape: tuple[int, int]) -> IntVector | None:
        """Return (c,) how many partners each person has room for at the lightest weights; None: no bound follows.

        It needs weights of 0 or more that are the same beside each person but for a factor.
        """
        both = self.row.as_product(shape) if self.one_person else None
        if both is None or min(int(each.min(initial=0)) for each in both) < 0:
            return None
        own, others = both[self.side], both[1 - self.side]
        # The k lightest partners together weigh weights[k - 1]: the largest k that fits bounds the load.
        weights = np.cumsum(np.sort(others))
        room = np.where(own > 0, self.most // np.maximum(own, 1), UNBOUNDED)
        return np.searchsorted(weights, room, side="right")

    def find_exceeded(self, pairs: IntMatrix, shape: tuple[int, int]) -> BoolVector | None:
        """Return (c,) whose row is above its maximum; None where pairs break rows in another way."""
        totals = self.totals(pairs, shape)
        over = np.asarray(totals > self.most)
        return None if (totals < self.least).any() or (over.any() and not self.one_person) else over


@dataclass(frozen=True, slots=True)
class HardRules:
    """The rules that have no multiplier: conditional minimums of ``loads`` of both sides, and ``rows``.

    ``person_rows``: the rows by kind. ``dualised``: rows that have multipliers; repairs must keep these too.
    """

    loads: tuple[DegreeBounds, DegreeBounds]
    rows: tuple[Row, ...]
    person_rows: tuple[PersonRows, ...]
    dualised: tuple[PersonRows, ...]

    @classmethod
    def of(cls, problem: AssignmentProblem, rows: tuple[Row, ...]) -> Self:
        """Return the hard rules of a problem, whose own rows are dualised; ``rows`` are the others."""
        shape = len(problem.mentors), len(problem.mentees)
        own, priced = (tuple(_group_rows(each, shape)) for each in (rows, problem.rows))
        return cls((problem.mentors, problem.mentees), rows, own, priced)

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of mentors and of mentees."""
        return len(self.loads[0]), len(self.loads[1])

    @property
    def any_rule(self) -> bool:
        """Return whether there are any."""
        return bool(self.rows) or any(side.conditional.any() for side in self.loads)

    def cap_loads(self, problem: AssignmentProblem) -> AssignmentProblem:
        """Return the problem in which nobody has more places than their knapsack rows leave room for."""
        loads = [problem.mentors, problem.mentees]
        for own in self.person_rows:
            max_partners = own.max_partners(self.shape)
            if max_partners is not None:
                most = np.minimum(loads[own.side].most, max_partners)
                loads[own.side] = replace(loads[own.side], most=most)
        return replace(problem, mentors=loads[0], mentees=loads[1])

    def hold_for(self, pairs: IntMatrix) -> bool:
        """Return whether pairs (k, 2) keep all of them, and the dualised rows."""
        kept = all(
            own.within_bounds(own.totals(pairs, self.shape)).all() for own in (*self.person_rows, *self.dualised)
        )
        return kept and not any(side.any() for side in self.below_minimum(pairs))

    def filter_reports(self, report: IncumbentCallback) -> IncumbentCallback:
        """Return a callback that passes on the answers that keep them."""

        def filter_report(lazy: LazySolution) -> None:
            found = lazy()
            if self.hold_for(found.pairs):
                report(lambda: found)

        return filter_report if self.any_rule else report

    def below_minimum(self, pairs: IntMatrix) -> tuple[BoolVector, BoolVector]:
        """Return the masks of mentors and of mentees who are used and have fewer partners than their minimum."""
        sides = zip(self.loads, pairs.T, strict=True)
        mentors, mentees = (_below_minimum(loads, np.bincount(people, minlength=len(loads))) for loads, people in sides)
        return mentors, mentees


def _group_rows(rows: Sequence[Row], shape: tuple[int, int]) -> Iterator[PersonRows]:
    """Yield rows, those that stand together and are of one side with the same weights as one."""

    def row_key(row: Row) -> tuple[int, ...]:
        person = (row.mentor is not None, row.mentee is not None)
        return (*person, id(row.weights), id(row.factor)) if sum(person) == 1 else (id(row),)

    for _, some in groupby(rows, row_key):
        yield PersonRows.of(list(some), shape)


def _below_minimum(loads: DegreeBounds, taken: IntVector) -> BoolVector:
    """Return whose load is above 0 and below a conditional minimum."""
    return np.asarray((taken > 0) & (taken < loads.least) & loads.conditional)
