"""An answer when time is up: greedy pairs keep every bound, and no more is said of them than is proved."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from mentormatch.assignment.engine import solve
from mentormatch.assignment.greedy import greedy_solution
from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.solution import Status
from mentormatch.assignment.verification.certificate import Verdict, certify
from mentormatch.assignment.verification.feasibility import violations
from tests.conftest import some_seeds
from tests.oracles.problems import problems


@given(problem=problems(size=6, most=(3, 3), fewest=1))
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
