"""What is there when the time is up at once: a choice by greed, of which every rule is kept."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentormatch.assignment.engine import solve
from mentormatch.assignment.first_choice import choose_greedily
from mentormatch.assignment.model.problem import AssignmentProblem, SideConstraint
from mentormatch.assignment.model.solution import Status
from mentormatch.assignment.pair_program import PairModel
from mentormatch.assignment.verification.feasibility import violations
from tests.assignment.test_whole_sets import hours_market
from tests.oracles.problems import problems


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


def quotas(seed: int) -> AssignmentProblem:
    """Return a market with quotas for organisations, and groups of whom some are to be served."""
    rng = np.random.default_rng(seed)
    problem = AssignmentProblem.from_scores(rng.integers(0, 1_000_000, (60, 40)), rng.random((60, 40)) < 0.3)
    giving, group = rng.integers(0, 6, 60), rng.integers(0, 4, 40)
    most = (SideConstraint(f"o{k}", (giving == k).astype(np.int64)[:, None], None, 6) for k in range(6))
    least = (SideConstraint(f"g{k}", (group == k).astype(np.int64)[None, :], 5) for k in range(4))
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
    monkeypatch.setattr("mentormatch.assignment.engine._try_relaxation", lambda *_: False)
    found = solve(problem, time_limit_s=0.002)
    assert found.status in (Status.FEASIBLE, Status.PROVED)
    assert violations(problem, found) == []
    assert len(found.pairs)
    tier = found.tiers[0]
    assert tier.bound is not None
    assert tier.value <= best.tiers[0].value <= tier.bound
