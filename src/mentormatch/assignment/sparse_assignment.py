"""Sparse linear assignment (LAPJVsp in scipy), capacities by node splitting, minimal duals by Bellman-Ford.

Everybody on the right is split into places, and scipy's sparse assignment (LAPJVsp, Jonker & Volgenant 1987) fills
them, and private places for the others. Minimums are a bonus above all profits. It is quicker where nobody on the
shorter side is left out, so that is tried first.
"""

from dataclasses import dataclass, replace

import numpy as np

from mentormatch.assignment.column_generation import MANY, PricingOracle, solve_by_columns
from mentormatch.assignment.kernels.jit import use_numba
from mentormatch.assignment.optimal_face import OptimalFace, PrimalDual, RemainingDegrees
from mentormatch.base.arrays import IntVector, VectorPair

MAX_FLOAT64 = 1 << 53
"""Integers up to here are exact in float64."""
CELLS = 1 << 19
"""With no more cells compiled code is quicker on a whole block than scipy on a list."""


@dataclass(frozen=True, slots=True)
class EdgeOracle(PricingOracle):
    """The pairs of a face with what each is worth, of which few may be enough."""

    face: OptimalFace
    profit: IntVector

    @property
    def count(self) -> int:
        return len(self.face)

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.face.left.most), len(self.face.right.most)

    def dual_upper_bound(self) -> VectorPair:
        left = _max_by_person(self.profit, self.face.lefts, len(self.face.left.most))
        return left, _max_by_person(self.profit - left[self.face.lefts], self.face.rights, len(self.face.right.most))

    def reduced_costs(self, prices: VectorPair, places: IntVector) -> IntVector:
        return prices[0][self.face.lefts[places]] + prices[1][self.face.rights[places]] - self.profit[places]

    def columns_within(self, prices: VectorPair, loss: int) -> IntVector:
        return np.flatnonzero(prices[0][self.face.lefts] + prices[1][self.face.rights] <= self.profit + loss)

    def restricted_master(self, places: IntVector) -> tuple[OptimalFace, IntVector]:
        face = replace(self.face, lefts=self.face.lefts[places], rights=self.face.rights[places])
        return face, self.profit[places]

    def feasibility_columns(self) -> IntVector:
        """Return the pairs of a known answer, and those of people who have few."""
        lefts, rights = self.face.lefts, self.face.rights
        few = (np.bincount(lefts)[lefts] <= MANY) | (np.bincount(rights)[rights] <= MANY)
        return np.flatnonzero(few if self.face.incumbent is None else few | self.face.incumbent)


@dataclass(frozen=True, slots=True)
class SlotEdges:
    """An entry for each pair and each place of its person on the right, where that is worth something.

    ``left`` and ``place`` (e,) are numbered through; ``people`` and ``owner`` say whom the numbers stand for.
    """

    left: IntVector
    place: IntVector
    worth: IntVector
    people: IntVector
    owner: IntVector


def solve_sparse(face: OptimalFace, profit: IntVector) -> PrimalDual | None:
    """Return the optimum of a face on which one side takes at most one partner each."""
    fits = [bounds.most[people].max(initial=0) <= 1 for bounds, people in _sides(face)]
    if fits[0] and not (fits[1] and len(face.right.most) < len(face.left.most)):
        return solve_left_unit(face, profit)
    found = solve_left_unit(face.flipped(), profit)
    return None if found is None else PrimalDual(found.chosen, found.right, found.left)


def _sides(face: OptimalFace) -> tuple[tuple[RemainingDegrees, IntVector], tuple[RemainingDegrees, IntVector]]:
    return (face.left, face.lefts), (face.right, face.rights)


def solve_left_unit(face: OptimalFace, profit: IntVector) -> PrimalDual | None:
    """Return the optimum of a face, or None if the minimums cannot hold.

    Parameters
    ----------
    face
        Open pairs; nobody on the left takes more than one, on either side there may be minimums.
    profit
        (e,) int64, what each open pair is worth, of any sign.
    """
    many = EdgeOracle(face, profit)
    if many.count <= MANY * max(many.shape):
        return _best_of_few(face, profit, _entries(face, profit))
    few = solve_by_columns(many, solve_if_perfect)
    if few is None:
        return recover_duals(face, profit, _matched_or_alone(_entries(face, profit)))
    tight, optimum = few
    chosen = np.zeros(len(face), dtype=bool)
    chosen[tight] = optimum.chosen
    return PrimalDual(chosen, optimum.left, optimum.right)


def solve_if_perfect(face: OptimalFace, profit: IntVector, near: IntVector | None = None) -> PrimalDual | None:
    """Return the optimum of a face if nobody on the shorter side is left out in it, else most often None.

    Prices ``near`` those that the right side will have save time.
    """
    return _if_all_matched(face, profit, _entries(face, profit), near)


def _if_all_matched(
    face: OptimalFace, profit: IntVector, entries: SlotEdges, near: IntVector | None = None
) -> PrimalDual | None:
    pairs = _all_matched(entries, near)
    optimum = None if pairs is None else recover_duals(face, profit, pairs)
    return None if optimum is None or not face.certifies(optimum, profit) else optimum


def solve_full(face: OptimalFace, profit: IntVector, near: IntVector | None = None) -> PrimalDual | None:
    """Return the optimum of a face in which everybody takes all their places, be it with pairs worth nothing.

    There are as many places as people on the left, and an answer that fills them. Prices ``near`` those that the right
    side will have save time.
    """
    entries = _entries(face, profit + 1)
    optimum = recover_duals(face, profit, _seated(entries, near))
    full = replace(
        face,
        left=RemainingDegrees(face.left.most, face.left.most),
        right=RemainingDegrees(face.right.most, face.right.most),
    )
    return None if optimum is None or not full.certifies(optimum, profit) else optimum


def _best_of_few(face: OptimalFace, profit: IntVector, entries: SlotEdges) -> PrimalDual | None:
    if len(entries.people) * len(entries.owner) <= CELLS and use_numba(len(face)):
        return recover_duals(face, profit, _seated_on_block(entries))
    found = _if_all_matched(face, profit, entries)
    return recover_duals(face, profit, _matched_or_alone(entries)) if found is None else found


def _seated_on_block(entries: SlotEdges) -> VectorPair:
    """Return who is matched in a best assignment, found by compiled code on a whole block."""
    from mentormatch.assignment.kernels.dense_lap import assign_rows

    cells = np.zeros((len(entries.people), len(entries.owner)), dtype=np.int64)
    cells[entries.left, entries.place] = -entries.worth
    place = assign_rows(cells)[0]
    some = np.flatnonzero(place >= 0)
    some = some[cells[some, place[some]] < 0]
    return entries.people[some], entries.owner[place[some]]


def _entries(face: OptimalFace, profit: IntVector) -> SlotEdges:
    counts = np.minimum(face.right.most, np.bincount(face.rights, minlength=len(face.right.most)))
    first, repeats = np.cumsum(counts) - counts, counts[face.rights]
    pair = np.repeat(np.arange(len(face)), repeats)
    rank = np.arange(len(pair)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    lefts, rights, worth = face.lefts[pair], face.rights[pair], profit[pair]
    if face.left.least.any() or face.right.least.any():
        needed = (face.left.least[lefts] > 0).astype(np.int64) + (rank < face.right.least[rights])
        worth += needed * (_profit_range(profit) * min(len(face.left.most), int(counts.sum())) + 1)
    kept = worth > 0
    people, left = _numbered(lefts[kept])
    slots, place = _numbered((first[rights] + rank)[kept])
    return SlotEdges(left, place, worth[kept], people, np.repeat(np.arange(len(counts)), counts)[slots])


def _numbered(values: IntVector) -> tuple[IntVector, IntVector]:
    """Return in ascending order which values there are, and which of them each is."""
    used = np.bincount(values) > 0
    return np.flatnonzero(used), (np.cumsum(used) - 1)[values]


def _all_matched(entries: SlotEdges, near: IntVector | None) -> VectorPair | None:
    """Return who is matched in a best assignment that leaves nobody on the shorter side out; None if there is none.

    To those who are matched in any case it is all one if all their pairs lose the same. Where all pairs are worth the
    same, it is any assignment of as many as can be.
    """
    left, place, worth = entries.left, entries.place, entries.worth
    people, places = len(entries.people), len(entries.owner)
    if not len(worth) or worth.min() == worth.max():
        return _matched_or_alone(entries)
    if people == places and near is not None:
        worth = worth - near[entries.owner[place]]
    if people <= places:
        worth = worth - _max_by_person(worth, left, people)[left]
    if places <= people:
        worth = worth - _max_by_person(worth, place, places)[place]
    matched = _matched(entries, 1 - worth, len(worth) * (1 - int(worth.min())))
    return matched if len(matched[0]) == min(people, places) else None


def _seated(entries: SlotEdges, near: IntVector | None) -> VectorPair:
    """Return who takes which place where it costs least that all are taken.

    One place more, which is too dear for anybody, keeps scipy from bids, which may go on for very long.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    left, place, worth = entries.left, entries.place, entries.worth
    worth = worth if near is None else worth - near[entries.owner[place]]
    worth = worth - _max_by_person(worth, left, len(entries.people))[left]
    costs = 1 - (worth - _max_by_person(worth, place, len(entries.owner))[place])
    dear = float(costs.max()) * (len(entries.people) + 1)
    cells = np.append(left, 0), np.append(place, len(entries.owner))
    row, seat = min_weight_full_bipartite_matching(csr_array((np.append(costs, dear), cells)))
    return entries.people[row], entries.owner[seat]


def _matched_or_alone(entries: SlotEdges) -> VectorPair:
    """Return who is matched in a best assignment in which anybody may be left out."""
    nothing = int(entries.worth.max(initial=0)) + 1
    return _matched(entries, nothing - entries.worth, nothing)


def _matched(entries: SlotEdges, costs: IntVector, alone: int) -> VectorPair:
    """Return who is matched where it costs least, entries having ``costs`` and a private place costing ``alone``.

    All costs are above 0, because scipy drops zeros. With a private place for everybody it sees at once that all can
    have one, and does not begin with bids, as in a square; both may take it very long.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    if not len(costs):
        return costs, costs
    own, places = np.arange(len(entries.people)), len(entries.owner)
    cells = np.append(entries.left, own), np.append(entries.place, places + own)
    values = np.append(costs, np.full(len(own), alone, dtype=np.float64))
    left, place = min_weight_full_bipartite_matching(csr_array((values, cells)))
    real = place < places
    return entries.people[left[real]], entries.owner[place[real]]


def recover_duals(face: OptimalFace, profit: IntVector, pairs: VectorPair) -> PrimalDual | None:
    """Return the optimum that takes these pairs; None if minimums do not hold, or some other answer is better."""
    partner = np.full(len(face.left.most), -1)
    partner[pairs[0]] = pairs[1]
    chosen = partner[face.lefts] == face.rights
    loads = face.loads(chosen)
    if not (face.left.hold(loads[0]) and face.right.hold(loads[1])):
        return None
    own = np.zeros(len(partner), dtype=np.int64)
    own[face.lefts[chosen]] = profit[chosen]
    prices = _minimal_duals(face, profit, (partner, own), initial_duals(face, profit, loads[1]))
    return None if prices is None else PrimalDual(chosen, np.where(partner < 0, 0, own - prices[partner]), prices)


def _minimal_duals(face: OptimalFace, profit: IntVector, pairs: VectorPair, prices: IntVector) -> IntVector | None:
    """Return the smallest prices of the right side that prove an assignment; None if there are none.

    These are Bellman and Ford's longest ways from person to person on the right, along which prices are raised; without
    a gain in a circle none is longer than there are people, so there is an end.
    """
    partner, own = pairs
    matched = partner >= 0
    order = np.argsort(face.lefts, kind="stable")
    rights, worth = face.rights[order], profit[order]
    starts = np.searchsorted(face.lefts[order], np.arange(len(partner) + 1))
    active = np.flatnonzero(np.diff(starts))
    for _ in range(len(prices) + 2):
        if not len(active):
            return prices
        margin = np.where(partner[active] < 0, 0, own[active] - prices[partner[active]])
        entries, sizes = _entries_of(starts, active)
        offered = prices.copy()
        np.maximum.at(offered, rights[entries], worth[entries] - np.repeat(margin, sizes))
        raised = offered > prices
        prices = offered
        active = np.flatnonzero(raised[partner] & matched)
    return None


def initial_duals(face: OptimalFace, profit: IntVector, loads: IntVector) -> IntVector:
    """Return 0, and a price below all others for those who take no more than their minimum."""
    lowest = -_profit_range(profit) * (len(face.left.most) + len(face.right.most))
    return np.where((face.right.least > 0) & (loads == face.right.least), lowest, 0)


def _entries_of(starts: IntVector, active: IntVector) -> tuple[IntVector, IntVector]:
    """Return the entries of the active rows, and how many each of these has."""
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
