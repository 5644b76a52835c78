"""States of the search for groups: who sits where, and all that is counted of each group, for many replicas at once.

Each group has as many places as people at most; a place that nobody takes is empty. Random starts keep sizes and
blocks of people who are to be together, which the search never breaks.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.groups.energy import EnergyTables

EMPTY: Final = -1
TRIES: Final = 60
"""Random starts that are tried before blocks are packed by their size."""

QUANTILE_BITS: Final = 10
"""Quantiles of the exponential distribution are in units of 2^-10."""

type Quantiles = NDArray[np.uint16]
type Words = NDArray[np.uint64]


class Replica(NamedTuple):
    """One state. ``place`` (n,): the group of each; ``seat`` (n,): where they sit; ``who`` (p,) sits where, -1 nobody.

    ``gains`` (g + 1, n + 1): the weight of each person with who is in each group, 0 for nobody. ``sizes`` (g + 1,);
    ``counted`` (c, g + 1), ``having`` (g + 1, k), ``answered`` (g + 1, t): how many each rule counts, have each item,
    answered. ``value`` (g + 1,): what each group is worth, the floor aside; ``hope`` (g + 1,): what one
    person more or another may add at most, but by pairs. ``room`` (5, n): a buffer for who moves.
    ``random`` (1,): the state of random numbers.
    """

    place: IntVector
    seat: IntVector
    who: IntVector
    gains: IntMatrix
    sizes: IntVector
    counted: IntMatrix
    having: IntMatrix
    answered: IntMatrix
    value: IntVector
    hope: IntVector
    room: IntMatrix
    random: Words


class ReplicaStates:
    """So many replicas, each array of ``Replica`` with an axis for them before its own; ``energies`` (r,)."""

    def __init__(self, tables: EnergyTables, places: IntMatrix, seed: int) -> None:
        replicas, n = places.shape
        groups, nothing = len(tables.least), np.int64
        self.place = places.astype(np.int64)
        self.seat = np.zeros((replicas, n), dtype=nothing)
        self.who = np.full((replicas, len(tables.home)), EMPTY, dtype=nothing)
        self.gains = np.zeros((replicas, groups, n + 1), dtype=nothing)
        self.sizes = np.zeros((replicas, groups), dtype=nothing)
        self.counted = np.zeros((replicas, len(tables.holds), groups), dtype=nothing)
        self.having = np.zeros((replicas, groups, tables.has.shape[1]), dtype=nothing)
        self.answered = np.zeros((replicas, groups, len(tables.points)), dtype=nothing)
        self.value = np.zeros((replicas, groups), dtype=nothing)
        self.hope = np.zeros((replicas, groups), dtype=nothing)
        self.energies = np.zeros(replicas, dtype=nothing)
        self.room = np.zeros((5, max(n, 2)), dtype=nothing)
        self.random = np.random.default_rng(seed).integers(0, 1 << 63, (replicas, 1), dtype=np.uint64)
        for replica in range(replicas):
            # Seats in the order of the people
            order = np.argsort(self.place[replica], kind="stable")
            sizes = np.bincount(self.place[replica], minlength=groups)
            before = np.repeat(np.cumsum(sizes) - sizes, sizes)
            self.seat[replica, order] = tables.first[self.place[replica, order]] + np.arange(n) - before
            self.who[replica, self.seat[replica]] = np.arange(n)
        self.load(tables)

    def __len__(self) -> int:
        return len(self.place)

    def load(self, tables: EnergyTables) -> None:
        """Count everything again, at other penalties."""
        for replica in range(len(self)):
            inside = (self.place[replica][None, :] == np.arange(len(tables.least))[:, None]).astype(np.int64)
            self.sizes[replica] = inside.sum(axis=1)
            self.counted[replica] = tables.holds @ inside.T
            self.having[replica] = inside @ tables.has
            self.answered[replica] = inside @ tables.known
            self._load_values(tables, replica, self._load_gains(tables, replica))

    def _load_gains(self, tables: EnergyTables, replica: int) -> IntVector:
        """Set the gains of a replica; return (g + 1,) the sum of pairs and people in each group."""
        place, people, value = self.place[replica], np.arange(self.place.shape[1]), np.zeros_like(self.sizes[replica])
        self.gains[replica, -1] = 0
        for group in range(tables.number):
            self.gains[replica, group, :-1] = tables.pairs[place == group].sum(axis=0)
        # Pairs are seen from both ends
        np.add.at(value, place, self.gains[replica, place, people])
        value //= 2
        np.add.at(value, place, tables.alone[place, people])
        self.gains[replica, :, :-1] += tables.alone
        return np.asarray(value)

    def _load_values(self, tables: EnergyTables, replica: int, value: IntVector) -> None:
        """Set what each group is worth, what it may gain at most by all but its pairs, and the energy."""
        terms = group_terms(tables, self.sizes[replica], self.having[replica], self.answered[replica])[:-1]
        bad = sum((row[now[:-1]] for row, now in zip(tables.bad, self.counted[replica], strict=True)), 0 * terms)
        value[:-1] += terms - bad
        size = self.sizes[replica, :-1]
        lacks = np.maximum(int(tables.floor[0]) * (size * (size - 1) // 2) - value[:-1], 0) * int(tables.floor[1])
        most = max(int(tables.points.max(initial=0)), int(tables.unknown.max(initial=0))) * len(tables.points)
        self.hope[replica, :-1] = bad + most * (size * (size + 1) // 2) - terms + lacks
        self.value[replica] = value
        self.energies[replica] = int(value.sum()) - int(lacks.sum())

    def rename(self, tables: EnergyTables, replica: int, names: tuple[int, int]) -> None:
        """Let two groups of a replica exchange all their people; each has room for those of the other."""
        both, back = list(names), list(names[::-1])
        place = self.place[replica]
        people = [np.flatnonzero(place == name) for name in names]
        for name in names:
            self.who[replica, tables.first[name] : tables.first[name + 1]] = EMPTY
        for name, mine in zip(back, people, strict=True):
            seats = int(tables.first[name]) + np.arange(len(mine))
            self.who[replica, seats], self.seat[replica, mine], place[mine] = mine, seats, name
        for counts in (self.gains, self.sizes, self.having, self.answered, self.value, self.hope):
            counts[replica, both] = counts[replica, back]
        self.counted[replica][:, both] = self.counted[replica][:, back]

    def arrays(self) -> Replica:
        """Return all replicas, each array with an axis for them before its own."""
        counts = (self.counted, self.having, self.answered, self.value, self.hope)
        return Replica(self.place, self.seat, self.who, self.gains, self.sizes, *counts, self.room, self.random)

    def one(self, replica: int) -> Replica:
        """Return one replica, as views."""
        own = [each if name == "room" else each[replica] for name, each in self.arrays()._asdict().items()]
        return Replica(*own)

    def copy(self, tables: EnergyTables, replica: int) -> "ReplicaStates":
        """Return a copy of one replica alone."""
        return ReplicaStates(tables, self.place[replica : replica + 1], 0)


def group_terms(tables: EnergyTables, sizes: IntVector, having: IntMatrix, answered: IntMatrix) -> IntVector:
    """Return (g + 1,) what each group gets as a whole."""
    total, pairs = np.zeros(len(sizes), dtype=np.int64), sizes * (sizes - 1) // 2
    for term in range(len(tables.points)):
        items = slice(int(tables.term_first[term]), int(tables.term_first[term + 1]))
        common = (having[:, items] == sizes[:, None]).sum(axis=1)
        known = answered[:, term] == sizes
        total += np.where(known, tables.points[term, common], tables.unknown[term]) * pairs
    return total


def draw_start(tables: EnergyTables, random: np.random.Generator) -> IntVector | None:
    """Return (n,) a random group for each person, sizes and blocks kept; None where none is found."""
    for turn in range(TRIES):
        found = _pack(tables, random, shuffled=turn < TRIES // 2)
        if found is not None:
            return found
    return None


def _pack(tables: EnergyTables, random: np.random.Generator, *, shuffled: bool) -> IntVector | None:
    """Return a group for each person: great blocks first, each to a random group or to the one with most room."""
    rooms = np.diff(tables.first)
    wanted, outside = tables.least.copy(), len(rooms) - 1
    people = len(tables.unit)
    # Sizes are drawn first; blocks that fit none of them make a group larger
    while wanted.sum() < people:
        open_to = np.flatnonzero(wanted[:-1] < rooms[:-1])
        if not len(open_to):
            wanted[outside] = people - wanted[:-1].sum()
            break
        more = random.choice(open_to, min(people - int(wanted.sum()), len(open_to)), replace=False)
        wanted[more] += 1
    lengths, filled = np.diff(tables.unit_first), np.zeros(len(rooms), dtype=np.int64)
    place = np.full(people, EMPTY)
    order = random.permutation(len(lengths))
    for unit in order[np.argsort(-lengths[order], kind="stable")].tolist():
        size = int(lengths[unit])
        fitting = np.flatnonzero(filled + size <= wanted)
        if not len(fitting):
            fitting = np.flatnonzero(filled + size <= rooms)
        if not len(fitting):
            return None
        # Whoever need not be is not left out
        fitting = fitting[:-1] if fitting[-1] == outside and len(fitting) > 1 and size > 1 else fitting
        room = (wanted - filled)[fitting]
        group = int(random.choice(fitting)) if shuffled else int(fitting[np.argmax(room)])
        filled[group] += size
        place[tables.unit_people[tables.unit_first[unit] : tables.unit_first[unit + 1]]] = group
    return place if bool((filled >= tables.least).all()) else None
