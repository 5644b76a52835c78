"""The start of an assignment: forward, reverse or both auctions with epsilon scaling, by places a person.

Where there are places enough, people bid for them. Where many people cannot have one, the places bid for people,
downwards from what they are worth. In between, where each waits for the other, both bid in large steps before small
ones (scaling, Bertsekas 1988), so that prices do not rise by next to nothing at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.columns import IntVector
from mentormatch.scale.flow.auction import Auction, auction_of, bid_backward, bid_forward, equalise, set_reservations
from mentormatch.scale.flow.layout import (
    NOBODY,
    Adjacency,
    AssignmentState,
    ShortVector,
    apply_start,
    build_adjacency,
    state_of,
    transpose_adjacency,
)
from mentormatch.scale.flow.paths import augment_left, search_among

type Over = Callable[[], bool]

ALL = 1 << 60
BIDS, AT_ONCE = 48, 4
"""So many bids a person at most, and between two looks at the clock."""
SURPLUS_RATIO, SCARCE_RATIO = 1.5, 0.93
"""With so many places a person, or more, people bid for them; with so many or fewer, places bid for people."""
STEPS = (50, 10, 2)
"""By so much bids go beyond the second best, first to last, in parts of 25 of how much a person's pairs differ."""
PART = 25
PATIENCE = 40
"""Whoever must pay so many times that difference more than before the bids waits for a search to tell the price."""
SAMPLE = 1_000


@dataclass(frozen=True, slots=True)
class WarmStart:
    """Prices (m,) of the right side, and the partner (n,) of each person on the left, -1 for nobody.

    A search from here may take ``patience`` steps a pair: with more of them it is quicker to begin anew.
    """

    prices: IntVector
    partner: ShortVector
    patience: int = 40

    @classmethod
    def of(cls, face: OptimalFace, optimum: PrimalDual) -> Self:
        """Return what the optimum of a face tells about one of other pairs of the same people."""
        partner = np.full(len(face.left.most), NOBODY, dtype=np.int32)
        partner[face.lefts[optimum.chosen]] = face.rights[optimum.chosen]
        return cls(optimum.right, partner)

    @classmethod
    def at(cls, face: OptimalFace, prices: IntVector) -> Self:
        """Return the start at some prices of the right side, nobody having a partner."""
        return cls(prices, np.full(len(face.left.most), NOBODY, dtype=np.int32))

    def on(self, face: OptimalFace) -> Self | None:
        """Return the start for a face, without partners if others are on the left; None if others are on the right."""
        if len(self.prices) != len(face.right.most):
            return None
        return self if len(self.partner) == len(face.left.most) else self.at(face, self.prices)

    @property
    def seated(self) -> bool:
        """Return whether anybody has a partner."""
        return bool((self.partner != NOBODY).any())


@dataclass(frozen=True)
class AssignmentGraph:
    """The pairs that are worth something, by the people of the left, and the ``places`` (m,) of the right side."""

    side: Adjacency
    places: IntVector

    @classmethod
    def of(cls, face: OptimalFace, profit: IntVector) -> Self:
        """Return the market of a face: nobody has more places than pairs."""
        places = np.minimum(face.right.most, np.bincount(face.rights, minlength=len(face.right.most)))
        return cls(build_adjacency(face.lefts, face.rights, profit, (face.left.most, places)), places)

    @cached_property
    def back(self) -> Adjacency:
        """The same pairs, by the people of the right."""
        return transpose_adjacency(self.side, len(self.places))

    @property
    def people(self) -> int:
        """Return the number of people on the left."""
        return len(self.side.starts) - 1

    @property
    def ratio(self) -> float:
        """Return how many places there are for each person on the left who has a pair."""
        return int(self.places.sum()) / max(int(np.count_nonzero(np.diff(self.side.starts))), 1)

    def state(self, start: WarmStart, slack: int = 0) -> AssignmentState:
        """Return the state in which all are matched who do best so at these prices, or lose no more than ``slack``."""
        state = state_of(start.prices, self.places, self.people)
        apply_start(self.side, state, start.partner, slack)
        return state

    def greatest(self) -> IntVector:
        """Return (m,) the most that anybody on the right is worth to somebody, 0 at least."""
        most = np.zeros_like(self.places)
        np.maximum.at(most, self.side.others, self.side.worth)
        return most

    def spread(self) -> int:
        """Return by how much the best and the middle pair of a person differ, for half of the people.

        What somebody on the right brings to all pairs alike, as a priority does, is left out: all bid for that alike.
        """
        people, starts = np.flatnonzero(np.diff(self.side.starts)), self.side.starts
        some = people[:: max(len(people) // SAMPLE, 1)]
        own = self.side.worth - self.greatest()[self.side.others]
        worth = (own[starts[one] : starts[one + 1]] for one in some)
        return int(np.median([int(values.max()) - int(np.median(values)) for values in worth])) if len(some) else 0


def choose_start(market: AssignmentGraph, over: Over) -> WarmStart:
    """Return the start that suits the market; raise OutOfTime if the time is up."""
    if market.ratio >= SURPLUS_RATIO:
        return run_forward(market, over)
    return run_reverse(market, over) if market.ratio <= SCARCE_RATIO else run_scaled(market, over)


def run_forward(market: AssignmentGraph, over: Over) -> WarmStart:
    """Return what comes of it if people bid for places from 0."""
    auction = auction_of(np.zeros_like(market.places), market.places, market.people)
    _bid(lambda bids: bid_forward(market.side, auction, 0, bids), market.people, over)
    return _came_of(auction)


def run_reverse(market: AssignmentGraph, over: Over) -> WarmStart:
    """Return what comes of it if places bid for people from the most that anybody is worth to them."""
    auction = auction_of(market.greatest(), market.places, market.people)
    _bid(lambda bids: bid_backward(market.back, auction, 0, bids), market.people, over)
    return _came_of(auction)


def run_warm(market: AssignmentGraph, prices: IntVector, over: Over) -> WarmStart:
    """Return what comes of it if both sides bid in small steps from prices that are about right."""
    spread = market.spread()
    return _both_bid(market, prices, (max(spread // PART, 1), max(PATIENCE * spread, 1)), over)


def run_scaled(market: AssignmentGraph, over: Over) -> WarmStart:
    """Return what comes of it if both sides bid, in smaller and smaller steps."""
    spread = market.spread()
    patience = max(PATIENCE * spread, 1)
    start = WarmStart(np.zeros_like(market.places), np.full(market.people, NOBODY, dtype=np.int32))
    for step in STEPS:
        start = _both_bid(market, start.prices, (max(step * (spread // PART), 1), patience), over)
        start = WarmStart(_without_those_who_wait(market, start, patience), start.partner)
    return start


def _both_bid(market: AssignmentGraph, prices: IntVector, how: tuple[int, int], over: Over) -> WarmStart:
    auction = auction_of(prices, market.places, market.people)
    set_reservations(market.side, auction, how[1])
    _bid(lambda bids: bid_forward(market.side, auction, how[0], bids), market.people, over)
    equalise(market.side, auction)
    _bid(lambda bids: bid_backward(market.back, auction, how[0], bids), market.people, over)
    return _came_of(auction)


def _without_those_who_wait(market: AssignmentGraph, start: WarmStart, patience: int) -> IntVector:
    """Return the prices at which nobody is left who would pay far more than they do.

    Where more people want some places than there are, only such prices end their bids as make somebody do without: as
    high as a pair is worth, where people come first. A search goes there at once.
    """
    state = market.state(start, ALL)
    waiting = np.flatnonzero((state.partner == NOBODY) & (state.left > patience))
    if not len(waiting):
        return start.prices
    augment_left(market.side, state, search_among(len(market.places)), waiting, (patience, ALL))
    return np.maximum(state.right, 0)


def _bid(ask: Callable[[int], int], people: int, over: Over) -> None:
    for _ in range(BIDS // AT_ONCE):
        go_on(over)
        if ask(AT_ONCE * people) < AT_ONCE * people:
            return


def _came_of(auction: Auction) -> WarmStart:
    sits = auction.seat != NOBODY
    partner = np.full(len(sits), NOBODY, dtype=np.int32)
    partner[sits] = auction.owner[auction.seat[sits]]
    return WarmStart(auction.right, partner)


def go_on(over: Over) -> None:
    """Raise OutOfTime if the time is up."""
    if over():
        raise TimeLimitReached
