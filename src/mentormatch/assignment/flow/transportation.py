"""The transportation problem on a dense profit matrix, by successive shortest paths with potentials, compiled.

Hitchcock (1941); Edmonds and Karp (1972); Ahuja, Magnanti and Orlin (1993), 9.7. Nodes are classes of identical people
with a supply on the left and a demand on the right. As a node represents many people, an augmentation moves as many
units as the residual capacity of the path. A search scans each left node once at most, with
all right nodes.

Invariant: left dual + right dual >= profit for every pair of classes, with equality on pairs with flow.
"""

from typing import Any, NamedTuple

import numpy as np

from mentormatch.assignment.flow.paths import NOBODY
from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.arrays import IntVector, ShortVector

INFINITE = 1 << 61
BEST_LENGTH, END_NODE, DISPLACED = range(3)  # indices of ``TransportSearch.counters``


class TransportState(NamedTuple):
    """The problem and both solutions: ``profit`` (u, v), ``flow`` (u, v), and the duals of both sides.

    ``supply`` (u,): units still to ship; ``demand`` (v,): units not yet received. ``suppliers`` (v, u): the left nodes
    with flow to each right node; only the first ``supplier_count`` (v,) entries count.
    """

    profit: Any
    flow: Any
    left: IntVector
    right: IntVector
    supply: IntVector
    demand: IntVector
    suppliers: Any
    supplier_count: IntVector


class TransportSearch(NamedTuple):
    """Buffers of Dijkstra's algorithm: distances and parents of both sides.

    ``right_distance``, ``right_parent`` (v,), ``left_distance``, ``left_parent`` (u,); ``settled`` (u,): left nodes
    scanned. ``counters``: length of the best path, its right end node or -1, and the left node that then ships one unit
    less.
    """

    right_distance: IntVector
    right_parent: ShortVector
    left_distance: IntVector
    left_parent: ShortVector
    settled: Any
    counters: IntVector


def make_transport_state(profit: Any, left: IntVector, right: IntVector) -> TransportState:
    """Return the state without flow, at duals 0, with ``left`` units of supply and ``right`` units of demand."""
    u, v = profit.shape
    duals = np.zeros(u, dtype=np.int64), np.zeros(v, dtype=np.int64)
    flow, suppliers = np.zeros((u, v), dtype=np.int32), np.empty((v, u), dtype=np.int32)
    return TransportState(profit, flow, *duals, left.copy(), right.copy(), suppliers, np.zeros(v, dtype=np.int64))


def make_transport_search(u: int, v: int) -> TransportSearch:
    """Return buffers for searches among u left and v right nodes."""
    right_distance, left_distance = np.empty(v, dtype=np.int64), np.empty(u, dtype=np.int64)
    right_parent, left_parent = np.empty(v, dtype=np.int32), np.empty(u, dtype=np.int32)
    return TransportSearch(
        right_distance,
        right_parent,
        left_distance,
        left_parent,
        np.empty(u, dtype=np.bool_),
        np.zeros(3, dtype=np.int64),
    )


@jit
def ship_supply(state: TransportState, path: TransportSearch, root: int) -> None:
    """Ship the supply of a left node: augment until it is used up or a further unit has no profit."""
    # The least feasible dual of the node is its best margin
    best = np.int64(0)
    for right in range(len(state.right)):
        best = max(best, state.profit[root, right] - state.right[right])
    state.left[root] = best
    # At dual 0 units may stay unshipped (complementary slackness)
    while state.supply[root] > 0 and state.left[root] > 0:
        # Dual and primal step for one bundle of units
        _search(state, path, root)
        _update_duals(state, path)
        _augment(state, path, root)


@jit
def _search(state: TransportState, path: TransportSearch, root: int) -> None:
    """Find the shortest path from a left node to free demand, or to units that can stay unshipped at least cost."""
    path.right_distance[:], path.left_distance[:], path.settled[:] = INFINITE, INFINITE, False
    path.counters[BEST_LENGTH], path.counters[END_NODE], path.counters[DISPLACED] = state.left[root], NOBODY, root
    path.left_distance[root] = 0
    left = root
    # Dijkstra without a heap: on a dense graph linear search is as fast (u * v arcs)
    while left != NOBODY:
        path.settled[left] = True
        # The path may end here: a unit of this node stays unshipped, at the cost of its dual
        if path.left_distance[left] + state.left[left] < path.counters[BEST_LENGTH]:
            path.counters[BEST_LENGTH], path.counters[END_NODE], path.counters[DISPLACED] = (
                path.left_distance[left] + state.left[left],
                NOBODY,
                left,
            )
        _relax_forward(state, path, left)
        left = _nearest_left(path)


@jit
def _relax_forward(state: TransportState, path: TransportSearch, left: int) -> None:
    """Relax the arcs from a left node to all right nodes."""
    base, best = path.left_distance[left] + state.left[left], path.counters[BEST_LENGTH]
    for right in range(len(state.right)):
        new = base + state.right[right] - state.profit[left, right]
        if new < best and new < path.right_distance[right]:
            path.right_distance[right], path.right_parent[right] = new, left
            # Free demand ends the path; else the suppliers can be displaced
            if state.demand[right] > 0:
                best = path.counters[BEST_LENGTH] = new
                path.counters[END_NODE], path.counters[DISPLACED] = right, NOBODY
            else:
                _relax_backward(state, path, right)


@jit
def _relax_backward(state: TransportState, path: TransportSearch, right: int) -> None:
    """Relax the backward arcs of a right node: its suppliers have its distance, as these arcs are tight."""
    right_distance = path.right_distance[right]
    for index in range(state.supplier_count[right]):
        left = state.suppliers[right, index]
        if right_distance < path.left_distance[left]:
            path.left_distance[left], path.left_parent[left] = right_distance, right


@jit
def _nearest_left(path: TransportSearch) -> int:
    """Return the nearest left node not scanned yet, NOBODY if none is nearer than the best end."""
    nearest, distance = NOBODY, path.counters[BEST_LENGTH]
    for left in range(len(path.left_distance)):
        if not path.settled[left] and path.left_distance[left] < distance:
            nearest, distance = left, path.left_distance[left]
    return nearest


@jit
def _update_duals(state: TransportState, path: TransportSearch) -> None:
    """Dual step: move nodes nearer than the end by the difference, right up and left down; tight arcs stay tight."""
    best = path.counters[BEST_LENGTH]
    for right in range(len(path.right_distance)):
        state.right[right] += max(best - path.right_distance[right], 0)
    for left in range(len(path.left_distance)):
        state.left[left] -= max(best - path.left_distance[left], 0)


@jit
def _augment(state: TransportState, path: TransportSearch, root: int) -> None:
    """Move as many units along the path as its residual capacity."""
    right, left = path.counters[END_NODE], path.counters[DISPLACED]
    # Residual capacity: supply of the root, demand at the end, and the flow on each backward arc
    amount = state.supply[root]
    if right != NOBODY:
        amount, left = min(amount, state.demand[right]), path.right_parent[right]
    node = left
    # The bottleneck among the backward arcs
    while node != root:
        amount = min(amount, state.flow[node, path.left_parent[node]])
        node = path.right_parent[path.left_parent[node]]
    state.supply[root] -= amount
    if right != NOBODY:
        state.demand[right] -= amount
        _increase(state, left, right, amount)
    # Less flow on backward arcs, more on forward arcs, from the end to the root
    while left != root:
        right = path.left_parent[left]
        _decrease(state, left, right, amount)
        left = path.right_parent[right]
        _increase(state, left, right, amount)


@jit
def _increase(state: TransportState, left: int, right: int, amount: int) -> None:
    """Ship ``amount`` more units from a left to a right node."""
    if state.flow[left, right] == 0:
        state.suppliers[right, state.supplier_count[right]] = left
        state.supplier_count[right] += 1
    state.flow[left, right] += amount


@jit
def _decrease(state: TransportState, left: int, right: int, amount: int) -> None:
    """Ship ``amount`` fewer units from a left to a right node."""
    state.flow[left, right] -= amount
    # Without flow the supplier is removed from the list, whose order does not matter
    if state.flow[left, right] == 0:
        index = 0
        while state.suppliers[right, index] != left:
            index += 1
        state.supplier_count[right] -= 1
        state.suppliers[right, index] = state.suppliers[right, state.supplier_count[right]]
