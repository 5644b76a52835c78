"""Sparse markets as a survey makes them: everybody lists those who suit them best, and a pair is open if either does.

People answer a few questions of several options and two of a number; a score is a sum of integer criteria up to
1,000,000. Without the numbers there are few distinct scores and many ties. Everything comes from a seed.
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mentormatch.assignment.optimal_face import OptimalFace, RemainingDegrees

type IntVector = NDArray[np.int64]
type FloatMatrix = NDArray[np.float64]

OPTIONS = (12, 8, 8, 5, 5)
"""So many options has each question."""
WEIGHTS = (300_000, 200_000, 150_000, 100_000, 50_000)
NUMBERS = (150_000, 50_000)
"""What the nearness of two numbers is worth; together with the weights a million."""
STRIP = 512
PLACES = {"slack": 1.2, "tight": 1.0, "short": 0.45}
"""How many places there are for each mentee; mentors have one to three, in a tight market one."""


@dataclass(frozen=True, slots=True)
class Market:
    """A face with mentees on the left, and the scores of its pairs."""

    face: OptimalFace
    score: IntVector

    @property
    def people_first(self) -> IntVector:
        """Return what pairs are worth where people come first and scores second."""
        return self.score + self.margin

    @property
    def margin(self) -> int:
        """Return more than all pairs together can score."""
        return 1_000_000 * len(self.face.left.most) + 1

    @property
    def three_tiers(self) -> IntVector:
        """Return what pairs are worth where people come first, then a tenth of the mentees, then scores."""
        chosen = (np.random.default_rng(5).random(len(self.face.left.most)) < 0.1).astype(np.int64)
        above = (len(chosen) + 1) * self.margin
        return self.score + self.margin * chosen[self.face.lefts] + above


def market(kind: str, size: int, *, tied: bool = False, listed: int = 50, seed: int = 0) -> Market:
    """Return a market of so many mentees, slack, tight or short of places; ``listed``: whom each person lists."""
    draw = np.random.default_rng([seed, size, len(kind), tied])
    capacity = capacities(kind, size, draw)
    mentees, mentors = answers(size, draw, tied=tied), answers(len(capacity), draw, tied=tied)
    left, right = features(mentees, tables(draw), mentors)
    cells = np.unique(np.concatenate([best(left, right, listed), turned(best(right, left, listed), size)]))
    lefts, rights = cells // len(capacity), cells % len(capacity)
    score = np.zeros(len(cells), dtype=np.int64)
    for start in range(0, len(cells), 1 << 20):
        part = slice(start, start + (1 << 20))
        score[part] = np.rint((left[lefts[part]] * right[rights[part]]).sum(axis=1)).astype(np.int64)
    ones, none = np.ones(size, dtype=np.int64), np.zeros(len(capacity), dtype=np.int64)
    return Market(OptimalFace(lefts, rights, RemainingDegrees(0 * ones, ones), RemainingDegrees(none, capacity)), score)


def capacities(kind: str, size: int, draw: np.random.Generator) -> IntVector:
    """Return how many mentees each mentor takes."""
    if kind == "tight":
        return np.ones(size, dtype=np.int64)
    mentors = int(PLACES[kind] * size / 2)
    return draw.permutation(np.arange(mentors) % 3 + 1)


def answers(count: int, draw: np.random.Generator, *, tied: bool) -> tuple[list[IntVector], FloatMatrix]:
    """Return the option that people took in each question, some more popular than others, and their numbers."""
    options = [draw.choice(size, count, p=np.arange(size, 0, -1) / (size * (size + 1) / 2)) for size in OPTIONS]
    return options, np.zeros((count, 2)) if tied else draw.random((count, 2))


def tables(draw: np.random.Generator) -> list[FloatMatrix]:
    """Return what two options are worth together in each question: the same most, others less, in twentieths."""
    return [
        np.where(np.eye(size, dtype=bool), weight, weight // 20 * draw.integers(0, 12, (size, size))).astype(np.float64)
        for size, weight in zip(OPTIONS, WEIGHTS, strict=True)
    ]


def features(
    mentees: tuple[list[IntVector], FloatMatrix], worth: list[FloatMatrix], mentors: tuple[list[IntVector], FloatMatrix]
) -> tuple[FloatMatrix, FloatMatrix]:
    """Return two matrices with a row a person; the score of a pair is the product of their rows."""
    left = [table[option] for option, table in zip(mentees[0], worth, strict=True)]
    right = [np.eye(size)[option] for option, size in zip(mentors[0], OPTIONS, strict=True)]
    x, y, weights = mentees[1], mentors[1], np.array(NUMBERS)
    left += [weights - weights * x**2, np.ones_like(x), 2 * weights * x]
    right += [np.ones_like(y), -weights * y**2, y]
    return np.hstack(left), np.hstack(right)


def best(people: FloatMatrix, others: FloatMatrix, listed: int) -> IntVector:
    """Return the cells of the others who suit each person best."""
    listed, width = min(listed, len(others)), len(others)
    columns = np.ascontiguousarray(others.T, dtype=np.float32)
    found = np.empty((len(people), listed), dtype=np.int64)
    for start in range(0, len(people), STRIP):
        block = people[start : start + STRIP].astype(np.float32) @ columns
        leading(block, found[start : start + STRIP], start)
    found += width * np.arange(len(people))[:, None]
    return found.ravel()


def turned(cells: IntVector, width: int) -> IntVector:
    """Return cells of a turned matrix, which is ``width`` wide, as cells of the matrix."""
    height = int(cells[-1]) // width + 1
    return cells % width * height + cells // width


@njit(cache=True)
def leading(block: NDArray[np.float32], found: NDArray[np.int64], first: int) -> None:
    """Write the columns of the greatest values of each row; of those that are alike, others in each row."""
    height, width = block.shape
    for row in range(height):
        kept = np.full(found.shape[1], -np.inf, dtype=np.float32)
        least = 0
        middle = (first + row) * 7919 % width
        for begin, end in ((middle, width), (0, middle)):
            for column in range(begin, end):
                if block[row, column] > kept[least]:
                    kept[least] = block[row, column]
                    found[row, least] = column
                    least = int(np.argmin(kept))
