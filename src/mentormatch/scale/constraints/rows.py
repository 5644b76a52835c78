"""Side constraints as maxima with separable coefficients, penalties and slacks; which of them take a multiplier."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Self

import numpy as np

from mentormatch.assignment.incumbent import IncumbentCallback, LazySolution
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds, SideConstraint
from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, pair_array
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.columns.subproblem import PerSide, gather

type Multipliers = tuple[int, ...]
"""What a pair pays for each unit that it counts in each of some bounds, 0 or more."""
MOST_GROUPS = 32
"""Mentors of whom rules about both people of a pair say so many different things are looked at group by group."""


@dataclass(frozen=True, slots=True)
class DualisedRows:
    """Bounds on open pairs: (i, k) counts ``mentor[b, i] + times[b, group[i]] * mentee[b, k]`` in bound b.

    All pairs count at most ``most[b]``; a minimum is a maximum of the opposite. ``rows[b]`` is the row of the problem,
    ``signs[b]`` -1 for its minimum. ``group`` (n,): mentors who count alike beside any mentee; all are in one group
    where every row rests on the people of one side.
    """

    mentor: IntMatrix
    mentee: IntMatrix
    factors: IntMatrix
    group: IntVector
    most: tuple[int, ...]
    rows: tuple[int, ...]
    signs: tuple[int, ...]

    @classmethod
    def of(cls, rows: Sequence[SideConstraint], fixed: IntMatrix, shape: tuple[int, int]) -> Self:
        """Return rows that rest on people as bounds on the pairs beside those that are settled (k, 2)."""
        ends = list(_bounds_of(rows))
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
        """Return the most that a pair counts in all bounds together."""
        return sum(map(sum, self._max_coefficients))

    @property
    def max_coefficient(self) -> int:
        """Return the most that a person counts in one bound."""
        return max(map(max, self._max_coefficients), default=0)

    @property
    def _max_coefficients(self) -> list[tuple[int, int]]:
        """Return the most that a mentor and a mentee count in each bound."""
        mentors, mentees, factors = (
            np.abs(side).max(axis=1, initial=0) for side in (self.mentor, self.mentee, self.factors)
        )
        return list(zip(mentors.tolist(), (mentees * factors).tolist(), strict=True))

    def compute_penalties(self, multipliers: Multipliers) -> PerSide:
        """Return what pairs pay for their mentor, (n,), and for each mentee beside each group of mentors, (g, m).

        The latter is (m,) if there is one group.
        """
        each = np.array(multipliers, dtype=np.int64)
        mentees = (each * self.factors.T) @ self.mentee
        return each @ self.mentor, mentees[0] if self.groups == 1 else mentees

    def compare_penalties(self, before: Multipliers, after: Multipliers) -> PerSide:
        """Return by how much more the pairs of each mentor (n,) and of each mentee (m,) pay, about."""
        then, now = self.compute_penalties(before), self.compute_penalties(after)
        more = now[1] - then[1]
        return now[0] - then[0], more if more.ndim == 1 else more.sum(axis=0) // len(more)

    def penalise(self, face: OptimalFace, profit: IntVector, multipliers: Multipliers) -> IntVector:
        """Return what open pairs are worth less what they pay."""
        mentors, mentees = self.compute_penalties(multipliers)
        return profit - mentors[face.lefts] - gather(mentees, self.group, face.lefts, face.rights)

    def compute_slack(self, face: OptimalFace, chosen: BoolVector) -> tuple[int, ...]:
        """Return by how much the chosen pairs count less than each bound; below 0 where they break it."""
        lefts, rights = face.lefts[chosen], face.rights[chosen]
        each = self.mentor[:, lefts] + self.factors[:, self.group[lefts]] * self.mentee[:, rights]
        return tuple(most - count for most, count in zip(self.most, each.sum(axis=1).tolist(), strict=True))

    def add_penalties(self, optimum: PrimalDual, multipliers: Multipliers) -> PrimalDual:
        """Return an optimum with prices that exceed what pairs are worth by what they lose, before they pay.

        Those of mentees are (g, m) by the group of the mentor, if there are several.
        """
        mentors, mentees = self.compute_penalties(multipliers)
        return replace(optimum, left=optimum.left + mentors, right=optimum.right + mentees)

    def remove_penalties(self, optimum: PrimalDual, multipliers: Multipliers) -> PrimalDual:
        """Return an optimum with the prices of people alone, from those that ``gather`` returned."""
        mentors, mentees = self.compute_penalties(multipliers)
        right = optimum.right - mentees
        return replace(optimum, left=optimum.left - mentors, right=right if right.ndim == 1 else right[0])

    def multipliers(self, prices: Sequence[int]) -> Multipliers:
        """Return what pairs pay for each bound by the prices of rows."""
        return tuple(max(sign * prices[row], 0) for row, sign in zip(self.rows, self.signs, strict=True))

    def sum_by_row(self, multipliers: Multipliers, rows: int) -> tuple[int, ...]:
        """Return the price of each row: above 0 for its maximum, below 0 for its minimum."""
        prices = [0] * rows
        for row, sign, multiplier in zip(self.rows, self.signs, multipliers, strict=True):
            prices[row] += sign * multiplier
        return tuple(prices)


def find_dualisable(rows: Sequence[SideConstraint], shape: tuple[int, int]) -> list[bool]:
    """Return which rows pairs can be made to pay for: those that rest on people, while there are few groups."""
    found, factors = list[bool](), list[IntVector]()
    for row in rows:
        both = None if row.as_sum(shape) is not None else row.as_product(shape)
        fits = both is not None and group_mentors([*factors, both[0]], shape[0])[0].shape[1] <= MOST_GROUPS
        factors += [both[0]] if both is not None and fits else []
        found.append(fits or (both is None and row.as_sum(shape) is not None))
    return found


def read_coefficients(row: SideConstraint, shape: tuple[int, int]) -> tuple[IntVector, IntVector, IntVector]:
    """Return ``mentor`` (n,), ``factors`` (n,) and ``mentee`` (m,): a pair counts ``mentor[i] + times[i] * mentee[k]``.

    Raises EngineError if the row does not rest on people.
    """
    sides, both = row.as_sum(shape), row.as_product(shape)
    if sides is not None:
        return sides[0], np.ones_like(sides[0]), sides[1]
    if both is None:
        raise EngineError("A rule that couples pairs does not rest on people")
    return np.zeros_like(both[0]), *both


def group_mentors(factors: Sequence[IntVector], mentors: int) -> tuple[IntMatrix, IntVector]:
    """Return (b, g) what each group of mentors has in each of some vectors (n,), and (n,) the group of each."""
    if not factors:
        return np.zeros((0, 1), dtype=np.int64), np.zeros(mentors, dtype=np.int64)
    factors_by_group, group = np.unique(np.stack(factors, axis=1), axis=0, return_inverse=True)
    return np.ascontiguousarray(factors_by_group.T), group.ravel()


def _bounds_of(rows: Sequence[SideConstraint]) -> Iterator[tuple[int, int, int]]:
    """Yield each bound that rows have: the place of the row, 1 for its maximum and -1 for its minimum, the bound."""
    for place, row in enumerate(rows):
        if row.most is not None:
            yield place, 1, row.most
        if row.least is not None:
            yield place, -1, row.least


UNBOUNDED = 1 << 62
EACH = slice(None)


def used_by_fixed_pairs(problem: AssignmentProblem) -> AssignmentProblem:
    """Return the problem in which minimums bind whoever is in a pin in any case."""
    sides = [
        replace(loads, optional=loads.optional & (np.bincount(pinned, minlength=len(loads)) == 0))
        for loads, pinned in zip((problem.mentors, problem.mentees), pair_array(problem.pins).T, strict=True)
    ]
    return replace(problem, mentors=sides[0], mentees=sides[1])


@dataclass(frozen=True, slots=True)
class PersonRows:
    """Rows of one person each, all of one ``side`` and with the weights of ``row``.

    Or one row of nobody ``one_person``.

    ``least`` and ``most`` (c,): the bounds of each person of the side, or (1,) those of the row of nobody alone.
    """

    side: int
    one_person: bool
    row: SideConstraint
    least: IntVector
    most: IntVector

    @classmethod
    def of(cls, rows: Sequence[SideConstraint], shape: tuple[int, int]) -> Self:
        """Return rows that are alike."""
        first, side = rows[0], int(rows[0].mentor is None)
        one_person = (first.mentor is None) != (first.mentee is None)
        count = shape[side] if one_person else 1
        least, most = np.full(count, -UNBOUNDED), np.full(count, UNBOUNDED)
        for row in rows:
            person = ((row.mentor, row.mentee)[side] or 0) if one_person else 0
            least[person] = max(least[person], -UNBOUNDED if row.least is None else row.least)
            most[person] = min(most[person], UNBOUNDED if row.most is None else row.most)
        return cls(side, one_person, replace(first, mentor=None, mentee=None) if one_person else first, least, most)

    def owners(self, pairs: IntMatrix) -> IntVector:
        """Return (k,) whose bounds each of some pairs (k, 2) is counted for."""
        return pairs[:, self.side] if self.one_person else np.zeros(len(pairs), dtype=np.int64)

    def totals(self, pairs: IntMatrix, shape: tuple[int, int]) -> IntVector:
        """Return (c,) what pairs count."""
        found = np.zeros(len(self.most), dtype=np.int64)
        np.add.at(found, self.owners(pairs), self.row.coefficients_of(pairs[:, 0], pairs[:, 1], shape))
        return found

    def within_bounds(self, totals: IntVector, owners: IntVector | slice = EACH) -> BoolVector:
        """Return which totals are within the bounds of those whose they are."""
        return np.asarray((totals >= self.least[owners]) & (totals <= self.most[owners]))

    def max_partners(self, shape: tuple[int, int]) -> IntVector | None:
        """Return (c,) how many partners each person has room for if they have those who weigh least; None: any number.

        That is where all weigh something, and the same beside each person but for a factor.
        """
        both = self.row.as_product(shape) if self.one_person else None
        if both is None or min(int(each.min(initial=0)) for each in both) < 0:
            return None
        own, others = both[self.side], both[1 - self.side]
        weights = np.cumsum(np.sort(others))
        room = np.where(own > 0, self.most // np.maximum(own, 1), UNBOUNDED)
        return np.searchsorted(weights, room, side="right")

    def exceeded(self, pairs: IntMatrix, shape: tuple[int, int]) -> BoolVector | None:
        """Return (c,) bool of whom too much is asked; None where pairs break rows in another way."""
        totals = self.totals(pairs, shape)
        over = np.asarray(totals > self.most)
        return None if (totals < self.least).any() or (over.any() and not self.one_person) else over


@dataclass(frozen=True, slots=True)
class HardRules:
    """What is left out at first: that ``loads`` of both sides bind those who are used, and ``rows``, some at a time.

    ``dualised`` are the rows that pairs pay for; what changes afterwards has to keep them too.
    """

    loads: tuple[DegreeBounds, DegreeBounds]
    rows: tuple[SideConstraint, ...]
    person_rows: tuple[PersonRows, ...]
    dualised: tuple[PersonRows, ...]

    @classmethod
    def of(cls, problem: AssignmentProblem, rows: tuple[SideConstraint, ...]) -> Self:
        """Return the rules beside those of a problem that pairs pay for."""
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
        """Return the problem in which nobody has more places than rows of theirs leave room for."""
        loads = [problem.mentors, problem.mentees]
        for own in self.person_rows:
            max_partners = own.max_partners(self.shape)
            if max_partners is not None:
                most = np.minimum(loads[own.side].most, max_partners)
                loads[own.side] = replace(loads[own.side], most=most)
        return replace(problem, mentors=loads[0], mentees=loads[1])

    def satisfied(self, pairs: IntMatrix) -> bool:
        """Return whether pairs keep them all."""
        kept = all(
            own.within_bounds(own.totals(pairs, self.shape)).all() for own in (*self.person_rows, *self.dualised)
        )
        return kept and not any(side.any() for side in self.below_minimum(pairs))

    def filter_reports(self, report: IncumbentCallback) -> IncumbentCallback:
        """Return what tells those answers that keep them."""

        def filter_report(lazy: LazySolution) -> None:
            found = lazy()
            if self.satisfied(found.pairs):
                report(lambda: found)

        return filter_report if self.any_rule else report

    def below_minimum(self, pairs: IntMatrix) -> tuple[BoolVector, BoolVector]:
        """Return the mentors and the mentees who are used, and have fewer partners than they are to have then."""
        sides = zip(self.loads, pairs.T, strict=True)
        mentors, mentees = (_below_minimum(loads, np.bincount(people, minlength=len(loads))) for loads, people in sides)
        return mentors, mentees


def _group_rows(rows: Sequence[SideConstraint], shape: tuple[int, int]) -> Iterator[PersonRows]:
    """Yield rows, those that stand together and are of one side with the same weights as one."""

    def row_key(row: SideConstraint) -> tuple[int, ...]:
        person = (row.mentor is not None, row.mentee is not None)
        return (*person, id(row.weights), id(row.factor)) if sum(person) == 1 else (id(row),)

    for _, some in groupby(rows, row_key):
        yield PersonRows.of(list(some), shape)


def _below_minimum(loads: DegreeBounds, taken: IntVector) -> BoolVector:
    return np.asarray((taken > 0) & (taken < loads.least) & loads.conditional)
