"""Leximin by exchanges, one score level at a time (Burkard and Rendl 1991), in machine code.

The pairs of a level, which is a score, are to be as few as can be, given those of all levels below. Each is put in
question: if its two people can do without it, by a chain of exchanges among pairs that score more, the chain is gone.
If not, the people that the chain could reach are marked; a mark is what people pay for a pair of this level in whole
numbers (a potential, Edmonds & Karp 1972), and a pair stays open only while the marks of its two people are alike, or
differ by one at its own score. The search goes from both ends in step and ends with the smaller part that is closed, so
that nobody is marked often.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.kernels.jit import jit_without_refcounts
from mentormatch.base.columns import BoolVector, IntVector

type Words = NDArray[np.uint64]
type ShortVector = NDArray[np.int32]

NOTHING, NOT_QUEUED = -1, -2
"""No node and no pair; a pair that is in no queue."""
LEVEL, ENTRIES, OPENED, STEPS, STAMP, MEETING = range(6)
COUNTERS = 6
"""What ``counters`` holds, and how much: the level, how many marks there are, from which on they are of this level, the
steps made, the number of the search, and where its two ends met."""
BACKWARD, FORWARD = range(2)
"""The two ways to go on a chain: against its direction from its end, and along from its beginning."""
DONE, LATER, FULL = range(3)
"""Whether all levels are done with, or steps have run out, or the room for marks."""


class LevelExchangeGraph(NamedTuple):
    """People of both sides and a sink as nodes, in this order, and the listed pairs.

    ``ends`` (2, e) are the two nodes of each pair, ``scores`` (e,). The pairs of a node that may still be open are in
    ``pairs`` from ``starts`` to ``stops``; ``others`` and ``levels`` are the nodes at their other ends and their scores
    once more, so that a search reads them in a row. ``least`` and ``most`` (nodes,) bound the loads; those of who is
    ``free`` of a price may change.
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
    """Which pairs are ``chosen``; those of each node in ``seats`` from ``first``, ``load`` of them."""

    chosen: BoolVector
    first: IntVector
    load: IntVector
    seats: ShortVector


class PotentialLog(NamedTuple):
    """The marks so far, one after the other, and their sums by node.

    ``fingerprints`` (levels,) stand for levels, at random; ``sums`` (nodes,) add them up as often as a node is marked, and
    ``closed_sums`` are the sums of the levels that are done with. Equal sums are equal marks, but for a chance of 2^-64;
    what comes out is held against the marks themselves.
    """

    nodes: ShortVector
    levels: ShortVector
    signs: Any
    fingerprints: Words
    sums: Words
    closed_sums: Words


class LevelQueue(NamedTuple):
    """The chosen pairs yet to be put in question: the first of each level, and the one after each."""

    heads: ShortVector
    after: ShortVector


class SearchFrontier(NamedTuple):
    """One end of a search: who is reached, in order, by which pair and from whom; ``at``: how many, the next, steps."""

    order: ShortVector
    visited: IntVector
    via: ShortVector
    parent: ShortVector
    at: IntVector


class ExchangeState(NamedTuple):
    """Everything that a climb works on."""

    graph: LevelExchangeGraph
    matching: LeximinMatching
    potentials: PotentialLog
    queue: LevelQueue
    forward: SearchFrontier
    backward: SearchFrontier
    counters: IntVector


@jit_without_refcounts
def enqueue(state: ExchangeState, pair: int) -> None:
    """Have a chosen pair put in question once its level comes."""
    queue, score = state.queue, state.graph.scores[pair]
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
    """Leave a chosen pair."""
    graph, matching = state.graph, state.matching
    for side in range(2):
        node = graph.ends[side, pair]
        last = matching.first[node] + matching.load[node] - 1
        for at in range(matching.first[node], last + 1):
            if matching.seats[at] == pair:
                matching.seats[at] = matching.seats[last]
                break
        matching.load[node] -= 1
    matching.chosen[pair] = False


@jit_without_refcounts
def begin(frontier: SearchFrontier, node: int, stamp: int) -> None:
    """Begin one end of a search with a node."""
    frontier.order[0], frontier.visited[node] = node, stamp
    frontier.via[node] = frontier.parent[node] = NOTHING
    frontier.at[:] = 0
    frontier.at[0] = 1


@jit_without_refcounts
def visit(frontier: SearchFrontier, visited: IntVector, counters: IntVector, step: tuple[int, int, int]) -> None:
    """Reach a node from another by a pair, and see whether the other end has been there."""
    node, parent, pair = step
    if frontier.visited[node] != counters[STAMP]:
        frontier.visited[node] = counters[STAMP]
        frontier.via[node], frontier.parent[node] = pair, parent
        frontier.order[frontier.at[0]] = node
        frontier.at[0] += 1
        if visited[node] == counters[STAMP]:
            counters[MEETING] = node


@jit_without_refcounts
def expand_pairs(state: ExchangeState, frontier: SearchFrontier, visited: IntVector, node: int) -> None:
    """Go over the open pairs of a node that are not chosen; those that can never be open again are forgotten."""
    graph, counters = state.graph, state.counters
    stops, pairs, others, scores = graph.stops, graph.pairs, graph.others, graph.levels
    sums, closed_sums, fingerprints = state.potentials.sums, state.potentials.closed_sums, state.potentials.fingerprints
    at, level, left = graph.starts[node], counters[LEVEL], node < graph.lefts
    while at < stops[node]:
        other, score = others[at], scores[at]
        due = np.uint64(0) if score > level else fingerprints[score]
        frontier.at[2] += 1
        if (sums[node] - sums[other] if left else sums[other] - sums[node]) == due:
            if not state.matching.chosen[pairs[at]]:
                visit(frontier, visited, counters, (other, node, pairs[at]))
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
    """Go over the chosen pairs of a node that may be left: some are worth more than their people pay."""
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
        difference = sums[left] - sums[right]
        if (score >= counters[LEVEL] and difference == np.uint64(0)) or (
            score <= counters[LEVEL] and difference == fingerprints[score]
        ):
            visit(frontier, visited, counters, (left + right - node, node, pair))
    frontier.at[2] += matching.load[node] + 1


@jit_without_refcounts
def may_sink(state: ExchangeState, node: int, way: int) -> bool:
    """Return whether a chain may end at a node, which is found going ahead, or begin there, and its load change.

    A chain takes a pair from a left node where it ends, and gives one to a right node; where it begins the opposite.
    """
    graph, sums = state.graph, state.potentials.sums
    if graph.priced[node] or sums[node] != sums[len(sums) - 1]:
        return False
    fewer = (node < graph.lefts) == (way == FORWARD)
    load = state.matching.load[node]
    return bool(load > graph.least[node] if fewer else load < graph.most[node])


@jit_without_refcounts
def expand_sink(state: ExchangeState, frontier: SearchFrontier, visited: IntVector, way: int) -> None:
    """Go over all nodes that a chain through the sink leads to."""
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
    """Go on from the next node that one end has reached."""
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
    """Return how many steps one end will have made once it has gone on; the sink, which leads to many, waits."""
    sink, at, last = len(state.potentials.sums) - 1, frontier.at[1], frontier.at[0] - 1
    if frontier.order[at] == sink and at < last:
        frontier.order[at], frontier.order[last] = frontier.order[last], sink
    node = frontier.order[at]
    if node == sink:
        return int(frontier.at[2] + len(state.graph.free))
    return int(frontier.at[2] + state.graph.stops[node] - state.graph.starts[node])


@jit_without_refcounts
def find_path(state: ExchangeState, pair: int) -> int:
    """Look for a chain around a chosen pair: return 0 if there is one, 1 or -1 if the way ahead or back is closed."""
    graph, forward, backward, counters = state.graph, state.forward, state.backward, state.counters
    counters[STAMP] += 1
    counters[MEETING] = NOTHING
    begin(forward, graph.ends[0, pair], counters[STAMP])
    begin(backward, graph.ends[1, pair], counters[STAMP])
    while counters[MEETING] == NOTHING:
        if forward.at[1] == forward.at[0]:
            return 1
        if backward.at[1] == backward.at[0]:
            return -1
        if next_step(state, forward) <= next_step(state, backward):
            expand(state, forward, backward, FORWARD)
        else:
            expand(state, backward, forward, BACKWARD)
    return 0


@jit_without_refcounts
def apply_path(state: ExchangeState, pair: int) -> None:
    """Carry out the chain that was found, and leave the pair."""
    remove_pair(state, pair)
    for turn in range(4):  # pairs that go leave their places first
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
    """Mark all that one end of a search has reached."""
    potentials, counters = state.potentials, state.counters
    level = counters[LEVEL]
    word = potentials.fingerprints[level] if sign > 0 else np.uint64(0) - potentials.fingerprints[level]
    for place in range(frontier.at[0]):
        node, at = frontier.order[place], counters[ENTRIES]
        potentials.nodes[at], potentials.levels[at], potentials.signs[at] = node, level, sign
        potentials.sums[node] += word
        counters[ENTRIES] += 1


@jit_without_refcounts
def try_removal(state: ExchangeState, pair: int) -> None:
    """Put a chosen pair in question."""
    graph, sums = state.graph, state.potentials.sums
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
    """Go on for so many steps, level by level; return whether all is done."""
    queue, potentials, counters = state.queue, state.potentials, state.counters
    counters[STEPS] = 0
    while counters[LEVEL] < len(queue.heads):
        level = counters[LEVEL]
        while queue.heads[level] != NOTHING:
            if counters[ENTRIES] + len(potentials.sums) > len(potentials.nodes):
                return FULL
            if counters[STEPS] > steps:
                return LATER
            pair = queue.heads[level]
            queue.heads[level] = queue.after[pair]
            queue.after[pair] = NOT_QUEUED
            try_removal(state, pair)
        for at in range(counters[OPENED], counters[ENTRIES]):
            node = potentials.nodes[at]
            potentials.closed_sums[node] = potentials.sums[node]
        counters[OPENED] = counters[ENTRIES]
        counters[LEVEL] += 1
    return DONE
