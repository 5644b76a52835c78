"""Greedy pairs (Avis 1983), for a solve whose time is up before there is any other answer: they keep every rule.

Without rules that couple pairs, one person after the other takes the best who are left. With such rules, what must come
to a minimum is served first: rows by what they lack, then people; then pairs are taken as they are worth most, where no
maximum is in the way. Either may find none.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.assignment.model.scores import NO_SCORE, DenseScores, Scores, SparseScores
from mentormatch.assignment.model.solution import GREEDY, DualSolution, Solution, Status
from mentormatch.assignment.objective import evaluate_tiers
from mentormatch.assignment.optimal_face import fixed_pairs_feasible, pair_array, remaining_degrees
from mentormatch.assignment.pair_program import PairModel
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector

COUPLED_PAIRS = 1 << 18
"""So many pairs are gone through one by one in half a second."""


def greedy_solution(problem: AssignmentProblem) -> Solution | None:
    """Return pairs that keep every rule, with what counting proves of them; None where greedy finds none.

    Nothing is tried where scores are not stored, or where very many pairs are coupled.
    """
    if not problem.scores.stored or not fixed_pairs_feasible(problem):
        return None
    if problem.rows and problem.scores.count > COUPLED_PAIRS:
        return None
    pairs = _coupled_pairs(problem) if problem.rows else _uncoupled_pairs(problem)
    if pairs is None or not len(pairs):
        return None
    counted, prices = _counted_bounds(problem)
    return Solution(Status.FEASIBLE, pairs, tuple(evaluate_tiers(problem, pairs, counted)), GREEDY, prices=prices)


def _coupled_pairs(problem: AssignmentProblem) -> IntMatrix | None:
    """Return (k, 2) the pairs of a choice that keeps the rows too; None if there is none."""
    pool = PairModel.of(problem)
    worth = problem.scores.at(pool.mentors, pool.mentees)
    # Any pair counts where their number comes first
    if "matched" in problem.goals:
        worth = worth - worth.min(initial=0) + 1
    chosen = choose_greedily(pool, worth)
    return None if chosen is None else np.column_stack([pool.mentors[chosen], pool.mentees[chosen]])


def _uncoupled_pairs(problem: AssignmentProblem) -> IntMatrix | None:
    """Return (k, 2) what people take in turn; None if somebody then has fewer than they must."""
    pairs = _taken_in_turn(problem)
    loads = (np.bincount(pairs[:, side], minlength=count) for side, count in enumerate(problem.shape))
    for load, bounds in zip(loads, (problem.mentors, problem.mentees), strict=True):
        least = np.where(bounds.optional & (load == 0), 0, bounds.least)
        if (load < least).any() or (load > bounds.most).any():
            return None
    return pairs


def _taken_in_turn(problem: AssignmentProblem) -> IntMatrix:
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


def choose_greedily(pool: PairModel, worth: IntVector) -> BoolVector | None:
    """Return a choice, (e,) bool, that keeps every rule; None if greed finds none.

    ``worth`` (e,): the pairs that are worth most are tried first.
    """
    greed, best = _GreedyChoice(pool), np.argsort(-worth, kind="stable")
    for pair in np.flatnonzero(pool.fixed_to_one).tolist():
        greed.take(pair)
    greed.serve_rows(best)
    greed.serve_people(best)
    # All others that add something
    for pair in best[worth[best] > 0].tolist():
        greed.take_if_fits(pair)
    chosen = greed.without_used_too_little()
    return chosen if pool.holds(chosen) else None


class _GreedyChoice:
    """What is taken so far: ``chosen`` (e,) bool, the ``loads`` of both sides, the ``sums`` of the rows."""

    def __init__(self, pool: PairModel) -> None:
        self._pool, self._people = pool, [people.tolist() for people in pool.people()]
        self._most = [loads.most.tolist() for loads in pool.sides]
        self._rows: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row, limit in enumerate(pool.limits):
            for pair, weight in zip(limit.places.tolist(), limit.weights.tolist(), strict=True):
                self._rows[pair].append((row, weight))
        self.chosen = np.zeros(len(pool), dtype=bool)
        self.loads = [[0] * len(loads) for loads in pool.sides]
        self.sums = [0] * len(pool.limits)

    def take(self, pair: int) -> None:
        """Take a pair."""
        self.chosen[pair] = True
        for loads, people in zip(self.loads, self._people, strict=True):
            loads[people[pair]] += 1
        for row, weight in self._rows[pair]:
            self.sums[row] += weight

    def take_if_fits(self, pair: int) -> None:
        """Take a pair if nothing is in the way of it."""
        sides = zip(self.loads, self._most, self._people, strict=True)
        free = not self.chosen[pair] and all(loads[people[pair]] < most[people[pair]] for loads, most, people in sides)
        if free and all(self._row_allows(row, weight) for row, weight in self._rows[pair]):
            self.take(pair)

    def serve_rows(self, best: IntVector) -> None:
        """Take pairs until rows have their minimums, those first that come first in ``best`` (e,)."""
        rank = np.argsort(best, kind="stable")
        for row, limit in enumerate(self._pool.limits):
            serving = limit.places[limit.weights > 0]
            for pair in serving[np.argsort(rank[serving], kind="stable")].tolist():
                if limit.least is None or self.sums[row] >= limit.least:
                    break
                self.take_if_fits(pair)

    def serve_people(self, best: IntVector) -> None:
        """Take pairs until people have their minimums, those first that come first in ``best`` (e,)."""
        for side, (people, loads) in enumerate(zip(self._people, self._pool.sides, strict=True)):
            lacking = loads.firm_minimum.tolist()
            for pair in best.tolist() if any(lacking) else ():
                if self.loads[side][people[pair]] < lacking[people[pair]]:
                    self.take_if_fits(pair)

    def _row_allows(self, row: int, weight: int) -> bool:
        """Return whether a row may count so much more: it does not go beyond a bound, or further beyond it."""
        limit, then = self._pool.limits[row], self.sums[row] + weight
        above = limit.most is not None and weight > 0 and then > limit.most
        return not above and not (limit.least is not None and weight < 0 and then < limit.least)

    def without_used_too_little(self) -> BoolVector:
        """Return the choice without the pairs of people who have fewer than they take if they take any."""
        chosen = self.chosen.copy()
        for people, loads in zip(self._pool.people(), self._pool.sides, strict=True):
            taken = np.bincount(people[chosen], minlength=len(loads))
            few = loads.optional & (taken < loads.least)
            chosen &= ~few[people] | self._pool.fixed_to_one
        return chosen
