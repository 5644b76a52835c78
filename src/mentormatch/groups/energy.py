"""The energy that the search for groups maximises: worths of pairs, less penalties for rules and for goals before.

A rule that is broken costs a penalty of some standard deviations of the worth of a pair, not an infinite one: hot
replicas cross it, cold ones seldom (strategic oscillation, Glover and Hao 2011). A penalty that cold replicas still pay
is raised. Goals before the total are penalties too, compared with the best value known. Which groups are better is
decided by the goals themselves, never by the energy.

People are in the order of a keyed hash, so any order of the rows gives the same groups.

States of the search for groups: who sits where, and all that is counted of each group, for many replicas at once.

Each group has as many places as people at most; a place that nobody takes is empty. Random starts keep sizes and
blocks of people who are to be together, which the search never breaks.
"""

from copy import copy
from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.tie_breaking import KeyedTieBreaker
from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.groups.problem import Group, GroupProblem, GroupTerm, Leaders, SizeRange
from mentormatch.rules.rule import CompositionBound

FINENESS: Final = 1 << 16
"""The standard deviation of a worth is this at least, in units of energy, so that temperatures are fine integers."""
APART, LEADERS, MEETINGS, OUT, COUNTS = range(5)
"""Kinds of penalties: one each, and one for each count of people in a group from the last on."""
FIRST: Final = (8, 20, 20, 10)
"""What breaking a rule once costs at first, in standard deviations of a worth; with counts as with leaders."""
STIFF: Final = 8
"""How many times as much it costs where penalties have no time to be raised."""
OUT_OF_RULE: Final = 3
"""A rule costs the eight to twenty thirds of leaving a person out, where people may be left out."""
RAISE: Final = 3, 2
"""Numerator and denominator of the factor by which a penalty is raised."""
GREATEST: Final = 1 << 52
"""No penalty is raised beyond this, so that sums over a group stay within int64."""
FLOOR_WEIGHT: Final = 8
"""What a unit costs that a group lacks to the floor that is sought."""


class EnergyTables(NamedTuple):
    """The energy as arrays for the engines of the search; g groups, and as group g those who are left out.

    ``pairs`` (n, n), ``alone`` (g + 1, n): weights of two people in one group, of a person in a group. ``least``
    (g + 1,) sizes; ``home`` (p,) whose each place is, ``first`` (g + 2,) the first place of each group. ``unit`` (n,),
    ``unit_first`` (u + 1,), ``unit_people`` (n,): who is to be together. ``holds`` (c, n) and ``bad`` (c, s + 2): whom
    each rule counts, and what each number of them costs. ``has`` (n, k), ``known`` (n, t), ``term_first`` (t + 1,),
    ``points`` (t, m), ``unknown`` (t,): items and points of the terms of whole groups. ``floor`` (2,): the mean worth
    of a pair below which a group costs, and how much a unit.
    """

    pairs: IntMatrix
    alone: IntMatrix
    least: IntVector
    home: IntVector
    first: IntVector
    unit: IntVector
    unit_first: IntVector
    unit_people: IntVector
    holds: IntMatrix
    bad: IntMatrix
    has: IntMatrix
    known: IntMatrix
    term_first: IntVector
    points: IntMatrix
    unknown: IntVector
    floor: IntVector

    @property
    def plain(self) -> bool:
        """Whether the energy is a sum over pairs and people alone, and everybody moves alone."""
        alone = len(self.unit_first) - 1 == len(self.unit)
        return alone and not len(self.holds) and not len(self.points) and not int(self.floor[1])

    @property
    def without_terms(self) -> "EnergyTables":
        """The same without the terms of whole groups."""
        return self._replace(
            has=self.has[:, :0],
            known=self.known[:, :0],
            term_first=self.term_first[:1],
            points=self.points[:0],
            unknown=self.unknown[:0],
        )

    @property
    def number(self) -> int:
        """How many groups there are."""
        return len(self.least) - 1


def keyed_order(problem: GroupProblem) -> IntVector:
    """Return the people in the order of their keyed hashes, those of equal ones by their keys."""
    words = KeyedTieBreaker(problem.seed, problem.keys, problem.keys).anonymized.mentors
    return np.array(sorted(range(len(problem)), key=lambda row: (int(words[row]), problem.keys[row])), dtype=np.int64)


def reorder(problem: GroupProblem, order: IntVector) -> GroupProblem:
    """Return the same problem with its people in another order; row k is the person ``order[k]``."""
    new = np.empty(len(order), dtype=np.int64)
    new[order] = np.arange(len(order))
    square, leaders = np.ix_(order, order), problem.leaders
    return replace(
        problem,
        worth=problem.worth[square],
        apart=problem.apart[square],
        together=tuple(sorted(tuple(sorted(new[list(block)].tolist())) for block in problem.together)),
        counts=tuple(replace(count, holds=count.holds[order]) for count in problem.counts),
        shared=tuple(
            GroupTerm(each.has[order], each.known[order], each.points, each.unknown) for each in problem.shared
        ),
        leaders=None if leaders is None else Leaders(leaders.may[:, order], leaders.seats),
        meetings=None if problem.meetings is None else problem.meetings[square],
        priority=None if problem.priority is None else problem.priority[order],
        keys=tuple(problem.keys[row] for row in order.tolist()),
    )


def sizes_for(problem: GroupProblem) -> list[SizeRange]:
    """Return the size of each group: as few groups as hold everybody; none where people or leaders are too few."""
    seats = int(problem.leaders.seats.sum()) if problem.leaders else len(problem) + 1
    if len(problem.spans) > 1:
        spans = list(problem.spans)
    else:
        span = problem.spans[0]
        # As few groups as hold everybody, within the number asked for
        wanted = -(-len(problem) // span.most)
        spans = [span] * min(max(wanted, problem.number.least), problem.number.most)
    while spans and (sum(span.least for span in spans) > len(problem) or len(spans) > seats):
        if len(spans) == problem.number.least:
            return []
        spans.pop()
    return spans


def assign_seats(problem: GroupProblem, number: int) -> IntVector:
    """Return who leads each group, in the order of the leaders; empty where there are none."""
    if problem.leaders is None:
        return np.zeros(0, dtype=np.int64)
    return np.repeat(np.arange(len(problem.leaders.seats)), problem.leaders.seats)[:number]


def count_violations(least: int, most: int, greatest: int, *, none: bool) -> IntVector:
    """Return (greatest + 2,): by how much a number of people in a group violates a composition bound."""
    there = np.arange(greatest + 2)
    bad = np.maximum(np.maximum(least - there, there - most), 0)
    bad[0] = 0 if none else bad[0]
    return bad


def fits(count: CompositionBound, group: Group) -> bool:
    """Return whether a group has as many of some people as it may have."""
    there = int(count.holds[list(group)].sum())
    return count.least <= there <= count.most or (count.none and there == 0)


@dataclass
class Energy:
    """The energy of a problem whose people are in keyed order, over groups of these ``spans``.

    ``outside``: people may be left out. ``stiff``: rules cost much from the start. ``unit``: the standard deviation of
    a worth, in energy; ``scale``: energy in a unit of worth; ``penalties`` (4 + c,) by kind. ``known``: the best value
    known of each goal, as ``standing`` tells it. ``floor``: the floor that is sought.
    """

    problem: GroupProblem
    spans: list[SizeRange]
    outside: bool
    stiff: bool = False
    unit: int = field(init=False)
    scale: int = field(init=False)
    penalties: list[int] = field(init=False)
    known: tuple[int, ...] | None = None
    floor: int | None = None
    leaders: IntVector = field(init=False)

    def __post_init__(self) -> None:
        problem = self.problem
        self.leaders = assign_seats(problem, len(self.spans))
        open_pairs = ~problem.apart & ~np.eye(len(problem), dtype=bool)
        spread = float(np.std(problem.worth[open_pairs])) if self.seeks_worth and open_pairs.any() else 0.0
        spread += sum(float(np.std(each.points)) for each in problem.shared) if self.seeks_worth else 0.0
        self.scale = max(FINENESS // max(int(spread), 1), 1)
        self.unit = max(int(spread * self.scale), FINENESS if spread < 1 else 1)
        goal = self.unit * (STIFF if self.stiff else 1)
        # Nobody is left out so that fewer meet again, and no rule is broken to place somebody
        met = FIRST[MEETINGS] * goal if "meetings" in problem.goals and problem.meetings is not None else 0
        out = FIRST[OUT] * goal + met * problem.sizes.most
        rule = max(goal, out // OUT_OF_RULE) if self.outside else goal
        costs = FIRST[APART] * rule, FIRST[LEADERS] * rule, FIRST[MEETINGS] * goal, out
        self.penalties = [*costs, *[FIRST[LEADERS] * rule] * len(problem.counts)]

    @property
    def seeks_worth(self) -> bool:
        """Whether a goal is made of worths."""
        return "total" in self.problem.goals or "floor" in self.problem.goals

    def tables(self) -> EnergyTables:
        """Return the energy as arrays, at the penalties of now."""
        n = len(self.problem)
        # Seats: those of each group, and those outside for who is left out
        most = [span.most for span in self.spans]
        least = [span.least for span in self.spans] + [0]
        rooms = [*most, n - sum(least) if self.outside else 0]
        # Units: people who move together
        blocks = self._units()
        unit = np.zeros(n, dtype=np.int64)
        for place, block in enumerate(blocks):
            unit[list(block)] = place
        floor = (0, 0) if self.floor is None else (self.floor * self.scale, FLOOR_WEIGHT)
        return EnergyTables(
            self._pairs(),
            self._alone(),
            np.array(least, dtype=np.int64),
            np.repeat(np.arange(len(rooms)), rooms),
            np.concatenate([[0], np.cumsum(rooms)]),
            unit,
            np.concatenate([[0], np.cumsum([len(block) for block in blocks])]),
            np.array([person for block in blocks for person in block], dtype=np.int64),
            *self._counts(max(max(rooms), 1)),
            *self._terms(),
            np.array(floor, dtype=np.int64),
        )

    def _counts(self, greatest: int) -> tuple[IntMatrix, IntMatrix]:
        """Return who counts in each rule, and what a group of up to ``greatest`` people pays by their number."""
        counts = self.problem.counts
        bad = [
            count_violations(count.least, count.most, greatest, none=count.none) * self.penalties[COUNTS + place]
            for place, count in enumerate(counts)
        ]
        holds = np.array([count.holds for count in counts], dtype=np.int64).reshape(-1, len(self.problem))
        return holds, np.array(bad, dtype=np.int64).reshape(len(bad), greatest + 2)

    def _terms(self) -> tuple[IntMatrix, IntMatrix, IntVector, IntMatrix, IntVector]:
        """Return the terms of whole groups: who has what, who answered, where each begins, points, those unknown."""
        terms, n = self.problem.shared if self.seeks_worth else (), len(self.problem)
        widest = max((len(each.points) for each in terms), default=1)
        points = [np.pad(each.points, (0, widest - len(each.points))) for each in terms]
        return (
            np.concatenate([np.zeros((n, 0), dtype=np.int64), *(each.has.astype(np.int64) for each in terms)], axis=1),
            np.array([each.known for each in terms], dtype=np.int64).reshape(-1, n).T.copy(),
            np.concatenate([[0], np.cumsum([each.has.shape[1] for each in terms])]).astype(np.int64),
            np.array(points, dtype=np.int64).reshape(-1, widest) * self.scale,
            np.array([each.unknown * self.scale for each in terms], dtype=np.int64),
        )

    def _units(self) -> list[Group]:
        """Return who moves together: the blocks, and each other person alone."""
        inside = {person for block in self.problem.together for person in block}
        return [*self.problem.together, *((person,) for person in range(len(self.problem)) if person not in inside)]

    def _pairs(self) -> IntMatrix:
        problem = self.problem
        pairs = problem.worth * (self.scale if self.seeks_worth else 0)
        if problem.meetings is not None and "meetings" in problem.goals:
            pairs = pairs - problem.meetings * self.penalties[MEETINGS]
        pairs = pairs - problem.apart * self.penalties[APART]
        np.fill_diagonal(pairs, 0)
        return np.ascontiguousarray(pairs)

    def _alone(self) -> IntMatrix:
        problem = self.problem
        alone = np.zeros((len(self.spans) + 1, len(problem)), dtype=np.int64)
        if problem.leaders is not None:
            alone[:-1] = -self.penalties[LEADERS] * ~problem.leaders.may[self.leaders]
        # One person fewer costs more than any priority
        first = np.zeros(len(problem), dtype=np.int64) if problem.priority is None else problem.priority
        steps = max(int(first.max(initial=0)), 1)
        alone[-1] = -self.penalties[OUT] - first * self.penalties[OUT] // steps
        return alone

    def groups(self, place: IntVector) -> list[Group]:
        """Return who is in each group."""
        return [tuple(np.flatnonzero(place == group).tolist()) for group in range(len(self.spans))]

    def standing(self, groups: list[Group]) -> tuple[int, ...]:
        """Return what groups reach in each goal, more being better: people placed first, then the goals in order."""
        goals = ("placed", *(goal for goal in self.problem.goals if goal != "placed"))
        signs = (-1 if goal == "meetings" else 1 for goal in goals)
        return tuple(sign * self.problem.value(goal, groups) for sign, goal in zip(signs, goals, strict=True))

    def broken(self, place: IntVector) -> BoolVector:
        """Return (4 + c,) bool: the kinds of penalties that groups pay; for goals, more than the best known do."""
        problem, groups = self.problem, self.groups(place)
        inside = place < len(self.spans)
        same = (place[:, None] == place[None, :]) & inside[:, None]
        led = False
        if problem.leaders is not None:
            led = not problem.leaders.may[self.leaders[place[inside]], np.flatnonzero(inside)].all()
        behind = [False, False]
        if self.known is not None:
            goals = ("placed", *(goal for goal in problem.goals if goal != "placed"))
            now, known = dict(zip(goals, self.standing(groups), strict=True)), dict(zip(goals, self.known, strict=True))
            behind = [
                any(now[goal] < known[goal] for goal in some if goal in now)
                for some in (("meetings",), ("placed", "priority"))
            ]
        found = [bool((problem.apart & same).any()), led, *behind]
        return np.array([*found, *(not all(fits(count, group) for group in groups) for count in problem.counts)])

    def keeps_rules(self, place: IntVector) -> bool:
        """Return whether groups keep every rule that the energy only prices."""
        broken = self.broken(place)
        return not (broken[APART] or broken[LEADERS] or broken[COUNTS:].any())

    def raise_penalties(self, kinds: BoolVector) -> None:
        """Raise some penalties."""
        for kind in np.flatnonzero(kinds).tolist():
            self.penalties[kind] = min(
                self.penalties[kind] * RAISE[0] // RAISE[1], GREATEST // max(len(self.problem), 1)
            )


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

    def part(self, rows: slice) -> "ReplicaStates":
        """Return some of the replicas, as views."""
        part = copy(self)
        for name in (*Replica._fields, "energies"):
            if name != "room":
                setattr(part, name, getattr(self, name)[rows])
        return part

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
