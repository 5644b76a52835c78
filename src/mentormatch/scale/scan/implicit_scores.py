"""Implicit scores: the scores of all pairs of a cohort, which a matrix computes in each scan, unless it stores them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from os import cpu_count
from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import NO_SCORE, PersonMasks, ScanQuery, Scores
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector
from mentormatch.base.threads import thread_pool
from mentormatch.errors import EngineError
from mentormatch.scale.scan.blocks import BLOCK_ROWS, ScanHits, Scanner, make_numpy_scanner, scan_all
from mentormatch.scale.scores.matrix import ScoreMatrix, StoredMatrix
from mentormatch.scoring.scores import Points


def find_maxima(matrix: ScoreMatrix, mentors: BoolVector, mentees: BoolVector) -> tuple[IntVector, IntVector]:
    """Return the largest score of each mentor (n,) and each mentee (m,) among the people who take part.

    ``NO_SCORE`` for people without an allowed pair, or who do not take part.
    """
    n, m = matrix.shape
    blocks = [(start, min(start + BLOCK_ROWS, n)) for start in range(0, n, BLOCK_ROWS)]
    count = cpu_count() or 1
    best = np.full(n, NO_SCORE)

    def scan_share(blocks_of_thread: list[tuple[int, int]]) -> IntVector:
        column_best = np.full(m, np.iinfo(np.int32).min, dtype=np.int32)
        for start, stop in blocks_of_thread:
            # People who do not take part score below any floor
            scores = np.where(mentees, matrix.rows(start, stop), column_best.dtype.type(-1))
            scores[~mentors[start:stop]] = -1
            best[start:stop] = mask_forbidden(scores.max(axis=1, initial=-1), matrix.floor)
            np.maximum(column_best, scores.max(axis=0), out=column_best)
        return mask_forbidden(column_best, matrix.floor)

    with thread_pool(count) as threads:
        column_best = list(threads.map(scan_share, [blocks[thread::count] for thread in range(count)]))
    return best, np.maximum.reduce(column_best)


def mask_forbidden(scores: NDArray[np.int32], floor: int) -> IntVector:
    return np.where(scores >= floor, scores.astype(np.int64), NO_SCORE)


TOO_MANY_TO_LIST = "there are too many pairs to list them"


@dataclass(frozen=True)
class ImplicitScores(Scores):
    """The scores of people who take part, requested from ``matrix`` each time.

    ``mentors`` (n,) and ``mentees`` (m,) bool: whether each person takes part. Numbers of partners are bounds: only
    people who do not take part are known to have none. If memory is scarce, lists of pairs are ``list_divisor`` times
    shorter.
    """

    matrix: ScoreMatrix
    mentors: BoolVector
    mentees: BoolVector
    list_divisor: int = 1
    stored: ClassVar[bool] = False

    @property
    def shape(self) -> tuple[int, int]:
        return self.matrix.shape

    @property
    def count(self) -> int:
        """An upper bound on the number of allowed pairs."""
        return int(np.count_nonzero(self.mentors)) * int(np.count_nonzero(self.mentees))

    @property
    def extremes(self) -> tuple[int, int]:
        """Bounds on the scores of allowed pairs."""
        return (self.matrix.floor, max(self.matrix.ceiling, self.matrix.floor)) if self.count else (0, 0)

    def pairs(self) -> tuple[IntVector, IntVector]:
        raise EngineError(TOO_MANY_TO_LIST)

    def allows(self, mentors: IntVector, mentees: IntVector) -> BoolVector:
        taking_part = self.mentors[mentors] & self.mentees[mentees]
        return np.asarray(taking_part & (self.matrix.at(mentors, mentees) >= self.matrix.floor))

    def at(self, mentors: IntVector, mentees: IntVector) -> IntVector:
        return self.matrix.at(mentors, mentees)

    @property
    def degrees(self) -> tuple[IntVector, IntVector]:
        """Upper bounds on the number of allowed partners of each mentor and of each mentee."""
        counts = int(np.count_nonzero(self.mentees)), int(np.count_nonzero(self.mentors))
        return np.where(self.mentors, counts[0], 0), np.where(self.mentees, counts[1], 0)

    def has_partner(self, mentors: BoolVector) -> BoolVector:
        among = None if mentors.all() else (mentors, np.ones(self.shape[1], dtype=bool))
        return self.row_and_column_max(among)[1] > NO_SCORE

    def at_least(self, least: IntVector) -> Self:
        """Return the scores without pairs below a threshold. Raises EngineError unless it is equal for all mentees."""
        threshold = int(least.max(initial=NO_SCORE))
        if (least != threshold).any():
            raise EngineError("A threshold for each person is not for so many pairs")
        return replace(self, matrix=replace(self.matrix, floor=max(self.matrix.floor, threshold)))

    def values_of_pairs(self) -> IntVector:
        raise EngineError(TOO_MANY_TO_LIST)

    def distinct_between(self, low: int, high: int) -> Sequence[int]:
        """Return all integers in the range that reach the floor, because the distinct scores are not known."""
        return range(max(low + 1, self.matrix.floor), high + 1)

    def upper_quantile(self, part: int) -> int | None:
        return None

    def row_and_column_max(self, among: PersonMasks | None = None) -> tuple[IntVector, IntVector]:
        if among is None:
            return self._maxima
        return find_maxima(self.matrix, self.mentors & among[0], self.mentees & among[1])

    @cached_property
    def _maxima(self) -> tuple[IntVector, IntVector]:
        return find_maxima(self.matrix, self.mentors, self.mentees)

    def select_mentees(self, some: IntVector) -> Self:
        """Return the scores of all mentors with the mentees ``some``, ascending positions."""
        return replace(self, matrix=self.matrix.select_mentees(some), mentees=self.mentees[some])

    def swap_sides(self) -> Self:
        """Return the scores with mentors and mentees exchanged."""
        return replace(self, matrix=self.matrix.swap_sides(), mentors=self.mentees, mentees=self.mentors)

    def cache_tables(self) -> Self:
        """Return the scores with cached tables, unless memory is scarce."""
        return self if self.list_divisor > 1 else replace(self, matrix=self.matrix.cache_tables())

    def above(self, query: ScanQuery) -> IntVector:
        hits = self.scan(replace(query, per_row=max(self.shape[1], 1)))
        return hits.mentors * self.shape[1] + hits.mentees

    def block(self, rows: IntVector, columns: IntVector) -> IntMatrix:
        scores = self.matrix.rows_of(rows)[:, columns]
        return np.where(self._are_allowed(scores, rows, columns), scores, np.int64(NO_SCORE))

    def allows_block(self, rows: IntVector, columns: IntVector) -> BoolMatrix:
        return self._are_allowed(self.matrix.rows_of(rows)[:, columns], rows, columns)

    def _are_allowed(self, scores: Points, rows: IntVector, columns: IntVector) -> BoolMatrix:
        """Return (r, c) bool: whether each of some mentors is allowed with each of some mentees, given their scores."""
        allowed: BoolMatrix = scores >= self.matrix.floor
        for taking_part in (self.mentors[rows][:, None], self.mentees[columns]):
            if not taking_part.all():  # rarely
                allowed &= taking_part
        return allowed

    def top_sums(self, columns: IntVector, least: IntVector, most: IntVector) -> IntVector:
        """Return upper bounds: the best score of each mentee times their maximum number of partners.

        Each mentee must have an allowed partner.
        """
        return self.row_and_column_max()[1][columns] * most[columns] if len(columns) else columns

    def scan(self, query: ScanQuery, scanner: Scanner | None = None) -> ScanHits:
        """Return the hits of a query among people who take part. ``scanner``: NumPy if None."""
        scan = partial(scan_all, make_numpy_scanner(self.matrix), self.shape[0]) if scanner is None else scanner
        return scan(query.among(self.mentors, self.mentees))


def as_implicit(problem: AssignmentProblem) -> AssignmentProblem:
    """Return the problem with stored scores wrapped as implicit scores, or unchanged if they are implicit already."""
    if not problem.scores.stored:
        return problem
    matrix, (n, m) = StoredMatrix.of_scores(problem.scores), problem.shape
    return replace(problem, scores=ImplicitScores(matrix, np.ones(n, dtype=bool), np.ones(m, dtype=bool)))
