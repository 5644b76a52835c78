"""A greedy matching (Avis 1983): one person after the other takes the best who are left.

It keeps every bound and proves little; it is for a solve whose time is up before there is any other answer.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import NO_SCORE, DenseScores, Scores, SparseScores
from mentormatch.assignment.model.solution import DualSolution, Solution, Status
from mentormatch.assignment.objective import evaluate_tiers
from mentormatch.assignment.optimal_face import fixed_pairs_feasible, pair_array, remaining_degrees
from mentormatch.base.arrays import IntMatrix, IntVector


def greedy_solution(problem: AssignmentProblem) -> Solution | None:
    """Return pairs that keep every bound, with what counting proves of them; None where greedy finds none.

    Nothing is tried where rows couple pairs, or where scores are not stored.
    """
    if problem.rows or not problem.scores.stored or not fixed_pairs_feasible(problem):
        return None
    pairs = _greedy_pairs(problem)
    loads = (np.bincount(pairs[:, side], minlength=count) for side, count in enumerate(problem.shape))
    for load, bounds in zip(loads, (problem.mentors, problem.mentees), strict=True):
        least = np.where(bounds.optional & (load == 0), 0, bounds.least)
        if (load < least).any() or (load > bounds.most).any():
            return None
    if not len(pairs):
        return None
    counted, prices = _counted_bounds(problem)
    return Solution(Status.FEASIBLE, pairs, tuple(evaluate_tiers(problem, pairs, counted)), prices=prices)


def _greedy_pairs(problem: AssignmentProblem) -> IntMatrix:
    """Return (k, 2) the pins, and what the people of the shorter side take in turn, sorted."""
    n, m = problem.shape
    sides, scores = remaining_degrees(problem), problem.scores
    swapped = m < n
    if swapped:
        sides, scores = sides[::-1], scores.flipped()
    takes, left = sides[0].most, sides[1].most.copy()
    pins = {pair[::-1] if swapped else pair for pair in problem.pins}
    # Who has a minimum comes first, then who has the most weight; a later person finds less
    own = (problem.mentee_priority if swapped else problem.mentor_priority) if "priority" in problem.goals else None
    rank = np.lexsort((np.zeros(len(takes)) if own is None else -own, -sides[0].least))
    # Pairs of a negative score only help where the number of pairs comes first
    worthless = "matched" not in problem.goals
    found = [pair_array(problem.pins)]
    for person, partners, values in _rows(scores, rank.tolist()):
        free = left[partners] > 0
        if worthless:
            free &= values >= 0
        for pinned in (other for one, other in pins if one == person) if pins else ():
            free &= partners != pinned
        partners, values = partners[free], values[free]
        count = min(int(takes[person]), len(partners))
        if count <= 0:
            continue
        best = partners[np.argpartition(-values, count - 1)[:count]]
        left[best] -= 1
        taken = np.column_stack([np.full(count, person), best])
        found.append(taken[:, ::-1] if swapped else taken)
    pairs: IntMatrix = np.concatenate(found)
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _rows(scores: Scores, order: Sequence[int]) -> Iterator[tuple[int, IntVector, IntVector]]:
    """Yield the people of the rows in an order, each with the allowed partners and their scores."""
    if isinstance(scores, DenseScores):
        everyone = np.arange(scores.shape[1])
        for person in order:
            partners = everyone if scores.allowed is None else np.flatnonzero(scores.allowed[person])
            yield person, partners, scores.values[person, partners]
    elif isinstance(scores, SparseScores):
        begins = np.searchsorted(scores.mentors, np.arange(scores.shape[0] + 1))
        for person in order:
            own = slice(begins[person], begins[person + 1])
            yield person, scores.mentees[own], scores.values[own]


def _counted_bounds(problem: AssignmentProblem) -> tuple[dict[str, int | None], tuple[DualSolution, ...]]:
    """Return bounds on the number of pairs and on the total, with the duals that prove them.

    Nobody has more than all places, each at their best score: the people of one side pay that, those of the other 0.
    """
    best = problem.scores.row_and_column_max()
    bounds, prices = dict[str, int | None](), list[DualSolution]()
    for goal in problem.goals:
        if goal not in ("matched", "total"):
            break
        paid = [np.maximum(score, 0) if goal == "total" else (score > NO_SCORE).astype(np.int64) for score in best]
        sums = [
            sum((np.maximum(loads.least, loads.most) * price).tolist())
            for loads, price in zip((problem.mentors, problem.mentees), paid, strict=True)
        ]
        side = int(sums[1] < sums[0])
        paid[1 - side] = np.zeros_like(paid[1 - side])
        bounds[goal] = sums[side]
        prices.append(DualSolution(((goal, 1),), paid[0], paid[1]))
    return bounds, tuple(prices)
