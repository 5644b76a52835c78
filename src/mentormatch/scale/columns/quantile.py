"""The reduced cost that about so many pairs a person stay below: a quantile of a sample."""

from collections.abc import Iterator
from math import isqrt

import numpy as np

from mentormatch.base.columns import IntVector
from mentormatch.scale.columns.candidates import FAR
from mentormatch.scale.columns.subproblem import PerSide, PricingProblem
from mentormatch.scale.scan.blocks import BLOCK_ROWS

OTHERS, FEW, WIDTH = 32, 8, 1 << 12
"""So many times a few mentors, with so many mentees or some more, tell how many pairs lose how much."""


def find_cost_quantile(view: PricingProblem, prices: PerSide, leading: int) -> int:
    """Return which loss is exceeded by all but ``leading`` pairs a person."""
    n, m = view.scores.shape
    mentees = np.arange(0, m, max(m // WIDTH, 1))
    some = view.of_mentees(mentees)
    sides = prices[0], np.atleast_2d(prices[1])[:, mentees]
    losses = [loss for few in _here_and_there(n) for loss in _losses(some, sides, few)]
    flat = np.concatenate([np.empty(0, dtype=np.int64), *losses])
    place = leading * isqrt(n * m) * len(flat) // max(n * m, 1)
    return int(min(np.partition(flat, place - 1)[place - 1], FAR // 2)) if 0 < place <= len(flat) else 0


def _here_and_there(mentors: int) -> Iterator[range]:
    """Yield a few mentors at a time, who stand together."""
    for start in np.random.default_rng(0).permutation(range(0, mentors, BLOCK_ROWS))[:OTHERS].tolist():
        yield range(start, min(start + FEW, mentors))


def _losses(view: PricingProblem, prices: PerSide, strip: range) -> Iterator[IntVector]:
    """Yield (m,) for each mentor what pairs lose, ``FAR`` more where there is none; prices are by group of mentors."""
    margin = np.empty(view.scores.shape[1], dtype=np.int64)
    closed, least = np.where(view.scores.mentees, view.stage.mentee, -FAR), view.scores.tiles.floor
    for own, scores in zip(strip, view.scores.tiles.rows(strip.start, strip.stop), strict=True):
        np.multiply(scores, view.stage.score, out=margin, dtype=np.int64)
        margin += view.mentor[own] - prices[0][own] if view.scores.mentors[own] else -FAR
        margin += closed
        np.copyto(margin, -FAR, where=scores < least)
        yield prices[1][view.group[own] if len(prices[1]) > 1 else 0] - margin
