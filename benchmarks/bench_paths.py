"""Sparse assignments of large markets: from nothing, from the answer on fewer pairs, and by scipy in the same run.

The first run of all compiles; each is done once before it is measured. The largest markets take minutes to make.
"""

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.markets import PLACES, Market, market
from mentormatch.assignment.flow.assignment import WarmStart, solve_assignment
from mentormatch.assignment.optimal_face import OptimalFace
from mentormatch.assignment.sparse_assignment import solve_left_unit

SIZES = (1_000, 10_000, 100_000)


CASES = [(kind, size, tied) for size in SIZES for kind in PLACES for tied in (False, True)]


def name(case: tuple[str, int, bool]) -> str:
    kind, size, tied = case
    return f"{size} mentees, {kind}, {'tied' if tied else 'untied'}"


@pytest.fixture(scope="module", params=CASES, ids=name)
def case(request: pytest.FixtureRequest) -> tuple[str, Market]:
    kind, size, tied = request.param
    return name(request.param), market(kind, size, tied=tied)


@pytest.mark.parametrize("case", [case for case in CASES if case[1] == SIZES[0]], ids=name, indirect=True)
def test_scipy(benchmark: BenchmarkFixture, case: tuple[str, Market]) -> None:
    """Scipy takes from minutes to hours on the larger ones."""
    benchmark.group, posed = case
    assert benchmark(solve_left_unit, posed.face, posed.people_first) is not None


def test_cold(benchmark: BenchmarkFixture, case: tuple[str, Market]) -> None:
    benchmark.group, posed = case
    args = posed.face, posed.people_first
    optimum = benchmark.pedantic(solve_assignment, args, rounds=3, warmup_rounds=1)
    assert posed.face.certifies(optimum, posed.people_first)


@pytest.mark.parametrize("part", [0.8, 0.99])
def test_warm(benchmark: BenchmarkFixture, case: tuple[str, Market], part: float) -> None:
    benchmark.group, posed = case
    face, profit = posed.face, posed.people_first
    few = np.random.default_rng(1).random(len(face)) < part
    fewer = OptimalFace(face.lefts[few], face.rights[few], face.left, face.right)
    start = WarmStart.of(fewer, solve_assignment(fewer, profit[few]))
    optimum = benchmark.pedantic(solve_assignment, (face, profit, start), rounds=3, warmup_rounds=1)
    assert face.certifies(optimum, profit)
