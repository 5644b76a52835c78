"""The best assignment on a list of open pairs where everybody on the left takes at most one partner.

Everybody on the right is split into places, each person on the left gets a private place worth nothing, and scipy's
sparse assignment (LAPJVsp, Jonker & Volgenant 1987) fills them. Minimums are a bonus above all profits.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.face import Face, Optimum, nothing
from mentormatch.columns import BoolVector, IntVector

type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Places:
    """One entry for each open pair and each place of its person on the right; places are numbered through."""

    pair: IntVector
    place: IntVector
    required: BoolVector
    owner: IntVector


def best_on_list(face: Face, profit: IntVector) -> Optimum | None:
    """Return the optimum of a face, or None if the minimums cannot hold.

    Parameters
    ----------
    face
        Open pairs; nobody on the left takes more than one, on either side there may be minimums.
    profit
        (e,) int64, what each open pair is worth, of any sign.
    """
    chosen = _filled(face, profit)
    loads = face.loads(chosen)
    if not (face.left.hold(loads[0]) and face.right.hold(loads[1])):
        return None
    return _priced(face, profit, chosen) if len(face) else nothing(face)


def _filled(face: Face, profit: IntVector) -> BoolVector:
    """Return which pairs a best assignment takes that fills as many required places as can be."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    chosen = np.zeros(len(face), dtype=bool)
    people, left = np.unique(face.lefts, return_inverse=True)
    places = _places(face)
    worth = _with_bonus(face, profit, places)
    kept = worth > 0
    if not kept.any():
        return chosen
    places_total = len(places.owner)
    rows = np.concatenate([left[places.pair][kept], np.arange(len(people))])
    columns = np.concatenate([places.place[kept], places_total + np.arange(len(people))])
    costs = np.concatenate([worth.max() + 1 - worth[kept], np.full(len(people), worth.max() + 1)])
    graph = csr_array((costs.astype(np.float64), (rows, columns)), shape=(len(people), places_total + len(people)))
    taken_left, taken_place = min_weight_full_bipartite_matching(graph)
    real = taken_place < places_total
    chosen[_pairs_at(face, people[taken_left[real]], places.owner[taken_place[real]])] = True
    return chosen


def _places(face: Face) -> Places:
    """Return the open pairs, repeated for each place of the person on the right."""
    degree = np.bincount(face.rights, minlength=len(face.right.most))
    counts = np.minimum(face.right.most, degree)
    first = np.cumsum(counts) - counts
    repeats = counts[face.rights]
    pair = np.repeat(np.arange(len(face)), repeats)
    rank = np.arange(len(pair)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    right = face.rights[pair]
    return Places(pair, first[right] + rank, rank < face.right.least[right], np.repeat(np.arange(len(counts)), counts))


def _with_bonus(face: Face, profit: IntVector, places: Places) -> IntVector:
    """Return the profit of each entry, above it a bonus for each minimum that the pair helps to fill."""
    worth = profit[places.pair]
    needed = (face.left.least[face.lefts[places.pair]] > 0).astype(np.int64) + places.required
    if not needed.any():
        return worth
    return worth + needed * (_reach(profit) * min(len(face.left.most), len(places.owner)) + 1)


def _pairs_at(face: Face, lefts: IntVector, rights: IntVector) -> IntVector:
    """Return where the given pairs stand in the list."""
    width = len(face.right.most)
    keys = face.lefts * width + face.rights
    order = np.argsort(keys, kind="stable")
    return order[np.searchsorted(keys, lefts * width + rights, sorter=order)]


def _priced(face: Face, profit: IntVector, chosen: BoolVector) -> Optimum:
    """Return the optimum with the smallest prices of the right side that prove it (Bellman-Ford over raised prices)."""
    order = np.argsort(face.lefts, kind="stable")
    rights, worth = face.rights[order], profit[order]
    starts = np.searchsorted(face.lefts[order], np.arange(len(face.left.most) + 1))
    partner, own = np.full(len(face.left.most), -1), np.zeros(len(face.left.most), dtype=np.int64)
    partner[face.lefts[chosen]], own[face.lefts[chosen]] = face.rights[chosen], profit[chosen]
    prices = start_prices(face, profit, face.loads(chosen)[1])
    active = np.flatnonzero(np.diff(starts))
    while len(active):
        margin = np.where(partner[active] < 0, 0, own[active] - prices[partner[active]])
        entries, owner = _entries(starts, active)
        offered = prices.copy()
        np.maximum.at(offered, rights[entries], worth[entries] - margin[owner])
        raised = offered > prices
        prices = offered
        active = np.flatnonzero((partner >= 0) & raised[partner])
    return Optimum(chosen, np.where(partner < 0, 0, own - prices[partner]), prices)


def start_prices(face: Face, profit: IntVector, loads: IntVector) -> IntVector:
    """Return 0, and a price below all others for those who take no more than their minimum."""
    lowest = -_reach(profit) * (len(face.left.most) + len(face.right.most))
    return np.where((face.right.least > 0) & (loads == face.right.least), lowest, 0)


def _entries(starts: IntVector, active: IntVector) -> tuple[IntVector, IntVector]:
    """Return the entries of the active rows, and which of the active rows each belongs to."""
    sizes = starts[active + 1] - starts[active]
    owner = np.repeat(np.arange(len(active)), sizes)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return starts[active][owner] + within, owner


def _reach(profit: IntVector) -> int:
    """Return a bound on the magnitude of a profit, and of the difference of two."""
    return int(profit.max(initial=0)) - int(profit.min(initial=0))
