"""A 0-1 system -> its LP relaxation in HiGHS, solved again for each box, and its duals as integer multipliers."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import highspy
import numpy as np
from numpy.typing import ArrayLike

from mentormatch.assignment.mip.highs import HighsProgram, row_scales
from mentormatch.assignment.mip.program_model import FAR, SparseRows
from mentormatch.assignment.mip.simplex import cost_scale
from mentormatch.assignment.verification.refutation import System, Work
from mentormatch.base.arrays import FloatVector, IntVector

type Multipliers = list[list[int]]
"""Pairs ``[row, integer]``, as in the steps of a proof."""

DUAL_TOLERANCE = 1e-12
"""Smaller duals are taken for 0."""
QUANTUM_EXPONENTS = range(9, 0, -1)
"""Duals are rounded to multiples of the greatest of these powers of ten that still closes a leaf: short numbers."""
DUAL_SCALES = (1, 60, 1 << 12, 1 << 20, 1 << 30)
"""If no power of ten closes the leaf, duals are rounded to these parts of a unit."""
FIXING_PARTS = 1 << 10
"""Duals of a fixing are in 1/1024 of a unit, in smaller parts if a coefficient exceeds 1024."""
RAY_SCALES = (1, 2, 6, 60, 1 << 10, 1 << 20, 1 << 30)
RAY_TOLERANCE = 1e-9


MIN_ITERATIONS, ITERATIONS_PER_LINE = 1_000, 10
"""A solve is given up after the first number of iterations, plus the second per row and column: it may cycle."""


DUAL_SIMPLEX, PRIMAL_SIMPLEX = 1, 4
"""The numbers of HiGHS for its simplex methods."""
NO_OPTIMUM = (
    highspy.HighsModelStatus.kInfeasible,
    highspy.HighsModelStatus.kUnboundedOrInfeasible,  # all columns are bounded
    highspy.HighsModelStatus.kModelEmpty,  # no column remains; ``leaf`` examines the rows one by one
)
LOST = (
    highspy.HighsModelStatus.kNotset,
    highspy.HighsModelStatus.kUnknown,
    highspy.HighsModelStatus.kSolveError,
)
"""Statuses of numerical trouble: the program is solved once more, from no basis."""
ITERATION_WORK, LINES_PER_WORK = 25, 3
"""Measured: an iteration takes 25 microseconds, and a solve one microsecond per three rows and columns."""


class BudgetError(Exception):
    """The proof would exceed its leaves, work or time, or a solver or a tree gave up."""


@dataclass(frozen=True, slots=True)
class Node:
    """A box of a proof, for the checker and for the linear program.

    Attributes
    ----------
    system
        The system of the checker in this box.
    lower, upper
        (r,) int64: the bounds of each row of the linear program, ``FAR`` if there is none.
    lower_row, upper_row
        (r,) int64: the row of the system that each bound comes from.
    """

    system: System
    lower: IntVector
    upper: IntVector
    lower_row: IntVector
    upper_row: IntVector

    @classmethod
    def root(cls, system: System) -> Self:
        """Return the box of a system; row r of the system is row r of the linear program."""
        lower, upper = ends_of(system)
        every = np.arange(len(lower))
        return cls(system, lower, upper, every, every)

    def split(self, terms: Multipliers, k: int, row: int | None) -> "tuple[Node, Node]":
        """Return the two boxes of a split, at a row of the linear program or at a column."""
        below, above = self.system.split(terms, k)
        if row is None:
            return replace(self, system=below), replace(self, system=above)
        upper, lower = self.upper.copy(), self.lower.copy()
        upper_row, lower_row = self.upper_row.copy(), self.lower_row.copy()
        upper[row], lower[row] = k, k + 1
        upper_row[row] = lower_row[row] = len(self.system.lower)
        return (
            replace(self, system=below, upper=upper, upper_row=upper_row),
            replace(self, system=above, lower=lower, lower_row=lower_row),
        )


class LinearRelaxation(HighsProgram):
    """The LP of a system over some columns. It maximises the sum of the target row, which is no row of the LP.

    Attributes
    ----------
    sign
        1 if the target row has a lower bound, -1 if it has an upper bound, that is, asks for less of its sum.
    profit
        (c,) int64: the coefficients of the target row, times the sign.
    goal
        The bound of the target row, times the sign.
    lower, upper
        (r,) int64: the bounds of the rows at the last solve; those of the target row are not used.
    rows, places, coefficients
        The terms of the program, ``places`` among ``columns``.
    values, duals, value
        The optimum of the last solve: values of the columns, duals of the rows (0 of the target row), profit.
    work
        The work of all solves, by iterations and size: about microseconds, and the same on every machine.
    """

    def __init__(self, node: Node, target: int, columns: IntVector) -> None:
        system, height = node.system, len(node.lower)
        self.columns = columns
        self._place = np.full(len(system.least), -1)
        self._place[columns] = np.arange(len(columns))
        self._set_target(system, target)
        self.lower, self.upper = node.lower.copy(), node.upper.copy()
        self.rows, self.places, self.coefficients = self._terms(system, 0)
        self.work, self.values, self.duals, self.value = 0, np.zeros(0), np.zeros(0), 0.0
        iterations = MIN_ITERATIONS + ITERATIONS_PER_LINE * (len(columns) + height)
        super().__init__(presolve="off", simplex_iteration_limit=iterations)
        lines = self._lines(0)
        self._units = row_scales(lines)
        self._pass(self.profit[columns] / self.scale, system.least[columns], lines, self._units)
        self._bound_columns(system)

    def advance(self, node: Node, target: int) -> None:
        """Continue with a system that shares all rows but the target, which must be the last row.

        The next solve starts from the last basis.
        """
        first = self.target
        self._set_target(node.system, target)
        self._append(node, first)
        every = np.arange(len(self.columns), dtype=np.int32)
        self._model.changeColsCost(len(every), every, self.profit[self.columns] / self.scale)

    def extend(self, node: Node) -> None:
        """Add the further rows of a node that shares all present ones. The next solve starts from the last basis."""
        self._append(node, len(self.lower))

    def _append(self, node: Node, first: int) -> None:
        """Add the rows of a system from ``first`` on."""
        self.lower = np.concatenate([self.lower[:first], node.lower[first:]])
        self.upper = np.concatenate([self.upper[:first], node.upper[first:]])
        terms = self._terms(node.system, first)
        parts = zip((self.rows, self.places, self.coefficients), terms, strict=True)
        self.rows, self.places, self.coefficients = (np.concatenate(part) for part in parts)
        lines = self._lines(first)
        units = row_scales(lines)
        self._units = np.concatenate([self._units, units])
        starts = np.searchsorted(lines.rows, np.arange(len(units))).astype(np.int32)
        entries = lines.columns.astype(np.int32), lines.values / units[lines.rows]
        self._model.addRows(len(units), *scaled_ends(lines, units), len(lines.values), starts, *entries)

    def _set_target(self, system: System, target: int) -> None:
        is_target = system.rows == target
        self.target = target
        self.profit = np.zeros(len(system.least), dtype=np.int64)
        end = system.upper[target] if system.lower[target] is None else system.lower[target]
        self.sign = -1 if system.lower[target] is None else 1
        self.profit[system.columns[is_target]] = self.sign * system.values[is_target]
        self.goal = self.sign * (end or 0)
        self.scale = cost_scale(self.profit)

    def _terms(self, system: System, first: int) -> tuple[IntVector, IntVector, IntVector]:
        """Return the terms of the rows from ``first`` on, without the target, in the order of rows and places."""
        used = np.flatnonzero((system.rows >= first) & (system.rows != self.target))
        used = used[self._place[system.columns[used]] >= 0]
        used = used[np.lexsort((system.columns[used], system.rows[used]))]
        return system.rows[used], self._place[system.columns[used]], system.values[used]

    def _lines(self, first: int) -> SparseRows:
        """Return the rows of the LP from ``first`` on, numbered from 0."""
        used, rows = self.rows >= first, np.arange(first, len(self.lower))
        rows = rows[rows != self.target]
        terms = self.places[used], self.coefficients[used]
        return SparseRows(np.searchsorted(rows, self.rows[used]), *terms, self.lower[rows], self.upper[rows])

    def _bound_columns(self, system: System) -> None:
        every = np.arange(len(self.columns), dtype=np.int32)
        ends = (side[self.columns].astype(np.float64) for side in (system.least, system.most))
        self._model.changeColsBounds(len(every), every, *ends)

    def solve(self, node: Node | None = None) -> bool:
        """Solve within the box of a node, or as before; return whether there is an optimum.

        Raises BudgetError if the solver gives up.
        """
        if node is not None:
            self._bound_columns(node.system)
            changed = np.flatnonzero((node.lower != self.lower) | (node.upper != self.upper))
            for row in changed[changed != self.target].tolist():
                lower, upper = int(node.lower[row]), int(node.upper[row])
                ends = -np.inf if lower == -FAR else lower, np.inf if upper == FAR else upper
                line = row - (row > self.target)
                self._model.changeRowBounds(line, *(end / float(self._units[line]) for end in ends))
                self.lower[row], self.upper[row] = lower, upper
        status = self._run()
        if status in LOST:
            # Once more from nothing, by the primal simplex
            self._model.clearSolver()
            self._model.setOptionValue("simplex_strategy", PRIMAL_SIMPLEX)
            status = self._run()
            self._model.setOptionValue("simplex_strategy", DUAL_SIMPLEX)
        if status in NO_OPTIMUM:
            return False
        if status != highspy.HighsModelStatus.kOptimal:
            raise BudgetError
        end = self._model.getSolution()
        self.values = np.array(end.col_value)
        self.duals = self._by_row(end.row_dual) * self.scale
        self.value = self._model.getInfo().objective_function_value * self.scale
        if not np.isfinite(self.duals).all():
            raise BudgetError
        return True

    def _by_row(self, duals: ArrayLike) -> FloatVector:
        """Return duals of the LP by the rows of the system."""
        return np.insert(np.array(duals) / self._units, self.target, 0.0)

    def _run(self) -> highspy.HighsModelStatus:
        self._model.run()
        iterations = self._model.getInfo().simplex_iteration_count
        self.work += iterations * ITERATION_WORK + (len(self.columns) + len(self.lower)) // LINES_PER_WORK
        return self._model.getModelStatus()

    def ray(self) -> FloatVector | None:
        """Return the dual ray of an infeasible program, None if the solver has none."""
        values = dual_ray(self._model)
        return None if values is None else self._by_row(values)

    def activity(self) -> FloatVector:
        """Return the sum of each row at the optimum; 0 for the target row."""
        return np.bincount(self.rows, self.coefficients * self.values[self.places], len(self.lower))

    def reduced(self, system: System) -> FloatVector:
        """Return the reduced profit of every column of a system, including columns that the program lacks."""
        return self.profit - np.bincount(system.columns, system.values * self.duals[system.rows], len(system.least))

    def multipliers(self, node: Node, duals: FloatVector, parts: int, quantum: int = 1, weight: int = 0) -> Multipliers:
        """Return duals in ``parts`` of a unit, rounded to multiples of a quantum, and the target row with ``weight``.

        Without duals of rows that have no bound on the side that the dual needs.
        """
        rounded = dict[int, int]()
        for row in np.flatnonzero(np.abs(duals) > DUAL_TOLERANCE).tolist():
            dual = round(float(duals[row]) * parts / quantum) * quantum
            end, source = (node.upper, node.upper_row) if dual > 0 else (node.lower, node.lower_row)
            if dual and abs(end[row]) != FAR:
                of = int(source[row])
                rounded[of] = rounded.get(of, 0) + dual
        if weight:
            rounded[self.target] = -weight * self.sign
        return [[row, dual] for row, dual in sorted(rounded.items()) if dual]

    def fixing(self, node: Node) -> Multipliers:
        """Return the duals of the optimum as multipliers of a fixing, in ``_fixing_parts`` of a unit."""
        parts = self._fixing_parts()
        return self.multipliers(node, self.duals, parts, weight=parts)

    def _fixing_parts(self) -> int:
        """Return the number of parts of a unit: greater if rows with duals have coefficients above 1024."""
        has_dual = np.abs(self.duals[self.rows]) > DUAL_TOLERANCE
        largest = int(np.abs(self.coefficients[has_dual]).max(initial=1))
        return FIXING_PARTS << largest.bit_length() if largest > FIXING_PARTS else FIXING_PARTS

    def leaf(self, node: Node, *, is_optimal: bool) -> Multipliers | None:
        """Return multipliers that show a box to be empty, in the coarsest rounding that suffices; None if none does.

        Empty if a column has no value left.
        """
        if node.system.is_empty:
            return []
        if is_optimal:
            gap = self.goal - self.value
            if gap <= 0:
                return None
            quanta = [10**exponent for exponent in QUANTUM_EXPONENTS if 10**exponent < 10 * gap]
            tries = [(self.duals, 1, quantum, 1) for quantum in quanta]
            tries += [(self.duals, parts, 1, parts) for parts in sorted({*DUAL_SCALES, self._fixing_parts()})]
        else:
            broken = broken_row(node.system)
            if broken is not None:
                return [broken]
            ray = self.ray()
            if ray is None:
                return None
            tries = [(each, parts, 1, 0) for each, parts in scaled_rays(ray)]
        for duals, parts, quantum, weight in tries:
            multipliers = self.multipliers(node, duals, parts, quantum, weight)
            if multipliers and node.system.slack(multipliers, [], Work())[1] < 0:
                return multipliers
        return None


def ends_of(system: System) -> tuple[IntVector, IntVector]:
    """Return the bounds of the rows of a system, ``FAR`` if there is none."""
    lower = np.array([-FAR if end is None else max(end, -FAR) for end in system.lower], dtype=np.int64)
    upper = np.array([FAR if end is None else min(end, FAR) for end in system.upper], dtype=np.int64)
    return lower, upper


def dual_ray(model: highspy.Highs) -> FloatVector | None:
    """Return the dual ray of an infeasible program, None if the solver has none."""
    *_, there, values = model.getDualRay()  # type: ignore[attr-defined]  # its stubs lack it
    found = np.array(values) if there else np.zeros(1)
    return found if np.isfinite(found).all() and np.abs(found).max() > 0 else None


def scaled_rays(ray: FloatVector) -> Iterator[tuple[FloatVector, int]]:
    """Yield the ray in both directions, scaled to a least or greatest entry of 1 or -1, with the parts of a unit.

    Entries up to ``RAY_TOLERANCE`` count as 0.
    """
    sizes = np.abs(ray)[np.abs(ray) > RAY_TOLERANCE]
    for unit in (float(sizes.min()), float(sizes.max())) if len(sizes) else ():
        yield from ((sign * ray / unit, parts) for parts in RAY_SCALES for sign in (1, -1))


def scaled_ends(rows: SparseRows, units: FloatVector) -> tuple[FloatVector, FloatVector]:
    """Return the bounds of rows that are divided by units, infinite if there is none."""
    lower, upper = np.where(rows.least == -FAR, -np.inf, rows.least), np.where(rows.most == FAR, np.inf, rows.most)
    return lower / units, upper / units


def broken_row(system: System) -> list[int] | None:
    """Return a row that no choice in the box satisfies, with its multiplier; None if there is none."""
    ends = system.values * system.least[system.columns], system.values * system.most[system.columns]
    low, high = (np.bincount(system.rows, pick(*ends), len(system.lower)) for pick in (np.minimum, np.maximum))
    lower, upper = ends_of(system)
    for broken, sign in ((low > upper, 1), (high < lower, -1)):
        if broken.any():
            return [int(np.argmax(broken)), sign]
    return None
