"""Stages of a dual proof -> the set of answers that are still possible, as bounds on pairs and on degrees.

Pairs are fixed by reduced cost (Dantzig, Fulkerson and Johnson 1954), degrees by complementary slackness. Alternative
optima are cycles of the residual graph; pairs on no cycle are found by its strongly connected components (Kosaraju and
Sharir 1981). No code is shared with a solver, except the scan of scores that are not stored.

A refutation cannot replace this for markets whose pairs are not listed, nor for the duals of successive goals in files
of version 1, which have no refutations (``tests/scale/test_prices_alone.py``).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.scores import EXCLUDED, ScanQuery, Scores, SparseScores
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.assignment.verification.reduced_costs import (
    MAX_REDUCED_PROFIT,
    DualStage,
    contains_pairs,
    exact_product,
    exact_sum,
    magnitude_bound,
    rows_with_duals,
)
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector


def price_out(
    problem: AssignmentProblem,
    scores: Scores,
    prices: DualSolution,
    always: IntMatrix,
    least_profit: int,
) -> tuple[IntVector, IntVector]:
    """Return the allowed pairs with a reduced profit of at least ``least_profit``, sorted (pricing).

    Includes the allowed pairs among ``always`` and the former pairs. Returns all allowed pairs if scores are a list, if
    there are links or rows of earlier goals, if a row with a dual is no sum over the two people of a pair
    (nor a product, for scores that are not stored), or if int64 could overflow.
    """
    # A list must be read in full anyway
    if isinstance(scores, SparseScores) or not can_scan(problem, prices):
        return scores.pairs()
    width = scores.shape[1]
    former = np.array(problem.former, dtype=np.int64).reshape(-1, 2)
    # Chosen pairs, pins and former pairs are always listed
    pairs = np.concatenate([always, former])
    pairs = pairs[scores.allows(pairs[:, 0], pairs[:, 1])]
    named = np.unique(pairs[:, 0] * width + pairs[:, 1])
    mentors, mentees = np.divmod(_profitable_places(problem, scores, prices, named, least_profit), max(width, 1))
    return mentors, mentees


def can_scan(problem: AssignmentProblem, prices: DualSolution) -> bool:
    """Return whether scans of scores find the pairs of a reduced profit, so that not all pairs must be listed."""
    is_separable = _is_separable(problem, prices, grouped=not problem.scores.stored)
    return is_separable and magnitude_bound(problem, prices) <= MAX_REDUCED_PROFIT


def _is_separable(problem: AssignmentProblem, prices: DualSolution, *, grouped: bool) -> bool:
    """Return whether the duals of a pair are a sum over its two people; if ``grouped``, within a group of mentors.

    Always False for links and rows of earlier goals.
    """
    rows = [row for row, _ in rows_with_duals(problem, prices)]
    products = [row for row in rows if row.as_sum(problem.shape) is None]
    of_rows = not products or (grouped and all(row.as_product(problem.shape) is not None for row in products))
    return of_rows and not (any(prices.linking_duals) or prices.goal_duals)


def _profitable_places(
    problem: AssignmentProblem, scores: Scores, prices: DualSolution, named: IntVector, least_profit: int
) -> IntVector:
    """Return the sorted positions of the pairs with a reduced profit of at least ``least_profit``, and ``named``.

    The position of a pair is mentor * m + mentee; ``named`` contains sorted positions of allowed pairs.
    """
    flat, mentor, mentee, score = _profit_parts(problem, prices)
    for group, costs in _groups_of_equal_factors(problem, prices):
        # Reduced profit as a scan of scores: score >= limit of the mentor - offset of the mentee
        limits = np.where(group, least_profit - flat - mentor, -EXCLUDED)
        named = _merge_sorted(scores.above(ScanQuery(limits, mentee - costs, score)), named)
    return named


def _merge_sorted(places: IntVector, more: IntVector) -> IntVector:
    """Return the sorted union of two sorted lists of positions; fast if ``more`` is the shorter one."""
    indices = np.searchsorted(places, more)
    is_new = np.append(places, -1)[indices] != more
    return np.insert(places, indices[is_new], more[is_new]) if is_new.any() else places


def _groups_of_equal_factors(
    problem: AssignmentProblem, prices: DualSolution
) -> Iterator[tuple[BoolVector, IntVector]]:
    """Yield groups of mentors, as (n,) bool, with the costs (m,) of mentees for them; the groups partition the mentors.

    Mentors of a group have equal factors in all rows whose coefficients are a product over the two people of a pair.
    """
    n, m = problem.shape
    times, costs = [np.zeros(n, dtype=np.int64)], [np.zeros(m, dtype=np.int64)]
    for row, price in rows_with_duals(problem, prices):
        product = None if row.as_sum(problem.shape) is not None else row.as_product(problem.shape)
        if product is not None:
            times.append(product[0])
            costs.append(price * product[1])
    # One matrix product per distinct vector of factors
    factors, group = np.unique(np.stack(times, axis=1), axis=0, return_inverse=True)
    for label, factor in enumerate(factors):
        yield group.ravel() == label, factor @ np.stack(costs)


def _profit_parts(problem: AssignmentProblem, prices: DualSolution) -> tuple[int, IntVector, IntVector, int]:
    """Return the parts of the reduced profit of a pair that is not a former one: constant, (n,), (m,), score factor.

    Without the duals of rows that are no sum over the two people.
    """
    weights = {goal: prices.denominator * weight for goal, weight in prices.weights}
    priority, score = weights.get("priority", 0), weights.get("total", 0)
    mentor, mentee = -prices.mentors, -prices.mentees
    if problem.mentor_priority is not None:
        mentor = mentor + priority * problem.mentor_priority
    if problem.mentee_priority is not None:
        mentee = mentee + priority * problem.mentee_priority
    for row, price in rows_with_duals(problem, prices):
        parts = row.as_sum(problem.shape)
        if parts is not None:
            mentor, mentee = mentor - price * parts[0], mentee - price * parts[1]
    return weights.get("matched", 0), mentor, mentee, score


@dataclass(frozen=True, slots=True)
class SolutionSet:
    """The answers with the ``fixed`` pairs as in ``chosen``, within degree bounds.

    Attributes
    ----------
    mentors, mentees
        (e,): the listed pairs. A pair that is not listed is fixed as not chosen.
    chosen, fixed
        (e,) bool: whether each pair is chosen in the solution, and whether it is fixed.
    least, most
        The current degree bounds of mentors (n,) and of mentees (m,).
    sides
        The degree bounds of the problem.
    extremes
        Bounds on the scores of all pairs, listed or not.
    """

    mentors: IntVector
    mentees: IntVector
    chosen: BoolVector
    fixed: BoolVector
    least: tuple[IntVector, ...]
    most: tuple[IntVector, ...]
    sides: tuple[DegreeBounds, DegreeBounds]
    extremes: tuple[int, int]

    @classmethod
    def of(
        cls,
        problem: AssignmentProblem,
        chosen: IntMatrix,
        least: int | None = None,
        near: DualSolution | None = None,
        least_profit: int = 0,
    ) -> Self:
        """Return the set of all answers among the pairs with a score of at least ``least``, None: all pairs.

        Pins are fixed, and so are all other pairs of people whose places are all taken by pins. With the duals
        ``near``, pairs with a reduced profit below ``least_profit`` need not be listed.
        """
        scores = problem.scores if least is None else problem.scores.at_least(np.full(problem.shape[1], least))
        pins = np.array(problem.pins, dtype=np.int64).reshape(-1, 2)
        named = np.concatenate([chosen, pins])
        mentors, mentees = scores.pairs() if near is None else price_out(problem, scores, near, named, least_profit)
        pinned = contains_pairs(problem, mentors, mentees, pins)
        sides = (problem.mentors, problem.mentees)
        most = tuple(np.minimum(loads.most, degree) for loads, degree in zip(sides, scores.degrees, strict=True))
        always = tuple(loads.firm_minimum for loads in sides)
        taken = contains_pairs(problem, mentors, mentees, chosen)
        face = cls(mentors, mentees, taken, pinned, always, most, sides, scores.extremes)
        # People whose places are all taken by pins have no other pair
        full = [taken >= most for taken, most in zip(face.loads(pinned), most, strict=True)]
        return face._fix(full[0][mentors] | full[1][mentees])

    @property
    def places(self) -> int:
        """Return a bound on the number of pairs that can be chosen."""
        return min(int(most.sum()) for most in self.most)

    def loads(self, mask: BoolVector) -> tuple[IntVector, ...]:
        """Return the number of pairs in a mask of each mentor (n,) and of each mentee (m,)."""
        sides = zip((self.mentors, self.mentees), self.most, strict=True)
        return tuple(np.bincount(people[mask], minlength=len(most)) for people, most in sides)

    def bound(self, stage: DualStage) -> int:
        """Return the dual bound of a stage, times its denominator."""
        # Fixed pairs count if chosen, open pairs if their reduced profit is positive
        counted = np.where(self.fixed, self.chosen, stage.reduced_profit > 0)
        terms = [exact_sum(self._degree_terms(stage, side)) for side in (0, 1)]
        return exact_sum(stage.reduced_profit[counted]) + sum(terms) + stage.constraint_terms

    def _degree_terms(self, stage: DualStage, side: int) -> IntVector:
        """Return (n,) the term of each person of a side in the dual bound."""
        full = self._term_if_used(stage, side)
        return np.where(self._may_be_unused(side), np.maximum(full, 0), full)

    def _term_if_used(self, stage: DualStage, side: int) -> IntVector:
        """Return (n,) the term of each person of a side in the dual bound, if they are used."""
        loads, price = self.sides[side], stage.sides[side]
        least = np.where(self._may_be_unused(side), loads.least, self.least[side])
        ends = exact_product(np.stack([least, self.most[side]]), price)
        return np.asarray(np.maximum(*ends) + stage.links[side])

    def _may_be_unused(self, side: int) -> BoolVector:
        """Return (n,) bool: whether each person of a side may stay unused, instead of reaching a minimum."""
        return np.asarray(self.sides[side].conditional & (self.least[side] == 0))

    def fix_by_reduced_profit(self, stage: DualStage, gap: int) -> Self:
        """Return the answers that are as good as the chosen pairs in a stage with this gap between bound and value."""
        face = self._fix(np.abs(stage.reduced_profit) > gap)
        if gap:
            return face
        binding = [
            (price != 0) & (~self._may_be_unused(side) | (self._term_if_used(stage, side) != 0))
            for side, price in enumerate(stage.sides)
        ]
        sides = list(zip(binding, self.loads(self.chosen), face.least, face.most, strict=True))
        face = replace(
            face,
            least=tuple(np.where(priced, load, least) for priced, load, least, _ in sides),
            most=tuple(np.where(priced, load, most) for priced, load, _, most in sides),
        )
        return face._fix(face._acyclic_pairs())

    def _fix(self, mask: BoolVector) -> Self:
        """Return the answers with more pairs fixed, and minimum degrees of at least the fixed chosen pairs."""
        settled = self.fixed | mask
        taken = self.loads(settled & self.chosen)
        least = tuple(np.maximum(low, count) for low, count in zip(self.least, taken, strict=True))
        return replace(self, fixed=settled, least=least)

    def _acyclic_pairs(self) -> BoolVector:
        """Return (e,) bool: whether each open pair is on no cycle of the residual graph of people and a sink."""
        n, m = (len(most) for most in self.most)
        graph: list[list[int]] = [[] for _ in range(n + m + 1)]
        pairs = np.column_stack([self.mentors, self.mentees + n, self.chosen])[~self.fixed]
        for mentor, mentee, chosen in pairs.tolist():
            graph[mentee if chosen else mentor].append(mentor if chosen else mentee)
        loads = self.loads(self.chosen)
        more = np.concatenate([loads[0] < self.most[0], loads[1] > self.least[1]])
        less = np.concatenate([loads[0] > self.least[0], loads[1] < self.most[1]])
        graph[n + m] = np.flatnonzero(more).tolist()
        for person in np.flatnonzero(less).tolist():
            graph[person].append(n + m)
        part = np.array(_strong_components(graph))
        return np.asarray(part[self.mentors] != part[self.mentees + n])


def _strong_components(graph: list[list[int]]) -> list[int]:
    """Return the strongly connected component of each node, by two depth-first searches (Kosaraju and Sharir 1981)."""
    back: list[list[int]] = [[] for _ in graph]
    for tail, heads in enumerate(graph):
        for head in heads:
            back[head].append(tail)
    # Second search, on the reversed arcs, from roots in reverse finishing order: each tree is one component
    part = dict[int, int]()
    for root in reversed(_finishing_order(graph)):
        pending = [root]
        while pending:
            node = pending.pop()
            if node not in part:
                part[node] = root
                pending += back[node]
    return [part[node] for node in range(len(graph))]


def _finishing_order(graph: list[list[int]]) -> list[int]:
    """Return the nodes in the finishing order of a depth-first search."""
    finished, seen = [], [False] * len(graph)
    for root in range(len(graph)):
        path = [] if seen[root] else [(root, iter(graph[root]))]
        seen[root] = True
        while path:
            node, heads = path[-1]
            head = next((head for head in heads if not seen[head]), None)
            if head is None:
                finished.append(node)
                path.pop()
            else:
                seen[head] = True
                path.append((head, iter(graph[head])))
    return finished
