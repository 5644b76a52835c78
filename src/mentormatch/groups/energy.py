"""Energy that the group search maximises: pair values less penalties, and the states of its replicas.

A violated rule costs a finite penalty, some standard deviations of a pair value: hot replicas cross infeasible states,
cold ones rarely do (strategic oscillation, Glover and Hao 2011). A penalty that cold replicas still pay is raised.
Goals before the total are penalties too, relative to the best known values. The goals themselves decide which groups
are better, never the energy.

People are in the order of a keyed hash, so any order of rows gives the same groups.

A state contains the group and seat of each person and counts per group, for many replicas at once. A group has as many
seats as its maximum size; seats may be empty. Random starts respect sizes and blocks, and so do all moves.
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

APART, LEADERS, MEETINGS, OUT, COUNTS = range(5)
"""Indices of penalties by kind; the penalties of composition bounds start at ``COUNTS``."""
MAX_PENALTY: Final = 1 << 52  # sums over a group stay within int64


@dataclass(frozen=True, slots=True)
class PenaltyOptions:
    """Tuning of the energy. Penalties are in standard deviations of a pair value."""

    min_unit: int = 1 << 16  # one standard deviation in units of energy, so that temperatures are fine integers
    apart: int = 8  # the initial penalty of two people who must not meet,
    leaders: int = 20  # of a leader who may not lead a person, and of a violated composition bound,
    meetings: int = 20  # of a repeated meeting,
    out: int = 10  # and of a person left out
    stiff_factor: int = 8  # multiplies penalties if there is no time to raise them
    rule_divisor: int = 3  # if people may be left out, a rule costs 8/3 to 20/3 of leaving a person out
    growth: tuple[int, int] = (3, 2)  # the factor by which a penalty is raised, as a fraction
    floor_weight: int = 8  # per unit that a group lacks to the target floor


PENALTIES = PenaltyOptions()


class EnergyTables(NamedTuple):
    """The energy as arrays for the search kernels; index g stands for people without a group.

    Attributes
    ----------
    pairs
        (n, n): weight of two people in one group.
    alone
        (g + 1, n): weight of a person in a group.
    least
        (g + 1,): minimum sizes.
    home, first
        (p,) group of each seat, and (g + 2,) first seat of each group.
    unit, unit_first, unit_people
        (n,) block of each person; blocks as (u + 1,) offsets into (n,) people.
    holds, bad
        (c, n) people counted by each rule, and (c, s + 2) cost by number of counted people.
    has, known, term_first, points, unknown
        Group terms: (n, k) items, (n, t) whether answered, (t + 1,) first item of each term, (t, m) points by number of
        shared items, (t,) points if an answer is missing.
    floor
        (2,): mean pair value below which a group is penalised, and the penalty per unit.
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
        """Whether the energy is a sum over pairs and people, and each person moves individually."""
        moves_individually = len(self.unit_first) - 1 == len(self.unit)
        return moves_individually and not len(self.holds) and not len(self.points) and not int(self.floor[1])

    @property
    def without_terms(self) -> "EnergyTables":
        """The same tables without group terms."""
        return self._replace(
            has=self.has[:, :0],
            known=self.known[:, :0],
            term_first=self.term_first[:1],
            points=self.points[:0],
            unknown=self.unknown[:0],
        )

    @property
    def number(self) -> int:
        """The number of groups."""
        return len(self.least) - 1


def keyed_order(problem: GroupProblem) -> IntVector:
    """Return the people in the order of their keyed hashes, then of their keys."""
    hashes = KeyedTieBreaker(problem.seed, problem.keys, problem.keys).anonymized.mentors
    return np.array(sorted(range(len(problem)), key=lambda row: (int(hashes[row]), problem.keys[row])), dtype=np.int64)


def reorder(problem: GroupProblem, order: IntVector) -> GroupProblem:
    """Return the problem with its people in another order; row k is the person ``order[k]``."""
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
            GroupTerm(term.has[order], term.known[order], term.points, term.unknown) for term in problem.shared
        ),
        leaders=None if leaders is None else Leaders(leaders.allowed[:, order], leaders.seats),
        meetings=None if problem.meetings is None else problem.meetings[square],
        priority=None if problem.priority is None else problem.priority[order],
        keys=tuple(problem.keys[row] for row in order.tolist()),
    )


def sizes_for(problem: GroupProblem) -> list[SizeRange]:
    """Return the size range of each group, with as few groups as possible; empty if people or leaders are too few."""
    seats = int(problem.leaders.seats.sum()) if problem.leaders else len(problem) + 1
    if len(problem.spans) > 1:
        spans = list(problem.spans)
    else:
        span = problem.spans[0]
        # The fewest groups for all people, within the allowed numbers
        needed = -(-len(problem) // span.most)
        spans = [span] * min(max(needed, problem.number.least), problem.number.most)
    while spans and (sum(span.least for span in spans) > len(problem) or len(spans) > seats):
        if len(spans) == problem.number.least:
            return []
        spans.pop()
    return spans


def assign_seats(problem: GroupProblem, number: int) -> IntVector:
    """Return the leader of each group, in the order of the leaders; empty if groups have none."""
    if problem.leaders is None:
        return np.zeros(0, dtype=np.int64)
    return np.repeat(np.arange(len(problem.leaders.seats)), problem.leaders.seats)[:number]


def count_violations(least: int, most: int, greatest: int, *, none: bool) -> IntVector:
    """Return (greatest + 2,): by how much a number of people in a group violates a composition bound."""
    people = np.arange(greatest + 2)
    violations = np.maximum(np.maximum(least - people, people - most), 0)
    violations[0] = 0 if none else violations[0]
    return violations


def fits(count: CompositionBound, group: Group) -> bool:
    people = int(count.holds[list(group)].sum())
    return count.least <= people <= count.most or (count.none and people == 0)


@dataclass
class Energy:
    """The energy of a problem whose people are in keyed order, over groups with these size ranges.

    Attributes
    ----------
    outside
        Whether people may be left without a group.
    stiff
        Whether penalties are high from the start.
    unit, scale
        The standard deviation of a pair value in energy, and the energy of one unit of pair value.
    penalties
        (4 + c,): by kind.
    known
        The best known value of each goal, as in ``standing``.
    floor
        The floor that is sought.
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
        spread += sum(float(np.std(term.points)) for term in problem.shared) if self.seeks_worth else 0.0
        self.scale = max(PENALTIES.min_unit // max(int(spread), 1), 1)
        self.unit = max(int(spread * self.scale), PENALTIES.min_unit if spread < 1 else 1)
        goal_unit = self.unit * (PENALTIES.stiff_factor if self.stiff else 1)
        # Leaving a person out costs more than any meetings it avoids, and violating a rule costs more than that
        meeting = PENALTIES.meetings * goal_unit if "meetings" in problem.goals and problem.meetings is not None else 0
        left_out = PENALTIES.out * goal_unit + meeting * problem.sizes.most
        rule_unit = max(goal_unit, left_out // PENALTIES.rule_divisor) if self.outside else goal_unit
        costs = (
            PENALTIES.apart * rule_unit,
            PENALTIES.leaders * rule_unit,
            PENALTIES.meetings * goal_unit,
            left_out,
        )
        self.penalties = [*costs, *[PENALTIES.leaders * rule_unit] * len(problem.counts)]

    @property
    def seeks_worth(self) -> bool:
        """Whether a goal depends on pair values."""
        return "total" in self.problem.goals or "floor" in self.problem.goals

    def tables(self) -> EnergyTables:
        """Return the energy as arrays, with the current penalties."""
        n = len(self.problem)
        # Seats: up to the maximum size of each group, and those of people left out
        most = [span.most for span in self.spans]
        least = [span.least for span in self.spans] + [0]
        capacities = [*most, n - sum(least) if self.outside else 0]
        # Units: people who move together
        blocks = self._units()
        unit = np.zeros(n, dtype=np.int64)
        for index, block in enumerate(blocks):
            unit[list(block)] = index
        floor = (0, 0) if self.floor is None else (self.floor * self.scale, PENALTIES.floor_weight)
        return EnergyTables(
            self._pairs(),
            self._alone(),
            np.array(least, dtype=np.int64),
            np.repeat(np.arange(len(capacities)), capacities),
            np.concatenate([[0], np.cumsum(capacities)]),
            unit,
            np.concatenate([[0], np.cumsum([len(block) for block in blocks])]),
            np.array([person for block in blocks for person in block], dtype=np.int64),
            *self._counts(max(max(capacities), 1)),
            *self._terms(),
            np.array(floor, dtype=np.int64),
        )

    def _counts(self, greatest: int) -> tuple[IntMatrix, IntMatrix]:
        """Return (c, n) the people that each rule counts, and (c, greatest + 2) the penalty by their number."""
        counts = self.problem.counts
        costs = [
            count_violations(count.least, count.most, greatest, none=count.none) * self.penalties[COUNTS + index]
            for index, count in enumerate(counts)
        ]
        holds = np.array([count.holds for count in counts], dtype=np.int64).reshape(-1, len(self.problem))
        return holds, np.array(costs, dtype=np.int64).reshape(len(costs), greatest + 2)

    def _terms(self) -> tuple[IntMatrix, IntMatrix, IntVector, IntMatrix, IntVector]:
        """Return the arrays of the group terms, see ``EnergyTables``."""
        terms, n = self.problem.shared if self.seeks_worth else (), len(self.problem)
        widest = max((len(term.points) for term in terms), default=1)
        points = [np.pad(term.points, (0, widest - len(term.points))) for term in terms]
        return (
            np.concatenate([np.zeros((n, 0), dtype=np.int64), *(term.has.astype(np.int64) for term in terms)], axis=1),
            np.array([term.known for term in terms], dtype=np.int64).reshape(-1, n).T.copy(),
            np.concatenate([[0], np.cumsum([term.has.shape[1] for term in terms])]).astype(np.int64),
            np.array(points, dtype=np.int64).reshape(-1, widest) * self.scale,
            np.array([term.unknown * self.scale for term in terms], dtype=np.int64),
        )

    def _units(self) -> list[Group]:
        """Return the blocks, then each other person as a block of one."""
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
            alone[:-1] = -self.penalties[LEADERS] * ~problem.leaders.allowed[self.leaders]
        # Placing one more person outweighs any priority
        priority = np.zeros(len(problem), dtype=np.int64) if problem.priority is None else problem.priority
        max_priority = max(int(priority.max(initial=0)), 1)
        alone[-1] = -self.penalties[OUT] - priority * self.penalties[OUT] // max_priority
        return alone

    def groups(self, group_of: IntVector) -> list[Group]:
        return [tuple(np.flatnonzero(group_of == group).tolist()) for group in range(len(self.spans))]

    def standing(self, groups: list[Group]) -> tuple[int, ...]:
        """Return the value of each goal, greater is better: people placed first, then the goals in order."""
        goals = ("placed", *(goal for goal in self.problem.goals if goal != "placed"))
        signs = (-1 if goal == "meetings" else 1 for goal in goals)
        return tuple(sign * self.problem.value(goal, groups) for sign, goal in zip(signs, goals, strict=True))

    def broken(self, group_of: IntVector) -> BoolVector:
        """Return (4 + c,) bool: the kinds of penalties that groups pay; a goal counts if it is worse than known."""
        problem, groups = self.problem, self.groups(group_of)
        inside = group_of < len(self.spans)
        same_group = (group_of[:, None] == group_of[None, :]) & inside[:, None]
        has_wrong_leader = False
        if problem.leaders is not None:
            has_wrong_leader = not problem.leaders.allowed[self.leaders[group_of[inside]], np.flatnonzero(inside)].all()
        is_worse = [False, False]
        if self.known is not None:
            goals = ("placed", *(goal for goal in problem.goals if goal != "placed"))
            values = dict(zip(goals, self.standing(groups), strict=True))
            known_values = dict(zip(goals, self.known, strict=True))
            is_worse = [
                any(values[goal] < known_values[goal] for goal in kind if goal in values)
                for kind in (("meetings",), ("placed", "priority"))
            ]
        violations = [bool((problem.apart & same_group).any()), has_wrong_leader, *is_worse]
        return np.array([*violations, *(not all(fits(count, group) for group in groups) for count in problem.counts)])

    def keeps_rules(self, group_of: IntVector) -> bool:
        """Return whether groups satisfy the rules that the energy penalises."""
        violated = self.broken(group_of)
        return not (violated[APART] or violated[LEADERS] or violated[COUNTS:].any())

    def raise_penalties(self, kinds: BoolVector) -> None:
        for kind in np.flatnonzero(kinds).tolist():
            raised = self.penalties[kind] * PENALTIES.growth[0] // PENALTIES.growth[1]
            self.penalties[kind] = min(raised, MAX_PENALTY // max(len(self.problem), 1))


EMPTY: Final = -1
MAX_START_ATTEMPTS: Final = 60
"""The number of random starts; in the second half, each block joins the group with most space."""

QUANTILE_BITS: Final = 10
"""Quantiles of the exponential distribution are in units of 2^-10."""

type Quantiles = NDArray[np.uint16]
type Words = NDArray[np.uint64]


class Replica(NamedTuple):
    """One state of the search.

    Attributes
    ----------
    place, seat
        (n,): the group and the seat of each person.
    who
        (p,): the person at each seat, -1 if it is empty.
    gains
        (g + 1, n + 1): the weight of each person with the members of each group; column n, for an empty seat, is 0.
    sizes
        (g + 1,): the number of members.
    counted, having, answered
        (c, g + 1), (g + 1, k) and (g + 1, t): the members that a rule counts, have an item, answered a term.
    value
        (g + 1,): the value of each group, without the floor penalty.
    hope
        (g + 1,): upper bound on the gain, apart from pairs, if one person joins or is replaced.
    room
        (5, n): buffer for the people who move.
    random
        (1,): state of the random number generator.
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
    """Many replicas: the arrays of ``Replica`` with a leading axis for replicas, and ``energies`` (r,)."""

    def __init__(self, tables: EnergyTables, places: IntMatrix, seed: int) -> None:
        replicas, n = places.shape
        groups, dtype = len(tables.least), np.int64
        self.place = places.astype(np.int64)
        self.seat = np.zeros((replicas, n), dtype=dtype)
        self.who = np.full((replicas, len(tables.home)), EMPTY, dtype=dtype)
        self.gains = np.zeros((replicas, groups, n + 1), dtype=dtype)
        self.sizes = np.zeros((replicas, groups), dtype=dtype)
        self.counted = np.zeros((replicas, len(tables.holds), groups), dtype=dtype)
        self.having = np.zeros((replicas, groups, tables.has.shape[1]), dtype=dtype)
        self.answered = np.zeros((replicas, groups, len(tables.points)), dtype=dtype)
        self.value = np.zeros((replicas, groups), dtype=dtype)
        self.hope = np.zeros((replicas, groups), dtype=dtype)
        self.energies = np.zeros(replicas, dtype=dtype)
        self.room = np.zeros((5, max(n, 2)), dtype=dtype)
        self.random = np.random.default_rng(seed).integers(0, 1 << 63, (replicas, 1), dtype=np.uint64)
        for replica in range(replicas):
            # Seats are filled in the order of the people
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
        """Recompute all counts and values, for new penalties."""
        for replica in range(len(self)):
            inside = (self.place[replica][None, :] == np.arange(len(tables.least))[:, None]).astype(np.int64)
            self.sizes[replica] = inside.sum(axis=1)
            self.counted[replica] = tables.holds @ inside.T
            self.having[replica] = inside @ tables.has
            self.answered[replica] = inside @ tables.known
            self._load_values(tables, replica, self._load_gains(tables, replica))

    def _load_gains(self, tables: EnergyTables, replica: int) -> IntVector:
        """Set the gains of a replica; return (g + 1,) the sum of pair and person weights in each group."""
        place, people, value = self.place[replica], np.arange(self.place.shape[1]), np.zeros_like(self.sizes[replica])
        self.gains[replica, -1] = 0
        for group in range(tables.number):
            self.gains[replica, group, :-1] = tables.pairs[place == group].sum(axis=0)
        # Each pair is counted from both sides
        np.add.at(value, place, self.gains[replica, place, people])
        value //= 2
        np.add.at(value, place, tables.alone[place, people])
        self.gains[replica, :, :-1] += tables.alone
        return np.asarray(value)

    def _load_values(self, tables: EnergyTables, replica: int, value: IntVector) -> None:
        """Set the values of the groups of a replica, their upper bounds on gains, and the energy."""
        terms = group_terms(tables, self.sizes[replica], self.having[replica], self.answered[replica])[:-1]
        costs = sum(
            (row[people[:-1]] for row, people in zip(tables.bad, self.counted[replica], strict=True)), 0 * terms
        )
        value[:-1] += terms - costs
        size = self.sizes[replica, :-1]
        lacks = np.maximum(int(tables.floor[0]) * (size * (size - 1) // 2) - value[:-1], 0) * int(tables.floor[1])
        most = max(int(tables.points.max(initial=0)), int(tables.unknown.max(initial=0))) * len(tables.points)
        self.hope[replica, :-1] = costs + most * (size * (size + 1) // 2) - terms + lacks
        self.value[replica] = value
        self.energies[replica] = int(value.sum()) - int(lacks.sum())

    def rename(self, tables: EnergyTables, replica: int, labels: tuple[int, int]) -> None:
        """Exchange the members of two groups of a replica; each group must have enough seats."""
        pair, swapped = list(labels), list(labels[::-1])
        place = self.place[replica]
        people = [np.flatnonzero(place == label) for label in labels]
        for label in labels:
            self.who[replica, tables.first[label] : tables.first[label + 1]] = EMPTY
        for label, members in zip(swapped, people, strict=True):
            seats = int(tables.first[label]) + np.arange(len(members))
            self.who[replica, seats], self.seat[replica, members], place[members] = members, seats, label
        for counts in (self.gains, self.sizes, self.having, self.answered, self.value, self.hope):
            counts[replica, pair] = counts[replica, swapped]
        self.counted[replica][:, pair] = self.counted[replica][:, swapped]

    def arrays(self) -> Replica:
        """Return the arrays of all replicas, with a leading axis for replicas."""
        counts = (self.counted, self.having, self.answered, self.value, self.hope)
        return Replica(self.place, self.seat, self.who, self.gains, self.sizes, *counts, self.room, self.random)

    def one(self, replica: int) -> Replica:
        """Return one replica, as views."""
        views = [array if name == "room" else array[replica] for name, array in self.arrays()._asdict().items()]
        return Replica(*views)

    def copy(self, tables: EnergyTables, replica: int) -> "ReplicaStates":
        """Return a copy that contains one replica only."""
        return ReplicaStates(tables, self.place[replica : replica + 1], 0)


def group_terms(tables: EnergyTables, sizes: IntVector, having: IntMatrix, answered: IntMatrix) -> IntVector:
    """Return (g + 1,): the value of the group terms of each group."""
    total, pairs = np.zeros(len(sizes), dtype=np.int64), sizes * (sizes - 1) // 2
    for term in range(len(tables.points)):
        items = slice(int(tables.term_first[term]), int(tables.term_first[term + 1]))
        common = (having[:, items] == sizes[:, None]).sum(axis=1)
        all_answered = answered[:, term] == sizes
        total += np.where(all_answered, tables.points[term, common], tables.unknown[term]) * pairs
    return total


def draw_start(tables: EnergyTables, random: np.random.Generator) -> IntVector | None:
    """Return (n,): a random group of each person that respects sizes and blocks; None if none was found."""
    for attempt in range(MAX_START_ATTEMPTS):
        group_of = _pack(tables, random, shuffled=attempt < MAX_START_ATTEMPTS // 2)
        if group_of is not None:
            return group_of
    return None


def _pack(tables: EnergyTables, random: np.random.Generator, *, shuffled: bool) -> IntVector | None:
    """Return a group of each person, largest blocks first, each in a random group or the one with most space."""
    capacities = np.diff(tables.first)
    targets, outside = tables.least.copy(), len(capacities) - 1
    people = len(tables.unit)
    # Draw sizes first; a block that fits none of them exceeds its group's target
    while targets.sum() < people:
        enlargeable = np.flatnonzero(targets[:-1] < capacities[:-1])
        if not len(enlargeable):
            targets[outside] = people - targets[:-1].sum()
            break
        enlarged = random.choice(enlargeable, min(people - int(targets.sum()), len(enlargeable)), replace=False)
        targets[enlarged] += 1
    lengths, filled = np.diff(tables.unit_first), np.zeros(len(capacities), dtype=np.int64)
    group_of = np.full(people, EMPTY)
    order = random.permutation(len(lengths))
    for unit in order[np.argsort(-lengths[order], kind="stable")].tolist():
        size = int(lengths[unit])
        fitting = np.flatnonzero(filled + size <= targets)
        if not len(fitting):
            fitting = np.flatnonzero(filled + size <= capacities)
        if not len(fitting):
            return None
        # Blocks are left out only if they fit nowhere else
        fitting = fitting[:-1] if fitting[-1] == outside and len(fitting) > 1 and size > 1 else fitting
        space = (targets - filled)[fitting]
        group = int(random.choice(fitting)) if shuffled else int(fitting[np.argmax(space)])
        filled[group] += size
        group_of[tables.unit_people[tables.unit_first[unit] : tables.unit_first[unit + 1]]] = group
    return group_of if bool((filled >= tables.least).all()) else None
