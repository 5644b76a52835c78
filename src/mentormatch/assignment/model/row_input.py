"""Side constraints as they are given: the numbers of each row are read once, and what does not fit is refused."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mentormatch.assignment.model.array_input import input_error, read_cells
from mentormatch.base.scalars import exact_number, value_in_words
from mentormatch.errors import Problem
from mentormatch.languages import tr

if TYPE_CHECKING:
    from mentormatch.assignment.model.problem import Row

FARTHEST = 1 << 62
"""No bound of a sum may be farther from 0."""


def read_row(row: "Row") -> "Row":
    """Return a coupling row with its numbers as they are counted with; raise RequestError where one cannot be.

    Weights are integers in any form of an array, bounds and people whole numbers of any type.
    """
    least, most, mentor, mentee = (_whole_number(row, name) for name in ("least", "most", "mentor", "mentee"))
    weights = _weights(row, row.weights)
    factor = None if row.factor is None else _weights(row, row.factor)
    read = row.weights, row.factor, row.least, row.most, row.mentor, row.mentee
    if all(given is made for given, made in zip(read, (weights, factor, least, most, mentor, mentee), strict=True)):
        return row
    return replace(row, weights=weights, factor=factor, least=least, most=most, mentor=mentor, mentee=mentee)


def row_label(row: "Row") -> str:
    """Return how a row is called in words."""
    return tr("contrainte {name}", name=repr(row.name))


def _whole_number(row: "Row", name: str) -> int | None:
    value: object = getattr(row, name)
    if value is None:
        return None
    number = exact_number(value)
    if not isinstance(number, int) or abs(number) > FARTHEST:
        raise input_error(f"{row_label(row)}, {name}", value_in_words(value), tr("un nombre entier, ou None"))
    return number


def _weights(row: "Row", value: Any) -> NDArray[np.int64]:
    if type(value) is np.ndarray and value.dtype.kind in "iu":
        return value
    where = row_label(row)
    cells = read_cells(value, f"{where}, weights")
    if cells.there is not None or cells.values.dtype.kind == "f":
        weights = tr("des poids de type {type}", type=cells.values.dtype)
        found = tr("un nombre masqué") if cells.there is not None else weights
        raise input_error(where, found, tr("des entiers"))
    return cells.values.astype(np.int64)


def row_problems(row: "Row", shape: tuple[int, int]) -> list[Problem]:
    """Return what of a row does not fit so many mentors and mentees."""
    for factor in row.factors:
        if factor.dtype.kind not in "iu":
            return [Problem(row_label(row), tr("des poids de type {type}", type=factor.dtype), tr("des entiers"))]
    for side, person, count in zip(("mentor", "mentee"), (row.mentor, row.mentee), shape, strict=True):
        if person is not None and not 0 <= person < count:
            return [Problem(row_label(row), f"{side} {person}", tr("une position inférieure à {count}", count=count))]
    return [
        Problem(
            row_label(row),
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
