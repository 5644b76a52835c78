"""Walks of replicas in NumPy: in each step, disjoint pairs of groups exchange seats, in all replicas at once.

Groups are paired at random. For each pair of groups, every exchange of two seats is a proposal with its own random
quantile. Of the proposals that the Metropolis rule accepts, the one with the greatest margin is executed. Exchanges of
disjoint pairs of groups commute, so energies stay exact. People who must stay together move in separate steps, one per
replica.
"""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.groups.energy import EMPTY, QUANTILE_BITS, EnergyTables, ReplicaStates, group_terms
from mentormatch.groups.step_timer import StepTimer

FORBIDDEN_LOSS: Final = 1 << 60
"""The loss of a forbidden exchange; a sum of several still fits int64."""
QUANTILE_POOL_SIZE: Final = 1 << 17
"""Quantiles are drawn once; each step uses a contiguous part that starts at one of this many positions."""


@dataclass(frozen=True, slots=True)
class ArrayOptions:
    """Tuning of the replicas in arrays."""

    min_step_proposals: int = 400  # that a step counts for, in time
    steps_per_block_move: int = 4
    max_part_proposals: int = 1 << 18  # of replicas that are processed at once, so that the arrays fit the cache


ARRAY_OPTIONS = ArrayOptions()


class ArrayReplicas:
    """The engine of the search in NumPy; see ``replica_exchange``."""

    def __init__(self, tables: EnergyTables, states: ReplicaStates, quantiles: IntVector) -> None:
        self.tables, self.states, self.quantiles = tables, states, quantiles
        self.random = np.random.default_rng(int(states.random[0, 0]))
        self.exchange, self.timer = PairedExchange(tables, states), StepTimer()
        size = max(ARRAY_OPTIONS.max_part_proposals // max(int(np.prod(self.exchange.shape[1:])), 1), 1)
        self.parts = [slice(first, first + size) for first in range(0, len(states), size)]
        drawn = self.random.integers(0, len(quantiles), QUANTILE_POOL_SIZE + int(np.prod(self.exchange.shape)))
        self.pool = quantiles.take(drawn)

    def walk(self, temperatures: IntVector, proposals: int, deadline: float | None = None) -> float:
        """Make about ``proposals`` proposals per replica; return the share that was accepted.

        Proposals that the deadline prevents count as not accepted, and moves of blocks do not count.
        """
        exchange, accepted = self.exchange, 0.0
        steps = max(proposals // exchange.proposals, 1)
        for step in range(steps):
            if not self.timer.allows(deadline):
                break
            with self.timer:
                paired = np.argsort(self.random.random((len(self.states), exchange.groups)), axis=1)
                start = int(self.random.integers(0, QUANTILE_POOL_SIZE))
                for rows in self.parts:
                    accepted += self._step(rows, paired[rows], start, temperatures[rows]) / len(self.parts)
                if exchange.blocks and step % ARRAY_OPTIONS.steps_per_block_move == 0:
                    self._move_blocks(temperatures)
        return accepted / steps

    def _step(self, rows: slice, paired: IntMatrix, start: int, temperatures: IntVector) -> float:
        """Do one step of some replicas, with quantiles from ``start``; return the share that was accepted."""
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
        """Return (n,): the local optimum reached from a copy of a replica, or the groups at the deadline."""
        return descend(
            self.tables,
            self.states.copy(self.tables, replica),
            deadline,
            StepTimer(self.timer.last_s / len(self.states)),
        )


def descend(tables: EnergyTables, state: ReplicaStates, deadline: float | None, timer: StepTimer) -> IntVector:
    """Move the only replica to a local optimum, or until the deadline; return (n,) the group of each person."""
    exchange = PairedExchange(tables, state)
    groups, idle = exchange.groups, 0
    around = np.arange(groups + groups % 2)
    # All pairs of groups meet in turn (round-robin), until none of them improves
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
    """Pairs of groups that exchange seats.

    Attributes
    ----------
    left, right
        (r, p): the two groups of each pair.
    ours, theirs
        (r, p, w): the seats of the left and of the right groups.
    mine, other
        (r, p, w): the people on these seats.
    """

    left: IntMatrix
    right: IntMatrix
    ours: IntMatrix
    theirs: IntMatrix
    mine: IntMatrix
    other: IntMatrix


class PairedExchange:
    """The exchanges of two seats of two groups, for all pairs of groups of a step, in all replicas.

    ``seats`` (g + 1, w): the seats of each group, padded with ``nowhere``. ``pairs`` (n + 1, n + 1): the weights of
    pairs; person n stands for an empty seat.
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
        self.proposals = max(self.couples * width * width, ARRAY_OPTIONS.min_step_proposals)
        self.nobody = len(tables.unit)
        self.who = np.full((len(states), self.nowhere + 1), self.nobody)
        self.pairs = np.pad(tables.pairs, ((0, 1), (0, 1)))
        # An exchange of two empty seats is forbidden
        self.meeting = self.pairs.copy()
        self.meeting[-1, -1] = FORBIDDEN_LOSS
        lengths = np.diff(tables.unit_first)
        self.blocks = int((lengths > 1).sum())
        self.fixed = np.append(lengths[tables.unit] > 1, False)
        self.whole = not tables.plain
        self.holds = np.pad(tables.holds, ((0, 0), (0, 1)))
        self.has, self.known = np.pad(tables.has, ((0, 1), (0, 0))), np.pad(tables.known, ((0, 1), (0, 0)))

    def part(self, rows: slice) -> "PairedExchange":
        """Return the exchanges of some of the replicas."""
        part = copy(self)
        part.states, part.who = self.states.part(rows), self.who[rows]
        part.shape = len(part.states), *self.shape[1:]
        return part

    def step(self, left: IntMatrix, right: IntMatrix, noise: IntMatrix) -> float:
        """Let each pair of groups (r, p) exchange two seats if gain plus noise is at least 0.

        Return the share of proposals that were accepted.
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
        # Of the accepted proposals, the one with the greatest margin
        chosen = spared.argmax(axis=2)
        replica, couple = np.nonzero(np.take_along_axis(spared, chosen[..., None], axis=2)[..., 0] >= 0)
        index = replica, couple, *np.divmod(chosen[replica, couple], gain.shape[3])
        np.add.at(self.states.energies, replica, gain[index])
        if self.whole:
            self.states.value[replica, left[replica, couple]] += first[index]
            self.states.value[replica, right[replica, couple]] += second[index]
        at_left, at_right = (replica, couple, index[2]), (replica, couple, index[3])
        groups = left[replica, couple], right[replica, couple]
        moved, places = (met.mine[at_left], met.other[at_right]), (met.ours[at_left], met.theirs[at_right])
        self._exchange(replica, groups, moved, places)
        return np.count_nonzero(spared >= 0) / spared.size

    def _gains(self, met: "MetGroups") -> tuple[IntMatrix, IntMatrix, IntMatrix]:
        """Return (r, p, w, w): the gain of each exchange, and that of each of the two groups without the floor.

        If the energy is plain, all three are the gain of the exchange.
        """
        lookup, width, gains = self.pairs if self.whole else self.meeting, self.nobody + 1, self.states.gains
        rows = np.arange(len(self.states))[:, None] * len(self.seats)
        pairs = lookup.take(met.mine[..., :, None] * width + met.other[..., None, :])
        here, there = ((rows + groups)[..., None] * width for groups in (met.left, met.right))
        stay, leave = gains.take(here + met.mine), gains.take(there + met.mine)
        back, come = gains.take(there + met.other), gains.take(here + met.other)
        inner = [(groups != self.outside)[..., None, None] for groups in (met.left, met.right)]
        # Padding seats, and people who move with their block, are forbidden
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
        gain -= ((mine == self.nobody) & (other == self.nobody)) * FORBIDDEN_LOSS
        return gain, first, second

    def _loss_of_barred(self, people: IntMatrix, seats: IntMatrix, giving: IntMatrix) -> IntMatrix:
        """Return the loss of each seat: prohibitive for padding and for blocks.

        Also for an empty seat, if the group ``giving`` a person for it must not shrink.
        """
        rows = np.arange(len(self.states))[:, None]
        least = (self.states.sizes[rows, giving] <= self.tables.least[giving])[..., None]
        barred = (seats == self.nowhere) | self.fixed[people] | ((people == self.nobody) & least)
        return np.where(barred, FORBIDDEN_LOSS, 0)

    def _exchange(
        self,
        replica: IntVector,
        groups: tuple[IntVector, IntVector],
        moved: tuple[IntVector, IntVector],
        places: tuple[IntVector, IntVector],
    ) -> None:
        """Execute one exchange for each of some disjoint pairs of groups, and update all counts."""
        states, rows = self.states, self.pairs[moved[1]] - self.pairs[moved[0]]
        for end, sign in zip(groups, (1, -1), strict=True):
            inner = end != self.outside
            states.gains[replica[inner], end[inner]] += sign * rows[inner]
        for side in (0, 1):
            people, replacement, seat, to = moved[side], moved[1 - side], places[1 - side], groups[1 - side]
            is_person = people != self.nobody
            states.who[replica, seat] = np.where(is_person, people, EMPTY)
            states.place[replica[is_person], people[is_person]] = to[is_person]
            states.seat[replica[is_person], people[is_person]] = seat[is_person]
            states.sizes[replica, to] += is_person.astype(np.int64) - (replacement != self.nobody)
            if self.whole:
                states.counted[replica, :, to] += (self.holds[:, people] - self.holds[:, replacement]).T
                states.having[replica, to] += self.has[people] - self.has[replacement]
                states.answered[replica, to] += self.known[people] - self.known[replacement]

    def _counts_and_terms(self, group: IntMatrix, leaving: IntMatrix, joining: IntMatrix) -> IntMatrix:
        """Return (r, p, ., .): the gain of groups in counts and terms, by the people who leave and join."""
        states, tables = self.states, self.tables
        rows = np.arange(len(states))[:, None]
        inside = (group != self.outside)[..., None, None]
        total = np.zeros((1, 1, 1, 1), dtype=np.int64)
        # Counts: current violations minus those after the exchange
        for rule, holds in enumerate(self.holds):
            now = states.counted[rows, rule, group][..., None, None]
            then = np.where(inside, now - holds[leaving] + holds[joining], 0)
            total = total + (tables.bad[rule][now * inside] - tables.bad[rule][then]) * inside
        if not len(tables.points):
            return total
        # Group terms: the items that all members have, before and after
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
        """Return the gain of both groups in the floor penalty."""
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
        """Exchange a block with units of another group, from a seat on, if the gain is at least ``least``.

        Return whether it was exchanged. ``unit`` and ``seat`` are taken modulo the numbers of blocks and of seats.
        """
        tables, states = self.tables, self.states
        lengths = np.diff(tables.unit_first)
        blocks = np.flatnonzero(lengths > 1)
        unit, seat = int(blocks[unit % len(blocks)]), seat % len(tables.home)
        # The people of the block, and whole units of the other group in exchange
        moving = tables.unit_people[tables.unit_first[unit] : tables.unit_first[unit + 1]]
        origin, target = int(states.place[replica, moving[0]]), int(tables.home[seat])
        units = None if origin == target else self._units_from(replica, seat, len(moving))
        if units is None:
            return False
        coming, seats = units
        if states.sizes[replica, origin] - len(moving) + len(coming) < tables.least[origin]:
            return False
        # Both groups before and after the exchange
        members = [np.flatnonzero(states.place[replica] == group) for group in (origin, target)]
        members_after = (
            np.concatenate([np.setdiff1d(members[0], moving), coming]),
            np.concatenate([np.setdiff1d(members[1], coming), moving]),
        )
        values = [self._value(group, people) for group, people in zip((origin, target), members_after, strict=True)]
        worth = states.value[replica, [origin, target]].tolist()
        gain = self._energy((origin, target), members_after, values) - self._energy((origin, target), members, worth)
        if gain < least:
            return False
        self._settle(replica, (moving, coming), (origin, target), seats)
        states.value[replica, [origin, target]] = values
        states.energies[replica] += gain
        return True

    def _energy(self, groups: Sequence[int], members: Sequence[IntVector], values: Sequence[int]) -> int:
        """Return the total value of groups with these people, minus their floor penalties."""
        rows = zip(groups, members, values, strict=True)
        return sum(value - self._lack(group, len(people), value) for group, people, value in rows)

    def _units_from(self, replica: int, seat: int, needed: int) -> tuple[IntVector, IntVector] | None:
        """Return the people of whole units of a group, and ``needed`` seats: theirs and empty ones. None if none fit.

        Units and empty seats are taken in order from ``seat`` on; the first seats of the group follow its last one.
        """
        tables, states = self.tables, self.states
        group = int(tables.home[seat])
        first, end = tables.first[group : group + 2].tolist()
        people: list[int] = []
        seats: list[int] = []
        for position in [*range(seat, end), *range(first, seat)]:
            person = int(states.who[replica, position])
            if person == EMPTY:
                seats.append(position)
            elif person not in people:
                unit = int(tables.unit[person])
                unit_people = tables.unit_people[tables.unit_first[unit] : tables.unit_first[unit + 1]]
                if len(seats) + len(unit_people) <= needed:
                    people += unit_people.tolist()
                    seats += states.seat[replica, unit_people].tolist()
            if len(seats) == needed:
                return np.array(people, dtype=np.int64), np.array(seats, dtype=np.int64)
        return None

    def _value(self, group: int, people: IntVector) -> int:
        """Return the value of a group with these people, without the floor penalty."""
        tables = self.tables
        value = int(tables.alone[group, people].sum())
        if group == self.outside:
            return value
        value += int(tables.pairs[np.ix_(people, people)].sum()) // 2
        having, answered = tables.has[people].sum(axis=0)[None, :], tables.known[people].sum(axis=0)[None, :]
        value += int(group_terms(tables, np.array([len(people)]), having, answered)[0])
        counts = tables.holds[:, people].sum(axis=1).tolist()
        return value - sum(int(bad[count]) for bad, count in zip(tables.bad, counts, strict=True))

    def _lack(self, group: int, size: int, value: int) -> int:
        """Return the floor penalty of a group."""
        floor, weight = self.tables.floor.tolist()
        return 0 if group == self.outside else int(weight * max(floor * (size * (size - 1) // 2) - value, 0))

    def _settle(
        self, replica: int, moved: tuple[IntVector, IntVector], groups: tuple[int, int], seats: IntVector
    ) -> None:
        """Exchange a block of the first group with people of the second group on some seats."""
        tables, states = self.tables, self.states
        freed = states.seat[replica, moved[0]].copy()
        states.who[replica, freed] = states.who[replica, seats] = EMPTY
        for people, start, end, places in (
            (moved[0], *groups, seats),
            (moved[1], *groups[::-1], freed[: len(moved[1])]),
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
