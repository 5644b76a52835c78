"""Beyond exhaustive search the engines agree with each other, and no order of rows changes a pair."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem, Row, Status, solve
from mentormatch.assignment.model.problem import DEFAULT_GOALS, GOALS, DegreeBounds
from mentormatch.assignment.model.scores import DenseScores
from tests.conftest import DEEP, some_seeds
from tests.doors import substitute
from tests.oracles.exhaustive import exhaustive
from tests.oracles.problems import larger_problem, random_problem, shuffled

seeds = st.integers(0, 2**32 - 1)
BLOCK = 100 if DEEP else 33
BLOCKS = 50 if DEEP else 1


@pytest.mark.promise(13)
@pytest.mark.promise(12)
@given(seeds, st.sampled_from([1, 3, 1_000_000]), st.sampled_from([1, 3]))
def test_both_engines_give_the_same_pairs(seed: int, values: int, most: int) -> None:
    problem = random_problem(np.random.default_rng(seed), 14, values=values, most=most)
    plain, milp = (solve(problem, seed=seed, engine=engine) for engine in ("plain", "milp"))
    assert plain.status is milp.status is Status.PROVED
    assert plain.tiers == milp.tiers
    assert plain.pairs.tolist() == milp.pairs.tolist()


@pytest.mark.promise(13)
@pytest.mark.promise(12)
@pytest.mark.parametrize("block", range(BLOCKS))
def test_both_engines_give_the_same_pairs_of_larger_problems_in_goals_of_every_kind(block: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        problem = larger_problem(np.random.default_rng(seed), 30)
        plain, milp = (solve(problem, seed=seed, engine=engine) for engine in ("plain", "milp"))
        assert plain.status is milp.status, seed
        assert (plain.tiers, plain.pairs.tolist()) == (milp.tiers, milp.pairs.tolist()), seed
        met.update([*problem.goals, str(plain.status)])
    assert met.keys() == {*GOALS, "proved", "infeasible"}


@pytest.mark.promise(12)
@given(seeds, st.sampled_from([0, 1, 2]), st.sampled_from([1, 3]), st.sampled_from(["plain", "milp"]))
def test_another_order_of_the_people_gives_the_same_pairs(seed: int, values: int, most: int, engine: str) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, 20 if engine == "plain" else 9, values=values, most=most)
    other, places = shuffled(rng, problem)
    there = solve(other, seed=seed, engine=engine).pairs
    back = sorted((int(places[0, i]), int(places[1, k])) for i, k in there)
    assert solve(problem, seed=seed, engine=engine).pairs.tolist() == [list(pair) for pair in back]


@pytest.mark.promise(13)
@given(seeds, st.sampled_from([1, 3, 1_000_000]))
def test_a_row_that_binds_nothing_changes_no_pair(seed: int, values: int) -> None:
    problem = random_problem(np.random.default_rng(seed), 12, values=values, most=2)
    rows = (
        Row("nothing", np.ones((1, 1), np.int64), most=12 * 12),
        Row("less", -np.ones((1, 1), np.int64), most=0),
    )
    coupled = solve(replace(problem, rows=rows), seed=seed, engine="milp")
    plain = solve(problem, seed=seed)
    assert (plain.engine, coupled.engine, coupled.status) == ("plain", "milp", Status.PROVED)
    assert (coupled.tiers, coupled.pairs.tolist()) == (plain.tiers, plain.pairs.tolist())


@pytest.fixture
def few_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let linear programs begin with one pair a person, so that prices must call the others in."""
    substitute(monkeypatch, "assignment", FEW_PAIRS=4, LEADING_PAIRS=1)


@pytest.mark.promise(13)
@pytest.mark.usefixtures("few_columns")
@pytest.mark.parametrize("seed", some_seeds(40))
def test_programs_that_begin_with_few_pairs_give_the_same_pairs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    problem = random_problem(rng, 12, values=int(rng.choice([2, 1_000_000])), most=2)
    plain, linear = (solve(problem, seed=seed, engine=engine) for engine in ("plain", "milp"))
    coupled = solve(replace(problem, rows=(Row("nothing", np.ones((1, 1), np.int64), least=0),)), seed=seed)
    assert plain.pairs.tolist() == linear.pairs.tolist() == coupled.pairs.tolist()
    assert plain.tiers == linear.tiers == coupled.tiers


@pytest.mark.promise(13)
@pytest.mark.usefixtures("few_columns")
@pytest.mark.parametrize("seed", some_seeds(40))
def test_rules_that_couple_pairs_equal_exhaustive_search_from_few_pairs_on(seed: int) -> None:
    rng = np.random.default_rng(seed)
    none = np.zeros(4, dtype=np.int64)
    problem = AssignmentProblem(
        DenseScores(rng.integers(-3, 9, (4, 4)), rng.random((4, 4)) < 0.9),
        DegreeBounds(none + 2, none + 3, np.ones(4, dtype=bool)),
        DegreeBounds(none, none + 2, np.zeros(4, dtype=bool)),
        (
            Row("quota", rng.integers(0, 3, (4, 4)), most=6),
            Row("some", rng.integers(0, 2, (4, 1)), least=1),
        ),
        goals=tuple(rng.permutation(DEFAULT_GOALS).tolist()),
        mentee_priority=rng.integers(0, 2, 4),
    )
    best, solution = exhaustive(problem, seed), solve(problem, seed=seed)
    assert (best is None) == (solution.status is Status.INFEASIBLE)
    if best is not None:
        assert tuple(map(tuple, solution.pairs.tolist())) == best.pairs
        assert tuple(tier.bound for tier in solution.tiers) == best.tiers


@pytest.mark.promise(12)
def test_the_seed_is_what_settles_a_tie() -> None:
    problem = AssignmentProblem.from_scores(np.zeros((6, 6), dtype=np.int64))
    found = {tuple(map(tuple, solve(problem, seed=seed).pairs.tolist())) for seed in range(20)}
    assert len(found) > 10
