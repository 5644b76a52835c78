"""The only access to numba: functions are compiled at their first call, and cached on disk if possible.

numba's cache only depends on the file that contains a function, so a compiled function may only call functions of its
own file.

Without numba the functions run as plain Python, about 100 times slower, and are used only if there is no alternative.
"""

import os
import sys
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

NUMBA = "numba"
# With fewer pairs, in one solve or several, loading compiled code (1 to 1.5 s) takes longer than it saves over scipy:
# at 3,000 x 3,000 people it saves 0.3 s if costs are distances, 0.05 s if they are random
MIN_PAIRS_TO_LOAD = 1 << 24
MIN_PAIRS_TO_COMPILE = 1 << 27  # the same if nothing is compiled yet, which takes about 8 s more


def use_numba(pairs: int) -> bool:
    """Return whether ``pairs`` pairs are solved by compiled code: if it is loaded, or worth loading or compiling."""
    if sys.modules.get(NUMBA) is not None:
        return True
    if pairs < MIN_PAIRS_TO_LOAD or find_spec(NUMBA) is None:
        return False
    return pairs >= MIN_PAIRS_TO_COMPILE or is_compiled()


def is_compiled() -> bool:
    """Return whether numba has cached functions, next to this file or in the folder ``NUMBA_CACHE_DIR``."""
    local_folder, cache_folder = Path(__file__).parent / "__pycache__", os.environ.get("NUMBA_CACHE_DIR")
    return any(
        next(folder.rglob("*.nbi"), None) for folder in (local_folder, *([Path(cache_folder)] if cache_folder else []))
    )


def load_numba(pairs: int) -> None:
    """Load compiled code for many solves with ``pairs`` pairs in total, if it exists and is worth loading."""
    if pairs >= MIN_PAIRS_TO_LOAD and find_spec(NUMBA) is not None:
        import_module(NUMBA)


HAS_NUMBA = find_spec(NUMBA) is not None


def jit[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Return the function compiled, to run without the global interpreter lock."""
    return _compile(function, {}) if HAS_NUMBA else function


def jit_without_refcounts[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Return the function compiled without reference counts; it must neither create nor return arrays.

    Counting takes most of the time if functions pass many arrays to each other.
    """
    return _compile(function, {"_nrt": False}) if HAS_NUMBA else function


def _compile[**P, R](function: Callable[P, R], options: dict[str, Any]) -> Callable[P, R]:
    from numba import njit

    compiling: Any = njit
    try:
        compiled: Callable[P, R] = compiling(nogil=True, cache=True, **options)(function)
    except RuntimeError:  # no cache folder is writable
        compiled = compiling(nogil=True, **options)(function)
    return compiled
