"""Greedy pairs (Avis 1983), for a solve whose time is up before there is any other answer: they keep every rule.

Without rules that couple pairs, one person after the other takes the best who are left. With such rules, what must come
to a minimum is served first: rows by what they lack, then people; then pairs are taken as they are worth most, where no
maximum is in the way. Either may find none. Where pairs are few and hours scarce, people are then served by regret,
what they lose if their best pair is gone, and whoever finds no place has somebody move to another (Martello & Toth
1990, 7.4).
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.rows import Row
from mentormatch.assignment.model.scores import NO_SCORE, DenseScores, Scores, SparseScores
from mentormatch.assignment.model.solution import GREEDY, DualSolution, Solution, Status
from mentormatch.assignment.objective import evaluate_tiers
from mentormatch.assignment.optimal_face import are_pins_feasible, exact_dot, pair_array, remaining_degrees
from mentormatch.assignment.pair_program import PairModel
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector

COUPLED_PAIRS, REGRET_PAIRS = 1 << 16, 1 << 14
"""So many pairs are gone through one by one in an eighth of a second; so many are gone through again, by regret."""
STEP = 1 << 10
"""After so many pairs, and each time twice as many, those that nothing can make room for are left out."""


def greedy_solution(problem: AssignmentProblem) -> Solution | None:
    """Return pairs that keep every rule, with what counting proves of them; None where greedy finds none.

    Nothing is tried where scores are not stored. Where very many pairs are coupled, greed sees the best alone.
    """
    if not problem.scores.stored or not are_pins_feasible(problem):
        return None
    pairs = _choose_with_rows(problem) if problem.rows else _choose_without_rows(problem)
    if pairs is None or not len(pairs):
        return None
    counted, prices = _trivial_bounds(problem)
    return Solution(Status.FEASIBLE, pairs, tuple(evaluate_tiers(problem, pairs, counted)), GREEDY, prices=prices)


def _choose_with_rows(problem: AssignmentProblem) -> IntMatrix | None:
    """Return (k, 2) the pairs of a choice that keeps the rows too; None if there is none."""
    pairs = _best_pairs(problem)
    # Rows that hold whatever is chosen are in nobody's way
    pool = PairModel.of(problem, pairs, binding_rows(problem, *pairs))
    worth = problem.scores.at(pool.mentors, pool.mentees)
    # Any pair counts where their number comes first
    if "matched" in problem.goals:
        worth = worth - worth.min(initial=0) + 1
    chosen = choose_greedily(pool, worth)
    return None if chosen is None else np.column_stack([pool.mentors[chosen], pool.mentees[chosen]])


def _best_pairs(problem: AssignmentProblem) -> tuple[IntVector, IntVector]:
    """Return no more pairs than greed goes through, in their order: the best of each person of the shorter side."""
    if problem.scores.count <= COUPLED_PAIRS:
        return problem.scores.pairs()
    n, m = problem.shape
    scores, each = problem.scores.swap_sides() if m < n else problem.scores, max(COUPLED_PAIRS // min(n, m), 1)
    pins = pair_array(problem.pins)
    found = [pins[:, 0] * m + pins[:, 1]]
    for person, partners, values in _rows(scores, range(min(n, m))):
        best = _leading(values, np.ones(len(values), dtype=bool), each)
        best = best if partners is None else partners[best]
        found.append(best * m + person if m < n else person * m + best)
    mentors, mentees = np.divmod(np.unique(np.concatenate(found)), m)
    return mentors, mentees


def _choose_without_rows(problem: AssignmentProblem) -> IntMatrix | None:
    """Return (k, 2) what people take in turn; None if somebody then has fewer than they must."""
    pairs = _take_in_turn(problem)
    loads = (np.bincount(pairs[:, side], minlength=count) for side, count in enumerate(problem.shape))
    for load, bounds in zip(loads, (problem.mentors, problem.mentees), strict=True):
        least = np.where(bounds.optional & (load == 0), 0, bounds.least) if bounds.optional.any() else bounds.least
        if (load < least).any() or (load > bounds.most).any():
            return None
    return pairs


def _take_in_turn(problem: AssignmentProblem) -> IntMatrix:
    """Return (k, 2) the pins, and what the people of the shorter side take in turn, sorted."""
    n, m = problem.shape
    sides, scores = remaining_degrees(problem), problem.scores
    swapped = m < n
    if swapped:
        sides, scores = sides[::-1], scores.swap_sides()
    takes, left = sides[0].most, sides[1].most.copy()
    pins = {pair[::-1] if swapped else pair for pair in problem.pins}
    # Who has a minimum comes first, then who has the most weight; a later person finds less
    own = (problem.mentee_priority if swapped else problem.mentor_priority) if "priority" in problem.goals else None
    rank = np.lexsort((np.zeros(len(takes)) if own is None else -own, -sides[0].least))
    # Pairs of a negative score only help where the number of pairs comes first
    worthless = "matched" not in problem.goals and scores.extremes[0] < 0
    pinned = pair_array(problem.pins)
    found = [pinned[:, 0] * m + pinned[:, 1]]
    for person, partners, values in _rows(scores, rank.tolist()):
        free = (left if partners is None else left[partners]) > 0
        if worthless:
            free &= values >= 0
        for other in (other for one, other in pins if one == person) if pins else ():
            free[slice(other, other + 1) if partners is None else partners == other] = False
        best = _leading(values, free, int(takes[person]))
        best = best if partners is None else partners[best]
        left[best] -= 1
        found.append(best * m + person if swapped else person * m + best)
    return np.column_stack(np.divmod(np.sort(np.concatenate(found)), max(m, 1)))


def _leading(values: IntVector, among: BoolVector, count: int) -> IntVector:
    """Return the places of the ``count`` greatest values among some, all of these where there are not so many."""
    # Of millions, nothing is made anew where all are among them
    places = None if among.all() else np.flatnonzero(among)
    some = values if places is None else values[places]
    if 0 < count < len(some):
        best = np.argpartition(-some, count - 1)[:count]
    else:
        best = np.arange(len(some) if count > 0 else 0)
    return best if places is None else places[best]


def _rows(scores: Scores, order: Sequence[int]) -> Iterator[tuple[int, IntVector | None, IntVector]]:
    """Yield the people of the rows in an order, each with the allowed partners, None for all, and their scores."""
    if isinstance(scores, DenseScores):
        for person in order:
            partners = None if scores.allowed is None else np.flatnonzero(scores.allowed[person])
            yield person, partners, scores.values[person] if partners is None else scores.values[person, partners]
    elif isinstance(scores, SparseScores):
        begins = np.searchsorted(scores.mentors, np.arange(scores.shape[0] + 1))
        for person in order:
            own = slice(begins[person], begins[person + 1])
            yield person, scores.mentees[own], scores.values[own]


def _trivial_bounds(problem: AssignmentProblem) -> tuple[dict[str, int | None], tuple[DualSolution, ...]]:
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
            exact_dot(price, loads.most if (loads.least <= loads.most).all() else np.maximum(loads.least, loads.most))
            for loads, price in zip((problem.mentors, problem.mentees), paid, strict=True)
        ]
        side = int(sums[1] < sums[0])
        paid[1 - side] = np.zeros(problem.shape[1 - side], dtype=np.int64)
        bounds[goal] = sums[side]
        prices.append(DualSolution(((goal, 1),), paid[0], paid[1]))
    return bounds, tuple(prices)


def choose_greedily(pool: PairModel, worth: IntVector, guide: IntVector | None = None) -> BoolVector | None:
    """Return a choice, (e,) bool, that keeps every rule; None if greed finds none.

    The pairs that are first in ``guide`` (e,), such as reduced profits, are tried first: without it, those that are
    worth most. Beyond what people and rows must have, pairs are taken that add to ``worth`` (e,).
    """
    guide = worth if guide is None else guide
    for by_regret in (False, True) if len(pool) <= REGRET_PAIRS else (False,):
        greed, best = _GreedyChoice(pool), np.argsort(-guide, kind="stable")
        for pair in np.flatnonzero(pool.fixed_to_one).tolist():
            greed.take(pair)
        greed.serve_rows(best)
        for side in range(2):
            order = _order_by_regret(guide, pool.people()[side]) if by_regret else best
            greed.serve_people(side, order)
            if by_regret:
                greed.make_room(side, order)
        # All others that add something
        greed.take_all_that_fit(best[worth[best] > 0])
        chosen = greed.without_used_too_little()
        if pool.holds(chosen):
            return chosen
    return None


def _order_by_regret(guide: IntVector, people: IntVector) -> IntVector:
    """Return (e,) the pairs of ``people`` (e,), those first who have the largest gap between their two best pairs."""
    order = np.lexsort((-guide, people))
    owners, first = np.unique(people[order], return_index=True)
    second = np.minimum(first + 1, len(order) - 1)
    alone = people[order[second]] != owners
    regret = np.where(alone, np.inf, (guide[order[first]] - guide[order[second]]).astype(np.float64))
    return np.lexsort((-guide, -regret[np.searchsorted(owners, people)]))


class _RowsByPair:
    """What each pair counts in which rows, those of a pair side by side."""

    def __init__(self, pool: PairModel) -> None:
        none, limits = [np.zeros(0, dtype=np.int64)], pool.limits
        places = np.concatenate([*none, *(limit.places for limit in limits)])
        rows = np.repeat(np.arange(len(limits)), [len(limit.places) for limit in limits])
        order = np.argsort(places, kind="stable")
        self._pairs, self._rows = places[order], rows[order]
        self._weights = np.concatenate([*none, *(limit.weights for limit in limits)])[order]
        self._terms = list(zip(self._rows.tolist(), self._weights.tolist(), strict=True))
        self._starts = np.searchsorted(self._pairs, np.arange(len(pool) + 1)).tolist()
        self._most = np.array([NO_BOUND if limit.most is None else limit.most for limit in limits], dtype=np.int64)
        # A row in which some pairs count less than nothing may come down again
        self._most[self._rows[self._weights < 0]] = NO_BOUND

    def of(self, pair: int) -> list[tuple[int, int]]:
        """Return the rows in which a pair counts, each with how much."""
        return self._terms[self._starts[pair] : self._starts[pair + 1]]

    def exceed(self, sums: IntVector) -> BoolVector:
        """Return the pairs, (e,) bool, with which a row that only fills up would exceed its maximum, given the sums."""
        found = np.zeros(len(self._starts) - 1, dtype=bool)
        found[self._pairs[sums[self._rows] + self._weights > self._most[self._rows]]] = True
        return found


class _GreedyChoice:
    """What is taken so far: ``chosen`` (e,) bool, the ``loads`` of both sides, the ``sums`` of the rows."""

    def __init__(self, pool: PairModel) -> None:
        self._pool, self._people = pool, [people.tolist() for people in pool.people()]
        self._most = [loads.most.tolist() for loads in pool.sides]
        self._rows = _RowsByPair(pool)
        self._lowest = [-NO_BOUND if limit.least is None else limit.least for limit in pool.limits]
        self._highest = [NO_BOUND if limit.most is None else limit.most for limit in pool.limits]
        self.chosen = np.zeros(len(pool), dtype=bool)
        self.loads = [[0] * len(loads) for loads in pool.sides]
        self.sums = [0] * len(pool.limits)

    def take(self, pair: int) -> None:
        """Take a pair."""
        self.chosen[pair] = True
        self.loads[0][self._people[0][pair]] += 1
        self.loads[1][self._people[1][pair]] += 1
        for row, weight in self._rows.of(pair):
            self.sums[row] += weight

    def drop(self, pair: int) -> None:
        """Drop a pair that was taken."""
        self.chosen[pair] = False
        for loads, people in zip(self.loads, self._people, strict=True):
            loads[people[pair]] -= 1
        for row, weight in self._rows.of(pair):
            self.sums[row] -= weight

    def take_if_fits(self, pair: int) -> bool:
        """Take a pair if nothing is in the way of it; return whether that is so."""
        mentor, mentee = self._people[0][pair], self._people[1][pair]
        if self.loads[0][mentor] >= self._most[0][mentor] or self.loads[1][mentee] >= self._most[1][mentee]:
            return False
        if self.chosen[pair]:
            return False
        for row, weight in self._rows.of(pair):
            if not self._row_allows(row, weight):
                return False
        self.take(pair)
        return True

    def take_all_that_fit(self, best: IntVector) -> None:
        """Take all pairs that nothing is in the way of, one after the other.

        Now and then those are left out that something is in the way of for good, as nothing is dropped any more.
        """
        step = STEP
        while len(best):
            for pair in best[:step].tolist():
                self.take_if_fits(pair)
            best, step = self._not_blocked(best[step:]), 2 * step

    def _not_blocked(self, pairs: IntVector) -> IntVector:
        """Return the pairs of people with places, beside those whose row has no room, if rows only fill up."""
        open_pairs = ~self._rows.exceed(np.array(self.sums, dtype=np.int64))[pairs]
        for people, loads in zip(self._pool.people(), self._pool.sides, strict=True):
            taken = np.bincount(people[self.chosen], minlength=len(loads))
            open_pairs &= (taken < loads.most)[people[pairs]]
        return pairs[open_pairs]

    def serve_rows(self, best: IntVector) -> None:
        """Take pairs until rows have their minimums, those first that come first in ``best`` (e,)."""
        rank = np.argsort(best, kind="stable")
        for row, limit in enumerate(self._pool.limits):
            if limit.least is None:
                continue
            serving = limit.places[limit.weights > 0]
            for pair in serving[np.argsort(rank[serving], kind="stable")].tolist():
                if self.sums[row] >= limit.least:
                    break
                self.take_if_fits(pair)

    def serve_people(self, side: int, best: IntVector) -> None:
        """Take pairs until the people of a side have their minimums, those first that come first in ``best`` (e,)."""
        people, lacking = self._people[side], self._pool.sides[side].firm_minimum.tolist()
        for pair in best.tolist() if any(lacking) else ():
            if self.loads[side][people[pair]] < lacking[people[pair]]:
                self.take_if_fits(pair)

    def make_room(self, side: int, best: IntVector) -> None:
        """Take pairs of people who still lack some, as somebody whose pair is in the way takes another of theirs."""
        people, lacking = self._people[side], self._pool.sides[side].firm_minimum.tolist()
        of_person: dict[int, list[int]] = defaultdict(list)
        for pair in best.tolist():
            of_person[people[pair]].append(pair)
        others = [of_person[person] for person in people]
        for person, pairs in of_person.items():
            for pair in pairs:
                if self.loads[side][person] >= lacking[person]:
                    break
                self._exchange(pair, others)

    def _exchange(self, pair: int, others: Sequence[Sequence[int]]) -> None:
        """Take a pair that one row is in the way of, if one pair of the row gives way to another of the same person.

        ``others``: of each pair, the pairs of its person.
        """
        rows = [row for row, weight in self._rows.of(pair) if not self._row_allows(row, weight)]
        places = self._pool.limits[rows[0]].places if len(rows) == 1 else np.zeros(0, dtype=np.int64)
        for other in places[self.chosen[places] & ~self._pool.fixed_to_one[places]].tolist():
            self.drop(other)
            if self.take_if_fits(pair):
                if any(self.take_if_fits(each) for each in others[other] if each != other):
                    return
                self.drop(pair)
            self.take(other)

    def _row_allows(self, row: int, weight: int) -> bool:
        """Return whether a row may count so much more: it does not go beyond a bound, or further beyond it."""
        then = self.sums[row] + weight
        return then <= self._highest[row] if weight > 0 else then >= self._lowest[row]

    def without_used_too_little(self) -> BoolVector:
        """Return the choice without the pairs of people who have fewer than they take if they take any."""
        chosen = self.chosen.copy()
        for people, loads in zip(self._pool.people(), self._pool.sides, strict=True):
            taken = np.bincount(people[chosen], minlength=len(loads))
            few = loads.optional & (taken < loads.least)
            chosen &= ~few[people] | self._pool.fixed_to_one
        return chosen


GROUPS = 16
"""Rows of one person each that share their weights are looked at together, in so many groups at most."""
NO_BOUND = 1 << 62
"""Where a row has no bound; no sum comes near."""


def binding_rows(problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> list[int]:
    """Return the rows, by their places, that some choice of the given pairs could break.

    A row of one person is left out if it holds for as many of their pairs as they may take, whatever these are.
    """
    kept = np.ones(len(problem.rows), dtype=bool)
    people, sides = (mentors, mentees), (problem.mentors, problem.mentees)
    for side, places in _groups_of_rows(problem.rows):
        rows = [problem.rows[place] for place in places]
        # All of the group have the same weights, and each the pairs of its person
        weights = Row("", rows[0].weights).coefficients_of(mentors, mentees, problem.shape)
        low, high = _range_of_sums(weights, people[side], sides[side])
        owners = np.array([row.mentee if side else row.mentor for row in rows], dtype=np.int64)
        kept[places] = ~_hold(rows, low[owners], high[owners])
    found: list[int] = np.flatnonzero(kept).tolist()
    return found


def _groups_of_rows(rows: Sequence[Row]) -> list[tuple[int, list[int]]]:
    """Return the rows of one person each by the side of the person and the weights they share, by their places."""
    found: dict[tuple[bool, int], list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if (row.mentor is None) != (row.mentee is None) and row.factor is None:
            found[row.mentor is None, id(row.weights)].append(place)
    return [(int(side), places) for (side, _), places in found.items() if GROUPS * len(places) >= len(rows)]


def _range_of_sums(weights: IntVector, people: IntVector, loads: DegreeBounds) -> tuple[IntVector, IntVector]:
    """Return the least and the most that the pairs of each person can count: all that help, or as many at the most."""
    found, often = [], np.minimum(loads.most, np.bincount(people, minlength=len(loads)))
    for sign in (-1, 1):
        part = np.maximum(sign * weights, 0)
        # Sums of weights are far below 2**53: floats hold them exactly
        sums = np.bincount(people, part, minlength=len(loads)).astype(np.int64)
        greatest = np.zeros(len(loads), dtype=np.int64)
        np.maximum.at(greatest, people, part)
        found.append(sign * np.minimum(sums, greatest * often))
    return found[0], found[1]


def _hold(rows: Sequence[Row], low: IntVector, high: IntVector) -> BoolVector:
    """Return which rows hold for all sums from ``low`` to ``high``, (r,) each."""
    least = np.array([-NO_BOUND if row.least is None else row.least for row in rows], dtype=np.int64)
    most = np.array([NO_BOUND if row.most is None else row.most for row in rows], dtype=np.int64)
    return np.asarray((low >= least) & (high <= most))
