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
"""(c, s): the people of each of c groups in ascending order, padded with n, the number of people."""

ROWS_PER_CHUNK = 1 << 17


@dataclass(frozen=True, slots=True)
class Columns:
    """c groups: their ``members`` (c, s), ``sizes`` (c,) and ``leaders`` (c,), -1 without a leader.

    ``layers`` (3, c) int64: for each group its value, the number of previous meetings and the sum of tie hashes.
    """

    members: Members
    sizes: IntVector
    leaders: IntVector
    layers: IntMatrix

    def __len__(self) -> int:
        return len(self.sizes)

    def take(self, index: IntVector | BoolVector) -> "Columns":
        """Return the columns of an index or mask."""
        return Columns(self.members[index], self.sizes[index], self.leaders[index], self.layers[:, index])

    def group(self, position: int) -> tuple[int, ...]:
        """Return the members of one column."""
        return tuple(self.members[position, : self.sizes[position]].tolist())

    def identities(self) -> list[bytes]:
        """Return the members and leader of each column as bytes, to compare columns."""
        rows = np.column_stack([self.members, self.leaders.astype(np.int16)])
        return [row.tobytes() for row in rows]

    def sums(self, values: IntVector) -> IntVector:
        """Return (c,) int64: the sum of ``values`` (n,) over the people of each group."""
        padded = np.append(values, 0).astype(np.int64)
        total = np.zeros(len(self), dtype=np.int64)
        for position in range(self.members.shape[1]):
            total += padded[self.members[:, position]]
        return total

    def pair_sums(self, values: NDArray[np.int64]) -> IntVector:
        """Return (c,) int64: the sum of ``values`` (n, n), symmetric, over the pairs of each group."""
        padded = np.pad(values, ((0, 1), (0, 1)))
        total = np.zeros(len(self), dtype=np.int64)
        for second in range(1, self.members.shape[1]):
            for first in range(second):
                total += padded[self.members[:, first], self.members[:, second]]
        return total

    def mean_pair_values(self) -> IntVector:
        """Return (c,) int64: the mean pair value of each group, rounded down."""
        return np.asarray(self.layers[0] // np.maximum(self.sizes * (self.sizes - 1) // 2, 1))


def column_count_bound(problem: GroupProblem) -> int:
    """Return an upper bound on the number of columns, from a partition into cliques of people who may not meet.

    A group has at most one person per clique, so the number of groups of size k is at most the k-th elementary
    symmetric polynomial of the clique sizes.
    """
    sizes = np.array([len(clique) for clique in greedy_clique_partition(problem.apart)], dtype=object)
    counts = [1] + [0] * problem.sizes.most
    for size in sizes:
        # One more clique: a group contains one of its people, or none
        counts = [1, *(longer + shorter * size for longer, shorter in zip(counts[1:], counts, strict=False))]
    led = len(problem.leaders.seats) if problem.leaders else 1
    return int(sum(counts[problem.sizes.least :])) * led


def placed_bound(problem: GroupProblem) -> int:
    """Return an upper bound on the people placed: at most one per group and clique of people who may not meet."""
    return sum(min(len(clique), problem.number.most) for clique in greedy_clique_partition(problem.apart))


def greedy_clique_partition(apart: BoolMatrix) -> Iterator[list[int]]:
    """Yield a partition of the people into cliques of the graph ``apart`` (n, n), greedily by descending degree."""
    order = np.argsort(-apart.sum(axis=1), kind="stable")
    ranked, remaining = apart[np.ix_(order, order)], np.ones(len(order), dtype=bool)
    while remaining.any():
        clique, candidates = list[int](), remaining.copy()
        # Greedy: the next person who may not meet any of the clique
        while candidates.any():
            person = int(np.argmax(candidates))
            clique.append(person)
            candidates &= ranked[person]
            candidates[: person + 1] = False
        remaining[clique] = False
        yield order[clique].tolist()


def enumerate_groups(problem: GroupProblem) -> Columns:
    """Return all feasible groups, by size, then in lexicographic order of members."""
    n, sizes = len(problem), problem.sizes
    # All sizes, padded to the same width
    levels = [level for level in enumerate_cliques(problem) if level.shape[1] >= sizes.least]
    filled = [np.pad(level, ((0, 0), (0, sizes.most - level.shape[1])), constant_values=n) for level in levels]
    members = np.concatenate([np.zeros((0, sizes.most), dtype=np.int16), *filled])
    return build_columns(problem, members[satisfies_group_rules(problem, members)])


def build_columns(problem: GroupProblem, members: Members) -> Columns:
    """Return groups (c, s) as columns with their layers, once per possible leader."""
    count = len(members)
    sizes = np.asarray((members < len(problem)).sum(axis=1))
    columns = Columns(members, sizes, np.full(count, -1), np.zeros((3, count), np.int64))
    meetings = 0 if problem.meetings is None else columns.pair_sums(problem.meetings)
    layers = np.array(
        [group_values(problem, columns), np.broadcast_to(meetings, count), columns.pair_sums(problem.ties)]
    )
    return assign_leaders(problem, replace(columns, layers=layers))


def group_values(problem: GroupProblem, columns: Columns) -> IntVector:
    """Return (c,) int64: the value of each group, from its pairs and from answers that all members share."""
    total = columns.pair_sums(problem.worth)
    pairs = columns.sizes * (columns.sizes - 1) // 2
    for shared in problem.shared:
        has = np.append(shared.has, np.ones((1, shared.has.shape[1]), dtype=bool), axis=0)
        is_known = np.append(shared.known, True)
        for start in range(0, len(columns), ROWS_PER_CHUNK):
            rows = slice(start, start + ROWS_PER_CHUNK)
            common, answered = has[columns.members[rows, 0]], is_known[columns.members[rows, 0]]
            for position in range(1, columns.members.shape[1]):
                common = common & has[columns.members[rows, position]]
                answered = answered & is_known[columns.members[rows, position]]
            total[rows] += np.where(answered, shared.points[common.sum(axis=1)], shared.unknown) * pairs[rows]
    return total


def enumerate_cliques(problem: GroupProblem) -> Iterator[Members]:
    """Yield all sets of 1, 2, ... people who may meet one another, up to the maximum size; one array per size.

    Breadth-first enumeration of the cliques of the compatibility graph: a bit set per clique contains the later people
    who may meet all members, and is intersected with a row of the graph at each extension.
    """
    n = len(problem)
    later = ~problem.apart & (np.arange(n)[:, None] < np.arange(n)[None, :])
    # Only later people are candidates, so each clique is listed once
    level, candidates = np.arange(n, dtype=np.int16)[:, None], np.packbits(later, axis=1)
    graph = candidates
    for size in range(1, problem.sizes.most + 1):
        yield level
        if size == problem.sizes.most or not len(level):
            return
        parts = [
            extend_groups(level[start : start + ROWS_PER_CHUNK], candidates[start : start + ROWS_PER_CHUNK], graph)
            for start in range(0, len(level), ROWS_PER_CHUNK)
        ]
        level, candidates = (np.concatenate(part) for part in zip(*parts, strict=True))
        # Discard groups that exceed a bound, as no extension can repair them
        is_within = within_composition_bounds(problem.counts, level)
        level, candidates = level[is_within], candidates[is_within]


def extend_groups(
    level: Members, candidates: NDArray[np.uint8], graph: NDArray[np.uint8]
) -> tuple[Members, NDArray[np.uint8]]:
    """Return the groups with one more person, and the bit sets (c, n / 8) of the candidates of each."""
    may_join = np.unpackbits(candidates, axis=1, count=len(graph)).view(bool)
    parent, added = np.nonzero(may_join)
    extended = np.concatenate([level[parent], added.astype(np.int16)[:, None]], axis=1)
    return extended, candidates[parent] & graph[added]


def within_composition_bounds(counts: tuple[CompositionBound, ...], level: Members) -> BoolVector:
    """Return (c,) bool: the groups that exceed no upper composition bound."""
    is_within = np.ones(len(level), dtype=bool)
    for count in counts:
        is_within &= count.holds[level].sum(axis=1) <= count.most
    return is_within


def satisfies_group_rules(problem: GroupProblem, members: Members) -> BoolVector:
    """Return (c,) bool: the groups that satisfy composition bounds and split no block."""
    is_allowed = np.ones(len(members), dtype=bool)
    for count in problem.counts:
        # The padding index counts for nothing
        people = np.append(count.holds, False)[members].sum(axis=1)
        is_allowed &= (people >= count.least) & (people <= count.most) | (count.none & (people == 0))
    for block in problem.together:
        inside = np.isin(members, block).sum(axis=1)
        is_allowed &= (inside == 0) | (inside == len(block))
    return is_allowed


def assign_leaders(problem: GroupProblem, columns: Columns) -> Columns:
    """Return each group once per leader who may meet all its members."""
    if problem.leaders is None:
        return columns
    may = np.append(problem.leaders.allowed, np.ones((len(problem.leaders.seats), 1), dtype=bool), axis=1)
    parts = []
    for leader, may_meet in enumerate(may):
        led = columns.take(may_meet[columns.members].all(axis=1))
        parts.append(replace(led, leaders=np.full(len(led), leader)))
    return concatenate_columns(parts)


def concatenate_columns(parts: list[Columns]) -> Columns:
    return Columns(
        np.concatenate([part.members for part in parts]),
        np.concatenate([part.sizes for part in parts]),
        np.concatenate([part.leaders for part in parts]),
        np.concatenate([part.layers for part in parts], axis=1),
    )


VALUE_LAYER, MEETINGS_LAYER, TIES_LAYER = range(3)  # rows of ``Columns.layers``


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
    def zero(cls, problem: GroupProblem) -> Self:
        """Return the form that is 0 for every group."""
        leaders = len(problem.leaders.seats) if problem.leaders else 0
        return cls(*(np.zeros(size, dtype=np.int64) for size in (len(problem), problem.sizes.most + 1, leaders)))

    def plus(self, other: "LinearForm", times: int = 1) -> "LinearForm":
        """Return the sum of this form and ``times`` times another."""
        return LinearForm(
            self.people + times * other.people,
            self.by_size + times * other.by_size,
            self.by_leader + times * other.by_leader,
            self.layers + times * other.layers,
        )

    def times(self, factor: int) -> "LinearForm":
        """Return the form multiplied by ``factor``."""
        return LinearForm(self.people * factor, self.by_size * factor, self.by_leader * factor, self.layers * factor)

    def of(self, columns: Columns) -> IntVector:
        """Return (c,) int64: the value of the form for each group."""
        total = self.by_size[columns.sizes]
        if self.people.any():
            total = total + columns.sums(self.people)
        if len(self.by_leader):
            total = total + self.by_leader[columns.leaders]
        for layer in np.flatnonzero(self.layers):
            total = total + self.layers[layer] * columns.layers[layer]
        return total


@dataclass(frozen=True)
class GroupIndicator(LinearForm):
    """The indicator of a set of groups: 1 for each group in the set, else 0 (for a no-good cut)."""

    groups: frozenset[Group] = frozenset()

    @classmethod
    def of_groups(cls, form: LinearForm, groups: frozenset[Group]) -> Self:
        """Return the indicator of ``groups``, with the shapes of ``form``."""
        return cls(form.people, form.by_size, form.by_leader, groups=groups)

    def of(self, columns: Columns) -> IntVector:
        return np.array([columns.group(index) in self.groups for index in range(len(columns))], dtype=np.int64)


@dataclass(frozen=True)
class MasterRow:
    """A row of the master: bounds on the sum of a form over the chosen groups."""

    form: LinearForm
    least: int | None
    most: int | None


class ModelForms:
    """The linear forms of the goals and rules of a problem."""

    def __init__(self, problem: GroupProblem) -> None:
        self.problem = problem

    @cached_property
    def zero(self) -> LinearForm:
        """The form that is 0 for every group."""
        return LinearForm.zero(self.problem)

    def goal(self, goal: str) -> LinearForm:
        """Return the form of a goal, to be maximised."""
        form = LinearForm.zero(self.problem)
        match goal:
            case "placed":
                form.by_size[:] = np.arange(len(form.by_size))
            case "priority":
                form.people[:] = 0 if self.problem.priority is None else self.problem.priority
            case "meetings":
                form.layers[MEETINGS_LAYER] = -1
            case "total":
                form.layers[VALUE_LAYER] = 1
            case "ties":
                form.layers[TIES_LAYER] = 1
                form.people[:] = np.diagonal(self.problem.ties) // 2
        return form

    def rows(self, *, everybody: bool) -> list[MasterRow]:
        """Return the rows of the problem; if ``everybody``, each person must be placed."""
        return [*self._person_rows(everybody=everybody), *self._size_rows(), *self._leader_rows()]

    def _person_rows(self, *, everybody: bool) -> list[MasterRow]:
        """Return the set packing rows, one per person (set partitioning rows if ``everybody``)."""
        rows = []
        for person in range(len(self.problem)):
            form = LinearForm.zero(self.problem)
            form.people[person] = 1
            rows.append(MasterRow(form, 1 if everybody else None, 1))
        return rows

    def _size_rows(self) -> list[MasterRow]:
        """Return bounds on the number of groups, in total and per range of sizes (Hall 1935).

        Groups can be matched with the size ranges if every interval contains as many groups as ranges; the sizes that
        fit a group form an interval, so intervals suffice.
        """
        number, spans = self.problem.number, self.problem.spans
        rows = [self._size_row(0, self.problem.sizes.most, number.least, number.most)]
        for least in sorted({span.least for span in spans}):
            for most in sorted({span.most for span in spans if span.most >= least}):
                # The size ranges that lie within this interval
                inside = sum(least <= span.least and span.most <= most for span in spans)
                if len(spans) > 1 and inside and (least, most) != (self.problem.sizes.least, self.problem.sizes.most):
                    rows.append(self._size_row(least, most, inside, None))
        return rows

    def _size_row(self, least: int, most: int, fewest: int, greatest: int | None) -> MasterRow:
        """Return the bound on the number of groups with ``least`` to ``most`` members."""
        form = LinearForm.zero(self.problem)
        form.by_size[least : most + 1] = 1
        return MasterRow(form, fewest, greatest)

    def _leader_rows(self) -> list[MasterRow]:
        """Return the maximum number of groups of each leader."""
        rows = []
        for leader, seats in enumerate(self.problem.leaders.seats.tolist() if self.problem.leaders else ()):
            form = LinearForm.zero(self.problem)
            form.by_leader[leader] = 1
            rows.append(MasterRow(form, None, seats))
        return rows
