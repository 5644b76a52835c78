"""LP-based branch and bound (Land and Doig 1960), best bound first, with pseudocosts and reduced-cost fixing.

The part with the greatest bound comes first, and each part begins where the one it was cut from ended. Where the linear
program is nearly whole, a few dozen parts do, each in a few steps; the search gives up when they become many.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count, islice
from time import monotonic
from typing import Self

import numpy as np

from mentormatch.assignment.mip.program_model import INTEGRALITY_TOLERANCE, Program, SolverResult, SolverStatus
from mentormatch.assignment.mip.simplex import DEFAULT_TOLERANCE, BasicSolution, SimplexModel
from mentormatch.base.arrays import FloatVector

MAX_NODES, MAX_WORK = 600, 1_000_000
"""Parts, and parts times columns, beyond which a general solver is the better bet."""
ALMOST_ONE = 0.999
"""Values are whole, so a bound less than one above a value proves it."""

TINY = 1e-6
"""A fall so small counts as this, so that the other half still tells columns apart."""


def solve_integer_program(program: Program, seconds: float | None) -> SolverResult | None:
    """Return the best whole choice, or the best in time; None if it takes too many parts, or the solver gives up."""
    simplex, tree = SimplexModel(program, DEFAULT_TOLERANCE, again=True), SearchTree.of(program)
    ends = None if seconds is None else monotonic() + seconds
    for part in islice(tree.growing(), min(MAX_NODES, MAX_WORK // max(len(program.names), 1))):
        simplex.bound(part.least, part.most)
        left = None if ends is None else max(ends - monotonic(), 0.0)
        word = simplex.run(left, None if part.parent is None else part.parent.basis)
        if word is SolverStatus.STOPPED:
            return tree.answer(word)
        if word is None or (word is SolverStatus.OPTIMAL and not tree.take(part, simplex.corner())):
            return None
    return tree.answer(SolverStatus.OPTIMAL) if tree.done else None


@dataclass(frozen=True, slots=True)
class BranchNode:
    """A part of the choices: bounds on the columns; what it was cut from, at which column, and that column's value."""

    least: FloatVector
    most: FloatVector
    parent: BasicSolution | None = None
    column: int = 0
    value: int = 0

    def halves(self, corner: BasicSolution, column: int, value: float) -> Iterator["BranchNode"]:
        """Yield the choices that take a column, and those that do not.

        Columns are settled that no choice of more than ``value`` can take, or can leave, by their reduced costs.
        """
        least, most, room = self.least.copy(), self.most.copy(), corner.value - value
        most[(corner.reduced < -room) & (least == 0)] = 0
        least[(corner.reduced > room) & (most == 1)] = 1
        for end in (1, 0):
            lower, upper = least.copy(), most.copy()
            lower[column] = upper[column] = end
            yield BranchNode(lower, upper, corner, column, end)


@dataclass(frozen=True, slots=True)
class Pseudocosts:
    """By how much bounds fell where a column was left (row 0) or taken (row 1): the sums per part of it, and counts."""

    sums: FloatVector
    counts: FloatVector

    @classmethod
    def none(cls, columns: int) -> Self:
        """Return what is known at first."""
        return cls(np.zeros((2, columns)), np.zeros((2, columns)))

    def keep(self, part: BranchNode, bound: float) -> None:
        """Keep what the bound of a part came to."""
        if part.parent is not None:
            at = part.parent.values[part.column]
            self.sums[part.value, part.column] += (part.parent.value - bound) / abs(part.value - at)
            self.counts[part.value, part.column] += 1

    def column(self, values: FloatVector) -> int:
        """Return the column at which both halves are likely to fall the most, of those that are in doubt."""
        usual = self.sums.sum(axis=1) / np.maximum(self.counts.sum(axis=1), 1)
        each = np.where(self.counts > 0, self.sums / np.maximum(self.counts, 1), usual[:, None])
        left, taken = np.maximum(each * (values, 1 - values), TINY)
        return int(np.argmax(np.where(np.minimum(values, 1 - values) >= INTEGRALITY_TOLERANCE, left * taken, -1)))


@dataclass(slots=True)
class SearchTree:
    """The parts that are open, those with the greatest bounds first, and the best choice so far.

    ``cutting`` is the bound of the part that is being cut in two.
    """

    program: Program
    falls: Pseudocosts
    chosen: FloatVector | None = None
    value: float = -np.inf
    cutting: float = np.inf
    open: list[tuple[float, int, BranchNode, BasicSolution]] = field(default_factory=list)
    turns: Iterator[int] = field(default_factory=count)

    @classmethod
    def of(cls, program: Program) -> Self:
        """Return the tree of which nothing is known."""
        return cls(program, Pseudocosts.none(len(program.names)))

    @property
    def bound(self) -> float:
        """Return what a choice may be worth at most."""
        return max(self.value, self.cutting, -self.open[0][0] if self.open else -np.inf)

    @property
    def done(self) -> bool:
        """Return whether no part that is open may hold a better choice."""
        return self.bound <= self.value + ALMOST_ONE

    def growing(self) -> Iterator[BranchNode]:
        """Yield part after part, each to be taken once it is solved, until the best choice is known."""
        yield BranchNode(self.program.lower_bounds.astype(np.float64), np.ones(len(self.program.names)))
        self.cutting = -np.inf
        while not self.done:
            *_, part, corner = heappop(self.open)
            self.cutting = corner.value
            yield from part.halves(corner, self.falls.column(corner.values), self.value)
            self.cutting = -np.inf

    def take(self, part: BranchNode, corner: BasicSolution) -> bool:
        """Keep a part that may hold a better choice, or the choice that it comes to; return False if that is wrong."""
        self.falls.keep(part, corner.value)
        if corner.value <= self.value + ALMOST_ONE:
            return True
        whole = SolverResult(SolverStatus.OPTIMAL, corner.values)
        if whole.taken() is None:
            heappush(self.open, (-corner.value, next(self.turns), part, corner))
            return True
        self.chosen, self.value = corner.values, corner.value
        return whole.holds(self.program)

    def answer(self, word: SolverStatus) -> SolverResult:
        """Return the best choice with the bound on all; that there is none, if none was found and nothing is open."""
        if self.chosen is None:
            return SolverResult(SolverStatus.INFEASIBLE if word is SolverStatus.OPTIMAL else word)
        return SolverResult(word, self.chosen, self.bound)
