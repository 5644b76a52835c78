"""Shortest augmenting paths for the semi-assignment problem, in machine code.

Successive shortest paths with potentials (Edmonds and Karp 1972; Tomizawa 1971; Ahuja, Magnanti and Orlin 1993, 9.7 and
12.4): each search is one of Dijkstra (1959) on reduced costs, which are 0 or more, with a 4-ary heap. Left nodes are
people with one place each; right nodes have a capacity. Both sides may search: a person for a place, and a free place
that still has a dual for a person.

Invariants between two searches: for every pair, dual of the left + dual of the right >= profit (dual feasibility), with
equality on matched pairs (complementary slackness). All numbers are integers, so that the optimum is exact.

At the end the duals of the right side are lowered to the smallest that prove the optimum: the bottom of the lattice of
dual solutions (Shapley and Shubik 1971), which no other start can change.
"""

from typing import NamedTuple

import numpy as np

from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.arrays import IntVector, ShortVector

"""(k,) int32: places of people, of whom there are fewer than 2^31."""

NOBODY = -1


class Adjacency(NamedTuple):
    """The pairs of one side in compressed rows (CSR), of positive profit only.

    ``others`` (e,) and ``profit`` (e,): pairs of person i stand from ``starts[i]`` to ``starts[i + 1]``.
    """

    starts: IntVector
    others: ShortVector
    profit: IntVector


class AssignmentState(NamedTuple):
    """The primal and the dual solution: who is matched with whom, and the duals of both sides.

    ``left`` (n,), ``right`` (m,): duals. ``partner`` (n,): whom each person on the left has, or -1; ``seat`` (n,): at
    which position of ``seats``. Person k on the right has those in ``seats`` from ``first[k]`` to ``first[k] +
    load[k]``, of the capacity ``first[k + 1] - first[k]``.
    """

    left: IntVector
    right: IntVector
    partner: ShortVector
    seat: IntVector
    first: IntVector
    load: IntVector
    seats: ShortVector


def make_state(prices: IntVector, places: IntVector, people: int) -> AssignmentState:
    """Return the empty matching at some duals (m,) of the right side.

    ``places`` (m,): capacities of the right; ``people``: how many there are on the left.
    """
    first = np.concatenate([[0], np.cumsum(places)])
    return AssignmentState(
        np.zeros(people, dtype=np.int64),
        prices.copy(),
        np.full(people, NOBODY, dtype=np.int32),
        np.zeros(people, dtype=np.int64),
        first,
        np.zeros(len(places), dtype=np.int64),
        np.full(first[-1], NOBODY, dtype=np.int32),
    )


@jit
def build_adjacency(
    people: IntVector, others: IntVector, profit: IntVector, places: tuple[IntVector, IntVector]
) -> Adjacency:
    """Return the pairs of each person in ``people`` (e,), of those of positive profit whose two people have places."""
    own, theirs = places
    # Counting sort: count the pairs of each person, add up, then fill.
    starts = np.zeros(len(own) + 1, dtype=np.int64)
    for pair in range(len(people)):
        if profit[pair] > 0 and own[people[pair]] > 0 and theirs[others[pair]] > 0:
            starts[people[pair] + 1] += 1
    # Prefix sums of the counts are the starts.
    for person in range(len(own)):
        starts[person + 1] += starts[person]
    side = Adjacency(starts, np.empty(starts[-1], dtype=np.int32), np.empty(starts[-1], dtype=np.int64))
    # Fill each row from its start; ``fill`` is the next free position.
    fill = starts[:-1].copy()
    for pair in range(len(people)):
        if profit[pair] > 0 and own[people[pair]] > 0 and theirs[others[pair]] > 0:
            place = fill[people[pair]]
            side.others[place] = others[pair]
            side.profit[place] = profit[pair]
            fill[people[pair]] = place + 1
    return side


@jit
def transpose_adjacency(side: Adjacency, count: int) -> Adjacency:
    """Return the same pairs by the people of the other side, of whom there are ``count``: the transposed CSR."""
    # Count, add up, fill: rows come out in ascending order of people.
    starts = np.zeros(count + 1, dtype=np.int64)
    for other in side.others:
        starts[other + 1] += 1
    for person in range(count):
        starts[person + 1] += starts[person]
    back = Adjacency(starts, np.empty(len(side.others), dtype=np.int32), np.empty(len(side.others), dtype=np.int64))
    fill = starts[:-1].copy()
    for person in range(len(side.starts) - 1):
        for pair in range(side.starts[person], side.starts[person + 1]):
            place = fill[side.others[pair]]
            back.others[place] = person
            back.profit[place] = side.profit[pair]
            fill[side.others[pair]] = place + 1
    return back


@jit
def apply_start(side: Adjacency, state: AssignmentState, wanted: ShortVector, slack: int) -> None:
    """Match people with the partners ``wanted`` (n,) as far as there is room.

    Only those are matched whose pair is at most ``slack`` worse than their best. The duals of the left are set to the
    margin of the partner, or else to the best margin: dual feasible, and tight on what is matched where ``slack`` is 0.
    """
    for person in range(len(wanted)):
        most, own = np.int64(0), np.int64(NOBODY)
        for pair in range(side.starts[person], side.starts[person + 1]):
            # The margin of a pair is its profit less the dual of the right: what is left to the person.
            margin = side.profit[pair] - state.right[side.others[pair]]
            most = max(most, margin)
            if side.others[pair] == wanted[person]:
                own = margin
        state.left[person] = most
        place = wanted[person]
        # Keep the partner only where complementary slackness holds, and the capacity is not used up.
        if own >= 0 and most - own <= slack and state.load[place] < state.first[place + 1] - state.first[place]:
            # The partner's margin is the dual, so the pair is tight.
            state.left[person] = own
            state.partner[person], state.seat[person] = place, state.first[place] + state.load[place]
            state.seats[state.seat[person]] = person
            state.load[place] += 1


INFINITE = 1 << 62
HEAP, SETTLED, STEPS, BEST, END, PERSON = range(6)


class SearchHeap(NamedTuple):
    """Room for one Dijkstra after the other over m nodes of the right side.

    ``distance`` (m,): tentative distance. ``parent``, ``parent_place`` (m,): the person on the left by whom, and the
    node of the right from which, the path comes. ``heap``: a 4-ary heap of reached nodes, ``position`` (m,) where each
    stands in it; ``settled``: nodes taken out, in order. ``counters``: sizes of these two, arcs scanned, the length of
    the best path so far, the node where it ends, and the person at its end.
    """

    distance: IntVector
    parent: ShortVector
    parent_place: ShortVector
    heap: ShortVector
    position: ShortVector
    settled: ShortVector
    counters: IntVector


def make_search(count: int) -> SearchHeap:
    """Return room for searches over so many nodes of the right side."""
    parent, parent_place, heap, position, settled = (np.full(count, NOBODY, dtype=np.int32) for _ in range(5))
    return SearchHeap(
        np.full(count, INFINITE), parent, parent_place, heap, position, settled, np.zeros(6, dtype=np.int64)
    )


@jit
def augment_left(
    side: Adjacency, state: AssignmentState, search: SearchHeap, todo: IntVector, limits: tuple[int, int]
) -> int:
    """Search a path for each person in ``todo``, the last first; return how many of them are still to do.

    ``limits``: whose best margin is not above the first number is passed over; after as many arcs as the second says it
    stops.
    """
    count = len(todo)
    search.counters[STEPS] = 0
    while count > 0 and search.counters[STEPS] < limits[1]:
        count -= 1
        # The last first: ``todo`` then shrinks from its end, and the caller knows what is left.
        person = todo[count]
        if state.partner[person] == NOBODY:
            # The smallest feasible dual of a free person: their best margin. At 0 they stay free, at no loss.
            state.left[person] = _best_margin(side, state, person)
            if state.left[person] > limits[0]:
                _augment_from_person(side, state, search, person)
    return count


@jit
def _best_margin(side: Adjacency, state: AssignmentState, person: int) -> np.int64:
    """Return what the best partner leaves to a person at the present duals, 0 at least."""
    most = np.int64(0)
    for pair in range(side.starts[person], side.starts[person + 1]):
        most = max(most, side.profit[pair] - state.right[side.others[pair]])
    return most


@jit
def augment_right(
    back: Adjacency, state: AssignmentState, search: SearchHeap, todo: IntVector, limits: tuple[int, int]
) -> int:
    """Search a path for each right node in ``todo`` that has free places at a dual above 0, the last first.

    Complementary slackness wants a free place to have dual 0: each search fills it or lowers the dual. ``limits``: the
    dual at which a place may stay free, and the number of arcs after which it stops. Return how many are still to do.
    """
    count = len(todo)
    search.counters[STEPS] = 0
    while count > 0 and search.counters[STEPS] < limits[1]:
        place = todo[count - 1]
        if state.right[place] > limits[0] and _has_room(state, place):
            _augment_from_place(back, state, search, place)
        else:
            # Filled, or free at dual 0: complementary slackness holds here.
            count -= 1
    return count


@jit
def _augment_from_person(side: Adjacency, state: AssignmentState, search: SearchHeap, person: int) -> None:
    """Augment along the shortest path from a free person.

    It ends at a free place, or at somebody whom it costs least to leave free (perhaps this person): the dual of a
    person is the length of that last arc.
    """
    # Begin with the empty path: the person stays free, which costs their dual.
    search.counters[BEST], search.counters[END], search.counters[PERSON] = state.left[person], NOBODY, person
    # The root is at distance 0; its arcs are the first labels.
    _scan_person(side, state, search, person, 0)
    # Dijkstra over full places: settle the nearest until none is nearer than the best end.
    while search.counters[HEAP] > 0 and search.distance[search.heap[0]] < search.counters[BEST]:
        place = _pop(search)
        distance = search.distance[place]
        # Tight arcs back: everybody seated at the settled node is at its distance.
        for seat in range(state.first[place], state.first[place] + state.load[place]):
            other = state.seats[seat]
            # A path may end here: somebody who is seated gives up the place and stays free.
            if distance + state.left[other] < search.counters[BEST]:
                search.counters[BEST], search.counters[END], search.counters[PERSON] = (
                    distance + state.left[other],
                    NOBODY,
                    other,
                )
            _scan_person(side, state, search, other, distance)
            # No path is shorter than the distance of the node it passes.
            if search.counters[BEST] == distance:
                break
    # Dual step: a settled node is raised by how much nearer it is than the end, so reduced costs stay >= 0 and the arcs
    # of the path become tight. Then the primal step: augment.
    _update_duals(state, search, 1)
    # The root's own dual falls by the length of the path: to its margin at the new duals.
    state.left[person] -= search.counters[BEST]
    _shift_forward(state, search, person)
    _reset(search)


@jit
def _scan_person(side: Adjacency, state: AssignmentState, search: SearchHeap, person: int, distance: int) -> None:
    """Relax the arcs of a person on the left who is at a ``distance``.

    After an auction the duals are only nearly feasible; ``max`` with the distance keeps arc lengths >= 0, which
    Dijkstra needs.
    """
    # Length of an arc: left dual + right dual - profit, the reduced cost.
    base, best = distance + state.left[person], search.counters[BEST]
    begin, stop = side.starts[person], side.starts[person + 1]
    search.counters[STEPS] += stop - begin
    for pair in range(begin, stop):
        other = side.others[pair]
        new = max(base + state.right[other] - side.profit[pair], distance)
        # Labels beyond the best end cannot be on a shorter path.
        if new < best and new < search.distance[other]:
            search.parent[other] = person
            # A free place ends a path and needs no heap; a full one is reached and may lead on.
            if _has_room(state, other):
                best = search.counters[BEST] = new
                search.counters[END] = other
            else:
                _push(search, other, new)


@jit
def _has_room(state: AssignmentState, place: int) -> bool:
    """Return whether a right node has a free place."""
    return bool(state.load[place] < state.first[place + 1] - state.first[place])


@jit
def _update_duals(state: AssignmentState, search: SearchHeap, sign: int) -> None:
    """Move the duals of settled nodes by ``sign`` times how much nearer they are than the end of the path.

    People seated there move by the opposite, so that their pairs stay tight.
    """
    for turn in range(search.counters[SETTLED]):
        place = search.settled[turn]
        # Nodes that are not settled are at least as far as the end, and keep their dual.
        gain = sign * (search.counters[BEST] - search.distance[place])
        state.right[place] += gain
        for seat in range(state.first[place], state.first[place] + state.load[place]):
            state.left[state.seats[seat]] -= gain


@jit
def _shift_forward(state: AssignmentState, search: SearchHeap, person: int) -> None:
    """Augment along the path from a person: each person on it moves to the next node.

    The last takes a free place, or that of whoever leaves.
    """
    place, out = search.counters[END], search.counters[PERSON]
    # The path ends with a person who becomes free: theirs is the place to take.
    if place == NOBODY:
        place, seat = state.partner[out], state.seat[out]
        state.partner[out] = NOBODY
    else:
        seat = state.first[place] + state.load[place]
        state.load[place] += 1
    # From the end back to the root: seat the parent, then go on with the place that the parent left.
    while place != NOBODY:
        person_moved = search.parent[place]
        # The parent leaves a place of its own, which is the next to be filled; the root leaves none.
        before, old = state.partner[person_moved], state.seat[person_moved]
        _assign_seat(state, place, seat, person_moved)
        place, seat = before, old


@jit
def _augment_from_place(back: Adjacency, state: AssignmentState, search: SearchHeap, place: int) -> None:
    """Augment along the shortest path to a free place.

    Somebody comes to it, or its dual falls until a place is free at no dual.
    """
    # Begin with the empty path: the place stays free and its dual falls to 0.
    search.counters[BEST], search.counters[END], search.counters[PERSON] = state.right[place], place, NOBODY
    _push(search, place, 0)
    while search.counters[HEAP] > 0 and search.distance[search.heap[0]] < search.counters[BEST]:
        # The nearest node: whoever sits there could move along the path.
        place_reached = _pop(search)
        # A path may end here: the place that is free in the end is one of this node, at dual 0.
        if search.distance[place_reached] + state.right[place_reached] < search.counters[BEST]:
            search.counters[BEST] = search.distance[place_reached] + state.right[place_reached]
            search.counters[END], search.counters[PERSON] = place_reached, NOBODY
        _scan_place(back, state, search, place_reached)
    # Dual step downwards, then augment: the mirror of the search from a person.
    _update_duals(state, search, -1)
    # Primal step along the path.
    _shift_backward(state, search, place)
    _reset(search)


@jit
def _scan_place(back: Adjacency, state: AssignmentState, search: SearchHeap, place_reached: int) -> None:
    """Relax all pairs of a right node: who could come to it, and from where."""
    # The same reduced cost, walked from right to left.
    base, best = search.distance[place_reached] + state.right[place_reached], search.counters[BEST]
    begin, stop = back.starts[place_reached], back.starts[place_reached + 1]
    search.counters[STEPS] += stop - begin
    for pair in range(begin, stop):
        person = back.others[pair]
        new = base + state.left[person] - back.profit[pair]
        if new >= best:
            continue
        other = state.partner[person]
        # A free person ends a path; who is seated elsewhere leads on to the node that they would leave.
        if other == NOBODY:
            best = search.counters[BEST] = new
            search.counters[END], search.counters[PERSON] = place_reached, person
        elif other != place_reached and new < search.distance[other]:
            search.parent[other], search.parent_place[other] = person, place_reached
            _push(search, other, new)


@jit
def _shift_backward(state: AssignmentState, search: SearchHeap, place: int) -> None:
    """Augment along the path to a free place.

    Whoever is at its end, or nobody, takes the place there, and the others move up.
    """
    place_reached, person = search.counters[END], search.counters[PERSON]
    while place_reached != place:
        person_moved = search.parent[place_reached]
        seat = state.seat[person_moved]
        # The end of the path gives one person up and gets nobody for them.
        if person == NOBODY:
            _vacate_seat(state, place_reached, seat)
        else:
            _assign_seat(state, place_reached, seat, person)
        # One step towards the root: the person who moved up leaves the place behind them.
        person, place_reached = person_moved, search.parent_place[place_reached]
    if person != NOBODY:
        _assign_seat(state, place, state.first[place] + state.load[place], person)
        state.load[place] += 1


@jit
def _assign_seat(state: AssignmentState, place: int, seat: int, person: int) -> None:
    """Seat a person on the left at a right node."""
    state.partner[person], state.seat[person], state.seats[seat] = place, seat, person


@jit
def _vacate_seat(state: AssignmentState, place: int, seat: int) -> None:
    """Close the gap that somebody leaves among the seats of ``place``: its last person moves there."""
    state.load[place] -= 1
    last = state.seats[state.first[place] + state.load[place]]
    _assign_seat(state, place, seat, last)


@jit
def minimise_duals(side: Adjacency, state: AssignmentState, search: SearchHeap) -> None:
    """Lower the duals of the right side to the smallest that prove the same optimum, by one Dijkstra.

    How far a dual can fall is a shortest distance: to 0 (the first loop), to what a free person would pay (the second),
    or by no more than keeps the people of another node content (the third). So the result is the unique least dual
    solution.
    """
    # Sources: no dual falls below 0, hence by no more than itself.
    for place in range(len(state.right)):
        _push(search, place, state.right[place])
    # Sources: a free person, whose dual is 0, must not gain by any place.
    for person in range(len(state.partner)):
        # Only free people bound duals from below; matched ones do so through their node.
        if state.partner[person] < 0:
            _relax(side, state, search, person, 0)
    # Dijkstra: a dual that falls by d lets its people gain d, so others may fall by d + reduced cost at most.
    while search.counters[HEAP] > 0:
        place = _pop(search)
        for seat in range(state.first[place], state.first[place] + state.load[place]):
            _relax(side, state, search, state.seats[seat], search.distance[place])
    # Lower each dual by its distance; its people get what it loses, so matched pairs stay tight.
    for place in range(len(state.right)):
        state.right[place] -= search.distance[place]
        for seat in range(state.first[place], state.first[place] + state.load[place]):
            state.left[state.seats[seat]] += search.distance[place]
    _reset(search)


@jit
def _relax(side: Adjacency, state: AssignmentState, search: SearchHeap, person: int, distance: int) -> None:
    """Relax the arcs from a person at a ``distance`` to all right nodes that they have a pair with."""
    base = distance + state.left[person]
    for pair in range(side.starts[person], side.starts[person + 1]):
        other = side.others[pair]
        new = base + state.right[other] - side.profit[pair]
        if new < search.distance[other]:
            _push(search, other, new)


@jit
def _push(search: SearchHeap, place: int, distance: int) -> None:
    """Insert a node into the heap, or decrease its key: sift it up."""
    search.distance[place] = distance
    hole = search.position[place]
    # A new node is appended; one that is in the heap already rises from where it is.
    if hole == NOBODY:
        hole = search.counters[HEAP]
        search.counters[HEAP] += 1
    while hole > 0:
        # In a 4-ary heap the parent of position p is (p - 1) / 4.
        above = (hole - 1) >> 2
        other = search.heap[above]
        if search.distance[other] <= distance:
            break
        search.heap[hole] = other
        search.position[other] = hole
        hole = above
    search.heap[hole] = place
    search.position[place] = hole


@jit
def _pop(search: SearchHeap) -> int:
    """Take the nearest node out of the heap and settle it."""
    top = search.heap[0]
    search.counters[HEAP] -= 1
    size = search.counters[HEAP]
    last = search.heap[size]
    if size > 0:
        _sift_down(search, last, size)
    search.position[top] = NOBODY
    # A settled distance is final: no arc is shorter than 0.
    search.settled[search.counters[SETTLED]] = top
    search.counters[SETTLED] += 1
    return int(top)


@jit
def _sift_down(search: SearchHeap, last: int, size: int) -> None:
    """Let the last node of the heap fall from its top to where it belongs."""
    hole, distance = 0, search.distance[last]
    while True:
        least, nearest = 0, distance
        # The nearest of up to four children rises.
        for below in range(4 * hole + 1, min(4 * hole + 5, size)):
            if search.distance[search.heap[below]] < nearest:
                least, nearest = below, search.distance[search.heap[below]]
        if least == 0:
            break
        search.heap[hole] = search.heap[least]
        search.position[search.heap[hole]] = hole
        hole = least
    search.heap[hole] = last
    search.position[last] = hole


@jit
def _reset(search: SearchHeap) -> None:
    """Forget the last search in time proportional to what it reached, not to m."""
    for turn in range(search.counters[HEAP]):
        search.distance[search.heap[turn]] = INFINITE
        search.position[search.heap[turn]] = NOBODY
    for turn in range(search.counters[SETTLED]):
        search.distance[search.settled[turn]] = INFINITE
    search.counters[HEAP] = search.counters[SETTLED] = 0
