"""Pricing for the checker: the pairs of non-negative reduced profit; all others add nothing to a dual bound.

A pair of negative surplus that is not chosen adds nothing to a bound, and where the bound is reached it is settled. In
a stage of a dense problem that nothing couples nearly all pairs are of this kind, and strips of rows tell them apart.
"""

from collections.abc import Iterator

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import DenseScores, IntMatrix, SparseScores
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.verification.reduced_costs import MAX_REDUCED_PROFIT, magnitude_bound, rows_with_duals
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.scale.scan.blocks import EXCLUDED, ScanQuery
from mentormatch.scale.scan.implicit_scores import ImplicitScores

CELLS = 1 << 15
"""So many numbers of 8 bytes stay in the cache of a processor."""


def price_out(
    problem: AssignmentProblem,
    scores: DenseScores | SparseScores | ImplicitScores,
    prices: DualSolution,
    always: IntMatrix,
) -> tuple[IntVector, IntVector]:
    """Return the allowed pairs whose surplus in a stage is 0 or more, and those of ``always``, sorted.

    All allowed pairs, if the stage has prices that do not rest on people, or numbers beyond what is exact. Former pairs
    are among them in any case. Where scores are held, a row about both people of a pair does not rest on people either.
    """
    grouped = isinstance(scores, ImplicitScores)
    fit = _of_people(problem, prices, grouped=grouped) and magnitude_bound(problem, prices) <= MAX_REDUCED_PROFIT
    if isinstance(scores, SparseScores) or not fit:
        return scores.pairs()
    width = scores.shape[1]
    former = np.array(problem.former, dtype=np.int64).reshape(-1, 2)
    pairs = np.concatenate([always, former])
    pairs = pairs[scores.allows(pairs[:, 0], pairs[:, 1])]
    named = np.sort(pairs[:, 0] * width + pairs[:, 1])
    mentors, mentees = np.divmod(_places(problem, scores, prices, named), max(width, 1))
    return mentors, mentees


def _of_people(problem: AssignmentProblem, prices: DualSolution, *, grouped: bool) -> bool:
    """Return whether all that a pair costs is the sum of what its two people cost; ``grouped``: group by group."""
    rows = [row for row, _ in rows_with_duals(problem, prices)]
    both = [row for row in rows if row.as_sum(problem.shape) is None]
    of_rows = not both or (grouped and all(row.as_product(problem.shape) is not None for row in both))
    return of_rows and not (any(prices.linking_duals) or prices.goal_duals)


def _places(
    problem: AssignmentProblem, scores: DenseScores | ImplicitScores, prices: DualSolution, named: IntVector
) -> IntVector:
    """Return the places of pairs of a surplus of 0 or more, and those ``named``, sorted.

    A place is mentor times width plus mentee; ``named`` are sorted places of allowed pairs.
    """
    if isinstance(scores, DenseScores):
        return np.concatenate([named[:0], *_strips(problem, scores, prices, named)])
    flat, mentor, mentee, score = _parts(problem, prices)
    for some, more in _groups(problem, prices):
        limits = np.where(some, -flat - mentor, -EXCLUDED)
        seen = scores.within(ScanQuery(limits, mentee - more, score, scores.shape[1]))
        named = np.union1d(named, seen.mentors * scores.shape[1] + seen.mentees)
    return named


def _groups(problem: AssignmentProblem, prices: DualSolution) -> Iterator[tuple[BoolVector, IntVector]]:
    """Yield mentors (n,) who count alike in the rows about both people of a pair, and what mentees cost beside them.

    Together they are all mentors, each once.
    """
    n, m = problem.shape
    times, costs = [np.zeros(n, dtype=np.int64)], [np.zeros(m, dtype=np.int64)]
    for row, price in rows_with_duals(problem, prices):
        both = None if row.as_sum(problem.shape) is not None else row.as_product(problem.shape)
        if both is not None:
            times.append(both[0])
            costs.append(price * both[1])
    known, group = np.unique(np.stack(times, axis=1), axis=0, return_inverse=True)
    for place, own in enumerate(known):
        yield group.ravel() == place, own @ np.stack(costs)


def _strips(
    problem: AssignmentProblem, scores: DenseScores, prices: DualSolution, named: IntVector
) -> Iterator[IntVector]:
    """Yield the places of pairs of a surplus of 0 or more, and those ``named``, sorted, strip by strip."""
    (n, m), (flat, mentor, mentee, score) = scores.shape, _parts(problem, prices)
    rows, columns = flat + mentor, -mentee
    step = max(CELLS // max(m, 1), 1)
    room = np.empty((min(step, n), m), dtype=np.int64)
    for start in range(0, n, step):
        strip = scores.values[start : start + step]
        worth = np.multiply(strip, score, out=room[: len(strip)]) if score != 1 else strip
        worth = np.add(worth, rows[start : start + step, None], out=room[: len(strip)])
        left = worth >= columns
        if scores.allowed is not None:
            left &= scores.allowed[start : start + step]
        first, last = np.searchsorted(named, (start * m, (start + len(strip)) * m))
        left.ravel()[named[first:last] - start * m] = True
        yield np.flatnonzero(left) + start * m


def _parts(problem: AssignmentProblem, prices: DualSolution) -> tuple[int, IntVector, IntVector, int]:
    """Return what makes up the surplus of a pair that is not a former one: flat, by mentor, by mentee, by score."""
    weights = {goal: prices.denominator * weight for goal, weight in prices.weights}
    first, score = weights.get("priority", 0), weights.get("total", 0)
    mentor, mentee = -prices.mentors, -prices.mentees
    if problem.mentor_priority is not None:
        mentor = mentor + first * problem.mentor_priority
    if problem.mentee_priority is not None:
        mentee = mentee + first * problem.mentee_priority
    for row, price in rows_with_duals(problem, prices):
        counted = row.as_sum(problem.shape)
        if counted is not None:
            mentor, mentee = mentor - price * counted[0], mentee - price * counted[1]
    return weights.get("matched", 0), mentor, mentee, score
