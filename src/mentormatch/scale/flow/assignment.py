"""Sparse assignment with capacities on one side: warm start or auction, augmenting paths, minimal duals.

Bids make a start, and shortest augmenting paths an optimum of it; no number is rounded. Prices and an answer of fewer
pairs, or of other ones, are as good a start: whatever they do not prove any more is solved again, and no more.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.columns import IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.flow.auction import Auction, auction_of, bid_backward, bid_forward, equalise, set_reservations
from mentormatch.scale.flow.paths import (
    NOBODY,
    STEPS,
    Adjacency,
    AssignmentState,
    SearchHeap,
    ShortVector,
    apply_start,
    augment_left,
    augment_right,
    build_adjacency,
    minimise_duals,
    search_among,
    state_of,
    transpose_adjacency,
)

type CheckDeadline = Callable[[], None]
"""Is called now and then, and ends a solve by what it raises."""

NO_LIMIT = 1 << 60
MAX_BIDS, BIDS_AT_ONCE = 48, 4
"""So many bids a person at most, and between two looks at the clock."""
SURPLUS_RATIO, SCARCE_RATIO = 1.5, 0.93
"""With so many places a person, or more, people bid for them; with so many or fewer, places bid for people."""
BID_STEPS = (50, 10, 2)
"""By so much bids go beyond the second best, first to last, in parts of 25 of how much a person's pairs differ."""
STEP_UNITS = 25
RESERVATION = 40
"""Whoever must pay so many times that difference more than before the bids waits for a search to tell the price."""
SAMPLED_PEOPLE = 1_000


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
        some = people[:: max(len(people) // SAMPLED_PEOPLE, 1)]
        own = self.side.worth - self.greatest()[self.side.others]
        worth = (own[starts[one] : starts[one + 1]] for one in some)
        return int(np.median([int(values.max()) - int(np.median(values)) for values in worth])) if len(some) else 0


def choose_start(market: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return the start that suits the market; raise OutOfTime if the time is up."""
    if market.ratio >= SURPLUS_RATIO:
        return run_forward(market, check_deadline)
    return run_reverse(market, check_deadline) if market.ratio <= SCARCE_RATIO else run_scaled(market, check_deadline)


def run_forward(market: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return what comes of it if people bid for places from 0."""
    auction = auction_of(np.zeros_like(market.places), market.places, market.people)
    _bid(lambda bids: bid_forward(market.side, auction, 0, bids), market.people, check_deadline)
    return _came_of(auction)


def run_reverse(market: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return what comes of it if places bid for people from the most that anybody is worth to them."""
    auction = auction_of(market.greatest(), market.places, market.people)
    _bid(lambda bids: bid_backward(market.back, auction, 0, bids), market.people, check_deadline)
    return _came_of(auction)


def run_warm(market: AssignmentGraph, prices: IntVector, check_deadline: CheckDeadline) -> WarmStart:
    """Return what comes of it if both sides bid in small steps from prices that are about right."""
    spread = market.spread()
    return _both_bid(market, prices, (max(spread // STEP_UNITS, 1), max(RESERVATION * spread, 1)), check_deadline)


def run_scaled(market: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return what comes of it if both sides bid, in smaller and smaller steps."""
    spread = market.spread()
    patience = max(RESERVATION * spread, 1)
    start = WarmStart(np.zeros_like(market.places), np.full(market.people, NOBODY, dtype=np.int32))
    for step in BID_STEPS:
        start = _both_bid(market, start.prices, (max(step * (spread // STEP_UNITS), 1), patience), check_deadline)
        start = WarmStart(_without_those_who_wait(market, start, patience), start.partner)
    return start


def _both_bid(
    market: AssignmentGraph, prices: IntVector, how: tuple[int, int], check_deadline: CheckDeadline
) -> WarmStart:
    auction = auction_of(prices, market.places, market.people)
    set_reservations(market.side, auction, how[1])
    _bid(lambda bids: bid_forward(market.side, auction, how[0], bids), market.people, check_deadline)
    equalise(market.side, auction)
    _bid(lambda bids: bid_backward(market.back, auction, how[0], bids), market.people, check_deadline)
    return _came_of(auction)


def _without_those_who_wait(market: AssignmentGraph, start: WarmStart, patience: int) -> IntVector:
    """Return the prices at which nobody is left who would pay far more than they do.

    Where more people want some places than there are, only such prices end their bids as make somebody do without: as
    high as a pair is worth, where people come first. A search goes there at once.
    """
    state = market.state(start, NO_LIMIT)
    waiting = np.flatnonzero((state.partner == NOBODY) & (state.left > patience))
    if not len(waiting):
        return start.prices
    augment_left(market.side, state, search_among(len(market.places)), waiting, (patience, NO_LIMIT))
    return np.maximum(state.right, 0)


def _bid(ask: Callable[[int], int], people: int, check_deadline: CheckDeadline) -> None:
    for _ in range(MAX_BIDS // BIDS_AT_ONCE):
        check_deadline()
        if ask(BIDS_AT_ONCE * people) < BIDS_AT_ONCE * people:
            return


def _came_of(auction: Auction) -> WarmStart:
    sits = auction.seat != NOBODY
    partner = np.full(len(sits), NOBODY, dtype=np.int32)
    partner[sits] = auction.owner[auction.seat[sits]]
    return WarmStart(auction.right, partner)


type StartStep = Callable[[Adjacency, AssignmentState, SearchHeap, IntVector, tuple[int, int]], int]

MAX_PROFIT = 1 << 60
"""With no number beyond this, the sum of any four that are met is exact in int64."""
STEPS_AT_ONCE = 1 << 24
"""Steps looked at between two looks at the clock: some hundredths of a second."""


def skip_deadline() -> None:
    """Let a solve come to its end."""


def solve_assignment(
    face: OptimalFace, profit: IntVector, start: WarmStart | None = None, check_deadline: CheckDeadline = skip_deadline
) -> PrimalDual:
    """Return the optimum of a face without minimums, with the smallest prices of the right side that prove it.

    Parameters
    ----------
    face
        Open pairs; nobody on the left takes more than one.
    profit
        (e,) int64, what each open pair is worth, of any sign.
    start
        What is known of a similar face. It saves time, and changes nothing else but which of several optima is found.
    over
        Returns whether the time is up; it is asked every tenth of a second or so, on large faces every second.

    Raises
    ------
    EngineError
        If a profit is beyond 2^60, if somebody has a minimum, or somebody on the left more than one place.
    OutOfTime
        If the time is up.
    """
    _refuse(face, profit)
    check_deadline()
    market = AssignmentGraph.of(face, profit)
    state = _solved(market, profit, start, check_deadline)
    return PrimalDual(state.partner[face.lefts] == face.rights, state.left, state.right)


def _solved(
    market: AssignmentGraph, profit: IntVector, start: WarmStart | None, check_deadline: CheckDeadline
) -> AssignmentState:
    if start is not None:
        for begun in _near(market, start, check_deadline):
            state = market.state(_clipped(begun, profit))
            if _search(market, state, check_deadline, start.patience * len(profit)):
                return state
    state = market.state(_clipped(choose_start(market, check_deadline), profit))
    _search(market, state, check_deadline, MAX_PROFIT)
    return state


def _near(market: AssignmentGraph, start: WarmStart, check_deadline: CheckDeadline) -> Iterator[WarmStart]:
    """Yield what is known, and what comes of it if both sides bid at its prices: many prices may have jumped."""
    if start.seated:
        yield start
    yield run_warm(market, start.prices, check_deadline)


def _clipped(start: WarmStart, profit: IntVector) -> WarmStart:
    """Return the start with no price below 0 or above all profits."""
    return replace(start, prices=np.clip(start.prices, 0, int(profit.max(initial=0))))


def _search(market: AssignmentGraph, state: AssignmentState, check_deadline: CheckDeadline, steps: int) -> bool:
    """Make a state optimal, and return whether that took no more than so many steps; else it is given up."""
    search = search_among(len(market.places))
    free = np.flatnonzero((state.partner == NOBODY) & (state.left > 0))
    steps = _work_off(augment_left, (market.side, state, search), free, (check_deadline, steps))
    empty = np.flatnonzero((state.right > 0) & (state.load < market.places))
    if len(empty) and steps >= 0:
        steps = _work_off(augment_right, (market.back, state, search), empty, (check_deadline, steps))
    if steps < 0:
        return False
    check_deadline()
    minimise_duals(market.side, state, search)
    return True


def _work_off(
    step: StartStep,
    work: tuple[Adjacency, AssignmentState, SearchHeap],
    todo: IntVector,
    limits: tuple[CheckDeadline, int],
) -> int:
    """Do what is to do, as long as there are time and steps; return how many of the steps are left."""
    check_deadline, steps = limits
    while len(todo) and steps >= 0:
        check_deadline()
        todo = todo[: step(*work, todo, (0, min(STEPS_AT_ONCE, steps + 1)))]
        steps -= int(work[2].now[STEPS])
    return steps


def _refuse(face: OptimalFace, profit: IntVector) -> None:
    """Refuse numbers that would not stay exact, and faces of another kind."""
    if len(profit) and (profit.max() > MAX_PROFIT or profit.min() < -MAX_PROFIT):
        raise EngineError("A pair is worth more than int64 can reckon with")
    if face.left.least.any() or face.right.least.any() or (face.left.most > 1).any():
        raise EngineError("A minimum, or a second partner on the left, is for another solver")
