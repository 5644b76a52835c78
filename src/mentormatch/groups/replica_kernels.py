"""Compiled Metropolis walks of replicas over groups (Metropolis et al. 1953; Hukushima and Nemoto 1996).

A proposal is a random person and a random seat in another group. The person exchanges seats with the person there, or
moves to the seat if it is empty. People who must stay together move as one unit, against as many seats. A proposal is
accepted if its loss is at most the temperature times a random quantile of the exponential distribution, in integers.
Invariant: ``gains[k, i]`` is the weight of person i in group k plus the weights of i with all other members of k.

``replica_arrays`` does the same without numba, or if numba would take too long to load. Compiled code is kept for large
groups: in 20 seconds of processor time, the total of ``replica_arrays`` is lower by .41 and .51 % (240 people, random
integers), .02 % (240 people, points in space), -.01 to .12 % (mdgplib, 120 people) and .007 % (survey of 400 people);
up to 60 people, in 5 seconds, by 0 to .21 %.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np

from mentormatch.assignment.kernels.jit import jit_without_refcounts as jit
from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.groups.energy import EMPTY, QUANTILE_BITS, EnergyTables, Quantiles, Replica, ReplicaStates, Words
from mentormatch.groups.step_timer import StepTimer

type Unsigned = np.uint64
type Number = Any
"""An integer of Python or NumPy; compiled code accepts both."""
type Proposal = tuple[Unsigned, Unsigned, Unsigned, Unsigned]
"""A person, a group, a seat, and the index of the first quantile."""
type Units = tuple[IntVector, IntVector, IntVector]
type Rules = tuple[IntVector, IntMatrix, IntMatrix, IntVector]
type Terms = tuple[IntMatrix, IntMatrix, IntVector, IntMatrix, IntVector]
"""``EnergyTables``: ``unit`` to ``unit_people``; ``least``, ``holds``, ``bad``, ``floor``; ``has`` to ``unknown``."""
type Seats = tuple[IntVector, IntVector, IntVector]
type Totals = tuple[IntMatrix, IntVector, IntVector, IntVector]
type Counts = tuple[IntMatrix, IntMatrix, IntMatrix]
"""``Replica``: ``place`` to ``who``; ``gains``, ``sizes``, ``value``, ``hope``; ``counted`` to ``answered``."""

FORBIDDEN_GAIN: Final = -(1 << 62)
"""The gain of a forbidden proposal."""
ONE, LOW_21_BITS, SHIFT_21 = np.uint64(1), np.uint64((1 << 21) - 1), np.uint64(21)
QUANTILE_STRIDE, LAST_QUANTILE = (
    np.uint64(1597),
    np.uint64(4095),
)  # a golden stride spreads the quantiles of one group evenly
GOLDEN_RATIO, FIRST_MIX, SECOND_MIX = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)


@jit
def sweep_pairs(  # noqa: PLR0913 - compiled code takes arrays, not objects, which would need reference counts
    pairs: IntMatrix,
    least: IntVector,
    home: IntVector,
    first: Words,
    states: Replica,
    temperatures: IntVector,
    proposals: int,
    quantiles: Quantiles,
    done: IntMatrix,
) -> None:
    """Make a number of proposals per replica, for a plain energy: a sum over pairs and people.

    ``done`` (3, r): the gain in energy, and the numbers of accepted and of made proposals. If ``proposals`` is 0, each
    replica descends to a local optimum (first improvement); its temperature must then be 0.
    """
    for replica in range(len(temperatures)):
        ours, sits, sitting = states.place[replica], states.seat[replica], states.who[replica]
        weights, sizes = states.gains[replica], states.sizes[replica]
        random, told, heat = states.random[replica], done[:, replica], temperatures[replica]
        turn, idle, crowd, groups = np.uint64(0), 0, np.uint64(len(ours)), np.uint64(len(sizes))
        while told[2] < proposals or (proposals == 0 and idle < len(ours) * len(sizes)):
            # A random proposal; in a descent, each person to each group in turn, until none improves
            if proposals > 0:
                proposal = draw_proposal(random, ours, first, home)
            else:
                proposal = (turn // groups) % crowd, turn % groups, first[turn % groups], np.uint64(0)
            turn, before = turn + ONE, told[1]
            try_places(pairs, least, first, ours, sits, sitting, weights, sizes, proposal, heat, quantiles, told)
            idle = 0 if told[1] > before else idle + 1


@jit
def draw_proposal(random: Words, ours: IntVector, first: Words, home: IntVector) -> Proposal:
    """Return a random person, the group of a random seat outside their group, the seat, and a quantile index."""
    # Splitmix64: 21 bits for the person, 21 for the place, 12 for the quantile
    random[0] += GOLDEN_RATIO
    word = (random[0] ^ (random[0] >> np.uint64(30))) * FIRST_MIX
    word = (word ^ (word >> np.uint64(27))) * SECOND_MIX
    word ^= word >> np.uint64(31)
    person = ((word & LOW_21_BITS) * np.uint64(len(ours))) >> SHIFT_21
    # Count from the end of the own group, cyclically; unsigned, as signed indices are first compared with 0
    own, places = np.uint64(ours[person]), np.uint64(len(home))
    at = first[own + ONE] + (
        (((word >> SHIFT_21) & LOW_21_BITS) * (places - first[own + ONE] + first[own])) >> SHIFT_21
    )
    at = at - places if at >= places else at
    return person, np.uint64(home[at]), at, word >> np.uint64(52)


@jit
def try_places(  # noqa: PLR0913 - see ``sweep_pairs``
    pairs: IntMatrix,
    least: IntVector,
    first: Words,
    ours: IntVector,
    sits: IntVector,
    sitting: IntVector,
    weights: IntMatrix,
    sizes: IntVector,
    proposal: Proposal,
    heat: Number,
    quantiles: Quantiles,
    told: IntVector,
) -> None:
    """Propose the seats of another group to a person in turn, from a seat on, and take the first that is accepted.

    Each proposal has its own quantile; at temperature 0 an exchange must gain.
    """
    mine, to, at, draw = proposal
    came, outside = np.uint64(ours[mine]), np.uint64(len(sizes) - 1)
    if came == to:
        return
    joins, end, start = weights[to, mine] - weights[came, mine], first[to + ONE], first[to]
    # The weight of the two people is in both gains; in one, if a group stands for people left out
    times = 2 if came != outside and to != outside else 1
    may_move = sizes[came] > least[came]
    for _ in range(end - start):
        at = at if at < end else start
        other, lowest = sitting[at], -((heat * np.int64(quantiles[draw])) >> QUANTILE_BITS) if heat > 0 else 1
        draw = (draw + QUANTILE_STRIDE) & LAST_QUANTILE
        told[2] += 1
        if other == EMPTY:
            gain = joins if may_move else FORBIDDEN_GAIN
        else:
            theirs = np.uint64(other)
            gain = joins + weights[came, theirs] - weights[to, theirs] - times * pairs[mine, theirs]
        if gain >= lowest and gain != FORBIDDEN_GAIN:
            told[0] += gain
            told[1] += 1
            exchange_places(pairs, ours, sits, sitting, weights, sizes, mine, to, at)
            return
        at += ONE


@jit
def exchange_places(  # noqa: PLR0913 - see ``sweep_pairs``
    pairs: IntMatrix,
    ours: IntVector,
    sits: IntVector,
    sitting: IntVector,
    weights: IntMatrix,
    sizes: IntVector,
    mine: Unsigned,
    to: Unsigned,
    at: Unsigned,
) -> None:
    """Exchange a person with the person on a seat of another group, or move them to an empty seat."""
    came, left, other = np.uint64(ours[mine]), np.uint64(sits[mine]), sitting[at]
    shift(pairs[mine], weights, sizes, came, to)
    if other != EMPTY:
        theirs = np.uint64(other)
        shift(pairs[theirs], weights, sizes, to, came)
        ours[theirs], sits[theirs] = np.int64(came), np.int64(left)
    sitting[left] = other
    sitting[at], sits[mine], ours[mine] = np.int64(mine), np.int64(at), np.int64(to)


@jit
def shift(row: IntVector, weights: IntMatrix, sizes: IntVector, came: Unsigned, to: Unsigned) -> None:
    """Update gains and sizes for a person who leaves a group for another; people left out meet nobody."""
    outside = np.uint64(len(sizes) - 1)
    sizes[came] -= 1
    sizes[to] += 1
    if came != outside:
        for other in range(len(row)):
            weights[came, other] -= row[other]
    if to != outside:
        for other in range(len(row)):
            weights[to, other] += row[other]


@jit
def sweep_units(  # noqa: PLR0913 - see ``sweep_pairs``
    tables: EnergyTables,
    first: Words,
    states: Replica,
    temperatures: IntVector,
    proposals: int,
    quantiles: Quantiles,
    done: IntMatrix,
) -> None:
    """Do the same as ``sweep_pairs`` for any energy; people who must stay together move as one unit."""
    pairs, home, room = tables.pairs, tables.home, states.room
    rules = tables.least, tables.holds, tables.bad, tables.floor
    terms = tables.has, tables.known, tables.term_first, tables.points, tables.unknown
    units = tables.unit, tables.unit_first, tables.unit_people
    for replica in range(len(temperatures)):
        seats = states.place[replica], states.seat[replica], states.who[replica]
        counts = states.counted[replica], states.having[replica], states.answered[replica]
        totals = states.gains[replica], states.sizes[replica], states.value[replica], states.hope[replica]
        told, heat, random = done[:, replica], temperatures[replica], states.random[replica]
        turn, idle, crowd, groups = np.uint64(0), 0, np.uint64(len(tables.unit)), np.uint64(len(tables.least))
        while told[2] < proposals or (proposals == 0 and idle < len(tables.unit) * len(tables.least)):
            if proposals > 0:
                proposal = draw_proposal(random, seats[0], first, home)
            else:
                proposal = (turn // groups) % crowd, turn % groups, first[turn % groups], np.uint64(0)
            turn, before = turn + ONE, told[1]
            try_units(pairs, units, rules, terms, seats, totals, counts, room, first, proposal, heat, quantiles, told)
            idle = 0 if told[1] > before else idle + 1


@jit
def try_units(  # noqa: PLR0913 - see ``sweep_pairs``
    pairs: IntMatrix,
    units: Units,
    rules: Rules,
    terms: Terms,
    seats: Seats,
    totals: Totals,
    counts: Counts,
    room: IntMatrix,
    first: Words,
    proposal: Proposal,
    heat: Number,
    quantiles: Quantiles,
    told: IntVector,
) -> None:
    """Do the same as ``try_places`` for units."""
    mine, to, at, draw = proposal
    if np.uint64(seats[0][mine]) == to:
        return
    for _ in range(first[to + ONE] - first[to]):
        at = at if at < first[to + ONE] else first[to]
        lowest = -((heat * np.int64(quantiles[draw])) >> QUANTILE_BITS) if heat > 0 else 1
        draw = (draw + QUANTILE_STRIDE) & LAST_QUANTILE
        told[2] += 1
        # Compute the exact gain only if its upper bound is sufficient
        if gain_at_best(pairs, units, seats, totals, mine, to, at) >= lowest:
            gain = exchange_units(pairs, units, rules, terms, seats, totals, counts, room, first, mine, to, at, lowest)
            if gain != FORBIDDEN_GAIN:
                told[0] += gain
                told[1] += 1
                return
        at += ONE


@jit
def gain_at_best(  # noqa: PLR0913 - see ``sweep_pairs``
    pairs: IntMatrix,
    units: Units,
    seats: Seats,
    totals: Totals,
    mine: Unsigned,
    to: Unsigned,
    at: Unsigned,
) -> Number:
    """Return an upper bound on the gain of an exchange of two people; a trivial one for larger units."""
    came, other, outside = np.uint64(seats[0][mine]), seats[2][at], np.uint64(len(totals[1]) - 1)
    if unit_size(units, mine) > 1 or (other != EMPTY and unit_size(units, np.uint64(other)) > 1):
        return -FORBIDDEN_GAIN
    gain = totals[0][to, mine] - totals[0][came, mine] + totals[3][came] + totals[3][to]
    if other == EMPTY:
        return gain
    theirs = np.uint64(other)
    times = 2 if came != outside and to != outside else 1
    return gain + totals[0][came, theirs] - totals[0][to, theirs] - times * pairs[mine, theirs]


@jit
def unit_size(units: Units, person: Unsigned) -> Number:
    # The number of people who move with a person
    unit = np.uint64(units[0][person])
    return units[1][unit + ONE] - units[1][unit]


@jit
def exchange_units(  # noqa: PLR0913 - see ``sweep_pairs``
    pairs: IntMatrix,
    units: Units,
    rules: Rules,
    terms: Terms,
    seats: Seats,
    totals: Totals,
    counts: Counts,
    room: IntMatrix,
    first: Words,
    mine: Unsigned,
    to: Unsigned,
    at: Unsigned,
    limit: Number,
) -> Number:
    """Exchange a unit with units on as many seats of another group if the gain reaches ``limit``; return the gain.

    Return FORBIDDEN_GAIN if nothing is exchanged.
    """
    start, end, other = np.int64(seats[0][mine]), np.int64(to), seats[2][at]
    # The larger unit determines the number of seats
    if other != EMPTY and unit_size(units, np.uint64(other)) > unit_size(units, mine):
        start, end, at, mine = end, start, np.uint64(seats[1][mine]), np.uint64(other)
    leave, unit = unit_size(units, mine), units[0][mine]
    for index in range(leave):
        room[0, index] = units[2][units[1][unit] + index]
    join = gather_units(units, seats, room, first[end : end + 2], at, leave)
    if join < 0 or totals[1][start] - leave + join < rules[0][start]:
        return FORBIDDEN_GAIN
    left = change_of(pairs, rules, terms, totals, counts, room, start, 0, leave, join)
    right = change_of(pairs, rules, terms, totals, counts, room, end, 1, join, leave)
    gain = left + right + lack_gain(rules[3], totals, start, left, join - leave)
    gain += lack_gain(rules[3], totals, end, right, leave - join)
    if gain < limit:
        return FORBIDDEN_GAIN
    totals[2][start] += left
    totals[2][end] += right
    clear_seats(seats, room, leave)
    for index in range(leave):
        move(pairs, rules, terms, seats, totals, counts, room[0, index], end, room[2, index])
    for index in range(join):
        move(pairs, rules, terms, seats, totals, counts, room[1, index], start, room[3, index])
    totals[3][start] = hope_of(rules, terms, totals, counts, start)
    totals[3][end] = hope_of(rules, terms, totals, counts, end)
    return gain


@jit
def clear_seats(seats: Seats, room: IntMatrix, count: Number) -> None:
    """Store the seats of a unit, and empty all seats of the exchange."""
    for index in range(count):
        room[3, index] = seats[1][room[0, index]]
    for index in range(count):
        seats[2][room[2, index]] = EMPTY
        seats[2][room[3, index]] = EMPTY


@jit
def hope_of(
    rules: Rules,
    terms: Terms,
    totals: Totals,
    counts: Counts,
    group: Number,
) -> Number:
    """Return an upper bound on the gain of a group in everything but pairs: all that it lacks now."""
    if group == len(totals[1]) - 1:
        return 0
    size, hope = totals[1][group], 0
    for rule in range(len(rules[1])):
        hope += rules[2][rule, counts[0][rule, group]]
    for term in range(len(terms[3])):
        best = max(terms[4][term], 0)
        for points in terms[3][term]:
            best = max(best, points)
        hope += best * (size * (size + 1) // 2)
    if len(terms[3]) > 0:
        hope -= whole_terms(terms, counts[1][group], counts[2][group], totals[0][:0], size, 0, 0, 0)
    if rules[3][1] > 0:
        hope += rules[3][1] * max(rules[3][0] * (size * (size - 1) // 2) - totals[2][group], 0)
    return hope


@jit
def change_of(  # noqa: PLR0913 - see ``sweep_pairs``
    pairs: IntMatrix,
    rules: Rules,
    terms: Terms,
    totals: Totals,
    counts: Counts,
    room: IntMatrix,
    group: Number,
    leaving: Number,
    leave: Number,
    join: Number,
) -> Number:
    """Return the gain of a group without the floor, for the people of ``room`` who leave and join."""
    inside, size = group != len(totals[1]) - 1, totals[1][group]
    gain = exchange_pairs(pairs if inside else pairs[:0], totals[0][group], room, leaving, leave, join)
    if inside and len(rules[1]) > 0:
        gain += exchange_counted(rules[1], rules[2], counts[0], room, group, leaving, leave, join)
    if inside and len(terms[3]) > 0:
        gain += whole_terms(terms, counts[1][group], counts[2][group], room, size, leaving, leave, join)
        gain -= whole_terms(terms, counts[1][group], counts[2][group], room, size, leaving, 0, 0)
    return gain


@jit
def lack_gain(floor: IntVector, totals: Totals, group: Number, gain: Number, more: Number) -> Number:
    """Return the gain in the floor penalty of a group for a change of its value and of its size."""
    if floor[1] == 0 or group == len(totals[1]) - 1:
        return 0
    size, new_size, value = totals[1][group], totals[1][group] + more, totals[2][group]
    lack = max(floor[0] * (size * (size - 1) // 2) - value, 0)
    return floor[1] * (lack - max(floor[0] * (new_size * (new_size - 1) // 2) - value - gain, 0))


@jit
def move(  # noqa: PLR0913 - see ``sweep_pairs``
    pairs: IntMatrix,
    rules: Rules,
    terms: Terms,
    seats: Seats,
    totals: Totals,
    counts: Counts,
    person: Number,
    to: Number,
    at: Number,
) -> None:
    """Move a person to a seat of another group, and update all counts of both groups."""
    came = seats[0][person]
    shift(pairs[person], totals[0], totals[1], np.uint64(came), np.uint64(to))
    seats[2][at], seats[1][person], seats[0][person] = person, at, to
    for rule in range(len(rules[1])):
        counts[0][rule, came] -= rules[1][rule, person]
        counts[0][rule, to] += rules[1][rule, person]
    for item in range(terms[0].shape[1]):
        counts[1][came, item] -= terms[0][person, item]
        counts[1][to, item] += terms[0][person, item]
    for term in range(terms[1].shape[1]):
        counts[2][came, term] -= terms[1][person, term]
        counts[2][to, term] += terms[1][person, term]


@jit
def gather_units(  # noqa: PLR0913 - see ``sweep_pairs``
    units: Units, seats: Seats, room: IntMatrix, seat_range: Words, seat: Unsigned, needed: Number
) -> int:
    """Store whole units and empty seats of a group, from a seat on, ``needed`` seats in total.

    Returns the number of people, -1 if no such seats were found.
    """
    people, places, at = 0, 0, seat
    for _ in range(seat_range[1] - seat_range[0]):
        at = at if at < seat_range[1] else seat_range[0]
        other = seats[2][at]
        if other == EMPTY:
            room[2, places] = np.int64(at)
            places += 1
        elif places + unit_size(units, np.uint64(other)) <= needed and not is_noted(room, people, other):
            unit = units[0][other]
            for index in range(units[1][unit], units[1][unit + 1]):
                room[1, people] = units[2][index]
                room[2, places] = seats[1][units[2][index]]
                people += 1
                places += 1
        if places == needed:
            return people
        at += ONE
    return -1


@jit
def is_noted(room: IntMatrix, people: int, person: Number) -> bool:
    """Return whether a person is already stored."""
    is_stored = False
    for index in range(people):
        is_stored |= bool(room[1, index] == person)
    return is_stored


@jit
def exchange_pairs(  # noqa: PLR0913 - see ``sweep_pairs``
    pairs: IntMatrix, weights: IntVector, room: IntMatrix, leaving: Number, leave: Number, join: Number
) -> Number:
    """Return the gain of a group in weights, for the people of one row of ``room`` who leave and of the other who join.

    ``pairs`` is empty for people left out, who meet nobody.
    """
    gain = 0
    for index in range(leave):
        person = room[leaving, index]
        gain -= weights[person]
        if len(pairs) > 0:
            for other in range(index):
                gain += pairs[person, room[leaving, other]]
    for index in range(join):
        person = room[1 - leaving, index]
        gain += weights[person]
        if len(pairs) > 0:
            for other in range(index):
                gain += pairs[person, room[1 - leaving, other]]
            for other in range(leave):
                gain -= pairs[person, room[leaving, other]]
    return gain


@jit
def exchange_counted(  # noqa: PLR0913 - see ``sweep_pairs``
    holds: IntMatrix,
    bad: IntMatrix,
    counted: IntMatrix,
    room: IntMatrix,
    group: Number,
    leaving: Number,
    leave: Number,
    join: Number,
) -> Number:
    """Return the gain of a group in composition bounds."""
    gain = 0
    for rule in range(len(holds)):
        after = counted[rule, group]
        for index in range(leave):
            after -= holds[rule, room[leaving, index]]
        for index in range(join):
            after += holds[rule, room[1 - leaving, index]]
        gain += bad[rule, counted[rule, group]] - bad[rule, after]
    return gain


@jit
def whole_terms(  # noqa: PLR0913 - see ``sweep_pairs``
    terms: Terms,
    having: IntVector,
    answered: IntVector,
    room: IntMatrix,
    size: Number,
    leaving: Number,
    leave: Number,
    join: Number,
) -> Number:
    """Return the value of the group terms of a group after some people leave and others join."""
    has, known, first, points, unknown = terms
    total, after = 0, size - leave + join
    for term in range(len(points)):
        answers = answered[term]
        for index in range(leave):
            answers -= known[room[leaving, index], term]
        for index in range(join):
            answers += known[room[1 - leaving, index], term]
        common = 0
        for item in range(first[term], first[term + 1]):
            have = having[item]
            for index in range(leave):
                have -= has[room[leaving, index], item]
            for index in range(join):
                have += has[room[1 - leaving, index], item]
            common += 1 if have == after else 0
        total += (points[term, common] if answers == after else unknown[term]) * (after * (after - 1) // 2)
    return total


MIN_COMPILE_S, MIN_COMPILE_PEOPLE = (8.0, 20.0), 60
"""Functions without cached code are compiled only with this time left, for plain and for other energies, and from this
number of people."""


class CompiledReplicas:
    """The compiled engine of the search; see ``replica_exchange``.

    Plain energies have a walk of their own, ten times as fast. It is compiled in 2 s, the general one in 10 s.
    """

    def __init__(self, tables: EnergyTables, states: ReplicaStates, quantiles: IntVector) -> None:
        self.tables, self.states, self.quantiles = tables, states, quantiles.astype(np.uint16)
        self.first, self.plain = tables.first.astype(np.uint64), tables.plain
        self.timer, self.descents = StepTimer(), StepTimer()

    def walk(self, temperatures: IntVector, proposals: int, deadline: float | None = None) -> float:
        """Make at least ``proposals`` proposals per replica, none if time is short; return the accepted share."""
        if not self.timer.allows(deadline):
            return 0.0
        with self.timer:
            done = self._run(self.states, temperatures, proposals)
        self.states.energies += done[0]
        return float(done[1].sum()) / max(int(done[2].sum()), 1)

    def descend(self, replica: int, deadline: float | None = None) -> IntVector:
        """Return (n,): the local optimum reached from a copy of a replica, or its groups if time is short."""
        copy = self.states.copy(self.tables, replica)
        if self.descents.allows(deadline):
            with self.descents:
                self._run(copy, np.zeros(1, dtype=np.int64), 0)
        return np.asarray(copy.place[0].copy())

    def _run(self, states: ReplicaStates, temperatures: IntVector, proposals: int) -> IntMatrix:
        done, tables = np.zeros((3, len(states)), dtype=np.int64), self.tables
        walk = states.arrays(), temperatures, proposals, self.quantiles, done
        if self.plain:
            sweep_pairs(tables.pairs, tables.least, tables.home, self.first, *walk)
        else:
            sweep_units(tables, self.first, *walk)
        return done


def may_compile(tables: EnergyTables, left_s: float) -> bool:
    """Return whether compiled code is cached, or there are the time and enough people to compile it."""
    dispatcher: Any = sweep_pairs if tables.plain else sweep_units
    if dispatcher.signatures or (left_s > MIN_COMPILE_S[not tables.plain] and len(tables.unit) >= MIN_COMPILE_PEOPLE):
        return True
    # Code of the current file in the cache of another process
    source = Path(__file__)
    stored = Path(dispatcher.stats.cache_path).glob(f"{source.stem}.{dispatcher.__name__}-*.nbc")
    return any(path.stat().st_mtime >= source.stat().st_mtime for path in stored)
