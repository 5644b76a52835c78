"""Dense blocks by scipy: prices that prove the pairs, and faces whose optima compiled paths share."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mentormatch import AssignmentProblem, solve
from mentormatch.assignment import dense_assignment, sparse_assignment
from mentormatch.assignment.cost_matrix import CostMatrix
from mentormatch.assignment.flow.assignment import solve_assignment
from mentormatch.assignment.kernels import jit as choice
from mentormatch.assignment.kernels.jit import use_numba
from mentormatch.assignment.lexicographic import first_stage
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.scores import DenseScores
from mentormatch.assignment.objective import scalarize
from mentormatch.assignment.optimal_face import OptimalFace, RemainingDegrees, remaining_degrees
from mentormatch.assignment.sparse_assignment import solve_left_unit
from mentormatch.base.arrays import IntVector
from tests.conftest import DEEP
from tests.doors import substitute

SEEDS = range(600 if DEEP else 30)
GOALS = (("matched", "total"), ("total",), ("matched",), ("total", "matched"))


def drawn(seed: int) -> AssignmentProblem:
    """Return a problem of few or many different scores, some of them below 0, on a square by turns."""
    random = np.random.default_rng(seed)
    n, m = random.integers(1, 25, 2)
    n = m if seed % 3 == 0 else n
    values = random.integers(-2, (4, 40, 1_000_000)[seed % 3], (n, m))
    allowed = random.random((n, m)) < random.choice([0.2, 0.6, 0.95])
    loads = DegreeBounds(
        np.zeros(n, dtype=np.int64), random.integers(0, 4 if seed % 4 == 0 else 2, n), np.ones(n, dtype=bool)
    )
    ones = DegreeBounds(np.zeros(m, dtype=np.int64), random.integers(0, 2, m), np.ones(m, dtype=bool))
    return AssignmentProblem(DenseScores(values, allowed), loads, ones, goals=GOALS[seed % len(GOALS)])


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_prove_the_pairs(seed: int) -> None:
    problem = drawn(seed)
    stage = first_stage(scalarize(problem, 1 << 50))
    assert isinstance(problem.scores, DenseScores)
    block = CostMatrix.of(problem, problem.scores, stage, remaining_degrees(problem))
    found = dense_assignment._solve_by_scipy(block, stage)
    assert found is not None
    partner, rows, columns = found
    taken = np.flatnonzero(partner >= 0)
    loads = np.bincount(partner[taken], minlength=len(columns))
    assert block.columns.contain(loads)
    assert (rows[taken] + columns[partner[taken]] == -block.cells[taken, partner[taken]]).all()
    assert (rows[:, None] + columns >= -block.cells)[:, block.columns.most > 0].all()
    assert (columns[loads < block.columns.most] == 0).all()
    assert (rows[partner < 0] == 0).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_few_slots_at_first_lead_to_the_same_duals(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "assignment", CAPACITY_SCALING_MIN_CELLS=-1, SLOTS_PER_COLUMN=0)
    problem = drawn(4 * seed)  # somebody may take several
    stage = first_stage(scalarize(problem, 1 << 50))
    assert isinstance(problem.scores, DenseScores)
    block = CostMatrix.of(problem, problem.scores, stage, remaining_degrees(problem))
    rounds: list[int] = []

    def noted(part: CostMatrix) -> dense_assignment.PrimalDualAssignment:
        rounds.append(len(part.column_of_slot))
        solved = dense_assignment._solve_by_scipy(part, stage)
        assert solved is not None
        return solved

    found, expected = dense_assignment._solve_by_slots(block, noted), dense_assignment._solve_by_scipy(block, stage)
    assert found is not None
    assert expected is not None
    assert rounds == sorted(rounds)
    loads = np.bincount(found[0][found[0] >= 0], minlength=block.shape[1])
    assert block.columns.contain(loads)
    for one, other in zip(found[1:], expected[1:], strict=True):
        assert one.tolist() == other.tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_hashes_in_the_costs_change_neither_pairs_nor_duals(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(seed)
    n, m = draw.integers(1, 30, 2)
    scores, allowed = draw.integers(1, 5, (n, m)), draw.random((n, m)) < draw.choice([0.6, 1.0])
    problem = AssignmentProblem.from_scores(scores, allowed, mentor_capacity=draw.integers(1, 4, n))
    found = solve(problem)
    substitute(monkeypatch, "assignment", FOLDED_UP_TO=0)
    assert found == solve(problem)


def test_columns_that_nobody_has_are_not_gone_through_one_by_one() -> None:
    scores = np.random.default_rng(0).integers(0, 1_000_000, (300_000, 2))  # squared, that would take minutes
    found = solve(AssignmentProblem.from_scores(scores))
    assert found.tiers[1].value == found.tiers[1].bound == scores.max(axis=0).sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_face_has_the_same_optimum_by_compiled_paths(seed: int) -> None:
    face, profit = faced(seed)
    if face.left.least.any() or face.right.least.any():
        return
    expected, optimum = solve_assignment(face, profit), solve_left_unit(face, profit)
    assert optimum is not None
    assert face.certifies(optimum, profit)
    assert profit[optimum.chosen].sum() == profit[expected.chosen].sum()


def faced(seed: int) -> tuple[OptimalFace, IntVector]:
    """Return a face of few pairs, some worth nothing or less, and what they are worth; some people have a minimum."""
    random = np.random.default_rng(seed)
    n, m = random.integers(1, 12, 2)
    lefts, rights = np.nonzero(random.random((n, m)) < random.choice([0.1, 0.4, 1.0]))
    most = np.ones(n, dtype=np.int64), random.integers(0, (2, 4)[seed % 2], m)
    degrees = np.bincount(lefts, minlength=n), np.bincount(rights, minlength=m)
    some = (0.0, 0.1)[seed % 3 == 0]
    left, right = (
        RemainingDegrees(np.where(random.random(len(top)) < some, np.minimum(top, degree), 0), top)
        for top, degree in zip(most, degrees, strict=True)
    )
    return OptimalFace(lefts, rights, left, right), random.integers(-2, (4, 1 << 20)[seed % 2], len(lefts))


def test_a_chosen_pair_worth_nothing_may_be_left_for_nobody() -> None:
    single = np.array([0, 0]), np.array([1, 1])
    face = OptimalFace(np.array([0, 1]), np.array([0, 1]), RemainingDegrees(*single), RemainingDegrees(*single))
    chosen, tight = np.array([True, True]), np.array([True, True])
    assert face.free_pairs(chosen, tight).tolist() == [True, True]
    held = replace(face, left=RemainingDegrees(np.array([1, 0]), np.array([1, 1])))
    assert held.free_pairs(chosen, tight).tolist() == [False, True]


def test_profits_near_the_limit_of_floats_have_duals_where_nobody_has_a_minimum() -> None:
    count, most = 1_500, (1 << 53) - 1
    people, single = np.arange(count), (np.zeros(count, dtype=np.int64), np.ones(count, dtype=np.int64))
    face = OptimalFace(people, people, RemainingDegrees(*single), RemainingDegrees(*single))
    found = sparse_assignment.recover_duals(face, np.where(people % 2, most, -most), (people[1::2], people[1::2]))
    assert found is not None
    assert (found.left + found.right).tolist() == np.where(people % 2, most, 0).tolist()


def test_compiled_code_is_used_where_it_is_loaded_or_worth_loading(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "numba", sys)
    assert use_numba(1)
    monkeypatch.delitem(sys.modules, "numba")
    assert not use_numba(choice.MIN_PAIRS_TO_LOAD - 1)
    # Nothing is compiled yet: neither beside the file nor in the folder that the user names
    monkeypatch.setattr(choice, "__file__", str(tmp_path / "kernels" / "jit.py"))
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert not use_numba(choice.MIN_PAIRS_TO_COMPILE - 1)
    assert use_numba(choice.MIN_PAIRS_TO_COMPILE)
    (tmp_path / "lap.assign-1.py313.nbi").touch()
    assert use_numba(choice.MIN_PAIRS_TO_LOAD)
    monkeypatch.setattr(choice, "find_spec", lambda _: None)
    assert not use_numba(choice.MIN_PAIRS_TO_COMPILE)
