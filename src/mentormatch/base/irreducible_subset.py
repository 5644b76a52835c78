"""Items that are enough together -> an irreducible part of them."""

from collections.abc import Callable, Sequence

STRETCHES = 8
"""After an item that is needed, a stretch of one in so many of the others is tried next.

Calls for 5 needed items of 20, 40 and 1,000: 23, 32 and 69. Item by item takes 20, 40 and 1,000; stretches that start
from all others again 27, 35 and 68, and 51 where 12 of 20 are needed (here 29).
"""


def deletion_filter[T](items: Sequence[T], is_enough: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return items that are enough together, and of which none can be dropped; the first items are dropped first.

    Deletion filter (Chinneck and Dravnieks 1991) by stretches, as in QuickXplain (Junker 2004): k of n items take about
    k log n calls. ``is_enough`` is true of all items, and monotone: true of every superset of what is enough.

    >>> deletion_filter([5, 1, 3, 4], lambda some: sum(some) >= 7)
    [3, 4]
    """
    needed, rest = list[T](), list(items)
    size = len(rest)
    while rest:
        size = min(size, len(rest))
        # Drop a whole stretch if the rest is enough, else try a shorter one; a single item is then needed
        if is_enough([*needed, *rest[size:]]):
            rest, size = rest[size:], 2 * size
        elif size > 1:
            size = max(size // 4, 1)
        else:
            needed, rest = [*needed, rest[0]], rest[1:]
            size = max(len(rest) // STRETCHES, 1)
    return needed
