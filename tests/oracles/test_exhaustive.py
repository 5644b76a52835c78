"""Every engine equals exhaustive search: in every tier, and in the canonical pairs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch import AssignmentProblem, Solution, Status, solve
from mentormatch.assignment.engine import engines_by_kind
from tests.oracles.exhaustive import Best, exhaustive
from tests.oracles.problems import problems

pytestmark = [pytest.mark.promise(12), pytest.mark.promise(13)]

seeds = st.integers(0, 3)


def agrees(solution: Solution, best: Best | None) -> bool:
    """Return whether a solution is the canonical optimum, and says so."""
    if best is None:
        return solution.status is Status.INFEASIBLE and not len(solution.pairs)
    pairs = tuple((int(i), int(k)) for i, k in solution.pairs)
    values = tuple(tier.value for tier in solution.tiers)
    return solution.status is Status.PROVED and values == best.tiers and pairs == best.pairs


def compare(problem: AssignmentProblem, seed: int) -> None:
    best = exhaustive(problem, seed)
    asked = [kind for kind, engine in engines_by_kind().items() if engine().supports(problem)]
    assert "milp" in asked
    for kind in asked:
        assert agrees(solve(problem, seed=seed, engine=kind), best), kind


@given(problems(size=6, most=(1, 1)), seeds)
def test_one_to_one_equals_exhaustive_search(problem: AssignmentProblem, seed: int) -> None:
    compare(problem, seed)


@given(problems(size=4, most=(3, 1)), seeds)
def test_mentors_with_several_places_equal_exhaustive_search(problem: AssignmentProblem, seed: int) -> None:
    compare(problem, seed)


@given(problems(size=4, most=(1, 3)), seeds)
def test_mentees_with_several_places_equal_exhaustive_search(problem: AssignmentProblem, seed: int) -> None:
    compare(problem, seed)


@given(problems(size=3, most=(3, 3)), seeds)
def test_several_places_on_both_sides_equal_exhaustive_search(problem: AssignmentProblem, seed: int) -> None:
    compare(problem, seed)


@given(problems(size=4, most=(2, 2), coupled=2), seeds)
def test_coupling_rows_equal_exhaustive_search(problem: AssignmentProblem, seed: int) -> None:
    compare(problem, seed)


@given(problems(size=6, most=(1, 1), coupled=2), seeds)
def test_coupling_rows_of_six_by_six_equal_exhaustive_search(problem: AssignmentProblem, seed: int) -> None:
    compare(problem, seed)
