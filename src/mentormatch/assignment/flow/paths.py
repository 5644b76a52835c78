"""Shortest augmenting paths for the semi-assignment problem, compiled.

Successive shortest paths with potentials (Edmonds and Karp 1972; Tomizawa 1971; Ahuja, Magnanti and Orlin 1993, 9.7 and
12.4): each search is Dijkstra's algorithm (1959) on reduced costs, which are 0 or more, with a 4-ary heap. Left nodes
are people with capacity 1; right nodes have a capacity. Both sides may search: a free person for a slot, and a free
slot with a positive dual for a person.

Invariants between two searches: for every pair, left dual + right dual >= profit (dual feasibility), with equality on
matched pairs (complementary slackness). All numbers are integers, so that the optimum is exact.

At the end the duals of the right side are lowered to the smallest that prove the optimum: the bottom of the lattice of
dual solutions (Shapley and Shubik 1971), which does not depend on the start.
"""

from typing import NamedTuple

import numpy as np

from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.arrays import IntVector, ShortVector

NOBODY = -1


class Adjacency(NamedTuple):
    """The pairs of one side with positive profit, in compressed rows (CSR).

    ``others`` (e,) and ``profit`` (e,) of the pairs of person i are at ``starts[i]`` to ``starts[i + 1]``.
    """

    starts: IntVector
    others: ShortVector
    profit: IntVector


class AssignmentState(NamedTuple):
    """The matching and the duals of both sides.

    ``left`` (n,), ``right`` (m,): duals. ``partner`` (n,): the right node of each left person, or -1. ``slot`` (n,):
    the index of the person in ``slot_people``. Right node k has its people in ``slot_people`` from ``slot_starts[k]``
    to ``slot_starts[k] + load[k]``; its capacity is ``slot_starts[k + 1] - slot_starts[k]``.
    """

    left: IntVector
    right: IntVector
    partner: ShortVector
    slot: IntVector
    slot_starts: IntVector
    load: IntVector
    slot_people: ShortVector


def make_state(duals: IntVector, capacities: IntVector, people: int) -> AssignmentState:
    """Return the empty matching of ``people`` left nodes, at duals (m,) of right nodes with ``capacities`` (m,)."""
    slot_starts = np.concatenate([[0], np.cumsum(capacities)])
    return AssignmentState(
        np.zeros(people, dtype=np.int64),
        duals.copy(),
        np.full(people, NOBODY, dtype=np.int32),
        np.zeros(people, dtype=np.int64),
        slot_starts,
        np.zeros(len(capacities), dtype=np.int64),
        np.full(slot_starts[-1], NOBODY, dtype=np.int32),
    )


@jit
def build_adjacency(
    people: IntVector, others: IntVector, profit: IntVector, capacities: tuple[IntVector, IntVector]
) -> Adjacency:
    """Return the pairs of positive profit, by the nodes ``people`` (e,), if both nodes have a capacity."""
    own_capacity, other_capacity = capacities
    # Counting sort: count the pairs of each person, add up, then fill
    starts = np.zeros(len(own_capacity) + 1, dtype=np.int64)
    for pair in range(len(people)):
        if profit[pair] > 0 and own_capacity[people[pair]] > 0 and other_capacity[others[pair]] > 0:
            starts[people[pair] + 1] += 1
    # Prefix sums of the counts are the starts
    for person in range(len(own_capacity)):
        starts[person + 1] += starts[person]
    side = Adjacency(starts, np.empty(starts[-1], dtype=np.int32), np.empty(starts[-1], dtype=np.int64))
    # Fill each row from its start; ``fill`` is the next free index
    fill = starts[:-1].copy()
    for pair in range(len(people)):
        if profit[pair] > 0 and own_capacity[people[pair]] > 0 and other_capacity[others[pair]] > 0:
            index = fill[people[pair]]
            side.others[index] = others[pair]
            side.profit[index] = profit[pair]
            fill[people[pair]] = index + 1
    return side


@jit
def transpose_adjacency(side: Adjacency, count: int) -> Adjacency:
    """Return the same pairs by the ``count`` nodes of the other side: the transposed CSR."""
    # Count, add up, fill: rows come out in ascending order of people
    starts = np.zeros(count + 1, dtype=np.int64)
    for node in side.others:
        starts[node + 1] += 1
    for person in range(count):
        starts[person + 1] += starts[person]
    transposed = Adjacency(
        starts, np.empty(len(side.others), dtype=np.int32), np.empty(len(side.others), dtype=np.int64)
    )
    fill = starts[:-1].copy()
    for person in range(len(side.starts) - 1):
        for pair in range(side.starts[person], side.starts[person + 1]):
            index = fill[side.others[pair]]
            transposed.others[index] = person
            transposed.profit[index] = side.profit[pair]
            fill[side.others[pair]] = index + 1
    return transposed


@jit
def apply_start(side: Adjacency, state: AssignmentState, wanted: ShortVector, slack: int) -> None:
    """Match people with the partners ``wanted`` (n,), within capacities, if the pair is within ``slack`` of their best.

    The left dual of a person is set to the margin of the partner, or else to the best margin, at least 0. The duals are
    then tight on matched pairs, and also feasible if ``slack`` is 0.
    """
    for person in range(len(wanted)):
        best, wanted_margin = np.int64(0), np.int64(NOBODY)
        for pair in range(side.starts[person], side.starts[person + 1]):
            # The margin of a pair is its profit less the dual of the right node
            margin = side.profit[pair] - state.right[side.others[pair]]
            best = max(best, margin)
            if side.others[pair] == wanted[person]:
                wanted_margin = margin
        state.left[person] = best
        node = wanted[person]
        # Keep the partner only within the slack and the capacity
        if (
            wanted_margin >= 0
            and best - wanted_margin <= slack
            and state.load[node] < state.slot_starts[node + 1] - state.slot_starts[node]
        ):
            # The dual is the partner's margin, so the pair is tight
            state.left[person] = wanted_margin
            state.partner[person], state.slot[person] = node, state.slot_starts[node] + state.load[node]
            state.slot_people[state.slot[person]] = person
            state.load[node] += 1


INFINITE = 1 << 62
# Indices of ``SearchHeap.counters``
HEAP_SIZE, SETTLED_COUNT, ARCS_SCANNED, BEST_LENGTH, END_NODE, END_PERSON = range(6)


class SearchHeap(NamedTuple):
    """Buffers for successive Dijkstra searches over the m right nodes.

    ``distance`` (m,): tentative distances. ``parent``, ``parent_node`` (m,): the left person and the right node before
    a node on its path. ``heap``: 4-ary heap of reached nodes; ``position`` (m,): index of each node in it. ``settled``:
    nodes taken out, in order. ``counters``: sizes of the heap and of ``settled``, arcs scanned, length of the best path
    so far, its end node, and the person at its end.
    """

    distance: IntVector
    parent: ShortVector
    parent_node: ShortVector
    heap: ShortVector
    position: ShortVector
    settled: ShortVector
    counters: IntVector


def make_search(count: int) -> SearchHeap:
    """Return buffers for searches over ``count`` right nodes."""
    parent, parent_node, heap, position, settled = (np.full(count, NOBODY, dtype=np.int32) for _ in range(5))
    return SearchHeap(
        np.full(count, INFINITE), parent, parent_node, heap, position, settled, np.zeros(6, dtype=np.int64)
    )


@jit
def augment_left(
    side: Adjacency, state: AssignmentState, search: SearchHeap, todo: IntVector, limits: tuple[int, int]
) -> int:
    """Augment from each free person in ``todo``, the last first; return the number of people still to do.

    ``limits``: a person is skipped unless the best margin exceeds the first number; the search stops after the second
    number of arcs.
    """
    count = len(todo)
    search.counters[ARCS_SCANNED] = 0
    while count > 0 and search.counters[ARCS_SCANNED] < limits[1]:
        count -= 1
        # From the end, so that ``todo`` shrinks and the caller knows the remaining people
        person = todo[count]
        if state.partner[person] == NOBODY:
            # The smallest feasible dual of a free person is the best margin; at 0 the person stays free
            state.left[person] = _best_margin(side, state, person)
            if state.left[person] > limits[0]:
                _augment_from_person(side, state, search, person)
    return count


@jit
def _best_margin(side: Adjacency, state: AssignmentState, person: int) -> np.int64:
    """Return the best margin of a person at the present duals, at least 0."""
    best = np.int64(0)
    for pair in range(side.starts[person], side.starts[person + 1]):
        best = max(best, side.profit[pair] - state.right[side.others[pair]])
    return best


@jit
def augment_right(
    back: Adjacency, state: AssignmentState, search: SearchHeap, todo: IntVector, limits: tuple[int, int]
) -> int:
    """Augment from each right node in ``todo`` with free slots at a positive dual, the last first.

    Complementary slackness requires dual 0 of nodes with free slots: each search fills a slot, or lowers the dual to 0.
    ``limits``: the dual at which a slot may stay free, and the number of arcs after which the search stops. Returns the
    number of nodes still to do.
    """
    count = len(todo)
    search.counters[ARCS_SCANNED] = 0
    while count > 0 and search.counters[ARCS_SCANNED] < limits[1]:
        node = todo[count - 1]
        if state.right[node] > limits[0] and _has_capacity(state, node):
            _augment_to_slot(back, state, search, node)
        else:
            # Filled, or free at dual 0: complementary slackness holds
            count -= 1
    return count


@jit
def _augment_from_person(side: Adjacency, state: AssignmentState, search: SearchHeap, person: int) -> None:
    """Augment along the shortest path from a free person.

    The path ends at a free slot, or at the person whose loss of a partner costs least, possibly the root itself. That
    last arc is as long as the person's dual.
    """
    # The empty path: the person stays free, at the cost of the dual
    search.counters[BEST_LENGTH], search.counters[END_NODE], search.counters[END_PERSON] = (
        state.left[person],
        NOBODY,
        person,
    )
    # The root is at distance 0
    _relax_person_arcs(side, state, search, person, 0)
    # Dijkstra over full nodes, until no node is nearer than the best end
    while search.counters[HEAP_SIZE] > 0 and search.distance[search.heap[0]] < search.counters[BEST_LENGTH]:
        node = _pop(search)
        distance = search.distance[node]
        # Matched pairs are tight: all people at the settled node have its distance
        for slot in range(state.slot_starts[node], state.slot_starts[node] + state.load[node]):
            occupant = state.slot_people[slot]
            # The path may end here: this person loses the slot and stays free
            if distance + state.left[occupant] < search.counters[BEST_LENGTH]:
                search.counters[BEST_LENGTH], search.counters[END_NODE], search.counters[END_PERSON] = (
                    distance + state.left[occupant],
                    NOBODY,
                    occupant,
                )
            _relax_person_arcs(side, state, search, occupant, distance)
            # No path is shorter than the distance of its nodes
            if search.counters[BEST_LENGTH] == distance:
                break
    # Dual step: a settled node rises by the best length less its distance, so reduced costs stay >= 0 and the arcs of
    # the path become tight
    _update_duals(state, search, 1)
    # The dual of the root falls to its margin at the new duals
    state.left[person] -= search.counters[BEST_LENGTH]
    _augment_forward(state, search, person)
    _reset(search)


@jit
def _relax_person_arcs(side: Adjacency, state: AssignmentState, search: SearchHeap, person: int, distance: int) -> None:
    """Relax the arcs of a left person at a given distance.

    After a start with slack the duals are not feasible; ``max`` keeps arc lengths >= 0, as Dijkstra requires.
    """
    # Length of an arc: left dual + right dual - profit, the reduced cost
    base, best = distance + state.left[person], search.counters[BEST_LENGTH]
    begin, stop = side.starts[person], side.starts[person + 1]
    search.counters[ARCS_SCANNED] += stop - begin
    for pair in range(begin, stop):
        node = side.others[pair]
        new = max(base + state.right[node] - side.profit[pair], distance)
        # Labels beyond the best end cannot be on a shorter path
        if new < best and new < search.distance[node]:
            search.parent[node] = person
            # A free slot ends the path and needs no heap entry
            if _has_capacity(state, node):
                best = search.counters[BEST_LENGTH] = new
                search.counters[END_NODE] = node
            else:
                _push(search, node, new)


@jit
def _has_capacity(state: AssignmentState, node: int) -> bool:
    return bool(state.load[node] < state.slot_starts[node + 1] - state.slot_starts[node])


@jit
def _update_duals(state: AssignmentState, search: SearchHeap, sign: int) -> None:
    """Change the duals of settled nodes by ``sign`` times the best length less their distance.

    The duals of people matched there change by the opposite, so that their pairs stay tight.
    """
    for index in range(search.counters[SETTLED_COUNT]):
        node = search.settled[index]
        # Other nodes are at least as far as the end, and keep their dual
        gain = sign * (search.counters[BEST_LENGTH] - search.distance[node])
        state.right[node] += gain
        for slot in range(state.slot_starts[node], state.slot_starts[node] + state.load[node]):
            state.left[state.slot_people[slot]] -= gain


@jit
def _augment_forward(state: AssignmentState, search: SearchHeap, person: int) -> None:
    """Augment along the path from a person: each person on it moves to the next node.

    The last one takes a free slot, or the slot of the person who becomes free.
    """
    node, freed = search.counters[END_NODE], search.counters[END_PERSON]
    # The path ends with a person who becomes free, whose slot is taken
    if node == NOBODY:
        node, slot = state.partner[freed], state.slot[freed]
        state.partner[freed] = NOBODY
    else:
        slot = state.slot_starts[node] + state.load[node]
        state.load[node] += 1
    # From the end to the root: assign the parent, then fill the slot that the parent left
    while node != NOBODY:
        mover = search.parent[node]
        # The root leaves no slot
        previous_node, previous_slot = state.partner[mover], state.slot[mover]
        _assign_slot(state, node, slot, mover)
        node, slot = previous_node, previous_slot


@jit
def _augment_to_slot(back: Adjacency, state: AssignmentState, search: SearchHeap, node: int) -> None:
    """Augment along the shortest path to a free slot: a person moves to it, or its dual falls to 0."""
    # The empty path: the slot stays free and its dual falls to 0
    search.counters[BEST_LENGTH], search.counters[END_NODE], search.counters[END_PERSON] = (
        state.right[node],
        node,
        NOBODY,
    )
    _push(search, node, 0)
    while search.counters[HEAP_SIZE] > 0 and search.distance[search.heap[0]] < search.counters[BEST_LENGTH]:
        # The people of the nearest node could move along the path
        reached = _pop(search)
        # The path may end here: a slot of this node stays free, at dual 0
        if search.distance[reached] + state.right[reached] < search.counters[BEST_LENGTH]:
            search.counters[BEST_LENGTH] = search.distance[reached] + state.right[reached]
            search.counters[END_NODE], search.counters[END_PERSON] = reached, NOBODY
        _relax_node_arcs(back, state, search, reached)
    # Dual step downwards, then augment: the mirror of the search from a person
    _update_duals(state, search, -1)
    _augment_backward(state, search, node)
    _reset(search)


@jit
def _relax_node_arcs(back: Adjacency, state: AssignmentState, search: SearchHeap, reached: int) -> None:
    """Relax all pairs of a right node: each leads to the node that the person would leave, or to a free person."""
    # The same reduced cost, from right to left
    base, best = search.distance[reached] + state.right[reached], search.counters[BEST_LENGTH]
    begin, stop = back.starts[reached], back.starts[reached + 1]
    search.counters[ARCS_SCANNED] += stop - begin
    for pair in range(begin, stop):
        person = back.others[pair]
        new = base + state.left[person] - back.profit[pair]
        if new >= best:
            continue
        old_node = state.partner[person]
        # A free person ends the path; a matched one leads to the present node
        if old_node == NOBODY:
            best = search.counters[BEST_LENGTH] = new
            search.counters[END_NODE], search.counters[END_PERSON] = reached, person
        elif old_node != reached and new < search.distance[old_node]:
            search.parent[old_node], search.parent_node[old_node] = person, reached
            _push(search, old_node, new)


@jit
def _augment_backward(state: AssignmentState, search: SearchHeap, node: int) -> None:
    """Augment along the path to a free slot: each person on it moves one node towards the root.

    A free person at its end, if any, takes the slot that the last person leaves.
    """
    reached, person = search.counters[END_NODE], search.counters[END_PERSON]
    while reached != node:
        mover = search.parent[reached]
        slot = state.slot[mover]
        # The end of the path loses a person without replacement
        if person == NOBODY:
            _vacate_slot(state, reached, slot)
        else:
            _assign_slot(state, reached, slot, person)
        # One step towards the root: the mover leaves a slot behind
        person, reached = mover, search.parent_node[reached]
    if person != NOBODY:
        _assign_slot(state, node, state.slot_starts[node] + state.load[node], person)
        state.load[node] += 1


@jit
def _assign_slot(state: AssignmentState, node: int, slot: int, person: int) -> None:
    state.partner[person], state.slot[person], state.slot_people[slot] = node, slot, person


@jit
def _vacate_slot(state: AssignmentState, node: int, slot: int) -> None:
    """Free a slot of a node: the person in its last used slot moves there."""
    state.load[node] -= 1
    last = state.slot_people[state.slot_starts[node] + state.load[node]]
    _assign_slot(state, node, slot, last)


@jit
def minimize_duals(side: Adjacency, state: AssignmentState, search: SearchHeap) -> None:
    """Lower the right duals to the smallest that prove the same optimum, by one Dijkstra search.

    The greatest decrease of a dual is a shortest distance: from 0 (the first loop), from the profit of a free person
    (the second), or from the dual of a node whose people would prefer this one (the third). The result is the unique
    smallest dual solution.
    """
    # Sources: no dual falls below 0
    for node in range(len(state.right)):
        _push(search, node, state.right[node])
    # Sources: a free person, whose dual is 0, must not profit from any slot
    for person in range(len(state.partner)):
        # Matched people bound duals through their node
        if state.partner[person] < 0:
            _relax(side, state, search, person, 0)
    # Dijkstra: if a dual falls by d, its people gain d, so others may fall by at most d + reduced cost
    while search.counters[HEAP_SIZE] > 0:
        node = _pop(search)
        for slot in range(state.slot_starts[node], state.slot_starts[node] + state.load[node]):
            _relax(side, state, search, state.slot_people[slot], search.distance[node])
    # Lower each dual by its distance; its people gain the same, so matched pairs stay tight
    for node in range(len(state.right)):
        state.right[node] -= search.distance[node]
        for slot in range(state.slot_starts[node], state.slot_starts[node] + state.load[node]):
            state.left[state.slot_people[slot]] += search.distance[node]
    _reset(search)


@jit
def _relax(side: Adjacency, state: AssignmentState, search: SearchHeap, person: int, distance: int) -> None:
    """Relax the arcs from a person at a given distance to the right nodes of all their pairs."""
    base = distance + state.left[person]
    for pair in range(side.starts[person], side.starts[person + 1]):
        node = side.others[pair]
        new = base + state.right[node] - side.profit[pair]
        if new < search.distance[node]:
            _push(search, node, new)


@jit
def _push(search: SearchHeap, node: int, distance: int) -> None:
    """Insert a node into the heap, or decrease its key: sift it up."""
    search.distance[node] = distance
    hole = search.position[node]
    # A new node is appended; a node in the heap rises from its position
    if hole == NOBODY:
        hole = search.counters[HEAP_SIZE]
        search.counters[HEAP_SIZE] += 1
    while hole > 0:
        # In a 4-ary heap the parent of position p is (p - 1) / 4
        parent = (hole - 1) >> 2
        parent_node = search.heap[parent]
        if search.distance[parent_node] <= distance:
            break
        search.heap[hole] = parent_node
        search.position[parent_node] = hole
        hole = parent
    search.heap[hole] = node
    search.position[node] = hole


@jit
def _pop(search: SearchHeap) -> int:
    """Remove the nearest node from the heap and settle it."""
    top = search.heap[0]
    search.counters[HEAP_SIZE] -= 1
    size = search.counters[HEAP_SIZE]
    last = search.heap[size]
    if size > 0:
        _sift_down(search, last, size)
    search.position[top] = NOBODY
    # A settled distance is final: no arc is shorter than 0
    search.settled[search.counters[SETTLED_COUNT]] = top
    search.counters[SETTLED_COUNT] += 1
    return int(top)


@jit
def _sift_down(search: SearchHeap, last: int, size: int) -> None:
    """Move the last node of the heap from the top down to its position."""
    hole, distance = 0, search.distance[last]
    while True:
        smallest, nearest = 0, distance
        # The nearest of up to four children rises
        for child in range(4 * hole + 1, min(4 * hole + 5, size)):
            if search.distance[search.heap[child]] < nearest:
                smallest, nearest = child, search.distance[search.heap[child]]
        if smallest == 0:
            break
        search.heap[hole] = search.heap[smallest]
        search.position[search.heap[hole]] = hole
        hole = smallest
    search.heap[hole] = last
    search.position[last] = hole


@jit
def _reset(search: SearchHeap) -> None:
    """Clear the labels of a search, in time proportional to the number of nodes that it reached."""
    for index in range(search.counters[HEAP_SIZE]):
        search.distance[search.heap[index]] = INFINITE
        search.position[search.heap[index]] = NOBODY
    for index in range(search.counters[SETTLED_COUNT]):
        search.distance[search.settled[index]] = INFINITE
    search.counters[HEAP_SIZE] = search.counters[SETTLED_COUNT] = 0
