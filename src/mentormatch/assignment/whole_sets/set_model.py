"""Rows that each bound the hours of one person: every such owner takes a whole set of the items on the other side.

A row is one owner's if it counts no pair of anybody else. Then an answer is one set of items for each owner, and only
the items couple the owners (Dantzig & Wolfe 1960; generalised assignment: Savelsbergh 1997).

All sets of each owner that lose little: knapsack tables (Bellman 1957), then an enumeration that they prune.

With multipliers on the items an owner's best set is a knapsack. ``rest[t, i, c]`` is the most that owner ``i`` gains
from the items from ``t`` on in ``c`` hours. Invariant of the enumeration: what a partial set has and the rest can add
is within the slack of the owner's best, so nearly every partial set leads to a set that is listed. All owners go
together, an item of each at a time.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import AssignmentProblem
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector

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
        # One row an owner: sets of items are packed into its hours
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
    # What each pair takes of its owner, what the owner has, and the row that says so
    needs, hours, rows = np.zeros(len(owners), np.int64), np.zeros(n, np.int64), np.full(n, -1)
    for row in found:
        needs[row.places], hours[row.owner], rows[row.owner] = row.needs, row.hours, row.place
    # Pins are taken: their hours and places are gone
    pinned = np.isin(pairs[0] * problem.shape[1] + pairs[1], [i * problem.shape[1] + k for i, k in problem.pins])
    used = np.bincount(owners[pinned], minlength=n)
    served = np.bincount(items[pinned], minlength=problem.shape[1 - side])
    np.subtract.at(hours, owners[pinned], needs[pinned])
    places, most = loads.most - used, others.most - served
    if min(hours.min(initial=0), places.min(initial=0), most.min(initial=0)) < 0:
        return None
    # Of the other pairs those that fit by themselves, in the order of their owners
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


NONE = -(1 << 60)
"""Less than any sum of profits."""
TABLE_CELLS = 1 << 22
"""Cells of all tables together; where hours need more of them, they are counted in coarser units."""
MOST_UNITS, FEWEST_UNITS = 1 << 12, 1 << 5
MOST_CELLS = 1 << 25
"""Tables with more cells even in the coarsest units are not made."""
WORD = 63
"""Items in a word of a set."""


@dataclass(frozen=True, slots=True)
class Multipliers:
    """What an item costs, ``prices`` (m,), and a place of an owner, ``owner_prices`` (n,), in parts of a unit."""

    prices: IntVector
    owner_prices: IntVector
    parts: int

    def gains(self, model: SetModel) -> IntVector:
        """Return (e,) the profit of each pair less its item's price and its owner's price, in parts."""
        return model.profit * self.parts - self.prices[model.items] - self.owner_prices[model.owners]

    def flat(self, model: SetModel) -> int:
        """Return what the bound has beside the owners' best sets: items at the dearer end, and all places."""
        items = np.maximum(model.least * self.prices, model.most * self.prices)
        return int(items.sum() + (self.owner_prices * model.places).sum())


@dataclass(frozen=True, slots=True)
class SetList:
    """Sets by owner: their ``owners`` (s,) ascending, and the pairs of the model that each has, ``members`` (x,).

    Set ``s`` has the next ``sizes[s]`` members.
    """

    owners: IntVector
    sizes: IntVector
    members: IntVector

    def __len__(self) -> int:
        return len(self.owners)

    def sums(self, values: IntVector) -> IntVector:
        """Return (s,) the sum over each set of ``values`` (e,) of pairs."""
        return segment_sums(values[self.members], self.sizes)

    def among(self, kept: BoolVector) -> "SetList":
        """Return some of the sets."""
        return SetList(self.owners[kept], self.sizes[kept], self.members[np.repeat(kept, self.sizes)])


def segment_sums(values: IntVector, sizes: IntVector) -> IntVector:
    """Return the sums of consecutive stretches of ``values``, each of the given size.

    >>> segment_sums(np.array([1, 2, 4]), np.array([2, 0, 1])).tolist()
    [3, 0, 4]
    """
    ends = np.cumsum(sizes)
    sums = np.append(0, np.cumsum(values))
    return np.asarray(sums[ends] - sums[ends - sizes])


@dataclass(frozen=True, slots=True)
class KnapsackTables:
    """The items that may matter of each owner, best first, padded to (n, t), and the tables.

    ``pairs``: their pairs in the model. ``gains``, ``needs``, ``units`` of hours (rounded down). ``rest``: (t + 1, n,
    c + 1). ``ends`` (n,): the units of hours that each owner has. ``best`` (n,): a bound on the gain of any set, which
    is that of the best set where hours are counted one by one and places suffice.
    """

    model: SetModel
    pairs: IntMatrix
    gains: IntMatrix
    needs: IntMatrix
    units: IntMatrix
    rest: IntMatrix
    ends: IntVector
    best: IntVector

    @classmethod
    def of(cls, model: SetModel, gains: IntVector, slack: int) -> Self:
        """Return the tables of the items that gain no less than ``-slack``: no set that loses less has another."""
        n = model.shape[0]
        some = np.flatnonzero(gains >= -slack)
        order = some[np.lexsort((-gains[some], model.owners[some]))]
        owners = model.owners[order]
        starts = np.searchsorted(owners, np.arange(n))
        at = owners, np.arange(len(owners)) - starts[owners]
        width = int(at[1].max(initial=-1)) + 1
        pairs, own_gains, needs = np.full((n, width), -1), np.full((n, width), NONE), np.zeros((n, width), np.int64)
        pairs[at], own_gains[at], needs[at] = order, gains[order], model.needs[order]
        # Hours in coarser units, rounded down for needs and for what there is: a relaxation
        most = int(np.clip(TABLE_CELLS // max(n * width, 1), FEWEST_UNITS, MOST_UNITS))
        divisor = np.maximum(-(-model.hours // most), np.gcd.reduce(needs, axis=1, initial=0))
        divisor = np.maximum(divisor, 1)
        units, ends = needs // divisor[:, None], model.hours // divisor
        rest = _fill(own_gains, units, ends)
        return cls(model, pairs, own_gains, needs, units, rest, ends, rest[0][np.arange(n), ends])

    @staticmethod
    def fit(model: SetModel) -> bool:
        """Return whether tables of all items fit in memory."""
        widest = int(np.bincount(model.owners, minlength=1).max())
        return model.shape[0] * widest * FEWEST_UNITS <= MOST_CELLS

    def sets(self, slack: int, limit: int) -> SetList | None:
        """Return all sets that gain no less than the best of their owner less ``slack``; None if more than ``limit``.

        Each has no fewer items than its owner must take, and no more than there are places and hours.
        """
        model, width = self.model, self.pairs.shape[1]
        floor, cells = self.best - slack, self.rest.shape[2]
        flat = self.rest.reshape(width + 1, -1)
        # Partial sets: owner, gain, hours and units left, number of items, items as bits
        own = np.arange(len(floor))
        gain, count, left, units = 0 * own, 0 * own, model.hours, self.ends
        bits = np.zeros((-(-width // WORD), len(own)), np.int64)
        for turn in range(width):
            after, base = flat[turn + 1], own * cells
            need, more = self.needs[own, turn], gain + self.gains[own, turn]
            rooms = np.maximum(units - self.units[own, turn], 0)
            takes = (need <= left) & (count < model.places[own]) & (more + after[base + rooms] >= floor[own])
            leaves = gain + after[base + units] >= floor[own]
            if not takes.any() and leaves.all():
                continue
            taken, kept = np.flatnonzero(takes), np.flatnonzero(leaves)
            if len(taken) + len(kept) > limit:
                return None
            both = np.concatenate([kept, taken])
            used = np.zeros(len(both), np.int64)
            used[len(kept) :] = need[taken]
            bits = bits[:, both]
            bits[turn // WORD, len(kept) :] |= 1 << (turn % WORD)
            own, left, count = own[both], left[both] - used, count[both] + (np.arange(len(both)) >= len(kept))
            gain = np.concatenate([gain[kept], more[taken]])
            units = np.concatenate([units[kept], rooms[taken]])
        enough = (count >= model.fewest[own]) | (model.idle[own] & (count == 0))
        return self._list_sets(own[enough], bits[:, enough])

    def _list_sets(self, own: IntVector, bits: IntMatrix) -> SetList:
        """Return partial sets that are whole, sorted by owner."""
        order = np.argsort(own, kind="stable")
        own, turns = own[order], np.arange(self.pairs.shape[1])
        inside: BoolMatrix = (bits[:, order][turns // WORD].T >> (turns % WORD)) & 1 > 0
        sets, items = np.nonzero(inside)
        return SetList(own, inside.sum(axis=1), self.pairs[own[sets], items])


def _fill(gains: IntMatrix, units: IntMatrix, ends: IntVector) -> IntMatrix:
    """Return the tables, from the last item to the first."""
    n, width = gains.shape
    cells = int(ends.max(initial=0)) + 1
    rest = np.zeros((width + 1, n, cells), np.int64)
    base, room = np.arange(n)[:, None] * cells, np.arange(cells)[None, :]
    for turn in range(width - 1, -1, -1):
        after, left = rest[turn + 1], room - units[:, turn, None]
        taken = after.ravel()[base + np.maximum(left, 0)] + gains[:, turn, None]
        np.maximum(after, np.where(left < 0, NONE, taken), out=rest[turn])
    return rest
