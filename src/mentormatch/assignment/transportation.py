"""The transportation problem with few sinks (Hitchcock 1941; Tokuyama and Nakano 1995): paths among the sinks only.

Each of many items goes to at most one sink; each of few sinks takes many. Slots of a sink have no columns of their own:
the least loss of moving an item is stored per pair of sinks, and items are moved along shortest paths of sinks
(successive shortest paths, Ahuja, Magnanti and Orlin 1993, section 9.7).

20 mentors of capacity 150 and 4,000 mentees: 23 ms; with columns for slots it does not end in 150 s. 100 mentors of
capacity 50 and 5,000 mentees: 237 ms, and 278 by columns.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.base.progress import CheckDeadline, no_deadline

FORBIDDEN = -(1 << 60)  # profit of an item in a sink where it may not go: below any sum of profits and duals
UNREACHABLE = 1 << 58  # longer than any path
MAX_DUAL = 1 << 53  # bound on the absolute duals
MAX_SINKS = 160  # for more sinks, paths among them take longer than columns for their slots
# From so many slots per sink on average, and so many cells with a column per slot, paths among sinks are faster
SLOTS_PER_SINK, MIN_SLOT_CELLS = 16, 1 << 17
ITEMS_PER_SINK = 200  # from so many on, paths among sinks are faster than columns without compiled code


@dataclass(frozen=True, slots=True)
class TransportationProblem:
    """An assignment of m items to n sinks.

    ``profit`` (n, m) int64, ``FORBIDDEN`` if an item may not go there; ``least`` and ``most`` (n,) int64: bounds on the
    number of items per sink; ``required`` (m,) bool: items that must go somewhere. Profits times n + m are below 2**53.
    """

    profit: IntMatrix
    least: IntVector
    most: IntVector
    required: BoolVector

    def sample(self, items: IntVector) -> "TransportationProblem":
        """Return a similar problem with only some of the items, and capacities in proportion."""
        share = len(items) / self.profit.shape[1]
        capacities = np.maximum(np.rint(self.most * share).astype(np.int64), np.minimum(self.most, 1))
        minimums = np.minimum((self.least * share).astype(np.int64), capacities)
        return TransportationProblem(self.profit[:, items], minimums, capacities, self.required[items])


def has_few_sinks(capacities: IntVector, items: int) -> bool:
    """Return whether few people have many slots, so that columns for slots would be many."""
    sink_count = int(np.count_nonzero(capacities > 0))
    if not 0 < sink_count <= MAX_SINKS:
        return False
    slot_count = int(np.minimum(capacities[capacities > 0], items).sum())
    return slot_count >= max(SLOTS_PER_SINK * sink_count, MIN_SLOT_CELLS / items)


def has_many_items(capacities: IntVector, items: int) -> bool:
    """Return whether there are very many items per person with capacity, and some have more than one slot."""
    sink_count = int(np.count_nonzero(capacities))
    return 0 < sink_count <= MAX_SINKS and items >= ITEMS_PER_SINK * sink_count and int(capacities.max()) > 1


def solve_transportation(
    problem: TransportationProblem, check_deadline: CheckDeadline = no_deadline
) -> IntVector | None:
    """Return (m,) int64 the sink of each item, -1 for none, in an optimum; None if the problem is infeasible."""
    flow = _solve_flow(problem, check_deadline)
    return None if flow is None else flow.sink - 1


def _solve_flow(problem: TransportationProblem, check_deadline: CheckDeadline) -> "TransportationFlow | None":
    """Return an optimal flow with duals that prove it; None if the problem is infeasible."""
    flow = TransportationFlow(problem, check_deadline)
    # 1. Duals near those of an optimum, to save paths
    flow.duals[1:] = _initial_duals(problem, check_deadline)
    # 2. One pass of coordinate descent on the dual
    flow.descend_dual()
    # 3. Each item goes where it gains most, so the invariant holds; sinks may have too many items, or too few
    # 4. Shortest paths until all sinks are balanced: complementary slackness, so an optimum
    return flow if flow.assign_to_best() and flow.balance() else None


def _initial_duals(problem: TransportationProblem, check_deadline: CheckDeadline) -> IntVector:
    """Return duals of the sinks: from a sample of many items, else the level at which all slots fill."""
    n, m = problem.profit.shape
    # Samples of at least 256 items, and 8 per sink, are one item in four
    if m > max(256, 8 * n):
        items = np.sort(np.random.default_rng(0).choice(m, m // 4, replace=False))
        if (flow := _solve_flow(problem.sample(items), check_deadline)) is not None:
            return flow.duals[1:]
    slot_count = int(problem.most.sum())
    best = problem.profit.max(axis=0, initial=0)
    level = int(np.partition(best, m - slot_count - 1)[m - slot_count - 1]) if slot_count < m else 0
    return np.full(n, max(level, 0), dtype=np.int64)


class TransportationFlow:
    """The sink of each item, the duals, and the imbalances.

    Sink 0 represents no sink: it takes any number of items at dual 0. Each other sink has ``most`` slots; slots without
    an item are counted by ``free_slots``, up to ``optional_slots``, which the minimum allows to stay free.

    Invariant: no item, and no free slot, would gain elsewhere: profit less dual is greatest at its sink.
    """

    def __init__(self, problem: TransportationProblem, check_deadline: CheckDeadline) -> None:
        check_deadline()
        n, m = problem.profit.shape
        self.check_deadline = check_deadline
        no_sink = np.where(problem.required, FORBIDDEN, 0).astype(np.int64)
        self.profit = np.vstack([no_sink, problem.profit])
        self.most = np.append(0, np.minimum(problem.most, m))
        self.least = np.append(0, problem.least)
        self.optional_slots = self.most - self.least
        self.duals = np.zeros(n + 1, dtype=np.int64)

    def descend_dual(self) -> None:
        """Set the dual of each sink, one after another, so that demand meets its slots (coordinate descent)."""
        for sink in range(1, len(self.duals)):
            self.check_deadline()
            margins = self.profit - self.duals[:, None]
            margins[sink] = FORBIDDEN
            self.duals[sink] = self._clearing_dual(self.profit[sink] - margins.max(axis=0), sink)

    def _clearing_dual(self, bids: IntVector, sink: int) -> int:
        """Return the dual nearest to 0 that leaves at most as many bids as slots, and at least the minimum."""
        count, capacity, minimum = len(bids), int(self.most[sink]), int(self.least[sink])
        lower = (
            int(np.partition(bids, count - capacity - 1)[count - capacity - 1]) if capacity < count else -UNREACHABLE
        )
        upper = int(np.partition(bids, count - minimum)[count - minimum]) if 0 < minimum <= count else UNREACHABLE
        return min(lower, MAX_DUAL) if lower > 0 else max(min(upper, 0), -MAX_DUAL)

    def assign_to_best(self) -> bool:
        """Assign each item to the sink where it gains most; return whether every item may go somewhere."""
        self.check_deadline()
        margins = self.profit - self.duals[:, None]
        self.sink: IntVector = margins.argmax(axis=0).astype(np.int64)
        load = np.bincount(self.sink, minlength=len(self.duals))
        # A slot may stay free only at a dual of at most 0, and does so at every dual below 0
        free = np.clip(self.most - load, 0, self.optional_slots)
        self.free_slots = np.where(self.duals < 0, self.optional_slots, np.where(self.duals > 0, 0, free))
        self.excess = load + self.free_slots - self.most
        self.free_slots[0] = self.excess[0] = 0
        self.items: list[IntVector] = [np.flatnonzero(self.sink == sink) for sink in range(len(self.duals))]
        self.losses = np.empty((len(self.duals), len(self.duals)), dtype=np.int64)
        for sink in range(len(self.duals)):
            self._update_losses(sink)
        return bool((margins.max(axis=0) > -UNREACHABLE).all())

    def _update_losses(self, sink: int) -> None:
        """Store the least loss of moving an item of a sink to each other sink."""
        items = self.items[sink]
        loss = (self.profit[sink, items] - self.profit[:, items]).min(axis=1, initial=UNREACHABLE)
        loss[sink] = UNREACHABLE
        self.losses[sink] = loss

    def balance(self) -> bool:
        """Augment along shortest paths until every sink is balanced; return whether that is possible."""
        while self.excess.any():
            self.check_deadline()
            path = self._shortest_path()
            if path is None:
                return False
            self._augment(path)
        return True

    def arc_lengths(self) -> IntMatrix:
        """Return (n + 1, n + 1) the least loss from sink to sink: of an item, or 0 for a free slot."""
        lengths = self.losses.copy()
        has_free = self.free_slots > 0
        lengths[has_free, 0] = np.minimum(lengths[has_free, 0], 0)
        can_free = self.free_slots < self.optional_slots
        can_free[0] = False
        lengths[0, can_free] = np.minimum(lengths[0, can_free], 0)
        return lengths

    def _shortest_path(self) -> list[int] | None:
        """Return the sinks on a shortest path that reduces an excess, or else a lack; None if there is no path.

        Dijkstra on reduced lengths, from all sinks with an excess to a sink that lacks items, or to sink 0; without an
        excess, backwards from all sinks that lack items. Duals then follow the distances, which keeps the invariant and
        makes every arc of the path tight.
        """
        forward = bool((self.excess > 0).any())
        # By the invariant no reduced length is negative
        reduced = self.arc_lengths() - self.duals[:, None] + self.duals
        sources, targets = (self.excess > 0, self.excess < 0) if forward else (self.excess < 0, self.excess > 0)
        targets = targets.copy()
        targets[0] = True
        if not forward:
            reduced = reduced.T
        distance = np.where(sources, 0, UNREACHABLE)
        pending, parent = distance.copy(), np.full(len(distance), -1)
        while True:
            nearest = int(pending.argmin())
            if pending[nearest] >= UNREACHABLE // 2:
                return None
            if targets[nearest]:
                break
            reached = distance[nearest] + reduced[nearest]
            shorter = reached < distance
            distance[shorter] = pending[shorter] = reached[shorter]
            parent[shorter] = nearest
            pending[nearest] = 2 * UNREACHABLE
        # Duals follow the distances up to the end of the path; the dual of sink 0 stays 0
        bounded = np.minimum(distance, distance[nearest])
        self.duals += (bounded[0] - bounded) if forward else (bounded - bounded[0])
        path = [nearest]
        while (last := int(parent[path[-1]])) >= 0:
            path.append(last)
        return path[::-1] if forward else path

    def _augment(self, path: list[int]) -> None:
        """Move along each arc of a path as many items, or free slots, as have the least loss on all of them."""
        lengths = self.arc_lengths()
        # The capacity of the path: the excess, and on each arc the tied items, or the free slots
        moved: list[tuple[int, int, IntVector | None]] = []
        amounts = [abs(int(self.excess[sink])) for sink in (path[0], path[-1]) if sink]
        for giver, taker in pairwise(path):
            if self.losses[giver, taker] > lengths[giver, taker]:
                amounts.append(
                    int(self.free_slots[giver] if taker == 0 else self.optional_slots[taker] - self.free_slots[taker])
                )
                moved.append((giver, taker, None))
            else:
                items_here = self.items[giver]
                loss = self.profit[giver, items_here] - self.profit[taker, items_here]
                tied = items_here[loss == lengths[giver, taker]]
                amounts.append(len(tied))
                moved.append((giver, taker, tied))
        amount = min(amounts)
        # Augment, then update the losses
        for giver, taker, items in moved:
            if items is None:
                self.free_slots[giver or taker] += amount if giver == 0 else -amount
            else:
                self.sink[items[:amount]] = taker
                self.items[taker] = np.append(self.items[taker], items[:amount])
        for sink in path:
            self.items[sink] = self.items[sink][self.sink[self.items[sink]] == sink]
            self._update_losses(sink)
        for sink, sign in ((path[0], -1), (path[-1], 1)):
            self.excess[sink] += sign * amount if sink else 0


def minimal_duals(profit: IntMatrix, sink: IntVector, initial: IntVector) -> IntVector:
    """Return (n,) int64 the smallest duals that prove an optimum, from ``initial`` ones (Bellman and Ford).

    ``sink`` (m,) int64 as from ``solve_transportation``. A dual rises if an item would gain by moving to its sink.
    """
    profits = np.vstack([np.zeros(profit.shape[1], dtype=np.int64), profit])
    losses = np.full((len(profits), len(profits)), UNREACHABLE)
    for index in range(len(profits)):
        items = np.flatnonzero(sink == index - 1)
        losses[index] = (profits[index, items] - profits[:, items]).min(axis=1, initial=UNREACHABLE)
    duals = np.append(0, initial)
    while True:
        raised = np.maximum(duals, (duals[:, None] - losses).max(axis=0))
        raised[0] = 0
        if np.array_equal(raised, duals):
            return duals[1:]
        duals = raised
