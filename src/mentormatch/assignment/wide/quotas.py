"""Rules that couple pairs by counting people, as bounds that a pair can be made to pay for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentormatch.assignment.face import Face, Optimum
from mentormatch.assignment.problem import Row
from mentormatch.assignment.scores import IntMatrix
from mentormatch.columns import BoolVector, IntVector
from mentormatch.errors import EngineError

type Tolls = tuple[int, ...]
"""What a pair pays for each unit that it counts in each of some bounds, 0 or more."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """Bounds on open pairs: (i, k) counts ``mentor[b, i] + mentee[b, k]`` in bound b, and all at most ``most[b]``.

    A minimum is a maximum of the opposite. ``rows[b]`` is the row of the problem, ``signs[b]`` -1 for its minimum.
    """

    mentor: IntMatrix
    mentee: IntMatrix
    most: tuple[int, ...]
    rows: tuple[int, ...]
    signs: tuple[int, ...]

    @classmethod
    def of(cls, rows: Sequence[Row], settled: IntMatrix, shape: tuple[int, int]) -> Self:
        """Return rows that rest on people as bounds on the pairs beside those that are settled (k, 2)."""
        ends = list(_ends(rows))
        taken = [int(row.at(settled[:, 0], settled[:, 1], shape).sum()) for row in rows]
        sides = [
            np.array([sign * counted(rows[place], shape)[side] for place, sign, _ in ends]).reshape(-1, count)
            for side, count in enumerate(shape)
        ]
        most = tuple(sign * (end - taken[place]) for place, sign, end in ends)
        places, signs = (tuple(end[part] for end in ends) for part in (0, 1))
        return cls(sides[0], sides[1], most, places, signs)

    @property
    def heaviest(self) -> int:
        """Return the most that a pair counts in all bounds together."""
        sides = (np.abs(side).max(axis=1, initial=0) for side in (self.mentor, self.mentee))
        return sum(int(side.sum()) for side in sides)

    @property
    def steepest(self) -> int:
        """Return the most that a person counts in one bound."""
        return max(int(np.abs(side).max(initial=0)) for side in (self.mentor, self.mentee))

    def paid(self, tolls: Tolls) -> tuple[IntVector, IntVector]:
        """Return what the pairs of each mentor (n,) and of each mentee (m,) pay."""
        each = np.array(tolls, dtype=np.int64)
        return each @ self.mentor, each @ self.mentee

    def left(self, face: Face, profit: IntVector, tolls: Tolls) -> IntVector:
        """Return what open pairs are worth less what they pay."""
        mentors, mentees = self.paid(tolls)
        return profit - mentors[face.lefts] - mentees[face.rights]

    def spare(self, face: Face, chosen: BoolVector) -> tuple[int, ...]:
        """Return by how much the chosen pairs count less than each bound; below 0 where they break it."""
        loads = face.loads(chosen)
        counted = self.mentor @ loads[0] + self.mentee @ loads[1]
        return tuple(most - count for most, count in zip(self.most, counted.tolist(), strict=True))

    def beside(self, optimum: Optimum, tolls: Tolls) -> Optimum:
        """Return an optimum with prices that exceed what pairs are worth by what they lose, before they pay."""
        return self._moved(optimum, tolls, 1)

    def within(self, optimum: Optimum, tolls: Tolls) -> Optimum:
        """Return an optimum with the prices of people alone, from those that ``beside`` returned."""
        return self._moved(optimum, tolls, -1)

    def _moved(self, optimum: Optimum, tolls: Tolls, sign: int) -> Optimum:
        mentors, mentees = self.paid(tolls)
        return replace(optimum, left=optimum.left + sign * mentors, right=optimum.right + sign * mentees)

    def by_row(self, tolls: Tolls, rows: int) -> tuple[int, ...]:
        """Return the price of each row: above 0 for its maximum, below 0 for its minimum."""
        prices = [0] * rows
        for row, sign, toll in zip(self.rows, self.signs, tolls, strict=True):
            prices[row] += sign * toll
        return tuple(prices)


def counted(row: Row, shape: tuple[int, int]) -> tuple[IntVector, IntVector]:
    """Return what each mentor and each mentee counts in a row; raise EngineError if it does not rest on them alone."""
    sides = row.by_people(shape)
    if sides is None:
        raise EngineError("A rule that couples pairs does not rest on one side's people alone")
    return sides


def _ends(rows: Sequence[Row]) -> Iterator[tuple[int, int, int]]:
    """Yield each bound that rows have: the place of the row, 1 for its maximum and -1 for its minimum, the bound."""
    for place, row in enumerate(rows):
        if row.most is not None:
            yield place, 1, row.most
        if row.least is not None:
            yield place, -1, row.least
