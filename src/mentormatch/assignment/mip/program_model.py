"""A linear or 0-1 program as arrays, a basis to start from, and what a solver answers.

Maximise ``worth . x`` subject to ``least <= sum of coefficients . x <= most`` for each row, ``x`` between 0 and 1.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Protocol

import numpy as np

from mentormatch.assignment.model.problem import DegreeBounds
from mentormatch.base.arrays import BoolVector, FloatVector, IntVector


class SolverStatus(Enum):
    """The solver's own word on a program, from which our verdict is formed."""

    OPTIMAL = auto()
    INFEASIBLE = auto()
    STOPPED = auto()


@dataclass(frozen=True, slots=True)
class LinearConstraint:
    """One row: the places of its columns, their integer coefficients, and its bounds (None: no bound)."""

    columns: IntVector
    coefficients: IntVector
    least: int | None = None
    most: int | None = None

    def holds(self, taken: BoolVector) -> bool:
        """Return whether the columns that are taken keep the bounds, in Python's integers."""
        total = sum(self.coefficients[taken[self.columns]].tolist())
        return (self.least is None or total >= self.least) and (self.most is None or total <= self.most)


@dataclass(frozen=True, slots=True)
class Basis:
    """Where a linear program ended: how each column stands, by its name, and each of the solver's rows, by its key.

    How something stands is a number of the solver's, so that a process can send what it has not loaded the words for.
    A similar program begins there. What it has beside is nonbasic (columns) or basic (rows).
    """

    columns: Mapping[str, int]
    rows: Mapping[Hashable, int]


@dataclass(frozen=True, slots=True)
class Program:
    """Columns with opaque ``names`` and integer ``worth``; ``forced`` ones are 1. ``whole``: only 0 or 1 will do.

    ``keys`` tell the rows of ``sums`` from one another in similar programs; ``start``: where such a one ended.
    """

    names: list[str]
    worth: IntVector
    lower_bounds: BoolVector
    constraints: list[LinearConstraint]
    integral: bool
    constraint_keys: Sequence[Hashable] = ()
    warm_basis: Basis | None = None


@dataclass(frozen=True, slots=True)
class SolverResult:
    """``values`` of the columns, None if there are none; a ``bound`` on the optimum; the duals of rows; the end."""

    word: SolverStatus
    values: FloatVector | None = None
    bound: float | None = None
    duals: FloatVector | None = None
    basis: Basis | None = None

    def holds(self, program: Program) -> bool:
        """Return whether the values are whole and keep every row of the program, in integers."""
        taken = self.taken()
        return taken is not None and all(row.holds(taken) for row in program.constraints)

    def worth(self, program: Program) -> float:
        """Return what the values are worth, less than anything if there are none."""
        return -np.inf if self.values is None else float(self.values @ program.worth)

    def taken(self) -> BoolVector | None:
        """Return which columns are 1, or None unless each is 0 or 1 to within 1e-6."""
        if self.values is None:
            return None
        taken = self.values > 0.5
        return taken if np.abs(self.values - taken).max(initial=0.0) < INTEGRALITY_TOLERANCE else None


type ProgramSolver = Callable[[Program], SolverResult]

INTEGRALITY_TOLERANCE = 1e-6
"""How far a value may be from a whole number; what is then rounded is checked in integers."""


class Listed(Protocol):
    """Pairs as two vectors of positions."""

    mentors: IntVector
    mentees: IntVector


def grouped(people: IntVector, count: int) -> Iterator[IntVector]:
    """Yield, for each person, the places where they stand in ``people``."""
    order = np.argsort(people, kind="stable")
    yield from np.split(order, np.searchsorted(people[order], np.arange(1, count)))


def degree_constraints(
    people: IntVector, loads: DegreeBounds, least: IntVector, used: dict[int, int]
) -> Iterator[tuple[int, LinearConstraint]]:
    """Yield the rows that bound how many partners each person takes, with the person.

    ``used`` holds the column that says whether a person with a waivable minimum takes anybody at all.
    """
    for person, places in enumerate(grouped(people, len(loads)) if len(loads) else ()):
        ones = np.ones(len(places), dtype=np.int64)
        most = int(loads.most[person])
        if person in used:
            columns = np.append(places, used[person])
            yield person, LinearConstraint(columns, np.append(ones, -most), None, 0)
            yield person, LinearConstraint(columns, np.append(ones, -int(loads.least[person])), 0, None)
        elif least[person] > 0 or most < len(places):
            yield person, LinearConstraint(places, ones, int(least[person]), most)
