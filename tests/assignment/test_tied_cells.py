"""Where very many cells are tied, the answer, its prices and its proof are those that a list of all of them gives."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Solution, certify, solve
from mentormatch.assignment import dense_assignment, tied_cells
from mentormatch.base.arrays import IntVector
from tests.conftest import some_seeds
from tests.doors import substitute
from tests.oracles.exhaustive import exhaustive

SEEDS = some_seeds(40)
GOALS = (
    ("matched", "total"),
    ("total",),
    ("matched", "priority", "total"),
    ("total", "matched"),
    ("priority", "total"),
)


def tied(seed: int, most: int = 12) -> AssignmentProblem:
    """Return a problem of few scores, or of a part of the mentor plus a part of the mentee."""
    draw = np.random.default_rng(seed)
    n, m = draw.integers(2, most, 2)
    m = n if seed % 2 else m
    scores = draw.integers(-(seed % 3), 2 + seed % 4, (n, m))
    if seed % 5 == 0:
        scores = draw.integers(0, 9, (n, 1)) + draw.integers(0, 9, (1, m))
    allowed = draw.random((n, m)) < 0.9 if seed % 3 == 0 else None
    return AssignmentProblem.from_scores(
        scores,
        allowed,
        goals=GOALS[seed % len(GOALS)],
        mentor_priority=draw.integers(0, 3, n) if seed % 4 else None,
        mentee_priority=draw.integers(0, 3, m),
    )


@pytest.fixture
def led(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Have few tied cells of small problems settled by their hashes; return whether that led to each answer."""
    found: list[bool] = []
    original = tied_cells.solve_tied_cells

    def noted(*asked: Any) -> object:
        result = original(*asked)
        found.append(result is not None)
        return result

    monkeypatch.setattr(dense_assignment, "solve_tied_cells", noted)
    options = replace(tied_cells.TIED, min_tied_per_row=1, cells_per_row=8, strip_cells=20)
    monkeypatch.setattr(tied_cells, "TIED", options)
    return found


def both(problem: AssignmentProblem, patch: pytest.MonkeyPatch, **how: Any) -> tuple[Solution, Solution]:
    """Return the answer from all tight cells, and from few of them."""
    answers = []
    for size in (1 << 60, 0):
        substitute(patch, "assignment", TIED_MIN_CELLS=size)
        answers.append(solve(problem, **how))
    return answers[0], answers[1]


@pytest.mark.parametrize("seed", SEEDS)
def test_pairs_and_prices_are_those_of_all_tight_cells(
    seed: int, led: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = tied(seed)
    every, few = both(problem, monkeypatch, seed=seed)
    assert few.pairs.tolist() == every.pairs.tolist()
    assert (few.status, few.tiers, few.settled) == (every.status, every.tiers, every.settled)
    for one, other in zip(few.prices, every.prices, strict=True):
        assert (one.mentors.tolist(), one.mentees.tolist()) == (other.mentors.tolist(), other.mentees.tolist())
    assert certify(problem, few).verdict is certify(problem, every).verdict


@pytest.mark.parametrize("shape", [(60, 60), (40, 60), (60, 40)])
@pytest.mark.parametrize("kind", ["few scores", "two parts"])
@pytest.mark.parametrize("master", ["scipy", "paths"])
def test_few_cells_lead_to_the_answer_where_very_many_are_tied(
    shape: tuple[int, int], kind: str, master: str, led: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    if master == "paths":
        substitute(monkeypatch, "assignment", use_numba=lambda pairs: True, PATHS_MIN_PAIRS=0)
    draw = np.random.default_rng(sum(shape))
    scores = draw.integers(0, 3, shape)
    if kind == "two parts":
        scores = draw.integers(0, 9, (shape[0], 1)) + draw.integers(0, 9, (1, shape[1]))
    every, few = both(AssignmentProblem.from_scores(scores), monkeypatch)
    assert few.canonical
    assert few.pairs.tolist() == every.pairs.tolist()
    assert led == [kind == "few scores" or shape[0] == shape[1]]


@pytest.mark.parametrize("seed", some_seeds(80))
def test_of_all_answers_it_is_the_canonical_one(seed: int, led: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    problem = tied(seed, most=5)
    substitute(monkeypatch, "assignment", TIED_MIN_CELLS=0)
    best = exhaustive(problem, seed)
    assert best is not None
    assert [tuple(pair) for pair in solve(problem, seed=seed).pairs.tolist()] == list(best.pairs)


def test_rows_are_read_again_until_no_cell_of_theirs_prices_out(
    led: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    original = tied_cells.TiedCells.list_rows

    def noted(cells: tied_cells.TiedCells, rows: IntVector, limits: IntVector) -> tied_cells.ListedCells:
        asked.append(len(rows))
        return original(cells, rows, limits)

    monkeypatch.setattr(tied_cells.TiedCells, "list_rows", noted)
    problem = AssignmentProblem.from_scores(np.zeros((80, 80), dtype=np.int64))
    every, few = both(problem, monkeypatch)
    assert few.pairs.tolist() == every.pairs.tolist()
    assert led == [True]
    assert 0 < max(asked, default=0) < 80
