"""Items that suffice together -> an irreducible subset that does (deletion filter, Chinneck and Dravnieks 1991)."""

from collections.abc import Callable, Sequence

# After a needed item, the next stretch is one part in this number of the remaining items. Calls for 5 needed items of
# 20, 40 and 1,000: 23, 32 and 69. Item by item takes 20, 40 and 1,000; restarting with all remaining items takes 27, 35
# and 68, and 51 instead of 29 if 12 of 20 are needed.
STRETCH_DIVISOR = 8


def deletion_filter[T](items: Sequence[T], is_enough: Callable[[Sequence[T]], bool]) -> list[T]:
    """Return a subset that is enough and has no removable item; the first items are removed first.

    Deletion filter (Chinneck and Dravnieks 1991) by stretches, as in QuickXplain (Junker 2004): about k log n calls for
    k of n items. ``is_enough`` must hold for all items, and be monotone: true for every superset of a set that is
    enough.

    >>> deletion_filter([5, 1, 3, 4], lambda some: sum(some) >= 7)
    [3, 4]
    """
    needed, remaining = list[T](), list(items)
    size = len(remaining)
    while remaining:
        size = min(size, len(remaining))
        # Drop a whole stretch if the other items are enough, else try a shorter one; a stretch of one item is needed
        if is_enough([*needed, *remaining[size:]]):
            remaining, size = remaining[size:], 2 * size
        elif size > 1:
            size = max(size // 4, 1)
        else:
            needed, remaining = [*needed, remaining[0]], remaining[1:]
            size = max(len(remaining) // STRETCH_DIVISOR, 1)
    return needed
