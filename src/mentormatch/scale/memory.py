"""How much memory each way to solve takes, and the way that fits.

The figures were measured on Python 3.13, numpy 2.5, numba 0.68 as the greatest memory of a process of its own, and are
rounded up; ``python -m benchmarks.bench_estimate`` holds them against new measurements. Megabytes are 10^6 bytes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from os import cpu_count
from pathlib import Path

from mentormatch.errors import Problem, RequestError
from mentormatch.languages import tr
from mentormatch.languages.phrases import thousands
from mentormatch.scale.columns.generation import ALL
from mentormatch.scale.columns.sample import DRAWN, LEADING, SHARE
from mentormatch.scale.scan.blocks import BLOCK_ROWS
from mentormatch.scale.scores.terms import HELD

MEGA = 1_000_000
PROGRAM_MB = 70
"""The library by itself, where the system does not tell what a process holds."""
HELD_MB, HELD_BYTES = 30, 23
"""Solving with all scores held: so much in any case, and for each pair."""
WIDE_MB, COMPILER_MB = 30, 200
"""Solving with no scores held: so much in any case, and with the extra ``scale`` for compiling, the first time."""
PERSON_BYTES, LISTED_BYTES, SPLIT_BYTES = 1_000, 70, 40
"""Tables for each person, and each pair that is listed; more for a pair if both people may have several partners."""
CELL_BYTES, LOOKED_BYTES = 32, 24
"""Each pair of a drawn market; without the extra, each pair of a strip in every thread."""
NUMBER_BYTES = 4
"""Each number of a table that is held: of the criterion that tells most kinds of people apart."""
LISTED = 2 * LEADING
"""Pairs that are listed for each mentor at most, in the markets measured."""
SHORTER = (1, 2, 4, 8)
"""Lists of pairs are made so many times shorter where memory is scarce: more looks at all pairs are needed then."""


@dataclass(frozen=True, slots=True)
class ExecutionPlan:
    """How a matching is gone about: all scores held in one block, or none; ``memory_mb`` is what the process takes.

    It is 0 where there is no budget, and nobody asks. Where none are held, lists of pairs are ``shorter`` than usual,
    so many times.
    """

    held: bool
    memory_mb: int
    shorter: int = 1


def list_plans(shape: tuple[int, int], most_held: int, *, several: bool = False) -> Iterator[ExecutionPlan]:
    """Yield the ways to go about a market, the one that is taken first where memory is no matter.

    ``shape`` is how many mentors and mentees there are; of more than ``most_held`` pairs scores are not held.
    ``several``: people of both sides may have several partners.
    """
    own, (n, m), compiled = resident_mb(), shape, has_scale()
    if fits_stored(shape, most_held):
        yield ExecutionPlan(held=True, memory_mb=own + HELD_MB + n * m * HELD_BYTES // MEGA)
    for shorter in SHORTER:
        taken = own + implicit_mb(shape, shorter, compiled=compiled, several=several)
        yield ExecutionPlan(held=False, memory_mb=taken, shorter=shorter)


def fits_stored(shape: tuple[int, int], most_held: int) -> bool:
    """Say whether scores are held where memory is no matter."""
    n, m = shape
    return n * m <= most_held


def implicit_mb(shape: tuple[int, int], shorter: int, *, compiled: bool, several: bool = False) -> int:
    """Return what a run takes that holds no scores."""
    n, m = shape
    drawn = min(max(DRAWN, max(n, m) // SHARE), ALL)
    seen = drawn * drawn * min(n, m) // max(n, m, 1) * CELL_BYTES
    seen += 0 if compiled else BLOCK_ROWS * m * LOOKED_BYTES * (cpu_count() or 1)
    listed = n * LISTED // shorter * (LISTED_BYTES + SPLIT_BYTES * several)
    table = min(n * m, HELD) * NUMBER_BYTES if shorter == 1 else 0
    return WIDE_MB + COMPILER_MB * compiled + (seen + listed + table + (n + m) * PERSON_BYTES) // MEGA


def choose_plan(
    shape: tuple[int, int], most_held: int, memory_mb: int | None, *, several: bool = False
) -> ExecutionPlan:
    """Return the first way that fits into ``memory_mb`` megabytes, None: any.

    Raises RequestError where none does: with what the least would take, and what was allowed.
    """
    if memory_mb is None:
        return ExecutionPlan(held=fits_stored(shape, most_held), memory_mb=0)
    known = list(list_plans(shape, most_held, several=several))
    fitting = next((way for way in known if way.memory_mb <= memory_mb), None)
    if fitting is None:
        raise memory_error(min(way.memory_mb for way in known), memory_mb)
    return fitting


def memory_error(least_mb: int, memory_mb: int) -> RequestError:
    """Return the error that says that a run does not fit."""
    found = Problem(
        tr("mémoire"),
        tr("{size} Mo permis", size=thousands(memory_mb)),
        tr("{size} Mo au moins", size=thousands(least_mb)),
        tr("permettez-en davantage, ou répartissez les personnes par territoire"),
    )
    return RequestError(tr("Ce calcul ne tient pas dans la mémoire permise ; rien n'a été commencé"), [found])


def has_scale() -> bool:
    """Say whether the extra ``scale`` is there, which is then used where no scores are held."""
    return find_spec("numba") is not None


def resident_mb() -> int:
    """Return what this process holds in memory now; where the system does not tell, the most that it has held."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        from resource import getpagesize
    except (OSError, ImportError):
        return _most_mb()
    return pages * getpagesize() // MEGA


def _most_mb() -> int:
    """Return the most that this process has held so far, where the system tells."""
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:
        return PROGRAM_MB
    return getrusage(RUSAGE_SELF).ru_maxrss // MEGA  # in bytes on macOS, the one system that gets here
