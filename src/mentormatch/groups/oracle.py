"""The pricing oracle: groups of enough reduced profit, from a list or by branch and bound (Mehrotra and Trick 1998).

Branch and bound: a group grows person by person, in an order in which those who may add most come first. Bound: each
candidate adds its pairs with the members, and half of its best pairs with other candidates, as such a pair is counted
from both ends. All values are counted in halves, so they stay integers. The column with the greatest reduced profit is
a maximum edge-weight clique problem (Mehrotra and Trick 1998).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import BoolVector, IntMatrix, IntVector
from mentormatch.groups.columns import (
    MEETINGS,
    TIES,
    WORTH,
    Columns,
    LinearForm,
    allowed_groups,
    build_columns,
    concatenate_columns,
)
from mentormatch.groups.problem import GroupProblem, pairs_in


@dataclass(frozen=True)
class PricedColumns:
    """Some groups of great value in a form, and ``most``, the greatest value of any group; None: not known."""

    columns: Columns
    most: int | None


class GroupOracle(Protocol):
    """Finds columns of great value in a linear form, as the reduced profit is."""

    def heuristic(self, form: LinearForm) -> Columns | None:
        """Return some groups of great value, in little time; None where ``price`` takes no longer."""
        ...

    def price(self, form: LinearForm, over: int, many: int) -> PricedColumns:
        """Return up to ``many`` groups of a value above ``over``, the greatest first."""
        ...

    def columns_within(self, form: LinearForm, least: int, many: int) -> Columns | None:
        """Return all groups of a value of ``least`` or more; None where there are more than ``many``."""
        ...

    def above_floor(self, least_floor: int) -> "GroupOracle":
        """Return the oracle of the groups alone whose pairs have this mean value or more."""
        ...


@dataclass(frozen=True)
class EnumerationOracle:
    """All groups, enumerated."""

    columns: Columns

    def heuristic(self, form: LinearForm) -> None:
        return None

    def price(self, form: LinearForm, over: int, many: int) -> PricedColumns:
        values = form.of(self.columns)
        if not len(values):
            return PricedColumns(self.columns, over)
        # The greatest values first; of equal ones, the first enumerated
        some = np.argpartition(-values, many)[:many] if len(values) > many else np.arange(len(values))
        some = some[values[some] > over]
        return PricedColumns(self.columns.take(some[np.lexsort((some, -values[some]))]), max(int(values.max()), over))

    def columns_within(self, form: LinearForm, least: int, many: int) -> Columns | None:
        kept = np.flatnonzero(form.of(self.columns) >= least)
        return self.columns.take(kept) if len(kept) <= many else None

    def above_floor(self, least_floor: int) -> "EnumerationOracle":
        return EnumerationOracle(self.columns.take(self.columns.floors() >= least_floor))


EXCLUDED = -(1 << 57)
"""The gain of who may not join: below the sum of all other gains."""
CHUNK = 1 << 12
"""Nodes that are expanded together."""
WORK = 400_000_000
"""Extensions that are tried for one problem at most: about half a minute."""


@dataclass
class BranchAndBoundOracle(GroupOracle):
    """The groups of a problem by branch and bound, until ``ends``; with a mean of ``least_floor`` or more, if given.

    ``work`` (1,) is the number of extensions left, shared by all searches of the problem.
    """

    problem: GroupProblem
    ends: float | None = None
    least_floor: int | None = None
    work: list[int] = field(default_factory=lambda: [WORK])

    def heuristic(self, form: LinearForm) -> Columns:
        return self._above_floor(grow_greedily(self.problem, form))

    def price(self, form: LinearForm, over: int, many: int) -> PricedColumns:
        # More than are asked for, so that the best of them are good; all of them, if the search ends by
        # itself
        found, whole = self._search(form, over + 1, many * 4)
        values = form.of(found)
        most = int(values.max(initial=over)) if whole else None
        return PricedColumns(found.take(np.argsort(-values, kind="stable")[:many]), most)

    def columns_within(self, form: LinearForm, least: int, many: int) -> Columns | None:
        found, whole = self._search(form, least, many)
        return found if whole else None

    def above_floor(self, least_floor: int) -> "BranchAndBoundOracle":
        return replace(self, least_floor=least_floor)

    def _above_floor(self, columns: Columns) -> Columns:
        """Return the columns of enough mean value."""
        return columns if self.least_floor is None else columns.take(columns.floors() >= self.least_floor)

    def _search(self, form: LinearForm, least: int, many: int) -> tuple[Columns, bool]:
        """Return groups of value ``least`` or more, up to ``many``, and whether these are all; one tree a leader."""
        parts, whole = [build_columns(self.problem, np.zeros((0, self.problem.sizes.most), dtype=np.int16))], True
        for leader in range(len(form.by_leader)) if self.problem.leaders else [-1]:
            # A tree for each leader: who may be met and a constant depend on it
            tree = GroupTree.of(self.problem, form, leader, least, self.ends)
            tree.work = self.work
            for members in tree.groups():
                # Leaves: the rules on whole groups, then the exact value, as the bound was in parts
                # only an upper one
                some = build_columns(self.problem, members[allowed_groups(self.problem, members)])
                some = some if leader < 0 else some.take(some.leaders == leader)
                parts.append(self._above_floor(some.take(form.of(some) >= least)))
                if sum(map(len, parts)) > many:
                    return concatenate_columns(parts), False
            whole &= tree.whole
        return concatenate_columns(parts), whole


def pair_weights(problem: GroupProblem, form: LinearForm) -> IntMatrix:
    """Return (n, n) int64: the weight of each pair in a form."""
    pairs = form.layers[WORTH] * problem.worth
    if form.layers[MEETINGS] and problem.meetings is not None:
        pairs = pairs + form.layers[MEETINGS] * problem.meetings
    if form.layers[TIES]:
        pairs = pairs + form.layers[TIES] * problem.ties * ~np.eye(len(problem), dtype=bool)
    return np.asarray(pairs)


def grow_greedily(problem: GroupProblem, form: LinearForm) -> Columns:
    """Return, for each person and size, the group grown from that person by the greatest gain at each step (greedy)."""
    n, pairs, sizes = len(problem), pair_weights(problem, form), problem.sizes
    members = np.full((n, sizes.most), n, dtype=np.int16)
    members[:, 0] = np.arange(n)
    # What each other person adds to the group of one
    gains = np.where(problem.apart | np.eye(n, dtype=bool), EXCLUDED, form.people[None, :] + pairs)
    found = [members.copy()] if sizes.least == 1 else []
    for size in range(1, sizes.most):
        added = gains.argmax(axis=1)
        # A group that nobody may join stops growing
        open_to = gains[np.arange(n), added] > EXCLUDED // 2
        members[:, size] = np.where(open_to, added, n)
        gains = gains + np.where(
            problem.apart[added] | (np.arange(n)[None, :] == added[:, None]), EXCLUDED, pairs[added]
        )
        gains = np.maximum(gains, EXCLUDED)
        if size + 1 >= sizes.least:
            found.append(members[open_to].copy())
    every = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    every = every[(every < n).sum(axis=1) >= sizes.least]
    return build_columns(problem, every[allowed_groups(problem, every)])


@dataclass
class PartialGroups:
    """p nodes of the tree, groups of k members: ``members`` (p, k), ``values`` (p,) and ``gains`` (p, n), in halves.

    ``gains``: what each candidate adds to the group. ``common``, for each group term: which items all members have,
    (p, items), and whether all answered, (p,).
    """

    members: IntVector
    values: IntVector
    gains: IntMatrix
    common: list[tuple[BoolVector, BoolVector]]

    def part(self, rows: slice | BoolVector) -> "PartialGroups":
        """Return some of the nodes."""
        common = [(has[rows], known[rows]) for has, known in self.common]
        return PartialGroups(self.members[rows], self.values[rows], self.gains[rows], common)


@dataclass
class GroupTree:
    """One branch-and-bound tree, people in its ``order``: the weights of pairs and of people, and the bounds.

    ``halves`` (m, n, n): see ``pair_bounds``. ``closed`` (n,): whom the leader may not meet. ``whole``: not cut short.
    """

    problem: GroupProblem
    form: LinearForm
    order: IntVector
    pairs: IntMatrix
    halves: IntMatrix
    people: IntVector
    closed: BoolVector
    least: int
    ends: float | None
    by_size: IntVector
    work: list[int] = field(default_factory=lambda: [WORK])
    whole: bool = True
    shared: list[IntMatrix] = field(default_factory=list)

    @classmethod
    def of(cls, problem: GroupProblem, form: LinearForm, leader: int, least: int, ends: float | None) -> "GroupTree":
        """Return the tree of the groups of one leader (-1: none) of a value of ``least`` or more."""
        pairs, apart = pair_weights(problem, form), problem.apart | np.eye(len(problem), dtype=bool)
        barred = ~problem.leaders.may[leader] if problem.leaders and leader >= 0 else np.zeros(len(problem), dtype=bool)
        open_pairs = np.where(apart, EXCLUDED, pairs)
        # Order of branching: who may add most, with their best pairs, first
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
            ends,
            form.by_size + constant,
        )
        tree.shared = [term_bounds(form, each.points, each.unknown) for each in problem.shared]
        return tree

    def groups(self) -> Iterator[NDArray[np.int16]]:
        """Yield groups (c, s), padded as columns are: a superset of those of enough value."""
        n = len(self.order)
        later = np.arange(n)[None, :] > np.arange(n)[:, None]
        gains = np.where(
            later & ~self.closed[None, :], np.maximum(2 * (self.pairs + self.people[None, :]), EXCLUDED), EXCLUDED
        )
        shared = [(each.has[self.order], each.known[self.order]) for each in self.problem.shared]
        # The first level: one node for each person, candidates after them in the order
        first = PartialGroups(np.arange(n)[:, None], 2 * self.people, gains, shared).part(~self.closed)
        yield from self._expand(first)

    def _expand(self, level: PartialGroups) -> Iterator[NDArray[np.int16]]:
        """Yield the groups at some nodes, then depth-first those below them."""
        if self._is_out_of_work(len(level.values)):
            return
        size = level.members.shape[1]
        if size >= self.problem.sizes.least:
            yield from self._complete_groups(level)
        if size == self.problem.sizes.most:
            return
        # Prune by bound, then branch: one child for each later candidate
        level = level.part(self._within_bound(level))
        # One child for each node and candidate, in chunks: depth-first, so that few nodes are held
        parent, added = np.nonzero(level.gains > EXCLUDED // 2)
        for start in range(0, len(parent), CHUNK):
            yield from self._expand(self._children(level, parent[start : start + CHUNK], added[start : start + CHUNK]))

    def _is_out_of_work(self, many: int) -> bool:
        """Count the extensions of so many nodes; return whether work or time is used up."""
        self.work[0] -= many * len(self.order)
        if self.work[0] < 0 or (self.ends is not None and monotonic() > self.ends):
            self.whole = False
        return not self.whole

    def _complete_groups(self, level: PartialGroups) -> Iterator[NDArray[np.int16]]:
        """Yield the nodes that are groups of enough value as they are."""
        size = level.members.shape[1]
        # The value with the terms of size and of the group as a whole, in halves
        worth = level.values + 2 * self.by_size[size] + 2 * self._term_bound(level, size)
        good = level.members[worth >= 2 * self.least]
        if len(good):
            filled = np.full((len(good), self.problem.sizes.most), len(self.order), dtype=np.int16)
            filled[:, :size] = np.sort(self.order[good], axis=1)
            yield filled

    def _children(self, level: PartialGroups, parent: IntVector, added: IntVector) -> PartialGroups:
        """Return the nodes that add a person each to their parents; candidates come later in the order."""
        n = len(self.order)
        gains = level.gains[parent] + 2 * self.pairs[added]
        # Candidates come after the last member, so each group is met once
        gains[np.arange(n)[None, :] <= added[:, None]] = EXCLUDED
        np.maximum(gains, EXCLUDED, out=gains)
        gains[gains < EXCLUDED // 2] = EXCLUDED
        common = []
        for (has, known), each in zip(level.common, self.problem.shared, strict=True):
            also, said = each.has[self.order[added]], each.known[self.order[added]]
            common.append((has[parent] & also, known[parent] & said))
        members = np.concatenate([level.members[parent], added[:, None]], axis=1)
        return PartialGroups(members, level.values[parent] + level.gains[parent, added], gains, common)

    def _within_bound(self, level: PartialGroups) -> BoolVector:
        """Return (p,) bool: the nodes whose upper bound, at some final size, is ``least`` or more."""
        size, sizes = level.members.shape[1], self.problem.sizes
        kept = np.zeros(len(level.values), dtype=bool)
        last = level.members[:, -1]
        for goal in range(max(size + 1, sizes.least), sizes.most + 1):
            # With so many more members: the best sums of gains, half of the pairs among the newcomers
            # included
            missing = goal - size
            adding = level.gains + self.halves[missing - 1, last]
            best = np.partition(adding, len(self.order) - missing, axis=1)[:, len(self.order) - missing :].sum(axis=1)
            rest = 2 * self.by_size[goal] + 2 * self._term_bound(level, goal)
            kept |= level.values + best + rest >= 2 * self.least
        return kept

    def _term_bound(self, level: PartialGroups, goal: int) -> IntVector:
        """Return (p,) an upper bound on the group terms of a group of ``goal`` people that has these members."""
        total = np.zeros(len(level.values), dtype=np.int64)
        for (has, known), most in zip(level.common, self.shared, strict=True):
            total += most[known.astype(np.int64), has.sum(axis=1)]
        return total * pairs_in(goal)


def term_bounds(form: LinearForm, points: IntVector, unknown: int) -> IntMatrix:
    """Return (2, k + 1): the greatest term a pair, by whether all members answered and how many items all have."""
    times = int(form.layers[WORTH])
    # More members can only share fewer items: the best over all smaller numbers
    so_far = np.maximum.accumulate(points * times)
    return np.array([np.full(len(points), unknown * times), np.maximum(so_far, unknown * times)])


def pair_bounds(pairs: IntMatrix, most: int) -> IntMatrix:
    """Return (m, n, n) int64 ``[j, l, k]``: the sum of the best j pairs of person k with people after l."""
    n = len(pairs)
    halves = np.zeros((max(most, 1), n, n), dtype=np.int64)
    for last in range(n):
        # Pairs with people after ``last``, the best first, summed up
        after = np.where(np.arange(n)[None, :] > last, pairs, EXCLUDED)
        top = -np.sort(-after, axis=1)[:, : max(most - 1, 0)]
        halves[1 : top.shape[1] + 1, last] = np.maximum(
            np.cumsum(np.maximum(top, EXCLUDED // 16), axis=1), EXCLUDED // 2
        ).T
    return halves
