"""b-matching by successive shortest paths with one dual a person (Edmonds and Karp 1972), in machine code.

A person has one price. It pays for their last place and not for more: so what a chosen pair is worth may exceed its two
prices, and what another is worth may not. Whoever has room at a price above what an empty place is worth looks for the
shortest way to give or take a pair (successive shortest paths with prices as potentials, Edmonds & Karp 1972). An empty
place is worth nothing, or less by a reward where it must be taken.
"""

from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.columns import BoolVector, IntVector

FAR = 1 << 62
NOWHERE = -1
BEST, END, DONE, STEPS = range(4)


class BMatching(NamedTuple):
    """People of both sides as nodes, n on the left before m on the right, and e pairs between them.

    ``starts`` (n + m + 1,) and ``pairs`` (2 e,): the pairs of each node; ``lefts``, ``rights`` (e,) their nodes.
    ``least`` and ``most``: places that must and can be taken; ``reward``: what the former are rewarded with.
    """

    starts: IntVector
    pairs: IntVector
    lefts: IntVector
    rights: IntVector
    worth: IntVector
    taken: BoolVector
    price: IntVector
    load: IntVector
    least: IntVector
    most: IntVector
    reward: int


class SearchSpace(NamedTuple):
    """Room for one search after the other.

    ``far`` and ``come`` of each node: how far it is, and by which pair it is reached; ``done``: who is left behind, in
    order. ``now``: how far the best end is, where it is, how many are done, and the steps looked at.
    """

    far: IntVector
    come: IntVector
    done: IntVector
    now: IntVector


def search_space(nodes: int) -> SearchSpace:
    """Return room for searches among so many nodes."""
    nothing = np.full(nodes, NOWHERE)
    return SearchSpace(np.full(nodes, FAR), nothing, nothing.copy(), np.zeros(4, dtype=np.int64))


@jit
def augment_all(net: BMatching, room: SearchSpace, todo: IntVector, limits: tuple[int, int]) -> int:
    """Give people with room as many pairs as are worth it, the last of ``todo`` first; return how many are still to do.

    ``limits``: how many people are on the left, and after how many steps it ends.
    """
    lefts, steps = limits
    count, room.now[STEPS] = len(todo), 0
    while count > 0 and room.now[STEPS] < steps:
        node = todo[count - 1]
        if net.load[node] < net.most[node]:
            net.price[node] = min(net.price[node], max(_empty(net, node, 0), _left_to(net, node)))
        if net.load[node] < net.most[node] and net.price[node] > _empty(net, node, 0):
            _augment(net, room, node, lefts)
        else:
            count -= 1
    return count


@jit
def _empty(net: BMatching, node: int, given: int) -> int:
    """Return what the next empty place of a node is worth, after so many of its pairs are given up."""
    return -net.reward if net.load[node] - given < net.least[node] else 0


@jit
def _left_to(net: BMatching, node: int) -> int:
    """Return what the best pair that is not chosen leaves to a node, far below 0 if there is none."""
    most = -FAR
    for at in range(net.starts[node], net.starts[node + 1]):
        pair = net.pairs[at]
        if not net.taken[pair]:
            other = net.lefts[pair] + net.rights[pair] - node
            most = max(most, net.worth[pair] - net.price[other])
    return most


@jit
def _augment(net: BMatching, room: SearchSpace, root: int, lefts: int) -> None:
    """Take the shortest way to one more pair of a node, or to none."""
    room.now[BEST], room.now[END], room.now[DONE] = net.price[root] - _empty(net, root, 0), root, 0
    room.far[root] = 0
    heap = [(np.int64(0), np.int64(root))]
    while len(heap) > 0 and room.now[DONE] < len(room.done):
        far, node = heappop(heap)
        if far == room.far[node]:
            if far >= room.now[BEST]:
                room.far[node] = FAR
                break
            room.done[room.now[DONE]] = node
            room.now[DONE] += 1
            _go_on(net, room, heap, (node, bool((node < lefts) == (root < lefts))))
    for turn in range(room.now[DONE]):
        node = room.done[turn]
        gain = room.now[BEST] - room.far[node]
        net.price[node] += -gain if (node < lefts) == (root < lefts) else gain
        room.far[node] = FAR
    for _, node in heap:
        room.far[node] = FAR
    _change(net, room, root, lefts)


@jit
def _go_on(net: BMatching, room: SearchSpace, heap: list[tuple[np.int64, np.int64]], at: tuple[np.int64, bool]) -> None:
    """Look at all steps from a node: on the side of the root by pairs that are not chosen, else by chosen ones."""
    node, near = at
    begin, stop, far = net.starts[node], net.starts[node + 1], room.far[node]
    room.now[STEPS] += stop - begin
    for place in range(begin, stop):
        pair = net.pairs[place]
        if net.taken[pair] != near:
            loss = net.price[net.lefts[pair]] + net.price[net.rights[pair]] - net.worth[pair]
            other, new = net.lefts[pair] + net.rights[pair] - node, far + (loss if near else -loss)
            if new < room.now[BEST] and new < room.far[other]:
                room.far[other], room.come[other] = new, pair
                heappush(heap, (new, other))
                end = new + (_taking(net, other) if near else _giving(net, other))
                if end < room.now[BEST]:
                    room.now[BEST], room.now[END] = end, other


@jit
def _giving(net: BMatching, node: int) -> np.int64:
    """Return what it costs that a node gives a pair up."""
    return np.int64(net.price[node] - _empty(net, node, 1))


@jit
def _taking(net: BMatching, node: int) -> np.int64:
    """Return what it costs that a node takes a pair more."""
    if net.load[node] < net.most[node]:
        return np.int64(max(0, _empty(net, node, 0) - net.price[node]))
    return np.int64(FAR // 2)


@jit
def _change(net: BMatching, room: SearchSpace, root: int, lefts: int) -> None:
    """Choose and give up the pairs of a way by turns."""
    node = room.now[END]
    if node != root:
        net.load[root] += 1
        net.load[node] += 1 if (node < lefts) != (root < lefts) else -1
    while node != root:
        pair = room.come[node]
        net.taken[pair] = not net.taken[pair]
        node = net.lefts[pair] + net.rights[pair] - node
