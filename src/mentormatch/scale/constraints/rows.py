"""Side constraints as maxima with separable coefficients, penalties and slacks; which of them take a multiplier."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import SideConstraint
from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
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
    times: IntMatrix
    group: IntVector
    most: tuple[int, ...]
    rows: tuple[int, ...]
    signs: tuple[int, ...]

    @classmethod
    def of(cls, rows: Sequence[SideConstraint], settled: IntMatrix, shape: tuple[int, int]) -> Self:
        """Return rows that rest on people as bounds on the pairs beside those that are settled (k, 2)."""
        ends = list(_ends(rows))
        taken = [int(row.coefficients_of(settled[:, 0], settled[:, 1], shape).sum()) for row in rows]
        own = [read_coefficients(row, shape) for row in rows]
        mentor = np.array([sign * own[place][0] for place, sign, _ in ends], dtype=np.int64).reshape(-1, shape[0])
        mentee = np.array([sign * own[place][2] for place, sign, _ in ends], dtype=np.int64).reshape(-1, shape[1])
        known, group = group_mentors([own[place][1] for place, *_ in ends], shape[0])
        most = tuple(sign * (end - taken[place]) for place, sign, end in ends)
        places, signs = (tuple(end[part] for end in ends) for part in (0, 1))
        return cls(mentor, mentee, known, group, most, places, signs)

    @property
    def groups(self) -> int:
        """Return how many groups of mentors there are."""
        return len(self.times.T)

    @property
    def max_total(self) -> int:
        """Return the most that a pair counts in all bounds together."""
        return sum(map(sum, self._greatest))

    @property
    def max_coefficient(self) -> int:
        """Return the most that a person counts in one bound."""
        return max(map(max, self._greatest), default=0)

    @property
    def _greatest(self) -> list[tuple[int, int]]:
        """Return the most that a mentor and a mentee count in each bound."""
        mentors, mentees, times = (
            np.abs(side).max(axis=1, initial=0) for side in (self.mentor, self.mentee, self.times)
        )
        return list(zip(mentors.tolist(), (mentees * times).tolist(), strict=True))

    def compute_penalties(self, tolls: Multipliers) -> PerSide:
        """Return what pairs pay for their mentor, (n,), and for each mentee beside each group of mentors, (g, m).

        The latter is (m,) if there is one group.
        """
        each = np.array(tolls, dtype=np.int64)
        mentees = (each * self.times.T) @ self.mentee
        return each @ self.mentor, mentees[0] if self.groups == 1 else mentees

    def shifted(self, before: Multipliers, after: Multipliers) -> PerSide:
        """Return by how much more the pairs of each mentor (n,) and of each mentee (m,) pay, about."""
        then, now = self.compute_penalties(before), self.compute_penalties(after)
        more = now[1] - then[1]
        return now[0] - then[0], more if more.ndim == 1 else more.sum(axis=0) // len(more)

    def penalise(self, face: OptimalFace, profit: IntVector, tolls: Multipliers) -> IntVector:
        """Return what open pairs are worth less what they pay."""
        mentors, mentees = self.compute_penalties(tolls)
        return profit - mentors[face.lefts] - gather(mentees, self.group, face.lefts, face.rights)

    def compute_slack(self, face: OptimalFace, chosen: BoolVector) -> tuple[int, ...]:
        """Return by how much the chosen pairs count less than each bound; below 0 where they break it."""
        lefts, rights = face.lefts[chosen], face.rights[chosen]
        each = self.mentor[:, lefts] + self.times[:, self.group[lefts]] * self.mentee[:, rights]
        return tuple(most - count for most, count in zip(self.most, each.sum(axis=1).tolist(), strict=True))

    def add_penalties(self, optimum: PrimalDual, tolls: Multipliers) -> PrimalDual:
        """Return an optimum with prices that exceed what pairs are worth by what they lose, before they pay.

        Those of mentees are (g, m) by the group of the mentor, if there are several.
        """
        mentors, mentees = self.compute_penalties(tolls)
        return replace(optimum, left=optimum.left + mentors, right=optimum.right + mentees)

    def remove_penalties(self, optimum: PrimalDual, tolls: Multipliers) -> PrimalDual:
        """Return an optimum with the prices of people alone, from those that ``gather`` returned."""
        mentors, mentees = self.compute_penalties(tolls)
        right = optimum.right - mentees
        return replace(optimum, left=optimum.left - mentors, right=right if right.ndim == 1 else right[0])

    def multipliers(self, prices: Sequence[int]) -> Multipliers:
        """Return what pairs pay for each bound by the prices of rows."""
        return tuple(max(sign * prices[row], 0) for row, sign in zip(self.rows, self.signs, strict=True))

    def sum_by_row(self, tolls: Multipliers, rows: int) -> tuple[int, ...]:
        """Return the price of each row: above 0 for its maximum, below 0 for its minimum."""
        prices = [0] * rows
        for row, sign, toll in zip(self.rows, self.signs, tolls, strict=True):
            prices[row] += sign * toll
        return tuple(prices)


def find_dualisable(rows: Sequence[SideConstraint], shape: tuple[int, int]) -> list[bool]:
    """Return which rows pairs can be made to pay for: those that rest on people, while there are few groups."""
    found, times = list[bool](), list[IntVector]()
    for row in rows:
        both = None if row.as_sum(shape) is not None else row.as_product(shape)
        fits = both is not None and group_mentors([*times, both[0]], shape[0])[0].shape[1] <= MOST_GROUPS
        times += [both[0]] if both is not None and fits else []
        found.append(fits or (both is None and row.as_sum(shape) is not None))
    return found


def read_coefficients(row: SideConstraint, shape: tuple[int, int]) -> tuple[IntVector, IntVector, IntVector]:
    """Return ``mentor`` (n,), ``times`` (n,) and ``mentee`` (m,): a pair counts ``mentor[i] + times[i] * mentee[k]``.

    Raises EngineError if the row does not rest on people.
    """
    sides, both = row.as_sum(shape), row.as_product(shape)
    if sides is not None:
        return sides[0], np.ones_like(sides[0]), sides[1]
    if both is None:
        raise EngineError("A rule that couples pairs does not rest on people")
    return np.zeros_like(both[0]), *both


def group_mentors(times: Sequence[IntVector], mentors: int) -> tuple[IntMatrix, IntVector]:
    """Return (b, g) what each group of mentors has in each of some vectors (n,), and (n,) the group of each."""
    if not times:
        return np.zeros((0, 1), dtype=np.int64), np.zeros(mentors, dtype=np.int64)
    known, group = np.unique(np.stack(times, axis=1), axis=0, return_inverse=True)
    return np.ascontiguousarray(known.T), group.ravel()


def _ends(rows: Sequence[SideConstraint]) -> Iterator[tuple[int, int, int]]:
    """Yield each bound that rows have: the place of the row, 1 for its maximum and -1 for its minimum, the bound."""
    for place, row in enumerate(rows):
        if row.most is not None:
            yield place, 1, row.most
        if row.least is not None:
            yield place, -1, row.least
