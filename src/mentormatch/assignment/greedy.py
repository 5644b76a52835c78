"""Greedy b-matching (Avis 1983) that satisfies every rule, for a solve that found no other solution in time.

Without coupling rules, people choose their best remaining partners one after another. With them, minimums are served
first, of rows and then of people; further pairs are added by profit if they violate no maximum. Both may fail. For few
pairs, people are then served by regret, the loss if their best pair is gone, and a person below the minimum may take
the place of another who moves elsewhere (Martello & Toth 1990, 7.4).
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

GREEDY_MAX_PAIRS = 1 << 16  # of coupled pairs, which take an eighth of a second one by one
REGRET_MAX_PAIRS = 1 << 14  # of pairs for the second attempt, by regret
FILTER_INTERVAL = 1 << 10  # after this number of pairs, doubled each time, blocked pairs are filtered out


def greedy_solution(problem: AssignmentProblem) -> Solution | None:
    """Return a feasible choice with trivial bounds; None if the heuristic finds none, or scores are not stored.

    If very many pairs are coupled, only the best are considered.
    """
    if not problem.scores.stored or not are_pins_feasible(problem):
        return None
    pairs = _choose_with_rows(problem) if problem.rows else _choose_without_rows(problem)
    if pairs is None or not len(pairs):
        return None
    bounds, duals = _trivial_bounds(problem)
    return Solution(Status.FEASIBLE, pairs, tuple(evaluate_tiers(problem, pairs, bounds)), GREEDY, prices=duals)


def _choose_with_rows(problem: AssignmentProblem) -> IntMatrix | None:
    """Return (k, 2) the pairs of a choice that satisfies the rows too; None if none is found."""
    pairs = _best_pairs(problem)
    # Rows that no choice can violate are left out
    model = PairModel.of(problem, pairs, binding_rows(problem, *pairs))
    profit = problem.scores.at(model.mentors, model.mentees)
    # If the number of pairs comes first, every pair has a positive profit
    if "matched" in problem.goals:
        profit = profit - profit.min(initial=0) + 1
    choice = choose_greedily(model, profit)
    return None if choice is None else np.column_stack([model.mentors[choice], model.mentees[choice]])


def _best_pairs(problem: AssignmentProblem) -> tuple[IntVector, IntVector]:
    """Return all pairs, or about ``GREEDY_MAX_PAIRS``, sorted.

    These are the pins, and the best pairs of each person of the shorter side.
    """
    if problem.scores.count <= GREEDY_MAX_PAIRS:
        return problem.scores.pairs()
    n, m = problem.shape
    scores, per_person = problem.scores.swap_sides() if m < n else problem.scores, max(GREEDY_MAX_PAIRS // min(n, m), 1)
    pins = pair_array(problem.pins)
    keys = [pins[:, 0] * m + pins[:, 1]]
    for person, partners, values in _score_rows(scores, range(min(n, m))):
        best = _largest_positions(values, np.ones(len(values), dtype=bool), per_person)
        best = best if partners is None else partners[best]
        keys.append(best * m + person if m < n else person * m + best)
    mentors, mentees = np.divmod(np.unique(np.concatenate(keys)), m)
    return mentors, mentees


def _choose_without_rows(problem: AssignmentProblem) -> IntMatrix | None:
    """Return (k, 2) the pairs chosen person by person; None if a degree bound is violated."""
    pairs = _assign_in_order(problem)
    loads = (np.bincount(pairs[:, side], minlength=count) for side, count in enumerate(problem.shape))
    for load, bounds in zip(loads, (problem.mentors, problem.mentees), strict=True):
        minimums = np.where(bounds.optional & (load == 0), 0, bounds.least) if bounds.optional.any() else bounds.least
        if (load < minimums).any() or (load > bounds.most).any():
            return None
    return pairs


def _assign_in_order(problem: AssignmentProblem) -> IntMatrix:
    """Return (k, 2) the pins, and the pairs chosen person by person on the shorter side, sorted."""
    n, m = problem.shape
    sides, scores = remaining_degrees(problem), problem.scores
    swapped = m < n
    if swapped:
        sides, scores = sides[::-1], scores.swap_sides()
    capacity, remaining = sides[0].most, sides[1].most.copy()
    pins = {pair[::-1] if swapped else pair for pair in problem.pins}
    # People with a minimum come first, then those with the greatest weight
    priority = (
        (problem.mentee_priority if swapped else problem.mentor_priority) if "priority" in problem.goals else None
    )
    rank = np.lexsort((np.zeros(len(capacity)) if priority is None else -priority, -sides[0].least))
    # Pairs with a negative score are useful only if the number of pairs is a goal
    excludes_negative = "matched" not in problem.goals and scores.extremes[0] < 0
    pinned = pair_array(problem.pins)
    keys = [pinned[:, 0] * m + pinned[:, 1]]
    for person, partners, values in _score_rows(scores, rank.tolist()):
        is_available = (remaining if partners is None else remaining[partners]) > 0
        if excludes_negative:
            is_available &= values >= 0
        for partner in (partner for pinned_person, partner in pins if pinned_person == person) if pins else ():
            is_available[slice(partner, partner + 1) if partners is None else partners == partner] = False
        best = _largest_positions(values, is_available, int(capacity[person]))
        best = best if partners is None else partners[best]
        remaining[best] -= 1
        keys.append(best * m + person if swapped else person * m + best)
    return np.column_stack(np.divmod(np.sort(np.concatenate(keys)), max(m, 1)))


def _largest_positions(values: IntVector, among: BoolVector, count: int) -> IntVector:
    """Return the indices of the ``count`` greatest values of ``among``, of all of them if there are fewer."""
    # No copy of millions of values if all are included
    indices = None if among.all() else np.flatnonzero(among)
    candidates = values if indices is None else values[indices]
    if 0 < count < len(candidates):
        best = np.argpartition(-candidates, count - 1)[:count]
    else:
        best = np.arange(len(candidates) if count > 0 else 0)
    return best if indices is None else indices[best]


def _score_rows(scores: Scores, order: Sequence[int]) -> Iterator[tuple[int, IntVector | None, IntVector]]:
    """Yield people of the rows in an order, with their allowed partners (None: all) and the scores."""
    if isinstance(scores, DenseScores):
        for person in order:
            partners = None if scores.allowed is None else np.flatnonzero(scores.allowed[person])
            yield person, partners, scores.values[person] if partners is None else scores.values[person, partners]
    elif isinstance(scores, SparseScores):
        begins = np.searchsorted(scores.mentors, np.arange(scores.shape[0] + 1))
        for person in order:
            pairs_of_person = slice(begins[person], begins[person + 1])
            yield person, scores.mentees[pairs_of_person], scores.values[pairs_of_person]


def _trivial_bounds(problem: AssignmentProblem) -> tuple[dict[str, int | None], tuple[DualSolution, ...]]:
    """Return bounds on the number of pairs and on the total, with the duals that prove them.

    The people of one side fill all slots at their best score; the duals of the other side are 0.
    """
    best = problem.scores.row_and_column_max()
    bounds, duals = dict[str, int | None](), list[DualSolution]()
    for goal in problem.goals:
        if goal not in ("matched", "total"):
            break
        side_duals = [
            np.maximum(score, 0) if goal == "total" else (score > NO_SCORE).astype(np.int64) for score in best
        ]
        sums = [
            exact_dot(dual, loads.most if (loads.least <= loads.most).all() else np.maximum(loads.least, loads.most))
            for loads, dual in zip((problem.mentors, problem.mentees), side_duals, strict=True)
        ]
        side = int(sums[1] < sums[0])
        side_duals[1 - side] = np.zeros(problem.shape[1 - side], dtype=np.int64)
        bounds[goal] = sums[side]
        duals.append(DualSolution(((goal, 1),), side_duals[0], side_duals[1]))
    return bounds, tuple(duals)


def choose_greedily(model: PairModel, profit: IntVector, guide: IntVector | None = None) -> BoolVector | None:
    """Return a feasible choice, (e,) bool; None if the heuristic finds none.

    Pairs with the greatest ``guide`` (e,), such as reduced profits (None: ``profit``), are tried first. Once all
    minimums are met, only pairs with a positive ``profit`` (e,) are added.
    """
    guide = profit if guide is None else guide
    for by_regret in (False, True) if len(model) <= REGRET_MAX_PAIRS else (False,):
        greedy_choice, order = _GreedyChoice(model), np.argsort(-guide, kind="stable")
        for pair in np.flatnonzero(model.fixed_to_one).tolist():
            greedy_choice.take(pair)
        greedy_choice.serve_rows(order)
        for side in range(2):
            person_order = _order_by_regret(guide, model.people()[side]) if by_regret else order
            greedy_choice.serve_people(side, person_order)
            if by_regret:
                greedy_choice.repair_by_swaps(side, person_order)
        # All other pairs with a positive profit
        greedy_choice.take_all_that_fit(order[profit[order] > 0])
        choice = greedy_choice.without_underused()
        if model.holds(choice):
            return choice
    return None


def _order_by_regret(guide: IntVector, people: IntVector) -> IntVector:
    """Return (e,) the pairs of ``people`` (e,), sorted by the gap between the person's two best pairs, descending."""
    order = np.lexsort((-guide, people))
    persons, best = np.unique(people[order], return_index=True)
    second_best = np.minimum(best + 1, len(order) - 1)
    has_one_pair = people[order[second_best]] != persons
    regret = np.where(has_one_pair, np.inf, (guide[order[best]] - guide[order[second_best]]).astype(np.float64))
    return np.lexsort((-guide, -regret[np.searchsorted(persons, people)]))


class _RowsByPair:
    """The coefficients of pairs in rows, stored by pair."""

    def __init__(self, model: PairModel) -> None:
        empty, constraints = [np.zeros(0, dtype=np.int64)], model.constraints
        pairs = np.concatenate([*empty, *(constraint.pairs for constraint in constraints)])
        rows = np.repeat(np.arange(len(constraints)), [len(constraint.pairs) for constraint in constraints])
        order = np.argsort(pairs, kind="stable")
        self._pairs, self._rows = pairs[order], rows[order]
        self._weights = np.concatenate([*empty, *(constraint.weights for constraint in constraints)])[order]
        self._terms = list(zip(self._rows.tolist(), self._weights.tolist(), strict=True))
        self._starts = np.searchsorted(self._pairs, np.arange(len(model) + 1)).tolist()
        self._most = np.array(
            [NO_BOUND if constraint.most is None else constraint.most for constraint in constraints], dtype=np.int64
        )
        # The sum of a row with negative coefficients may fall again
        self._most[self._rows[self._weights < 0]] = NO_BOUND

    def of(self, pair: int) -> list[tuple[int, int]]:
        """Return the rows of a pair with its coefficients."""
        return self._terms[self._starts[pair] : self._starts[pair + 1]]

    def blocked_pairs(self, sums: IntVector) -> BoolVector:
        """Return (e,) bool: pairs that violate the maximum of a row without negative coefficients, given the sums."""
        is_blocked = np.zeros(len(self._starts) - 1, dtype=bool)
        is_blocked[self._pairs[sums[self._rows] + self._weights > self._most[self._rows]]] = True
        return is_blocked


class _GreedyChoice:
    """The pairs ``chosen`` so far, (e,) bool, the ``loads`` of both sides, and the ``sums`` of the rows."""

    def __init__(self, model: PairModel) -> None:
        self._model, self._people = model, [people.tolist() for people in model.people()]
        self._most = [loads.most.tolist() for loads in model.sides]
        self._rows = _RowsByPair(model)
        self._lowest = [-NO_BOUND if constraint.least is None else constraint.least for constraint in model.constraints]
        self._highest = [NO_BOUND if constraint.most is None else constraint.most for constraint in model.constraints]
        self.chosen = np.zeros(len(model), dtype=bool)
        self.loads = [[0] * len(loads) for loads in model.sides]
        self.sums = [0] * len(model.constraints)

    def take(self, pair: int) -> None:
        self.chosen[pair] = True
        self.loads[0][self._people[0][pair]] += 1
        self.loads[1][self._people[1][pair]] += 1
        for row, weight in self._rows.of(pair):
            self.sums[row] += weight

    def drop(self, pair: int) -> None:
        self.chosen[pair] = False
        for loads, people in zip(self.loads, self._people, strict=True):
            loads[people[pair]] -= 1
        for row, weight in self._rows.of(pair):
            self.sums[row] -= weight

    def take_if_fits(self, pair: int) -> bool:
        """Add a pair if it is feasible; return whether it was added."""
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
        """Add all feasible pairs, one after another.

        Pairs that are blocked are filtered out regularly, as no pair is dropped here.
        """
        interval = FILTER_INTERVAL
        while len(best):
            for pair in best[:interval].tolist():
                self.take_if_fits(pair)
            best, interval = self._not_blocked(best[interval:]), 2 * interval

    def _not_blocked(self, pairs: IntVector) -> IntVector:
        """Return the pairs that neither a person's capacity nor a row without negative coefficients blocks."""
        open_pairs = ~self._rows.blocked_pairs(np.array(self.sums, dtype=np.int64))[pairs]
        for people, bounds in zip(self._model.people(), self._model.sides, strict=True):
            loads = np.bincount(people[self.chosen], minlength=len(bounds))
            open_pairs &= (loads < bounds.most)[people[pairs]]
        return pairs[open_pairs]

    def serve_rows(self, best: IntVector) -> None:
        """Add pairs until rows have their minimums, in the order ``best`` (e,)."""
        rank = np.argsort(best, kind="stable")
        for row, constraint in enumerate(self._model.constraints):
            if constraint.least is None:
                continue
            serving = constraint.pairs[constraint.weights > 0]
            for pair in serving[np.argsort(rank[serving], kind="stable")].tolist():
                if self.sums[row] >= constraint.least:
                    break
                self.take_if_fits(pair)

    def serve_people(self, side: int, best: IntVector) -> None:
        """Add pairs until the people of a side have their minimums, in the order ``best`` (e,)."""
        people, minimums = self._people[side], self._model.sides[side].firm_minimum.tolist()
        for pair in best.tolist() if any(minimums) else ():
            if self.loads[side][people[pair]] < minimums[people[pair]]:
                self.take_if_fits(pair)

    def repair_by_swaps(self, side: int, best: IntVector) -> None:
        """Add pairs of people below their minimum; a person in the way may take another of their own pairs."""
        people, minimums = self._people[side], self._model.sides[side].firm_minimum.tolist()
        pairs_of: dict[int, list[int]] = defaultdict(list)
        for pair in best.tolist():
            pairs_of[people[pair]].append(pair)
        pairs_of_same_person = [pairs_of[person] for person in people]
        for person, pairs in pairs_of.items():
            for pair in pairs:
                if self.loads[side][person] >= minimums[person]:
                    break
                self._swap(pair, pairs_of_same_person)

    def _swap(self, pair: int, alternatives: Sequence[Sequence[int]]) -> None:
        """Add a pair that one row blocks, if a pair of the row can be replaced by another pair of the same person.

        ``alternatives``: the pairs of the same person, for each pair.
        """
        rows = [row for row, weight in self._rows.of(pair) if not self._row_allows(row, weight)]
        row_pairs = self._model.constraints[rows[0]].pairs if len(rows) == 1 else np.zeros(0, dtype=np.int64)
        for replaced in row_pairs[self.chosen[row_pairs] & ~self._model.fixed_to_one[row_pairs]].tolist():
            self.drop(replaced)
            if self.take_if_fits(pair):
                if any(
                    self.take_if_fits(alternative) for alternative in alternatives[replaced] if alternative != replaced
                ):
                    return
                self.drop(pair)
            self.take(replaced)

    def _row_allows(self, row: int, weight: int) -> bool:
        """Return whether a row allows a further coefficient: its violation, if any, must not grow."""
        total = self.sums[row] + weight
        return total <= self._highest[row] if weight > 0 else total >= self._lowest[row]

    def without_underused(self) -> BoolVector:
        """Return the choice without the pairs of people who violate their conditional minimum, but with all pins."""
        remaining = self.chosen.copy()
        for people, bounds in zip(self._model.people(), self._model.sides, strict=True):
            loads = np.bincount(people[remaining], minlength=len(bounds))
            is_underused = bounds.optional & (loads < bounds.least)
            remaining &= ~is_underused[people] | self._model.fixed_to_one
        return remaining


MAX_ROW_GROUPS = 16  # groups of rows of one person each that share their weights
NO_BOUND = 1 << 62  # of a row; beyond any sum


def binding_rows(problem: AssignmentProblem, mentors: IntVector, mentees: IntVector) -> list[int]:
    """Return the indices of the rows that some choice of the given pairs could violate.

    A row of one person is left out if any choice within the person's capacity satisfies it.
    """
    can_bind = np.ones(len(problem.rows), dtype=bool)
    people, sides = (mentors, mentees), (problem.mentors, problem.mentees)
    for side, indices in _groups_of_rows(problem.rows):
        rows = [problem.rows[index] for index in indices]
        # All rows of the group have the same weights, each on the pairs of its person
        weights = Row("", rows[0].weights).coefficients_of(mentors, mentees, problem.shape)
        lower, upper = _range_of_sums(weights, people[side], sides[side])
        persons = np.array([row.mentee if side else row.mentor for row in rows], dtype=np.int64)
        can_bind[indices] = ~_always_satisfied(rows, lower[persons], upper[persons])
    binding: list[int] = np.flatnonzero(can_bind).tolist()
    return binding


def _groups_of_rows(rows: Sequence[Row]) -> list[tuple[int, list[int]]]:
    """Group the rows of one person each by side and weights. Returns the side and the row indices per group."""
    groups: dict[tuple[bool, int], list[int]] = defaultdict(list)
    for index, row in enumerate(rows):
        if (row.mentor is None) != (row.mentee is None) and row.factor is None:
            groups[row.mentor is None, id(row.weights)].append(index)
    return [(int(side), indices) for (side, _), indices in groups.items() if MAX_ROW_GROUPS * len(indices) >= len(rows)]


def _range_of_sums(weights: IntVector, people: IntVector, loads: DegreeBounds) -> tuple[IntVector, IntVector]:
    """Return lower and upper bounds on the weighted sum of each person's pairs, given the maximum degree."""
    bounds, degrees = [], np.minimum(loads.most, np.bincount(people, minlength=len(loads)))
    for sign in (-1, 1):
        positive_part = np.maximum(sign * weights, 0)
        # Sums of weights are far below 2**53, so floats are exact
        sums = np.bincount(people, positive_part, minlength=len(loads)).astype(np.int64)
        largest = np.zeros(len(loads), dtype=np.int64)
        np.maximum.at(largest, people, positive_part)
        bounds.append(sign * np.minimum(sums, largest * degrees))
    return bounds[0], bounds[1]


def _always_satisfied(rows: Sequence[Row], lower: IntVector, upper: IntVector) -> BoolVector:
    """Return (r,) bool: whether each row holds for all sums from ``lower`` to ``upper``, (r,) each."""
    min_sums = np.array([-NO_BOUND if row.least is None else row.least for row in rows], dtype=np.int64)
    max_sums = np.array([NO_BOUND if row.most is None else row.most for row in rows], dtype=np.int64)
    return np.asarray((lower >= min_sums) & (upper <= max_sums))
