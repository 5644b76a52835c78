"""Linear sums over groups: what every goal, every row of a program and every reduced cost is, in integers."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Self

import numpy as np

from mentormatch.base.columns import IntVector
from mentormatch.groups.columns import Columns
from mentormatch.groups.problem import Group, GroupProblem

WORTH, MEETINGS, TIES = range(3)
"""The layers of pairs: what two people are worth, how often they met, and the hash that settles ties."""


@dataclass(frozen=True)
class LinearForm:
    """What a group counts for: some of each layer of its pairs, and of its people, its size and its leader.

    ``layers`` (3,) says how much of each layer; ``people`` (n,), ``by_size`` (s + 1,) and ``by_leader`` (f,) hold what
    each person, each size and each leader counts for.
    """

    people: IntVector
    by_size: IntVector
    by_leader: IntVector
    layers: IntVector = field(default_factory=lambda: np.zeros(3, dtype=np.int64))

    @classmethod
    def none(cls, problem: GroupProblem) -> Self:
        """Return the form for which every group counts nothing."""
        leaders = len(problem.leaders.seats) if problem.leaders else 0
        return cls(*(np.zeros(size, dtype=np.int64) for size in (len(problem), problem.sizes.most + 1, leaders)))

    def plus(self, other: "LinearForm", times: int = 1) -> "LinearForm":
        """Return the sum of this form and so many times another."""
        return LinearForm(
            self.people + times * other.people,
            self.by_size + times * other.by_size,
            self.by_leader + times * other.by_leader,
            self.layers + times * other.layers,
        )

    def times(self, factor: int) -> "LinearForm":
        """Return so many times this form."""
        return LinearForm(self.people * factor, self.by_size * factor, self.by_leader * factor, self.layers * factor)

    def of(self, columns: Columns) -> IntVector:
        """Return (c,) int64: what each group counts for."""
        total = self.by_size[columns.sizes]
        if self.people.any():
            total = total + columns.sums(self.people)
        if len(self.by_leader):
            total = total + self.by_leader[columns.leaders]
        for place in np.flatnonzero(self.layers):
            total = total + self.layers[place] * columns.layers[place]
        return total


@dataclass(frozen=True)
class GroupIndicator(LinearForm):
    """Each of some groups counts one."""

    groups: frozenset[Group] = frozenset()

    @classmethod
    def of_groups(cls, form: LinearForm, groups: frozenset[Group]) -> Self:
        """Return the form of these groups, of the same people, sizes and leaders as another."""
        return cls(form.people, form.by_size, form.by_leader, groups=groups)

    def of(self, columns: Columns) -> IntVector:
        return np.array([columns.group(place) in self.groups for place in range(len(columns))], dtype=np.int64)


@dataclass(frozen=True)
class FormBound:
    """A bound on the sum of a form over the groups that are taken; ``key`` tells rows apart."""

    key: tuple[str, int]
    form: LinearForm
    least: int | None
    most: int | None


class ModelForms:
    """The forms of the goals and of the rules of a problem."""

    def __init__(self, problem: GroupProblem) -> None:
        self.problem = problem

    @cached_property
    def nothing(self) -> LinearForm:
        """The form for which every group counts nothing."""
        return LinearForm.none(self.problem)

    def goal(self, goal: str) -> LinearForm:
        """Return what a group counts for in a goal, which is to be as great as can be."""
        blank = LinearForm.none(self.problem)
        match goal:
            case "placed":
                blank.by_size[:] = np.arange(len(blank.by_size))
            case "priority":
                blank.people[:] = 0 if self.problem.priority is None else self.problem.priority
            case "meetings":
                blank.layers[MEETINGS] = -1
            case "total":
                blank.layers[WORTH] = 1
            case "ties":
                blank.layers[TIES] = 1
                blank.people[:] = np.diagonal(self.problem.ties) // 2
        return blank

    def rows(self, *, everybody: bool) -> list[FormBound]:
        """Return the rows of the problem; ``everybody``: all people are to be placed."""
        return [*self._people(everybody=everybody), *self._sizes(), *self._seats()]

    def _people(self, *, everybody: bool) -> list[FormBound]:
        rows = []
        for person in range(len(self.problem)):
            form = LinearForm.none(self.problem)
            form.people[person] = 1
            rows.append(FormBound(("person", person), form, 1 if everybody else None, 1))
        return rows

    def _sizes(self) -> list[FormBound]:
        """Return how many groups there are and, where each has a size of its own, of each range of sizes at least.

        There is a group for each size if, for every range, there are as many groups as sizes within it (Hall, 1935;
        the sizes that fit a group are an interval, so intervals are enough).
        """
        number, spans = self.problem.number, self.problem.spans
        rows = [self._sized(0, self.problem.sizes.most, number.least, number.most)]
        for least in sorted({span.least for span in spans}):
            for most in sorted({span.most for span in spans if span.most >= least}):
                inside = sum(least <= span.least and span.most <= most for span in spans)
                if len(spans) > 1 and inside and (least, most) != (self.problem.sizes.least, self.problem.sizes.most):
                    rows.append(self._sized(least, most, inside, None))
        return rows

    def _sized(self, least: int, most: int, fewest: int, greatest: int | None) -> FormBound:
        form = LinearForm.none(self.problem)
        form.by_size[least : most + 1] = 1
        return FormBound(("size", least * 1000 + most), form, fewest, greatest)

    def _seats(self) -> list[FormBound]:
        rows = []
        for leader, seats in enumerate(self.problem.leaders.seats.tolist() if self.problem.leaders else ()):
            form = LinearForm.none(self.problem)
            form.by_leader[leader] = 1
            rows.append(FormBound(("leader", leader), form, None, seats))
        return rows
