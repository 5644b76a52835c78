"""Sparse linear assignment (LAPJVsp in scipy), capacities by node splitting, minimal duals by Bellman-Ford.

Everybody on the right is split into slots (node splitting), which scipy's sparse assignment (LAPJVsp, Jonker &
Volgenant 1987) fills; who may stay unmatched has a private slot beside. A minimum degree is a bonus above all profits.
An assignment that matches everybody on the shorter side needs no private slots and is found sooner, so it is tried
first. The duals are recovered from the assignment by Bellman-Ford, so any optimal assignment will do.
"""

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.assignment.column_generation import MANY, PricingOracle, SolveMaster, solve_by_columns
from mentormatch.assignment.kernels.jit import use_numba
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.assignment.transportation import (
    ABSENT,
    TransportationProblem,
    has_few_sinks,
    has_many_items,
    solve_transportation,
)
from mentormatch.base.arrays import IntVector, VectorPair
from mentormatch.base.progress import CheckDeadline, no_deadline

if TYPE_CHECKING:
    from mentormatch.assignment.flow.assignment import WarmStart

MAX_FLOAT64 = 1 << 53
"""Integers up to here are exact in float64."""
MAX_CELLS_A_PAIR = 16
"""Where very many come on each of few people, so many cells for each pair are held."""


@dataclass(frozen=True, slots=True)
class EdgeOracle(PricingOracle):
    """The pairs of a face, (e,), with the profit of each, as columns to generate."""

    face: OptimalFace
    profit: IntVector

    @property
    def count(self) -> int:
        return len(self.face)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.face.left.most), len(self.face.right.most)

    def dual_upper_bound(self) -> VectorPair:
        # Row reduction, then column reduction
        left = _max_by_person(self.profit, self.face.lefts, len(self.face.left.most))
        return left, _max_by_person(self.profit - left[self.face.lefts], self.face.rights, len(self.face.right.most))

    def reduced_costs(self, prices: VectorPair, slots: IntVector) -> IntVector:
        return prices[0][self.face.lefts[slots]] + prices[1][self.face.rights[slots]] - self.profit[slots]

    def columns_within(self, prices: VectorPair, loss: int) -> IntVector:
        return np.flatnonzero(prices[0][self.face.lefts] + prices[1][self.face.rights] <= self.profit + loss)

    def restricted_master(self, slots: IntVector) -> tuple[OptimalFace, IntVector]:
        face = replace(self.face, lefts=self.face.lefts[slots], rights=self.face.rights[slots])
        return face, self.profit[slots]

    def feasibility_columns(self) -> IntVector:
        """Return the pairs of the incumbent, and all pairs of people who have few."""
        lefts, rights = self.face.lefts, self.face.rights
        few = (np.bincount(lefts)[lefts] <= MANY) | (np.bincount(rights)[rights] <= MANY)
        return np.flatnonzero(few if self.face.incumbent is None else few | self.face.incumbent)


@dataclass(frozen=True, slots=True)
class SlotEdges:
    """The bipartite graph of people on the left and slots on the right, (e,): the edges of positive profit.

    ``left`` and ``slot`` (e,) number the nodes without gaps; ``people`` and ``owner`` say which person on the left, and
    on the right, a number stands for.
    """

    left: IntVector
    slot: IntVector
    profit: IntVector
    people: IntVector
    owner: IntVector


def solve_sparse(
    face: OptimalFace, profit: IntVector, check_deadline: CheckDeadline = no_deadline
) -> PrimalDual | None:
    """Return the optimum of a face on which one side takes at most one partner each; None if minimums cannot hold.

    ``profit`` (e,) int64. The side of one partner each becomes the left one, the shorter one if both are.
    """
    # Which side takes one partner each, among people with edges
    fits = [bounds.most[people].max(initial=0) <= 1 for bounds, people in _sides(face)]
    if fits[0] and not (fits[1] and len(face.right.most) < len(face.left.most)):
        return solve_left_unit(face, profit, check_deadline)
    # Solve with the sides exchanged
    found = solve_left_unit(face.swap_sides(), profit, check_deadline)
    return None if found is None else PrimalDual(found.chosen, found.right, found.left)


def _sides(face: OptimalFace) -> tuple[tuple[RemainingDegrees, IntVector], tuple[RemainingDegrees, IntVector]]:
    """Return, for the left and the right side, the degrees of its people and the person of each edge."""
    return (face.left, face.lefts), (face.right, face.rights)


def solve_left_unit(
    face: OptimalFace, profit: IntVector, check_deadline: CheckDeadline = no_deadline
) -> PrimalDual | None:
    """Return the optimum of a face, or None if the minimums cannot hold.

    Parameters
    ----------
    face
        Open pairs; nobody on the left takes more than one, on either side there may be minimums.
    profit
        (e,) int64, what each open pair is worth, of any sign.
    """
    if _has_sinks(face):
        return _solve_by_sinks(face, profit, check_deadline)
    many = EdgeOracle(face, profit)
    # With few edges, column generation does not pay
    if many.count <= MANY * max(many.shape):
        return _solve_all_edges(face, profit, _slot_edges(face, profit))
    # Column generation on perfect matchings; where it does not end, all edges with private slots
    few = solve_by_columns(many, solve_if_perfect)
    if few is None:
        return recover_duals(face, profit, _match_or_leave(_slot_edges(face, profit)))
    # The optimum on the tight edges, as one on all
    tight, optimum = few
    chosen = np.zeros(len(face), dtype=bool)
    chosen[tight] = optimum.chosen
    return PrimalDual(chosen, optimum.left, optimum.right)


def _has_sinks(face: OptimalFace) -> bool:
    """Return whether few people on the right take many, or very many come on each, so that cells are few."""
    most, items = face.right.most, len(face.left.most)
    if has_few_sinks(most, items):
        return True
    if not has_many_items(most, items):
        return False
    return len(most) * len(_renumber(face.lefts)[0]) <= MAX_CELLS_A_PAIR * len(face)


def _solve_by_sinks(face: OptimalFace, profit: IntVector, check_deadline: CheckDeadline) -> PrimalDual | None:
    """Return the optimum of a face by paths between few people on the right who take many."""
    # People without open pairs go nowhere
    people, items = _renumber(face.lefts)
    required = face.left.least > 0
    if required.sum() > required[people].sum():
        return None
    worth = np.full((len(face.right.most), len(people)), ABSENT)
    worth[face.rights, items] = profit
    problem = TransportationProblem(worth, face.right.least, face.right.most, required[people])
    sink = solve_transportation(problem, check_deadline)
    if sink is None:
        return None
    left = np.flatnonzero(sink >= 0)
    return recover_duals(face, profit, (people[left], sink[left]))


PATHS = "mentormatch.assignment.flow.paths"
PATHS_FROM = 1 << 22
"""With fewer pairs it takes longer to load compiled paths than they save: they are used where they are loaded."""


def choose_master(pairs: int, *, full: bool = False) -> SolveMaster:
    """Return what solves the restricted masters of a problem of so many pairs: compiled paths, or scipy.

    It returns None where an optimum leaves somebody on the shorter side unmatched. ``full``: among the answers that
    match everybody on the left, who are no more than those on the right.
    """
    if use_numba(pairs) and (PATHS in sys.modules or pairs >= PATHS_FROM):
        return WarmMaster(full)
    return _solve_all_left if full else solve_if_perfect


@dataclass(slots=True)
class WarmMaster:
    """Solves restricted masters of the same people by compiled augmenting paths, each from where the last one ended."""

    full: bool
    start: "WarmStart | None" = None

    def __call__(self, face: OptimalFace, profit: IntVector, near: IntVector | None = None) -> PrimalDual | None:
        """Return the optimum of a face without minimums; ``near`` is not needed."""
        from mentormatch.assignment.flow.assignment import WarmStart, solve_assignment

        # A bonus above all that answers differ by: the most pairs come first
        bonus = _profit_range(profit) * (len(face.left.most) + 1) + 1 if self.full else 0
        optimum = solve_assignment(face, profit + bonus, self.start)
        self.start = WarmStart.of(face, optimum)
        real = profit + bonus > 0
        people = (np.count_nonzero(np.bincount(each[real])) for each in (face.lefts, face.rights))
        several = face.right.most.max(initial=0) > 1
        wanted = len(face.left.most) if self.full or several else min(people)
        if np.count_nonzero(optimum.chosen) < wanted:
            return None
        return PrimalDual(optimum.chosen, optimum.left - bonus, optimum.right)


def _solve_all_left(face: OptimalFace, profit: IntVector, near: IntVector | None) -> PrimalDual | None:
    """Return the optimum of a face among the answers that match everybody on the left; None if none is found."""
    if len(face.left.most) < len(face.right.most):
        ones = np.ones_like(face.left.most)
        return solve_if_perfect(replace(face, left=RemainingDegrees(ones, ones)), profit, near)
    return solve_full(face, profit, near)


def solve_if_perfect(face: OptimalFace, profit: IntVector, near: IntVector | None = None) -> PrimalDual | None:
    """Return the optimum of a face if it matches everybody on the shorter side, else most often None.

    ``near`` (m,): duals of the right side close to the final ones, as a warm start.
    """
    return _solve_perfect(face, profit, _slot_edges(face, profit), near)


def _solve_perfect(
    face: OptimalFace, profit: IntVector, edges: SlotEdges, near: IntVector | None = None
) -> PrimalDual | None:
    """Return the optimum of a face if it matches everybody on the shorter side; None if it is not proved."""
    pairs = _match_shorter_side(edges, near)
    optimum = None if pairs is None else recover_duals(face, profit, pairs)
    # The duals decide: an optimum that is not proved may be one of matching as many as possible only
    return None if optimum is None or not face.certifies(optimum, profit) else optimum


def solve_full(face: OptimalFace, profit: IntVector, near: IntVector | None) -> PrimalDual | None:
    """Return the optimum of a face among the answers in which every slot is filled, whatever the profit.

    There are as many slots as people on the left. None if no answer fills them all. ``near`` (m,): duals of the right
    side close to the final ones, as a warm start.
    """
    # One more a pair keeps pairs of profit 0 in the graph, and changes all full answers alike
    edges = _slot_edges(face, profit + 1)
    pairs = _fill_slots(edges, near)
    optimum = None if pairs is None else recover_duals(face, profit, pairs)
    full = replace(
        face,
        left=RemainingDegrees(face.left.most, face.left.most),
        right=RemainingDegrees(face.right.most, face.right.most),
    )
    return None if optimum is None or not full.certifies(optimum, profit) else optimum


def _solve_all_edges(face: OptimalFace, profit: IntVector, edges: SlotEdges) -> PrimalDual | None:
    found = _solve_perfect(face, profit, edges)
    return recover_duals(face, profit, _match_or_leave(edges)) if found is None else found


def _slot_edges(face: OptimalFace, profit: IntVector) -> SlotEdges:
    """Return the graph on slots: one edge for each pair and each slot of its person on the right."""
    # Node splitting: person k on the right becomes counts[k] slots, from number first[k] on
    # Slots of each person on the right: no more than edges
    counts = np.minimum(face.right.most, np.bincount(face.rights, minlength=len(face.right.most)))
    first, repeats = np.cumsum(counts) - counts, counts[face.rights]
    # Each edge once for each slot of its person; ``rank`` is the number of the slot within the person
    pair = np.repeat(np.arange(len(face)), repeats)
    rank = np.arange(len(pair)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    lefts, rights, worth = face.lefts[pair], face.rights[pair], profit[pair]
    # Minimum degrees as a bonus (big M): above all profits together, for each minimum that the edge helps to fill
    if face.left.least.any() or face.right.least.any():
        # How many minimums an edge helps to fill: that of its left person, and that of its slot
        needed = (face.left.least[lefts] > 0).astype(np.int64) + (rank < face.right.least[rights])
        worth += needed * (_profit_range(profit) * min(len(face.left.most), int(counts.sum())) + 1)
    # An edge of no profit is no better than staying unmatched
    kept = worth > 0
    # Nodes without edges are left out, so the graph has no gaps
    people, left = _renumber(lefts[kept])
    slots, slot = _renumber((first[rights] + rank)[kept])
    return SlotEdges(left, slot, worth[kept], people, np.repeat(np.arange(len(counts)), counts)[slots])


def _renumber(values: IntVector) -> tuple[IntVector, IntVector]:
    """Return the distinct values in ascending order, and the number of each value among them."""
    there = np.zeros(int(values.max(initial=-1)) + 1, dtype=bool)
    there[values] = True
    used = np.flatnonzero(there)
    # Of millions who are not there nothing is written
    number = np.empty(len(there), dtype=np.int64)
    number[used] = np.arange(len(used))
    return used, number[values]


def _match_shorter_side(edges: SlotEdges, near: IntVector | None) -> VectorPair | None:
    """Return the pairs of an optimal assignment that matches everybody on the shorter side; None if there is none.

    A side that is matched completely allows a reduction: a constant subtracted from all edges of one person changes no
    optimal assignment. Where all profits are equal, any maximum matching will do.
    """
    left, slot, worth = edges.left, edges.slot, edges.profit
    people, slots = len(edges.people), len(edges.owner)
    # All profits are equal: any maximum matching is optimal
    if not len(worth) or worth.min() == worth.max():
        return _match_or_leave(edges)
    # A square: everybody on both sides is matched, or nothing is found
    if people == slots:
        return _fill_slots(edges, near)
    # Reduce rows and columns of the sides that are matched completely
    if people <= slots:
        worth = worth - _max_by_person(worth, left, people)[left]
    if slots <= people:
        worth = worth - _max_by_person(worth, slot, slots)[slot]
    # Costs above 0, smallest for the best edges; a private slot costs more than any matching, so it is a last
    # resort
    matched = _match_at_cost(edges, 1 - worth, len(worth) * (1 - int(worth.min())))
    return matched if len(matched[0]) == min(people, slots) else None


def _fill_slots(edges: SlotEdges, near: IntVector | None) -> VectorPair | None:
    """Return the pairs of a perfect matching of least cost, None if there is none.

    One more slot, too expensive to be in an optimum, keeps LAPJVsp from its augmenting row reduction on square
    problems, which may take very long.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    left, slot, worth = edges.left, edges.slot, edges.profit
    worth = worth if near is None else worth - near[edges.owner[slot]]
    worth = worth - _max_by_person(worth, left, len(edges.people))[left]
    costs = 1 - (worth - _max_by_person(worth, slot, len(edges.owner))[slot])
    # One edge to the additional slot, more expensive than all others together
    dear = float(costs.max()) * (len(edges.people) + 1)
    cells = np.append(left, 0), np.append(slot, len(edges.owner))
    try:
        row, seat = min_weight_full_bipartite_matching(csr_array((np.append(costs, dear), cells)))
    except ValueError:  # scipy's word for a graph in which not everybody can be matched
        return None
    return (edges.people[row], edges.owner[seat]) if seat.max(initial=0) < len(edges.owner) else None


def _match_or_leave(edges: SlotEdges) -> VectorPair:
    """Return the pairs of an optimal assignment in which anybody may stay unmatched."""
    nothing = int(edges.profit.max(initial=0)) + 1
    return _match_at_cost(edges, nothing - edges.profit, nothing)


def _match_at_cost(edges: SlotEdges, costs: IntVector, alone: int) -> VectorPair:
    """Return the pairs of a matching of least cost; ``alone`` is the cost of a private slot, of staying unmatched.

    All costs are above 0, because scipy drops zeros. With a private slot for everybody LAPJVsp sees at once that a
    complete matching exists, and does not begin with augmenting row reduction, as in a square; both may take very long.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    if not len(costs):
        return costs, costs
    # Private slots: one more column for each person, at the cost of staying unmatched
    own, slots = np.arange(len(edges.people)), len(edges.owner)
    cells = np.append(edges.left, own), np.append(edges.slot, slots + own)
    values = np.append(costs, np.full(len(own), alone, dtype=np.float64))
    left, slot = min_weight_full_bipartite_matching(csr_array((values, cells)))
    # Who took a private slot is unmatched
    real = slot < slots
    return edges.people[left[real]], edges.owner[slot[real]]


def recover_duals(face: OptimalFace, profit: IntVector, pairs: VectorPair) -> PrimalDual | None:
    """Return the primal-dual optimum of these pairs; None if a minimum does not hold, or they are not optimal."""
    # The chosen edges by their left persons
    partner = np.full(len(face.left.most), -1)
    partner[pairs[0]] = pairs[1]
    chosen = partner[face.lefts] == face.rights
    loads = face.loads(chosen)
    # A minimum that is not filled: with the bonus, no answer fills all
    if not (face.left.hold(loads[0]) and face.right.hold(loads[1])):
        return None
    # Duals of the right side by label correcting; those of the left side by complementary slackness
    own = np.zeros(len(partner), dtype=np.int64)
    own[face.lefts[chosen]] = profit[chosen]
    prices = _minimal_duals(face, profit, (partner, own), initial_duals(face, profit, loads[1]))
    return None if prices is None else PrimalDual(chosen, np.where(partner < 0, 0, own - prices[partner]), prices)


def _minimal_duals(face: OptimalFace, profit: IntVector, pairs: VectorPair, prices: IntVector) -> IntVector | None:
    """Return the smallest duals of the right side that prove an assignment; None if there are none.

    Longest paths by Bellman-Ford among the people on the right: an alternating path raises the dual at its end. If the
    assignment is optimal no cycle has a positive length, so no path has more arcs than there are people, and the loop
    ends; else there are no such duals.
    """
    partner, own = pairs
    matched = partner >= 0
    # Adjacency lists of the left persons
    order = np.argsort(face.lefts, kind="stable")
    rights, worth = face.rights[order], profit[order]
    starts = np.searchsorted(face.lefts[order], np.arange(len(partner) + 1))
    # At first every left person with edges is to be relaxed
    active = np.flatnonzero(np.diff(starts))
    for _ in range(len(prices) + 2):
        if not len(active):
            return prices
        # Relax the edges of the people on the left whose own partner has a new label
        margin = np.where(partner[active] < 0, 0, own[active] - prices[partner[active]])
        edges, sizes = _edges_of(starts, active)
        offered = prices.copy()
        # Raise the dual of each right person to what makes every left person content
        np.maximum.at(offered, rights[edges], worth[edges] - np.repeat(margin, sizes))
        raised = offered > prices
        prices = offered
        # The left persons whose own partner has become more expensive
        active = np.flatnonzero(raised[partner] & matched)
    return None


def initial_duals(face: OptimalFace, profit: IntVector, loads: IntVector) -> IntVector:
    """Return 0, and a dual below all others for people on the right who take no more than their minimum."""
    prices, bound = np.zeros(len(loads), dtype=np.int64), (face.right.least > 0) & (loads == face.right.least)
    if bound.any():
        # Below any dual that a path can give
        prices[bound] = -_profit_range(profit) * (len(face.left.most) + len(face.right.most))
    return prices


def _edges_of(starts: IntVector, active: IntVector) -> tuple[IntVector, IntVector]:
    """Return the edges of the active rows (of an adjacency list), and how many each row has."""
    first = starts[active]
    sizes = starts[active + 1] - first
    ends = np.cumsum(sizes)
    return np.arange(ends[-1]) + np.repeat(first - ends + sizes, sizes), sizes


def _max_by_person(values: IntVector, people: IntVector, count: int) -> IntVector:
    """Return the greatest of the values of each person."""
    found = np.full(count, values.min(initial=0))
    np.maximum.at(found, people, values)
    return found


def _profit_range(profit: IntVector) -> int:
    """Return a bound on the magnitude of a profit, and of the difference of two."""
    return int(profit.max(initial=0)) - int(profit.min(initial=0))
