"""Pricing for the checker: the pairs of non-negative reduced profit; all others add nothing to a dual bound.

A pair of negative surplus that is not chosen adds nothing to a bound, and where the bound is reached it is settled. In
a stage of a dense problem that nothing couples nearly all pairs are of this kind, and strips of rows tell them apart.
"""

from collections.abc import Iterator

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import EXCLUDED, IntMatrix, ScanQuery, Scores, SparseScores
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.verification.reduced_costs import MAX_REDUCED_PROFIT, magnitude_bound, rows_with_duals
from mentormatch.base.columns import BoolVector, IntVector


def price_out(
    problem: AssignmentProblem,
    scores: Scores,
    prices: DualSolution,
    always: IntMatrix,
) -> tuple[IntVector, IntVector]:
    """Return the allowed pairs whose surplus in a stage is 0 or more, and those of ``always``, sorted.

    All allowed pairs, if the stage has prices that do not rest on people, or numbers beyond what is exact. Former pairs
    are among them in any case. Where scores are held, a row about both people of a pair does not rest on people either.
    """
    fit = (
        _of_people(problem, prices, grouped=not scores.stored)
        and magnitude_bound(problem, prices) <= MAX_REDUCED_PROFIT
    )
    if isinstance(scores, SparseScores) or not fit:
        return scores.pairs()
    width = scores.shape[1]
    former = np.array(problem.former, dtype=np.int64).reshape(-1, 2)
    pairs = np.concatenate([always, former])
    pairs = pairs[scores.allows(pairs[:, 0], pairs[:, 1])]
    named = np.unique(pairs[:, 0] * width + pairs[:, 1])
    mentors, mentees = np.divmod(_places(problem, scores, prices, named), max(width, 1))
    return mentors, mentees


def _of_people(problem: AssignmentProblem, prices: DualSolution, *, grouped: bool) -> bool:
    """Return whether all that a pair costs is the sum of what its two people cost; ``grouped``: group by group."""
    rows = [row for row, _ in rows_with_duals(problem, prices)]
    both = [row for row in rows if row.as_sum(problem.shape) is None]
    of_rows = not both or (grouped and all(row.as_product(problem.shape) is not None for row in both))
    return of_rows and not (any(prices.linking_duals) or prices.goal_duals)


def _places(problem: AssignmentProblem, scores: Scores, prices: DualSolution, named: IntVector) -> IntVector:
    """Return the places of pairs of a surplus of 0 or more, and those ``named``, sorted.

    A place is mentor times width plus mentee; ``named`` are sorted places of allowed pairs.
    """
    flat, mentor, mentee, score = _parts(problem, prices)
    for some, more in _groups(problem, prices):
        limits = np.where(some, -flat - mentor, -EXCLUDED)
        named = _merged(scores.above(ScanQuery(limits, mentee - more, score)), named)
    return named


def _merged(places: IntVector, more: IntVector) -> IntVector:
    """Return the places that are in one of two sorted lists, or in both, sorted; the first is the longer one mostly."""
    at = np.searchsorted(places, more)
    new = np.append(places, -1)[at] != more
    return np.insert(places, at[new], more[new]) if new.any() else places


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
