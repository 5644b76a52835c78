"""Whether an algorithm runs in machine code: where somebody has loaded numba already, or there is much to do."""

import sys
from importlib.util import find_spec

NAME = "numba"
LOADED = 1 << 20
"""With fewer pairs it takes longer to load compiled code than that saves: it is used where it is loaded already."""


def use_numba(pairs: int) -> bool:
    """Return whether so many pairs are solved by compiled code: if it is there, and loaded or worth loading."""
    return sys.modules.get(NAME) is not None or (pairs >= LOADED and find_spec(NAME) is not None)
