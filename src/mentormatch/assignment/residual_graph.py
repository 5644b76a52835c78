"""Sensitivity of an optimum: forcing a pair costs a shortest alternating path in the residual graph.

Nodes are all people and a sink. An allowed pair that is not chosen is an arc from its left to its right person, at the
cost of minus its worth; a chosen pair is an arc back, at the cost of its worth; pinned pairs are none. The sink leads
to left people with a free place and to right people who can give up a place, and is reached from left people who can
give one up and from right people with a free one, at cost 0. Closed walks are the changes that keep every load within
its bounds. Their cost is what the answer loses, and none is negative, because the answer is optimal. So forcing (i, k)
costs minus its worth plus the shortest way from k to i (Ahuja, Magnanti and Orlin 1993, chapters 9 to 12), and one
search backwards from i gives the price of every pair of i.

Sums are int64 and exact within ``INFINITE``. Where prices prove the answer, no reduced cost is negative, and Dijkstra's
search on a whole block serves; otherwise Bellman and Ford's on the list of pairs, which needs no prices. Of the ways
that cost the same, the one of fewest arcs is taken, then the one by the people who come first: so it moves as few as
can be, and is the same whatever the search and the prices.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.scores import DenseScores
from mentormatch.assignment.objective import ScalarObjective, objective_of
from mentormatch.assignment.optimal_face import OptimalFace, RemainingDegrees, remaining_degrees
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.base.arrays import VectorPair as VectorPair
from mentormatch.errors import EngineError

type DistanceLimit = Callable[[IntVector, IntVector], int]
"""Returns up to which length ways are asked for, given the cost of the arc to each right person, and the lengths."""

INFINITE = 1 << 61
"""The length of a way that is not there; together with another it still fits into int64."""
LONGEST = INFINITE // 4
"""No way that is looked for in pairs that are not stored is longer."""
PAIRS_OF_A_WAY = 64
"""Where nobody must have a partner a way costs less than a quarter of what so many pairs can be worth."""


def scalarize_for_paths(problem: AssignmentProblem) -> ScalarObjective | None:
    """Return all goals in one stage; None where a goal is no sum, or int64 leaves no room for the length of a way.

    A way costs at most what all places are worth. Where nobody must have a partner, it costs no more than the two pairs
    that make room for the one that is forced, whatever the number of people.
    """
    if not set(problem.goals) <= set(ADDITIVE_GOALS):
        return None
    places = problem.max_pairs
    stage = objective_of(problem, problem.goals[-1])
    for goal in reversed(problem.goals[:-1]):
        upper = objective_of(problem, goal)
        if not upper.fits_above(stage, places):
            return None
        stage = upper.dominate(stage, places)
    bound = any(side.least.any() for side in (problem.mentors, problem.mentees))
    longest = 4 * places + 4 if bound or problem.scores.stored else PAIRS_OF_A_WAY
    return stage if stage.range * longest < INFINITE else None


@dataclass(frozen=True, slots=True)
class DegreeSlack:
    """Who of one side can take one more partner, and who can give one up: (n,) bool each."""

    more: BoolVector
    less: BoolVector

    @classmethod
    def of(cls, bounds: RemainingDegrees, loads: IntVector) -> Self:
        """Return the slack of these loads."""
        return cls(loads < bounds.most, loads > bounds.least)


@dataclass(frozen=True, slots=True)
class ResidualGraph:
    """What two searches share: ``chosen`` (c, 2), left and right, the unpinned pairs of the answer, and the slack."""

    chosen: IntMatrix
    left: DegreeSlack
    right: DegreeSlack

    @property
    def sink(self) -> int:
        """Return the node of the sink: left people come before it, then right ones."""
        return len(self.left.more) + len(self.right.more)

    @property
    def into_sink(self) -> BoolVector:
        """Return (l + r,) bool: from whom an arc leads to the sink."""
        return np.concatenate([self.left.less, self.right.more])

    @property
    def out_of_sink(self) -> BoolVector:
        """Return (l + r,) bool: to whom an arc leads from the sink."""
        return np.concatenate([self.left.more, self.right.less])

    def flipped(self) -> "ResidualGraph":
        """Return the same with the sides exchanged, which turns every arc round."""
        return ResidualGraph(self.chosen[:, ::-1], self.right, self.left)


@dataclass(frozen=True, slots=True)
class ShortestPaths:
    """The shortest way to left person ``target`` from every node of a net, by the next node ``after``, -1 for none.

    ``losses`` (r,) int64 is what it costs to force the pair with each right person; ``INFINITE`` where none holds it.
    """

    target: int
    lefts: int
    losses: IntVector
    after: list[int]

    def change(self, right: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return the pairs (left, right) that forcing the pair with ``right`` adds, and those that it gives up."""
        added, gone = [(self.target, right)], []
        node, sink = self.lefts + right, len(self.after) - 1
        while node != self.target:
            following = self.after[node]
            if node < self.lefts and following < sink:
                added.append((node, following - self.lefts))
            elif node < sink and following < self.lefts:
                gone.append((following, node - self.lefts))
            node = following
        return added, gone


@dataclass(frozen=True, slots=True)
class PathQuery:
    """Asks for the shortest ways to ``person``, a mentor (``axis`` 0) or a mentee (1), as far as the ``limit``."""

    axis: int
    person: int
    limit: DistanceLimit


def limit_to(right: int) -> DistanceLimit:
    """Return that the way from one right person is asked for."""

    def length(_: IntVector, lengths: IntVector) -> int:
        return int(lengths[right])

    return length


def limit_cheapest(most: int | None, others: BoolVector) -> DistanceLimit:
    """Return that ways from the ``most`` right people who cost least are asked for, of some of them; None: all."""

    def length(costs: IntVector, lengths: IntVector) -> int:
        some = others & (costs < INFINITE)
        losses = np.minimum(costs + lengths, INFINITE)[some]
        if most is None or len(losses) <= most:
            return LONGEST
        return int(np.partition(losses, most - 1)[most - 1] - costs[some].min()) + 1 if most else 0

    return length


def residual_graph(problem: AssignmentProblem, pairs: IntMatrix) -> ResidualGraph:
    """Return the net of an answer ``pairs`` to a problem without coupling rows."""
    m = problem.shape[1]
    pinned = [mentor * m + mentee for mentor, mentee in problem.pins]
    chosen = pairs[~np.isin(pairs[:, 0] * m + pairs[:, 1], pinned)]
    sides = zip(remaining_degrees(problem), chosen.T, problem.shape, strict=True)
    left, right = (DegreeSlack.of(bounds, np.bincount(people, minlength=count)) for bounds, people, count in sides)
    return ResidualGraph(chosen, left, right)


@dataclass(frozen=True, slots=True)
class ReducedCostMatrix:
    """The open pairs as ``cells`` (r, l): both prices less what the pair adds, ``INFINITE`` where not open.

    ``prices`` are those of the left and of the right people.
    """

    cells: IntMatrix
    prices: VectorPair

    @classmethod
    def of(cls, problem: AssignmentProblem, stage: ScalarObjective, prices: VectorPair, axis: int) -> Self | None:
        """Return the block whose left side is ``axis``: 0 mentors, 1 mentees; None where scores are no block."""
        scores, bounds = problem.scores, remaining_degrees(problem)
        if not isinstance(scores, DenseScores):
            return None
        base = prices[0] - stage.mentor, prices[1] - stage.mentee - stage.per_pair
        cells = np.multiply(scores.values.T if axis == 0 else scores.values, -stage.score, order="C")
        cells += base[1 - axis][:, None]
        cells += base[axis][None, :]
        for pair in problem.former if stage.per_former_pair else ():
            cells[pair[1 - axis], pair[axis]] -= stage.per_former_pair
        if scores.allowed is not None:
            np.copyto(cells, INFINITE, where=~(scores.allowed.T if axis == 0 else scores.allowed))
        cells[bounds[1 - axis].most <= 0], cells[:, bounds[axis].most <= 0] = INFINITE, INFINITE
        for pin in problem.pins:
            cells[pin[1 - axis], pin[axis]] = INFINITE
        return cls(cells, (prices[axis], prices[1 - axis]))


def dijkstra_paths(net: ResidualGraph, block: ReducedCostMatrix, target: int) -> ShortestPaths | None:
    """Return the ways to a left person by Dijkstra's search; None where a reduced cost is negative.

    The cells of chosen pairs are used up: ``INFINITE`` is written into them.
    """
    cells, lefts = block.cells, block.cells.shape[1]
    backs = -cells[net.chosen[:, 1], net.chosen[:, 0]]
    cells[net.chosen[:, 1], net.chosen[:, 0]] = INFINITE
    potential = np.concatenate([block.prices[0], -block.prices[1]])
    into, out = np.where(net.into_sink, potential, INFINITE), np.where(net.out_of_sink, -potential, INFINITE)
    if min(part.min(initial=0) for part in (cells, backs, into, out)) < 0:
        return None
    length = _reduced_cost_lengths(net, (cells, backs), (into, out), target)
    right, left = np.nonzero(cells + length[lefts : net.sink, None] == np.where(length < INFINITE, length, -1)[:lefts])
    tight = tight_arcs(arcs_without_pairs(net, backs, potential), length)
    after = fewest_arc_paths(np.append(left, tight[0]), np.append(right + lefts, tight[1]), target, net.sink + 1)
    return ShortestPaths(target, lefts, np.minimum(cells[:, target] + length[lefts : net.sink], INFINITE), after)


def _reduced_cost_lengths(
    net: ResidualGraph, pairs: tuple[IntMatrix, IntVector], by_sink: VectorPair, target: int
) -> IntVector:
    """Return the lengths of the shortest ways by the cells, back along chosen pairs, and by the sink."""
    (cells, backs), (into, out), lefts = pairs, by_sink, pairs[0].shape[1]
    held, search = _held(net.chosen, lefts), _Search.towards(target, net.sink + 1)
    while (node := search.nearest()) is not None:
        if node == net.sink:
            search.relax(into, np.arange(net.sink))
            continue
        if node >= lefts:
            search.relax_first(cells[node - lefts])
        elif len(places := held[node]):
            search.relax(backs[places], lefts + net.chosen[places, 1])
        if out[node] < INFINITE:
            search.relax(out[node : node + 1], np.array([net.sink]))
    return search.length


type Arcs = tuple[IntVector, IntVector, IntVector]
"""From whom, to whom, at what cost."""


def both_sides(some: Arcs, others: Arcs) -> Arcs:
    """Return some arcs, and others after them."""
    return np.append(some[0], others[0]), np.append(some[1], others[1]), np.append(some[2], others[2])


def arcs_without_pairs(net: ResidualGraph, backs: IntVector, potential: IntVector) -> Arcs:
    """Return the arcs that are no open pair: back along chosen pairs at these costs, and to and from the sink."""
    into, out = np.flatnonzero(net.into_sink), np.flatnonzero(net.out_of_sink)
    return (
        np.concatenate([net.chosen[:, 1] + len(net.left.more), into, np.full(len(out), net.sink)]),
        np.concatenate([net.chosen[:, 0], np.full(len(into), net.sink), out]),
        np.concatenate([backs, potential[into], -potential[out]]),
    )


def tight_arcs(arcs: Arcs, length: IntVector) -> tuple[IntVector, IntVector]:
    """Return the arcs, without their costs, that are part of a shortest way."""
    tails, heads, costs = arcs
    tight = (length[heads] < INFINITE // 2) & (length[heads] + costs == length[tails])
    return tails[tight], heads[tight]


def fewest_arc_paths(tails: IntVector, heads: IntVector, target: int, nodes: int) -> list[int]:
    """Return the next node of each on the way of fewest arcs, the first of several; -1 for none."""
    after, level = np.full(nodes, -1), np.zeros(nodes, dtype=bool)
    level[target] = True
    while level.any():
        some = level[heads] & (after[tails] < 0) & (tails != target)
        after[tails[some]] = nodes
        np.minimum.at(after, tails[some], heads[some])
        level = np.zeros(nodes, dtype=bool)
        level[tails[some]] = True
    found: list[int] = after.tolist()
    return found


def _held(chosen: IntMatrix, lefts: int) -> list[IntVector]:
    """Return for each left person the places of their pairs in ``chosen``."""
    order = np.argsort(chosen[:, 0], kind="stable")
    return np.split(order, np.searchsorted(chosen[order, 0], np.arange(1, lefts)))


@dataclass(slots=True)
class _Search:
    """Lengths of ways backwards from one node; ``waiting`` may still become shorter, ``last`` was taken out."""

    length: IntVector
    waiting: IntVector
    last: int = -1

    @classmethod
    def towards(cls, target: int, nodes: int) -> Self:
        length = np.full(nodes, INFINITE)
        length[target] = 0
        return cls(length, length.copy())

    def nearest(self) -> int | None:
        """Return the nearest node that waits, and take it out; None when no other can be reached."""
        node = int(self.waiting.argmin())
        if self.waiting[node] >= INFINITE:
            return None
        self.waiting[node], self.last = INFINITE, node
        return node

    def relax_first(self, costs: IntVector) -> None:
        """Shorten the ways from the first nodes, one a cost, that had better go by the node taken out last."""
        lengths = costs + self.length[self.last]
        better = (lengths < self.length[: len(costs)]).nonzero()[0]
        if len(better):
            self._shorten(lengths[better], better)

    def relax(self, costs: IntVector, nodes: IntVector) -> None:
        """Shorten the ways from ``nodes``, one a cost, that had better go by the node taken out last."""
        lengths = costs + self.length[self.last]
        better = lengths < self.length[nodes]
        self._shorten(lengths[better], nodes[better])

    def _shorten(self, lengths: IntVector, nodes: IntVector) -> None:
        self.length[nodes] = self.waiting[nodes] = lengths


def bellman_ford_paths(net: ResidualGraph, face: OptimalFace, worth: IntVector, target: int) -> ShortestPaths:
    """Return the ways to a left person by Bellman and Ford's search.

    ``face`` lists the open pairs, ``worth`` (e,) what each adds to an answer. Raises EngineError where the answer of
    the net is not optimal.
    """
    lefts, rights = len(net.left.more), len(net.right.more)
    keys, chosen = face.lefts * rights + face.rights, net.chosen[:, 0] * rights + net.chosen[:, 1]
    open_ = ~np.isin(keys, chosen)
    order = np.argsort(keys)
    backs = worth[order[np.searchsorted(keys, chosen, sorter=order)]]
    beside = arcs_without_pairs(net, backs, np.zeros(net.sink, dtype=np.int64))
    pairs = face.lefts[open_], face.rights[open_] + lefts, -worth[open_]
    arcs = both_sides(pairs, beside)
    length = path_lengths(arcs, target, net.sink + 1)
    after = fewest_arc_paths(*tight_arcs(arcs, length), target, net.sink + 1)
    losses = np.full(rights, INFINITE)
    mine = face.lefts == target
    reached = length[lefts + face.rights[mine]]
    losses[face.rights[mine]] = np.where(reached < INFINITE // 2, reached - worth[mine], INFINITE)
    return ShortestPaths(target, lefts, losses, after)


def path_lengths(arcs: Arcs, target: int, nodes: int) -> IntVector:
    """Return the lengths of the shortest ways to ``target`` by Bellman and Ford's search; ``INFINITE`` for none."""
    order = np.argsort(arcs[0], kind="stable")
    tails, heads, costs = (part[order] for part in arcs)
    starts = np.flatnonzero(np.diff(tails, prepend=-1))
    owners, length = tails[starts], np.full(nodes, INFINITE)
    length[target] = 0
    for _ in range(nodes + 1):
        through = np.where(length[heads] < INFINITE // 2, length[heads] + costs, INFINITE)
        least = np.minimum.reduceat(through, starts) if len(starts) else through
        better = least < length[owners]
        if not better.any():
            return length
        length[owners[better]] = least[better]
    raise EngineError("The pairs are not optimal: changes without end make them better")
