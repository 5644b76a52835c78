"""Strongly connected components (Tarjan 1972), in machine code."""

from typing import NamedTuple

import numpy as np

from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.arrays import IntVector

CLOSED = 1 << 62
"""Stands below no number of a node: whose part is known closes no circle any more."""


class DirectedGraph(NamedTuple):
    """From node i ways lead to ``heads[starts[i]]`` to ``heads[starts[i + 1] - 1]``."""

    starts: IntVector
    heads: IntVector


class TarjanState(NamedTuple):
    """Where a search stands.

    ``at`` is the next way of each node, ``order`` the number under which it was met, from 1 on, and ``low`` the least
    number that is known to be reached from it and to lead back. ``path`` is the way to where the search is, ``met`` the
    nodes of which the part is not known. ``now`` holds how many nodes were met in all, and how many are in ``met``.
    """

    at: IntVector
    order: IntVector
    low: IntVector
    part: IntVector
    path: IntVector
    met: IntVector
    now: IntVector


@jit
def strong_components(tails: IntVector, heads: IntVector, count: int) -> IntVector:
    """Return (count,) int64: the strongly connected part of each node, by one of its nodes."""
    graph = _listed(tails, heads, count)
    none = np.zeros((5, count), dtype=np.int64)
    search = TarjanState(
        graph.starts[:-1].copy(), none[0], none[1], none[2], none[3], none[4], np.zeros(2, dtype=np.int64)
    )
    for root in range(count):
        if search.order[root] == 0:
            _explore(graph, search, root)
    return search.part


@jit
def _listed(tails: IntVector, heads: IntVector, count: int) -> DirectedGraph:
    """Return the ways by the nodes from which they lead."""
    starts = np.zeros(count + 1, dtype=np.int64)
    for tail in tails:
        starts[tail + 1] += 1
    for node in range(count):
        starts[node + 1] += starts[node]
    fill, sorted_heads = starts.copy(), np.empty(len(heads), dtype=np.int64)
    for at in range(len(tails)):
        sorted_heads[fill[tails[at]]] = heads[at]
        fill[tails[at]] += 1
    return DirectedGraph(starts, sorted_heads)


@jit
def _explore(graph: DirectedGraph, search: TarjanState, root: int) -> None:
    """Find the parts of all that a node leads to, as far as they are not known."""
    depth = 0
    _meet(search, depth, root)
    while depth >= 0:
        node = search.path[depth]
        if search.at[node] == graph.starts[node + 1]:
            depth -= 1
            if search.low[node] == search.order[node]:
                _close(search, node)
            elif depth >= 0:
                search.low[search.path[depth]] = min(search.low[search.path[depth]], search.low[node])
            continue
        head = graph.heads[search.at[node]]
        search.at[node] += 1
        if search.order[head] == 0:
            depth += 1
            _meet(search, depth, head)
        else:
            search.low[node] = min(search.low[node], search.low[head])


@jit
def _meet(search: TarjanState, depth: int, node: int) -> None:
    """Go on to a node that was not met before."""
    search.path[depth], search.met[search.now[1]] = node, node
    search.now[0] += 1
    search.now[1] += 1
    search.order[node] = search.low[node] = search.now[0]


@jit
def _close(search: TarjanState, first: int) -> None:
    """Note down the part of which a node was met first."""
    node = -1
    while node != first:
        search.now[1] -= 1
        node = search.met[search.now[1]]
        search.part[node], search.low[node] = first, CLOSED
