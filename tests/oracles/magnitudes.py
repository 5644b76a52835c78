"""Problems of any magnitude that the library accepts, small enough for every answer to be tried."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mentormatch import AssignmentProblem, Row, Solution, Status
from mentormatch.assignment.model.problem import MAX_SUM, DegreeBounds
from mentormatch.assignment.model.scores import DenseScores, SparseScores
from mentormatch.assignment.objective import evaluate_tiers
from mentormatch.results import Tier
from tests.oracles.enumeration import Game, Span, Sum

type Numbers = NDArray[np.int64]

GOALS = (
    ("matched", "floor", "total"),
    ("matched", "total"),
    ("total",),
    ("matched", "floor_person", "total"),
    ("leximin",),
    ("matched", "priority", "total"),
    ("floor", "total"),
    ("changes", "matched", "total"),
)
KINDS = ("hours", "quotas", "pairs", "heavy rows", "minimums", "several", "mixed")
TOPS = tuple(10**power for power in range(14))
"""A problem of ten people with twenty places takes no numbers above 10^13."""
HARD_SEEDS = (2, 15, 26, 27)
"""Draws whose best answer was once missed, and the answer found called proved."""


def large_hours(seed: int) -> AssignmentProblem:
    """Return five mentors who share their hours, with scores near each other and far beyond a million."""
    scores = np.random.default_rng(seed).integers(4 * 10**11, 6 * 10**11, (5, 5))
    return AssignmentProblem.from_scores(
        scores,
        mentor_capacity=[3, 0, 0, 1, 1],
        hours=[3, 4, 2, 4, 3],
        mentor_hours=[8, 2, 7, 4, 3],
        goals=("matched", "floor", "total"),
    )


def hours_of_that_kind(seed: int) -> AssignmentProblem:
    """Return a problem as ``large_hours``, with places, hours, goals and a range of scores of its own."""
    rng = np.random.default_rng([seed, 1])
    top = 10 ** int(rng.integers(9, 14))
    low = int(top * rng.choice([0.0, 0.66, 0.999]))
    return AssignmentProblem.from_scores(
        rng.integers(low, top, (5, 5)),
        mentor_capacity=rng.integers(0, 4, 5),
        hours=rng.integers(1, 6, 5),
        mentor_hours=rng.integers(2, 9, 5),
        goals=GOALS[seed % 3],
    )


def draw(seed: int, kind: str, goals: Sequence[str], top: int) -> AssignmentProblem:
    """Return a random problem of a kind, with scores up to ``top``: positive, of both signs, alike or far apart."""
    rng = np.random.default_rng([seed, KINDS.index(kind), GOALS.index(tuple(goals)), top])
    n, m = (int(count) for count in rng.integers(3, 6, 2))
    problem = AssignmentProblem.from_scores(
        _scores(rng, (n, m), top),
        rng.random((n, m)) < rng.choice([0.7, 1.0]),
        mentor_capacity=rng.integers(0, 4, n),
        mentee_capacity=rng.integers(1, 3, m) if kind == "several" and m < 5 else 1,
        mentor_priority=rng.integers(0, 2, n),
        mentee_priority=rng.integers(0, 3, m),
        goals=tuple(goals),
    )
    problem = replace(problem, rows=tuple(_rows(rng, kind, (n, m))))
    if kind in ("minimums", "mixed"):
        most = problem.mentors.most
        least = np.minimum(rng.integers(0, 4, n), most)
        problem = replace(problem, mentors=DegreeBounds(least, most, rng.random(n) < 0.8))
    pairs = np.argwhere(problem.scores.allows(*(index.ravel() for index in np.indices((n, m)))).reshape(n, m))
    former = pairs[rng.random(len(pairs)) < 0.3].tolist() if "changes" in goals else []
    return replace(problem, former=tuple((mentor, mentee) for mentor, mentee in former))


def at_the_bound(seed: int, kind: str, goals: Sequence[str], over: int = 0) -> AssignmentProblem:
    """Return a random problem of a kind with the greatest scores that are accepted, and ``over`` more.

    Each of its digits counts: scores are those of a draw up to a thousand, magnified, less a random rest.
    """
    problem, rng = draw(seed, kind, goals, 1_000), np.random.default_rng([seed, 2])
    scores = problem.scores
    assert isinstance(scores, DenseScores | SparseScores)
    most = MAX_SUM // (sum(problem.shape) + problem.max_pairs + 1)
    magnified = scores.values * (most // 1_001)
    values = magnified - np.sign(magnified) * rng.integers(0, most // 1_001, magnified.shape)
    allowed = scores.allowed if isinstance(scores, DenseScores) else None
    values.ravel()[0 if allowed is None else np.flatnonzero(allowed)[0]] = most + over
    return replace(problem, scores=replace(scores, values=values))


def _scores(rng: Generator, shape: tuple[int, int], top: int) -> Numbers:
    match rng.integers(5):
        case 0:  # alike
            return rng.integers(2 * top // 3, top + 1, shape)
        case 1:  # of both signs
            return rng.integers(-top, top + 1, shape)
        case 2:  # far apart
            return rng.integers(0, 10, shape) * rng.choice([1, max(top // 10, 1)], shape)
        case 3:  # tied but for one
            return top - (rng.random(shape) < 0.2).astype(np.int64)
    return rng.integers(0, top + 1, shape)


def _rows(rng: Generator, kind: str, shape: tuple[int, int]) -> list[Row]:
    n, m = shape
    rows = []
    if kind in ("hours", "several", "mixed"):
        need, limit = rng.integers(1, 6, (1, m)), rng.integers(2, 9, n)
        rows += [Row(f"hours {i}", need, None, int(limit[i]), mentor=i) for i in range(n)]
    if kind in ("quotas", "mixed"):
        inside = np.outer(rng.random(n) < 0.6, np.ones(m)).astype(np.int64)
        rows.append(Row("quota", inside, None, int(rng.integers(1, 4))))
    if kind in ("pairs", "mixed"):
        for place in range(2):
            rows.append(Row(f"pairs {place}", rng.integers(-1, 3, shape), None, int(rng.integers(1, 4))))
        rows.append(Row("at least", (rng.random(shape) < 0.5).astype(np.int64), 1, None))
    if kind == "heavy rows":
        size = 10 ** int(rng.integers(6, 13))
        weights = rng.integers(size // 2, size, shape)
        rows.append(Row("most", weights, None, int(weights.sum() * rng.uniform(0.05, 0.3))))
        rows.append(Row("least", weights, int(weights.min()), None))
    return rows


def game_of(problem: AssignmentProblem) -> Game:
    """Return a problem as lists of Python integers."""
    n, m = problem.shape
    where = tuple(index.ravel() for index in np.indices((n, m)))
    allowed = problem.scores.allows(*where).reshape(n, m)
    scores = np.zeros((n, m), np.int64)
    scores[allowed] = problem.scores.at(*np.nonzero(allowed))
    ones = [[1] * m for _ in range(n)]
    given = [np.zeros(count, np.int64) if own is None else own for own, count in _priorities(problem)]
    return Game(
        scores.tolist(),
        allowed.tolist(),
        _spans(problem.mentors),
        _spans(problem.mentees),
        problem.mentor_keys,
        problem.mentee_keys,
        [Sum(_weights(row, ones), row.least, row.most) for row in problem.rows],
        frozenset(problem.pins),
        (given[0][:, None] + given[1][None, :]).tolist(),
        frozenset(problem.former),
    )


def _priorities(problem: AssignmentProblem) -> list[tuple[Numbers | None, int]]:
    return list(zip((problem.mentor_priority, problem.mentee_priority), problem.shape, strict=True))


def _spans(loads: DegreeBounds) -> list[Span]:
    columns = (loads.least.tolist(), loads.most.tolist(), loads.optional.tolist())
    return [Span(*each) for each in zip(*columns, strict=True)]


def _weights(row: Row, ones: list[list[int]]) -> list[list[int]]:
    whole: list[list[int]] = np.broadcast_to(
        row.weights * (1 if row.factor is None else row.factor), np.array(ones).shape
    ).tolist()
    if row.mentor is None and row.mentee is None:
        return whole
    return [
        [weight * ((row.mentor == i) + (row.mentee == k)) for k, weight in enumerate(line)]
        for i, line in enumerate(whole)
    ]


STEPS = (-(10**6), -1, 1, 10**6)
"""By how much a forged number differs from the true one."""


def forgeries(problem: AssignmentProblem, solution: Solution) -> Iterator[Solution]:
    """Yield the false claims next to a proved answer: another value, bound or both, or a worse answer as the best."""
    tiers = solution.tiers
    for place, tier in enumerate(tiers):
        for step in STEPS:
            value, bound = tier.value + step, tier.value + step
            for forged in (Tier(tier.goal, value, tier.bound), Tier(tier.goal, value, bound)):
                yield replace(solution, tiers=(*tiers[:place], forged, *tiers[place + 1 :]))
            better = step > 0 if tier.goal == "changes" else step < 0
            if better:  # a bound that the answer itself exceeds
                forged = replace(tier, bound=bound)
                yield replace(solution, status=Status.FEASIBLE, tiers=(*tiers[:place], forged, *tiers[place + 1 :]))
    for place in range(len(solution.pairs)):
        pairs = np.delete(solution.pairs, place, axis=0)
        values = [tier.value for tier in evaluate_tiers(problem, pairs, {})]
        if values != [tier.value for tier in tiers]:
            known = dict(zip(problem.goals, values, strict=True))
            worse = tuple(evaluate_tiers(problem, pairs, known))
            for status in (Status.PROVED, Status.FEASIBLE):
                yield replace(solution, status=status, pairs=pairs, tiers=worse)
