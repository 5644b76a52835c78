"""All feasible groups as columns, listed level by level (cliques of a compatibility graph), and linear forms on them.

A group of k + 1 people is a group of k people and one more, later in the order, who may meet them all. Groups have no
index here, so there is no symmetry to break, and any rule on one group is a filter on columns.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolMatrix, BoolVector, IntMatrix, IntVector
from mentormatch.groups.problem import Group, GroupProblem
from mentormatch.rules.rule import CompositionBound

type Members = NDArray[np.int16]
"""(c, s): who is in each of c groups, in ascending order, filled up with the number of people, which is nobody."""

CHUNK = 1 << 17


@dataclass(frozen=True, slots=True)
class Columns:
    """c groups: their ``members`` (c, s), ``sizes`` and ``leaders`` (c,), -1 where nobody leads.

    ``layers`` (3, c) int64: the value of each, the number of its pairs' former meetings, the sum of its pairs' hashes.
    """

    members: Members
    sizes: IntVector
    leaders: IntVector
    layers: IntMatrix

    def __len__(self) -> int:
        return len(self.sizes)

    def take(self, index: IntVector | BoolVector) -> "Columns":
        """Return some of them."""
        return Columns(self.members[index], self.sizes[index], self.leaders[index], self.layers[:, index])

    def group(self, place: int) -> tuple[int, ...]:
        """Return who is in one of them."""
        return tuple(self.members[place, : self.sizes[place]].tolist())

    def marks(self) -> list[bytes]:
        """Return the identity of each column: its members and its leader, as bytes."""
        whole = np.column_stack([self.members, self.leaders.astype(np.int16)])
        return [row.tobytes() for row in whole]

    def sums(self, values: IntVector) -> IntVector:
        """Return (c,) int64: the sum of ``values`` (n,) over the people of each group."""
        padded = np.append(values, 0).astype(np.int64)
        total = np.zeros(len(self), dtype=np.int64)
        for place in range(self.members.shape[1]):
            total += padded[self.members[:, place]]
        return total

    def pair_sums(self, values: NDArray[np.int64]) -> IntVector:
        """Return (c,) int64: the sum of ``values`` (n, n), symmetric, over the pairs of each group."""
        padded = np.pad(values, ((0, 1), (0, 1)))
        total = np.zeros(len(self), dtype=np.int64)
        for right in range(1, self.members.shape[1]):
            for left in range(right):
                total += padded[self.members[:, left], self.members[:, right]]
        return total

    def floors(self) -> IntVector:
        """Return (c,) int64: the mean worth of a pair of each group, rounded down."""
        return np.asarray(self.layers[0] // np.maximum(self.sizes * (self.sizes - 1) // 2, 1))


def most_columns(problem: GroupProblem) -> int:
    """Return an upper bound on the number of columns, by a partition into cliques of people who may not meet.

    A group has at most one person of each clique, so groups of size k are counted by the k-th elementary symmetric
    polynomial of the sizes of the cliques.
    """
    sizes = np.array([len(clique) for clique in cliques(problem.apart)], dtype=object)
    counts = [1] + [0] * problem.sizes.most
    for size in sizes:
        # One clique more: a group takes one of its people, or none
        counts = [1, *(many + fewer * size for many, fewer in zip(counts[1:], counts, strict=False))]
    led = len(problem.leaders.seats) if problem.leaders else 1
    return int(sum(counts[problem.sizes.least :])) * led


def most_placed(problem: GroupProblem) -> int:
    """Return an upper bound on the people placed: of a clique of people who may not meet, one a group."""
    return sum(min(len(clique), problem.number.most) for clique in cliques(problem.apart))


def cliques(apart: BoolMatrix) -> Iterator[list[int]]:
    """Yield a partition of the people into cliques of the graph ``apart`` (n, n), greedily by descending degree."""
    order = np.argsort(-apart.sum(axis=1), kind="stable")
    ranked, left = apart[np.ix_(order, order)], np.ones(len(order), dtype=bool)
    while left.any():
        clique, able = list[int](), left.copy()
        # Greedy: the next person who may not meet any of the clique
        while able.any():
            person = int(np.argmax(able))
            clique.append(person)
            able &= ranked[person]
            able[: person + 1] = False
        left[clique] = False
        yield order[clique].tolist()


def enumerate_groups(problem: GroupProblem) -> Columns:
    """Return every group that the rules allow: by size, then in the order of its people."""
    n, sizes = len(problem), problem.sizes
    # All sizes, padded to the same width
    found = [level for level in grow_levels(problem) if level.shape[1] >= sizes.least]
    filled = [np.pad(level, ((0, 0), (0, sizes.most - level.shape[1])), constant_values=n) for level in found]
    members = np.concatenate([np.zeros((0, sizes.most), dtype=np.int16), *filled])
    return build_columns(problem, members[allowed_groups(problem, members)])


def build_columns(problem: GroupProblem, members: Members) -> Columns:
    """Return groups (c, s) as columns, with their layers, one for each leader."""
    count = len(members)
    sizes = np.asarray((members < len(problem)).sum(axis=1))
    bare = Columns(members, sizes, np.full(count, -1), np.zeros((3, count), np.int64))
    met = 0 if problem.meetings is None else bare.pair_sums(problem.meetings)
    layers = np.array([group_values(problem, bare), np.broadcast_to(met, count), bare.pair_sums(problem.ties)])
    return assign_leaders(problem, replace(bare, layers=layers))


def group_values(problem: GroupProblem, columns: Columns) -> IntVector:
    """Return (c,) int64: the value of each group, the points of its pairs and of the group as a whole."""
    total = columns.pair_sums(problem.worth)
    pairs = columns.sizes * (columns.sizes - 1) // 2
    for shared in problem.shared:
        has = np.append(shared.has, np.ones((1, shared.has.shape[1]), dtype=bool), axis=0)
        known = np.append(shared.known, True)
        for start in range(0, len(columns), CHUNK):
            rows = slice(start, start + CHUNK)
            common, answered = has[columns.members[rows, 0]], known[columns.members[rows, 0]]
            for place in range(1, columns.members.shape[1]):
                common = common & has[columns.members[rows, place]]
                answered = answered & known[columns.members[rows, place]]
            total[rows] += np.where(answered, shared.points[common.sum(axis=1)], shared.unknown) * pairs[rows]
    return total


def grow_levels(problem: GroupProblem) -> Iterator[Members]:
    """Yield all groups of one person, of two, and so on up to the greatest size, in which all may meet.

    Breadth-first enumeration of the cliques of the graph of who may meet: a group is extended by later people who may
    meet all its members, a bit set that is intersected at each step.
    """
    n = len(problem)
    later = ~problem.apart & (np.arange(n)[:, None] < np.arange(n)[None, :])
    # A bit set for each group: who may still join it, later people only, so that each group comes once
    level, room = np.arange(n, dtype=np.int16)[:, None], np.packbits(later, axis=1)
    rows = room
    for size in range(1, problem.sizes.most + 1):
        yield level
        if size == problem.sizes.most or not len(level):
            return
        parts = [
            extend_groups(level[start : start + CHUNK], room[start : start + CHUNK], rows) for start in chunks(level)
        ]
        level, room = (np.concatenate(part) for part in zip(*parts, strict=True))
        # Bounds that no larger group can repair
        kept = groups_within(problem.counts, level)
        level, room = level[kept], room[kept]


def chunks(level: Members) -> range:
    """Return the start of each chunk of a level."""
    return range(0, len(level), CHUNK)


def extend_groups(
    level: Members, room: NDArray[np.uint8], rows: NDArray[np.uint8]
) -> tuple[Members, NDArray[np.uint8]]:
    """Return the groups of one person more, and the bit sets (c, n / 8) of who may still join each."""
    open_to = np.unpackbits(room, axis=1, count=len(rows)).view(bool)
    parent, added = np.nonzero(open_to)
    grown_by = np.concatenate([level[parent], added.astype(np.int16)[:, None]], axis=1)
    return grown_by, room[parent] & rows[added]


def groups_within(counts: tuple[CompositionBound, ...], level: Members) -> BoolVector:
    """Return which groups have no more of some people than a rule allows: a bound that no extension can repair."""
    kept = np.ones(len(level), dtype=bool)
    for count in counts:
        kept &= count.holds[level].sum(axis=1) <= count.most
    return kept


def allowed_groups(problem: GroupProblem, members: Members) -> BoolVector:
    """Return (c,) bool: which groups satisfy the rules on whole groups."""
    kept = np.ones(len(members), dtype=bool)
    for count in problem.counts:
        # The padding index counts for nothing
        there = np.append(count.holds, False)[members].sum(axis=1)
        kept &= (there >= count.least) & (there <= count.most) | (count.none & (there == 0))
    for block in problem.together:
        inside = np.isin(members, block).sum(axis=1)
        kept &= (inside == 0) | (inside == len(block))
    return kept


def assign_leaders(problem: GroupProblem, columns: Columns) -> Columns:
    """Return each group once for each leader who may meet all its people."""
    if problem.leaders is None:
        return columns
    may = np.append(problem.leaders.may, np.ones((len(problem.leaders.seats), 1), dtype=bool), axis=1)
    parts = []
    for leader, meets in enumerate(may):
        # The groups all of whose people this leader may meet
        mine = columns.take(meets[columns.members].all(axis=1))
        parts.append(replace(mine, leaders=np.full(len(mine), leader)))
    return concatenate_columns(parts)


def concatenate_columns(parts: list[Columns]) -> Columns:
    """Return the columns of all parts, one after the other."""
    return Columns(
        np.concatenate([part.members for part in parts]),
        np.concatenate([part.sizes for part in parts]),
        np.concatenate([part.leaders for part in parts]),
        np.concatenate([part.layers for part in parts], axis=1),
    )


WORTH, MEETINGS, TIES = range(3)
"""The layers of pairs: what two people are worth, how often they met, and the hash that settles ties."""


@dataclass(frozen=True)
class LinearForm:
    """A linear form on columns: the coefficient of a group is a sum over its layers, people, size and leader.

    Weights: ``layers`` (3,), ``people`` (n,), ``by_size`` (s + 1,), ``by_leader`` (f,). Goals, rows and reduced profits
    are all such forms, so a pricing oracle needs to maximise only this.
    """

    people: IntVector
    by_size: IntVector
    by_leader: IntVector
    layers: IntVector = field(default_factory=lambda: np.zeros(3, dtype=np.int64))

    @classmethod
    def none(cls, problem: GroupProblem) -> Self:
        """Return the form that is 0 for every group."""
        leaders = len(problem.leaders.seats) if problem.leaders else 0
        return cls(*(np.zeros(size, dtype=np.int64) for size in (len(problem), problem.sizes.most + 1, leaders)))

    def plus(self, other: "LinearForm", times: int = 1) -> "LinearForm":
        """Return the sum of this form and so many times another."""
        return LinearForm(
            self.people + times * other.people,
            self.by_size + times * other.by_size,
            self.by_leader + times * other.by_leader,
            self.layers + times * other.layers,
        )

    def times(self, factor: int) -> "LinearForm":
        """Return so many times this form."""
        return LinearForm(self.people * factor, self.by_size * factor, self.by_leader * factor, self.layers * factor)

    def of(self, columns: Columns) -> IntVector:
        """Return (c,) int64: the value of the form for each group."""
        total = self.by_size[columns.sizes]
        if self.people.any():
            total = total + columns.sums(self.people)
        if len(self.by_leader):
            total = total + self.by_leader[columns.leaders]
        for place in np.flatnonzero(self.layers):
            total = total + self.layers[place] * columns.layers[place]
        return total


@dataclass(frozen=True)
class GroupIndicator(LinearForm):
    """The indicator of some groups: 1 for each of them, else 0 (for a no-good cut)."""

    groups: frozenset[Group] = frozenset()

    @classmethod
    def of_groups(cls, form: LinearForm, groups: frozenset[Group]) -> Self:
        """Return the form of these groups, of the same people, sizes and leaders as another."""
        return cls(form.people, form.by_size, form.by_leader, groups=groups)

    def of(self, columns: Columns) -> IntVector:
        return np.array([columns.group(place) in self.groups for place in range(len(columns))], dtype=np.int64)


@dataclass(frozen=True)
class FormBound:
    """A row of the master: bounds on the sum of a form over the chosen groups."""

    form: LinearForm
    least: int | None
    most: int | None


class ModelForms:
    """The forms of the goals and of the rules of a problem."""

    def __init__(self, problem: GroupProblem) -> None:
        self.problem = problem

    @cached_property
    def nothing(self) -> LinearForm:
        """The form that is 0 for every group."""
        return LinearForm.none(self.problem)

    def goal(self, goal: str) -> LinearForm:
        """Return the form of a goal, to be maximised."""
        blank = LinearForm.none(self.problem)
        match goal:
            case "placed":
                blank.by_size[:] = np.arange(len(blank.by_size))
            case "priority":
                blank.people[:] = 0 if self.problem.priority is None else self.problem.priority
            case "meetings":
                blank.layers[MEETINGS] = -1
            case "total":
                blank.layers[WORTH] = 1
            case "ties":
                blank.layers[TIES] = 1
                blank.people[:] = np.diagonal(self.problem.ties) // 2
        return blank

    def rows(self, *, everybody: bool) -> list[FormBound]:
        """Return the rows of the problem; ``everybody``: all people are to be placed."""
        return [*self._person_rows(everybody=everybody), *self._size_rows(), *self._leader_rows()]

    def _person_rows(self, *, everybody: bool) -> list[FormBound]:
        """Return the set packing rows, one a person (set partitioning if ``everybody`` is to be placed)."""
        rows = []
        for person in range(len(self.problem)):
            form = LinearForm.none(self.problem)
            form.people[person] = 1
            rows.append(FormBound(form, 1 if everybody else None, 1))
        return rows

    def _size_rows(self) -> list[FormBound]:
        """Return how many groups there are and, where each has a size of its own, of each range of sizes at least.

        There is a group for each size if, for every range, there are as many groups as sizes within it (Hall, 1935;
        the sizes that fit a group are an interval, so intervals are enough).
        """
        number, spans = self.problem.number, self.problem.spans
        rows = [self._size_row(0, self.problem.sizes.most, number.least, number.most)]
        for least in sorted({span.least for span in spans}):
            for most in sorted({span.most for span in spans if span.most >= least}):
                # How many of the sizes asked for lie within this range
                inside = sum(least <= span.least and span.most <= most for span in spans)
                if len(spans) > 1 and inside and (least, most) != (self.problem.sizes.least, self.problem.sizes.most):
                    rows.append(self._size_row(least, most, inside, None))
        return rows

    def _size_row(self, least: int, most: int, fewest: int, greatest: int | None) -> FormBound:
        """Return the bound on the number of groups of a size from ``least`` to ``most``."""
        form = LinearForm.none(self.problem)
        form.by_size[least : most + 1] = 1
        return FormBound(form, fewest, greatest)

    def _leader_rows(self) -> list[FormBound]:
        """Return the bounds on how many groups each leader has."""
        rows = []
        for leader, seats in enumerate(self.problem.leaders.seats.tolist() if self.problem.leaders else ()):
            form = LinearForm.none(self.problem)
            form.by_leader[leader] = 1
            rows.append(FormBound(form, None, seats))
        return rows
