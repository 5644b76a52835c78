"""``solve``, ties and checks included, beside bare scipy on the same matrix in the same run: compare within a group."""

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import linear_sum_assignment

from benchmarks.matrices import SHAPES
from mentormatch.assignment.engine import solve
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.verification.certificate import Certificate, certify

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
