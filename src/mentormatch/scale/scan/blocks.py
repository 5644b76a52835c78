"""Scan of all pairs in blocks of rows, in NumPy: the best value of each row, and the pairs that reach its limit.

A query asks for pairs with scale * score + column offset >= row limit. With offsets and limits from duals, the reduced
profit of these pairs is not negative, so one scan prices all columns. The SIMD scan must return the same hits, unless
it reaches its maximum per mentor (``SimdOptions``). The verification of solutions uses only this scan.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from os import cpu_count
from typing import Self

import numpy as np

from mentormatch.assignment.model.scores import EXCLUDED, ScanQuery
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.base.progress import CheckDeadline, no_deadline, track_scan
from mentormatch.base.threads import thread_pool
from mentormatch.scale.scores.matrix import ScoreMatrix

BLOCK_ROWS = 64  # mentors per block: this number of rows of 100,000 scores stays in the shared cache


@dataclass(frozen=True, slots=True)
class ScanHits:
    """Hits of a query: pairs in order, with their scores.

    ``row_best`` (n,): the largest value of each mentor; 2 * ``EXCLUDED`` if there is none. ``rest_max`` (n,): an upper
    bound on the excess over the mentor's limit of pairs that are not listed; -1 if all pairs that reach it are listed.
    """

    mentors: IntVector
    mentees: IntVector
    scores: IntVector
    row_best: IntVector
    rest_max: IntVector

    @classmethod
    def empty(cls, mentors: int) -> Self:
        """Return no hits, for mentors who do not take part."""
        no_pairs = np.empty(0, dtype=np.int64)
        return cls(no_pairs, no_pairs, no_pairs, np.full(mentors, 2 * EXCLUDED), np.full(mentors, -1))


# Query -> function (start, stop) -> the hits of mentors start to stop - 1
type BlockScanner = Callable[[ScanQuery], Callable[[int, int], ScanHits]]
# Query -> the hits among all pairs
type Scanner = Callable[[ScanQuery], ScanHits]


def scan_all(
    scanner: BlockScanner, mentors: int, query: ScanQuery, check_deadline: CheckDeadline = no_deadline
) -> ScanHits:
    """Return the hits of a query in all blocks, which threads scan in parallel."""
    hits_of_blocks, scan = list[ScanHits](), scanner(query)
    with track_scan(mentors * len(query.column_offsets)) as advance, thread_pool(cpu_count() or 1) as threads:
        for hits in threads.map(lambda block: scan(*block), split_rows(0, mentors)):
            check_deadline()  # if it raises, waiting blocks are cancelled
            hits_of_blocks.append(hits)
            advance(len(hits.row_best) * len(query.column_offsets))
    return concatenate_hits(hits_of_blocks)


def split_rows(start: int, stop: int) -> list[tuple[int, int]]:
    """Return blocks of mentors as (start, stop)."""
    return [(first, min(first + BLOCK_ROWS, stop)) for first in range(start, stop, BLOCK_ROWS)]


def concatenate_hits(parts: Sequence[ScanHits]) -> ScanHits:
    columns = zip(
        *((part.mentors, part.mentees, part.scores, part.row_best, part.rest_max) for part in parts), strict=True
    )
    return ScanHits(*(np.concatenate(column) for column in columns)) if parts else ScanHits.empty(0)


def make_numpy_scanner(matrix: ScoreMatrix) -> BlockScanner:
    return lambda query: partial(scan_block, matrix, query)


def scan_block(matrix: ScoreMatrix, query: ScanQuery, start: int, stop: int) -> ScanHits:
    """Return the hits of a query in one block."""
    width, mentors = matrix.shape[1], query.open(start, stop)
    limits, hits = query.row_limits[mentors], ScanHits.empty(stop - start)
    # Exact scores of the block; the value of a pair is scale * score + offset
    scores, values = matrix.rows_of(mentors), np.empty(width, dtype=np.int64)
    pairs, excess = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for row, row_scores in enumerate(scores if width else ()):
        best = hits.row_best[mentors[row] - start] = query.best_value(row_scores, matrix.floor, values)
        if best >= limits[row]:
            columns = np.flatnonzero(values >= limits[row])
            columns = columns[row_scores[columns] >= matrix.floor]
            pairs.append(columns + row * width)
            excess.append(values[columns] - limits[row])
    # Too many hits: list the largest excesses, and bound the others
    is_listed, unlisted_max = keep_top(np.concatenate(excess), query.per_row * (stop - start))
    listed = np.concatenate(pairs)[is_listed]
    rows, points = listed // max(width, 1), scores.ravel()[listed].astype(np.int64)
    hits.rest_max[:] = unlisted_max
    return replace(hits, mentors=mentors[rows], mentees=listed - rows * width, scores=points)


def keep_top(excess: IntVector, max_listed: int) -> tuple[slice | BoolVector, int]:
    """Return a mask of the hits to list, and an upper bound on the excess of the others over their limit.

    All hits are listed if there are up to ``max_listed``, or if none exceeds its limit; then the second result is -1.
    Else hits of equal excess are listed together, even beyond ``max_listed``, and hits at their limit are left out.
    """
    if len(excess) <= max_listed or not excess.any():
        return slice(None), -1
    # The excess that at least ``max_listed`` hits reach, but at least 1
    min_excess = max(int(np.partition(excess, len(excess) - max_listed)[len(excess) - max_listed]), 1)
    return np.asarray(excess >= min_excess), min_excess - 1
