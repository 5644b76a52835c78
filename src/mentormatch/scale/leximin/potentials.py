"""Lexicographic potentials, one a score level: the total order of people, and the split level of any two.

Compare the potentials of two people from the lowest level up; the first level where they differ is their split level. A
pair (i, k) improves the answer iff i's potential is greater there and the pair scores above that level; at that level
it may tie. So people are sorted by potentials lexicographically; between neighbours in that order stands their split
level, and the split level of any two is the least in between (a range minimum, by a sparse table: Bender and
Farach-Colton 2000).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import IntVector

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
