"""Few people who take many: answers, prices and ties as with a column for each place, and worths as a solver finds."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem, Status, solve
from mentormatch.assignment import transportation
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.assignment.model.scores import DenseScores, SparseScores
from mentormatch.assignment.transportation import (
    FORBIDDEN,
    TransportationProblem,
    has_few_sinks,
    minimal_duals,
    solve_transportation,
)
from mentormatch.base.arrays import IntMatrix, IntVector
from tests.conftest import some_seeds
from tests.doors import substitute

BELOW = -(10**9)


def drawn(seed: int, sinks: int = 5, items: int = 11) -> TransportationProblem:
    """Return a problem with ties, pairs that are absent or worth less than nothing, minimums and required items."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, sinks + 1)), int(rng.integers(1, items + 1))
    lowest, highest = (-5, 0)[seed % 2], int(rng.choice([2, 10, 1000]))
    worth = rng.integers(lowest, highest, (n, m))
    worth[rng.random((n, m)) < rng.choice([0, 0.3])] = FORBIDDEN
    most = rng.integers(0, m // 2 + 2, n)
    least = np.minimum(rng.integers(0, 3, n) * (rng.random() < 0.5), most)
    return TransportationProblem(worth, least, most, rng.random(m) < rng.choice([0, 0.3]))


def best(problem: TransportationProblem) -> int | None:
    """Return the greatest worth by the model of PuLP; None if there is no answer."""
    model = AssignmentProblem.from_scores(
        problem.profit,
        problem.profit > FORBIDDEN,
        mentor_capacity=problem.most,
        mentor_minimum=problem.least,
        mentee_minimum=problem.required.astype(np.int64),
        goals=("total",),
    )
    found = solve(model, engine="pulp", ties="any")
    return found.tiers[0].value if found.status is Status.PROVED else None


def hold_proof(problem: TransportationProblem, sink: IntVector) -> None:
    """Hold that an answer keeps the bounds, and that its smallest prices prove it."""
    n, m = problem.profit.shape
    load = np.bincount(sink[sink >= 0], minlength=n)
    assert (load >= problem.least).all()
    assert (load <= problem.most).all()
    assert (sink[problem.required] >= 0).all()
    start = np.where((problem.least > 0) & (load == problem.least), BELOW, 0)
    prices = minimal_duals(problem.profit, sink, start)
    own = np.where(sink < 0, 0, problem.profit[sink, np.arange(m)] - prices[sink])
    assert ((own + prices[:, None] >= problem.profit) | (problem.profit == FORBIDDEN)).all()
    assert (own[~problem.required] >= 0).all()
    assert (prices[load < problem.most] <= 0).all()
    assert (prices[load > problem.least] >= 0).all()


@pytest.mark.parametrize("seed", some_seeds(1200))
def test_the_worth_is_that_of_a_solver_and_is_proved_by_prices(seed: int) -> None:
    problem = drawn(seed)
    sink, worth = solve_transportation(problem), best(problem)
    assert (sink is None) == (worth is None)
    if sink is not None:
        placed = np.flatnonzero(sink >= 0)
        assert problem.profit[sink[placed], placed].sum() == worth
        hold_proof(problem, sink)


@pytest.mark.parametrize("seed", some_seeds(30))
def test_prices_that_begin_with_those_of_a_sample_prove_answers_of_many_items(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 12)), int(rng.integers(400, 3_000))
    worth = [
        rng.integers(0, 10**6, (n, m)),
        rng.integers(0, 3, (n, m)),
        (rng.random((n, 3)) @ rng.random((3, m)) * 10**6).astype(np.int64),
    ][seed % 3] + 10**7 * (seed % 2)
    most = rng.integers(0, 2 * m // n, n)
    problem = TransportationProblem(worth, most // 3 * (seed % 5 == 0), most, rng.random(m) < 0)
    sink = solve_transportation(problem)
    if sink is None:
        assert problem.least.sum() > m
    else:
        hold_proof(problem, sink)


def posed(seed: int) -> AssignmentProblem:
    """Return a problem on arrays whose mentors, or mentees, take many, with minimums, pins and pairs not allowed."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 4)), int(rng.integers(6, 30))
    scores: IntMatrix = rng.integers(-3, int(rng.choice([2, 50, 10**6])), (n, m))
    allowed = rng.random((n, m)) < 0.8
    most = rng.integers(0, m, n)
    least = np.minimum(rng.integers(0, 3, n), most) * (seed % 3 == 0)
    many = DegreeBounds(least, most, np.zeros(n, dtype=bool))
    one = DegreeBounds(
        (rng.random(m) < 0.1 * (seed % 2)).astype(np.int64), np.ones(m, dtype=np.int64), rng.random(m) < 0
    )
    pins = [(0, 0)] if seed % 4 == 0 and allowed[0, 0] and most[0] else []
    goals = [("matched", "total"), ("total",), ("total", "matched"), ("matched", "floor", "total")][seed % 4]
    if seed % 5 == 0:
        return AssignmentProblem(
            DenseScores(scores.T, allowed.T), one, many, pins=tuple((k, i) for i, k in pins), goals=goals
        )
    return AssignmentProblem(DenseScores(scores, allowed), many, one, pins=tuple(pins), goals=goals)


@pytest.mark.parametrize("seed", some_seeds(300))
def test_pairs_tiers_and_prices_are_those_that_a_column_for_each_place_gives(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = posed(seed)
    substitute(monkeypatch, "assignment", MAX_SINKS=0)
    copied = solve(problem, seed=seed)
    substitute(monkeypatch, "assignment", MAX_SINKS=100, SLOTS_PER_SINK=0, MIN_SLOT_CELLS=0)
    found = solve(problem, seed=seed)
    assert found.status == copied.status
    assert found.pairs.tolist() == copied.pairs.tolist()
    assert found.tiers == copied.tiers
    for ours, theirs in zip(found.prices, copied.prices, strict=True):
        assert np.array_equal(ours.mentors, theirs.mentors)
        assert np.array_equal(ours.mentees, theirs.mentees)


@pytest.mark.parametrize("seed", some_seeds(120))
def test_where_very_many_come_on_each_of_few_who_take_several_stored_pairs_give_the_same(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw = np.random.default_rng(seed)
    n, m = int(draw.integers(20, 60)), int(draw.integers(1, 5))
    allowed = draw.random((n, m)) < 0.4
    problem = AssignmentProblem.from_scores(
        draw.integers(0, 9, (n, m)), allowed, mentee_capacity=draw.integers(1, 4, m)
    )
    mentors, mentees = np.nonzero(allowed)
    stored = replace(problem, scores=SparseScores((n, m), mentors, mentees, problem.scores.at(mentors, mentees)))
    known = solve(stored, seed=seed)
    substitute(monkeypatch, "assignment", ITEMS_PER_SINK=5, use_numba=lambda _: False)
    found = solve(stored, seed=seed)
    assert (found.status, found.pairs.tolist(), found.tiers) == (known.status, known.pairs.tolist(), known.tiers)


@given(most=st.lists(st.integers(0, 400), max_size=5), items=st.integers(1, 4_000))
def test_few_are_those_who_take_many(most: list[int], items: int) -> None:
    taking = [min(each, items) for each in most if each]
    few = bool(taking) and sum(taking) >= transportation.SLOTS_PER_SINK * len(taking)
    few &= sum(taking) * items >= transportation.MIN_SLOT_CELLS
    assert has_few_sinks(np.array(most, dtype=np.int64), items) == few


def test_more_sinks_than_paths_are_quick_for_are_not_few() -> None:
    many = np.full(transportation.MAX_SINKS + 1, 1_000)
    assert not has_few_sinks(many, 10**6)
    assert has_few_sinks(many[:-1], 10**6)


def test_a_part_of_a_problem_has_its_share_of_the_places() -> None:
    problem = replace(
        drawn(3), most=np.array([10, 1, 0]), least=np.array([4, 0, 0]), profit=np.zeros((3, 8), dtype=np.int64)
    )
    part = replace(problem, required=np.zeros(8, dtype=bool)).sample(np.array([0, 5]))
    assert (part.most.tolist(), part.least.tolist(), part.profit.shape) == ([2, 1, 0], [1, 0, 0], (3, 2))
