"""A proof that leaves only ties open is a proof, and says so; "feasible" always leaves something to be had."""

from dataclasses import replace

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Row, Status, solve
from mentormatch.assignment.engine import engines_by_kind
from mentormatch.assignment.model.problem import GOALS
from tests.assignment.markets import assert_says_what_it_proves, ends
from tests.conftest import DEEP
from tests.oracles.problems import larger_problem
from tests.scale.markets import PROGRAMME, RULES, both, cohort

pytestmark = pytest.mark.promise(12)

SEEDS = range(200 if DEEP else 5)
PEOPLE = 7


def coupled(seed: int) -> AssignmentProblem:
    """Return a small problem of any goals, under two quotas."""
    rng = np.random.default_rng(seed)
    problem = larger_problem(rng, PEOPLE)
    quotas = [Row(f"q{k}", rng.integers(0, 2, (problem.shape[0], 1)), most=int(rng.integers(1, 4))) for k in range(2)]
    return replace(problem, rows=tuple(quotas))


@pytest.mark.parametrize("kind", [kind for kind in engines_by_kind() if kind != "wide"])
def test_a_solve_that_is_ended_at_any_moment_says_what_it_proves(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = set[tuple[str, bool]]()
    for seed in SEEDS:
        problem = coupled(seed) if kind == "milp" else larger_problem(np.random.default_rng(seed), PEOPLE)
        best = solve(problem)
        for found in ends(problem, monkeypatch, kind):
            assert_says_what_it_proves(found, best)
            told.add((str(found.status), found.canonical))
    assert {("proved", True), ("proved", False), ("feasible", False), ("stopped", False)} <= told


@pytest.mark.proof
@pytest.mark.parametrize(
    "goals",
    [
        ("matched", "total"),
        *(pytest.param(("matched", goal, "total"), marks=pytest.mark.proof) for goal in ("leximin", "floor")),
    ],
)
def test_so_does_one_whose_pairs_are_not_held(goals: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    for seed in range(20 if DEEP else 1):
        problem = both(cohort(seed, 25 if DEEP else 12), PROGRAMME, RULES[:2], goals)[1]
        best = solve(problem)
        for found in ends(problem, monkeypatch):
            assert_says_what_it_proves(found, best)


def test_every_goal_is_among_the_problems() -> None:
    drawn = [coupled(seed) for seed in range(12)]
    assert {goal for problem in drawn for goal in problem.goals} == set(GOALS)


def test_an_answer_that_is_proved_but_for_ties_comes_out_of_a_limit_and_of_an_interrupt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problem = AssignmentProblem.from_scores(np.ones((5, 5)))
    found = [each for each in ends(problem, monkeypatch) if each.status is Status.PROVED]
    assert [each.canonical for each in found][-1]
    assert not found[0].canonical
    assert found[0].gap == 0
