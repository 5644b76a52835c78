"""The solutions that a proof leaves: variables fixed by reduced cost, degrees by slackness, cycles of ties.

Variable fixing by reduced cost: Dantzig, Fulkerson & Johnson 1954. Alternative optima are cycles of the residual graph,
found by strongly connected components (Kosaraju and Sharir 1981). None of it is shared with a solver.

Used where a refutation cannot take its place: for markets whose pairs are not listed, and for prices of one goal after
another in files of version 1, which have no proofs (``tests/scale/test_prices_alone.py``).
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
    """Return the allowed pairs of so much reduced profit in a stage, and those of ``always``, sorted (pricing).

    All allowed pairs, if the stage has prices that do not rest on people, or numbers beyond what is exact. Former pairs
    are among them in any case. Where scores are held, a row about both people of a pair does not rest on people either.
    """
    fit = (
        _is_separable(problem, prices, grouped=not scores.stored)
        and magnitude_bound(problem, prices) <= MAX_REDUCED_PROFIT
    )
    # A list is read as a whole anyway
    if isinstance(scores, SparseScores) or not fit:
        return scores.pairs()
    width = scores.shape[1]
    former = np.array(problem.former, dtype=np.int64).reshape(-1, 2)
    # The chosen pairs, pins and former pairs are listed whatever their reduced profit
    pairs = np.concatenate([always, former])
    pairs = pairs[scores.allows(pairs[:, 0], pairs[:, 1])]
    named = np.unique(pairs[:, 0] * width + pairs[:, 1])
    mentors, mentees = np.divmod(_profitable_places(problem, scores, prices, named, least_profit), max(width, 1))
    return mentors, mentees


def _is_separable(problem: AssignmentProblem, prices: DualSolution, *, grouped: bool) -> bool:
    """Return whether the duals of a pair are a sum over its two people; ``grouped``: within groups of mentors."""
    rows = [row for row, _ in rows_with_duals(problem, prices)]
    both = [row for row in rows if row.as_sum(problem.shape) is None]
    of_rows = not both or (grouped and all(row.as_product(problem.shape) is not None for row in both))
    return of_rows and not (any(prices.linking_duals) or prices.goal_duals)


def _profitable_places(
    problem: AssignmentProblem, scores: Scores, prices: DualSolution, named: IntVector, least_profit: int
) -> IntVector:
    """Return the places of pairs of a reduced profit of ``least_profit`` or more, and those ``named``, sorted.

    A place is mentor times width plus mentee; ``named`` are sorted places of allowed pairs.
    """
    flat, mentor, mentee, score = _profit_parts(problem, prices)
    for some, more in _groups_of_equal_factors(problem, prices):
        # Reduced profit, as a scan of scores: score >= limit of the row - offset of the column
        limits = np.where(some, least_profit - flat - mentor, -EXCLUDED)
        named = _merge_sorted(scores.above(ScanQuery(limits, mentee - more, score)), named)
    return named


def _merge_sorted(places: IntVector, more: IntVector) -> IntVector:
    """Return the places that are in one of two sorted lists, or in both, sorted; the first is the longer one mostly."""
    at = np.searchsorted(places, more)
    new = np.append(places, -1)[at] != more
    return np.insert(places, at[new], more[new]) if new.any() else places


def _groups_of_equal_factors(
    problem: AssignmentProblem, prices: DualSolution
) -> Iterator[tuple[BoolVector, IntVector]]:
    """Yield mentors (n,) of equal factors in the rows about both people of a pair, and the costs of mentees with them.

    Together they are all mentors, each once.
    """
    n, m = problem.shape
    times, costs = [np.zeros(n, dtype=np.int64)], [np.zeros(m, dtype=np.int64)]
    for row, price in rows_with_duals(problem, prices):
        both = None if row.as_sum(problem.shape) is not None else row.as_product(problem.shape)
        if both is not None:
            times.append(both[0])
            costs.append(price * both[1])
    # Mentors of equal factors have the same costs of mentees
    known, group = np.unique(np.stack(times, axis=1), axis=0, return_inverse=True)
    for place, own in enumerate(known):
        yield group.ravel() == place, own @ np.stack(costs)


def _profit_parts(problem: AssignmentProblem, prices: DualSolution) -> tuple[int, IntVector, IntVector, int]:
    """Return the parts of the reduced profit of a pair that is no former one: flat, by mentor, by mentee, by score."""
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


@dataclass(frozen=True, slots=True)
class SolutionSet:
    """The answers that leave the ``fixed`` pairs as ``chosen``, and everybody within their degree bounds.

    ``mentors``, ``mentees``, ``chosen``, ``fixed`` (e,): the listed pairs; a pair that is not listed is fixed as not
    chosen. ``least`` and ``most``: the degree bounds of each side that are left. ``sides``: those of the problem.
    ``extremes``: bounds on the scores of all pairs, listed or not.
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
        """Return all answers among pairs of a score of ``least`` or more, None: all pairs.

        Pins are settled, and so are the other pairs of people whom pins leave no place. With prices ``near``, pairs
        that exceed these by less than ``least_profit`` need not be listed.
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
        # Who has no slot beside the pins has no other pair
        full = [taken >= most for taken, most in zip(face.loads(pinned), most, strict=True)]
        return face._fix(full[0][mentors] | full[1][mentees])

    @property
    def places(self) -> int:
        """Return a bound on the number of pairs that can be chosen."""
        return min(int(most.sum()) for most in self.most)

    def loads(self, mask: BoolVector) -> tuple[IntVector, ...]:
        """Return how many pairs of a mask each person of both sides is in."""
        sides = zip((self.mentors, self.mentees), self.most, strict=True)
        return tuple(np.bincount(people[mask], minlength=len(most)) for people, most in sides)

    def bound(self, stage: DualStage) -> int:
        """Return the dual bound of a stage, in parts."""
        # Fixed pairs as they are; an open pair where it adds to the bound
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
        """Return (n,) bool: who may stay unused, and has a minimum otherwise."""
        return np.asarray(self.sides[side].conditional & (self.least[side] == 0))

    def fix_by_reduced_profit(self, stage: DualStage, gap: int) -> Self:
        """Return the answers that are worth no less than the chosen pairs, whose worth the bound exceeds by ``gap``."""
        face = self._fix(np.abs(stage.reduced_profit) > gap)
        if gap:
            return face
        held = [
            (price != 0) & (~self._may_be_unused(side) | (self._term_if_used(stage, side) != 0))
            for side, price in enumerate(stage.sides)
        ]
        sides = list(zip(held, self.loads(self.chosen), face.least, face.most, strict=True))
        face = replace(
            face,
            least=tuple(np.where(priced, load, least) for priced, load, least, _ in sides),
            most=tuple(np.where(priced, load, most) for priced, load, _, most in sides),
        )
        return face._fix(face._acyclic_pairs())

    def _fix(self, mask: BoolVector) -> Self:
        """Return the answers with more pairs settled, and nobody below the settled pairs that they are in."""
        settled = self.fixed | mask
        taken = self.loads(settled & self.chosen)
        least = tuple(np.maximum(low, count) for low, count in zip(self.least, taken, strict=True))
        return replace(self, fixed=settled, least=least)

    def _acyclic_pairs(self) -> BoolVector:
        """Return (e,) bool: the pairs on no cycle of the residual graph of people and a sink."""
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
    """Return the nodes in the order in which a depth-first search finishes them."""
    left, seen = [], [False] * len(graph)
    for root in range(len(graph)):
        path = [] if seen[root] else [(root, iter(graph[root]))]
        seen[root] = True
        while path:
            node, heads = path[-1]
            head = next((head for head in heads if not seen[head]), None)
            if head is None:
                left.append(node)
                path.pop()
            else:
                seen[head] = True
                path.append((head, iter(graph[head])))
    return left
