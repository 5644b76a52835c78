"""Sensitivity of an optimum: forcing a pair costs a shortest alternating path in the residual graph.

Source: Ahuja, Magnanti and Orlin 1993, chapters 9 to 12. Nodes are all people and a sink. An allowed pair that is not
chosen is an arc from its left to its right person, with its negated profit as cost; a chosen pair is an arc back, with
its profit as cost; a pinned pair is no arc. At cost 0 the sink has arcs to left people who can take one more partner
and to right people who can drop one, and from left people who can drop one and right people who can take one more.

Cycles are the changes that keep all degrees within their bounds. Invariant: no cycle is negative, because the solution
is optimal. So forcing (i, k) costs its negated profit plus the shortest path from k to i, and one search backwards from
i gives the cost of every pair of i.

If duals prove the solution, no reduced cost is negative, and Dijkstra's search on a dense matrix is used; else
Bellman-Ford on the list of pairs, which needs no duals. Among paths of the same length, the one with the fewest arcs is
chosen, then the one through the first people: it moves as few people as possible, and does not depend on the search or
the duals. Lengths are int64, exact within ``INFINITE``. Five partners for a person, 300 x 200: 4 ms by Dijkstra, 18 by
Bellman-Ford; 1,000 x 600: 17 and 195.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import ADDITIVE_GOALS, AssignmentProblem
from mentormatch.assignment.model.scores import DenseScores
from mentormatch.assignment.objective import ScalarObjective, objective_of
from mentormatch.assignment.optimal_face import OptimalFace, RemainingDegrees, remaining_degrees
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector, VectorPair
from mentormatch.errors import EngineError

# The length up to which paths are needed, given the cost of the arc to each right person, and the lengths so far
type DistanceLimit = Callable[[IntVector, IntVector], int]

INFINITE = 1 << 61  # the length if there is no path; the sum of two still fits in int64
MAX_IMPLICIT_PATH = INFINITE // 4  # bound on paths through pairs that are not stored
PATH_RANGE_PAIRS = 64  # without minimums, a path costs less than a quarter of the profit range of so many pairs


def scalarize_for_paths(problem: AssignmentProblem) -> ScalarObjective | None:
    """Return all goals in one objective; None if a goal is no sum, or a path could be too long for int64.

    A path costs at most the profit of all slots. Without minimums, it costs at most the two pairs that are dropped for
    the forced one, whatever the number of people.
    """
    if not set(problem.goals) <= set(ADDITIVE_GOALS):
        return None
    max_pairs = problem.max_pairs
    stage = objective_of(problem, problem.goals[-1])
    # Lexicographic weights, from the last goal up
    for goal in reversed(problem.goals[:-1]):
        upper = objective_of(problem, goal)
        if not upper.fits_above(stage, max_pairs):
            return None
        stage = upper.dominate(stage, max_pairs)
    has_minimum = any(side.least.any() for side in (problem.mentors, problem.mentees))
    # The length of a path, its bound, and their sums must fit in int64
    longest = 4 * max_pairs + 4 if has_minimum or problem.scores.stored else PATH_RANGE_PAIRS
    return stage if stage.range * longest < INFINITE else None


@dataclass(frozen=True, slots=True)
class DegreeSlack:
    """Whether each person of one side can take one more partner, and drop one: (n,) bool each."""

    more: BoolVector
    less: BoolVector

    @classmethod
    def of(cls, bounds: RemainingDegrees, loads: IntVector) -> Self:
        """Return the slack at these loads."""
        return cls(loads < bounds.most, loads > bounds.least)


@dataclass(frozen=True, slots=True)
class ResidualGraph:
    """The residual graph without its open pairs: ``chosen`` (c, 2), the unpinned chosen pairs, and the slack."""

    chosen: IntMatrix
    left: DegreeSlack
    right: DegreeSlack

    @property
    def sink(self) -> int:
        """The node of the sink, after the left and the right people."""
        return len(self.left.more) + len(self.right.more)

    @property
    def into_sink(self) -> BoolVector:
        """(l + r,) bool: the people with an arc to the sink."""
        return np.concatenate([self.left.less, self.right.more])

    @property
    def out_of_sink(self) -> BoolVector:
        """(l + r,) bool: the people with an arc from the sink."""
        return np.concatenate([self.left.more, self.right.less])

    def swap_sides(self) -> "ResidualGraph":
        """Return the graph with the sides exchanged, which reverses every arc."""
        return ResidualGraph(self.chosen[:, ::-1], self.right, self.left)


@dataclass(frozen=True, slots=True)
class ShortestPaths:
    """The shortest paths to the left person ``target``: the ``successor`` of each node, -1 for none.

    ``forcing_costs`` (r,) int64: the cost of forcing the pair with each right person; ``INFINITE`` if impossible.
    """

    target: int
    lefts: int
    forcing_costs: IntVector
    successor: list[int]

    def change(self, right: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
        """Return the pairs (left, right) that forcing the pair with ``right`` adds, and the pairs that it drops."""
        added, dropped = [(self.target, right)], []
        node, sink = self.lefts + right, len(self.successor) - 1
        while node != self.target:
            next_node = self.successor[node]
            if node < self.lefts and next_node < sink:
                added.append((node, next_node - self.lefts))
            elif node < sink and next_node < self.lefts:
                dropped.append((next_node, node - self.lefts))
            node = next_node
        return added, dropped


@dataclass(frozen=True, slots=True)
class PathQuery:
    """A query for the shortest paths to ``person``, a mentor (``axis`` 0) or a mentee (1), up to the ``limit``."""

    axis: int
    person: int
    limit: DistanceLimit


def limit_to(right: int) -> DistanceLimit:
    """Return the limit of a search for the path from one right person."""

    def length(_: IntVector, lengths: IntVector) -> int:
        return int(lengths[right])

    return length


def limit_to_cheapest(count: int | None, others: BoolVector) -> DistanceLimit:
    """Return the limit of a search for the ``count`` cheapest pairs with ``others`` (r,) bool; None: all."""

    def length(costs: IntVector, lengths: IntVector) -> int:
        reachable = others & (costs < INFINITE)
        forcing_costs = np.minimum(costs + lengths, INFINITE)[reachable]
        if count is None or len(forcing_costs) <= count:
            return MAX_IMPLICIT_PATH
        return int(np.partition(forcing_costs, count - 1)[count - 1] - costs[reachable].min()) + 1 if count else 0

    return length


def residual_graph(problem: AssignmentProblem, pairs: IntMatrix) -> ResidualGraph:
    """Return the residual graph of a solution, ``pairs`` (k, 2), of a problem without side constraints."""
    m = problem.shape[1]
    # A pinned pair cannot change, so it is no arc
    pinned = [mentor * m + mentee for mentor, mentee in problem.pins]
    free_pairs = pairs[~np.isin(pairs[:, 0] * m + pairs[:, 1], pinned)]
    sides = zip(remaining_degrees(problem), free_pairs.T, problem.shape, strict=True)
    left, right = (DegreeSlack.of(bounds, np.bincount(people, minlength=count)) for bounds, people, count in sides)
    return ResidualGraph(free_pairs, left, right)


@dataclass(frozen=True, slots=True)
class ReducedCostMatrix:
    """``cells`` (r, l): the reduced cost of each open pair, the duals less its profit; ``INFINITE`` if not open.

    ``duals`` are those of the left and of the right people.
    """

    cells: IntMatrix
    duals: VectorPair

    @classmethod
    def of(cls, problem: AssignmentProblem, stage: ScalarObjective, duals: VectorPair, axis: int) -> Self | None:
        """Return the matrix whose left side is ``axis``, 0 mentors, 1 mentees; None unless scores are dense."""
        scores, bounds = problem.scores, remaining_degrees(problem)
        if not isinstance(scores, DenseScores):
            return None
        # Duals less the profits of single people
        base = duals[0] - stage.mentor, duals[1] - stage.mentee - stage.per_pair
        cells = np.multiply(scores.values.T if axis == 0 else scores.values, -stage.score, order="C")
        cells += base[1 - axis][:, None]
        cells += base[axis][None, :]
        for pair in problem.former if stage.per_former_pair else ():
            cells[pair[1 - axis], pair[axis]] -= stage.per_former_pair
        if scores.allowed is not None:
            # Forbidden pairs, people without capacity and pins are no arcs
            np.copyto(cells, INFINITE, where=~(scores.allowed.T if axis == 0 else scores.allowed))
        cells[bounds[1 - axis].most <= 0], cells[:, bounds[axis].most <= 0] = INFINITE, INFINITE
        for pin in problem.pins:
            cells[pin[1 - axis], pin[axis]] = INFINITE
        return cls(cells, (duals[axis], duals[1 - axis]))


def dijkstra_paths(graph: ResidualGraph, block: ReducedCostMatrix, target: int) -> ShortestPaths | None:
    """Return the shortest paths to a left person by Dijkstra's search; None if a reduced cost is negative.

    The cells of chosen pairs are overwritten with ``INFINITE``.
    """
    cells, lefts = block.cells, block.cells.shape[1]
    # A chosen pair backwards has the negated reduced cost, 0 by complementary slackness
    back_costs = -cells[graph.chosen[:, 1], graph.chosen[:, 0]]
    cells[graph.chosen[:, 1], graph.chosen[:, 0]] = INFINITE
    # Reduced costs by the duals as potentials: of pairs, of chosen pairs backwards, to and from the sink
    potential = np.concatenate([block.duals[0], -block.duals[1]])
    into_sink, out_of_sink = (
        np.where(graph.into_sink, potential, INFINITE),
        np.where(graph.out_of_sink, -potential, INFINITE),
    )
    # Dijkstra requires non-negative costs: the duals must prove the solution
    if min(costs.min(initial=0) for costs in (cells, back_costs, into_sink, out_of_sink)) < 0:
        return None
    length = _dijkstra_lengths(graph, (cells, back_costs), (into_sink, out_of_sink), target)
    # The shortest-path graph has the arcs that are tight in the distances; the path with the fewest arcs is chosen
    right, left = np.nonzero(
        cells + length[lefts : graph.sink, None] == np.where(length < INFINITE, length, -1)[:lefts]
    )
    tight = tight_arcs(arcs_without_pairs(graph, back_costs, potential), length)
    # Open pairs in the shortest-path graph, and the other arcs
    successor = fewest_arc_paths(np.append(left, tight[0]), np.append(right + lefts, tight[1]), target, graph.sink + 1)
    return ShortestPaths(target, lefts, np.minimum(cells[:, target] + length[lefts : graph.sink], INFINITE), successor)


def _dijkstra_lengths(
    graph: ResidualGraph, pairs: tuple[IntMatrix, IntVector], by_sink: VectorPair, target: int
) -> IntVector:
    """Return (nodes,) the lengths of the shortest paths to ``target``, in reduced costs."""
    (cells, back_costs), (into_sink, out_of_sink), lefts = pairs, by_sink, pairs[0].shape[1]
    chosen_of_left, search = _split_by_left(graph.chosen, lefts), DijkstraLabels.to(target, graph.sink + 1)
    # Settle the nearest node, and relax the arcs into it
    while (node := search.nearest()) is not None:
        if node == graph.sink:
            # Arcs into the sink
            search.relax(into_sink, np.arange(graph.sink))
            continue
        if node >= lefts:
            # A right person is reached by all open pairs: a whole row of the matrix
            search.relax_row(cells[node - lefts])
        elif len(indices := chosen_of_left[node]):
            search.relax(back_costs[indices], lefts + graph.chosen[indices, 1])
        # The arc from the sink to this node
        if out_of_sink[node] < INFINITE:
            search.relax(out_of_sink[node : node + 1], np.array([graph.sink]))
    return search.length


type Arcs = tuple[IntVector, IntVector, IntVector]  # tails, heads and costs


def concatenate_arcs(first: Arcs, second: Arcs) -> Arcs:
    return np.append(first[0], second[0]), np.append(first[1], second[1]), np.append(first[2], second[2])


def arcs_without_pairs(graph: ResidualGraph, back_costs: IntVector, potential: IntVector) -> Arcs:
    """Return all arcs but the open pairs: chosen pairs backwards with ``back_costs``, and the arcs of the sink."""
    into_sink, out_of_sink = np.flatnonzero(graph.into_sink), np.flatnonzero(graph.out_of_sink)
    return (
        np.concatenate([graph.chosen[:, 1] + len(graph.left.more), into_sink, np.full(len(out_of_sink), graph.sink)]),
        np.concatenate([graph.chosen[:, 0], np.full(len(into_sink), graph.sink), out_of_sink]),
        np.concatenate([back_costs, potential[into_sink], -potential[out_of_sink]]),
    )


def tight_arcs(arcs: Arcs, length: IntVector) -> tuple[IntVector, IntVector]:
    """Return the tails and heads of the arcs on shortest paths."""
    tails, heads, costs = arcs
    tight = (length[heads] < INFINITE // 2) & (length[heads] + costs == length[tails])
    return tails[tight], heads[tight]


def fewest_arc_paths(tails: IntVector, heads: IntVector, target: int, nodes: int) -> list[int]:
    """Return the successor of each node on the path with the fewest arcs to ``target``, -1 for none."""
    # Breadth-first search backwards, level by level
    successor, level = np.full(nodes, -1), np.zeros(nodes, dtype=bool)
    level[target] = True
    while level.any():
        # Nodes one arc farther; among several successors the first
        is_new = level[heads] & (successor[tails] < 0) & (tails != target)
        successor[tails[is_new]] = nodes
        np.minimum.at(successor, tails[is_new], heads[is_new])
        level = np.zeros(nodes, dtype=bool)
        level[tails[is_new]] = True
    successors: list[int] = successor.tolist()
    return successors


def _split_by_left(pairs: IntMatrix, lefts: int) -> list[IntVector]:
    """Return the rows in ``pairs`` of each left person."""
    order = np.argsort(pairs[:, 0], kind="stable")
    return np.split(order, np.searchsorted(pairs[order, 0], np.arange(1, lefts)))


@dataclass(slots=True)
class DijkstraLabels:
    """Distances to one node, (nodes,); ``tentative``: those not settled. ``last``: the node settled last."""

    length: IntVector
    tentative: IntVector
    last: int = -1

    @classmethod
    def to(cls, target: int, nodes: int) -> Self:
        """Return the initial state: only the target has a finite distance, 0."""
        length = np.full(nodes, INFINITE)
        length[target] = 0
        return cls(length, length.copy())

    def nearest(self) -> int | None:
        """Settle the nearest node and return it; None if no other node can be reached."""
        node = int(self.tentative.argmin())
        if self.tentative[node] >= INFINITE:
            return None
        self.tentative[node], self.last = INFINITE, node
        return node

    def relax_row(self, costs: IntVector) -> None:
        """Relax the arcs from the first nodes, with one cost each, to the node settled last."""
        lengths = costs + self.length[self.last]
        better = (lengths < self.length[: len(costs)]).nonzero()[0]
        if len(better):
            self._set_distances(lengths[better], better)

    def relax(self, costs: IntVector, nodes: IntVector) -> None:
        """Relax the arcs from ``nodes`` to the node settled last."""
        lengths = costs + self.length[self.last]
        better = lengths < self.length[nodes]
        self._set_distances(lengths[better], nodes[better])

    def _set_distances(self, lengths: IntVector, nodes: IntVector) -> None:
        self.length[nodes] = self.tentative[nodes] = lengths


def bellman_ford_paths(graph: ResidualGraph, face: OptimalFace, profit: IntVector, target: int) -> ShortestPaths:
    """Return the shortest paths to a left person by Bellman-Ford.

    ``face`` lists the open pairs, ``profit`` (e,) their profits. Raises EngineError if the solution is not optimal.
    """
    lefts, rights = len(graph.left.more), len(graph.right.more)
    keys, chosen_keys = face.lefts * rights + face.rights, graph.chosen[:, 0] * rights + graph.chosen[:, 1]
    # Open pairs forward, chosen ones backward
    is_open = ~np.isin(keys, chosen_keys)
    order = np.argsort(keys)
    back_costs = profit[order[np.searchsorted(keys, chosen_keys, sorter=order)]]
    other_arcs = arcs_without_pairs(graph, back_costs, np.zeros(graph.sink, dtype=np.int64))
    pairs = face.lefts[is_open], face.rights[is_open] + lefts, -profit[is_open]
    arcs = concatenate_arcs(pairs, other_arcs)
    # Bellman-Ford, then the shortest-path graph as above
    length = bellman_ford(arcs, target, graph.sink + 1)
    successor = fewest_arc_paths(*tight_arcs(arcs, length), target, graph.sink + 1)
    forcing_costs = np.full(rights, INFINITE)
    is_of_target = face.lefts == target
    # Forcing a pair closes the cycle: the path to the target, less the profit of the pair
    reached = length[lefts + face.rights[is_of_target]]
    forcing_costs[face.rights[is_of_target]] = np.where(
        reached < INFINITE // 2, reached - profit[is_of_target], INFINITE
    )
    return ShortestPaths(target, lefts, forcing_costs, successor)


def bellman_ford(arcs: Arcs, target: int, nodes: int) -> IntVector:
    """Return (nodes,) the lengths of the shortest paths to ``target``, ``INFINITE`` if there is none.

    Raises EngineError for a negative cycle: labels then still fall after as many rounds as there are nodes.
    """
    # Arcs by tail, so that one reduction finds the best arc of each node
    order = np.argsort(arcs[0], kind="stable")
    tails, heads, costs = (values[order] for values in arcs)
    starts = np.flatnonzero(np.diff(tails, prepend=-1))
    tail_nodes, length = tails[starts], np.full(nodes, INFINITE)
    length[target] = 0
    for _ in range(nodes + 1):
        # One round: every node takes its best arc by the labels of the last round
        through = np.where(length[heads] < INFINITE // 2, length[heads] + costs, INFINITE)
        best_lengths = np.minimum.reduceat(through, starts) if len(starts) else through
        better = best_lengths < length[tail_nodes]
        if not better.any():
            return length
        length[tail_nodes[better]] = best_lengths[better]
    raise EngineError("The pairs are not optimal: a cycle of changes improves them")
