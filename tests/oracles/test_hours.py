"""Hours of one person each, with minimums and scores of any size: every answer is tried, or a solver of PuLP asked."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.random import Generator

from mentormatch import AssignmentProblem, Row, Status, solve
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.scores import pack_scores
from tests.conftest import some_of
from tests.oracles.test_magnitudes import judge

pytestmark = [pytest.mark.promise(12), pytest.mark.promise(13)]

GOALS = (
    ("matched", "priority", "total"),
    ("total",),
    ("matched", "total"),
    ("changes", "total"),
    ("priority", "total"),
)


def draw_hours(seed: int, size: tuple[int, int], top: int) -> AssignmentProblem:
    """Return a problem whose rows each limit the hours of one mentor, or of one mentee, most of them scarce."""
    rng = np.random.default_rng([seed, *size])
    n, m = (int(rng.integers(2, most + 1)) for most in size)
    side = int(rng.random() < 0.3)
    scores = _scores(rng, (n, m), top)
    allowed = rng.random((n, m)) < rng.choice([0.6, 0.9, 1.0])
    mentors, mentees = _bounds(rng, n, 4), _bounds(rng, m, 2)
    cells = np.argwhere(allowed)
    former = cells[rng.random(len(cells)) < 0.3].tolist()
    problem = AssignmentProblem(
        pack_scores(scores, allowed),
        mentors,
        mentees,
        (),
        (tuple(cells[0].tolist()),) if len(cells) and rng.random() < 0.15 else (),
        GOALS[int(rng.integers(len(GOALS)))],
        rng.integers(0, 3, n),
        rng.integers(0, 3, m),
        former=tuple((mentor, mentee) for mentor, mentee in former),
    )
    return replace(problem, rows=tuple(_hours(rng, (n, m), side)))


def _scores(rng: Generator, shape: tuple[int, int], top: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    match rng.integers(4):
        case 0:  # alike
            return rng.integers(2 * top // 3, top + 1, shape)
        case 1:  # of both signs
            return rng.integers(-top, top + 1, shape)
        case 2:  # a few levels
            return rng.integers(0, 4, shape) * max(top // 4, 1)
    return rng.integers(0, top + 1, shape)


def _bounds(rng: Generator, count: int, most: int) -> DegreeBounds:
    """Return how many partners people take, for some with a minimum that binds always or only if they take anyone."""
    top = rng.integers(0 if most > 2 else 1, most + 1, count)
    least = np.where(rng.random(count) < rng.choice([0, 0.3]), np.minimum(rng.integers(0, 3, count), top), 0)
    return DegreeBounds(least, top, rng.random(count) < 0.6)


def _hours(rng: Generator, shape: tuple[int, int], side: int) -> list[Row]:
    """Return a limit on the hours of nearly everybody on a side: by partner, by pair, or in large numbers."""
    count, others = shape[side], shape[1 - side]
    unit, each = int(rng.choice([1, 1, 997, 10**6])), rng.random() < 0.5
    needs = rng.integers(1, 6, (count, others) if each else (1, others)) * unit + rng.integers(0, unit)
    limits = rng.integers(2, rng.choice([5, 9]), count) * unit
    rows = []
    for person in range(count):
        own = needs[person if each else 0]
        weights = own[None, :] if side == 0 else own[:, None]
        if rng.random() < 0.9:
            mentor, mentee = (person if side == owner else None for owner in (0, 1))
            rows.append(Row(f"hours {person}", weights, None, int(limits[person]), mentor, mentee))
    return rows


@pytest.mark.parametrize("seed", some_of(range(700), 15))
def test_scarce_hours_equal_the_trial_of_every_answer(seed: int) -> None:
    solution = judge(draw_hours(seed, (5, 6), 10 ** (seed % 14)), seed % 3)
    assert solution.status in (Status.PROVED, Status.INFEASIBLE)
    assert solution.canonical or solution.status is Status.INFEASIBLE


@pytest.mark.parametrize("seed", some_of(range(300), 8))
def test_scarce_hours_of_more_people_equal_the_model_of_pulp(seed: int) -> None:
    problem = draw_hours(seed, (9, 14), 10 ** (seed % 7))
    found, model = solve(problem, seed=seed), solve(problem, seed=seed, engine="pulp")
    assert (found.status, found.tiers, found.pairs.tolist()) == (model.status, model.tiers, model.pairs.tolist())
    assert found.canonical or found.status is Status.INFEASIBLE
