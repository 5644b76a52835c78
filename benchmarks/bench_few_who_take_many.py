"""Few people who take many: ``mm.solve`` as users call it, ties settled, beside ``linprog`` of scipy on the same.

``linprog`` (HiGHS, sparse rows) proves the same total, settles no ties, and its answer is not checked. Scores are drawn
alike (``uniform``), so that all want the same (``common``), or by four factors of taste. Compare within the group.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture
from scipy.optimize import linprog
from scipy.sparse import coo_array

from mentormatch import AssignmentProblem, Status, solve
from mentormatch.base.arrays import IntMatrix

SHAPES = ((1, 50_000, 1_000), (1, 20_000, 2_000), (10, 20_000, 300), (20, 4_000, 150), (100, 5_000, 50))


@cache
def scores(kind: str, mentors: int, mentees: int) -> IntMatrix:
    """Return (n, m) scores in millionths."""
    draw = np.random.default_rng(0)
    alike = draw.integers(0, 1_000_001, (mentors, mentees))
    if kind == "uniform":
        return alike
    if kind == "common":
        return (draw.random(mentees) * 700_000 + alike * 0.3).astype(np.int64)
    return (draw.random((mentors, 4)) @ draw.random((4, mentees)) * 250_000).astype(np.int64)


def ours(worth: IntMatrix, places: int) -> int:
    """Return the greatest total of all mentees who can be placed."""
    solution = solve(AssignmentProblem.from_scores(worth, mentor_capacity=places))
    assert solution.status is Status.PROVED
    return solution.tiers[1].value


def by_linprog(worth: IntMatrix, places: int) -> int:
    """Return the same by a linear program: a pair more outweighs all points."""
    n, m = worth.shape
    pair = np.arange(n * m)
    mentors, mentees = np.divmod(pair, m)
    rows = coo_array((np.ones(2 * n * m), (np.append(mentors, n + mentees), np.append(pair, pair))), (n + m, n * m))
    bonus = int(worth.max()) + 1
    most = np.append(np.full(n, places), np.ones(m))
    found = linprog(-(worth.ravel() + bonus), A_ub=rows.tocsr(), b_ub=most, bounds=(0, 1), method="highs")
    return round(-found.fun) - bonus * min(n * places, m)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: "{} x {:,}, {:,} places each".format(*shape))
@pytest.mark.parametrize("kind", ["uniform", "common", "taste"])
@pytest.mark.parametrize("method", [ours, by_linprog], ids=["solve", "linprog"])
def test_total(
    benchmark: BenchmarkFixture, method: Callable[[IntMatrix, int], int], kind: str, shape: tuple[int, int, int]
) -> None:
    mentors, mentees, places = shape
    benchmark.group = f"{mentors} x {mentees:,}, {places:,} places each, {kind}"
    worth = scores(kind, mentors, mentees)
    assert benchmark.pedantic(method, (worth, places), rounds=3) == ours(worth, places)
