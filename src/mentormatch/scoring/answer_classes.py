"""Classes of people with equal answers to the questions of a criterion.

The criterion gives equal values to the people of a class, so it scores one person of each class.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import IntVector
from mentormatch.base.columns import Column, NameLists
from mentormatch.people.cohort import People

SPARSE_FACTOR = 16  # codes up to this multiple of their count are marked in an array; others are sorted


@dataclass(frozen=True, slots=True)
class Distinct:
    """A partition of n people into u classes.

    ``codes`` (n,) int64 is the class of each person, ``first`` (u,) int64 the position of one person of each class.
    """

    codes: IntVector
    first: IntVector

    @classmethod
    def of(cls, values: NDArray[np.integer | np.bool_]) -> Self:
        """Return the classes of equal values, in ascending order of the values."""
        if not _is_dense(values):
            _, first, renumbered = np.unique(values, return_index=True, return_inverse=True)
            return cls(renumbered.astype(np.int64), first.astype(np.int64))
        first = np.full(int(values.max()) + 1, -1)
        first[values[::-1]] = np.arange(len(values) - 1, -1, -1)
        used = first >= 0
        return cls((used.cumsum() - 1)[values], first[used])

    def __len__(self) -> int:
        return len(self.first)

    def join(self, other: "Distinct") -> "Distinct":
        """Return the common refinement: people share a class if they share one in both partitions."""
        return Distinct.of(self.codes * len(other) + other.codes)


def _is_dense(values: NDArray[np.integer | np.bool_]) -> bool:
    """Return whether values are integers from 0 that are found faster by marking them than by sorting."""
    is_whole = values.dtype == np.int64 and len(values) > 0
    return bool(is_whole and values.min() >= 0 and values.max() <= SPARSE_FACTOR * len(values))


def by_answers(people: People, fields: Sequence[str]) -> Distinct:
    """Return the classes of people with equal answers to all of some fields."""
    return _joint_classes(len(people), [people.columns[field].alike() for field in fields])


def by_having_answered(people: People, fields: Sequence[str]) -> Distinct:
    """Return the classes of people who answered the same ones of some fields."""
    return _joint_classes(len(people), [people.known(field).astype(np.int64) for field in fields])


def _joint_classes(count: int, columns: Sequence[IntVector]) -> Distinct:
    kinds = [Distinct.of(codes) for codes in columns]
    return reduce(Distinct.join, kinds) if kinds else Distinct.of(np.zeros(count, dtype=np.int64))


def strangers(people: People, fields: Sequence[str]) -> People:
    """Return people with the same answers, but without keys, and with empty lists in place of names."""
    columns = {field: _nameless(people.columns[field]) for field in fields}
    return People(("",) * len(people), columns, people.complete)


def _nameless(column: Column) -> Column:
    return (
        NameLists(tuple(None if names is None else () for names in column.values))
        if isinstance(column, NameLists)
        else column
    )
