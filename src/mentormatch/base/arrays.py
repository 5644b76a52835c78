"""Names of the numpy arrays that rooms hand to each other, and the equality of what holds arrays.

A name says the type of the numbers and the number of axes. Axis 0 is mentors and axis 1 mentees; a single axis
is people, pairs (edges) or variables, as the docstring says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass

import numpy as np
from numpy.typing import NDArray

type BoolVector = NDArray[np.bool_]
type IntVector = NDArray[np.int64]
type ShortVector = NDArray[np.int32]
type FloatVector = NDArray[np.float64]
type BoolMatrix = NDArray[np.bool_]
type IntMatrix = NDArray[np.int64]
type FloatMatrix = NDArray[np.float64]
type VectorPair = tuple[IntVector, IntVector]
"""A vector for mentors and one for mentees, as duals; or the mentors and the mentees of pairs."""
type CostArray = NDArray[np.float64 | np.int64]
"""Costs as int64, or as the float64 that scipy asks for; whole numbers in both."""
type Index = NDArray[np.intp] | Sequence[int]
"""Positions along an axis."""


class ContentEquality:
    """Equality of dataclasses by all that they hold, arrays included; such a class is made with ``eq=False``."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return have_same_content(self, other) if type(other) is type(self) else NotImplemented

    def __hash__(self) -> int:
        raise TypeError(f"{type(self).__name__} has no hash: it holds arrays, and is equality is that of all it holds")


def have_same_content(one: object, other: object) -> bool:
    """Return whether two values are equal, and where they hold arrays, these are: NaN is equal to NaN there.

    >>> have_same_content((1, np.array([2.0, np.nan])), (1, np.array([2.0, np.nan])))
    True
    """
    if one is other:
        return True
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return False
    if is_dataclass(one) and type(one) is type(other):
        names = [part.name for part in fields(one) if part.compare]
        return all(have_same_content(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(have_same_content(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(have_same_content, one, other))
    return bool(one == other)
