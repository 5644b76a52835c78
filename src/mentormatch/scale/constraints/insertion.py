"""Greedy insertion: the most profitable pairs that keep all constraints."""

from dataclasses import dataclass, field

import numpy as np

from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.scale.columns.subproblem import PairList
from mentormatch.scale.constraints.hard_rules import HardRules, PersonRows


@dataclass(slots=True)
class GreedyInsertion:
    """An answer ``pairs`` (k, 2) that keeps some rules; ``taken``: the partners of each person of both sides.

    ``rows`` are those of all kinds, ``totals`` what it counts in them.
    """

    rules: HardRules
    pairs: IntMatrix
    rows: tuple[PersonRows, ...] = field(init=False)
    taken: tuple[IntVector, IntVector] = field(init=False)
    totals: list[IntVector] = field(init=False)

    def __post_init__(self) -> None:
        mentors, mentees = (np.bincount(p, minlength=n) for p, n in zip(self.pairs.T, self.rules.shape, strict=True))
        self.taken = mentors, mentees
        self.rows = (*self.rules.own, *self.rules.priced)
        self.totals = [own.totals(self.pairs, self.rules.shape) for own in self.rows]

    def filled(self, pairs: PairList, worth: IntVector) -> IntMatrix:
        """Return the answer with those of some pairs that it has room for."""
        width, ends = self.rules.shape[1], np.column_stack([pairs.mentors, pairs.mentees])
        counts = [own.row.coefficients_of(pairs.mentors, pairs.mentees, self.rules.shape) for own in self.rows]
        new = (worth > 0) & ~np.isin(ends @ (width, 1), self.pairs @ (width, 1))
        open_ = np.flatnonzero(new & self._room(ends, counts))
        added = [
            place
            for place in open_[np.argsort(-worth[open_], kind="stable")].tolist()
            if self._added(ends[place : place + 1], [count[place : place + 1] for count in counts])
        ]
        found = np.concatenate([self.pairs, ends[added]])
        return found[np.lexsort(found.T[::-1])]

    def _room(self, ends: IntMatrix, counts: list[IntVector]) -> BoolVector:
        """Return for which pairs (e, 2) there is room, by what they count in the rows of each kind."""
        fit = np.ones(len(ends), dtype=np.bool_)
        for side, (loads, taken) in enumerate(zip(self.rules.loads, self.taken, strict=True)):
            people = ends[:, side]
            used = (taken[people] > 0) | (loads.least[people] <= 1)
            fit &= used & (taken[people] < loads.most[people])
        for own, totals, count in zip(self.rows, self.totals, counts, strict=True):
            owners = own.owners(ends)
            fit &= own.fit(totals[owners] + count, owners)
        return fit

    def _added(self, end: IntMatrix, counts: list[IntVector]) -> bool:
        """Return whether there is room for a pair, and add it if there is."""
        if not self._room(end, counts)[0]:
            return False
        for side, taken in enumerate(self.taken):
            taken[end[0, side]] += 1
        for own, totals, count in zip(self.rows, self.totals, counts, strict=True):
            totals[own.owners(end)] += count
        return True
