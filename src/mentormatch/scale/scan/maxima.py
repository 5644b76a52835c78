"""The greatest allowed score of each row and of each column."""

from concurrent.futures import ThreadPoolExecutor
from os import cpu_count

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.scores import NO_SCORE
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.scale.scan.blocks import BLOCK_ROWS
from mentormatch.scale.scores.matrix import ScoreMatrix


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
