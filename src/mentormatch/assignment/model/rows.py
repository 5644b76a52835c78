"""Side constraints: bounds on weighted sums over pairs, read from the caller and checked against the problem."""

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

    ``weights`` is an integer array that broadcasts to (n, m), and so is ``factor`` if there is one: the coefficient of
    a pair is then the product of both, so that a row about the answers of both people stores one number per person.
    With ``mentor`` or ``mentee`` only the pairs of that person count. With both, the pairs of either count, and the
    pair of the two counts twice.
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
        """The arrays that broadcast to (n, m), whose product is the coefficient of a pair."""
        return (self.weights,) if self.factor is None else (self.weights, self.factor)

    @property
    def max_abs_coefficient(self) -> int:
        """An upper bound on the absolute coefficients."""
        counts = 1 if self.mentor is None or self.mentee is None else 2
        return prod(_magnitude(factor) for factor in self.factors) * counts

    def owner(self, side: int) -> int | None:
        """Return the person of a side (0: mentors) if only the pairs of that person count; else None."""
        person, other_person = (self.mentor, self.mentee) if side == 0 else (self.mentee, self.mentor)
        return person if other_person is None else None

    def counts(self, mentors: IntVector, mentees: IntVector) -> IntVector | None:
        """Return how many times each of the given pairs counts, 0 to 2; None if the row names no person."""
        sides = zip((self.mentor, self.mentee), (mentors, mentees), strict=True)
        incidences = [(people == person).astype(np.int64) for person, people in sides if person is not None]
        return sum(incidences[1:], incidences[0]) if incidences else None

    def coefficients_of(self, mentors: IntVector, mentees: IntVector, shape: tuple[int, int]) -> IntVector:
        """Return the coefficients of the given pairs."""
        coefficients = _factor_of(self.weights, mentors, mentees, shape)
        if self.factor is not None:
            coefficients = coefficients * _factor_of(self.factor, mentors, mentees, shape)
        counts = self.counts(mentors, mentees)
        return coefficients if counts is None else coefficients * counts

    def as_sum(self, shape: tuple[int, int]) -> "tuple[IntVector, IntVector] | None":
        """Return vectors (n,) and (m,) int64 whose sum is the coefficient of each pair; None if there are none.

        Also None for weights (n, m) and for a row of one person, which are not examined.
        """
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
        """Return vectors (n,) and (m,) int64 whose product is the coefficient of each pair; None if there are none.

        Also None for factors (n, m) and for a row that names a person, which are not examined.
        """
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
        """Return the row restricted to some mentors and mentees, by position; zeros if it names only other people."""
        persons = _position(self.mentor, mentors), _position(self.mentee, mentees)
        if persons == (None, None) != (self.mentor, self.mentee):
            return Row(self.name, np.zeros((1, 1), dtype=np.int64), self.least, self.most)
        factors = [_factor_among(np.atleast_2d(factor), mentors, mentees) for factor in self.factors]
        return replace(
            self,
            weights=factors[0],
            mentor=persons[0],
            mentee=persons[1],
            factor=factors[1] if len(factors) > 1 else None,
        )

    def is_satisfied_by(self, pairs: NDArray[np.int64], shape: tuple[int, int]) -> bool:
        """Return whether pairs (k, 2) satisfy the bounds."""
        counts = self.counts(pairs[:, 0], pairs[:, 1])
        pairs = pairs if counts is None else pairs[counts > 0]
        total = int(self.coefficients_of(pairs[:, 0], pairs[:, 1], shape).sum())
        return (self.least is None or total >= self.least) and (self.most is None or total <= self.most)

    def block(self, shape: tuple[int, int]) -> NDArray[np.int64]:
        """Return the coefficients of all pairs, (n, m) int64."""
        mentors, mentees = np.indices(shape)
        return self.coefficients_of(mentors, mentees, shape)


class FittingRows(tuple[Row, ...]):
    """Rows that were read and checked for a shape (n, m); parts of a problem need not check thousands again."""

    shape: tuple[int, int]

    @classmethod
    def of(cls, rows: Iterable[Row], shape: tuple[int, int]) -> Self:
        """Return rows that are known to fit the shape (n, m)."""
        checked = cls(rows)
        checked.shape = shape
        return checked

    @staticmethod
    def fit(rows: Sequence[Row], shape: tuple[int, int]) -> bool:
        """Return whether rows are known to fit the shape (n, m)."""
        return isinstance(rows, FittingRows) and rows.shape == shape

    def renamed(self) -> "FittingRows":
        """Return the rows named by their index."""
        parts = ((row.weights, row.least, row.most, row.mentor, row.mentee, row.factor) for row in self)
        return FittingRows.of((Row(f"row {index}", *part) for index, part in enumerate(parts)), self.shape)

    def __reduce__(self) -> tuple[Any, ...]:
        # Thousands of numbers in a few lists pickle faster than one object per row
        parts = [(row.name, row.weights, row.least, row.most, row.mentor, row.mentee, row.factor) for row in self]
        return _remake_rows, (self.shape, [list(column) for column in zip(*parts, strict=True)])


def _remake_rows(shape: tuple[int, int], columns: Sequence[Sequence[Any]]) -> FittingRows:
    return FittingRows.of(map(Row, *columns) if columns else (), shape)


def terms_of_rows(
    rows: Iterable[Row], mentors: IntVector, mentees: IntVector, shape: tuple[int, int]
) -> Iterator[tuple[IntVector, IntVector]]:
    """Yield the index and the coefficient of each given pair with a coefficient other than 0, row by row.

    The pairs of each person are listed once, so that thousands of rows of one person each take the time of one row.
    """
    pairs_by_person = [_PairsByPerson(people, count) for people, count in zip((mentors, mentees), shape, strict=True)]
    shared: dict[int, IntVector] = {}
    for row in rows:
        sides = zip(pairs_by_person, (row.mentor, row.mentee), strict=True)
        own_pairs = [pairs_of.places(person) for pairs_of, person in sides if person is not None]
        if own_pairs and not any(map(len, own_pairs)):
            yield own_pairs[0], own_pairs[0]
            continue
        if len(own_pairs) != 1 or row.factor is not None:
            indices = np.unique(np.concatenate(own_pairs)) if own_pairs else np.arange(len(mentors))
            weights = row.coefficients_of(mentors[indices], mentees[indices], shape)
        else:
            # Rows of one person each often have the same weights
            if id(row.weights) not in shared:
                shared[id(row.weights)] = _factor_of(row.weights, mentors, mentees, shape)
            indices = own_pairs[0]
            weights = shared[id(row.weights)][indices]
        is_nonzero = weights != 0
        yield (indices, weights) if is_nonzero.all() else (indices[is_nonzero], weights[is_nonzero])


class _PairsByPerson:
    """Index of the pairs by person, built at the first use."""

    def __init__(self, people: IntVector, count: int) -> None:
        self._people, self._count = people, count
        self._order, self._starts = people, list[int]()

    def places(self, person: int) -> IntVector:
        """Return the indices of the pairs of a person, ascending."""
        if not self._starts:
            self._order = np.argsort(self._people, kind="stable")
            self._starts = np.searchsorted(self._people[self._order], np.arange(self._count + 1)).tolist()
        return self._order[self._starts[person] : self._starts[person + 1]]


def _position(person: int | None, people: IntVector) -> int | None:
    """Return the index of a person among ``people``; None if the person is absent or None."""
    return None if person is None else next(iter(np.flatnonzero(people == person).tolist()), None)


def _factor_of(factor: NDArray[np.int64], mentors: IntVector, mentees: IntVector, shape: tuple[int, int]) -> IntVector:
    """Return a factor of the given pairs; a factor of one side alone is read by person."""
    height, width = np.atleast_2d(factor).shape
    if (height, width) == shape:
        positions = mentors * width + mentees
    elif 1 in (height, width) and height != width:
        positions = mentees if height == 1 else mentors
    else:
        return np.broadcast_to(factor, shape)[mentors, mentees].astype(np.int64, copy=False)
    factors: IntVector = np.ravel(factor)[positions]
    return factors.astype(np.int64, copy=False)


def _factor_among(factor: NDArray[np.int64], mentors: IntVector, mentees: IntVector) -> NDArray[np.int64]:
    """Return a factor restricted to some people; an axis of length 1 is kept."""
    restricted = factor if factor.shape[0] == 1 else factor[mentors]
    return restricted if restricted.shape[1] == 1 else restricted[:, mentees]


def _magnitude(weights: NDArray[np.int64]) -> int:
    return max(abs(int(weights.min())), abs(int(weights.max()))) if weights.size else 0


def are_satisfied(rows: Sequence[Row], pairs: IntMatrix, shape: tuple[int, int]) -> bool:
    """Return whether pairs (k, 2) satisfy all rows."""
    terms = terms_of_rows(rows, pairs[:, 0], pairs[:, 1], shape)
    totals = (int(weights.sum()) if len(weights) else 0 for _, weights in terms)
    return all(
        (row.least is None or total >= row.least) and (row.most is None or total <= row.most)
        for row, total in zip(rows, totals, strict=True)
    )


MAX_BOUND = 1 << 62  # for the absolute value of a bound


def read_row(place: int, row: Row) -> Row:
    """Return a row of int64 weights and Python integers. ``place`` counts from 1.

    Raises RequestError if a weight, a bound or a person is not an integer, of any type, or is too large.
    """
    lower, upper, mentor, mentee = (_whole_number(place, row, name) for name in ("least", "most", "mentor", "mentee"))
    weights = _weights(place, row, row.weights)
    factor = None if row.factor is None else _weights(place, row, row.factor)
    raw_values = row.weights, row.factor, row.least, row.most, row.mentor, row.mentee
    values = weights, factor, lower, upper, mentor, mentee
    if all(raw is value for raw, value in zip(raw_values, values, strict=True)):
        return row
    return replace(row, weights=weights, factor=factor, least=lower, most=upper, mentor=mentor, mentee=mentee)


def row_label(place: int, row: Row) -> str:
    """Return the name of a row in messages. ``place`` counts from 1."""
    return tr("contrainte n° {place} {name}", place=place, name=repr(row.name))


def _whole_number(place: int, row: Row, name: str) -> int | None:
    value: object = getattr(row, name)
    if value is None:
        return None
    number = value if type(value) is int else exact_number(value)
    if not isinstance(number, int) or abs(number) > MAX_BOUND:
        raise input_error(f"{row_label(place, row)}, {name}", value_in_words(value), tr("un nombre entier, ou None"))
    return number


def _weights(place: int, row: Row, value: Any) -> NDArray[np.int64]:
    if type(value) is np.ndarray and value.dtype == np.int64:
        return value
    where = row_label(place, row)
    cells = read_cells(value, f"{where}, weights")
    if cells.mask is not None or cells.values.dtype.kind == "f":
        weights = tr("des poids de type {type}", type=cells.values.dtype)
        actual = tr("un nombre masqué") if cells.mask is not None else weights
        raise input_error(where, actual, tr("des entiers"))
    # Differences of short integers, and products with unsigned ones, would overflow or become floats
    return cells.finite(where).astype(np.int64)


def row_problems(place: int, row: Row, shape: tuple[int, int]) -> list[Problem]:
    """Return the first kind of problem of a row with the shape (n, m); empty if it fits. ``place`` counts from 1."""
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
    """Return the row that requires at least ``least`` of the former pairs, by position.

    >>> kept_pairs_row("kept", [(0, 1)], (1, 2), 1).weights.tolist()
    [[0, 1]]
    """
    weights = np.zeros(shape, dtype=np.int64)
    weights[tuple(np.array(former, dtype=np.int64).reshape(-1, 2).T)] = 1
    return Row(name, weights, least=least)
