"""Sparse semi-assignment, exact in integers: auction for a start, then shortest augmenting paths, then the least duals.

Left people have one place, right people several. The plan is that of Jonker and Volgenant (1987): a cheap start that is
dual feasible, or nearly, and shortest augmenting paths for what it leaves free; with the auctions of Bertsekas as the
start. Which auction: where there are places enough, people bid (forward); where many people cannot have one, places bid
(reverse); in between both do, in large steps before small ones (epsilon scaling, Bertsekas 1988), so that duals do not
creep upwards by next to nothing in bidding wars.

Duals and partners of a similar problem are as good a start (warm start): only what they no longer prove is solved
again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from mentormatch.assignment.flow.auction import (
    Auction,
    bid_backward,
    bid_forward,
    equalise,
    set_reservations,
    start_auction,
)
from mentormatch.assignment.flow.paths import (
    NOBODY,
    STEPS,
    Adjacency,
    AssignmentState,
    SearchHeap,
    apply_start,
    augment_left,
    augment_right,
    build_adjacency,
    make_search,
    make_state,
    minimise_duals,
    transpose_adjacency,
)
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.arrays import IntVector, ShortVector
from mentormatch.base.progress import CheckDeadline, no_deadline
from mentormatch.errors import EngineError

NO_LIMIT = 1 << 60
MAX_BIDS, BIDS_AT_ONCE = 48, 4
"""So many bids a person at most, and so many between two checks of the deadline."""
SURPLUS_RATIO, SCARCE_RATIO = 1.5, 0.93
"""With so many places a person, or more, people bid for them; with so many or fewer, places bid for people."""
BID_STEPS = (50, 10, 2)
"""Epsilon of the three phases of scaling, in 25ths of the typical gap between a person's best and middle profit."""
STEP_UNITS = 25
RESERVATION = 40
"""A person stops bidding when their profit would fall so many typical gaps below its start; a path then sets their
dual.
"""
SAMPLED_PEOPLE = 1_000
"""By so many people the typical gap is estimated."""


@dataclass(frozen=True, slots=True)
class WarmStart:
    """A start from a similar problem.

    ``duals`` (m,) of the right side, and the ``partner`` (n,) of each person, -1 for nobody.

    A search from here may scan ``patience`` arcs a pair before it is given up: beyond that a cold start is quicker.
    """

    duals: IntVector
    partner: ShortVector
    patience: int = 40

    @classmethod
    def of(cls, face: OptimalFace, optimum: PrimalDual) -> Self:
        """Return the start that the optimum of a face gives for a face of other pairs of the same people."""
        partner = np.full(len(face.left.most), NOBODY, dtype=np.int32)
        partner[face.lefts[optimum.chosen]] = face.rights[optimum.chosen]
        return cls(optimum.right, partner)

    @classmethod
    def from_duals(cls, face: OptimalFace, duals: IntVector) -> Self:
        """Return the start at some duals (m,) of the right side, nobody having a partner."""
        return cls(duals, np.full(len(face.left.most), NOBODY, dtype=np.int32))

    def fit_to(self, face: OptimalFace) -> Self | None:
        """Return the start for another face.

        Without partners if others are on the left, None if others are on the right.
        """
        # Duals belong to people of the right: other people, other duals.
        if len(self.duals) != len(face.right.most):
            return None
        return self if len(self.partner) == len(face.left.most) else self.from_duals(face, self.duals)

    @property
    def has_partners(self) -> bool:
        """Return whether anybody has a partner."""
        return bool((self.partner != NOBODY).any())


@dataclass(frozen=True)
class AssignmentGraph:
    """The pairs of positive profit by the people of the left, and the capacities ``places`` (m,) of the right side."""

    side: Adjacency
    places: IntVector

    @classmethod
    def of(cls, face: OptimalFace, profit: IntVector) -> Self:
        """Return the graph of a face with profits (e,); nobody on the right has more places than pairs."""
        # More places than pairs would only be more seats to hold.
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
        """Return the state at a start.

        All are matched with their partner who are at most ``slack`` worse off than with their best.
        """
        state = make_state(start.duals, self.places, self.people)
        apply_start(self.side, state, start.partner, slack)
        return state

    def max_profits(self) -> IntVector:
        """Return (m,) the largest profit of each right node, 0 at least."""
        most = np.zeros_like(self.places)
        np.maximum.at(most, self.side.others, self.side.profit)
        return most

    def profit_gap(self) -> int:
        """Return by how much the best and the middle profit of a person differ, for half of the people.

        The scale of epsilon.

        What a right node adds to all its pairs alike, as a priority does, is left out: it shifts its dual and no
        decision.
        """
        people, starts = np.flatnonzero(np.diff(self.side.starts)), self.side.starts
        some = people[:: max(len(people) // SAMPLED_PEOPLE, 1)]
        # Less the node's largest profit: what all bid for alike.
        own = self.side.profit - self.max_profits()[self.side.others]
        profit = (np.sort(own[starts[one] : starts[one + 1]]) for one in some)
        gaps = [
            int(values[-1]) - (int(values[len(values) // 2]) + int(values[~(len(values) // 2)])) // 2
            for values in profit
        ]
        return int(np.median(gaps)) if gaps else 0


def choose_start(graph: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return the start that suits the ratio of places to people; what ``check_deadline`` raises ends it."""
    # Surplus of places: duals stay low, people bid upwards from 0.
    if graph.ratio >= SURPLUS_RATIO:
        return run_forward(graph, check_deadline)
    return run_reverse(graph, check_deadline) if graph.ratio <= SCARCE_RATIO else run_scaled(graph, check_deadline)


def run_forward(graph: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return the start that a forward auction makes from duals 0, with epsilon 0."""
    auction = start_auction(np.zeros_like(graph.places), graph.places, graph.people)
    _bid_in_turns(lambda bids: bid_forward(graph.side, auction, 0, bids), graph.people, check_deadline)
    return _to_warm_start(auction)


def run_reverse(graph: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return the start that a reverse auction makes from the largest profit of each right node, with epsilon 0."""
    auction = start_auction(graph.max_profits(), graph.places, graph.people)
    _bid_in_turns(lambda bids: bid_backward(graph.back, auction, 0, bids), graph.people, check_deadline)
    return _to_warm_start(auction)


def run_warm(graph: AssignmentGraph, duals: IntVector, check_deadline: CheckDeadline) -> WarmStart:
    """Return the start that both auctions make in small steps from duals (m,) that are about right."""
    profit_gap = graph.profit_gap()
    return _bid_from_both_sides(
        graph, duals, (max(profit_gap // STEP_UNITS, 1), max(RESERVATION * profit_gap, 1)), check_deadline
    )


def run_scaled(graph: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return the start that both auctions make with epsilon scaling.

    Each phase begins at the duals of the one before.
    """
    profit_gap = graph.profit_gap()
    patience = max(RESERVATION * profit_gap, 1)
    start = WarmStart(np.zeros_like(graph.places), np.full(graph.people, NOBODY, dtype=np.int32))
    # Epsilon scaling: large steps find the level of duals, small ones make it exact enough.
    for step in BID_STEPS:
        start = _bid_from_both_sides(
            graph, start.duals, (max(step * (profit_gap // STEP_UNITS), 1), patience), check_deadline
        )
        # Contested places get their dual by a path, not by many small bids.
        start = WarmStart(_raise_contested_duals(graph, start, patience), start.partner)
    return start


def _bid_from_both_sides(
    graph: AssignmentGraph, duals: IntVector, how: tuple[int, int], check_deadline: CheckDeadline
) -> WarmStart:
    """Run a forward auction, equalise the duals of each node, run a reverse auction.

    ``how``: epsilon and the reservation.
    """
    auction = start_auction(duals, graph.places, graph.people)
    set_reservations(graph.side, auction, how[1])
    # Forward: people bid up to their reservation.
    _bid_in_turns(lambda bids: bid_forward(graph.side, auction, how[0], bids), graph.people, check_deadline)
    equalise(graph.side, auction)
    # Reverse: places left free at a dual above 0 bid for people.
    _bid_in_turns(lambda bids: bid_backward(graph.back, auction, how[0], bids), graph.people, check_deadline)
    return _to_warm_start(auction)


def _raise_contested_duals(graph: AssignmentGraph, start: WarmStart, patience: int) -> IntVector:
    """Return duals at which nobody is left who would gain far more than their reservation.

    Where more people want some places than there are, only duals as high as a whole profit end their bids. A shortest
    augmenting path goes there at once, which bids would reach step by step.
    """
    # Everybody keeps their partner, whatever it costs: only who is free is searched for.
    state = graph.state(start, NO_LIMIT)
    waiting = np.flatnonzero((state.partner == NOBODY) & (state.left > patience))
    if not len(waiting):
        return start.duals
    augment_left(graph.side, state, make_search(len(graph.places)), waiting, (patience, NO_LIMIT))
    return np.maximum(state.right, 0)


def _bid_in_turns(ask: Callable[[int], int], people: int, check_deadline: CheckDeadline) -> None:
    """Let a side bid, a few bids a person between two checks of the deadline, until it is quiet or has bid enough."""
    for _ in range(MAX_BIDS // BIDS_AT_ONCE):
        check_deadline()
        if ask(BIDS_AT_ONCE * people) < BIDS_AT_ONCE * people:
            return


def _to_warm_start(auction: Auction) -> WarmStart:
    """Return the outcome of an auction as a start."""
    sits = auction.seat != NOBODY
    partner = np.full(len(sits), NOBODY, dtype=np.int32)
    partner[sits] = auction.owner[auction.seat[sits]]
    return WarmStart(auction.right, partner)


type StartStep = Callable[[Adjacency, AssignmentState, SearchHeap, IntVector, tuple[int, int]], int]

MAX_PROFIT = 1 << 60
"""With no profit beyond this, the sum of any four numbers that are met is exact in int64."""
STEPS_AT_ONCE = 1 << 24
"""Arcs scanned between two checks of the deadline: some hundredths of a second."""


def solve_assignment(
    face: OptimalFace, profit: IntVector, start: WarmStart | None = None, check_deadline: CheckDeadline = no_deadline
) -> PrimalDual:
    """Return the optimum of a face without minimums, with the smallest duals of the right side that prove it.

    Maximise the profit of chosen pairs, each left person in one at most, each right person in as many as they have
    places.

    Parameters
    ----------
    face
        Open pairs; nobody on the left takes more than one.
    profit
        (e,) int64, the profit of each open pair, of any sign.
    start
        What is known of a similar face. It saves time, and changes nothing but which of several optima is found.
    check_deadline
        Is called every tenth of a second or so, on large faces every second; what it raises ends the solve.

    Raises
    ------
    EngineError
        If a profit is beyond 2^60, if somebody has a minimum, or somebody on the left more than one place.
    """
    _check_input(face, profit)
    check_deadline()
    graph = AssignmentGraph.of(face, profit)
    state = _solve(graph, profit, start, check_deadline)
    return PrimalDual(state.partner[face.lefts] == face.rights, state.left, state.right)


def _solve(
    graph: AssignmentGraph, profit: IntVector, start: WarmStart | None, check_deadline: CheckDeadline
) -> AssignmentState:
    """Return the optimal state: from the warm start if that is quick, else from a cold one."""
    if start is not None:
        # Each warm start has a budget of arcs; one that leads astray is given up.
        for begun in _warm_starts(graph, start, check_deadline):
            state = graph.state(_clip_duals(begun, profit))
            if _search(graph, state, check_deadline, start.patience * len(profit)):
                return state
    # Cold start, without a budget.
    state = graph.state(_clip_duals(choose_start(graph, check_deadline), profit))
    _search(graph, state, check_deadline, MAX_PROFIT)
    return state


def _warm_starts(graph: AssignmentGraph, start: WarmStart, check_deadline: CheckDeadline) -> Iterator[WarmStart]:
    """Yield the start as it is, then what both auctions make of its duals: many of them may have jumped at once."""
    if start.has_partners:
        yield start
    yield run_warm(graph, start.duals, check_deadline)


def _clip_duals(start: WarmStart, profit: IntVector) -> WarmStart:
    """Return the start with no dual below 0 or above all profits: what an optimal one never is."""
    return replace(start, duals=np.clip(start.duals, 0, int(profit.max(initial=0))))


def _search(graph: AssignmentGraph, state: AssignmentState, check_deadline: CheckDeadline, steps: int) -> bool:
    """Make a state optimal; return False if that takes more than so many ``steps``: it is then given up."""
    search = make_search(len(graph.places))
    # Primal feasibility of the left: augment from each free person with a positive margin.
    free = np.flatnonzero((state.partner == NOBODY) & (state.left > 0))
    # Each augmentation matches one person more, or proves that they stay free.
    steps = _augment_all(augment_left, (graph.side, state, search), free, (check_deadline, steps))
    # Complementary slackness of the right: no place is free at a dual above 0.
    empty = np.flatnonzero((state.right > 0) & (state.load < graph.places))
    if len(empty) and steps >= 0:
        steps = _augment_all(augment_right, (graph.back, state, search), empty, (check_deadline, steps))
    # Over the budget: the start was bad, a cold one is quicker.
    if steps < 0:
        return False
    check_deadline()
    # Of all optimal duals take the least, so that the result does not depend on the start.
    minimise_duals(graph.side, state, search)
    return True


def _augment_all(
    step: StartStep,
    data: tuple[Adjacency, AssignmentState, SearchHeap],
    nodes: IntVector,
    limits: tuple[CheckDeadline, int],
) -> int:
    """Augment from all ``nodes``, as long as the deadline and the budget of arcs allow.

    Return what is left of the budget.
    """
    check_deadline, steps = limits
    while len(nodes) and steps >= 0:
        check_deadline()
        nodes = nodes[: step(*data, nodes, (0, min(STEPS_AT_ONCE, steps + 1)))]
        steps -= int(data[2].counters[STEPS])
    return steps


def _check_input(face: OptimalFace, profit: IntVector) -> None:
    """Raise EngineError for numbers that would not stay exact, and faces of another kind."""
    if len(profit) and (profit.max() > MAX_PROFIT or profit.min() < -MAX_PROFIT):
        raise EngineError("A pair is worth more than int64 can reckon with")
    if face.left.least.any() or face.right.least.any() or (face.left.most > 1).any():
        raise EngineError("A minimum, or a second partner on the left, is for another solver")
