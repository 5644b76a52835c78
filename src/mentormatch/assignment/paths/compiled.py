"""The one door to numba: functions on arrays are compiled when first called, and kept on disk where that can be.

numba's store of compiled functions looks at the file that a function is in and at no other: a compiled function calls
only those of its own file.
"""

from collections.abc import Callable

from numba import njit


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Return the function compiled, running without Python's lock."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # neither the folder of the file nor any of the user's can be written to
        return njit(nogil=True)(function)
