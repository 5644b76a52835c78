"""The optimal face of an assignment polytope: what complementary slackness leaves free, on cycles of residual arcs.

A face holds the pairs that are in some optimal answer and not in some other, with the degrees that people still have
for them; all other pairs are fixed. An optimal dual tells the face of its primal (complementary slackness): a pair of
reduced profit other than 0 is fixed, and so is the degree of a person whose dual is not 0. Of the tight pairs, those on
no cycle of the residual graph are fixed too (Ahuja, Magnanti & Orlin 1993, chapter 12).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector

EXACT = 1 << 63
"""Sums below this are exact in int64."""


@dataclass(frozen=True, slots=True)
class RemainingDegrees:
    """Bounds on how many of the open pairs each person of a side takes: ``least`` and ``most``, (n,) int64."""

    least: IntVector
    most: IntVector

    def of(self, some: IntVector) -> "RemainingDegrees":
        """Return the bounds of some people, by their positions."""
        return RemainingDegrees(self.least[some], self.most[some])

    def without(self, taken: IntVector) -> "RemainingDegrees":
        """Return the bounds that remain when ``taken`` (n,) pairs of each person are fixed."""
        return RemainingDegrees(np.maximum(self.least - taken, 0), self.most - taken)

    def fix_degrees(self, loads: IntVector, prices: IntVector) -> "RemainingDegrees":
        """Return the bounds with the degree of who has a dual fixed at ``loads`` (complementary slackness)."""
        priced = prices != 0
        return RemainingDegrees(np.where(priced, loads, self.least), np.where(priced, loads, self.most))

    def value(self, prices: IntVector) -> int:
        """Return the term of these people in the dual objective: the greatest ``sum of degree * dual``, exactly."""
        dear, cheap = np.maximum(self.least, self.most), np.minimum(self.least, self.most)
        return exact_dot(prices, np.where(prices > 0, dear, cheap))

    def hold(self, loads: IntVector) -> bool:
        """Return whether all ``loads`` (n,) are within the bounds."""
        return bool(((self.least <= loads) & (loads <= self.most)).all())


@dataclass(frozen=True, slots=True)
class PrimalDual:
    """The open pairs that are ``chosen``, (e,) bool, and the duals of both sides, int64, that prove it."""

    chosen: BoolVector
    left: IntVector
    right: IntVector


@dataclass(frozen=True, slots=True)
class OptimalFace:
    """Open pairs ``lefts[e]``, ``rights[e]``, the degrees that people have for them, and the pairs fixed as chosen.

    ``fixed`` is (k, 2), mentor and mentee. ``incumbent`` (e,) bool: an answer on the open pairs, where one is known.
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
        """Return the whole polytope of a problem without side constraints; None if no answer can hold the pins."""
        if not are_pins_feasible(problem):
            return None
        left, right = remaining_degrees(problem)
        mentors, mentees = problem.scores.pairs()
        m = problem.shape[1]
        # Pins are fixed; who has no place beside them has no open pair
        pinned = np.array([mentor * m + mentee for mentor, mentee in problem.pins], dtype=np.int64)
        kept = ~np.isin(mentors * m + mentees, pinned) & (left.most[mentors] > 0) & (right.most[mentees] > 0)
        return cls(mentors[kept], mentees[kept], left, right, pair_array(problem.pins))

    @property
    def people(self) -> int:
        """Return how many people have open pairs."""
        sides = (self.lefts, self.rights)
        return sum(int(np.count_nonzero(np.bincount(people))) for people in sides)

    @property
    def several(self) -> bool:
        """Return whether people of both sides may have several partners (b-matching)."""
        return all(bounds.most.max(initial=0) > 1 for bounds in (self.left, self.right))

    @property
    def turns(self) -> bool:
        """Return whether the sides are exchanged for those who solve it.

        Then nobody on the left has several partners, or the left side has fewer places.
        """
        left, right = self.left.most, self.right.most
        return bool(left.sum() > right.sum()) if self.several else bool(left.max(initial=0) > 1)

    def loads(self, chosen: BoolVector) -> tuple[IntVector, IntVector]:
        """Return how many of the chosen pairs each person of both sides is in."""
        return (
            np.bincount(self.lefts[chosen], minlength=len(self.left.most)),
            np.bincount(self.rights[chosen], minlength=len(self.right.most)),
        )

    def answer(self, chosen: BoolVector) -> IntMatrix:
        """Return (k, 2) the chosen pairs and the fixed ones, sorted."""
        pairs = np.concatenate([self.fixed, np.column_stack([self.lefts[chosen], self.rights[chosen]])])
        return pairs[np.lexsort(pairs.T[::-1])]

    def holds(self, optimum: PrimalDual) -> bool:
        """Return whether the choice is primal feasible: everybody is within their degree bounds."""
        loads = self.loads(optimum.chosen)
        return self.left.hold(loads[0]) and self.right.hold(loads[1])

    def swap_sides(self) -> "OptimalFace":
        """Return the same face with the sides exchanged; ``fixed`` is not carried along."""
        return OptimalFace(self.rights, self.lefts, self.right, self.left, incumbent=self.incumbent)

    def certifies(self, optimum: PrimalDual, profit: IntVector) -> bool:
        """Return whether the choice is feasible and the dual bound equals its profit (strong duality), in integers."""
        surplus = profit - optimum.left[self.lefts] - optimum.right[self.rights]
        # Dual objective: degree terms, and the positive reduced profits, as a pair is taken at most once
        bound = self.left.value(optimum.left) + self.right.value(optimum.right) + exact_dot(surplus[surplus > 0])
        return self.holds(optimum) and bound == exact_dot(profit[optimum.chosen])

    def restrict_to_optimum(self, optimum: PrimalDual, profit: IntVector) -> "OptimalFace":
        """Return the face of the answers of as much profit as the optimum, whose duals must prove it."""
        # Complementary slackness: degrees with a dual are fixed, and so are pairs that are not tight
        surplus = profit - optimum.left[self.lefts] - optimum.right[self.rights]
        loads = self.loads(optimum.chosen)
        # Degrees of people with a dual
        held = replace(
            self,
            left=self.left.fix_degrees(loads[0], optimum.left),
            right=self.right.fix_degrees(loads[1], optimum.right),
        )
        # Pairs: not tight, or tight and on no cycle
        return held.fix(optimum.chosen, held.free_pairs(optimum.chosen, surplus == 0))

    def fix(self, chosen: BoolVector, free: BoolVector) -> "OptimalFace":
        """Return the face in which only the ``free`` pairs are open, and all others fixed as ``chosen``."""
        # The fixed pairs that are chosen leave the face, with the degrees that they use
        done = chosen & ~free
        taken = self.loads(done)
        pairs = np.column_stack([self.lefts[done], self.rights[done]])
        return OptimalFace(
            self.lefts[free],
            self.rights[free],
            self.left.without(taken[0]),
            self.right.without(taken[1]),
            np.concatenate([self.fixed, pairs]),
            chosen[free],
        )

    def free_pairs(self, chosen: BoolVector, tight: BoolVector) -> BoolVector:
        """Return (e,) bool: the pairs in which some other answer on the tight pairs differs from the chosen one.

        Two answers differ by cycles of the residual graph on all people and a sink: an arc from left to right for a
        tight pair that is not chosen, back for a chosen one, and arcs to and from the sink for degrees that may
        change. An arc is on a cycle if and only if both its ends are in one strongly connected component.
        """
        # Degrees of the chosen answer: whether a person may have one more, or one fewer
        n, loads = len(self.left.most), self.loads(chosen)
        leaving = (loads[0] > self.left.least)[self.lefts] & (loads[1] > self.right.least)[self.rights]
        free = np.zeros(len(self), dtype=bool)
        # Without an alternative pair, and with no pair that may be dropped, there is no cycle
        if not (tight & (leaving | ~chosen)).any():
            return free
        # Residual arcs of the tight pairs
        lefts, rights, taken = self.lefts[tight], self.rights[tight] + n, chosen[tight]
        tails, heads = np.where(taken, rights, lefts), np.where(taken, lefts, rights)
        # Arcs of the sink: to whom it leads (one more on the left, one fewer on the right), and who leads to it
        into = np.flatnonzero(np.concatenate([loads[0] < self.left.most, loads[1] > self.right.least]))
        # People who may change the other way have an arc to the sink
        out = np.flatnonzero(np.concatenate([loads[0] > self.left.least, loads[1] < self.right.most]))
        sink = n + len(self.right.most)
        starts = np.concatenate([tails, np.full(len(into), sink), out])
        part = _strong_components(starts, np.concatenate([heads, into, np.full(len(out), sink)]), sink + 1)
        # Both ends in one component: the arc is on a cycle
        free[tight] = part[lefts] == part[rights]
        return free


def _strong_components(tails: IntVector, heads: IntVector, count: int) -> IntVector:
    """Return (count,) int64: the strongly connected component of each node of the graph with arcs tails -> heads."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    # Compressed rows at once: to convert a list of arcs takes longer than the components of a small graph
    starts = np.append(0, np.cumsum(np.bincount(tails, minlength=count)))
    graph = csr_array((np.ones(len(tails)), heads[np.argsort(tails)], starts), shape=(count, count))
    return connected_components(graph, directed=True, connection="strong")[1].astype(np.int64)


def exact_dot(values: IntVector, times: IntVector | int = 1) -> int:
    """Return the sum of ``values * times`` exactly, as a Python integer: lexicographic weights can exceed int64."""
    greatest = _magnitude(values) * (1 if isinstance(times, int) else _magnitude(times)) * len(values)
    if greatest < EXACT:
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
    """Return the degree bounds of mentors and of mentees beside the pins, at most the number of allowed partners."""
    degrees = problem.scores.degrees
    left, right = _firm_degrees(problem.mentors, degrees[0]), _firm_degrees(problem.mentees, degrees[1])
    if not problem.pins:
        return left, right
    mentors, mentees = _pin_degrees(problem)
    return left.without(mentors), right.without(mentees)


def are_pins_feasible(problem: AssignmentProblem) -> bool:
    """Return whether every pin is an allowed pair, and nobody is in more of them than they have places."""
    return are_pins_allowed(problem) and not any((side.most < 0).any() for side in remaining_degrees(problem))


def are_pins_allowed(problem: AssignmentProblem) -> bool:
    """Return whether every pin is an allowed pair."""
    if not problem.pins:
        return True
    pins = pair_array(problem.pins)
    return bool(problem.scores.allows(pins[:, 0], pins[:, 1]).all())


def pair_array(pairs: Sequence[tuple[int, int]]) -> IntMatrix:
    """Return (k, 2) int64: the pairs as an array."""
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _pin_degrees(problem: AssignmentProblem) -> tuple[IntVector, IntVector]:
    """Return the number of pins of each mentor and of each mentee."""
    pins = pair_array(problem.pins)
    n, m = problem.shape
    return np.bincount(pins[:, 0], minlength=n), np.bincount(pins[:, 1], minlength=m)


def _firm_degrees(loads: DegreeBounds, degree: IntVector) -> RemainingDegrees:
    """Return the bounds that hold in any case, given the number of allowed partners ``degree`` (n,)."""
    return RemainingDegrees(loads.firm_minimum, loads.within(degree))


def round_duals(problem: AssignmentProblem, prices: DualSolution) -> DualSolution:
    """Return an integral dual of people whose bound is no greater than that of the fractional one.

    Shift by a cut, then round mentors down and mentees up: dual feasibility is kept, because profits are integers and
    the constraint matrix is totally unimodular (Hoffman & Kruskal 1956). Averaged over all cuts the bound is that of
    the fractional dual, so the best cut does as well.
    """
    if prices.denominator == 1:
        return prices
    cut = _best_cut(problem, prices)
    mentors, mentees = (prices.mentors + cut) // prices.denominator, -((cut - prices.mentees) // prices.denominator)
    return replace(prices, mentors=mentors, mentees=mentees, denominator=1)


def duals_by_goal(prices: DualSolution) -> Iterator[DualSolution]:
    """Yield the dual of each goal of a stage, rounded to the weight of that goal, those before it kept."""
    for place, (goal, weight) in enumerate(prices.weights if prices.degrees_only else ()):
        # A goal can be rounded alone only if all weights before it are its multiples
        if any(above % weight for _, above in prices.weights[:place]):
            return
        # The goals before it enter as constraints, with minus their relative weights as duals
        kept = tuple((before, -(above // weight)) for before, above in prices.weights[:place])
        mentors, mentees = nearest_unit((prices.mentors, prices.mentees), prices.denominator * weight)
        yield DualSolution(((goal, 1),), mentors, mentees, prices.rows, kept, score_threshold=prices.score_threshold)


def nearest_unit(prices: tuple[IntVector, IntVector], unit: int) -> tuple[IntVector, IntVector]:
    """Return the duals of both sides in units, rounded to the nearest: halves go up on the left, down on the right."""
    return (prices[0] + unit // 2) // unit, -((unit // 2 - prices[1]) // unit)


def dual_bound(problem: AssignmentProblem, prices: DualSolution) -> int:
    """Return the dual objective, beside the pins; a bound on any answer if no reduced profit is above 0."""
    sides = zip(remaining_degrees(problem), (prices.mentors, prices.mentees), strict=True)
    return sum(bounds.value(each) for bounds, each in sides)


def _best_cut(problem: AssignmentProblem, prices: DualSolution) -> int:
    """Return the cut, in parts of a unit, at which the rounded dual has the least bound."""
    parts, pays = prices.denominator, (prices.mentors, prices.mentees)
    loads = [
        np.where(own > 0, side.most, side.least) for own, side in zip(pays, remaining_degrees(problem), strict=True)
    ]
    # Fractional parts: a cut beyond one changes to which integer the dual is rounded
    over = pays[0] % parts, pays[1] % parts
    # The bound changes only at the cuts at which some dual is rounded to another integer
    cuts, place = np.unique(np.concatenate([[0], (parts - over[0]) % parts, over[1]]), return_inverse=True)
    change = np.zeros(len(cuts), dtype=np.int64)
    np.add.at(
        change,
        place,
        np.concatenate([[0], _loads_of_fractional(over[0], loads[0]), -_loads_of_fractional(over[1], loads[1])]),
    )
    return int(cuts[np.argmin(np.cumsum(change))])


def _loads_of_fractional(over: IntVector, loads: IntVector) -> IntVector:
    """Return the loads of people whose dual is no integer, 0 for all others."""
    return np.where(over > 0, loads, 0)
