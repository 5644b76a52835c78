"""A limit of half a second on problems of any shape: how long a solve takes, and whether it leaves pairs.

Shapes are drawn by a seed: up to ten million pairs, from one person beside millions to squares; five kinds of scores;
stored or not all allowed; places, hours, and three orders of goals. ``python -m benchmarks.bench_limits [first last]``
prints those that end later than 0.3 s after the limit, by the clock, and those that leave no pairs.
"""

import sys
from time import monotonic
from typing import Any

import numpy as np
from pytest_benchmark.fixture import BenchmarkFixture

from mentormatch import AssignmentProblem, solve
from mentormatch.base.arrays import IntMatrix

LIMIT_S, LATE_S = 0.5, 0.3
SHAPES, FEW = 1_000, 60
MOST_PAIRS, MOST_WITH_HOURS = 7, 2_000_000
"""The power of ten of the pairs at most; so many of them where mentors have hours."""
GOALS = (("matched", "total"), ("total",), ("matched", "floor", "total"))


def scores(kind: int, n: int, m: int, draw: np.random.Generator) -> IntMatrix:
    """Return scores of a kind: any, of five values, products, points on a line, sums of two parts."""
    if kind < 2:
        return draw.integers(0, 1_000_000, (n, m)) if kind == 0 else draw.integers(0, 5, (n, m)) * 200_000
    mentor, mentee = draw.integers(0, 1_000, n)[:, None], draw.integers(0, 1_000, m)[None, :]
    if kind == 2:
        return np.asarray(mentor * mentee)
    return np.asarray(1_000 - np.abs(mentor - mentee) if kind == 3 else 500 * mentor + 500 * mentee)


def drawn(seed: int) -> AssignmentProblem:
    """Return a problem of any shape."""
    draw = np.random.default_rng([77, seed])
    pairs = 10 ** draw.uniform(1, MOST_PAIRS)
    n = max(int(pairs ** draw.uniform(0, 1)), 1)
    m = max(int(pairs / n), 1)
    worth = scores(int(draw.integers(0, 5)), n, m, draw)
    allowed = draw.random((n, m)) < 10 ** draw.uniform(-1.5, 0) if draw.random() < 0.4 else None
    bounds: dict[str, Any] = {}
    if draw.random() < 0.6:
        one = int(10 ** draw.uniform(0, np.log10(max(m, 2)))) + 1
        bounds["mentor_capacity"] = one if draw.random() < 0.5 else draw.integers(1, max(2, 2 * m // n + 2), n)
    if draw.random() < 0.25:
        bounds["mentee_capacity"] = int(draw.integers(1, 4))
    goals = GOALS[draw.integers(0, 3)]
    if draw.random() < 0.2 and n * m < MOST_WITH_HOURS:
        bounds |= {"hours": draw.integers(2, 11, m), "mentor_hours": draw.integers(5, 21, n) * max(1, m // n // 2 + 1)}
    return AssignmentProblem.from_scores(worth, allowed, goals=goals, **bounds)


def measure(first: int, last: int, *, aloud: bool = False) -> dict[str, float]:
    """Return how many shapes end late, how many leave no pairs although some are allowed, and the longest time."""
    late, without, longest = 0, 0, 0.0
    for seed in range(first, last):
        problem = drawn(seed)
        began = monotonic()
        found = solve(problem, time_limit_s=LIMIT_S)
        taken = monotonic() - began
        longest = max(longest, taken)
        late += taken > LIMIT_S + LATE_S
        nothing = not len(found.pairs) and problem.scores.count > 0
        without += nothing
        if aloud and (nothing or taken > LIMIT_S + LATE_S):
            n, m = problem.shape
            told = f"{n:,} x {m:,}, {len(problem.rows):,} rows, {', '.join(problem.goals)}"
            sys.stdout.write(f"{seed}: {told}: {taken:.2f} s, {found.status}, {len(found.pairs):,} pairs\n")
    return {"shapes": last - first, "late": late, "without pairs": without, "longest_s": round(longest, 2)}


def test_limits(benchmark: BenchmarkFixture) -> None:
    benchmark.group = f"{FEW} shapes, a limit of {LIMIT_S} s"
    figures = benchmark.pedantic(measure, args=(0, FEW), rounds=1, warmup_rounds=0)
    benchmark.extra_info.update(figures)
    assert not figures["without pairs"]


if __name__ == "__main__":
    ends = [int(word) for word in sys.argv[1:]] or [0, SHAPES]
    sys.stdout.write(f"{measure(*ends, aloud=True)}\n")
