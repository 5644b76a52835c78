"""Type aliases of the numpy arrays that rooms exchange.

A name states the type of the numbers and the number of axes. Axis 0 is mentors and axis 1 mentees; a single axis is
people, pairs (edges) or variables, as the docstring states.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from numpy.ma import MaskedArray

type BoolVector = NDArray[np.bool_]
type IntVector = NDArray[np.int64]
type ShortVector = NDArray[np.int32]
type FloatVector = NDArray[np.float64]
type BoolMatrix = NDArray[np.bool_]
type IntMatrix = NDArray[np.int64]
type FloatMatrix = NDArray[np.float64]
# One vector for mentors and one for mentees, such as duals; or the mentors and the mentees of pairs
type VectorPair = tuple[IntVector, IntVector]
type Index = NDArray[np.intp] | Sequence[int]  # positions along an axis


def is_masked_array(value: object) -> "TypeGuard[MaskedArray[Any, np.dtype[Any]]]":
    """Return whether a value is a ``numpy.ma`` array. That module (40 ms) is loaded only for array subclasses."""
    return isinstance(value, np.ndarray) and type(value) is not np.ndarray and isinstance(value, np.ma.MaskedArray)
