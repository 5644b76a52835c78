"""The transportation problem with few sinks (Hitchcock 1941; Tokuyama and Nakano 1995): paths between the sinks alone.

Many items, each of which goes to one sink at most; few sinks, each of which takes many. No column stands for a place of
a sink: what an item would lose elsewhere is known for each two sinks, and one item is moved along a shortest path of
sinks at a time (successive shortest paths, Ahuja, Magnanti and Orlin 1993, section 9.7).

20 mentors of 150 places and 4,000 mentees: 23 ms; columns for the places do not end in 150 s. 100 mentors of 50 places
and 5,000 mentees: 237 ms, and 278 by columns.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.base.progress import CheckDeadline, no_deadline

ABSENT = -(1 << 60)
"""What an item is worth where it may not go: less than any sum of worths and prices."""
FAR = 1 << 58
"""No path is so long."""
HIGHEST = 1 << 53
"""No price need be higher, or lower by more."""
SAMPLED, SAMPLED_A_SINK = 256, 8
"""Fewer items than these, or than so many a sink, are not sampled."""
PART = 4
"""Prices begin as those of one item in so many."""
MAX_SINKS = 160
"""Paths between more sinks take longer than columns for their places."""
PLACES_A_SINK, PLACED = 16, 1 << 17
"""So many places a sink on average, and so many columns of places by items, and more, are better not told apart."""
ITEMS_A_SINK = 200
"""Where so many items come on each sink, paths between sinks are quicker than columns without compiled code."""


@dataclass(frozen=True, slots=True)
class TransportationProblem:
    """Who may go where: n sinks, m items.

    ``worth`` (n, m) int64, ``ABSENT`` where an item may not go; ``least`` and ``most`` (n,) int64, how many items each
    sink takes; ``required`` (m,) bool, which items have to go somewhere. Worths times n + m are below 2**53.
    """

    worth: IntMatrix
    least: IntVector
    most: IntVector
    required: BoolVector

    def part(self, items: IntVector) -> "TransportationProblem":
        """Return a problem like this one on some of the items."""
        share = len(items) / self.worth.shape[1]
        most = np.maximum(np.rint(self.most * share).astype(np.int64), np.minimum(self.most, 1))
        least = np.minimum((self.least * share).astype(np.int64), most)
        return TransportationProblem(self.worth[:, items], least, most, self.required[items])


def has_few_sinks(most: IntVector, items: int) -> bool:
    """Return whether few people take many of the items: columns for each of their places would be many."""
    taking = int(np.count_nonzero(most > 0))
    if not 0 < taking <= MAX_SINKS:
        return False
    places = int(np.minimum(most[most > 0], items).sum())
    return places >= max(PLACES_A_SINK * taking, PLACED / items)


def has_many_items(most: IntVector, items: int) -> bool:
    """Return whether very many items come on each of few people who take any, and on some of them more than one."""
    taking = int(np.count_nonzero(most))
    return 0 < taking <= MAX_SINKS and items >= ITEMS_A_SINK * taking and int(most.max()) > 1


def solve_transportation(
    problem: TransportationProblem, check_deadline: CheckDeadline = no_deadline
) -> IntVector | None:
    """Return (m,) int64 the sink of each item, -1 for none, in an answer of the greatest worth; None if none is."""
    flow = _flow_of(problem, check_deadline)
    return None if flow is None else flow.sink - 1


def _flow_of(problem: TransportationProblem, check_deadline: CheckDeadline) -> "TransportationFlow | None":
    """Return the flow of an answer of the greatest worth, with prices that prove it."""
    flow = TransportationFlow(problem, check_deadline)
    # 1. Prices near those of an optimum, whatever they are: they only save paths
    flow.prices[1:] = _initial_prices(problem, check_deadline)
    # 2. One pass of coordinate descent on the dual
    flow.lower_dual()
    # 3. The invariant holds from here on: every item where it gains most. Sinks may hold too many, or too few
    # 4. One shortest path after the other, until none does: complementary slackness, so an optimum
    return flow if flow.place_items() and flow.balance() else None


def _initial_prices(problem: TransportationProblem, check_deadline: CheckDeadline) -> IntVector:
    """Return prices of the sinks: those of a sample, or of few items the level at which all places fill."""
    n, m = problem.worth.shape
    if m > max(SAMPLED, SAMPLED_A_SINK * n):
        items = np.sort(np.random.default_rng(0).choice(m, m // PART, replace=False))
        if (flow := _flow_of(problem.part(items), check_deadline)) is not None:
            return flow.prices[1:]
    places = int(problem.most.sum())
    best = problem.worth.max(axis=0, initial=0)
    level = int(np.partition(best, m - places - 1)[m - places - 1]) if places < m else 0
    return np.full(n, max(level, 0), dtype=np.int64)


class TransportationFlow:
    """Where each item goes, at which prices, and what is still out of balance.

    Sink 0 is nobody: it takes any number at price 0. Each other sink has ``most`` places; those that no item takes are
    left to ``unused``, of which there may be as many as its minimum allows.

    Invariant: no item, and no unused place, would gain by going elsewhere: worth less price is greatest where it is.
    """

    def __init__(self, problem: TransportationProblem, check_deadline: CheckDeadline) -> None:
        check_deadline()
        n, m = problem.worth.shape
        self.check_deadline = check_deadline
        nobody = np.where(problem.required, ABSENT, 0).astype(np.int64)
        self.worth = np.vstack([nobody, problem.worth])
        self.most = np.append(0, np.minimum(problem.most, m))
        self.least = np.append(0, problem.least)
        self.spare = self.most - self.least
        self.prices = np.zeros(n + 1, dtype=np.int64)

    def lower_dual(self) -> None:
        """Set the price of each sink, one after the other, where its demand meets its places (coordinate descent)."""
        for sink in range(1, len(self.prices)):
            self.check_deadline()
            net = self.worth - self.prices[:, None]
            net[sink] = ABSENT
            self.prices[sink] = self._clearing_price(self.worth[sink] - net.max(axis=0), sink)

    def _clearing_price(self, bids: IntVector, sink: int) -> int:
        """Return the price nearest to 0 at which no more bids than places, and no fewer than the minimum, are left."""
        count, most, least = len(bids), int(self.most[sink]), int(self.least[sink])
        low = int(np.partition(bids, count - most - 1)[count - most - 1]) if most < count else -FAR
        high = int(np.partition(bids, count - least)[count - least]) if 0 < least <= count else FAR
        return min(low, HIGHEST) if low > 0 else max(min(high, 0), -HIGHEST)

    def place_items(self) -> bool:
        """Send each item where it gains most; return whether every item may go somewhere."""
        self.check_deadline()
        net = self.worth - self.prices[:, None]
        self.sink: IntVector = net.argmax(axis=0).astype(np.int64)
        load = np.bincount(self.sink, minlength=len(self.prices))
        # A place may stay unused at no price above 0, and stays so at every price below
        free = np.clip(self.most - load, 0, self.spare)
        self.unused = np.where(self.prices < 0, self.spare, np.where(self.prices > 0, 0, free))
        self.excess = load + self.unused - self.most
        self.unused[0] = self.excess[0] = 0
        self.items: list[IntVector] = [np.flatnonzero(self.sink == sink) for sink in range(len(self.prices))]
        self.losses = np.empty((len(self.prices), len(self.prices)), dtype=np.int64)
        for sink in range(len(self.prices)):
            self._update_losses(sink)
        return bool((net.max(axis=0) > -FAR).all())

    def _update_losses(self, sink: int) -> None:
        """Note the least that is lost by moving an item of a sink to each other sink."""
        items = self.items[sink]
        loss = (self.worth[sink, items] - self.worth[:, items]).min(axis=1, initial=FAR)
        loss[sink] = FAR
        self.losses[sink] = loss

    def balance(self) -> bool:
        """Augment along shortest paths until every sink holds what it may; return whether that is possible."""
        while self.excess.any():
            self.check_deadline()
            path = self._shortest_path()
            if path is None:
                return False
            self._augment(path)
        return True

    def arc_lengths(self) -> IntMatrix:
        """Return (n + 1, n + 1) the least loss from sink to sink: of an item, or of an unused place, which loses 0."""
        lengths = self.losses.copy()
        gives = self.unused > 0
        lengths[gives, 0] = np.minimum(lengths[gives, 0], 0)
        takes = self.unused < self.spare
        takes[0] = False
        lengths[0, takes] = np.minimum(lengths[0, takes], 0)
        return lengths

    def _shortest_path(self) -> list[int] | None:
        """Return the sinks on a shortest path by which an excess, or else a lack, ends; None where there is no way.

        Dijkstra on reduced lengths, from all sinks of an excess to one that lacks, or to nobody; where no excess is
        left, backwards from all that lack. Prices then follow the distances, which keeps the invariant and makes every
        arc of the path tight.
        """
        forward = bool((self.excess > 0).any())
        # By the invariant no reduced length is negative
        reduced = self.arc_lengths() - self.prices[:, None] + self.prices
        begin, end = (self.excess > 0, self.excess < 0) if forward else (self.excess < 0, self.excess > 0)
        end = end.copy()
        end[0] = True
        if not forward:
            reduced = reduced.T
        distance = np.where(begin, 0, FAR)
        pending, before = distance.copy(), np.full(len(distance), -1)
        while True:
            nearest = int(pending.argmin())
            if pending[nearest] >= FAR // 2:
                return None
            if end[nearest]:
                break
            reached = distance[nearest] + reduced[nearest]
            shorter = reached < distance
            distance[shorter] = pending[shorter] = reached[shorter]
            before[shorter] = nearest
            pending[nearest] = 2 * FAR
        # Prices follow the distances up to the end of the path; that of nobody stays 0
        bounded = np.minimum(distance, distance[nearest])
        self.prices += (bounded[0] - bounded) if forward else (bounded - bounded[0])
        path = [nearest]
        while (last := int(before[path[-1]])) >= 0:
            path.append(last)
        return path[::-1] if forward else path

    def _augment(self, path: list[int]) -> None:
        """Move along each arc of a path as many items, or unused places, as lose least on all of them."""
        lengths = self.arc_lengths()
        # The capacity of the path: what is in excess, and on each arc the items that are tied, or the unused places
        moved: list[tuple[int, int, IntVector | None]] = []
        amounts = [abs(int(self.excess[sink])) for sink in (path[0], path[-1]) if sink]
        for giver, taker in pairwise(path):
            if self.losses[giver, taker] > lengths[giver, taker]:
                amounts.append(int(self.unused[giver] if taker == 0 else self.spare[taker] - self.unused[taker]))
                moved.append((giver, taker, None))
            else:
                held = self.items[giver]
                loss = self.worth[giver, held] - self.worth[taker, held]
                tied = held[loss == lengths[giver, taker]]
                amounts.append(len(tied))
                moved.append((giver, taker, tied))
        amount = min(amounts)
        # Augment, then note what can be moved next
        for giver, taker, items in moved:
            if items is None:
                self.unused[giver or taker] += amount if giver == 0 else -amount
            else:
                self.sink[items[:amount]] = taker
                self.items[taker] = np.append(self.items[taker], items[:amount])
        for sink in path:
            self.items[sink] = self.items[sink][self.sink[self.items[sink]] == sink]
            self._update_losses(sink)
        for sink, sign in ((path[0], -1), (path[-1], 1)):
            self.excess[sink] += sign * amount if sink else 0


def minimal_prices(worth: IntMatrix, sink: IntVector, initial: IntVector) -> IntVector:
    """Return (n,) int64 the smallest prices that prove an answer, from ``initial`` ones on (Bellman and Ford).

    ``sink`` (m,) int64 as ``solve_transportation`` returns it. A price rises where an item would gain by moving there.
    """
    flow = np.vstack([np.zeros(worth.shape[1], dtype=np.int64), worth])
    losses = np.full((len(flow), len(flow)), FAR)
    for each in range(len(flow)):
        items = np.flatnonzero(sink == each - 1)
        losses[each] = (flow[each, items] - flow[:, items]).min(axis=1, initial=FAR)
    prices = np.append(0, initial)
    while True:
        raised = np.maximum(prices, (prices[:, None] - losses).max(axis=0))
        raised[0] = 0
        if np.array_equal(raised, prices):
            return prices[1:]
        prices = raised
