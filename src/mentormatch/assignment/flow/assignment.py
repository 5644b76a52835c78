"""Sparse semi-assignment, exact in integers: auction start, shortest augmenting paths, minimal duals.

Left people have capacity 1, right people any capacity. The plan is that of Jonker and Volgenant (1987): a fast start
that is dual feasible, or nearly, and shortest augmenting paths for the people it leaves free. The start is an auction
of Bertsekas. If there are enough slots, people bid (forward); if slots are scarce, slots bid (reverse). In between
both bid, with large steps before small ones (epsilon scaling, Bertsekas 1988), so that duals do not rise by tiny
amounts in bidding wars.

The duals and partners of a similar problem serve as a warm start: only the parts that they no longer prove are solved
again.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np

from mentormatch.assignment.flow.auction import (
    Auction,
    bid_forward,
    bid_reverse,
    equalise_duals,
    set_reservations,
    start_auction,
)
from mentormatch.assignment.flow.paths import (
    ARCS_SCANNED,
    NOBODY,
    Adjacency,
    AssignmentState,
    SearchHeap,
    apply_start,
    augment_left,
    augment_right,
    build_adjacency,
    make_search,
    make_state,
    minimize_duals,
    transpose_adjacency,
)
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual
from mentormatch.base.arrays import IntVector, ShortVector
from mentormatch.base.progress import CheckDeadline, no_deadline
from mentormatch.errors import EngineError

UNLIMITED_SLACK = 1 << 60


@dataclass(frozen=True, slots=True)
class AuctionOptions:
    """Parameters of the auction that starts a solve."""

    max_bids_per_person: int = 48
    bids_per_check: int = 4  # bids per person between two checks of the deadline
    forward_ratio: float = 1.5  # slots per person; at least as many: people bid
    reverse_ratio: float = 0.93  # slots per person; at most as many: slots bid
    # Epsilon of the scaling phases, in 25ths of the typical gap between a person's best and median profit
    epsilon_schedule: tuple[int, ...] = (50, 10, 2)
    epsilon_units: int = 25
    # A person stops bidding if the profit would fall by this many typical gaps; a path then sets the dual
    reservation_gaps: int = 40
    sampled_people: int = 1_000  # to estimate the typical gap


AUCTION = AuctionOptions()


@dataclass(frozen=True, slots=True)
class WarmStart:
    """A start from the solution of a similar problem.

    ``duals`` (m,) of the right side, and the ``partner`` (n,) of each left person, -1 for none. A search from here may
    scan ``arc_budget`` arcs per pair; beyond that a cold start is faster.
    """

    duals: IntVector
    partner: ShortVector
    arc_budget: int = 40

    @classmethod
    def of(cls, face: OptimalFace, optimum: PrimalDual) -> Self:
        """Return the start from the optimum of a face, for a face with other pairs of the same people."""
        partner = np.full(len(face.left.most), NOBODY, dtype=np.int32)
        partner[face.lefts[optimum.chosen]] = face.rights[optimum.chosen]
        return cls(optimum.right, partner)

    @classmethod
    def from_duals(cls, face: OptimalFace, duals: IntVector) -> Self:
        """Return the start at duals (m,) of the right side, without partners."""
        return cls(duals, np.full(len(face.left.most), NOBODY, dtype=np.int32))

    def fit_to(self, face: OptimalFace) -> Self | None:
        """Return the start for another face: without partners if its left size differs.

        None if its right size differs.
        """
        # Duals belong to right people
        if len(self.duals) != len(face.right.most):
            return None
        return self if len(self.partner) == len(face.left.most) else self.from_duals(face, self.duals)

    @property
    def has_partners(self) -> bool:
        """Whether any left person has a partner."""
        return bool((self.partner != NOBODY).any())


@dataclass(frozen=True)
class AssignmentGraph:
    """The pairs of positive profit by left person, and the ``capacities`` (m,) of the right side."""

    side: Adjacency
    capacities: IntVector

    @classmethod
    def of(cls, face: OptimalFace, profit: IntVector) -> Self:
        """Return the graph of a face with profits (e,); right capacities are at most the number of pairs."""
        # A greater capacity would only take memory for slots
        capacities = np.minimum(face.right.most, np.bincount(face.rights, minlength=len(face.right.most)))
        return cls(build_adjacency(face.lefts, face.rights, profit, (face.left.most, capacities)), capacities)

    @cached_property
    def transposed(self) -> Adjacency:
        """The same pairs, by right person."""
        return transpose_adjacency(self.side, len(self.capacities))

    @property
    def left_count(self) -> int:
        """The number of left people."""
        return len(self.side.starts) - 1

    @property
    def capacity_ratio(self) -> float:
        """The number of slots per left person who has a pair."""
        return int(self.capacities.sum()) / max(int(np.count_nonzero(np.diff(self.side.starts))), 1)

    def state(self, start: WarmStart, slack: int = 0) -> AssignmentState:
        """Return the state at a start; people within ``slack`` of their best margin are matched with their partner."""
        state = make_state(start.duals, self.capacities, self.left_count)
        apply_start(self.side, state, start.partner, slack)
        return state

    def max_profits(self) -> IntVector:
        """Return (m,) the largest profit of each right node, at least 0."""
        largest = np.zeros_like(self.capacities)
        np.maximum.at(largest, self.side.others, self.side.profit)
        return largest

    def profit_gap(self) -> int:
        """Return the typical gap between a person's best and median profit, the scale of epsilon.

        The largest profit of each right node is subtracted first, and with it any constant that the node adds to all
        its pairs, such as a priority: such a constant shifts the dual of the node and no decision.
        """
        people, starts = np.flatnonzero(np.diff(self.side.starts)), self.side.starts
        sample = people[:: max(len(people) // AUCTION.sampled_people, 1)]
        profit = self.side.profit - self.max_profits()[self.side.others]
        profits_by_person = (np.sort(profit[starts[person] : starts[person + 1]]) for person in sample)
        gaps = [
            int(values[-1]) - (int(values[len(values) // 2]) + int(values[~(len(values) // 2)])) // 2
            for values in profits_by_person
        ]
        return int(np.median(gaps)) if gaps else 0


def choose_start(graph: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return the start that suits the ratio of slots to people; passes on what ``check_deadline`` raises."""
    # Surplus of slots: duals stay low, and people bid upwards from 0
    if graph.capacity_ratio >= AUCTION.forward_ratio:
        return run_forward(graph, check_deadline)
    return (
        run_reverse(graph, check_deadline)
        if graph.capacity_ratio <= AUCTION.reverse_ratio
        else run_scaled(graph, check_deadline)
    )


def run_forward(graph: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return the start of a forward auction from duals 0, with epsilon 0."""
    auction = start_auction(np.zeros_like(graph.capacities), graph.capacities, graph.left_count)
    _bid_in_turns(lambda bids: bid_forward(graph.side, auction, 0, bids), graph.left_count, check_deadline)
    return _to_warm_start(auction)


def run_reverse(graph: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return the start of a reverse auction from the largest profit of each right node, with epsilon 0."""
    auction = start_auction(graph.max_profits(), graph.capacities, graph.left_count)
    _bid_in_turns(lambda bids: bid_reverse(graph.transposed, auction, 0, bids), graph.left_count, check_deadline)
    return _to_warm_start(auction)


def run_both_from(graph: AssignmentGraph, duals: IntVector, check_deadline: CheckDeadline) -> WarmStart:
    """Return the start of both auctions in small steps from duals (m,) that are nearly right."""
    profit_gap = graph.profit_gap()
    return _bid_from_both_sides(
        graph,
        duals,
        (max(profit_gap // AUCTION.epsilon_units, 1), max(AUCTION.reservation_gaps * profit_gap, 1)),
        check_deadline,
    )


def run_scaled(graph: AssignmentGraph, check_deadline: CheckDeadline) -> WarmStart:
    """Return the start of both auctions with epsilon scaling; each phase begins at the duals of the one before."""
    profit_gap = graph.profit_gap()
    reservation = max(AUCTION.reservation_gaps * profit_gap, 1)
    start = WarmStart(np.zeros_like(graph.capacities), np.full(graph.left_count, NOBODY, dtype=np.int32))
    # Epsilon scaling: large steps find the level of duals, small steps refine them
    for epsilon_factor in AUCTION.epsilon_schedule:
        start = _bid_from_both_sides(
            graph,
            start.duals,
            (max(epsilon_factor * (profit_gap // AUCTION.epsilon_units), 1), reservation),
            check_deadline,
        )
        # Contested slots get their dual by a path instead of many small bids
        start = WarmStart(_raise_contested_duals(graph, start, reservation), start.partner)
    return start


def _bid_from_both_sides(
    graph: AssignmentGraph, duals: IntVector, epsilon_and_reservation: tuple[int, int], check_deadline: CheckDeadline
) -> WarmStart:
    """Run a forward auction, equalise the duals of each node, and run a reverse auction."""
    epsilon, reservation = epsilon_and_reservation
    auction = start_auction(duals, graph.capacities, graph.left_count)
    set_reservations(graph.side, auction, reservation)
    # Forward: people bid up to their reservation
    _bid_in_turns(lambda bids: bid_forward(graph.side, auction, epsilon, bids), graph.left_count, check_deadline)
    equalise_duals(graph.side, auction)
    # Reverse: free slots at a positive dual bid for people
    _bid_in_turns(lambda bids: bid_reverse(graph.transposed, auction, epsilon, bids), graph.left_count, check_deadline)
    return _to_warm_start(auction)


def _raise_contested_duals(graph: AssignmentGraph, start: WarmStart, reservation: int) -> IntVector:
    """Return duals at which no free person would gain far more than the reservation.

    If more people want some slots than there are, only duals as high as a whole profit end their bids. A shortest
    augmenting path reaches these at once.
    """
    # All matched people keep their partner, whatever the loss; only free people are searched for
    state = graph.state(start, UNLIMITED_SLACK)
    free = np.flatnonzero((state.partner == NOBODY) & (state.left > reservation))
    if not len(free):
        return start.duals
    augment_left(graph.side, state, make_search(len(graph.capacities)), free, (reservation, UNLIMITED_SLACK))
    return np.maximum(state.right, 0)


def _bid_in_turns(bid: Callable[[int], int], people: int, check_deadline: CheckDeadline) -> None:
    """Let a side bid, a few bids per person between checks of the deadline, until no node bids or all bids are used."""
    for _ in range(AUCTION.max_bids_per_person // AUCTION.bids_per_check):
        check_deadline()
        if bid(AUCTION.bids_per_check * people) < AUCTION.bids_per_check * people:
            return


def _to_warm_start(auction: Auction) -> WarmStart:
    is_matched = auction.slot != NOBODY
    partner = np.full(len(is_matched), NOBODY, dtype=np.int32)
    partner[is_matched] = auction.node_of_slot[auction.slot[is_matched]]
    return WarmStart(auction.right, partner)


type AugmentStep = Callable[[Adjacency, AssignmentState, SearchHeap, IntVector, tuple[int, int]], int]

MAX_PROFIT = 1 << 60  # of a pair; sums of any four numbers are then exact in int64
ARCS_PER_CHECK = 1 << 24  # arcs scanned between two checks of the deadline, in some hundredths of a second


def solve_assignment(
    face: OptimalFace, profit: IntVector, start: WarmStart | None = None, check_deadline: CheckDeadline = no_deadline
) -> PrimalDual:
    """Return the optimum of a face without minimums, with the smallest right duals that prove it.

    The sum of profits is maximised; each left person is in at most one pair, each right person within the capacity.

    Parameters
    ----------
    face
        Open pairs; left people have capacity 1.
    profit
        (e,) int64, the profit of each open pair, of any sign.
    start
        The start from a similar face. It only affects the time, and which of several optima is returned.
    check_deadline
        Called about every tenth of a second, on large faces every second; its exception ends the solve.

    Raises
    ------
    EngineError
        If an absolute profit exceeds 2^60, a person has a minimum, or a left person has a capacity above 1.
    """
    _check_input(face, profit)
    check_deadline()
    graph = AssignmentGraph.of(face, profit)
    state = _solve(graph, profit, start, check_deadline)
    return PrimalDual(state.partner[face.lefts] == face.rights, state.left, state.right)


def _solve(
    graph: AssignmentGraph, profit: IntVector, start: WarmStart | None, check_deadline: CheckDeadline
) -> AssignmentState:
    """Return the optimal state, from the warm start if it stays within its budget, else from a cold start."""
    if start is not None:
        # Each warm start has a budget of arcs
        for warm_start in _warm_starts(graph, start, check_deadline):
            state = graph.state(_clip_duals(warm_start, profit))
            if _search(graph, state, check_deadline, start.arc_budget * len(profit)):
                return state
    # Cold start, without a budget
    state = graph.state(_clip_duals(choose_start(graph, check_deadline), profit))
    _search(graph, state, check_deadline, MAX_PROFIT)
    return state


def _warm_starts(graph: AssignmentGraph, start: WarmStart, check_deadline: CheckDeadline) -> Iterator[WarmStart]:
    """Yield the start itself, then the result of both auctions from its duals, as many may have changed at once."""
    if start.has_partners:
        yield start
    yield run_both_from(graph, start.duals, check_deadline)


def _clip_duals(start: WarmStart, profit: IntVector) -> WarmStart:
    """Return the start with duals between 0 and the largest profit, the range of optimal duals."""
    return replace(start, duals=np.clip(start.duals, 0, int(profit.max(initial=0))))


def _search(graph: AssignmentGraph, state: AssignmentState, check_deadline: CheckDeadline, steps: int) -> bool:
    """Make a state optimal. Returns False, and leaves it unfinished, if that takes more than ``steps`` arcs."""
    search = make_search(len(graph.capacities))
    # Primal feasibility of the left: augment from each free person with a positive margin
    free = np.flatnonzero((state.partner == NOBODY) & (state.left > 0))
    # Each augmentation matches one more person, or proves that they stay free
    steps = _augment_all(augment_left, (graph.side, state, search), free, (check_deadline, steps))
    # Complementary slackness of the right: no slot is free at a positive dual
    with_free_slots = np.flatnonzero((state.right > 0) & (state.load < graph.capacities))
    if len(with_free_slots) and steps >= 0:
        steps = _augment_all(augment_right, (graph.transposed, state, search), with_free_slots, (check_deadline, steps))
    # Over the budget: a cold start is faster
    if steps < 0:
        return False
    check_deadline()
    # Minimal duals, so that the result does not depend on the start
    minimize_duals(graph.side, state, search)
    return True


def _augment_all(
    step: AugmentStep,
    data: tuple[Adjacency, AssignmentState, SearchHeap],
    nodes: IntVector,
    limits: tuple[CheckDeadline, int],
) -> int:
    """Augment from all ``nodes`` within the deadline and the budget of arcs; return the remaining budget."""
    check_deadline, steps = limits
    while len(nodes) and steps >= 0:
        check_deadline()
        nodes = nodes[: step(*data, nodes, (0, min(ARCS_PER_CHECK, steps + 1)))]
        steps -= int(data[2].counters[ARCS_SCANNED])
    return steps


def _check_input(face: OptimalFace, profit: IntVector) -> None:
    """Raise EngineError for numbers beyond the exact range, and for faces that this solver does not handle."""
    if len(profit) and (profit.max() > MAX_PROFIT or profit.min() < -MAX_PROFIT):
        raise EngineError("A pair is worth more than int64 can reckon with")
    if face.left.least.any() or face.right.least.any() or (face.left.most > 1).any():
        raise EngineError("A minimum, or a second partner on the left, is for another solver")
