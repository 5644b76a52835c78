"""A choice of pairs by greed, for when the time is up before any other: needs first, then the best pair that fits.

What must come to a minimum is served first: rows by what they lack, then people. Then pairs are taken as they are worth
most, where no maximum is in the way. The choice counts only if it keeps every rule, so it may be none.
"""

from collections import defaultdict

import numpy as np

from mentormatch.assignment.pair_program import PairModel
from mentormatch.base.arrays import BoolVector, IntVector


def choose_greedily(pool: PairModel, worth: IntVector) -> BoolVector | None:
    """Return a choice, (e,) bool, that keeps every rule; None if greed finds none.

    ``worth`` (e,): the pairs that are worth most are tried first.
    """
    greed, best = _Greed(pool), np.argsort(-worth, kind="stable")
    for pair in np.flatnonzero(pool.fixed_to_one).tolist():
        greed.take(pair)
    greed.serve_rows(best)
    greed.serve_people(best)
    # All others that add something
    for pair in best[worth[best] > 0].tolist():
        greed.take_if_fits(pair)
    chosen = greed.without_used_too_little()
    return chosen if pool.holds(chosen) else None


class _Greed:
    """What is taken so far: ``chosen`` (e,) bool, the ``loads`` of both sides, the ``sums`` of the rows."""

    def __init__(self, pool: PairModel) -> None:
        self._pool, self._people = pool, [people.tolist() for people in pool.people()]
        self._most = [loads.most.tolist() for loads in pool.sides]
        self._rows: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row, limit in enumerate(pool.limits):
            for pair, weight in zip(limit.places.tolist(), limit.weights.tolist(), strict=True):
                self._rows[pair].append((row, weight))
        self.chosen = np.zeros(len(pool), dtype=bool)
        self.loads = [[0] * len(loads) for loads in pool.sides]
        self.sums = [0] * len(pool.limits)

    def take(self, pair: int) -> None:
        """Take a pair."""
        self.chosen[pair] = True
        for loads, people in zip(self.loads, self._people, strict=True):
            loads[people[pair]] += 1
        for row, weight in self._rows[pair]:
            self.sums[row] += weight

    def take_if_fits(self, pair: int) -> None:
        """Take a pair if nothing is in the way of it."""
        sides = zip(self.loads, self._most, self._people, strict=True)
        free = not self.chosen[pair] and all(loads[people[pair]] < most[people[pair]] for loads, most, people in sides)
        if free and all(self._row_allows(row, weight) for row, weight in self._rows[pair]):
            self.take(pair)

    def serve_rows(self, best: IntVector) -> None:
        """Take pairs until rows have their minimums, those first that come first in ``best`` (e,)."""
        rank = np.argsort(best, kind="stable")
        for row, limit in enumerate(self._pool.limits):
            serving = limit.places[limit.weights > 0]
            for pair in serving[np.argsort(rank[serving], kind="stable")].tolist():
                if limit.least is None or self.sums[row] >= limit.least:
                    break
                self.take_if_fits(pair)

    def serve_people(self, best: IntVector) -> None:
        """Take pairs until people have their minimums, those first that come first in ``best`` (e,)."""
        for side, (people, loads) in enumerate(zip(self._people, self._pool.sides, strict=True)):
            lacking = loads.firm_minimum.tolist()
            for pair in best.tolist() if any(lacking) else ():
                if self.loads[side][people[pair]] < lacking[people[pair]]:
                    self.take_if_fits(pair)

    def _row_allows(self, row: int, weight: int) -> bool:
        """Return whether a row may count so much more: it does not go beyond a bound, or further beyond it."""
        limit, then = self._pool.limits[row], self.sums[row] + weight
        above = limit.most is not None and weight > 0 and then > limit.most
        return not above and not (limit.least is not None and weight < 0 and then < limit.least)

    def without_used_too_little(self) -> BoolVector:
        """Return the choice without the pairs of people who have fewer than they take if they take any."""
        chosen = self.chosen.copy()
        for people, loads in zip(self._pool.people(), self._pool.sides, strict=True):
            taken = np.bincount(people[chosen], minlength=len(loads))
            few = loads.optional & (taken < loads.least)
            chosen &= ~few[people] | self._pool.fixed_to_one
        return chosen
