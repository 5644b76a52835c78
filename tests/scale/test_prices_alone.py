"""Each part of the check of prices is needed: unlisted markets, or files of version 1, lose their proof without it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Solution, Status, certify, solve
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.verification.certificate import StageReplay
from mentormatch.assignment.verification.claims import Claims
from mentormatch.assignment.verification.solution_set import SolutionSet
from mentormatch.results import Verdict
from tests.doors import substitute
from tests.scale.markets import FLOORS, GOALS, PROGRAMME, RULES, both, cohort

pytestmark = pytest.mark.promise(11)

type Solved = tuple[AssignmentProblem, Solution]


@cache
def unlisted() -> tuple[Solved, ...]:
    """Return proved answers of markets whose pairs are not listed: no proof can be stated of them."""
    return tuple(solve_unlisted())


def solve_unlisted() -> Iterator[Solved]:
    for goals in FLOORS:
        _, problem = both(cohort(0), PROGRAMME, RULES, goals)
        assert not Claims.can_state(problem)
        yield problem, solve(problem)


@cache
def goal_by_goal() -> tuple[Solved, ...]:
    """Return an answer with prices of each goal and no proof, as files of version 1 have it."""
    with pytest.MonkeyPatch.context() as alone:
        substitute(alone, "assignment", MAX_FLOAT64=0, MAX_SOLVER_WEIGHT=0)
        problem = AssignmentProblem.from_scores([[0, 10], [0, 0]], np.array([[True, True], [False, True]]))
        return ((problem, solve(problem, proofs="none")),)


PARTS: list[tuple[Callable[[], tuple[Solved, ...]], type, str, Callable[..., Any]]] = [
    (unlisted, StageReplay, "_refutes", lambda *_: False),
    (unlisted, StageReplay, "_replay", lambda *_: {}),
    (goal_by_goal, SolutionSet, "fix_by_reduced_profit", lambda self, *_: self),
    (goal_by_goal, SolutionSet, "_acyclic_pairs", lambda self: np.zeros(len(self.mentors), dtype=bool)),
]


@pytest.mark.parametrize(
    ("solved", "owner", "name", "without"), PARTS, ids=["a better floor", "stages", "reduced costs", "cycles"]
)
def test_without_a_part_a_proof_is_lost(
    solved: Callable[[], tuple[Solved, ...]],
    owner: type,
    name: str,
    without: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = solved()
    for problem, solution in found:
        assert solution.status is Status.PROVED
        assert not solution.proofs
        assert certify(problem, solution).certified
    monkeypatch.setattr(owner, name, without)
    assert not any(certify(problem, solution).certified for problem, solution in found)


def test_prices_that_need_all_pairs_prove_no_more_than_scans_do() -> None:
    _, problem = both(cohort(0), PROGRAMME, RULES, GOALS)
    solution, (n, m) = solve(problem), problem.shape
    matched, priority = (
        DualSolution(((goal, 1),), np.ones(n, dtype=np.int64), np.ones(m, dtype=np.int64)) for goal in GOALS[:2]
    )
    # The first stage leaves pairs open that are not listed: only its own bound is proved
    tiers = tuple(replace(tier, bound=None) for tier in solution.tiers)
    stopped = replace(solution, status=Status.FEASIBLE, tiers=tiers, prices=(matched, priority))
    certificate = certify(problem, stopped)
    assert certificate.verdict is Verdict.PARTLY
    assert [tier.certified is None for tier in certificate.tiers] == [False, True, True]
    # A stage with a row of an earlier goal is not scanned
    for_priority = replace(priority, goal_duals=(("matched", -1),))
    assert certify(problem, replace(solution, prices=(matched, for_priority))).verdict is Verdict.REFUSED


def test_prices_above_the_floor_that_are_not_scanned_prove_no_floor() -> None:
    _, problem = both(cohort(0), PROGRAMME, RULES, FLOORS[1])
    solution = solve(problem)
    floor = solution.tiers[1].value
    prices = tuple(
        replace(stage, goal_duals=(("matched", 0),)) if stage.score_threshold == floor + 1 else stage
        for stage in solution.prices
    )
    certificate = certify(problem, replace(solution, prices=prices))
    assert certificate.verdict is Verdict.PARTLY
    assert [tier.certified is None for tier in certificate.tiers] == [False, True, False]
