"""b-matching: capacities above 1 on both sides, by successive shortest paths with one dual a person, in machine code.

First the left side is split into one node a place and solved as a semi-assignment. That lets a pair be chosen twice, so
its optimum is too good, but its duals are about right and few pairs are chosen twice. Each of these is given up once,
and what that leaves free is augmented along shortest paths with the duals as potentials (Edmonds and Karp 1972).

A dual prices the marginal place of a node, so arcs have capacity 1: at the optimum a chosen pair has profit >= the sum
of its two duals (its arc is at the upper bound), another one profit <= that sum. A node with a free place and a dual
above the value of a free place starts a search. A free place is worth 0, or -penalty where it must be taken.

Profits may be as great as 2^57, which no solver in doubles takes. Three places on the left and two on the right, 30
pairs a person: 10,000 x 6,000 people 0.10 s, and 0.50 by the live linear program; 30,000 x 20,000 0.63 and 2.1.
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple, Self

import numpy as np

from mentormatch.assignment.flow.assignment import STEPS_AT_ONCE
from mentormatch.assignment.flow.lower_bounds import Solve, solve_with_lower_bounds
from mentormatch.assignment.kernels.jit import jit
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.base.progress import CheckDeadline

INFINITE = 1 << 62
NO_PAIR = -1
BEST, END, SETTLED, STEPS = range(4)


class BMatching(NamedTuple):
    """The graph and both solutions: people of both sides as nodes, n on the left before m on the right, and e pairs.

    ``starts`` (n + m + 1,) and ``pairs`` (2 e,): the pairs of each node (CSR); ``lefts``, ``rights`` (e,) their nodes.
    ``chosen`` (e,), ``dual`` and ``load`` (n + m,): the primal and the dual solution. ``least`` and ``most``: places
    that must and can be taken; ``penalty``: of each of the former that is free.
    """

    starts: IntVector
    pairs: IntVector
    lefts: IntVector
    rights: IntVector
    profit: IntVector
    chosen: BoolVector
    dual: IntVector
    load: IntVector
    least: IntVector
    most: IntVector
    penalty: int


class SearchSpace(NamedTuple):
    """Room for one Dijkstra after the other.

    ``distance`` and ``parent`` of each node: how far it is, and the pair by which it is reached; ``settled``: nodes in
    order. ``counters``: length of the best path, the node where it ends, how many nodes are settled, and arcs scanned.
    """

    distance: IntVector
    parent: IntVector
    settled: IntVector
    counters: IntVector


def search_space(nodes: int) -> SearchSpace:
    """Return room for searches among so many nodes."""
    nothing = np.full(nodes, NO_PAIR)
    return SearchSpace(np.full(nodes, INFINITE), nothing, nothing.copy(), np.zeros(4, dtype=np.int64))


@jit
def augment_all(graph: BMatching, search: SearchSpace, active: IntVector, limits: tuple[int, int]) -> int:
    """Augment from nodes with free places until no further pair is worth it, the last of ``active`` first.

    ``limits``: how many nodes are on the left, and after how many arcs it stops. Return how many nodes are still to do.
    """
    lefts, steps = limits
    count, search.counters[STEPS] = len(active), 0
    while count > 0 and search.counters[STEPS] < steps:
        node = active[count - 1]
        if graph.load[node] < graph.most[node]:
            # The dual need not exceed the best margin, nor be below the value of a free place.
            graph.dual[node] = min(graph.dual[node], max(_empty_value(graph, node, 0), _best_margin(graph, node)))
        if graph.load[node] < graph.most[node] and graph.dual[node] > _empty_value(graph, node, 0):
            _augment(graph, search, node, lefts)
        else:
            count -= 1
    return count


@jit
def _empty_value(graph: BMatching, node: int, given_up: int) -> int:
    """Return what the next free place of a node is worth, after so many of its pairs are given up."""
    return -graph.penalty if graph.load[node] - given_up < graph.least[node] else 0


@jit
def _best_margin(graph: BMatching, node: int) -> int:
    """Return the best margin of a node among pairs that are not chosen, far below 0 if there is none."""
    most = -INFINITE
    for at in range(graph.starts[node], graph.starts[node + 1]):
        pair = graph.pairs[at]
        # A chosen pair is no further offer.
        if not graph.chosen[pair]:
            other = graph.lefts[pair] + graph.rights[pair] - node
            most = max(most, graph.profit[pair] - graph.dual[other])
    return most


@jit
def _augment(graph: BMatching, search: SearchSpace, root: int, lefts: int) -> None:
    """Augment along the shortest path from a node to one more pair, or to none."""
    search.counters[BEST], search.counters[END], search.counters[SETTLED] = (
        graph.dual[root] - _empty_value(graph, root, 0),
        root,
        0,
    )
    search.distance[root] = 0
    # Dijkstra from the root with a binary heap; the empty path, a free place, is the first end.
    heap = [(np.int64(0), np.int64(root))]
    while len(heap) > 0 and search.counters[SETTLED] < len(search.settled):
        distance, node = heappop(heap)
        # Lazy deletion: an entry whose label was improved since is skipped.
        if distance == search.distance[node]:
            if distance >= search.counters[BEST]:
                search.distance[node] = INFINITE
                break
            search.settled[search.counters[SETTLED]] = node
            search.counters[SETTLED] += 1
            _scan_arcs(graph, search, heap, (node, bool((node < lefts) == (root < lefts))))
    # Dual step: settled nodes move by how much nearer they are than the end, up or down by their side; so reduced costs
    # keep their sign.
    for turn in range(search.counters[SETTLED]):
        node = search.settled[turn]
        gain = search.counters[BEST] - search.distance[node]
        graph.dual[node] += -gain if (node < lefts) == (root < lefts) else gain
        search.distance[node] = INFINITE
    # Forget labels of nodes that were reached and not settled.
    for _, node in heap:
        search.distance[node] = INFINITE
    _flip_path(graph, search, root, lefts)


@jit
def _scan_arcs(
    graph: BMatching, search: SearchSpace, heap: list[tuple[np.int64, np.int64]], at: tuple[np.int64, bool]
) -> None:
    """Relax the arcs of a node: on the side of the root by pairs that are not chosen, on the other by chosen ones."""
    node, on_root_side = at
    begin, stop, distance = graph.starts[node], graph.starts[node + 1], search.distance[node]
    search.counters[STEPS] += stop - begin
    for place in range(begin, stop):
        pair = graph.pairs[place]
        # Residual arcs: forward over pairs that can be added, backward over pairs that can be given up.
        if graph.chosen[pair] != on_root_side:
            # Reduced cost of the pair: >= 0 if it is not chosen, <= 0 if it is; an arc against its direction has the
            # opposite.
            loss = graph.dual[graph.lefts[pair]] + graph.dual[graph.rights[pair]] - graph.profit[pair]
            other, new = graph.lefts[pair] + graph.rights[pair] - node, distance + (loss if on_root_side else -loss)
            if new < search.counters[BEST] and new < search.distance[other]:
                search.distance[other], search.parent[other] = new, pair
                heappush(heap, (new, other))
                # The path may end here: the node takes one pair more, or one less.
                end = new + (_cost_of_taking(graph, other) if on_root_side else _cost_of_giving(graph, other))
                if end < search.counters[BEST]:
                    search.counters[BEST], search.counters[END] = end, other


@jit
def _cost_of_giving(graph: BMatching, node: int) -> np.int64:
    """Return what it costs to end a path at a node that gives a pair up: its dual less the value of the place."""
    return np.int64(graph.dual[node] - _empty_value(graph, node, 1))


@jit
def _cost_of_taking(graph: BMatching, node: int) -> np.int64:
    """Return what it costs to end a path at a node that takes a pair more; too much if it has no free place."""
    if graph.load[node] < graph.most[node]:
        return np.int64(max(0, _empty_value(graph, node, 0) - graph.dual[node]))
    return np.int64(INFINITE // 2)


@jit
def _flip_path(graph: BMatching, search: SearchSpace, root: int, lefts: int) -> None:
    """Augment: choose the pairs of the path that were not chosen, and give up the others."""
    node = search.counters[END]
    # Loads change at both ends of the path only.
    if node != root:
        graph.load[root] += 1
        graph.load[node] += 1 if (node < lefts) != (root < lefts) else -1
    # Each pair on the path changes between chosen and not chosen.
    while node != root:
        pair = search.parent[node]
        graph.chosen[pair] = not graph.chosen[pair]
        node = graph.lefts[pair] + graph.rights[pair] - node


@dataclass(frozen=True, slots=True)
class SplitFace:
    """A face whose left people are split into one node a place.

    ``pair`` (q,) says of which pair each of its pairs is a copy.
    """

    face: OptimalFace
    pair: IntVector

    @classmethod
    def of(cls, face: OptimalFace) -> Self:
        """Return the split face; the places that must be taken are the first ones of each person."""
        most, least = np.maximum(face.left.most, 0), face.left.least
        # Person i becomes nodes first[i] .. first[i] + most[i] - 1, each with all their pairs.
        first, times = np.cumsum(most) - most, most[face.lefts]
        owner, pair = np.repeat(np.arange(len(most)), most), np.repeat(np.arange(len(face)), times)
        turn = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
        must = (np.arange(len(owner)) - first[owner] < least[owner]).astype(np.int64)
        sides = RemainingDegrees(must, np.ones(len(owner), dtype=np.int64)), face.right
        return cls(OptimalFace(first[face.lefts][pair] + turn, face.rights[pair], *sides), pair)


def solve_b_matching(
    face: OptimalFace, profit: IntVector, penalty: int, solve: Solve, check_deadline: CheckDeadline
) -> PrimalDual:
    """Return the optimum of a face, minimums by a penalty; exact in integers.

    ``solve`` solves the split semi-assignment. ``penalty``: of each free place that must be taken.
    """
    # Step 1: the relaxation in which a pair may be chosen as often as its left person has places.
    split = SplitFace.of(face)
    found = solve_with_lower_bounds(split.face, profit[split.pair], penalty, solve)
    times = np.bincount(split.pair[found.chosen], minlength=len(face))
    # Step 2: choose each pair once, keep the duals of the right, and derive those of the left from them.
    graph = _make_graph(face, profit, penalty, times > 0, found.right)
    loads = np.bincount(face.lefts, times, minlength=len(face.left.most)).astype(np.int64)
    n = len(face.left.most)
    graph.dual[graph.most <= 0] = np.abs(profit).max(initial=0) + penalty
    graph.dual[:n] = np.where(
        graph.most[:n] > 0, _left_duals(face, profit, penalty, graph.dual[n:], loads), graph.dual[:n]
    )
    # Step 3: shortest augmenting paths from all nodes with free places.
    _augment_both_sides(graph, n, check_deadline)
    _lower_idle_duals(graph, n)
    return PrimalDual(graph.chosen, graph.dual[:n], graph.dual[n:])


def _make_graph(face: OptimalFace, profit: IntVector, penalty: int, chosen: BoolVector, right: IntVector) -> BMatching:
    """Return the graph of a face in which some pairs are chosen, at duals (m,) of the right side and 0 of the left."""
    n, m = len(face.left.most), len(face.right.most)
    lefts, rights = face.lefts, face.rights + n
    nodes = np.concatenate([lefts, rights])
    starts = np.append(0, np.cumsum(np.bincount(nodes, minlength=n + m)))
    pairs = np.argsort(nodes, kind="stable") % max(len(face), 1)
    least, most = (
        np.concatenate(ends) for ends in zip(*((s.least, s.most) for s in (face.left, face.right)), strict=True)
    )
    load = np.bincount(nodes[np.tile(chosen, 2)], minlength=n + m)
    dual = np.concatenate([np.zeros(n, dtype=np.int64), right])
    return BMatching(starts, pairs, lefts, rights, profit, chosen.copy(), dual, load, least, most, penalty)


def _left_duals(face: OptimalFace, profit: IntVector, penalty: int, right: IntVector, loads: IntVector) -> IntVector:
    """Return (n,) the best margin of each left person, clipped to what complementary slackness allows.

    ``loads`` (n,): places taken, pairs chosen twice counting twice. A full node may have any dual, one with a free
    place that of a free place.
    """
    most = np.full(len(loads), -INFINITE)
    np.maximum.at(most, face.lefts, profit - right[face.rights])
    least = face.left.least
    # Complementary slackness: a free place pins the dual to its value, a full node leaves it open above.
    low = np.where((loads <= least) & (least > 0), -penalty, 0)
    high = np.where(loads >= face.left.most, INFINITE, np.where(loads < least, -penalty, 0))
    return np.asarray(np.clip(most, low, np.maximum(high, low)))


def _lower_idle_duals(graph: BMatching, lefts: int) -> None:
    """Set the duals of people without places to their best margin, the left side first.

    They have no pair, and prove nothing else.
    """
    sides = (graph.lefts, graph.rights, slice(None, lefts)), (graph.rights, graph.lefts, slice(lefts, None))
    for own, others, side in sides:
        left = np.zeros_like(graph.dual)
        np.maximum.at(left, own, graph.profit - graph.dual[others])
        graph.dual[side] = np.where(graph.most[side] > 0, graph.dual[side], left[side])


def _augment_both_sides(graph: BMatching, lefts: int, check_deadline: CheckDeadline) -> None:
    """Augment from everybody with free places, the left side first."""
    search, nodes = search_space(len(graph.dual)), np.arange(len(graph.dual))
    for active in (nodes[:lefts], nodes[lefts:]):
        left = active[(graph.load[active] < graph.most[active])]
        while len(left):
            check_deadline()
            left = left[: augment_all(graph, search, left, (lefts, STEPS_AT_ONCE))]
