"""The Hitchcock transportation problem between classes of identical people.

This is the transportation problem (Hitchcock 1941). Each kind fills its places along shortest ways, as many at a time
as all kinds on the way have (successive shortest paths with
prices, see ``paths.searching``); in integers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.scores import IntMatrix
from mentormatch.base.columns import BoolVector, IntVector
from mentormatch.scale.columns.subproblem import PerSide, PricingProblem
from mentormatch.scale.columns.symmetry import ClassFlow

FAR = 1 << 61
"""No way is longer."""
NONE = -1

type Carried = tuple[NDArray[np.integer], IntVector, IntVector]
"""How many pairs of each two kinds there are, (u, v), and the prices of both sides."""


def solve_classes(view: PricingProblem, heed: Callable[[], None], *, compiled: bool) -> ClassFlow:
    """Return the optimum of a market of kinds, with all pairs of kinds that lose nothing by it."""
    worth = class_profits(view)
    places = view.bounds[0].most, view.bounds[1].most
    flow, left, right = (by_code if compiled else by_rows)(worth, places, heed)
    lefts, rights = np.nonzero(left[:, None] + right == worth)
    return ClassFlow(lefts, rights, flow[lefts, rights].astype(np.int64), left, right)


def class_profits(view: PricingProblem) -> IntMatrix:
    """Return (u, v) what pairs of few people are worth, far below all for those that may not be chosen."""
    pairs, worth = view.pairs(), np.full(view.scores.shape, -FAR)
    worth[pairs.mentors, pairs.mentees] = view.profit(pairs)
    return worth


def by_code(worth: IntMatrix, places: PerSide, heed: Callable[[], None]) -> Carried:
    """Return the optimum in compiled code, which looks from the side of fewer kinds."""
    from mentormatch.scale.flow.transport_paths import augment_class, shortest_path, transport_state

    if len(worth) > len(worth.T):
        flow, right, left = by_code(np.ascontiguousarray(worth.T), places[::-1], heed)
        return flow.T, left, right
    market, way = transport_state(worth, *places), shortest_path(*worth.shape)
    for kind in range(len(worth)):
        heed()
        augment_class(market, way, kind)
    return market.flow, market.left, market.right


def by_rows(worth: IntMatrix, places: PerSide, heed: Callable[[], None]) -> Carried:
    """Return the optimum with no more than NumPy."""
    work = TransportSolver.of(worth, places)
    for kind in range(len(worth)):
        heed()
        work.fill(kind)
    return work.flow, work.left, work.right


@dataclass(slots=True)
class TransportSolver:
    """What each pair of kinds is ``worth`` (u, v), the pairs there are of them so far, prices, and places left."""

    worth: IntMatrix
    flow: IntMatrix
    left: IntVector
    right: IntVector
    free: PerSide

    @classmethod
    def of(cls, worth: IntMatrix, places: PerSide) -> Self:
        """Begin with no pairs, at no price."""
        left, right = (np.zeros(count, dtype=np.int64) for count in worth.shape)
        return cls(worth, np.zeros_like(worth), left, right, (places[0].copy(), places[1].copy()))

    def fill(self, kind: int) -> None:
        """Have as many people of a kind matched, or left out, as is best."""
        self.left[kind] = max(int((self.worth[kind] - self.right).max(initial=0)), 0)
        while self.free[0][kind] and self.left[kind]:
            TransportPath(self, kind).go()


@dataclass(slots=True)
class TransportPath:
    """The shortest way from a kind to places, or to people who can best be left out.

    ``far`` (v,): how far each kind on the right is, ``come`` (v,) from whom; ``near`` (u,) and ``came`` (u,) those on
    the left. The way ends at ``end`` on the right, or with people of ``out``, at a length of ``best``.
    """

    work: TransportSolver
    kind: int
    far: IntVector = field(init=False)
    come: IntVector = field(init=False)
    near: IntVector = field(init=False)
    came: IntVector = field(init=False)
    left_behind: BoolVector = field(init=False)
    best: int = field(init=False)
    end: int = NONE
    out: int = field(init=False)

    def __post_init__(self) -> None:
        lefts, rights = self.work.worth.shape
        self.far, self.come = np.full(rights, FAR), np.full(rights, NONE)
        self.near, self.came = np.full(lefts, FAR), np.full(lefts, NONE)
        self.left_behind = np.zeros(rights, dtype=bool)
        self.best, self.out = int(self.work.left[self.kind]), self.kind

    def go(self) -> None:
        """Find the way, have prices follow, and move as many people along it as can be."""
        self._from_left(self.kind, 0)
        while self._step():
            pass
        self.work.right += np.maximum(self.best - self.far, 0)
        self.work.left -= np.maximum(self.best - self.near, 0)
        self._move()

    def _step(self) -> bool:
        """Go on from the nearest on the right; return False at the end."""
        right = int(np.where(self.left_behind, FAR, self.far).argmin())
        far = int(self.far[right])
        if far >= self.best or self.left_behind[right]:
            return False
        self.left_behind[right] = True
        if self.work.free[1][right]:
            self.best, self.end, self.out = far, right, NONE
            return False
        for left in np.flatnonzero(self.work.flow[:, right]).tolist():
            if self.near[left] == FAR:
                self.came[left] = right
                self._from_left(left, far)
        return True

    def _from_left(self, left: int, far: int) -> None:
        """Look at all steps of a kind that is ``far``, and whether its people can best be left out."""
        self.near[left] = far
        price = int(self.work.left[left])
        if far + price < self.best:
            self.best, self.out = far + price, left
        new = self.work.right - self.work.worth[left]
        new += far + price
        nearer = new < self.far
        np.copyto(self.far, new, where=nearer)
        self.come[nearer] = left

    def _move(self) -> None:
        """Let people of each kind on the way take places of the next."""
        work, steps, left, right = self.work, list[tuple[int, int, int]](), self.out, self.end
        many = int(work.free[0][self.kind])
        if right != NONE:
            left, many = int(self.come[right]), min(many, int(work.free[1][right]))
            steps.append((left, right, 1))
        while left != self.kind:
            right = int(self.came[left])
            many = min(many, int(work.flow[left, right]))
            steps.append((left, right, -1))
            left = int(self.come[right])
            steps.append((left, right, 1))
        for left, right, sign in steps:
            work.flow[left, right] += sign * many
        work.free[0][self.kind] -= many
        if self.end != NONE:
            work.free[1][self.end] -= many
