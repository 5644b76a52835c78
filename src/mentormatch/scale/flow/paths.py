"""Shortest augmenting paths with a 4-ary heap, and duals lowered to the minimal ones by one Dijkstra.

The length of a step is by how much the two prices exceed what the pair is worth, so none is below 0 (Dijkstra 1959,
with prices as potentials: Edmonds & Karp 1972). Along the shortest path people move, and the prices of all who are
nearer than its end follow.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.columns import IntVector

type ShortVector = NDArray[np.int32]

NOBODY = -1


class Adjacency(NamedTuple):
    """The pairs of each person i of a side: ``others`` and ``worth`` from ``starts[i]`` to ``starts[i + 1]``."""

    starts: IntVector
    others: ShortVector
    worth: IntVector


class AssignmentState(NamedTuple):
    """Who is matched, and the prices of both sides.

    ``partner`` (n,): whom each person on the left has, or -1. ``seats``: whom each person k on the right has, from
    ``first[k]`` to ``first[k] + load[k]``, in the places up to ``first[k + 1]``. ``apply_start`` (n,): where one sits.
    """

    left: IntVector
    right: IntVector
    partner: ShortVector
    seat: IntVector
    first: IntVector
    load: IntVector
    seats: ShortVector


def state_of(prices: IntVector, places: IntVector, people: int) -> AssignmentState:
    """Return the state in which nobody is matched, at some prices of the right side."""
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
    people: IntVector, others: IntVector, worth: IntVector, places: tuple[IntVector, IntVector]
) -> Adjacency:
    """Return, by person, the pairs that are worth something and whose people have places."""
    own, theirs = places
    starts = np.zeros(len(own) + 1, dtype=np.int64)
    for pair in range(len(people)):
        if worth[pair] > 0 and own[people[pair]] > 0 and theirs[others[pair]] > 0:
            starts[people[pair] + 1] += 1
    for person in range(len(own)):
        starts[person + 1] += starts[person]
    side = Adjacency(starts, np.empty(starts[-1], dtype=np.int32), np.empty(starts[-1], dtype=np.int64))
    fill = starts[:-1].copy()
    for pair in range(len(people)):
        if worth[pair] > 0 and own[people[pair]] > 0 and theirs[others[pair]] > 0:
            place = fill[people[pair]]
            side.others[place] = others[pair]
            side.worth[place] = worth[pair]
            fill[people[pair]] = place + 1
    return side


@jit
def transpose_adjacency(side: Adjacency, count: int) -> Adjacency:
    """Return the same pairs by the people of the other side, of whom there are ``count``."""
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
            back.worth[place] = side.worth[pair]
            fill[side.others[pair]] = place + 1
    return back


@jit
def apply_start(side: Adjacency, state: AssignmentState, wanted: ShortVector, slack: int) -> None:
    """Match with whom they ``wanted`` those who lose no more than ``slack`` by it, and set the prices of the left.

    These are what is left to each by the partner they have, or would be left by the best they could have.
    """
    for person in range(len(wanted)):
        most, own = np.int64(0), np.int64(NOBODY)
        for pair in range(side.starts[person], side.starts[person + 1]):
            margin = side.worth[pair] - state.right[side.others[pair]]
            most = max(most, margin)
            if side.others[pair] == wanted[person]:
                own = margin
        state.left[person] = most
        place = wanted[person]
        if own >= 0 and most - own <= slack and state.load[place] < state.first[place + 1] - state.first[place]:
            state.left[person] = own
            state.partner[person], state.seat[person] = place, state.first[place] + state.load[place]
            state.seats[state.seat[person]] = person
            state.load[place] += 1


FAR = 1 << 62
HEAP, DONE, STEPS, BEST, END, PERSON = range(6)


class SearchHeap(NamedTuple):
    """Room for one search after the other among m people on the right.

    ``far`` (m,): how far each is. ``come``, ``came`` (m,): by which person on the left, and from whom on the right, the
    way goes. ``heap``: who is reached, ``where`` (m,) in it; ``done``: who is left behind, in order. ``now``: the sizes
    of these two, the steps looked at, how far the best end is so far, where it is, and who is concerned.
    """

    far: IntVector
    come: ShortVector
    came: ShortVector
    heap: ShortVector
    where: ShortVector
    done: ShortVector
    now: IntVector


def search_among(count: int) -> SearchHeap:
    """Return room for searches among so many people."""
    come, came, heap, where, done = (np.full(count, NOBODY, dtype=np.int32) for _ in range(5))
    return SearchHeap(np.full(count, FAR), come, came, heap, where, done, np.zeros(6, dtype=np.int64))


@jit
def augment_left(
    side: Adjacency, state: AssignmentState, search: SearchHeap, todo: IntVector, most: tuple[int, int]
) -> int:
    """Match or leave out people of the left, the last of ``todo`` first; return how many of them are still to do.

    ``most``: a person to whom no more is left than the first number is passed over, and after as many steps as the
    second says it ends.
    """
    count = len(todo)
    search.now[STEPS] = 0
    while count > 0 and search.now[STEPS] < most[1]:
        count -= 1
        person = todo[count]
        if state.partner[person] == NOBODY:
            state.left[person] = _left_to(side, state, person)
            if state.left[person] > most[0]:
                _match(side, state, search, person)
    return count


@jit
def _left_to(side: Adjacency, state: AssignmentState, person: int) -> np.int64:
    """Return what the best partner leaves to a person."""
    most = np.int64(0)
    for pair in range(side.starts[person], side.starts[person + 1]):
        most = max(most, side.worth[pair] - state.right[side.others[pair]])
    return most


@jit
def augment_right(
    back: Adjacency, state: AssignmentState, search: SearchHeap, todo: IntVector, most: tuple[int, int]
) -> int:
    """Fill places that are empty at a price, or lower it, the last of ``todo`` first; return how many are still to do.

    ``most``: the price at which a place may stay empty, and after how many steps it ends.
    """
    count = len(todo)
    search.now[STEPS] = 0
    while count > 0 and search.now[STEPS] < most[1]:
        place = todo[count - 1]
        if state.right[place] > most[0] and _has_room(state, place):
            _fill(back, state, search, place)
        else:
            count -= 1
    return count


@jit
def _match(side: Adjacency, state: AssignmentState, search: SearchHeap, person: int) -> None:
    """Find the shortest way to an empty place, or to somebody who can best be left out, perhaps this person."""
    search.now[BEST], search.now[END], search.now[PERSON] = state.left[person], NOBODY, person
    _from_left(side, state, search, person, 0)
    while search.now[HEAP] > 0 and search.far[search.heap[0]] < search.now[BEST]:
        place = _pop(search)
        far = search.far[place]
        for seat in range(state.first[place], state.first[place] + state.load[place]):
            other = state.seats[seat]
            if far + state.left[other] < search.now[BEST]:
                search.now[BEST], search.now[END], search.now[PERSON] = far + state.left[other], NOBODY, other
            _from_left(side, state, search, other, far)
            if search.now[BEST] == far:
                break
    _update_duals(state, search, 1)
    state.left[person] -= search.now[BEST]
    _shift_forward(state, search, person)
    _reset(search)


@jit
def _from_left(side: Adjacency, state: AssignmentState, search: SearchHeap, person: int, far: int) -> None:
    """Look at all steps of a person who is ``far``; where prices do not quite hold, a step goes no way back."""
    reach, best = far + state.left[person], search.now[BEST]
    begin, stop = side.starts[person], side.starts[person + 1]
    search.now[STEPS] += stop - begin
    for pair in range(begin, stop):
        other = side.others[pair]
        new = max(reach + state.right[other] - side.worth[pair], far)
        if new < best and new < search.far[other]:
            search.come[other] = person
            if _has_room(state, other):
                best = search.now[BEST] = new
                search.now[END] = other
            else:
                _reach(search, other, new)


@jit
def _has_room(state: AssignmentState, place: int) -> bool:
    return bool(state.load[place] < state.first[place + 1] - state.first[place])


@jit
def _update_duals(state: AssignmentState, search: SearchHeap, sign: int) -> None:
    """Raise (1) or lower (-1) the prices of all on the right who are nearer than the end; whom they have pay for it."""
    for turn in range(search.now[DONE]):
        place = search.done[turn]
        gain = sign * (search.now[BEST] - search.far[place])
        state.right[place] += gain
        for seat in range(state.first[place], state.first[place] + state.load[place]):
            state.left[state.seats[seat]] -= gain


@jit
def _shift_forward(state: AssignmentState, search: SearchHeap, person: int) -> None:
    """Let each on the way from a person take the place of who comes next, the last an empty one or that of who goes."""
    place, out = search.now[END], search.now[PERSON]
    if place == NOBODY:
        place, seat = state.partner[out], state.seat[out]
        state.partner[out] = NOBODY
    else:
        seat = state.first[place] + state.load[place]
        state.load[place] += 1
    while place != NOBODY:
        mover = search.come[place]
        before, old = state.partner[mover], state.seat[mover]
        _sit(state, place, seat, mover)
        place, seat = before, old


@jit
def _fill(back: Adjacency, state: AssignmentState, search: SearchHeap, place: int) -> None:
    """Find the shortest way by which somebody comes to an empty place, or by which a place is empty at no price."""
    search.now[BEST], search.now[END], search.now[PERSON] = state.right[place], place, NOBODY
    _reach(search, place, 0)
    while search.now[HEAP] > 0 and search.far[search.heap[0]] < search.now[BEST]:
        near = _pop(search)
        if search.far[near] + state.right[near] < search.now[BEST]:
            search.now[BEST] = search.far[near] + state.right[near]
            search.now[END], search.now[PERSON] = near, NOBODY
        _from_right(back, state, search, near)
    _update_duals(state, search, -1)
    _shift_backward(state, search, place)
    _reset(search)


@jit
def _from_right(back: Adjacency, state: AssignmentState, search: SearchHeap, near: int) -> None:
    """Look at all who could come to somebody on the right."""
    reach, best = search.far[near] + state.right[near], search.now[BEST]
    begin, stop = back.starts[near], back.starts[near + 1]
    search.now[STEPS] += stop - begin
    for pair in range(begin, stop):
        person = back.others[pair]
        new = reach + state.left[person] - back.worth[pair]
        if new >= best:
            continue
        other = state.partner[person]
        if other == NOBODY:
            best = search.now[BEST] = new
            search.now[END], search.now[PERSON] = near, person
        elif other != near and new < search.far[other]:
            search.come[other], search.came[other] = person, near
            _reach(search, other, new)


@jit
def _shift_backward(state: AssignmentState, search: SearchHeap, place: int) -> None:
    """Let somebody, or nobody, come to the end of the way, and the others on it move up to the empty place."""
    near, person = search.now[END], search.now[PERSON]
    while near != place:
        mover = search.come[near]
        seat = state.seat[mover]
        if person == NOBODY:
            _close_ranks(state, near, seat)
        else:
            _sit(state, near, seat, person)
        person, near = mover, search.came[near]
    if person != NOBODY:
        _sit(state, place, state.first[place] + state.load[place], person)
        state.load[place] += 1


@jit
def _sit(state: AssignmentState, place: int, seat: int, person: int) -> None:
    state.partner[person], state.seat[person], state.seats[seat] = place, seat, person


@jit
def _close_ranks(state: AssignmentState, place: int, seat: int) -> None:
    """Let the last of those whom ``place`` has sit where somebody left."""
    state.load[place] -= 1
    last = state.seats[state.first[place] + state.load[place]]
    _sit(state, place, seat, last)


@jit
def minimise_duals(side: Adjacency, state: AssignmentState, search: SearchHeap) -> None:
    """Lower all prices of the right side to the smallest that prove the same answer.

    How far each can fall is the length of a shortest way: it falls to 0, to what somebody left out would pay, or by no
    more than lets those who pay another price stay there.
    """
    for place in range(len(state.right)):
        _reach(search, place, state.right[place])
    for person in range(len(state.partner)):
        if state.partner[person] < 0:
            _relax(side, state, search, person, 0)
    while search.now[HEAP] > 0:
        place = _pop(search)
        for seat in range(state.first[place], state.first[place] + state.load[place]):
            _relax(side, state, search, state.seats[seat], search.far[place])
    for place in range(len(state.right)):
        state.right[place] -= search.far[place]
        for seat in range(state.first[place], state.first[place] + state.load[place]):
            state.left[state.seats[seat]] += search.far[place]
    _reset(search)


@jit
def _relax(side: Adjacency, state: AssignmentState, search: SearchHeap, person: int, far: int) -> None:
    reach = far + state.left[person]
    for pair in range(side.starts[person], side.starts[person + 1]):
        other = side.others[pair]
        new = reach + state.right[other] - side.worth[pair]
        if new < search.far[other]:
            _reach(search, other, new)


@jit
def _reach(search: SearchHeap, place: int, far: int) -> None:
    """Put somebody into the heap, or further up in it."""
    search.far[place] = far
    hole = search.where[place]
    if hole == NOBODY:
        hole = search.now[HEAP]
        search.now[HEAP] += 1
    while hole > 0:
        above = (hole - 1) >> 2
        other = search.heap[above]
        if search.far[other] <= far:
            break
        search.heap[hole] = other
        search.where[other] = hole
        hole = above
    search.heap[hole] = place
    search.where[place] = hole


@jit
def _pop(search: SearchHeap) -> int:
    """Take the nearest out of the heap, and leave it behind."""
    top = search.heap[0]
    search.now[HEAP] -= 1
    size = search.now[HEAP]
    last = search.heap[size]
    if size > 0:
        _sink(search, last, size)
    search.where[top] = NOBODY
    search.done[search.now[DONE]] = top
    search.now[DONE] += 1
    return int(top)


@jit
def _sink(search: SearchHeap, last: int, size: int) -> None:
    """Let the last of the heap fall from its top to where it belongs."""
    hole, far = 0, search.far[last]
    while True:
        least, nearest = 0, far
        for below in range(4 * hole + 1, min(4 * hole + 5, size)):
            if search.far[search.heap[below]] < nearest:
                least, nearest = below, search.far[search.heap[below]]
        if least == 0:
            break
        search.heap[hole] = search.heap[least]
        search.where[search.heap[hole]] = hole
        hole = least
    search.heap[hole] = last
    search.where[last] = hole


@jit
def _reset(search: SearchHeap) -> None:
    """Make room for the next search."""
    for turn in range(search.now[HEAP]):
        search.far[search.heap[turn]] = FAR
        search.where[search.heap[turn]] = NOBODY
    for turn in range(search.now[DONE]):
        search.far[search.done[turn]] = FAR
    search.now[HEAP] = search.now[DONE] = 0
