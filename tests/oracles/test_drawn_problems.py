"""Two thousand drawn problems, each against the trial of every answer or against ``scipy.optimize.milp``."""

import numpy as np
import pytest
from numpy.random import Generator, default_rng
from scipy.optimize import Bounds, LinearConstraint, milp

from mentormatch import AssignmentProblem, RequestError, Row, Status, solve
from tests.conftest import some_seeds
from tests.oracles.magnitudes import GOALS, KINDS, draw
from tests.oracles.test_magnitudes import judge

pytestmark = [pytest.mark.promise(12), pytest.mark.promise(13)]

LARGEST_POWER = 15
REFUSED_FROM = 13
"""A problem of ten people is refused with scores above 10 to this power, and never below."""
DRAWS_PER_SEED = 5


@pytest.mark.parametrize("seed", some_seeds(300))
def test_a_drawn_problem_equals_the_trial_of_every_answer(seed: int) -> None:
    rng = default_rng([seed, 11])
    for place in range(DRAWS_PER_SEED):
        kind, goals = rng.choice(KINDS), GOALS[rng.integers(len(GOALS))]
        power = int(rng.integers(LARGEST_POWER + 1))
        try:
            problem = draw(DRAWS_PER_SEED * seed + place, kind, goals, 10**power)
        except RequestError:
            assert power > REFUSED_FROM
            continue
        judge(problem, seed)
        judge(problem, seed, ties="any")


def couple_pairs(rng: Generator, shape: tuple[int, int]) -> list[Row]:
    """Return hours of some mentors, quotas of mentors, and rows on pairs of both signs."""
    n, m = shape
    rows = []
    if rng.random() < 0.5:
        need, limit = rng.integers(1, 5, (1, m)), rng.integers(3, 9, n)
        rows += [Row(f"hours {i}", need, None, int(limit[i]), mentor=i) for i in range(n)]
    for place in range(int(rng.integers(3))):
        rows.append(Row(f"quota {place}", (rng.random((n, 1)) < 0.4).astype(np.int64), None, int(rng.integers(1, m))))
    for place in range(int(rng.integers(3))):
        rows.append(Row(f"pairs {place}", rng.integers(-2, 4, shape), None, int(rng.integers(0, 6))))
    if rng.random() < 0.5:
        rows.append(Row("at least", (rng.random(shape) < 0.3).astype(np.int64), int(rng.integers(1, 3)), None))
    return rows


def drawn_problem(seed: int) -> AssignmentProblem:
    """Return a problem of six to twelve people a side, with capacities on both sides, some minimums and rows."""
    rng = default_rng([seed, 12])
    n, m = (int(count) for count in rng.integers(6, 13, 2))
    top = int(10 ** rng.integers(1, 7))
    most = rng.integers(1, 4, n)
    return AssignmentProblem.from_scores(
        rng.integers(-top // 4, top + 1, (n, m)),
        rng.random((n, m)) < rng.choice([0.5, 1.0]),
        mentor_capacity=most,
        mentor_minimum=np.minimum(most, rng.integers(0, 2, n) * (rng.random(n) < 0.3)),
        mentee_capacity=rng.integers(1, 3, m),
        rows=couple_pairs(rng, (n, m)) if rng.random() < 0.8 else (),
        goals=[("total",), ("matched", "total")][rng.integers(2)],
    )


def best_values(problem: AssignmentProblem) -> list[int] | None:
    """Return the value of each goal by ``scipy.optimize.milp``, goals in turn; None if there is no answer."""
    mentors, mentees = problem.scores.pairs()
    sides = (mentors, problem.mentors), (mentees, problem.mentees)
    every = [
        LinearConstraint(np.arange(len(loads.most))[:, None] == people, loads.firm_minimum, loads.most)
        for people, loads in sides
    ]
    for row in problem.rows:
        weights = row.coefficients_of(mentors, mentees, problem.shape).astype(np.float64)
        least, most = -np.inf if row.least is None else row.least, np.inf if row.most is None else row.most
        every.append(LinearConstraint(weights[None, :], least, most))
    values = []
    for goal in problem.goals:
        profit = np.ones(len(mentors)) if goal == "matched" else problem.scores.at(mentors, mentees).astype(np.float64)
        found = milp(
            -profit,
            integrality=np.ones(len(profit), np.int64),
            bounds=Bounds(0, 1),
            constraints=every,
            options={"mip_rel_gap": 0},
        )
        if found.x is None:
            return None
        values.append(round(float(profit @ np.rint(found.x))))
        every.append(LinearConstraint(profit[None, :], values[-1] - 0.5, np.inf))
    return values


@pytest.mark.parametrize("seed", some_seeds(500))
def test_a_drawn_problem_equals_scipy(seed: int) -> None:
    problem = drawn_problem(seed)
    solution, values = solve(problem, time_limit_s=60.0), best_values(problem)
    if values is None:
        assert solution.status is Status.INFEASIBLE
        return
    assert solution.status is Status.PROVED, solution.notes
    assert [tier.value for tier in solution.tiers] == values
