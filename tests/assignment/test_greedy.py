"""An answer when time is up: greedy pairs keep every bound, and no more is said of them than is proved."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.bench_hours import of_type
from mentormatch import AssignmentProblem, Row, Solution, Status, certify, solve
from mentormatch.assignment.engine import SolveOptions
from mentormatch.assignment.greedy import choose_greedily, greedy_solution
from mentormatch.assignment.mip.dispatch import solve_in_process
from mentormatch.assignment.model.solution import better_of
from mentormatch.assignment.pair_program import PairModel
from mentormatch.assignment.side_constraints import PairSolver, relax
from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.assignment.verification.feasibility import violations
from mentormatch.results import Tier, Verdict
from tests.assignment.markets import hours_market
from tests.conftest import some_seeds
from tests.doors import substitute
from tests.oracles.problems import problems


@given(problem=problems(size=6, most=(3, 3), coupled=2, fewest=1))
def test_greedy_pairs_keep_every_bound_and_no_answer_exceeds_what_is_counted(problem: AssignmentProblem) -> None:
    found, best = greedy_solution(problem), solve(problem)
    if found is None:
        return
    assert best.status is Status.PROVED
    assert violations(problem, found) == []
    for ours, theirs in zip(found.tiers, best.tiers, strict=True):
        assert ours.bound is None or ours.bound >= theirs.value
        if ours.value != theirs.value:
            break
    certificate = certify(problem, found)
    assert certificate.verdict is not Verdict.REFUSED
    assert all(tier.supports_claim for tier in certificate.tiers)


def drawn(seed: int) -> AssignmentProblem:
    """Return a problem of any shape up to 100,000 pairs, with one place or many on each side."""
    rng = np.random.default_rng(seed)
    cells = int(10 ** rng.uniform(2, 5))
    n = int(np.exp(rng.uniform(0, np.log(cells))))
    shape = (n, max(cells // n, 1))
    scores = rng.integers(0, int(rng.choice([3, 1_000_001])), shape)
    most = [1 + rng.integers(0, other, size) * rng.integers(0, 2) for size, other in (shape, shape[::-1])]
    return AssignmentProblem.from_scores(scores, mentor_capacity=most[0], mentee_capacity=most[1])


@pytest.mark.promise(10)
@pytest.mark.parametrize("seed", some_seeds(240))
def test_a_limit_that_ends_at_once_leaves_pairs_with_a_gap_that_is_certified(seed: int) -> None:
    problem = drawn(seed)
    found = solve(problem, time_limit_s=1e-9)
    assert len(found.pairs) > 0
    assert certify(problem, found).backed
    assert found.status is Status.FEASIBLE or certify(problem, found).certified


def test_where_it_finds_none_or_rows_couple_pairs_there_is_none() -> None:
    whole = AssignmentProblem.from_scores([[3, 2], [2, 0]], [[True, True], [True, False]], scale=1)
    pinned = replace(whole, pins=((1, 0),))
    assert greedy_solution(replace(whole, pins=((1, 1),))) is None  # it is not allowed
    assert greedy_solution(AssignmentProblem.from_scores(np.zeros((0, 3)))) is None
    least = AssignmentProblem.from_scores([[3, 2], [2, 0]], [[True, True], [True, False]], mentor_minimum=1)
    assert greedy_solution(least) is None  # the first takes the best, who is the only one for the second
    assert (found := greedy_solution(pinned)) is not None
    assert found.pairs.tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize("seed", some_seeds(60))
def test_of_very_many_pairs_greed_sees_the_best_and_the_pins(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(seed)
    n, m = draw.integers(3, 40, 2).tolist()
    pin = int(draw.integers(n)), int(draw.integers(m))
    problem = AssignmentProblem.from_scores(
        draw.integers(0, 1_000, (n, m)), hours=draw.integers(1, 5, m), mentor_hours=draw.integers(4, 20, n), pins=[pin]
    )
    substitute(monkeypatch, "assignment", GREEDY_MAX_PAIRS=3 * min(n, m))
    found = greedy_solution(problem)
    assert found is not None
    assert violations(problem, found) == []
    assert list(pin) in found.pairs.tolist()


@pytest.mark.promise(10)
def test_a_limit_leaves_pairs_where_each_of_very_many_has_hours_of_their_own() -> None:
    draw = np.random.default_rng(0)
    shape = (20_000, 15)
    problem = AssignmentProblem.from_scores(
        draw.integers(0, 1_000_000, shape), hours=draw.integers(2, 11, 15), mentor_hours=draw.integers(5, 21, 20_000)
    )
    found = solve(problem, time_limit_s=0.2)
    assert len(found.pairs) == 15


@pytest.mark.promise(10)
@given(problems(5, (3, 2), coupled=3), st.integers(0, 1_000))
def test_what_greed_finds_keeps_every_rule_and_leaves_nothing_out_that_fits(
    problem: AssignmentProblem, seed: int
) -> None:
    pool = PairModel.of(problem)
    worth = np.random.default_rng(seed).integers(1, 9, len(pool))
    chosen = choose_greedily(pool, worth)
    if chosen is None:
        return
    assert pool.holds(chosen)
    assert chosen[pool.fixed_to_one].all()
    if not problem.rows and not problem.mentors.optional.any() and not problem.mentees.optional.any():
        for pair in np.flatnonzero(~chosen):
            more = chosen.copy()
            more[pair] = True
            assert not pool.holds(more)


def test_where_hours_are_scarce_somebody_moves_to_leave_room() -> None:
    problem = AssignmentProblem.from_scores([[5, 1, 1], [4, 9, 1]], mentor_capacity=3, mentee_minimum=1)
    needs = np.array([[2, 1, 2]])
    hours = tuple(Row(f"m{mentor}", needs, None, most, mentor=mentor) for mentor, most in enumerate((3, 2)))
    found = greedy_solution(replace(problem, rows=hours, goals=("total",)))
    assert found is not None  # each for itself: 0 and 1 are taken by the best, and nobody has two hours for 2
    assert found.pairs.tolist() == [[0, 0], [0, 1], [1, 2]]


@pytest.mark.parametrize("kind", ["B", "C"])
@pytest.mark.parametrize("seed", range(3))
def test_a_limit_that_ends_after_the_relaxation_gives_pairs_near_its_bound(kind: str, seed: int) -> None:
    problem = of_type(kind, 10, 100, seed)
    pool = PairModel.of(problem)
    worth = problem.scores.at(pool.mentors, pool.mentees)
    options = SolveOptions(KeyedTieBreaker(0, problem.mentor_keys, problem.mentee_keys))
    work = relax(pool, worth, worth, None, PairSolver(partial(solve_in_process, seconds=None), options))
    chosen = choose_greedily(pool, worth, work.reduced)
    assert chosen is not None
    assert work.bound is not None
    assert 1.1 * work.bound <= worth[chosen].sum() <= work.bound


def quotas(seed: int) -> AssignmentProblem:
    """Return a market with quotas for organisations, and groups of whom some are to be served."""
    rng = np.random.default_rng(seed)
    problem = AssignmentProblem.from_scores(rng.integers(0, 1_000_000, (60, 40)), rng.random((60, 40)) < 0.3)
    giving, group = rng.integers(0, 6, 60), rng.integers(0, 4, 40)
    most = (Row(f"o{k}", (giving == k).astype(np.int64)[:, None], None, 6) for k in range(6))
    least = (Row(f"g{k}", (group == k).astype(np.int64)[None, :], 5) for k in range(4))
    return replace(problem, rows=(*most, *least), goals=("total",))


@pytest.mark.promise(10)
@pytest.mark.promise(20)
@pytest.mark.parametrize("make", [quotas, lambda seed: hours_market(seed, 100, 60, 10)], ids=["quotas", "hours"])
@pytest.mark.parametrize("seed", [0, 1, 3])
def test_a_limit_that_ends_at_once_gives_pairs_that_keep_the_rules_with_a_gap(
    make: Callable[[int], AssignmentProblem], seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = make(seed)
    best = solve(problem)
    substitute(monkeypatch, "assignment", _try_relaxation=lambda *_: None)
    found = solve(problem, time_limit_s=0.002)
    assert found.status in (Status.FEASIBLE, Status.PROVED)
    assert violations(problem, found) == []
    assert len(found.pairs)
    tier = found.tiers[0]
    assert tier.bound is not None
    assert tier.value <= best.tiers[0].value <= tier.bound


def test_bounds_after_other_scores_do_not_hold_for_a_greedy_solution() -> None:
    """The number of pairs is the same, and the scores are not: the bound on the total is of other solutions."""
    pairs = np.array([[0, 0], [1, 1]])
    slow, greedy = (
        Solution(
            Status.FEASIBLE,
            pairs,
            (Tier("matched", 2, 2), Tier("leximin", 1, None, scores), Tier("total", sum(scores), bound)),
        )
        for scores, bound in (((1, 1), 2), ((1, 5), None))
    )
    better = better_of(slow, greedy)
    assert [tier.value for tier in better.tiers] == [2, 1, 6]
    assert better.tiers[-1].bound is None
