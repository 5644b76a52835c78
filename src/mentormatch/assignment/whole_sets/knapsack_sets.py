"""All sets of each owner that lose little: knapsack tables (Bellman 1957), then an enumeration that they prune.

With multipliers on the items an owner's best set is a knapsack. ``rest[t, i, c]`` is the most that owner ``i`` gains
from the items from ``t`` on in ``c`` hours. Invariant of the enumeration: what a partial set has and the rest can add
is within the slack of the owner's best, so nearly every partial set leads to a set that is listed. All owners go
together, an item of each at a time.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from mentormatch.assignment.whole_sets.set_model import SetModel
from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector

NONE = -(1 << 60)
"""Less than any sum of profits."""
CELLS = 1 << 22
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
        most = int(np.clip(CELLS // max(n * width, 1), FEWEST_UNITS, MOST_UNITS))
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
