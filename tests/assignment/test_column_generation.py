"""Where few of many pairs are solved first, the answer and its prices are those of all pairs."""

from dataclasses import replace

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Status, certify, solve
from mentormatch.assignment import column_generation, dense_assignment, sparse_assignment
from mentormatch.assignment.column_generation import TightColumns
from tests.assignment.markets import prices
from tests.conftest import some_of, some_seeds
from tests.doors import substitute
from tests.oracles.problems import random_problem

VALUES = (1, 3, 1_000_000)


def begin_with_few(patch: pytest.MonkeyPatch) -> list[bool]:
    """Begin with two pairs a person in problems of any size; return whether these led to each optimum."""
    led: list[bool] = []
    original = column_generation.solve_by_columns

    def noted(many: column_generation.PricingOracle, solve: column_generation.SolveMaster) -> TightColumns | None:
        result = original(many, solve)
        led.append(result is not None)
        return result

    for module, name, value in (
        (column_generation, "INITIAL_PAIRS_PER_PERSON", 2),
        (column_generation, "QUANTILE_RANK", 20),
        (dense_assignment, "DENSE", replace(dense_assignment.DENSE, column_generation_min_cells=0)),
        (dense_assignment, "MIN_FIRST_CHOICE_SHARE", 0),
        (sparse_assignment, "MIN_PAIRS_PER_PERSON", 0),
    ):
        patch.setattr(module, name, value)
    for module in (dense_assignment, sparse_assignment):
        patch.setattr(module, "solve_by_columns", noted)
    return led


def solve_masters_by_paths(patch: pytest.MonkeyPatch) -> None:
    """Have compiled augmenting paths solve the restricted masters of problems of any size."""
    substitute(patch, "assignment", use_numba=lambda pairs: True, PATHS_MIN_PAIRS=0)


def random(seed: int) -> AssignmentProblem:
    """Return a problem of up to 30 people a side, with as many ties as the seed says."""
    return random_problem(np.random.default_rng(seed), 30, values=VALUES[seed % 3], most=1 + seed % 2)


@pytest.mark.parametrize("master", ["scipy", "paths"])
@pytest.mark.parametrize("seed", some_seeds(60))
def test_few_pairs_give_the_pairs_and_the_prices_of_all(
    seed: int, master: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = solve(random(seed), engine="plain")
    begin_with_few(monkeypatch)
    if master == "paths":
        solve_masters_by_paths(monkeypatch)
    solution = solve(random(seed), engine="plain")
    assert solution.status is expected.status is Status.PROVED
    assert solution.pairs.tolist() == expected.pairs.tolist()
    assert prices(solution) == prices(expected)


@pytest.mark.parametrize("master", ["scipy", "paths"])
def test_few_pairs_are_mostly_enough(master: str, monkeypatch: pytest.MonkeyPatch) -> None:
    led = begin_with_few(monkeypatch)
    if master == "paths":
        solve_masters_by_paths(monkeypatch)
    for seed in range(20):
        solve(random(seed), engine="plain")
    assert sum(led) > len(led) / 2


@pytest.mark.parametrize("values", some_of([2, 1_000_000]))
def test_few_pairs_of_a_large_block_are_proved_to_be_optimal(values: int) -> None:
    scores = np.random.default_rng(values).integers(0, values, (420, 420))
    assert scores.size > dense_assignment.DENSE.column_generation_min_cells
    problem = AssignmentProblem.from_scores(scores)
    assert certify(problem, solve(problem)).certified


@pytest.mark.parametrize("alike", [0, 1])
def test_few_pairs_are_tried_only_where_not_all_want_the_same(alike: int, monkeypatch: pytest.MonkeyPatch) -> None:
    scattered, draw = dense_assignment.MIN_FIRST_CHOICE_SHARE, np.random.default_rng(5)
    led = begin_with_few(monkeypatch)
    substitute(monkeypatch, "assignment", MIN_FIRST_CHOICE_SHARE=scattered, use_numba=lambda _: False)
    wanted = alike * draw.integers(0, 10_000_000, (1, 90))
    problem = AssignmentProblem.from_scores(wanted + draw.integers(0, 1_000_000, (80, 90)))
    assert certify(problem, solve(problem)).certified
    assert bool(led) is not bool(alike)


def test_people_who_must_stay_alone_are_found_among_few(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed = np.ones((40, 40), dtype=bool)
    allowed[10:, 5:] = False
    problem = AssignmentProblem.from_scores(np.random.default_rng(1).integers(0, 9, (40, 40)), allowed)
    begin_with_few(monkeypatch)
    solution = solve(problem, engine="plain")
    assert (solution.status, len(solution.pairs)) == (Status.PROVED, 15)
