"""Strongly connected components (Tarjan 1972), in machine code.

Depth-first search with a stack of its own, as the graph may be deep. O(nodes + arcs).
"""

from typing import NamedTuple

import numpy as np

from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.arrays import IntVector

DONE = 1 << 62
"""The low-link of a node whose component is complete: above every number, it changes no other low-link."""


class DirectedGraph(NamedTuple):
    """Adjacency lists: the arcs of node i lead to ``heads[starts[i] : starts[i + 1]]``."""

    starts: IntVector
    heads: IntVector


class TarjanState(NamedTuple):
    """State of the depth-first search, each (nodes,) int64 but ``counts``.

    ``arc``: the next arc of each node. ``number``: the number under which it was discovered, from 1 on, 0 before.
    ``low``: its low-link, the least number on the stack that is known to be reachable. ``component``: one node of it.
    ``path``: the nodes from the root to the current one. ``stack``: the discovered nodes without a component.
    ``counts`` (2,): the nodes discovered so far, and the height of the stack.
    """

    arc: IntVector
    number: IntVector
    low: IntVector
    component: IntVector
    path: IntVector
    stack: IntVector
    counts: IntVector


@jit
def strong_components(tails: IntVector, heads: IntVector, count: int) -> IntVector:
    """Return (count,) int64: the strongly connected component of each node, named by one of its nodes."""
    graph = _adjacency_lists(tails, heads, count)
    none = np.zeros((5, count), dtype=np.int64)
    search = TarjanState(
        graph.starts[:-1].copy(), none[0], none[1], none[2], none[3], none[4], np.zeros(2, dtype=np.int64)
    )
    for root in range(count):
        # A new tree of the depth-first forest
        if search.number[root] == 0:
            _search_from(graph, search, root)
    return search.component


@jit
def _adjacency_lists(tails: IntVector, heads: IntVector, count: int) -> DirectedGraph:
    """Return the arcs by their tails (counting sort)."""
    starts = np.zeros(count + 1, dtype=np.int64)
    for tail in tails:
        # Count the arcs of each node
        starts[tail + 1] += 1
    for node in range(count):
        # Prefix sums: where the arcs of each node begin
        starts[node + 1] += starts[node]
    fill, sorted_heads = starts.copy(), np.empty(len(heads), dtype=np.int64)
    for at in range(len(tails)):
        # Place the arcs
        sorted_heads[fill[tails[at]]] = heads[at]
        fill[tails[at]] += 1
    return DirectedGraph(starts, sorted_heads)


@jit
def _search_from(graph: DirectedGraph, search: TarjanState, root: int) -> None:
    """Find the components of all nodes that are reachable from ``root`` and not yet discovered."""
    depth = 0
    _discover(search, depth, root)
    while depth >= 0:
        node = search.path[depth]
        # All arcs are done: the node is the root of a component, or hands its low-link to its parent
        if search.arc[node] == graph.starts[node + 1]:
            depth -= 1
            if search.low[node] == search.number[node]:
                _complete_component(search, node)
            elif depth >= 0:
                # The parent reaches all that its child reaches
                search.low[search.path[depth]] = min(search.low[search.path[depth]], search.low[node])
            continue
        # A tree arc goes deeper; any other lowers the low-link
        head = graph.heads[search.arc[node]]
        search.arc[node] += 1
        if search.number[head] == 0:
            depth += 1
            _discover(search, depth, head)
        else:
            # A back or cross arc; a node whose component is complete has the low-link DONE and changes
            # nothing
            search.low[node] = min(search.low[node], search.low[head])


@jit
def _discover(search: TarjanState, depth: int, node: int) -> None:
    """Give a node its number, and push it on the path and on the stack."""
    search.path[depth], search.stack[search.counts[1]] = node, node
    search.counts[0] += 1
    search.counts[1] += 1
    search.number[node] = search.low[node] = search.counts[0]


@jit
def _complete_component(search: TarjanState, first: int) -> None:
    """Pop the component whose root is ``first``."""
    node = -1
    while node != first:
        search.counts[1] -= 1
        node = search.stack[search.counts[1]]
        search.component[node], search.low[node] = first, DONE
