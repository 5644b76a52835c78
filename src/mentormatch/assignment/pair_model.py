"""The 0-1 model of pairs: which are free, which are fixed, and the linear constraints on them."""

from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.base.columns import BoolVector, IntVector


@dataclass(frozen=True, slots=True)
class PairConstraint:
    """A bound on a weighted sum over the pairs of a pool; those at ``places`` count with their ``weights``, not 0.

    ``origin``: the place of the row that asks for it, or the goal whose value it keeps; None: neither.
    """

    places: IntVector
    weights: IntVector
    least: int | None = None
    most: int | None = None
    origin: int | str | None = None

    @classmethod
    def on(
        cls, weights: IntVector, least: int | None = None, most: int | None = None, origin: int | str | None = None
    ) -> "PairConstraint":
        """Return the bound on a sum in which every pair of the pool has a weight."""
        places = np.flatnonzero(weights)
        return cls(places, weights[places], least, most, origin)

    def holds(self, chosen: BoolVector) -> bool:
        """Return whether the chosen pairs keep the bound."""
        total = int(self.weights[chosen[self.places]].sum())
        return (self.least is None or total >= self.least) and (self.most is None or total <= self.most)

    def among(self, kept: BoolVector, numbers: IntVector) -> "PairConstraint":
        """Return the same bound in the pool of the pairs that are kept, which have these ``numbers`` there."""
        still = kept[self.places]
        return PairConstraint(numbers[self.places[still]], self.weights[still], self.least, self.most, self.origin)


@dataclass(frozen=True, slots=True)
class PairModel:
    """The pairs that may still be chosen, those of them that must be, and everything that bounds them."""

    mentors: IntVector
    mentees: IntVector
    fixed_to_one: BoolVector
    limits: tuple[PairConstraint, ...]
    sides: tuple[DegreeBounds, DegreeBounds]

    def __len__(self) -> int:
        return len(self.mentors)

    @classmethod
    def of(cls, problem: AssignmentProblem) -> "PairModel":
        """Return all allowed pairs of a problem, pins forced."""
        mentors, mentees = problem.scores.pairs()
        m = problem.shape[1]
        pinned = np.array([mentor * m + mentee for mentor, mentee in problem.pins], dtype=np.int64)
        limits = tuple(
            PairConstraint.on(row.coefficients_of(mentors, mentees, problem.shape), row.least, row.most, place)
            for place, row in enumerate(problem.rows)
        )
        forced = np.isin(mentors * m + mentees, pinned)
        return cls(mentors, mentees, forced, limits, (problem.mentors, problem.mentees))

    def restrict(self, kept: BoolVector, forced: BoolVector) -> "PairModel":
        """Return the pool of the pairs that are kept."""
        return PairModel(self.mentors[kept], self.mentees[kept], forced[kept], self.limits_among(kept), self.sides)

    def limits_among(self, kept: BoolVector) -> tuple[PairConstraint, ...]:
        """Return the limits in the pool of the pairs that are kept."""
        numbers = np.cumsum(kept) - 1
        return tuple(limit.among(kept, numbers) for limit in self.limits)

    def limited(self, limit: PairConstraint) -> "PairModel":
        """Return the pool with one more limit."""
        return replace(self, limits=(*self.limits, limit))

    def people(self) -> tuple[IntVector, IntVector]:
        """Return who is in each pair, side by side."""
        return self.mentors, self.mentees

    def holds(self, chosen: BoolVector) -> bool:
        """Return whether a choice keeps every bound."""
        for people, loads in zip(self.people(), self.sides, strict=True):
            taken = np.bincount(people[chosen], minlength=len(loads))
            enough = (taken >= loads.least) | (loads.optional & (taken == 0))
            if not (enough & (taken <= loads.most)).all():
                return False
        return bool(chosen[self.fixed_to_one].all()) and all(limit.holds(chosen) for limit in self.limits)
