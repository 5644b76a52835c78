"""A scan of all pairs in blocks of rows, in NumPy: the best of each row, and the pairs above a limit.

A query asks for pairs with scale * score + column offset >= row limit; with offsets from duals that is a bound on the
reduced cost, so a scan prices all columns. This is the reference that the SIMD scan must equal to the bit, and the only
one that the checker uses.
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

BLOCK_ROWS = 64
"""Mentors of a block: a few dozen rows of 100,000 scores stay in the cache that cores share."""


@dataclass(frozen=True, slots=True)
class ScanHits:
    """Hits of a query: pairs in order, with their scores.

    ``row_best`` (n,): the largest value of each mentor, or below all.

    ``rest_max`` (n,): by how much pairs that are not among the hits exceed the limit of their mentor at most; -1: none
    passes.
    """

    mentors: IntVector
    mentees: IntVector
    scores: IntVector
    row_best: IntVector
    rest_max: IntVector

    @classmethod
    def empty(cls, mentors: int) -> Self:
        """Return no hits, of so many mentors who take no part."""
        none = np.empty(0, dtype=np.int64)
        return cls(none, none, none, np.full(mentors, 2 * EXCLUDED), np.full(mentors, -1))


type BlockScanner = Callable[[ScanQuery], Callable[[int, int], ScanHits]]
"""For a query, returns a function (start, stop) -> the hits of mentors start to stop - 1."""
type Scanner = Callable[[ScanQuery], ScanHits]
"""For a query, returns the hits of all pairs."""


def scan_all(
    scanner: BlockScanner, mentors: int, query: ScanQuery, check_deadline: CheckDeadline = no_deadline
) -> ScanHits:
    """Return the hits of a query in all blocks, one block a thread at a time."""
    parts, scan = list[ScanHits](), scanner(query)
    with track_scan(mentors * len(query.column_offsets)) as advance, thread_pool(cpu_count() or 1) as threads:
        for part in threads.map(lambda edge: scan(*edge), split_rows(0, mentors)):
            check_deadline()  # where it raises, the blocks that wait are given up
            parts.append(part)
            advance(len(part.row_best) * len(query.column_offsets))
    return concatenate_hits(parts)


def split_rows(start: int, stop: int) -> list[tuple[int, int]]:
    """Return the blocks of some mentors as (start, stop)."""
    return [(first, min(first + BLOCK_ROWS, stop)) for first in range(start, stop, BLOCK_ROWS)]


def concatenate_hits(parts: Sequence[ScanHits]) -> ScanHits:
    """Return the hits of several blocks, in their order."""
    columns = zip(
        *((part.mentors, part.mentees, part.scores, part.row_best, part.rest_max) for part in parts), strict=True
    )
    return ScanHits(*(np.concatenate(column) for column in columns)) if parts else ScanHits.empty(0)


def make_numpy_scanner(matrix: ScoreMatrix) -> BlockScanner:
    """Return the scanner in NumPy."""
    return lambda query: partial(scan_block, matrix, query)


def scan_block(matrix: ScoreMatrix, query: ScanQuery, start: int, stop: int) -> ScanHits:
    """Return the hits of a query in one block."""
    width, mentors = matrix.shape[1], query.open(start, stop)
    limits, seen = query.row_limits[mentors], ScanHits.empty(stop - start)
    # Exact scores of the block; the value of a pair is scale * score + offset.
    scores, values = matrix.rows_of(mentors), np.empty(width, dtype=np.int64)
    places, excess = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for row, row_scores in enumerate(scores if width else ()):
        best = seen.row_best[mentors[row] - start] = query.best_value(row_scores, matrix.floor, values)
        # Most rows have nothing above their limit.
        if best >= limits[row]:
            found = np.flatnonzero(values >= limits[row])
            found = found[row_scores[found] >= matrix.floor]
            places.append(found + row * width)
            excess.append(values[found] - limits[row])
    # Too many hits: keep those that exceed their limit most, and say how much the rest may.
    some, rest = keep_largest(np.concatenate(excess), query.per_row * (stop - start))
    found = np.concatenate(places)[some]
    rows, points = found // max(width, 1), scores.ravel()[found].astype(np.int64)
    seen.rest_max[:] = rest
    return replace(seen, mentors=mentors[rows], mentees=found - rows * width, scores=points)


def keep_largest(excess: IntVector, most: int) -> tuple[slice | BoolVector, int]:
    """Return a mask of the hits that are kept, and by how much others exceed their limit at most.

    All are kept if they are no more than ``most``, or if all are at their limit.
    """
    if len(excess) <= most or not excess.any():
        return slice(None), -1
    # The excess that the wanted number of hits reach.
    level = max(int(np.partition(excess, len(excess) - most)[len(excess) - most]), 1)
    return np.asarray(excess >= level), level - 1
