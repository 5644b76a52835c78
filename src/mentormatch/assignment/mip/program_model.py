"""Linear or 0-1 program as arrays, starting basis, and solver result.

Maximise ``profit . x`` subject to ``least <= coefficients . x <= most`` for each row, ``0 <= x <= 1``; x integral or
not. Terms as in Wolsey, *Integer Programming* (1998).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import Self

import numpy as np

from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.base.arrays import BoolVector, FloatVector, IntVector

type Stop = Callable[[], bool]  # returns whether the solve should stop, as its result is no longer needed


def never() -> bool:
    return False


class SolverStatus(Enum):
    """The status of a solver, from which ``Status`` is derived."""

    OPTIMAL = auto()
    INFEASIBLE = auto()
    STOPPED = auto()
    STALLED = auto()


class Effort(Enum):
    """The effort spent on a 0-1 program."""

    DIVE = auto()  # a good choice, if a dive finds one
    BRIEF = auto()  # a few nodes of the tree
    TREE = auto()  # the tree, until it stalls
    MIP = auto()  # the MIP solver, for a program whose tree stalls
    FULL = auto()  # the tree, then the MIP solver


@dataclass(frozen=True, slots=True)
class LinearConstraint:
    """One row: the indices of its columns, their integer coefficients, and its bounds (None: no bound)."""

    columns: IntVector
    coefficients: IntVector
    least: int | None = None
    most: int | None = None

    def holds(self, chosen: BoolVector) -> bool:
        """Return whether the chosen columns, (columns,) bool, satisfy the row, in Python's integers."""
        total = sum(self.coefficients[chosen[self.columns]].tolist())
        return (self.least is None or total >= self.least) and (self.most is None or total <= self.most)


FAR = 1 << 61  # a bound that no sum reaches


@dataclass(frozen=True, slots=True)
class Basis:
    """The final basis of a linear program, as a warm start: the status of each column and of each row.

    A status is the solver's number for it, so that a process without the solver can pass it on. Further columns of the
    new program, at its end, start nonbasic.
    """

    columns: list[int]
    rows: list[int]


@dataclass(frozen=True, slots=True)
class Program:
    """Columns with integer profits, and rows.

    Attributes
    ----------
    profit, lower_bounds
        (columns,) int64, and bool: columns fixed to 1.
    integral
        Whether this is a 0-1 program, not its LP relaxation.
    warm_basis
        The final basis of a program with the same rows and the first columns.
    target
        Choices with less profit are not searched for.
    known
        A choice from which the MIP solver starts.
    knapsacks
        If not empty, only cuts of these rows of the relaxation are requested.
    """

    profit: IntVector
    lower_bounds: BoolVector
    constraints: list[LinearConstraint]
    integral: bool
    warm_basis: Basis | None = None
    target: int | None = None
    effort: Effort = Effort.FULL
    known: BoolVector | None = None
    knapsacks: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class SparseRows:
    """Terms ``values[t]`` in row ``rows[t]`` and column ``columns[t]``, by row and column, with the row bounds."""

    rows: IntVector
    columns: IntVector
    values: IntVector
    least: IntVector
    most: IntVector

    @classmethod
    def of(cls, program: Program) -> Self:
        """Return the rows of a program."""
        sizes = [len(row.columns) for row in program.constraints]
        parts = [(row.columns, row.coefficients) for row in program.constraints] or [(np.zeros(0, np.int64),) * 2]
        columns, values = (np.concatenate(arrays).astype(np.int64) for arrays in zip(*parts, strict=True))
        rows = np.repeat(np.arange(len(sizes)), sizes)
        lower = np.array([-FAR if row.least is None else max(row.least, -FAR) for row in program.constraints], np.int64)
        upper = np.array([FAR if row.most is None else min(row.most, FAR) for row in program.constraints], np.int64)
        return cls(rows, columns, values, lower, upper)

    def merge_terms(self, width: int) -> Self:
        """Return the same rows with one term per column of a row, without zeros."""
        keys = self.rows * max(width, 1) + self.columns
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        starts = np.flatnonzero(np.diff(keys, prepend=-1))
        values = np.add.reduceat(self.values[order], starts) if len(starts) else self.values
        is_nonzero = values != 0
        keys = keys[starts][is_nonzero]
        return type(self)(keys // max(width, 1), keys % max(width, 1), values[is_nonzero], self.least, self.most)

    def extremes(self) -> tuple[IntVector, IntVector]:
        """Return (rows,) the smallest and the greatest sum of each row."""
        lower, upper = np.zeros_like(self.least), np.zeros_like(self.most)
        np.add.at(lower, self.rows, np.minimum(self.values, 0))
        np.add.at(upper, self.rows, np.maximum(self.values, 0))
        return lower, upper

    def without(self, dropped: BoolVector) -> Self:
        """Return the rows without ``dropped``, (rows,) bool, renumbered."""
        numbers, remaining = np.cumsum(~dropped) - 1, ~dropped[self.rows]
        terms = numbers[self.rows[remaining]], self.columns[remaining], self.values[remaining]
        return type(self)(*terms, self.least[~dropped], self.most[~dropped])

    def hold(self, chosen: BoolVector) -> BoolVector:
        """Return (rows,) bool: whether the chosen columns, (columns,) bool, satisfy each row."""
        sums, in_choice = np.zeros_like(self.least), chosen[self.columns]
        np.add.at(sums, self.rows[in_choice], self.values[in_choice])
        return (self.least <= sums) & (sums <= self.most)


type Box = tuple[BoolVector, BoolVector]  # lower and upper bounds of the columns


@dataclass(frozen=True, slots=True)
class SolverResult:
    """The status, the ``values`` of columns (None: none), an upper ``bound``, duals of rows, and the basis.

    ``boxes``: boxes that contain all choices of the same profit; None if unknown. ``cuts``: rows that every choice
    satisfies.
    """

    status: SolverStatus
    values: FloatVector | None = None
    bound: float | None = None
    duals: FloatVector | None = None
    basis: Basis | None = None
    boxes: tuple[Box, ...] | None = None
    cuts: tuple[LinearConstraint, ...] = ()

    def holds(self, program: Program) -> bool:
        """Return whether the values are integral and satisfy every row of the program, in integers."""
        choice = self.integral_choice()
        return choice is not None and all(row.holds(choice) for row in program.constraints)

    @property
    def is_finite(self) -> bool:
        """Whether all values and duals are finite; after numerical trouble a solver may return NaN."""
        return all(part is None or bool(np.isfinite(part).all()) for part in (self.values, self.duals))

    def profit(self, program: Program) -> float:
        """Return the profit of the values, minus infinity without values."""
        return -np.inf if self.values is None else float(self.values @ program.profit)

    def integral_choice(self) -> BoolVector | None:
        """Return the columns equal to 1 as (columns,) bool; None unless each is 0 or 1 to within 1e-6."""
        if self.values is None:
            return None
        choice = self.values > 0.5
        return choice if np.abs(self.values - choice).max(initial=0.0) < INTEGRALITY_TOLERANCE else None


type ProgramSolver = Callable[[Program], SolverResult]

INTEGRALITY_TOLERANCE = 1e-6  # distance from an integer; rounded values are checked in integers


def positions_by_person(people: IntVector, count: int) -> Iterator[IntVector]:
    """Yield the positions of each of ``count`` people in ``people``."""
    order = np.argsort(people, kind="stable")
    ends = np.searchsorted(people[order], np.arange(count + 1)).tolist()
    for start, end in pairwise(ends):
        yield order[start:end]


def degree_constraints(
    people: IntVector, loads: DegreeBounds, least: IntVector, used: dict[int, int]
) -> Iterator[tuple[int, LinearConstraint]]:
    """Yield the degree constraints that can bind, each with its person.

    ``used``: the indicator column u of a person with a conditional minimum, with ``least u <= degree <= most u``.
    """
    all_ones = np.ones(len(people), dtype=np.int64)
    bounds = zip(least.tolist(), loads.most.tolist(), strict=True)
    positions = positions_by_person(people, len(least)) if len(least) else iter(())
    for person, (columns, (min_degree, max_degree)) in enumerate(zip(positions, bounds, strict=True)):
        ones = all_ones[: len(columns)]
        if person in used:
            with_indicator = np.append(columns, used[person])
            yield person, LinearConstraint(with_indicator, np.append(ones, -max_degree), None, 0)
            yield person, LinearConstraint(with_indicator, np.append(ones, -int(loads.least[person])), 0, None)
        elif min_degree > 0 or max_degree < len(columns):
            yield person, LinearConstraint(columns, ones, min_degree, max_degree)
