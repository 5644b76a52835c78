"""Forward and reverse auction (Bertsekas 1988; Bertsekas and Castañon 1992), in machine code.

Whoever bids raises the price of the best to where the second best is as good (augmenting row reduction, Jonker &
Volgenant 1987), and a little beyond (auction, Bertsekas 1988), so all who are matched keep doing best, or nearly.
Places that nobody came back to are left empty at a price: these bid for people, downwards (forward and reverse auction,
Bertsekas & Castañon 1992). While people bid each place has a price of its own; that of a person is the lowest of them.
"""

from typing import NamedTuple

import numpy as np

from mentormatch.assignment.kernels.jit import jit
from mentormatch.base.columns import IntVector
from mentormatch.scale.flow.paths import NOBODY, Adjacency, ShortVector

ABOVE_ALL = 1 << 62


class Auction(NamedTuple):
    """The prices of both sides, who sits where, and whose the places are, in the order of ``first``.

    ``left`` (n,), ``right`` (m,): prices. ``seat`` (n,): where each person sits, or -1. ``first`` (m + 1,): the first
    place of each person on the right; ``asked``, ``seats``, ``owner``: the price of each place, who sits there, or -1,
    and whose it is. ``waiting``: room for all who are to bid.
    """

    left: IntVector
    right: IntVector
    seat: IntVector
    first: IntVector
    asked: IntVector
    seats: ShortVector
    owner: ShortVector
    waiting: IntVector


def auction_of(prices: IntVector, places: IntVector, people: int) -> Auction:
    """Return the auction in which nobody sits, at some prices of the right side."""
    owner = np.repeat(np.arange(len(places), dtype=np.int32), places)
    return Auction(
        np.zeros(people, dtype=np.int64),
        prices.copy(),
        np.full(people, NOBODY, dtype=np.int64),
        np.concatenate([[0], np.cumsum(places)]),
        prices[owner],
        np.full(len(owner), NOBODY, dtype=np.int32),
        owner,
        np.empty(max(people, len(owner)), dtype=np.int64),
    )


@jit
def set_reservations(side: Adjacency, auction: Auction, patience: int) -> None:
    """Set the prices of the left to what is left to each now, less what they are ready to pay more."""
    for person in range(len(auction.seat)):
        most = np.int64(0)
        for pair in range(side.starts[person], side.starts[person + 1]):
            most = max(most, side.worth[pair] - auction.right[side.others[pair]])
        auction.left[person] = most - patience


@jit
def bid_forward(side: Adjacency, auction: Auction, step: int, bids: int) -> int:
    """Let people bid for places until none wants to, or ``bids`` times; return how many bids there were.

    A bid goes by ``step`` beyond the second best. Whoever would be left less than their price waits.
    """
    count, used = 0, 0
    for person in range(len(auction.seat) - 1, -1, -1):
        if auction.seat[person] == NOBODY:
            auction.waiting[count] = person
            count += 1
    while count > 0 and used < bids:
        used += 1
        loser = _bid_for_place(side, auction, auction.waiting[count - 1], step)
        count -= 1
        if loser != NOBODY:
            auction.waiting[count] = loser
            count += 1
    return used


@jit
def _bid_for_place(side: Adjacency, auction: Auction, person: int, step: int) -> int:
    """Let a person bid; return who loses a place by that, or nobody."""
    place, best, second = _best_place(side, auction, person)
    if place == NOBODY or best < auction.left[person]:
        return NOBODY
    seat, following = _cheapest(auction, place)
    second = max(second, best - (following - auction.asked[seat]))
    loser = auction.seats[seat]
    if loser != NOBODY:
        if second == best and step == 0:
            return NOBODY
        auction.seat[loser] = NOBODY
    auction.asked[seat] += best - second + step
    auction.right[place] = min(auction.asked[seat], following)
    auction.seats[seat], auction.seat[person] = person, seat
    return int(loser)


@jit
def _best_place(side: Adjacency, auction: Auction, person: int) -> tuple[int, np.int64, np.int64]:
    """Return what leaves a person most, what that is, and what the next best leaves; of equals one without a price."""
    place, best, second = NOBODY, np.int64(0), np.int64(0)
    for pair in range(side.starts[person], side.starts[person + 1]):
        other = side.others[pair]
        margin = side.worth[pair] - auction.right[other]
        if margin > best:
            place, best, second = other, margin, best
        elif margin > second:
            second = margin
            if margin == best and auction.right[other] == 0 and auction.right[place] > 0:
                place = other
    return place, best, second


@jit
def _cheapest(auction: Auction, place: int) -> tuple[int, np.int64]:
    """Return the seat of the lowest price, an empty one if there is, and the next lowest price."""
    begin, end = auction.first[place], auction.first[place + 1]
    seat, lowest, following = begin, auction.asked[begin], np.int64(ABOVE_ALL)
    for other in range(begin + 1, end):
        asked = auction.asked[other]
        if asked < lowest or (asked == lowest and auction.seats[other] == NOBODY):
            seat, lowest, following = other, asked, lowest
        elif asked < following:
            following = asked
    return seat, following


@jit
def equalise(side: Adjacency, auction: Auction) -> None:
    """Let all pay the lowest price of whom they sit with, and set what is left to each on the left."""
    for seat in range(len(auction.seats)):
        auction.asked[seat] = auction.right[auction.owner[seat]]
    for person in range(len(auction.seat)):
        most, own = np.int64(0), np.int64(NOBODY)
        place = NOBODY if auction.seat[person] == NOBODY else auction.owner[auction.seat[person]]
        for pair in range(side.starts[person], side.starts[person + 1]):
            margin = side.worth[pair] - auction.right[side.others[pair]]
            most = max(most, margin)
            if side.others[pair] == place:
                own = margin
        auction.left[person] = most if place == NOBODY else own


@jit
def bid_backward(back: Adjacency, auction: Auction, step: int, bids: int) -> int:
    """Let empty places that have a price bid for people until none wants to, or ``bids`` times; return how many did."""
    count, used = 0, 0
    for seat in range(len(auction.seats)):
        if auction.seats[seat] == NOBODY and auction.right[auction.owner[seat]] > 0:
            auction.waiting[count] = seat
            count += 1
    while count > 0 and used < bids:
        used += 1
        left = _bid_for_person(back, auction, auction.waiting[count - 1], step)
        count -= 1
        if left != NOBODY:
            auction.waiting[count] = left
            count += 1
    return used


@jit
def _bid_for_person(back: Adjacency, auction: Auction, seat: int, step: int) -> int:
    """Let a place bid; return the place that somebody leaves for that, or none."""
    place = auction.owner[seat]
    person, best, second = _best_person(back, auction, place)
    old = NOBODY if person == NOBODY else auction.seat[person]
    if old != NOBODY and best == second and step == 0:
        return NOBODY
    price = min(max(second - step, np.int64(0)), auction.right[place])
    gain = auction.right[place] - price
    auction.right[place] = price
    for other in range(auction.first[place], auction.first[place + 1]):
        if auction.seats[other] != NOBODY:
            auction.left[auction.seats[other]] += gain
    if person != NOBODY:
        auction.left[person] += best - price
        auction.seats[seat], auction.seat[person] = person, seat
        if old != NOBODY:
            auction.seats[old] = NOBODY
            if auction.right[auction.owner[old]] > 0:
                return int(old)
    return NOBODY


@jit
def _best_person(back: Adjacency, auction: Auction, place: int) -> tuple[int, np.int64, np.int64]:
    """Return who leaves a place most, what that is, and what the next best leaves; of equals one without a place."""
    person, best, second = NOBODY, np.int64(0), np.int64(0)
    begin, end = auction.first[place], auction.first[place + 1]
    for pair in range(back.starts[place], back.starts[place + 1]):
        other = back.others[pair]
        margin = back.worth[pair] - auction.left[other]
        if margin > second and not begin <= auction.seat[other] < end:
            if margin > best:
                person, best, second = other, margin, best
            else:
                second = margin
                if margin == best and auction.seat[other] == NOBODY:
                    person = other
    return person, best, second
