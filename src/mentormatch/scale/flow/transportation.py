"""The dense transportation problem by successive shortest paths with potentials, in machine code.

A kind on the left is looked at once in a search, with all kinds on the right. Those it has people with lead on to whom
else has people there.
"""

from typing import Any, NamedTuple

import numpy as np

from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.columns import IntVector
from mentormatch.scale.flow.paths import NOBODY, ShortVector

FAR = 1 << 61
BEST, END, OUT = range(3)


class TransportState(NamedTuple):
    """What pairs of kinds are ``worth`` (u, v), how many there are so far (``flow``), and prices of both sides.

    ``places`` are those left to kinds of the left, ``room`` to those of the right. ``who`` (v, u) are the kinds that
    have people with each kind on the right, ``lead`` (v,) of them.
    """

    worth: Any
    flow: Any
    left: IntVector
    right: IntVector
    places: IntVector
    room: IntVector
    who: Any
    lead: IntVector


class ShortestPath(NamedTuple):
    """Room for a search: how ``far`` (v,) each kind on the right is and from whom it comes, how ``near`` (u,) the left.

    ``done`` (u,): who was looked at. ``now``: how far the best end is, where it is, and whose people are left out.
    """

    far: IntVector
    come: ShortVector
    near: IntVector
    came: ShortVector
    done: Any
    now: IntVector


def transport_state(worth: Any, left: IntVector, right: IntVector) -> TransportState:
    """Return the market in which there are no pairs yet, at no price."""
    u, v = worth.shape
    none = np.zeros(u, dtype=np.int64), np.zeros(v, dtype=np.int64)
    flow, who = np.zeros((u, v), dtype=np.int32), np.empty((v, u), dtype=np.int32)
    return TransportState(worth, flow, *none, left.copy(), right.copy(), who, np.zeros(v, dtype=np.int64))


def shortest_path(u: int, v: int) -> ShortestPath:
    """Return room for searches among so many kinds."""
    far, near = np.empty(v, dtype=np.int64), np.empty(u, dtype=np.int64)
    come, came = np.empty(v, dtype=np.int32), np.empty(u, dtype=np.int32)
    return ShortestPath(far, come, near, came, np.empty(u, dtype=np.bool_), np.zeros(3, dtype=np.int64))


@jit
def augment_class(market: TransportState, way: ShortestPath, kind: int) -> None:
    """Have as many people of a kind matched, or left out, as is best."""
    most = np.int64(0)
    for right in range(len(market.right)):
        most = max(most, market.worth[kind, right] - market.right[right])
    market.left[kind] = most
    while market.places[kind] > 0 and market.left[kind] > 0:
        _search(market, way, kind)
        _follow(market, way)
        _move(market, way, kind)


@jit
def _search(market: TransportState, way: ShortestPath, kind: int) -> None:
    """Find the shortest way from a kind to places, or to people who can best be left out."""
    way.far[:], way.near[:], way.done[:] = FAR, FAR, False
    way.now[BEST], way.now[END], way.now[OUT] = market.left[kind], NOBODY, kind
    way.near[kind] = 0
    left = kind
    while left != NOBODY:
        way.done[left] = True
        if way.near[left] + market.left[left] < way.now[BEST]:
            way.now[BEST], way.now[END], way.now[OUT] = way.near[left] + market.left[left], NOBODY, left
        _from_left(market, way, left)
        left = _nearest(way)


@jit
def _from_left(market: TransportState, way: ShortestPath, left: int) -> None:
    """Look at all steps of a kind on the left."""
    reach, best = way.near[left] + market.left[left], way.now[BEST]
    for right in range(len(market.right)):
        new = reach + market.right[right] - market.worth[left, right]
        if new < best and new < way.far[right]:
            way.far[right], way.come[right] = new, left
            if market.room[right] > 0:
                best = way.now[BEST] = new
                way.now[END], way.now[OUT] = right, NOBODY
            else:
                _relax_backward(market, way, right)


@jit
def _relax_backward(market: TransportState, way: ShortestPath, right: int) -> None:
    """Have those who have people with a kind on the right be as near as it is."""
    far = way.far[right]
    for turn in range(market.lead[right]):
        left = market.who[right, turn]
        if far < way.near[left]:
            way.near[left], way.came[left] = far, right


@jit
def _nearest(way: ShortestPath) -> int:
    """Return the nearest kind on the left that was not looked at, nobody if none is nearer than the end."""
    found, least = NOBODY, way.now[BEST]
    for left in range(len(way.near)):
        if not way.done[left] and way.near[left] < least:
            found, least = left, way.near[left]
    return found


@jit
def _follow(market: TransportState, way: ShortestPath) -> None:
    """Raise the prices of the right that are nearer than the end, and lower those of the left."""
    best = way.now[BEST]
    for right in range(len(way.far)):
        market.right[right] += max(best - way.far[right], 0)
    for left in range(len(way.near)):
        market.left[left] -= max(best - way.near[left], 0)


@jit
def _move(market: TransportState, way: ShortestPath, kind: int) -> None:
    """Let people of each kind on the way take places of the next, as many as all of them have."""
    right, left = way.now[END], way.now[OUT]
    many = market.places[kind]
    if right != NOBODY:
        many, left = min(many, market.room[right]), way.come[right]
    at = left
    while at != kind:
        many = min(many, market.flow[at, way.came[at]])
        at = way.come[way.came[at]]
    market.places[kind] -= many
    if right != NOBODY:
        market.room[right] -= many
        _more(market, left, right, many)
    while left != kind:
        right = way.came[left]
        _less(market, left, right, many)
        left = way.come[right]
        _more(market, left, right, many)


@jit
def _more(market: TransportState, left: int, right: int, many: int) -> None:
    if market.flow[left, right] == 0:
        market.who[right, market.lead[right]] = left
        market.lead[right] += 1
    market.flow[left, right] += many


@jit
def _less(market: TransportState, left: int, right: int, many: int) -> None:
    market.flow[left, right] -= many
    if market.flow[left, right] == 0:
        turn = 0
        while market.who[right, turn] != left:
            turn += 1
        market.lead[right] -= 1
        market.who[right, turn] = market.who[right, market.lead[right]]
