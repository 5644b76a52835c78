"""Sparse linear assignment (LAPJVsp in scipy), capacities by node splitting, minimal duals by Bellman-Ford.

Right people are split into slots (node splitting), which scipy's sparse assignment (LAPJVsp, Jonker & Volgenant 1987)
fills; people who may stay unmatched also get a private slot. A minimum degree is a bonus above all profits. An
assignment that matches the whole shorter side needs no private slots and is found faster, so it is tried first. The
duals are computed from the assignment by Bellman-Ford, so any optimal assignment suffices.
"""

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mentormatch.assignment.column_generation import MIN_PAIRS_PER_PERSON, PricingOracle, SolveMaster, solve_by_columns
from mentormatch.assignment.kernels.jit import use_numba
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.assignment.transportation import (
    FORBIDDEN,
    TransportationProblem,
    has_few_sinks,
    has_many_items,
    solve_transportation,
)
from mentormatch.base.arrays import IntVector, VectorPair
from mentormatch.base.progress import CheckDeadline, no_deadline

if TYPE_CHECKING:
    from mentormatch.assignment.flow.assignment import WarmStart

MAX_FLOAT64 = 1 << 53  # integers up to here are exact in float64


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

    def feasible_duals(self) -> VectorPair:
        # Row reduction, then column reduction
        left = _max_by_person(self.profit, self.face.lefts, len(self.face.left.most))
        return left, _max_by_person(self.profit - left[self.face.lefts], self.face.rights, len(self.face.right.most))

    def reduced_costs(self, duals: VectorPair, columns: IntVector) -> IntVector:
        return duals[0][self.face.lefts[columns]] + duals[1][self.face.rights[columns]] - self.profit[columns]

    def columns_within(self, duals: VectorPair, loss: int) -> IntVector:
        return np.flatnonzero(duals[0][self.face.lefts] + duals[1][self.face.rights] <= self.profit + loss)

    def restricted_master(self, columns: IntVector) -> tuple[OptimalFace, IntVector]:
        face = replace(self.face, lefts=self.face.lefts[columns], rights=self.face.rights[columns])
        return face, self.profit[columns]

    def feasibility_columns(self) -> IntVector:
        """Return the pairs of the incumbent, and all pairs of people with few pairs."""
        lefts, rights = self.face.lefts, self.face.rights
        has_few_pairs = (np.bincount(lefts)[lefts] <= MIN_PAIRS_PER_PERSON) | (
            np.bincount(rights)[rights] <= MIN_PAIRS_PER_PERSON
        )
        return np.flatnonzero(has_few_pairs if self.face.incumbent is None else has_few_pairs | self.face.incumbent)


@dataclass(frozen=True, slots=True)
class SlotEdges:
    """The bipartite graph of left people and slots, (e,): the edges of positive profit.

    ``left`` and ``slot`` (e,) number the nodes without gaps; ``people`` and ``owner`` map these numbers to the left
    person, and to the right person who owns the slot.
    """

    left: IntVector
    slot: IntVector
    profit: IntVector
    people: IntVector
    owner: IntVector


def solve_sparse(
    face: OptimalFace, profit: IntVector, check_deadline: CheckDeadline = no_deadline
) -> PrimalDual | None:
    """Return the optimum of a face on which one side has capacity 1; None if minimums are infeasible.

    ``profit`` is (e,) int64. The side with capacity 1 becomes the left side, the shorter side if both have it.
    """
    # The sides with capacity 1, among people with edges
    has_capacity_one = [bounds.most[people].max(initial=0) <= 1 for bounds, people in _sides(face)]
    if has_capacity_one[0] and not (has_capacity_one[1] and len(face.right.most) < len(face.left.most)):
        return solve_left_unit(face, profit, check_deadline)
    # Solve with the sides exchanged
    optimum = solve_left_unit(face.swap_sides(), profit, check_deadline)
    return None if optimum is None else PrimalDual(optimum.chosen, optimum.right, optimum.left)


def _sides(face: OptimalFace) -> tuple[tuple[RemainingDegrees, IntVector], tuple[RemainingDegrees, IntVector]]:
    """Return, for the left and the right side, the degrees of the people and the person of each edge."""
    return (face.left, face.lefts), (face.right, face.rights)


def solve_left_unit(
    face: OptimalFace, profit: IntVector, check_deadline: CheckDeadline = no_deadline
) -> PrimalDual | None:
    """Return the optimum of a face; None if the minimums are infeasible.

    Parameters
    ----------
    face
        Open pairs; left people have capacity 1, either side may have minimums.
    profit
        (e,) int64, the profit of each open pair, of any sign.
    """
    if _suits_sink_paths(face):
        return _solve_by_sinks(face, profit, check_deadline)
    oracle = EdgeOracle(face, profit)
    # With few edges, column generation is not faster
    if oracle.count <= MIN_PAIRS_PER_PERSON * max(oracle.shape):
        return _solve_all_edges(face, profit, _slot_edges(face, profit))
    # Column generation on perfect matchings; if it fails, all edges with private slots
    tight_optimum = solve_by_columns(oracle, solve_if_perfect)
    if tight_optimum is None:
        return recover_duals(face, profit, _match_with_private_slots(_slot_edges(face, profit)))
    # Extend the optimum on the tight edges to all
    tight, optimum = tight_optimum
    choice = np.zeros(len(face), dtype=bool)
    choice[tight] = optimum.chosen
    return PrimalDual(choice, optimum.left, optimum.right)


def _suits_sink_paths(face: OptimalFace) -> bool:
    """Return whether few right people have many slots, or very many left people each, and the matrix is small."""
    capacities, items = face.right.most, len(face.left.most)
    if has_few_sinks(capacities, items):
        return True
    if not has_many_items(capacities, items):
        return False
    # The matrix has at most 16 cells per pair
    return len(capacities) * len(_renumber(face.lefts)[0]) <= 16 * len(face)


def _solve_by_sinks(face: OptimalFace, profit: IntVector, check_deadline: CheckDeadline) -> PrimalDual | None:
    """Return the optimum of a face by paths between few right people with many slots."""
    # People without open pairs are left out
    people, items = _renumber(face.lefts)
    required = face.left.least > 0
    if required.sum() > required[people].sum():
        return None
    profits = np.full((len(face.right.most), len(people)), FORBIDDEN)
    profits[face.rights, items] = profit
    problem = TransportationProblem(profits, face.right.least, face.right.most, required[people])
    sink = solve_transportation(problem, check_deadline)
    if sink is None:
        return None
    assigned = np.flatnonzero(sink >= 0)
    return recover_duals(face, profit, (people[assigned], sink[assigned]))


# With fewer pairs, loading compiled paths takes longer than they save, so they are used only if loaded
PATHS_MIN_PAIRS = 1 << 22


def choose_master(pairs: int, *, perfect: bool = False) -> SolveMaster:
    """Return the solver for restricted masters of a problem with ``pairs`` pairs: compiled paths, or scipy.

    It returns None if an optimum leaves people on the shorter side unmatched. With ``perfect``, it maximises among the
    solutions that match all left people, who are not more than the right people.
    """
    if use_numba(pairs) and ("mentormatch.assignment.flow.paths" in sys.modules or pairs >= PATHS_MIN_PAIRS):
        return WarmMaster(perfect)
    return _solve_all_left if perfect else solve_if_perfect


@dataclass(slots=True)
class WarmMaster:
    """Solves restricted masters of the same people by compiled augmenting paths, each from the last optimum."""

    perfect: bool
    start: "WarmStart | None" = None

    def __call__(self, face: OptimalFace, profit: IntVector, warm_duals: IntVector | None = None) -> PrimalDual | None:
        """Return the optimum of a face without minimums; ``warm_duals`` are not used."""
        from mentormatch.assignment.flow.assignment import WarmStart, solve_assignment

        # A bonus above all differences between solutions: most pairs come first
        bonus = _profit_range(profit) * (len(face.left.most) + 1) + 1 if self.perfect else 0
        optimum = solve_assignment(face, profit + bonus, self.start)
        self.start = WarmStart.of(face, optimum)
        is_profitable = profit + bonus > 0
        people = (np.count_nonzero(np.bincount(side[is_profitable])) for side in (face.lefts, face.rights))
        has_several = face.right.most.max(initial=0) > 1
        min_pairs = len(face.left.most) if self.perfect or has_several else min(people)
        if np.count_nonzero(optimum.chosen) < min_pairs:
            return None
        return PrimalDual(optimum.chosen, optimum.left - bonus, optimum.right)


def _solve_all_left(face: OptimalFace, profit: IntVector, warm_duals: IntVector | None) -> PrimalDual | None:
    """Return the optimum of a face among solutions that match all left people; None if none is found."""
    if len(face.left.most) < len(face.right.most):
        ones = np.ones_like(face.left.most)
        return solve_if_perfect(replace(face, left=RemainingDegrees(ones, ones)), profit, warm_duals)
    return solve_all_slots_filled(face, profit, warm_duals)


def solve_if_perfect(face: OptimalFace, profit: IntVector, warm_duals: IntVector | None = None) -> PrimalDual | None:
    """Return the optimum of a face if it matches the whole shorter side, else mostly None.

    ``warm_duals`` (m,): nearly optimal duals of the right side, as a warm start.
    """
    return _solve_perfect(face, profit, _slot_edges(face, profit), warm_duals)


def _solve_perfect(
    face: OptimalFace, profit: IntVector, edges: SlotEdges, warm_duals: IntVector | None = None
) -> PrimalDual | None:
    """Return the optimum of a face if it matches the whole shorter side; None if it is not proved."""
    pairs = _match_shorter_side(edges, warm_duals)
    optimum = None if pairs is None else recover_duals(face, profit, pairs)
    # The duals decide: without proof it may be optimal only among the largest matchings
    return None if optimum is None or not face.certifies(optimum, profit) else optimum


def solve_all_slots_filled(face: OptimalFace, profit: IntVector, warm_duals: IntVector | None) -> PrimalDual | None:
    """Return the optimum of a face among the solutions that fill every slot, whatever the profit.

    There are as many slots as left people. None if no solution fills all slots. ``warm_duals`` (m,): nearly optimal
    duals of the right side, as a warm start.
    """
    # Adding 1 to every pair keeps pairs of profit 0 in the graph, and does not change the optimum
    edges = _slot_edges(face, profit + 1)
    pairs = _fill_slots(edges, warm_duals)
    optimum = None if pairs is None else recover_duals(face, profit, pairs)
    saturated = replace(
        face,
        left=RemainingDegrees(face.left.most, face.left.most),
        right=RemainingDegrees(face.right.most, face.right.most),
    )
    return None if optimum is None or not saturated.certifies(optimum, profit) else optimum


def _solve_all_edges(face: OptimalFace, profit: IntVector, edges: SlotEdges) -> PrimalDual | None:
    optimum = _solve_perfect(face, profit, edges)
    return recover_duals(face, profit, _match_with_private_slots(edges)) if optimum is None else optimum


def _slot_edges(face: OptimalFace, profit: IntVector) -> SlotEdges:
    """Return the graph on slots: one edge per pair and slot of its right person."""
    # Node splitting: right person k becomes counts[k] slots, numbered from first[k]; no more slots than edges
    counts = np.minimum(face.right.most, np.bincount(face.rights, minlength=len(face.right.most)))
    starts, repeats = np.cumsum(counts) - counts, counts[face.rights]
    # Each edge once per slot of its person; ``rank`` is the index of the slot within the person
    pair = np.repeat(np.arange(len(face)), repeats)
    rank = np.arange(len(pair)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    lefts, rights, profits = face.lefts[pair], face.rights[pair], profit[pair]
    # Minimum degrees as a bonus (big M) above all profits, for each minimum that the edge helps to fill
    if face.left.least.any() or face.right.least.any():
        # The minimum of the left person, and that of the slot
        needed = (face.left.least[lefts] > 0).astype(np.int64) + (rank < face.right.least[rights])
        profits += needed * (_profit_range(profit) * min(len(face.left.most), int(counts.sum())) + 1)
    # An edge without profit is no better than staying unmatched
    is_profitable = profits > 0
    # Nodes without edges are left out, so that numbers have no gaps
    people, left = _renumber(lefts[is_profitable])
    slots, slot = _renumber((starts[rights] + rank)[is_profitable])
    return SlotEdges(left, slot, profits[is_profitable], people, np.repeat(np.arange(len(counts)), counts)[slots])


def _renumber(values: IntVector) -> tuple[IntVector, IntVector]:
    """Return the distinct values, ascending, and the index of each value among them."""
    is_used = np.zeros(int(values.max(initial=-1)) + 1, dtype=bool)
    is_used[values] = True
    used = np.flatnonzero(is_used)
    # Entries of unused values, which may be millions, are not written
    index = np.empty(len(is_used), dtype=np.int64)
    index[used] = np.arange(len(used))
    return used, index[values]


def _match_shorter_side(edges: SlotEdges, warm_duals: IntVector | None) -> VectorPair | None:
    """Return the pairs of an optimal assignment that matches the whole shorter side; None if there is none.

    On a side that is matched completely, a constant subtracted from all edges of one person changes no optimal
    assignment. If all profits are equal, any maximum matching is returned.
    """
    left, slot, profits = edges.left, edges.slot, edges.profit
    people, slots = len(edges.people), len(edges.owner)
    # All profits are equal: any maximum matching is optimal
    if not len(profits) or profits.min() == profits.max():
        return _match_with_private_slots(edges)
    # A square: a perfect matching, or none
    if people == slots:
        return _fill_slots(edges, warm_duals)
    # Reduce the lines of the sides that are matched completely
    if people <= slots:
        profits = profits - _max_by_person(profits, left, people)[left]
    if slots <= people:
        profits = profits - _max_by_person(profits, slot, slots)[slot]
    # Costs above 0, smallest for the best edges; a private slot costs more than any matching, so it is a last resort
    matched = _match_at_cost(edges, 1 - profits, len(profits) * (1 - int(profits.min())))
    return matched if len(matched[0]) == min(people, slots) else None


def _fill_slots(edges: SlotEdges, warm_duals: IntVector | None) -> VectorPair | None:
    """Return the pairs of a perfect matching of least cost, None if there is none.

    A further slot, too expensive for an optimum, prevents the augmenting row reduction of LAPJVsp on square problems,
    which may take very long.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    left, slots, profits = edges.left, edges.slot, edges.profit
    profits = profits if warm_duals is None else profits - warm_duals[edges.owner[slots]]
    profits = profits - _max_by_person(profits, left, len(edges.people))[left]
    costs = 1 - (profits - _max_by_person(profits, slots, len(edges.owner))[slots])
    # One edge to the additional slot, more expensive than all others together
    highest_cost = float(costs.max()) * (len(edges.people) + 1)
    cells = np.append(left, 0), np.append(slots, len(edges.owner))
    try:
        row, slot = min_weight_full_bipartite_matching(csr_array((np.append(costs, highest_cost), cells)))
    except ValueError:  # raised by scipy if there is no perfect matching
        return None
    return (edges.people[row], edges.owner[slot]) if slot.max(initial=0) < len(edges.owner) else None


def _match_with_private_slots(edges: SlotEdges) -> VectorPair:
    """Return the pairs of an optimal assignment in which all people may stay unmatched."""
    unmatched_cost = int(edges.profit.max(initial=0)) + 1
    return _match_at_cost(edges, unmatched_cost - edges.profit, unmatched_cost)


def _match_at_cost(edges: SlotEdges, costs: IntVector, unmatched_cost: int) -> VectorPair:
    """Return the pairs of a matching of least cost; ``unmatched_cost`` is the cost of a private slot.

    All costs are above 0, because scipy drops zeros. With a private slot for every person LAPJVsp knows that a complete
    matching exists, and skips the augmenting row reduction of squares; both may take very long.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    if not len(costs):
        return costs, costs
    # Private slots: one more column per person, at the cost of staying unmatched
    rows, slots = np.arange(len(edges.people)), len(edges.owner)
    cells = np.append(edges.left, rows), np.append(edges.slot, slots + rows)
    values = np.append(costs, np.full(len(rows), unmatched_cost, dtype=np.float64))
    left, slot = min_weight_full_bipartite_matching(csr_array((values, cells)))
    # People in private slots are unmatched
    is_matched = slot < slots
    return edges.people[left[is_matched]], edges.owner[slot[is_matched]]


def recover_duals(face: OptimalFace, profit: IntVector, pairs: VectorPair) -> PrimalDual | None:
    """Return the primal-dual optimum of these pairs; None if a minimum is violated, or they are not optimal."""
    # The partner of each left person
    partner = np.full(len(face.left.most), -1)
    partner[pairs[0]] = pairs[1]
    choice = partner[face.lefts] == face.rights
    loads = face.loads(choice)
    # A violated minimum: because of the bonus, no solution satisfies all
    if not (face.left.contain(loads[0]) and face.right.contain(loads[1])):
        return None
    # Right duals by label correcting; left duals by complementary slackness
    chosen_profit = np.zeros(len(partner), dtype=np.int64)
    chosen_profit[face.lefts[choice]] = profit[choice]
    duals = _minimal_duals(face, profit, (partner, chosen_profit), initial_duals(face, profit, loads[1]))
    return (
        None if duals is None else PrimalDual(choice, np.where(partner < 0, 0, chosen_profit - duals[partner]), duals)
    )


def _minimal_duals(face: OptimalFace, profit: IntVector, pairs: VectorPair, duals: IntVector) -> IntVector | None:
    """Return the smallest right duals that prove an assignment; None if there are none.

    Longest paths by Bellman-Ford among the right people: an alternating path raises the dual at its end. If the
    assignment is optimal, no cycle has a positive length, so no path has more arcs than there are people, and the loop
    ends; else there are no such duals.
    """
    partner, chosen_profit = pairs
    matched = partner >= 0
    # Adjacency lists of the left people
    order = np.argsort(face.lefts, kind="stable")
    rights, profits = face.rights[order], profit[order]
    starts = np.searchsorted(face.lefts[order], np.arange(len(partner) + 1))
    # At first all left people with edges are active
    active = np.flatnonzero(np.diff(starts))
    for _ in range(len(duals) + 2):
        if not len(active):
            return duals
        # Relax the edges of left people whose partner has a new label
        margin = np.where(partner[active] < 0, 0, chosen_profit[active] - duals[partner[active]])
        edges, sizes = _edges_of(starts, active)
        offered = duals.copy()
        # Raise the dual of each right person until no left person prefers it
        np.maximum.at(offered, rights[edges], profits[edges] - np.repeat(margin, sizes))
        raised = offered > duals
        duals = offered
        # The left people whose partner has a higher dual
        active = np.flatnonzero(raised[partner] & matched)
    return None


def initial_duals(face: OptimalFace, profit: IntVector, loads: IntVector) -> IntVector:
    """Return 0, or a dual below all others for right people at their minimum, whose dual may be negative."""
    duals, at_minimum = np.zeros(len(loads), dtype=np.int64), (face.right.least > 0) & (loads == face.right.least)
    if at_minimum.any():
        # Below any dual that a path can give
        duals[at_minimum] = -_profit_range(profit) * (len(face.left.most) + len(face.right.most))
    return duals


def _edges_of(starts: IntVector, active: IntVector) -> tuple[IntVector, IntVector]:
    """Return the edges of the active rows of an adjacency list, and their number per row."""
    begins = starts[active]
    sizes = starts[active + 1] - begins
    ends = np.cumsum(sizes)
    return np.arange(ends[-1]) + np.repeat(begins - ends + sizes, sizes), sizes


def _max_by_person(values: IntVector, people: IntVector, count: int) -> IntVector:
    largest = np.full(count, values.min(initial=0))
    np.maximum.at(largest, people, values)
    return largest


def _profit_range(profit: IntVector) -> int:
    """Return a bound on the absolute profits, and on the difference of two."""
    return int(profit.max(initial=0)) - int(profit.min(initial=0))
