"""The one door to numba: functions on arrays are compiled when first called, and kept on disk where that can be.

numba's store of compiled functions looks at the file that a function is in and at no other: a compiled function calls
only those of its own file.

Without numba what is compiled is plain Python, some hundred times as slow; only what there is no other way to do is
asked for then.
"""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NAME = "numba"
MIN_PAIRS_TO_LOAD = 1 << 24
"""With fewer pairs, in one solve or in many together, it takes longer to load compiled code (1 to 1.5 s) than it saves
on scipy: at 3,000 x 3,000 people it saves 0.3 s where costs are distances, 0.05 s where they are at random."""
MIN_PAIRS_TO_COMPILE = 1 << 27
"""The same where nothing is compiled yet, which takes some 8 s more."""


def use_numba(pairs: int) -> bool:
    """Return whether so many pairs are solved by compiled code: if it is loaded, or worth loading or compiling."""
    if sys.modules.get(NAME) is not None:
        return True
    if pairs < MIN_PAIRS_TO_LOAD or find_spec(NAME) is None:
        return False
    return pairs >= MIN_PAIRS_TO_COMPILE or is_compiled()


def is_compiled() -> bool:
    """Return whether numba has stored compiled functions, beside this file or in the folder that the user names."""
    own, named = Path(__file__).parent / "__pycache__", os.environ.get("NUMBA_CACHE_DIR")
    return any(next(folder.rglob("*.nbi"), None) for folder in (own, *([Path(named)] if named else [])))


def load_numba(pairs: int) -> None:
    """Load compiled code for many solves of so many pairs in all, if it is there and worth loading."""
    if pairs >= MIN_PAIRS_TO_LOAD and find_spec(NAME) is not None:
        import_module(NAME)


HAS_NUMBA = find_spec("numba") is not None


def jit[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Return the function compiled, running without Python's lock."""
    return _compile(function, {}) if HAS_NUMBA else function


def jit_without_refcounts[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Return the function compiled, not counting who holds its arrays: it makes none and returns none.

    Where functions hand many arrays to each other, counting takes more time than all else.
    """
    return _compile(function, {"_nrt": False}) if HAS_NUMBA else function


def _compile[**P, R](function: Callable[P, R], options: dict[str, Any]) -> Callable[P, R]:
    from numba import njit

    compiling: Any = njit
    try:
        found: Callable[P, R] = compiling(nogil=True, cache=True, **options)(function)
    except RuntimeError:  # neither the folder of the file nor any of the user's can be written to
        found = compiling(nogil=True, **options)(function)
    return found
