"""Ties that the hash settles in the same program as the last goal: the same pairs as in rounds of their own."""

from dataclasses import replace

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Row, solve
from mentormatch.assignment import side_constraints
from mentormatch.base.arrays import IntVector
from tests.conftest import some_of


def tied(seed: int, order: IntVector | None = None) -> AssignmentProblem:
    """Return a problem of few score levels with random rows on pairs; its people in an order."""
    draw = np.random.default_rng(seed)
    size = 12
    scores = draw.integers(0, 5, (size, size)) * 200_000
    weights = [draw.integers(0, 3, (size, size)) for _ in range(8)]
    order = np.arange(size) if order is None else order
    rows = [Row(f"row {place}", each[order], None, 5) for place, each in enumerate(weights)]
    problem = AssignmentProblem.from_scores(scores[order], goals=("total",), rows=rows)
    return replace(problem, mentor_keys=tuple(f"m{place}" for place in order.tolist()))


@pytest.mark.promise(12)
@pytest.mark.parametrize("seed", some_of(range(60), 2))
def test_ties_in_the_program_of_the_goal_are_settled_as_in_rounds(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    folded = solve(tied(seed))
    order = np.random.default_rng(seed).permutation(12)
    shuffled = solve(tied(seed, order))
    calls: list[int] = []
    monkeypatch.setattr(side_constraints, "fold_hashes", lambda *_: calls.append(seed))
    apart = solve(tied(seed))
    assert folded.canonical
    assert apart.canonical
    assert folded.pairs.tolist() == apart.pairs.tolist()
    assert [(tier.value, tier.bound) for tier in folded.tiers] == [(tier.value, tier.bound) for tier in apart.tiers]
    pairs = sorted((int(order[mentor]), mentee) for mentor, mentee in shuffled.pairs.tolist())
    assert pairs == [tuple(pair) for pair in folded.pairs.tolist()]
    assert calls  # the linear program leaves a gap
