"""No answer is called proved that is not the best, and none is called impossible that is not, at any magnitude."""

from collections.abc import Iterator
from itertools import product
from random import Random

import pytest

from mentormatch import AssignmentProblem, RequestError, Solution, Status, certify, solve
from mentormatch.results import Verdict
from tests.conftest import some_of, some_seeds
from tests.oracles.enumeration import Best, best_of
from tests.oracles.magnitudes import (
    GOALS,
    HARD_SEEDS,
    KINDS,
    TOPS,
    at_the_bound,
    draw,
    forgeries,
    game_of,
    hours_of_that_kind,
    large_hours,
)

pytestmark = [pytest.mark.promise(12), pytest.mark.promise(13)]

SEEDS_PER_CASE = 3


def judge(problem: AssignmentProblem, seed: int = 0, **options: object) -> Solution:
    """Return the solution of a problem, of which nothing is false by the trial of every answer."""
    best = best_of(game_of(problem), problem.goals, seed)
    solution = solve(problem, seed=seed, **options)  # type: ignore[arg-type]  # options of the test
    if best is None:
        assert solution.status in (Status.INFEASIBLE, Status.STOPPED), solution.notes
        return solution
    # There is an answer: not having found one is no failure of the engine, but to deny it is
    assert solution.status not in (Status.FAILED, Status.INFEASIBLE), solution.notes
    values = tuple(tier.value for tier in solution.tiers)
    if solution.status is Status.PROVED:
        assert values == best.values
        for forged in forgeries(problem, solution):
            certificate = certify(problem, forged)
            assert not certificate.certified
            assert not (certificate.backed and all(tier.bound is not None for tier in forged.tiers))
    if solution.canonical:
        assert tuple(map(tuple, solution.pairs.tolist())) == best.pairs
    assert not list(_false_bounds(solution, best))
    assert certify(problem, solution).verdict is not Verdict.REFUSED
    return solution


def _false_bounds(solution: Solution, best: Best) -> Iterator[str]:
    """Yield the goals with a bound that the best answer exceeds, up to the first goal with another value."""
    for tier, value in zip(solution.tiers, best.values, strict=False):
        exceeds = tier.bound is not None and (tier.bound > value if tier.goal == "changes" else tier.bound < value)
        if exceeds:
            yield tier.goal
        if tier.value != value:
            return


@pytest.mark.parametrize("seed", HARD_SEEDS)
def test_the_draws_that_were_once_proved_and_wrong_are_right(seed: int) -> None:
    assert judge(large_hours(seed)).status is Status.PROVED


@pytest.mark.parametrize("seed", some_seeds(200))
def test_hours_of_any_magnitude_equal_the_trial_of_every_answer(seed: int) -> None:
    assert judge(hours_of_that_kind(seed)).status in (Status.PROVED, Status.INFEASIBLE)


CASES = Random(0).sample(cases := list(product(KINDS, GOALS, TOPS)), len(cases))
"""Every kind with all goals and magnitudes, in a random order, of which the fast suite tries the first."""


@pytest.mark.parametrize(("kind", "goals", "top"), some_of(CASES, 12))
def test_rows_and_minimums_of_any_magnitude_equal_the_trial_of_every_answer(
    kind: str, goals: tuple[str, ...], top: int
) -> None:
    for seed in range(SEEDS_PER_CASE):
        judge(draw(seed, kind, goals, top), seed)
        judge(draw(seed, kind, goals, top), seed, ties="any")


@pytest.mark.parametrize(("kind", "goals"), some_of(list(product(KINDS, GOALS)), 8))
def test_the_greatest_scores_equal_the_trial_of_every_answer_and_greater_ones_are_refused(
    kind: str, goals: tuple[str, ...]
) -> None:
    for seed in range(SEEDS_PER_CASE):
        solution = judge(at_the_bound(seed, kind, goals), seed)
        assert solution.status in (Status.PROVED, Status.INFEASIBLE)
        with pytest.raises(RequestError):
            at_the_bound(seed, kind, goals, over=1)
