"""The optimal face of an assignment polytope: what complementary slackness leaves free, on cycles of residual arcs.

A face holds the pairs that some optimal answer takes and some other leaves, with the places that each person still
has for them; all other pairs are settled. Prices (dual values) that prove an answer also tell its face: a pair whose
worth is not the sum of the two prices is settled, and so is the load of a person whose price is not 0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np

from mentormatch.assignment.kernels.jit import use_numba
from mentormatch.assignment.model.problem import AssignmentProblem, DegreeBounds
from mentormatch.assignment.model.solution import DualSolution
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector


@dataclass(frozen=True, slots=True)
class RemainingDegrees:
    """How many of the open pairs each person of a side takes: ``least`` and ``most``, (n,) int64."""

    least: IntVector
    most: IntVector

    def of(self, some: IntVector) -> "RemainingDegrees":
        """Return the bounds of some people, by their positions."""
        return RemainingDegrees(self.least[some], self.most[some])

    def without(self, taken: IntVector) -> "RemainingDegrees":
        """Return what remains after ``taken`` places of each person are filled."""
        return RemainingDegrees(np.maximum(self.least - taken, 0), self.most - taken)

    def held(self, loads: IntVector, prices: IntVector) -> "RemainingDegrees":
        """Return the bounds with the load of everybody who has a price held where it is."""
        priced = prices != 0
        return RemainingDegrees(np.where(priced, loads, self.least), np.where(priced, loads, self.most))

    def value(self, prices: IntVector) -> int:
        """Return the most that these loads can be worth at ``prices``, however great it is."""
        dear, cheap = np.maximum(self.least, self.most), np.minimum(self.least, self.most)
        return exact_dot(prices, np.where(prices > 0, dear, cheap))

    def hold(self, loads: IntVector) -> bool:
        """Return whether the loads are within the bounds."""
        return bool(((self.least <= loads) & (loads <= self.most)).all())


@dataclass(frozen=True, slots=True)
class PrimalDual:
    """Which of the open pairs are chosen, (e,) bool, and the prices of both sides that prove it."""

    chosen: BoolVector
    left: IntVector
    right: IntVector


@dataclass(frozen=True, slots=True)
class OptimalFace:
    """Open pairs ``lefts[e]``, ``rights[e]``, what each person takes of them, and the settled pairs.

    ``settled`` is (k, 2), mentor and mentee. ``known`` (e,) bool: an answer on the open pairs, where there is one.
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
        """Return all answers of a problem whose only bounds are loads and pins; None if no answer can hold the pins."""
        if not fixed_pairs_feasible(problem):
            return None
        left, right = remaining_degrees(problem)
        mentors, mentees = problem.scores.pairs()
        m = problem.shape[1]
        pinned = np.array([mentor * m + mentee for mentor, mentee in problem.pins], dtype=np.int64)
        kept = ~np.isin(mentors * m + mentees, pinned) & (left.most[mentors] > 0) & (right.most[mentees] > 0)
        return cls(mentors[kept], mentees[kept], left, right, pair_array(problem.pins))

    @property
    def several(self) -> bool:
        """Return whether people of both sides may have several partners."""
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
        """Return (k, 2) the chosen pairs and the settled ones, sorted."""
        pairs = np.concatenate([self.fixed, np.column_stack([self.lefts[chosen], self.rights[chosen]])])
        return pairs[np.lexsort(pairs.T[::-1])]

    def holds(self, optimum: PrimalDual) -> bool:
        """Return whether everybody is within their bounds."""
        loads = self.loads(optimum.chosen)
        return self.left.hold(loads[0]) and self.right.hold(loads[1])

    def flipped(self) -> "OptimalFace":
        """Return the same face with the sides exchanged; ``settled`` is not carried along."""
        return OptimalFace(self.rights, self.lefts, self.right, self.left, incumbent=self.incumbent)

    def certifies(self, optimum: PrimalDual, profit: IntVector) -> bool:
        """Return whether the prices prove in integers that no answer of this face is worth more than the chosen one."""
        surplus = profit - optimum.left[self.lefts] - optimum.right[self.rights]
        bound = self.left.value(optimum.left) + self.right.value(optimum.right) + exact_dot(surplus[surplus > 0])
        return self.holds(optimum) and bound == exact_dot(profit[optimum.chosen])

    def restrict_to_optimum(self, optimum: PrimalDual, profit: IntVector) -> "OptimalFace":
        """Return the face of the answers that are worth as much as the optimum."""
        surplus = profit - optimum.left[self.lefts] - optimum.right[self.rights]
        loads = self.loads(optimum.chosen)
        held = replace(
            self, left=self.left.held(loads[0], optimum.left), right=self.right.held(loads[1], optimum.right)
        )
        return held.fix(optimum.chosen, held.free_pairs(optimum.chosen, surplus == 0))

    def fix(self, chosen: BoolVector, free: BoolVector) -> "OptimalFace":
        """Return the face in which only the ``free`` pairs are open, and the others are as ``chosen``."""
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
        """Return (e,) bool: the pairs that some other answer on the tight pairs takes or leaves.

        An answer differs from the chosen one by closed walks that leave one partner and take another. These are the
        cycles of a graph on all people and a sink, so the pairs are those inside one strongly connected part. None is
        where every tight pair is chosen and can only be left for another.
        """
        n, loads = len(self.left.most), self.loads(chosen)
        leaving = (loads[0] > self.left.least)[self.lefts] & (loads[1] > self.right.least)[self.rights]
        free = np.zeros(len(self), dtype=bool)
        if not (tight & (leaving | ~chosen)).any():
            return free
        lefts, rights, taken = self.lefts[tight], self.rights[tight] + n, chosen[tight]
        tails, heads = np.where(taken, rights, lefts), np.where(taken, lefts, rights)
        into = np.flatnonzero(np.concatenate([loads[0] < self.left.most, loads[1] > self.right.least]))
        out = np.flatnonzero(np.concatenate([loads[0] > self.left.least, loads[1] < self.right.most]))
        sink = n + len(self.right.most)
        starts = np.concatenate([tails, np.full(len(into), sink), out])
        part = _strong_parts(starts, np.concatenate([heads, into, np.full(len(out), sink)]), sink + 1)
        free[tight] = part[lefts] == part[rights]
        return free


def _strong_parts(tails: IntVector, heads: IntVector, count: int) -> IntVector:
    """Return (count,) int: the strongly connected part of each node of a graph."""
    if use_numba(len(tails)):
        from mentormatch.assignment.kernels.components import strong_components

        return strong_components(tails, heads, count)
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    ways = np.ones(len(tails), dtype=np.int8)
    graph = coo_array((ways, (tails, heads)), shape=(count, count)).tocsr()
    return connected_components(graph, directed=True, connection="strong")[1].astype(np.int64)


def exact_dot(values: IntVector, times: IntVector | int = 1) -> int:
    """Return the sum of ``values``, each taken some ``times``, exactly: tiers put together can leave int64 in a sum."""
    high, low = values >> 32, values & 0xFFFFFFFF
    return (int((high * times).sum()) << 32) + int((low * times).sum())


def empty_optimum(face: OptimalFace) -> PrimalDual:
    """Return the choice of no pair, at no price."""
    return PrimalDual(np.zeros(len(face), dtype=bool), np.zeros_like(face.left.most), np.zeros_like(face.right.most))


def remaining_degrees(problem: AssignmentProblem) -> tuple[RemainingDegrees, RemainingDegrees]:
    """Return what each person takes beside the pins, no more than their allowed partners."""
    mentors, mentees = _pinned(problem)
    degrees = problem.scores.degrees()
    left, right = _always(problem.mentors, degrees[0]), _always(problem.mentees, degrees[1])
    return left.without(mentors), right.without(mentees)


def fixed_pairs_feasible(problem: AssignmentProblem) -> bool:
    """Return whether every pin is an allowed pair, and nobody is in more of them than they have places."""
    return fixed_pairs_allowed(problem) and not any((side.most < 0).any() for side in remaining_degrees(problem))


def fixed_pairs_allowed(problem: AssignmentProblem) -> bool:
    """Return whether every pin is an allowed pair."""
    pins = pair_array(problem.pins)
    return bool(problem.scores.allows(pins[:, 0], pins[:, 1]).all())


def pair_array(pairs: Sequence[tuple[int, int]]) -> IntMatrix:
    """Return (k, 2) int64: the pairs as an array."""
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _pinned(problem: AssignmentProblem) -> tuple[IntVector, IntVector]:
    pins = pair_array(problem.pins)
    n, m = problem.shape
    return np.bincount(pins[:, 0], minlength=n), np.bincount(pins[:, 1], minlength=m)


def _always(loads: DegreeBounds, degree: IntVector) -> RemainingDegrees:
    return RemainingDegrees(loads.firm_minimum, np.minimum(loads.most, degree))


def round_duals(problem: AssignmentProblem, prices: DualSolution) -> DualSolution:
    """Return prices of people in whole units, whose bound is no greater than the one in parts."""
    if prices.denominator == 1:
        return prices
    cut = _cut(problem, prices)
    mentors, mentees = (prices.mentors + cut) // prices.denominator, -((cut - prices.mentees) // prices.denominator)
    return replace(prices, mentors=mentors, mentees=mentees, denominator=1)


def duals_by_goal(prices: DualSolution) -> Iterator[DualSolution]:
    """Yield the prices of each goal of a stage in whole units of it, the goals before it being kept."""
    for place, (goal, weight) in enumerate(prices.weights if prices.degrees_only else ()):
        if any(above % weight for _, above in prices.weights[:place]):
            return
        kept = tuple((before, -(above // weight)) for before, above in prices.weights[:place])
        mentors, mentees = nearest_unit((prices.mentors, prices.mentees), prices.denominator * weight)
        yield DualSolution(((goal, 1),), mentors, mentees, prices.rows, kept, score_threshold=prices.score_threshold)


def nearest_unit(prices: tuple[IntVector, IntVector], unit: int) -> tuple[IntVector, IntVector]:
    """Return the prices of both sides in whole units, one side being rounded up where the other is rounded down."""
    return (prices[0] + unit // 2) // unit, -((unit // 2 - prices[1]) // unit)


def dual_bound(problem: AssignmentProblem, prices: DualSolution) -> int:
    """Return what no answer beside the pins is worth more than, if no pair is worth more than its prices."""
    sides = zip(remaining_degrees(problem), (prices.mentors, prices.mentees), strict=True)
    return sum(bounds.value(each) for bounds, each in sides)


def _cut(problem: AssignmentProblem, prices: DualSolution) -> int:
    """Return how many parts are added to mentors' prices, and taken from mentees', before all are rounded."""
    parts, pays = prices.denominator, (prices.mentors, prices.mentees)
    loads = [
        np.where(own > 0, side.most, side.least) for own, side in zip(pays, remaining_degrees(problem), strict=True)
    ]
    over = pays[0] % parts, pays[1] % parts
    cuts, place = np.unique(np.concatenate([[0], (parts - over[0]) % parts, over[1]]), return_inverse=True)
    change = np.zeros(len(cuts), dtype=np.int64)
    np.add.at(change, place, np.concatenate([[0], _where(over[0], loads[0]), -_where(over[1], loads[1])]))
    return int(cuts[np.argmin(np.cumsum(change))])


def _where(over: IntVector, loads: IntVector) -> IntVector:
    """Return the loads of those whose price is no whole number."""
    return np.where(over > 0, loads, 0)
