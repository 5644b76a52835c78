"""Rows that each bound the hours of one person: every such owner takes a whole set of the items on the other side.

A row is one owner's if it counts no pair of anybody else. Then an answer is one set of items for each owner, and only
the items couple the owners (Dantzig & Wolfe 1960; generalised assignment: Savelsbergh 1997).
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector

FEW_ROWS = 64
"""Rows that do not say whose they are: so many at most are looked through."""


@dataclass(frozen=True, slots=True)
class OwnerRow:
    """The row of one owner: the hours ``needs`` of the pairs ``places``, and how many there are."""

    place: int
    owner: int
    places: IntVector
    needs: IntVector
    hours: int


@dataclass(frozen=True, slots=True)
class SetModel:
    """Pairs by owner, what each needs of the owner's hours, and how many partners both sides take beside pins.

    ``owners`` and ``items`` (e,), sorted by owner: the pairs that may still be taken; ``needs`` (e,) and ``profit``
    (e,). ``hours`` (n,): what each owner has; ``places``, ``fewest`` (n,): how many items; ``idle`` (n,) bool: none is
    allowed too. ``least``, ``most`` (m,): how many owners each item takes. ``side``: 0 where owners are mentors.
    ``rows`` (n,): the problem's row of each owner, -1: none. ``pins`` (k, 2): owner and item of what is taken anyway,
    worth ``pinned`` together.
    """

    owners: IntVector
    items: IntVector
    needs: IntVector
    profit: IntVector
    hours: IntVector
    places: IntVector
    fewest: IntVector
    idle: BoolVector
    least: IntVector
    most: IntVector
    side: int
    rows: IntVector
    pins: IntMatrix
    pinned: int

    @classmethod
    def of(cls, problem: AssignmentProblem, profit: IntVector) -> Self | None:
        """Return the model of a problem; None where a row is not a knapsack of one person, or no answer fits."""
        for side in (0, 1) if problem.scores.count else ():
            found = _rows_of_owners(problem, side)
            if found is not None:
                return _model(cls, problem, side, found, profit)
        return None

    @property
    def shape(self) -> tuple[int, int]:
        """Return the number of owners and of items."""
        return len(self.hours), len(self.most)

    def among(self, kept: BoolVector) -> "SetModel":
        """Return the model on some of the pairs."""
        parts = (self.owners, self.items, self.needs, self.profit)
        owners, items, needs, profit = (part[kept] for part in parts)
        return replace(self, owners=owners, items=items, needs=needs, profit=profit)

    def pairs(self, chosen: IntVector) -> IntMatrix:
        """Return (k, 2) mentor and mentee, sorted, of the pairs chosen and the pins."""
        found = np.concatenate([np.column_stack([self.owners[chosen], self.items[chosen]]), self.pins])
        found = found[:, ::-1] if self.side else found
        return found[np.lexsort(found.T[::-1])]

    def places_of(self, pairs: IntMatrix) -> IntVector:
        """Return which pairs of the model are among (k, 2) mentors and mentees."""
        owners, items = pairs[:, self.side], pairs[:, 1 - self.side]
        width = self.shape[1]
        return np.flatnonzero(np.isin(self.owners * width + self.items, owners * width + items))

    def holds(self, chosen: IntVector) -> bool:
        """Return whether the pairs chosen keep every bound, in integers."""
        n, m = self.shape
        taken, used = np.bincount(self.owners[chosen], minlength=n), np.zeros(n, dtype=np.int64)
        np.add.at(used, self.owners[chosen], self.needs[chosen])
        served = np.bincount(self.items[chosen], minlength=m)
        enough = (taken >= self.fewest) | (self.idle & (taken == 0))
        owners = enough & (taken <= self.places) & (used <= self.hours)
        return bool(owners.all() and (served >= self.least).all() and (served <= self.most).all())


def _rows_of_owners(problem: AssignmentProblem, side: int) -> list[OwnerRow] | None:
    """Return the rows that can bind, each with its owner on a side; None where one is of no single owner."""
    pairs = problem.scores.pairs()
    people = pairs[side]
    sorted_ = np.argsort(people, kind="stable")
    starts = np.searchsorted(people[sorted_], np.arange(problem.shape[side] + 1))
    found, owned = list[OwnerRow](), set[int]()
    loose = sum(row.owner(side) is None for row in problem.rows)
    if loose > FEW_ROWS:
        return None
    for place, row in enumerate(problem.rows):
        person = row.owner(side)
        if person is None:
            counted = np.flatnonzero(row.coefficients_of(*pairs, problem.shape))
            owners = np.unique(people[counted])
            if len(owners) > 1:
                return None
            person = int(owners[0]) if len(owners) else 0
        own = sorted_[starts[person] : starts[person + 1]]
        needs = row.coefficients_of(pairs[0][own], pairs[1][own], problem.shape)
        if (row.least or 0) > 0 or (needs < 0).any():
            return None
        if row.most is None or int(needs.sum()) <= row.most:
            continue
        if row.most < 0 or person in owned:
            return None
        owned.add(person)
        found.append(OwnerRow(place, person, own, needs, row.most))
    return found


def _model[M: SetModel](
    cls: type[M], problem: AssignmentProblem, side: int, found: list[OwnerRow], profit: IntVector
) -> M | None:
    """Return the model with pins taken out."""
    pairs = problem.scores.pairs()
    owners, items = pairs[side], pairs[1 - side]
    loads, others = ((problem.mentors, problem.mentees), (problem.mentees, problem.mentors))[side]
    if others.conditional.any():
        return None
    n = problem.shape[side]
    needs, hours, rows = np.zeros(len(owners), np.int64), np.zeros(n, np.int64), np.full(n, -1)
    for row in found:
        needs[row.places], hours[row.owner], rows[row.owner] = row.needs, row.hours, row.place
    pinned = np.isin(pairs[0] * problem.shape[1] + pairs[1], [i * problem.shape[1] + k for i, k in problem.pins])
    used = np.bincount(owners[pinned], minlength=n)
    served = np.bincount(items[pinned], minlength=problem.shape[1 - side])
    np.subtract.at(hours, owners[pinned], needs[pinned])
    places, most = loads.most - used, others.most - served
    if min(hours.min(initial=0), places.min(initial=0), most.min(initial=0)) < 0:
        return None
    kept = ~pinned & (needs <= hours[owners]) & (places[owners] > 0) & (most[items] > 0)
    order = np.flatnonzero(kept)[np.argsort(owners[kept], kind="stable")]
    return cls(
        owners[order],
        items[order],
        needs[order],
        profit[order],
        hours,
        np.minimum(places, np.bincount(owners[order], minlength=n)),
        np.maximum(loads.least - used, 0),
        loads.optional & (used == 0),
        np.maximum(others.firm_minimum - served, 0),
        most,
        side,
        rows,
        np.column_stack([owners[pinned], items[pinned]]),
        int(profit[pinned].sum()),
    )
