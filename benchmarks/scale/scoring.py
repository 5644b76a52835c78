"""Pairs a second on one core: ours, and beside it the loop over objects and the cross join, with the same scores."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.scale import cross_join, one_by_one
from benchmarks.scale.cohorts import EXAMPLE, Market, matrix_of
from benchmarks.scale.measuring import memory_mb, timed
from benchmarks.scale.records import Row
from mentormatch.assignment.model.scores import ScanQuery
from mentormatch.scale.scan.blocks import BLOCK_ROWS, scan_block
from mentormatch.scale.scan.implicit_scores import ImplicitScores
from mentormatch.scale.scan.simd import SimdScanner
from mentormatch.scoring.scores import score

ROUNDS, MENTORS = 5, 1_024
FEW = 300
"""People a side for ways that are slow."""
WORTH = 640_000
"""Millionths above which a pair is worth listing."""

type Block = NDArray[np.int64]


def rate(name: str, pairs: int, way: Callable[[], object]) -> Row:
    """Return the median of some rounds, in millions of pairs a second of one processor."""
    rates = sorted(pairs / timed(way)[1]["processor_s"] / 1e6 for _ in range(ROUNDS))
    return {
        "name": name,
        "million_pairs_a_second": rates[ROUNDS // 2],
        "least": rates[0],
        "most": rates[-1],
        "pairs": pairs,
    }


def in_strips(market: Market) -> list[Row]:
    """Return our own rates: the scores alone, and a scan as pricing makes it."""
    problem = market.posed()
    matrix, scores, (n, m) = matrix_of(problem), problem.scores, problem.shape
    assert isinstance(scores, ImplicitScores)
    query = ScanQuery(np.full(n, WORTH), np.zeros(m, dtype=np.int64)).among(scores.mentors, scores.mentees)
    scanner, count = SimdScanner.of(matrix), min(MENTORS, n) // BLOCK_ROWS * BLOCK_ROWS
    compiled_scan = scanner.for_query(query)
    compiled_scan(0, BLOCK_ROWS)
    starts = range(0, count, BLOCK_ROWS)
    return [
        rate(
            f"{market.kind}: scores alone, NumPy",
            count * m,
            lambda: [matrix.rows(at, at + BLOCK_ROWS) for at in starts],
        ),
        rate(
            f"{market.kind}: a scan, NumPy",
            count * m,
            lambda: [scan_block(matrix, query, at, at + BLOCK_ROWS) for at in starts],
        ),
        rate(
            f"{market.kind}: a scan, compiled", count * m, lambda: [compiled_scan(at, at + BLOCK_ROWS) for at in starts]
        ),
    ]


def naively(market: Market) -> tuple[list[Row], bool]:
    """Return the rates of the two other ways, and whether all three say the same of every pair."""
    people, pairs = market.people, market.mentors * market.mentees
    mentors, mentees = one_by_one.objects(people)
    left, right = cross_join.joined(people)
    rows = [
        rate("pandas, a cross join", pairs, lambda: cross_join.scores(left, right)),
        rate("a loop over pydantic objects", pairs, lambda: one_by_one.scores(mentors, mentees)),
    ]
    ours = score(people, EXAMPLE.criteria).values
    same = [np.array_equal(ours, one_by_one.scores(mentors, mentees))]
    same.append(np.array_equal(ours.ravel(), cross_join.scores(left, right)))
    return rows, all(same)


def rates(mentors: int, mentees: int, few: int = FEW) -> list[Row]:
    """Return all rates; raise ValueError where the ways do not agree, for then they are not to be compared.

    Ours are those of two markets: where rules forbid most pairs, whole groups of mentees are passed over.
    """
    ours = [*in_strips(Market(mentors, mentees)), *in_strips(Market(mentors, mentees, "tight"))]
    theirs, same = naively(Market(few, few, "tight"))
    if not same:
        raise ValueError("The ways to score do not give the same points.")
    least = min(row["million_pairs_a_second"] for row in ours if row["name"].endswith("compiled"))
    theirs = [row | {"compiled_is_times": least / row["million_pairs_a_second"], "same_scores": same} for row in theirs]
    return [*ours, *theirs, {"name": "memory", "memory_mb": memory_mb()}]
