"""Fair goals beside bare scipy on the same matrix in the same run: compare within a group."""

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import linear_sum_assignment

from mentormatch.assignment.engine import solve
from mentormatch.assignment.problem import AssignmentProblem
from mentormatch.assignment.solution import Status

SEEDS = range(4)


def untied(size: int, seed: int) -> NDArray[np.int64]:
    """Return (size, size) scores from 0 to a million."""
    return np.random.default_rng(seed).integers(0, 1_000_000, (size, size))


@pytest.mark.parametrize("seed", SEEDS)
def test_bare_scipy(benchmark: BenchmarkFixture, seed: int) -> None:
    benchmark.group = f"1000 a side, seed {seed}"
    rows, _ = benchmark(linear_sum_assignment, -untied(1_000, seed).astype(np.float64))
    assert len(rows) == 1_000


@pytest.mark.parametrize("seed", SEEDS)
def test_floor_then_total(benchmark: BenchmarkFixture, seed: int) -> None:
    benchmark.group = f"1000 a side, seed {seed}"
    problem = AssignmentProblem.from_scores(untied(1_000, seed), goals=("matched", "floor", "total"))
    assert benchmark(solve, problem).status is Status.PROVED


@pytest.mark.parametrize("seed", SEEDS)
def test_leximin(benchmark: BenchmarkFixture, seed: int) -> None:
    benchmark.group = f"leximin, 100 a side, seed {seed}"
    problem = AssignmentProblem.from_scores(untied(100, seed), goals=("matched", "leximin"))
    assert benchmark(solve, problem).status is Status.PROVED
