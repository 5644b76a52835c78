"""What a decision costs to question and to mend: capacities, whom else somebody could have, one departure.

Beside each stands scipy's bare assignment on a matrix of the same size, in the same run.
"""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import linear_sum_assignment

from mentormatch import AssignmentProblem, Solution, certify, partner_options, solve

SIZE = 1_000


def untied(rows: int, columns: int) -> NDArray[np.int64]:
    """Return (rows, columns) scores from 0 to a million."""
    return np.random.default_rng(rows + columns).integers(0, 1_000_000, (rows, columns))


@pytest.fixture(scope="module")
def square() -> tuple[AssignmentProblem, Solution]:
    """Return 1,000 mentors, 1,000 mentees, and their solution."""
    problem = AssignmentProblem.from_scores(untied(SIZE, SIZE))
    return problem, solve(problem)


@pytest.mark.parametrize("shape", [(600, 1000), (1000, 1000)])
def test_bare_scipy(benchmark: BenchmarkFixture, shape: tuple[int, int]) -> None:
    benchmark.group = f"{shape[0]} mentors, {shape[1]} mentees"
    assert len(benchmark(linear_sum_assignment, -untied(*shape).astype(np.float64))[0]) == min(shape)


def test_mentors_with_one_to_three_places(benchmark: BenchmarkFixture) -> None:
    benchmark.group = "600 mentors, 1000 mentees"
    places = np.random.default_rng(0).integers(1, 4, 600)
    solution = benchmark(solve, AssignmentProblem.from_scores(untied(600, SIZE), mentor_capacity=places))
    assert len(solution.pairs) == min(SIZE, places.sum())


def test_all_alternatives_of_one_person(
    benchmark: BenchmarkFixture, square: tuple[AssignmentProblem, Solution]
) -> None:
    benchmark.group = "1000 mentors, 1000 mentees"
    assert len(benchmark(partner_options, *square, 0, 7, most=10)) == 10


def test_one_departure(benchmark: BenchmarkFixture, square: tuple[AssignmentProblem, Solution]) -> None:
    benchmark.group = "1000 mentors, 1000 mentees"
    problem, solution = square
    most = problem.mentors.most.copy()
    most[7] = 0
    left = replace(
        problem,
        mentors=replace(problem.mentors, most=most),
        former=tuple((int(i), int(k)) for i, k in solution.pairs if i != 7),
        goals=("matched", "changes", "total"),
    )
    assert benchmark(solve, left).tiers[1].value == 0


def test_certificate(benchmark: BenchmarkFixture, square: tuple[AssignmentProblem, Solution]) -> None:
    benchmark.group = "1000 mentors, 1000 mentees"
    assert benchmark(certify, *square).certified
