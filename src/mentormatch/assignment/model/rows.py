"""Side constraints: bounds on sums over pairs, read once, counted for given pairs, refused where they do not fit."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.array_input import input_error, read_cells
from mentormatch.base.arguments import checked_init
from mentormatch.base.arrays import IntMatrix, IntVector
from mentormatch.base.data_objects import ContentEquality
from mentormatch.base.scalars import exact_number, value_in_words
from mentormatch.errors import Problem
from mentormatch.languages.translation import tr


@checked_init
@dataclass(frozen=True, slots=True, eq=False)
class Row(ContentEquality):
    """A side constraint: ``least <= sum of weights[i, k] over the chosen pairs (i, k) <= most``; None: no bound.

    ``weights`` is an integer array that broadcasts to (n, m), and so is ``factor`` if there is one: a pair then counts
    the product of both, so that a row about the answers of both people takes as little as one number each. With
    ``mentor`` or ``mentee`` only the pairs of that person count; with both, those of either, the pair of the two twice.
    """

    made_by: ClassVar[str] = 'mm.Row("quota", weights, least=2)'

    name: str
    weights: NDArray[np.int64]
    least: int | None = None
    most: int | None = None
    mentor: int | None = None
    mentee: int | None = None
    factor: NDArray[np.int64] | None = None

    @property
    def factors(self) -> tuple[NDArray[np.int64], ...]:
        """Return the arrays that broadcast to (n, m) and of which a pair counts the product."""
        return (self.weights,) if self.factor is None else (self.weights, self.factor)

    @property
    def max_abs_coefficient(self) -> int:
        """Return a bound on the magnitude of what a pair counts."""
        often = 1 if self.mentor is None or self.mentee is None else 2
        return prod(_magnitude(factor) for factor in self.factors) * often

    def owner(self, side: int) -> int | None:
        """Return the one person of a side, 0 for mentors, whose pairs alone count; None if there is none."""
        own, other = (self.mentor, self.mentee) if side == 0 else (self.mentee, self.mentor)
        return own if other is None else None

    def counts(self, mentors: IntVector, mentees: IntVector) -> IntVector | None:
        """Return how often each of the given pairs counts, by the people of the row; None if the row is of nobody."""
        sides = zip((self.mentor, self.mentee), (mentors, mentees), strict=True)
        own = [(people == person).astype(np.int64) for person, people in sides if person is not None]
        return sum(own[1:], own[0]) if own else None

    def coefficients_of(self, mentors: IntVector, mentees: IntVector, shape: tuple[int, int]) -> IntVector:
        """Return the weights of the given pairs."""
        found = _factor_of(self.weights, mentors, mentees, shape)
        if self.factor is not None:
            found = found * _factor_of(self.factor, mentors, mentees, shape)
        often = self.counts(mentors, mentees)
        return found if often is None else found * often

    def as_sum(self, shape: tuple[int, int]) -> "tuple[IntVector, IntVector] | None":
        """Return (n,) and (m,) int64 of which each pair counts the sum; None if there is no such sum."""
        height, width = np.atleast_2d(self.weights).shape
        mentor, mentee = (np.zeros(count, dtype=np.int64) for count in shape)
        if self.mentor is not None and self.mentee is not None and self.factor is None and height == width == 1:
            mentor[self.mentor] = mentee[self.mentee] = self.weights.item()
            return mentor, mentee
        if self.factor is not None or self.mentor is not None or self.mentee is not None or min(height, width) > 1:
            return None
        side = mentee if height == 1 else mentor
        side[:] = np.ravel(self.weights)
        return mentor, mentee

    def as_product(self, shape: tuple[int, int]) -> "tuple[IntVector, IntVector] | None":
        """Return (n,) and (m,) int64 of which each pair counts the product; None if it does not rest on that."""
        if self.mentor is not None or self.mentee is not None:
            return None
        mentor, mentee = (np.ones(count, dtype=np.int64) for count in shape)
        for factor in map(np.atleast_2d, self.factors):
            if min(factor.shape) > 1:
                return None
            side = mentee if factor.shape[0] == 1 else mentor
            side *= np.ravel(factor)
        return mentor, mentee

    def among(self, mentors: IntVector, mentees: IntVector) -> "Row":
        """Return the row for some people of both sides, by their positions: all 0 if it is of others alone."""
        own = _position(self.mentor, mentors), _position(self.mentee, mentees)
        if own == (None, None) != (self.mentor, self.mentee):
            return Row(self.name, np.zeros((1, 1), dtype=np.int64), self.least, self.most)
        some = [_factor_among(np.atleast_2d(factor), mentors, mentees) for factor in self.factors]
        return replace(self, weights=some[0], mentor=own[0], mentee=own[1], factor=some[1] if len(some) > 1 else None)

    def is_satisfied_by(self, pairs: NDArray[np.int64], shape: tuple[int, int]) -> bool:
        """Return whether pairs (k, 2) keep the bounds."""
        often = self.counts(pairs[:, 0], pairs[:, 1])
        pairs = pairs if often is None else pairs[often > 0]
        total = int(self.coefficients_of(pairs[:, 0], pairs[:, 1], shape).sum())
        return (self.least is None or total >= self.least) and (self.most is None or total <= self.most)

    def block(self, shape: tuple[int, int]) -> NDArray[np.int64]:
        """Return (n, m) int64: the weight of every pair."""
        mentors, mentees = np.indices(shape)
        return self.coefficients_of(mentors, mentees, shape)


class FittingRows(tuple[Row, ...]):
    """Rows that were read and fit so many people: thousands are not looked at again in each part of a problem."""

    shape: tuple[int, int]

    @classmethod
    def of(cls, rows: Iterable[Row], shape: tuple[int, int]) -> Self:
        """Return rows that are known to fit so many mentors and mentees."""
        found = cls(rows)
        found.shape = shape
        return found

    @staticmethod
    def fit(rows: Sequence[Row], shape: tuple[int, int]) -> bool:
        """Return whether rows are known to fit so many mentors and mentees."""
        return isinstance(rows, FittingRows) and rows.shape == shape

    def renamed(self) -> "FittingRows":
        """Return the rows named by their places."""
        parts = ((row.weights, row.least, row.most, row.mentor, row.mentee, row.factor) for row in self)
        return FittingRows.of((Row(f"row {place}", *part) for place, part in enumerate(parts)), self.shape)

    def __reduce__(self) -> tuple[Any, ...]:
        # Thousands of numbers in a few lists, not in an object each
        parts = [(row.name, row.weights, row.least, row.most, row.mentor, row.mentee, row.factor) for row in self]
        return _remake_rows, (self.shape, [list(column) for column in zip(*parts, strict=True)])


def _remake_rows(shape: tuple[int, int], columns: Sequence[Sequence[Any]]) -> FittingRows:
    return FittingRows.of(map(Row, *columns) if columns else (), shape)


def terms_of_rows(
    rows: Iterable[Row], mentors: IntVector, mentees: IntVector, shape: tuple[int, int]
) -> Iterator[tuple[IntVector, IntVector]]:
    """Yield of each row which of the given pairs count something, by their places, and how much.

    The pairs of each person are listed once: thousands of rows of one person each take as long as one row of all.
    """
    listed = [_PairsByPerson(people, count) for people, count in zip((mentors, mentees), shape, strict=True)]
    shared: dict[int, IntVector] = {}
    for row in rows:
        sides = zip(listed, (row.mentor, row.mentee), strict=True)
        some = [each.places(person) for each, person in sides if person is not None]
        if some and not any(map(len, some)):
            yield some[0], some[0]
            continue
        if len(some) != 1 or row.factor is not None:
            places = np.unique(np.concatenate(some)) if some else np.arange(len(mentors))
            weights = row.coefficients_of(mentors[places], mentees[places], shape)
        else:
            # Rows of one person each often have the same weights
            if id(row.weights) not in shared:
                shared[id(row.weights)] = _factor_of(row.weights, mentors, mentees, shape)
            places = some[0]
            weights = shared[id(row.weights)][places]
        counted = weights != 0
        yield (places, weights) if counted.all() else (places[counted], weights[counted])


class _PairsByPerson:
    """The places of the pairs of each person, listed when they are first asked for."""

    def __init__(self, people: IntVector, count: int) -> None:
        self._people, self._count = people, count
        self._order, self._starts = people, list[int]()

    def places(self, person: int) -> IntVector:
        """Return the places of the pairs of a person, ascending."""
        if not self._starts:
            self._order = np.argsort(self._people, kind="stable")
            self._starts = np.searchsorted(self._people[self._order], np.arange(self._count + 1)).tolist()
        return self._order[self._starts[person] : self._starts[person + 1]]


def _position(person: int | None, people: IntVector) -> int | None:
    """Return where a person is among some people; None if they are not."""
    return None if person is None else next(iter(np.flatnonzero(people == person).tolist()), None)


def _factor_of(factor: NDArray[np.int64], mentors: IntVector, mentees: IntVector, shape: tuple[int, int]) -> IntVector:
    """Return a factor of the given pairs; one that rests on one side alone is looked up there."""
    height, width = np.atleast_2d(factor).shape
    if 1 in (height, width) and height != width:
        found = np.ravel(factor)[mentees if height == 1 else mentors]
    else:
        found = np.broadcast_to(factor, shape)[mentors, mentees]
    return found.astype(np.int64, copy=False)


def _factor_among(factor: NDArray[np.int64], mentors: IntVector, mentees: IntVector) -> NDArray[np.int64]:
    """Return a factor for some people: an axis along which all count alike is kept as it is."""
    rows = factor if factor.shape[0] == 1 else factor[mentors]
    return rows if rows.shape[1] == 1 else rows[:, mentees]


def _magnitude(weights: NDArray[np.int64]) -> int:
    return max(abs(int(weights.min())), abs(int(weights.max()))) if weights.size else 0


def are_satisfied(rows: Sequence[Row], pairs: IntMatrix, shape: tuple[int, int]) -> bool:
    """Return whether pairs (k, 2) keep all rows."""
    terms = terms_of_rows(rows, pairs[:, 0], pairs[:, 1], shape)
    return all(
        (row.least is None or total >= row.least) and (row.most is None or total <= row.most)
        for row, total in zip(rows, (int(own.sum()) if len(own) else 0 for _, own in terms), strict=True)
    )


FARTHEST = 1 << 62
"""No bound of a sum may be farther from 0."""


def read_row(place: int, row: Row) -> Row:
    """Return the coupling row at a place, from 1, with its numbers as they are counted with.

    Raises RequestError if one of them is no number. Weights are integers in any form of an array, bounds and people
    whole numbers of any type.
    """
    least, most, mentor, mentee = (_whole_number(place, row, name) for name in ("least", "most", "mentor", "mentee"))
    weights = _weights(place, row, row.weights)
    factor = None if row.factor is None else _weights(place, row, row.factor)
    read = row.weights, row.factor, row.least, row.most, row.mentor, row.mentee
    if all(given is made for given, made in zip(read, (weights, factor, least, most, mentor, mentee), strict=True)):
        return row
    return replace(row, weights=weights, factor=factor, least=least, most=most, mentor=mentor, mentee=mentee)


def row_label(place: int, row: Row) -> str:
    """Return how the row at a place, from 1, is called in words."""
    return tr("contrainte n° {place} {name}", place=place, name=repr(row.name))


def _whole_number(place: int, row: Row, name: str) -> int | None:
    value: object = getattr(row, name)
    if value is None:
        return None
    number = value if type(value) is int else exact_number(value)
    if not isinstance(number, int) or abs(number) > FARTHEST:
        raise input_error(f"{row_label(place, row)}, {name}", value_in_words(value), tr("un nombre entier, ou None"))
    return number


def _weights(place: int, row: Row, value: Any) -> NDArray[np.int64]:
    if type(value) is np.ndarray and value.dtype.kind in "iu":
        return value
    where = row_label(place, row)
    cells = read_cells(value, f"{where}, weights")
    if cells.there is not None or cells.values.dtype.kind == "f":
        weights = tr("des poids de type {type}", type=cells.values.dtype)
        found = tr("un nombre masqué") if cells.there is not None else weights
        raise input_error(where, found, tr("des entiers"))
    return cells.values.astype(np.int64)


def row_problems(place: int, row: Row, shape: tuple[int, int]) -> list[Problem]:
    """Return what of the row at a place, from 1, does not fit so many mentors and mentees."""
    for factor in row.factors:
        if factor.dtype.kind not in "iu":
            return [
                Problem(row_label(place, row), tr("des poids de type {type}", type=factor.dtype), tr("des entiers"))
            ]
    for side, person, count in zip(("mentor", "mentee"), (row.mentor, row.mentee), shape, strict=True):
        if person is not None and not 0 <= person < count:
            return [
                Problem(row_label(place, row), f"{side} {person}", tr("une position inférieure à {count}", count=count))
            ]
    return [
        Problem(
            row_label(place, row),
            tr("des poids de forme {shape}", shape=factor.shape),
            tr("une forme qui s'étend à {shape}", shape=shape),
        )
        for factor in row.factors
        if not _broadcasts(factor, shape)
    ]


def _broadcasts(factor: NDArray[np.int64], shape: tuple[int, int]) -> bool:
    try:
        np.broadcast_to(factor, shape)
    except ValueError:
        return False
    return True


def kept_pairs_row(name: str, former: Sequence[tuple[int, int]], shape: tuple[int, int], least: int) -> Row:
    """Return the row by which at least ``least`` of some former pairs, by position, are chosen.

    >>> kept_pairs_row("kept", [(0, 1)], (1, 2), 1).weights.tolist()
    [[0, 1]]
    """
    weights = np.zeros(shape, dtype=np.int64)
    weights[tuple(np.array(former, dtype=np.int64).reshape(-1, 2).T)] = 1
    return Row(name, weights, least=least)
