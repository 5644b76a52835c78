"""The walks of replicas over groups in NumPy alone: groups meet in pairs, and all pairs of all replicas at once.

Groups are paired off at random. For each pair every exchange of a place with a place is a proposal, with a quantile of
its own; of those that Metropolis' rule accepts, the one with most to spare is done. Disjoint pairs of groups commute,
so energies stay exact. People who are to be together move in steps of their own, one a replica.
"""

from collections.abc import Sequence
from copy import copy
from typing import Final, NamedTuple

import numpy as np

from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.groups.energy import EMPTY, QUANTILE_BITS, EnergyTables, ReplicaStates, group_terms
from mentormatch.groups.step_timer import StepTimer

FORBIDDEN: Final = 1 << 60
"""What an exchange loses that may not be; some of them still fit int64."""
POOL: Final = 1 << 17
"""Quantiles are drawn once: each step takes as many as it needs in a row, from one of so many places on."""
LEAST_PROPOSALS: Final = 400
"""A step counts for so many proposals at least: it takes as long."""
UNIT_STEPS: Final = 4
"""After so many steps each replica tries to move a block."""
MOST_CELLS: Final = 1 << 18
"""The replicas of a step are done in parts with so many proposals, whose arrays stay in the cache."""


class ArrayReplicas:
    """The engine of the search in NumPy; see ``replica_exchange``."""

    def __init__(self, tables: EnergyTables, states: ReplicaStates, quantiles: IntVector) -> None:
        self.tables, self.states, self.quantiles = tables, states, quantiles
        self.random = np.random.default_rng(int(states.random[0, 0]))
        self.exchange, self.timer = PairedExchange(tables, states), StepTimer()
        size = max(MOST_CELLS // max(int(np.prod(self.exchange.shape[1:])), 1), 1)
        self.parts = [slice(first, first + size) for first in range(0, len(states), size)]
        drawn = self.random.integers(0, len(quantiles), POOL + int(np.prod(self.exchange.shape)))
        self.pool = quantiles.take(drawn)

    def walk(self, temperatures: IntVector, proposals: int, deadline: float | None = None) -> float:
        """Make about so many proposals at each replica; return which part was accepted."""
        exchange, accepted = self.exchange, 0.0
        steps = max(proposals // exchange.proposals, 1)
        for step in range(steps):
            if not self.timer.allows(deadline):
                break
            with self.timer:
                paired = np.argsort(self.random.random((len(self.states), exchange.groups)), axis=1)
                start = int(self.random.integers(0, POOL))
                for rows in self.parts:
                    accepted += self._step(rows, paired[rows], start, temperatures[rows]) / len(self.parts)
                if exchange.blocks and step % UNIT_STEPS == 0:
                    self._move_blocks(temperatures)
        return accepted / steps

    def _step(self, rows: slice, paired: IntMatrix, start: int, temperatures: IntVector) -> float:
        """Let some replicas do one step, with quantiles from ``start``; return which part was accepted."""
        part = self.exchange if len(self.parts) == 1 else self.exchange.part(rows)
        cells = int(np.prod(part.shape[1:]))
        first = start + rows.start * cells
        noise = self.pool[first : first + part.shape[0] * cells].reshape(part.shape) * temperatures[:, None, None, None]
        noise >>= QUANTILE_BITS
        return part.step(paired[:, : part.couples], paired[:, -part.couples :], noise)

    def _move_blocks(self, temperatures: IntVector) -> None:
        """Propose a move of one block in each replica."""
        for replica, temperature in enumerate(temperatures.tolist()):
            draw = self.random.integers(0, 1 << 31, 3)
            least = -(temperature * int(self.quantiles[draw[2] % len(self.quantiles)]) >> QUANTILE_BITS)
            self.exchange.move_block(replica, int(draw[0]), int(draw[1]), least)

    def descend(self, replica: int, deadline: float | None = None) -> IntVector:
        """Return the places of the local optimum below a replica, which stays as it is; those reached if time is up."""
        return descend(
            self.tables,
            self.states.copy(self.tables, replica),
            deadline,
            StepTimer(self.timer.last_s / len(self.states)),
        )


def descend(tables: EnergyTables, state: ReplicaStates, deadline: float | None, timer: StepTimer) -> IntVector:
    """Return the places of the local optimum below a replica, which goes there; those reached if time is up."""
    exchange = PairedExchange(tables, state)
    groups, idle = exchange.groups, 0
    around = np.arange(groups + groups % 2)
    # All pairs of groups meet in turn, as in a tournament, until none of them gains
    while idle < len(around) and timer.allows(deadline):
        left, right = around[: len(around) // 2], around[len(around) // 2 :][::-1]
        met = np.maximum(left, right) < groups
        before = int(state.energies[0])
        with timer:
            exchange.step(left[met][None, :], right[met][None, :], np.array(-1))
        idle = 0 if state.energies[0] > before else idle + 1
        around = np.concatenate([around[:1], around[-1:], around[1:-1]])
        if idle == len(around) and exchange.blocks:
            seats = range(len(tables.home))
            moved = [exchange.move_block(0, unit, seat, 1) for unit in range(exchange.blocks) for seat in seats[::3]]
            idle = 0 if any(moved) else idle
    return np.asarray(state.place[0].copy())


class MetGroups(NamedTuple):
    """Pairs of groups that meet, ``left`` and ``right`` (r, p).

    ``ours`` and ``theirs`` (r, p, w): their places; ``mine`` and ``other``: who sits there.
    """

    left: IntMatrix
    right: IntMatrix
    ours: IntMatrix
    theirs: IntMatrix
    mine: IntMatrix
    other: IntMatrix


class PairedExchange:
    """The exchanges of two places of two groups, for all pairs of groups that meet in a step, in all replicas.

    ``seats`` (g + 1, w): the places of each group, filled up with a place that is none. ``pairs`` (n + 1, n + 1):
    nobody is person n.
    """

    def __init__(self, tables: EnergyTables, states: ReplicaStates) -> None:
        self.tables, self.states = tables, states
        rooms = np.diff(tables.first)
        self.groups = len(rooms) if rooms[-1] else len(rooms) - 1
        self.couples, self.outside = self.groups // 2, len(rooms) - 1
        width, self.nowhere = int(rooms.max(initial=1)), len(tables.home)
        inside = np.arange(width)[None, :] < rooms[:, None]
        self.seats = np.where(inside, tables.first[:-1, None] + np.arange(width)[None, :], self.nowhere)
        self.shape = len(states), self.couples, width, width
        self.proposals = max(self.couples * width * width, LEAST_PROPOSALS)
        self.nobody = len(tables.unit)
        self.who = np.full((len(states), self.nowhere + 1), self.nobody)
        self.pairs = np.pad(tables.pairs, ((0, 1), (0, 1)))
        # Two empty places are no proposal
        self.meeting = self.pairs.copy()
        self.meeting[-1, -1] = FORBIDDEN
        lengths = np.diff(tables.unit_first)
        self.blocks = int((lengths > 1).sum())
        self.fixed = np.append(lengths[tables.unit] > 1, False)
        self.whole = not tables.plain
        self.holds = np.pad(tables.holds, ((0, 0), (0, 1)))
        self.has, self.known = np.pad(tables.has, ((0, 1), (0, 0))), np.pad(tables.known, ((0, 1), (0, 0)))

    def part(self, rows: slice) -> "PairedExchange":
        """Return the same for some of the replicas."""
        part = copy(self)
        part.states, part.who = self.states.part(rows), self.who[rows]
        part.shape = len(part.states), *self.shape[1:]
        return part

    def step(self, left: IntMatrix, right: IntMatrix, noise: IntMatrix) -> float:
        """Let each pair of groups (r, p) exchange two places where that, with the noise, is no loss.

        Return the part of all proposals that are none.
        """
        if not left.shape[1]:
            return 0.0
        rows = np.arange(len(self.states))[:, None, None]
        self.who[:, :-1] = self.states.who
        self.who[self.who == EMPTY] = self.nobody
        met = MetGroups(
            left,
            right,
            self.seats[left],
            self.seats[right],
            *(self.who[rows, self.seats[groups]] for groups in (left, right)),
        )
        gain, first, second = self._gains(met)
        spared = (gain + noise).reshape(*left.shape, -1)
        # Of those that are accepted, the one with most to spare
        chosen = spared.argmax(axis=2)
        replica, couple = np.nonzero(np.take_along_axis(spared, chosen[..., None], axis=2)[..., 0] >= 0)
        index = replica, couple, *np.divmod(chosen[replica, couple], gain.shape[3])
        np.add.at(self.states.energies, replica, gain[index])
        if self.whole:
            self.states.value[replica, left[replica, couple]] += first[index]
            self.states.value[replica, right[replica, couple]] += second[index]
        at_left, at_right = (replica, couple, index[2]), (replica, couple, index[3])
        deadline = left[replica, couple], right[replica, couple]
        moved, places = (met.mine[at_left], met.other[at_right]), (met.ours[at_left], met.theirs[at_right])
        self._exchange(replica, deadline, moved, places)
        return np.count_nonzero(spared >= 0) / spared.size

    def _gains(self, met: "MetGroups") -> tuple[IntMatrix, IntMatrix, IntMatrix]:
        """Return (r, p, w, w) what each exchange gains, and what each of the two groups, the floor aside.

        Without terms of whole groups the latter are not told apart.
        """
        lookup, width, gains = self.pairs if self.whole else self.meeting, self.nobody + 1, self.states.gains
        rows = np.arange(len(self.states))[:, None] * len(self.seats)
        pairs = lookup.take(met.mine[..., :, None] * width + met.other[..., None, :])
        here, there = ((rows + groups)[..., None] * width for groups in (met.left, met.right))
        stay, leave = gains.take(here + met.mine), gains.take(there + met.mine)
        back, come = gains.take(there + met.other), gains.take(here + met.other)
        inner = [(groups != self.outside)[..., None, None] for groups in (met.left, met.right)]
        # Places that are none, and people who move with others, are no proposal
        ours = self._loss_of_barred(met.mine, met.ours, met.right)
        theirs = self._loss_of_barred(met.other, met.theirs, met.left)
        if not self.whole:
            gain = (leave - stay - ours)[..., :, None] + (come - back - theirs)[..., None, :]
            gain -= pairs * (inner[0].astype(np.int64) + inner[1])
            return gain, gain, gain
        mine, other = met.mine[..., :, None], met.other[..., None, :]
        first = come[..., None, :] - stay[..., :, None] - pairs * inner[0]
        first = first + self._counts_and_terms(met.left, mine, other)
        second = leave[..., :, None] - back[..., None, :] - pairs * inner[1]
        second = second + self._counts_and_terms(met.right, other, mine)
        gain = first + second + self._floors(met, first, second)
        gain -= ours[..., :, None] + theirs[..., None, :]
        gain -= ((mine == self.nobody) & (other == self.nobody)) * FORBIDDEN
        return gain, first, second

    def _loss_of_barred(self, people: IntMatrix, seats: IntMatrix, giving: IntMatrix) -> IntMatrix:
        """Return what a place loses that takes no part, or is empty where the other group has no more than it must."""
        rows = np.arange(len(self.states))[:, None]
        least = (self.states.sizes[rows, giving] <= self.tables.least[giving])[..., None]
        barred = (seats == self.nowhere) | self.fixed[people] | ((people == self.nobody) & least)
        return np.where(barred, FORBIDDEN, 0)

    def _exchange(
        self,
        replica: IntVector,
        deadline: tuple[IntVector, IntVector],
        moved: tuple[IntVector, IntVector],
        places: tuple[IntVector, IntVector],
    ) -> None:
        """Do an exchange for each of some disjoint pairs of groups, and update all that is counted."""
        states, rows = self.states, self.pairs[moved[1]] - self.pairs[moved[0]]
        for end, sign in zip(deadline, (1, -1), strict=True):
            inner = end != self.outside
            states.gains[replica[inner], end[inner]] += sign * rows[inner]
        for side in (0, 1):
            people, other, seat, to = moved[side], moved[1 - side], places[1 - side], deadline[1 - side]
            there = people != self.nobody
            states.who[replica, seat] = np.where(there, people, EMPTY)
            states.place[replica[there], people[there]] = to[there]
            states.seat[replica[there], people[there]] = seat[there]
            states.sizes[replica, to] += there.astype(np.int64) - (other != self.nobody)
            if self.whole:
                states.counted[replica, :, to] += (self.holds[:, people] - self.holds[:, other]).T
                states.having[replica, to] += self.has[people] - self.has[other]
                states.answered[replica, to] += self.known[people] - self.known[other]

    def _counts_and_terms(self, group: IntMatrix, leaving: IntMatrix, joining: IntMatrix) -> IntMatrix:
        """Return what groups (r, p) gain by counts and terms, by who leaves and who joins (r, p, ., .)."""
        states, tables = self.states, self.tables
        rows = np.arange(len(states))[:, None]
        inside = (group != self.outside)[..., None, None]
        total = np.zeros((1, 1, 1, 1), dtype=np.int64)
        # Counts: violations of now less those after the exchange
        for rule, holds in enumerate(self.holds):
            now = states.counted[rows, rule, group][..., None, None]
            then = np.where(inside, now - holds[leaving] + holds[joining], 0)
            total = total + (tables.bad[rule][now * inside] - tables.bad[rule][then]) * inside
        if not len(tables.points):
            return total
        # Terms of whole groups: the items that all have, before and after
        size = states.sizes[rows, group]
        after = size[..., None, None] - (leaving != self.nobody) + (joining != self.nobody)
        for term in range(len(tables.points)):
            items = slice(int(tables.term_first[term]), int(tables.term_first[term + 1]))
            having = states.having[rows, group][..., items][..., None, None, :]
            has = self.has[:, items]
            common = (having - has[leaving] + has[joining] == after[..., None]).sum(axis=-1)
            answered = states.answered[rows, group, term][..., None, None] - self.known[leaving, term]
            known = answered + self.known[joining, term] == after
            worth = np.where(known, tables.points[term].take(common), tables.unknown[term]) * (after * (after - 1) // 2)
            pairs, all_answered = size * (size - 1) // 2, states.answered[rows, group, term] == size
            have_all = (states.having[rows, group][..., items] == size[..., None]).sum(axis=-1)
            now = np.where(all_answered, tables.points[term].take(have_all), tables.unknown[term]) * pairs
            total = total + (worth - now[..., None, None]) * inside
        return total

    def _floors(self, met: "MetGroups", first: IntMatrix, second: IntMatrix) -> IntMatrix:
        """Return what both groups gain by what they lack to the floor."""
        floor, weight = self.tables.floor.tolist()
        if not weight:
            return np.zeros((1, 1, 1, 1), dtype=np.int64)
        rows, total = np.arange(len(self.states))[:, None], np.zeros((1, 1, 1, 1), dtype=np.int64)
        more = (met.other != self.nobody)[..., None, :].astype(np.int64) - (met.mine != self.nobody)[..., :, None]
        for group, gain, added in ((met.left, first, more), (met.right, second, -more)):
            size = self.states.sizes[rows, group][..., None, None]
            value = self.states.value[rows, group][..., None, None]
            now = np.maximum(floor * (size * (size - 1) // 2) - value, 0)
            then = np.maximum(floor * ((size + added) * (size + added - 1) // 2) - value - gain, 0)
            total = total + weight * (now - then) * (group != self.outside)[..., None, None]
        return total

    def move_block(self, replica: int, unit: int, seat: int, least: int) -> bool:
        """Exchange a block with the units at as many places of another group, from a place on, if that gains enough."""
        tables, states = self.tables, self.states
        lengths = np.diff(tables.unit_first)
        blocks = np.flatnonzero(lengths > 1)
        unit, seat = int(blocks[unit % len(blocks)]), seat % len(tables.home)
        # Who goes, and whole units of the other group to take their places
        moving = tables.unit_people[tables.unit_first[unit] : tables.unit_first[unit + 1]]
        came, to = int(states.place[replica, moving[0]]), int(tables.home[seat])
        taken = None if came == to else self._units_from(replica, seat, len(moving))
        if taken is None:
            return False
        coming, seats = taken
        if states.sizes[replica, came] - len(moving) + len(coming) < tables.least[came]:
            return False
        # Both groups as they are, and as they would be
        members = [np.flatnonzero(states.place[replica] == group) for group in (came, to)]
        then = (
            np.concatenate([np.setdiff1d(members[0], moving), coming]),
            np.concatenate([np.setdiff1d(members[1], coming), moving]),
        )
        values = [self._value(group, people) for group, people in zip((came, to), then, strict=True)]
        worth = states.value[replica, [came, to]].tolist()
        gain = self._energy((came, to), then, values) - self._energy((came, to), members, worth)
        if gain < least:
            return False
        self._settle(replica, (moving, coming), (came, to), seats)
        states.value[replica, [came, to]] = values
        states.energies[replica] += gain
        return True

    def _energy(self, groups: Sequence[int], members: Sequence[IntVector], values: Sequence[int]) -> int:
        """Return what groups of these people are worth together, less what each lacks to the floor."""
        each = zip(groups, members, values, strict=True)
        return sum(value - self._lack(group, len(people), value) for group, people, value in each)

    def _units_from(self, replica: int, seat: int, needed: int) -> tuple[IntVector, IntVector] | None:
        """Return the people and the places of whole units of a group, from a place on, as many as are needed."""
        tables, states = self.tables, self.states
        group = int(tables.home[seat])
        first, end = tables.first[group : group + 2].tolist()
        people: list[int] = []
        seats: list[int] = []
        for at in [*range(seat, end), *range(first, seat)]:
            other = int(states.who[replica, at])
            if other == EMPTY:
                seats.append(at)
            elif other not in people:
                unit = int(tables.unit[other])
                theirs = tables.unit_people[tables.unit_first[unit] : tables.unit_first[unit + 1]]
                if len(seats) + len(theirs) <= needed:
                    people += theirs.tolist()
                    seats += states.seat[replica, theirs].tolist()
            if len(seats) == needed:
                return np.array(people, dtype=np.int64), np.array(seats, dtype=np.int64)
        return None

    def _value(self, group: int, people: IntVector) -> int:
        """Return what a group of some people is worth, the floor aside."""
        tables = self.tables
        value = int(tables.alone[group, people].sum())
        if group == self.outside:
            return value
        value += int(tables.pairs[np.ix_(people, people)].sum()) // 2
        having, answered = tables.has[people].sum(axis=0)[None, :], tables.known[people].sum(axis=0)[None, :]
        value += int(group_terms(tables, np.array([len(people)]), having, answered)[0])
        there = tables.holds[:, people].sum(axis=1).tolist()
        return value - sum(int(bad[count]) for bad, count in zip(tables.bad, there, strict=True))

    def _lack(self, group: int, size: int, value: int) -> int:
        """Return what a group costs for what it lacks to the floor."""
        floor, weight = self.tables.floor.tolist()
        return 0 if group == self.outside else int(weight * max(floor * (size * (size - 1) // 2) - value, 0))

    def _settle(
        self, replica: int, moved: tuple[IntVector, IntVector], deadline: tuple[int, int], seats: IntVector
    ) -> None:
        """Exchange a block of the first group with others of the second at some places."""
        tables, states = self.tables, self.states
        given = states.seat[replica, moved[0]].copy()
        states.who[replica, given] = states.who[replica, seats] = EMPTY
        for people, start, end, places in (
            (moved[0], *deadline, seats),
            (moved[1], *deadline[::-1], given[: len(moved[1])]),
        ):
            states.who[replica, places] = people
            states.place[replica, people], states.seat[replica, people] = end, places
            for group, sign in ((start, -1), (end, 1)):
                states.sizes[replica, group] += sign * len(people)
                states.counted[replica, :, group] += sign * tables.holds[:, people].sum(axis=1)
                states.having[replica, group] += sign * tables.has[people].sum(axis=0)
                states.answered[replica, group] += sign * tables.known[people].sum(axis=0)
                if group != self.outside:
                    states.gains[replica, group, :-1] += sign * tables.pairs[people].sum(axis=0)
