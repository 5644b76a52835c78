"""Fair goals beside bare scipy on the same matrix in the same run: compare within a group."""

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import linear_sum_assignment

from benchmarks.matrices import five, plane, untied
from mentormatch import AssignmentProblem, Status, solve

SEEDS = range(4)
MATRICES = {f"untied, seed {seed}": untied(1_000, seed) for seed in SEEDS} | {
    "plane": plane(1_000),
    "five": five(1_000),
}


@pytest.mark.parametrize("name", MATRICES)
def test_bare_scipy(benchmark: BenchmarkFixture, name: str) -> None:
    benchmark.group = f"1000 a side, {name}"
    rows, _ = benchmark(linear_sum_assignment, -MATRICES[name].astype(np.float64))
    assert len(rows) == 1_000


@pytest.mark.parametrize("name", MATRICES)
def test_floor_then_total(benchmark: BenchmarkFixture, name: str) -> None:
    benchmark.group = f"1000 a side, {name}"
    problem = AssignmentProblem.from_scores(MATRICES[name], goals=("matched", "floor", "total"))
    assert benchmark(solve, problem).status is Status.PROVED


@pytest.mark.parametrize("seed", SEEDS)
def test_leximin(benchmark: BenchmarkFixture, seed: int) -> None:
    benchmark.group = f"leximin, 100 a side, seed {seed}"
    problem = AssignmentProblem.from_scores(untied(100, seed), goals=("matched", "leximin"))
    assert benchmark(solve, problem).status is Status.PROVED
