"""Leximin by exchanges, one score level at a time (lexicographic bottleneck, Burkard and Rendl 1991), in machine code.

Level by level from the lowest score: as few pairs of the level as can be, given the number of pairs at all levels
below. Each chosen pair of the level is tested (``try_removal``): is there an alternating path between its two people in
the residual graph of pairs that score more? If so, exchange along it, and the pair is gone. If not, the search has
closed one side, a cut of the residual graph: all nodes on it get potential +1 or -1 at this level.

Potentials are lexicographic: one whole number a level and node, dual variables of the level (Edmonds and Karp 1972).
Invariant: a pair is open only if its two nodes have the same potentials, or differ by one at the pair's own level and
score; so no exchange makes a lower level worse. Potentials are compared by fingerprints, sums of random words (Zobrist
1970), and verified exactly at the end (``optimum``).

The search is bidirectional and ends with the smaller side that is closed, so few nodes get a potential.
"""

from typing import Any, NamedTuple

import numpy as np

from mentormatch.assignment.kernels.jit import jit_without_refcounts
from mentormatch.assignment.tie_breaking import Words
from mentormatch.base.arrays import BoolVector, IntVector, ShortVector

NOTHING, NOT_QUEUED = -1, -2
"""No node and no pair; a pair that is in no queue."""
LEVEL, ENTRIES, OPENED, STEPS, STAMP, MEETING = range(6)
COUNTERS = 6
"""What ``counters`` holds, and how many.

The level, entries of the log, where those of this level begin, steps made, the number of the search, and the node where
its two sides met.
"""
BACKWARD, FORWARD = range(2)
"""The two sides of a search: along a path from its beginning, and against it from its end."""
DONE, LATER, FULL = range(3)
"""Whether all levels are finished, or the steps have run out, or the room of the log."""


class LevelExchangeGraph(NamedTuple):
    """The residual graph: people of both sides and a sink as nodes, in this order, and the listed pairs.

    ``ends`` (2, e): the nodes of each pair; ``scores`` (e,). Pairs of a node that may still open stand in ``pairs``
    from ``starts`` to ``stops``; ``others`` and ``levels`` repeat their other ends and scores, to be read in a row.
    ``least``, ``most`` (nodes,): load bounds. ``free``: nodes of dual 0 in the goals before, whose load may change
    within these (complementary slackness); ``priced``: the others.
    """

    ends: ShortVector
    scores: ShortVector
    starts: IntVector
    stops: IntVector
    pairs: ShortVector
    others: ShortVector
    levels: ShortVector
    least: IntVector
    most: IntVector
    free: ShortVector
    priced: BoolVector
    lefts: int


class LeximinMatching(NamedTuple):
    """The primal solution: which pairs are ``chosen``.

    Those of each node in ``seats`` from ``first``, ``load`` of them.
    """

    chosen: BoolVector
    first: IntVector
    load: IntVector
    seats: ShortVector


class PotentialLog(NamedTuple):
    """Potentials as a log of changes (``nodes``, ``levels``, ``signs``), and fingerprints of their sums by node.

    ``fingerprints`` (levels,): one random word a level. ``sums`` (nodes,): the words of a node's potentials added up,
    modulo 2^64; ``closed_sums``: of finished levels. Equal sums are equal potentials but for a chance of 2^-64, which
    ``optimum`` checks.
    """

    nodes: ShortVector
    levels: ShortVector
    signs: Any
    fingerprints: Words
    sums: Words
    closed_sums: Words


class LevelQueue(NamedTuple):
    """Chosen pairs still to be tested, as a linked list a level: its ``heads`` and the pair ``after`` each."""

    heads: ShortVector
    after: ShortVector


class SearchFrontier(NamedTuple):
    """One side of a bidirectional search.

    Nodes in ``order`` of discovery, ``via`` which pair and from which ``parent``.

    ``visited`` (nodes,): the number of the search that found it. ``at``: nodes found, nodes expanded, steps made.
    """

    order: ShortVector
    visited: IntVector
    via: ShortVector
    parent: ShortVector
    at: IntVector


class ExchangeState(NamedTuple):
    """Everything that the search works on."""

    graph: LevelExchangeGraph
    matching: LeximinMatching
    potentials: PotentialLog
    queue: LevelQueue
    forward: SearchFrontier
    backward: SearchFrontier
    counters: IntVector


@jit_without_refcounts
def enqueue(state: ExchangeState, pair: int) -> None:
    """Queue a chosen pair to be tested when its level comes."""
    queue, score = state.queue, state.graph.scores[pair]
    # Only pairs above the level: those at it or below are settled or being tested.
    if queue.after[pair] == NOT_QUEUED and score > state.counters[LEVEL]:
        queue.after[pair] = queue.heads[score]
        queue.heads[score] = pair


@jit_without_refcounts
def add_pair(state: ExchangeState, pair: int) -> None:
    """Choose a pair."""
    graph, matching = state.graph, state.matching
    for side in range(2):
        node = graph.ends[side, pair]
        matching.seats[matching.first[node] + matching.load[node]] = pair
        matching.load[node] += 1
    matching.chosen[pair] = True
    enqueue(state, pair)


@jit_without_refcounts
def remove_pair(state: ExchangeState, pair: int) -> None:
    """Give a chosen pair up."""
    graph, matching = state.graph, state.matching
    for side in range(2):
        node = graph.ends[side, pair]
        last = matching.first[node] + matching.load[node] - 1
        # The last seat fills the gap.
        for at in range(matching.first[node], last + 1):
            if matching.seats[at] == pair:
                matching.seats[at] = matching.seats[last]
                break
        matching.load[node] -= 1
    matching.chosen[pair] = False


@jit_without_refcounts
def begin(frontier: SearchFrontier, node: int, stamp: int) -> None:
    """Begin one side of a search at a node."""
    frontier.order[0], frontier.visited[node] = node, stamp
    frontier.via[node] = frontier.parent[node] = NOTHING
    frontier.at[:] = 0
    frontier.at[0] = 1


@jit_without_refcounts
def visit(frontier: SearchFrontier, visited: IntVector, counters: IntVector, step: tuple[int, int, int]) -> None:
    """Discover a node from another by a pair, and note where the two sides meet."""
    node, parent, pair = step
    # Each node is discovered once a search, by its number.
    if frontier.visited[node] != counters[STAMP]:
        frontier.visited[node] = counters[STAMP]
        frontier.via[node], frontier.parent[node] = pair, parent
        frontier.order[frontier.at[0]] = node
        frontier.at[0] += 1
        # Found from both ends: the halves make a path.
        if visited[node] == counters[STAMP]:
            counters[MEETING] = node


@jit_without_refcounts
def expand_pairs(state: ExchangeState, frontier: SearchFrontier, visited: IntVector, node: int) -> None:
    """Expand a node by its open pairs that are not chosen; drop for good those that can never open again."""
    graph, counters = state.graph, state.counters
    stops, pairs, others, scores = graph.stops, graph.pairs, graph.others, graph.levels
    sums, closed_sums, fingerprints = state.potentials.sums, state.potentials.closed_sums, state.potentials.fingerprints
    at, level, left = graph.starts[node], counters[LEVEL], node < graph.lefts
    while at < stops[node]:
        other, score = others[at], scores[at]
        # Open: the potentials of both nodes are equal, or differ by one at the pair's own level and score.
        due = np.uint64(0) if score > level else fingerprints[score]
        # Steps count arcs, to keep both sides in balance.
        frontier.at[2] += 1
        if (sums[node] - sums[other] if left else sums[other] - sums[node]) == due:
            if not state.matching.chosen[pairs[at]]:
                visit(frontier, visited, counters, (other, node, pairs[at]))
        # Finished levels differ and never change again: the pair is swapped out of the list for good.
        elif (
            score != level
            and (closed_sums[node] - closed_sums[other] if left else closed_sums[other] - closed_sums[node]) != due
        ):
            stops[node] -= 1
            last = stops[node]
            pairs[at], pairs[last] = pairs[last], pairs[at]
            others[at], others[last] = others[last], other
            scores[at], scores[last] = scores[last], score
            continue
        at += 1


@jit_without_refcounts
def expand_seats(state: ExchangeState, frontier: SearchFrontier, visited: IntVector, node: int) -> None:
    """Expand a node by its chosen pairs that may be given up: those that are not tight."""
    graph, matching, sums, counters, fingerprints = (
        state.graph,
        state.matching,
        state.potentials.sums,
        state.counters,
        state.potentials.fingerprints,
    )
    for at in range(matching.first[node], matching.first[node] + matching.load[node]):
        pair = matching.seats[at]
        left, right, score = graph.ends[0, pair], graph.ends[1, pair], graph.scores[pair]
        # Tight chosen pairs at or below the level must stay: giving them up would make a lower level worse.
        difference = sums[left] - sums[right]
        if (score >= counters[LEVEL] and difference == np.uint64(0)) or (
            score <= counters[LEVEL] and difference == fingerprints[score]
        ):
            visit(frontier, visited, counters, (left + right - node, node, pair))
    frontier.at[2] += matching.load[node] + 1


@jit_without_refcounts
def may_sink(state: ExchangeState, node: int, way: int) -> bool:
    """Return whether a path may end (or, backwards, begin) at a node, changing its load.

    A path that ends at a left node takes a pair from it, at a right node gives it one; where it begins, the opposite.
    """
    graph, sums = state.graph, state.potentials.sums
    if graph.priced[node] or sums[node] != sums[len(sums) - 1]:
        return False
    # Ends lose a pair on one side of the market and win one on the other, by direction.
    fewer = (node < graph.lefts) == (way == FORWARD)
    load = state.matching.load[node]
    return bool(load > graph.least[node] if fewer else load < graph.most[node])


@jit_without_refcounts
def expand_sink(state: ExchangeState, frontier: SearchFrontier, visited: IntVector, way: int) -> None:
    """Expand the sink: all nodes whose load may change the other way."""
    sums, load, lefts, counters = state.potentials.sums, state.matching.load, state.graph.lefts, state.counters
    least, most, sink = state.graph.least, state.graph.most, len(state.potentials.sums) - 1
    for node in state.graph.free:
        fewer = (node < lefts) != (way == FORWARD)
        fits = load[node] > least[node] if fewer else load[node] < most[node]
        if fits and sums[node] == sums[sink]:
            visit(frontier, visited, counters, (node, sink, NOTHING))
    frontier.at[2] += len(state.graph.free)


@jit_without_refcounts
def expand(state: ExchangeState, frontier: SearchFrontier, other: SearchFrontier, way: int) -> None:
    """Expand the next node of one side of the search."""
    node, sink = frontier.order[frontier.at[1]], len(state.potentials.sums) - 1
    frontier.at[1] += 1
    if node == sink:
        expand_sink(state, frontier, other.visited, way)
        return
    if (node < state.graph.lefts) == (way == FORWARD):
        expand_pairs(state, frontier, other.visited, node)
    else:
        expand_seats(state, frontier, other.visited, node)
    if may_sink(state, node, way):
        visit(frontier, other.visited, state.counters, (sink, node, NOTHING))


@jit_without_refcounts
def next_step(state: ExchangeState, frontier: SearchFrontier) -> int:
    """Return how many steps one side will have made after its next expansion; the sink, which leads to many, waits."""
    sink, at, last = len(state.potentials.sums) - 1, frontier.at[1], frontier.at[0] - 1
    if frontier.order[at] == sink and at < last:
        frontier.order[at], frontier.order[last] = frontier.order[last], sink
    node = frontier.order[at]
    if node == sink:
        return int(frontier.at[2] + len(state.graph.free))
    return int(frontier.at[2] + state.graph.stops[node] - state.graph.starts[node])


@jit_without_refcounts
def find_path(state: ExchangeState, pair: int) -> int:
    """Search for an alternating path around a chosen pair.

    Return 0 if the sides meet, 1 or -1 if the forward or the backward side is closed: a cut that proves that there is
    none.
    """
    graph, forward, backward, counters = state.graph, state.forward, state.backward, state.counters
    counters[STAMP] += 1
    counters[MEETING] = NOTHING
    begin(forward, graph.ends[0, pair], counters[STAMP])
    begin(backward, graph.ends[1, pair], counters[STAMP])
    while counters[MEETING] == NOTHING:
        # All nodes of the forward side expanded: it is closed.
        if forward.at[1] == forward.at[0]:
            return 1
        # The backward side is closed.
        if backward.at[1] == backward.at[0]:
            return -1
        # Expand the side that is cheaper: both grow in step, the search ends with the smaller closed one.
        if next_step(state, forward) <= next_step(state, backward):
            expand(state, forward, backward, FORWARD)
        else:
            expand(state, backward, forward, BACKWARD)
    return 0


@jit_without_refcounts
def apply_path(state: ExchangeState, pair: int) -> None:
    """Exchange along the path that was found, and give the tested pair up."""
    # The tested pair closes the cycle with the path.
    remove_pair(state, pair)
    for turn in range(4):  # pairs that go leave their places first
        # Turns 0 and 1 give pairs up, forward and backward half; 2 and 3 add pairs.
        frontier = state.forward if turn % 2 == 0 else state.backward
        node = state.counters[MEETING]
        while frontier.parent[node] != NOTHING:
            via = frontier.via[node]
            parent = frontier.parent[node]
            if via != NOTHING:
                left = node if node < state.graph.lefts else parent
                taken = (left == node) == (turn % 2 == 0)
                if taken and turn < 2:
                    remove_pair(state, via)
                elif not taken and turn >= 2:
                    add_pair(state, via)
            node = parent


@jit_without_refcounts
def raise_potentials(state: ExchangeState, frontier: SearchFrontier, sign: int) -> None:
    """Dual step: change the potential at this level of all nodes on the closed side by ``sign``."""
    potentials, counters = state.potentials, state.counters
    level = counters[LEVEL]
    # Negative potentials add the word's negative, modulo 2^64.
    word = potentials.fingerprints[level] if sign > 0 else np.uint64(0) - potentials.fingerprints[level]
    for place in range(frontier.at[0]):
        node, at = frontier.order[place], counters[ENTRIES]
        potentials.nodes[at], potentials.levels[at], potentials.signs[at] = node, level, sign
        potentials.sums[node] += word
        counters[ENTRIES] += 1


@jit_without_refcounts
def try_removal(state: ExchangeState, pair: int) -> None:
    """Test a chosen pair: remove it by an exchange, or prove by a cut that it stays."""
    graph, sums = state.graph, state.potentials.sums
    # Gone already, or a cut between its nodes proves it: nothing to test.
    if not state.matching.chosen[pair] or sums[graph.ends[0, pair]] != sums[graph.ends[1, pair]]:
        return
    closed = find_path(state, pair)
    if closed == 0:
        apply_path(state, pair)
    else:
        raise_potentials(state, state.forward if closed > 0 else state.backward, closed)
    state.counters[STEPS] += state.forward.at[2] + state.backward.at[2]


@jit_without_refcounts
def run_levels(state: ExchangeState, steps: int) -> int:
    """Go on for so many steps, level by level; return whether all is done, or what ran out."""
    queue, potentials, counters = state.queue, state.potentials, state.counters
    counters[STEPS] = 0
    while counters[LEVEL] < len(queue.heads):
        level = counters[LEVEL]
        while queue.heads[level] != NOTHING:
            # The log could overflow with the next cut: let the caller enlarge it.
            if counters[ENTRIES] + len(potentials.sums) > len(potentials.nodes):
                return FULL
            if counters[STEPS] > steps:
                return LATER
            # Test the pairs of the level in any order: the cuts make the number minimal.
            pair = queue.heads[level]
            queue.heads[level] = queue.after[pair]
            queue.after[pair] = NOT_QUEUED
            try_removal(state, pair)
        # The level is finished: its potentials are final.
        for at in range(counters[OPENED], counters[ENTRIES]):
            node = potentials.nodes[at]
            potentials.closed_sums[node] = potentials.sums[node]
        counters[OPENED] = counters[ENTRIES]
        counters[LEVEL] += 1
    return DONE
