"""Capacities above 1 on both sides: one side is split, solved, and pairs taken twice are repaired.

Everybody on the left is split into as many people as they have places. That lets a pair be chosen twice, so its optimum
is more than can be had; but its prices are about right, and few pairs are chosen twice. Each is given up once, and what
that leaves empty finds the shortest way to something else: see ``paths.several``.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.scale.columns.lower_bounds import Best, solve_with_lower_bounds
from mentormatch.scale.flow.assignment import AT_ONCE
from mentormatch.scale.flow.b_matching import FAR, BMatching, augment_all, search_space
from mentormatch.scale.scan.blocks import CheckDeadline


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
            left = left[: augment_all(net, room, left, (lefts, AT_ONCE))]
