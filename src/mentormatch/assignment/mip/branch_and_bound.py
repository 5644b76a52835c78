"""LP-based branch and bound (Land and Doig 1960), best bound first, with pseudocosts and reduced-cost fixing.

Best-bound node selection; the branching variable is the one of the best pseudocost product (Bénichou et al. 1971);
variables are fixed by reduced cost in every node. The LP of a node starts from the basis of its parent (dual simplex).
Where the relaxation is nearly integral, a few dozen nodes do, each in a few pivots; the search gives up on large trees.
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
"""Nodes, and nodes times columns, beyond which a general MIP solver is the better choice."""
ALMOST_ONE = 0.999
"""Objective values are integers, so a bound less than one above the incumbent proves it."""

TINY = 1e-6
"""The least fall of a bound in the score of a column, so that the other child still counts in the product."""


def solve_integer_program(program: Program, seconds: float | None) -> SolverResult | None:
    """Return the optimum, or the incumbent at the time limit; None if the tree is too large or the solver fails."""
    simplex, tree = SimplexModel(program, DEFAULT_TOLERANCE, again=True), SearchTree.of(program)
    ends = None if seconds is None else monotonic() + seconds
    for node in islice(tree.nodes(), min(MAX_NODES, MAX_WORK // max(len(program.names), 1))):
        # The LP of a node: new bounds on columns, from the basis of its parent
        simplex.bound(node.least, node.most)
        left = None if ends is None else max(ends - monotonic(), 0.0)
        word = simplex.run(left, None if node.parent is None else node.parent.basis)
        if word is SolverStatus.STOPPED:
            return tree.answer(word)
        if word is None or (word is SolverStatus.OPTIMAL and not tree.take(node, simplex.vertex())):
            return None
    return tree.answer(SolverStatus.OPTIMAL) if tree.done else None


@dataclass(frozen=True, slots=True)
class BranchNode:
    """A node: bounds on the columns; the optimum of its parent, the branching column and its value here."""

    least: FloatVector
    most: FloatVector
    parent: BasicSolution | None = None
    column: int = 0
    value: int = 0

    def children(self, optimum: BasicSolution, column: int, value: float) -> Iterator["BranchNode"]:
        """Yield the two children: the column at 1, then at 0.

        ``optimum`` is the optimum of this node. Columns that no choice of more than ``value`` can take, or can leave,
        are fixed.
        """
        # Reduced-cost fixing, by the gap between the bound of the node and the incumbent
        least, most, room = self.least.copy(), self.most.copy(), optimum.value - value
        most[(optimum.reduced < -room) & (least == 0)] = 0
        least[(optimum.reduced > room) & (most == 1)] = 1
        # The child that takes the column first
        for end in (1, 0):
            lower, upper = least.copy(), most.copy()
            lower[column] = upper[column] = end
            yield BranchNode(lower, upper, optimum, column, end)


@dataclass(frozen=True, slots=True)
class Pseudocosts:
    """Pseudocosts (2, columns): the fall of the bound per unit, summed, and how often; row 0 for down, row 1 for up."""

    sums: FloatVector
    counts: FloatVector

    @classmethod
    def none(cls, columns: int) -> Self:
        """Return the pseudocosts before any branching."""
        return cls(np.zeros((2, columns)), np.zeros((2, columns)))

    def keep(self, node: BranchNode, bound: float) -> None:
        """Record by how much the bound of a child fell below that of its parent."""
        if node.parent is not None:
            # The fall of the bound for each unit by which the column was moved
            at = node.parent.values[node.column]
            self.sums[node.value, node.column] += (node.parent.value - bound) / abs(node.value - at)
            self.counts[node.value, node.column] += 1

    def column(self, values: FloatVector) -> int:
        """Return the fractional column of the greatest product of expected falls."""
        # A column that was never branched on counts as the mean of the others
        usual = self.sums.sum(axis=1) / np.maximum(self.counts.sum(axis=1), 1)
        each = np.where(self.counts > 0, self.sums / np.maximum(self.counts, 1), usual[:, None])
        # Expected falls: the pseudocost times the distance to 0, and to 1
        left, taken = np.maximum(each * (values, 1 - values), TINY)
        return int(np.argmax(np.where(np.minimum(values, 1 - values) >= INTEGRALITY_TOLERANCE, left * taken, -1)))


@dataclass(slots=True)
class SearchTree:
    """The open nodes, a heap by their bounds, and the incumbent ``chosen`` of profit ``value``.

    ``branching`` is the bound of the node whose children are being solved.
    """

    program: Program
    falls: Pseudocosts
    chosen: FloatVector | None = None
    value: float = -np.inf
    branching: float = np.inf
    open: list[tuple[float, int, BranchNode, BasicSolution]] = field(default_factory=list)
    turns: Iterator[int] = field(default_factory=count)

    @classmethod
    def of(cls, program: Program) -> Self:
        """Return the tree of a program before its root is solved."""
        return cls(program, Pseudocosts.none(len(program.names)))

    @property
    def bound(self) -> float:
        """Return the upper bound on all choices."""
        return max(self.value, self.branching, -self.open[0][0] if self.open else -np.inf)

    @property
    def done(self) -> bool:
        """Return whether no open node can hold a better choice than the incumbent."""
        return self.bound <= self.value + ALMOST_ONE

    def nodes(self) -> Iterator[BranchNode]:
        """Yield node after node, each to be given to ``take`` once its LP is solved, until the optimum is known."""
        # The root
        yield BranchNode(self.program.lower_bounds.astype(np.float64), np.ones(len(self.program.names)))
        self.branching = -np.inf
        while not self.done:
            # Best-bound node selection
            *_, node, optimum = heappop(self.open)
            self.branching = optimum.value
            yield from node.children(optimum, self.falls.column(optimum.values), self.value)
            self.branching = -np.inf

    def take(self, node: BranchNode, optimum: BasicSolution) -> bool:
        """Prune a solved node, keep it open, or make its optimum the incumbent; False if that is not feasible."""
        self.falls.keep(node, optimum.value)
        # Prune by bound
        if optimum.value <= self.value + ALMOST_ONE:
            return True
        whole = SolverResult(SolverStatus.OPTIMAL, optimum.values)
        # Fractional: to be branched on; integral: the new incumbent, checked in integers
        if whole.taken() is None:
            heappush(self.open, (-optimum.value, next(self.turns), node, optimum))
            return True
        self.chosen, self.value = optimum.values, optimum.value
        return whole.holds(self.program)

    def answer(self, word: SolverStatus) -> SolverResult:
        """Return the incumbent with the bound; INFEASIBLE if there is none and the whole tree is done."""
        if self.chosen is None:
            return SolverResult(SolverStatus.INFEASIBLE if word is SolverStatus.OPTIMAL else word)
        return SolverResult(word, self.chosen, self.bound)
