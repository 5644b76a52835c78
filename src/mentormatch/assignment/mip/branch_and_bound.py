"""LP-based branch and bound (Land and Doig 1960), best bound first, every bound in integers; it keeps all optima.

Best-bound node selection; the branching variable is the one of the best pseudocost product (Bénichou et al. 1971);
variables are fixed by reduced cost in every node. The LP of a node starts from the basis of its parent (dual simplex).

The solver's numbers only guide the search. A node is cut by the bound of its duals, rounded to integers, which is valid
for any duals; an empty one by a ray, in integers as well; what neither proves is branched on. A whole vertex that
breaks a row is cut off by a cover of that row (Balas 1975).

Invariant: every choice of at least the ``target`` and the incumbent's worth is in an open node, in a box that was put
aside because nothing in it is better, or is the incumbent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count
from time import monotonic
from typing import Any, Self

import numpy as np

from mentormatch.assignment.mip.loss_program import MAX_TRUSTED_SCALE, LossProgram
from mentormatch.assignment.mip.presolve import DualBounds, NodeBound, ReducedProgram, has_exact_sums, presolve
from mentormatch.assignment.mip.program_model import (
    FAR,
    INTEGRALITY_TOLERANCE,
    Box,
    Effort,
    Program,
    SolverResult,
    SolverStatus,
    SparseRows,
    Stop,
    never,
)
from mentormatch.assignment.mip.simplex import (
    DEFAULT_TOLERANCE,
    TIGHT_TOLERANCE,
    BasicSolution,
    SimplexModel,
    cost_scale,
)
from mentormatch.base.arrays import BoolVector, FloatVector, IntVector

MAX_NODES, NODES_PER_COLUMN, MAX_WORK = 500, 10, 750_000
"""So many nodes, and more for each column, but no more nodes times columns: then a solver with cuts is better."""
BRIEF_NODES = 40
"""A brief search looks at so many."""
EARLY_NODES, PROGRESS = 500, 0.25
"""So it is if after so many nodes the bound has not come this part of the way to the incumbent or the target."""
UNGUIDED_NODES = 60
"""The same where all profits are equal: bounds then say nothing about where choices are."""
DEEPEST, NEARLY = 200, 0.8
"""A dive is so deep at most, and takes columns from this value on."""
SLACK = 1e-3
"""The bound of the MIP solver may be wrong by this part of a unit."""
TINY = 1e-6
"""The least fall of a bound in the score of a column, so that the other child still counts in the product."""


def solve_integer_program(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return the optimum, or the incumbent when time is up or it is ``stopped``; STALLED if the tree grows too large.

    Choices below the target of the program are not looked for: without any other the answer is INFEASIBLE. The MIP
    solver begins with the known choice, or with what a dive finds.
    """
    if not has_exact_sums(program):
        return SolverResult(SolverStatus.STOPPED)
    reduced = presolve(program)
    if reduced is None:
        return SolverResult(SolverStatus.INFEASIBLE)
    tree = SearchTree.of(reduced, program.target, None if seconds is None else monotonic() + seconds, stopped)
    if program.effort is Effort.MIP:
        return tree.hand_over(program.known)
    word = tree.search(BRIEF_NODES if program.effort is Effort.BRIEF else None)
    return tree.answer(SolverStatus.STALLED if word is None else word)


def find_choice(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return some good choice, STOPPED, by a dive; without values if it ends at none."""
    reduced = presolve(program) if has_exact_sums(program) else None
    if reduced is not None and len(reduced.worth):
        tree = SearchTree.of(reduced, program.target, None if seconds is None else monotonic() + seconds, stopped)
        tree.dive()
        if tree.chosen is not None:
            return SolverResult(SolverStatus.STOPPED, tree.columns(tree.chosen))
    return SolverResult(SolverStatus.STOPPED)


@dataclass(frozen=True, slots=True)
class Branching:
    """The column that is branched on and the ``end`` it is moved to, from its value ``at`` in the parent's optimum."""

    column: int
    end: int
    at: float
    value: float


@dataclass(frozen=True, slots=True)
class OpenNode:
    """A node to be branched on: bounds on columns, the columns that are fractional in its optimum, and its basis.

    ``units`` bounds its choices. Without a basis its linear program is not solved.
    """

    units: int
    least: BoolVector
    most: BoolVector
    optimum: float
    fractional: IntVector
    values: FloatVector
    basis: Any = None

    def children(self, column: int) -> Iterator[tuple[BoolVector, BoolVector, int]]:
        """Yield the bounds of the two children, and the end of the column: first 1, then 0."""
        for end in (1, 0):
            least, most = self.least.copy(), self.most.copy()
            least[column] = most[column] = end
            yield least, most, end


@dataclass(frozen=True, slots=True)
class Pseudocosts:
    """Pseudocosts (2, columns): the fall of the bound per unit, summed, and how often; row 0 for down, row 1 for up."""

    sums: FloatVector
    counts: FloatVector

    @classmethod
    def none(cls, columns: int) -> Self:
        """Return the pseudocosts before any branching."""
        return cls(np.zeros((2, columns)), np.zeros((2, columns)))

    def keep(self, parent: Branching, bound: float) -> None:
        """Record by how much the bound of a child fell below that of its parent."""
        move = abs(parent.end - parent.at)
        if move > INTEGRALITY_TOLERANCE:
            # The fall of the bound for each unit by which the column was moved
            self.sums[parent.end, parent.column] += (parent.value - bound) / move
            self.counts[parent.end, parent.column] += 1

    def column(self, columns: IntVector, values: FloatVector) -> int:
        """Return the place of the fractional column of the greatest product of expected falls."""
        # A column that was never branched on counts as the mean of the others
        usual = self.sums.sum(axis=1) / np.maximum(self.counts.sum(axis=1), 1)
        sums, counts = self.sums[:, columns], self.counts[:, columns]
        each = np.where(counts > 0, sums / np.maximum(counts, 1), usual[:, None])
        # Expected falls: the pseudocost times the distance to 0, and to 1
        left, taken = np.maximum(each * (values, 1 - values), TINY)
        return int(np.argmax(left * taken))


@dataclass(slots=True)
class SearchTree:
    """The open nodes, a heap by their bounds, and the incumbent ``chosen``, which is worth ``value`` units.

    Without an incumbent ``value`` is one less than the target. ``boxes``: the bound and the limits of nodes put aside.
    """

    program: ReducedProgram
    rows: SparseRows
    simplex: SimplexModel
    bounds: DualBounds
    falls: Pseudocosts
    scale: float
    value: int
    ends: float | None
    stopped: Stop
    chosen: BoolVector | None = None
    branching: int | None = None
    open: list[tuple[int, int, OpenNode]] = field(default_factory=list)
    boxes: list[tuple[int, BoolVector, BoolVector]] = field(default_factory=list)
    turns: Iterator[int] = field(default_factory=count)

    @classmethod
    def of(cls, program: ReducedProgram, target: int | None, ends: float | None, stopped: Stop = never) -> Self:
        """Return the tree of a program before its root is solved."""
        width, worth = len(program.worth), program.worth
        scale = cost_scale(worth)
        none = np.zeros(width, dtype=bool)
        simplex = SimplexModel(worth / scale, none, program.rows, DEFAULT_TOLERANCE, again=True)
        least = -sum(np.abs(worth).tolist()) if target is None else program.units(target)
        bounds = DualBounds.of(worth, program.rows)
        return cls(program, program.rows, simplex, bounds, Pseudocosts.none(width), scale, least - 1, ends, stopped)

    @property
    def _is_guided(self) -> bool:
        """Whether profits differ, so that bounds lead to choices."""
        return bool((self.program.worth != self.program.worth[0]).any())

    @property
    def bound(self) -> int:
        """Return the upper bound on all choices, in units."""
        known = [self.value, *([] if self.branching is None else [self.branching])]
        return max(*known, -self.open[0][0]) if self.open else max(known)

    def search(self, most_nodes: int | None = None) -> SolverStatus | None:
        """Search until the optimum is known; None if the tree grows too large or the solver gives up."""
        width = len(self.program.worth)
        if not width:  # presolve has fixed every column
            self._offer(np.zeros(0, dtype=bool))
            return SolverStatus.OPTIMAL
        allowed = min(MAX_NODES + NODES_PER_COLUMN * width, MAX_WORK // width) if MAX_NODES else 0
        allowed = allowed if most_nodes is None else min(allowed, most_nodes)
        # The root
        self.branching = sum(np.maximum(self.program.worth, 0).tolist())
        word = self.examine(np.zeros(width, dtype=bool), np.ones(width, dtype=bool), None, None)
        if word is SolverStatus.OPTIMAL:
            self.branching = None
        nodes, first, early = 0, self.bound, EARLY_NODES if self._is_guided else UNGUIDED_NODES
        while word is SolverStatus.OPTIMAL and self.open and -self.open[0][0] > self.value:
            nodes += 2
            if nodes > allowed or (nodes > early and self._lags(first)):
                return None
            # Best-bound node selection; of nodes with the same bound the last, which is deep
            *_, node = heappop(self.open)
            self.branching = node.units
            column, value = self._branching_column(node)
            for least, most, end in node.children(column):
                parent = Branching(column, end, value, node.optimum)
                word = self.examine(least, most, parent, node)
                if word is not SolverStatus.OPTIMAL:
                    break
        if word is SolverStatus.OPTIMAL:
            self.branching = None
        return word

    def dive(self) -> None:
        """Take the columns that are nearly taken, and the most of the others, until a vertex is whole: the incumbent.

        A column that leads to an empty program is left instead; after two in turn the dive ends.
        """
        least, most = np.zeros((2, len(self.program.worth)), dtype=bool)
        most = ~most
        before, basis = None, None
        for _ in range(DEEPEST):
            word = self._solve_lp(least, most, basis)
            # The last column led nowhere: it is left instead
            if word is SolverStatus.INFEASIBLE and before is not None:
                (least, most), before = before, None
                continue
            if word is not SolverStatus.OPTIMAL:
                return
            # A whole vertex is the incumbent
            optimum = self.simplex.vertex()
            values, basis = optimum.values, optimum.basis
            fractional = np.minimum(values, 1 - values) >= INTEGRALITY_TOLERANCE
            if not fractional.any():
                self._offer(values > 0.5)
                return
            # Fix what is nearly taken, and the greatest fraction; the other branch is kept for one step back
            column = int(np.argmax(np.where(fractional, values, 0.0)))
            left = most.copy()
            left[column] = False
            before = least, left
            least = least | (values >= NEARLY)
            least[column] = True

    def hand_over(self, known: BoolVector | None) -> SolverResult:
        """Return the answer of the MIP solver, in losses by the duals of the root, begun with an incumbent."""
        start = None if known is None else self.program.origin.restrict(known)
        if start is not None:
            self._offer(start)
        none = np.zeros(len(self.program.worth), dtype=bool)
        if not len(none):  # presolve has fixed every column
            self._offer(none)
            return self.answer(SolverStatus.OPTIMAL)
        if self.chosen is None:
            self.dive()
        # The root: its duals say what each column loses
        word = self._solve_lp(none, ~none, None)
        if word is not SolverStatus.OPTIMAL:
            ray = self.simplex.ray() if word is SolverStatus.INFEASIBLE else None
            empty = ray is not None and self.bounds.prove_empty(ray, none, ~none)
            return SolverResult(SolverStatus.INFEASIBLE if empty else SolverStatus.STOPPED)
        bound = self.bounds.of_duals(self.simplex.vertex().duals * self.scale, none, ~none)
        answer, kept = self._solve_in_losses(bound, DEFAULT_TOLERANCE)
        # A choice that breaks a row: once more, at the finest tolerance
        return answer if kept else self._solve_in_losses(bound, TIGHT_TOLERANCE)[0]

    def _solve_in_losses(self, bound: NodeBound, tolerance: float) -> tuple[SolverResult, bool]:
        """Return the answer of the MIP solver at a tolerance, and whether its choice, if any, satisfies all rows."""
        none, floor = np.zeros(len(self.program.worth), dtype=bool), self.value + (self.chosen is None)
        room = bound.total - floor * bound.parts
        if room < 0:
            self.branching = self.value
            return self.answer(SolverStatus.OPTIMAL), True
        box = bound.fix_by_reduced_costs(none, ~none, floor)
        losses = LossProgram(self.rows, bound, room, box, self.chosen, tolerance)
        found = losses.run(None if self.ends is None else max(self.ends - monotonic(), 0.0), self.stopped)
        choice = found.choice if found.choice is not None and self.rows.hold(found.choice).all() else None
        if choice is not None:
            self._offer(choice)
        # What the solver proves is taken if its digits tell values apart
        trusted = losses.scale <= MAX_TRUSTED_SCALE
        exact = trusted and np.isfinite(found.least_loss)
        loss = int((found.least_loss - SLACK) * bound.parts) if exact else 0
        ceiling = int(bound.total - loss) // bound.parts
        if self.chosen is None and trusted and (found.empty or (choice is not None and ceiling < floor)):
            # A choice below the target may serve as an incumbent elsewhere
            return SolverResult(SolverStatus.INFEASIBLE, None if choice is None else self.columns(choice)), True
        self.branching = min(bound.units, max(ceiling, self.value))
        done = self.chosen is not None and self.branching == self.value
        kept = choice is not None or found.choice is None
        return self.answer(SolverStatus.OPTIMAL if done else SolverStatus.STOPPED), kept

    def _lags(self, first: int) -> bool:
        """Return whether the bound is still near the ``first`` one."""
        return first - self.bound < PROGRESS * (first - self.value)

    def _branching_column(self, node: OpenNode) -> tuple[int, float]:
        """Return the column to branch on and its value: of the best pseudocost product, or any that is free."""
        if len(node.fractional):
            place = self.falls.column(node.fractional, node.values)
            return int(node.fractional[place]), float(node.values[place])
        return int(np.flatnonzero(node.least != node.most)[0]), 0.5

    def examine(
        self, least: BoolVector, most: BoolVector, parent: Branching | None, above: OpenNode | None
    ) -> SolverStatus | None:
        """Solve the LP of a node; prune it, put it aside, keep it open, or make its optimum the incumbent.

        Return OPTIMAL if that was done, STOPPED if the time is up, None if the solver gives up.
        """
        basis = None if above is None else above.basis
        while True:
            # The LP of a node: new bounds on columns, from the basis of its parent
            word = self._solve_lp(least, most, basis)
            if word is SolverStatus.INFEASIBLE:
                self._drop_empty(least, most, above)
                return SolverStatus.OPTIMAL
            if word is not SolverStatus.OPTIMAL:
                return word
            optimum = self.simplex.vertex()
            if parent is not None:
                self.falls.keep(parent, optimum.value)
            cuts = self._judge(least, most, optimum, above)
            if not cuts:
                return SolverStatus.OPTIMAL
            # A whole vertex that breaks a row: cut it off, and solve again
            basis, parent = optimum.basis, None
            for cut in cuts:
                self._add_cover(*cut)

    def _solve_lp(self, least: BoolVector, most: BoolVector, basis: Any) -> SolverStatus | None:
        """Return how the solver ends on a node, at the second try without a basis."""
        self.simplex.bound(least, most)
        for start in (basis, None):
            if self.stopped():
                return SolverStatus.STOPPED
            left = None if self.ends is None else max(self.ends - monotonic(), 0.0)
            word = self.simplex.run(left, start)
            if word is not None or start is None:
                return word
        return None

    def _drop_empty(self, least: BoolVector, most: BoolVector, above: OpenNode | None) -> None:
        """Drop a node that a ray proves empty; keep it open otherwise, unless it is one choice that breaks a row."""
        ray = self.simplex.ray()
        if ray is not None and self.bounds.prove_empty(ray, least, most):
            return
        units = self.branching if above is None else above.units
        if (least == most).all():
            self._offer(least)
        elif units is not None:
            self._keep_open(units, least, most, None)

    def _judge(
        self, least: BoolVector, most: BoolVector, optimum: BasicSolution, above: OpenNode | None
    ) -> list[tuple[IntVector, IntVector, int]]:
        """Deal with the optimum of a node; return cuts that it breaks, if it is to be solved again."""
        bound = self.bounds.of_duals(optimum.duals * self.scale, least, most)
        units = bound.units if above is None else min(bound.units, above.units)
        # Prune by bound: nothing as good as the incumbent, or as the target
        floor = self.value if self.chosen is not None else self.value + 1
        if units < floor:
            return []
        least, most = bound.fix_by_reduced_costs(least, most, floor)
        taken = optimum.values > 0.5
        whole = bool(np.abs(optimum.values - taken).max(initial=0.0) < INTEGRALITY_TOLERANCE)
        if whole and (least <= taken).all() and (taken <= most).all():
            cuts = self._broken_covers(taken)
            if cuts:
                return cuts
            self._offer(taken)
        if units <= self.value:
            self.boxes.append((units, least, most))
        elif not (least == most).all():
            self._keep_open(units, least, most, optimum)
        else:
            self._offer(least)
        return []

    def _offer(self, taken: BoolVector) -> None:
        """Make a choice the incumbent, if it keeps every row and is better."""
        value = sum(self.program.worth[taken].tolist())
        if value >= self.value + (self.chosen is None) and self.rows.hold(taken).all():
            self.boxes.append((value, taken, taken))
            if value > self.value:
                self.chosen, self.value = taken, value

    def _keep_open(self, units: int, least: BoolVector, most: BoolVector, optimum: BasicSolution | None) -> None:
        free = least != most
        if optimum is None:
            some, values, value, basis = np.zeros(0, np.int64), np.zeros(0), 0.0, None
        else:
            near = np.minimum(optimum.values, 1 - optimum.values)
            some = np.flatnonzero((near >= INTEGRALITY_TOLERANCE) & free)
            values, value, basis = optimum.values[some], optimum.value, optimum.basis
        heappush(self.open, (-units, -next(self.turns), OpenNode(units, least, most, value, some, values, basis)))

    def _broken_covers(self, taken: BoolVector) -> list[tuple[IntVector, IntVector, int]]:
        """Return, for each row that a choice breaks, a minimal cover as a row: columns, coefficients, its most."""
        found = []
        for row in np.flatnonzero(~self.rows.hold(taken)).tolist():
            inside = self.rows.rows == row
            columns, values = self.rows.columns[inside], self.rows.values[inside]
            most, least = int(self.rows.most[row]), int(self.rows.least[row])
            if sum(values[taken[columns]].tolist()) < least:
                values, most = -values, -least
            # Literals at which the choice adds to the sum, the greatest first, until the row is broken without others
            adds = taken[columns] == (values > 0)
            room = most - sum(np.minimum(values, 0).tolist())
            columns, values = columns[adds], values[adds]
            order = np.argsort(-np.abs(values), kind="stable")
            sizes = np.cumsum(np.abs(values[order]))
            cover = order[: int(np.searchsorted(sizes, room, side="right")) + 1]
            signs = np.where(values[cover] > 0, 1, -1)
            found.append((columns[cover], signs, len(cover) - 1 - int(np.count_nonzero(signs < 0))))
        return found

    def _add_cover(self, columns: IntVector, signs: IntVector, most: int) -> None:
        """Add a row to the program, which every choice keeps."""
        self.simplex.cut(columns, signs, most)
        rows, count = self.rows, len(self.rows.least)
        self.rows = SparseRows(
            np.append(rows.rows, np.full(len(columns), count)),
            np.append(rows.columns, columns),
            np.append(rows.values, signs),
            np.append(rows.least, -FAR),
            np.append(rows.most, most),
        )
        self.bounds = DualBounds.of(self.program.worth, self.rows)

    def answer(self, word: SolverStatus) -> SolverResult:
        """Return the incumbent with the bound; INFEASIBLE if there is none and the whole tree is done."""
        program = self.program
        bound = float(program.constant + program.unit * self.bound)
        if self.chosen is None:
            done = word is SolverStatus.OPTIMAL
            return SolverResult(SolverStatus.INFEASIBLE if done else word, bound=None if done else bound)
        return SolverResult(
            word,
            self.columns(self.chosen),
            bound,
            boxes=self._optimal_boxes() if word is SolverStatus.OPTIMAL else None,
        )

    def columns(self, chosen: BoolVector) -> FloatVector:
        """Return the values of the columns of the program, from the reduced columns that are chosen."""
        return self.program.origin.box(chosen, chosen)[0].astype(np.float64)

    def _optimal_boxes(self) -> tuple[Box, ...]:
        """Return boxes of the columns that hold every choice of as much worth as the incumbent."""
        aside = [*self.boxes, *((node.units, node.least, node.most) for _, _, node in self.open)]
        tied = [(least, most) for units, least, most in aside if units >= self.value]
        return tuple(self.program.origin.box(*each) for each in tied)
