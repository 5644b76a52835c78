"""Shortest paths in a residual graph whose arcs are found by scans when they are needed.

Few arcs are listed at first: those that cost least at the prices that prove the answer. Lengths on them are no less
than the true ones. A look at all pairs, at prices moved by these lengths, then tells which arcs make a way shorter;
these join, and so on until there are none. Lengths are then the true ones, as far as anybody asked for them.
"""

from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import numpy as np

from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.assignment.residual_graph import (
    INFINITE,
    LONGEST,
    Arcs,
    DistanceLimit,
    ResidualGraph,
    ShortestPaths,
    VectorPair,
    arcs_without_pairs,
    both_sides,
    fewest_arc_paths,
    path_lengths,
    tight_arcs,
)
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.scale.columns.candidates import find_cost_quantile
from mentormatch.scale.columns.subproblem import PairList, PricingProblem
from mentormatch.scale.scan.blocks import Scanner, scan_all
from mentormatch.scale.scan.simd import choose_scanner
from mentormatch.scale.scores.matrix import ScoreMatrix

NEAR = 24
"""So many arcs a person are listed at first."""
ADDED = 32
"""So many arcs a person join at most after a look at all pairs."""


@dataclass(frozen=True, slots=True)
class ImplicitResidual:
    """An answer ``pairs`` (k, 2) and the prices that prove it; the left side is ``axis``: 0 mentors, 1 mentees."""

    view: PricingProblem
    net: ResidualGraph
    prices: VectorPair
    pairs: IntMatrix
    axis: int

    def arcs(self, lengths: IntVector, loss: int, most: int) -> Arcs:
        """Return the open pairs as arcs that cost no more than ``loss`` at prices moved by these lengths."""
        lefts = len(self.net.left.more)
        moved = [-lengths[:lefts], lengths[lefts : self.net.sink]]
        mentors, mentees = moved if self.axis == 0 else moved[::-1]
        seen = self.view.scan((self.prices[0] + mentors, self.prices[1] + mentees), loss, most).pairs
        kept = ~self.taken(seen)
        sides = seen.mentors[kept], seen.mentees[kept]
        left, right = sides if self.axis == 0 else sides[::-1]
        return left, right + lefts, self.costs(seen)[kept]

    def taken(self, pairs: PairList) -> BoolVector:
        """Return which pairs are chosen or pinned."""
        width = self.view.scores.shape[1]
        return np.isin(pairs.mentors * width + pairs.mentees, self.pairs[:, 0] * width + self.pairs[:, 1])

    def costs(self, pairs: PairList) -> IntVector:
        """Return what each pair costs as an arc: the prices of both people less what it adds."""
        return self.prices[0][pairs.mentors] + self.prices[1][pairs.mentees] - self.view.profit(pairs)

    def of_person(self, person: int) -> IntVector:
        """Return (r,) the cost of the arc from a left person to each right one, ``INFINITE`` where there is none."""
        others = np.arange(self.view.scores.shape[1 - self.axis])
        sides = np.full(len(others), person), others
        mentors, mentees = sides if self.axis == 0 else sides[::-1]
        pairs = PairList(mentors, mentees, self.view.scores.at(mentors, mentees))
        return np.where(self.view.scores.allows(mentors, mentees) & ~self.taken(pairs), self.costs(pairs), INFINITE)

    def beside(self) -> Arcs:
        """Return the arcs that are no open pairs."""
        chosen = self.net.chosen if self.axis == 0 else self.net.chosen[:, ::-1]
        mentors, mentees = chosen[:, 0], chosen[:, 1]
        backs = -self.costs(PairList(mentors, mentees, self.view.scores.at(mentors, mentees)))
        return arcs_without_pairs(
            self.net, backs, np.concatenate([self.prices[self.axis], -self.prices[1 - self.axis]])
        )


def make_path_scanner(tiles: ScoreMatrix) -> Scanner | None:
    """Return the quickest way to look at tiles that there is."""
    return partial(scan_all, choose_scanner(tiles, compiled=find_spec("numba") is not None), tiles.shape[0])


def find_paths(ground: ImplicitResidual, target: int, enough: DistanceLimit) -> ShortestPaths:
    """Return the ways to a left person, as far as they are asked for."""
    net, lefts, nodes = ground.net, len(ground.net.left.more), ground.net.sink + 1
    costs, beside = ground.of_person(target), ground.beside()
    pairs = ground.arcs(
        np.zeros(nodes, dtype=np.int64),
        min(max(find_cost_quantile(ground.view, ground.prices, NEAR), 0), LONGEST),
        2 * NEAR,
    )
    while True:
        length = path_lengths(both_sides(pairs, beside), target, nodes)
        most = min(enough(costs, length[lefts : net.sink]), LONGEST)
        moved = np.minimum(length, most)
        seen = ground.arcs(moved, 0, ADDED)
        if not (seen[2] + moved[seen[1]] < moved[seen[0]]).any():
            break
        pairs = merge_costs(pairs, seen, nodes)
    known = np.where(length <= most, length, INFINITE)
    after = fewest_arc_paths(*tight_arcs(both_sides(seen, beside), known), target, nodes)
    return ShortestPaths(target, lefts, np.minimum(costs + known[lefts : net.sink], INFINITE), after)


def merge_costs(some: Arcs, others: Arcs, nodes: int) -> Arcs:
    """Return the arcs of both, each once."""
    tails, heads, costs = both_sides(some, others)
    _, first = np.unique(tails * nodes + heads, return_index=True)
    return tails[first], heads[first], costs[first]
