"""Where somebody has to stay alone in a square, few of its cells give the pairs and the prices of all."""

from dataclasses import replace

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Status, certify, solve
from mentormatch.assignment import column_generation, dense_assignment
from mentormatch.assignment.column_generation import TightColumns
from mentormatch.assignment.cost_matrix import CostMatrix
from tests.assignment.markets import prices
from tests.conftest import some_seeds

SIZES = (8, 13, 30, 61)


def made(seed: int) -> AssignmentProblem:
    """Return a problem with as many places as mentees, some of whom share their few possible mentors."""
    draw = np.random.default_rng(seed)
    size = SIZES[seed % len(SIZES)]
    capacities = draw.multinomial(size, np.full(size - seed % 3, 1 / (size - seed % 3))) if seed % 2 else np.ones(size)
    mentors = capacities[capacities > 0].astype(int)
    scores = draw.integers(0, (2, 9, 1_000_000)[seed % 3], (len(mentors), size))
    allowed = draw.random(scores.shape) < draw.choice([0.2, 0.6, 0.95])
    allowed[:, : size // 3] &= np.arange(len(mentors))[:, None] < size // 5
    return AssignmentProblem.from_scores(scores, allowed, mentor_capacity=mentors, scale=1)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Look at few cells of squares of any size; return whether these led to each optimum."""
    led: list[bool] = []
    asked: list[CostMatrix] = []
    original = dense_assignment.solve_square

    def noted(block: CostMatrix, whole: dense_assignment.SolveCostMatrix) -> TightColumns | None:
        asked.append(block)
        found = original(block, whole)
        asked.pop()
        if not asked:  # a square asks for a smaller one
            led.append(found is not None)
        return found

    options = replace(dense_assignment.DENSE, square_min_cells=16, cells_per_row=2, min_cells_per_line=2)
    for module, name, value in (
        (dense_assignment, "DENSE", options),
        (dense_assignment, "FOLDED_UP_TO", 0),
        (column_generation, "QUANTILE_RANK", 20),
    ):
        monkeypatch.setattr(module, name, value)
    monkeypatch.setattr(dense_assignment, "solve_square", noted)
    return led


@pytest.mark.parametrize("seed", some_seeds(120))
def test_few_cells_give_the_pairs_and_the_prices_of_all(
    seed: int, begun: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = solve(made(seed), engine="plain")
    monkeypatch.setattr(dense_assignment, "solve_square", lambda block, whole: None)
    expected = solve(made(seed), engine="plain")
    assert found.status is expected.status is Status.PROVED
    assert found.pairs.tolist() == expected.pairs.tolist()
    assert prices(found) == prices(expected)


def test_few_cells_are_mostly_enough(begun: list[bool]) -> None:
    for seed in range(40):
        solve(made(seed), engine="plain")
    assert sum(begun) > len(begun) / 2 > 5


def test_a_large_square_in_which_some_stay_alone_is_proved() -> None:
    draw = np.random.default_rng(1)
    scores, allowed = draw.integers(0, 1_000, (640, 640)), draw.random((640, 640)) < 0.5
    allowed[:30, 20:] = False
    assert scores.size > dense_assignment.DENSE.square_min_cells
    problem = AssignmentProblem.from_scores(scores, allowed)
    solution = solve(problem, engine="plain")
    assert len(solution.pairs) == 630
    assert certify(problem, solution).certified


def test_three_people_with_many_places_are_no_trouble(begun: list[bool]) -> None:
    scores = np.random.default_rng(2).integers(0, 9, (3, 60))
    problem = AssignmentProblem.from_scores(scores, scores > 4, mentor_capacity=np.full(3, 20))
    assert solve(problem, engine="plain").status is Status.PROVED
    assert begun
