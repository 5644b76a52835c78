"""Dates that follow one another about a month apart, as an assignment: each date leads to the next, or to itself.

Row d is matched with the date that follows d, or with column d where d is not chosen; one more row leads to the first
date, one more column ends the last. As time only goes on, what is left is one chain, and each bound is a sum of pairs:
the dates that are not chosen are all but n, and those that a member can attend and that are not chosen, or those that
they cannot attend and that are, are no more than what they may miss.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.problem import AssignmentProblem, SideConstraint
from mentormatch.base.columns import IntVector
from mentormatch.groups.availability import AttendanceMatrix

type Block = NDArray[np.bool_]

NEVER = -(1 << 30)
"""Less than any number of sessions."""


@dataclass(frozen=True, slots=True, repr=False)
class DateChain:
    """What is asked: so many of the dates of ``there``, from ``apart[0]`` to ``apart[1]`` days between neighbours."""

    there: AttendanceMatrix
    number: int
    apart: tuple[int, int]

    def __repr__(self) -> str:
        return f"Chain({self.number} of {self.there!r})"

    @property
    def days(self) -> IntVector:
        """Return (m,) int64: the day of each date."""
        return np.array([moment.day.toordinal() for moment in self.there.moments], dtype=np.int64)

    @property
    def gaps(self) -> NDArray[np.int64]:
        """Return (m, m) int64: the days from each date to each other."""
        return self.days[None, :] - self.days[:, None]

    @property
    def follows(self) -> Block:
        """Return (m, m) bool: which date may follow which."""
        least, most = self.apart
        return (self.gaps >= max(least, 1)) & (self.gaps <= most)

    def pose(self, most_missed: IntVector) -> AssignmentProblem:
        """Return the problem; ``most_missed`` (k,) is how many sessions each of those who answered may miss."""
        problem = AssignmentProblem.from_scores(
            self._scores(), self._allowed(), mentor_minimum=1, mentee_minimum=1, goals=("total",)
        )
        names = [f"d{moment.name}" for moment in self.there.moments]
        rows = (self._count(), *self._misses(most_missed))
        return replace(problem, rows=rows, mentor_keys=(*names, "first"), mentee_keys=(*names, "last"))

    def _allowed(self) -> Block:
        m = len(self.there.moments)
        allowed = np.zeros((m + 1, m + 1), dtype=bool)
        allowed[:m, :m] = self.follows | np.eye(m, dtype=bool)
        allowed[m, :m] = allowed[:m, m] = self.number > 0
        allowed[m, m] = self.number == 0
        return allowed

    def _scores(self) -> NDArray[np.int64]:
        """Return (m + 1, m + 1) int64: who attends a date, above all that gaps can be off the middle of their range."""
        m = len(self.there.moments)
        uneven = np.where(self.follows, np.abs(2 * self.gaps - sum(self.apart)), 0)
        step = int(uneven.max(initial=0)) * max(self.number - 1, 0) + 1
        scores = np.zeros((m + 1, m + 1), dtype=np.int64)
        scores[:, :m] = self.there.answers.sum(axis=0) * step
        scores[:m, :m] -= uneven
        np.fill_diagonal(scores, 0)
        return scores

    def _count(self) -> SideConstraint:
        m = len(self.there.moments)
        weights = np.diag([1] * m + [0]).astype(np.int64)
        return SideConstraint("number", weights, least=m - self.number, most=m - self.number)

    def _misses(self, most_missed: IntVector) -> tuple[SideConstraint, ...]:
        """Return the rows that keep, of the dates that somebody misses, all but a few out of the chain."""
        missing = ~self.there.answers
        return tuple(
            SideConstraint(f"p{person}", np.diag([*absent, False]).astype(np.int64), least=int(absent.sum() - most))
            for person, (absent, most) in enumerate(zip(missing, most_missed, strict=True))
            if absent.sum() > most
        )

    def chosen(self, pairs: NDArray[np.int64]) -> tuple[int, ...]:
        """Return where the chosen dates stand."""
        last = len(self.there.moments)
        return tuple(sorted(to for origin, to in pairs.tolist() if to not in (origin, last)))

    def fewest_missed(self) -> IntVector | None:
        """Return (k,) int64: what each would miss who alone had the say; None where no chain is so long."""
        if self.number == 0:
            return np.zeros(len(self.there.answers), dtype=np.int64)
        follows, present = self.follows, self.there.answers.astype(np.int64)
        best = np.vstack([present, np.zeros((1, present.shape[1]), dtype=np.int64)])
        worth = best.copy()
        for _ in range(self.number - 1):
            before = [best[:, come].max(axis=1, initial=NEVER) for come in follows.T]
            best = worth + np.column_stack(before) if before else best
        reached = best.max(axis=1, initial=NEVER)
        return None if reached[-1] < 0 else self.number - reached[:-1]

    def longest(self) -> int:
        """Return how many dates a chain has at most."""
        lengths = np.ones(len(self.there.moments), dtype=np.int64)
        for place, come in enumerate(self.follows.T):
            lengths[place] += lengths[come].max(initial=0)
        return int(lengths.max(initial=0))
