"""The worst pair under hours, minimums and quotas equals that of another solver, threshold by threshold."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from mentormatch import AssignmentProblem, Row, Status, solve
from tests.conftest import some_seeds

pytestmark = [pytest.mark.promise(13)]

GOALS = ("matched", "floor", "total")


def draw_market(seed: int) -> tuple[AssignmentProblem, NDArray[np.int64], list[LinearConstraint]]:
    """Return a problem of up to 12 x 12 people, its scores, and its rules as another solver takes them."""
    rng = np.random.default_rng(seed)
    n, m = rng.integers(3, 13, 2)
    scores = rng.integers(*[(-3, 6), (0, 50), (0, 10**6), (-(10**6), 10**6)][seed % 4], (n, m))
    places = rng.integers(1, 5, n)
    minimum = np.minimum(places, (rng.random(n) < 0.2) * 2)
    partners = rng.integers(1, 3, m)
    needs, hours = rng.integers(1, 6, (n, m)), rng.integers(3, 12, n)
    inside = rng.random((n, m)) < 0.4
    rows = [Row("few of some pairs", inside.astype(np.int64), most=int(min(n, m) // 2))] if seed % 3 else []
    problem = AssignmentProblem.from_scores(
        scores,
        mentor_capacity=places,
        mentor_minimum=minimum,
        mentee_capacity=partners,
        hours=needs,
        mentor_hours=hours,
        rows=rows,
        goals=GOALS,
    )
    own, other = np.kron(np.eye(n), np.ones(m)), np.tile(np.eye(m), n)
    rules = [
        LinearConstraint(own, minimum, places),
        LinearConstraint(other, 0, partners),
        LinearConstraint(own * needs.ravel(), 0, hours),
    ]
    if rows:
        rules.append(LinearConstraint(inside.reshape(1, -1).astype(float), 0, min(n, m) // 2))
    return problem, scores, rules


def most(worth: NDArray[np.int64], rules: list[LinearConstraint], may: NDArray[np.bool_]) -> int | None:
    """Return the greatest worth of a choice among the pairs that ``may`` be taken, None if there is no choice."""
    found = milp(
        -worth.astype(float), constraints=rules, integrality=np.ones(len(worth), np.int64), bounds=Bounds(0, may * 1.0)
    )
    return None if found.x is None else int(worth[found.x > 0.5].sum())


def best_tiers(scores: NDArray[np.int64], rules: list[LinearConstraint]) -> tuple[int, int, int] | None:
    """Return the most pairs, the best worst pair of so many, and the best total at that."""
    worth, ones, every = scores.ravel(), np.ones(scores.size, np.int64), np.ones(scores.size, bool)
    matched = most(ones, rules, every)
    if matched is None or matched == 0:
        return None if matched is None else (0, 0, 0)
    floor = next(
        int(threshold) for threshold in np.unique(worth)[::-1] if most(ones, rules, worth >= threshold) == matched
    )
    enough = LinearConstraint(ones[None, :].astype(float), matched, np.inf)
    total = most(worth, [*rules, enough], worth >= floor)
    assert total is not None
    return matched, floor, total


@pytest.mark.parametrize("seed", some_seeds(90))
def test_the_worst_pair_is_as_good_as_programs_of_each_threshold_find(seed: int) -> None:
    problem, scores, rules = draw_market(seed)
    expected, found = best_tiers(scores, rules), solve(problem)
    if expected is None:
        assert found.status is Status.INFEASIBLE
    else:
        assert found.status is Status.PROVED
        assert tuple(tier.value for tier in found.tiers) == expected


def test_rules_move_the_worst_pair_of_the_draws() -> None:
    markets = [draw_market(seed) for seed in range(8)]
    moved = [best_tiers(scores, rules) != best_tiers(scores, rules[:2]) for _, scores, rules in markets]
    assert sum(moved) > len(moved) // 2
