"""Where pairs are tied, something settles which are chosen; it is not the order of the rows, and not the engine."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from numpy.random import Generator

import mentormatch as mm
from mentormatch import AssignmentProblem, Cohort, Row, Status, solve
from mentormatch.assignment.engine import engines_by_kind
from mentormatch.assignment.engines.large import Large
from mentormatch.assignment.model.problem import GOALS
from tests.conftest import DEEP
from tests.oracles.problems import keys_of, larger_problem, shuffled
from tests.oracles.programmes import SIDES, small

pytestmark = pytest.mark.promise(12)

BLOCK = 50 if DEEP else 16
BLOCKS = 100 if DEEP else 1
"""So many blocks of problems, and as many of programmes: 10,000 permutations in all."""


def tied_problem(rng: Generator) -> AssignmentProblem:
    """Return a problem with one or two different scores; at times pairs are coupled, or two is the least."""
    problem = larger_problem(rng, int(rng.choice([6, 14])))
    n, m = problem.shape
    scores = AssignmentProblem.from_scores(rng.integers(0, rng.choice([1, 2]), (n, m)), rng.random((n, m)) < 0.8).scores
    pins = tuple(pair for pair in problem.pins if scores.allows(*(np.array([place]) for place in pair))[0])
    rows = (Row("quota", rng.integers(0, 2, (n, 1)), most=int(rng.integers(1, 5))),)
    return replace(problem, scores=scores, pins=pins, rows=rows if rng.random() < 0.4 else ())


@pytest.mark.parametrize("block", range(BLOCKS))
def test_tied_problems_have_the_same_pairs_in_any_order_and_with_any_engine(block: int) -> None:
    met: Counter[str] = Counter()
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        rng = np.random.default_rng(seed)
        problem = tied_problem(rng)
        other, _ = shuffled(rng, problem)
        first = solve(problem, seed=seed)
        for kind in (kind for kind, engine in engines_by_kind().items() if engine().supports(other)):
            again = solve(other, seed=seed, engine=kind)
            assert (again.status, again.tiers) == (first.status, first.tiers), (seed, kind)
            assert keys_of(other, again) == keys_of(problem, first), (seed, kind)
            met.update([kind, str(again.status), *problem.goals])
    held = set(engines_by_kind()) - {Large.kind}  # it takes only scores that are not held
    assert met.keys() >= {*held, Status.PROVED, *GOALS}


@pytest.mark.parametrize("block", range(BLOCKS))
def test_tied_programmes_have_the_same_pairs_in_any_order_of_the_rows(block: int) -> None:
    changed = 0
    for seed in range(block * BLOCK, (block + 1) * BLOCK):
        drawn, rng = small(seed, values=(500,)), np.random.default_rng(seed)
        mentors, mentees = (drawn.cohort.side(side) for side in SIDES)
        other = Cohort(mentors.take(rng.permutation(len(mentors))), mentees.take(rng.permutation(len(mentees))))
        first, again = (mm.match(cohort, drawn.programme, seed=seed) for cohort in (drawn.cohort, other))
        assert (again.status, again.pairs) == (first.status, first.pairs), seed
        changed += bool(first.pairs)
    assert changed
