"""The pricing oracle: groups of sufficient reduced profit, from a list or by branch and bound.

The column with the greatest reduced profit is a maximum edge-weight clique problem (Mehrotra and Trick 1998). In the
branch and bound a group grows person by person, in descending order of the most that a person may add. Upper bound:
each candidate adds its pairs with the members, and half of its best pairs with other candidates, as such a pair is
counted from both sides. All values are in halves, so they stay integers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.groups.columns import (
    MEETINGS_LAYER,
    TIES_LAYER,
    VALUE_LAYER,
    Columns,
    LinearForm,
    build_columns,
    concatenate_columns,
    satisfies_group_rules,
)
from mentormatch.groups.problem import GroupProblem, pairs_in


@dataclass(frozen=True)
class PricedColumns:
    """Groups of great value in a form, and ``most``, the greatest value of any group; None: unknown."""

    columns: Columns
    most: int | None


class GroupOracle(Protocol):
    """Finds columns of great value in a linear form, such as the reduced profit."""

    def heuristic(self, form: LinearForm) -> Columns | None:
        """Return groups of great value in little time; None if ``price`` is as fast."""
        ...

    def price(self, form: LinearForm, over: int, many: int) -> PricedColumns:
        """Return up to ``many`` groups of a value above ``over``, greatest first."""
        ...

    def columns_within(self, form: LinearForm, least: int, many: int) -> Columns | None:
        """Return all groups of a value of at least ``least``; None if there are more than ``many``."""
        ...

    def above_floor(self, least_floor: int) -> "GroupOracle":
        """Return the oracle restricted to groups of at least this mean pair value."""
        ...


@dataclass(frozen=True)
class EnumerationOracle:
    """Oracle over enumerated groups."""

    columns: Columns

    def heuristic(self, form: LinearForm) -> None:
        return None

    def price(self, form: LinearForm, over: int, many: int) -> PricedColumns:
        values = form.of(self.columns)
        if not len(values):
            return PricedColumns(self.columns, over)
        # Descending values; equal values in the order of enumeration
        top = np.argpartition(-values, many)[:many] if len(values) > many else np.arange(len(values))
        top = top[values[top] > over]
        return PricedColumns(self.columns.take(top[np.lexsort((top, -values[top]))]), max(int(values.max()), over))

    def columns_within(self, form: LinearForm, least: int, many: int) -> Columns | None:
        index = np.flatnonzero(form.of(self.columns) >= least)
        return self.columns.take(index) if len(index) <= many else None

    def above_floor(self, least_floor: int) -> "EnumerationOracle":
        return EnumerationOracle(self.columns.take(self.columns.mean_pair_values() >= least_floor))


EXCLUDED = -(1 << 57)  # gain of a person who may not join: below any sum of other gains
NODES_PER_CHUNK = 1 << 12
MAX_EXTENSIONS = 400_000_000  # per problem: about half a minute


@dataclass
class BranchAndBoundOracle(GroupOracle):
    """Oracle by branch and bound, until ``deadline``; only groups with a mean of ``least_floor``, if given.

    ``work`` (1,) is the number of extensions that remain, shared by all searches of the problem.
    """

    problem: GroupProblem
    deadline: float | None = None
    least_floor: int | None = None
    work: list[int] = field(default_factory=lambda: [MAX_EXTENSIONS])

    def heuristic(self, form: LinearForm) -> Columns:
        return self._above_floor(grow_greedily(self.problem, form))

    def price(self, form: LinearForm, over: int, many: int) -> PricedColumns:
        # More than ``many``, so that the best of them are good; all of them, if the search completes
        groups, complete = self._search(form, over + 1, many * 4)
        values = form.of(groups)
        most = int(values.max(initial=over)) if complete else None
        return PricedColumns(groups.take(np.argsort(-values, kind="stable")[:many]), most)

    def columns_within(self, form: LinearForm, least: int, many: int) -> Columns | None:
        groups, complete = self._search(form, least, many)
        return groups if complete else None

    def above_floor(self, least_floor: int) -> "BranchAndBoundOracle":
        return replace(self, least_floor=least_floor)

    def _above_floor(self, columns: Columns) -> Columns:
        return columns if self.least_floor is None else columns.take(columns.mean_pair_values() >= self.least_floor)

    def _search(self, form: LinearForm, least: int, many: int) -> tuple[Columns, bool]:
        """Return up to about ``many`` groups of value ``least`` or more, and whether these are all."""
        parts, complete = [build_columns(self.problem, np.zeros((0, self.problem.sizes.most), dtype=np.int16))], True
        for leader in range(len(form.by_leader)) if self.problem.leaders else [-1]:
            # One tree per leader, as candidates and a constant depend on the leader
            tree = GroupTree.of(self.problem, form, leader, least, self.deadline)
            tree.work = self.work
            for members in tree.groups():
                # Leaves: the rules on groups, then the exact value, as bounds on group terms are not exact
                groups = build_columns(self.problem, members[satisfies_group_rules(self.problem, members)])
                groups = groups if leader < 0 else groups.take(groups.leaders == leader)
                parts.append(self._above_floor(groups.take(form.of(groups) >= least)))
                if sum(map(len, parts)) > many:
                    return concatenate_columns(parts), False
            complete &= tree.whole
        return concatenate_columns(parts), complete


def pair_weights(problem: GroupProblem, form: LinearForm) -> IntMatrix:
    """Return (n, n) int64: the weight of each pair in a form."""
    pairs = form.layers[VALUE_LAYER] * problem.worth
    if form.layers[MEETINGS_LAYER] and problem.meetings is not None:
        pairs = pairs + form.layers[MEETINGS_LAYER] * problem.meetings
    if form.layers[TIES_LAYER]:
        pairs = pairs + form.layers[TIES_LAYER] * problem.ties * ~np.eye(len(problem), dtype=bool)
    return np.asarray(pairs)


def grow_greedily(problem: GroupProblem, form: LinearForm) -> Columns:
    """Return, per person and size, the group grown from that person by the greatest gain per step (greedy)."""
    n, pairs, sizes = len(problem), pair_weights(problem, form), problem.sizes
    members = np.full((n, sizes.most), n, dtype=np.int16)
    members[:, 0] = np.arange(n)
    # The gain of adding each other person to a group of one
    gains = np.where(problem.apart | np.eye(n, dtype=bool), EXCLUDED, form.people[None, :] + pairs)
    levels = [members.copy()] if sizes.least == 1 else []
    for size in range(1, sizes.most):
        added = gains.argmax(axis=1)
        # A group without candidates stops growing
        is_open = gains[np.arange(n), added] > EXCLUDED // 2
        members[:, size] = np.where(is_open, added, n)
        gains = gains + np.where(
            problem.apart[added] | (np.arange(n)[None, :] == added[:, None]), EXCLUDED, pairs[added]
        )
        gains = np.maximum(gains, EXCLUDED)
        if size + 1 >= sizes.least:
            levels.append(members[is_open].copy())
    groups = np.unique(np.sort(np.concatenate(levels), axis=1), axis=0)
    groups = groups[(groups < n).sum(axis=1) >= sizes.least]
    return build_columns(problem, groups[satisfies_group_rules(problem, groups)])


@dataclass
class PartialGroups:
    """p nodes, groups of k members: ``members`` (p, k), ``values`` (p,) and ``gains`` (p, n), in halves.

    ``gains``: the gain of each candidate. ``common``: for each group term the items that all members have, (p, items),
    and whether all members answered, (p,).
    """

    members: IntVector
    values: IntVector
    gains: IntMatrix
    common: list[tuple[BoolVector, BoolVector]]

    def part(self, rows: slice | BoolVector) -> "PartialGroups":
        common = [(has[rows], known[rows]) for has, known in self.common]
        return PartialGroups(self.members[rows], self.values[rows], self.gains[rows], common)


@dataclass
class GroupTree:
    """One branch-and-bound tree, people in its ``order``: the weights of pairs and people, and the bounds.

    ``halves`` (m, n, n): see ``pair_bounds``. ``closed`` (n,): the people whom the leader may not meet. ``whole``: the
    search was not cut short.
    """

    problem: GroupProblem
    form: LinearForm
    order: IntVector
    pairs: IntMatrix
    halves: IntMatrix
    people: IntVector
    closed: BoolVector
    least: int
    deadline: float | None
    by_size: IntVector
    work: list[int] = field(default_factory=lambda: [MAX_EXTENSIONS])
    whole: bool = True
    shared: list[IntMatrix] = field(default_factory=list)

    @classmethod
    def of(
        cls, problem: GroupProblem, form: LinearForm, leader: int, least: int, deadline: float | None
    ) -> "GroupTree":
        """Return the tree of the groups of one leader (-1: none) of a value of ``least`` or more."""
        pairs, apart = pair_weights(problem, form), problem.apart | np.eye(len(problem), dtype=bool)
        barred = (
            ~problem.leaders.allowed[leader] if problem.leaders and leader >= 0 else np.zeros(len(problem), dtype=bool)
        )
        open_pairs = np.where(apart, EXCLUDED, pairs)
        # Branching order: descending by the most that a person may add with their best pairs
        top = -np.sort(-open_pairs, axis=1)[:, : max(problem.sizes.most - 1, 0)]
        order = np.argsort(-(2 * form.people + np.maximum(top, 0).sum(axis=1)), kind="stable")
        ordered = np.ix_(order, order)
        constant = int(form.by_leader[leader]) if leader >= 0 else 0
        tree = cls(
            problem,
            form,
            order,
            open_pairs[ordered],
            pair_bounds(open_pairs[ordered], problem.sizes.most),
            form.people[order],
            barred[order],
            least,
            deadline,
            form.by_size + constant,
        )
        tree.shared = [term_bounds(form, term.points, term.unknown) for term in problem.shared]
        return tree

    def groups(self) -> Iterator[NDArray[np.int16]]:
        """Yield groups (c, s), padded as in ``Columns``: a superset of the groups of sufficient value."""
        n = len(self.order)
        later = np.arange(n)[None, :] > np.arange(n)[:, None]
        gains = np.where(
            later & ~self.closed[None, :], np.maximum(2 * (self.pairs + self.people[None, :]), EXCLUDED), EXCLUDED
        )
        shared = [(term.has[self.order], term.known[self.order]) for term in self.problem.shared]
        # Root level: one node per person, whose candidates are later in the order
        first = PartialGroups(np.arange(n)[:, None], 2 * self.people, gains, shared).part(~self.closed)
        yield from self._expand(first)

    def _expand(self, level: PartialGroups) -> Iterator[NDArray[np.int16]]:
        """Yield the groups at some nodes, then those below them, depth-first."""
        if self._is_out_of_work(len(level.values)):
            return
        size = level.members.shape[1]
        if size >= self.problem.sizes.least:
            yield from self._complete_groups(level)
        if size == self.problem.sizes.most:
            return
        # Prune by bound, then branch: one child per node and candidate
        level = level.part(self._within_bound(level))
        # In chunks, depth-first, so that few nodes are in memory
        parent, added = np.nonzero(level.gains > EXCLUDED // 2)
        for start in range(0, len(parent), NODES_PER_CHUNK):
            rows = slice(start, start + NODES_PER_CHUNK)
            yield from self._expand(self._children(level, parent[rows], added[rows]))

    def _is_out_of_work(self, nodes: int) -> bool:
        """Count the extensions of some nodes; return whether the work or time limit is exceeded."""
        self.work[0] -= nodes * len(self.order)
        if self.work[0] < 0 or (self.deadline is not None and monotonic() > self.deadline):
            self.whole = False
        return not self.whole

    def _complete_groups(self, level: PartialGroups) -> Iterator[NDArray[np.int16]]:
        """Yield the nodes that are groups of sufficient value."""
        size = level.members.shape[1]
        # The value with the terms of the size and the group, in halves
        values = level.values + 2 * self.by_size[size] + 2 * self._term_bound(level, size)
        good = level.members[values >= 2 * self.least]
        if len(good):
            filled = np.full((len(good), self.problem.sizes.most), len(self.order), dtype=np.int16)
            filled[:, :size] = np.sort(self.order[good], axis=1)
            yield filled

    def _children(self, level: PartialGroups, parent: IntVector, added: IntVector) -> PartialGroups:
        """Return the nodes that add one person to each parent; candidates are later in the order."""
        n = len(self.order)
        gains = level.gains[parent] + 2 * self.pairs[added]
        # Candidates come after the last member, so each group is listed once
        gains[np.arange(n)[None, :] <= added[:, None]] = EXCLUDED
        np.maximum(gains, EXCLUDED, out=gains)
        gains[gains < EXCLUDED // 2] = EXCLUDED
        common = []
        for (has, known), term in zip(level.common, self.problem.shared, strict=True):
            also_has, also_known = term.has[self.order[added]], term.known[self.order[added]]
            common.append((has[parent] & also_has, known[parent] & also_known))
        members = np.concatenate([level.members[parent], added[:, None]], axis=1)
        return PartialGroups(members, level.values[parent] + level.gains[parent, added], gains, common)

    def _within_bound(self, level: PartialGroups) -> BoolVector:
        """Return (p,) bool: the nodes whose upper bound, at some final size, is ``least`` or more."""
        size, sizes = level.members.shape[1], self.problem.sizes
        is_within = np.zeros(len(level.values), dtype=bool)
        last = level.members[:, -1]
        for final_size in range(max(size + 1, sizes.least), sizes.most + 1):
            # The best sums of gains of that many more members, including half of the pairs among them
            missing = final_size - size
            adding = level.gains + self.halves[missing - 1, last]
            best = np.partition(adding, len(self.order) - missing, axis=1)[:, len(self.order) - missing :].sum(axis=1)
            terms = 2 * self.by_size[final_size] + 2 * self._term_bound(level, final_size)
            is_within |= level.values + best + terms >= 2 * self.least
        return is_within

    def _term_bound(self, level: PartialGroups, goal: int) -> IntVector:
        """Return (p,): an upper bound on the group terms at a final size of ``goal`` people."""
        total = np.zeros(len(level.values), dtype=np.int64)
        for (has, known), most in zip(level.common, self.shared, strict=True):
            total += most[known.astype(np.int64), has.sum(axis=1)]
        return total * pairs_in(goal)


def term_bounds(form: LinearForm, points: IntVector, unknown: int) -> IntMatrix:
    """Return (2, k + 1): the greatest term per pair, by whether all members answered and by shared items."""
    factor = int(form.layers[VALUE_LAYER])
    # More members can only share fewer items: take the greatest over all smaller numbers
    greatest = np.maximum.accumulate(points * factor)
    return np.array([np.full(len(points), unknown * factor), np.maximum(greatest, unknown * factor)])


def pair_bounds(pairs: IntMatrix, most: int) -> IntMatrix:
    """Return (m, n, n) int64 ``[j, l, k]``: the sum of the best j pairs of person k with people after l."""
    n = len(pairs)
    halves = np.zeros((max(most, 1), n, n), dtype=np.int64)
    for last in range(n):
        # Cumulative sums of the pairs with people after ``last``, best first
        later_pairs = np.where(np.arange(n)[None, :] > last, pairs, EXCLUDED)
        top = -np.sort(-later_pairs, axis=1)[:, : max(most - 1, 0)]
        halves[1 : top.shape[1] + 1, last] = np.maximum(
            np.cumsum(np.maximum(top, EXCLUDED // 16), axis=1), EXCLUDED // 2
        ).T
    return halves
