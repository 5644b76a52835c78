"""One to one beside scipy's bare assignment on the stored matrix of the same scores."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale.cohorts import Market, matrix_of
from benchmarks.scale.measuring import memory_mb, timed
from benchmarks.scale.records import Row
from benchmarks.scale.solving import solved
from mentormatch.scale.scan.blocks import BLOCK_ROWS


def stored(market: Market, place: float) -> NDArray[np.float64]:
    """Return the costs of a market: 0 for a forbidden pair, ``place`` more than its score below 0 for another."""
    problem = market.posed()
    matrix, taking = matrix_of(problem), (problem.mentors.most > 0, problem.mentees.most > 0)
    costs = np.zeros(problem.shape)
    for start in range(0, len(costs), BLOCK_ROWS):
        rows = matrix.rows(start, min(start + BLOCK_ROWS, len(costs)))
        open_ = (rows >= matrix.floor) & taking[0][start : start + BLOCK_ROWS, None] & taking[1]
        np.copyto(costs[start : start + BLOCK_ROWS], -(rows + place), where=open_)
    return costs


def by_scipy(market: Market, *, places_first: bool) -> Row:
    """Return the figures of the bare assignment; ``places_first``: a pair is worth more than all scores together."""
    from scipy.optimize import linear_sum_assignment

    place = 1e6 * min(market.mentors, market.mentees) + 1 if places_first else 0.0
    costs = stored(market, place)
    (rows, columns), seconds = timed(lambda: linear_sum_assignment(costs))
    worth = -costs[rows, columns]
    pairs = int(np.count_nonzero(worth))
    asked = "most pairs, then points" if places_first else "points, forbidden pairs at 0"
    row: Row = {"name": f"{market.name}: scipy alone, {asked}", "pairs": pairs}
    return row | {"total": round(float(worth.sum() - place * pairs)), **seconds, "memory_mb": memory_mb()}


def by_mentormatch(market: Market) -> Row:
    """Return our own figures, from the people to the proof."""
    row = solved(market)
    return {key: row[key] for key in ("pairs", "total", "wall_s", "processor_s", "memory_mb", "status")} | {
        "name": f"{market.name}: mentormatch"
    }


def compared(ours: Row, theirs: Row) -> Row:
    """Return how many times longer theirs took."""
    ratios = {f"times_{key}": theirs[key] / ours[key] for key in ("wall_s", "processor_s", "memory_mb")}
    return theirs | ratios
