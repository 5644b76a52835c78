"""Metropolis walks of many replicas over groups, in machine code (Metropolis et al. 1953; Hukushima and Nemoto 1996).

A proposal takes a random person and a random place in another group: whoever sits there changes places with the
person; an empty place is moved to. People who are to be together move as one, against as many places. A proposal is
accepted where what it loses is at most the temperature times a random quantile of the exponential distribution, all in
integers. Invariant: ``gains[k, i]`` is the weight of person i alone in group k, and with all others who are in it.

``replica_arrays`` does the same where numba is absent or would take too long to load. Machine code stays for large
groups: in 20 seconds of processor time ``replica_arrays`` ends below it by .41 and .51 % (240 people, integers at
random), .02 % (240 people, points in space), -.01 to .12 % (mdgplib, 120 people) and .007 % (survey of 400 people); up
to 60 people in 5 seconds by 0 to .21 %.
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
"""A whole number, of Python or of NumPy: compiled code takes each as it comes."""
type Proposal = tuple[Unsigned, Unsigned, Unsigned, Unsigned]
"""A person, the other group, the place, and which quantile is first."""
type Units = tuple[IntVector, IntVector, IntVector]
type Rules = tuple[IntVector, IntMatrix, IntMatrix, IntVector]
type Terms = tuple[IntMatrix, IntMatrix, IntVector, IntMatrix, IntVector]
"""Of the tables: ``unit`` to ``unit_people``; ``least``, ``holds``, ``bad``, ``floor``; ``has`` to ``unknown``."""
type Seats = tuple[IntVector, IntVector, IntVector]
type Totals = tuple[IntMatrix, IntVector, IntVector, IntVector]
type Counts = tuple[IntMatrix, IntMatrix, IntMatrix]
"""Of a replica: ``place`` to ``who``; ``gains``, ``sizes``, ``value``, ``hope``; ``counted`` to ``answered``."""

REFUSED: Final = -(1 << 62)
"""The gain of a proposal that may not be."""
ONE, MASK, HALF = np.uint64(1), np.uint64((1 << 21) - 1), np.uint64(21)
STRIDE, LAST = np.uint64(1597), np.uint64(4095)  # a golden stride spreads the quantiles of one group evenly
GOLDEN, FIRST_MIX, SECOND_MIX = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xBF58476D1CE4E5B9),
    np.uint64(0x94D049BB133111EB),
)


@jit
def sweep_pairs(  # noqa: PLR0913 - compiled code takes arrays, not objects: to count who holds them takes longer
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
    """Let each replica make so many proposals, where the energy is a sum over pairs and people alone.

    ``done`` (3, r): what its energy gained, how many were accepted, and how many were made. Without ``proposals`` each
    descends until none gains (first improvement).
    """
    for replica in range(len(temperatures)):
        ours, sits, sitting = states.place[replica], states.seat[replica], states.who[replica]
        weights, sizes = states.gains[replica], states.sizes[replica]
        random, told, heat = states.random[replica], done[:, replica], temperatures[replica]
        turn, idle, crowd, groups = np.uint64(0), 0, np.uint64(len(ours)), np.uint64(len(sizes))
        while told[2] < proposals or (proposals == 0 and idle < len(ours) * len(sizes)):
            # A random proposal; in a descent every person to every group in turn, until none gains
            if proposals > 0:
                proposal = draw_proposal(random, ours, first, home)
            else:
                proposal = (turn // groups) % crowd, turn % groups, first[turn % groups], np.uint64(0)
            turn, before = turn + ONE, told[1]
            try_places(pairs, least, first, ours, sits, sitting, weights, sizes, proposal, heat, quantiles, told)
            idle = 0 if told[1] > before else idle + 1


@jit
def draw_proposal(random: Words, ours: IntVector, first: Words, home: IntVector) -> Proposal:
    """Return a random person, a random place outside their group, that place's group, and which quantile is first."""
    # Splitmix64: 21 bits for the person, 21 for the place, 12 for the quantile
    random[0] += GOLDEN
    word = (random[0] ^ (random[0] >> np.uint64(30))) * FIRST_MIX
    word = (word ^ (word >> np.uint64(27))) * SECOND_MIX
    word ^= word >> np.uint64(31)
    person = ((word & MASK) * np.uint64(len(ours))) >> HALF
    # From the end of the own group on, around; unsigned, as a signed index is first compared with 0
    own, places = np.uint64(ours[person]), np.uint64(len(home))
    at = first[own + ONE] + ((((word >> HALF) & MASK) * (places - first[own + ONE] + first[own])) >> HALF)
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
    """Propose all places of another group to a person, from one on, and take the first that is accepted.

    Each has a quantile of its own; at temperature 0 an exchange has to gain.
    """
    mine, to, at, draw = proposal
    came, outside = np.uint64(ours[mine]), np.uint64(len(sizes) - 1)
    if came == to:
        return
    joins, end, start = weights[to, mine] - weights[came, mine], first[to + ONE], first[to]
    # Their own pair is counted in both groups, once where one of them is outside
    times = 2 if came != outside and to != outside else 1
    may_move = sizes[came] > least[came]
    for _ in range(end - start):
        at = at if at < end else start
        other, lowest = sitting[at], -((heat * np.int64(quantiles[draw])) >> QUANTILE_BITS) if heat > 0 else 1
        draw = (draw + STRIDE) & LAST
        told[2] += 1
        if other == EMPTY:
            gain = joins if may_move else REFUSED
        else:
            theirs = np.uint64(other)
            gain = joins + weights[came, theirs] - weights[to, theirs] - times * pairs[mine, theirs]
        if gain >= lowest and gain != REFUSED:
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
    """Let a person change places with whoever sits at a place of another group."""
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
    """Update gains and sizes where a person leaves a group for another; nobody meets those who are left out."""
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
    """Do the same as ``sweep_pairs`` for any energy; people who are to be together move as one."""
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
        draw = (draw + STRIDE) & LAST
        told[2] += 1
        # What pairs gain, and at best all else: only if that is enough it is worth to look closer
        if gain_at_best(pairs, units, seats, totals, mine, to, at) >= lowest:
            gain = exchange_units(pairs, units, rules, terms, seats, totals, counts, room, first, mine, to, at, lowest)
            if gain != REFUSED:
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
    """Return what an exchange gains by pairs and at best by all else; anything where more than one person moves."""
    came, other, outside = np.uint64(seats[0][mine]), seats[2][at], np.uint64(len(totals[1]) - 1)
    if unit_size(units, mine) > 1 or (other != EMPTY and unit_size(units, np.uint64(other)) > 1):
        return -REFUSED
    gain = totals[0][to, mine] - totals[0][came, mine] + totals[3][came] + totals[3][to]
    if other == EMPTY:
        return gain
    theirs = np.uint64(other)
    times = 2 if came != outside and to != outside else 1
    return gain + totals[0][came, theirs] - totals[0][to, theirs] - times * pairs[mine, theirs]


@jit
def unit_size(units: Units, person: Unsigned) -> Number:
    """Return how many people move with a person."""
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
    """Exchange a unit with the units at as many places of another group, if that gains enough; return what it gains."""
    start, end, other = np.int64(seats[0][mine]), np.int64(to), seats[2][at]
    # The greater unit leads: the other group gives as many places as it needs
    if other != EMPTY and unit_size(units, np.uint64(other)) > unit_size(units, mine):
        start, end, at, mine = end, start, np.uint64(seats[1][mine]), np.uint64(other)
    leave, unit = unit_size(units, mine), units[0][mine]
    for each in range(leave):
        room[0, each] = units[2][units[1][unit] + each]
    join = gather_units(units, seats, room, first[end : end + 2], at, leave)
    if join < 0 or totals[1][start] - leave + join < rules[0][start]:
        return REFUSED
    left = change_of(pairs, rules, terms, totals, counts, room, start, 0, leave, join)
    right = change_of(pairs, rules, terms, totals, counts, room, end, 1, join, leave)
    gain = left + right + lack_gain(rules[3], totals, start, left, join - leave)
    gain += lack_gain(rules[3], totals, end, right, leave - join)
    if gain < limit:
        return REFUSED
    totals[2][start] += left
    totals[2][end] += right
    clear_seats(seats, room, leave)
    for each in range(leave):
        move(pairs, rules, terms, seats, totals, counts, room[0, each], end, room[2, each])
    for each in range(join):
        move(pairs, rules, terms, seats, totals, counts, room[1, each], start, room[3, each])
    totals[3][start] = hope_of(rules, terms, totals, counts, start)
    totals[3][end] = hope_of(rules, terms, totals, counts, end)
    return gain


@jit
def clear_seats(seats: Seats, room: IntMatrix, many: Number) -> None:
    """Note the places of a unit, and let all stand up who are to change places."""
    for each in range(many):
        room[3, each] = seats[1][room[0, each]]
    for each in range(many):
        seats[2][room[2, each]] = EMPTY
        seats[2][room[3, each]] = EMPTY


@jit
def hope_of(
    rules: Rules,
    terms: Terms,
    totals: Totals,
    counts: Counts,
    group: Number,
) -> Number:
    """Return what a group gains at most by anything but its pairs: all that it lacks now."""
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
    """Return what a group gains, the floor aside, where some of ``room`` leave and others join."""
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
    """Return what is gained by what a group lacks to the floor, with so much more value and so many more people."""
    if floor[1] == 0 or group == len(totals[1]) - 1:
        return 0
    size, then, value = totals[1][group], totals[1][group] + more, totals[2][group]
    now = max(floor[0] * (size * (size - 1) // 2) - value, 0)
    return floor[1] * (now - max(floor[0] * (then * (then - 1) // 2) - value - gain, 0))


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
    """Seat a person at a place of another group, and update all that is counted of both."""
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
    units: Units, seats: Seats, room: IntMatrix, deadline: Words, seat: Unsigned, needed: Number
) -> int:
    """Note whole units and empty places of a group from a place on, as many as are needed; return how many people.

    -1: there are not as many.
    """
    people, places, at = 0, 0, seat
    for _ in range(deadline[1] - deadline[0]):
        at = at if at < deadline[1] else deadline[0]
        other = seats[2][at]
        if other == EMPTY:
            room[2, places] = np.int64(at)
            places += 1
        elif places + unit_size(units, np.uint64(other)) <= needed and not is_noted(room, people, other):
            unit = units[0][other]
            for each in range(units[1][unit], units[1][unit + 1]):
                room[1, people] = units[2][each]
                room[2, places] = seats[1][units[2][each]]
                people += 1
                places += 1
        if places == needed:
            return people
        at += ONE
    return -1


@jit
def is_noted(room: IntMatrix, people: int, person: Number) -> bool:
    """Return whether a person is among those who come."""
    found = False
    for each in range(people):
        found |= bool(room[1, each] == person)
    return found


@jit
def exchange_pairs(  # noqa: PLR0913 - see ``sweep_pairs``
    pairs: IntMatrix, weights: IntVector, room: IntMatrix, leaving: Number, leave: Number, join: Number
) -> Number:
    """Return what a group gains by its pairs where those of one row of ``room`` leave and those of the other join.

    Without ``pairs`` they are outside, where nobody meets.
    """
    gain = 0
    for each in range(leave):
        person = room[leaving, each]
        gain -= weights[person]
        if len(pairs) > 0:
            for other in range(each):
                gain += pairs[person, room[leaving, other]]
    for each in range(join):
        person = room[1 - leaving, each]
        gain += weights[person]
        if len(pairs) > 0:
            for other in range(each):
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
    """Return what a group gains by the rules that count its people."""
    gain = 0
    for rule in range(len(holds)):
        then = counted[rule, group]
        for each in range(leave):
            then -= holds[rule, room[leaving, each]]
        for each in range(join):
            then += holds[rule, room[1 - leaving, each]]
        gain += bad[rule, counted[rule, group]] - bad[rule, then]
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
    """Return what a group gets as a whole, by what all its people have, after some leave and others join."""
    has, known, first, points, unknown = terms
    total, after = 0, size - leave + join
    for term in range(len(points)):
        answers = answered[term]
        for each in range(leave):
            answers -= known[room[leaving, each], term]
        for each in range(join):
            answers += known[room[1 - leaving, each], term]
        common = 0
        for item in range(first[term], first[term + 1]):
            have = having[item]
            for each in range(leave):
                have -= has[room[leaving, each], item]
            for each in range(join):
                have += has[room[1 - leaving, each], item]
            common += 1 if have == after else 0
        total += (points[term, common] if answers == after else unknown[term]) * (after * (after - 1) // 2)
    return total


PATIENT_S, MANY = (8.0, 20.0), 60
"""Functions that were never compiled are compiled for so many people, where there are so many seconds: for sums over
pairs alone, and for all energies."""


class CompiledReplicas:
    """The engine of the search in machine code; see ``replica_exchange``.

    Sums over pairs and people alone have a walk of their own: it takes a tenth of the time, and is compiled in two
    seconds, the one for all energies in ten.
    """

    def __init__(self, tables: EnergyTables, states: ReplicaStates, quantiles: IntVector) -> None:
        self.tables, self.states, self.quantiles = tables, states, quantiles.astype(np.uint16)
        self.first, self.plain = tables.first.astype(np.uint64), tables.plain
        self.timer, self.descents = StepTimer(), StepTimer()

    def walk(self, temperatures: IntVector, proposals: int, deadline: float | None = None) -> float:
        """Make so many proposals at each replica; return which part was accepted."""
        if not self.timer.allows(deadline):
            return 0.0
        with self.timer:
            done = self._run(self.states, temperatures, proposals)
        self.states.energies += done[0]
        return float(done[1].sum()) / max(int(done[2].sum()), 1)

    def descend(self, replica: int, deadline: float | None = None) -> IntVector:
        """Return the places of the local optimum below a replica, which stays as it is, if there is time."""
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
    """Return whether compiled code is there, or there is time to make it."""
    dispatcher: Any = sweep_pairs if tables.plain else sweep_units
    if dispatcher.signatures or (left_s > PATIENT_S[not tables.plain] and len(tables.unit) >= MANY):
        return True
    # The store of compiled functions, where another process left them, of the file as it is
    source = Path(__file__)
    stored = Path(dispatcher.stats.cache_path).glob(f"{source.stem}.{dispatcher.__name__}-*.nbc")
    return any(each.stat().st_mtime >= source.stat().st_mtime for each in stored)
