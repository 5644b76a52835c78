"""Whole blocks by compiled code: the prices that scipy's assignment has, and a total that is as great."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from mentormatch import AssignmentProblem, solve
from mentormatch.assignment import (
    CostMatrix,
    DegreeBounds,
    DenseScores,
    OptimalFace,
    RemainingDegrees,
    dense_assignment,
    opening_stage,
    scalarize,
    solve_left_unit,
    sparse_assignment,
)
from mentormatch.assignment.kernels import jit as choice
from mentormatch.assignment.kernels.components import strong_components
from mentormatch.assignment.kernels.jit import use_numba
from mentormatch.assignment.optimal_face import remaining_degrees
from mentormatch.base import IntVector
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
def test_prices_and_total_are_those_of_scipys_assignment(seed: int) -> None:
    problem = drawn(seed)
    stage = opening_stage(scalarize(problem, 1 << 50))
    assert isinstance(problem.scores, DenseScores)
    block = CostMatrix.of(problem, problem.scores, stage, remaining_degrees(problem))
    expected, found = dense_assignment._solve_by_scipy(block, stage), dense_assignment._solve_by_lapjv(block)
    assert expected is not None
    totals = []
    for partner, rows, columns in (expected, found):
        taken = np.flatnonzero(partner >= 0)
        assert block.columns.hold(np.bincount(partner[taken], minlength=len(columns)))
        own = -block.cells[taken, partner[taken]]
        assert (own > 0).all()
        assert (rows[taken] + columns[partner[taken]] == own).all()
        totals.append(own.sum())
    assert totals[0] == totals[1]
    assert (found[1] == expected[1]).all()
    assert (found[2] == expected[2]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_few_slots_at_first_lead_to_the_same_duals(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "assignment", SLOT_CELLS=-1, SLOTS_A_COLUMN=0)
    problem = drawn(4 * seed)  # somebody may take several
    stage = opening_stage(scalarize(problem, 1 << 50))
    assert isinstance(problem.scores, DenseScores)
    block = CostMatrix.of(problem, problem.scores, stage, remaining_degrees(problem))
    rounds: list[int] = []

    def noted(part: CostMatrix) -> dense_assignment.PricedAssignment:
        rounds.append(len(part.column_of_slot))
        return dense_assignment._solve_by_lapjv(part)

    found, expected = dense_assignment._solve_by_slots(block, noted), dense_assignment._solve_by_lapjv(block)
    assert found is not None
    assert rounds == sorted(rounds)
    loads = np.bincount(found[0][found[0] >= 0], minlength=block.shape[1])
    assert block.columns.hold(loads)
    for one, other in zip(found[1:], expected[1:], strict=True):
        assert one.tolist() == other.tolist()


def test_pairs_are_the_same_by_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    substitute(monkeypatch, "assignment", COMPILED_FROM=0)
    taken = []

    def by_paths(block: CostMatrix) -> dense_assignment.PricedAssignment:
        taken.append(block.count)
        return by_compiled(block)

    by_compiled = dense_assignment._solve_by_lapjv
    monkeypatch.setattr(dense_assignment, "_solve_by_lapjv", by_paths)
    for seed in SEEDS:
        found = []
        for compiled in (False, True):
            substitute(monkeypatch, "assignment", use_numba=lambda _, compiled=compiled: compiled)
            found.append(solve(drawn(seed), seed=seed))
        assert found[0].pairs.tolist() == found[1].pairs.tolist()
        assert found[0].tiers == found[1].tiers
    assert len(taken) >= len(SEEDS) // 2


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_cells_are_near_by_either_way(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem, random = drawn(seed), np.random.default_rng(seed)
    assert isinstance(problem.scores, DenseScores)
    stage = opening_stage(scalarize(problem, 1 << 50))
    block = CostMatrix.of(problem, problem.scores, stage, remaining_degrees(problem))
    prices = tuple(random.integers(0, stage.range + 1, count) for count in block.shape)
    found = []
    for compiled in (False, True):
        substitute(monkeypatch, "assignment", use_numba=lambda _, compiled=compiled: compiled)
        found.append(block.columns_within((prices[0], prices[1]), stage.range // 3).tolist())
    assert found[0] == found[1]


def test_columns_that_nobody_has_are_not_gone_through_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = np.random.default_rng(0).integers(0, 1_000_000, (300_000, 2))  # squared, that would take minutes
    substitute(monkeypatch, "assignment", use_numba=lambda _: True)
    found = solve(AssignmentProblem.from_scores(scores))
    assert found.tiers[1].value == found.tiers[1].bound == scores.max(axis=0).sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_a_face_has_the_same_optimum_by_either_way(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    face, profit = faced(seed)
    found = []
    for compiled in (False, True):
        substitute(monkeypatch, "assignment", use_numba=lambda _, compiled=compiled: compiled)
        found.append(solve_left_unit(face, profit))
    expected, optimum = found
    assert (optimum is None) == (expected is None)
    if optimum is not None and expected is not None:
        assert face.certifies(optimum, profit)
        assert profit[optimum.chosen].sum() == profit[expected.chosen].sum()
        assert (optimum.left == expected.left).all()
        assert (optimum.right == expected.right).all()


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


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_are_those_that_scipy_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    count, ways = int(random.integers(1, 60)), int(random.integers(0, 120))
    tails, heads = random.integers(0, count, (2, ways))
    graph = coo_array((np.ones(ways), (tails, heads)), shape=(count, count)).tocsr()
    expected = connected_components(graph, directed=True, connection="strong")[1]
    found = strong_components(tails, heads, count)
    assert ((found[:, None] == found) == (expected[:, None] == expected)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_pairs_are_free_by_either_way(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, profit = faced(seed)
    optimum = solve_left_unit(whole, profit)
    if optimum is None:
        return
    found = []
    for compiled in (False, True):
        substitute(monkeypatch, "assignment", use_numba=lambda _, compiled=compiled: compiled)
        found.append(whole.restrict_to_optimum(optimum, profit))
    assert (found[0].lefts.tolist(), found[0].rights.tolist()) == (found[1].lefts.tolist(), found[1].rights.tolist())
    assert sorted(found[0].fixed.tolist()) == sorted(found[1].fixed.tolist())


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
