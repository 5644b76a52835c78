"""Whole blocks by compiled code: the prices that scipy's assignment has, and a total that is as great."""

import sys

import numpy as np
import pytest

from mentormatch.assignment import compiling, dense
from mentormatch.assignment.block import Block
from mentormatch.assignment.compiling import compiled_for
from mentormatch.assignment.engine import solve
from mentormatch.assignment.face import open_bounds
from mentormatch.assignment.problem import AssignmentProblem, Loads
from mentormatch.assignment.scores import DenseScores
from mentormatch.assignment.settle import opening_stage
from mentormatch.assignment.stages import merged
from tests.conftest import DEEP

SEEDS = range(600 if DEEP else 60)
GOALS = (("matched", "total"), ("total",), ("matched",), ("total", "matched"))


def drawn(seed: int) -> AssignmentProblem:
    """Return a problem of few or many different scores, some of them below 0, on a square by turns."""
    random = np.random.default_rng(seed)
    n, m = random.integers(1, 25, 2)
    n = m if seed % 3 == 0 else n
    values = random.integers(-2, (4, 40, 1_000_000)[seed % 3], (n, m))
    allowed = random.random((n, m)) < random.choice([0.2, 0.6, 0.95])
    loads = Loads(np.zeros(n, dtype=np.int64), random.integers(0, 4 if seed % 4 == 0 else 2, n), np.ones(n, dtype=bool))
    ones = Loads(np.zeros(m, dtype=np.int64), random.integers(0, 2, m), np.ones(m, dtype=bool))
    return AssignmentProblem(DenseScores(values, allowed), loads, ones, goals=GOALS[seed % len(GOALS)])


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_and_total_are_those_of_scipys_assignment(seed: int) -> None:
    problem = drawn(seed)
    stage = opening_stage(merged(problem, lambda reach: reach < 1 << 50))
    assert isinstance(problem.scores, DenseScores)
    block = Block.of(problem, problem.scores, stage, open_bounds(problem))
    expected, found = dense._by_scipy(block, stage), dense._by_paths(block)
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


def test_pairs_are_the_same_by_either_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dense, "QUICKER", 0)
    taken = []

    def by_paths(block: Block) -> dense.Priced:
        taken.append(block.count)
        return by_compiled(block)

    by_compiled = dense._by_paths
    monkeypatch.setattr(dense, "_by_paths", by_paths)
    for seed in SEEDS:
        found = []
        for compiled in (False, True):
            monkeypatch.setattr(dense, "compiled_for", lambda _, compiled=compiled: compiled)
            found.append(solve(drawn(seed), seed=seed))
        assert found[0].pairs.tolist() == found[1].pairs.tolist()
        assert found[0].tiers == found[1].tiers
    assert len(taken) >= len(SEEDS) // 2


def test_compiled_code_is_used_where_it_is_loaded_or_worth_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", sys)
    assert compiled_for(1)
    monkeypatch.delitem(sys.modules, "numba")
    assert not compiled_for(1)
    assert compiled_for(compiling.LOADED)
    monkeypatch.setattr(compiling, "find_spec", lambda _: None)
    assert not compiled_for(compiling.LOADED)
