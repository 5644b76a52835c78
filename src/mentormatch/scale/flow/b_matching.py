"""b-matching by successive shortest paths with one dual a person (Edmonds and Karp 1972), in machine code.

A person has one price. It pays for their last place and not for more: so what a chosen pair is worth may exceed its two
prices, and what another is worth may not. Whoever has room at a price above what an empty place is worth looks for the
shortest way to give or take a pair (successive shortest paths with prices as potentials, Edmonds & Karp 1972). An empty
place is worth nothing, or less by a reward where it must be taken.
"""

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import NamedTuple, Self

import numpy as np

from mentormatch.assignment.kernels.jit import jit
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.scale.flow.assignment import STEPS_AT_ONCE, CheckDeadline
from mentormatch.scale.flow.lower_bounds import Best, solve_with_lower_bounds

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


@dataclass(frozen=True, slots=True)
class SplitFace:
    """A face whose people on the left are split: ``pair`` (q,) says of which pair each of theirs is one."""

    face: OptimalFace
    pair: IntVector

    @classmethod
    def of(cls, face: OptimalFace) -> Self:
        """Return a face split, the places that must be taken being those of who come first."""
        most, least = np.maximum(face.left.most, 0), face.left.least
        first, times = np.cumsum(most) - most, most[face.lefts]
        owner, pair = np.repeat(np.arange(len(most)), most), np.repeat(np.arange(len(face)), times)
        turn = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
        must = (np.arange(len(owner)) - first[owner] < least[owner]).astype(np.int64)
        sides = RemainingDegrees(must, np.ones(len(owner), dtype=np.int64)), face.right
        return cls(OptimalFace(first[face.lefts][pair] + turn, face.rights[pair], *sides), pair)


def solve_b_matching(face: OptimalFace, profit: IntVector, reward: int, best: Best, heed: CheckDeadline) -> PrimalDual:
    """Return the optimum of a face if places that must be taken are rewarded; ``best`` solves split ones."""
    split = SplitFace.of(face)
    found = solve_with_lower_bounds(split.face, profit[split.pair], reward, best)
    times = np.bincount(split.pair[found.chosen], minlength=len(face))
    net = _net(face, profit, reward, times > 0, found.right)
    loads = np.bincount(face.lefts, times, minlength=len(face.left.most)).astype(np.int64)
    n = len(face.left.most)
    net.price[net.most <= 0] = np.abs(profit).max(initial=0) + reward
    net.price[:n] = np.where(net.most[:n] > 0, _left_prices(face, profit, reward, net.price[n:], loads), net.price[:n])
    _balanced(net, n, heed)
    _lower(net, n)
    return PrimalDual(net.taken, net.price[:n], net.price[n:])


def _net(face: OptimalFace, profit: IntVector, reward: int, taken: BoolVector, right: IntVector) -> BMatching:
    """Return the people and pairs of a face, some pairs being chosen, and the prices of the right side."""
    n, m = len(face.left.most), len(face.right.most)
    lefts, rights = face.lefts, face.rights + n
    nodes = np.concatenate([lefts, rights])
    starts = np.append(0, np.cumsum(np.bincount(nodes, minlength=n + m)))
    pairs = np.argsort(nodes, kind="stable") % max(len(face), 1)
    least, most = (
        np.concatenate(ends) for ends in zip(*((s.least, s.most) for s in (face.left, face.right)), strict=True)
    )
    load = np.bincount(nodes[np.tile(taken, 2)], minlength=n + m)
    price = np.concatenate([np.zeros(n, dtype=np.int64), right])
    return BMatching(starts, pairs, lefts, rights, profit, taken.copy(), price, load, least, most, reward)


def _left_prices(face: OptimalFace, profit: IntVector, reward: int, right: IntVector, loads: IntVector) -> IntVector:
    """Return what the best pair leaves to people on the left, between what a place is worth that is taken or empty.

    ``loads`` (n,): how many places are taken, pairs that are chosen twice being counted twice.
    """
    most = np.full(len(loads), -FAR)
    np.maximum.at(most, face.lefts, profit - right[face.rights])
    least = face.left.least
    low = np.where((loads <= least) & (least > 0), -reward, 0)
    high = np.where(loads >= face.left.most, FAR, np.where(loads < least, -reward, 0))
    return np.asarray(np.clip(most, low, np.maximum(high, low)))


def _lower(net: BMatching, lefts: int) -> None:
    """Lower the prices of people without places to what their pairs leave to them, the left side first."""
    sides = (net.lefts, net.rights, slice(None, lefts)), (net.rights, net.lefts, slice(lefts, None))
    for own, others, side in sides:
        left = np.zeros_like(net.price)
        np.maximum.at(left, own, net.worth - net.price[others])
        net.price[side] = np.where(net.most[side] > 0, net.price[side], left[side])


def _balanced(net: BMatching, lefts: int, heed: CheckDeadline) -> None:
    """Bring everybody with room to where no pair more is worth it, the left side first."""
    room, nodes = search_space(len(net.price)), np.arange(len(net.price))
    for todo in (nodes[:lefts], nodes[lefts:]):
        left = todo[(net.load[todo] < net.most[todo])]
        while len(left):
            heed()
            left = left[: augment_all(net, room, left, (lefts, STEPS_AT_ONCE))]
