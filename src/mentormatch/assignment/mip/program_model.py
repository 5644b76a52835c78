"""A linear or 0-1 program as arrays, a basis to start from, and what a solver answers.

Maximise ``worth . x`` subject to ``least <= coefficients . x <= most`` for each row, ``0 <= x <= 1``; x integral or
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

type Stop = Callable[[], bool]
"""Tells whether somebody does not wait any longer."""


def never() -> bool:
    """Return that somebody always waits."""
    return False


class SolverStatus(Enum):
    """The solver's own status, from which our ``Status`` is formed."""

    OPTIMAL = auto()
    INFEASIBLE = auto()
    STOPPED = auto()
    STALLED = auto()


class Effort(Enum):
    """How far a 0-1 program is to be solved."""

    DIVE = auto()  # some good choice, or none
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

    def holds(self, taken: BoolVector) -> bool:
        """Return whether the columns taken, (columns,) bool, satisfy the row, in Python's integers."""
        total = sum(self.coefficients[taken[self.columns]].tolist())
        return (self.least is None or total >= self.least) and (self.most is None or total <= self.most)


FAR = 1 << 61
"""A bound that no sum reaches."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The final basis of a linear program, as a warm start: the status of each column and of each row.

    A status is the solver's number for it, so that a process that has not loaded the solver can pass it on. Columns
    that the new program has in addition, at the end, start nonbasic.
    """

    columns: list[int]
    rows: list[int]


@dataclass(frozen=True, slots=True)
class Program:
    """Columns of the integer profit ``worth``; ``lower_bounds``: those fixed to 1.

    ``integral``: a 0-1 program, else its LP relaxation. ``warm_basis``: the final basis of the program with the same
    rows and the first columns. ``target``: choices of less profit are not looked for.
    ``effort``: how far a 0-1 program is to be solved. ``known``: a choice with which the MIP solver begins.
    ``knapsacks``: only cuts of these rows of its relaxation are asked for.
    """

    worth: IntVector
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
    """The terms ``values[t]`` of row ``rows[t]`` and column ``columns[t]``, by row and column, with the row bounds."""

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
        columns, values = (np.concatenate(each).astype(np.int64) for each in zip(*parts, strict=True))
        rows = np.repeat(np.arange(len(sizes)), sizes)
        least = np.array([-FAR if row.least is None else max(row.least, -FAR) for row in program.constraints], np.int64)
        most = np.array([FAR if row.most is None else min(row.most, FAR) for row in program.constraints], np.int64)
        return cls(rows, columns, values, least, most)

    def merge_terms(self, width: int) -> Self:
        """Return the same rows with one term for each column in a row, none of them 0."""
        keys = self.rows * max(width, 1) + self.columns
        order = np.argsort(keys, kind="stable")
        keys = keys[order]
        first = np.flatnonzero(np.diff(keys, prepend=-1))
        values = np.add.reduceat(self.values[order], first) if len(first) else self.values
        kept = values != 0
        keys = keys[first][kept]
        return type(self)(keys // max(width, 1), keys % max(width, 1), values[kept], self.least, self.most)

    def extremes(self) -> tuple[IntVector, IntVector]:
        """Return (rows,) the least and the greatest sum of each row."""
        low, high = np.zeros_like(self.least), np.zeros_like(self.most)
        np.add.at(low, self.rows, np.minimum(self.values, 0))
        np.add.at(high, self.rows, np.maximum(self.values, 0))
        return low, high

    def without(self, gone: BoolVector) -> Self:
        """Return the rows that are not ``gone``, (rows,) bool, renumbered."""
        numbers, kept = np.cumsum(~gone) - 1, ~gone[self.rows]
        terms = numbers[self.rows[kept]], self.columns[kept], self.values[kept]
        return type(self)(*terms, self.least[~gone], self.most[~gone])

    def hold(self, taken: BoolVector) -> BoolVector:
        """Return (rows,) bool: which rows the columns taken, (columns,) bool, satisfy."""
        sums, inside = np.zeros_like(self.least), taken[self.columns]
        np.add.at(sums, self.rows[inside], self.values[inside])
        return (self.least <= sums) & (sums <= self.most)


type Box = tuple[BoolVector, BoolVector]
"""The least and the most that each column may be."""


@dataclass(frozen=True, slots=True)
class SolverResult:
    """The status ``word``, the ``values`` of columns (None: none), an upper ``bound``, duals of rows, the basis.

    ``boxes``: every choice of as much profit is in one of them; None: that is not known. ``cuts``: rows that every
    choice keeps.
    """

    word: SolverStatus
    values: FloatVector | None = None
    bound: float | None = None
    duals: FloatVector | None = None
    basis: Basis | None = None
    boxes: tuple[Box, ...] | None = None
    cuts: tuple[LinearConstraint, ...] = ()

    def holds(self, program: Program) -> bool:
        """Return whether the values are integral and satisfy every row of the program, in integers."""
        taken = self.integral_choice()
        return taken is not None and all(row.holds(taken) for row in program.constraints)

    @property
    def is_finite(self) -> bool:
        """Whether all values and duals are numbers: a solver that lost its way may return others."""
        return all(part is None or bool(np.isfinite(part).all()) for part in (self.values, self.duals))

    def worth(self, program: Program) -> float:
        """Return the profit of the values, minus infinity if there are none."""
        return -np.inf if self.values is None else float(self.values @ program.worth)

    def integral_choice(self) -> BoolVector | None:
        """Return which columns are 1, or None unless each is 0 or 1 to within 1e-6."""
        if self.values is None:
            return None
        taken = self.values > 0.5
        return taken if np.abs(self.values - taken).max(initial=0.0) < INTEGRALITY_TOLERANCE else None


type ProgramSolver = Callable[[Program], SolverResult]

INTEGRALITY_TOLERANCE = 1e-6
"""How far a value may be from an integer; what is then rounded is checked in integers."""


def positions_by_person(people: IntVector, count: int) -> Iterator[IntVector]:
    """Yield, for each of ``count`` people, the positions at which they are in ``people``."""
    order = np.argsort(people, kind="stable")
    ends = np.searchsorted(people[order], np.arange(count + 1)).tolist()
    for start, end in pairwise(ends):
        yield order[start:end]


def degree_constraints(
    people: IntVector, loads: DegreeBounds, least: IntVector, used: dict[int, int]
) -> Iterator[tuple[int, LinearConstraint]]:
    """Yield the degree constraint of each person, with the person; none where it cannot bind.

    ``used``: the indicator column u of a person with a conditional minimum, with ``least u <= degree <= most u``.
    """
    every = np.ones(len(people), dtype=np.int64)
    bounds = zip(least.tolist(), loads.most.tolist(), strict=True)
    found = positions_by_person(people, len(least)) if len(least) else iter(())
    for person, (places, (fewest, most)) in enumerate(zip(found, bounds, strict=True)):
        ones = every[: len(places)]
        if person in used:
            columns = np.append(places, used[person])
            yield person, LinearConstraint(columns, np.append(ones, -most), None, 0)
            yield person, LinearConstraint(columns, np.append(ones, -int(loads.least[person])), 0, None)
        elif fewest > 0 or most < len(places):
            yield person, LinearConstraint(places, ones, fewest, most)
