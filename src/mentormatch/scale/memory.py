"""What a run that stores no scores takes of memory, known beforehand.

The figures were measured on Python 3.13, numpy 2.5, numba 0.68 as the greatest memory of a process of its own, and are
rounded up; ``python -m benchmarks.bench_estimate`` holds them against new measurements. Megabytes are 10^6 bytes.
"""

from os import cpu_count

MEGA = 1_000_000
WIDE_MB, COMPILER_MB = 30, 200
"""Solving with no scores held: so much in any case, and with the extra ``scale`` for compiling, the first time."""
PERSON_BYTES, LISTED_BYTES, SPLIT_BYTES = 1_000, 70, 40
"""Tables for each person, and each pair that is listed; more for a pair if both people may have several partners."""
CELL_BYTES, LOOKED_BYTES = 32, 24
"""Each pair of a drawn market; without the extra, each pair of a strip in every thread."""
NUMBER_BYTES = 4
"""Each number of a table that is held: of the criterion that tells most kinds of people apart."""


def memory_mb(shape: tuple[int, int], list_divisor: int, *, compiled: bool, several: bool = False) -> int:
    """Return what a run takes that holds no scores, of so many mentors and mentees.

    ``several``: people of both sides may have several partners. Lists are so many times shorter than usual.
    """
    from mentormatch.scale.columns.generation import ALL
    from mentormatch.scale.columns.sample import DRAWN, LEADING, SHARE
    from mentormatch.scale.scan.blocks import BLOCK_ROWS
    from mentormatch.scale.scores.terms import HELD

    n, m = shape
    drawn = min(max(DRAWN, max(n, m) // SHARE), ALL)
    seen = drawn * drawn * min(n, m) // max(n, m, 1) * CELL_BYTES
    seen += 0 if compiled else BLOCK_ROWS * m * LOOKED_BYTES * (cpu_count() or 1)
    listed = n * 2 * LEADING // list_divisor * (LISTED_BYTES + SPLIT_BYTES * several)
    table = min(n * m, HELD) * NUMBER_BYTES if list_divisor == 1 else 0
    return WIDE_MB + COMPILER_MB * compiled + (seen + listed + table + (n + m) * PERSON_BYTES) // MEGA
