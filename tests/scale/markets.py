"""Cohorts and markets whose scores are held, and not held, for the tests of this folder."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np

import mentormatch as mm
from benchmarks.population import cohort_of
from mentormatch import AssignmentProblem, Cohort, Matching, Programme, Row, Rule, Solution, Status, certify, solve
from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.base.arrays import IntVector
from mentormatch.operations.instance import lazy_scores
from mentormatch.results import Verdict
from mentormatch.rules import Quota, formulate
from mentormatch.scoring.scores import score
from tests.conftest import DEEP

PROGRAMME = mm.examples.programme()


RULES = tuple(rule for rule in PROGRAMME.rules if not isinstance(rule, Quota))


SIZE = 2_000 if DEEP else 60


GOALS = ("matched", "priority", "total")


FLOORS = (("floor", "total"), ("matched", "floor", "total"), ("matched", "priority", "floor", "total"))


MARKETS = {"slack": 1.0, "tight": 0.6}
"""How many mentors there are for each mentee; they have one to three places."""


def cohort(seed: int, size: int = SIZE) -> Cohort:
    """Return a cohort of a market that is slack or tight by turns."""
    mentors = round(size * list(MARKETS.values())[seed % 2])
    return cohort_of(PROGRAMME, mentors, size, seed, capacity=1 + seed % 3)


def coarse(programme: Programme) -> Programme:
    """Return a programme of few criteria, in which many pairs score the same."""
    return programme.model_copy(update={"criteria": [each for each in programme.criteria if each.kind == "same"]})


def both(
    people: Cohort, programme: Programme, rules: Sequence[Rule], goals: Sequence[str] = GOALS
) -> tuple[AssignmentProblem, AssignmentProblem]:
    """Return the problem with its scores held, and not held."""
    held = formulate(people, score(people, programme.criteria), rules, goals)
    return held, formulate(people, lazy_scores(people, programme.criteria), rules, goals)


def needing(
    problems: tuple[AssignmentProblem, AssignmentProblem], seed: int, share: float
) -> Iterator[AssignmentProblem]:
    """Yield the problems in which a share of those who can have a partner must have one, or mentors two."""
    random, degrees = np.random.default_rng(seed), problems[0].scores.degrees
    least = [(random.random(len(degree)) < share) & (degree > 0) for degree in degrees]
    needed = [least[0] * random.integers(1, 3, len(least[0])), least[1] * (seed % 2)]
    for each in problems:
        sides = [
            DegreeBounds(np.minimum(needs, loads.most), loads.most, np.zeros(len(needs), dtype=bool))
            for needs, loads in zip(needed, (each.mentors, each.mentees), strict=True)
        ]
        yield replace(each, mentors=sides[0], mentees=sides[1])


def same(one: Solution, other: Solution) -> bool:
    """Return whether two answers are proved, reach the same and hold the same pairs."""
    values = [[(tier.goal, tier.value, tier.bound) for tier in each.tiers] for each in (one, other)]
    statuses = {one.status, other.status} == {Status.PROVED}
    return statuses and values[0] == values[1] and np.array_equal(one.pairs, other.pairs)


SEEDS = range(300 if DEEP else 4)


FEW = range(60 if DEEP else 3)


KINDS = ("disjoint", "nested", "overlapping")


BOUNDS = ("most", "least", "exactly", "between")


MANNERS = (GOALS, ("matched", "total"), ("total",), ("matched",), ("matched", "floor", "total"))


type Both = tuple[AssignmentProblem, AssignmentProblem]


def market(seed: int, size: int = 40) -> Both:
    """Return a market without quotas, tied by turns, with its scores held, and not held."""
    programme = PROGRAMME if seed % 2 else coarse(PROGRAMME)
    rules = [rule for rule in RULES if seed % 2 or rule.least_score is None]
    held, unheld = both(cohort(seed, size + seed % 20), programme, rules, MANNERS[seed % len(MANNERS)])
    return held, unheld


@cache
def free(seed: int) -> Solution:
    """Return the answer without quotas."""
    return solve(market(seed)[0], seed=seed)


def groups(kind: str, count: int, size: int, random: np.random.Generator) -> list[IntVector]:
    """Return some groups of the people of a side, 1 for who is in it."""
    if kind == "disjoint":
        part = random.integers(0, count + 1, size)
        return [(part == own).astype(np.int64) for own in range(count)]
    drawn = np.tile(random.random(size), (count, 1)) if kind == "nested" else random.random((count, size))
    return [(row < share).astype(np.int64) for row, share in zip(drawn, random.random(count), strict=True)]


def bounds(kind: str, reached: int, random: np.random.Generator) -> tuple[int | None, int | None]:
    """Return a least and a most that are near what is reached without them."""
    off = int(random.integers(0, 4))
    low = max(reached - off, 0)
    match kind:
        case "most":
            return None, low
        case "least":
            return reached + off, None
        case "exactly":
            return low, low
        case _:
            return low, low + 1


def quotas(seed: int) -> Iterator[Row]:
    """Yield one to three quotas on a side, or on both sides."""
    random, pairs, shape = np.random.default_rng(seed), free(seed).pairs, market(seed)[0].shape
    for side in ((0,), (1,), (0, 1))[seed % 3]:
        for own in groups(KINDS[seed // 3 % 3], int(random.integers(1, 4)), shape[side], random):
            ends = bounds(str(random.choice(BOUNDS)), int(own[pairs[:, side]].sum()), random)
            yield Row(f"quota of side {side}", own[:, None] if side == 0 else own[None, :], *ends)


def weighted(seed: int) -> Iterator[Row]:
    """Yield rows in which people count differently, so that whole pairs rarely reach a bound."""
    random, pairs, shape = np.random.default_rng(seed), free(seed).pairs, market(seed)[0].shape
    for side in (seed % 2, random.integers(2)):
        own = random.integers(-3, 40, shape[side])
        reached = int(own[pairs[:, side]].sum())
        yield Row("weights", own[:, None] if side == 0 else own[None, :], most=reached - int(random.integers(1, 90)))


def asked(seed: int, rows: Iterator[Row]) -> Both:
    """Return the market with rows."""
    found = tuple(rows)
    held, unheld = (replace(each, rows=found) for each in market(seed))
    return held, unheld


def agree(problems: Both, seed: int) -> tuple[Solution, Solution]:
    """Return both answers, which must be the same or both say that there is none."""
    one, other = (solve(each, seed=seed) for each in problems)
    assert other.engine == "wide"
    assert same(one, other) or one.status is other.status is Status.INFEASIBLE, (seed, one.status, other)
    return one, other


def proved(problem: AssignmentProblem, solution: Solution) -> Verdict:
    return certify(problem, solution).verdict


PROGRAMMES = {
    "untied": PROGRAMME.model_copy(update={"rules": list(RULES)}),
    "tied": coarse(PROGRAMME).model_copy(update={"rules": [rule for rule in RULES if rule.least_score is None]}),
}


def some_pairs(matching: Matching, seed: int, count: int) -> list[tuple[str, str]]:
    """Return so many pairs of people at random, those that are chosen, or could be, being among them."""
    random, (n, m) = np.random.default_rng(seed), matching.problem.shape
    ids = matching.cohort.mentors.ids, matching.cohort.mentees.ids
    drawn = [
        (ids[0][i], ids[1][k]) for i, k in zip(random.integers(0, n, count), random.integers(0, m, count), strict=True)
    ]
    mixed = [(one.mentor, other.mentee) for one, other in pairwise(matching.pairs)]
    return [*drawn, *mixed[:count], *((pair.mentor, pair.mentee) for pair in matching.pairs[:2])]


def of_both(seed: int) -> Iterator[Row]:
    """Yield one to three rows that count pairs of some mentors with some mentees."""
    random, pairs, shape = np.random.default_rng(seed), free(seed).pairs, market(seed)[0].shape
    for place in range(1 + seed % 3):
        mentors, mentees = ((random.random(count) < random.uniform(0.3, 0.8)).astype(np.int64) for count in shape)
        reached = int((mentors[pairs[:, 0]] * mentees[pairs[:, 1]]).sum())
        ends = bounds(str(random.choice(BOUNDS)), reached, random)
        yield Row(f"both {place}", mentors[:, None], *ends, factor=mentees[None, :])
