"""Goals of every kind, in every order, equal exhaustive search with every engine."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem, Status, solve
from mentormatch.assignment.model.problem import GOALS
from tests.oracles.problems import problems, random_problem, shuffled, with_any_goals
from tests.oracles.test_exhaustive import compare, seeds

pytestmark = [pytest.mark.promise(12), pytest.mark.promise(13)]

FAIR = [
    ("matched", "floor", "total"),
    ("matched", "floor_person", "total"),
    ("matched", "priority", "leximin"),
    ("changes", "matched", "floor", "total"),
    ("floor", "matched", "total"),
    ("leximin", "changes"),
]


@given(with_any_goals(problems(size=4, most=(1, 1))), seeds)
def test_one_to_one_equals_exhaustive_search_in_any_goals(problem: AssignmentProblem, seed: int) -> None:
    compare(problem, seed)


@given(with_any_goals(problems(size=3, most=(3, 1))), seeds)
def test_mentors_with_several_places_equal_exhaustive_search_in_any_goals(
    problem: AssignmentProblem, seed: int
) -> None:
    compare(problem, seed)


@given(with_any_goals(problems(size=3, most=(2, 2), coupled=1)), seeds)
def test_several_places_and_rows_equal_exhaustive_search_in_any_goals(problem: AssignmentProblem, seed: int) -> None:
    compare(problem, seed)


@pytest.mark.parametrize("goals", FAIR)
@pytest.mark.parametrize("values", [2, 1_000_000])
def test_fair_goals_of_five_by_five_equal_exhaustive_search(goals: tuple[str, ...], values: int) -> None:
    rng = np.random.default_rng(values)
    scores = rng.integers(-values, values + 1, (5, 5))
    problem = AssignmentProblem.from_scores(
        scores, rng.random((5, 5)) < 0.8, goals=goals, mentor_priority=rng.integers(0, 2, 5)
    )
    compare(replace(problem, former=((0, 0), (1, 3), (4, 2))), 1)


def with_former(rng: np.random.Generator, problem: AssignmentProblem) -> AssignmentProblem:
    """Return the problem with goals of every kind in some order, and former pairs."""
    n, m = problem.shape
    former = sorted({(int(rng.integers(n)), int(rng.integers(m))) for _ in range(4)})
    goals = rng.permutation(GOALS)[: rng.integers(1, len(GOALS) + 1)]
    return replace(problem, goals=tuple(goals.tolist()), former=tuple(former))


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 3, 1_000_000]), st.sampled_from([1, 3]))
def test_both_engines_give_the_same_pairs_in_any_goals(seed: int, values: int, most: int) -> None:
    rng = np.random.default_rng(seed)
    problem = with_former(rng, random_problem(rng, 9, values=values, most=most))
    plain, milp = (solve(problem, seed=seed, engine=engine) for engine in ("plain", "milp"))
    assert plain.status is milp.status is Status.PROVED
    assert (plain.tiers, plain.pairs.tolist()) == (milp.tiers, milp.pairs.tolist())


@given(st.integers(0, 2**32 - 1), st.sampled_from([0, 1, 2]), st.sampled_from(FAIR))
def test_another_order_of_the_people_gives_the_same_fair_pairs(seed: int, values: int, goals: tuple[str, ...]) -> None:
    rng = np.random.default_rng(seed)
    problem = replace(random_problem(rng, 12, values=values, most=2), goals=goals, former=((0, 0),))
    other, places = shuffled(rng, problem)
    mentor, mentee = (row.tolist().index(0) for row in places)
    there = solve(replace(other, former=((mentor, mentee),)), seed=seed).pairs
    back = sorted([int(places[0, i]), int(places[1, k])] for i, k in there)
    assert solve(problem, seed=seed).pairs.tolist() == back


def test_only_people_with_a_partner_who_has_a_place_count_in_the_worst_served() -> None:
    allowed = [[True, True, False], [False, False, True]]
    problem = AssignmentProblem.from_scores(
        [[0.9, 0.5, 0], [0, 0, 0.4]], allowed, mentor_capacity=[2, 0], goals=("matched", "floor_person", "total")
    )
    assert [tier.value for tier in solve(problem).tiers] == [2, 500_000, 1_400_000]
    compare(problem, 0)
