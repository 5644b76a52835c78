"""``solve``, ties and checks included, beside bare scipy on the same matrix in the same run: compare within a group."""

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import linear_sum_assignment

from mentormatch.assignment.engine import solve
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.solution import Status

SIZES = [11, 100, 1_000]


def untied(size: int) -> NDArray[np.int64]:
    """Return (size, size) scores from 0 to a million."""
    return np.random.default_rng(size).integers(0, 1_000_000, (size, size))


@pytest.mark.parametrize("size", SIZES)
def test_bare_scipy(benchmark: BenchmarkFixture, size: int) -> None:
    benchmark.group = f"{size} a side"
    costs = -untied(size).astype(np.float64)
    rows, _ = benchmark(linear_sum_assignment, costs)
    assert len(rows) == size


@pytest.mark.parametrize("size", SIZES)
def test_solve(benchmark: BenchmarkFixture, size: int) -> None:
    benchmark.group = f"{size} a side"
    problem = AssignmentProblem.from_scores(untied(size))
    solution = benchmark(solve, problem)
    assert solution.status is Status.PROVED
