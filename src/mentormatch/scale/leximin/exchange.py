"""Leximin by exchanges, one score level at a time (lexicographic bottleneck, Burkard and Rendl 1991), compiled.

Level by level from the lowest score, the number of pairs of the level is minimised, given the numbers of pairs at all
lower levels. Each chosen pair of the level is tested (``try_removal``): is there an alternating path of open pairs
between its two people in the residual graph? If so, an exchange along it removes the pair. If not, the search has
closed one side, a cut of the residual graph: the potential of all nodes on it changes by +1 or -1 at this level.

Potentials are lexicographic: one integer per level and node, the dual variables of the level (Edmonds and Karp 1972).
Invariant: a pair is open only if its two nodes have equal potentials, or potentials that differ by one at the level of
the pair's score. So no exchange makes a lower level worse. Potentials are compared by fingerprints, sums of random
words (Zobrist 1970), and verified exactly at the end (``optimum``).

The search is bidirectional and ends when the smaller side is closed, so few nodes get a potential.
"""

from typing import Any, NamedTuple

import numpy as np

from mentormatch.assignment.kernels.jit import jit_without_refcounts
from mentormatch.assignment.tie_breaking import Words
from mentormatch.base.arrays import BoolVector, IntVector, ShortVector

NO_INDEX = -1  # no node, or no pair
NOT_QUEUED = -2  # a pair that is in no queue


class CounterIndex(NamedTuple):
    """Positions in ``ExchangeState.counters``."""

    level: int = 0
    entries: int = 1  # of the log
    level_start: int = 2  # the first entry of the level
    steps: int = 3
    search: int = 4  # the number of the search
    meeting: int = 5  # the node where the two sides of the search met


class Direction(NamedTuple):
    """The two sides of a search: along the path from its start, or against it from its end."""

    backward: int = 0
    forward: int = 1


class ExchangeOutcome(NamedTuple):
    """The reasons why ``run_levels`` returns."""

    finished: int = 0
    out_of_steps: int = 1
    log_full: int = 2


# Named tuples are constants in compiled code
COUNTER = CounterIndex()
DIRECTION = Direction()
OUTCOME = ExchangeOutcome()


class LevelExchangeGraph(NamedTuple):
    """The residual graph. Its nodes are mentors, mentees and a sink, in this order; its arcs are the listed pairs."""

    ends: ShortVector  # (2, e): the nodes of each pair
    scores: ShortVector  # (e,)
    starts: IntVector  # (nodes,): pairs of a node that may still open are ``pairs[starts:stops]``
    stops: IntVector
    pairs: ShortVector
    neighbours: ShortVector  # the other node of each of ``pairs``
    levels: ShortVector  # the score of each of ``pairs``
    least: IntVector  # (nodes,): degree bounds
    most: IntVector
    free: ShortVector  # nodes whose load may change: unequal bounds, no dual in earlier goals (complementary slackness)
    fixed_load: BoolVector  # (nodes,): whether the node has such a dual
    lefts: int  # the number of mentors


class LeximinMatching(NamedTuple):
    """The primal solution."""

    chosen: BoolVector  # (e,)
    first: IntVector  # (nodes,): chosen pairs of a node are ``pairs[first:first + load]``
    load: IntVector
    pairs: ShortVector


class PotentialLog(NamedTuple):
    """Potentials as a log of changes (``nodes``, ``levels``, ``signs``), with fingerprints of their sums per node.

    ``fingerprints`` (levels,): one random word per level. ``sums`` (nodes,): the sum of a node's potentials times these
    words, modulo 2^64; ``closed_sums``: of finished levels. Potentials with equal sums are unequal with a probability
    of about 2^-64, so ``optimum`` checks the result exactly.
    """

    nodes: ShortVector
    levels: ShortVector
    signs: Any
    fingerprints: Words
    sums: Words
    closed_sums: Words


class LevelQueue(NamedTuple):
    """Chosen pairs to be tested, one linked list per level: its ``heads``, and the pair ``after`` each pair."""

    heads: ShortVector
    after: ShortVector


class SearchFrontier(NamedTuple):
    """One side of a bidirectional search."""

    order: ShortVector  # nodes in order of discovery, but the sink is moved back
    visited: IntVector  # (nodes,): the number of the last search that found the node
    via: ShortVector  # (nodes,): the pair through which it was found
    parent: ShortVector  # (nodes,): the node from which it was found
    counts: IntVector  # (3,): nodes found, nodes expanded, steps


class ExchangeState(NamedTuple):
    """The state of the algorithm."""

    graph: LevelExchangeGraph
    matching: LeximinMatching
    potentials: PotentialLog
    queue: LevelQueue
    forward: SearchFrontier
    backward: SearchFrontier
    counters: IntVector


@jit_without_refcounts
def enqueue(state: ExchangeState, pair: int) -> None:
    """Queue a chosen pair to be tested at its level, unless the pair is queued or that level has been reached."""
    queue, score = state.queue, state.graph.scores[pair]
    if queue.after[pair] == NOT_QUEUED and score > state.counters[COUNTER.level]:
        queue.after[pair] = queue.heads[score]
        queue.heads[score] = pair


@jit_without_refcounts
def add_pair(state: ExchangeState, pair: int) -> None:
    graph, matching = state.graph, state.matching
    for side in range(2):
        node = graph.ends[side, pair]
        matching.pairs[matching.first[node] + matching.load[node]] = pair
        matching.load[node] += 1
    matching.chosen[pair] = True
    enqueue(state, pair)


@jit_without_refcounts
def remove_pair(state: ExchangeState, pair: int) -> None:
    graph, matching = state.graph, state.matching
    for side in range(2):
        node = graph.ends[side, pair]
        last = matching.first[node] + matching.load[node] - 1
        # The last pair of the node fills the gap
        for index in range(matching.first[node], last + 1):
            if matching.pairs[index] == pair:
                matching.pairs[index] = matching.pairs[last]
                break
        matching.load[node] -= 1
    matching.chosen[pair] = False


@jit_without_refcounts
def begin(frontier: SearchFrontier, node: int, stamp: int) -> None:
    frontier.order[0], frontier.visited[node] = node, stamp
    frontier.via[node] = frontier.parent[node] = NO_INDEX
    frontier.counts[:] = 0
    frontier.counts[0] = 1


@jit_without_refcounts
def visit(frontier: SearchFrontier, visited: IntVector, counters: IntVector, step: tuple[int, int, int]) -> None:
    """Discover the node of ``step`` (node, parent, pair) unless it is known, and note whether the two sides meet.

    ``visited``: of the other side.
    """
    node, parent, pair = step
    if frontier.visited[node] != counters[COUNTER.search]:
        frontier.visited[node] = counters[COUNTER.search]
        frontier.via[node], frontier.parent[node] = pair, parent
        frontier.order[frontier.counts[0]] = node
        frontier.counts[0] += 1
        if visited[node] == counters[COUNTER.search]:
            counters[COUNTER.meeting] = node


@jit_without_refcounts
def expand_pairs(state: ExchangeState, frontier: SearchFrontier, visited: IntVector, node: int) -> None:
    """Expand a node by its open pairs that are not chosen, and remove pairs that can never open again."""
    graph, counters = state.graph, state.counters
    stops, pairs, neighbours, scores = graph.stops, graph.pairs, graph.neighbours, graph.levels
    sums, closed_sums, fingerprints = state.potentials.sums, state.potentials.closed_sums, state.potentials.fingerprints
    index, level, is_left = graph.starts[node], counters[COUNTER.level], node < graph.lefts
    while index < stops[node]:
        neighbour, score = neighbours[index], scores[index]
        # Open: the potentials of both nodes are equal, or differ by one at the level of the pair's score
        open_difference = np.uint64(0) if score > level else fingerprints[score]
        # Steps count arcs, to keep both sides in balance
        frontier.counts[2] += 1
        if (sums[node] - sums[neighbour] if is_left else sums[neighbour] - sums[node]) == open_difference:
            if not state.matching.chosen[pairs[index]]:
                visit(frontier, visited, counters, (neighbour, node, pairs[index]))
        # Potentials of finished levels are final: the pair never opens again, and is swapped out of the list
        elif (
            score != level
            and (closed_sums[node] - closed_sums[neighbour] if is_left else closed_sums[neighbour] - closed_sums[node])
            != open_difference
        ):
            stops[node] -= 1
            last = stops[node]
            pairs[index], pairs[last] = pairs[last], pairs[index]
            neighbours[index], neighbours[last] = neighbours[last], neighbour
            scores[index], scores[last] = scores[last], score
            continue
        index += 1


@jit_without_refcounts
def expand_chosen_pairs(state: ExchangeState, frontier: SearchFrontier, visited: IntVector, node: int) -> None:
    """Expand a node by its chosen pairs that may be removed."""
    graph = state.graph
    matching = state.matching
    sums = state.potentials.sums
    counters = state.counters
    fingerprints = state.potentials.fingerprints
    for index in range(matching.first[node], matching.first[node] + matching.load[node]):
        pair = matching.pairs[index]
        left, right, score = graph.ends[0, pair], graph.ends[1, pair], graph.scores[pair]
        # Without them, no lower level becomes worse
        difference = sums[left] - sums[right]
        if (score >= counters[COUNTER.level] and difference == np.uint64(0)) or (
            score <= counters[COUNTER.level] and difference == fingerprints[score]
        ):
            visit(frontier, visited, counters, (left + right - node, node, pair))
    frontier.counts[2] += matching.load[node] + 1


@jit_without_refcounts
def can_reach_sink(state: ExchangeState, node: int, direction: int) -> bool:
    """Return whether a path may end at a node (begin, if backward), which changes its load.

    A path that ends at a mentor removes a pair of the mentor; one that ends at a mentee adds a pair. At the start of a
    path, it is the opposite.
    """
    graph, sums = state.graph, state.potentials.sums
    if graph.fixed_load[node] or sums[node] != sums[len(sums) - 1]:
        return False
    loses_pair = (node < graph.lefts) == (direction == DIRECTION.forward)
    load = state.matching.load[node]
    return bool(load > graph.least[node] if loses_pair else load < graph.most[node])


@jit_without_refcounts
def expand_sink(state: ExchangeState, frontier: SearchFrontier, visited: IntVector, direction: int) -> None:
    """Expand the sink to all nodes of its potential whose load may change in the opposite way (``can_reach_sink``)."""
    sums, load, lefts, counters = state.potentials.sums, state.matching.load, state.graph.lefts, state.counters
    least, most, sink = state.graph.least, state.graph.most, len(state.potentials.sums) - 1
    for node in state.graph.free:
        loses_pair = (node < lefts) != (direction == DIRECTION.forward)
        may_change = load[node] > least[node] if loses_pair else load[node] < most[node]
        if may_change and sums[node] == sums[sink]:
            visit(frontier, visited, counters, (node, sink, NO_INDEX))
    frontier.counts[2] += len(state.graph.free)


@jit_without_refcounts
def expand(state: ExchangeState, frontier: SearchFrontier, opposite: SearchFrontier, direction: int) -> None:
    """Expand the next node of one side of the search."""
    node, sink = frontier.order[frontier.counts[1]], len(state.potentials.sums) - 1
    frontier.counts[1] += 1
    if node == sink:
        expand_sink(state, frontier, opposite.visited, direction)
        return
    if (node < state.graph.lefts) == (direction == DIRECTION.forward):
        expand_pairs(state, frontier, opposite.visited, node)
    else:
        expand_chosen_pairs(state, frontier, opposite.visited, node)
    if can_reach_sink(state, node, direction):
        visit(frontier, opposite.visited, state.counters, (sink, node, NO_INDEX))


@jit_without_refcounts
def next_step(state: ExchangeState, frontier: SearchFrontier) -> int:
    """Return the steps of one side after its next expansion, as if that node were expanded by all its listed pairs.

    The sink, which has many arcs, is moved to the end of the order.
    """
    sink, index, last = len(state.potentials.sums) - 1, frontier.counts[1], frontier.counts[0] - 1
    if frontier.order[index] == sink and index < last:
        frontier.order[index], frontier.order[last] = frontier.order[last], sink
    node = frontier.order[index]
    if node == sink:
        return int(frontier.counts[2] + len(state.graph.free))
    return int(frontier.counts[2] + state.graph.stops[node] - state.graph.starts[node])


@jit_without_refcounts
def find_path(state: ExchangeState, pair: int) -> int:
    """Search for an alternating path between the nodes of a chosen pair.

    Return 0 if the sides meet, 1 or -1 if the forward or backward side is closed: a cut that proves that there is no
    path.
    """
    graph, forward, backward, counters = state.graph, state.forward, state.backward, state.counters
    counters[COUNTER.search] += 1
    counters[COUNTER.meeting] = NO_INDEX
    begin(forward, graph.ends[0, pair], counters[COUNTER.search])
    begin(backward, graph.ends[1, pair], counters[COUNTER.search])
    while counters[COUNTER.meeting] == NO_INDEX:
        if forward.counts[1] == forward.counts[0]:
            return 1
        if backward.counts[1] == backward.counts[0]:
            return -1
        # Both sides make about the same number of steps, so the search ends when the smaller side is closed
        if next_step(state, forward) <= next_step(state, backward):
            expand(state, forward, backward, DIRECTION.forward)
        else:
            expand(state, backward, forward, DIRECTION.backward)
    return 0


@jit_without_refcounts
def apply_path(state: ExchangeState, pair: int) -> None:
    """Exchange along the path that was found, and remove the tested pair."""
    remove_pair(state, pair)
    # Phases 0 and 1 remove the pairs of the forward and backward half, phases 2 and 3 add pairs
    for phase in range(4):
        frontier = state.forward if phase % 2 == 0 else state.backward
        node = state.counters[COUNTER.meeting]
        while frontier.parent[node] != NO_INDEX:
            via = frontier.via[node]
            parent = frontier.parent[node]
            if via != NO_INDEX:
                left = node if node < state.graph.lefts else parent
                is_removed = (left == node) == (phase % 2 == 0)
                if is_removed and phase < 2:
                    remove_pair(state, via)
                elif not is_removed and phase >= 2:
                    add_pair(state, via)
            node = parent


@jit_without_refcounts
def raise_potentials(state: ExchangeState, frontier: SearchFrontier, sign: int) -> None:
    """Dual step: add ``sign`` to the potential at this level of all nodes on the closed side."""
    potentials, counters = state.potentials, state.counters
    level = counters[COUNTER.level]
    word = potentials.fingerprints[level] if sign > 0 else np.uint64(0) - potentials.fingerprints[level]
    for index in range(frontier.counts[0]):
        node, entry = frontier.order[index], counters[COUNTER.entries]
        potentials.nodes[entry], potentials.levels[entry], potentials.signs[entry] = node, level, sign
        potentials.sums[node] += word
        counters[COUNTER.entries] += 1


@jit_without_refcounts
def try_removal(state: ExchangeState, pair: int) -> None:
    """Remove a chosen pair by an exchange, or prove by a cut that none lowers the number of pairs of its level.

    Nothing is done if the pair is removed already, or an earlier cut is between its nodes.
    """
    graph, sums = state.graph, state.potentials.sums
    # Removed already, or an earlier cut is between its nodes
    if not state.matching.chosen[pair] or sums[graph.ends[0, pair]] != sums[graph.ends[1, pair]]:
        return
    closed = find_path(state, pair)
    if closed == 0:
        apply_path(state, pair)
    else:
        raise_potentials(state, state.forward if closed > 0 else state.backward, closed)
    state.counters[COUNTER.steps] += state.forward.counts[2] + state.backward.counts[2]


@jit_without_refcounts
def run_levels(state: ExchangeState, steps: int) -> int:
    """Continue for about ``steps`` steps. Return whether all levels are finished, or which limit is reached."""
    queue, potentials, counters = state.queue, state.potentials, state.counters
    counters[COUNTER.steps] = 0
    while counters[COUNTER.level] < len(queue.heads):
        level = counters[COUNTER.level]
        while queue.heads[level] != NO_INDEX:
            # The next cut could overflow the log, which the caller enlarges
            if counters[COUNTER.entries] + len(potentials.sums) > len(potentials.nodes):
                return OUTCOME.log_full
            if counters[COUNTER.steps] > steps:
                return OUTCOME.out_of_steps
            # The order of the pairs does not matter: the cuts prove that the number is minimal
            pair = queue.heads[level]
            queue.heads[level] = queue.after[pair]
            queue.after[pair] = NOT_QUEUED
            try_removal(state, pair)
        # The level is finished, and its potentials are final
        for entry in range(counters[COUNTER.level_start], counters[COUNTER.entries]):
            node = potentials.nodes[entry]
            potentials.closed_sums[node] = potentials.sums[node]
        counters[COUNTER.level_start] = counters[COUNTER.entries]
        counters[COUNTER.level] += 1
    return OUTCOME.finished
