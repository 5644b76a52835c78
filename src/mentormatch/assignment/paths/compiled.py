"""The one door to numba: functions on arrays are compiled when first called, and kept on disk where that can be.

numba's store of compiled functions looks at the file that a function is in and at no other: a compiled function calls
only those of its own file.
"""

from collections.abc import Callable
from typing import Any

from numba import njit
from numba.core import types
from numba.extending import intrinsic


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Return the function compiled, running without Python's lock."""
    try:
        return njit(nogil=True, cache=True)(function)
    except RuntimeError:  # neither the folder of the file nor any of the user's can be written to
        return njit(nogil=True)(function)


def counting(typing: Any, word: Any) -> Any:
    """Return the type and the code of the number of ones in a word."""

    def generated(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), generated


ones: Any = intrinsic(counting)
"""Returns the number of ones in a word of 64 bits, in compiled code: one instruction where processors have one."""
