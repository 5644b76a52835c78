"""A leximin optimum on listed pairs, and its certificate by lexicographic potentials.

The kernel compares potentials by fingerprints. The certificate does not trust them: it adds the potentials up, and
checks complementary slackness in exact numbers, level by level. A pair that is not chosen has a lexicographic reduced
cost >= 0, a chosen one <= 0, and nobody whose load may change has a potential on the wrong side of the sink's.

Lexicographic potentials, one a score level: the total order of people, and the split level of any two.

Compare the potentials of two people from the lowest level up; the first level where they differ is their split level. A
pair (i, k) improves the answer iff i's potential is greater there and the pair scores above that level; at that level
it may tie. So people are sorted by potentials lexicographically; between neighbours in that order stands their split
level, and the split level of any two is the least in between (a range minimum, by a sparse table: Bender and
Farach-Colton 2000).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.lexicographic import TimeLimitReached
from mentormatch.assignment.optimal_face import RemainingDegrees
from mentormatch.assignment.tie_breaking import Words
from mentormatch.base.arrays import BoolVector, IntVector
from mentormatch.errors import EngineError
from mentormatch.scale.columns.subproblem import PairList
from mentormatch.scale.leximin.exchange import (
    COUNTERS,
    DONE,
    ENTRIES,
    FULL,
    NOT_QUEUED,
    NOTHING,
    ExchangeState,
    LevelExchangeGraph,
    LevelQueue,
    LeximinMatching,
    PotentialLog,
    SearchFrontier,
    run_levels,
)

type WholeVector = NDArray[np.integer]

INFINITE = 1 << 30
"""No pair scores more."""


@dataclass(frozen=True, slots=True)
class LevelPotentials:
    """The potentials of all nodes that are not 0, in compressed rows.

    Those of node i stand in ``levels`` and ``sums`` from ``starts[i]`` to ``starts[i + 1]``, the lowest level first.
    """

    starts: IntVector
    levels: IntVector
    sums: IntVector

    @classmethod
    def of(cls, nodes: WholeVector, levels: WholeVector, signs: WholeVector, count: int) -> Self:
        """Add up a log of changes (``nodes``, ``levels``, ``signs``) for ``count`` nodes."""
        width = int(levels.max(initial=0)) + 1
        # Add up changes of the same node and level; drop what cancels out.
        keys, place = np.unique(nodes.astype(np.int64) * width + levels, return_inverse=True)
        sums = np.bincount(place, weights=signs, minlength=len(keys)).astype(np.int64)
        keys, sums = keys[sums != 0], sums[sums != 0]
        return cls(np.searchsorted(keys // width, np.arange(count + 1)), keys % width, sums)

    def by_level(self) -> Iterator[tuple[int, IntVector, IntVector]]:
        """Yield, from the lowest level up: the level, the nodes with a potential there, and these potentials."""
        nodes = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        order = np.argsort(self.levels, kind="stable")
        at, starts = np.unique(self.levels[order], return_index=True)
        for level, start, stop in zip(at.tolist(), starts, np.append(starts[1:], len(order)), strict=len(at) > 0):
            yield level, nodes[order[start:stop]], self.sums[order[start:stop]]

    def cost_signs(self, lefts: IntVector, rights: IntVector, scores: IntVector) -> IntVector:
        """Return (e,) the sign of each pair's lexicographic reduced cost: at the lowest level where it is not 0.

        At each level it is right potential - left potential, + 1 at the pair's own score.
        """
        own, theirs = self._of(lefts), self._of(rights)
        pairs = np.concatenate([own[0], theirs[0], np.arange(len(scores))])
        levels = np.concatenate([self.levels[own[1]], self.levels[theirs[1]], scores])
        sums = np.concatenate([-self.sums[own[1]], self.sums[theirs[1]], np.ones_like(scores)])
        # Merge both nodes' potentials and the pair's own score, by pair and level.
        order = np.lexsort((levels, pairs))
        # Sum what is at the same level of the same pair.
        first = np.flatnonzero(np.diff(pairs[order], prepend=-1) | np.diff(levels[order], prepend=-1))
        cost_signs, whose = np.add.reduceat(sums[order], first), pairs[order[first]]
        # The lowest level whose sum is not 0 decides.
        found, lowest = np.unique(whose[cost_signs != 0], return_index=True)
        signs = np.zeros(len(scores), dtype=np.int64)
        signs[found] = np.sign(cost_signs[cost_signs != 0][lowest])
        return signs

    def _of(self, nodes: IntVector) -> tuple[IntVector, IntVector]:
        """Return all potentials of some nodes, one node after the other: for which of them, and where they stand."""
        counts = self.starts[nodes + 1] - self.starts[nodes]
        owners = np.repeat(np.arange(len(nodes)), counts)
        return owners, np.arange(len(owners)) + np.repeat(self.starts[nodes] - np.cumsum(counts) + counts, counts)


@dataclass(frozen=True, slots=True)
class PotentialOrder:
    """The rank of each node (nodes,), equal for equal potentials, and the split levels (ranks - 1,) of neighbours."""

    places: IntVector
    split_levels: IntVector

    @classmethod
    def of(cls, potentials: LevelPotentials) -> Self:
        """Sort all nodes by their potentials."""
        order, set_of = OrderedSets(), np.zeros(len(potentials.starts) - 1, dtype=np.int64)
        # Refine the partition level by level, as radix sort does from the first digit.
        for level, some, sums in potentials.by_level():
            set_of[some] = order.split(set_of[some], sums, level)
        return cls(*order.rank_nodes(set_of))

    def below(self, place: int) -> IntVector:
        """Return (rank,) the split level of each lower rank from this one."""
        return np.minimum.accumulate(self.split_levels[:place][::-1])[::-1]

    def between(self, low: IntVector, high: IntVector) -> IntVector:
        """Return (e,) the split levels of ranks ``low`` < ``high``, or ``INFINITE`` where they are equal."""
        steps, row = np.frexp((high - low).astype(np.float64))[1] - 1, self.split_levels
        found = np.full(len(low), INFINITE)
        # Sparse table: row s holds the minima over 2^s neighbours; two windows cover any range.
        for step in range(int(steps.max(initial=-1)) + 1):
            some, half = np.flatnonzero(steps == step), 1 << step >> 1
            row = np.minimum(row[: len(row) - half], row[half:])  # the least of 2^step neighbouring levels
            found[some] = np.minimum(row[low[some]], row[high[some] - (1 << step)])
        return found


class OrderedSets:
    """An ordered partition as a linked list: sets of nodes of equal potentials, and the split level after each."""

    def __init__(self) -> None:
        self.after, self.before, self.split_levels = [-1], [-1], [INFINITE]
        self.first = 0

    def split(self, set_of: IntVector, sums: IntVector, level: int) -> IntVector:
        """Return the new sets of nodes that are in ``set_of`` and differ by ``sums``, none of them 0, at a level."""
        own = list(zip(set_of.tolist(), sums.tolist(), strict=True))
        kinds, found = sorted(set(own)), dict[tuple[int, int], int]()
        # A greater potential comes later: insert after the old set, the greatest first, so it ends up last.
        for kind in reversed(kinds):
            if kind[1] > 0:
                found[kind] = self._after(kind[0], level)
        # A negative one comes before the old set, the least first.
        for kind in kinds:
            if kind[1] < 0:
                found[kind] = self._before(kind[0], level)
        return np.array([found[kind] for kind in own], dtype=np.int64)

    def _after(self, one: int, level: int) -> int:
        """Insert a set after another, split from it at a level."""
        new, then = len(self.after), self.after[one]
        self.after.append(then)
        self.before.append(one)
        self.split_levels.append(self.split_levels[one])
        self.after[one], self.split_levels[one] = new, level
        if then >= 0:
            self.before[then] = new
        return new

    def _before(self, one: int, level: int) -> int:
        """Insert a set before another, split from it at a level."""
        new, then = len(self.after), self.before[one]
        self.after.append(one)
        self.before.append(then)
        self.split_levels.append(level)
        self.before[one] = new
        if then >= 0:
            self.after[then] = new
        else:
            self.first = new
        return new

    def rank_nodes(self, set_of: IntVector) -> tuple[IntVector, IntVector]:
        """Return the rank of each node by its set, and the split levels of neighbouring ranks."""
        order, one = list[int](), self.first
        while one >= 0:
            order.append(one)
            one = self.after[one]
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        return place[set_of], np.array(self.split_levels, dtype=np.int64)[order[:-1]]


STEPS = 1 << 22
"""Steps between two checks of the deadline: a fifth of a second."""
PART = 1 << 16
"""So many listed pairs are compared potential by potential at a time."""
ENTRIES_PER_NODE = 8
"""The log of potentials has room for so many a node at first."""


@dataclass(frozen=True, slots=True)
class LoadBounds:
    """The load ``bounds`` of both sides beside pins, and who is ``priced``.

    Has a dual in the goals before, so a fixed load.
    """

    bounds: tuple[RemainingDegrees, RemainingDegrees]
    priced: tuple[BoolVector, BoolVector]

    @property
    def least(self) -> IntVector:
        """Return (nodes,) the least load of each node; the sink, which is the last, has none."""
        return np.append(np.concatenate([side.least for side in self.bounds]), 0)

    @property
    def most(self) -> IntVector:
        """Return (nodes,) the most load of each node."""
        return np.append(np.concatenate([side.most for side in self.bounds]), 0)

    @property
    def fixed(self) -> BoolVector:
        """Return (nodes,) whose load is fixed."""
        return np.append(np.concatenate(self.priced), False)


@dataclass(frozen=True, slots=True)
class LeximinOptimum:
    """The optimum on ``pairs``: which are ``chosen``, the loads (nodes,), and the potentials that prove it."""

    load_bounds: LoadBounds
    pairs: PairList
    chosen: BoolVector
    loads: IntVector
    potentials: LevelPotentials

    @classmethod
    def of(cls, load_bounds: LoadBounds, pairs: PairList, chosen: BoolVector, over: Callable[[], bool]) -> Self:
        """Improve an answer to the leximin optimum on its list; raise TimeLimitReached if the time is up."""
        state = run_to_end(exchange_state(load_bounds, pairs, chosen), over)
        count = int(state.counters[ENTRIES])
        nodes, levels, signs = (part[:count] for part in state.potentials[:3])
        potentials = LevelPotentials.of(nodes, levels, signs, len(state.potentials.sums))
        return cls(load_bounds, pairs, state.matching.chosen, state.matching.load, potentials)

    @property
    def nodes(self) -> tuple[IntVector, IntVector]:
        """Return the nodes of the two people of each pair."""
        return self.pairs.mentors, self.pairs.mentees + len(self.load_bounds.bounds[0].most)

    def tight_pairs(self, order: PotentialOrder) -> BoolVector:
        """Return which pairs have a lexicographic reduced cost of 0; raise EngineError if the potentials prove nothing.

        The reduced cost of a pair at a level is right potential - left potential, + 1 at its own score. The lowest
        level where it is not 0 counts.
        """
        cost_signs, exact = self._cost_signs(order)
        # Complementary slackness of pairs.
        wrong = np.where(self.chosen, cost_signs > 0, cost_signs < 0)
        if wrong.any() or not self._loads_optimal(order):
            raise EngineError("The potentials do not prove the assignment")
        return np.asarray(exact & (cost_signs == 0))

    def _cost_signs(self, order: PotentialOrder) -> tuple[IntVector, BoolVector]:
        """Return the sign of each pair's reduced cost, and for which it was added up level by level."""
        own, theirs = (order.places[nodes] for nodes in self.nodes)
        difference = order.between(np.minimum(own, theirs), np.maximum(own, theirs))
        cost_signs = np.where((own > theirs) & (self.pairs.scores > difference), -1, 1)
        # Only at equality of score and split level does the order of people not tell: add up exactly.
        exact = (own > theirs) & (self.pairs.scores == difference)
        for some in np.array_split(np.flatnonzero(exact), 1 + len(exact) // PART):
            if len(some):
                cost_signs[some] = self.potentials.cost_signs(
                    *(side[some] for side in (*self.nodes, self.pairs.scores))
                )
        return cost_signs, exact

    def _loads_optimal(self, order: PotentialOrder) -> bool:
        """Return whether no change of a load would improve the answer: complementary slackness of the sink."""
        least, most, n = self.load_bounds.least, self.load_bounds.most, len(self.load_bounds.bounds[0].most)
        places, sink = order.places[:-1], order.places[-1]
        left = np.arange(len(places)) < n
        more = (self.loads < most)[:-1] & ~self.load_bounds.fixed[:-1]
        fewer = (self.loads > least)[:-1] & ~self.load_bounds.fixed[:-1]
        # A path may end at a left node that can lose a pair, or begin at one that can win one; right nodes the
        # opposite.
        ends, begins = np.where(left, fewer, more), np.where(left, more, fewer)
        return not ((ends & (places > sink)) | (begins & (places < sink))).any()

    def fixed_loads(self, order: PotentialOrder) -> BoolVector:
        """Return (nodes,) whose load is the same in every leximin optimum."""
        return np.asarray(self.load_bounds.fixed | (order.places != order.places[-1]))


def exchange_state(load_bounds: LoadBounds, pairs: PairList, chosen: BoolVector) -> ExchangeState:
    """Return the state of the kernel before its first step."""
    n, nodes, highest = len(load_bounds.bounds[0].most), len(load_bounds.most), int(pairs.scores.max(initial=0))
    ends = np.stack([pairs.mentors, pairs.mentees + n]).astype(np.int32)
    graph = exchange_graph(load_bounds, ends, pairs.scores.astype(np.int32))
    # Random words, the same each time: equal potentials have equal sums.
    fingerprints = np.random.default_rng(0).integers(0, 1 << 64, highest + 1, dtype=np.uint64)
    potentials = potential_log(nodes, fingerprints)
    forward, backward = search_frontier(nodes), search_frontier(nodes)
    return ExchangeState(
        graph,
        leximin_matching(graph, chosen),
        potentials,
        level_queue(graph, chosen),
        forward,
        backward,
        np.zeros(COUNTERS, dtype=np.int64),
    )


def potential_log(nodes: int, fingerprints: Words) -> PotentialLog:
    """Return an empty log of potentials."""
    places, levels = (np.empty(ENTRIES_PER_NODE * nodes, dtype=np.int32) for _ in range(2))
    sums, closed_sums = (np.zeros(nodes, dtype=np.uint64) for _ in range(2))
    return PotentialLog(
        places, levels, np.empty(ENTRIES_PER_NODE * nodes, dtype=np.int8), fingerprints, sums, closed_sums
    )


def exchange_graph(load_bounds: LoadBounds, ends: NDArray[np.int32], scores: NDArray[np.int32]) -> LevelExchangeGraph:
    """Return the pairs in compressed rows by either side."""
    flat, count = ends.ravel(), np.int32(max(len(scores), 1))
    # Pair p is entry p on the left and entry e + p on the right; sorted by node they are both sides' rows.
    order = np.argsort(flat, kind="stable").astype(np.int32)
    pairs, others = order % count, flat[np.where(order < count, order + count, order - count)]
    stops = np.cumsum(np.bincount(flat, minlength=len(load_bounds.most)))
    free = np.flatnonzero(~load_bounds.fixed & (load_bounds.least < load_bounds.most)).astype(np.int32)
    return LevelExchangeGraph(
        ends,
        scores,
        np.append(0, stops[:-1]),
        stops,
        pairs,
        others,
        scores[pairs],
        load_bounds.least,
        load_bounds.most,
        free,
        load_bounds.fixed,
        len(load_bounds.priced[0]),
    )


def leximin_matching(graph: LevelExchangeGraph, chosen: BoolVector) -> LeximinMatching:
    """Return an answer by node."""
    some = np.flatnonzero(chosen)
    nodes, pairs = graph.ends[:, some].ravel(), np.tile(some, 2)
    order, load = np.argsort(nodes, kind="stable"), np.bincount(nodes, minlength=len(graph.most))
    first = np.append(0, np.cumsum(graph.most)[:-1])
    seats = np.full(int(graph.most.sum()), NOTHING, dtype=np.int32)
    seats[np.repeat(first - np.cumsum(load) + load, load) + np.arange(len(order))] = pairs[order]
    return LeximinMatching(chosen.copy(), first, load, seats)


def level_queue(graph: LevelExchangeGraph, chosen: BoolVector) -> LevelQueue:
    """Return the queue of all chosen pairs, by level."""
    heads = np.full(int(graph.scores.max(initial=0)) + 1, NOTHING, dtype=np.int32)
    after = np.full(len(graph.scores), NOT_QUEUED, dtype=np.int32)
    some = np.flatnonzero(chosen)
    some = some[np.argsort(graph.scores[some], kind="stable")]
    levels, first = np.unique(graph.scores[some], return_index=True)
    heads[levels] = some[first]
    # Link the pairs in order of score; then cut the chain between levels.
    after[some] = np.append(some[1:], NOTHING)[: len(some)]
    after[some[np.append(first[1:], len(some))[: len(first)] - 1]] = NOTHING
    return LevelQueue(heads, after)


def search_frontier(nodes: int) -> SearchFrontier:
    """Return room for one side of a search."""
    order, via, parent = (np.full(nodes, NOTHING, dtype=np.int32) for _ in range(3))
    return SearchFrontier(order, np.zeros(nodes, dtype=np.int64), via, parent, np.zeros(3, dtype=np.int64))


def run_to_end(state: ExchangeState, over: Callable[[], bool]) -> ExchangeState:
    """Return the state at the end of all levels; raise TimeLimitReached if the time is up."""
    with np.errstate(over="ignore"):  # fingerprints are modulo 2^64
        while (outcome := run_levels(state, STEPS)) != DONE:
            if over():
                raise TimeLimitReached
            state = grow_log(state) if outcome == FULL else state
    return state


def grow_log(state: ExchangeState) -> ExchangeState:
    """Return the state with twice the room for potentials."""
    nodes, levels, signs = (np.append(part, np.empty_like(part)) for part in state.potentials[:3])
    return state._replace(potentials=state.potentials._replace(nodes=nodes, levels=levels, signs=signs))
