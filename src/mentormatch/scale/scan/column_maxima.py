"""The greatest of score plus row offset in each column: the c-transform from the short side.

A look works tables out for each mentor. Where there are few mentors and many mentees, it is far less work to go through
the few and to keep the best of each mentee so far.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from os import cpu_count

import numpy as np

from mentormatch.assignment.model.scores import EXCLUDED
from mentormatch.base.columns import IntVector
from mentormatch.base.progress import track_scan
from mentormatch.scale.scan.blocks import CheckDeadline, split_rows
from mentormatch.scale.scan.simd import FAR, SimdScanner
from mentormatch.scale.scores.matrix import ScoreMatrix

type Strips = Sequence[tuple[int, int]]


def find_column_maxima(
    tiles: ScoreMatrix, own: IntVector, scale: int, heed: CheckDeadline, *, compiled: bool
) -> IntVector:
    """Return (m,) the greatest ``scale * score + own[i]`` that a mentor has with each mentee, ``-FAR`` where none has.

    ``own`` (n,) is ``EXCLUDED`` where a mentor takes no part. Each thread goes through a share of the strips.
    """
    n, m = tiles.shape
    edges, count = split_rows(0, n), cpu_count() or 1
    through = (
        _swiftly(tiles, own, scale, heed) if compiled and tiles.computed else partial(_plainly, tiles, own, scale, heed)
    )
    with track_scan(n * m) as looked, ThreadPoolExecutor(count) as threads:
        shares = list(threads.map(through, [edges[at::count] for at in range(count)]))
        looked(n * m)
    found: IntVector = np.maximum.reduce(shares)
    return found


def _swiftly(tiles: ScoreMatrix, own: IntVector, scale: int, heed: CheckDeadline) -> Callable[[Strips], IntVector]:
    return partial(SimdScanner.of(tiles).highest, own, scale, heed)


def _plainly(tiles: ScoreMatrix, own: IntVector, scale: int, heed: CheckDeadline, edges: Strips) -> IntVector:
    best, worth = np.full(tiles.shape[1], -FAR), np.empty(tiles.shape[1], dtype=np.int64)
    for start, stop in edges:
        heed()
        mentors = start + np.flatnonzero(own[start:stop] != EXCLUDED)
        for scores, more in zip(tiles.of(mentors), own[mentors], strict=True):
            np.multiply(scores, scale, out=worth, dtype=np.int64)
            np.add(worth, more, out=worth)
            np.copyto(worth, -FAR, where=scores < tiles.floor)
            np.maximum(best, worth, out=best)
    return best
