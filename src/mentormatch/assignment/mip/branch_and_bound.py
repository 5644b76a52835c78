"""LP-based branch and bound (Land and Doig 1960), best bound first, with integer bounds; all optima are kept.

Best-bound node selection; the branching variable has the greatest product of pseudocosts (Bénichou et al. 1971);
variables are fixed by reduced cost in every node. The LP of a node starts from the basis of its parent (dual simplex).

The solver's numbers only guide this search; its MIP solver, which takes over if the tree stalls, is trusted if its
precision separates neighbouring values. A node is pruned by the bound of its duals, rounded to integers, which is
valid for any duals, or as infeasible by a ray, in integers as well; a node that neither proves is branched on. An
integral vertex that violates a row is cut off by a cover of that row (Balas 1975).

Invariant of the tree: every choice with at least the profit of the ``target`` and of the incumbent is in an open node,
in a box that was closed because it contains no better choice, or is the incumbent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
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

# Nodes of a tree: this number plus ``nodes_per_column`` times the columns, within ``max_work``
MAX_NODES = 500


@dataclass(frozen=True, slots=True)
class TreeOptions:
    """Limits of a tree, beyond which a MIP solver with cuts is faster, and parameters of dives."""

    nodes_per_column: int = 10
    max_work: int = 750_000  # nodes times columns
    brief_max_nodes: int = 40  # of a brief search
    # After this number of nodes the bound must have come this share of the way to the incumbent or the target
    stall_check_nodes: int = 500
    min_bound_progress: float = 0.25
    unguided_check_nodes: int = 60  # instead, if all profits are equal: bounds then do not lead to choices
    max_dive_depth: int = 200
    dive_round_up_from: float = 0.8  # columns with this value or more are fixed to 1
    bound_tolerance: float = 1e-3  # possible error of the MIP solver's bound, in units
    score_epsilon: float = 1e-6  # least fall in a column's score, so that the other child still counts in the product


TREE = TreeOptions()


def solve_integer_program(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return the optimum, or the incumbent at the deadline or if ``stopped``; STALLED if the tree grows too large.

    Choices below the target of the program are not searched for: if there is no other, the result is INFEASIBLE. The
    MIP solver starts from the known choice, or from a dive.
    """
    if not has_exact_sums(program):
        return SolverResult(SolverStatus.STOPPED)
    reduced = presolve(program)
    if reduced is None:
        return SolverResult(SolverStatus.INFEASIBLE)
    tree = SearchTree.of(reduced, program.target, None if seconds is None else monotonic() + seconds, stopped)
    if program.effort is Effort.MIP:
        return tree.solve_by_mip(program.known)
    status = tree.search(TREE.brief_max_nodes if program.effort is Effort.BRIEF else None)
    return tree.answer(SolverStatus.STALLED if status is None else status)


def dive_for_incumbent(program: Program, seconds: float | None, stopped: Stop = never) -> SolverResult:
    """Return a good choice found by a dive, with status STOPPED; no values if it fails or presolve fixes all."""
    reduced = presolve(program) if has_exact_sums(program) else None
    if reduced is not None and len(reduced.profit):
        tree = SearchTree.of(reduced, program.target, None if seconds is None else monotonic() + seconds, stopped)
        tree.dive()
        if tree.chosen is not None:
            return SolverResult(SolverStatus.STOPPED, tree.columns(tree.chosen))
    return SolverResult(SolverStatus.STOPPED)


@dataclass(frozen=True, slots=True)
class Branching:
    """The column that is branched on, moved to ``branch_value`` from its ``lp_value`` in the parent's optimum."""

    column: int
    branch_value: int
    lp_value: float
    objective: float


@dataclass(frozen=True, slots=True)
class OpenNode:
    """A node to be branched on: bounds on columns, and the fractional columns and basis of its optimum.

    ``bound`` is an upper bound in units. Without a basis the LP of the node has no known optimum.
    """

    bound: int
    least: BoolVector
    most: BoolVector
    lp_objective: float
    fractional: IntVector
    values: FloatVector
    basis: Any = None

    def children(self, column: int) -> Iterator[tuple[BoolVector, BoolVector, int]]:
        """Yield the bounds of the two children, and the value of the column: first 1, then 0."""
        for branch_value in (1, 0):
            lower, upper = self.least.copy(), self.most.copy()
            lower[column] = upper[column] = branch_value
            yield lower, upper, branch_value


@dataclass(frozen=True, slots=True)
class Pseudocosts:
    """Sums of the falls of the bound per unit, and their number, (2, columns); row 0 for down, row 1 for up."""

    sums: FloatVector
    counts: FloatVector

    @classmethod
    def none(cls, columns: int) -> Self:
        """Return the pseudocosts before any branching."""
        return cls(np.zeros((2, columns)), np.zeros((2, columns)))

    def update(self, parent: Branching, objective: float) -> None:
        """Record the fall of a child's bound below that of its parent."""
        move = abs(parent.branch_value - parent.lp_value)
        if move > INTEGRALITY_TOLERANCE:
            # The fall of the bound per unit by which the column was moved
            self.sums[parent.branch_value, parent.column] += (parent.objective - objective) / move
            self.counts[parent.branch_value, parent.column] += 1

    def best_column(self, columns: IntVector, values: FloatVector) -> int:
        """Return the index of the fractional column with the greatest product of expected falls."""
        # A column without history has the mean of the others
        mean = self.sums.sum(axis=1) / np.maximum(self.counts.sum(axis=1), 1)
        sums, counts = self.sums[:, columns], self.counts[:, columns]
        pseudocosts = np.where(counts > 0, sums / np.maximum(counts, 1), mean[:, None])
        # Expected falls: the pseudocost times the distance to 0, and to 1
        down, up = np.maximum(pseudocosts * (values, 1 - values), TREE.score_epsilon)
        return int(np.argmax(down * up))


@dataclass(slots=True)
class SearchTree:
    """The open nodes, a heap by bound, and the incumbent ``chosen``, whose profit is ``value`` units.

    Without an incumbent ``value`` is one less than the target. ``boxes``: bound and column bounds of closed nodes.
    ``branching_bound``: the bound of the node whose children are being processed.
    """

    program: ReducedProgram
    rows: SparseRows
    simplex: SimplexModel
    bounds: DualBounds
    pseudocosts: Pseudocosts
    scale: float
    value: int
    deadline: float | None
    stopped: Stop
    chosen: BoolVector | None = None
    branching_bound: int | None = None
    open: list[tuple[int, int, OpenNode]] = field(default_factory=list)
    boxes: list[tuple[int, BoolVector, BoolVector]] = field(default_factory=list)
    counter: Iterator[int] = field(default_factory=count)

    @classmethod
    def of(cls, program: ReducedProgram, target: int | None, deadline: float | None, stopped: Stop = never) -> Self:
        """Return the tree of a program before its root is solved."""
        width, profit = len(program.profit), program.profit
        scale = cost_scale(profit)
        zeros = np.zeros(width, dtype=bool)
        simplex = SimplexModel(profit / scale, zeros, program.rows, DEFAULT_TOLERANCE, again=True)
        min_value = -sum(np.abs(profit).tolist()) if target is None else program.profit_in_units(target)
        bounds = DualBounds.of(profit, program.rows)
        return cls(
            program, program.rows, simplex, bounds, Pseudocosts.none(width), scale, min_value - 1, deadline, stopped
        )

    @property
    def _is_guided(self) -> bool:
        """Whether profits differ, so that bounds lead to choices."""
        return bool((self.program.profit != self.program.profit[0]).any())

    @property
    def bound(self) -> int:
        """The upper bound on all choices, in units."""
        bounds = [self.value, *([] if self.branching_bound is None else [self.branching_bound])]
        return max(*bounds, -self.open[0][0]) if self.open else max(bounds)

    def search(self, max_nodes: int | None = None) -> SolverStatus | None:
        """Search until the optimum is proved (OPTIMAL); STOPPED at the deadline.

        None if the tree grows too large, the bound stalls, or the solver gives up.
        """
        width = len(self.program.profit)
        if not width:  # presolve has fixed every column
            self._try_incumbent(np.zeros(0, dtype=bool))
            return SolverStatus.OPTIMAL
        allowed = min(MAX_NODES + TREE.nodes_per_column * width, TREE.max_work // width) if MAX_NODES else 0
        allowed = allowed if max_nodes is None else min(allowed, max_nodes)
        # The root
        self.branching_bound = sum(np.maximum(self.program.profit, 0).tolist())
        status = self.process_node(np.zeros(width, dtype=bool), np.ones(width, dtype=bool), None, None)
        if status is SolverStatus.OPTIMAL:
            self.branching_bound = None
        nodes, first_bound = 0, self.bound
        check_nodes = TREE.stall_check_nodes if self._is_guided else TREE.unguided_check_nodes
        while status is SolverStatus.OPTIMAL and self.open and -self.open[0][0] > self.value:
            nodes += 2
            if nodes > allowed or (nodes > check_nodes and self._is_stalling(first_bound)):
                return None
            # Best-bound node selection; of nodes with the same bound the last, which is deep
            *_, node = heappop(self.open)
            self.branching_bound = node.bound
            column, value = self._branching_column(node)
            for lower, upper, branch_value in node.children(column):
                parent = Branching(column, branch_value, value, node.lp_objective)
                status = self.process_node(lower, upper, parent, node)
                if status is not SolverStatus.OPTIMAL:
                    break
        if status is SolverStatus.OPTIMAL:
            self.branching_bound = None
        return status

    def dive(self) -> None:
        """Fix the columns near 1 and the greatest fraction to 1, until a vertex is integral: the incumbent.

        A column that makes the program infeasible is fixed to 0 instead; the dive ends if that is infeasible too.
        """
        lower, upper = np.zeros((2, len(self.program.profit)), dtype=bool)
        upper = ~upper
        other_branch, basis = None, None
        for _ in range(TREE.max_dive_depth):
            status = self._solve_lp(lower, upper, basis)
            # The last column made the program infeasible: backtrack, and fix it to 0
            if status is SolverStatus.INFEASIBLE and other_branch is not None:
                (lower, upper), other_branch = other_branch, None
                continue
            if status is not SolverStatus.OPTIMAL:
                return
            # An integral vertex is the incumbent
            optimum = self.simplex.vertex()
            values, basis = optimum.values, optimum.basis
            fractional = np.minimum(values, 1 - values) >= INTEGRALITY_TOLERANCE
            if not fractional.any():
                self._try_incumbent(values > 0.5)
                return
            # Fix columns near 1 and the greatest fraction; the other branch is kept for one step back
            column = int(np.argmax(np.where(fractional, values, 0.0)))
            without_column = upper.copy()
            without_column[column] = False
            other_branch = lower, without_column
            lower = lower | (values >= TREE.dive_round_up_from)
            lower[column] = True

    def solve_by_mip(self, first_choice: BoolVector | None) -> SolverResult:
        """Return the result of the MIP solver, in losses by the duals of the root, started from an incumbent."""
        start = None if first_choice is None else self.program.origin.restrict(first_choice)
        if start is not None:
            self._try_incumbent(start)
        zeros = np.zeros(len(self.program.profit), dtype=bool)
        if not len(zeros):  # presolve has fixed every column
            self._try_incumbent(zeros)
            return self.answer(SolverStatus.OPTIMAL)
        if self.chosen is None:
            self.dive()
        # The duals of the root give the loss of each column
        status = self._solve_lp(zeros, ~zeros, None)
        if status is not SolverStatus.OPTIMAL:
            ray = self.simplex.dual_ray() if status is SolverStatus.INFEASIBLE else None
            is_empty = ray is not None and self.bounds.proves_infeasible(ray, zeros, ~zeros)
            return SolverResult(SolverStatus.INFEASIBLE if is_empty else SolverStatus.STOPPED)
        bound = self.bounds.bound_from_duals(self.simplex.vertex().duals * self.scale, zeros, ~zeros)
        result, is_feasible = self._solve_in_losses(bound, DEFAULT_TOLERANCE)
        # A choice that violates a row: solve again at the finest tolerance
        return result if is_feasible else self._solve_in_losses(bound, TIGHT_TOLERANCE)[0]

    def _solve_in_losses(self, bound: NodeBound, tolerance: float) -> tuple[SolverResult, bool]:
        """Return the result of the MIP solver at a tolerance, and whether its choice, if any, satisfies all rows."""
        zeros, floor = np.zeros(len(self.program.profit), dtype=bool), self.value + (self.chosen is None)
        gap = bound.total - floor * bound.denominator
        if gap < 0:
            self.branching_bound = self.value
            return self.answer(SolverStatus.OPTIMAL), True
        box = bound.fix_by_reduced_costs(zeros, ~zeros, floor)
        losses = LossProgram(self.rows, bound, gap, box, self.chosen, tolerance)
        loss_result = losses.run(None if self.deadline is None else max(self.deadline - monotonic(), 0.0), self.stopped)
        choice = (
            loss_result.choice if loss_result.choice is not None and self.rows.hold(loss_result.choice).all() else None
        )
        if choice is not None:
            self._try_incumbent(choice)
        # The solver's proofs count if its precision separates neighbouring values
        is_trusted = losses.scale <= MAX_TRUSTED_SCALE
        has_bound = is_trusted and np.isfinite(loss_result.least_loss)
        loss = int((loss_result.least_loss - TREE.bound_tolerance) * bound.denominator) if has_bound else 0
        upper = int(bound.total - loss) // bound.denominator
        if self.chosen is None and is_trusted and (loss_result.empty or (choice is not None and upper < floor)):
            # A choice below the target may serve as an incumbent elsewhere
            return SolverResult(SolverStatus.INFEASIBLE, None if choice is None else self.columns(choice)), True
        self.branching_bound = min(bound.units, max(upper, self.value))
        is_proved = self.chosen is not None and self.branching_bound == self.value
        is_feasible = choice is not None or loss_result.choice is None
        # The MIP solver proves the optimum, not that it is the only one
        result = self.answer(SolverStatus.OPTIMAL if is_proved else SolverStatus.STOPPED)
        return replace(result, boxes=None), is_feasible

    def _is_stalling(self, first_bound: int) -> bool:
        """Return whether the bound has hardly moved since the root."""
        return first_bound - self.bound < TREE.min_bound_progress * (first_bound - self.value)

    def _branching_column(self, node: OpenNode) -> tuple[int, float]:
        """Return the column to branch on and its value: the best by pseudocosts, or any column that is not fixed."""
        if len(node.fractional):
            index = self.pseudocosts.best_column(node.fractional, node.values)
            return int(node.fractional[index]), float(node.values[index])
        return int(np.flatnonzero(node.least != node.most)[0]), 0.5

    def process_node(
        self, lower: BoolVector, upper: BoolVector, branching: Branching | None, parent: OpenNode | None
    ) -> SolverStatus | None:
        """Solve the LP of a node; prune it, close it, keep it open, or make its optimum the incumbent.

        Returns OPTIMAL if the node was processed, STOPPED at the deadline, None if the solver gives up.
        """
        basis = None if parent is None else parent.basis
        while True:
            # The LP of a node: new bounds on columns, from the basis of its parent
            status = self._solve_lp(lower, upper, basis)
            if status is SolverStatus.INFEASIBLE:
                self._close_infeasible(lower, upper, parent)
                return SolverStatus.OPTIMAL
            if status is not SolverStatus.OPTIMAL:
                return status
            optimum = self.simplex.vertex()
            if branching is not None:
                self.pseudocosts.update(branching, optimum.value)
            cuts = self._bound_and_prune(lower, upper, optimum, parent)
            if not cuts:
                return SolverStatus.OPTIMAL
            # An integral vertex that violates a row: cut it off, and solve again
            basis, branching = optimum.basis, None
            for cut in cuts:
                self._add_cover(*cut)

    def _solve_lp(self, lower: BoolVector, upper: BoolVector, basis: Any) -> SolverStatus | None:
        """Return the solver's status on a node; the second try is without a basis."""
        self.simplex.set_column_bounds(lower, upper)
        for start in (basis, None):
            if self.stopped():
                return SolverStatus.STOPPED
            remaining = None if self.deadline is None else max(self.deadline - monotonic(), 0.0)
            status = self.simplex.run(remaining, start)
            if status is not None or start is None:
                return status
        return None

    def _close_infeasible(self, lower: BoolVector, upper: BoolVector, parent: OpenNode | None) -> None:
        """Drop a node if a ray proves it infeasible; else keep it open, or try its only choice."""
        ray = self.simplex.dual_ray()
        if ray is not None and self.bounds.proves_infeasible(ray, lower, upper):
            return
        bound = self.branching_bound if parent is None else parent.bound
        if (lower == upper).all():
            self._try_incumbent(lower)
        elif bound is not None:
            self._keep_open(bound, lower, upper, None)

    def _bound_and_prune(
        self, lower: BoolVector, upper: BoolVector, optimum: BasicSolution, parent: OpenNode | None
    ) -> list[tuple[IntVector, IntVector, int]]:
        """Prune or branch on a solved node; return cuts that its optimum violates, if it must be solved again."""
        node_bound = self.bounds.bound_from_duals(optimum.duals * self.scale, lower, upper)
        bound = node_bound.units if parent is None else min(node_bound.units, parent.bound)
        # Prune by bound: no choice is as good as the incumbent, or as the target
        floor = self.value if self.chosen is not None else self.value + 1
        if bound < floor:
            return []
        lower, upper = node_bound.fix_by_reduced_costs(lower, upper, floor)
        choice = optimum.values > 0.5
        is_integral = bool(np.abs(optimum.values - choice).max(initial=0.0) < INTEGRALITY_TOLERANCE)
        if is_integral and (lower <= choice).all() and (choice <= upper).all():
            cuts = self._violated_covers(choice)
            if cuts:
                return cuts
            self._try_incumbent(choice)
        if bound <= self.value:
            self.boxes.append((bound, lower, upper))
        elif not (lower == upper).all():
            self._keep_open(bound, lower, upper, optimum)
        else:
            self._try_incumbent(lower)
        return []

    def _try_incumbent(self, choice: BoolVector) -> None:
        """Make a choice the incumbent if it is better and satisfies every row."""
        value = sum(self.program.profit[choice].tolist())
        if value >= self.value + (self.chosen is None) and self.rows.hold(choice).all():
            self.boxes.append((value, choice, choice))
            if value > self.value:
                self.chosen, self.value = choice, value

    def _keep_open(self, bound: int, lower: BoolVector, upper: BoolVector, optimum: BasicSolution | None) -> None:
        free = lower != upper
        if optimum is None:
            fractional, values, value, basis = np.zeros(0, np.int64), np.zeros(0), 0.0, None
        else:
            distance = np.minimum(optimum.values, 1 - optimum.values)
            fractional = np.flatnonzero((distance >= INTEGRALITY_TOLERANCE) & free)
            values, value, basis = optimum.values[fractional], optimum.value, optimum.basis
        heappush(
            self.open, (-bound, -next(self.counter), OpenNode(bound, lower, upper, value, fractional, values, basis))
        )

    def _violated_covers(self, choice: BoolVector) -> list[tuple[IntVector, IntVector, int]]:
        """Return a minimal cover for each row that a choice violates, as a row: columns, coefficients, upper bound."""
        covers = []
        for row in np.flatnonzero(~self.rows.hold(choice)).tolist():
            in_row = self.rows.rows == row
            columns, values = self.rows.columns[in_row], self.rows.values[in_row]
            max_sum, min_sum = int(self.rows.most[row]), int(self.rows.least[row])
            if sum(values[choice[columns]].tolist()) < min_sum:
                values, max_sum = -values, -min_sum
            # Literals at which the choice adds to the sum, the greatest first, until they violate the row by themselves
            contributes = choice[columns] == (values > 0)
            capacity = max_sum - sum(np.minimum(values, 0).tolist())
            columns, values = columns[contributes], values[contributes]
            order = np.argsort(-np.abs(values), kind="stable")
            sizes = np.cumsum(np.abs(values[order]))
            cover = order[: int(np.searchsorted(sizes, capacity, side="right")) + 1]
            signs = np.where(values[cover] > 0, 1, -1)
            covers.append((columns[cover], signs, len(cover) - 1 - int(np.count_nonzero(signs < 0))))
        return covers

    def _add_cover(self, columns: IntVector, signs: IntVector, max_sum: int) -> None:
        """Add a row that every choice satisfies."""
        self.simplex.add_cut(columns, signs, max_sum)
        rows, count = self.rows, len(self.rows.least)
        self.rows = SparseRows(
            np.append(rows.rows, np.full(len(columns), count)),
            np.append(rows.columns, columns),
            np.append(rows.values, signs),
            np.append(rows.least, -FAR),
            np.append(rows.most, max_sum),
        )
        self.bounds = DualBounds.of(self.program.profit, self.rows)

    def answer(self, status: SolverStatus) -> SolverResult:
        """Return the incumbent with the bound; INFEASIBLE if there is none and the tree is complete."""
        program = self.program
        bound = float(program.constant + program.unit * self.bound)
        if self.chosen is None:
            is_complete = status is SolverStatus.OPTIMAL
            return SolverResult(
                SolverStatus.INFEASIBLE if is_complete else status, bound=None if is_complete else bound
            )
        return SolverResult(
            status,
            self.columns(self.chosen),
            bound,
            boxes=self._optimal_boxes() if status is SolverStatus.OPTIMAL else None,
        )

    def columns(self, chosen: BoolVector) -> FloatVector:
        """Return the values of the program's columns from chosen reduced columns."""
        return self.program.origin.box(chosen, chosen)[0].astype(np.float64)

    def _optimal_boxes(self) -> tuple[Box, ...]:
        """Return boxes of columns that contain every choice with the profit of the incumbent."""
        closed = [*self.boxes, *((node.bound, node.least, node.most) for _, _, node in self.open)]
        tied = [(lower, upper) for bound, lower, upper in closed if bound >= self.value]
        return tuple(self.program.origin.box(*box) for box in tied)
