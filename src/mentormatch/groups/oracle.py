"""The pricing oracle: groups of enough reduced profit, from a list or by branch and bound (Mehrotra and Trick 1998).

A group grows person by person, in an order in which those who may add most come first. What it may still gain is no
more than what each candidate adds to those who are in, with half of the best pairs that they could make among
themselves (branch and bound; each pair among the newcomers is counted from both ends). All is counted in halves.
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
    """Some groups for which a form is great, and what it does not exceed for any, ``most``; None: not known."""

    columns: Columns
    most: int | None


class GroupOracle(Protocol):
    """Gives groups by what a form says that they count for."""

    def heuristic(self, form: LinearForm) -> Columns | None:
        """Return some groups for which the form is great, in little time; None where ``best`` takes no longer."""
        ...

    def price(self, form: LinearForm, over: int, many: int) -> PricedColumns:
        """Return up to so many groups for which the form is greater than ``over``, those first where it is greatest."""
        ...

    def columns_within(self, form: LinearForm, least: int, many: int) -> Columns | None:
        """Return all groups for which the form is ``least`` or more; None where there are more than ``many``."""
        ...

    def above_floor(self, least_floor: int) -> "GroupOracle":
        """Return the source of those groups only whose pairs are worth so much in the mean."""
        ...


@dataclass(frozen=True)
class EnumerationOracle:
    """All groups, in a list."""

    columns: Columns

    def heuristic(self, form: LinearForm) -> None:
        return None

    def price(self, form: LinearForm, over: int, many: int) -> PricedColumns:
        values = form.of(self.columns)
        if not len(values):
            return PricedColumns(self.columns, over)
        some = np.argpartition(-values, many)[:many] if len(values) > many else np.arange(len(values))
        some = some[values[some] > over]
        return PricedColumns(self.columns.take(some[np.lexsort((some, -values[some]))]), max(int(values.max()), over))

    def columns_within(self, form: LinearForm, least: int, many: int) -> Columns | None:
        kept = np.flatnonzero(form.of(self.columns) >= least)
        return self.columns.take(kept) if len(kept) <= many else None

    def above_floor(self, least_floor: int) -> "EnumerationOracle":
        return EnumerationOracle(self.columns.take(self.columns.floors() >= least_floor))


CLOSED = -(1 << 57)
"""What somebody adds who may not join: less than all that anybody else may add."""
CHUNK = 1 << 12
WORK = 400_000_000
"""Candidates for groups, whole or in part, that are looked at for one problem at most: about half a minute."""


@dataclass
class BranchAndBoundOracle(GroupOracle):
    """All groups of a problem, sought when asked for; with a ``least_floor``, until ``ends``."""

    problem: GroupProblem
    ends: float | None = None
    least_floor: int | None = None
    work: list[int] = field(default_factory=lambda: [WORK])

    def heuristic(self, form: LinearForm) -> Columns:
        return self._true(grow_greedily(self.problem, form))

    def price(self, form: LinearForm, over: int, many: int) -> PricedColumns:
        found, whole = self._search(form, over + 1, many * 4)
        values = form.of(found)
        most = int(values.max(initial=over)) if whole else None
        return PricedColumns(found.take(np.argsort(-values, kind="stable")[:many]), most)

    def columns_within(self, form: LinearForm, least: int, many: int) -> Columns | None:
        found, whole = self._search(form, least, many)
        return found if whole else None

    def above_floor(self, least_floor: int) -> "BranchAndBoundOracle":
        return replace(self, least_floor=least_floor)

    def _true(self, columns: Columns) -> Columns:
        return columns if self.least_floor is None else columns.take(columns.floors() >= self.least_floor)

    def _search(self, form: LinearForm, least: int, many: int) -> tuple[Columns, bool]:
        """Return groups that count for ``least`` or more, up to ``many``, and whether these are all."""
        parts, whole = [build_columns(self.problem, np.zeros((0, self.problem.sizes.most), dtype=np.int16))], True
        for leader in range(len(form.by_leader)) if self.problem.leaders else [-1]:
            tree = GroupTree.of(self.problem, form, leader, least, self.ends)
            tree.work = self.work
            for members in tree.groups():
                some = build_columns(self.problem, members[allowed_groups(self.problem, members)])
                some = some if leader < 0 else some.take(some.leaders == leader)
                parts.append(self._true(some.take(form.of(some) >= least)))
                if sum(map(len, parts)) > many:
                    return concatenate_columns(parts), False
            whole &= tree.whole
        return concatenate_columns(parts), whole


def best_pairs(problem: GroupProblem, form: LinearForm) -> IntMatrix:
    """Return (n, n) what a form counts each pair for."""
    pairs = form.layers[WORTH] * problem.worth
    if form.layers[MEETINGS] and problem.meetings is not None:
        pairs = pairs + form.layers[MEETINGS] * problem.meetings
    if form.layers[TIES]:
        pairs = pairs + form.layers[TIES] * problem.ties * ~np.eye(len(problem), dtype=bool)
    return np.asarray(pairs)


def grow_greedily(problem: GroupProblem, form: LinearForm) -> Columns:
    """Return for each person and size a group that they begin, by who adds most at each step."""
    n, pairs, sizes = len(problem), best_pairs(problem, form), problem.sizes
    members = np.full((n, sizes.most), n, dtype=np.int16)
    members[:, 0] = np.arange(n)
    gains = np.where(problem.apart | np.eye(n, dtype=bool), CLOSED, form.people[None, :] + pairs)
    found = [members.copy()] if sizes.least == 1 else []
    for size in range(1, sizes.most):
        added = gains.argmax(axis=1)
        open_to = gains[np.arange(n), added] > CLOSED // 2
        members[:, size] = np.where(open_to, added, n)
        gains = gains + np.where(problem.apart[added] | (np.arange(n)[None, :] == added[:, None]), CLOSED, pairs[added])
        gains = np.maximum(gains, CLOSED)
        if size + 1 >= sizes.least:
            found.append(members[open_to].copy())
    every = np.unique(np.sort(np.concatenate(found), axis=1), axis=0)
    every = every[(every < n).sum(axis=1) >= sizes.least]
    return build_columns(problem, every[allowed_groups(problem, every)])


@dataclass
class PartialGroups:
    """p groups that grow: ``members`` (p, k), what they count for, ``values`` (p,), and ``gains`` (p, n), in halves.

    ``common`` holds for each thing shared what all have, and whether all answered.
    """

    members: IntVector
    values: IntVector
    gains: IntMatrix
    common: list[tuple[BoolVector, BoolVector]]

    def part(self, rows: slice | BoolVector) -> "PartialGroups":
        """Return some of them."""
        common = [(has[rows], known[rows]) for has, known in self.common]
        return PartialGroups(self.members[rows], self.values[rows], self.gains[rows], common)


@dataclass
class GroupTree:
    """One search: the order of people, what pairs count for in it, and what may be reached at most."""

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
        """Return the search for groups of a leader, -1: of nobody, that count for ``least`` or more."""
        pairs, apart = best_pairs(problem, form), problem.apart | np.eye(len(problem), dtype=bool)
        barred = ~problem.leaders.may[leader] if problem.leaders and leader >= 0 else np.zeros(len(problem), dtype=bool)
        open_pairs = np.where(apart, CLOSED, pairs)
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
        """Yield groups, filled up as columns are, those that may count for enough among them."""
        n = len(self.order)
        later = np.arange(n)[None, :] > np.arange(n)[:, None]
        gains = np.where(
            later & ~self.closed[None, :], np.maximum(2 * (self.pairs + self.people[None, :]), CLOSED), CLOSED
        )
        shared = [(each.has[self.order], each.known[self.order]) for each in self.problem.shared]
        first = PartialGroups(np.arange(n)[:, None], 2 * self.people, gains, shared).part(~self.closed)
        yield from self._grow(first)

    def _grow(self, level: PartialGroups) -> Iterator[NDArray[np.int16]]:
        if self._over(len(level.values)):
            return
        size = level.members.shape[1]
        if size >= self.problem.sizes.least:
            yield from self._done(level)
        if size == self.problem.sizes.most:
            return
        level = level.part(self._hopeful(level))
        parent, added = np.nonzero(level.gains > CLOSED // 2)
        for start in range(0, len(parent), CHUNK):
            yield from self._grow(self._children(level, parent[start : start + CHUNK], added[start : start + CHUNK]))

    def _over(self, many: int) -> bool:
        self.work[0] -= many * len(self.order)
        if self.work[0] < 0 or (self.ends is not None and monotonic() > self.ends):
            self.whole = False
        return not self.whole

    def _done(self, level: PartialGroups) -> Iterator[NDArray[np.int16]]:
        size = level.members.shape[1]
        worth = level.values + 2 * self.by_size[size] + 2 * self._shared_most(level, size)
        good = level.members[worth >= 2 * self.least]
        if len(good):
            filled = np.full((len(good), self.problem.sizes.most), len(self.order), dtype=np.int16)
            filled[:, :size] = np.sort(self.order[good], axis=1)
            yield filled

    def _children(self, level: PartialGroups, parent: IntVector, added: IntVector) -> PartialGroups:
        n = len(self.order)
        gains = level.gains[parent] + 2 * self.pairs[added]
        gains[np.arange(n)[None, :] <= added[:, None]] = CLOSED
        np.maximum(gains, CLOSED, out=gains)
        gains[gains < CLOSED // 2] = CLOSED
        common = []
        for (has, known), each in zip(level.common, self.problem.shared, strict=True):
            also, said = each.has[self.order[added]], each.known[self.order[added]]
            common.append((has[parent] & also, known[parent] & said))
        members = np.concatenate([level.members[parent], added[:, None]], axis=1)
        return PartialGroups(members, level.values[parent] + level.gains[parent, added], gains, common)

    def _hopeful(self, level: PartialGroups) -> BoolVector:
        """Return which groups may still come to count for enough."""
        size, sizes = level.members.shape[1], self.problem.sizes
        hopeful = np.zeros(len(level.values), dtype=bool)
        last = level.members[:, -1]
        for goal in range(max(size + 1, sizes.least), sizes.most + 1):
            missing = goal - size
            adding = level.gains + self.halves[missing - 1, last]
            best = np.partition(adding, len(self.order) - missing, axis=1)[:, len(self.order) - missing :].sum(axis=1)
            rest = 2 * self.by_size[goal] + 2 * self._shared_most(level, goal)
            hopeful |= level.values + best + rest >= 2 * self.least
        return hopeful

    def _shared_most(self, level: PartialGroups, goal: int) -> IntVector:
        """Return what a group of so many people, with these among them, gets as a whole at most."""
        total = np.zeros(len(level.values), dtype=np.int64)
        for (has, known), most in zip(level.common, self.shared, strict=True):
            total += most[known.astype(np.int64), has.sum(axis=1)]
        return total * pairs_in(goal)


def term_bounds(form: LinearForm, points: IntVector, unknown: int) -> IntMatrix:
    """Return (2, k + 1): the most that a group gets for a pair, by whether all answered so far and what all have."""
    times = int(form.layers[WORTH])
    so_far = np.maximum.accumulate(points * times)
    return np.array([np.full(len(points), unknown * times), np.maximum(so_far, unknown * times)])


def pair_bounds(pairs: IntMatrix, most: int) -> IntMatrix:
    """Return (m, n, n): of each person k, the best m pairs with people after l in the order; m from 0."""
    n = len(pairs)
    halves = np.zeros((max(most, 1), n, n), dtype=np.int64)
    for last in range(n):
        after = np.where(np.arange(n)[None, :] > last, pairs, CLOSED)
        top = -np.sort(-after, axis=1)[:, : max(most - 1, 0)]
        halves[1 : top.shape[1] + 1, last] = np.maximum(np.cumsum(np.maximum(top, CLOSED // 16), axis=1), CLOSED // 2).T
    return halves
