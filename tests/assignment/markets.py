"""What several tests of this folder ask of problems."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from mentormatch import AssignmentProblem, Row, Solution, Status, solve
from tests.doors import substitute


def prices(solution: Solution) -> list[tuple[list[int], list[int]]]:
    """Return the prices of each stage."""
    return [(stage.mentors.tolist(), stage.mentees.tolist()) for stage in solution.prices]


class Ticks:
    """A clock that goes on by a second whenever somebody looks at it."""

    def __init__(self) -> None:
        self.looks = count()

    def __call__(self) -> float:
        return float(next(self.looks))


def ends(problem: AssignmentProblem, monkeypatch: pytest.MonkeyPatch, kind: str | None = None) -> Iterator[Solution]:
    """Yield what a solve says that is ended at every look at the clock, up to the one that comes to its end."""
    for looks in (looks for base in count() for looks in (range(1, 60) if not base else (80 << base,))):
        with monkeypatch.context() as patched:
            substitute(patched, "assignment", monotonic=Ticks())
            found = solve(problem, time_limit_s=looks, engine=kind)
        yield found
        if found.canonical or found.status is Status.INFEASIBLE:
            return


def assert_says_what_it_proves(found: Solution, best: Solution) -> None:
    """Hold an answer against the optimum: it is proved where that is reached for sure, and nowhere else."""
    reached, optimum = ([(tier.value, tier.vector) for tier in each.tiers] for each in (found, best))
    assert found.status in {Status.PROVED, Status.FEASIBLE, Status.STOPPED, best.status}, found.notes
    if found.status is Status.FEASIBLE:
        assert found.gap != 0
        assert not all(tier.proved for tier in found.tiers)
    if found.status is Status.PROVED:
        assert reached == optimum
        assert found.gap == 0
    if found.canonical:
        assert found.pairs.tolist() == best.pairs.tolist()


def hours_market(seed: int, mentors: int, mentees: int, listed: int) -> AssignmentProblem:
    """Return a market in which mentees need 2 to 10 hours, mentors have 5 to 20 and take three at most."""
    rng = np.random.default_rng(seed)
    allowed = np.zeros((mentors, mentees), dtype=bool)
    for mentee in range(mentees):
        allowed[rng.choice(mentors, listed, replace=False), mentee] = True
    problem = AssignmentProblem.from_scores(rng.integers(0, 1_000_000, (mentors, mentees)), allowed, mentor_capacity=3)
    need, limit = rng.integers(2, 11, (1, mentees)), rng.integers(5, 21, mentors)
    rows = (Row(f"m{i}", need, None, int(limit[i]), mentor=i) for i in range(mentors))
    return replace(problem, goals=("total",), rows=tuple(rows))
