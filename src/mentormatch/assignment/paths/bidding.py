"""A start for the search, in compiled code: people of the left bid for places as long as it goes quickly.

Whoever bids raises the price of the best place to where the second best is as good (augmenting row reduction, Jonker &
Volgenant 1987; auction, Bertsekas 1988), so all who have a place keep doing best there. Each place has a price of its
own meanwhile; a person's price is that of the cheapest place.
"""

import numpy as np

from mentormatch.assignment.paths.compiled import compiled
from mentormatch.assignment.paths.layout import NOBODY, ShortVector, Side, State
from mentormatch.columns import IntVector


@compiled
def bid(side: Side, state: State, asked: IntVector, wanted: ShortVector, bids: int) -> int:
    """Let everybody bid, no more than ``bids`` times; set the prices of the right side and whom each has.

    Parameters
    ----------
    asked
        (seats,) int64, the price of each place, 0 at the beginning.
    wanted
        (n,) int32, whom each person on the left has, or -1.
    """
    waiting = np.arange(len(wanted) - 1, -1, -1).astype(np.int32)
    count, used = len(waiting), 0
    while count > 0 and used < bids:
        used += 1
        person = waiting[count - 1]
        count -= 1
        loser = _place(side, state, asked, wanted, person)
        if loser != NOBODY:
            waiting[count] = loser
            count += 1
    return used


@compiled
def _place(side: Side, state: State, asked: IntVector, wanted: ShortVector, person: int) -> int:
    """Let a person bid; return who loses a place by that, or nobody."""
    place, best, second = _best_two(side, state, asked, person)
    if place == NOBODY:
        return NOBODY
    seat, next_price = _cheapest(state, asked, place)
    second = max(second, best - (next_price - asked[seat]))
    loser = state.seats[seat]
    if loser != NOBODY:
        if second == best:
            return NOBODY
        wanted[loser] = NOBODY
    asked[seat] += best - second
    state.seats[seat] = person
    wanted[person] = place
    state.right[place] = min(asked[seat], next_price)
    return int(loser)


@compiled
def _best_two(side: Side, state: State, asked: IntVector, person: int) -> tuple[int, np.int64, np.int64]:
    """Return the place that leaves a person most, what that is, and what the next best leaves; of equals a free one."""
    place, best, second = NOBODY, np.int64(0), np.int64(0)
    for pair in range(side.starts[person], side.starts[person + 1]):
        other = side.others[pair]
        margin = side.worth[pair] - state.right[other]
        if margin > best:
            place, best, second = other, margin, best
        elif margin > second:
            second = margin
            if margin == best and place != NOBODY and state.right[other] == 0 and state.right[place] > 0:
                place = other
    return place, best, second


@compiled
def _cheapest(state: State, asked: IntVector, place: int) -> tuple[int, np.int64]:
    """Return the seat of the lowest price, and the next lowest price."""
    begin, end = state.first[place], state.first[place + 1]
    seat, lowest, following = begin, asked[begin], np.int64(1 << 62)
    for other in range(begin + 1, end):
        if asked[other] < lowest or (asked[other] == lowest and state.seats[other] == NOBODY):
            seat, lowest, following = other, asked[other], lowest
        elif asked[other] < following:
            following = asked[other]
    return seat, following
