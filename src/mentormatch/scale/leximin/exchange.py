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

NOTHING, IDLE = -1, -2
"""No node and no pair; a pair that is in no queue."""
LEVEL, MARKS, OPENED, STEPS, STAMP, MEETING = range(6)
NOW = 6
"""What ``now`` holds, and how much: the level, how many marks there are, from which on they are of this level, the
steps made, the number of the search, and where its two ends met."""
BACK, AHEAD = range(2)
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

    ``words`` (levels,) stand for levels, at random; ``sums`` (nodes,) add them up as often as a node is marked, and
    ``settled`` are the sums of the levels that are done with. Equal sums are equal marks, but for a chance of 2^-64;
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
    seen: IntVector
    by: ShortVector
    come: ShortVector
    at: IntVector


class ExchangeState(NamedTuple):
    """Everything that a climb works on."""

    net: LevelExchangeGraph
    answer: LeximinMatching
    marks: PotentialLog
    queue: LevelQueue
    ahead: SearchFrontier
    back: SearchFrontier
    now: IntVector


@jit_without_refcounts
def enqueue(work: ExchangeState, pair: int) -> None:
    """Have a chosen pair put in question once its level comes."""
    queue, score = work.queue, work.net.scores[pair]
    if queue.after[pair] == IDLE and score > work.now[LEVEL]:
        queue.after[pair] = queue.heads[score]
        queue.heads[score] = pair


@jit_without_refcounts
def add_pair(work: ExchangeState, pair: int) -> None:
    """Choose a pair."""
    net, answer = work.net, work.answer
    for side in range(2):
        node = net.ends[side, pair]
        answer.seats[answer.first[node] + answer.load[node]] = pair
        answer.load[node] += 1
    answer.chosen[pair] = True
    enqueue(work, pair)


@jit_without_refcounts
def remove_pair(work: ExchangeState, pair: int) -> None:
    """Leave a chosen pair."""
    net, answer = work.net, work.answer
    for side in range(2):
        node = net.ends[side, pair]
        last = answer.first[node] + answer.load[node] - 1
        for at in range(answer.first[node], last + 1):
            if answer.seats[at] == pair:
                answer.seats[at] = answer.seats[last]
                break
        answer.load[node] -= 1
    answer.chosen[pair] = False


@jit_without_refcounts
def begin(reach: SearchFrontier, node: int, stamp: int) -> None:
    """Begin one end of a search with a node."""
    reach.order[0], reach.seen[node] = node, stamp
    reach.by[node] = reach.come[node] = NOTHING
    reach.at[:] = 0
    reach.at[0] = 1


@jit_without_refcounts
def visit(reach: SearchFrontier, seen: IntVector, now: IntVector, step: tuple[int, int, int]) -> None:
    """Reach a node from another by a pair, and see whether the other end has been there."""
    node, come, pair = step
    if reach.seen[node] != now[STAMP]:
        reach.seen[node] = now[STAMP]
        reach.by[node], reach.come[node] = pair, come
        reach.order[reach.at[0]] = node
        reach.at[0] += 1
        if seen[node] == now[STAMP]:
            now[MEETING] = node


@jit_without_refcounts
def expand_pairs(work: ExchangeState, reach: SearchFrontier, seen: IntVector, node: int) -> None:
    """Go over the open pairs of a node that are not chosen; those that can never be open again are forgotten."""
    net, now = work.net, work.now
    stops, pairs, others, scores = net.stops, net.pairs, net.others, net.levels
    sums, settled, words = work.marks.sums, work.marks.closed_sums, work.marks.fingerprints
    at, level, left = net.starts[node], now[LEVEL], node < net.lefts
    while at < stops[node]:
        far, score = others[at], scores[at]
        due = np.uint64(0) if score > level else words[score]
        reach.at[2] += 1
        if (sums[node] - sums[far] if left else sums[far] - sums[node]) == due:
            if not work.answer.chosen[pairs[at]]:
                visit(reach, seen, now, (far, node, pairs[at]))
        elif score != level and (settled[node] - settled[far] if left else settled[far] - settled[node]) != due:
            stops[node] -= 1
            last = stops[node]
            pairs[at], pairs[last] = pairs[last], pairs[at]
            others[at], others[last] = others[last], far
            scores[at], scores[last] = scores[last], score
            continue
        at += 1


@jit_without_refcounts
def expand_seats(work: ExchangeState, reach: SearchFrontier, seen: IntVector, node: int) -> None:
    """Go over the chosen pairs of a node that may be left: some are worth more than their people pay."""
    net, answer, sums, now, words = work.net, work.answer, work.marks.sums, work.now, work.marks.fingerprints
    for at in range(answer.first[node], answer.first[node] + answer.load[node]):
        pair = answer.seats[at]
        left, right, score = net.ends[0, pair], net.ends[1, pair], net.scores[pair]
        apart = sums[left] - sums[right]
        if (score >= now[LEVEL] and apart == np.uint64(0)) or (score <= now[LEVEL] and apart == words[score]):
            visit(reach, seen, now, (left + right - node, node, pair))
    reach.at[2] += answer.load[node] + 1


@jit_without_refcounts
def may_sink(work: ExchangeState, node: int, way: int) -> bool:
    """Return whether a chain may end at a node, which is found going ahead, or begin there, and its load change.

    A chain takes a pair from a left node where it ends, and gives one to a right node; where it begins the opposite.
    """
    net, sums = work.net, work.marks.sums
    if net.priced[node] or sums[node] != sums[len(sums) - 1]:
        return False
    fewer = (node < net.lefts) == (way == AHEAD)
    load = work.answer.load[node]
    return bool(load > net.least[node] if fewer else load < net.most[node])


@jit_without_refcounts
def expand_sink(work: ExchangeState, reach: SearchFrontier, seen: IntVector, way: int) -> None:
    """Go over all nodes that a chain through the sink leads to."""
    sums, load, lefts, now = work.marks.sums, work.answer.load, work.net.lefts, work.now
    least, most, sink = work.net.least, work.net.most, len(work.marks.sums) - 1
    for node in work.net.free:
        fewer = (node < lefts) != (way == AHEAD)
        fits = load[node] > least[node] if fewer else load[node] < most[node]
        if fits and sums[node] == sums[sink]:
            visit(reach, seen, now, (node, sink, NOTHING))
    reach.at[2] += len(work.net.free)


@jit_without_refcounts
def expand(work: ExchangeState, reach: SearchFrontier, other: SearchFrontier, way: int) -> None:
    """Go on from the next node that one end has reached."""
    node, sink = reach.order[reach.at[1]], len(work.marks.sums) - 1
    reach.at[1] += 1
    if node == sink:
        expand_sink(work, reach, other.seen, way)
        return
    if (node < work.net.lefts) == (way == AHEAD):
        expand_pairs(work, reach, other.seen, node)
    else:
        expand_seats(work, reach, other.seen, node)
    if may_sink(work, node, way):
        visit(reach, other.seen, work.now, (sink, node, NOTHING))


@jit_without_refcounts
def next_step(work: ExchangeState, reach: SearchFrontier) -> int:
    """Return how many steps one end will have made once it has gone on; the sink, which leads to many, waits."""
    sink, at, last = len(work.marks.sums) - 1, reach.at[1], reach.at[0] - 1
    if reach.order[at] == sink and at < last:
        reach.order[at], reach.order[last] = reach.order[last], sink
    node = reach.order[at]
    if node == sink:
        return int(reach.at[2] + len(work.net.free))
    return int(reach.at[2] + work.net.stops[node] - work.net.starts[node])


@jit_without_refcounts
def find_path(work: ExchangeState, pair: int) -> int:
    """Look for a chain around a chosen pair: return 0 if there is one, 1 or -1 if the way ahead or back is closed."""
    net, ahead, back, now = work.net, work.ahead, work.back, work.now
    now[STAMP] += 1
    now[MEETING] = NOTHING
    begin(ahead, net.ends[0, pair], now[STAMP])
    begin(back, net.ends[1, pair], now[STAMP])
    while now[MEETING] == NOTHING:
        if ahead.at[1] == ahead.at[0]:
            return 1
        if back.at[1] == back.at[0]:
            return -1
        if next_step(work, ahead) <= next_step(work, back):
            expand(work, ahead, back, AHEAD)
        else:
            expand(work, back, ahead, BACK)
    return 0


@jit_without_refcounts
def apply_path(work: ExchangeState, pair: int) -> None:
    """Carry out the chain that was found, and leave the pair."""
    remove_pair(work, pair)
    for turn in range(4):  # pairs that go leave their places first
        reach = work.ahead if turn % 2 == 0 else work.back
        node = work.now[MEETING]
        while reach.come[node] != NOTHING:
            by = reach.by[node]
            come = reach.come[node]
            if by != NOTHING:
                left = node if node < work.net.lefts else come
                taken = (left == node) == (turn % 2 == 0)
                if taken and turn < 2:
                    remove_pair(work, by)
                elif not taken and turn >= 2:
                    add_pair(work, by)
            node = come


@jit_without_refcounts
def raise_potentials(work: ExchangeState, reach: SearchFrontier, sign: int) -> None:
    """Mark all that one end of a search has reached."""
    marks, now = work.marks, work.now
    level = now[LEVEL]
    word = marks.fingerprints[level] if sign > 0 else np.uint64(0) - marks.fingerprints[level]
    for place in range(reach.at[0]):
        node, at = reach.order[place], now[MARKS]
        marks.nodes[at], marks.levels[at], marks.signs[at] = node, level, sign
        marks.sums[node] += word
        now[MARKS] += 1


@jit_without_refcounts
def try_removal(work: ExchangeState, pair: int) -> None:
    """Put a chosen pair in question."""
    net, sums = work.net, work.marks.sums
    if not work.answer.chosen[pair] or sums[net.ends[0, pair]] != sums[net.ends[1, pair]]:
        return
    closed = find_path(work, pair)
    if closed == 0:
        apply_path(work, pair)
    else:
        raise_potentials(work, work.ahead if closed > 0 else work.back, closed)
    work.now[STEPS] += work.ahead.at[2] + work.back.at[2]


@jit_without_refcounts
def run_levels(work: ExchangeState, steps: int) -> int:
    """Go on for so many steps, level by level; return whether all is done."""
    queue, marks, now = work.queue, work.marks, work.now
    now[STEPS] = 0
    while now[LEVEL] < len(queue.heads):
        level = now[LEVEL]
        while queue.heads[level] != NOTHING:
            if now[MARKS] + len(marks.sums) > len(marks.nodes):
                return FULL
            if now[STEPS] > steps:
                return LATER
            pair = queue.heads[level]
            queue.heads[level] = queue.after[pair]
            queue.after[pair] = IDLE
            try_removal(work, pair)
        for at in range(now[OPENED], now[MARKS]):
            node = marks.nodes[at]
            marks.closed_sums[node] = marks.sums[node]
        now[OPENED] = now[MARKS]
        now[LEVEL] += 1
    return DONE
