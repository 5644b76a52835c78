"""The worst pair under hours, minimums and quotas equals that of the PuLP model."""

from dataclasses import replace

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Row, Status, solve
from tests.conftest import some_seeds

pytestmark = [pytest.mark.promise(13)]

GOALS = ("matched", "floor", "total")


def draw_market(seed: int) -> AssignmentProblem:
    """Return a problem of up to 12 x 12 people."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(3, 13, 2)
    scores = rng.integers(*[(-3, 6), (0, 50), (0, 10**6), (-(10**6), 10**6)][seed % 4], (n, m))
    places = rng.integers(1, 5, n)
    minimum = np.minimum(places, (rng.random(n) < 0.2) * 2)
    partners = rng.integers(1, 3, m)
    needs, hours = rng.integers(1, 6, (n, m)), rng.integers(3, 12, n)
    inside = rng.random((n, m)) < 0.4
    rows = [Row("few of some pairs", inside.astype(np.int64), most=int(min(n, m) // 2))] if seed % 3 else []
    return AssignmentProblem.from_scores(
        scores,
        mentor_capacity=places,
        mentor_minimum=minimum,
        mentee_capacity=partners,
        hours=needs,
        mentor_hours=hours,
        rows=rows,
        goals=GOALS,
    )


@pytest.mark.parametrize("seed", some_seeds(90))
def test_the_worst_pair_is_as_good_as_the_model_finds(seed: int) -> None:
    problem = draw_market(seed)
    expected, found = solve(problem, engine="pulp", ties="any"), solve(problem)
    assert found.status is expected.status
    assert found.status in (Status.PROVED, Status.INFEASIBLE)
    assert found.tiers == expected.tiers


def test_rules_move_the_worst_pair_of_the_draws() -> None:
    markets = [draw_market(seed) for seed in range(8)]
    moved = [solve(problem).tiers != solve(replace(problem, rows=())).tiers for problem in markets]
    assert sum(moved) > len(moved) // 2


@pytest.mark.parametrize("seed", [96, 125, 874, 1435, *some_seeds(240)])
def test_people_without_capacity_do_not_bound_the_worst_pair(seed: int) -> None:
    """Their duals may be positive although they are in no pair."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(4, 10, 2)
    scores, allowed = rng.integers(0, 30, (n, m)), rng.random((n, m)) < 0.5
    places, partners = rng.choice([0, 1, 2, 2], n), rng.choice([0, 1, 1, 2], m)
    everyone, some = (
        AssignmentProblem.from_scores(
            scores, pairs, mentor_capacity=places, mentee_capacity=partners, goals=("matched", "floor")
        )
        for pairs in (allowed, allowed & (places > 0)[:, None] & (partners > 0))
    )
    assert solve(everyone, ties="any").tiers == solve(some, ties="any").tiers
