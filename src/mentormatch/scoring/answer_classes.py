"""People who gave the same answers are alike to a criterion: what they score is worked out once for all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.base.arrays import IntVector
from mentormatch.base.columns import Column, NameLists
from mentormatch.people.cohort import People

SPARSE = 16
"""Numbers that are so many times greater than there are of them are sorted, else marked."""


@dataclass(frozen=True, slots=True)
class Distinct:
    """``codes`` (n,) int64: which of u kinds each person is of; ``first`` (u,) int64: one person of each kind."""

    codes: IntVector
    first: IntVector

    @classmethod
    def of(cls, values: NDArray[np.integer | np.bool_]) -> Self:
        """Return the kinds that these values tell apart, in ascending order."""
        if not _few(values):
            _, first, renumbered = np.unique(values, return_index=True, return_inverse=True)
            return cls(renumbered.astype(np.int64), first.astype(np.int64))
        first = np.full(int(values.max()) + 1, -1)
        first[values[::-1]] = np.arange(len(values) - 1, -1, -1)
        used = first >= 0
        return cls((used.cumsum() - 1)[values], first[used])

    def __len__(self) -> int:
        return len(self.first)

    def join(self, other: "Distinct") -> "Distinct":
        """Return the kinds that either of the two tells apart."""
        return Distinct.of(self.codes * len(other) + other.codes)


def _few(values: NDArray[np.integer | np.bool_]) -> bool:
    """Return whether values are numbers from 0 on that are marked sooner than they are sorted."""
    whole = values.dtype == np.int64 and len(values) > 0
    return bool(whole and values.min() >= 0 and values.max() <= SPARSE * len(values))


def by_answers(people: People, fields: Sequence[str]) -> Distinct:
    """Return people by their answers to some fields."""
    return _by(len(people), [people.columns[field].alike() for field in fields])


def by_having_answered(people: People, fields: Sequence[str]) -> Distinct:
    """Return people by which of some fields they answered."""
    return _by(len(people), [people.known(field).astype(np.int64) for field in fields])


def _by(count: int, columns: Sequence[IntVector]) -> Distinct:
    kinds = [Distinct.of(codes) for codes in columns]
    return reduce(Distinct.join, kinds) if kinds else Distinct.of(np.zeros(count, dtype=np.int64))


def strangers(people: People, fields: Sequence[str]) -> People:
    """Return people whom nobody knows, and who name nobody, but have answered what they did."""
    columns = {field: _nameless(people.columns[field]) for field in fields}
    return People(("",) * len(people), columns, people.complete)


def _nameless(column: Column) -> Column:
    return (
        NameLists(tuple(None if names is None else () for names in column.values))
        if isinstance(column, NameLists)
        else column
    )
