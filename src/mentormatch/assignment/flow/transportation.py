"""The transportation problem on a dense profit matrix, by successive shortest paths with potentials, in machine code.

Hitchcock (1941); Edmonds and Karp (1972); Ahuja, Magnanti and Orlin (1993), 9.7. Nodes are classes of identical people
with a supply on the left and a demand on the right. As one node stands for many people, an augmentation moves as many
units as the path has residual capacity for. A left node is scanned once a search, with all right nodes.

Invariant: left dual + right dual >= profit for every pair of classes, with equality where units flow.
"""

from typing import Any, NamedTuple

import numpy as np

from mentormatch.assignment.flow.paths import NOBODY
from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.arrays import IntVector, ShortVector

INFINITE = 1 << 61
BEST, END, DISPLACED = range(3)


class TransportState(NamedTuple):
    """The problem and both solutions: ``profit`` (u, v), units so far (``flow`` (u, v)), and duals of both sides.

    ``supply`` (u,) and ``demand`` (v,): units left. ``suppliers`` (v, u): the left nodes with flow to each right node,
    of which there are ``supplier_count`` (v,).
    """

    profit: Any
    flow: Any
    left: IntVector
    right: IntVector
    supply: IntVector
    demand: IntVector
    suppliers: Any
    supplier_count: IntVector


class ShortestPath(NamedTuple):
    """Room for a Dijkstra: distances and parents of both sides.

    ``right_distance``, ``right_parent`` (v,), ``left_distance``, ``left_parent`` (u,); ``settled`` (u,): left nodes
    scanned. ``counters``: length of the best path, the right node where it ends or -1, and the left node that is left
    short.
    """

    right_distance: IntVector
    right_parent: ShortVector
    left_distance: IntVector
    left_parent: ShortVector
    settled: Any
    counters: IntVector


def transport_state(profit: Any, left: IntVector, right: IntVector) -> TransportState:
    """Return the state without flow, at duals 0, with so many units on each side."""
    u, v = profit.shape
    none = np.zeros(u, dtype=np.int64), np.zeros(v, dtype=np.int64)
    flow, suppliers = np.zeros((u, v), dtype=np.int32), np.empty((v, u), dtype=np.int32)
    return TransportState(profit, flow, *none, left.copy(), right.copy(), suppliers, np.zeros(v, dtype=np.int64))


def shortest_path(u: int, v: int) -> ShortestPath:
    """Return room for searches among u left and v right nodes."""
    right_distance, left_distance = np.empty(v, dtype=np.int64), np.empty(u, dtype=np.int64)
    right_parent, left_parent = np.empty(v, dtype=np.int32), np.empty(u, dtype=np.int32)
    return ShortestPath(
        right_distance,
        right_parent,
        left_distance,
        left_parent,
        np.empty(u, dtype=np.bool_),
        np.zeros(3, dtype=np.int64),
    )


@jit
def augment_class(state: TransportState, path: ShortestPath, root: int) -> None:
    """Ship the supply of a left node: augment until it is used up or no unit more is worth it."""
    # The least feasible dual of the node: its best margin.
    most = np.int64(0)
    for right in range(len(state.right)):
        most = max(most, state.profit[root, right] - state.right[right])
    state.left[root] = most
    # A dual of 0 means that a unit may as well stay unshipped (complementary slackness).
    while state.supply[root] > 0 and state.left[root] > 0:
        # Dual and primal step for one bundle of units.
        _search(state, path, root)
        _update_duals(state, path)
        _augment(state, path, root)


@jit
def _search(state: TransportState, path: ShortestPath, root: int) -> None:
    """Find the shortest path from a left node to free demand, or to units that can best stay unshipped."""
    # All labels anew: u + v nodes are few.
    path.right_distance[:], path.left_distance[:], path.settled[:] = INFINITE, INFINITE, False
    path.counters[BEST], path.counters[END], path.counters[DISPLACED] = state.left[root], NOBODY, root
    path.left_distance[root] = 0
    left = root
    # Dijkstra without a heap: on a dense graph the linear search is as good (u * v arcs).
    while left != NOBODY:
        path.settled[left] = True
        # The path may end here: a unit of this node stays unshipped, at the cost of its dual.
        if path.left_distance[left] + state.left[left] < path.counters[BEST]:
            path.counters[BEST], path.counters[END], path.counters[DISPLACED] = (
                path.left_distance[left] + state.left[left],
                NOBODY,
                left,
            )
        _from_left(state, path, left)
        left = _nearest_left(path)


@jit
def _from_left(state: TransportState, path: ShortestPath, left: int) -> None:
    """Relax the arcs from a left node to all right nodes."""
    base, best = path.left_distance[left] + state.left[left], path.counters[BEST]
    for right in range(len(state.right)):
        new = base + state.right[right] - state.profit[left, right]
        if new < best and new < path.right_distance[right]:
            path.right_distance[right], path.right_parent[right] = new, left
            # Free demand ends the path; else its suppliers can be displaced.
            if state.demand[right] > 0:
                best = path.counters[BEST] = new
                path.counters[END], path.counters[DISPLACED] = right, NOBODY
            else:
                _relax_backward(state, path, right)


@jit
def _relax_backward(state: TransportState, path: ShortestPath, right: int) -> None:
    """Relax the backward arcs of a right node: who ships to it is as near as it is, as these arcs are tight."""
    right_distance = path.right_distance[right]
    for turn in range(state.supplier_count[right]):
        left = state.suppliers[right, turn]
        if right_distance < path.left_distance[left]:
            path.left_distance[left], path.left_parent[left] = right_distance, right


@jit
def _nearest_left(path: ShortestPath) -> int:
    """Return the nearest left node not scanned yet, -1 if none is nearer than the best end."""
    found, least = NOBODY, path.counters[BEST]
    for left in range(len(path.left_distance)):
        if not path.settled[left] and path.left_distance[left] < least:
            found, least = left, path.left_distance[left]
    return found


@jit
def _update_duals(state: TransportState, path: ShortestPath) -> None:
    """Dual step: nodes nearer than the end move by the difference, the right up and the left down.

    Tight arcs stay tight.
    """
    best = path.counters[BEST]
    for right in range(len(path.right_distance)):
        state.right[right] += max(best - path.right_distance[right], 0)
    for left in range(len(path.left_distance)):
        state.left[left] -= max(best - path.left_distance[left], 0)


@jit
def _augment(state: TransportState, path: ShortestPath, root: int) -> None:
    """Move units along the path, as many as its residual capacity."""
    right, left = path.counters[END], path.counters[DISPLACED]
    # Residual capacity: supply of the root, demand at the end, and the flow on each backward arc.
    amount = state.supply[root]
    if right != NOBODY:
        amount, left = min(amount, state.demand[right]), path.right_parent[right]
    at = left
    # The bottleneck among backward arcs on the way to the root.
    while at != root:
        amount = min(amount, state.flow[at, path.left_parent[at]])
        at = path.right_parent[path.left_parent[at]]
    state.supply[root] -= amount
    if right != NOBODY:
        state.demand[right] -= amount
        _increase(state, left, right, amount)
    # Less on backward arcs, more on forward ones, from the end to the root.
    while left != root:
        right = path.left_parent[left]
        _decrease(state, left, right, amount)
        left = path.right_parent[right]
        _increase(state, left, right, amount)


@jit
def _increase(state: TransportState, left: int, right: int, amount: int) -> None:
    """Ship so many units more from a left to a right node."""
    if state.flow[left, right] == 0:
        state.suppliers[right, state.supplier_count[right]] = left
        state.supplier_count[right] += 1
    state.flow[left, right] += amount


@jit
def _decrease(state: TransportState, left: int, right: int, amount: int) -> None:
    """Ship so many units less from a left to a right node."""
    state.flow[left, right] -= amount
    # No flow left: drop the supplier from the list, order does not matter.
    if state.flow[left, right] == 0:
        turn = 0
        while state.suppliers[right, turn] != left:
            turn += 1
        state.supplier_count[right] -= 1
        state.suppliers[right, turn] = state.suppliers[right, state.supplier_count[right]]
