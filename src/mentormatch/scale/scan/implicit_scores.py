"""The scores of all pairs of a cohort, worked out whenever they are scanned, none of them stored."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property, partial
from os import cpu_count
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import NO_SCORE, IntMatrix, PersonMasks, ScanQuery, Scores
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.scan.blocks import BLOCK_ROWS, ScanHits, Scanner, make_numpy_scanner, scan_all
from mentormatch.scale.scores.matrix import ScoreMatrix, StoredMatrix


def find_maxima(tiles: ScoreMatrix, mentors: BoolVector, mentees: BoolVector) -> tuple[IntVector, IntVector]:
    """Return the greatest score of each mentor (n,) and of each mentee (m,), of those who take part with each other.

    ``NO_SCORE`` stands for who has no allowed partner. Each thread goes through a share of the strips.
    """
    n, m = tiles.shape
    edges = [(start, min(start + BLOCK_ROWS, n)) for start in range(0, n, BLOCK_ROWS)]
    count = cpu_count() or 1
    best = np.full(n, NO_SCORE)

    def through(share: list[tuple[int, int]]) -> IntVector:
        columns = np.full(m, np.iinfo(np.int32).min, dtype=np.int32)
        for start, stop in share:
            scores = np.where(mentees, tiles.rows(start, stop), columns.dtype.type(-1))
            scores[~mentors[start:stop]] = -1
            best[start:stop] = cached_maxima(scores.max(axis=1, initial=-1), tiles.floor)
            np.maximum(columns, scores.max(axis=0), out=columns)
        return cached_maxima(columns, tiles.floor)

    with ThreadPoolExecutor(count) as threads:
        columns = list(threads.map(through, [edges[at::count] for at in range(count)]))
    return best, np.maximum.reduce(columns)


def cached_maxima(scores: NDArray[np.int32], least: int) -> IntVector:
    """Return scores of allowed pairs as they are, and ``NO_SCORE`` for others."""
    return np.where(scores >= least, scores.astype(np.int64), NO_SCORE)


MANY = "there are too many pairs to list them"


@dataclass(frozen=True)
class ImplicitScores(Scores):
    """Scores of people who take part, worked out by ``tiles`` whenever they are asked for.

    ``mentors`` (n,) and ``mentees`` (m,) bool: who takes part. How many partners somebody has is not known, only that
    nobody who is set aside has any. Where memory is scarce, lists of pairs are so many times ``shorter`` than usual.
    """

    tiles: ScoreMatrix
    mentors: BoolVector
    mentees: BoolVector
    list_divisor: int = 1
    stored: ClassVar[bool] = False

    @property
    def shape(self) -> tuple[int, int]:
        return self.tiles.shape

    @property
    def count(self) -> int:
        """Return a bound on the number of allowed pairs."""
        return int(np.count_nonzero(self.mentors)) * int(np.count_nonzero(self.mentees))

    @property
    def extremes(self) -> tuple[int, int]:
        """Return bounds on the scores of allowed pairs."""
        return (self.tiles.floor, max(self.tiles.ceiling, self.tiles.floor)) if self.count else (0, 0)

    def pairs(self) -> tuple[IntVector, IntVector]:
        raise EngineError(MANY)

    def allows(self, mentors: IntVector, mentees: IntVector) -> BoolVector:
        taking_part = self.mentors[mentors] & self.mentees[mentees]
        return np.asarray(taking_part & (self.tiles.at(mentors, mentees) >= self.tiles.floor))

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        return self.tiles.at(mentors, mentees)

    def degrees(self) -> tuple[IntVector, IntVector]:
        """Return bounds on the number of partners of each mentor and of each mentee."""
        counts = int(np.count_nonzero(self.mentees)), int(np.count_nonzero(self.mentors))
        return np.where(self.mentors, counts[0], 0), np.where(self.mentees, counts[1], 0)

    def has_partner(self) -> BoolVector:
        return self.row_and_column_max()[1] > NO_SCORE

    def at_least(self, least: IntVector) -> Self:
        """Return the scores without pairs that score below one threshold, which must be the same for all mentees."""
        lowest = int(least.max(initial=NO_SCORE))
        if (least != lowest).any():
            raise EngineError("A threshold for each person is not for so many pairs")
        return replace(self, tiles=replace(self.tiles, floor=max(self.tiles.floor, lowest)))

    def values_of_pairs(self) -> IntVector:
        raise EngineError(MANY)

    def distinct_between(self, low: int, high: int) -> Sequence[int]:
        """Return all that lies between: which scores there are is not known."""
        return range(max(low + 1, self.tiles.floor), high + 1)

    def upper_quantile(self, part: int) -> int | None:
        return None

    def row_and_column_max(self, among: PersonMasks | None = None) -> tuple[IntVector, IntVector]:
        if among is None:
            return self._tops
        return find_maxima(self.tiles, self.mentors & among[0], self.mentees & among[1])

    @cached_property
    def _tops(self) -> tuple[IntVector, IntVector]:
        """The greatest score of everybody, for which all pairs are looked at once."""
        return find_maxima(self.tiles, self.mentors, self.mentees)

    def of_mentees(self, some: IntVector) -> Self:
        """Return the scores of all mentors with some mentees, by their positions in ascending order."""
        return replace(self, tiles=self.tiles.of_mentees(some), mentees=self.mentees[some])

    def flipped(self) -> Self:
        """Return the same with the sides exchanged."""
        return replace(self, tiles=self.tiles.flipped(), mentors=self.mentees, mentees=self.mentors)

    def cache_tables(self) -> Self:
        """Return the same with tables held where memory is not scarce."""
        return self if self.list_divisor > 1 else replace(self, tiles=self.tiles.holding())

    def above(self, query: ScanQuery) -> IntVector:
        seen = self.within(replace(query, per_row=max(self.shape[1], 1)))
        return seen.mentors * self.shape[1] + seen.mentees

    def block(self, rows: IntVector, columns: IntVector) -> IntMatrix:
        found = self.tiles.of(rows)[:, columns]
        allowed = (found >= self.tiles.floor) & self.mentors[rows][:, None] & self.mentees[columns]
        return np.where(allowed, found.astype(np.int64), NO_SCORE)

    def top_sums(self, columns: IntVector, least: IntVector, most: IntVector) -> IntVector:
        """Return bounds: as many of the best score of a mentee as they may have partners."""
        return self.row_and_column_max()[1][columns] * most[columns] if len(columns) else columns

    def within(self, cut: ScanQuery, look: Scanner | None = None) -> ScanHits:
        """Return the pairs that a cut leaves, of people who take part; ``look`` is another way to look at the tiles."""
        looked = partial(scan_all, make_numpy_scanner(self.tiles), self.shape[0]) if look is None else look
        return looked(cut.among(self.mentors, self.mentees))


def as_implicit(problem: AssignmentProblem) -> AssignmentProblem:
    """Return the problem with its scores to be looked at."""
    if not problem.scores.stored:
        return problem
    tiles, (n, m) = StoredMatrix.of_scores(problem.scores), problem.shape
    return replace(problem, scores=ImplicitScores(tiles, np.ones(n, dtype=bool), np.ones(m, dtype=bool)))
