"""Constraints without a multiplier: conditional minimum degrees, knapsacks of one person."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds, SideConstraint
from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.model.solution import IncumbentCallback, LazySolution
from mentormatch.assignment.optimal_face import pair_array
from mentormatch.base.columns import BoolVector, IntVector

FAR = 1 << 62
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
    """Rows of one person each, all of one ``side`` and with the weights of ``row``; or one row of nobody ``alone``.

    ``least`` and ``most`` (c,): the bounds of each person of the side, or (1,) those of the row of nobody alone.
    """

    side: int
    alone: bool
    row: SideConstraint
    least: IntVector
    most: IntVector

    @classmethod
    def of(cls, rows: Sequence[SideConstraint], shape: tuple[int, int]) -> Self:
        """Return rows that are alike."""
        first, side = rows[0], int(rows[0].mentor is None)
        alone = (first.mentor is None) != (first.mentee is None)
        count = shape[side] if alone else 1
        least, most = np.full(count, -FAR), np.full(count, FAR)
        for row in rows:
            person = ((row.mentor, row.mentee)[side] or 0) if alone else 0
            least[person] = max(least[person], -FAR if row.least is None else row.least)
            most[person] = min(most[person], FAR if row.most is None else row.most)
        return cls(side, alone, replace(first, mentor=None, mentee=None) if alone else first, least, most)

    def owners(self, pairs: IntMatrix) -> IntVector:
        """Return (k,) whose bounds each of some pairs (k, 2) is counted for."""
        return pairs[:, self.side] if self.alone else np.zeros(len(pairs), dtype=np.int64)

    def totals(self, pairs: IntMatrix, shape: tuple[int, int]) -> IntVector:
        """Return (c,) what pairs count."""
        found = np.zeros(len(self.most), dtype=np.int64)
        np.add.at(found, self.owners(pairs), self.row.coefficients_of(pairs[:, 0], pairs[:, 1], shape))
        return found

    def fit(self, totals: IntVector, owners: IntVector | slice = EACH) -> BoolVector:
        """Return which totals are within the bounds of those whose they are."""
        return np.asarray((totals >= self.least[owners]) & (totals <= self.most[owners]))

    def partners(self, shape: tuple[int, int]) -> IntVector | None:
        """Return (c,) how many partners each person has room for if they have those who weigh least; None: any number.

        That is where all weigh something, and the same beside each person but for a factor.
        """
        both = self.row.as_product(shape) if self.alone else None
        if both is None or min(int(each.min(initial=0)) for each in both) < 0:
            return None
        own, others = both[self.side], both[1 - self.side]
        weights = np.cumsum(np.sort(others))
        room = np.where(own > 0, self.most // np.maximum(own, 1), FAR)
        return np.searchsorted(weights, room, side="right")

    def exceeded(self, pairs: IntMatrix, shape: tuple[int, int]) -> BoolVector | None:
        """Return (c,) bool of whom too much is asked; None where pairs break rows in another way."""
        totals = self.totals(pairs, shape)
        over = np.asarray(totals > self.most)
        return None if (totals < self.least).any() or (over.any() and not self.alone) else over


@dataclass(frozen=True, slots=True)
class HardRules:
    """What is left out at first: that ``loads`` of both sides bind those who are used, and ``rows``, some at a time.

    ``priced`` are the rows that pairs pay for; what changes afterwards has to keep them too.
    """

    loads: tuple[DegreeBounds, DegreeBounds]
    rows: tuple[SideConstraint, ...]
    own: tuple[PersonRows, ...]
    priced: tuple[PersonRows, ...]

    @classmethod
    def of(cls, problem: AssignmentProblem, rows: tuple[SideConstraint, ...]) -> Self:
        """Return the rules beside those of a problem that pairs pay for."""
        shape = len(problem.mentors), len(problem.mentees)
        own, priced = (tuple(_alike(each, shape)) for each in (rows, problem.rows))
        return cls((problem.mentors, problem.mentees), rows, own, priced)

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of mentors and of mentees."""
        return len(self.loads[0]), len(self.loads[1])

    @property
    def bind(self) -> bool:
        """Return whether there are any."""
        return bool(self.rows) or any(side.conditional.any() for side in self.loads)

    def cap_loads(self, problem: AssignmentProblem) -> AssignmentProblem:
        """Return the problem in which nobody has more places than rows of theirs leave room for."""
        loads = [problem.mentors, problem.mentees]
        for own in self.own:
            partners = own.partners(self.shape)
            if partners is not None:
                most = np.minimum(loads[own.side].most, partners)
                loads[own.side] = replace(loads[own.side], most=most)
        return replace(problem, mentors=loads[0], mentees=loads[1])

    def satisfied(self, pairs: IntMatrix) -> bool:
        """Return whether pairs keep them all."""
        kept = all(own.fit(own.totals(pairs, self.shape)).all() for own in (*self.own, *self.priced))
        return kept and not any(side.any() for side in self.below_minimum(pairs))

    def filter_reports(self, tell: IncumbentCallback) -> IncumbentCallback:
        """Return what tells those answers that keep them."""

        def heard(told: LazySolution) -> None:
            found = told()
            if self.satisfied(found.pairs):
                tell(lambda: found)

        return heard if self.bind else tell

    def below_minimum(self, pairs: IntMatrix) -> tuple[BoolVector, BoolVector]:
        """Return the mentors and the mentees who are used, and have fewer partners than they are to have then."""
        sides = zip(self.loads, pairs.T, strict=True)
        mentors, mentees = (_below(loads, np.bincount(people, minlength=len(loads))) for loads, people in sides)
        return mentors, mentees


def _alike(rows: Sequence[SideConstraint], shape: tuple[int, int]) -> Iterator[PersonRows]:
    """Yield rows, those that stand together and are of one side with the same weights as one."""

    def told(row: SideConstraint) -> tuple[int, ...]:
        person = (row.mentor is not None, row.mentee is not None)
        return (*person, id(row.weights), id(row.factor)) if sum(person) == 1 else (id(row),)

    for _, some in groupby(rows, told):
        yield PersonRows.of(list(some), shape)


def _below(loads: DegreeBounds, taken: IntVector) -> BoolVector:
    return np.asarray((taken > 0) & (taken < loads.least) & loads.conditional)
