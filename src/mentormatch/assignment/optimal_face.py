"""Optimal face of an assignment polytope: complementary slackness, and cycles of residual arcs.

A face contains the pairs that are in some optimum and not in another, with the degrees that people still have for them;
all other pairs are fixed. An optimal dual determines the optimal face (complementary slackness): a pair with a reduced
profit other than 0 is fixed, and so is the degree of a person whose dual is not 0. Tight pairs on no cycle of the
residual graph are fixed too (Ahuja, Magnanti & Orlin 1993, chapter 12).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector

INT64_SUM_LIMIT = 1 << 63  # sums below this are exact


@dataclass(frozen=True, slots=True)
class RemainingDegrees:
    """Bounds on the number of open pairs per person of a side: ``least`` and ``most``, (n,) int64."""

    least: IntVector
    most: IntVector

    def of(self, some: IntVector) -> "RemainingDegrees":
        """Return the bounds of some people, by position."""
        return RemainingDegrees(self.least[some], self.most[some])

    def without(self, fixed: IntVector) -> "RemainingDegrees":
        """Return the bounds that remain once ``fixed`` (n,) pairs of each person are chosen."""
        return RemainingDegrees(np.maximum(self.least - fixed, 0), self.most - fixed)

    def fix_degrees(self, loads: IntVector, duals: IntVector) -> "RemainingDegrees":
        """Return the bounds with the degrees of people with a dual fixed at ``loads`` (complementary slackness)."""
        priced = duals != 0
        return RemainingDegrees(np.where(priced, loads, self.least), np.where(priced, loads, self.most))

    def dual_term(self, duals: IntVector) -> int:
        """Return the term of these people in the dual objective, the greatest ``sum of degree * dual``, exactly."""
        upper, lower = np.maximum(self.least, self.most), np.minimum(self.least, self.most)
        return exact_dot(duals, np.where(duals > 0, upper, lower))

    def contain(self, loads: IntVector) -> bool:
        """Return whether all ``loads`` (n,) are within the bounds."""
        return bool(((self.least <= loads) & (loads <= self.most)).all())


@dataclass(frozen=True, slots=True)
class PrimalDual:
    """The ``chosen`` open pairs, (e,) bool, and the int64 duals of both sides that prove them."""

    chosen: BoolVector
    left: IntVector
    right: IntVector


@dataclass(frozen=True, slots=True)
class OptimalFace:
    """Open pairs ``lefts[e]``, ``rights[e]``, the degrees of people in open pairs, and the pairs fixed as chosen.

    ``fixed`` is (k, 2), mentor and mentee. ``incumbent`` (e,) bool: a feasible choice of open pairs, if known.
    """

    lefts: IntVector
    rights: IntVector
    left: RemainingDegrees
    right: RemainingDegrees
    fixed: IntMatrix = field(default_factory=lambda: pair_array(()))
    incumbent: BoolVector | None = None

    def __len__(self) -> int:
        return len(self.lefts)

    @classmethod
    def of(cls, problem: AssignmentProblem) -> Self | None:
        """Return the whole polytope of a problem without side constraints; None if the pins are infeasible."""
        if not are_pins_feasible(problem):
            return None
        left, right = remaining_degrees(problem)
        mentors, mentees = problem.scores.pairs()
        m = problem.shape[1]
        # Pins are fixed; people without further capacity have no open pair
        pinned = np.array([mentor * m + mentee for mentor, mentee in problem.pins], dtype=np.int64)
        is_open = ~np.isin(mentors * m + mentees, pinned) & (left.most[mentors] > 0) & (right.most[mentees] > 0)
        return cls(mentors[is_open], mentees[is_open], left, right, pair_array(problem.pins))

    @property
    def people(self) -> int:
        """The number of people with open pairs."""
        sides = (self.lefts, self.rights)
        return sum(int(np.count_nonzero(np.bincount(people))) for people in sides)

    @property
    def is_b_matching(self) -> bool:
        """Whether people of both sides may have several partners."""
        return all(bounds.most.max(initial=0) > 1 for bounds in (self.left, self.right))

    @property
    def should_swap_sides(self) -> bool:
        """Whether solvers exchange the sides.

        After the exchange left people have capacity 1, or in a b-matching the left side has fewer slots.
        """
        left, right = self.left.most, self.right.most
        return bool(left.sum() > right.sum()) if self.is_b_matching else bool(left.max(initial=0) > 1)

    def loads(self, chosen: BoolVector) -> tuple[IntVector, IntVector]:
        """Return the number of chosen pairs per person of both sides."""
        return (
            np.bincount(self.lefts[chosen], minlength=len(self.left.most)),
            np.bincount(self.rights[chosen], minlength=len(self.right.most)),
        )

    def solution_pairs(self, chosen: BoolVector) -> IntMatrix:
        """Return (k, 2) the chosen pairs and the fixed ones, sorted."""
        pairs = np.concatenate([self.fixed, np.column_stack([self.lefts[chosen], self.rights[chosen]])])
        return pairs[np.lexsort(pairs.T[::-1])]

    def holds(self, optimum: PrimalDual) -> bool:
        """Return whether the choice is primal feasible: all people are within their degree bounds."""
        loads = self.loads(optimum.chosen)
        return self.left.contain(loads[0]) and self.right.contain(loads[1])

    def swap_sides(self) -> "OptimalFace":
        """Return the face with the sides exchanged, without the ``fixed`` pairs."""
        return OptimalFace(self.rights, self.lefts, self.right, self.left, incumbent=self.incumbent)

    def certifies(self, optimum: PrimalDual, profit: IntVector) -> bool:
        """Return whether the choice is feasible and the dual bound equals its profit (strong duality), in integers."""
        reduced_profit = profit - optimum.left[self.lefts] - optimum.right[self.rights]
        # Dual objective: degree terms, and positive reduced profits, as each pair is chosen at most once
        bound = (
            self.left.dual_term(optimum.left)
            + self.right.dual_term(optimum.right)
            + exact_dot(reduced_profit[reduced_profit > 0])
        )
        return self.holds(optimum) and bound == exact_dot(profit[optimum.chosen])

    def restrict_to_optimum(self, optimum: PrimalDual, profit: IntVector) -> "OptimalFace":
        """Return the face of all solutions with the profit of the optimum, whose duals must prove it."""
        # Complementary slackness: degrees with a dual are fixed, and so are pairs that are not tight
        reduced_profit = profit - optimum.left[self.lefts] - optimum.right[self.rights]
        loads = self.loads(optimum.chosen)
        # Degrees of people with a dual are fixed
        with_fixed_degrees = replace(
            self,
            left=self.left.fix_degrees(loads[0], optimum.left),
            right=self.right.fix_degrees(loads[1], optimum.right),
        )
        # Pairs are fixed if not tight, or on no cycle
        return with_fixed_degrees.fix(
            optimum.chosen, with_fixed_degrees.free_pairs(optimum.chosen, reduced_profit == 0)
        )

    def fix(self, chosen: BoolVector, free: BoolVector) -> "OptimalFace":
        """Return the face with only the ``free`` pairs open, and all others fixed as ``chosen``."""
        # Chosen pairs that are fixed leave the face, with the degrees that they use
        fixed = chosen & ~free
        used = self.loads(fixed)
        pairs = np.column_stack([self.lefts[fixed], self.rights[fixed]])
        return OptimalFace(
            self.lefts[free],
            self.rights[free],
            self.left.without(used[0]),
            self.right.without(used[1]),
            np.concatenate([self.fixed, pairs]),
            chosen[free],
        )

    def free_pairs(self, chosen: BoolVector, tight: BoolVector) -> BoolVector:
        """Return (e,) bool: the tight pairs that are chosen in some optimum and not in another.

        Two optima differ by cycles of the residual graph on all people and a sink: an arc from left to right for a
        tight pair that is not chosen, backwards for a chosen one, and arcs to and from the sink for degrees that may
        change. An arc is on a cycle if and only if both its ends are in one strongly connected component.
        """
        # Whether a person may have one more pair, or one fewer
        n, loads = len(self.left.most), self.loads(chosen)
        is_droppable = (loads[0] > self.left.least)[self.lefts] & (loads[1] > self.right.least)[self.rights]
        free = np.zeros(len(self), dtype=bool)
        # Without an alternative pair or a pair that may be dropped, there is no cycle
        if not (tight & (is_droppable | ~chosen)).any():
            return free
        # Residual arcs of the tight pairs
        lefts, rights, is_chosen = self.lefts[tight], self.rights[tight] + n, chosen[tight]
        tails, heads = np.where(is_chosen, rights, lefts), np.where(is_chosen, lefts, rights)
        # Arcs from the sink: left people who may have one more pair, right people who may have one fewer
        from_sink = np.flatnonzero(np.concatenate([loads[0] < self.left.most, loads[1] > self.right.least]))
        # Arcs to the sink: people who may change the other way
        to_sink = np.flatnonzero(np.concatenate([loads[0] > self.left.least, loads[1] < self.right.most]))
        sink = n + len(self.right.most)
        starts = np.concatenate([tails, np.full(len(from_sink), sink), to_sink])
        component = _strong_components(
            starts, np.concatenate([heads, from_sink, np.full(len(to_sink), sink)]), sink + 1
        )
        # Both ends in one component: the arc is on a cycle
        free[tight] = component[lefts] == component[rights]
        return free


def _strong_components(tails: IntVector, heads: IntVector, count: int) -> IntVector:
    """Return (count,) int64: the strongly connected component of each node of the graph with arcs tails -> heads."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    # Compressed rows are built here: scipy's conversion takes longer than the components of a small graph
    starts = np.append(0, np.cumsum(np.bincount(tails, minlength=count)))
    graph = csr_array((np.ones(len(tails)), heads[np.argsort(tails)], starts), shape=(count, count))
    return connected_components(graph, directed=True, connection="strong")[1].astype(np.int64)


def exact_dot(values: IntVector, times: IntVector | int = 1) -> int:
    """Return the sum of ``values * times`` exactly, as a Python integer: lexicographic weights may exceed int64."""
    bound = _magnitude(values) * (1 if isinstance(times, int) else _magnitude(times)) * len(values)
    if bound < INT64_SUM_LIMIT:
        return int(values.sum()) * times if isinstance(times, int) else int(np.dot(values, times))
    # Two sums of 32-bit halves, each within int64
    high, low = values >> 32, values & 0xFFFFFFFF
    return (int((high * times).sum()) << 32) + int((low * times).sum())


def _magnitude(values: IntVector) -> int:
    return max(abs(int(values.min())), abs(int(values.max()))) if len(values) else 0


def empty_optimum(face: OptimalFace) -> PrimalDual:
    """Return the optimum of an empty face: no pair, and all duals 0."""
    return PrimalDual(np.zeros(len(face), dtype=bool), np.zeros_like(face.left.most), np.zeros_like(face.right.most))


def remaining_degrees(problem: AssignmentProblem) -> tuple[RemainingDegrees, RemainingDegrees]:
    """Return the degree bounds of mentors and mentees without the pins, at most the number of allowed partners."""
    degrees = problem.scores.degrees
    left, right = _firm_degrees(problem.mentors, degrees[0]), _firm_degrees(problem.mentees, degrees[1])
    if not problem.pins:
        return left, right
    mentors, mentees = _pin_degrees(problem)
    return left.without(mentors), right.without(mentees)


def are_pins_feasible(problem: AssignmentProblem) -> bool:
    """Return whether every pin is an allowed pair, and the pins of each person are within the capacity."""
    return are_pins_allowed(problem) and not any((side.most < 0).any() for side in remaining_degrees(problem))


def are_pins_allowed(problem: AssignmentProblem) -> bool:
    """Return whether every pin is an allowed pair."""
    if not problem.pins:
        return True
    pins = pair_array(problem.pins)
    return bool(problem.scores.allows(pins[:, 0], pins[:, 1]).all())


def pair_array(pairs: Sequence[tuple[int, int]]) -> IntMatrix:
    """Return the pairs as an array, (k, 2) int64."""
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _pin_degrees(problem: AssignmentProblem) -> tuple[IntVector, IntVector]:
    """Return the number of pins of each mentor and of each mentee."""
    pins = pair_array(problem.pins)
    n, m = problem.shape
    return np.bincount(pins[:, 0], minlength=n), np.bincount(pins[:, 1], minlength=m)


def _firm_degrees(loads: DegreeBounds, degree: IntVector) -> RemainingDegrees:
    """Return the bounds that hold in any case, given the number of allowed partners ``degree`` (n,)."""
    return RemainingDegrees(loads.firm_minimum, loads.within(degree))


def round_duals(problem: AssignmentProblem, duals: DualSolution) -> DualSolution:
    """Return integral duals of people whose bound is no greater than that of the fractional ones.

    Shift by a cut, then round mentors down and mentees up: dual feasibility is kept, because profits are integers and
    the constraint matrix is totally unimodular (Hoffman & Kruskal 1956). The average bound over all cuts is that of the
    fractional duals, so the best cut is no worse.
    """
    if duals.denominator == 1:
        return duals
    cut = _best_cut(problem, duals)
    mentors, mentees = (duals.mentors + cut) // duals.denominator, -((cut - duals.mentees) // duals.denominator)
    return replace(duals, mentors=mentors, mentees=mentees, denominator=1)


def duals_by_goal(duals: DualSolution) -> Iterator[DualSolution]:
    """Yield the duals of each goal of a stage, rounded to the weight of the goal, with the goals before as rows."""
    for index, (goal, weight) in enumerate(duals.weights if duals.degrees_only else ()):
        # Rounding by goal requires that all earlier weights are multiples of this one
        if any(earlier_weight % weight for _, earlier_weight in duals.weights[:index]):
            return
        # Earlier goals enter as constraints, with minus their relative weights as duals
        goal_duals = tuple((earlier, -(earlier_weight // weight)) for earlier, earlier_weight in duals.weights[:index])
        mentors, mentees = round_to_nearest_unit((duals.mentors, duals.mentees), duals.denominator * weight)
        yield DualSolution(
            ((goal, 1),), mentors, mentees, duals.rows, goal_duals, score_threshold=duals.score_threshold
        )


def round_to_nearest_unit(duals: tuple[IntVector, IntVector], unit: int) -> tuple[IntVector, IntVector]:
    """Return the duals of both sides in units, rounded to nearest: halves go up on the left, down on the right."""
    return (duals[0] + unit // 2) // unit, -((unit // 2 - duals[1]) // unit)


def dual_bound(problem: AssignmentProblem, duals: DualSolution) -> int:
    """Return the dual objective without the pins, a bound on any solution if no reduced profit is above 0."""
    sides = zip(remaining_degrees(problem), (duals.mentors, duals.mentees), strict=True)
    return sum(bounds.dual_term(side_duals) for bounds, side_duals in sides)


def _best_cut(problem: AssignmentProblem, duals: DualSolution) -> int:
    """Return the cut, in units of 1 / denominator, at which the rounded duals have the least bound."""
    denominator, sides = duals.denominator, (duals.mentors, duals.mentees)
    loads = [
        np.where(side_duals > 0, bounds.most, bounds.least)
        for side_duals, bounds in zip(sides, remaining_degrees(problem), strict=True)
    ]
    # A cut beyond the fractional part of a dual changes the integer to which it is rounded
    fractions = sides[0] % denominator, sides[1] % denominator
    # The bound changes only at the cuts that change the rounding of some dual
    cuts, cut_index = np.unique(
        np.concatenate([[0], (denominator - fractions[0]) % denominator, fractions[1]]), return_inverse=True
    )
    change = np.zeros(len(cuts), dtype=np.int64)
    np.add.at(
        change,
        cut_index,
        np.concatenate(
            [[0], _loads_of_fractional(fractions[0], loads[0]), -_loads_of_fractional(fractions[1], loads[1])]
        ),
    )
    return int(cuts[np.argmin(np.cumsum(change))])


def _loads_of_fractional(fractions: IntVector, loads: IntVector) -> IntVector:
    """Return the loads of people whose dual is not integral, 0 for others."""
    return np.where(fractions > 0, loads, 0)
