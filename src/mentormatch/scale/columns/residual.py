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

    pricing: PricingProblem
    graph: ResidualGraph
    duals: VectorPair
    pairs: IntMatrix
    axis: int

    def arcs(self, lengths: IntVector, max_cost: int, most: int) -> Arcs:
        """Return the open pairs as arcs that cost no more than ``max_cost`` at prices moved by these lengths."""
        lefts = len(self.graph.left.more)
        moved = [-lengths[:lefts], lengths[lefts : self.graph.sink]]
        mentors, mentees = moved if self.axis == 0 else moved[::-1]
        hits = self.pricing.scan((self.duals[0] + mentors, self.duals[1] + mentees), max_cost, most).pairs
        kept = ~self.is_chosen(hits)
        sides = hits.mentors[kept], hits.mentees[kept]
        left, right = sides if self.axis == 0 else sides[::-1]
        return left, right + lefts, self.costs(hits)[kept]

    def is_chosen(self, pairs: PairList) -> BoolVector:
        """Return which pairs are chosen or pinned."""
        width = self.pricing.scores.shape[1]
        return np.isin(pairs.mentors * width + pairs.mentees, self.pairs[:, 0] * width + self.pairs[:, 1])

    def costs(self, pairs: PairList) -> IntVector:
        """Return what each pair costs as an arc: the prices of both people less what it adds."""
        return self.duals[0][pairs.mentors] + self.duals[1][pairs.mentees] - self.pricing.profit(pairs)

    def arc_costs_from(self, person: int) -> IntVector:
        """Return (r,) the cost of the arc from a left person to each right one, ``INFINITE`` where there is none."""
        others = np.arange(self.pricing.scores.shape[1 - self.axis])
        sides = np.full(len(others), person), others
        mentors, mentees = sides if self.axis == 0 else sides[::-1]
        pairs = PairList(mentors, mentees, self.pricing.scores.at(mentors, mentees))
        return np.where(
            self.pricing.scores.allows(mentors, mentees) & ~self.is_chosen(pairs), self.costs(pairs), INFINITE
        )

    def other_arcs(self) -> Arcs:
        """Return the arcs that are no open pairs."""
        chosen = self.graph.chosen if self.axis == 0 else self.graph.chosen[:, ::-1]
        mentors, mentees = chosen[:, 0], chosen[:, 1]
        backs = -self.costs(PairList(mentors, mentees, self.pricing.scores.at(mentors, mentees)))
        return arcs_without_pairs(
            self.graph, backs, np.concatenate([self.duals[self.axis], -self.duals[1 - self.axis]])
        )


def make_path_scanner(matrix: ScoreMatrix) -> Scanner | None:
    """Return the quickest way to look at tiles that there is."""
    return partial(scan_all, choose_scanner(matrix, compiled=find_spec("numba") is not None), matrix.shape[0])


def find_paths(residual: ImplicitResidual, target: int, limit: DistanceLimit) -> ShortestPaths:
    """Return the ways to a left person, as far as they are asked for."""
    graph, lefts, nodes = residual.graph, len(residual.graph.left.more), residual.graph.sink + 1
    costs, other_arcs = residual.arc_costs_from(target), residual.other_arcs()
    pairs = residual.arcs(
        np.zeros(nodes, dtype=np.int64),
        min(max(find_cost_quantile(residual.pricing, residual.duals, NEAR), 0), LONGEST),
        2 * NEAR,
    )
    while True:
        length = path_lengths(both_sides(pairs, other_arcs), target, nodes)
        most = min(limit(costs, length[lefts : graph.sink]), LONGEST)
        moved = np.minimum(length, most)
        hits = residual.arcs(moved, 0, ADDED)
        if not (hits[2] + moved[hits[1]] < moved[hits[0]]).any():
            break
        pairs = merge_arcs(pairs, hits, nodes)
    known = np.where(length <= most, length, INFINITE)
    after = fewest_arc_paths(*tight_arcs(both_sides(hits, other_arcs), known), target, nodes)
    return ShortestPaths(target, lefts, np.minimum(costs + known[lefts : graph.sink], INFINITE), after)


def merge_arcs(some: Arcs, others: Arcs, nodes: int) -> Arcs:
    """Return the arcs of both, each once."""
    tails, heads, costs = both_sides(some, others)
    _, first = np.unique(tails * nodes + heads, return_index=True)
    return tails[first], heads[first], costs[first]
