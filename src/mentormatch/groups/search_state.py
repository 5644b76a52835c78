"""Where a search stands: who is in which group, and what every move would change, in integers kept up to date."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.columns import IntVector
from mentormatch.groups.problem import Group, GroupProblem, GroupTerm, SizeRange
from mentormatch.groups.search_weights import PenaltyWeights

type Block = NDArray[np.int64]

NEVER: Final = -(1 << 62)


class LocalSearchState:
    """n people in g groups, or out, which is the place g.

    ``gains`` (n, g + 1) hold what each person has, or would have, with those in each place.
    """

    def __init__(
        self, problem: GroupProblem, weights: PenaltyWeights, spans: list[SizeRange], place: IntVector
    ) -> None:
        self.problem, self.weights, self.place = problem, weights, place
        self.spans, self.number = spans, len(spans)
        self.least = np.array([span.least for span in spans] + [0])
        self.most = np.array([span.most for span in spans] + [len(problem)])
        self.leaders = assign_seats(problem, self.number)
        self.tables = [
            count_violations(count.least, count.most, len(problem), none=count.none) for count in problem.counts
        ]
        self._count()

    def _count(self) -> None:
        inside = (self.place[:, None] == np.arange(self.number)[None, :]).astype(np.int64)
        self.sizes = np.append(inside.sum(axis=0), (self.place == self.number).sum())
        self.gains = np.column_stack([self.weights.pairs @ inside, -self.weights.out])
        if self.problem.leaders is not None:
            self.gains[:, : self.number] -= self.weights.rule * ~self.problem.leaders.may[self.leaders].T

    def at(self, place: IntVector) -> "LocalSearchState":
        """Return where these places would stand."""
        return LocalSearchState(self.problem, self.weights, self.spans, place)

    def groups(self) -> list[Group]:
        """Return who is in each group."""
        return [tuple(np.flatnonzero(self.place == group).tolist()) for group in range(self.number)]

    def swaps(self) -> Block:
        """Return (n, n) int64: what each swap of two people would change."""
        n, ours = len(self.place), self.place
        here = self.gains[np.arange(n), ours]
        there = self.gains[:, ours]
        inside = (ours != self.number).astype(np.int64)
        change = there + there.T - here[:, None] - here[None, :]
        change -= self.weights.pairs * (inside[:, None] + inside[None, :])
        for count, bad in zip(self.problem.counts, self.tables, strict=True):
            change -= self.weights.rule * self._counted(count.holds.astype(np.int64), bad)
        for shared in self.problem.shared if self.weights.worth else ():
            change += self._shared(shared)
        change[ours[:, None] == ours[None, :]] = NEVER
        return np.asarray(change)

    def moves(self) -> Block:
        """Return (n, g + 1) int64: what each person's move to another place would change."""
        n, ours = len(self.place), self.place
        change = self.gains - self.gains[np.arange(n), ours][:, None]
        change[:, self.sizes >= self.most] = NEVER
        change[self.sizes[ours] <= self.least[ours]] = NEVER
        change[np.arange(n), ours] = NEVER
        for count, bad in zip(self.problem.counts, self.tables, strict=True):
            change -= self.weights.rule * self._moved(count.holds.astype(np.int64), bad)
        for shared in self.problem.shared if self.weights.worth else ():
            change += self._shared_moved(shared)
        return np.asarray(change)

    def swap(self, left: int, right: int) -> None:
        """Swap two people."""
        a, b = int(self.place[left]), int(self.place[right])
        self._shift(left, a, b)
        self._shift(right, b, a)

    def move(self, person: int, to: int) -> None:
        """Move a person."""
        self._shift(person, int(self.place[person]), to)

    def _shift(self, person: int, came: int, to: int) -> None:
        for place, sign in ((came, -1), (to, 1)):
            self.sizes[place] += sign
            if place != self.number:
                self.gains[:, place] += sign * self.weights.pairs[person]
        self.place[person] = to

    def value(self) -> int:
        """Return what the search makes as great as can be."""
        here = self.gains[np.arange(len(self.place)), self.place]
        inside = self.place != self.number
        total = int(here[inside].sum()) // 2 + int(here[~inside].sum())
        for count, bad in zip(self.problem.counts, self.tables, strict=True):
            total -= self.weights.rule * int(bad[self._there(count.holds.astype(np.int64))[:-1]].sum())
        if self.problem.leaders is not None:
            inside_may = self.problem.leaders.may[self.leaders][self.place[inside], np.flatnonzero(inside)]
            total -= self.weights.rule * int((~inside_may).sum()) // 2
        return total + sum(shared.of(group) for shared in self.problem.shared for group in self.groups())

    def _there(self, holds: IntVector) -> IntVector:
        """Return (g + 1,) how many of some people are in each place."""
        return np.bincount(self.place, weights=holds, minlength=self.number + 1).astype(np.int64)

    def _counted(self, holds: IntVector, bad: IntVector) -> Block:
        """Return (n, n): by how much each swap breaks a count more."""
        there = self._there(holds)[self.place]
        step = holds[None, :] - holds[:, None]
        here = np.where(self.place == self.number, 0, 1)
        mine = (bad[there[:, None] + step] - bad[there][:, None]) * here[:, None]
        return np.asarray(mine + mine.T)

    def _moved(self, holds: IntVector, bad: IntVector) -> Block:
        there = self._there(holds)
        bad_out = bad[np.maximum(there - 1, 0)] - bad[there]
        bad_in = bad[there + 1] - bad[there]
        bad_out[-1] = bad_in[-1] = 0
        return np.asarray(holds[:, None] * (bad_out[self.place][:, None] + bad_in[None, :]))

    def _shared(self, shared: GroupTerm) -> Block:
        """Return (n, n): what each swap changes of what groups get as a whole."""
        without, others_known, sizes = self._others(shared)
        pairs = sizes * (sizes - 1) // 2 * (self.place != self.number)
        common = without.astype(np.int64) @ shared.has.T.astype(np.int64)
        each = np.where(others_known[:, None] & shared.known[None, :], shared.points[common], shared.unknown)
        now = np.array([shared.of(group) for group in self.groups()] + [0])[self.place]
        mine = each * pairs[:, None] - now[:, None]
        return np.asarray(mine + mine.T)

    def _others(self, shared: GroupTerm) -> tuple[NDArray[np.bool_], NDArray[np.bool_], IntVector]:
        """Return what all others in the group of each have, whether they all answered, and the size of it."""
        sizes = self.sizes[self.place]
        inside = (self.place[:, None] == np.arange(self.number + 1)[None, :]).astype(np.int64)
        having = (inside.T @ shared.has.astype(np.int64))[self.place] - shared.has
        answered = (inside.T @ shared.known.astype(np.int64))[self.place] - shared.known
        return having == (sizes - 1)[:, None], answered == sizes - 1, sizes

    def _shared_moved(self, shared: GroupTerm) -> Block:
        without, others_known, sizes = self._others(shared)
        fewer = (sizes - 1) * (sizes - 2) // 2
        left = np.where(others_known, shared.points[without.sum(axis=1)], shared.unknown) * fewer
        groups = self.groups()
        now = np.array([shared.of(group) for group in groups] + [0])
        left = np.where(self.place == self.number, 0, left - now[self.place])
        all_have = np.array([shared.has[list(group)].all(axis=0) for group in groups]).reshape(self.number, -1)
        all_known = np.array([shared.known[list(group)].all() for group in groups], dtype=bool)
        common = shared.has.astype(np.int64) @ all_have.T.astype(np.int64)
        each = np.where(shared.known[:, None] & all_known[None, :], shared.points[common], shared.unknown)
        more = self.sizes[:-1] * (self.sizes[:-1] + 1) // 2
        joined = np.column_stack([each * more[None, :] - now[None, :-1], np.zeros(len(self.place), dtype=np.int64)])
        return np.asarray(left[:, None] + joined)


def assign_seats(problem: GroupProblem, number: int) -> IntVector:
    """Return who leads each group, in the order of the leaders; empty where there are none."""
    if problem.leaders is None:
        return np.zeros(0, dtype=np.int64)
    seats = np.repeat(np.arange(len(problem.leaders.seats)), problem.leaders.seats)
    return seats[:number]


def count_violations(least: int, most: int, greatest: int, *, none: bool) -> IntVector:
    """Return (greatest + 2,): by how much so many people in a group break a rule."""
    there = np.arange(greatest + 2)
    bad = np.maximum(np.maximum(least - there, there - most), 0)
    bad[0] = 0 if none else bad[0]
    return bad
