"""Leximin optimum on listed pairs, and its certificate by lexicographic potentials.

The kernel compares potentials by fingerprints. The certificate does not rely on them: it sums the potentials and checks
complementary slackness exactly, level by level. A pair that is not chosen has a lexicographic reduced cost >= 0, a
chosen pair <= 0, and people whose load may change have potentials on the right side of the sink's.

To price pairs, the potentials of two people are compared from the lowest level up; the first level where they differ is
their split level. A pair (i, k) improves the solution if i's potential is greater there and the pair scores above that
level; at that level it may tie. So people are sorted by potentials lexicographically, with the split level of each two
neighbours. The split level of any two people is the minimum over the neighbours between them (range minimum by a sparse
table: Bender and Farach-Colton 2000).
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
    COUNTER,
    NO_INDEX,
    NOT_QUEUED,
    OUTCOME,
    ExchangeState,
    LevelExchangeGraph,
    LevelQueue,
    LeximinMatching,
    PotentialLog,
    SearchFrontier,
    run_levels,
)

type WholeVector = NDArray[np.integer]

INFINITE = 1 << 30  # no score is larger


@dataclass(frozen=True, slots=True)
class LevelPotentials:
    """The nonzero potentials of all nodes, in compressed rows.

    Node i has entries of ``levels`` and ``sums`` from ``starts[i]`` to ``starts[i + 1]``, lowest level first.
    """

    starts: IntVector
    levels: IntVector
    sums: IntVector

    @classmethod
    def of(cls, nodes: WholeVector, levels: WholeVector, signs: WholeVector, count: int) -> Self:
        """Return the sums of a log of changes (``nodes``, ``levels``, ``signs``) for ``count`` nodes."""
        width = int(levels.max(initial=0)) + 1
        keys, positions = np.unique(nodes.astype(np.int64) * width + levels, return_inverse=True)
        sums = np.bincount(positions, weights=signs, minlength=len(keys)).astype(np.int64)
        keys, sums = keys[sums != 0], sums[sums != 0]
        return cls(np.searchsorted(keys // width, np.arange(count + 1)), keys % width, sums)

    def by_level(self) -> Iterator[tuple[int, IntVector, IntVector]]:
        """Yield each level, lowest first, with the nodes that have a potential there, and these potentials."""
        nodes = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        order = np.argsort(self.levels, kind="stable")
        levels, starts = np.unique(self.levels[order], return_index=True)
        for level, start, stop in zip(
            levels.tolist(), starts, np.append(starts[1:], len(order)), strict=len(levels) > 0
        ):
            yield level, nodes[order[start:stop]], self.sums[order[start:stop]]

    def cost_signs(self, lefts: IntVector, rights: IntVector, scores: IntVector) -> IntVector:
        """Return (e,) the sign of each pair's lexicographic reduced cost, at the lowest level where it is not 0.

        At each level it is right potential - left potential, + 1 at the level of the pair's score.
        """
        left_entries, right_entries = self._of(lefts), self._of(rights)
        pairs = np.concatenate([left_entries[0], right_entries[0], np.arange(len(scores))])
        levels = np.concatenate([self.levels[left_entries[1]], self.levels[right_entries[1]], scores])
        sums = np.concatenate([-self.sums[left_entries[1]], self.sums[right_entries[1]], np.ones_like(scores)])
        # Sum the potentials of both nodes and the term of the score, by pair and level
        order = np.lexsort((levels, pairs))
        first = np.flatnonzero(np.diff(pairs[order], prepend=-1) | np.diff(levels[order], prepend=-1))
        costs, pairs_of_costs = np.add.reduceat(sums[order], first), pairs[order[first]]
        # The lowest level whose sum is not 0 decides
        decided, lowest = np.unique(pairs_of_costs[costs != 0], return_index=True)
        signs = np.zeros(len(scores), dtype=np.int64)
        signs[decided] = np.sign(costs[costs != 0][lowest])
        return signs

    def _of(self, nodes: IntVector) -> tuple[IntVector, IntVector]:
        """Return the entries of some nodes, one node after another: the index of the node, and the position."""
        counts = self.starts[nodes + 1] - self.starts[nodes]
        owners = np.repeat(np.arange(len(nodes)), counts)
        return owners, np.arange(len(owners)) + np.repeat(self.starts[nodes] - np.cumsum(counts) + counts, counts)


@dataclass(frozen=True, slots=True)
class PotentialOrder:
    """The ``ranks`` (nodes,), equal for equal potentials, and the split levels (ranks - 1,) of neighbours."""

    ranks: IntVector
    split_levels: IntVector

    @classmethod
    def of(cls, potentials: LevelPotentials) -> Self:
        """Sort all nodes by their potentials, lexicographically."""
        partition, set_of = OrderedPartition(), np.zeros(len(potentials.starts) - 1, dtype=np.int64)
        # Partition refinement level by level, like radix sort from the most significant digit
        for level, nodes, sums in potentials.by_level():
            set_of[nodes] = partition.split(set_of[nodes], sums, level)
        return cls(*partition.rank_nodes(set_of))

    def below(self, rank: int) -> IntVector:
        """Return (rank,) the split levels between a rank and each lower rank."""
        return np.minimum.accumulate(self.split_levels[:rank][::-1])[::-1]

    def between(self, low: IntVector, high: IntVector) -> IntVector:
        """Return (e,) the split levels of ranks ``low`` <= ``high``; ``INFINITE`` if they are equal."""
        steps, row = np.frexp((high - low).astype(np.float64))[1] - 1, self.split_levels
        split_levels = np.full(len(low), INFINITE)
        # Sparse table: row s has the minima over 2^s neighbours, and two windows cover any range
        for step in range(int(steps.max(initial=-1)) + 1):
            positions, half = np.flatnonzero(steps == step), 1 << step >> 1
            row = np.minimum(row[: len(row) - half], row[half:])
            split_levels[positions] = np.minimum(row[low[positions]], row[high[positions] - (1 << step)])
        return split_levels


class OrderedPartition:
    """An ordered partition as a linked list of sets of nodes, and the split level after each set.

    The nodes of a set have equal potentials.
    """

    def __init__(self) -> None:
        self.after, self.before, self.split_levels = [-1], [-1], [INFINITE]
        self.first = 0

    def split(self, set_of: IntVector, sums: IntVector, level: int) -> IntVector:
        """Return the new sets of nodes in the sets ``set_of``, given their potentials at a level, none of them 0."""
        keys = list(zip(set_of.tolist(), sums.tolist(), strict=True))
        distinct_keys, new_sets = sorted(set(keys)), dict[tuple[int, int], int]()
        # A positive potential comes after the old set: insert the largest first, so that it ends up last
        for key in reversed(distinct_keys):
            if key[1] > 0:
                new_sets[key] = self._insert_after(key[0], level)
        # A negative one comes before the old set: insert the smallest first
        for key in distinct_keys:
            if key[1] < 0:
                new_sets[key] = self._insert_before(key[0], level)
        return np.array([new_sets[key] for key in keys], dtype=np.int64)

    def _insert_after(self, old: int, level: int) -> int:
        new, next_set = len(self.after), self.after[old]
        self.after.append(next_set)
        self.before.append(old)
        self.split_levels.append(self.split_levels[old])
        self.after[old], self.split_levels[old] = new, level
        if next_set >= 0:
            self.before[next_set] = new
        return new

    def _insert_before(self, old: int, level: int) -> int:
        new, previous_set = len(self.after), self.before[old]
        self.after.append(old)
        self.before.append(previous_set)
        self.split_levels.append(level)
        self.before[old] = new
        if previous_set >= 0:
            self.after[previous_set] = new
        else:
            self.first = new
        return new

    def rank_nodes(self, set_of: IntVector) -> tuple[IntVector, IntVector]:
        """Return the rank of each node, and the split levels of neighbouring ranks."""
        order, current = list[int](), self.first
        while current >= 0:
            order.append(current)
            current = self.after[current]
        ranks = np.empty(len(order), dtype=np.int64)
        ranks[order] = np.arange(len(order))
        return ranks[set_of], np.array(self.split_levels, dtype=np.int64)[order[:-1]]


STEPS_PER_CHECK = 1 << 22  # of the deadline, every 0.2 s
PAIRS_PER_BLOCK = 1 << 16  # whose potentials are compared exactly at a time
ENTRIES_PER_NODE = 8  # initial size of the log of potentials


@dataclass(frozen=True, slots=True)
class LoadBounds:
    """Degree ``bounds`` of both sides without pins, and people with a dual in earlier goals (``has_dual``).

    Their load is fixed.
    """

    bounds: tuple[RemainingDegrees, RemainingDegrees]
    has_dual: tuple[BoolVector, BoolVector]

    @property
    def least(self) -> IntVector:
        """The minimum load of each node, (nodes,); 0 for the sink, the last node."""
        return np.append(np.concatenate([side.least for side in self.bounds]), 0)

    @property
    def most(self) -> IntVector:
        """The maximum load of each node, (nodes,); 0 for the sink, the last node."""
        return np.append(np.concatenate([side.most for side in self.bounds]), 0)

    @property
    def fixed(self) -> BoolVector:
        """Whether each node has a dual in earlier goals, which fixes its load, (nodes,); False for the sink."""
        return np.append(np.concatenate(self.has_dual), False)


@dataclass(frozen=True, slots=True)
class LeximinOptimum:
    """The optimum on ``pairs``: which are ``chosen``, the ``loads`` (nodes,), and the ``potentials`` that prove it."""

    load_bounds: LoadBounds
    pairs: PairList
    chosen: BoolVector
    loads: IntVector
    potentials: LevelPotentials

    @classmethod
    def of(cls, load_bounds: LoadBounds, pairs: PairList, chosen: BoolVector, over: Callable[[], bool]) -> Self:
        """Improve a solution to the leximin optimum on its list; see ``run_to_end`` for ``over``."""
        state = run_to_end(exchange_state(load_bounds, pairs, chosen), over)
        count = int(state.counters[COUNTER.entries])
        nodes, levels, signs = (part[:count] for part in state.potentials[:3])
        potentials = LevelPotentials.of(nodes, levels, signs, len(state.potentials.sums))
        return cls(load_bounds, pairs, state.matching.chosen, state.matching.load, potentials)

    @property
    def nodes(self) -> tuple[IntVector, IntVector]:
        """The nodes of the two people of each pair."""
        return self.pairs.mentors, self.pairs.mentees + len(self.load_bounds.bounds[0].most)

    def tight_pairs(self, order: PotentialOrder) -> BoolVector:
        """Return (e,) bool: whether each pair has a lexicographic reduced cost of 0.

        Raises EngineError if the potentials do not prove the optimum.
        """
        cost_signs, is_exact = self._cost_signs(order)
        # Complementary slackness of pairs
        is_violated = np.where(self.chosen, cost_signs > 0, cost_signs < 0)
        if is_violated.any() or not self._loads_optimal(order):
            raise EngineError("The potentials do not prove the assignment")
        return np.asarray(is_exact & (cost_signs == 0))

    def _cost_signs(self, order: PotentialOrder) -> tuple[IntVector, BoolVector]:
        """Return the sign of each pair's reduced cost, and whether it was summed level by level."""
        left_ranks, right_ranks = (order.ranks[nodes] for nodes in self.nodes)
        split_levels = order.between(np.minimum(left_ranks, right_ranks), np.maximum(left_ranks, right_ranks))
        cost_signs = np.where((left_ranks > right_ranks) & (self.pairs.scores > split_levels), -1, 1)
        # Only if score and split level are equal, the order of people does not determine the sign
        is_exact = (left_ranks > right_ranks) & (self.pairs.scores == split_levels)
        for block in np.array_split(np.flatnonzero(is_exact), 1 + len(is_exact) // PAIRS_PER_BLOCK):
            if len(block):
                cost_signs[block] = self.potentials.cost_signs(
                    *(side[block] for side in (*self.nodes, self.pairs.scores))
                )
        return cost_signs, is_exact

    def _loads_optimal(self, order: PotentialOrder) -> bool:
        """Return whether no change of a load would improve the solution: complementary slackness of the sink."""
        least, most, n = self.load_bounds.least, self.load_bounds.most, len(self.load_bounds.bounds[0].most)
        ranks, sink = order.ranks[:-1], order.ranks[-1]
        is_left = np.arange(len(ranks)) < n
        may_grow = (self.loads < most)[:-1] & ~self.load_bounds.fixed[:-1]
        may_shrink = (self.loads > least)[:-1] & ~self.load_bounds.fixed[:-1]
        # A path may end at a left node whose load may shrink, or begin at one whose load may grow; conversely right
        ends, begins = np.where(is_left, may_shrink, may_grow), np.where(is_left, may_grow, may_shrink)
        return not ((ends & (ranks > sink)) | (begins & (ranks < sink))).any()

    def fixed_loads(self, order: PotentialOrder) -> BoolVector:
        """Return (nodes,) bool: whether the duals prove that all leximin optima have an equal load."""
        return np.asarray(self.load_bounds.fixed | (order.ranks != order.ranks[-1]))


def exchange_state(load_bounds: LoadBounds, pairs: PairList, chosen: BoolVector) -> ExchangeState:
    n, nodes, highest = len(load_bounds.bounds[0].most), len(load_bounds.most), int(pairs.scores.max(initial=0))
    ends = np.stack([pairs.mentors, pairs.mentees + n]).astype(np.int32)
    graph = exchange_graph(load_bounds, ends, pairs.scores.astype(np.int32))
    # Random words from a constant seed
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
        np.zeros(len(COUNTER), dtype=np.int64),
    )


def potential_log(nodes: int, fingerprints: Words) -> PotentialLog:
    log_nodes, levels = (np.empty(ENTRIES_PER_NODE * nodes, dtype=np.int32) for _ in range(2))
    sums, closed_sums = (np.zeros(nodes, dtype=np.uint64) for _ in range(2))
    return PotentialLog(
        log_nodes, levels, np.empty(ENTRIES_PER_NODE * nodes, dtype=np.int8), fingerprints, sums, closed_sums
    )


def exchange_graph(load_bounds: LoadBounds, ends: NDArray[np.int32], scores: NDArray[np.int32]) -> LevelExchangeGraph:
    """Return the pairs in compressed rows of both sides."""
    flat, count = ends.ravel(), np.int32(max(len(scores), 1))
    # Pair p is entry p of the left side and entry e + p of the right side; they are sorted by node
    order = np.argsort(flat, kind="stable").astype(np.int32)
    pairs, neighbours = order % count, flat[np.where(order < count, order + count, order - count)]
    stops = np.cumsum(np.bincount(flat, minlength=len(load_bounds.most)))
    free = np.flatnonzero(~load_bounds.fixed & (load_bounds.least < load_bounds.most)).astype(np.int32)
    return LevelExchangeGraph(
        ends,
        scores,
        np.append(0, stops[:-1]),
        stops,
        pairs,
        neighbours,
        scores[pairs],
        load_bounds.least,
        load_bounds.most,
        free,
        load_bounds.fixed,
        len(load_bounds.has_dual[0]),
    )


def leximin_matching(graph: LevelExchangeGraph, chosen: BoolVector) -> LeximinMatching:
    chosen_pairs = np.flatnonzero(chosen)
    nodes, pairs = graph.ends[:, chosen_pairs].ravel(), np.tile(chosen_pairs, 2)
    order, load = np.argsort(nodes, kind="stable"), np.bincount(nodes, minlength=len(graph.most))
    first = np.append(0, np.cumsum(graph.most)[:-1])
    slots = np.full(int(graph.most.sum()), NO_INDEX, dtype=np.int32)
    slots[np.repeat(first - np.cumsum(load) + load, load) + np.arange(len(order))] = pairs[order]
    return LeximinMatching(chosen.copy(), first, load, slots)


def level_queue(graph: LevelExchangeGraph, chosen: BoolVector) -> LevelQueue:
    """Return the queue of all chosen pairs."""
    heads = np.full(int(graph.scores.max(initial=0)) + 1, NO_INDEX, dtype=np.int32)
    after = np.full(len(graph.scores), NOT_QUEUED, dtype=np.int32)
    chosen_pairs = np.flatnonzero(chosen)
    chosen_pairs = chosen_pairs[np.argsort(graph.scores[chosen_pairs], kind="stable")]
    levels, first = np.unique(graph.scores[chosen_pairs], return_index=True)
    heads[levels] = chosen_pairs[first]
    # Link the pairs in order of score, then cut the list between levels
    after[chosen_pairs] = np.append(chosen_pairs[1:], NO_INDEX)[: len(chosen_pairs)]
    after[chosen_pairs[np.append(first[1:], len(chosen_pairs))[: len(first)] - 1]] = NO_INDEX
    return LevelQueue(heads, after)


def search_frontier(nodes: int) -> SearchFrontier:
    order, via, parent = (np.full(nodes, NO_INDEX, dtype=np.int32) for _ in range(3))
    return SearchFrontier(order, np.zeros(nodes, dtype=np.int64), via, parent, np.zeros(3, dtype=np.int64))


def run_to_end(state: ExchangeState, over: Callable[[], bool]) -> ExchangeState:
    """Return the state after all levels. Raises TimeLimitReached if ``over()`` is true at a check before the end."""
    with np.errstate(over="ignore"):  # fingerprints are modulo 2^64
        while (outcome := run_levels(state, STEPS_PER_CHECK)) != OUTCOME.finished:
            if over():
                raise TimeLimitReached
            state = grow_log(state) if outcome == OUTCOME.log_full else state
    return state


def grow_log(state: ExchangeState) -> ExchangeState:
    """Return the state with a log of twice the size."""
    nodes, levels, signs = (np.append(part, np.empty_like(part)) for part in state.potentials[:3])
    return state._replace(potentials=state.potentials._replace(nodes=nodes, levels=levels, signs=signs))
