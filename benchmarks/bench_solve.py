"""``solve``, ties and checks included, beside bare scipy on the same matrix in the same run: compare within a group.

``python -m benchmarks.bench_solve [sizes] [shapes]`` prints medians of processor time over matrices of three seeds (of
one from 10,000 a side on), with compiled code and without, each in a process of its own. scipy is given the costs as it
likes them best: float64, negated beforehand. To read the scores is a column by itself. ``parts`` take scipy minutes
beyond 2,000 a side, and are left out there.
"""

import sys
from statistics import median
from time import process_time

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import linear_sum_assignment

from benchmarks.matrices import SHAPES
from benchmarks.scale.measuring import alone
from mentormatch import AssignmentProblem, certify, solve
from mentormatch.results import Certificate

CASES = [("untied", 11), ("untied", 100), *((shape, 1_000) for shape in SHAPES)]


@pytest.mark.parametrize(("shape", "size"), CASES)
def test_bare_scipy(benchmark: BenchmarkFixture, shape: str, size: int) -> None:
    benchmark.group = f"{size} a side, {shape}"
    costs = -SHAPES[shape](size).astype(np.float64)
    rows, _ = benchmark(linear_sum_assignment, costs)
    assert len(rows) == size


@pytest.mark.parametrize(("shape", "size"), CASES)
def test_solve(benchmark: BenchmarkFixture, shape: str, size: int) -> None:
    benchmark.group = f"{size} a side, {shape}"
    problem = AssignmentProblem.from_scores(SHAPES[shape](size))
    assert len(benchmark(solve, problem).pairs) == size


@pytest.mark.parametrize(("shape", "size"), CASES)
def test_solve_and_certify(benchmark: BenchmarkFixture, shape: str, size: int) -> None:
    benchmark.group = f"{size} a side, {shape}"
    problem = AssignmentProblem.from_scores(SHAPES[shape](size))

    def certified() -> Certificate:
        return certify(problem, solve(problem))

    assert benchmark(certified).certified


SIZES = (1_000, 2_000, 5_000)
SEEDS, LARGE, MOST_PARTS = 3, 10_000, 2_000
WARM = (300, 1_100, 2_100)
"""Matrices of these sizes, none larger than what is measured, load what each way of solving needs."""

type Times = tuple[float, float, float, float]


def timed(shape: str, size: int, seed: int) -> Times:
    """Return the seconds of scipy, of reading the scores, of ``solve`` and of ``certify``."""
    matrix = SHAPES[shape](size, seed)
    costs = np.negative(matrix, dtype=np.float64)
    moments = [process_time()]
    rows, columns = linear_sum_assignment(costs)
    moments.append(process_time())
    del costs
    moments.append(process_time())
    problem = AssignmentProblem.from_scores(matrix)
    moments.append(process_time())
    solution = solve(problem)
    moments.append(process_time())
    assert certify(problem, solution).certified
    moments.append(process_time())
    assert solution.canonical
    assert solution.tiers[-1].value == matrix[rows, columns].sum()
    scipy, _, read, solved, certified = np.diff(moments).tolist()
    return scipy, read, solved, certified


def medians(shape: str, size: int, *, compiled: bool) -> Times:
    """Return the medians of some seeds, where numba can be found or cannot."""
    if not compiled:
        sys.modules["numba"] = None  # type: ignore[assignment]  # as if it were not installed
    for warm in WARM:
        if warm <= size:
            problem = AssignmentProblem.from_scores(SHAPES["five"](warm))
            certify(problem, solve(problem))
            solve(AssignmentProblem.from_scores(SHAPES["untied"](warm)))
    times = [timed(shape, size, seed) for seed in range(SEEDS if size < LARGE else 1)]
    scipy, read, solved, certified = (median(each) for each in zip(*times, strict=True))
    return scipy, read, solved, certified


def main(sizes: list[int], shapes: list[str]) -> None:
    """Print the times of each size and shape, and how many times those of scipy they are."""
    told = sys.stdout.write
    told("| scores | numba | scipy alone | read | solve | certify | solve / scipy | with certify | with reading |\n")
    told("| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n")
    for size in sizes:
        for shape in shapes:
            for compiled in (True, False):
                if shape == "parts" and size > MOST_PARTS:
                    continue
                times = alone(medians, shape, size, compiled=compiled)
                scipy, read, solved, certified = times
                shown = " | ".join(f"{1_000 * each:.1f} ms" for each in times)
                sums = (solved, solved + certified, read + solved + certified)
                ratios = " | ".join(f"{each / scipy:.2f}" for each in sums)
                way = "yes" if compiled else "no"
                told(f"| {size:,} a side, {shape} | {way} | {shown} | {ratios} |\n")
                sys.stdout.flush()


if __name__ == "__main__":
    numbers = [int(each) for each in sys.argv[1:] if each.isdecimal()]
    main(numbers or list(SIZES), [each for each in sys.argv[1:] if not each.isdecimal()] or list(SHAPES))
